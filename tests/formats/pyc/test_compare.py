import itertools
import marshal
import os
import py_compile
import struct
import sys
from pathlib import Path

import pytest

from reprodiff.formats.pyc import Fact, FactKind, PycComparison, PycError, compare_pyc
from reprodiff.model import Span
from tests.formats.pyc.specimens import MAGIC, Box, box, code, module, pyc, write

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
MODES = py_compile.PycInvalidationMode
SOURCE = '''"""Docstring."""
import os

LIMIT = 1000

def first(a, b=20):
    """Inside."""
    if a in {"x", "y"}:
        return "literal", a + b
    return [n for n in range(b)]

def outer(n):
    def inner(m):
        return m * n
    return inner, lambda: os.sep
'''


def built(
    tmp_path: Path,
    source: str = SOURCE,
    name: str = "pkg/m.py",
    mode: MODES = MODES.TIMESTAMP,
    mtime: int = 1_000_000_000,
) -> bytes:
    path = tmp_path / "m.py"
    path.write_text(source)
    os.utime(path, (mtime, mtime))
    py_compile.compile(
        str(path), cfile=str(tmp_path / "m.pyc"), dfile=name, doraise=True, invalidation_mode=mode
    )
    return (tmp_path / "m.pyc").read_bytes()


def without(data: bytes, spans: list[Span]) -> bytes:
    kept = bytearray(data)
    for start, stop in sorted(spans, reverse=True):
        del kept[start:stop]
    return bytes(kept)


def checked(a: bytes, b: bytes) -> PycComparison:
    """Compare, and hold the result to what holds for every comparison."""
    found = compare_pyc(a, b)
    parts = [part for fact in found.facts for part in fact.parts]
    left = without(a, [x for x, _ in parts]) == without(b, [y for _, y in parts])
    assert found.residue_equal == left
    for side, data in enumerate((a, b)):
        spans = sorted(part[side] for part in parts)
        assert all(0 <= start <= stop <= len(data) for start, stop in spans)
        assert all(one.stop <= two.start for one, two in itertools.pairwise(spans))
    back = compare_pyc(b, a)
    assert sorted(map(mirrored, found.facts), key=repr) == sorted(back.facts, key=repr)
    assert (back.body, back.residue_equal) == (found.body, found.residue_equal)
    return found


def mirrored(fact: Fact) -> Fact:
    kinds = {
        FactKind.CODE_ADDED: FactKind.CODE_REMOVED,
        FactKind.CODE_REMOVED: FactKind.CODE_ADDED,
    }
    parts = tuple(sorted((y, x) for x, y in fact.parts))
    return Fact(kinds.get(fact.kind, fact.kind), fact.place, fact.b, fact.a, parts, fact.count)


def kinds(found: PycComparison) -> list[str]:
    return [fact.kind.value for fact in found.facts]


def only(found: PycComparison, kind: FactKind) -> Fact:
    (fact,) = [fact for fact in found.facts if fact.kind is kind]
    return fact


# Headers


def test_equal_files_have_no_facts(tmp_path: Path) -> None:
    data = built(tmp_path)
    found = checked(data, bytes(bytearray(data)))
    assert (found.facts, found.body, found.residue_equal) == ((), "equal", True)


def test_two_times(tmp_path: Path) -> None:
    found = checked(built(tmp_path), built(tmp_path, mtime=1_700_000_000))
    span = Span(8, 12)
    fact = Fact(FactKind.MTIME, "header", 1_000_000_000, 1_700_000_000, ((span, span),))
    assert (found.facts, found.body, found.residue_equal) == ((fact,), "equal", True)


def test_two_sizes_of_one_source(tmp_path: Path) -> None:
    found = checked(built(tmp_path), built(tmp_path, SOURCE + "# comment\n"))
    assert kinds(found) == ["source-size"]
    assert found.facts[0].parts == ((Span(12, 16), Span(12, 16)),)
    assert found.residue_equal


def test_a_time_on_one_side_and_a_hash_on_the_other(tmp_path: Path) -> None:
    found = checked(built(tmp_path), built(tmp_path, mode=MODES.CHECKED_HASH))
    assert kinds(found) == ["flags"]
    fact = found.facts[0]
    assert fact.a == f"timestamp 1000000000, {len(SOURCE)} bytes"
    assert isinstance(fact.b, str)
    assert fact.b.startswith("checked-hash ")
    assert fact.parts == ((Span(4, 16), Span(4, 16)),)
    assert found.residue_equal


