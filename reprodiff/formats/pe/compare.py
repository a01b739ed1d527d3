"""Facts on two PE images: recorded times and ids, the fields that follow, and what is left."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.formats.machine.names import readable
from reprodiff.formats.machine.sides import is_swapped, turned
from reprodiff.formats.parsing.native import Pair, all_zero, fact
from reprodiff.formats.pe.checks import checksum
from reprodiff.formats.pe.debug import debug_facts
from reprodiff.formats.pe.image import Image
from reprodiff.formats.pe.proof import Proof
from reprodiff.formats.pe.rich import describe, rich_header
from reprodiff.formats.pe.tables import (
    REPRO,
    DebugEntry,
    debug_entries,
    imports,
    time_sites,
)
from reprodiff.formats.pe.tail import tail_facts
from reprodiff.model import NOWHERE, Difference, Span, Value

MAX_COPIES: Final = 10_000
"""Copies of the header's time looked for in one section."""


class _Facts:
    """The facts found so far, and the bytes they are about."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.found: list[Difference] = []
        self.covered: list[Pair] = []

    def add(
        self,
        what: str,
        inside: str,
        values: tuple[Value, Value],
        parts: Sequence[Pair] = (),
        note: str = "",
    ) -> None:
        """Take a fact of kind ``what`` with all the bytes it is about."""
        self.found.append(fact((what, self.path, inside), values, parts, note))
        self.covered += parts


def compare_images(a: Image, b: Image, path: str) -> list[Difference]:
    """Return all that differs in two images.

    ``pe.header`` names the place of bytes that nothing accounts for.
    """
    if is_swapped(a.data, b.data):
        return turned(_compared(b, a, path))
    return _compared(a, b, path)


def _compared(a: Image, b: Image, path: str) -> list[Difference]:
    facts = _Facts(path)
    damage: tuple[list[str], list[str]] = ([*a.damage], [*b.damage])
    entries = (debug_entries(a, damage[0]), debug_entries(b, damage[1]))
    same = _same_layout(a, b)
    _times(a, b, entries, damage, facts, same=same)
    _checksum(a, b, facts)
    _linker(a, b, facts)
    for each in (*debug_facts(a, b, entries, path), *tail_facts(a, b, path)):
        facts.found.append(each)
        facts.covered += each.places()
    names = (imports(a, damage[0]), imports(b, damage[1]))
    if names[0] != names[1]:
        values = [" ".join(sorted(one - other)) or None for one, other in (names, names[::-1])]
        facts.add("pe.imports", "imports", (values[0], values[1]))
    facts.found += readable(Proof(path, (a, b), facts.found, damage).facts())
    said = ["; ".join(dict.fromkeys(each)) or None for each in damage]
    if said[0] or said[1]:
        facts.add("pe.damage", "structure", (said[0], said[1]))
    return facts.found


def _same_layout(a: Image, b: Image) -> bool:
    """Whether every section stands at the same place, in the file and in memory."""
    shapes = [
        [(each.name, each.rva, each.span, each.executable) for each in image.sections]
        for image in (a, b)
    ]
    return a.plus is b.plus and shapes[0] == shapes[1]


# -- times --------------------------------------------------------------------------------------


def _times(
    a: Image,
    b: Image,
    entries: tuple[tuple[DebugEntry, ...], tuple[DebugEntry, ...]],
    damage: tuple[list[str], list[str]],
    facts: _Facts,
    *,
    same: bool,
) -> None:
    """The header's TimeDateStamp with its copies is one fact; a time of its own is another."""
    sites_a, sites_b = time_sites(a, entries[0], damage[0]), time_sites(b, entries[1], damage[1])
    own = (a.word(a.stamp.start), b.word(b.stamp.start))
    if own == (0, 0):
        # A repair tool cleared the header and left the time in the tables.
        left = [_left(image, sites) for image, sites in ((a, sites_a), (b, sites_b))]
        own = (left[0], left[1])
    hashed = [any(entry.type == REPRO for entry in each) for each in entries]
    copies: list[Pair] = []
    taken: tuple[set[int], set[int]] = (set(), set())
    torn = False
    for name, at in sites_a.items():
        other = sites_b.get(name)
        if other is None or a.in_code(at) or b.in_code(other):
            continue
        values = (a.word(at), b.word(other))
        # What repeats the header's time on one side must do so on the other, if that has one.
        torn = torn or (
            (values[0] == own[0] != 0) is not (values[1] == own[1] != 0)
            if all(own)
            else not {*values} <= {0, *own}
        )
        if values[0] == values[1] or at in taken[0] or other in taken[1]:
            continue
        taken[0].add(at)
        taken[1].add(other)
        spans = (Span(at, at + 4), Span(other, other + 4))
        if values == own:
            copies.append(spans)
        else:
            facts.add("pe.time-field", f"{name}: TimeDateStamp", values, [spans])
    if own[0] == own[1]:
        return
    if same and own[0] and own[1]:
        copies += _stray_copies(a, b, own, taken[0] | taken[1])
    if not copies:
        return
    note = "hash" if all(hashed) else "time"
    if torn or any(hashed) is not all(hashed):
        note = "mixed"
    inside = f"TimeDateStamp in {len(copies)} places" if len(copies) > 1 else "TimeDateStamp"
    what = "pe.content-hash" if note == "hash" else "pe.timestamp"
    values_shown = (f"{own[0]:#010x}", f"{own[1]:#010x}") if note == "hash" else own
    facts.add(what, inside, values_shown, copies, note)


