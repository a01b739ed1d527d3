"""Zip files that lie: each lie is reported, and none costs more than the file."""

import binascii
import struct
import zlib
from collections import Counter
from dataclasses import replace

import pytest

from reprodiff.artifacts.zipformat import (
    AnomalyKind,
    DamageKind,
    ZipArchive,
    ZipEntry,
    read_member,
    read_zip,
    regions,
    stored_bytes,
)
from reprodiff.errors import DamagedError, LimitError, UnsupportedError
from reprodiff.limits import Limits
from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed

LIMITS = Limits()
A = Made(name=b"a.py", data=b"a = 1\n")
B = Made(name=b"b.py", data=b"b = 2\n")
C = Made(name=b"c.py", data=b"c = 3\n")


def kinds(found: ZipArchive) -> set[str]:
    return {str(item.kind) for item in found.anomalies} | {str(item.kind) for item in found.damage}


def only(found: ZipArchive, kind: AnomalyKind) -> tuple[int, int]:
    (item,) = (item for item in found.anomalies if item.kind is kind)
    return item.start, item.stop


def content(found: ZipArchive, entry: ZipEntry) -> bytes:
    result = read_member(found, entry, LIMITS)
    assert result.error is None
    return result.data


# ---- records laid over one another


def test_many_entries_on_one_local_header_are_read_once() -> None:
    kernel = Made(name=b"a", method=8, data=bytes(1 << 20))
    others = [replace(kernel, written=False, offset=0) for _ in range(200)]
    found = read_zip(archive(kernel, *others))
    assert AnomalyKind.SHARED_LOCAL in kinds(found)
    plain = sum(len(read_member(found, entry, LIMITS).data) for entry in found.entries)
    assert plain == 1 << 20
    assert content(found, found.entries[0]) == bytes(1 << 20)
    assert isinstance(read_member(found, found.entries[5], LIMITS).error, DamagedError)


def quoted_overlap(count: int) -> bytes:
    """Each member's data begin with a stored block that quotes the next local header."""
    kernel = bytes(1 << 16)
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    stored = coder.compress(kernel) + coder.flush()
    plain = kernel
    locals_: list[bytes] = []
    for number in reversed(range(count)):
        member = Made(name=b"%04d" % number, data=plain, stored=stored, method=8)
        header = member.local()[: 30 + 4]
        locals_.insert(0, header)
        stored = struct.pack("<BHH", 0, len(header), len(header) ^ 0xFFFF) + header + stored
        plain = header + plain
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, offsets = b"", []
    for number, header in enumerate(locals_):
        offsets.append(len(body))
        body += header
        if number + 1 < count:
            body += struct.pack(
                "<BHH", 0, len(locals_[number + 1]), len(locals_[number + 1]) ^ 0xFFFF
            )
    body += coder.compress(kernel) + coder.flush()
    members = [
        Made(
            name=header[30:],
            method=8,
            crc=int.from_bytes(header[14:18], "little"),
            csize=int.from_bytes(header[18:22], "little"),
            usize=int.from_bytes(header[22:26], "little"),
            offset=offset,
            written=False,
        )
        for header, offset in zip(locals_, offsets, strict=True)
    ]
    return bytes(Archive(members, prefix=body))


def test_quoted_overlap_costs_no_more_than_the_file() -> None:
    data = quoted_overlap(100)
    found = read_zip(data)
    assert Counter(item.kind for item in found.anomalies)[AnomalyKind.OVERLAP] == 99
    assert sum(len(stored_bytes(found, entry)) for entry in found.entries) <= len(data)
    results = [read_member(found, entry, LIMITS) for entry in found.entries]
    assert [isinstance(result.error, DamagedError) for result in results] == [True] * 99 + [False]
    assert sum(len(result.data) for result in results) < 2 * (1 << 16)


def test_a_member_whose_size_reaches_into_the_next_leaves_the_next_readable() -> None:
    lying = replace(A, csize=1000)
    found = read_zip(archive(lying, B, C))
    assert AnomalyKind.OVERLAP in kinds(found)
    assert content(found, found.entries[1]) == B.data
    assert content(found, found.entries[2]) == C.data
    # Its own data are read up to the next record: here that is all of them.
    assert content(found, found.entries[0]) == A.data
    assert found.clipped[0] == found.entries[1].local_offset


