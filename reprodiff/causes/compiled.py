"""Rules on the structure of PE and Mach-O files: what moved, what changed, what it is called."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from reprodiff.causes import native, native_causes, native_tools, path_pieces
from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.compiled_docs import (
    CPU_FEATURES,
    DEBUG_INFO,
    LAYOUT,
    ORDER,
    STRIPPED,
    SYMBOLS,
    TOOLCHAIN,
)
from reprodiff.causes.native_causes import DATA, TABLES
from reprodiff.model import Confidence, Difference, Severity
from reprodiff.records import replace

Judge = Callable[[Difference, Scene], Claim | None]
_RANK: Final = 50
_DEBUG: Final = (".debug", "string table", "symbol table", "__debug")


def structure_rules(form: str, path: Cause, time: Cause, code: Cause, judge: Judge) -> list[Rule]:
    """Return the rules for facts whose kinds start with ``form``.

    ``path`` and ``time`` are the causes of strings that ``judge`` puts down to them, ``code`` that
    of changed functions.
    """
    renamed: Mapping[str, Cause] = {
        native_causes.BUILD_PATH.id: path,
        native_causes.TEMP_DIR.id: path,
        native_causes.BUILD_TIME.id: time,
        native_causes.DEBUG_INFO.id: DEBUG_INFO,
        native_causes.TOOLCHAIN.id: TOOLCHAIN,
        native_causes.SYMBOLS.id: SYMBOLS,
    }

    def strings(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        # Absolute paths tell the build directories, which relative ones are then held against.
        found: list[Claim] = []
        for fact in sorted(facts, key=lambda fact: not native.is_absolute(fact.a)):
            claim = None if fact.note == "debug" else judge(fact, scene)
            if claim is None:
                claim = native.string_claim(fact, scene)
                if fact.note != "debug" and claim.cause is native_causes.BUILD_TIME:
                    claim = Claim(time, [fact], Confidence.LIKELY)
            found.append(replace(claim, cause=renamed.get(claim.cause.id, claim.cause)))
        found = path_pieces.consistent(found, scene, (path,))
        path_pieces.remember(found, scene, (path,))
        yield from path_pieces.settle(found, scene)

    def data(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        claims = list(path_pieces.pieces(facts, scene))
        yield from claims
        known = [fact for claim in claims for fact in claim.differences]
        if rest := [fact for fact in facts if fact not in known]:
            yield Claim(DATA, rest)

    causes = (path, time, DEBUG_INFO, TOOLCHAIN, SYMBOLS, DATA)
    return [
        Rule(f"{form}-strings", causes, (f"{form}.string", f"{form}.symbol"), 49, strings),
        Rule(
            f"{form}-code",
            (code, path),
            (f"{form}.code", f"{form}.function", f"{form}.instructions"),
            _RANK,
            _code(code),
        ),
        Rule(f"{form}-features", (CPU_FEATURES,), (f"{form}.features",), _RANK, _features),
        Rule(
            f"{form}-sections",
            (STRIPPED, DEBUG_INFO, SYMBOLS, DATA),
            (f"{form}.section", f"{form}.names"),
            _RANK,
            _sections,
        ),
        Rule(f"{form}-order", (ORDER,), (f"{form}.order",), _RANK, _order),
        Rule(f"{form}-symbols", (SYMBOLS,), (f"{form}.symbols",), _RANK, _plain(SYMBOLS)),
        Rule(f"{form}-data", (DATA, path), (f"{form}.data",), _RANK, data),
        Rule(f"{form}-tables", (TABLES,), (f"{form}.table",), _RANK + 1, _likely(TABLES)),
        Rule(f"{form}-debug", (DEBUG_INFO,), (f"{form}.debug",), _RANK + 1, _likely(DEBUG_INFO)),
        Rule(f"{form}-moved", (LAYOUT,), (f"{form}.moved",), _RANK + 3, _moved),
    ]


def _code(cause: Cause) -> Callable[[Sequence[Difference], Scene], Iterator[Claim]]:
    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        claims = list(path_pieces.pieces(facts, scene))
        yield from claims
        known = [fact for claim in claims for fact in claim.differences]
        facts = [fact for fact in facts if fact not in known]
        sure = [fact for fact in facts if not fact.note]
        unread = [fact for fact in facts if fact.note]
        if sure:
            yield Claim(cause, sure, explanation=native.BEYOND_MOVES)
        if unread:
            yield Claim(cause, unread, Confidence.POSSIBLE, evidence=(unread[0].note,))

    return apply


def _features(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    evidence = native_tools.processors(facts)
    yield Claim(CPU_FEATURES, facts, Confidence.LIKELY, evidence=evidence)


def _plain(cause: Cause) -> Callable[[Sequence[Difference], Scene], Iterator[Claim]]:
    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts)

    return apply


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """What nothing can tell the order of is benign."""
    del scene
    free = [fact for fact in facts if fact.note == "merged"]
    rest = [fact for fact in facts if fact.note != "merged"]
    if free:
        text = (
            "Only constants that the compiler made up stand in another order, each in a section "
            "of its own that linkers merge: nothing in a program depends on what is beside one."
        )
        yield Claim(ORDER, free, severity=Severity.BENIGN, explanation=text)
    if rest:
        yield Claim(ORDER, rest)


def _likely(cause: Cause) -> Callable[[Sequence[Difference], Scene], Iterator[Claim]]:
    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        yield Claim(cause, facts, Confidence.LIKELY, follows=(scene.path,))

    return apply


def _sections(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Sections of one side, and names of one side: both go if one of the files was stripped."""
    del scene
    names = [fact for fact in facts if fact.what.endswith(".names")]
    bare = [fact for fact in facts if fact not in names and fact.note == "debug"]
    # Who splits debug information off writes down where it went.
    rest = [fact for fact in (*bare, *names) if fact.inside != ".gnu_debuglink"]
    known = [fact for fact in rest if fact.inside.startswith(".debug") or fact in names]
    if bare and known and len({fact.a is None for fact in rest}) == 1:
        # Who strips a file leaves none that the other has not.
        yield Claim(STRIPPED, [*bare, *names])
        names, bare = [], []
    if bare:
        yield Claim(DEBUG_INFO, bare)
    if names:
        yield Claim(SYMBOLS, names)
    for fact in facts:
        if fact.what.endswith(".names") or fact.note == "debug":
            continue
        name = fact.inside.removeprefix("padding of ")
        yield Claim(DEBUG_INFO if name.startswith(_DEBUG) else DATA, [fact])


def _moved(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(LAYOUT, facts, follows=(scene.path,))
