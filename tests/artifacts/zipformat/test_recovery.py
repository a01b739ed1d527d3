"""Zip files with a part missing: what is left is found, and what is missing is said."""

import struct
from dataclasses import replace

import pytest

from reprodiff.artifacts.zipformat import (
    AnomalyKind,
    DamageKind,
    ZipArchive,
    ZipFormatError,
    read_member,
    read_zip,
    regions,
)
from reprodiff.errors import LimitError
from reprodiff.limits import Limits
from tests.artifacts.zipformat.build import Archive, Made, archive, streamed

LIMITS = Limits()
NESTED = archive(Made(name=b"inner.py", data=b"inner = 1\n"), Made(name=b"inner2.py"))
MEMBERS = (
    Made(name=b"pkg/a.py", data=b"a = 1\n" * 40, method=8),
    streamed(Made(name=b"pkg/b.py", data=b"b = 2\n" * 40, method=8), "Ls"),
    streamed(Made(name=b"pkg/c.py", data=b"c = 3\n" * 40, method=8), "Q"),
    Made(name=b"pkg/d.bin", data=bytes(range(256))),
    Made(name=b"pkg/e.zip", data=NESTED),
    Made(name=b"pkg/f.py", data=b"f = 6\n"),
)
WHOLE = archive(*MEMBERS)


def readable(found: ZipArchive) -> dict[str, bytes]:
    results = {entry.name: read_member(found, entry, LIMITS) for entry in found.entries}
    return {name: result.data for name, result in results.items() if result.error is None}


@pytest.mark.parametrize("percent", range(1, 100))
def test_a_file_cut_anywhere_gives_all_members_before_the_cut(percent: int) -> None:
    cut = len(WHOLE) * percent // 100
    if cut < 30 + len(MEMBERS[0].name):
        with pytest.raises(ZipFormatError, match="ends inside its first header"):
            read_zip(WHOLE[:cut])
        return
    found = read_zip(WHOLE[:cut])
    assert DamageKind.TRUNCATED in {item.kind for item in found.damage}
    there = readable(found)
    at = 0
    for member in MEMBERS:
        at += len(member.local())
        if at <= cut:
            assert there.pop(member.name.decode()) == member.data
    # Only its descriptor may be cut off.
    assert all(
        (name, data) in {(m.name.decode(), m.data) for m in MEMBERS[1:3]}
        for name, data in there.items()
    )
    # Nothing of the archive inside is taken for a member.
    assert not any(entry.name.startswith("inner") for entry in found.entries)
    assert found.hidden == ()


def test_a_file_cut_behind_an_archive_inside_it_is_not_taken_for_that_archive() -> None:
    # The end record of the inner archive is among the last bytes, where readers look for one.
    cut = sum(len(member.local()) for member in MEMBERS[:5]) + 20
    found = read_zip(WHOLE[:cut])
    assert [entry.name for entry in found.entries] == [
        member.name.decode() for member in MEMBERS[:5]
    ]
    assert DamageKind.TRUNCATED in {item.kind for item in found.damage}
    (item,) = (x for x in found.anomalies if x.kind is AnomalyKind.EMBEDDED_DIRECTORY)
    assert WHOLE[item.start : item.stop] == NESTED[-22:]


def test_a_cut_in_the_directory_keeps_what_the_directory_says() -> None:
    body, directory, _ = Archive(MEMBERS).parts()
    first = len(MEMBERS[0].central(0))
    found = read_zip(body + directory[: first + 20])
    assert {item.kind for item in found.damage} == {
        DamageKind.TRUNCATED,
        DamageKind.DIRECTORY_CUT,
    }
    assert [entry.mode for entry in found.entries] == [0o100644, None, None, None, None, None]
    assert [entry.central is None for entry in found.entries] == [False] + [True] * 5
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


def test_a_cut_in_the_comment_is_all_that_is_said() -> None:
    data = bytes(Archive(MEMBERS, comment=b"a comment"))
    found = read_zip(data[:-3])
    assert {item.kind for item in found.damage} == {DamageKind.COMMENT_CUT}
    assert found.comment == b"a comm"


def test_the_last_member_is_given_as_far_as_it_goes() -> None:
    member = Made(name=b"big.bin", data=bytes(range(256)) * 8)
    found = read_zip(archive(member)[:1000])
    (entry,) = found.entries
    result = read_member(found, entry, LIMITS)
    assert result.data == member.data[: 1000 - 37]
    assert result.error is not None
    assert {item.kind for item in found.damage} == {DamageKind.TRUNCATED, DamageKind.DATA_CUT}


def test_a_file_without_its_head_keeps_the_members_behind_it() -> None:
    cut = len(MEMBERS[0].local()) + 10
    found = read_zip(WHOLE[cut:])
    assert found.shift == -cut
    missing = [item.entry for item in found.damage]
    assert missing == [0, 1]
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS[2:]}


def test_a_prefix_and_a_cut_directory_still_fit_together() -> None:
    body, directory, _ = Archive(MEMBERS, prefix=b"#!stub\n", adjusted=False).parts()
    found = read_zip(body + directory)
    assert found.shift == 7
    assert all(entry.mode == 0o100644 for entry in found.entries)
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