def test_local_headers_over_one_another_cannot_hold_much_memory() -> None:
    # Each header claims a name of 64 KiB, and the next header lies in that name.
    header = Made(name=b"n" * 65535, data=b"").local()[:30]
    count = 300
    body = header * count + b"x" * 65535
    members = [Made(name=b"%d" % n, offset=30 * n, written=False) for n in range(count)]
    data = bytes(Archive(members, prefix=body))
    with pytest.raises(LimitError) as caught:
        read_zip(data, Limits(max_header_bytes=10 << 20))
    assert caught.value.limit == "max_header_bytes"


# ---- names


def test_duplicate_names_are_both_kept_and_said() -> None:
    found = read_zip(archive(A, replace(A, data=b"evil\n"), B))
    assert [content(found, entry) for entry in found.entries[:2]] == [A.data, b"evil\n"]
    (item,) = found.anomalies
    assert (item.kind, item.entries, item.count) == (AnomalyKind.DUPLICATE_NAME, (0, 1), 2)


def test_names_that_are_one_name_to_some_readers_are_said() -> None:
    utf8 = Made(name="é".encode(), flags=0x800)
    for other in (Made(name=b"\x82"), Made(name="é".encode())):
        (item,) = read_zip(archive(utf8, other)).anomalies
        assert item.kind is AnomalyKind.DUPLICATE_NAME


def test_names_that_only_look_alike_are_not_merged() -> None:
    names = [b"a", b"A", b"a.", "é".encode(), "e\u0301".encode(), b"./a", b"a/"]
    found = read_zip(archive(*(Made(name=name, flags=0x800, data=b"") for name in names)))
    assert [entry.raw_name for entry in found.entries] == names
    assert found.anomalies == ()


def test_a_local_header_with_another_name_is_said() -> None:
    found = read_zip(archive(replace(A, local_name=b"setup.py")))
    (entry,) = found.entries
    assert entry.name == "a.py"
    assert entry.local is not None
    assert entry.local.name == b"setup.py"
    assert kinds(found) == {AnomalyKind.NAME_MISMATCH}


@pytest.mark.parametrize(
    ("name", "flags", "expected"),
    [
        (b"", 0, AnomalyKind.NAME_EMPTY),
        (b"good.py\0.txt", 0, AnomalyKind.NAME_NUL),
        (b"\xff\xfe", 0x800, AnomalyKind.NAME_NOT_UTF8),
    ],
)
def test_names_readers_disagree_on_are_said(name: bytes, flags: int, expected: str) -> None:
    found = read_zip(archive(Made(name=name, flags=flags)))
    assert kinds(found) == {expected}
    assert found.entries[0].raw_name == name


@pytest.mark.parametrize(
    "name",
    [
        b"../../etc/passwd",
        b"/abs",
        b"C:\\x",
        b"\\\\host\\share",
        b"\x1b]52;c;x\x07",
        b"a\nb",
        "\u202egpj.exe".encode(),
        b".",
        b"n" * 65535,
    ],
)
def test_hostile_names_come_through_as_they_are(name: bytes) -> None:
    found = read_zip(archive(Made(name=name, flags=0x800), B))
    assert found.entries[0].raw_name == name
    assert found.entries[0].name.encode() == name
    assert content(found, found.entries[1]) == B.data
    assert all(item.message.isprintable() for item in found.anomalies)


def test_undecodable_names_stay_different() -> None:
    names = [bytes([byte]) for byte in range(128, 256)]
    for flags in (0, 0x800):
        found = read_zip(archive(*(Made(name=name, flags=flags) for name in names)))
        assert len({entry.name for entry in found.entries}) == len(names)


def test_a_unicode_path_that_gives_another_name_is_said() -> None:
    def path(text: bytes, name: bytes) -> bytes:
        return extra(0x7075, b"\x01" + struct.pack("<L", zlib.crc32(name)) + text)

    honest = read_zip(archive(replace(A, extra=path(b"a.py", b"a.py"))))
    assert honest.anomalies == ()
    lying = read_zip(archive(replace(A, extra=path(b"evil.pth", b"a.py"))))
    assert kinds(lying) == {AnomalyKind.UNICODE_PATH}
    assert lying.entries[0].name == "a.py"
    second = lying.entries[0].unicode_path
    assert second is not None
    assert (second.text, second.valid) == ("evil.pth", True)
    stale = read_zip(archive(replace(A, extra=path(b"evil.pth", b"other"))))
    assert kinds(stale) == {AnomalyKind.UNICODE_PATH}
    # Only one of the two headers has it.
    hidden = read_zip(archive(replace(A, local_extra=path(b"evil.pth", b"a.py"))))
    assert kinds(hidden) == {AnomalyKind.UNICODE_PATH}


