"""Makes the source of a view; for use in a thread, because it reads and takes apart.

What takes longest comes second: a source may have a ``later``, which is to be called when it is on
the screen, and which returns the same with more in it.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from reprodiff.model import Category, Location, Span
from reprodiff.tui.chunks import Chunk, Line
from reprodiff.tui.evidence import (
    Subject,
    best_view,
    code_places,
    fields,
    is_pyc,
    position,
    views_of,
)
from reprodiff.tui.kinds import in_container
from reprodiff.tui.library import Contents
from reprodiff.tui.painting import SyntaxPainter
from reprodiff.tui.sources.base import Messages, Source, View
from reprodiff.tui.sources.dumps import NOTHING_KNOWN, BytesSource, Known
from reprodiff.tui.sources.tables import GridSource
from reprodiff.tui.sources.texts import PairSource, TextSource
from reprodiff.tui.store import Phase, Store
from reprodiff.views import claims as claiming
from reprodiff.views.hexdump import MAX_ALIGNED, HexPair
from reprodiff.views.text import TextPair, readable

Later = Callable[[], Source | None]
_SMALL: Final = 4 << 20
"""Pairs of so many bytes are taken apart before they are shown: that takes no time to speak of."""


class Made(NamedTuple):
    """A source, and what makes more of it."""

    source: Source
    later: Later | None = None


def made(
    store: Store, contents: Contents, subject: Subject, view: View | None, step: int = 0
) -> Made:
    """Return ``contents`` in ``view``, or in the one that tells most.

    With ``step`` it is the view that is so many behind ``view``, of those that there are.
    """
    views = views_of(subject, contents)
    if step:
        at = views.index(view) if view in views else 0
        view = views[(at + step) % len(views)]
    if not (len(contents.a) or len(contents.b)) and view is not View.FIELDS:
        notes = contents.notes or ["Both sides are empty."]
        return Made(Messages(notes, view or View.BYTES))
    view = view or best_view(subject, contents)
    location = subject.anchor
    if view is View.FIELDS or location is None:
        return Made(fields(subject))
    return _MAKERS[view](store, contents, subject, location)


def _text(_store: Store, contents: Contents, _subject: Subject, location: Location) -> Made:
    if not _is_text(contents):
        message = "This is not text, or too much of it. Press v for the next view."
        return Made(Messages([message], View.TEXT))
    python = location.path.endswith((".py", ".pyi"))
    pair = TextPair(contents.a, contents.b, python=python)
    source = TextSource(pair, position(location, contents))
    source.painter = _painter(pair, location.path)
    return Made(source)


def _normal(_store: Store, contents: Contents, _subject: Subject, location: Location) -> Made:
    from reprodiff.views.normal import normal  # noqa: PLC0415

    if not _is_text(contents):
        message = "Only text has a normal form here. Press v for the next view."
        return Made(Messages([message], View.NORMAL))
    sides = [normal(location.path, data) for data in (contents.a, contents.b)]
    one, two = sides
    if one is None or two is None:
        return Made(Messages(["This is too large to be normalised."], View.NORMAL))
    raw = [memoryview(side.text.encode("utf-8", "surrogatepass")) for side in (one, two)]
    pair = TextPair(raw[0], raw[1])
    source = TextSource(pair, None, View.NORMAL)
    source.painter = _painter(pair, location.path)
    source.legend = [Chunk(" normalised: ", "strong"), Chunk(one.how, "dim")]
    return Made(source)


def _header(_store: Store, contents: Contents, subject: Subject, location: Location) -> Made:
    from reprodiff.views import headers  # noqa: PLC0415

    at = position(location, contents)
    if contents.archives is not None:
        rows = headers.member_table(*contents.archives, *contents.paths)
    else:
        rows = headers.content_table(contents.a, contents.b)
    del subject
    if not rows:
        return Made(Messages(["There is no header here that is taken apart."], View.HEADER))
    return Made(GridSource(rows, View.HEADER, at))


def _parts(_store: Store, contents: Contents, _subject: Subject, location: Location) -> Made:
    from reprodiff.views.native import asking  # noqa: PLC0415

    at = position(location, contents)

    def asked(*, judge: bool) -> Source:
        rows = asking.parts(location.path, contents.a, contents.b, judge=judge)
        if isinstance(rows, str):
            return Messages([rows], View.PARTS)
        source = GridSource(rows, View.PARTS, at)
        source.legend = _STATES
        return source

    def later() -> Source | None:
        source = asked(judge=True)
        return source if isinstance(source, GridSource) else None

    if not contents.both or len(contents.a) + len(contents.b) <= _SMALL:
        return Made(asked(judge=True))
    return Made(asked(judge=False), later)


def _code(_store: Store, contents: Contents, _subject: Subject, location: Location) -> Made:
    if is_pyc(contents):
        return _bytecode(contents, location)
    from reprodiff.views.native import asking  # noqa: PLC0415

    places = code_places(location, contents)
    found = asking.code(contents.a, contents.b, *places)
    if isinstance(found, str):
        return Made(Messages([found], View.CODE))
    one, two = found
    at = position(location, contents)

    def paired(moved: claiming.Claims | None) -> PairSource:
        pair = asking.paired(one, two, moved)
        line = pair.line_at(*at) if at is not None else None
        place = (at[0], line) if at is not None and line is not None else None
        source = PairSource(pair, place, View.CODE)
        if pair.moved:
            source.legend = _FOLLOWS
        return source

    def later() -> Source | None:
        moved = _moved(contents, location)
        return paired(moved) if moved is not None else None

    if not contents.both:
        return Made(paired(None))
    if len(contents.a) + len(contents.b) <= _SMALL:
        return Made(paired(_moved(contents, location)))
    return Made(paired(None), later)


def _bytecode(contents: Contents, location: Location) -> Made:
    from reprodiff.views import pycode  # noqa: PLC0415
    from reprodiff.views.listing import ListingPair  # noqa: PLC0415

    found = pycode.ask(contents.a, contents.b)
    if isinstance(found, str):
        return Made(Messages([found], View.CODE))
    pair = ListingPair(*found)
    at = position(location, contents)
    line = pair.line_at(*at) if at is not None else None
    place = (at[0], line) if at is not None and line is not None else None
    return Made(PairSource(pair, place, View.CODE))


def _moved(contents: Contents, location: Location) -> claiming.Claims | None:
    """Return the bytes that the format says follow from something else having moved."""
    stated = claiming.ask(location.path, contents.kind, contents.a, contents.b, container=False)
    claims = [
        claiming.Claim(0, *spans)
        for fact in stated
        if fact.what.endswith(".moved")
        for spans in fact.spans
    ]
    return claiming.Claims(claims) if claims else None


# -- bytes and what accounts for them


def _bytes(store: Store, contents: Contents, _subject: Subject, location: Location) -> Made:
    at = position(location, contents)
    placed = _placed(store, contents)
    known = _known(store, placed)
    small = max(len(contents.a), len(contents.b)) <= MAX_ALIGNED
    if small:
        pair = HexPair.aligned(contents.a, contents.b)
    else:
        pair = HexPair.anchored(contents.a, contents.b, known.claims.pairs)
    source = BytesSource(pair, at, known if placed else NOTHING_KNOWN)

    def later() -> Source | None:
        if store.phase is Phase.RUNNING:
            return None
        full = _known(store, _completed(placed, contents), complete=contents.archives is None)
        anchors = full.claims.pairs
        # What accounts for the bytes says where they belong; a mere alignment can only guess.
        by_anchors = anchors and (full.complete or not small)
        better = HexPair.anchored(contents.a, contents.b, anchors) if by_anchors else pair
        return source.renewed(better, full)

    return Made(source, later if contents.both else None)


class _Placed(NamedTuple):
    """A place of a finding in the bytes at hand; ``number`` is that of the finding."""

    number: int
    location: Location


def _placed(store: Store, contents: Contents) -> list[_Placed]:
    """Return the places of all findings that are in these bytes."""
    container = contents.archives is not None
    placed: list[_Placed] = []
    for number, finding in enumerate(list(store.findings.values())):
        for location in list(store.locations(finding.id)):
            path, span_a, span_b = location.path, location.span_a, location.span_b
            if span_a is None and span_b is None:
                continue
            holder = path.rpartition("!/")[0] if container else path
            if holder == contents.path and in_container(location) is container:
                placed.append(_Placed(number, location))
    return placed


def _known(store: Store, placed: list[_Placed], *, complete: bool = False) -> Known:
    findings = list(store.findings.values())
    found = sorted({number for number, _ in placed if number < len(findings)})
    # Counted anew, so that the first few have colours of their own.
    order = {number: at for at, number in enumerate(found)}
    claims = [
        claiming.Claim(order[number], each.span_a or Span(0, 0), each.span_b or Span(0, 0))
        for number, each in placed
        if number in order
    ]
    titles = {order[number]: findings[number].title for number in found}
    loose = frozenset(
        order[number] for number in found if findings[number].category is Category.UNEXPLAINED
    )
    return Known(claiming.Claims(claims), titles, loose, complete)


def _completed(placed: list[_Placed], contents: Contents) -> list[_Placed]:
    """Return the places, with all the other bytes that the facts behind them are about."""
    container = contents.archives is not None
    kind = contents.kind
    stated = claiming.ask(contents.path, kind, contents.a, contents.b, container=container)
    owners: dict[tuple[str, Span, Span], _Placed] = {}
    for each in placed:
        inner = each.location.path.rpartition("!/")[2] if container else ""
        key = (inner, each.location.span_a or Span(0, 0), each.location.span_b or Span(0, 0))
        owners.setdefault(key, each)
    more = list(placed)
    for fact in stated:
        one, two = claiming.first_spans(fact)
        owner = owners.get((fact.path if container else "", one, two))
        if owner is not None:
            more += [
                _Placed(owner.number, owner.location._replace(span_a=x, span_b=y))
                for x, y in fact.spans[1:]
            ]
    return more


def _is_text(contents: Contents) -> bool:
    sides = [data for data in (contents.a, contents.b) if len(data)]
    return all(readable(data) for data in sides)


def _painter(pair: TextPair, path: str) -> SyntaxPainter | None:
    from reprodiff.views.syntax import language  # noqa: PLC0415

    grammar = language(path)
    return SyntaxPainter(pair, grammar) if grammar else None


_FOLLOWS: Final[Line] = [
    Chunk(" operand ", "follows"),
    Chunk(" leads to the same thing, which stands elsewhere", "dim"),
]
_STATES: Final[Line] = [
    Chunk(" ~ ", "state-changed"),
    Chunk("changed  ", "dim"),
    Chunk("- ", "a-sign"),
    Chunk("only in A  ", "dim"),
    Chunk("+ ", "b-sign"),
    Chunk("only in B  ", "dim"),
    Chunk("→ ", "follows"),
    Chunk("moved  ", "dim"),
    Chunk("↳ ", "follows"),
    Chunk("follows what moved", "dim"),
]
_MAKERS: Final = {
    View.TEXT: _text,
    View.NORMAL: _normal,
    View.HEADER: _header,
    View.PARTS: _parts,
    View.CODE: _code,
    View.BYTES: _bytes,
}
