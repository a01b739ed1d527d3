"""Why two ELF files differ: rules on the facts that the format states."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes import (
    environment,
    lines,
    native_paths,
    native_stripped,
    native_tools,
    path_pieces,
    seeds,
)
from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.native_causes import (
    BUILD_ID,
    BUILD_ID_ONLY,
    BUILD_PATH,
    BUILD_TIME,
    CODE,
    DAMAGED,
    DATA,
    DEBUG_COMPRESSION,
    DEBUG_INFO,
    DEBUG_LINK,
    LAYOUT,
    NEEDED,
    ORDER,
    OVERLAY,
    RUNPATH,
    SYMBOLS,
    TABLES,
    TEMP_DIR,
    TOOLCHAIN,
)
from reprodiff.causes.native_docs import (
    BUILD_ID_RANDOM,
    CPU_DISPATCH,
    EDITED,
)
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.model import Confidence, Difference, Severity

# __DATE__, __TIME__ and __TIMESTAMP__ as C 2018, 6.10.8.1 and GCC write them.
_MONTH: Final = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK: Final = rb"(?:[01]\d|2[0-3]):[0-5]\d:[0-6]\d"
_MACRO: Final = re.compile(
    rb"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) " + _MONTH + rb" (?: \d|[1-3]\d) " + _CLOCK + rb" \d{4}"
    rb"|" + _MONTH + rb" (?: \d|[1-3]\d) \d{4}|" + _CLOCK + rb")"
)
_PRODUCER: Final = re.compile(
    rb"GNU (?:C|C\+\+|Fortran|AS|Go|D|Ada|Modula-2)[ \d]|.{0,40}clang (?:version|LLVM)"
    rb"|.{0,40}rustc version"
)
# One finding gathers the claims of all members: it is the finding that counts.
BEYOND_MOVES: Final = "Instructions differ, beyond those that only follow what has moved."
_PATHS: Final = (BUILD_PATH, TEMP_DIR)
_ABSOLUTE: Final = re.compile(rb"/[^\0]+|[A-Za-z]:[\\/]")


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value or "").encode()


def _strings(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    # Absolute paths tell the build directories, which relative ones are then held against.
    ordered = sorted(facts, key=lambda fact: not is_absolute(fact.a))
    rest, again = native_paths.regrouped(ordered)
    made = [string_claim(fact, scene) for fact in rest]
    same, text = native_paths.below(again, scene), _EXPLAINED[BUILD_PATH.id]
    made += [Claim(BUILD_PATH, [x], explanation=text) if same else string_claim(x, scene)
             for x in again]  # fmt: skip
    claims = path_pieces.consistent(seeds.settle(made, scene), scene, _PATHS)
    path_pieces.remember(claims, scene, _PATHS)
    yield from path_pieces.settle(claims, scene)


def is_absolute(value: object) -> bool:
    """Whether a string is an absolute path."""
    return _ABSOLUTE.match(_raw(value)) is not None


def string_claim(fact: Difference, scene: Scene) -> Claim:
    """Put a string that another one stands for down to a cause."""
    told = native_tools.told(_raw(fact.a), _raw(fact.b))
    if told is not None:
        return Claim(TOOLCHAIN, [fact], Confidence.LIKELY, evidence=(told,))
    mapped = native_paths.mapped(_raw(fact.a), _raw(fact.b))
    if mapped is not None:
        scene.prefixes.learn(*mapped)
        return Claim(BUILD_PATH, [fact], Confidence.LIKELY, hinge=mapped, explanation=_MAPPED)
    claim = _string_claim(fact, scene)
    if claim.cause is BUILD_PATH and claim.hinge is not None:
        native_paths.doubt(_raw(fact.a), _raw(fact.b), scene)
    return claim


def _string_claim(fact: Difference, scene: Scene) -> Claim:
    a, b = _raw(fact.a), _raw(fact.b)
    debug = fact.note == "debug"
    times_a, times_b = _MACRO.findall(a), _MACRO.findall(b)
    if times_a and len(times_a) == len(times_b) and _MACRO.sub(b"", a) == _MACRO.sub(b"", b):
        return Claim(BUILD_TIME, [fact], explanation=_EXPLAINED[BUILD_TIME.id])
    if debug and not (_is_text(a) and _is_text(b)):
        return Claim(DEBUG_INFO, [fact])
    if debug and _ABSOLUTE.fullmatch(a) and _ABSOLUTE.fullmatch(b):
        return _debug_path(fact, a.decode("utf-8", "surrogateescape"),
                           b.decode("utf-8", "surrogateescape"), scene)  # fmt: skip
    if fact.what == "elf.symbol" and debug:
        made_up = seeds.hash_claim(fact, a, b)
        if made_up is not None:
            return made_up
    pieces = lines.explain(a, b, scene)
    judged = [piece.judgement for piece in pieces if piece.judgement is not None]
    causes = {_CAUSES.get(judgement.cause.id) for judgement in judged}
    if judged and len(judged) == len(pieces) and None not in causes:
        confidence = max((j.confidence for j in judged), key=lambda c: c.rank)
        cause = next(cause for cause in (BUILD_PATH, TEMP_DIR, BUILD_TIME) if cause in causes)
        hinge = next((j.hinge for j in judged if j.hinge), None)
        return Claim(cause, [fact], confidence, hinge=hinge, explanation=_EXPLAINED[cause.id])
    if debug:
        if _PRODUCER.match(a) and _PRODUCER.match(b):
            return Claim(
                TOOLCHAIN, [fact], Confidence.LIKELY, evidence=native_tools.producers(a, b)
            )
        found = _relative(
            fact, a.decode("utf-8", "surrogateescape"), b.decode("utf-8", "surrogateescape"), scene
        )
        return found or Claim(DEBUG_INFO, [fact])
    return Claim(SYMBOLS if fact.what == "elf.symbol" else DATA, [fact])


def _is_text(raw: bytes) -> bool:
    """Whether bytes are what a path is made of: UTF-8 that can be printed."""
    try:
        return raw.decode("utf-8").isprintable()
    except UnicodeDecodeError:
        return False


def _debug_path(fact: Difference, a: str, b: str, scene: Scene) -> Claim:
    """A path that only debuggers read: the directory of a compilation, or a file below it."""
    raw = [path.encode("utf-8", "surrogateescape") for path in (a, b)]
    judged = [piece.judgement for piece in lines.explain(raw[0], raw[1], scene)]
    if all(each and each.cause is environment.TEMP_PATH for each in judged):
        return Claim(TEMP_DIR, [fact], explanation=_EXPLAINED[TEMP_DIR.id])
    prefix_a, prefix_b, suffix = split_paths(a, b)
    if not suffix and native_paths.names_file(a) and native_paths.names_file(b):
        return Claim(DEBUG_INFO, [fact])  # two files, not one in two places
    # Without a common end they are two directories; that only a build has such is then enough,
    # because nothing reads them but a debugger.
    known = all(each is not None and each.hinge is not None for each in judged)
    sure = known and (
        not suffix
        or all(each is not None and each.confidence is Confidence.PROVEN for each in judged)
    )
    if not known:
        scene.prefixes.learn(prefix_a, prefix_b)
    return Claim(
        BUILD_PATH,
        [fact],
        Confidence.PROVEN if sure else Confidence.LIKELY,
        hinge=(prefix_a, prefix_b),
        explanation=_EXPLAINED[BUILD_PATH.id],
    )


def _relative(fact: Difference, a: str, b: str, scene: Scene) -> Claim | None:
    """A path below a directory that is part of two known build directories."""
    prefix_a, prefix_b, _ = split_paths(a, b)
    if not prefix_a or not prefix_b or prefix_a == prefix_b:
        return None
    for known_a, known_b, _ in scene.prefixes.pairs()[:_MOST_KNOWN]:
        if known_a.endswith("/" + prefix_a) and known_b.endswith("/" + prefix_b):
            head_a, head_b = known_a[: -len(prefix_a)], known_b[: -len(prefix_b)]
            if head_a == head_b:
                text = _EXPLAINED[BUILD_PATH.id]
                return Claim(BUILD_PATH, [fact], hinge=(known_a, known_b), explanation=text)
    return None


_MOST_KNOWN: Final = 50


_CAUSES: Final[dict[str, Cause]] = {
    environment.PATH.id: BUILD_PATH,
    environment.INTERPRETER_PATH.id: BUILD_PATH,
    environment.TEMP_PATH.id: TEMP_DIR,
    environment.TEXT_TIME.id: BUILD_TIME,
}
_EXPLAINED: Final = {
    BUILD_PATH.id: "The compiler wrote the directory it ran in; every other word that differs with "
    "it was checked by itself.",
    TEMP_DIR.id: "The compiler wrote the random directory that the build tool made up for it.",
    BUILD_TIME.id: "The sources ask for the time of compilation (__DATE__, __TIME__).",
}

_MAPPED: Final = "On one side the compiler was told to write the directory it ran in as a dot."


def _build_id(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    ids = [fact for fact in facts if fact.what == "elf.build-id"]
    if not ids:
        return
    others = any(fact.what not in {"elf.build-id", "elf.overlay", "elf.moved"} for fact in facts)
    if others:
        text = ""
        if all(len(_raw(value)) == _UUID for value in (ids[0].a, ids[0].b)):
            text = (
                "Something else in the file differs, and the id is an md5 of what was linked, or "
                "random (uuid): both have 16 bytes."
            )
        yield Claim(BUILD_ID, ids, explanation=text, follows=(scene.path,))
        return
    reasons = tuple(reason for reason in ids[0].note.split("; ") if reason)
    if all(len(_raw(value)) == _UUID for value in (ids[0].a, ids[0].b)):
        text = "Nothing else in the files differs, and nothing was taken out of them."
        if reasons:
            text = (
                "Nothing else in the files differs: the id is random (uuid), or an md5 of what "
                "is not in them any more."
            )
        evidence = ("both ids have 16 bytes: uuid or md5", *reasons)
        yield Claim(BUILD_ID_RANDOM, ids, explanation=text, evidence=evidence)
        return
    known = [f"{a} and {b}" for a, b, _ in scene.prefixes.pairs()[:1]]
    if known:
        reasons = (f"the builds ran in {known[0]}, as other files show", *reasons)
    text = "Nothing else in the files differs: it was made from something that is gone."
    yield Claim(BUILD_ID_ONLY, ids, explanation=text, evidence=reasons)


_UUID: Final = 32
"""Digits of an id of 16 bytes."""


def _overlay(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(OVERLAY, facts)


def _damage(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        alike = fact.a == fact.b
        yield Claim(DAMAGED, [fact], severity=Severity.REVIEW if alike else Severity.ALARM)


def _moved(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(LAYOUT, facts, follows=(scene.path,))


def _link(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(DEBUG_LINK, facts, follows=(scene.path,))


def _code(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Claim functions; strings and tables are only looked at, for what they say of the tools.

    A function that differs in pieces of strings alone waits for what those are.
    """
    tools = any(
        fact.what in {"elf.comment", "elf.property"}
        or (fact.note == "debug" and _PRODUCER.match(_raw(fact.a)))
        for fact in facts
    )
    mine = [fact for fact in facts if fact.what in _CODE_FACTS]
    strings = [fact for fact in facts if fact.what == "elf.string"]
    if later := path_pieces.undecided(mine, strings, scene):
        mine = [fact for fact in mine if fact not in later]
    sure = [fact for fact in mine if not fact.note]
    unread = [fact for fact in mine if fact.note]
    other = [fact for fact in sure if _for_processor(fact)]
    sure = [fact for fact in sure if fact not in other] if other else sure
    follows = (f":{TOOLCHAIN.id}",) if tools else ()
    uses = [fact for fact in facts if fact.what == "elf.features"]
    if other or uses:
        named = {_raw(fact.a if fact.a is not None else fact.b).decode("utf-8", "replace")
                 for fact in other}  # fmt: skip
        shown = [fact for fact in uses if fact.inside not in named]
        yield Claim(
            CPU_DISPATCH, [*shown, *other], Confidence.LIKELY,
            evidence=native_tools.processors(uses),
            consumed=tuple(fact for fact in uses if fact not in shown),
        )  # fmt: skip
    if sure:
        text = BEYOND_MOVES
        if tools:
            text += " Other tools or flags make other code of the same sources."
        yield Claim(CODE, sure, explanation=text, follows=follows)
    if unread:
        yield Claim(CODE, unread, Confidence.POSSIBLE, evidence=(unread[0].note,))


