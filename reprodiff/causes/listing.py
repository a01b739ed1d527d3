"""Entry points, and the lists that setuptools writes into dist-info and egg-info."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.metadata import other_backend
from reprodiff.causes.sites import is_installed
from reprodiff.model import Category, Confidence, Difference, Severity

_SPEC: Final = "Entry points specification"
_SETUPTOOLS: Final = "setuptools, egg_info command"
_PIN: Final = (
    ("any", "pin the backend in `[build-system] requires`, the same version on both sides"),
)

ENTRY: Final = Cause(
    id="entry-points",
    category=Category.METADATA,
    severity=Severity.ALARM,
    title="entry points are new, gone or lead elsewhere",
    blame=Blame.SOURCE,
    doc=Doc(
        what="An entry point is on one side only, or refers to another object. Entry points become "
        "commands (console_scripts, gui_scripts), and plugins that other programs load as soon "
        "as the package is installed: pytest, setuptools, Flask and many more.",
        recognised="Each group and name is looked up on the other side, and the objects they refer "
        "to are compared as module, attribute and extras. Those of an sdist, and of "
        "copies of projects inside of a package, are for review: nothing loads them from there.",
        why="Other sources, a backend that leaves a group out, or an attack: a plugin runs without "
        "anybody importing it.",
        fix=(
            ("git", "build both from the same commit"),
            ("any", "look at the object it refers to before installing"),
            ("pyproject.toml", "declare them in `[project.scripts]` and `[project.entry-points]`"),
        ),
        mistaken_for="Another order or spelling of the same entry points, which is told apart.",
        sources=(_SPEC, "PEP 621"),
    ),
)

FORMAT: Final = Cause(
    id="entry-points-format",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="the same entries in another form",
    blame=Blame.LEAF,
    doc=Doc(
        what="entry_points.txt, or a list that setuptools writes, has the same entries in another "
        "order or layout: spaces around the equals sign, empty lines, comments, groups without "
        "entries.",
        recognised="Every entry has its like on the other side, in the same group. A file with "
        "lines on which readers do not agree (indented ones, repeated names or groups) is for "
        "review.",
        why="Backends write them in their own way: flit and poetry-core `a=b`, others `a = b`. "
        "Some sort, some keep the order of pyproject.toml; pdm-backend writes empty groups.",
        fix=_PIN,
        mistaken_for="Entry points added or removed.",
        sources=(_SPEC,),
    ),
)

ORDER: Final = Cause(
    id="list-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="lists of setuptools in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="SOURCES.txt, top_level.txt, namespace_packages.txt, dependency_links.txt or "
        "requires.txt has the same lines in another order. They are read as sets.",
        recognised="Each line has an equal one on the other side, in the same section, and nothing "
        "else differs about them.",
        why="Older releases of setuptools wrote sets as they came, or files as the file system "
        "lists them.",
        fix=(
            ("setuptools", "a newer release: it sorts them"),
            ("any", "PYTHONHASHSEED=0 in the build's environment"),
        ),
        mistaken_for="Lines added and removed.",
        sources=(_SETUPTOOLS,),
    ),
)

SOURCES: Final = Cause(
    id="egg-info-sources",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="SOURCES.txt lists other files",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The list of source files that setuptools keeps in egg-info names files on one side "
        "that it does not name on the other.",
        recognised="Lines of SOURCES.txt are on one side only.",
        why="A dirty tree, or an egg-info left over from an earlier build, whose list is added to. "
        "An sdist that was built from an unpacked sdist also lists setup.cfg.",
        fix=(
            ("git", "`git clean -xfd` before the build"),
            ("setuptools", "`rm -rf *.egg-info build` before the build"),
            ("any", "build the sdist from the repository, not from another sdist"),
        ),
        mistaken_for="Files added to the artifact: those are findings on members.",
        sources=(_SETUPTOOLS,),
    ),
)

LIST: Final = Cause(
    id="egg-info-list",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="lists of setuptools say something else",
    blame=Blame.SOURCE,
    doc=Doc(
        what="top_level.txt, requires.txt, namespace_packages.txt or dependency_links.txt names "
        "something on one side only: an importable package, a requirement, a place to download "
        "from.",
        recognised="Lines are on one side only, or in another section.",
        why="Other sources, or packages that were found in a dirty tree.",
        fix=(
            ("git", "`git clean -xfd` before the build"),
            ("setuptools", "list packages by name, or with `[tool.setuptools.packages.find]`"),
            *_PIN,
        ),
        mistaken_for="Another order, which is a finding of its own. Where METADATA exists it is "
        "what installers read.",
        sources=(_SETUPTOOLS,),
    ),
)


def _entries(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Entry points of what is installed are an alarm; those of sources and copies are not read."""
    read = [fact for fact in facts if is_installed(fact.path, scene)]
    unread = [fact for fact in facts if not is_installed(fact.path, scene)]
    for mine, severity in ((read, None), (unread, Severity.REVIEW)):
        if mine:
            only_a = sum(fact.b is None for fact in mine)
            only_b = sum(fact.a is None for fact in mine)
            changed = len(mine) - only_a - only_b
            counts = f"{only_a} only in A, {only_b} only in B, {changed} changed"
            evidence = (f"{mine[0].path}: {counts}",)
            yield Claim(ENTRY, mine, severity=severity, evidence=evidence)


def _format(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A file that readers read differently is not known to say the same."""
    clear = [fact for fact in facts if not fact.note]
    odd = [fact for fact in facts if fact.note]
    if clear:
        yield Claim(FORMAT, clear, follows=other_backend(scene))
    if odd:
        evidence = tuple(sorted({f"{fact.path}: {fact.note}" for fact in odd}))
        yield Claim(FORMAT, odd, Confidence.LIKELY, Severity.REVIEW, evidence=evidence)


def _lists(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    sources = [fact for fact in facts if fact.path.endswith("/SOURCES.txt")]
    others = [fact for fact in facts if not fact.path.endswith("/SOURCES.txt")]
    if sources:
        yield Claim(SOURCES, sources)
    if others:
        yield Claim(LIST, others)


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(ORDER, facts)


RULES: Final = (
    Rule("entry-points", (ENTRY,), ("entry.point",), 46, _entries),
    Rule("entry-points-format", (FORMAT,), ("listing.format",), 47, _format),
    Rule("list-order", (ORDER,), ("list.order",), 47, _order),
    Rule("list-entries", (SOURCES, LIST), ("list.entry",), 47, _lists),
)
