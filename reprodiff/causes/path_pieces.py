"""Pieces of a path among constants: what a compiler makes of a copy of ``__FILE__``.

It writes the string in pieces of as many bytes as a register holds, each a constant of its own.  Of
two builds whose paths have one length, a piece differs where the path does.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import combinations
from typing import Final

from reprodiff.causes.base import Cause, Claim, Scene
from reprodiff.causes.native_causes import BUILD_PATH
from reprodiff.causes.seeds import contradicted
from reprodiff.formats.parsing.byteruns import common_head, common_tail
from reprodiff.formats.parsing.paths import find_temporary_names
from reprodiff.model import Confidence, Difference, Severity
from reprodiff.records import replace

_LEAST: Final = 8
"""Bytes in a row that must be those of the path, on both sides."""
_MOST: Final = 200
"""Paths that are tried, and pieces of one fact."""
_EXPLAINED: Final = (
    "The compiler copies a string with the directory it ran in by way of constants; each "
    "is a piece of a path that stands in the file as well."
)


def widened(fact: Difference, scene: Scene) -> Difference | None:
    """Return a fact with the text that its bytes stand in, if that is text on both sides.

    Constants that stand side by side are one text where all of a string was cut into them.
    """
    places = fact.places()
    if fact.note or len(places) != 1 or not 0 < places[0][0].size == places[0][1].size <= _LONGEST:
        return None
    one, two = places[0]
    before = min(_texts(scene.data_a[max(one.start - _LONGEST, 0) : one.start][::-1]),
                 _texts(scene.data_b[max(two.start - _LONGEST, 0) : two.start][::-1]))  # fmt: skip
    behind = min(_texts(scene.data_a[one.stop : one.stop + _LONGEST]),
                 _texts(scene.data_b[two.stop : two.stop + _LONGEST]))  # fmt: skip
    a = bytes(scene.data_a[one.start - before : one.stop + behind])
    b = bytes(scene.data_b[two.start - before : two.stop + behind])
    whole = len(a) > one.size and min(_texts(a), _texts(b)) == len(a)
    return fact._replace(a=a, b=b) if whole else None


def texts(
    facts: Iterable[Difference],
    scene: Scene,
    judge: Callable[[Difference, Scene], Claim],
    causes: Sequence[Cause],
) -> Iterator[Claim]:
    """Yield the claims of some causes on facts whose bytes stand in a text, with that for values.

    All of a path may have been cut into constants.
    """
    for fact in facts:
        text = widened(fact, scene)
        claim = judge(text, scene) if text is not None and b"/" in _raw(text.a) else None
        if text is not None and claim is not None and claim.cause in causes:
            yield replace(claim, differences=[text], consumed=(fact,))


def _texts(data: bytes | memoryview) -> int:
    """Return how many bytes are letters of a text in ASCII, up to the first that is none."""
    return next((at for at, byte in enumerate(data) if not 0x20 <= byte < 0x7F), len(data))


_LONGEST: Final = 4096


def remember(claims: Iterable[Claim], scene: Scene, causes: Sequence[Cause]) -> None:
    """Keep the claims of some causes whose strings are one path of one length."""
    for claim in claims:
        (fact,) = claim.differences[:1]
        if claim.cause in causes and claim.confidence is Confidence.PROVEN and _sound(claim, scene):
            a, b = _raw(fact.a), _raw(fact.b)
            if len(a) == len(b) >= _LEAST and b"/" in a + b.replace(b"\\", b"/"):
                scene.paths.append(claim)


def _sound(claim: Claim, scene: Scene) -> bool:
    """Whether nothing speaks against the pair of directories that a claim hangs on."""
    return claim.hinge is None or not scene.prefixes.contradicted(*claim.hinge)


def consistent(claims: Sequence[Claim], scene: Scene, causes: Sequence[Cause]) -> list[Claim]:
    """Return claims; those that speak against each other are only likely.

    A build has one random directory for everything that it does in it, whatever else of a path is
    another one.
    """
    paths = [claim if claim.cause in causes else None for claim in claims]
    every = [claim for claim in (*paths, *scene.paths) if claim is not None]
    torn = contradicted({pair for claim in every for pair in _names(claim)})
    unlike = _unlike([_texts_of(claim) for claim in every][:_COMPARED])
    return [
        claim
        if path is None or (torn.isdisjoint(_names(path)) and _texts_of(path) not in unlike)
        else replace(
            claim, confidence=max(claim.confidence, Confidence.LIKELY, key=lambda c: c.rank)
        )
        for claim, path in zip(claims, paths, strict=True)
    ]


_Pair = tuple[bytes, bytes]
_COMPARED: Final = 64
"""Pairs of texts that are held against each other."""
_ALIKE: Final = 3
"""Letters that two random names do not share by chance."""


def _texts_of(claim: Claim) -> _Pair:
    fact = claim.differences[0]
    return _raw(fact.a), _raw(fact.b)


def _unlike(pairs: Sequence[_Pair]) -> set[_Pair]:
    """Return the pairs of texts of which two are alike further on one side than on the other.

    Of one length, two paths part at the same place in both builds; and a path that is cut into
    constants is the path on both sides, in whatever order these stand.
    """
    found: set[_Pair] = set()
    known = [pair for pair in dict.fromkeys(pairs) if len(pair[0]) == len(pair[1])]
    views = [(memoryview(a), memoryview(b)) for a, b in known]
    for common in (common_head, common_tail):
        same = [common(*pair) for pair in views]
        for (x, one), (y, two) in combinations(enumerate(views), 2):
            alike = common(one[0], two[0]), common(one[1], two[1])
            if alike[0] != alike[1] and max(alike) >= max(same[x], same[y]) + _ALIKE:
                found |= {known[x], known[y]}
    return found


def _names(claim: Claim) -> list[tuple[bytes, bytes]]:
    """Return the random names in the strings of a claim."""
    fact = claim.differences[0]
    sides = [
        [text[name.random_start : name.stop] for name in find_temporary_names(text)]
        for text in (_raw(fact.a), _raw(fact.b))
    ]
    return [pair for pair in zip(*sides, strict=False) if pair[0] != pair[1]]


def settle(claims: Iterable[Claim], scene: Scene) -> Iterator[Claim]:
    """Yield claims on strings; one that is not proven is one on pieces if all of it is such.

    Constants may stand side by side, so that they look like one string.
    """
    for claim in claims:
        sure = claim.confidence is Confidence.PROVEN and _sound(claim, scene)
        if sure and claim.cause.severity is Severity.BENIGN:
            yield claim
        else:
            yield next(pieces(claim.differences, scene), claim)


def undecided(
    facts: Iterable[Difference], strings: Iterable[Difference], scene: Scene
) -> list[Difference]:
    """Return the facts that would be ones on pieces, were the strings that differ one path each."""
    known = [
        ((_raw(each.a), _raw(each.b)), Claim(BUILD_PATH, [each]))
        for each in strings
        if len(_raw(each.a)) == len(_raw(each.b)) >= _LEAST
    ][:_MOST]
    return [
        fact for fact in facts if known and not fact.note and _piece(fact, scene, known) is not None
    ]


def pieces(facts: Iterable[Difference], scene: Scene) -> Iterator[Claim]:
    """Yield claims on the facts of which all bytes are pieces of paths that are known."""
    if not scene.paths:
        return
    known = {(_raw(each.differences[0].a), _raw(each.differences[0].b)): each
             for each in scene.paths[:_MOST]}  # fmt: skip
    for fact in facts:
        own = _raw(fact.a), _raw(fact.b)
        others = [item for item in known.items() if item[0] != own]
        claim = _piece(fact, scene, others) if others and not fact.note else None
        if claim is not None:
            yield Claim(claim.cause, [fact], hinge=claim.hinge, explanation=_EXPLAINED)


def _piece(
    fact: Difference, scene: Scene, known: Sequence[tuple[tuple[bytes, bytes], Claim]]
) -> Claim | None:
    """Return the claim on the path that all differing bytes of a fact are pieces of."""
    places = fact.places()
    found: Claim | None = None
    if not 0 < len(places) <= _MOST:
        return None
    for one, two in places:
        if not 0 < one.size == two.size <= 4 * len(known[0][0][0]):
            return None
        a, b = scene.data_a[one.start : one.stop], scene.data_b[two.start : two.stop]
        for start, stop in _runs(a, b):
            here = one.start + start, two.start + start
            size = stop - start
            fits = (claim for path, claim in known if _stands(scene, here, size, path))
            found = next(fits, None)
            if found is None:
                return None
    return found


def _runs(a: memoryview, b: memoryview) -> list[tuple[int, int]]:
    """Return where two texts of one size differ."""
    made: list[tuple[int, int]] = []
    for at, (x, y) in enumerate(zip(a, b, strict=True)):
        if x == y:
            continue
        if made and made[-1][1] == at:
            made[-1] = made[-1][0], at + 1
        else:
            made.append((at, at + 1))
    return made


def _stands(scene: Scene, here: tuple[int, int], size: int, path: tuple[bytes, bytes]) -> bool:
    """Whether bytes of both sides are those of a path, with enough of it beside them."""
    one, two = path
    sides = (scene.data_a, here[0], one), (scene.data_b, here[1], two)
    run = bytes(scene.data_a[here[0] : here[0] + size])
    other = bytes(scene.data_b[here[1] : here[1] + size])
    at = one.find(run)
    while at >= 0:
        if two[at : at + size] == other:
            before = min(_before(data, place, text, at) for data, place, text in sides)
            behind = min(
                _behind(data, place + size, text, at + size) for data, place, text in sides
            )
            if before + size + behind >= _LEAST:
                return True
        at = one.find(run, at + 1)
    return False


def _before(data: memoryview, place: int, text: bytes, at: int) -> int:
    count = 0
    while count < min(at, place) and data[place - count - 1] == text[at - count - 1]:
        count += 1
    return count


def _behind(data: memoryview, place: int, text: bytes, at: int) -> int:
    count = 0
    while (
        place + count < len(data)
        and at + count < len(text)
        and data[place + count] == text[at + count]
    ):
        count += 1
    return count


def _raw(value: object) -> bytes:
    return value if isinstance(value, bytes) else b""