def test_a_hash_that_is_checked_and_one_that_is_not(tmp_path: Path) -> None:
    a = built(tmp_path, mode=MODES.CHECKED_HASH)
    b = built(tmp_path, SOURCE + "\n", mode=MODES.UNCHECKED_HASH)
    found = checked(a, b)
    assert kinds(found) == ["flags", "source-hash"]
    assert (found.facts[0].a, found.facts[0].b) == ("checked-hash", "unchecked-hash")
    assert (found.facts[1].a, found.facts[1].b) == (a[8:16].hex(), b[8:16].hex())
    assert found.residue_equal


def test_flags_nobody_defined_explain_nothing_behind_them() -> None:
    found = checked(pyc(b"N", flags=8, rest=b"12345678"), pyc(b"N", rest=b"abcdefgh"))
    assert kinds(found) == ["flags"]
    assert found.facts[0].parts == ((Span(4, 8), Span(4, 8)),)
    assert not found.residue_equal


def test_another_version_stops_the_comparison_of_bodies() -> None:
    found = checked(pyc(module("x"), "3.12"), pyc(module("y"), "3.13"))
    assert (kinds(found), found.body, found.residue_equal) == (["magic"], "other-version", False)
    assert (found.facts[0].a, found.facts[0].b) == ("3531 (3.12)", "3571 (3.13)")


def test_an_unknown_magic_number_leaves_everything_else_open() -> None:
    a = b"\xaa\xbb\r\n" + bytes(12) + b"body"
    found = checked(a, b"\xaa\xbc\r\n" + a[4:])
    assert (kinds(found), found.body, found.residue_equal) == (["magic"], "equal", True)
    found = checked(a, a[:8] + b"\1" + a[9:])
    assert (found.facts, found.body, found.residue_equal) == ((), "equal", False)
    found = checked(a, a[:-1] + b"!")
    assert (found.facts, found.body, found.residue_equal) == ((), "unread", False)
    assert found.error_a is not None


def test_a_short_file_is_refused() -> None:
    with pytest.raises(PycError):
        compare_pyc(pyc(b"N"), pyc(b"N")[:12])


# A change of the source


@pytest.mark.parametrize(
    ("old", "new", "kind", "place", "a", "b"),
    [
        ('"literal"', '"Literal"', "const", "const * of <module>.first", "'literal'", "'Literal'"),
        ('"""Docstring."""', '"""Docstrung."""', "const", "const * of <module>", None, None),
        ("= 1000", "= 1001", "const", "const * of <module>", "1000", "1001"),
        ("= 1000", "= 1e03", "const", "const * of <module>", "1000", "1000.0"),
        ("m * n", "m - n", "code", "code <module>.outer.inner.co_code", None, None),
        ("os.sep", "os.pid", "names", "code <module>.outer.<lambda>.co_names", None, None),
        ("LIMIT", "LIMYT", "names", "code <module>.co_names", None, None),
        ("first(a", "first(c", "names", "code <module>.first.*names", None, None),
        ("in {", "is {", "code", "code <module>.first.co_code", None, None),
    ],
)
def test_one_change_of_the_source(
    tmp_path: Path, old: str, new: str, kind: str, place: str, a: str | None, b: str | None
) -> None:
    changed = SOURCE.replace(old, new)
    if old == "first(a":
        changed = changed.replace("if a in", "if c in").replace(", a + b", ", c + b")
    found = checked(built(tmp_path), built(tmp_path, changed))
    assert changed != SOURCE
    assert found.residue_equal
    head, _, tail = place.partition("*")
    facts = [
        fact
        for fact in found.facts
        if fact.kind == kind and fact.place.startswith(head) and fact.place.endswith(tail)
    ]
    assert facts
    assert all(fact.a != fact.b for fact in facts)
    if a is not None:
        assert (a, b) in [(fact.a, fact.b) for fact in facts]


def test_a_changed_default_is_seen_where_it_is_stored(tmp_path: Path) -> None:
    found = checked(built(tmp_path), built(tmp_path, SOURCE.replace("b=20", "b=21")))
    assert ("(20,)", "(21,)") in [(fact.a, fact.b) for fact in found.facts]
    assert "const" in kinds(found)


