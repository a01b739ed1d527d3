"""Universal binaries: several Mach-O files, one for each architecture, compared one by one.

Source: Apple, mach-o/fat.h.  A Java class starts with the same four bytes; there a version number
stands where the number of slices is.
"""

import struct
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from reprodiff.errors import ReprodiffError
from reprodiff.formats.macho.compare import compare_images
from reprodiff.formats.macho.image import ARCHITECTURES, is_macho, read_image
from reprodiff.formats.parsing.native import Pair, all_zero, fact
from reprodiff.model import Difference, Span
from reprodiff.records import dataclass

_MAGICS: Final = {b"\xca\xfe\xba\xbe": False, b"\xca\xfe\xba\xbf": True}
MAX_SLICES: Final = 64
_HEADER: Final = 28
"""Bytes of the shorter header of a file of one architecture."""
_OLDEST_CLASS: Final = 45
_MINORS: Final = frozenset({0, 3, 0xFFFF})


class Slice(NamedTuple):
    """One architecture: its entry in the table, and its place in the file."""

    cpu: int
    sub: int
    entry: Span
    span: Span

    @property
    def name(self) -> str:
        """The usual name of the architecture."""
        return ARCHITECTURES.get(self.cpu, f"cpu {self.cpu:#x}")


@dataclass(frozen=True, slots=True)
class _Fat:
    slices: tuple[Slice, ...]
    damage: tuple[str, ...]


def is_fat(data: memoryview) -> bool:
    """Whether ``data`` is a universal binary, and no Java class."""
    wide = _MAGICS.get(bytes(data[:4]))
    if wide is None or len(data) < 8:
        return False
    count = int.from_bytes(data[4:8], "big")
    minor, major = count >> 16, count & 0xFFFF
    # A class file has its minor and major version here (JVMS 4.1): 45 and up, never 45 slices.
    return wide or not (major >= _OLDEST_CLASS and minor in _MINORS)


def _read(data: memoryview) -> _Fat:
    """Read the table of slices; a file of one architecture is one slice, and has no table."""
    if not is_fat(data):
        order = "<" if bytes(data[:4]) in {b"\xcf\xfa\xed\xfe", b"\xce\xfa\xed\xfe"} else ">"
        if len(data) < _HEADER:
            return _Fat((), ("the file ends in its header",))
        cpu, sub = struct.unpack_from(f"{order}2i", data, 4)
        return _Fat((Slice(cpu, sub, Span(0, 0), Span(0, len(data))),), ())
    wide = _MAGICS[bytes(data[:4])]
    form = struct.Struct(">2i2Q2I" if wide else ">2i3I")
    count = int.from_bytes(data[4:8], "big")
    damage: list[str] = []
    slices: list[Slice] = []
    if count > MAX_SLICES:
        damage.append("there are more slices than there are architectures")
    for number in range(min(count, MAX_SLICES)):
        at = 8 + form.size * number
        if at + form.size > len(data):
            damage.append("the table of slices runs past the end of the file")
            break
        cpu, sub, offset, size = form.unpack_from(data, at)[:4]
        if offset + size > len(data):
            damage.append("a slice runs past the end of the file")
        if not size or (cpu, sub) in {(each.cpu, each.sub) for each in slices}:
            damage.append("a slice is empty or there twice")
            continue
        span = Span(min(offset, len(data)), min(offset + size, len(data)))
        slices.append(Slice(cpu, sub, Span(at, at + form.size), span))
    ordered = sorted(each.span for each in slices if each.span.size)
    if any(x.stop > y.start for x, y in pairwise(ordered)):
        damage.append("slices overlap")
        slices = []
    return _Fat(tuple(slices), tuple(dict.fromkeys(damage)))


def slices(data: memoryview) -> tuple[Span, ...]:
    """Return where the slices of a universal binary lie; none if its table is damaged."""
    found = _read(data)
    return () if found.damage else tuple(each.span for each in found.slices)


def compare_fat(a: memoryview, b: memoryview, path: str) -> list[Difference]:
    """Return the facts on two files, at least one of them universal.

    Their slices are paired by architecture; a file of one architecture is one slice.
    """
    fat_a, fat_b = _read(a), _read(b)
    found = list(_layout(a, b, fat_a, fat_b, path))
    others = {(each.cpu, each.sub): each for each in fat_b.slices}
    damage: tuple[list[str], list[str]] = ([*fat_a.damage], [*fat_b.damage])
    for one in fat_a.slices:
        two = others.pop((one.cpu, one.sub), None)
        if two is None:
            found.append(Difference("macho.slice", path, one.name, one.name, None, one.span, None))
            continue
        part_a, part_b = a[one.span.start : one.span.stop], b[two.span.start : two.span.stop]
        found.append(Difference("macho.place", path, one.name, None, None, one.span, two.span))
        if part_a == part_b:
            continue
        for said, part in zip(damage, (part_a, part_b), strict=True):
            if not is_macho(part):
                said.append(f"the slice for {one.name} is no Mach-O file of one architecture")
        if is_macho(part_a) and is_macho(part_b):
            found += _slice(part_a, part_b, one, two, path)
    for two in others.values():
        found.append(Difference("macho.slice", path, two.name, None, two.name, None, two.span))
    found += _tables(a, b, fat_a, fat_b, path)
    said_all = ["; ".join(dict.fromkeys(each)) or None for each in damage]
    if said_all[0] or said_all[1]:
        found.append(Difference("macho.damage", path, "structure", said_all[0], said_all[1]))
    return found


