"""A COFF object as the address map sees it: its sections, at addresses that are made up here.

Sections of an object have no addresses yet.  Those that stand for each other get the same one, far
enough apart that nothing in one can be taken for a place in another.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from reprodiff.formats.coff.literals import is_literal
from reprodiff.formats.coff.reader import (
    ASSOCIATIVE,
    CODE,
    COMDAT,
    WRITE,
    Object,
    Section,
)
from reprodiff.formats.machine import layout
from reprodiff.formats.machine import work as work_module
from reprodiff.formats.machine.model import (
    AARCH64,
    ARM,
    STRINGS,
    X86,
    X86_64,
    CoffPart,
    LittleEndian,
)
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.coffsymbols import EXTERNAL, STATIC
from reprodiff.records import dataclass, field

_ARCHES: Final = {
    0x14C: X86, 0x8664: X86_64, 0xAA64: AARCH64, 0xA641: AARCH64, 0xA64E: AARCH64,
    0x1C0: ARM, 0x1C4: ARM,
}  # fmt: skip
_TABLES: Final = frozenset({".pdata", ".xdata", ".eh_frame", ".llvm_addrsig", ".sxdata"})
_FIRST: Final = 0x1000_0000
_ROOM: Final = 0x1000


@dataclass(frozen=True, slots=True)
class Part(CoffPart):
    """A section at its made-up address, or the table of strings."""

    flags: int

    @property
    def mapped(self) -> bool:
        """Whether its addresses are its own."""
        return self.name != STRINGS

    @property
    def code(self) -> bool:
        """Whether it holds machine instructions."""
        return bool(self.flags & CODE) and not self.bare

    @property
    def constant(self) -> bool:
        """Whether it is loaded, and neither code nor changed when the program runs."""
        return self.alloc and not self.code and not self.flags & WRITE

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file, but zeros in memory."""
        return not self.body.size

    @property
    def data(self) -> bool:
        """Whether it holds what the program itself defines."""
        return not (self.code or self.debug) and self.name.partition("$")[0] not in _TABLES


@dataclass(frozen=True, slots=True)
class File(LittleEndian):
    """An object with its parts."""

    object: Object
    parts: dict[int, Part] = field(default_factory=dict)
    """By the number of the section."""

    @property
    def arch(self) -> str:
        """The architecture of its code."""
        return _ARCHES.get(self.object.machine, f"machine {self.object.machine:#x}")

    @property
    def bits(self) -> int:
        """Size of an address, in bits."""
        return 32 if self.arch in {X86, ARM} else 64


PartPair = layout.SectionPair[Part]
Work = work_module.Work[File]


def leaders(source: Object) -> dict[int, bytes]:
    """Return the names by which sections of one name are told apart, by section number.

    Where linkers keep one of several, that is the symbol behind the section's own; a section that
    goes with another has its name.  Others have that of the first thing in them.
    """
    comdat = {section.number for section in source.sections if section.flags & COMDAT}
    follows: dict[int, int] = {}
    found: dict[int, bytes] = {}
    for symbol in source.symbols:
        if symbol.section not in comdat:
            if symbol.section > 0 and not symbol.of_section and not symbol.value:
                found.setdefault(symbol.section, symbol.name)
            continue
        if symbol.of_section:
            said = source.definition(symbol)
            if said.selection == ASSOCIATIVE:
                follows.setdefault(symbol.section, said.number)
        elif symbol.storage in {EXTERNAL, STATIC}:
            found.setdefault(symbol.section, symbol.name)
    for section, number in follows.items():
        if number in found:
            found[section] = found[number]
    return found


_MADE_UP: Final = (b"??_C@_", b"__real@", b"__xmm@", b"__ymm@", b"__zmm@")


def is_merged(source: Object, number: int, leaders: Mapping[int, bytes]) -> bool:
    """Whether a section is one constant that a compiler made up, and linkers keep one of several.

    It is called after its bytes, and nothing in a program can tell what stands beside it.
    """
    flags = source.sections[number - 1].flags
    return (
        bool(flags & COMDAT)
        and not flags & (CODE | WRITE)
        and leaders.get(number, b"").startswith(_MADE_UP)
    )


