"""Checks of the headers of two PE images: fields that follow from where things stand.

Source: Microsoft, "PE Format", Optional Header and Section Table.
"""

from typing import Final

from reprodiff.formats.machine.proof import Region
from reprodiff.formats.pe.image import DEBUG, RELOCATION, SECURITY, Image
from reprodiff.formats.pe.onesided import check_stripped
from reprodiff.formats.pe.parts import PARTS, PartPair, Work
from reprodiff.formats.pe.tables import debug_entries

_ALIGNED: Final = 16
_CODE, _INITIALISED, _ZEROS = 0x20, 0x40, 0x80


def check_headers(work: Work, region: Region) -> None:
    """Check the optional header and the section table, in a region from the start of the files."""
    a, b = work.a.image, work.b.image
    if a.start != b.start or a.optional != b.optional or a.plus is not b.plus:
        return
    sound = _sound(a) and _sound(b)
    head = _Fields(region, a.optional, b.optional)
    for at, flag in ((4, _CODE), (8, _INITIALISED), (12, _ZEROS)):
        head.word(at, _summed(a, b, at, flag))
    for at in (16, 20):
        # The entry point and the start of code; 0 if there is none.
        values = a.word(a.optional + at), b.word(b.optional + at)
        zero = not values[0] and not values[1]
        head.word(at, zero or work.map.follows(*values))
    if not a.plus:
        head.word(24, work.map.follows(a.word(a.optional + 24), b.word(b.optional + 24)))
    head.word(56, sound and _ends(a) and _ends(b))
    if a.symbols.size and b.symbols.size:
        for image in (a, b):
            if any(image.symbols.start < s.span.stop for s in image.sections):
                break
        else:
            region.word(a.start + 12, b.start + 12, 4, good=True)
            same = a.word(a.start + 16) == b.word(b.start + 16)
            others = bool(work.added or work.bare)
            region.word(a.start + 16, b.start + 16, 4, same or others)
    check_stripped(work, region)
    _directories(work, region)
    for pair in work.map.pairs:
        if pair.a.header:
            _section(work, region, pair, sound=sound)


class _Fields:
    def __init__(self, region: Region, at_a: int, at_b: int) -> None:
        self.region, self.at_a, self.at_b = region, at_a, at_b

    def word(self, at: int, good: bool, size: int = 4) -> None:  # noqa: FBT001
        self.region.word(self.at_a + at, self.at_b + at, size, good)


def _sound(image: Image) -> bool:
    """Whether the sections follow each other, in memory and in the file, and share nothing."""
    align = image.word(image.optional + 32) or 1
    memory = stop = 0
    for section in image.sections:
        if section.rva < memory or section.rva % align:
            return False
        memory = section.rva + max(section.vsize, 1)
        if section.span.size:
            if section.span.start < stop:
                return False
            stop = section.span.stop
    return True


