"""Two ELF files: the facts on how they differ, with every byte accounted for where it can be."""

from collections import defaultdict
from typing import Final

from reprodiff.formats.elf.entries import notes
from reprodiff.formats.elf.headers import check_section_headers
from reprodiff.formats.elf.kinds import ARRAYS, claims, hidden, kind, rest_kind, roles
from reprodiff.formats.elf.layout import SectionPair, address_map, map_data, pair_sections
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
from reprodiff.formats.elf.symbols import map_code, names
from reprodiff.formats.elf.tables import (
    Work,
    check_dynamic,
    check_header,
    check_segments,
    check_symbols,
)
from reprodiff.formats.elf.words import (
    check_addresses,
    check_relocations,
    check_relr,
    check_versions,
)
from reprodiff.formats.machine import dwarf, dwarftables
from reprodiff.formats.machine.code import Result, check_code, check_jump_tables
from reprodiff.formats.machine.frames import check_frame_header, check_frames
from reprodiff.formats.machine.functions import CodeMap, Names
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.sides import is_swapped, turned
from reprodiff.model import Difference, Span

_ROUNDED: Final = 64
_MOST: Final = 400
"""Facts of one kind on one region; what is more is put together."""


def compare(path: str, data_a: memoryview, data_b: memoryview) -> list[Difference]:
    """Return the facts on two ELF files.

    Raises :class:`~reprodiff.errors.DamagedError` if one of them is no ELF file.
    """
    if is_swapped(data_a, data_b):
        return turned(_Comparison(path, parse(data_b), parse(data_a)).facts())
    return _Comparison(path, parse(data_a), parse(data_b)).facts()


