"""CodeView debug information in objects: the strings in it, and what follows from their lengths.

``.debug$S`` has subsections with records of symbols, lines, names of files and their checksums;
``.debug$T`` has records of types, among them strings such as the directory and the command.  All
addresses are relocations, and types are numbered, so only lengths and offsets in the two tables of
files follow from strings.  Source: LLVM, "CodeView Symbol Records", "CodeView Type Records", and
llvm/DebugInfo/CodeView; Microsoft's microsoft-pdb.
"""

import struct
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final, NamedTuple

from reprodiff.formats.coff.parts import PartPair, Work
from reprodiff.formats.machine.pieces import Piece

SYMBOLS: Final = ".debug$S"
TYPES: Final = frozenset({".debug$T", ".debug$P"})
_MAGIC: Final = 4
_SYMBOLS, _LINES, _TEXTS, _FILES, _FRAMES, _INLINEES = 0xF1, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6
_FRAME: Final = 32
"""Bytes of a record of frame data; the program of the frame, a string, stands at 20."""
# Kind of record -> where its string starts, behind the length: S_OBJNAME, S_COMPILE2, S_COMPILE3,
# LF_STRING_ID.
_STRINGS: Final = {0x1101: 6, 0x1116: 24, 0x113C: 24, 0x1605: 6}
_LEAF_FILL: Final = 0xF0
_MOST: Final = 1_000_000


class Token(NamedTuple):
    """A place that has or follows strings.

    ``kind`` is ``string`` (with its zero), ``fill`` (what rounds a record up), ``length`` (the
    value is then without the strings), ``texts`` or ``files`` (an offset in that table).
    """

    at: int
    size: int
    kind: str
    value: int = 0


class Side(NamedTuple):
    """The tokens of one section, and where the two tables in it start (-1 for none)."""

    tokens: list[Token]
    texts: int
    files: int


class _Damage(Exception):  # noqa: N818
    pass


def read(data: bytes, *, types: bool) -> Side | None:
    """Return the tokens of a section in order; ``None`` if it cannot be read."""
    if len(data) < 4:
        return None
    tokens: list[Token] = []
    starts = {_TEXTS: -1, _FILES: -1}
    try:
        walk = _records(data, 4, len(data), types=True) if types else _subsections(data, starts)
        tokens += islice(walk, _MOST)
    except (_Damage, struct.error):
        return None
    if _word(data, 0) != _MAGIC or len(tokens) == _MOST:
        return None
    return Side(tokens, starts[_TEXTS], starts[_FILES])


def _word(data: bytes, at: int) -> int:
    return int(struct.unpack_from("<I", data, at)[0])


