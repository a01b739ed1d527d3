"""METADATA, PKG-INFO and WHEEL: what they say, in which order, and who wrote them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes import versions
from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.formats.parsing.coremetadata import MULTIPLE, canonical_name
from reprodiff.model import ArtifactKind, Category, Difference, Severity

_CORE: Final = "Core metadata specifications"
_WHEEL: Final = "Binary distribution format specification"
_PIN: Final = (
    (
        "pyproject.toml",
        '`[build-system]` with an exact version: `requires = ["setuptools==84.2.1"]`',
    ),
    ("pip", "`pip wheel --build-constraint constraints.txt` (25.3 or later)"),
    ("build", "`PIP_CONSTRAINT=constraints.txt python -m build`"),
    ("uv", "`uv build --build-constraint constraints.txt`"),
)

GENERATOR: Final = Cause(
    id="wheel-generator",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="another backend, or another version of it",
    blame=Blame.SOURCE,
    doc=Doc(
        what="WHEEL names another tool, or another version of it, as the one that built the wheel. "
        "Most other differences in metadata, file lists and the archive's dialect come with it.",
        recognised="The field Generator differs.",
        why="The build requirements are not pinned, so each build took the newest release of the "
        "day. setuptools writes its own name since 70.1; before, it was bdist_wheel's.",
        fix=_PIN,
        mistaken_for="A repair tool: delocate adds a line of its own, which is told by itself.",
        sources=(_WHEEL, "PEP 427", "PEP 517"),
    ),
)

RENDERING: Final = Cause(
    id="metadata-version",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="metadata of another version of the format",
    blame=Blame.LEAF,
    doc=Doc(
        what="The metadata was written to another version of the specification: the field "
        "Metadata-Version differs, or fields that came with a version (Dynamic, License-File, "
        "Import-Name, the licence under its newer name) are on one side only.",
        recognised="Only these fields, by name; the licence must have the same text under both, "
        "a License-File is one only against a side of a version before 2.4, an Import-Name against "
        "one before 2.5.",
        why="Another backend, or another version of it. Projects cannot usually choose.",
        fix=(
            *_PIN,
            (
                "hatchling",
                '`[tool.hatch.build.targets.wheel]` with `core-metadata-version = "2.4"`',
            ),
        ),
        mistaken_for="Edited metadata: what the package needs or is called is told by itself.",
        sources=(_CORE, "PEP 639", "PEP 643"),
    ),
)

FIELD: Final = Cause(
    id="metadata-field",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="metadata says something else",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A field has another value, or is on one side only. Installers act on many of them: "
        "Requires-Dist decides what else is installed, Requires-Python whether it is at all.",
        recognised="Fields are paired by name and value; these have none that means the same.",
        why="Other sources, dependencies that setup.py computes from the machine it runs on, or "
        "another backend that fills in or leaves out fields.",
        fix=(
            ("git", "build both from the same commit"),
            ("any", "declare dependencies in pyproject.toml; use markers, not code, for systems"),
            *_PIN,
        ),
        mistaken_for="Another order or spelling, which are findings of their own.",
        sources=(_CORE, "PEP 621"),
    ),
)

ORDER: Final = Cause(
    id="metadata-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="metadata fields in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same fields stand in another order, or a list in a field does (Keywords). For "
        "fields of different names, and for those that may come more than once by the "
        "specification, the order means nothing; that of any other repeated field is for review.",
        recognised="Fields are paired by name and value, and those out of turn are equal byte "
        "for byte; any other value beside them is a finding of its own.",
        why="With the same backend on both sides: a set or dictionary in setup.py, or a list of "
        "licence files in the order of the file system. With another backend it is its style: "
        "hatchling and poetry-core sort requirements, others keep them.",
        fix=(
            ("setup.py", "lists instead of sets, or sorted(...)"),
            ("setuptools", "57.1 or later sorts the licence files it finds"),
            ("any", "PYTHONHASHSEED=0 in the build's environment"),
            *_PIN,
        ),
        mistaken_for="Changed requirements: a comparison by lines shows them as removed and added.",
        sources=(_CORE,),
    ),
)

SPELLING: Final = Cause(
    id="metadata-spelling",
    category=Category.METADATA,
    severity=Severity.BENIGN,
    title="the same metadata in another spelling",
    blame=Blame.LEAF,
    doc=Doc(
        what="A field means the same and is written in another way: quotes and spaces in a "
        "requirement, `>=2` for `>=2.0`, a name with hyphens for one with underscores, folded "
        "lines, compressed tags, an empty line behind the last field.",
        recognised="Requirements and version ranges are parsed by the rules of installers, and are "
        "equal as data; names are equal once normalised; elsewhere only spaces differ.",
        why="Each backend renders the same pyproject.toml in its own way.",
        fix=_PIN,
        mistaken_for="A field of WHEEL whose name is in other letters: uv does not find it, and "
        "that is for review. Another requirement. A marker that is true in the same places but "
        "says it in other words (python_full_version for python_version) is not the same.",
        sources=("Dependency specifiers", "PEP 503", "PEP 685", "PEP 425"),
    ),
)

NAME: Final = Cause(
    id="project-name-spelling",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="the project's name in another spelling",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The project's name is written in another way, and is the same name to installers. "
        "File names and directories that carry it differ too.",
        recognised="The names are equal in lower case with one hyphen for each run of hyphens, "
        "underscores and dots.",
        why="Older backends take the name as it is declared, newer ones normalise it for files.",
        fix=_PIN,
        mistaken_for="Another project, with a name that only looks alike.",
        sources=("PEP 503", "PEP 625"),
    ),
)

TAGS: Final = Cause(
    id="wheel-tags",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="tags: where the wheel can be installed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The wheels are for other interpreters, ABIs or platforms: installers choose by these "
        "tags, so one of the two is not offered everywhere the other is.",
        recognised="The set of tags in WHEEL or in the file name differs, once expanded.",
        why="linux_* on one side: it was not repaired. Another manylinux policy: a library or "
        "symbol newer than the older policy allows, or another --plat. macOS: the deployment "
        "target of the interpreter. abi3 on one side: the limited API was not asked for.",
        fix=(
            (
                "auditwheel",
                "`auditwheel repair --plat manylinux_2_28_x86_64`, the same on both sides",
            ),
            ("container", "the same build image, by digest"),
            ("macOS", "MACOSX_DEPLOYMENT_TARGET=11.0 and ARCHFLAGS, the same on both sides"),
            ("CPython", "_PYTHON_HOST_PLATFORM for cross builds"),
        ),
        mistaken_for="Another order of the same tags, which is a finding of its own.",
        sources=("PEP 425", "PEP 600", _WHEEL),
    ),
)

TAG_ORDER: Final = Cause(
    id="wheel-tag-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="the same tags in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="WHEEL lists the same tags in another order. They are read as a set.",
        recognised="Each Tag line has an equal one on the other side.",
        why="A set in the tool that wrote them; auditwheel appends tags in the order of its "
        "policies, and sorts them in the file name.",
        fix=(("auditwheel", "the same version on both sides"), *_PIN),
        mistaken_for="Other tags.",
        sources=("PEP 425", _WHEEL),
    ),
)

PURELIB: Final = Cause(
    id="wheel-purelib",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="pure or platform library",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Root-Is-Purelib differs: on systems that keep pure and platform libraries apart, the "
        "package is installed into another directory.",
        recognised="The field Root-Is-Purelib of WHEEL differs.",
        why="One build saw an extension module and the other none, or was told to make a platform "
        "wheel.",
        fix=(
            ("setuptools", "declare ext_modules, or leave has_ext_modules alone, on both sides"),
            *_PIN,
        ),
        mistaken_for="A label: it decides where files go.",
        sources=(_WHEEL, "PEP 427"),
    ),
)

_BROUGHT: Final = {"license-file": (2, 4), "import-name": (2, 5), "import-namespace": (2, 5)}
"""Fields that backends write by themselves, and the version of core metadata that brought them."""
_NUMBERS: Final = re.compile(r"(\d{1,3})\.(\d{1,3})")
_OF_VERSION: Final = frozenset({"metadata-version", "dynamic"})


def other_backend(scene: Scene) -> tuple[str, ...]:
    """Return what another rendering follows from, if two wheels are of different backends."""
    made_a, made_b = scene.a.info.made_by, scene.b.info.made_by
    kinds = {scene.a.info.kind, scene.b.info.kind}
    if made_a is None or made_b is None or made_a == made_b or kinds != {ArtifactKind.WHEEL}:
        return ()
    return (f":{GENERATOR.id}",)


def _said(facts: Sequence[Difference]) -> str:
    """Say what few facts are about, with both values."""
    if len(facts) != 1 or not isinstance(facts[0].a, str) or not isinstance(facts[0].b, str):
        return ""
    fact = facts[0]
    return f"{fact.inside}: {fact.a!s} in A, {fact.b!s} in B."


def _fields(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Tell fields of another format version and versions of another day from changed fields."""
    rendering = [fact for fact in facts if fact.inside.lower() in _OF_VERSION]
    rendering += [*_licence(facts), *_new_fields(facts)]
    if rendering:
        evidence = (_said(rendering[:1]),) if _said(rendering[:1]) else ()
        yield Claim(RENDERING, rendering, evidence=evidence, follows=other_backend(scene))
    rest: list[Difference] = []
    for fact in facts:
        if any(fact is other for other in rendering):
            continue
        if fact.inside.lower() == "version" and (found := _version(fact)) is not None:
            yield found
        else:
            rest.append(fact)
    if rest:
        names = ", ".join(sorted({fact.inside for fact in rest})[:12])
        yield Claim(FIELD, rest, evidence=(f"{scene.path}: {names}",))


