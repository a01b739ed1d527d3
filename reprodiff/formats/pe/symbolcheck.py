"""The check of the COFF symbol table that MinGW leaves in images, symbol by symbol.

Source: Microsoft, "PE Format", COFF Symbol Table; binutils for what it writes of source files.
"""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from reprodiff.formats.machine import stringkeys
from reprodiff.formats.machine.layout import SectionPair
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.parsing.align import Op, align
from reprodiff.formats.parsing.coffsymbols import FILE, FUNCTION, STATIC, Symbol
from reprodiff.formats.pe.parts import Part, Work
from reprodiff.formats.pe.symbols import SIZE, sources, symbols

WEAK: Final = frozenset({105, 127})
"""IMAGE_SYM_CLASS_WEAK_EXTERNAL, and what binutils write for it in images."""
_Key = tuple[bytes, int, int, int, int]


def check_symbols(
    work: Work, region: Region, strings: SectionPair[Part] | None, numbers: dict[int, int]
) -> None:
    """Check the symbol table; ``numbers`` leads from section numbers of A to those of B."""
    table = _Table(work, region, strings)
    keys_a, keys_b = table.keys(numbers)
    ops = align(keys_a, keys_b)
    moved = _crossing(ops, keys_a, keys_b)
    moved = {i: j for i, j in moved.items() if table.follows(i, j)}
    there = set(moved.values())
    for op in ops:
        if op.tag == "equal":
            for i, j in zip(range(op.a0, op.a1), range(op.b0, op.b1), strict=True):
                table.check(i, j)
            continue
        table.state(
            op,
            [i for i in range(op.a0, op.a1) if i not in moved],
            [j for j in range(op.b0, op.b1) if j not in there],
        )


def _crossing(ops: Sequence[Op], keys_a: Sequence[_Key], keys_b: Sequence[_Key]) -> dict[int, int]:
    """Return the symbols that stand elsewhere in B: such that no object has for itself."""
    waiting: dict[_Key, list[int]] = defaultdict(list)
    free = [op for op in ops if op.tag != "equal"]
    for op in reversed(free):
        for j in range(op.b1 - 1, op.b0 - 1, -1):
            waiting[keys_b[j]].append(j)
    found: dict[int, int] = {}
    for op in free:
        for i in range(op.a0, op.a1):
            plain = not keys_a[i][-1] or keys_a[i][3] in WEAK
            if plain and (queue := waiting.get(keys_a[i])):
                found[i] = queue.pop()
    return found


