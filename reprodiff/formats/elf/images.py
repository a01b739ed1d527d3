"""Whether two lists of program headers load the same sections, whatever segments these are in.

Source: gABI, chapter 5, "Program Header" and "Program Loading".
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from reprodiff.formats.elf.headers import Placing
from reprodiff.formats.elf.reader import PT_LOAD, SHT_NOBITS, Elf, Section, Segment
from reprodiff.formats.elf.segments import segment_words
from reprodiff.formats.elf.tables import Work

_EXECUTE, _WRITE, _READ = 1, 2, 4
_KNOWN: Final = frozenset({_READ, _READ | _WRITE, _READ | _EXECUTE})
_LETTERS: Final = ((_READ, "R"), (_WRITE, "W"), (_EXECUTE, "X"))


FILLER: Final = re.compile(rb"[\0X]*+|[\0Z]*+")
"""What patchelf writes where a section stood: X up to 0.17, Z behind that."""


_NOTES: Final = frozenset({4, 0x6474E553})
"""PT_NOTE and PT_GNU_PROPERTY."""
_NOWHERE: Final = "no section"


class Rights(NamedTuple):
    """A section that is loaded with other rights, or to be aligned otherwise."""

    name: str
    a: str
    """``R``, ``RW``; the alignment of its segment where that differs."""
    b: str


def same_image(work: Work) -> list[Rights] | None:
    """Return which sections are loaded with other rights; ``None`` if more than that may differ.

    Each section must be loaded once on both sides, all other program headers must go together, and
    code must keep its rights, and nothing get both of writing and executing: then a program finds
    the same bytes at the places that were checked.
    """
    a, b = work.a, work.b
    if not a.segments or not b.segments:
        return None
    loads_a, loads_b = _loads(a), _loads(b)
    if loads_a is None or loads_b is None:
        return None
    found: list[Rights] = []
    for pair in work.map.pairs:
        one, two = loads_a.get(pair.a.index), loads_b.get(pair.b.index)
        if one is None and two is None:
            continue
        if one is None or two is None:
            return None
        if one.flags != two.flags:
            if pair.a.code or pair.b.code or any(s.flags not in _KNOWN for s in (one, two)):
                return None
            found.append(Rights(pair.name, _shown(one.flags), _shown(two.flags)))
        if one.align != two.align:
            sides = f"aligned to {one.align:#x}", f"aligned to {two.align:#x}"
            found.append(Rights(pair.name, *sides))
    notes = _others(work)
    return None if notes is None else found + notes


def _others(work: Work) -> list[Rights] | None:
    """Hold program headers that load nothing by themselves against each other."""
    found: list[Rights] = []
    waiting = [segment for segment in work.b.segments if segment.type != PT_LOAD]
    for other in work.a.segments:
        if other.type == PT_LOAD:
            continue
        match = next((each for each in waiting if _alike(work, other, each)), None)
        if match is None:
            match = next((each for each in waiting if _is_stale(work, other, each)), None)
            if match is None:
                return None
            found.append(Rights("a segment of notes", _leads(work.a, other), _leads(work.b, match)))
        waiting.remove(match)
    return None if waiting else found


def _is_stale(work: Work, one: Segment, two: Segment) -> bool:
    """Whether two segments of notes differ in that one of them leads to no section any more."""
    same = (one.type, one.flags, one.align, one.memsz) == (
        two.type, two.flags, two.align, two.memsz,
    )  # fmt: skip
    ends = [_leads(elf, each) for elf, each in ((work.a, one), (work.b, two))]
    return same and one.type in _NOTES and ends[0] != ends[1] and _NOWHERE in ends


def _leads(elf: Elf, segment: Segment) -> str:
    """Return the section that a segment starts with, if it is all there where the file has it."""
    wanted = (segment.vaddr, segment.paddr, segment.offset, segment.memsz)
    for section in elf.sections:
        there = (section.addr, section.addr, section.offset, segment.filesz)
        if section.mapped and section.size and there == wanted:
            return section.name
    return _NOWHERE


def _shown(flags: int) -> str:
    return "".join(letter for bit, letter in _LETTERS if flags & bit)


def _alike(work: Work, one: Segment, two: Segment) -> bool:
    same = (one.type, one.flags, one.align) == (two.type, two.flags, two.align)
    return same and all(good for _, good in segment_words(work, one, two))


def _loads(elf: Elf) -> dict[int, Segment] | None:
    """Return the segment that loads each section; ``None`` if one does not fit what it loads."""
    placing = Placing(elf)
    held: dict[int, Segment] = {}
    for section in elf.sections:
        if not section.mapped or not section.size:
            continue
        found = [load for load in placing.loads if _holds(load, section)]
        if len(found) != 1 or not placing.loaded(section):
            return None
        held[section.index] = found[0]
    last = -1
    for load in placing.loads:
        inside = [elf.sections[at] for at, other in held.items() if other is load]
        if load.vaddr <= last or not (inside or _spare(elf, load)) or not _fits(elf, load, inside):
            return None
        last = load.vaddr + load.memsz - 1
    return held


def _holds(load: Segment, section: Section) -> bool:
    return load.vaddr <= section.addr and section.addr + section.size <= load.vaddr + load.memsz


def _spare(elf: Elf, load: Segment) -> bool:
    """Whether a segment has no section in it and loads filler alone, as data.

    patchelf leaves such a one where it moved a section twice.
    """
    held = bytes(elf.data[load.offset : load.offset + load.filesz])
    return not load.flags & _EXECUTE and FILLER.fullmatch(held) is not None


def _fits(elf: Elf, load: Segment, inside: Sequence[Section]) -> bool:
    """Whether a segment is whole: from its place in the file to the end of what it holds."""
    if load.paddr != load.vaddr or load.align & (load.align - 1) or load.align < 2:
        return False
    if (load.vaddr - load.offset) % load.align or load.offset + load.filesz > len(elf.data):
        return False
    bare = [s.addr + s.size for s in inside if s.type == SHT_NOBITS]
    filled = [s.offset + s.size for s in inside if s.type != SHT_NOBITS]
    if bare:
        ends = load.offset + load.filesz == max(filled, default=load.offset)
        return ends and load.vaddr + load.memsz == max(bare)
    starts = (
        load.offset == 0
        or load.offset % 0x1000 == 0
        or (load.vaddr == min((s.addr for s in inside), default=-1))
    )
    return load.memsz == load.filesz and starts