def test_unicode_paths_that_make_two_names_one_are_said() -> None:
    field = extra(0x7075, b"\x01" + struct.pack("<L", zlib.crc32(b"b.py")) + b"a.py")
    assert AnomalyKind.DUPLICATE_NAME in kinds(read_zip(archive(A, replace(B, extra=field))))


# ---- members the directory does not tell of, or tells wrong


def test_a_member_the_directory_does_not_list_is_found_with_its_content() -> None:
    for hidden in (B, replace(B, method=8), streamed(replace(B, method=8), "L")):
        found = read_zip(archive(A, replace(hidden, listed=False), C))
        assert [entry.name for entry in found.entries] == ["a.py", "c.py"]
        (entry,) = found.hidden
        assert entry.name == "b.py"
        assert entry.ordinal == 2
        assert found.all_entries[2] is entry
        assert content(found, entry) == B.data
        assert kinds(found) == {AnomalyKind.HIDDEN_LOCAL}
        assert found.order_on_disk == (0, 2, 1)


def test_a_member_hidden_in_front_or_behind_is_found() -> None:
    found = read_zip(bytes(Archive((A,), prefix=B.local(), tail=C.local())))
    assert [entry.name for entry in found.entries] == ["a.py"]
    assert [entry.name for entry in found.hidden] == ["b.py", "c.py"]
    assert [content(found, entry) for entry in found.hidden] == [B.data, C.data]


def test_a_directory_that_points_at_garbage_is_damage_of_that_member_only() -> None:
    found = read_zip(archive(A, replace(B, offset=3), C))
    (item,) = (item for item in found.damage if item.entry == 1)
    assert item.kind is DamageKind.LOCAL_MISSING
    assert isinstance(read_member(found, found.entries[1], LIMITS).error, DamagedError)
    assert content(found, found.entries[2]) == C.data
    # Its true local header is now a hidden one.
    assert [entry.name for entry in found.hidden] == ["b.py"]


def test_an_offset_beyond_the_file_is_damage() -> None:
    found = read_zip(archive(A, replace(B, offset=0xFFFFFFF0)))
    assert DamageKind.LOCAL_MISSING in kinds(found)


@pytest.mark.parametrize(
    ("change", "fields"),
    [
        ({"local_method": 8}, ("method",)),
        ({"local_flags": 0x800}, ("flags",)),
        ({"local_crc": 1}, ("crc",)),
        ({"local_csize": 5, "local_usize": 4}, ("csize", "usize")),
    ],
)
def test_local_headers_that_contradict_the_directory_are_said(
    change: dict[str, int], fields: tuple[str, ...]
) -> None:
    found = read_zip(archive(replace(A, **change), B))  # type: ignore[arg-type]
    (item,) = found.anomalies
    assert (item.kind, item.fields, item.entries) == (AnomalyKind.FIELD_MISMATCH, fields, (0,))


@pytest.mark.parametrize(("needed", "odd"), [(10, False), (45, False), (46, True), (99, True)])
def test_the_version_needed_contradicts_only_where_readers_may_refuse_it(
    needed: int, odd: bool
) -> None:
    data = bytearray(archive(A, B))
    data[4] = needed  # of the first local header; the directory says 20
    assert (AnomalyKind.FIELD_MISMATCH in kinds(read_zip(bytes(data)))) is odd


@pytest.mark.parametrize("total", [0, 1, 3, 500])
def test_a_wrong_count_is_said_and_all_headers_are_read(total: int) -> None:
    found = read_zip(bytes(Archive((A, B), total=total)))
    assert [entry.name for entry in found.entries] == ["a.py", "b.py"]
    assert AnomalyKind.COUNT_MISMATCH in kinds(found)


def test_a_count_that_wrapped_at_65536_loses_no_member() -> None:
    member = Made(name=b"m", data=b"")
    local, central = member.local(), member.central(0)
    count = 65_537
    data = local + central * count
    data += struct.pack("<LHHHHLLH", 0x06054B50, 0, 0, 1, 1, len(central) * count, len(local), 0)
    found = read_zip(data)
    assert len(found.entries) == count
    assert {AnomalyKind.COUNT_MISMATCH, AnomalyKind.SHARED_LOCAL} <= kinds(found)


# ---- several archives in one file