def _left(image: Image, sites: dict[str, int]) -> int:
    """Return the one time that the tables hold, 0 if they hold none or several."""
    found = {image.word(at) for at in sites.values()} - {0, 0xFFFF_FFFF}
    return found.pop() if len(found) == 1 else 0


def _stray_copies(a: Image, b: Image, own: tuple[int, int], taken: set[int]) -> Iterator[Pair]:
    """Yield aligned words of data sections that are the header's time on both sides."""
    raw_a, raw_b = own[0].to_bytes(4, "little"), own[1].to_bytes(4, "little")
    for section in a.sections:
        if section.executable or not section.span.size:
            continue
        start = section.span.start
        part_a = bytes(a.data[start : section.span.stop])
        part_b = bytes(b.data[start : section.span.stop])
        at, count = part_a.find(raw_a), 0
        while at >= 0 and count < MAX_COPIES:
            count += 1
            place = start + at
            if at % 4 == 0 and place not in taken and part_b[at : at + 4] == raw_b:
                yield Span(place, place + 4), Span(place, place + 4)
            at = part_a.find(raw_a, at + 4 if at % 4 == 0 else at + 1)


# -- header fields ------------------------------------------------------------------------------


def _checksum(a: Image, b: Image, facts: _Facts) -> None:
    """CheckSum and whether it is true; one that is not is a fact even where both say the same."""
    stored = (a.word(a.checksum.start), b.word(b.checksum.start))
    # Of two files without one, nothing has to be summed.
    right = [
        not value or value == checksum(image.data, image.checksum)
        for value, image in zip(stored, (a, b), strict=True)
    ]
    shown = tuple(
        f"{value:#010x}" + ("" if true else ", which is not that of the file")
        for value, true in zip(stored, right, strict=True)
    )
    parts = [(a.checksum, b.checksum)]
    if all(right):
        if stored[0] != stored[1]:
            facts.add("pe.checksum", "CheckSum", (shown[0], shown[1]), parts)
    elif any(right):
        facts.add("pe.checksum-untrue", "CheckSum", (shown[0], shown[1]), parts, "one")
    elif stored[0] != stored[1]:
        facts.add("pe.checksum-untrue", "CheckSum", (shown[0], shown[1]), parts, "both")


def _linker(a: Image, b: Image, facts: _Facts) -> None:
    raw_a = bytes(a.data[a.linker.start : a.linker.stop])
    raw_b = bytes(b.data[b.linker.start : b.linker.stop])
    if raw_a != raw_b:
        values = (f"{raw_a[0]}.{raw_a[1]}", f"{raw_b[0]}.{raw_b[1]}")
        facts.add("pe.linker-version", "linker version", values, [(a.linker, b.linker)])
    rich_a, rich_b = rich_header(a.data, a.start), rich_header(b.data, b.start)
    span_a = rich_a.span if rich_a else NOWHERE
    span_b = rich_b.span if rich_b else NOWHERE
    if rich_a and rich_b:
        if a.data[span_a.start : span_a.stop] != b.data[span_b.start : span_b.stop]:
            values_rich = (describe(rich_a), describe(rich_b))
            still = a.start == b.start and span_a.size == span_b.size
            parts = [(span_a, span_b)] if still else _moved(a, b, span_a, span_b)
            facts.add("pe.rich", "Rich header", values_rich, parts)
    elif (rich_a or rich_b) and a.start == b.start:
        # With the PE header elsewhere the two stubs are different ones, and nothing is said.
        place = span_a if rich_a else span_b
        facts.add("pe.rich", "Rich header", (describe(rich_a), describe(rich_b)), [(place, place)])


def _moved(a: Image, b: Image, rich_a: Span, rich_b: Span) -> list[Pair]:
    """Return a Rich header of another size with what makes room for it.

    That is the offset of the PE header, and zeros in front of it and behind the headers.
    """
    if rich_a.start != rich_b.start or a.headers_end != b.headers_end:
        return [(rich_a, rich_b)]
    heads: list[Span] = []
    tails: list[Span] = []
    for image, rich in ((a, rich_a), (b, rich_b)):
        heads.append(Span(rich.start, image.start))
        last = max((section.header + 40 for section in image.sections), default=image.headers_end)
        tails.append(Span(min(last, image.headers_end), image.headers_end))
        if not all_zero(image.data, Span(rich.stop, image.start)):
            return [(rich_a, rich_b)]
        if not all_zero(image.data, tails[-1]):
            return [(rich_a, rich_b)]
    return [(_PE_OFFSET, _PE_OFFSET), (heads[0], heads[1]), (tails[0], tails[1])]


_PE_OFFSET: Final = Span(60, 64)
