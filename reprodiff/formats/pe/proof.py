"""Two PE images, every byte accounted for where it can be: the map, the checks, the facts."""

from collections.abc import Sequence
from typing import Final

from reprodiff.formats.machine import dwarf
from reprodiff.formats.machine.code import check_code
from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.dwarfinfo import map_info
from reprodiff.formats.machine.functions import CodeMap, Names, name_by_either, pair_functions
from reprodiff.formats.machine.jumptables import check_jump_tables
from reprodiff.formats.machine.layout import AddressMap, AnyPair
from reprodiff.formats.machine.model import STRINGS, X86
from reprodiff.formats.machine.pieces import Kind, Piece
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.references import check_copies, check_words
from reprodiff.formats.machine.statement import Statement
from reprodiff.formats.machine.unwinding import check_frames
from reprodiff.formats.machine.work import Hints
from reprodiff.formats.pe.fields import Field, header_field, number, unwind_field
from reprodiff.formats.pe.headers import check_debug, check_headers
from reprodiff.formats.pe.image import RELOCATION, Image
from reprodiff.formats.pe.imports import imports
from reprodiff.formats.pe.known import known
from reprodiff.formats.pe.mapping import map_part
from reprodiff.formats.pe.onesided import sections
from reprodiff.formats.pe.parts import (
    PARTS,
    File,
    PartPair,
    Work,
    pair_parts,
    read_parts,
    string_table,
)
from reprodiff.formats.pe.regions import Tiling, tiling
from reprodiff.formats.pe.symbolcheck import check_symbols
from reprodiff.formats.pe.symbols import (
    are_names_used,
    functions,
    name_places,
    named,
    tables,
)
from reprodiff.formats.pe.tables import relocation_entries
from reprodiff.model import Difference, Span

_TABLES: Final = frozenset(
    {".reloc", ".pdata", ".xdata", ".edata", ".idata", ".rsrc", ".eh_frame", ".tls", ".CRT"}
)


