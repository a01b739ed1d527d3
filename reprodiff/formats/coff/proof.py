"""Two COFF objects, every byte accounted for where it can be."""

from collections.abc import Sequence
from typing import Final

from reprodiff.formats.coff import codeview
from reprodiff.formats.coff.headers import check_headers
from reprodiff.formats.coff.indices import SUMS, check_indices, check_sums
from reprodiff.formats.coff.parts import (
    PartPair,
    Work,
    by_number,
    is_merged,
    leaders,
    pair_parts,
    string_table,
)
from reprodiff.formats.coff.reader import Object
from reprodiff.formats.coff.regions import ROW, Tiling, headers_stated, tiling
from reprodiff.formats.coff.relocations import Check, offset_of, words
from reprodiff.formats.coff.symbols import (
    COMPILER,
    Symbols,
    by_section,
    functions,
    name_places,
    named,
)
from reprodiff.formats.machine import dwarf, dwarftables
from reprodiff.formats.machine.code import check_code
from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.dwarfinfo import map_info
from reprodiff.formats.machine.functions import CodeMap, Names, pair_functions
from reprodiff.formats.machine.layout import AddressMap, AnyPair
from reprodiff.formats.machine.model import STRINGS
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.statement import Statement
from reprodiff.formats.machine.strings import tile
from reprodiff.formats.machine.tiling import out_of_turn
from reprodiff.formats.machine.work import Hints
from reprodiff.formats.parsing.native import fact

_DIRECTIVES: Final = ".drectve"
_TEXTS: Final = frozenset({".debug_str", ".debug_line_str"})
_WORDS: Final = frozenset({".pdata", ".xdata", ".eh_frame", SUMS})
_TABLES: Final = (SUMS, ".pdata", ".xdata", ".eh_frame", ".llvm_addrsig", ".sxdata", ".idata")


