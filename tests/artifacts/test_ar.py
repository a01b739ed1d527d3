import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.ar import MAGIC, THIN, read_ar
from reprodiff.engine import compare
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import Report, Severity, Verdict

Run = Callable[[bytes, bytes], Report]
LONG = "a_member_with_a_long_name.o"
OBJECTS = {"one.o": b"\1\0first\xff", LONG: b"\2\0second\xff!!", "two.o": b"\3\0\xff"}


def member(name: bytes, data: bytes, mtime: str = "0", ids: str = "0", mode: str = "644") -> bytes:
    head = name.ljust(16) + mtime.encode().ljust(12) + ids.encode().ljust(6) * 2
    head += mode.encode().ljust(8) + str(len(data)).encode().ljust(10) + b"`\n"
    return head + data + b"\n" * (len(data) & 1)


def gnu(objects: dict[str, bytes], mtime: str = "0", ids: str = "0", mode: str = "644") -> bytes:
    """An archive as GNU ar writes it: index, table of long names, members."""
    table = b"".join(name.encode() + b"/\n" for name in objects if len(name) > 15)
    symbols = b"".join(b"sym_" + name.encode() + b"\0" for name in objects)
    body = b""
    offsets = []
    start = len(MAGIC) + 60 + 4 + 4 * len(objects) + len(symbols)
    start += (start & 1) + 60 + len(table) + (len(table) & 1)
    for name, data in objects.items():
        offsets.append(start + len(body))
        raw = name.encode()
        title = b"/%d" % table.find(raw) if len(name) > 15 else raw + b"/"
        body += member(title, data, mtime, ids, mode)
    index = struct.pack(f">{len(offsets) + 1}I", len(offsets), *offsets) + symbols
    return MAGIC + member(b"/", index, mtime) + member(b"//", table) + body


def bsd(objects: dict[str, bytes]) -> bytes:
    """An archive with names in front of the contents, and no index."""
    return MAGIC + b"".join(
        member(b"#1/%d" % len(name), name.encode() + data) for name, data in objects.items()
    )


@pytest.fixture
def report(tmp_path: Path) -> Run:
    def run(a: bytes, b: bytes) -> Report:
        (tmp_path / "a.a").write_bytes(a)
        (tmp_path / "b.a").write_bytes(b)
        return compare(str(tmp_path / "a.a"), str(tmp_path / "b.a"))

    return run


def causes(report: Report) -> dict[str, Severity]:
    return {finding.cause: finding.severity for finding in report.findings}


@pytest.mark.parametrize("write", [gnu, bsd])
def test_names_are_read_in_both_dialects(write: Callable[[dict[str, bytes]], bytes]) -> None:
    data = write(OBJECTS)
    found = read_ar(memoryview(data), Limits())
    members = [each for each in found.entries if not each.special]
    assert [each.name.decode() for each in members] == list(OBJECTS)
    contents = [data[each.content.start : each.content.stop] for each in members]
    assert contents == list(OBJECTS.values())
    assert not found.damage


@pytest.mark.parametrize(
    ("cause", "options"),
    [
        ("ar-times", {"mtime": "1700000000"}),
        ("ar-owner", {"ids": "1000"}),
        ("ar-mode", {"mode": "100664"}),
    ],
)
def test_what_ar_records_of_files_is_benign(
    report: Run, cause: str, options: dict[str, str]
) -> None:
    found = report(gnu(OBJECTS), gnu(OBJECTS, **options))
    assert found.verdict is Verdict.EQUIVALENT
    assert set(causes(found)) == {cause}


def test_another_order_is_for_review_and_the_index_follows(report: Run) -> None:
    found = report(gnu(OBJECTS), gnu(dict(reversed(OBJECTS.items()))))
    assert causes(found) == {
        "ar-order": Severity.REVIEW,
        "ar-index-follows": Severity.BENIGN,
    }


def test_an_object_of_another_size_is_followed_by_index_and_sizes(report: Run) -> None:
    found = report(gnu(OBJECTS), gnu({**OBJECTS, "one.o": b"\1\0first\xff and longer"}))
    assert causes(found) == {"unexplained": Severity.REVIEW, "ar-index-follows": Severity.BENIGN}
    follows = next(f for f in found.findings if f.cause == "ar-index-follows")
    assert follows.derived_from


def test_an_index_that_names_another_member_is_no_consequence(report: Run) -> None:
    a = gnu(OBJECTS)
    at = len(MAGIC) + 60 + 4
    b = a[:at] + a[at + 4 : at + 8] + a[at : at + 4] + a[at + 8 :]
    found = report(a, b)
    assert causes(found) == {"ar-index-changed": Severity.REVIEW}


