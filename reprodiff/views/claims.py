"""Which finding accounts for which bytes of a pair of contents.

A place of a finding names one span on each side; a fact may be about many (every word that has
moved).  :func:`state` finds them again: it runs in a child process, because it takes the files
apart once more.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from hashlib import blake2b
from struct import iter_unpack, pack
from typing import Any, Final, NamedTuple

from reprodiff import sandbox
from reprodiff.model import NOWHERE, ArtifactKind, Difference, Side, Span

TASK: Final = "reprodiff.views.claims:state"
MAX_BYTES: Final = 256 << 20
"""Larger pairs are not taken apart again to be looked at."""
LIMITS: Final = sandbox.ChildLimits(seconds=120, cpu_seconds=120)
CHANNEL: Final = "claims"
"""Its own child: what takes a second there must not keep a look at something else waiting."""
_MOST: Final = 1_000_000
"""Spans that are kept of one pair."""
_QUAD: Final = "<4Q"
_KEPT: Final = 4


class Stated(NamedTuple):
    """A fact on a pair: its kind, where it is, and all the bytes it is about (A, B)."""

    what: str
    path: str
    inside: str
    spans: tuple[tuple[Span, Span], ...]


class Claim(NamedTuple):
    """Bytes that are accounted for; ``number`` says by what, for the one who asks."""

    number: int
    a: Span
    b: Span


class Claims:
    """Claims by place: of claims that overlap, the inner one counts."""

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        kept = list(claims)[:_MOST]
        self.pairs = sorted((claim.a, claim.b) for claim in kept)
        self.numbers = sorted({claim.number for claim in kept})
        self._parts = {
            Side.A: _flat((claim.a, claim.number) for claim in kept),
            Side.B: _flat((claim.b, claim.number) for claim in kept),
        }
        self._starts = {side: [part[0] for part in parts] for side, parts in self._parts.items()}

    def at(self, side: Side, offset: int) -> int | None:
        """Return what claims the byte at ``offset`` of one side."""
        at = bisect_right(self._starts[side], offset) - 1
        if at < 0:
            return None
        start, stop, number = self._parts[side][at]
        return number if start <= offset < stop else None

    def overlaps(self, a: Span, b: Span) -> bool:
        """Whether a claim has bytes of both spans."""
        at = bisect_left(self.pairs, a.start, key=lambda pair: pair[0].start)
        for number in range(max(at - 16, 0), len(self.pairs)):
            one, two = self.pairs[number]
            if one.start >= a.stop:
                return False
            if one.stop > a.start and two.start < b.stop and two.stop > b.start:
                return True
        return False


def _flat(spans: Iterable[tuple[Span, int]]) -> list[tuple[int, int, int]]:
    """Return spans as (start, stop, number) that do not overlap, the inner ones on top."""
    ordered = sorted((span.start, -span.stop, number) for span, number in spans if span.size > 0)
    flat: list[tuple[int, int, int]] = []
    open_: list[tuple[int, int]] = []  # stop, number
    at = 0

    def close(until: int) -> None:
        nonlocal at
        while open_:
            stop, number = open_[-1]
            edge = min(stop, until)
            if edge > at:
                flat.append((at, edge, number))
                at = edge
            if stop > until:
                return
            open_.pop()

    for start, minus_stop, number in ordered:
        close(start)
        at = max(at, start)
        if -minus_stop > at:
            open_.append((-minus_stop, number))
    close(1 << 62)
    return flat


def ask(
    path: str, kind: ArtifactKind, a: memoryview, b: memoryview, *, container: bool
) -> list[Stated]:
    """Return the facts on two contents, all their spans with them; none where that fails."""
    if len(a) + len(b) > MAX_BYTES:
        return []
    key = (path, container, *(blake2b(data, digest_size=16).digest() for data in (a, b)))
    if (known := _known.get(key)) is not None:
        return known
    meta = {"path": path, "kind": kind.value, "size_a": len(a), "container": container}
    answer = sandbox.run(TASK, meta, b"".join((a, b)), LIMITS, CHANNEL)
    if isinstance(answer, sandbox.Failure):
        return []
    quads = [(Span(a0, a1), Span(b0, b1)) for a0, a1, b0, b1 in iter_unpack(_QUAD, answer.payload)]
    stated: list[Stated] = []
    at = 0
    for what, where, inside, count in answer.meta["facts"]:
        stated.append(Stated(what, where, inside, tuple(quads[at : at + count])))
        at += count
    while len(_known) >= _KEPT:
        _known.pop(next(iter(_known)), None)
    _known[key] = stated
    return stated


_known: dict[tuple[object, ...], list[Stated]] = {}
"""What was stated of the pairs that were looked at last."""


def give_up() -> None:
    """End what is being asked for: nobody waits for it any more."""
    sandbox.stop(CHANNEL)


# -- in the child


def state(meta: Mapping[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Take a pair apart; the answer has its facts, and their spans as rows of four numbers."""
    size = meta["size_a"]
    a, b = payload[:size], payload[size:]
    kind = ArtifactKind(meta["kind"])
    find = container_facts if meta["container"] else content_facts
    rows: list[tuple[str, str, str, int]] = []
    spans: list[bytes] = []
    for fact in find(str(meta["path"]), kind, a, b):
        places = fact.places()
        if not places:
            continue
        rows.append((fact.what, fact.path, fact.inside, len(places)))
        spans += [pack(_QUAD, *one, *two) for one, two in places]
        if len(spans) > _MOST:
            break
    return {"facts": rows}, b"".join(spans)


def content_facts(
    path: str, kind: ArtifactKind, a: memoryview, b: memoryview
) -> Sequence[Difference]:
    """Return the facts on two contents, by the format they are of."""
    from reprodiff.formats.base import Content  # noqa: PLC0415
    from reprodiff.formats.registry import compare  # noqa: PLC0415

    return compare(Content(path, path, a, b, kind)).facts


def container_facts(
    path: str, kind: ArtifactKind, a: memoryview, b: memoryview
) -> Sequence[Difference]:
    """Return the facts on what two archives record of their members."""
    from reprodiff.artifacts.base import Source  # noqa: PLC0415
    from reprodiff.artifacts.identity import identify  # noqa: PLC0415
    from reprodiff.artifacts.opening import open_bytes  # noqa: PLC0415
    from reprodiff.formats.containers import container_facts as facts_of  # noqa: PLC0415
    from reprodiff.limits import Limits  # noqa: PLC0415
    from reprodiff.pairing import pair  # noqa: PLC0415

    del kind
    with ExitStack() as stack:
        one, two = (
            stack.enter_context(open_bytes(Source(data, path, Limits()))) for data in (a, b)
        )
        pairing = pair(one.members, two.members, lambda _side, _member: None)
        return tuple(facts_of(one, two, pairing, identify(one), identify(two)))


def first_spans(stated: Stated) -> tuple[Span, Span]:
    """Return what a place of a finding has of a fact: its first span on each side."""
    return stated.spans[0] if stated.spans else (NOWHERE, NOWHERE)