def test_an_archive_in_the_comment_is_read_as_cpython_reads_it_and_said() -> None:
    inner = archive(B)
    found = read_zip(bytes(Archive((A,), comment=inner)))
    assert [entry.name for entry in found.entries] == ["b.py"]
    assert [entry.name for entry in found.hidden] == ["a.py"]
    assert {
        AnomalyKind.MULTIPLE_END_RECORDS,
        AnomalyKind.STRAY_CENTRAL,
        AnomalyKind.HIDDEN_LOCAL,
        AnomalyKind.OFFSET_SHIFT,
    } <= kinds(found)


def test_a_broken_archive_in_the_comment_is_said_too() -> None:
    inner = bytes(Archive((B,), offset=77, size=77))
    found = read_zip(bytes(Archive((A,), comment=inner)))
    assert [entry.name for entry in found.entries] == ["a.py"]
    assert AnomalyKind.MULTIPLE_END_RECORDS in kinds(found)


def test_prefix_gap_and_tail_are_said_to_the_byte() -> None:
    made = Archive(
        (A, replace(B, before=b"gap one")),
        prefix=b"prefix!",
        between=b"gap two",
        behind=b"gap three",
        tail=b"the tail",
        comment=b"comment",
        size=46 * 2 + 8,
    )
    data = bytes(made)
    found = read_zip(data)
    spans = {data[item.start : item.stop]: item.kind for item in found.anomalies}
    assert spans == {
        b"prefix!": AnomalyKind.PREFIX,
        b"gap one": AnomalyKind.GAP,
        b"gap two": AnomalyKind.GAP,
        b"gap three": AnomalyKind.GAP,
        b"the tail": AnomalyKind.TRAILING,
    }
    assert [content(found, entry) for entry in found.entries] == [A.data, B.data]


def test_a_prefix_that_offsets_do_not_count_is_allowed_for() -> None:
    found = read_zip(bytes(Archive((A, B), prefix=b"#!/bin/sh\n", adjusted=False)))
    assert found.shift == 10
    assert kinds(found) == {AnomalyKind.PREFIX, AnomalyKind.OFFSET_SHIFT}
    assert content(found, found.entries[0]) == A.data


def test_two_directories_are_said() -> None:
    # The size leads to a second directory in front of the end record, the offset to the first.
    body, first, ends = Archive((A,)).parts()
    second = replace(A, name=b"z.py").central(0)
    end = bytearray(ends)
    end[16:20] = len(body).to_bytes(4, "little")
    found = read_zip(body + first + second + bytes(end))
    assert {AnomalyKind.TWO_DIRECTORIES, AnomalyKind.STRAY_CENTRAL} & kinds(found)
    assert AnomalyKind.NAME_MISMATCH in kinds(found)


# ---- zip64


def test_zip64_values_that_contradict_the_end_record_are_said() -> None:
    for made in (
        Archive((A, B), zip64=True, total=1),
        Archive((A, B), zip64=True, offset=0),
        Archive((A, B), zip64=True, size=1),
        Archive((A, B), zip64=True, locator_offset=0),
    ):
        found = read_zip(bytes(made))
        assert kinds(found) == {AnomalyKind.ZIP64_DISAGREES}, made
        assert len(found.entries) == 2


def test_extensible_data_are_said_and_tiled() -> None:
    data = bytes(Archive((A,), zip64=True, extensible=b"payload!"))
    found = read_zip(data)
    assert kinds(found) == {AnomalyKind.ZIP64_EXTENSIBLE}
    assert b"payload!" in {data[r.start : r.stop] for r in regions(found)}


def test_a_locator_that_leads_nowhere_is_damage() -> None:
    body, directory, ends = Archive((A,)).parts()
    locator = struct.pack("<LLQL", 0x07064B50, 0, 99, 1)
    found = read_zip(body + directory + locator + ends)
    assert kinds(found) == {DamageKind.ZIP64_MISSING}
    assert content(found, found.entries[0]) == A.data


def test_a_zip64_record_without_a_locator_is_said() -> None:
    body, directory, _ = Archive((A,)).parts()
    ends = Archive((A,), zip64=True).parts()[2]
    plain_end = Archive((A,)).parts()[2]
    found = read_zip(body + directory + ends[:56] + plain_end)
    assert AnomalyKind.STRAY_ZIP64 in kinds(found)


def test_sizes_that_refer_to_no_zip64_field_are_said() -> None:
    found = read_zip(archive(replace(A, usize=0xFFFFFFFF, csize=0xFFFFFFFF)))
    assert AnomalyKind.ZIP64_EXTRA in kinds(found)