class Proof(Statement):
    """The comparison of one pair; ``fields`` are facts on fields of their own."""

    form = "pe"

    def __init__(
        self,
        path: str,
        images: tuple[Image, Image],
        fields: Sequence[Difference],
        damage: tuple[list[str], list[str]],
    ) -> None:
        a, b = images
        super().__init__(path, (a.data, b.data))
        self.a, self.b = read_parts(a), read_parts(b)
        self.known = known(a, damage[0]), known(b, damage[1])
        self.fields = fields
        self.named = named(self.a, self.known[0]), named(self.b, self.known[1])
        self.paths: set[tuple[int, int]] = set()

    def facts(self) -> list[Difference]:
        """Return the facts beyond those on fields."""
        pairs, only_a, only_b = pair_parts(self.a, self.b)
        texts = self._string_table(pairs)
        cut = tiling(self.a, self.b, pairs, (only_a, only_b))
        maps = self._maps([pair for pair in pairs if pair is not texts])
        size = Span(0, self.a.image.headers_end), Span(0, self.b.image.headers_end)
        located = all(file.image.directory(RELOCATION)[1] for file in (self.a, self.b))
        bases = self.a.image.base(), self.b.image.base()
        where = AddressMap(pairs, size)
        where.alone = [(part.addr, part.addr + part.size) for part in (*only_a, *only_b)]
        hints = Hints(located=located, imports=imports((self.a, self.b), self.known))
        work = Work(self.a, self.b, where, cut.parts, hints=hints, bases=bases)
        for fact in self.fields:
            cut.state(fact.places())
        self.state_strings(cut.parts.values())
        # Code whose bytes are also those of something else is compared there.
        maps = [found for found in maps if work.region(found.pair).pair is not None]
        for lonely in sections(work, cut.one_sided):
            cut.state(lonely.places[-1:])
        result = self._check(work, cut, maps, texts)
        self._state(work, cut, maps, result)
        return self.found

    # -- the proof ----------------------------------------------------------------------------

    def _string_table(self, pairs: list[PartPair]) -> PartPair | None:
        spans = [tables(file.image)[1] for file in (self.a, self.b)]
        if any(span.size < 4 for span in spans):
            if any(span.size for span in spans):
                # Linkers put it behind everything else.
                ends = [max((part.body.stop for part in file.parts), default=0)
                        for file in (self.a, self.b)]  # fmt: skip
                one, two = (span if span.size else Span(end, end)
                            for span, end in zip(spans, ends, strict=True))  # fmt: skip
                name = "string table"
                self.add("pe.section", name, name if spans[0].size else None,
                         name if spans[1].size else None, [(one, two)], "debug")  # fmt: skip
            return None
        pair = string_table(self.a, self.b, (spans[0], spans[1]))
        pairs.append(pair)
        return pair

    def _maps(self, pairs: Sequence[PartPair]) -> list[CodeMap]:
        maps: list[CodeMap] = []
        sides = (self.a, self.known[0]), (self.b, self.known[1])
        # Names of one side alone cut nothing: what they name has no partner.
        stripped = len({bool(tables(file.image)[0].size) for file, _ in sides}) > 1
        kept = [named(*side, exports=stripped) for side in sides] if stripped else self.named
        either = {**self.named[1], **self.named[0]}
        shapes = next((pair for pair in pairs if pair.name == ".debug_abbrev"), None)
        for pair in pairs:
            if pair.a.code and pair.b.code:
                # The same code has the functions that either side tells of.
                same = pair.plain_a == pair.plain_b and pair.a.addr == pair.b.addr
                cuts = [either, either] if stripped and same else kept
                maps.append(
                    pair_functions(
                        pair,
                        functions(self.a, self.known[0], cuts[0], pair.a),
                        functions(self.b, self.known[1], cuts[1], pair.b),
                    )
                )
                if stripped:
                    name_by_either(maps[-1], (self.names(0), self.names(1)))
            elif pair.name == ".reloc":
                same = pair.plain_a == pair.plain_b
                kind: Kind = "same" if same else "changed"
                pair.settle([Piece(0, 0, pair.size_a, pair.size_b, kind)])
            elif pair.name == ".debug_info" and shapes and pair.size_a != pair.size_b:
                map_info(pair, shapes, big=False)
            else:
                map_part(pair, self.a, self.known)
        return maps

    def _check(
        self, work: Work, cut: Tiling, maps: Sequence[CodeMap], texts: PartPair | None
    ) -> Result:
        still = all(
            pair.straight and pair.a.addr == pair.b.addr
            for pair in work.map.pairs
            if pair.a.mapped and not pair.name.startswith(".reloc")
        )
        if not still or work.bases[0] != work.bases[1]:
            self._words(work, cut)
        # Relative operands of 32-bit code lead to code only; all others are relocated.
        code = [pair for pair in work.map.pairs if pair.a.code]
        fixed = (
            self.a.arch == X86
            and work.hints.located
            and all(pair.straight and pair.a.addr == pair.b.addr for pair in code)
        )
        # Sections for debuggers are loaded, too: code must not read one that the other side lacks.
        still = still and not cut.one_sided
        result = check_code(work, maps, straight=still or (fixed and not cut.one_sided))
        if not still:
            check_jump_tables(work, result)
        for pair in work.map.pairs:
            if pair.name == ".eh_frame" and not pair.a.bare:
                check_frames(work, work.region(pair), pair)
        debug = any(pair.a.debug and pair.plain_a != pair.plain_b for pair in work.map.pairs)
        if debug or not work.map.straight or work.bases[0] != work.bases[1]:
            dwarf.check(work)
        _relocations(work)
        numbers = {
            pair.a.index // PARTS + 1: pair.b.index // PARTS + 1
            for pair in work.map.pairs
            if pair is not texts
        }
        if texts is not None:
            sizes = [int.from_bytes(d[:4], "little") for d in (texts.plain_a, texts.plain_b)]
            true = sizes == [len(texts.plain_a), len(texts.plain_b)]
            work.region(texts).word(0, 0, 4, true)
            self._other_names(work.region(texts), texts)
        check_symbols(work, cut.symbols, texts, numbers)
        check_headers(work, cut.headers)
        check_debug(work)
        check_copies(work)
        return result

    def _other_names(self, region: Region, texts: PartPair) -> None:
        """Settle two tables that have other names: symbols and sections pair by those."""
        lonely = any(piece.kind == "changed" for piece in texts.pieces)
        if lonely and are_names_used(self.a.image) and are_names_used(self.b.image):
            sizes = len(texts.plain_a), len(texts.plain_b)
            texts.settle([Piece(0, 0, *sizes, "changed")])
            region.moved.append(Quad(4, sizes[0], 4, sizes[1]))

    def _words(self, work: Work, cut: Tiling) -> None:
        """Check all addresses in tables and data; state those that follow ImageBase alone."""
        ones, twos = self.known
        right = check_words(work, ones.words, twos.words)
        if work.bases[0] == work.bases[1]:
            return
        based: list[tuple[Span, Span]] = []
        pinned = 0
        for at_a, at_b, one, two in right:
            if not (one.pinned and two.pinned):
                continue
            pinned += 1
            if one.target != two.target:
                continue
            pair = work.map.containing(at_a)
            if pair is None:
                continue
            region = work.region(pair)
            x, y = at_a - pair.a.addr, at_b - pair.b.addr
            quad = Quad(x, x + one.size, y, y + two.size)
            if region.a[quad.a0 : quad.a1] != region.b[quad.b0 : quad.b1]:
                based.append(region.spans(quad))
                region.stated.append(quad)
        for region in cut.parts.values():
            taken = set(region.stated)
            region.moved = [quad for quad in region.moved if quad not in taken]
        counts = [sum(word.pinned for word in each.words.values()) for each in (ones, twos)]
        # A word that should have followed the base and did not points to something else now.
        movable = work.hints.located and [pinned, pinned] == counts
        parts = [(self.a.image.image_base, self.b.image.image_base), *sorted(based)]
        cut.state(parts[:1])
        values = [f"{base:#x}" for base in work.bases]
        inside = f"ImageBase and {len(based)} relocated words" if based else "ImageBase"
        note = "movable" if movable else ""
        self.add("pe.image-base", inside, values[0], values[1], parts, note)

    # -- the facts ----------------------------------------------------------------------------

    def names(self, side: int) -> Names:
        """Return the functions and objects of a side by address."""
        return name_places((self.a, self.b)[side], self.named[side])

    def string_kind(self, pair: AnyPair, quad: Quad) -> str:
        """Return the kind of fact for a string that another one stands for."""
        if pair.name == STRINGS:
            return "pe.symbol"
        if not pair.a.debug:
            found = self.known[0].tables.get(pair.a.addr + quad.a0)
            key = str(found[1][0]) if found else ""
            if key == "CodeView path":
                return "pe.pdb-path"
            if key in {"import", "delay import name"}:
                return "pe.import-name"
            if key == "export name of the library":
                return "pe.own-name"
        return "pe.string"

    def rest_kind(self, region: Region) -> str:
        """Return the kind of fact for what differs in a region for no reason known."""
        pair = region.pair
        if pair is None:
            return "pe.table" if region.name in {"symbol table", "headers"} else "pe.header"
        if pair.a.code:
            return "pe.instructions"
        if pair.a.debug:
            return "pe.debug"
        return "pe.table" if pair.name in _TABLES else "pe.data"

    def _state(self, work: Work, cut: Tiling, maps: Sequence[CodeMap], result: Result) -> None:
        for region, quad in work.strings:
            self.state_string(region, [quad])
        for lonely in sections(work, cut.one_sided):
            values = (None, lonely.name) if lonely.side else (lonely.name, None)
            note = "debug" if lonely.debug else ""
            self.add("pe.section", lonely.name, values[0], values[1], lonely.places, note)
        self.functions(work, maps)
        self.code(result)
        self.features(work, maps, result)
        self.symbols(work)
        for name_a, name_b, quad, region in work.bare:
            places = [region.spans(quad)]
            self.add("pe.names", region.name, name_a or None, name_b or None, places)
        for region in cut.all():
            if result.problems and region.pair is not None and region.pair.a.constant:
                # Among constants are distances, and only code that is read says where.
                region.why = region.why or result.problems[0]
            self.rest(region)

    def place(self, region: Region, quad: Quad) -> str:
        """Name a place: by the object or function it is in, by a header's field, or its offset."""
        known = _field(self.a, region, quad.a0)
        if known is not None:
            return known.name
        return f"headers+{quad.a0:#x}" if region.name == "headers" else super().place(region, quad)

    def value(self, region: Region, quad: Quad) -> tuple[str | bytes, str | bytes]:
        """Return fields of headers and of the unwind table as numbers, the rest as it stands."""
        one, two = _field(self.a, region, quad.a0), _field(self.b, region, quad.b0)
        if one is None or two is None or one.name != two.name or not one.number:
            return super().value(region, quad)
        return number(region.a, one.span), number(region.b, two.span)