def _version(fact: Difference) -> Claim | None:
    if not isinstance(fact.a, str) or not isinstance(fact.b, str):
        return None
    found = versions.explain_version(fact.a, fact.b)
    if found is None:
        return None
    cause, confidence = found
    return Claim(cause, [fact], confidence, explanation=f"{fact.a} in A, {fact.b} in B.")


def _licence(facts: Sequence[Difference]) -> list[Difference]:
    """Return the two facts of a licence that only changed the name of its field."""
    named = {fact.inside.lower(): fact for fact in facts if fact.what == "metadata.field"}
    old, new = named.get("license"), named.get("license-expression")
    if old is None or new is None:
        return []
    moved = (old.a, old.b) == (new.b, new.a) and None in {old.a, old.b}
    return [old, new] if moved else []


def _new_fields(facts: Sequence[Difference]) -> list[Difference]:
    """Return the facts of fields that only the side has whose version of the format knows them."""
    named = {fact.inside.lower(): fact for fact in facts if fact.what == "metadata.field"}
    version = named.get("metadata-version")
    found: list[Difference] = []
    for name, since in _BROUGHT.items():
        fact = named.get(name)
        if fact is None or version is None or None not in {fact.a, fact.b}:
            continue
        without, with_ = (version.a, version.b) if fact.a is None else (version.b, version.a)
        if _precedes(without, since) and not _precedes(with_, since):
            found.append(fact)
    return found