def _tables(a: memoryview, b: memoryview, one: _Fat, two: _Fat, path: str) -> Iterator[Difference]:
    """State the table of slices of two files that do not have the same, with zeros between them."""
    kinds = [[(each.cpu, each.sub) for each in fat.slices] for fat in (one, two)]
    if kinds[0] == kinds[1] and all(each.entry.size for each in (*one.slices, *two.slices)):
        return
    for side, (data, fat) in enumerate(((a, one), (b, two))):
        if fat.damage or not is_fat(data):
            continue
        other = Span(0, 0)
        table = Span(0, max((each.entry.stop for each in fat.slices), default=8))
        spans = [table]
        at = table.stop
        for span in sorted(each.span for each in fat.slices):
            if span.start > at and all_zero(data, Span(at, span.start)):
                spans.append(Span(at, span.start))
            at = max(at, span.stop)
        parts = tuple((other, span) if side else (span, other) for span in spans)
        names = ", ".join(each.name for each in fat.slices)
        values = (None, names) if side else (names, None)
        first, second = parts[0]
        yield Difference(
            "macho.slice", path, "table of slices", values[0], values[1], first, second, "", parts
        )


def _slice(a: memoryview, b: memoryview, one: Slice, two: Slice, path: str) -> Iterator[Difference]:
    """Yield the facts on one slice, with places in the whole file."""
    try:
        facts = compare_images(read_image(a), read_image(b), path)
    except ReprodiffError as error:
        yield Difference("macho.damage", path, one.name, str(error), str(error))
        return
    for each in facts:
        yield each._replace(
            inside=f"{one.name}: {each.inside}",
            span_a=_moved(each.span_a, one.span.start),
            span_b=_moved(each.span_b, two.span.start),
            parts=tuple(
                (
                    Span(x.start + one.span.start, x.stop + one.span.start),
                    Span(y.start + two.span.start, y.stop + two.span.start),
                )
                for x, y in each.parts
            ),
        )


def _moved(span: Span | None, by: int) -> Span | None:
    return None if span is None else Span(span.start + by, span.stop + by)


def _layout(a: memoryview, b: memoryview, one: _Fat, two: _Fat, path: str) -> Iterator[Difference]:
    """Where slices have another size, the table and the zeros between slices follow."""
    kinds = [[(each.cpu, each.sub) for each in fat.slices] for fat in (one, two)]
    if kinds[0] != kinds[1] or one.damage or two.damage or not one.slices:
        return
    for own, other in zip(one.slices, two.slices, strict=True):
        aligned = [_alignment(data, x) for data, x in ((a, own), (b, other))]
        values = [
            bytes(data[slice(*place)]).hex() for data, place in zip((a, b), aligned, strict=True)
        ]
        if values[0] != values[1]:
            inside = f"{own.name}: alignment of the slice"
            yield fact(("macho.table", path, inside), values, [(aligned[0], aligned[1])])
    if [each.span for each in one.slices] == [each.span for each in two.slices]:
        return
    parts: list[Pair] = []
    ends = [each.slices[-1].entry.stop for each in (one, two)]
    for own, other in zip(one.slices, two.slices, strict=True):
        # Type and alignment stand before and behind offset and size.
        width = 16 if own.entry.size == 32 else 8
        fields = [Span(x.entry.start + 8, x.entry.start + 8 + width) for x in (own, other)]
        parts.append((fields[0], fields[1]))
        gaps = [Span(end, x.span.start) for end, x in zip(ends, (own, other), strict=True)]
        for data, gap in zip((a, b), gaps, strict=True):
            if gap.size < 0 or not all_zero(data, gap):
                return
        parts.append((gaps[0], gaps[1]))
        ends = [own.span.stop, other.span.stop]
    if ends[0] != len(a) or ends[1] != len(b):
        return
    sizes = [", ".join(str(each.span.size) for each in fat.slices) for fat in (one, two)]
    inside = "places of the slices"
    yield fact(("macho.fat-layout", path, inside), sizes, sorted(parts))


def _alignment(data: memoryview, entry: Slice) -> Span:
    """Return the place of the power of two that a slice is to be aligned to."""
    at = entry.entry.start + (24 if _MAGICS.get(bytes(data[:4])) else 16)
    return Span(at, at + 4) if entry.entry.size else entry.entry
