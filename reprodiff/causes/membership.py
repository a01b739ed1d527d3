"""Members that stand on one side only, moved, or became another kind of thing."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.otherbuilds import follows_libraries
from reprodiff.causes.otherplatform import OTHER_PLATFORM, other_platform
from reprodiff.model import ArtifactKind, Category, Confidence, Difference, Severity
from reprodiff.text import plain

MAX_NAMED: Final = 20
"""Distributions named in one explanation."""

ONE_SIDE: Final = Cause(
    id="member-on-one-side",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="files on one side only",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Files stand in one artifact and not in the other. Who installs one of the two gets "
        "files that the other does not bring.",
        recognised="No member of the other side has the name, the name under another project "
        "version or interpreter tag, or the same content.",
        why="Another set of sources: a dirty tree, a missing submodule, a file list that depends "
        "on version control, an optional extension that did not build, another backend.",
        fix=(
            ("git", "build from a clean clone with submodules: `git clean -xfd` first"),
            ("setuptools", "name files in MANIFEST.in; `rm -rf *.egg-info build` before building"),
            ("any", "explicit include and exclude lists in pyproject.toml"),
        ),
        mistaken_for="A rename: a file whose bytes stand under another name is paired with it.",
        sources=(),
    ),
)

DISTRIBUTION: Final = Cause(
    id="distribution-on-one-side",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="a distribution that only one tree has",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One installed tree has a whole distribution of which the other has nothing. Its "
        "files are told together; those that act by themselves, a .pth file or an entry point, "
        "are told as well.",
        recognised="RECORD and METADATA of the distribution are on one side only. The files are "
        "those that this RECORD lists, those of its dist-info directory, and bytecode that was "
        "checked to be what those sources compile to.",
        why="Another set of requirements, a dependency that was resolved to another release or "
        "not at all, or tools that one way to make an environment installs along: venv brings "
        "pip, uv does not.",
        fix=(
            ("pip", "pip install --no-deps --require-hashes -r requirements.txt, of one file"),
            ("uv", "uv sync --frozen"),
            ("venv", "python -m venv --without-pip"),
        ),
        mistaken_for="Files that a build left out: those belong to a distribution that both "
        "sides have.",
        sources=("PEP 376", "PEP 627"),
    ),
)

STRAY: Final = Cause(
    id="stray-files",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="files that editors and systems leave behind",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One side ships files that no project means to ship: .DS_Store, ._ files of macOS, "
        "editor backups, rejected patches.",
        recognised="The base name is one that such tools use, and the other side lacks it.",
        why="The build took them from a dirty directory.",
        fix=(
            ("git", "git clean -xfd before the build"),
            ("any", "build from a clean clone or from the sdist"),
        ),
        mistaken_for="Package data: look at the file before you decide.",
        sources=(),
    ),
)

BYTECODE: Final = Cause(
    id="pyc-presence",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="compiled bytecode on one side only",
    blame=Blame.LEAF,
    doc=Doc(
        what="One side has .pyc files that the other lacks. Python runs such a file instead of "
        "its source wherever its header says that it is current.",
        recognised="The members that stand on one side are .pyc files.",
        why="pip compiles at install and uv does not; in a wheel, a build that did not leave "
        "__pycache__ out.",
        fix=(
            ("pip", "pip install --no-compile"),
            ("uv", "uv pip install --compile-bytecode, to have it on both sides"),
            ("any", "do not ship __pycache__ in wheels and sdists"),
        ),
        mistaken_for="Harmless caches: bytecode that does not come from its source runs all the "
        "same.",
        sources=("PEP 3147", "PEP 552"),
    ),
)

STARTUP: Final = Cause(
    id="startup-hook",
    category=Category.MEMBERSHIP,
    severity=Severity.ALARM,
    title="code that runs when Python starts, on one side only",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One side installs a .pth file, sitecustomize or usercustomize: code that runs in "
        "every Python process of the environment, whether the package is imported or not.",
        recognised="The member's base name ends in .pth, or is one of the two modules' names, at "
        "the top of what is installed.",
        why="An editable install, a coverage or import hook, or an attack.",
        fix=(("any", "compare non-editable installs; read the file before installing it"),),
        mistaken_for="An ordinary data file.",
        sources=("https://docs.python.org/3/library/site.html",),
    ),
)

RENAMED: Final = Cause(
    id="member-renamed",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="the same file under another name",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A file of one side has its partner under another name on the other side.",
        recognised="The bytes are equal and no other file has them, or the names differ only in "
        "the interpreter tag.",
        why="A file moved in the sources, or another backend version puts it elsewhere: licences "
        "went from dist-info to dist-info/licenses with Metadata 2.4.",
        fix=(("any", "pin the backend that WHEEL names, or build both from the same sources"),),
        mistaken_for="One file gone and another one new.",
        sources=("PEP 639",),
    ),
)

VENDORED: Final = Cause(
    id="vendored-library",
    category=Category.VENDORED_LIBRARIES,
    severity=Severity.REVIEW,
    title="vendored library under another name",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="A library that a repair tool copied into the wheel has another hash or version in "
        "its name. What its bytes differ in is reported apart.",
        recognised="The names are equal without the hash (eight hexadecimal digits from "
        "auditwheel, thirty-two from delvewheel), or without hash and version. Each library pairs "
        "with one.",
        why="The library was built again, or comes from another package of the build image. "
        "auditwheel takes the hash of the library before it patches it, so an equal hash does not "
        "mean equal bytes, nor another hash other code.",
        fix=(
            ("any", "pin the build image by digest, and the packages installed in it by version"),
            ("cibuildwheel", "CIBW_MANYLINUX_X86_64_IMAGE with the image's @sha256 digest"),
        ),
        mistaken_for="One library gone and another one new.",
        sources=("https://github.com/pypa/auditwheel/issues/389",),
    ),
)

PROJECT_DIRECTORY: Final = Cause(
    id="project-directory",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="directory named after the project or version",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The dist-info, data or top directory carries the project's name and version, and "
        "those differ; the files inside pair one to one.",
        recognised="The names are equal once that directory's name is taken out.",
        why="The version differs, or the name is written another way (PEP 503, PEP 625).",
        fix=(("any", "remove the root cause: see the finding on the version"),),
        mistaken_for="Files added and removed.",
        sources=("PEP 427", "PEP 625"),
    ),
)

TYPE: Final = Cause(
    id="member-type",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="another kind of member, or another link target",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The name is a file on one side and a link, directory or special file on the other, "
        "or a link that leads elsewhere.",
        recognised="The recorded types or link targets differ.",
        why="The sources hold a link that one tool stores and the other follows, or tampering.",
        fix=(("any", "ship files instead of links; wheels cannot rely on links"),),
        mistaken_for="A change of content.",
        sources=("POSIX.1-2017 ustar", "APPNOTE.TXT 4.4.15"),
    ),
)

LINKS: Final = Cause(
    id="hard-links",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="files stored once or twice",
    blame=Blame.LEAF,
    doc=Doc(
        what="On one side several names share one file on disk, on the other each has its own. The "
        "content is compared by itself.",
        recognised="The number of hard links, or the first name of the same file, differs.",
        why="uv links files from its cache where it can, pip copies.",
        fix=(("uv", "UV_LINK_MODE=copy"),),
        mistaken_for="Other content.",
        sources=("POSIX.1-2017 sys/stat.h",),
    ),
)

KIND: Final = Cause(
    id="not-the-same-project",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="not two builds of the same thing",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The inputs are of different kinds, projects or versions. They are compared as asked, "
        "but most of what follows comes from that.",
        recognised="The kind of the input, or the project name or version in its file name and "
        "metadata.",
        why="Another file than the one meant, another release, or a version that depends on when "
        "and where it was built.",
        fix=(("any", "compare two builds of one version of one project"),),
        mistaken_for="A reproducibility problem.",
        sources=("PEP 427", "PEP 625"),
    ),
)

INSTALLED: Final = Cause(
    id="wheel-and-tree",
    category=Category.METADATA,
    severity=Severity.BENIGN,
    title="a wheel, and a tree it was installed in",
    blame=Blame.LEAF,
    doc=Doc(
        what="A wheel is compared with an installed tree that holds the same distribution. Files "
        "are compared under the names they have in the wheel; what an installer adds is told "
        "apart.",
        recognised="One input is a wheel, the other a directory with the dist-info of its project "
        "and version.",
        why="To see whether what is installed is what was published.",
        fix=(("", "nothing to fix: the two are meant to be compared"),),
        mistaken_for="Two builds: see the other findings for what the installation changed.",
        sources=("PEP 427", "PEP 376"),
    ),
)

_STRAY_NAME: Final = re.compile(
    r"(?:^|/)(?:\.DS_Store|\._[^/]+|Thumbs\.db|[^/]+~|[^/]+\.(?:orig|rej|swp|bak))$"
)
# Only what lies directly in site-packages is run: a .pth further down is often a model's weights.
_STARTUP_NAME: Final = re.compile(
    r"^(?:(?:.*/)?(?:site|dist)-packages/|[^/]+\.data/(?:pure|plat)lib/)?"
    r"(?:[^/]+\.pth|(?:site|user)customize\.py[cdo]?)$"
)


def _members(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    groups: dict[str, list[Difference]] = {}
    elsewhere = other_platform(facts)
    for fact in facts:
        group = OTHER_PLATFORM.id if fact.path in elsewhere else _group(fact)
        groups.setdefault(group, []).append(fact)
    if natives := groups.get(OTHER_PLATFORM.id):
        yield Claim(OTHER_PLATFORM, natives, follows=(":wheel-tags",))
    if whole := groups.get(DISTRIBUTION.id):
        # One place of each comes first: where not all are shown, each distribution is.
        ordered = sorted(whole, key=lambda fact: not fact.path.endswith(".dist-info/METADATA"))
        yield Claim(DISTRIBUTION, ordered, explanation=_distributions(whole))
    for cause in (STARTUP, ONE_SIDE, STRAY, BYTECODE):
        found = groups.get(cause.id, ())
        for damaged in (False, True):
            mine = [fact for fact in found if (fact.note == "damaged") == damaged]
            if not mine:
                continue
            only_a = sum(fact.b is None for fact in mine)
            text = f"Only in A: {only_a}; only in B: {len(mine) - only_a}."
            if damaged:
                # They may well be there, behind the damage.
                text += " The other side is damaged, and may have held them."
            sure = Confidence.POSSIBLE if damaged else Confidence.PROVEN
            yield Claim(cause, mine, sure, explanation=text)


def _group(fact: Difference) -> str:
    if _STARTUP_NAME.search(fact.path):
        return STARTUP.id
    if fact.what == "member.distribution":
        return DISTRIBUTION.id
    if fact.path.endswith(".pyc"):
        return BYTECODE.id
    return STRAY.id if _STRAY_NAME.search(fact.path) else ONE_SIDE.id


def _distributions(facts: Sequence[Difference]) -> str:
    """Say which distributions each side has alone, and of how many files."""
    sentences: list[str] = []
    for letter, mine in (
        ("A", [fact.note for fact in facts if fact.b is None]),
        ("B", [fact.note for fact in facts if fact.a is None]),
    ):
        counts = Counter(mine)
        named = [f"{plain(name)} ({counts[name]:,} files)" for name in sorted(counts)]
        if len(named) > MAX_NAMED:
            named[MAX_NAMED:] = [f"and {len(named) - MAX_NAMED} more"]
        if named:
            sentences.append(f"Only in {letter}: {', '.join(named)}.")
    return " ".join(sentences)


def _renamed(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A directory with the version in its name follows from the version; the rest is a root."""
    del scene
    project = [fact for fact in facts if fact.note == "project"]
    vendored = [fact for fact in facts if fact.note == "vendored"]
    similar = [fact for fact in facts if fact.note == "similar"]
    others = [fact for fact in facts if fact.note not in {"project", "vendored", "similar"}]
    if similar:
        yield Claim(
            VENDORED,
            similar,
            Confidence.LIKELY,
            explanation="The names only start alike: no better partner was left on either side.",
            follows=follows_libraries(),
        )
    if vendored:
        yield Claim(VENDORED, vendored, follows=follows_libraries())
    if project:
        yield Claim(PROJECT_DIRECTORY, project, follows=("",))
    if others:
        yield Claim(RENAMED, others)