class Proof(Statement):
    """The comparison of one pair of objects."""

    form = "pe"

    def __init__(self, path: str, objects: tuple[Object, Object]) -> None:
        a, b = objects
        super().__init__(path, (a.data, b.data))
        self.objects = objects
        self.a, self.b, self.pairs, *only = pair_parts(a, b)
        self.texts = string_table(a, b)
        self.symbols_of = Symbols(a, b, by_number(self.pairs))
        self.named = named(self.a), named(self.b)
        self.leaders = leaders(a), leaders(b)
        self.cut: Tiling = tiling(objects, self.pairs, self.texts, (only[0], only[1]))
        self.links = {id(region): number for number, region in self.cut.links.items()}

    def run(self) -> None:
        """Find all facts."""
        self.texts.settle([])
        maps = self._maps()
        where = AddressMap([*self.pairs, self.texts], relocatable=True, placed=True)
        work = Work(self.a, self.b, where, self.cut.parts, hints=Hints(located=True))
        self._stamp()
        self.state_strings(self.cut.parts.values())
        result = self._check(work, maps)
        for lonely in self.cut.one_sided:
            name = lonely.part.name
            values = (None, name) if lonely.side else (name, None)
            self.cut.headers.stated.append(headers_stated(lonely))
            self.add("pe.section", name, values[0], values[1], lonely.places)
        for region, quad in work.strings:
            self.state_string(region, [quad])
        for region, quad in self.symbols_of.files:
            one, two = region.a[quad.a0 : quad.a1], region.b[quad.b0 : quad.b1]
            texts = one.rstrip(b"\0"), two.rstrip(b"\0")
            places = [region.spans(quad)]
            self.add("pe.string", ".file", texts[0], texts[1], places, note="debug")
        self.functions(work, maps)
        self.code(result)
        self.features(work, maps, result)
        self.symbols(work)
        self._order(work)
        for region in self.cut.all():
            if result.problems and region.pair is not None and region.pair.a.constant:
                # Among constants are distances, and only code that is read says where.
                region.why = region.why or result.problems[0]
            self.rest(region)

    def _order(self, work: Work) -> None:
        """State sections and symbols that stand in another order, with their headers.

        Where all of those are constants that compilers make up and linkers merge, nothing can
        tell in which order they stand.
        """
        cut = self.cut
        turned = out_of_turn([*cut.parts.values(), *cut.links.values()])
        free = self._free(work)
        note = "merged" if free is not None else ""
        for region in turned:
            places = [region.stored()]
            if region.pair is not None and region.pair.name != STRINGS:
                one, two = (source.sections[part.index - 1].header for source, part in zip(
                    self.objects, (region.pair.a, region.pair.b), strict=True))  # fmt: skip
                quad = Quad(one, one + ROW, two, two + ROW)
                if one != two:
                    cut.headers.stated.append(quad)
                    places.insert(0, cut.headers.spans(quad))
            self.add("pe.order", region.name, "elsewhere", "elsewhere", places, note)
        for region, quad in self.symbols_of.places:
            places = [region.spans(quad)]
            self.add("pe.order", region.name, "elsewhere", "elsewhere", places, note)

    def _free(self, work: Work) -> frozenset[int] | None:
        """Return the sections that may stand in any order, ``None`` if others stand in another.

        Their headers and symbols must say the same wherever they stand.
        """
        cut = self.cut
        free = frozenset(
            pair.a.index
            for pair in self.pairs
            if all(map(is_merged, self.objects, (pair.a.index, pair.b.index), self.leaders))
        )
        rest = [region for table in (cut.parts, cut.links)
                for number, region in table.items() if number not in free]  # fmt: skip
        if out_of_turn(rest) or not self.symbols_of.follow(work, cut.table, free):
            return None
        for pair in self.pairs:
            if pair.a.index in free and not _same_header(self.objects, pair, cut.headers):
                return None
        return free

    # -- the proof ----------------------------------------------------------------------------

    def _stamp(self) -> None:
        spans = [each.stamp for each in self.objects]
        values = [int.from_bytes(d[s.start : s.stop], "little")
                  for d, s in zip(self.data, spans, strict=True)]  # fmt: skip
        if values[0] != values[1]:
            self.cut.headers.stated.append(Quad(*spans[0], *spans[1]))
            place = ("pe.timestamp", self.path, "TimeDateStamp")
            self.found.append(fact(place, values, [(spans[0], spans[1])], "time"))

    def _maps(self) -> list[CodeMap]:
        maps: list[CodeMap] = []
        names = by_section(self.a, self.named[0]), by_section(self.b, self.named[1])
        shapes = next((pair for pair in self.pairs if pair.name == ".debug_abbrev"), None)
        for pair in self.pairs:
            if pair.a.code and pair.b.code:
                ones = functions(self.a, names[0].get(pair.a.index, {}), pair.a)
                twos = functions(self.b, names[1].get(pair.b.index, {}), pair.b)
                maps.append(pair_functions(pair, ones, twos))
            elif pair.name == ".debug_info" and shapes and pair.plain_a != pair.plain_b:
                map_info(pair, shapes, big=False)
            elif codeview.is_codeview(pair):
                codeview.map_records(pair)
            else:
                self._map_data(pair)
        return maps

    def _map_data(self, pair: PartPair) -> None:
        one, two = pair.plain_a, pair.plain_b
        if pair.a.bare:
            same = pair.a.size == pair.b.size
            pair.settle([Piece(0, 0, pair.a.size, pair.b.size, "same")] if same else [])
        elif one == two:
            pair.settle([Piece(0, 0, len(one), len(two), "same")])
        elif pair.name == ".debug_line":
            dwarftables.map_lines(self.a, pair)
        elif pair.name in _TEXTS:
            pair.settle(tile(one, two, only_strings=True))
        elif not pair.a.data or pair.name.partition("$")[0] in _WORDS:
            same = len(one) == len(two)
            pair.settle([Piece(0, 0, len(one), len(two), "words" if same else "changed")])
        else:
            # What relocations are about may look like text.
            marked = [bytearray(one), bytearray(two)]
            for copy, file, part in zip(marked, (self.a, self.b), (pair.a, pair.b), strict=True):
                for at, size in words(file, part.index):
                    copy[at : at + size] = b"\x01" * max(min(size, len(copy) - at), 0)
            pair.settle(tile(bytes(marked[0]), bytes(marked[1]), only_strings=False))

    def _check(self, work: Work, maps: Sequence[CodeMap]) -> Result:
        check = Check(work, self.symbols_of.numbers)
        for pair in self.pairs:
            check.section(pair, self.cut.links[pair.a.index])
            check_indices(work, pair, self.symbols_of.numbers)
            if pair.name == SUMS:
                check_sums(work, pair)
        result = check_code(work, maps, straight=False)
        dwarf.check_object(work)
        codeview.check(work, [pair for pair in self.pairs if codeview.is_codeview(pair)])
        self.symbols_of.check(work, self.cut.table, self.texts)
        self._compiler()
        check_headers(work, self.cut.headers, self.pairs)
        return result

    def _compiler(self) -> None:
        """State which release of Microsoft's compiler made each side (the symbol ``@comp.id``)."""
        for one, two in self.symbols_of.both:
            if one.name == COMPILER and one.section < 0 and one.value != two.value:
                region = self.cut.table
                at_a, at_b = one.at - region.at_a + 8, two.at - region.at_b + 8
                quad = Quad(at_a, at_a + 4, at_b, at_b + 4)
                region.stated.append(quad)
                shown = [f"tool {x.value >> 16:#x}, build {x.value & 0xFFFF}" for x in (one, two)]
                self.add("pe.rich", "@comp.id", shown[0], shown[1], [region.spans(quad)])

    # -- the facts ----------------------------------------------------------------------------

    def names(self, side: int) -> Names:
        """Return the functions and objects of a side by made-up address."""
        return name_places((self.a, self.b)[side], self.named[side])

    def called(self, side: int, address: int) -> str:
        """Return the name of a place, or where it is in its section."""
        file = (self.a, self.b)[side]
        for part in file.parts.values():
            if part.addr <= address <= part.addr + part.size:
                known = self.named[side].get(address)
                name = known[0].decode("utf-8", "surrogateescape") if known else part.name
                return name if known else f"{name}+{address - part.addr:#x}"
        return f"{address:#x}"

    def value(self, region: Region, quad: Quad) -> tuple[str | bytes, str | bytes]:
        """Return what a place has on both sides; of directives for the linker all that differ."""
        if region.name != _DIRECTIVES:
            return super().value(region, quad)
        sides = [set(raw.split()) for raw in (region.a, region.b)]
        one, two = (b" ".join(sorted(own - other))
                    for own, other in (sides, sides[::-1]))  # fmt: skip
        return (one, two) if one or two else super().value(region, quad)

    def string_kind(self, pair: AnyPair, quad: Quad) -> str:
        """Return the kind of fact for a string that another one stands for."""
        del quad
        return "pe.symbol" if pair.name == STRINGS else "pe.string"

    def rest_kind(self, region: Region) -> str:
        """Return the kind of fact for what differs in a region for no reason known."""
        pair = region.pair
        if pair is None:
            if id(region) in self.links:
                number = self.links[id(region)]
                part = self.a.parts[number]
                return "pe.instructions" if part.code else "pe.debug" if part.debug else "pe.table"
            return "pe.table" if region.name in {"symbol table", "headers"} else "pe.header"
        if pair.a.code:
            return "pe.instructions"
        if pair.a.debug:
            return "pe.debug"
        return "pe.table" if pair.name.startswith(_TABLES) else "pe.data"

    def place(self, region: Region, quad: Quad) -> str:
        """Name a place: by the object or function it is in; a relocation by what it is about."""
        number = self.links.get(id(region))
        if number is None:
            return super().place(region, quad)
        part = self.a.parts[number]
        at = offset_of(self.a, number, quad.a0)
        if at is None:
            return region.name
        name = self.name(0, part.addr + at)
        if name is None:
            return f"{region.name} at +{at:#x}"
        return f"{region.name} in {name.decode('utf-8', 'surrogateescape')}"


def _same_header(objects: tuple[Object, Object], pair: PartPair, headers: Region) -> bool:
    """Whether the headers of two sections say the same, but for where things stand."""
    one, two = (source.sections[part.index - 1].header for source, part in zip(
        objects, (pair.a, pair.b), strict=True))  # fmt: skip
    if any(quad.a0 < one + ROW and one < quad.a1 for quad in headers.wrong):
        return False
    return all(
        headers.a[one + start : one + stop] == headers.b[two + start : two + stop]
        for start, stop in ((0, 16), (32, ROW))
    )