@pytest.mark.parametrize("where", [0, 2, 5])
def test_a_header_overwritten_in_the_directory_costs_one_header(where: int) -> None:
    body, directory, ends = Archive(MEMBERS).parts()
    headers = [member.central(0) for member in MEMBERS]
    at = sum(map(len, headers[:where]))
    broken = directory[:at] + b"\0\0\0\0" + directory[at + 4 :]
    found = read_zip(body + broken + ends)
    assert {item.kind for item in found.damage} == {
        DamageKind.DIRECTORY_BROKEN if where else DamageKind.DIRECTORY_MISSING
    }
    assert sum(entry.central is None for entry in found.entries) == 1
    assert found.hidden == ()
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


def test_a_header_overwritten_in_a_directory_without_an_end_costs_one_header() -> None:
    body, directory, _ = Archive(MEMBERS).parts()
    at = len(MEMBERS[0].central(0))
    found = read_zip(body + directory[:at] + b"\0\0\0\0" + directory[at + 4 :])
    assert {item.kind for item in found.damage} == {
        DamageKind.TRUNCATED,
        DamageKind.DIRECTORY_BROKEN,
    }
    assert [entry.central is None for entry in found.entries] == [False] * 5 + [True]
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


def test_a_directory_overwritten_as_a_whole_is_replaced_by_the_local_headers() -> None:
    body, directory, ends = Archive(MEMBERS).parts()
    found = read_zip(body + bytes(len(directory)) + ends)
    assert {item.kind for item in found.damage} == {DamageKind.DIRECTORY_MISSING}
    assert found.eocd is not None
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


def test_an_end_record_far_from_the_end_is_found() -> None:
    found = read_zip(WHOLE + bytes(100_000))
    assert {item.kind for item in found.anomalies} == {
        AnomalyKind.FAR_END_RECORD,
        AnomalyKind.TRAILING,
    }
    assert found.damage == ()
    assert readable(found) == {member.name.decode(): member.data for member in MEMBERS}


def test_wrong_sizes_in_a_cut_file_do_not_swallow_the_members_behind() -> None:
    lying = replace(MEMBERS[0], csize=1 << 30)
    cut = archive(lying, *MEMBERS[1:])[:-30]
    found = read_zip(cut)
    names = [entry.name for entry in found.entries]
    assert names[1:3] == ["pkg/b.py", "pkg/c.py"]
    assert readable(found)["pkg/b.py"] == MEMBERS[1].data


def test_the_first_member_of_all_may_be_all_there_is() -> None:
    for cut in range(4, 40):
        data = WHOLE[:cut]
        try:
            found = read_zip(data)
        except ZipFormatError:
            # Not even one whole header.
            assert cut < len(MEMBERS[0].local()) - len(MEMBERS[0].packed())
        else:
            assert [entry.name for entry in found.entries] == ["pkg/a.py"]


def test_bytes_that_look_like_records_in_names_are_not_members() -> None:
    bait = Made(name=b"PK\x03\x04" + bytes(60), data=b"", written=False, offset=0)
    body, directory, _ = Archive((Made(), bait)).parts()
    found = read_zip(body + directory)
    assert len(found.entries) == 2
    assert all(entry.central is not None for entry in found.entries)


def test_walking_many_members_of_unknown_size_is_linear() -> None:
    # Every member promises a descriptor, none has one: a search for each would be quadratic.
    member = Made(name=b"m", data=b"xy", flags=8, local_csize=0, local_usize=0, local_crc=0)
    data = member.local() * 20_000
    found = read_zip(data)
    assert len(found.entries) == 20_000
    assert sum(region.stop - region.start for region in regions(found)) == len(data)


def test_a_file_of_signatures_only_is_bounded() -> None:
    for mark in (b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x07\x08", b"PK\x06\x06"):
        data = mark * 20_000
        try:
            found = read_zip(data)
        except ZipFormatError:
            continue
        assert sum(region.stop - region.start for region in regions(found)) == len(data)


def test_signatures_beyond_the_entry_limit_are_a_limit() -> None:
    with pytest.raises(LimitError) as caught:
        read_zip(b"PK\x05\x06" * 200, Limits(max_entries=100))
    assert caught.value.limit == "max_entries"


def test_descriptors_without_a_signature_are_told_apart_by_what_follows() -> None:
    # Wide sizes below 4 GiB also read as narrow ones with a plain size of 0.
    data = archive(*(streamed(Made(name=b"%d" % n, data=b"x" * n), "Qs") for n in range(5)))
    found = read_zip(data[: data.index(b"PK\x01\x02")])
    assert [entry.usize for entry in found.entries] == [0, 1, 2, 3, 4]
    assert readable(found) == {str(n): b"x" * n for n in range(5)}


def test_an_end_record_alone_with_members_promised_is_damage() -> None:
    data = struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 3, 3, 100, 50, 0)
    found = read_zip(data)
    assert found.entries == ()
    assert {item.kind for item in found.damage} == {DamageKind.DIRECTORY_MISSING}