def test_an_added_function(tmp_path: Path) -> None:
    found = checked(built(tmp_path), built(tmp_path, SOURCE + "def last(): pass\n"))
    fact = only(found, FactKind.CODE_ADDED)
    assert (fact.place, fact.a, fact.b) == ("code <module>.last", None, "<code last>")
    ((of_a, of_b),) = fact.parts
    assert of_a.size == 0 < of_b.size
    assert "code" in kinds(found)
    assert found.residue_equal


def test_a_removed_function_inside_another(tmp_path: Path) -> None:
    changed = SOURCE.replace("def inner(m):\n        return m * n", "inner = n")
    found = checked(built(tmp_path), built(tmp_path, changed))
    assert only(found, FactKind.CODE_REMOVED).place == "code <module>.outer.inner"
    assert FactKind.CODE_ADDED not in kinds(found)
    assert found.residue_equal


def test_code_of_one_name_is_told_apart(tmp_path: Path) -> None:
    source = "f = [lambda: 'a', lambda: 'b', lambda: 'c', lambda: 'd']\n"
    found = checked(built(tmp_path, source), built(tmp_path, source.replace("'b'", "'B'")))
    assert only(found, FactKind.CONST).place.endswith(" of <module>.<lambda>#2")


def test_moved_lines_change_line_tables_only(tmp_path: Path) -> None:
    moved = SOURCE.replace("def outer", "\n\n\ndef outer")
    found = checked(built(tmp_path), built(tmp_path, moved))
    assert set(kinds(found)) == {"source-size", "line-table"}
    lines = {fact.place: (fact.a, fact.b) for fact in found.facts}
    assert lines["code <module>.outer.co_firstlineno"] == (12, 15)
    assert lines["code <module>.outer.inner.co_firstlineno"] == (13, 16)
    assert found.residue_equal


def test_other_counts_of_a_code_object() -> None:
    a = module(code(name="f", stacksize=1, flags=67, line=4))
    b = module(code(name="f", stacksize=2, flags=3, line=5))
    found = checked(pyc(a), pyc(b))
    assert [(fact.kind.value, fact.place, fact.a, fact.b) for fact in found.facts] == [
        ("field", "code <module>.f.co_flags", 67, 3),
        ("field", "code <module>.f.co_stacksize", 1, 2),
        ("line-table", "code <module>.f.co_firstlineno", 4, 5),
    ]
    assert found.residue_equal


@pytest.mark.parametrize("version", MAGIC)
def test_every_field_of_every_version_is_compared(version: str) -> None:
    a = code(version)
    for place, inside in enumerate(a.inside):
        changed = box(b"other") if inside.kind == "s" else box(("other",))
        if inside.kind == "z":
            changed = box("other")
        b = code(version)
        b.inside[place] = changed
        found = checked(pyc(a, version), pyc(b, version))
        assert len(found.facts) == 1 + (place == 1)  # the number of constants is another fact
        assert found.residue_equal
    for at in range(0, len(a.raw), 4):
        b = code(version)
        b.raw = a.raw[:at] + b"\x05" + a.raw[at + 1 :]
        assert kinds(checked(pyc(a, version), pyc(b, version))) == ["field"]


# Paths


@pytest.mark.parametrize("version", MAGIC)
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/home/me/m.py", "/usr/lib/x/m.py"),
        ("/home/me/m.py", "é/m.py"),
        ("/home/me/m.py", "p" * 300),
        ("p" * 300, "p" * 200 + "q" * 200),
        ("/é/m.py", "/é/other/m.py"),
    ],
)
@pytest.mark.parametrize("flags", ["used", "none"])
def test_a_path_is_one_fact_however_often_it_stands(
    version: str, old: str, new: str, flags: str
) -> None:
    def tree(path: str) -> Box:
        name = box(path)
        inner = code(version, name="g", filename=name)
        outer = code(version, name="f", filename=name, consts=(box(1), inner))
        return module(outer, code(version, name="h", filename=name), version=version, filename=name)

    a, b = (pyc(write(tree(path), flags), version) for path in (old, new))
    found = checked(a, b)
    fact = only(found, FactKind.FILENAME)
    assert kinds(found) == ["filename"]
    assert (fact.a, fact.b, fact.count) == (old, new, 4)
    assert fact.place == "code <module>.f.g.co_filename"
    assert len(fact.parts) == (1 if flags == "used" else 4)
    assert found.residue_equal


