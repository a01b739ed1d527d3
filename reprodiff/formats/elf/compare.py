"""Two ELF files: the facts on how they differ, with every byte accounted for where it can be."""

from functools import partial
from typing import Final, Literal

from reprodiff.formats.elf.crossing import Crossed, crossed, is_renamed, stated, texts
from reprodiff.formats.elf.cuts import cuts
from reprodiff.formats.elf.edited import Edited, check_edited, ends_behind_segments
from reprodiff.formats.elf.entries import notes, properties
from reprodiff.formats.elf.headers import are_names_used, check_section_headers
from reprodiff.formats.elf.hints import hints
from reprodiff.formats.elf.kinds import ARRAYS, hidden, kind, paths, rest_kind, roles
from reprodiff.formats.elf.layout import SectionPair, address_map, map_data, pair_sections
from reprodiff.formats.elf.named import named
from reprodiff.formats.elf.naming import Naming
from reprodiff.formats.elf.objectnames import names_objects
from reprodiff.formats.elf.onesided import one_sided
from reprodiff.formats.elf.probes import PROBES, check_probes
from reprodiff.formats.elf.reader import (
    SHT_DYNAMIC,
    SHT_DYNSYM,
    SHT_GNU_VERDEF,
    SHT_GNU_VERNEED,
    SHT_NOBITS,
    SHT_NOTE,
    SHT_REL,
    SHT_RELA,
    SHT_RELR,
    SHT_STRTAB,
    SHT_SYMTAB,
    Elf,
    parse,
)
from reprodiff.formats.elf.regions import Tiling, tiling
from reprodiff.formats.elf.segments import check_segments
from reprodiff.formats.elf.symbols import both_starts, map_code, names
from reprodiff.formats.elf.tables import (
    Work,
    check_dynamic,
    check_header,
    check_symbols,
)
from reprodiff.formats.elf.words import (
    check_addresses,
    check_relocations,
    check_relr,
    check_versions,
)
from reprodiff.formats.machine import dwarf, dwarftables
from reprodiff.formats.machine.code import check_code
from reprodiff.formats.machine.codechanges import Result
from reprodiff.formats.machine.functions import CodeMap, Names
from reprodiff.formats.machine.jumptables import check_jump_tables
from reprodiff.formats.machine.names import readable
from reprodiff.formats.machine.pieces import Piece
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.references import check_copies
from reprodiff.formats.machine.sides import is_swapped, turned
from reprodiff.formats.machine.statement import Statement
from reprodiff.formats.machine.tiling import out_of_turn
from reprodiff.formats.machine.unwinding import check_frame_header, check_frames
from reprodiff.model import Difference, Span

_ROUNDED: Final = 64


def compare(path: str, data_a: memoryview, data_b: memoryview) -> list[Difference]:
    """Return the facts on two ELF files.

    Raises :class:`~reprodiff.errors.DamagedError` if one of them is no ELF file.
    """
    if is_swapped(data_a, data_b):
        return turned(readable(_Comparison(path, parse(data_b), parse(data_a)).facts()))
    return readable(_Comparison(path, parse(data_a), parse(data_b)).facts())