def _for_processor(fact: Difference) -> bool:
    """Whether a function that one side alone has is named after an instruction set."""
    if fact.what != "elf.function" or (fact.a is not None and fact.b is not None):
        return False
    return _PROCESSOR.search(_raw(fact.a if fact.a is not None else fact.b)) is not None


_CODE_FACTS: Final = ("elf.code", "elf.function", "elf.instructions")
_PROCESSOR: Final = re.compile(
    rb"(?i)[._](?:arch_[a-z0-9_]+|avx(?:2|512[a-z0-9_]*)?|sse(?:2|3|4[._]?[12]?)?|ssse3|fma[34]?"
    rb"|neon|asimd\w*|sve2?|vsx[234]?|vxe?2?|rvv|x86[._]64[._]v[234])(?:\.|_|\Z)"
)


def _data(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    claims = list(path_pieces.pieces(facts, scene))
    yield from claims
    known = [fact for claim in claims for fact in claim.differences]
    rest = [fact for fact in facts if fact not in known]
    texts = list(path_pieces.texts(rest, scene, string_claim, _PATHS))
    yield from path_pieces.consistent(texts, scene, _PATHS)
    known += [fact for claim in texts for fact in claim.consumed]
    facts = [fact for fact in facts if fact not in known] if known else facts
    sure = [fact for fact in facts if not fact.note]
    unsure = [fact for fact in facts if fact.note]
    if sure:
        yield Claim(DATA, sure)
    if unsure:
        yield Claim(DATA, unsure, Confidence.POSSIBLE, evidence=(unsure[0].note,))


def _code_pieces(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    claims = list(path_pieces.pieces(facts, scene))
    yield from claims
    known = [fact for claim in claims for fact in claim.differences]
    if rest := [fact for fact in facts if fact not in known]:
        yield Claim(CODE, rest, explanation=BEYOND_MOVES)


def _tables(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    tables = [fact for fact in facts if fact.what == "elf.table"]
    if tables:
        yield Claim(TABLES, tables, Confidence.LIKELY, follows=(scene.path,))


def _property(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        levels = b"x86-64" in _raw(fact.a) + _raw(fact.b)
        yield Claim(CPU_DISPATCH if levels else TOOLCHAIN, [fact], Confidence.LIKELY)


def _debug(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    claims = list(path_pieces.pieces(facts, scene))
    yield from claims
    known = [fact for claim in claims for fact in claim.differences]
    if facts := [fact for fact in facts if fact not in known]:
        yield Claim(DEBUG_INFO, facts, Confidence.LIKELY, follows=(scene.path,))


def _plainly(name: str, cause: Cause, *takes: str, rank: int = 49) -> Rule:
    """Return a rule that puts all facts of some kinds down to one cause."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts)

    return Rule(name, (cause,), takes, rank, apply)


_STRING_CAUSES: Final = (
    *(BUILD_PATH, TEMP_DIR, BUILD_TIME, TOOLCHAIN, DEBUG_INFO, SYMBOLS, DATA),
    *seeds.CAUSES,
)

RULES: Final = (
    Rule("elf-build-id", (BUILD_ID, BUILD_ID_ONLY, BUILD_ID_RANDOM), ("elf.",), 47, _build_id),
    Rule("elf-overlay", (OVERLAY,), ("elf.overlay",), 48, _overlay),
    Rule("elf-damage", (DAMAGED,), ("elf.damage",), 48, _damage),
    Rule("elf-strings", _STRING_CAUSES, ("elf.string", "elf.symbol"), 49, _strings),
    _plainly("elf-rpath", RUNPATH, "elf.rpath", "elf.runpath"),
    _plainly("elf-needed", NEEDED, "elf.needed", "elf.soname"),
    _plainly("elf-toolchain", TOOLCHAIN, "elf.comment"),
    _plainly("elf-edited-layout", EDITED, "elf.filler"),
    *native_stripped.RULES,
    Rule(
        "elf-code",
        (CODE, CPU_DISPATCH),
        (*_CODE_FACTS, "elf.features", "elf.comment", "elf.property", "elf.string"),
        48,
        _code,
    ),
    Rule("elf-code-pieces", (CODE, BUILD_PATH, TEMP_DIR), ("elf.code",), 50, _code_pieces),
    Rule("elf-property", (CPU_DISPATCH, TOOLCHAIN), ("elf.property",), 49, _property),
    _plainly("elf-order", ORDER, "elf.order", rank=50),
    _plainly("elf-symbols", SYMBOLS, "elf.symbols", rank=50),
    Rule("elf-data", (DATA, BUILD_PATH, TEMP_DIR), ("elf.data",), 50, _data),
    Rule("elf-tables", (TABLES,), ("elf.table",), 51, _tables),
    Rule("elf-debug", (DEBUG_INFO, BUILD_PATH, TEMP_DIR), ("elf.debug",), 51, _debug),
    _plainly("elf-compression", DEBUG_COMPRESSION, "elf.compression", rank=51),
    Rule("elf-debug-link", (DEBUG_LINK,), ("elf.debuglink",), 52, _link),
    Rule("elf-moved", (LAYOUT,), ("elf.moved",), 53, _moved),
)