class _Table:
    """The two symbol tables, and the account of them."""

    def __init__(self, work: Work, region: Region, strings: SectionPair[Part] | None) -> None:
        self.work, self.region, self.strings = work, region, strings
        images = work.a.image, work.b.image
        self.a, self.b = list(symbols(images[0])), list(symbols(images[1]))
        self.files = _next_files(self.a), _next_files(self.b)
        self.numbered = [{x.number: x.name for x in items} for items in (self.a, self.b)]
        self.sources = sources(images[0], self.a), sources(images[1], self.b)
        self.ends: tuple[dict[int, int], dict[int, int]] = ({}, {})
        """Where what each object has of a section ended so far, by the number of the section."""

    def keys(self, numbers: dict[int, int]) -> tuple[list[_Key], list[_Key]]:
        """Return what symbols pair by; source files by what is left of their paths."""
        names = stringkeys.keys(
            *([found.get(x.at, x.name) + b"\0" for x in items]
              for items, found in zip((self.a, self.b), self.sources, strict=True))
        )  # fmt: skip
        return (
            [(name, numbers.get(x.section, x.section), x.type, x.storage, len(x.more))
             for name, x in zip(names[0], self.a, strict=True)],
            [(name, x.section, x.type, x.storage, len(x.more))
             for name, x in zip(names[1], self.b, strict=True)],
        )  # fmt: skip

    def follows(self, i: int, j: int) -> bool:
        """Whether a symbol that stands elsewhere in B says the same there."""
        region = self.region
        trial = Region(region.name, region.a, region.b, region.at_a, region.at_b)
        self.entry(trial, i, j)
        return not trial.wrong

    def entry(self, region: Region, i: int, j: int) -> None:
        """Check a symbol with its records behind it, but those of files."""
        one, two = self.a[i], self.b[j]
        _symbol(self.work, region, self.strings, (one, two), self.ends)
        if one.storage in WEAK and one.more != two.more:
            # What stands in for it if nothing defines it, by the number of its symbol.
            numbers = [int.from_bytes(each.more[:4], "little") for each in (one, two)]
            named = [found.get(n) for found, n in zip(self.numbered, numbers, strict=True)]
            at_a, at_b = one.at + SIZE - region.at_a, two.at + SIZE - region.at_b
            # In an image it is still the number that it had in its object; strip clears it.
            cleared = len(self.a) != len(self.b) and not all(numbers)
            region.word(at_a, at_b, 4, cleared or named[0] == named[1] is not None)

    def check(self, i: int, j: int) -> None:
        """Check a symbol of A with the one of B that stands in its place."""
        one, two = self.a[i], self.b[j]
        self.entry(self.region, i, j)
        if one.storage == FILE:
            true = self.files[0][one.at] == one.value and self.files[1][two.at] == two.value
            at_a, at_b = one.at + 8 - self.region.at_a, two.at + 8 - self.region.at_b
            self.region.word(at_a, at_b, 4, one.value == two.value or true)
            same = self.sources[0].get(one.at) == self.sources[1].get(two.at)
            _source(self.work, self.region, self.strings, (one, two), same=same)

    def state(self, op: Op, ones: Sequence[int], twos: Sequence[int]) -> None:
        """State the symbols of one side alone; what stands elsewhere is only taken out."""
        region = self.region
        start_a, start_b = _place(self.a, op.a0, region.at_a), _place(self.b, op.b0, region.at_b)
        stop_a, stop_b = _place(self.a, op.a1, region.at_a), _place(self.b, op.b1, region.at_b)
        lonely_a, lonely_b = [self.a[i] for i in ones], [self.b[j] for j in twos]
        if (op.a0, op.a1, op.b0, op.b1) == (*_ends(op.a0, ones), *_ends(op.b0, twos)):
            quads = [Quad(start_a, stop_a, start_b, stop_b)]
            moved: list[Quad] = []
        else:
            cut_a = [
                (Quad(*self._span(self.a[i], region.at_a), start_b, start_b), i in ones)
                for i in range(op.a0, op.a1)
            ]
            cut_b = [
                (Quad(stop_a, stop_a, *self._span(self.b[j], region.at_b)), j in twos)
                for j in range(op.b0, op.b1)
            ]
            quads = [quad for quad, alone in (*cut_a, *cut_b) if alone]
            moved = [quad for quad, alone in (*cut_a, *cut_b) if not alone]
        region.moved += moved
        region.stated += quads
        if not quads or not (lonely_a or lonely_b):
            return
        shown = [
            b", ".join(found.get(x.at, x.name) for x in each[:20])
            for each, found in zip((lonely_a, lonely_b), self.sources, strict=True)
        ]
        bare = not self.a or not self.b or _are_bare(lonely_a, lonely_b)
        found = self.work.bare if bare else self.work.added
        found.append((shown[0], shown[1], quads[0], region))
        found += [(shown[0], shown[1], quad, region) for quad in quads[1:]]

    @staticmethod
    def _span(symbol: Symbol, start: int) -> tuple[int, int]:
        return symbol.at - start, symbol.at - start + symbol.size


def _ends(start: int, indices: Sequence[int]) -> tuple[int, int]:
    return start, start + len(indices)


def _are_bare(ones: Sequence[Symbol], twos: Sequence[Symbol]) -> bool:
    """Whether symbols of one side name files, sections and local data only."""
    return not (ones and twos) and all(
        x.storage == FILE or (x.storage == STATIC and x.type != FUNCTION) for x in (*ones, *twos)
    )


def _next_files(items: Sequence[Symbol]) -> dict[int, int]:
    """Return what the value of each file's symbol is: the number of the next file's, at last 0."""
    found: dict[int, int] = {}
    known = [(item.at, item.number) for item in items if item.storage == FILE]
    for (at, _), (_, following) in pairwise([*known, (0, 0)]):
        found[at] = following
    return found