@pytest.mark.parametrize(
    "payload", [b"", bytes(4), bytes(8), bytes(16)], ids=["empty", "short", "one", "two"]
)
def test_a_zip64_field_nothing_refers_to_is_said(payload: bytes) -> None:
    found = read_zip(archive(replace(A, extra=extra(1, payload))))
    assert (AnomalyKind.ZIP64_EXTRA in kinds(found)) == bool(payload)


def test_malformed_and_repeated_extra_fields_are_said() -> None:
    field = extra(0x5455, b"\x01" + bytes(4))
    assert kinds(read_zip(archive(replace(A, extra=field)))) == set()
    assert kinds(read_zip(archive(replace(A, extra=field * 2)))) == {AnomalyKind.EXTRA_REPEATED}
    for bad in (b"\x55", b"UT\x09\x00", field + b"\0\0\0"):
        assert kinds(read_zip(archive(replace(A, extra=bad)))) == {AnomalyKind.EXTRA_MALFORMED}
        lone = read_zip(archive(replace(A, local_extra=bad)))
        assert [item.fields for item in lone.anomalies] == [("local",)]


def test_disk_numbers_are_said() -> None:
    assert kinds(read_zip(bytes(Archive((A,), disk=1)))) == {AnomalyKind.DISK_NUMBERS}
    assert kinds(read_zip(archive(replace(A, disk=2)))) == {AnomalyKind.DISK_NUMBERS}


# ---- sizes, CRCs, descriptors


@pytest.mark.parametrize("usize", [0, 1, 999, 0xFFFFFFFE])
@pytest.mark.parametrize("method", [0, 8])
def test_a_lie_on_the_plain_size_is_bounded_and_seen(usize: int, method: int) -> None:
    plain = b"0123456789" * 10
    found = read_zip(archive(Made(data=plain, method=method, usize=usize)))
    result = read_member(found, found.entries[0], LIMITS)
    assert isinstance(result.error, DamagedError)
    assert result.size_ok is False
    assert result.data == plain[:usize]


@pytest.mark.parametrize("csize", [0, 5])
def test_a_stored_size_that_is_too_small_is_seen(csize: int) -> None:
    plain = bytes(range(100))
    found = read_zip(archive(Made(data=plain, csize=csize)))
    result = read_member(found, found.entries[0], LIMITS)
    assert isinstance(result.error, DamagedError)
    assert result.data == plain[:csize]
    assert kinds(found) == {AnomalyKind.GAP}


@pytest.mark.parametrize("csize", [150, 0xFFFFFFFE])
def test_a_stored_size_that_is_too_large_is_seen_and_bounded(csize: int) -> None:
    plain = bytes(range(100))
    data = archive(Made(data=plain, csize=csize))
    found = read_zip(data)
    assert content(found, found.entries[0]) == plain
    assert len(stored_bytes(found, found.entries[0])) == 100
    assert AnomalyKind.OVERLAP in kinds(found)
    assert (DamageKind.DATA_CUT in kinds(found)) == (csize > len(data))


def test_a_wrong_crc_is_seen_and_the_content_given() -> None:
    found = read_zip(archive(replace(A, crc=1)))
    result = read_member(found, found.entries[0], LIMITS)
    assert (result.data, result.crc_ok, result.size_ok) == (A.data, False, True)
    assert isinstance(result.error, DamagedError)


def forge(data: bytes, crc: int) -> bytes:
    """Append 4 bytes that give the whole a CRC-32, by running the CRC backwards."""
    raw: list[int] = []
    for n in range(256):
        value = n
        for _ in range(8):
            value = value >> 1 ^ (0xEDB88320 if value & 1 else 0)
        raw.append(value)
    wanted = crc ^ 0xFFFFFFFF
    state = zlib.crc32(data) ^ 0xFFFFFFFF
    indexes = []
    for _ in range(4):
        index = next(n for n in range(256) if raw[n] >> 24 == wanted >> 24)
        indexes.append(index)
        wanted = (wanted ^ raw[index]) << 8 & 0xFFFFFFFF
    tail = bytearray()
    for index in reversed(indexes):
        tail.append((state ^ index) & 0xFF)
        state = state >> 8 ^ raw[index]
    return data + bytes(tail)