def _subsections(data: bytes, starts: dict[int, int]) -> Iterator[Token]:
    at = 4
    while at < len(data):
        kind, size = struct.unpack_from("<2I", data, at)
        start, stop = at + 8, at + 8 + size
        if stop > len(data):
            raise _Damage
        inside: list[Token] = []
        if kind == _SYMBOLS:
            inside += _records(data, start, stop, types=False)
        elif kind == _LINES:
            inside += _lines(data, start, stop)
        elif kind == _INLINEES:
            inside += _inlinees(data, start, stop)
        elif kind == _FRAMES:
            inside += [
                Token(place + 20, 4, "texts", _word(data, place + 20))
                for place in range(start + 4, stop - _FRAME + 1, _FRAME)
            ]
        elif kind in starts:
            if starts[kind] >= 0:
                raise _Damage
            starts[kind] = start
            inside += _texts(data, start, stop) if kind == _TEXTS else _files(data, start, stop)
        varying = sum(token.size for token in inside if token.kind in {"string", "fill"})
        yield Token(at + 4, 4, "length", size - varying)
        yield from inside
        at = min(-(-stop // 4) * 4, len(data))
        if any(data[stop:at]):
            raise _Damage
        yield Token(stop, at - stop, "fill")


def _records(data: bytes, start: int, stop: int, *, types: bool) -> Iterator[Token]:
    at = start
    while at < stop:
        length, kind = struct.unpack_from("<2H", data, at)
        behind = at + 2 + length
        if length < 2 or behind > stop:
            raise _Damage
        place = at + 2 + _STRINGS[kind] if kind in _STRINGS else behind
        end = data.find(b"\0", place, behind) + 1
        if end and _fills(data[end:behind], types=types):
            yield Token(at, 2, "length", length - (behind - place))
            yield Token(place, end - place, "string")
            yield Token(end, behind - end, "fill")
        at = behind


def _fills(rest: bytes, *, types: bool) -> bool:
    """Whether the end of a record is what rounds it up to four bytes."""
    if len(rest) >= 4:
        return False
    expected = bytes(_LEAF_FILL | left for left in range(len(rest), 0, -1))
    return not any(rest) or (types and rest == expected)


def _texts(data: bytes, start: int, stop: int) -> Iterator[Token]:
    at = start
    text = len(data[start:stop].rstrip(b"\0")) + start + 1
    if (stop - start) % 4 or stop - text >= 4:
        text = stop  # it is not filled up
    while at < text:
        end = data.find(b"\0", at, stop) + 1
        if not end:
            raise _Damage
        yield Token(at, end - at, "string")
        at = end
    yield Token(at, stop - at, "fill")


def _files(data: bytes, start: int, stop: int) -> Iterator[Token]:
    at = start
    while at < stop:
        yield Token(at, 4, "texts", _word(data, at))
        if at + 6 > stop:
            raise _Damage
        at = start + -(-(at + 6 + data[at + 4] - start) // 4) * 4


def _lines(data: bytes, start: int, stop: int) -> Iterator[Token]:
    at = start + 12
    while at < stop:
        place, _count, size = struct.unpack_from("<3I", data, at)
        if size < 12 or at + size > stop:
            raise _Damage
        yield Token(at, 4, "files", place)
        at += size


def _inlinees(data: bytes, start: int, stop: int) -> Iterator[Token]:
    more = _word(data, start)
    at = start + 4
    while at < stop:
        yield Token(at + 4, 4, "files", _word(data, at + 4))
        at += 12
        if more:
            count = _word(data, at)
            for number in range(min(count, (stop - at) // 4)):
                yield Token(at + 4 + 4 * number, 4, "files", _word(data, at + 4 + 4 * number))
            at += 4 + 4 * count


def is_codeview(pair: PartPair) -> bool:
    """Whether a section has CodeView records."""
    return pair.name == SYMBOLS or pair.name in TYPES


def map_records(pair: PartPair) -> None:
    """Map a section: the strings in it, and the bytes between them."""
    a, b = pair.plain_a, pair.plain_b
    types = pair.name in TYPES
    one_side, two_side = read(a, types=types), read(b, types=types)
    pair.settle([Piece(0, 0, len(a), len(b), "words" if len(a) == len(b) else "changed")])
    if one_side is None or two_side is None:
        return
    ones, twos = (
        [x for x in side.tokens if x.kind in {"string", "fill"}] for side in (one_side, two_side)
    )
    if [x.kind for x in ones] != [x.kind for x in twos]:
        return
    pieces: list[Piece] = []
    at_a = at_b = 0
    end = Token(len(a), 0, ""), Token(len(b), 0, "")
    for one, two in zip([*ones, end[0]], [*twos, end[1]], strict=True):
        if one.at - at_a != two.at - at_b:
            return
        pieces.append(Piece(at_a, at_b, one.at - at_a, two.at - at_b, "words"))
        at_a, at_b = one.at + one.size, two.at + two.size
        same = a[one.at : at_a] == b[two.at : at_b]
        if one.kind == "string":
            pieces.append(Piece(one.at, two.at, one.size, two.size, "same" if same else "string"))
        elif one.kind == "fill":
            pieces.append(Piece(one.at, two.at, one.size, two.size, "same" if same else "pad"))
    pair.settle(pieces)


def check(work: Work, pairs: Sequence[PartPair]) -> None:
    """Check all lengths, and all offsets in the tables of files."""
    read_sides: list[tuple[PartPair, Side, Side]] = []
    tables: dict[str, tuple[PartPair, int, int]] = {}
    for pair in pairs:
        types = pair.name in TYPES
        one, two = read(pair.plain_a, types=types), read(pair.plain_b, types=types)
        if one is None or two is None:
            continue  # what differs is left over then
        read_sides.append((pair, one, two))
        for name, starts in (
            ("texts", (one.texts, two.texts)), ("files", (one.files, two.files))
        ):  # fmt: skip
            if min(starts) >= 0:
                tables.setdefault(name, (pair, *starts))
    for pair, one, two in read_sides:
        region = work.region(pair)
        if [x.kind for x in one.tokens] != [x.kind for x in two.tokens]:
            continue
        for x, y in zip(one.tokens, two.tokens, strict=True):
            if x.kind == "length":
                region.word(x.at, y.at, x.size, x.value == y.value)
            elif x.kind in {"texts", "files"}:
                table = tables.get(x.kind)
                good = x.value == y.value
                if table is not None:
                    start_a, start_b = table[1:]
                    good = table[0].forward(start_a + x.value) == start_b + y.value
                region.word(x.at, y.at, x.size, good)