def _place(items: list[Symbol], at: int, start: int) -> int:
    if at < len(items):
        return items[at].at - start
    return items[-1].at + items[-1].size - start if items else 0


def _symbol(
    work: Work,
    region: Region,
    strings: SectionPair[Part] | None,
    pair: tuple[Symbol, Symbol],
    ends: tuple[dict[int, int], dict[int, int]],
) -> None:
    """Check one symbol; ``ends`` are where what each object has of a section ended so far."""
    one, two = pair
    at_a, at_b = one.at - region.at_a, two.at - region.at_b
    if one.name_at or two.name_at:
        place = strings.forward(one.name_at) if strings is not None else one.name_at
        if place is None and strings is not None and min(one.name_at, two.name_at) >= 4:
            # Names of one side stand between; those of the symbols are equal, being their key.
            inside = one.name_at < strings.size_a and two.name_at < strings.size_b
            place = two.name_at if inside else None
        region.word(at_a + 4, at_b + 4, 4, place == two.name_at)
    # A section's own symbol is where it begins, whatever string a linker put first there.
    of_section = one.storage == STATIC and one.more and one.name.startswith(b".")
    behind = (of_section and one.value == two.value == 0) or (
        ends[0].get(one.section) == one.value and ends[1].get(two.section) == two.value
    )
    if one.storage != FILE:
        region.word(at_a + 8, at_b + 8, 4, bool(behind) or _value(work, one, two))
    region.word(at_a + 12, at_b + 12, 2, good=True)  # the key has the section
    if of_section:
        lengths = [int.from_bytes(each.more[:4], "little") for each in pair]
        stops = one.value + lengths[0], two.value + lengths[1]
        ends[0][one.section], ends[1][two.section] = stops
        # What is behind the end may be filled up on one side; the last byte is what both have.
        last = stops[0] - 1, stops[1] - 1
        good = lengths[0] == lengths[1] or (
            min(lengths) > 0 and (_stand(work, pair, stops) or _stand(work, pair, last))
        )
        region.word(at_a + SIZE, at_b + SIZE, 4, good)


def _source(
    work: Work,
    region: Region,
    strings: SectionPair[Part] | None,
    pair: tuple[Symbol, Symbol],
    *,
    same: bool,
) -> None:
    """Check the names of two source files; ``same`` says that they read the same."""
    one, two = pair
    at_a, at_b = (x.at + SIZE - start for x, start in zip(pair, _starts(region), strict=True))
    if one.more == two.more:
        return
    if any(one.more[:4]) or any(two.more[:4]) or strings is None:
        quad = Quad(at_a, at_a + len(one.more), at_b, at_b + len(two.more))
        region.stated.append(quad)
        work.strings.append((region, quad))
        return
    places = [int.from_bytes(each.more[4:8], "little") for each in pair]
    region.word(at_a + 4, at_b + 4, 4, same or strings.forward(places[0]) == places[1])


def _starts(region: Region) -> tuple[int, int]:
    return region.at_a, region.at_b


def _value(work: Work, one: Symbol, two: Symbol) -> bool:
    """Whether two values stand for each other: offsets in sections, or plain numbers."""
    if one.section <= 0 or two.section <= 0:
        return one.value == two.value
    return _stand(work, (one, two), (one.value, two.value))


def _stand(work: Work, pair: tuple[Symbol, Symbol], offsets: tuple[int, int]) -> bool:
    """Whether two offsets in the sections of two symbols stand for each other."""
    starts: list[int] = []
    for file, symbol in zip((work.a, work.b), pair, strict=True):
        if symbol.section > len(file.image.sections):
            return False
        starts.append(file.image.sections[symbol.section - 1].rva)
    found = next((p for p in work.map.pairs if p.a.debug and p.a.addr == starts[0]), None)
    if found is not None:
        return found.b.addr == starts[1] and found.forward(offsets[0]) == offsets[1]
    return work.map.follows(starts[0] + offsets[0], starts[1] + offsets[1])