def _type(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(TYPE, facts)


def _links(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(LINKS, facts)


def _kind(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A wheel against a tree of it is a comparison people mean to make."""
    kinds = {scene.a.info.kind, scene.b.info.kind}
    meant = kinds == {ArtifactKind.WHEEL, ArtifactKind.TREE}
    mine = [fact for fact in facts if not (fact.what == "artifact.kind" and meant)]
    said = [fact for fact in facts if fact not in mine]
    if mine:
        yield Claim(
            KIND,
            mine,
            explanation=" ".join(f"{f.inside}: {f.a!s} in A, {f.b!s} in B." for f in mine),
        )
    if said:
        yield Claim(INSTALLED, said)


RULES: Final = (
    Rule(
        "kind", (KIND, INSTALLED), ("artifact.kind", "artifact.name", "artifact.version"), 5, _kind
    ),
    Rule(
        "members",
        (ONE_SIDE, DISTRIBUTION, STRAY, BYTECODE, STARTUP, OTHER_PLATFORM),
        ("member.only", "member.distribution"),
        10,
        _members,
    ),
    Rule("renamed", (RENAMED, VENDORED, PROJECT_DIRECTORY), ("member.renamed",), 11, _renamed),
    Rule("type", (TYPE,), ("member.type", "member.link"), 12, _type),
    Rule("links", (LINKS,), ("tree.links",), 13, _links),
)
