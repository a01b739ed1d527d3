"""What a tool that edits linked files (patchelf) makes of their layout.

It moves sections that grow to segments of its own, fills the room that they leave with one letter
(X in patchelf up to 0.17, Z behind that), writes the tables of headers in another order, and may
leave an older table of section headers where it stood.  None of this is asked to be equal here, but
to mean the same: a loader reads the same bytes with the same rights, and what lies between the
sections is filler and nothing else.  Source: gABI, chapter 5, "Program Header" and "Program
Loading"; the letters were read from files that each release wrote.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from reprodiff.formats.elf.images import FILLER, Rights, same_image
from reprodiff.formats.elf.reader import (
    EHDR,
    PT_LOAD,
    SHDR,
    SHDR_SIZE,
    SHT_DYNAMIC,
    SHT_NULL,
    SHT_STRTAB,
    Elf,
    Section,
)
from reprodiff.formats.elf.regions import Tiling
from reprodiff.formats.elf.tables import Work
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.model import Span

_EXECUTE: Final = 1
_LETTERS: Final = 8
"""Letters in a row that no linker leaves between sections."""
_GROWS: Final = frozenset({".dynstr", ".dynamic"})
"""Sections that are moved because they grow; an older table has the size that they had."""


class Edited(NamedTuple):
    """What an edit left that is proven to be nothing else."""

    filler: Sequence[tuple[Region, str, str]]
    """Gaps between sections that differ and are filler, with what is in them."""
    rights: Sequence[Rights]
    """Sections that are loaded with other rights; all else in the program headers is the same."""
    moved: bool
    """Whether there is filler at all: a tool has edited one of the files."""


def check_edited(work: Work, cut: Tiling) -> Edited:
    """Check what differs in the layout only.

    Nothing is noted of program headers, and of a gap, that are not proven in full.
    """
    rights: list[Rights] = []
    loaded = same_image(work) if cut.segments.left() else None
    if loaded is not None:
        whole = Quad(0, len(cut.segments.a), 0, len(cut.segments.b))
        cut.segments.wrong.clear()
        cut.segments.moved[:] = [] if loaded else [whole]
        cut.segments.stated += [whole] if loaded else []
        count = EHDR[work.a.bits]["phnum"]
        cut.header.word(count.at, count.at, count.size, good=True)
        rights += loaded
        rights += _stale_words(work, cut)
        _aligned_names(work, cut)
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
    marks = b"X" * _LETTERS, b"Z" * _LETTERS
    moved = any(mark in text for gap in cut.gaps for text in (gap.a, gap.b) for mark in marks)
    return Edited(found, rights, moved)


def ends_behind_segments(elf: Elf) -> bool:
    """Whether one byte follows all that is loaded, as patchelf writes it from 0.17 on."""
    loads = [s.offset + s.filesz for s in elf.segments if s.type == PT_LOAD]
    return len(elf.data) == max(loads, default=-1) + 1


def _stale_words(work: Work, cut: Tiling) -> Iterator[Rights]:
    """Take words that lead to the dynamic table, or to where it stood before it was moved.

    Those are the first word of .got.plt and the symbol _DYNAMIC, which patchelf leaves as they are.
    """
    for pair in work.map.pairs:
        if not pair.a.type == pair.b.type == SHT_DYNAMIC:
            continue
        order: Literal["big", "little"] = "big" if work.a.big else "little"
        size = work.a.word
        starts = [at.to_bytes(size, order) for at in (pair.a.addr, pair.b.addr)]
        for region in work.regions.values():
            for quad in [quad for quad in region.wrong if quad.a1 - quad.a0 == size]:
                held = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
                if region.name not in _KEEP or held[0] != held[1] or held[0] not in starts:
                    continue
                stale = 1 if held[0] == starts[0] else 0
                where = int.from_bytes(held[0], order)
                if _is_filled(work, cut, stale, where):
                    region.wrong.remove(quad)
                    region.moved.append(quad)
                    sides = [pair.name, f"where {pair.name} stood"]
                    yield Rights(region.name, *(sides[::-1] if stale == 0 else sides))


_KEEP: Final = frozenset({".got", ".got.plt", ".symtab"})


def _is_filled(work: Work, cut: Tiling, side: int, address: int) -> bool:
    """Whether an address of one side leads to filler between sections."""
    elf = (work.a, work.b)[side]
    for load in elf.segments:
        if load.type == PT_LOAD and load.vaddr <= address < load.vaddr + load.filesz:
            at = load.offset + address - load.vaddr
            return any(
                start <= at < start + len(data) and FILLER.fullmatch(data) is not None
                for start, data in (
                    ((gap.at_a, gap.a), (gap.at_b, gap.b))[side] for gap in cut.gaps
                )
            )
    return False


def _aligned_names(work: Work, cut: Tiling) -> None:
    """Take the alignment of loaded names that were moved: patchelf has them start at a word."""
    place = SHDR[work.a.bits]["addralign"]
    for pair in work.map.pairs:
        one, two = pair.a, pair.b
        if one.align == two.align or not (one.alloc and one.type == two.type == SHT_STRTAB):
            continue
        sides = sorted([(one.align, one), (two.align, two)], key=lambda side: side[0])
        if sides[0][0] == 1 and sides[1][0] == work.a.word and not sides[1][1].addr % work.a.word:
            at_a = one.header.start - cut.headers.at_a + place.at
            at_b = two.header.start - cut.headers.at_b + place.at
            stop = at_a + place.size
            cut.headers.wrong[:] = [
                quad for quad in cut.headers.wrong if not at_a <= quad.a0 < quad.a1 <= stop
            ]
            cut.headers.word(at_a, at_b, place.size, good=True)


# -- gaps -----------------------------------------------------------------------------------------


def _filler(work: Work, region: Region) -> tuple[str, str] | None:
    """Return what fills a gap of each side, ``None`` if any of it is something else."""
    shown: list[str] = []
    for elf, data, at in ((work.a, region.a, region.at_a), (work.b, region.b, region.at_b)):
        if data.strip(b"\0") and _runs(elf, Span(at, at + len(data))):
            return None
        texts: list[str] = []
        rest = data
        while (table := _old_table(elf, rest, at + len(data) - len(rest))) is not None:
            texts.append(f"an older table of {len(elf.sections)} section headers")
            head, rest = rest[: table.start], rest[table.stop :]
            if not FILLER.fullmatch(head):
                return None
            texts += _counted(head)
        if not FILLER.fullmatch(rest):
            return None
        shown.append(", ".join([*texts, *_counted(rest)]) or "nothing")
    return shown[0], shown[1]


def _counted(data: bytes) -> Iterable[str]:
    for letter in b"XZ\0":
        if count := data.count(letter):
            yield f"{count} zeros" if not letter else f"{count} bytes {chr(letter)}"


def _runs(elf: Elf, span: Span) -> bool:
    """Whether it is loaded to be executed, and code stands in front of it that may run into it.

    Linkers that do not part code from constants have the first sections in the segment of code.
    """
    before = [s for s in elf.sections if s.size and s.offset < span.start and s.mapped]
    last = max(before, key=lambda s: s.offset, default=None)
    if last is None or not last.code:
        return False
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
    near = (at + first - size) // elf.word * elf.word - at
    for start in (near, near - elf.word):
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