class _Comparison:
    def __init__(self, path: str, a: Elf, b: Elf) -> None:
        self.path = path
        self.a, self.b = a, b
        self.found: list[Difference] = []
        self.names_a: Names | None = None
        self.roles: dict[tuple[int, int], str] = {}

    def facts(self) -> list[Difference]:
        a, b = self.a, self.b
        if (a.bits, a.big, a.machine, a.type) != (b.bits, b.big, b.machine, b.type):
            self.add("elf.kind", "ELF header", kind(a), kind(b), [(Span(0, 20), Span(0, 20))])
            return self.found
        if a.damage or b.damage:
            self.damaged()
        pairs, only_a, only_b = pair_sections(a, b)
        cut = tiling(a, b, pairs, only_a, only_b)
        maps = self.maps(pairs)
        where = address_map(a, b, pairs)
        work = Work(a, b, where, cut.sections)
        self.state_strings(cut)
        result = self.check(work, cut, maps)
        self.state(work, cut, maps, result)
        return self.found

    # -- the proof ----------------------------------------------------------------------------

    def maps(self, pairs: list[SectionPair]) -> list[CodeMap]:
        maps: list[CodeMap] = []
        for pair in pairs:
            if pair.a.code and pair.a.type != SHT_NOBITS and not pair.packed:
                maps.append(map_code(self.a, self.b, pair))
            elif pair.name == ".debug_line":
                dwarftables.map_lines(self.a, pair)
            else:
                map_data(pair)
        return maps

    def check(self, work: Work, cut: Tiling, maps: list[CodeMap]) -> Result:
        where = work.map
        memory = all(
            pair.straight and pair.a.addr == pair.b.addr
            for pair in where.pairs
            if pair.a.mapped or where.relocatable
        )
        check_header(work, cut.header)
        check_segments(work, cut.segments)
        result = check_code(work, maps, straight=memory)
        if not memory:
            check_jump_tables(work, result)
        for pair in where.pairs:
            self.section(work, pair)
        if not where.straight:
            dwarf.check(work)
        whole = {
            pair.a.index
            for pair in where.pairs
            if pair.a.type == SHT_NOBITS or pair.size_a == pair.size_b or pair.pieces
        }
        check_section_headers(work, cut.headers, whole)
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

    # -- the facts ----------------------------------------------------------------------------

    def add(
        self,
        what: str,
        inside: str,
        a: str | bytes | None,
        b: str | bytes | None,
        places: list[tuple[Span, Span]],
        note: str = "",
    ) -> None:
        one, two = places[0] if places else (None, None)
        parts = tuple(places) if len(places) > 1 else ()
        self.found.append(Difference(what, self.path, inside, a, b, one, two, note, parts))

    def damaged(self) -> None:
        texts = ["; ".join(elf.damage) or None for elf in (self.a, self.b)]
        self.add("elf.damage", "headers", texts[0], texts[1], [])
        self.add("problem", "headers", None, None, [], note=texts[0] or texts[1] or "")

    def state_strings(self, cut: Tiling) -> None:
        """State each string that another one stands for, and account for zeros between them."""
        self.roles = roles(self.a)
        for region in cut.sections.values():
            pair = region.pair
            if pair is None or pair.a.type == SHT_NOBITS or pair.a.code:
                continue
            strings: dict[tuple[bytes, bytes], list[Quad]] = defaultdict(list)
            for piece, quads in claims(pair):
                if piece.kind in {"pad", "moved"}:
                    region.moved += quads
                    continue
                values = (
                    region.a[piece.a : piece.a + piece.size_a],
                    region.b[piece.b : piece.b + piece.size_b],
                )
                strings[values] += quads
                region.stated += quads
            for values, quads in strings.items():
                self.state_string(region, quads, values)

    def state_string(
        self, region: Region, quads: list[Quad], values: tuple[bytes, bytes] | None = None
    ) -> None:
        """State one pair of strings, in one or more places."""
        pair, first = region.pair, quads[0]
        if pair is None:
            return
        one, two = values or (region.a[first.a0 : first.a1], region.b[first.b0 : first.b1])
        self.add(
            self.string_kind(pair, first),
            f"{region.name}+{first.a0:#x}",
            one.rstrip(b"\0"),
            two.rstrip(b"\0"),
            [region.spans(quad) for quad in quads],
            note="" if pair.a.alloc else "debug",
        )

    def string_kind(self, pair: SectionPair, quad: Quad) -> str:
        if pair.name == ".comment":
            return "elf.comment"
        role = self.roles.get((pair.a.index, quad.a0))
        if role is not None:
            return f"elf.{role.lower()}"
        return "elf.symbol" if pair.a.type == SHT_STRTAB else "elf.string"

    def state(self, work: Work, cut: Tiling, maps: list[CodeMap], result: Result) -> None:
        self.build_ids(work)
        self.debug_link(work)
        for region, quad in work.strings:
            self.state_string(region, [quad])
        for lonely in cut.one_sided:
            name = lonely.section.name
            in_a = bool(lonely.header_a.size)
            places = [
                place
                for place in ((lonely.a, lonely.b), (lonely.header_a, lonely.header_b))
                if place[0].size or place[1].size
            ]
            self.add("elf.section", name, name if in_a else None, None if in_a else name, places)
            head = Quad(
                lonely.header_a.start - self.a.shoff, lonely.header_a.stop - self.a.shoff,
                lonely.header_b.start - self.b.shoff, lonely.header_b.stop - self.b.shoff,
            )  # fmt: skip
            cut.headers.stated.append(head)
        self.functions(work, maps)
        for change in result.changes:
            places = [change.region.spans(quad) for quad in sorted(set(change.parts))]
            self.add("elf.code", change.name, change.a, change.b, places)
        self.symbols(work)
        self.overlay(cut)
        for region in cut.all():
            self.rest(region)
        for message in result.problems:
            self.add("problem", "code", None, None, [], note=message)

    def symbols(self, work: Work) -> None:
        """State symbols of one side and renamed ones; those beyond a limit together."""
        known = {id(region): set(region.stated) for _, _, _, region in work.added}
        for name_a, name_b, quad, region in work.added[:_MOST]:
            places = [region.spans(quad)] if quad in known[id(region)] else []
            self.add("elf.symbols", region.name, name_a or None, name_b or None, places)
        beyond: dict[str, list[tuple[Span, Span]]] = defaultdict(list)
        for _, _, quad, region in work.added[_MOST:]:
            beyond[region.name].append(region.spans(quad))
        for name, places in beyond.items():
            self.add("elf.symbols", name, "more symbols", "more symbols", sorted(set(places)))

    def overlay(self, cut: Tiling) -> None:
        """State bytes behind the last part of the file; a few zeros only round its size up."""
        region = cut.overlay
        if region is None or region.a == region.b:
            return
        quad = Quad(0, len(region.a), 0, len(region.b))
        if not (region.a + region.b).strip(b"\0") and max(quad) < _ROUNDED:
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

    def functions(self, work: Work, maps: list[CodeMap]) -> None:
        """State functions of one side, and such that stand in another order."""
        for found in maps:
            region = work.region(found.pair)
            moved = [both for both in found.both if both.moved]
            if moved:
                places = []
                for one, two, _ in sorted(moved):
                    quad = Quad(one.start, one.stop, two.start, two.stop)
                    region.stated.append(quad)
                    places.append(region.spans(quad))
                names = [
                    b", ".join(both.a.name for both in sorted(moved)[:20]),
                    b", ".join(both.b.name for both in sorted(moved, key=lambda x: x.b)[:20]),
                ]
                self.add("elf.order", region.name, names[0], names[1], places)
            at = 0
            behind = {both.a.start: both.b.stop for both in found.both}
            for one in found.only_a:
                at = max((stop for start, stop in behind.items() if start < one.start), default=0)
                quad = Quad(one.start, one.stop, at, at)
                region.stated.append(quad)
                name = one.name or f"{region.name}+{one.start:#x}"
                self.add("elf.function", region.name, name, None, [region.spans(quad)])
            behind = {both.b.start: both.a.stop for both in found.both}
            for two in found.only_b:
                at = max((stop for start, stop in behind.items() if start < two.start), default=0)
                quad = Quad(at, at, two.start, two.stop)
                region.stated.append(quad)
                name = two.name or f"{region.name}+{two.start:#x}"
                self.add("elf.function", region.name, None, name, [region.spans(quad)])

    def rest(self, region: Region) -> None:
        """State what has moved in a region, and what differs for no reason known."""
        left = region.left()
        if region.packed is not None:
            self.packed(region, left)
            return
        if region.moved:
            places = [region.spans(quad) for quad in sorted(set(region.moved))]
            sizes = [f"{len(region.moved)} words" for _ in range(2)]
            self.add("elf.moved", region.name, sizes[0], sizes[1], places)
        if not left:
            return
        groups: dict[str, list[Quad]] = defaultdict(list)
        for quad in left:
            groups[self.place(region, quad)].append(quad)
        if len(groups) > _MOST:
            groups = {region.name: left}
        what = rest_kind(region)
        for inside, quads in groups.items():
            first = quads[0]
            self.add(
                what, inside,
                region.a[first.a0 : min(first.a1, first.a0 + 32)],
                region.b[first.b0 : min(first.b1, first.b0 + 32)],
                [region.spans(quad) for quad in quads],
                note=region.why,
            )  # fmt: skip

    def packed(self, region: Region, left: list[Quad]) -> None:
        """A compressed section stands as a whole: proven if its plain bytes are."""
        pair = region.pair
        if pair is None:
            return
        whole = [(pair.a.body, pair.b.body)]
        if not left and self.a.content(pair.a) == self.b.content(pair.b):
            return
        if pair.unread:
            self.add("elf.debug", region.name, "compressed", "compressed", whole, "not inflated")
        elif left:
            self.add("elf.debug", region.name, f"{len(left)} places", f"{len(left)} places", whole)
        else:
            forms = ["compressed" if s.body.size != len(p) else "plain"
                     for s, p in ((pair.a, pair.plain_a), (pair.b, pair.plain_b))]  # fmt: skip
            # Compressed on both sides: the bytes follow from what differs inside.
            what = "elf.moved" if forms[0] == forms[1] else "elf.compression"
            self.add(what, region.name, forms[0], forms[1], whole)

    def place(self, region: Region, quad: Quad) -> str:
        """Name a place: by the object or function it is in, or by its offset."""
        pair = region.pair
        if pair is None or not pair.a.alloc:
            return region.name if pair is not None else f"{region.name}+{quad.a0:#x}"
        if self.names_a is None:
            self.names_a = names(self.a)
        name = self.names_a.at(pair.a.addr + quad.a0)
        if name is None:
            return f"{region.name}+{quad.a0:#x}"
        return f"{region.name} {name.decode('utf-8', 'surrogateescape')}"
