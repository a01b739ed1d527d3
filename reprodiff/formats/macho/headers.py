"""Checks of load commands: fields that follow from where things stand.

Source: Apple, mach-o/loader.h.
"""

from collections.abc import Sequence
from typing import Final

from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.macho.parts import File, Part, PartPair, SegmentPlace, Work

_PAGES: Final = (0x1000, 0x4000)
_STREAMS: Final = frozenset(
    {"rebase", "bind", "weak bind", "lazy bind", "exports", "exports trie", "function starts"}
)


def check_headers(work: Work, region: Region, pairs: Sequence[PartPair]) -> None:
    """Check segments, sections and what leads into __LINKEDIT; the region starts both files."""
    sound = _sound(work.a) and _sound(work.b)
    # Apple's linker puts the first section so that the last one ends with a page: the room behind
    # the load commands follows from the sizes of all.
    stops = [file.image.commands_stop for file in (work.a, work.b)]
    room = region.a[stops[0] :], region.b[stops[1] :]
    if sound and len(room[0]) != len(room[1]) and not any(room[0]) and not any(room[1]):
        region.moved.append(Quad(stops[0], len(region.a), stops[1], len(region.b)))
    ones, twos = work.a.segments, work.b.segments
    if [s.name for s in ones] == [s.name for s in twos]:
        for one, two in zip(ones, twos, strict=True):
            _segment(work, region, one, two, sound=sound)
    for pair in pairs:
        at_a, at_b = pair.a.header, pair.b.header
        if pair.a.linked:
            region.word(at_a, at_b, 4, sound)
            counted = pair.name in {"symbol table", "indirect symbols"}
            same = len(pair.plain_a) == len(pair.plain_b)
            # What is of another size was read to its end, or its bytes stand for themselves.
            region.word(at_a + 4, at_b + 4, 4, same or (sound and _grown(pair)) or counted)
            continue
        placed = pair.a.bare or (_placed(work.a, pair.a) and _placed(work.b, pair.b))
        wide = work.a.word
        region.word(at_a + 32, at_b + 32, wide, sound and placed)
        region.word(at_a + 32 + wide, at_b + 32 + wide, wide, _resized(pair))
        if not pair.a.bare:
            region.word(at_a + 32 + 2 * wide, at_b + 32 + 2 * wide, 4, placed)


def _grown(pair: PartPair) -> bool:
    """Whether what is linked has another size because it says more, not for zeros at its end.

    Linkers fill streams up to the size of a pointer: one that ends elsewhere was cut.
    """
    a, b = pair.plain_a, pair.plain_b
    filled = pair.name not in _STREAMS or len(a) % 4 == len(b) % 4
    return filled and a.rstrip(b"\0") != b.rstrip(b"\0")


def _segment(
    work: Work, region: Region, one: SegmentPlace, two: SegmentPlace, *, sound: bool
) -> None:
    at_a, at_b = one.command.at, two.command.at
    last = one.name == b"__LINKEDIT"
    size = last and _rounded(one) and _rounded(two)
    ends = [
        segment.offset + segment.filesize == len(file.image.data)
        for segment, file in ((one, work.a), (two, work.b))
    ]
    wide = work.a.word
    for number, (name, good) in enumerate((
        ("addr", sound),
        ("size", size),
        ("offset", sound),
        ("filesize", last and all(ends)),
    )):  # fmt: skip
        same = getattr(one, name) == getattr(two, name)
        whole = _paged(work.a, one) and _paged(work.b, two)
        at = 24 + wide * number
        region.word(at_a + at, at_b + at, wide, same or good or (sound and whole))


def _rounded(segment: SegmentPlace) -> bool:
    """Whether a segment is as large in memory as in the file, or rounded up to a page."""
    sizes = {-(-segment.filesize // page) * page for page in (1, *_PAGES)}
    return segment.size in sizes


def _paged(file: File, segment: SegmentPlace) -> bool:
    """Whether a segment ends with the page that its last section ends in, in memory and file."""
    start = segment.addr
    inside = [p for p in file.parts if not p.linked and start <= p.addr < start + segment.size]
    if not inside or segment.name == b"__LINKEDIT":
        return False
    end = max(part.addr + part.size for part in inside) - start
    filled = max((p.addr + p.size for p in inside if not p.bare), default=start) - start
    return any(
        segment.size == _up(end, page) and segment.filesize in {filled, _up(filled, page)}
        for page in ((1,) if file.object else _PAGES)
    )


def _up(size: int, page: int) -> int:
    return -(-size // page) * page


def _sound(file: File) -> bool:
    """Whether sections and linked data follow each other and share nothing."""
    at = 0
    for part in sorted((p for p in file.parts if not p.linked and p.size), key=lambda p: p.addr):
        if part.addr < at:
            return False
        at = part.addr + part.size
    stop = file.image.commands_stop
    if file.cut():
        return False
    for part in sorted((p for p in file.parts if p.body.size), key=lambda p: p.body):
        if part.body.start < stop:
            return False
        stop = part.body.stop
    memory = offset = 0
    for segment in file.segments:
        if memory and segment.addr != memory:
            return False
        if segment.filesize and segment.offset < offset:
            return False
        memory = segment.addr + segment.size
        offset = max(offset, segment.offset + segment.filesize)
    return True


def _placed(file: File, part: Part) -> bool:
    """Whether a section stands in the file where its segment loads it from."""
    return file.at(part.body.start) == part.addr or not part.size


def _resized(pair: PartPair) -> bool:
    """Whether two sizes differ by what is inside: the ends of both sections are the same thing."""
    if pair.size_a == pair.size_b:
        return True
    if not pair.pieces:
        return False
    last = pair.pieces[-1]
    ends = (last.a + last.size_a, last.b + last.size_b) == (pair.size_a, pair.size_b)
    zeros = [len(plain) - len(plain.rstrip(b"\0")) for plain in (pair.plain_a, pair.plain_b)]
    return ends and zeros[0] == zeros[1] and last.kind in {"same", "words", "string"}
