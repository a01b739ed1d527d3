"""Mach-O: ids, signatures, recorded paths and times, and what was changed."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.compiled import structure_rules
from reprodiff.causes.identifiers import id_rule, uuid_made
from reprodiff.causes.macho_docs import (
    BUILD_PATH,
    BUILD_TIME,
    CODE,
    CODE_SIGNATURE,
    DAMAGED,
    FAT_LAYOUT,
    INSTALL_NAME,
    MINOS,
    OSO_PATH,
    OSO_TIME,
    RPATH,
    SDK,
    SIGNATURE,
    SIGNATURE_UNTRUE,
    SLICE,
    STRING_TABLE,
    UUID,
)
from reprodiff.causes.native_causes import TABLES
from reprodiff.causes.objectnames import TEMP_OBJECT, made_up
from reprodiff.causes.pe import string_claim
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.model import Confidence, Difference, Severity

_LAST_TIME: Final = 4_102_444_800  # the year 2100


def _follows(cause: Cause, *takes: str) -> Rule:
    """Return the rule for facts that follow from what else differs in the file."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        yield Claim(cause, facts, follows=(scene.path,))

    return Rule(cause.id, (cause,), takes, 48, apply)


def _all(cause: Cause, *takes: str) -> Rule:
    """Return the rule that puts every fact of some kinds down to one cause."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts)

    return Rule(cause.id, (cause,), takes, 48, apply)


def _times(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        values = (fact.a, fact.b)
        if all(isinstance(value, int) and 0 <= value < _LAST_TIME for value in values):
            yield Claim(OSO_TIME, [fact])


def _paths(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A path of an object or source; a file of another name is no more than likely the same.

    A linker may write the directory in front of a path that is absolute already, so that it
    stands there twice: every place of one directory is taken for one of the other.
    """
    split = [split_paths(_text(fact.a), _text(fact.b)) for fact in facts]
    known = sorted(
        {(each.prefix_a, each.prefix_b) for each in split if each.suffix},
        key=lambda pair: (len(pair[0]), pair),
    )
    for fact in facts:
        paths = (_text(fact.a), _text(fact.b))
        if (random := made_up(fact.a, fact.b)) is not None:
            yield Claim(TEMP_OBJECT, [fact], random)
            continue
        hinge = None
        if all(path.startswith("/") for path in paths):
            hinge = next((pair for pair in known[:_MOST] if _same_below(paths, pair)), None)
        if hinge is None:
            yield Claim(OSO_PATH, [fact], Confidence.LIKELY)
        else:
            scene.prefixes.learn(*hinge)
            yield Claim(OSO_PATH, [fact], hinge=hinge)


_MOST: Final = 20
"""Pairs of directories tried on a path; an honest file has one or two."""


def _text(value: object) -> str:
    return value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else ""


def _same_below(paths: tuple[str, str], prefixes: tuple[str, str]) -> bool:
    """Whether two paths start in two directories, and are the same wherever those stand."""
    parts = [path.split(prefix) for path, prefix in zip(paths, prefixes, strict=True) if prefix]
    return len(parts) == len(paths) and parts[0] == parts[1] and not parts[0][0]


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Names of libraries, search paths, other commands; the room they take follows from them."""
    room = [fact for fact in facts if fact.what == "macho.room"]
    alone = [fact for fact in facts if fact.what == "macho.command"]
    for cause, mine in (
        *((cause, [fact for fact in facts if fact.what in kinds]) for cause, kinds in _NAMED),
        *((cause, [fact for fact in alone if fact.inside in names]) for cause, names in _ALONE),
    ):
        if mine:
            yield Claim(cause, [*mine, *room], severity=Severity.REVIEW)
            room = []
    known = {name for _, names in _ALONE for name in names}
    rest = [fact for fact in alone if fact.inside not in known]
    if rest or room:
        yield Claim(TABLES, [*rest, *room], Confidence.LIKELY, follows=(scene.path,))


_NAMED: Final = (
    (INSTALL_NAME, {"macho.install-name", "macho.load-dylib"}),
    (RPATH, {"macho.rpath"}),
)
_ALONE: Final = (
    (UUID, {"LC_UUID"}),
    (SIGNATURE, {"LC_CODE_SIGNATURE"}),
    (
        MINOS,
        {"LC_BUILD_VERSION", "LC_VERSION_MIN_MACOSX", "LC_VERSION_MIN_IPHONEOS",
         "LC_VERSION_MIN_TVOS", "LC_VERSION_MIN_WATCHOS"},
    ),
    (SDK, {"LC_SOURCE_VERSION"}),
)  # fmt: skip
"""What a command is about that one side alone has."""


def _damage(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        yield Claim(DAMAGED, [fact], severity=None if fact.a != fact.b else Severity.REVIEW)


def _string(fact: Difference, scene: Scene) -> Claim | None:
    return string_claim(fact, scene, BUILD_PATH, BUILD_TIME)


def _slices(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take slices of one side; wheels for other processors have others."""
    del scene
    yield Claim(SLICE, facts, follows=(":wheel-tags",))


def _minos(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the oldest system of files; what that does to installs is the finding in front of it."""
    del scene
    yield Claim(MINOS, facts, follows=(":deployment-target",))


def _system_versions(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the versions of the system's own libraries: they are those of the SDK."""
    del scene
    mine = [
        fact
        for fact in facts
        if (names := fact.note.split("\n"))[0] == names[-1] and names[0].startswith(_SYSTEM)
    ]
    if mine:
        yield Claim(SDK, mine)


_SYSTEM: Final = ("/usr/lib/", "/System/Library/")


def _identifiers(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take identifiers of a signature that are equal but for the file's own LC_UUID."""
    mine = [fact for fact in facts if fact.note == "uuid"]
    if mine:
        yield Claim(UUID, mine, follows=(scene.path,))


_PLACES: Final = ("macho.install-name", "macho.load-dylib", "macho.rpath")

RULES: Final = (
    id_rule(UUID, "macho", uuid_made),
    Rule("macho-identifier", (UUID,), ("macho.code-identifier",), 46, _identifiers),
    _follows(CODE_SIGNATURE, "macho.code-hashes"),
    _follows(STRING_TABLE, "macho.string-table"),
    _follows(FAT_LAYOUT, "macho.fat-layout"),
    _all(SIGNATURE_UNTRUE, "macho.signature-untrue"),
    _all(SIGNATURE, "macho.code-identifier", "macho.cms", "macho.signature-form"),
    Rule("macho-minos", (MINOS,), ("macho.minos",), 48, _minos),
    Rule("macho-system-versions", (SDK,), ("macho.load-dylib",), 47, _system_versions),
    _all(SDK, "macho.sdk"),
    Rule("macho-slice", (SLICE,), ("macho.slice",), 48, _slices),
    Rule("macho-oso-time", (OSO_TIME,), ("macho.oso-time",), 48, _times),
    Rule("macho-oso-path", (OSO_PATH, TEMP_OBJECT), ("macho.oso-path",), 46, _paths),
    Rule(
        "macho-names",
        (INSTALL_NAME, RPATH, UUID, SIGNATURE, MINOS, SDK, TABLES),
        (*_PLACES, "macho.command", "macho.room"),
        48,
        _names,
    ),
    Rule("macho-damage", (DAMAGED,), ("macho.damage",), 48, _damage),
    *structure_rules("macho", BUILD_PATH, BUILD_TIME, CODE, _string),
)