def _ends(image: Image) -> bool:
    """Whether the size of the image is where its last section ends, in whole pages."""
    align = image.word(image.optional + 32) or 1
    last = max((s.rva + (s.vsize or s.span.size) for s in image.sections), default=0)
    return image.word(image.optional + 56) == -(-last // align) * align


def _summed(a: Image, b: Image, at: int, flag: int) -> bool:
    """Whether two sums over sections of one kind differ by as much as the sections do."""
    stored = b.word(b.optional + at) - a.word(a.optional + at)
    if not stored:
        return True
    return stored in {
        _sum(b, flag, rounded=rounded) - _sum(a, flag, rounded=rounded) for rounded in (False, True)
    }


def _sum(image: Image, flag: int, *, rounded: bool) -> int:
    align = image.word(image.optional + 36) or 1
    total = 0
    for section in image.sections:
        if section.flags & flag:
            size = section.vsize if rounded or flag == _ZEROS else section.span.size
            total += -(-size // align) * align
    return total


def _directories(work: Work, region: Region) -> None:
    a, b = work.a.image, work.b.image
    for index in range(min(len(a.directories), len(b.directories))):
        one, two = a.directories[index], b.directories[index]
        fields = a.directory_field(index), b.directory_field(index)
        if index == SECURITY or fields[0] is None or fields[1] is None:
            continue
        at_a, at_b = fields[0].start, fields[1].start
        if not any((*one, *two)):
            continue
        start = work.map.follows(one[0], two[0])
        region.word(at_a, at_b, 4, start)
        end = work.map.follows(one[0] + one[1], two[0] + two[1])
        size = one[1] == two[1] or (start and end) or _whole(work, one, two)
        region.word(at_a + 4, at_b + 4, 4, size)


def _whole(work: Work, one: tuple[int, int], two: tuple[int, int]) -> bool:
    """Whether a table is all of a section on both sides."""
    return any(
        (pair.a.addr, pair.b.addr) == (one[0], two[0])
        and (pair.size_a, pair.size_b) == (one[1], two[1])
        for pair in work.map.pairs
    )


def _section(work: Work, region: Region, pair: PartPair, *, sound: bool) -> None:
    """Check a section header: what it says was used to read the section."""
    a, b = work.a.image, work.b.image
    one, two = a.sections[pair.a.index // PARTS], b.sections[pair.b.index // PARTS]
    at_a, at_b = pair.a.header, pair.b.header
    if pair.a.index % PARTS and one.span.size:
        return  # the header is that of the bytes in front
    # They pair by their names, which may stand elsewhere among the strings.
    region.word(at_a, at_b, 8, good=True)
    tails = [max(0, section.vsize - section.span.size) for section in (one, two)]
    region.word(at_a + 8, at_b + 8, 4, tails[0] == tails[1] and _resized(work, pair))
    region.word(at_a + 12, at_b + 12, 4, sound)
    raw = [a.word(at_a + 16), b.word(at_b + 16)]
    align = [image.word(image.optional + 36) or 1 for image in (a, b)]
    rounded = all(
        size == -(-section.vsize // unit) * unit
        for size, section, unit in zip(raw, (one, two), align, strict=True)
    )
    region.word(at_a + 16, at_b + 16, 4, raw[0] == raw[1] or rounded)
    placed = sound and bool(one.span.size) == bool(two.span.size)
    if not one.span.size and not two.span.size:
        placed = a.word(at_a + 20) == b.word(at_b + 20)  # it has no bytes to be placed
    region.word(at_a + 20, at_b + 20, 4, placed)


def _resized(work: Work, pair: PartPair) -> bool:
    """Whether two sizes differ by what is inside: the ends of both sections are the same thing."""
    if pair.size_a == pair.size_b or pair.a.debug:
        return True  # debug data are read to their ends by checks of their own
    if pair.name == ".reloc":
        return _as_long_as_said(work, pair)
    if not pair.pieces:
        return False
    last = pair.pieces[-1]
    ends = (last.a + last.size_a, last.b + last.size_b) == (pair.size_a, pair.size_b)
    zeros = [len(plain) - len(plain.rstrip(b"\0")) for plain in (pair.plain_a, pair.plain_b)]
    # Objects may fill their part of a section up to the next multiple of 16.
    filled = max(zeros) < _ALIGNED and not any(
        stop % _ALIGNED for stop in (pair.a.addr + pair.size_a, pair.b.addr + pair.size_b)
    )
    kinds = {"same", "words", "string", "pad"}
    return ends and last.kind in kinds and (zeros[0] == zeros[1] or filled)


def _as_long_as_said(work: Work, pair: PartPair) -> bool:
    """Whether the directory says that all of a section are base relocations."""
    sizes = [file.image.directory(RELOCATION)[1] for file in (work.a, work.b)]
    return sizes == [pair.size_a, pair.size_b]


def check_debug(work: Work) -> None:
    """Check the size and the place in the file of what the debug directory names."""
    rvas = [image.directory(DEBUG)[0] for image in (work.a.image, work.b.image)]
    lists = [debug_entries(image, []) for image in (work.a.image, work.b.image)]
    pair = work.map.containing(rvas[0])
    if pair is None or len(lists[0]) != len(lists[1]) or not work.map.follows(*rvas):
        return
    region = work.region(pair)
    for one, two in zip(*lists, strict=True):
        if one.type != two.type or not one.data.size or not two.data.size:
            continue
        sides = list(zip((work.a.image, work.b.image), (one, two), strict=True))
        starts = [image.address(entry.data.start) for image, entry in sides]
        named = [image.word(entry.at + 20) for image, entry in sides]
        # Without an address the bytes are in the file only, as what is left over is.
        placed = named in (starts, [0, 0])
        at_a, at_b = one.at - region.at_a, two.at - region.at_b
        region.word(at_a + 24, at_b + 24, 4, placed)
        ends = [rva + entry.data.size for rva, entry in zip(named, (one, two), strict=True)]
        good = one.data.size == two.data.size or work.map.follows(ends[0], ends[1])
        region.word(at_a + 16, at_b + 16, 4, good and placed)
