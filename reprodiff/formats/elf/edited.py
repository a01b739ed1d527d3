"""What a tool that edits linked files (patchelf) makes of their layout.

It moves sections that grow to segments of its own, fills the room that they leave with one letter
(X in patchelf up to 0.17, Z behind that), writes the tables of headers in another order, and may
leave an older table of section headers where it stood.  None of this is asked to be equal here, but
to mean the same: a loader reads the same bytes with the same rights, and what lies between the
sections is filler and nothing else.  Source: gABI, chapter 5, "Program Header" and "Program
Loading"; the letters were read from files that each release wrote.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from reprodiff.formats.elf.headers import Placing
from reprodiff.formats.elf.reader import (
    PT_LOAD,
    SHDR,
    SHDR_SIZE,
    SHT_NOBITS,
    SHT_NULL,
    Elf,
    Section,
    Segment,
)
from reprodiff.formats.elf.regions import Tiling
from reprodiff.formats.elf.segments import segment_words
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.model import Span

_FILLER: Final = re.compile(rb"[\0X]*+|[\0Z]*+")
_EXECUTE: Final = 1
_GROWS: Final = frozenset({".dynstr", ".dynamic"})
"""Sections that are moved because they grow; an older table has the size that they had."""


def check_edited(work: Work, cut: Tiling) -> list[tuple[Region, str, str]]:
    """Check what differs in the layout only; return the gaps that are filler, with what is in them.

    Nothing is noted of program headers, and of a gap, that are not proven in full.
    """
    if cut.segments.left() and _same_image(work):
        sizes = len(cut.segments.a), len(cut.segments.b)
        cut.segments.wrong.clear()
        cut.segments.moved[:] = [Quad(0, sizes[0], 0, sizes[1])]
    found: list[tuple[Region, str, str]] = []
    for region in cut.gaps:
        if region.a == region.b or region.moved:
            continue
        shown = _filler(work, region)
        if shown is None:
            continue
        one, two = (
            [part for part in text.split(", ") if not part.endswith(" zeros")] for text in shown
        )
        if one == two:
            # One tool edited both: what it left follows from what is in front of it.
            region.moved.append(Quad(0, len(region.a), 0, len(region.b)))
        else:
            found.append((region, *shown))
    return found


def ends_behind_segments(elf: Elf) -> bool:
    """Whether one byte follows all that is loaded, as patchelf writes it from 0.17 on."""
    loads = [s.offset + s.filesz for s in elf.segments if s.type == PT_LOAD]
    return len(elf.data) == max(loads, default=-1) + 1


# -- segments -------------------------------------------------------------------------------------


def _same_image(work: Work) -> bool:
    """Whether the program headers of both files load the same sections with the same rights."""
    a, b = work.a, work.b
    if not a.segments or len(a.segments) != len(b.segments):
        return False
    loads_a, loads_b = _loads(a), _loads(b)
    if loads_a is None or loads_b is None:
        return False
    for pair in work.map.pairs:
        one, two = loads_a.get(pair.a.index), loads_b.get(pair.b.index)
        if (one is None) != (two is None):
            return False
        if one is not None and two is not None and (one.flags, one.align) != (two.flags, two.align):
            return False
    waiting = [segment for segment in b.segments if segment.type != PT_LOAD]
    for other in a.segments:
        if other.type == PT_LOAD:
            continue
        found = next((each for each in waiting if _alike(work, other, each)), None)
        if found is None:
            return False
        waiting.remove(found)
    return not waiting


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
        if load.vaddr <= last or not inside or not _fits(elf, load, inside):
            return None
        last = load.vaddr + load.memsz - 1
    return held


def _holds(load: Segment, section: Section) -> bool:
    return load.vaddr <= section.addr and section.addr + section.size <= load.vaddr + load.memsz


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
        load.offset == 0 or load.offset % 0x1000 == 0 or (load.vaddr == min(s.addr for s in inside))
    )
    return load.memsz == load.filesz and starts


# -- gaps -----------------------------------------------------------------------------------------


def _filler(work: Work, region: Region) -> tuple[str, str] | None:
    """Return what fills a gap of each side, ``None`` if any of it is something else."""
    shown: list[str] = []
    for elf, data, at in ((work.a, region.a, region.at_a), (work.b, region.b, region.at_b)):
        if _runs(elf, Span(at, at + len(data))) and data.strip(b"\0"):
            return None
        texts: list[str] = []
        rest = data
        while (table := _old_table(elf, rest, at + len(data) - len(rest))) is not None:
            texts.append(f"an older table of {len(elf.sections)} section headers")
            head, rest = rest[: table.start], rest[table.stop :]
            if not _FILLER.fullmatch(head):
                return None
            texts += _counted(head)
        if not _FILLER.fullmatch(rest):
            return None
        shown.append(", ".join([*texts, *_counted(rest)]) or "nothing")
    return shown[0], shown[1]


def _counted(data: bytes) -> Iterable[str]:
    for letter in b"XZ\0":
        if count := data.count(letter):
            yield f"{count} zeros" if not letter else f"{count} bytes {chr(letter)}"


def _runs(elf: Elf, span: Span) -> bool:
    """Whether some of it is loaded to be executed."""
    return any(
        load.type == PT_LOAD
        and load.flags & _EXECUTE
        and load.offset < span.stop
        and span.start < load.offset + load.filesz
        for load in elf.segments
    )


def _old_table(elf: Elf, data: bytes, at: int) -> Span | None:
    """Return where ``data`` has headers of the sections as they stood before they were moved."""
    size, count = SHDR_SIZE[elf.bits], len(elf.sections)
    if not count or not elf.shstrndx:
        return None
    first = len(data) - len(data.lstrip(b"\0XZ"))
    # Its first entry is all zeros, and aligned as words are.
    near = (at + first - size) // 8 * 8 - at
    for start in (near, near - 8):
        stop = start + size * count
        if start >= 0 and stop <= len(data) and not data[start : start + size].strip(b"\0"):
            entries = [_entry(elf, data, start + size * n) for n in range(count)]
            if _is_old(elf, entries):
                return Span(start, stop)
    return None


def _entry(elf: Elf, data: bytes, at: int) -> dict[str, int]:
    order: Literal["big", "little"] = "big" if elf.big else "little"
    return {
        name: int.from_bytes(data[at + field.at : at + field.at + field.size], order)
        for name, field in SHDR[elf.bits].items()
    }


def _is_old(elf: Elf, entries: Sequence[dict[str, int]]) -> bool:
    """Whether each entry is that of one section, where it is or where filler shows it was."""
    at = SHDR[elf.bits]["name"]
    by_name = {elf.number(s.header.start + at.at, at.size): s for s in elf.sections}
    now = [by_name.get(entry["name"]) for entry in entries]
    if None in now or len({s.index for s in now if s is not None}) != len(elf.sections):
        return False
    stands = {entry["offset"] for entry in entries} | {s.offset for s in elf.sections}
    for entry, section in zip(entries, now, strict=True):
        if section is None:
            return False
        if section.type == SHT_NULL:
            if any(entry.values()):
                return False
            continue
        fixed = section.type, section.flags, section.entsize
        if (entry["type"], entry["flags"], entry["entsize"]) != fixed:
            return False
        for name, number in (("link", section.link), ("info", section.info)):
            linked = name == "link" or section.flags & 0x40
            if linked and number:
                target = now[entry[name]] if entry[name] < len(now) else None
                if target is None or target.index != number:
                    return False
            elif entry[name] != number:
                return False
        if not _stood(elf, section, entry, stands):
            return False
    return True


def _stood(elf: Elf, section: Section, entry: dict[str, int], stands: set[int]) -> bool:
    place = entry["addr"], entry["offset"], entry["size"]
    align = entry["addralign"]
    if place == (section.addr, section.offset, section.size):
        return align == section.align
    addr, offset, size = place
    if not 0 < align <= section.align or align & (align - 1):
        return False
    if section.name not in _GROWS:
        if size != section.size:
            return False
    elif size > section.size or not _ends(elf, offset + size, stands):
        return False
    return section.alloc and any(
        load.type == PT_LOAD
        and load.offset <= offset
        and offset + size <= load.offset + load.filesz
        and offset - load.offset == addr - load.vaddr
        for load in elf.segments
    )


def _ends(elf: Elf, stop: int, stands: set[int]) -> bool:
    """Whether filler ends at ``stop``: with what comes behind it, or where that started."""
    before, behind = elf.data[stop - 1 : stop], elf.data[stop : stop + 1]
    return bytes(before) in {b"X", b"Z"} and (stop in stands or before != behind)
