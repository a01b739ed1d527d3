"""Facts on two zips: every field of both views, extra fields, names, links and the end."""

import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed
from tests.formats.containers.opened import assert_places, facts, kinds, shown

A = Made(name=b"a.py", data=b"a = 1\n")
B = Made(name=b"b.py", data=b"b = 2\n")


def between(where: Path, one: Made, two: Made) -> list[tuple[str, str, str, object, object]]:
    a, b = archive(one, B), archive(two, B)
    found = facts(where, a, b, ".zip")
    assert_places(found, a, b)
    return shown(found)


@pytest.mark.parametrize(
    ("field", "value", "what", "inside"),
    [
        ("flags", 2, "zip.flags", "flags"),
        ("system", 0, "zip.system", "system made on"),
        ("dos_attr", 0x20, "zip.dos-attributes", "DOS attributes"),
        ("mode", 0o100600, "zip.mode", "mode"),
        ("comment", b"note", "zip.comment", "comment"),
        ("disk", 1, "zip.disk", "disk number"),
    ],
)
def test_a_field_is_one_fact(
    tmp_path: Path, field: str, value: object, what: str, inside: str
) -> None:
    found = between(tmp_path, A, replace(A, **{field: value}))  # type: ignore[arg-type]
    (fact,) = (each for each in found if not each[0].startswith("integrity."))
    assert fact[:3] == (what, "a.py", inside)
    assert fact[4] == value


@pytest.mark.parametrize(
    ("name", "mode", "note"),
    [(b"run", 0o100755, "executable"), (b"run", 0o100644, ""), (b"lib/", 0o40755, "")],
)
def test_another_system_takes_the_right_to_run_from_files_alone(
    tmp_path: Path, name: bytes, mode: int, note: str
) -> None:
    """A directory may be entered whoever wrote it."""
    one = Made(name=name, data=b"", mode=mode)
    found = facts(tmp_path, archive(one), archive(replace(one, system=0)), ".zip")
    assert [fact.note for fact in found if fact.what == "zip.system"] == [note]


def test_a_time_in_both_views_is_one_fact_with_two_places(tmp_path: Path) -> None:
    later = replace(A, time=A.time + 1)
    a, b = archive(A), archive(later)
    (fact,) = (each for each in facts(tmp_path, a, b, ".zip") if each.what == "zip.time")
    assert (fact.a, fact.b) == ((2024, 5, 6, 7, 8, 10), (2024, 5, 6, 7, 8, 12))
    assert len(fact.parts) == 2
    assert fact.weight == 4


def test_views_that_differ_otherwise_are_two_facts(tmp_path: Path) -> None:
    data = bytearray(archive(A))
    place = data.rindex(b"PK\1\2") + 12
    data[place : place + 2] = struct.pack("<H", A.time + 5)
    found = facts(tmp_path, archive(A), bytes(data), ".zip")
    assert kinds(found) == {"zip.time", "integrity.contradiction"}


def test_a_record_that_streams_tells_its_sizes_elsewhere(tmp_path: Path) -> None:
    found = facts(tmp_path, archive(A), archive(streamed(A, "Ls")), ".zip")
    assert kinds(found) == {"zip.flags", "zip.descriptor"}
    computed = {each.what for each in found} - kinds(found)
    assert "derived.zip.placeholder" in computed
    assert not computed & {"derived.zip.crc", "derived.zip.size"}


def test_a_checksum_that_differs_is_told_as_one(tmp_path: Path) -> None:
    found = facts(tmp_path, archive(A), archive(replace(A, data=b"a = 2\n")), ".zip")
    assert {each.what for each in found} == {"derived.zip.crc"}


