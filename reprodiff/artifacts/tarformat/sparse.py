"""Sparse files: which parts of a file are stored (GNU tar manual, "Storing Sparse Files").

Old GNU headers have the map in the header and in blocks behind it; pax archives in records
(versions 0.0 and 0.1) or at the start of the data (version 1.0).
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from reprodiff.artifacts.tarformat.header import BLOCK, parse_number
from reprodiff.artifacts.tarformat.pax import PaxRecord, integer
from reprodiff.model import NOWHERE, Span

MAX_PARTS: Final = 1 << 16
"""Most parts read; a map with more counts as unsound."""


class SparseMap(NamedTuple):
    """The stored parts of a sparse file."""

    version: str
    """``gnu``, ``0.0``, ``0.1`` or ``1.0``."""
    size: int
    """Bytes of the file with its holes."""
    parts: tuple[tuple[int, int], ...]
    """(offset, length) of each stored part, in order of storage."""
    inside: Span = NOWHERE
    """Where the map is if it is part of the data (1.0)."""
    sound: bool = True
    """Whether the map could be read, its parts are in order, apart and inside the file."""


class OldSparse(NamedTuple):
    """An old GNU map, and where the blocks that continue it end."""

    map: SparseMap
    stop: int


def old_gnu(data: memoryview, header: int, blocks: int) -> OldSparse:
    """Read the map of a header of type ``S``; at most ``blocks`` continuation blocks."""
    block = bytes(data[header : header + BLOCK])
    parts: list[tuple[int, int]] = []
    sound = _old_parts(block[386:482], parts)
    size = parse_number(block[483:495])
    stop = header + BLOCK
    more = block[482] not in (0, 0x30)
    while more:
        block = bytes(data[stop : stop + BLOCK])
        if len(block) < BLOCK or blocks <= 0 or len(parts) > MAX_PARTS:
            sound = False
            break
        sound = _old_parts(block[:504], parts) and sound
        more = block[504] not in (0, 0x30)
        blocks -= 1
        stop += BLOCK
    return OldSparse(_checked("gnu", size, parts, NOWHERE, sound=sound), stop)


def _old_parts(raw: bytes, parts: list[tuple[int, int]]) -> bool:
    """Append the parts of one block; whether all are numbers."""
    for at in range(0, len(raw), 24):
        pair = raw[at : at + 24]
        # An empty descriptor ends the list.
        if not pair.strip(b"\0"):
            break
        offset, length = parse_number(pair[:12]), parse_number(pair[12:])
        if offset is None or length is None:
            return False
        parts.append((offset, length))
    return True


def from_pax(
    records: Sequence[PaxRecord], data: memoryview, start: int, stop: int
) -> SparseMap | None:
    """Read the map of a pax entry whose data is ``start`` to ``stop``; ``None`` if not sparse."""
    values = {record.key: record.value for record in records}
    if values.get(b"GNU.sparse.major") == b"1" and values.get(b"GNU.sparse.minor") == b"0":
        return _version_1(integer(values.get(b"GNU.sparse.realsize", b"")), data, start, stop)
    if b"GNU.sparse.map" in values:
        numbers = [integer(part) for part in values[b"GNU.sparse.map"].split(b",")]
        version = "0.1"
    elif b"GNU.sparse.size" in values:
        keys = (b"GNU.sparse.offset", b"GNU.sparse.numbytes")
        numbers = [integer(record.value) for record in records if record.key in keys]
        version = "0.0"
    else:
        return None
    size = integer(values.get(b"GNU.sparse.size", b""))
    return _from_numbers(version, size, numbers, NOWHERE)


def _version_1(size: int | None, data: memoryview, start: int, stop: int) -> SparseMap:
    """Read decimal numbers, one a line: a count, then that many pairs; padded to a block."""
    numbers: list[int | None] = []
    wanted, position, line = 1, start, b""
    while len(numbers) < wanted:
        block = bytes(data[position : min(position + BLOCK, stop)])
        position += len(block)
        *lines, line = (line + block).split(b"\n")
        numbers += [integer(each) for each in lines[: wanted - len(numbers)]]
        if numbers and wanted == 1:
            wanted = 1 + 2 * min(numbers[0] or 0, MAX_PARTS)
            numbers += [integer(each) for each in lines[1:wanted]]
        if not block or len(line) > BLOCK or None in numbers[-BLOCK:]:
            return _checked("1.0", size, [], Span(start, position), sound=False)
    sound = numbers[0] == len(numbers) // 2
    found = _from_numbers("1.0", size, numbers[1:], Span(start, position))
    return found if sound else found._replace(sound=False)


def _from_numbers(
    version: str, size: int | None, numbers: Sequence[int | None], inside: Span
) -> SparseMap:
    known = [number for number in numbers[: 2 * MAX_PARTS] if number is not None]
    parts = list(zip(known[::2], known[1::2], strict=False))
    sound = len(known) == len(numbers) and len(known) % 2 == 0
    return _checked(version, size, parts, inside, sound=sound)


def _checked(
    version: str, size: int | None, parts: list[tuple[int, int]], inside: Span, *, sound: bool
) -> SparseMap:
    """Make a map; parts have to be in order, apart and inside the file."""
    end = 0
    for offset, length in parts:
        if offset < end or length < 0:
            sound = False
            break
        end = offset + length
    sound = sound and size is not None and end <= size
    return SparseMap(version, size or 0, tuple(parts), inside, sound)