def _field(file: File, region: Region, at: int) -> Field | None:
    """Return the field at a place, if it is one of those that have names."""
    if region.name == "headers":
        return header_field(file.image, at)
    return unwind_field(file.image, region.name, at) if region.pair is not None else None


def _relocations(work: Work) -> None:
    """Check that the loader adjusts the same words on both sides."""
    rvas = [file.image.directory(RELOCATION)[0] for file in (work.a, work.b)]
    pair = next((p for p in work.map.pairs if not p.a.bare and [p.a.addr, p.b.addr] == rvas), None)
    if pair is None:
        return
    region = work.region(pair)
    sites: list[dict[int, int]] = []
    plain = True
    for file, data in ((work.a, region.a), (work.b, region.b)):
        damage: list[str] = []
        found: dict[int, int] = {}
        for rva, kind in relocation_entries(file.image, damage):
            if kind:
                plain = plain and rva not in found
                found[rva] = kind
            else:
                plain = plain and not rva & 0xFFF
        size = file.image.directory(RELOCATION)[1]
        plain = plain and not damage and size <= len(data) and not data[size:].strip(b"\0")
        sites.append(found)
    same = len(sites[0]) == len(sites[1]) and all(
        any(sites[1].get(place) == kind for place in work.map.addresses(rva))
        for rva, kind in sites[0].items()
    )
    whole = Quad(0, len(region.a), 0, len(region.b))
    if not same:
        region.wrong.append(whole)
    elif plain and region.a != region.b:
        region.moved.append(whole)
