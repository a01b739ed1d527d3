"""The proof for debug information: each offset and address in it leads to the mapped place.

Both sides are read in step.  What is not understood is never guessed: the section is then left
unproven.  Source: DWARF Debugging Information Format, versions 2 to 5 (sections 6.2 for line
tables, 7.4 to 7.7 for forms, expressions and lists), and GCC's location views.
"""

from collections.abc import Callable, Iterator
from collections.abc import Set as AbstractSet
from typing import Final

from reprodiff.formats.machine import dwarfindex, dwarftables
from reprodiff.formats.machine.dwarfarrays import check_arrays, resized
from reprodiff.formats.machine.dwarfexpr import Damage
from reprodiff.formats.machine.dwarfinfo import Listing, Shapes, Token, units
from reprodiff.formats.machine.layout import AnyPair
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.formats.machine.work import AnyWork

_PUBLIC: Final = (
    ".debug_pubnames", ".debug_pubtypes", ".debug_gnu_pubnames", ".debug_gnu_pubtypes",
)  # fmt: skip
# Of these, .debug_gdb_scripts has names or texts of scripts, each behind a byte (GDB's manual,
# "The .debug_gdb_scripts section").
_NO_REFERENCES: Final = frozenset(
    {".debug_abbrev", ".debug_str", ".debug_line_str", ".debug_gdb_scripts"}
)
_FROM_INFO: Final = frozenset({".debug_loc", ".debug_loclists", ".debug_ranges", ".debug_rnglists"})


def check(work: AnyWork) -> None:
    """Check all debug sections; only needed where something that they refer to has moved."""
    if work.map.relocatable:
        _object_lines(work)  # all other words are in the relocations there
        return
    _check(work)


def check_object(work: AnyWork) -> None:
    """Check the debug sections of an object whose words hold offsets; addresses are relocated.

    Relocations check the words that they are about; what is left are strings in place, lengths,
    and offsets that are no relocations.
    """
    if any(pair.name.startswith(".debug_") and pair.plain_a != pair.plain_b
           for pair in work.map.pairs):  # fmt: skip
        _check(work, addresses=False)


def _check(work: AnyWork, *, addresses: bool = True) -> None:
    work.lengths = resized(work)
    lists: list[tuple[Listing, Listing]] = []
    walks: dict[str, Callable[[bytes, AnyWork, int], Iterator[Token]]] = {
        ".debug_line": dwarftables.lines,
        ".debug_aranges": dwarftables.ranges_of_units,
        ".debug_str_offsets": dwarftables.string_offsets,
        ".debug_addr": dwarftables.address_table,
        ".debug_frame": dwarftables.frames,
        ".debug_names": dwarfindex.names,
        ".debug_macro": dwarfindex.macros,
        ".gdb_index": dwarfindex.index_of_gdb,
        **dict.fromkeys(_PUBLIC, dwarfindex.public_names),
    }
    for pair in work.map.pairs:
        if not pair.name.startswith((".debug_", ".gdb_index", ".apple_")) or pair.unread:
            continue
        region = work.region(pair)
        if pair.name.startswith(".apple_"):
            ones, twos = dwarfindex.apple(region.a, work, 0), dwarfindex.apple(region.b, work, 1)
            _in_step(work, region, ones, twos)
        elif pair.name in {".debug_info", ".debug_types"}:
            _info(work, pair, region, lists, addresses=addresses)
        elif pair.name in walks:
            walk = walks[pair.name]
            ones, twos = walk(region.a, work, 0), walk(region.b, work, 1)
            _in_step(work, region, ones, twos, addresses=addresses)
        elif pair.name not in _NO_REFERENCES | _FROM_INFO:
            region.fail("a kind of debug information that is not taken apart")
    for one, two in lists:
        target = work.map.by_name.get(one.section)
        if target is None or target.unread:
            continue
        region = work.region(target)
        _in_step(
            work,
            region,
            dwarftables.entries(region.a, work, one),
            dwarftables.entries(region.b, work, two),
            addresses=addresses,
        )


def _object_lines(work: AnyWork) -> None:
    """Check the strings that a line table of an object file has in place, and its lengths."""
    pair = work.map.by_name.get(".debug_line")
    if pair is None or pair.unread or pair.plain_a == pair.plain_b:
        return
    region = work.region(pair)
    walks = (
        (token for token in dwarftables.lines(data, work, side) if token.kind in _OWN)
        for side, data in enumerate((region.a, region.b))
    )
    _in_step(work, region, *walks)


_OWN: Final = frozenset({"string", "length"})


def _in_step(
    work: AnyWork,
    region: Region,
    ones: Iterator[Token],
    twos: Iterator[Token],
    *,
    addresses: bool = True,
) -> None:
    known: set[Quad] | None = None
    try:
        for one, two in zip(ones, twos, strict=True):
            if one.kind != two.kind:
                break
            if one.kind in {"string", "id"}:
                known = set(region.stated) if known is None else known
                _stated(work, region, one, two, known)
                continue
            if one.size != two.size:
                break
            if addresses or one.kind not in {"addr", "end"}:
                region.word(one.at, two.at, one.size, _good(work, one, two))
        else:
            return
    except (Damage, ValueError):
        pass
    region.fail("the debug information is not of one shape on both sides")


def _stated(
    work: AnyWork, region: Region, one: Token, two: Token, known: AbstractSet[Quad]
) -> None:
    """Note a string that another stands for, or the ids of two separate debug files."""
    quad = Quad(one.at, one.at + one.size, two.at, two.at + two.size)
    if quad not in known and region.a[quad.a0 : quad.a1] != region.b[quad.b0 : quad.b1]:
        region.stated.append(quad)
        (work.strings if one.kind == "string" else work.ids).append((region, quad))


def _good(work: AnyWork, one: Token, two: Token) -> bool:
    if one.kind == "addr":
        # Zero ends a list, or stands for a function that the linker left out: it has no base.
        return one.value == two.value == 0 or work.follows(one.value, two.value)
    if one.kind == "end":
        # What another section starts at may be the end of the one before it.
        return work.follows(one.value, two.value) or work.map.ends(one.value, two.value)
    if one.kind == "length":
        return one.value == two.value
    if one.kind == "number":
        # How long a string is, with its zero or without it.
        return one.value == two.value or any(
            (one.value + more, two.value + more) in work.lengths for more in (0, 1)
        )
    return work.map.offset(one.kind, one.value, two.value)


def _info(
    work: AnyWork,
    pair: AnyPair,
    region: Region,
    lists: list[tuple[Listing, Listing]],
    *,
    addresses: bool,
) -> None:
    shapes = work.map.by_name.get(".debug_abbrev")
    if shapes is None:
        region.fail("debug information without its abbreviations")
        return
    sides: list[list[Listing]] = [[], []]
    types = pair.name == ".debug_types"
    whole = not types and (not addresses or len(region.a) != len(region.b))
    numbers = bool(work.lengths)
    walks = [
        units(plain, Shapes(abbreviations, work.a.big, whole, numbers=numbers), found, types=types)
        for plain, abbreviations, found in (
            (region.a, shapes.plain_a, sides[0]),
            (region.b, shapes.plain_b, sides[1]),
        )
    ]
    _in_step(work, region, *walks, addresses=addresses)
    if not types and addresses and not region.why:
        check_arrays(work, region)
    seen = {(one, two) for one, two in lists}
    for one, two in zip(*sides, strict=False):
        if (one, two) not in seen:
            seen.add((one, two))
            lists.append((one, two))