@pytest.mark.parametrize(
    ("one", "two", "what"),
    [
        (extra(0x5455, b"\1" + b"1234"), extra(0x5455, b"\1" + b"5678"), "zip.extra-time"),
        (b"", extra(0x5455, b"\1" + b"1234"), "zip.extra-time"),
        (b"", extra(0x5455, b"\7" + b"1234" * 3), "zip.extra-time"),
        (b"", extra(0x5455, b"\1" + b"1234" + b"more"), "zip.extra"),
        (b"", extra(0x5455, b"\7" + b"1234" * 3 + b"!"), "zip.extra"),
        (b"", extra(0x5455, b"\xf1" + b"1234"), "zip.extra"),
        (b"", extra(0x5455, b""), "zip.extra"),
        (b"", extra(0x7875, b"\1\4abcd\4efgh"), "zip.extra-owner"),
        (b"", extra(0x7875, b"\1\1a\1b"), "zip.extra-owner"),
        (b"", extra(0x7875, b"\1\4abcd\4efgh" + b"more"), "zip.extra"),
        (b"", extra(0x7875, b"\2\4abcd\4efgh"), "zip.extra"),
        (b"", extra(0x7875, b"\1\x08abcdefgh\x08ijklmnop"), "zip.extra-owner"),
        (b"", extra(0x7875, b"\1\x09abcdefghi\1j"), "zip.extra"),
        (b"", extra(0x7855, b""), "zip.extra-owner"),
        (b"", extra(0x7855, b"abcd"), "zip.extra-owner"),
        (b"", extra(0x7855, b"abcdef"), "zip.extra"),
        (b"", extra(0x000A, bytes(4) + b"\1\0\x18\0" + bytes(24)), "zip.extra-time"),
        (b"", extra(0x000A, b"evil" + b"\1\0\x18\0" + bytes(24)), "zip.extra"),
        (b"", extra(0x000A, bytes(4) + b"\2\0\x18\0" + bytes(24)), "zip.extra"),
        (b"", extra(0x9999, b"?"), "zip.extra"),
        (extra(0x9999, b"?") + extra(0x9998, b"!"), extra(0x9998, b"!") + extra(0x9999, b"?"),
         "zip.extra"),
        (b"", b"\1", "zip.extra"),
    ],
)  # fmt: skip
def test_an_extra_field_has_the_layout_of_its_id_or_is_unknown(
    tmp_path: Path, one: bytes, two: bytes, what: str
) -> None:
    for first, second in ((one, two), (two, one)):
        for view in ("extra", "local_extra"):
            a, b = (
                Made(A.name, A.data, **{"extra": b"", "local_extra": b"", view: area})  # type: ignore[arg-type]
                for area in (first, second)
            )
            found = facts(tmp_path, archive(a), archive(b), ".zip")
            assert kinds(found) - {"integrity.contradiction"} == {what}


def test_another_method_is_a_field(tmp_path: Path) -> None:
    found = between(tmp_path, A, replace(A, method=8))
    assert found == [("zip.method", "a.py", "method", 0, 8)]


def test_ranks_are_told_on_disk_and_in_the_directory(tmp_path: Path) -> None:
    found = facts(tmp_path, archive(A, B), archive(B, A), ".zip")
    assert kinds(found) == {"zip.order", "zip.directory-order"}
    ranks = {(each.path, each.a, each.b) for each in found if each.what == "zip.order"}
    assert ranks == {("", "1: a.py", "1: b.py")}


def test_a_directory_that_holds_something_is_no_loss(tmp_path: Path) -> None:
    inside = replace(A, name=b"d/a.py")
    folder = Made(name=b"d/", data=b"", mode=0o040755)
    found = facts(tmp_path, archive(inside), archive(folder, inside), ".zip")
    assert "member.directory" in kinds(found)
    alone = facts(tmp_path, archive(A), archive(A, folder), ".zip")
    assert "member.only" in kinds(alone)


def test_the_comment_of_the_archive(tmp_path: Path) -> None:
    a, b = bytes(Archive((A,), comment=b"one")), bytes(Archive((A,), comment=b"two"))
    assert shown(facts(tmp_path, a, b, ".zip")) == [
        ("zip.archive-comment", "", "archive comment", b"one", b"two")
    ]


def test_a_count_or_size_of_the_end_that_is_not_true_says_so(tmp_path: Path) -> None:
    honest = archive(A, B)
    size = honest.index(b"PK\5\6") - honest.index(b"PK\1\2")
    lying = bytes(Archive((A, B), size=size - 1))
    (fact,) = (f for f in facts(tmp_path, honest, lying, ".zip") if f.what == "derived.zip.end")
    assert fact.note == "the size of the directory is not true"
    longer = archive(A, replace(B, comment=b"c"))
    ends = [f for f in facts(tmp_path, honest, longer, ".zip") if f.what == "derived.zip.end"]
    assert [each.note for each in ends] == [""]


def test_zip64_records_tell_writers_and_sizes_apart(tmp_path: Path) -> None:
    wide = bytes(Archive((A, B), zip64=True))
    assert "zip.extra-zip64" in kinds(facts(tmp_path, archive(A, B), wide, ".zip"))
    other = bytearray(wide)
    other[wide.index(b"PK\6\6") + 12] = 63
    assert shown(facts(tmp_path, wide, bytes(other), ".zip")) == [
        ("zip.create-version", "", "zip64 end record: create version", 45, 63)
    ]


