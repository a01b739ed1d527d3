"""Compiled files for people, on real ones: sections, functions, symbols, code."""

import pytest

from reprodiff.model import ArtifactKind, Span
from reprodiff.views import claims
from reprodiff.views.listing import ListingLine
from reprodiff.views.native import asking, model, quick
from reprodiff.views.native.asking import Code
from reprodiff.views.pieces import Mark, plain_text
from reprodiff.views.rows import Change
from reprodiff.views.tables import State, TableRow
from tests.views.samples import pair

HIDDEN = "hidden-change-in-native"
LIBRARY = ".so"


def rows(sample: str) -> list[TableRow]:
    found = asking.parts("demo.so", *pair(sample, LIBRARY))
    assert not isinstance(found, str)
    return found


def one(table: list[TableRow], name: str) -> TableRow:
    return next(row for row in table if row.name == name)


def test_sections_say_what_became_of_each() -> None:
    table = rows(HIDDEN)
    assert one(table, ".text").state is State.CHANGED
    assert one(table, ".debug_loclists").state is State.MOVED
    assert one(table, ".dynstr").state is State.SAME
    assert "235 bytes" in plain_text(one(table, ".debug_info").a)


def test_functions_that_only_follow_what_moved_are_told_from_changed_ones() -> None:
    table = rows(HIDDEN)
    titles = [row.name for row in table if row.heading]
    assert "Functions: 9 same, 1 changed" in titles
    assert one(table, "demo_fits").state is State.CHANGED
    assert "Functions: 10 same" in [row.name for row in rows("native-debug-path") if row.heading]


def test_the_code_of_both_sides_shows_the_one_instruction_that_changed() -> None:
    a, b = pair(HIDDEN, LIBRARY)
    at = next(n for n in range(len(a)) if a[n] != b[n] and quick.in_code(a, n))
    found = asking.code(a, b, at, at)
    assert not isinstance(found, str)
    listing = asking.paired(*found, None)
    assert listing.changes == 1
    assert found[0].title.startswith("demo_fits  .text")
    changed = [
        plain_text(line.pieces)
        for n in range(listing.size(split=False))
        for row in [listing.row(n, split=False)]
        for line in (row.a, row.b)
        if row.change is not Change.EQUAL and line
    ]
    assert changed == ["cmp     rdi, 0x1000", "cmp     rdi, 0x1100"]


def test_code_of_which_no_table_tells_the_starts_is_a_section_like_any_other() -> None:
    a, b = pair("hidden-change-in-macho", LIBRARY)
    found = asking.parts("demo.so", a, b)
    assert not isinstance(found, str), found
    assert one(found, "_demo_fits").state is State.CHANGED
    assert one(found, "__TEXT,__stubs").state is State.MOVED


def test_code_that_one_side_lacks_is_listed_alone() -> None:
    a, b = pair(HIDDEN, LIBRARY)
    at = next(n for n in range(len(a)) if a[n] != b[n] and quick.in_code(a, n))
    found = asking.code(a, memoryview(b""), at, None)
    assert not isinstance(found, str)
    listing = asking.paired(*found, None)
    assert listing.size(split=False) == len(found[0].lines)


def test_a_place_without_code_is_said_to_have_none() -> None:
    a, b = pair(HIDDEN, LIBRARY)
    found = asking.code(a, b, 0, 0)
    assert isinstance(found, str)
    assert "no machine code" in found


@pytest.mark.parametrize("cut", [0, 3, 64, 500, 4000])
def test_a_damaged_file_is_no_error(cut: int) -> None:
    a, b = pair(HIDDEN, LIBRARY)
    damaged = memoryview(bytes(b[:cut]))
    assert asking.parts("demo.so", a, damaged)
    assert asking.code(a, damaged, 0x1102, min(cut, 0x1102))
    assert model.read(memoryview(b"\x7fELF" + bytes(cut))) is None or cut


def _code(texts: list[tuple[str, str, int, str]], start: int) -> Code:
    lines = [
        ListingLine(f"{start + n:x}", text, key, Span(start + n, start + n + 1))
        for n, (text, key, _, _) in enumerate(texts)
    ]
    targets = [(target, name) for _, _, target, name in texts]
    return Code("", lines, targets, [start + n for n in range(len(texts))], "")


def _marks(a: Code, b: Code, moved: claims.Claims | None) -> list[set[Mark]]:
    listing = asking.paired(a, b, moved)
    found = []
    for n in range(listing.size(split=True)):
        row = listing.row(n, split=True)
        found.append({piece.mark for line in (row.a, row.b) if line for piece in line.pieces})
    return found


def test_an_operand_follows_if_it_leads_to_the_same_symbol_instruction_or_accounted_bytes() -> None:
    a = _code(
        [
            ("call 0x50 <f>", "call *", 0x50, "f"),
            ("jmp 0x12", "jmp *", 0x12, ""),
            ("ret", "ret", -1, ""),
            ("lea [rip+1]", "lea *", 0x90, ""),
        ],
        0x10,
    )
    b = _code(
        [
            ("call 0x70 <f>", "call *", 0x70, "f"),
            ("jmp 0x32", "jmp *", 0x32, ""),
            ("ret", "ret", -1, ""),
            ("lea [rip+9]", "lea *", 0x98, ""),
        ],
        0x30,
    )
    moved = claims.Claims([claims.Claim(0, Span(0x13, 0x14), Span(0x33, 0x34))])
    assert all(Mark.CHANGED not in marks for marks in _marks(a, b, moved))
    assert Mark.FOLLOWS in _marks(a, b, moved)[0]
    # Without that account, nothing says that what it refers to has moved.
    assert Mark.CHANGED in _marks(a, b, None)[3]


def test_a_call_of_another_symbol_or_a_jump_to_another_instruction_does_not_follow() -> None:
    a = _code([("call 0x50 <f>", "call *", 0x50, "f"), ("jmp 0x10", "jmp *", 0x10, "")], 0x10)
    b = _code([("call 0x50 <g>", "call *", 0x50, "g"), ("jmp 0x31", "jmp *", 0x31, "")], 0x30)
    assert [Mark.CHANGED in marks for marks in _marks(a, b, None)] == [True, True]


def test_facts_are_stated_again_with_all_their_bytes() -> None:
    a, b = pair(HIDDEN, LIBRARY)
    stated = claims.ask("demo.so", ArtifactKind.WHEEL, a, b, container=False)
    by_kind = {fact.what: fact for fact in stated}
    (changed,) = by_kind["elf.code"].spans
    assert bytes(a[changed[0].start : changed[0].stop]) != bytes(
        b[changed[1].start : changed[1].stop]
    )
    moved = [spans for fact in stated if fact.what == "elf.moved" for spans in fact.spans]
    assert len(moved) > sum(1 for fact in stated if fact.what == "elf.moved")
