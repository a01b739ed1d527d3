"""Checks of program headers: what a segment holds on both sides is the same sections.

Source: System V ABI (gABI), chapter 5, "Program Header"; for thread-local data "ELF Handling For
Thread-Local Storage" by Ulrich Drepper, chapter 3.
"""

from reprodiff.formats.elf.reader import (
    PHDR,
    PT_LOAD,
    PT_TLS,
    SHF_TLS,
    SHT_NOBITS,
    Elf,
    Section,
    Segment,
)
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.layout import AddressMap
from reprodiff.formats.machine.proof import Region


def check_segments(work: Work, region: Region) -> None:
    """Check the program headers one by one; another list of them is left as it is."""
    a, b = work.a, work.b
    kinds = [[s.type for s in elf.segments] for elf in (a, b)]  # other flags are told as such
    if kinds[0] != kinds[1]:
        return
    layout, size = PHDR[a.bits], a.segments[0].header.size if a.segments else 0
    for one, two in zip(a.segments, b.segments, strict=True):
        at = one.index * size
        for name, good in segment_words(work, one, two):
            place = layout[name]
            region.word(at + place.at, at + place.at, place.size, good)


def segment_words(work: Work, one: Segment, two: Segment) -> list[tuple[str, bool]]:
    """Return the words of a program header, each with whether it stands for that of B."""
    a, b, where = work.a, work.b, work.map
    # A segment that says where it is in memory is bound to its sections by its addresses;
    # its place in the file is bound to them if offset and address stand for each other.
    if one.type == two.type == PT_TLS:
        start, memory, content = _threads(work, one, two)
    else:
        start = where.follows(one.vaddr, two.vaddr) or _starts_with_zeros(work, one, two)
        memory = start and _end(where, one.vaddr + one.memsz, two.vaddr + two.memsz)
        content = start and _end(where, one.vaddr + one.filesz, two.vaddr + two.filesz)
    placed = start and _placed(a, one.vaddr, one.offset) and _placed(b, two.vaddr, two.offset)
    checked = (
        ("vaddr", start),
        ("paddr", start and (one.paddr - one.vaddr == two.paddr - two.vaddr)),
        ("offset", placed),
        ("filesz", content),
        ("memsz", memory),
    )
    return [
        (name, good or (getattr(one, name) == getattr(two, name) and not one.memsz))
        for name, good in checked
    ]


def _starts_with_zeros(work: Work, one: Segment, two: Segment) -> bool:
    """Whether the first of both are the zeros of threads (.tbss), which take no room there."""
    zeros = (
        s for s in work.a.sections
        if s.flags & SHF_TLS and s.type == SHT_NOBITS and s.addr == one.vaddr
    )  # fmt: skip
    first = next(zeros, None)
    number = None if first is None else work.map.number(first.index)
    return bool(number) and work.b.sections[number or 0].addr == two.vaddr


def _end(where: AddressMap, one: int, two: int) -> bool:
    return where.follows(one, two) or where.ends(one, two) or where.page_end(one, two)


def _placed(elf: Elf, address: int, offset: int) -> bool:
    """Whether the section at ``address`` is at ``offset`` of the file.

    Zeros of threads (.tbss) are nowhere in the file: a segment that they are the first of is where
    their header says, which mold leaves at zero.
    """
    for section in elf.sections:
        if (section.type, section.addr, section.offset) == (SHT_NOBITS, address, offset):
            return True
        if section.mapped and section.addr <= address <= section.addr + section.size:
            if section.offset - offset == section.addr - address:
                return True
            if section.type != SHT_NOBITS and address < section.addr + section.size:
                return False
    return any(
        s.type == PT_LOAD
        and s.vaddr <= address <= s.vaddr + s.memsz
        and offset - s.offset == address - s.vaddr
        for s in elf.segments
    )


def _threads(work: Work, one: Segment, two: Segment) -> tuple[bool, bool, bool]:
    """Whether what each thread gets starts at the same section, and ends with it, and its bytes do.

    Its zeros (.tbss) take no room in memory, where something else stands: the end of the segment
    is no place there, and what it is follows from the sections alone.  Linkers end it with the
    last of them, or (LLVM) at the next multiple of its alignment.
    """
    parts = _thread_parts(work.a), _thread_parts(work.b)
    if not parts[0] or [work.map.number(s.index) for s in parts[0]] != [s.index for s in parts[1]]:
        return False, False, False
    starts = one.vaddr == parts[0][0].addr, two.vaddr == parts[1][0].addr
    ends = [
        _thread_ends(segment, sections) for segment, sections in zip((one, two), parts, strict=True)
    ]
    start = all(starts)
    memory = start and any(x and y for x, y in zip(*ends, strict=True))
    content = start and all(
        segment.filesz == max((s.addr + s.size - segment.vaddr for s in sections if not s.bare),
                              default=0)
        for segment, sections in zip((one, two), parts, strict=True)
    )  # fmt: skip
    return start, memory, content


def _thread_parts(elf: Elf) -> list[Section]:
    found = [section for section in elf.sections if section.flags & SHF_TLS and section.alloc]
    return sorted(found, key=lambda section: (section.addr, section.index))


def _thread_ends(segment: Segment, parts: list[Section]) -> tuple[bool, bool]:
    """Whether a segment ends with its last section, and whether where that is rounded up."""
    size = max(section.addr + section.size for section in parts) - segment.vaddr
    align = max(segment.align, 1)
    return segment.memsz == size, segment.memsz == -(-size // align) * align