def test_a_link_is_compared_by_its_target_and_nothing_hides_in_it(tmp_path: Path) -> None:
    link = Made(name=b"l", data=b"a.py", mode=0o120777)
    other = facts(tmp_path, archive(A, link), archive(A, replace(link, data=b"b.py")), ".zip")
    assert ("member.link", "l", "link target", "a.py", "b.py") in shown(other)
    assert "derived.zip.crc" not in {each.what for each in other}
    packed = replace(link, method=8)
    same = facts(tmp_path, archive(A, link), archive(A, packed), ".zip")
    assert "zip.data" in kinds(same)


@pytest.mark.parametrize(
    ("target", "leaves"),
    [
        (b"/etc/passwd", True),
        (b"../x", True),
        (b"d/../../x", True),
        (b"d/../x", False),
        (b"./x", False),
        (b"x//y", False),
    ],
)
def test_a_link_that_leads_out_is_named(tmp_path: Path, target: bytes, leaves: bool) -> None:
    link = Made(name=b"l", data=target, mode=0o120777)
    found = kinds(facts(tmp_path, archive(A), archive(A, link), ".zip"))
    assert ("integrity.name" in found) is leaves


@pytest.mark.parametrize(
    ("name", "unsafe"),
    [
        (b"../a.py", True),
        (b"/a.py", True),
        (b"c:/a.py", True),
        (b"a\\b.py", True),
        (b"a\x1b.py", True),
        ("\u202ea.py".encode(), True),
        ("a\u200b.py".encode(), True),
        (b"..a.py", False),
        (b"a..b", False),
        ("\u00e4 b.py".encode(), False),
        (b"\xff.py", False),
    ],
)
def test_names_that_lead_astray_are_named_even_on_both_sides(
    tmp_path: Path, name: bytes, unsafe: bool
) -> None:
    member = Made(name=name, data=b"x")
    for one in (archive(A), archive(A, replace(member, data=b"y"))):
        found = kinds(facts(tmp_path, one, archive(A, member), ".zip"))
        assert ("integrity.name" in found) is unsafe


def test_a_zip_may_have_an_interpreter_in_front(tmp_path: Path) -> None:
    line = b"#!/usr/bin/env python3\n"
    a = bytes(Archive((A,), prefix=line))
    b = bytes(Archive((replace(A, data=b"a = 2\n"),), prefix=line))
    found = facts(tmp_path, a, b, ".pyz")
    assert "derived.zip.crc" in {each.what for each in found}
    (hidden,) = (each for each in found if each.what == "integrity.hidden")
    assert hidden.a == hidden.b


@pytest.mark.parametrize(
    ("usize", "csize", "odd"), [(6, 6, False), (7, 6, True), (6, 7, True), (0, 6, True)]
)
def test_zip64_fields_that_nothing_asks_for_are_odd_only_where_they_say_otherwise(
    tmp_path: Path, usize: int, csize: int, *, odd: bool
) -> None:
    """Bazel writes them beside the same sizes in the header."""
    field = extra(1, struct.pack("<QQ", usize, csize))
    for side in ("extra", "local_extra"):
        found = between(tmp_path, A, replace(A, **{side: field}))  # type: ignore[arg-type]
        assert any(each[0].startswith("integrity.") for each in found) == odd
        assert any(each[0] == "zip.extra-zip64" for each in found)


DIRECTORY = Made(name=b"d/", data=b"", mode=0o40755, dos_attr=0x10)


@pytest.mark.parametrize(
    ("fields", "plain"),
    [
        ({}, True),
        ({"mode": 0}, True),
        ({"mode": 0o42700}, True),
        ({"method": 8}, True),
        ({"method": 8, "stored": b"\3\0hidden"}, False),
        ({"extra": extra(0x5455, b"\1" + bytes(4))}, True),
        ({"mode": 0o44755}, False),
        ({"mode": 0o41777}, False),
        ({"mode": 0o60755}, False),
        ({"comment": b"hidden"}, False),
        ({"extra": extra(0xCAFE, b"hidden")}, False),
        ({"local_extra": extra(0xCAFE, b"hidden")}, False),
        ({"flags": 1}, False),
        ({"dos_attr": 0x4010}, False),
        ({"disk": 0, "dos_attr": 0x80}, False),
    ],
)
def test_a_directory_of_one_side_is_no_more_than_that(
    tmp_path: Path, fields: dict[str, Any], plain: bool
) -> None:
    """Nobody looks at what else its entry says, so it must not say anything."""
    file = Made(name=b"d/a.py", data=b"a = 1\n")
    a, b = archive(file), archive(replace(DIRECTORY, **fields), file)
    found = {fact.what for fact in facts(tmp_path, a, b, ".zip")}
    assert {what for what in found if what.startswith("member.")} == (
        {"member.directory"} if plain else {"member.only"}
    )