class _Comparison(Statement):
    form = "elf"

    def __init__(self, path: str, a: Elf, b: Elf) -> None:
        super().__init__(path, (a.data, b.data))
        self.a, self.b = a, b
        self.naming = Naming(a), Naming(b)
        self.roles: dict[tuple[int, int], str] = {}
        self.named: list[tuple[int, Quad]] = []
        """Tables of names that only have other names in them."""
        self.edited = Edited((), (), moved=False)
        self.crossed: list[Crossed] = []
        self.turned: list[Region] = []
        """Sections and tables that stand in another order in the two files."""

    def facts(self) -> list[Difference]:
        a, b = self.a, self.b
        if (a.bits, a.big, a.machine, a.type) != (b.bits, b.big, b.machine, b.type):
            # Nothing in the two stands for anything in the other.
            whole = [(Span(0, len(a.data)), Span(0, len(b.data)))]
            self.add("elf.kind", "ELF header", kind(a), kind(b), whole)
            return self.found
        if a.damage or b.damage:
            self.damaged()
        pairs, only_a, only_b = pair_sections(a, b)
        cut = tiling(a, b, pairs, only_a, only_b)
        self.turned = out_of_turn([*cut.sections.values(), cut.headers, cut.segments])
        stops = {region.stored()[0].stop for region in self.turned}
        for gap in cut.gaps:
            if gap.at_a in stops and gap.a == gap.b:
                # What rounds up a section that stands elsewhere goes with it.
                gap.moved.append(Quad(0, len(gap.a), 0, len(gap.b)))
        maps = self.maps(pairs)
        where = address_map(a, b, pairs)
        self.crossed = crossed(a, b, pairs, (only_a, only_b))
        where.crossed = {(x.section.index, x.start): (y.section.index, y.start)
                         for x, y in self.crossed}  # fmt: skip
        work = Work(a, b, where, cut.sections, hints=hints(a, b, pairs))
        self.roles = roles(a)
        self.state_strings(cut.sections.values())
        result = self.check(work, cut, maps)
        self.state(work, cut, maps, result)
        return self.found

    # -- the proof ----------------------------------------------------------------------------

    def maps(self, pairs: list[SectionPair]) -> list[CodeMap]:
        maps: list[CodeMap] = []
        known = both_starts(self.a, self.b)
        for pair in pairs:
            if pair.a.code and pair.a.type != SHT_NOBITS and not pair.packed:
                maps.append(map_code(self.a, self.b, pair, known))
            elif pair.name == ".debug_line":
                dwarftables.map_lines(self.a, pair)
            else:
                lazy = partial(self.cuts, pair), partial(named, self.a, self.b, pair)
                map_data(pair, paths(self.a, self.b, pair), *lazy)
                if self.other_names(pair):
                    # Sections and symbols pair by their names; where those stand says no more.
                    sizes = len(pair.plain_a), len(pair.plain_b)
                    pair.settle([Piece(0, 0, *sizes, "changed")])
                    self.named.append((pair.a.index, Quad(0, sizes[0], 0, sizes[1])))
        return maps

    def cuts(self, pair: SectionPair) -> tuple[list[int], list[int]]:
        """Return where strings start and stop in the two of a section."""
        return cuts(self.a, pair.a), cuts(self.b, pair.b)

    def other_names(self, pair: SectionPair) -> bool:
        """Whether two tables have other names, all of them those of sections or symbols."""
        return (
            pair.a.type == SHT_STRTAB
            and not pair.a.alloc
            and any(
                piece.kind == "changed" or is_renamed(*texts(pair, piece)) for piece in pair.pieces
            )
            and are_names_used(self.a, pair.a)
            and are_names_used(self.b, pair.b)
        )

    def check(self, work: Work, cut: Tiling, maps: list[CodeMap]) -> Result:
        where = work.map
        memory = all(
            pair.straight and pair.a.addr == pair.b.addr
            for pair in where.pairs
            if pair.a.mapped or where.relocatable
        )
        check_header(work, cut.header)
        check_segments(work, cut.segments)
        for index, whole_table in self.named:
            work.regions[index].moved.append(whole_table)
        result = check_code(work, maps, straight=memory)
        if not memory:
            check_jump_tables(work, result)
        # The index of unwind tables needs the map of their entries.
        for pair in sorted(where.pairs, key=lambda pair: pair.name != ".eh_frame"):
            self.section(work, pair)
        if not where.straight:
            dwarf.check(work)
        whole = {
            pair.a.index
            for pair in where.pairs
            if pair.a.type == SHT_NOBITS or pair.size_a == pair.size_b or pair.pieces
        }
        check_section_headers(work, cut.headers, whole)
        check_copies(work)
        self.edited = check_edited(work, cut)
        return result

    def section(self, work: Work, pair: SectionPair) -> None:
        region, form = work.region(pair), pair.a.type
        if form == SHT_NOBITS or form != pair.b.type:
            return
        if form in {SHT_SYMTAB, SHT_DYNSYM}:
            check_symbols(work, region, pair)
        elif form == SHT_DYNAMIC:
            check_dynamic(work, region, pair)
        elif form in {SHT_REL, SHT_RELA}:
            check_relocations(work, region, pair)
        elif form == SHT_RELR:
            check_relr(work, region, pair)
        elif form in {SHT_GNU_VERNEED, SHT_GNU_VERDEF}:
            check_versions(work, region, pair)
        elif work.map.relocatable:
            return
        elif form in ARRAYS or pair.name.startswith(".got"):
            check_addresses(work, region, pair)
        elif pair.name == ".eh_frame":
            check_frames(work, region, pair)
        elif pair.name == ".eh_frame_hdr":
            check_frame_header(work, region, pair)
        elif pair.name == PROBES:
            check_probes(work, region, pair)

    # -- the facts ----------------------------------------------------------------------------

    def damaged(self) -> None:
        texts = ["; ".join(elf.damage) or None for elf in (self.a, self.b)]
        self.add("elf.damage", "headers", texts[0], texts[1], [])
        self.add("problem", "headers", None, None, [], note=texts[0] or texts[1] or "")

    def names(self, side: int) -> Names:
        return names((self.a, self.b)[side])

    def called(self, side: int, address: int) -> str:
        return self.naming[side].at(address)

    def place(self, region: Region, quad: Quad) -> str:
        entry = self.entry(region, quad)
        return entry[0] if entry is not None else super().place(region, quad)

    def entry(self, region: Region, quad: Quad) -> tuple[str, int, int] | None:
        """Return what a place in a table of A is called, with start and size of the field there."""
        if region.pair is not None:
            return self.naming[0].entry(region.pair.a, quad.a0)
        if region.name not in {"program headers", "section headers"}:
            return None
        found = self.naming[0].header(region.at_a + quad.a0)
        return found and (found[0], found[1] - region.at_a, found[2])

    def value(self, region: Region, quad: Quad) -> tuple[str | bytes, str | bytes]:
        entry = self.entry(region, quad)
        if entry is None or not quad.a1 - quad.a0 == quad.b1 - quad.b0 <= entry[2]:
            return super().value(region, quad)
        starts = entry[1], entry[1] + quad.b0 - quad.a0
        order: Literal["big", "little"] = "big" if self.a.big else "little"
        one, two = (f"{int.from_bytes(data[at : at + entry[2]], order):#x}"
                    for data, at in zip((region.a, region.b), starts, strict=True))  # fmt: skip
        return one, two

    def rest_kind(self, region: Region) -> str:
        return rest_kind(region)

    def string_kind(self, pair: SectionPair, quad: Quad) -> str:
        if pair.name == ".comment":
            return "elf.comment"
        role = self.roles.get((pair.a.index, quad.a0))
        if role is not None:
            return f"elf.{role.lower()}"
        if pair.a.type != SHT_STRTAB:
            return "elf.string"
        text = pair.plain_a[quad.a0 : quad.a1].rstrip(b"\0")
        is_object = not pair.a.alloc and names_objects(self.a, self.b, pair, text)
        return "elf.object-name" if is_object else "elf.symbol"

    def state(self, work: Work, cut: Tiling, maps: list[CodeMap], result: Result) -> None:
        self.build_ids(work)
        self.properties(work)
        self.debug_link(work)
        for region, quad in work.strings:
            self.state_string(region, [quad])
        for region, quad in work.ids:
            self.add(
                "elf.debuglink", f"{region.name}+{quad.a0:#x}", region.a[quad.a0 : quad.a1].hex(),
                region.b[quad.b0 : quad.b1].hex(), [region.spans(quad)],
            )  # fmt: skip
        alone = [place.section for sides in self.crossed for place in sides if not place.paired]
        for inside, text_a, text_b, spans in stated(self.crossed, cut):
            self.add("elf.string", inside, text_a, text_b, spans)
        for lonely in cut.one_sided:
            name = lonely.section.name
            in_a = bool(lonely.header_a.size)
            if lonely.section in alone:
                # The string in it is stated; that there is such a section follows from its size.
                places = [(lonely.header_a, lonely.header_b)]
                self.add("elf.moved", "section headers", "1 section", "1 section", places)
            places = [
                place
                for place in ((lonely.a, lonely.b), (lonely.header_a, lonely.header_b))
                if place[0].size or place[1].size
            ]
            note = "loaded" if lonely.section.alloc else ""
            values = (name, None) if in_a else (None, name)
            if lonely.section not in alone:
                self.add("elf.section", name, values[0], values[1], places, note)
            head = Quad(
                lonely.header_a.start - self.a.shoff, lonely.header_a.stop - self.a.shoff,
                lonely.header_b.start - self.b.shoff, lonely.header_b.stop - self.b.shoff,
            )  # fmt: skip
            cut.headers.stated.append(head)
        self.functions(work, maps)
        self.code(result)
        self.features(work, maps, result)
        self.symbols(work)
        for name_a, name_b, quad, region in work.bare:
            places = [region.spans(quad)]
            self.add("elf.names", region.name, name_a or None, name_b or None, places)
        self.overlay(cut)
        self.rights(cut.segments)
        self.found += one_sided(work, self.path)
        for region, one, two in self.edited.filler:
            quad = Quad(0, len(region.a), 0, len(region.b))
            region.stated.append(quad)
            self.add("elf.filler", region.name, one, two, [region.spans(quad)])
        for region in cut.all():
            if result.problems and region.pair is not None and region.pair.a.constant:
                # Among constants are distances, and only code that is read says where.
                region.why = region.why or result.problems[0]
            self.rest(region)
            if any(region is each for each in self.turned):
                self.add("elf.moved", region.name, "elsewhere", "elsewhere", [region.stored()])

    def rights(self, region: Region) -> None:
        """State which sections are loaded with other rights."""
        groups: dict[tuple[str, str], list[str]] = {}
        for each in self.edited.rights:
            groups.setdefault((each.a, each.b), []).append(each.name)
        whole = [region.spans(Quad(0, len(region.a), 0, len(region.b)))]
        for number, ((one, two), sections) in enumerate(groups.items()):
            shown = ", ".join(sections)
            places = [] if number else whole
            self.add("elf.rights", f"program headers: {shown}", one, two, places)

    def overlay(self, cut: Tiling) -> None:
        """State bytes behind the last part of the file; a few zeros only round its size up."""
        region = cut.overlay
        if region is None or region.a == region.b:
            return
        quad = Quad(0, len(region.a), 0, len(region.b))
        round_up = not any(
            rest
            and len(elf.data) % elf.word
            and not (self.edited.moved and ends_behind_segments(elf))
            for elf, rest in ((self.a, region.a), (self.b, region.b))
        )
        if round_up and not (region.a + region.b).strip(b"\0") and max(quad) < _ROUNDED:
            region.moved.append(quad)
            return
        region.stated.append(quad)
        shown = [
            f"{len(data)} bytes: {data[:16].hex(' ')}" if data else None
            for data in (region.a, region.b)
        ]
        inside = "behind the end of the file's last part"
        self.add("elf.overlay", inside, shown[0], shown[1], [region.spans(quad)])

    def build_ids(self, work: Work) -> None:
        for pair in work.map.pairs:
            if pair.a.type != SHT_NOTE or pair.b.type != SHT_NOTE:
                continue
            region = work.region(pair)
            ones, twos = list(notes(self.a, pair.a)), list(notes(self.b, pair.b))
            for one, two in zip(ones, twos, strict=False):
                if one.name != b"GNU" or one.type != 3 or (two.name, two.type) != (b"GNU", 3):
                    continue
                id_a = bytes(self.a.data[one.desc.start : one.desc.stop])
                id_b = bytes(self.b.data[two.desc.start : two.desc.stop])
                if id_a != id_b and len(id_a) == len(id_b):
                    quad = Quad(
                        one.desc.start - region.at_a,
                        one.desc.stop - region.at_a,
                        two.desc.start - region.at_b,
                        two.desc.stop - region.at_b,
                    )
                    region.stated.append(quad)
                    self.add(
                        "elf.build-id", pair.name, id_a.hex(), id_b.hex(), [(one.desc, two.desc)],
                        note=hidden(self.a, self.b),
                    )  # fmt: skip

    def properties(self, work: Work) -> None:
        """State what the two ask of a processor (the note for programs of x86 and AArch64)."""
        pair = work.map.by_name.get(".note.gnu.property")
        if pair is None or pair.plain_a == pair.plain_b or len(pair.plain_a) != len(pair.plain_b):
            return
        region = work.region(pair)
        texts = [properties(elf, each) for elf, each in ((self.a, pair.a), (self.b, pair.b))]
        if texts[0] != texts[1]:
            quad = Quad(0, len(region.a), 0, len(region.b))
            region.stated.append(quad)
            self.add("elf.property", pair.name, texts[0], texts[1], [region.spans(quad)])

    def debug_link(self, work: Work) -> None:
        pair = work.map.by_name.get(".gnu_debuglink")
        if pair is None or len(pair.plain_a) != len(pair.plain_b) or pair.plain_a == pair.plain_b:
            return
        if pair.plain_a[:-4] == pair.plain_b[:-4]:
            region, size = work.region(pair), len(pair.plain_a)
            quad = Quad(size - 4, size, size - 4, size)
            region.stated.append(quad)
            self.add(
                "elf.debuglink", pair.name, pair.plain_a[-4:].hex(), pair.plain_b[-4:].hex(),
                [region.spans(quad)],
            )  # fmt: skip
