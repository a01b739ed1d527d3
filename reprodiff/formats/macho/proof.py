"""Two Mach-O images of 64 bits, every byte accounted for where it can be."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from reprodiff.formats.machine import dwarf
from reprodiff.formats.machine.code import check_code
from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.dwarfinfo import map_info
from reprodiff.formats.machine.functions import CodeMap, Names, pair_functions
from reprodiff.formats.machine.jumptables import check_jump_tables
from reprodiff.formats.machine.layout import AddressMap, AnyPair
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.references import Word, check_copies, check_words
from reprodiff.formats.machine.statement import Statement
from reprodiff.formats.machine.tiling import Place, gaps, in_turn, out_of_turn, state
from reprodiff.formats.machine.unwinding import check_exceptions, check_frames
from reprodiff.formats.macho.commands import library_numbers
from reprodiff.formats.macho.fields import field, numbers
from reprodiff.formats.macho.headers import check_headers
from reprodiff.formats.macho.image import Image
from reprodiff.formats.macho.imports import hints
from reprodiff.formats.macho.linkedit import (
    Export,
    exports,
    function_starts,
)
from reprodiff.formats.macho.mapping import map_part, relocated, words
from reprodiff.formats.macho.meanings import same_meaning
from reprodiff.formats.macho.nlist import (
    PATHS,
    Times,
    check_symbols,
    functions,
    name_places,
    named,
    symbols,
)
from reprodiff.formats.macho.parts import (
    STRINGS,
    SYMBOLS,
    File,
    Part,
    PartPair,
    Work,
    pair_parts,
    read_parts,
)
from reprodiff.formats.macho.relocations import Check, place_of
from reprodiff.formats.macho.unwind import Mark, marks
from reprodiff.formats.parsing.native import fact
from reprodiff.model import Difference, Span

_LITTLE: Final = "<"


def is_taken_apart(image: Image) -> bool:
    """Whether an image is of a kind that the proof knows: little-endian, as all but PowerPC are."""
    return image.order == _LITTLE


class Proof(Statement):
    """The comparison of one pair; ``fields`` are facts on fields of their own."""

    form = "macho"

    def __init__(
        self,
        path: str,
        images: tuple[Image, Image],
        fields: Sequence[Difference],
        damage: tuple[list[str], list[str]],
    ) -> None:
        super().__init__(path, (images[0].data, images[1].data))
        self.a, self.b = (read_parts(image) for image in images)
        self.fields = fields
        files = (self.a, self.b)
        self.words: list[Mapping[int, Word]] = []
        self.exports: list[dict[bytes, Export]] = []
        for file, said in zip(files, damage, strict=True):
            found, trie = words(file), exports(file)
            said += [f"the {name} runs past the end of the file" for name in file.cut()]
            if found is None:
                said.append("the fixups of __LINKEDIT cannot be read")
            if trie is None:
                said.append("the exports of __LINKEDIT cannot be read")
            self.words.append(found or {})
            self.exports.append(trie or {})
        self.named = [named(file, trie) for file, trie in zip(files, self.exports, strict=True)]
        self.object = self.a.object and self.b.object
        self.libraries = library_numbers(*images)
        self.masked = relocated(self.a), relocated(self.b)
        self.paths = {s.name_at for s in symbols(self.a) if s.type in PATHS}

    def facts(self) -> list[Difference]:
        """Return the facts beyond those on fields."""
        pairs, only_a, only_b = pair_parts(self.a, self.b)
        regions, others = self._tiling(pairs, (only_a, only_b))
        head = [Span(file.base, file.base + _first(file)) for file in (self.a, self.b)]
        maps = self._maps(pairs)
        if self.object:
            where = AddressMap(pairs, relocatable=True, placed=True)
        else:
            where = AddressMap(pairs, (head[0], head[1]))
        work = Work(self.a, self.b, where, regions, hints=hints(self.a, self.b, self.libraries))
        every = [*others, *regions.values()]
        state(every, (place for each in self.fields for place in each.places()))
        self.state_strings(regions.values())
        # Code whose bytes are also those of something else is compared there.
        maps = [found for found in maps if work.region(found.pair).pair is not None]
        result = self._check(work, others[0], maps, pairs)
        self._lonely((only_a, only_b))
        self.functions(work, maps)
        self.code(result)
        self.features(work, maps, result)
        self.symbols(work)
        for region in every:
            if result.problems and region.pair is not None and region.pair.a.constant:
                # Among constants are distances, and only code that is read says where.
                region.why = region.why or result.problems[0]
            self.rest(region)
        for region in out_of_turn(every):
            places = [region.spans(Quad(0, len(region.a), 0, len(region.b)))]
            self.add("macho.moved", region.name, "elsewhere", "elsewhere", places)
        return self.found

    def _tiling(
        self, pairs: Sequence[PartPair], only: tuple[Sequence[Part], Sequence[Part]]
    ) -> tuple[dict[int, Region], list[Region]]:
        """Cut both files; return the regions of parts, and the headers with what is left."""
        places: list[list[Place]] = []
        for side, file in enumerate((self.a, self.b)):
            mine = [((pair.a, pair.b)[side], f"part {pair.a.index}") for pair in pairs]
            mine += [(part, f"only {side} {part.index}") for part in only[side]]
            kept = in_turn(
                [
                    Place(0, _first(file), "headers"),
                    *(Place(*part.body, key) for part, key in mine if not part.linked),
                ]
            )
            # No table may claim bytes that are also content of a section.
            tables = [
                Place(*part.body, key)
                for part, key in mine
                if part.linked
                and not any(p.start < part.body.stop and part.body.start < p.stop for p in kept)
            ]
            places.append(in_turn([*kept, *tables]))
        found = [{key: Span(start, stop) for start, stop, key in side} for side in places]

        def region(name: str, key: str, pair: PartPair | None = None) -> Region:
            spans = [side.get(key, Span(0, 0)) for side in found]
            raw = [bytes(d[s.start : s.stop]) for d, s in zip(self.data, spans, strict=True)]
            if pair is not None and raw != [pair.plain_a, pair.plain_b]:
                pair = None  # its bytes are also those of something else, which stands in front
            return Region(name, raw[0], raw[1], spans[0].start, spans[1].start, pair)

        regions = {
            pair.a.index: region(pair.a.name, f"part {pair.a.index}", pair)
            if not pair.a.bare
            else Region(pair.a.name, b"", b"", 0, 0, pair)
            for pair in pairs
        }
        return regions, [region("headers", "headers"), *gaps(self.data, places)]

    def _maps(self, pairs: Sequence[PartPair]) -> list[CodeMap]:
        maps: list[CodeMap] = []
        starts = function_starts(self.a) or [], function_starts(self.b) or []
        shapes = next((pair for pair in pairs if pair.name == ".debug_abbrev"), None)
        known = [{**own, **more} for own, more in zip(self.words, self.masked, strict=True)]
        for pair in pairs:
            if pair.a.code and pair.b.code:
                ones = functions(self.a, starts[0], self.named[0], pair.a)
                twos = functions(self.b, starts[1], self.named[1], pair.b)
                maps.append(pair_functions(pair, ones, twos))
            elif pair.name == ".debug_info" and shapes and len(pair.plain_a) != len(pair.plain_b):
                map_info(pair, shapes, big=False)
            else:
                map_part(self.a, pair, (known[0], known[1]))
        return maps

    # -- the proof ----------------------------------------------------------------------------

    def _check(
        self, work: Work, headers: Region, maps: Sequence[CodeMap], pairs: Sequence[PartPair]
    ) -> Result:
        by_name = {pair.name: pair for pair in reversed(pairs)}
        still = all(pair.straight and pair.a.addr == pair.b.addr for pair in pairs if pair.a.mapped)
        if self.object:
            still = False
            check = Check(work)
            for pair in pairs:
                if pair.a.linked and pair.a.section:
                    check.section(pair)
        elif not still:
            check_words(work, self.words[0], self.words[1])
        result = check_code(work, maps, straight=still)
        if not still:
            if not self.object:
                check_jump_tables(work, result)
            self._tables(work, pairs)
        if self.object:
            dwarf.check_object(work)
        strings = by_name.get(STRINGS)
        table = by_name.get(SYMBOLS)
        if table is not None and work.region(table).pair is not None:
            times = check_symbols(work, table, strings, self.libraries)
            if times.places:
                self._times(times)
        self._linked(work, by_name, still=still)
        check_headers(work, headers, pairs)
        check_copies(work)
        return result

    def _times(self, times: Times) -> None:
        inside = f"N_OSO time of {len(times.places)} object files"
        self.found.append(fact(("macho.oso-time", self.path, inside), times.first, times.places))

    def _tables(self, work: Work, pairs: Sequence[PartPair]) -> None:
        for pair in pairs:
            name = pair.name.partition(",")[2]
            if pair.a.linked or pair.a.bare:
                continue
            if name == "__eh_frame":
                check_frames(work, work.region(pair), pair)
            elif name == "__unwind_info":
                self._unwind(work, pair)

    def _unwind(self, work: Work, pair: PartPair) -> None:
        region = work.region(pair)
        ones, twos = marks(region.a), marks(region.b)
        if ones is None or twos is None:
            region.fail("the unwind table cannot be read")
            return
        if [_shape(x) for x in ones] != [_shape(x) for x in twos]:
            region.fail("the unwind tables have other entries")
            return
        bases = self.a.base, self.b.base
        for one, two in zip(ones, twos, strict=True):
            values = bases[0] + one.value, bases[1] + two.value
            good = work.map.follows(*values)
            if one.kind == "end":
                good = good or work.map.ends(*values) or one.value == two.value
            region.word(one.at, two.at, one.size, good)
            if one.kind == "lsda" and good:
                check_exceptions(work, *values)

    def _linked(self, work: Work, pairs: Mapping[str, PartPair], *, still: bool) -> None:
        """Check what __LINKEDIT tells the loader by what it means."""
        for name, pair in pairs.items():
            if not pair.a.linked:
                continue
            region = work.region(pair)
            if (still and region.a == region.b) or region.pair is None:
                continue
            same = same_meaning(work, name, self.exports, self.libraries)
            if same is None:
                continue
            whole = Quad(0, len(region.a), 0, len(region.b))
            if not same:
                region.wrong.append(whole)
            elif region.a != region.b:
                region.moved.append(whole)

    # -- the facts ----------------------------------------------------------------------------

    def names(self, side: int) -> Names:
        """Return the functions and objects of a side by address."""
        return name_places((self.a, self.b)[side], self.named[side])

    def string_kind(self, pair: AnyPair, quad: Quad) -> str:
        """Return the kind of fact for a string that another one stands for."""
        if pair.name != STRINGS:
            return "macho.string"
        return "macho.oso-path" if quad.a0 in self.paths else "macho.symbol"

    def rest_kind(self, region: Region) -> str:
        """Return the kind of fact for what differs in a region for no reason known."""
        pair = region.pair
        if region.name == "headers":
            return "macho.table"
        if pair is None or pair.name == "code signature":
            return "macho.place"
        if pair.a.code or self._about_code(pair.a):
            return "macho.instructions"
        if pair.a.debug:
            return "macho.debug"
        return "macho.data" if pair.a.data else "macho.table"

    def place(self, region: Region, quad: Quad) -> str:
        """Name a place: by the object or function it is in, by a load command, or its offset."""
        if region.name == "headers" and (known := field(self.a.image, quad.a0)) is not None:
            return known.name
        pair = region.pair
        if pair is not None and pair.a.linked and pair.a.section:
            return self._relocation(region, quad)
        return super().place(region, quad)

    def value(self, region: Region, quad: Quad) -> tuple[str | bytes, str | bytes]:
        """Return fields of segments and sections as numbers, anything else as it stands."""
        if region.name == "headers":
            told = numbers((self.a.image, quad.a0), (self.b.image, quad.b0))
            if told is not None:
                return told
        return super().value(region, quad)

    def _about_code(self, part: Part) -> bool:
        """Whether a part has the relocations of code."""
        return part.linked and bool(part.section) and self.a.parts[part.section - 1].code

    def _relocation(self, region: Region, quad: Quad) -> str:
        """Name a relocation by what its place is in."""
        pair = region.pair
        at = place_of(region.a, quad.a0, wide=self.a.word == 8)
        if pair is None or at is None:
            return region.name
        part = self.a.parts[pair.a.section - 1]
        name = self.name(0, part.addr + at)
        if name is None:
            return f"{region.name} at +{at:#x}"
        return f"{region.name} in {name.decode('utf-8', 'surrogateescape')}"

    def _lonely(self, only: tuple[Iterable[Part], Iterable[Part]]) -> None:
        for side, parts in enumerate(only):
            for part in parts:
                empty = Span(0, 0)
                spans = (empty, part.body) if side else (part.body, empty)
                values = (None, part.name) if side else (part.name, None)
                self.add("macho.section", part.name, values[0], values[1], [spans])


def _first(file: File) -> int:
    """Return where the first section starts: up to there are headers, and room for more."""
    return min(max(file.image.first_content(), file.image.commands_stop), len(file.image.data))


def _shape(mark: Mark) -> tuple[object, ...]:
    return mark.at, mark.size, mark.kind, mark.base