def pair_parts(a: Object, b: Object) -> tuple[File, File, list[PartPair], list[Part], list[Part]]:
    """Pair the sections by name and leader, and give them addresses; return the rest as well."""
    known = leaders(a), leaders(b)
    both, only_a, only_b = _match(a, b, known)
    files = File(a), File(b)
    pairs: list[PartPair] = []
    lonely: tuple[list[Part], list[Part]] = ([], [])
    at = _FIRST
    rows: list[tuple[Section | None, Section | None]] = [
        *both, *((one, None) for one in only_a), *((None, two) for two in only_b)
    ]  # fmt: skip
    for row in rows:
        made = [_part(each, at) if each else None for each in row]
        one, two = made
        for file, part in zip(files, made, strict=True):
            if part is not None:
                file.parts[part.index] = part
        at += (max(part.size for part in made if part) // _ROOM + 2) * _ROOM
        if one is not None and two is not None and row[0] and row[1]:
            pairs.append(PartPair(one.name, one, two, a.body(row[0]), b.body(row[1])))
        elif one is not None:
            lonely[0].append(one)
        elif two is not None:
            lonely[1].append(two)
    pairs.sort(key=lambda pair: pair.a.index)
    return *files, pairs, *lonely


def _part(section: Section, at: int) -> Part:
    name = section.name.decode("utf-8", "surrogateescape")
    return Part(section.number, name, at, section.size, section.body, section.flags)


_Keys = list[tuple[bytes, bool, bytes]]


def _match(
    a: Object, b: Object, known: tuple[dict[int, bytes], dict[int, bytes]]
) -> tuple[list[tuple[Section, Section]], list[Section], list[Section]]:
    keys: list[_Keys] = [
        [(x.name, x.bare, names.get(x.number, b"")) for x in source.sections]
        for source, names in zip((a, b), known, strict=True)
    ]
    shared = set(keys[0]) & set(keys[1])
    # A string is its own name: another path is another name, between the same neighbours.
    plain = [[key if key in shared else _without_text(key) for key in side] for side in keys]
    pairs: list[tuple[Section, Section]] = []
    left_a: list[int] = []
    left_b: list[int] = []
    for op in align(plain[0], plain[1]):
        if op.tag == "equal":
            pairs += zip(a.sections[op.a0 : op.a1], b.sections[op.b0 : op.b1], strict=True)
        else:
            left_a += range(op.a0, op.a1)
            left_b += range(op.b0, op.b1)
    # What stands elsewhere under its own name first; then those that are no one of several.
    for side in (plain, [[_loosely(x, s) for x, s in zip(own, source.sections, strict=True)]
                         for own, source in zip(plain, (a, b), strict=True)]):  # fmt: skip
        waiting: dict[object, list[int]] = {}
        for j in reversed(left_b):
            waiting.setdefault(side[1][j], []).append(j)
        rest: list[int] = []
        taken: set[int] = set()
        for i in left_a:
            if queue := waiting.get(side[0][i]):
                j = queue.pop()
                taken.add(j)
                pairs.append((a.sections[i], b.sections[j]))
            else:
                rest.append(i)
        left_a, left_b = rest, [j for j in left_b if j not in taken]
    return pairs, [a.sections[i] for i in left_a], [b.sections[j] for j in left_b]


def _loosely(key: tuple[bytes, bool, bytes], section: Section) -> tuple[bytes, bool, bytes]:
    """Return a key without the first name in a section, if linkers do not go by that."""
    return key if section.flags & COMDAT else (key[0], key[1], b"")


def _without_text(key: tuple[bytes, bool, bytes]) -> tuple[bytes, bool, bytes]:
    name, bare, leader = key
    return (name, bare, b"\0text") if is_literal(leader) else key


def string_table(a: Object, b: Object) -> PartPair:
    """Return the two string tables as a part of no address; they start with their own size."""
    parts = [Part(0, STRINGS, 0, each.strings.size, each.strings, 0) for each in (a, b)]
    raw = [bytes(x.data[x.strings.start : x.strings.stop]) for x in (a, b)]
    return PartPair(STRINGS, parts[0], parts[1], raw[0], raw[1])


def by_number(pairs: Sequence[PartPair]) -> dict[int, int]:
    """Return the numbers in B of sections of A; special ones stand for themselves."""
    special = {number: number for number in (0, -1, -2)}
    return special | {pair.a.index: pair.b.index for pair in pairs}