def test_a_path_and_the_time_of_real_files(tmp_path: Path) -> None:
    a = built(tmp_path, name="/build/a/m.py")
    b = built(tmp_path, name="/somewhere/else/m.py", mtime=5)
    found = checked(a, b)
    assert kinds(found) == ["mtime", "filename"]
    path = found.facts[1]
    assert (path.a, path.b) == ("/build/a/m.py", "/somewhere/else/m.py")
    ((of_a, of_b),) = path.parts
    assert a[of_a.start : of_a.stop].endswith(b"/build/a/m.py")
    assert b[of_b.start : of_b.stop].endswith(b"/somewhere/else/m.py")
    assert found.residue_equal


def test_the_short_way_for_paths_finds_what_the_long_way_finds(tmp_path: Path) -> None:
    a = built(tmp_path, name="/build/a/m.py")
    b = built(tmp_path, name="/else/m.py")
    short = only(checked(a, b), FactKind.FILENAME)
    assert only(checked(a, b + b"behind"), FactKind.FILENAME) == short


def test_a_path_that_is_also_a_constant_is_a_constant() -> None:
    def tree(path: str) -> Box:
        name = box(path)
        return module(name, code(name="f", filename=name), filename=name)

    found = checked(pyc(tree("/a/m.py")), pyc(tree("/b/m.py")))
    assert kinds(found) == ["const", "filename"]
    constant, path = found.facts
    assert (constant.place, constant.a, constant.b) == (
        "const 0 of <module>",
        "'/a/m.py'",
        "'/b/m.py'",
    )
    assert len(constant.parts) == 1
    # The bytes stand for both: they belong to the fact that may change what the code does.
    assert (path.parts, path.count) == ((), 2)
    assert found.residue_equal


def test_a_constant_that_is_the_path_of_one_side_only() -> None:
    name = box("/a/m.py")
    a = module(name, filename=name)
    found = checked(pyc(a), pyc(module("/a/m.py", filename="/b/m.py")))
    assert kinds(found) == ["filename", "refs"]
    assert found.residue_equal
    found = checked(pyc(a), pyc(module("/b/m.py", filename="/a/m.py")))
    assert kinds(found) == ["const", "refs"]
    assert found.residue_equal


def test_two_paths_that_change_are_two_facts() -> None:
    def tree(one: str, two: str) -> Box:
        return module(code(name="f", filename=one), filename=two)

    found = checked(pyc(tree("a1", "a2")), pyc(tree("b1", "b2")))
    assert [(fact.a, fact.b) for fact in found.facts] == [("a2", "b2"), ("a1", "b1")]


def test_a_path_that_is_no_string_is_an_odd_field() -> None:
    found = checked(pyc(module(filename=("a",))), pyc(module(filename=("b",))))
    assert kinds(found) == ["field"]
    found = checked(pyc(module(filename=b"a")), pyc(module(filename=b"b")))
    assert kinds(found) == ["field"]


# A real change beside a harmless one


HARMLESS = {
    "time": {"mtime": 7},
    "path": {"name": "/elsewhere/m.py"},
    "hash": {"mode": MODES.UNCHECKED_HASH},
}


@pytest.mark.parametrize("harmless", HARMLESS)
@pytest.mark.parametrize(
    ("old", "new"), [("literal", "litera1"), ("m * n", "m + n"), ("a + b", "b + a"), ("20", "30")]
)
def test_a_change_beside_a_harmless_one_is_seen(
    tmp_path: Path, harmless: str, old: str, new: str
) -> None:
    a = built(tmp_path)
    b = built(tmp_path, SOURCE.replace(old, new), **HARMLESS[harmless])  # type: ignore[arg-type]
    found = checked(a, b)
    real = {"code", "const", "names"} & set(kinds(found))
    assert real
    harmless_parts = [
        part for fact in found.facts if fact.kind.value not in real for part in fact.parts
    ]
    # What the harmless facts are about does not cover the change.
    assert without(a, [x for x, _ in harmless_parts]) != without(b, [y for _, y in harmless_parts])


def test_code_in_a_hash_based_file_is_compared(tmp_path: Path) -> None:
    a = built(tmp_path, mode=MODES.CHECKED_HASH)
    b = built(tmp_path, SOURCE.replace("m * n", "m + n"), mode=MODES.CHECKED_HASH)
    assert kinds(checked(a, b)) == ["source-hash", "code"]


