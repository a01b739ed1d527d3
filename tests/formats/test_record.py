import csv
import io

import pytest
from hypothesis import given

from reprodiff.formats.base import Content
from reprodiff.formats.record import FORMAT, record_facts
from reprodiff.model import ArtifactKind, Difference
from tests.formats.accounts import account, kinds, mirrored, said
from tests.formats.mutations import pairs

PATH = "demo-1.0.dist-info/RECORD"
ROWS = [
    b"demo/a.py,sha256=AAAA,10",
    b"demo/b.py,sha256=BBBB,20",
    b"demo/c.py,sha256=CCCC,30",
    b"demo-1.0.dist-info/RECORD,,",
]
POOL = [
    *ROWS,
    b"demo/a.py,sha256=AAAB,10",
    b"demo/A.py,sha256=AAAA,10",
    b'"demo/a.py",sha256=AAAA,10',
    b"demo/a.py,sha256=AAAA=,010",
    b'"x,y",md5=z,3',
    b"",
    b"broken",
    b'"open',
    b"c,sha256=1,2,3",
]
BENIGN = {"record.order", "record.quoting", "record.blank", "text.eol", "text.final-newline"}


def text(rows: list[bytes], end: bytes = b"\n") -> bytes:
    return b"".join(row + end for row in rows)


def facts(a: bytes, b: bytes, path_b: str = PATH) -> list[Difference]:
    found = record_facts(PATH, path_b, a, b)
    assert account(a, b, found).explained
    return found


def read(data: bytes) -> list[tuple[str, ...]] | None:
    """The rows as installers read them, in no order; ``None`` if they cannot be read."""
    source = io.StringIO(data.decode("utf-8", "surrogateescape"), newline="")
    try:
        rows = [tuple(row) for row in csv.reader(source, strict=True) if row]
    except csv.Error:
        return None
    plain = [
        (row[0], row[1].rstrip("="), row[2].lstrip("0")) if len(row) == 3 else row for row in rows
    ]
    return sorted(plain)


@given(pairs(POOL))
def test_all_that_differs_is_told(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    found = record_facts(PATH, PATH, a, b)
    assert bool(found) == (a != b)
    assert account(a, b, found).explained


@given(pairs(POOL))
def test_what_is_called_the_same_is_the_same_to_installers(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    if kinds(record_facts(PATH, PATH, a, b)) <= BENIGN:
        assert read(a) == read(b)


@given(pairs(POOL))
def test_changing_the_sides_over_mirrors_the_facts(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    assert mirrored(record_facts(PATH, PATH, b, a)) == said(record_facts(PATH, PATH, a, b))


def test_a_changed_row_shows_both_hashes_and_claims_only_them() -> None:
    a, b = text(ROWS), text([ROWS[0], b"demo/b.py,sha256=XXXX,21", *ROWS[2:]])
    (fact,) = facts(a, b)
    assert (fact.what, fact.inside) == ("record.row", "row demo/b.py")
    assert fact.a == ("sha256=BBBB", "20", "demo/b.py")
    assert fact.b == ("sha256=XXXX", "21", "demo/b.py")
    assert [a[x.start : x.stop] for x, _ in fact.places()] == [b"sha256=BBBB", b"20"]


def test_a_changed_row_among_moved_ones_is_told_by_itself() -> None:
    moved = [ROWS[2], b"demo/b.py,sha256=XXXX,20", ROWS[0], ROWS[3]]
    found = facts(text(ROWS), text(moved))
    assert kinds(found) == {"record.order", "record.row"}
    order, row = sorted(found, key=lambda fact: fact.what)
    claimed = {x for x, _ in order.places()}
    assert all(x not in claimed for x, _ in row.places())


def test_only_another_order_is_one_fact_that_weighs_what_moved() -> None:
    a, b = text(ROWS), text([ROWS[1], ROWS[0], *ROWS[2:]])
    (fact,) = facts(a, b)
    assert (fact.what, fact.inside) == ("record.order", "order of 2 rows")
    assert 0 < account(a, b, [fact]).differing <= 2 * len(ROWS[0])


def test_a_path_in_another_case_is_two_files() -> None:
    found = facts(text(ROWS), text([b"demo/A.py,sha256=AAAA,10", *ROWS[1:]]))
    assert [(fact.what, fact.a is None) for fact in found] == [
        ("record.only", False),
        ("record.only", True),
    ]


def test_a_row_under_the_directory_of_another_version_is_the_same_row() -> None:
    a = text([*ROWS[:3], b"demo-1.0.dist-info/METADATA,sha256=MMMM,5", ROWS[3]])
    b = a.replace(b"demo-1.0.", b"demo-1.1.").replace(b"MMMM", b"NNNN")
    found = facts(a, b, "demo-1.1.dist-info/RECORD")
    assert [fact.what for fact in found] == ["record.row", "record.row"]
    assert found[1].b == ("", "", "demo-1.1.dist-info/RECORD")


def test_a_directory_that_only_starts_like_the_projects_own_is_not_taken_for_it() -> None:
    a = b"demo-1.0.dist-info-x/f,sha256=A,1\n"
    b = a.replace(b"1.0", b"1.1")
    assert kinds(facts(a, b, "demo-1.1.dist-info/RECORD")) == {"record.only"}


@pytest.mark.parametrize(
    ("row", "other"),
    [
        (b"demo/a.py,sha256=AAAA,10", b'"demo/a.py",sha256=AAAA,10'),
        (b"demo/a.py,sha256=AAAA,10", b'demo/a.py,sha256=AAAA,"10"'),
    ],
)
def test_another_spelling_of_a_row_is_no_other_row(row: bytes, other: bytes) -> None:
    assert kinds(facts(text([row]), text([other]))) == {"record.quoting"}


def test_other_line_endings_stand_beside_a_changed_row() -> None:
    a, b = text(ROWS), text([*ROWS[:3], b"demo-1.0.dist-info/RECORD,,9"], b"\r\n")
    found = facts(a, b)
    assert kinds(found) == {"text.eol", "record.row"}


def test_an_empty_line_is_none_to_installers_and_a_broken_one_is() -> None:
    assert kinds(facts(text(ROWS), text([*ROWS, b""]))) == {"record.blank"}
    (bad,) = facts(text(ROWS), text([*ROWS, b"no row"]))
    assert (bad.what, bad.note) == ("record.bad", "1 of 3 fields")


def test_a_second_row_for_a_path_is_on_one_side_only() -> None:
    (fact,) = facts(text(ROWS), text([*ROWS, b"demo/a.py,sha256=EVIL,10"]))
    assert (fact.what, fact.a) == ("record.only", None)


def test_a_last_row_without_newline_that_moved_is_a_matter_of_order() -> None:
    a, b = text(ROWS[:2]).rstrip(b"\n"), text([ROWS[1], ROWS[0]]).rstrip(b"\n")
    assert kinds(facts(a, b)) == {"record.order"}
    assert kinds(facts(text(ROWS[:1]).rstrip(b"\n"), a)) == {"record.only"}


def test_record_is_read_only_in_a_dist_info_directory() -> None:
    def applies(path: str) -> bool:
        empty = memoryview(b"")
        return FORMAT.applies(Content(path, path, empty, empty, ArtifactKind.WHEEL))

    assert applies(PATH)
    assert applies("lib/python3.11/site-packages/demo-1.0.dist-info/RECORD")
    assert not applies("demo/RECORD")
