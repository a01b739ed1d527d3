"""What one of two images has and the other lacks: sections, and all that is for debuggers.

Sources: Microsoft, "PE Format", Section Flags and Characteristics; DWARF 5, section 7; binutils,
``strip``: it takes out the debug sections, the symbols and their strings, and writes the headers
anew.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.pe.image import SECURITY, Image
from reprodiff.formats.pe.parts import PARTS, Work
from reprodiff.formats.pe.regions import OneSided
from reprodiff.model import Span

DEBUG: Final = re.compile(
    r"\.debug_(?:abbrev|addr|aranges|frame|gnu_pubnames|gnu_pubtypes|info|line|line_str|loc|loclists"
    r"|macinfo|macro|names|pubnames|pubtypes|ranges|rnglists|str|str_offsets|types)"
    r"|\.gnu_debuglink"
)
_ROW: Final = 40
_FLAGS: Final = 0x4200_0040
"""Initialised data that is read, and that the loader may throw away."""
_ALIGNS: Final = 0x00F0_0000
_LOCALS, _DEBUG_FLAG = 0x8, 0x200


class Lonely(NamedTuple):
    """A section of one side: the bytes of it and its header, and the empty places of the other."""

    name: str
    side: int
    places: list[tuple[Span, Span]]
    debug: bool
    """Whether only debuggers read it."""


def sections(work: Work, only: Sequence[OneSided]) -> Iterator[Lonely]:
    """Yield the sections that one side has, each with its padding and its header."""
    groups: dict[tuple[int, int], list[OneSided]] = defaultdict(list)
    for each in only:
        groups[int(not each.a.size), each.part.index // PARTS].append(each)
    for (side, index), parts in groups.items():
        file = (work.a, work.b)[side]
        first = min(parts, key=lambda each: each.part.index).part
        places = [(each.a, each.b) for each in parts]
        places.append(_header(work, side, index))
        debug = _is_for_debuggers(file.image, index, first.name)
        yield Lonely(first.name, side, places, debug)


def _is_for_debuggers(image: Image, index: int, name: str) -> bool:
    """Whether the loader may throw a section away, and nothing in the headers leads into it.

    It must stand where linkers put it, in memory and in the file, so that the loader takes it.
    """
    section = image.sections[index]
    start, stop = section.rva, section.rva + max(section.vsize, section.span.size)
    led = [image.word(image.optional + 16)]
    led += [rva for at, (rva, _) in enumerate(image.directories) if at != SECURITY]
    pages, blocks = (image.word(image.optional + at) or 1 for at in (32, 36))
    before = image.sections[:index]
    return (
        DEBUG.fullmatch(name) is not None
        and section.flags & ~_ALIGNS == _FLAGS
        and not any(image.data[section.header + 24 : section.header + 36])
        and not any(start <= rva < stop for rva in led)
        and bool(before)
        and start == _up(before[-1].rva + (before[-1].vsize or before[-1].span.size), pages)
        and section.span.start == max(each.span.stop for each in before)
        and section.span.size == _up(section.vsize, blocks)
        and not any(image.data[section.span.start + section.vsize : section.span.stop])
    )


def _up(size: int, unit: int) -> int:
    return -(-size // unit) * unit


def _header(work: Work, side: int, index: int) -> tuple[Span, Span]:
    """Return where a section's header is, and where it would be on the other side."""
    other = (work.b, work.a)[side].image
    partners = {
        (pair.a, pair.b)[side].index // PARTS: (pair.b, pair.a)[side].index // PARTS
        for pair in work.map.pairs
        if pair.a.header
    }
    before = max((there + 1 for here, there in partners.items() if here < index), default=0)
    own = (work.a, work.b)[side].image.sections[index].header
    at = _table(other) + _ROW * before
    spans = Span(own, own + _ROW), Span(at, at)
    return (spans[1], spans[0]) if side else spans


def _table(image: Image) -> int:
    return min((section.header for section in image.sections), default=0)


def check_stripped(work: Work, region: Region) -> None:
    """Check the fields of the headers that tell how many sections and symbols there are."""
    a, b = work.a.image, work.b.image
    counts = [len(image.sections) for image in (a, b)]
    # Sections of one side are stated by themselves.
    said = [int.from_bytes(image.data[image.start + 6 : image.start + 8], "little")
            for image in (a, b)]  # fmt: skip
    region.word(a.start + 6, b.start + 6, 2, said == counts)
    if bool(a.symbols.size) is not bool(b.symbols.size):
        bare = b if a.symbols.size else a
        none = not bare.word(bare.start + 12) and not bare.word(bare.start + 16)
        for at in (12, 16):
            region.word(a.start + at, b.start + at, 4, none)
    flags = [image.word(image.start + 22) & 0xFFFF for image in (a, b)]
    changed = flags[0] ^ flags[1]
    if changed and not changed & ~(_LOCALS | _DEBUG_FLAG):
        region.word(a.start + 22, b.start + 22, 2, _flags_follow(work, flags))
    stops = [_table(image) + _ROW * count for image, count in zip((a, b), counts, strict=True)]
    room = Quad(stops[0], len(region.a), stops[1], len(region.b))
    if room.a1 - room.a0 == room.b1 - room.b0 or any(region.a[stops[0] :] + region.b[stops[1] :]):
        return
    if _headers_end(a) and _headers_end(b):
        region.word(a.optional + 60, b.optional + 60, 4, good=True)
        region.moved.append(room)


def _flags_follow(work: Work, flags: Sequence[int]) -> bool:
    """Whether the side that says it has no debug information, or no symbols, has none."""
    for flag in (_DEBUG_FLAG, _LOCALS):
        if not (flags[0] ^ flags[1]) & flag:
            continue
        bare, full = (work.b, work.a) if flags[1] & flag else (work.a, work.b)
        counts = [
            sum(part.debug for part in file.parts if part.name != _LINK)
            if flag == _DEBUG_FLAG
            else file.image.word(file.image.start + 16)
            for file in (bare, full)
        ]
        if counts[0] or not counts[1]:
            return False
    return True


_LINK: Final = ".gnu_debuglink"


def _headers_end(image: Image) -> bool:
    """Whether the headers end with the block of the file in front of the first section's bytes.

    GNU ld leaves room for sections that it took out at last.
    """
    align = image.word(image.optional + 36) or 1
    stop = _table(image) + _ROW * len(image.sections)
    first = min((s.span.start for s in image.sections if s.span.size), default=0)
    size = image.word(image.optional + 60)
    return stop <= size == first == image.headers_end and not size % align