def test_bytes_behind_the_code_are_no_part_of_a_path(tmp_path: Path) -> None:
    a, b = built(tmp_path), built(tmp_path, name="/elsewhere/m.py")
    found = checked(a, b + b"\0payload")
    assert kinds(found) == ["trailing", "filename"]
    trailing = found.facts[0]
    assert (trailing.a, trailing.b) == (None, "8 bytes: 00 70 61 79 6c 6f 61 64")
    assert trailing.parts == ((Span(len(a), len(a)), Span(len(b), len(b) + 8)),)
    assert kinds(checked(a + b"1", a + b"2")) == ["trailing"]
    assert kinds(checked(a + b"1", a + b"1")) == []


def test_a_path_that_is_no_text_is_damage() -> None:
    a = pyc(module(filename="/é/m.py"))
    found = checked(a, a.replace("é".encode(), b"\xc3\x28"))
    assert (found.facts, found.body) == ((), "unread")
    found = checked(a, a.replace("/é/m.py".encode(), b"/\xc3\xa9/m.p\xc3"))
    assert (found.facts, found.body) == ((), "unread")
    a = pyc(module(filename="p" * 300))
    found = checked(a, a.replace(b"\x2c\1\0\0p", b"\x2c\1\0\x80p"))
    assert (found.facts, found.body) == ((), "unread")


def test_damage_on_one_side_leaves_the_bodies_unread(tmp_path: Path) -> None:
    a, b = built(tmp_path), built(tmp_path, mtime=8)
    found = checked(a, b[:-3])
    assert (kinds(found), found.body, found.residue_equal) == (["mtime"], "unread", False)
    assert found.error_a is None
    assert found.error_b is not None
    assert found.error_b.offset <= len(b)


# Values


DISTINCT = [
    *(0, 1, True, False, None, ..., 0.0, -0.0, 1.0, 1j, -1j, complex(-0.0, 1), "", b"", "1", b"1"),
    *(
        2**31,
        2.0**31,
        2**80,
        -(2**80),
        (),
        (1,),
        (True,),
        (1.0,),
        ((),),
        [],
        [1],
        {},
        {1: 2},
        {2: 1},
    ),
    *("a" * 300, "b" * 300, "é", "\u0301e", "\ud800", StopIteration, (1, 2), (2, 1)),
]


def test_no_two_of_these_values_are_equal() -> None:
    boxes = [box(value) for value in DISTINCT]
    boxes += [
        Box("g", bytes.fromhex("000000000000f87f")),  # two not-a-numbers
        Box("g", bytes.fromhex("010000000000f87f")),
        Box("<", inside=[box(1)]),
        Box(">", inside=[box(1)]),
        Box(">", inside=[box(True)]),
        Box(">", inside=[]),
        Box(":", inside=[box(1), box(2), box(None)]),
    ]
    for one, two in itertools.combinations(boxes, 2):
        found = checked(pyc(module(one), "3.14"), pyc(module(two), "3.14"))
        assert kinds(found) == ["const"], (one, two)
        assert found.residue_equal


def test_a_root_that_is_no_code_is_compared_too() -> None:
    found = checked(pyc(box((1, "a"))), pyc(box((1, "b"))))
    assert [(fact.kind.value, fact.place, fact.a, fact.b) for fact in found.facts] == [
        ("body", "body", "(1, 'a')", "(1, 'b')")
    ]
    assert found.residue_equal


def test_long_values_are_shown_where_they_differ() -> None:
    one, two = "x" * 5000 + "old", "x" * 5000 + "new"
    fact = only(checked(pyc(module(one)), pyc(module(two))), FactKind.CONST)
    assert fact.a == f"from 4980: {'x' * 20 + 'old'!r}"
    assert fact.b == f"from 4980: {'x' * 20 + 'new'!r}"
    fact = only(
        checked(pyc(module(code=bytes(900) + b"\1")), pyc(module(code=bytes(900) + b"\2"))),
        FactKind.CODE,
    )
    assert (fact.a, fact.b) == ("901 bytes, from 900: 01", "901 bytes, from 900: 02")


def test_rows_of_names_of_other_lengths() -> None:
    a, b = module(names=("a", "b", "c")), module(names=("a", "c"))
    found = checked(pyc(a), pyc(b))
    fact = only(found, FactKind.NAMES)
    assert (fact.a, fact.b) == ("('a', 'b', 'c')", "('a', 'c')")
    assert found.residue_equal