def test_equal_crc_and_size_do_not_make_equal_content() -> None:
    good = b"print('good')\n    "
    evil = forge(b"print('evil')\n", zlib.crc32(good))
    assert binascii.crc32(evil) == binascii.crc32(good)
    assert len(evil) == len(good)
    one, two = (read_zip(archive(replace(A, data=data))) for data in (good, evil))
    assert one.entries[0].crc == two.entries[0].crc
    assert content(one, one.entries[0]) != content(two, two.entries[0])
    assert stored_bytes(one, one.entries[0]) != stored_bytes(two, two.entries[0])


@pytest.mark.parametrize("form", ["L", "Ls", "Q", "Qs"])
@pytest.mark.parametrize("data", [b"", b"x", b"some data\n" * 20])
@pytest.mark.parametrize("method", [0, 8])
def test_every_form_of_data_descriptor_is_known(form: str, data: bytes, method: int) -> None:
    made = streamed(Made(data=data, method=method), form)
    for members in ((made, B), (B, made)):
        found = read_zip(archive(*members))
        entry = found.entries[members.index(made)]
        assert entry.descriptor is not None
        shape = entry.descriptor.shape
        assert (shape.signed, shape.wide) == (form.endswith("s"), form.startswith("Q"))
        assert content(found, entry) == data
        assert kinds(found) == set()


@pytest.mark.parametrize("form", ["L", "Ls", "Q", "Qs"])
def test_a_descriptor_that_lies_is_said(form: str) -> None:
    made = streamed(Made(data=b"some data"), form)
    lying = replace(made, descriptor=made.descriptor[:-1] + b"\xff")
    found = read_zip(archive(lying, B))
    (item,) = found.anomalies
    assert (item.kind, item.fields) == (AnomalyKind.DESCRIPTOR_MISMATCH, ("usize",))
    assert content(found, found.entries[0]) == b"some data"


def test_missing_and_unexpected_descriptors_are_said() -> None:
    made = streamed(A, "Ls")
    missing = read_zip(archive(replace(made, descriptor=b""), B))
    assert kinds(missing) == {AnomalyKind.DESCRIPTOR_MISSING}
    unexpected = read_zip(archive(replace(A, descriptor=made.descriptor), B))
    assert kinds(unexpected) == {AnomalyKind.DESCRIPTOR_UNEXPECTED}
    assert only(unexpected, AnomalyKind.DESCRIPTOR_UNEXPECTED)[0] == len(A.local())


def test_bytes_that_only_resemble_a_descriptor_are_a_gap() -> None:
    made = streamed(A, "Ls")
    fake = made.descriptor[:-1] + b"\xff"
    assert kinds(read_zip(archive(replace(A, descriptor=fake), B))) == {AnomalyKind.GAP}


def test_a_streamed_member_may_still_lie_in_its_local_header() -> None:
    made = replace(streamed(A, "Ls"), local_crc=7)
    (item,) = read_zip(archive(made)).anomalies
    assert (item.kind, item.fields) == (AnomalyKind.FIELD_MISMATCH, ("crc",))


# ---- what cannot be read, and odd members


@pytest.mark.parametrize(
    ("flags", "method"),
    [(0x1, 0), (0x41, 8), (0x2000, 0), (0x20, 0), (0, 99), (0, 9), (0, 1), (0, 77)],
)
def test_encrypted_and_unknown_members_are_unsupported_and_the_rest_goes_on(
    flags: int, method: int
) -> None:
    found = read_zip(archive(replace(A, flags=flags, method=method, stored=b"??"), B))
    result = read_member(found, found.entries[0], LIMITS)
    assert isinstance(result.error, UnsupportedError)
    assert (result.data, result.crc_ok, result.size_ok) == (b"", None, None)
    assert bytes(stored_bytes(found, found.entries[0])) == b"??"
    assert content(found, found.entries[1]) == B.data


def test_a_symbolic_link_is_told_by_its_mode() -> None:
    found = read_zip(archive(Made(name=b"link", data=b"/etc/passwd", mode=0o120777), B))
    assert [entry.is_symlink for entry in found.entries] == [True, False]
    assert read_zip(archive(Made(mode=0o120777, system=0))).entries[0].is_symlink


def test_a_directory_with_content_is_said() -> None:
    found = read_zip(archive(Made(name=b"d/", data=b"payload"), Made(name=b"e/", data=b"")))
    (item,) = found.anomalies
    assert (item.kind, item.entries) == (AnomalyKind.DIRECTORY_WITH_DATA, (0,))
    assert content(found, found.entries[0]) == b"payload"