def test_another_dialect_keeps_the_objects(report: Run) -> None:
    found = report(gnu(OBJECTS), bsd(OBJECTS))
    assert "unexplained" not in causes(found)
    assert causes(found)["ar-format"] is Severity.BENIGN
    assert causes(found)["ar-index-changed"] is Severity.REVIEW
    assert found.summary.members.identical == 3


def test_no_byte_of_an_archive_can_change_unseen(report: Run) -> None:
    a = gnu(OBJECTS)
    missed = []
    for at in range(len(a)):
        b = bytearray(gnu(OBJECTS, mtime="1700000000"))
        b[at] ^= 0x55
        if report(a, bytes(b)).verdict in {Verdict.EQUIVALENT, Verdict.IDENTICAL}:
            missed.append(at)
    assert missed == []


def test_bytes_behind_the_last_member_are_hidden_ones(report: Run) -> None:
    found = report(gnu(OBJECTS), gnu(OBJECTS) + b"extra")
    assert causes(found)["archive-hidden-data"] is Severity.ALARM
    assert found.problems


def test_a_member_cut_off_is_a_problem(report: Run) -> None:
    found = report(gnu(OBJECTS), gnu(OBJECTS)[:-20])
    assert any("damaged" in problem.message for problem in found.problems)
    assert found.verdict is not Verdict.EQUIVALENT


def thin(sizes: dict[str, int]) -> bytes:
    """A thin archive: headers of files elsewhere, whose names are paths."""
    table = b"".join(name.encode() + b"/\n" for name in sizes)
    heads = [
        member(b"/%d" % table.find(name.encode()), b"").replace(b"0         `", b"%-10d`" % size)
        for name, size in sizes.items()
    ]
    return THIN + member(b"//", table) + b"".join(heads)


def test_a_thin_archive_says_that_its_objects_are_elsewhere(report: Run) -> None:
    sizes = {"../build/one.o": 3600, "../build/two.o": 80}
    found = read_ar(memoryview(thin(sizes)), Limits())
    assert [entry.name.decode() for entry in found.entries if not entry.special] == list(sizes)
    assert not found.damage
    other = report(thin(sizes), thin({**sizes, "../build/one.o": 3604}))
    assert other.verdict is Verdict.DIFFERENT
    assert causes(other) == {"ar-thin": Severity.REVIEW}
    assert other.findings[0].locations[0].path == "../build/one.o"
    moved = report(thin(sizes), thin({"../built/one.o": 3600, "../build/two.o": 80}))
    assert moved.verdict is Verdict.DIFFERENT
    assert moved.summary.ledger.unexplained_bytes == 0


def test_no_byte_of_a_thin_archive_can_change_unseen(report: Run) -> None:
    a = thin({"one.o": 3600, "two.o": 80})
    for at in range(len(a)):
        b = bytearray(a)
        b[at] ^= 0x55
        assert report(a, bytes(b)).verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}, at


def test_a_thin_archive_is_no_ordinary_one(report: Run) -> None:
    found = report(gnu(OBJECTS), thin({name: len(data) for name, data in OBJECTS.items()}))
    assert found.verdict is Verdict.DIFFERENT
    assert causes(found)["ar-thin"] is Severity.REVIEW


def test_paths_of_objects_with_backslashes_are_no_attack(report: Run) -> None:
    objects = {"build\\a.obj": b"\0\xff"}
    found = report(gnu(objects), gnu(objects, mtime="1700000000"))
    assert set(causes(found)) == {"ar-times"}


def test_a_name_with_an_escape_sequence_is_shown_escaped(report: Run) -> None:
    found = report(gnu({"a\x1b]52;.o": b"1"}), gnu({"a\x1b]52;.o": b"2"}))
    paths = [place.path for finding in found.findings for place in finding.locations]
    assert paths
    assert not any("\x1b" in path for path in paths)


@settings(max_examples=300)
@given(st.data())
def test_any_truncation_or_corruption_is_read_or_refused(data: st.DataObject) -> None:
    b = bytearray(data.draw(st.sampled_from([gnu(OBJECTS), bsd(OBJECTS)])))
    for _ in range(data.draw(st.integers(1, 5))):
        b[data.draw(st.integers(0, len(b) - 1))] = data.draw(st.integers(0, 255))
    del b[data.draw(st.integers(0, len(b))) :]
    try:
        found = read_ar(memoryview(b), Limits())
    except ReprodiffError:
        return
    tiles = [8]
    for each in found.entries:
        tiles += [each.header, each.stored.stop, each.padding.stop]
    assert tiles == sorted(tiles)
    assert found.trailing.stop == len(b)