def test_dictionaries_are_compared_in_order() -> None:
    a, b = box({"a": 1, "b": 2}), box({"b": 2, "a": 1})
    assert kinds(checked(pyc(module(a)), pyc(module(b)))) == ["const"]
    assert kinds(checked(pyc(module(a)), pyc(module(box({"a": 1}))))) == ["const"]


def test_names_in_places_have_bounded_length() -> None:
    it, other = code(name="x" * 1000, flags=1), code(name="x" * 1000, flags=2)
    for _ in range(30):
        it, other = module(it, name="n" * 200), module(other, name="n" * 200)
    fact = only(checked(pyc(it), pyc(other)), FactKind.FIELD)
    assert len(fact.place) < 400
    assert fact.place.endswith("x.co_flags")


def test_real_marshal_data_against_another_interpreter_state() -> None:
    loaded = compile(SOURCE, "m.py", "exec")
    # Written twice with another number of references to the same objects.
    a = pyc(marshal.dumps(loaded), RUNNING)
    b = pyc(marshal.dumps(marshal.loads(marshal.dumps(loaded))), RUNNING)  # noqa: S302
    found = checked(a, b)
    assert set(kinds(found)) <= {"refs", "interning"}
    assert found.residue_equal


# Objects in themselves


def ring(*values: object, kind: str = "[") -> Box:
    it = Box(kind, inside=[box(value) for value in values])
    it.inside.append(it)
    return it


def test_lists_that_contain_themselves() -> None:
    a = pyc(module(ring(1, "a")))
    assert checked(a, pyc(write(module(ring(1, "a")), "all"))).residue_equal
    assert kinds(checked(a, pyc(write(module(ring(1, "a")), "all")))) == ["refs"]
    found = checked(a, pyc(module(ring(1, "b"))))
    assert kinds(found) == ["const"]
    assert found.residue_equal


def test_a_ring_of_one_and_a_ring_of_two_are_the_same_values() -> None:
    two = Box("[")
    two.inside = [box(1), Box("[", inside=[box(1), two])]
    one = ring(1)
    # Both unfold to [1, [1, [1, …; only how they are stored differs.
    found = checked(pyc(module(one)), pyc(module(two)))
    assert kinds(found) == ["refs"]
    assert found.residue_equal
    two.inside[1].inside[0] = box(2)
    assert "const" in kinds(checked(pyc(module(one)), pyc(module(two))))


def test_a_ring_and_its_like_without_one() -> None:
    flat = Box("[", inside=[box(1), box([1, []])])
    assert "const" in kinds(checked(pyc(module(ring(1))), pyc(module(flat))))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (ring(1), ring(1, kind="(")),
        (ring(1), ring(1, 1)),
        (ring(1), ring(True)),
        (module(ring(1), stacksize=1), module(ring(1), stacksize=2)),
    ],
)
def test_which_ring_is_referred_to(one: Box, two: Box) -> None:
    a, b = box((one, two, one)), box((one, two, two))
    assert kinds(checked(pyc(a), pyc(a))) == []
    assert kinds(checked(pyc(write(a, "used")), pyc(write(a, "all")))) == ["refs"]
    found = checked(pyc(write(a, "all")), pyc(write(b, "all")))
    assert kinds(found) == ["body"]
    assert found.residue_equal


def test_rings_that_meet_only_after_very_many_steps_are_given_up() -> None:
    def loop(size: int) -> Box:
        first = Box("(", inside=[])
        at = first
        for _ in range(size - 1):
            at.inside.append(Box("(", inside=[]))
            at = at.inside[0]
        at.inside.append(first)
        return first

    def tree(size: int) -> bytes:
        it = loop(size)
        return pyc(write(box((it, it)), "used"))

    a, b = tree(211), tree(223)
    found = compare_pyc(a, b)
    assert not found.complete
    assert "body" in kinds(found)


def test_swapped_numbers_are_a_change_of_value_although_the_reference_is_the_same() -> None:
    one, two = b"\xfa\x03one", b"\xfa\x03two"
    # Both say «number 0» at the end; which string that is depends on the flags in front.
    a = pyc(b")\x03" + one + b"z\x03two" + b"r" + struct.pack("<i", 0))
    b = pyc(b")\x03" + b"z\x03one" + two + b"r" + struct.pack("<i", 0))
    found = checked(a, b)
    assert kinds(found) == ["body", "refs"]
    assert (found.facts[0].a, found.facts[0].b) == (
        "('one', 'two', 'one')",
        "('one', 'two', 'two')",
    )
    assert found.residue_equal