def _precedes(value: object, version: tuple[int, int]) -> bool:
    found = _NUMBERS.fullmatch(str(value))
    return found is not None and (int(found[1]), int(found[2])) < version


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Fields of one name that may not come twice are read by their order."""
    free = [fact for fact in facts if fact.inside.lower() in _FREE]
    bound = [fact for fact in facts if fact.inside.lower() not in _FREE]
    if free:
        yield Claim(ORDER, free, follows=other_backend(scene))
    if bound:
        yield Claim(
            ORDER,
            bound,
            severity=Severity.REVIEW,
            explanation="A field that should come once comes more often, and readers take the "
            "first or the last of them.",
        )


_FREE: Final = MULTIPLE | {"fields", "keywords"}


def _spelling(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    letters = [fact for fact in facts if fact.what == "wheel.name"]
    if letters:
        text = "Installers do not agree on whether capitals matter in the names of WHEEL's fields."
        yield Claim(SPELLING, letters, severity=Severity.REVIEW, explanation=text)
    facts = [fact for fact in facts if fact.what != "wheel.name"]
    names = [fact for fact in facts if fact.inside.lower() == "name"]
    others = [fact for fact in facts if fact.inside.lower() != "name"]
    if names:
        yield Claim(NAME, names, explanation=_said(names))
    if others:
        yield Claim(SPELLING, others, follows=other_backend(scene))


def _project(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take versions and names of the artifacts themselves that are explained by themselves."""
    del scene
    for fact in facts:
        if fact.what == "artifact.version":
            if (found := _version(fact)) is not None:
                yield found
        elif canonical_name(str(fact.a)) == canonical_name(str(fact.b)):
            yield Claim(NAME, [fact], explanation=_said([fact]))


class _Give:
    """A rule's function that gives all facts it is shown to one cause."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def __call__(self, facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(self._cause, facts, explanation=_said(facts))


RULES: Final = (
    Rule(
        "project-version",
        (NAME, *versions.CAUSES),
        ("artifact.version", "artifact.name"),
        4,
        _project,
    ),
    Rule("wheel-generator", (GENERATOR,), ("wheel.generator",), 43, _Give(GENERATOR)),
    Rule("wheel-tags", (TAGS,), ("wheel.tag", "artifact.tags"), 43, _Give(TAGS)),
    Rule("wheel-tag-order", (TAG_ORDER,), ("wheel.tag-order",), 43, _Give(TAG_ORDER)),
    Rule("wheel-purelib", (PURELIB,), ("wheel.purelib",), 43, _Give(PURELIB)),
    Rule(
        "metadata-fields",
        (RENDERING, FIELD, *versions.CAUSES),
        ("metadata.field", "wheel.build"),
        44,
        _fields,
    ),
    Rule("metadata-order", (ORDER,), ("metadata.order",), 45, _order),
    Rule("metadata-spelling", (SPELLING, NAME), ("metadata.spelling", "wheel.name"), 45, _spelling),
)
