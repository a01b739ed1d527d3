import io
import tarfile
from fractions import Fraction

import pytest

from reprodiff.artifacts.tarformat.entries import EntryKind
from reprodiff.artifacts.tarformat.header import Checksum, Dialect
from reprodiff.artifacts.tarformat.oddities import MOST_LISTED, Oddity
from reprodiff.artifacts.tarformat.reader import is_tar
from reprodiff.errors import InputError, LimitError
from reprodiff.limits import Limits
from reprodiff.model import Span
from tests.artifacts.tarformat.build import (
    END,
    assert_tiles,
    block,
    file,
    long_name,
    oddities,
    pax,
    read,
    record,
    stamp,
    written,
)

FORMATS = {
    Dialect.USTAR: tarfile.USTAR_FORMAT,
    Dialect.GNU: tarfile.GNU_FORMAT,
    Dialect.PAX: tarfile.PAX_FORMAT,
}
TYPES = {
    tarfile.REGTYPE: EntryKind.FILE,
    tarfile.AREGTYPE: EntryKind.FILE,
    tarfile.LNKTYPE: EntryKind.HARDLINK,
    tarfile.SYMTYPE: EntryKind.SYMLINK,
    tarfile.CHRTYPE: EntryKind.CHARACTER_DEVICE,
    tarfile.BLKTYPE: EntryKind.BLOCK_DEVICE,
    tarfile.DIRTYPE: EntryKind.DIRECTORY,
    tarfile.FIFOTYPE: EntryKind.FIFO,
    tarfile.CONTTYPE: EntryKind.CONTIGUOUS,
}


def infos(*, long: bool) -> list[tuple[tarfile.TarInfo, bytes]]:
    made: list[tuple[tarfile.TarInfo, bytes]] = []

    def add(name: str, data: bytes = b"", kind: bytes = tarfile.REGTYPE, link: str = "") -> None:
        info = tarfile.TarInfo(name)
        info.type = kind
        info.linkname = link
        info.mode = 0o640 + len(made)
        info.mtime = 1700000000 + len(made)
        info.uid, info.gid = 1000 + len(made), 2000
        info.uname, info.gname = "builder", "staff"
        if kind in (tarfile.CHRTYPE, tarfile.BLKTYPE):
            info.devmajor, info.devminor = 8, 17
        made.append((info, data))

    add("demo-1.0", kind=tarfile.DIRTYPE)
    add("demo-1.0/empty")
    add("demo-1.0/one", b"1")
    add("demo-1.0/block", b"b" * 512)
    add("demo-1.0/more", b"m" * 513)
    add("demo-1.0/" + "p" * 80 + "/" + "n" * 60, b"split at a slash")
    add("demo-1.0/symlink", kind=tarfile.SYMTYPE, link="one")
    add("demo-1.0/hardlink", kind=tarfile.LNKTYPE, link="demo-1.0/one")
    add("demo-1.0/character", kind=tarfile.CHRTYPE)
    add("demo-1.0/block-device", kind=tarfile.BLKTYPE)
    add("demo-1.0/fifo", kind=tarfile.FIFOTYPE)
    add("demo-1.0/contiguous", b"c", kind=tarfile.CONTTYPE)
    if long:
        add("demo-1.0/" + "n" * 150, b"long name")
        add("demo-1.0/long-link", kind=tarfile.SYMTYPE, link="t" * 150)
        add("demo-1.0/\u00e9t\u00e9.txt", b"not ASCII")
    return made


@pytest.mark.parametrize("dialect", FORMATS)
def test_the_standard_library_reads_the_same(dialect: Dialect) -> None:
    data = written(infos(long=dialect is not Dialect.USTAR), FORMATS[dialect])
    archive = read(data)
    with tarfile.open(fileobj=io.BytesIO(data)) as reference:
        members = reference.getmembers()
    assert len(archive.entries) == len(members)
    for entry, member in zip(archive.entries, members, strict=True):
        assert entry.path.decode().rstrip("/") == member.name
        assert entry.link.decode() == member.linkname
        assert entry.kind is TYPES[member.type]
        assert entry.size == member.size
        assert entry.mode == member.mode
        assert entry.mtime == member.mtime
        assert (entry.uid, entry.gid) == (member.uid, member.gid)
        assert (entry.uname, entry.gname) == (member.uname.encode(), member.gname.encode())
        assert (entry.devmajor, entry.devminor) == (member.devmajor, member.devminor)
        assert entry.start == member.offset
        assert entry.data.start == member.offset_data
        assert entry.checksum is Checksum.UNSIGNED
        assert not entry.truncated
    assert archive.dialect is dialect
    assert archive.damage == ()
    assert archive.anomalies == ()
    assert archive.duplicates == ()
    assert archive.trailing.size == 0
    assert len(data) % 10240 == 0
    assert archive.segments[0].stop == len(data)
    assert archive.segments[0].zero_blocks == (len(data) - archive.segments[0].end) // 512
    assert_tiles(archive)


def test_content_raw_fields_and_places_are_those_of_the_bytes() -> None:
    data = file(b"first", b"1" * 700, uid=b"0001234\0") + file(b"second", b"2") + END
    archive = read(data)
    first, second = archive.entries
    assert (first.start, first.header, first.data, first.stop) == (0, 0, Span(512, 1212), 1536)
    assert first.padding == Span(1212, 1536)
    assert second.header == 1536
    assert bytes(archive.content(first)) == b"1" * 700
    assert archive.raw(first, "uid") == b"0001234\0"
    assert archive.header(second).name == b"second".ljust(100, b"\0")
    assert (first.uid, first.mtime_text) == (0o1234, str(0o14524770400))
    assert archive.segments == ((0, Span(0, 2), 2560, 2, 3584),)


@pytest.mark.parametrize("time", ["1700000000.25", "1700000000.123456789", "-1.5", "1e-05"])
def test_times_in_pax_records_are_exact(time: str) -> None:
    archive = read(pax({b"mtime": time.encode()}) + file() + END)
    entry = archive.entries[0]
    assert entry.mtime_text == time
    assert entry.mtime == Fraction(time)
    assert entry.dialect is archive.dialect is Dialect.PAX
    assert archive.raw(entry, "mtime") == b"14524770400\0"
    assert archive.damage == ()


def test_pax_records_win_over_the_header_and_keep_their_order_and_places() -> None:
    head = pax(
        [
            (b"uid", b"70000"),
            (b"gid", b"80000"),
            (b"uname", b"\xc3\xa9va"),
            (b"gname", b"people"),
            (b"path", b"demo/" + b"n" * 120),
            (b"linkpath", b"t" * 120),
            (b"SCHILY.xattr.user.x", b"\0\1\n="),
        ]
    )
    archive = read(head + file(b"demo/n") + END)
    entry = archive.entries[0]
    assert (entry.uid, entry.gid) == (70000, 80000)
    assert (entry.uname, entry.gname) == (b"\xc3\xa9va", b"people")
    assert (entry.path, entry.link) == (b"demo/" + b"n" * 120, b"t" * 120)
    assert [r.key for r in entry.pax][:3] == [b"uid", b"gid", b"uname"]
    assert entry.pax[-1].value == b"\0\1\n="
    for found in entry.pax:
        assert archive.data[found.start : found.stop] == record(found.key, found.value)
    assert (entry.start, entry.header) == (0, len(head))
    assert archive.anomalies == ()


def test_a_git_archive_has_a_comment_that_belongs_to_no_entry() -> None:
    commit = b"0123456789abcdef0123456789abcdef01234567"
    archive = read(pax({b"comment": commit}, b"g") + file(b"x", b"data") + END)
    assert archive.comment == commit
    assert archive.dialect is Dialect.PAX
    entry = archive.entries[0]
    assert entry.dialect is Dialect.USTAR
    assert entry.start == entry.header == 1024
    assert entry.pax == ()
    assert [g.header for g in archive.global_headers] == [0]
    assert archive.anomalies == ()
    assert_tiles(archive)


def test_global_records_hold_until_another_and_local_ones_win() -> None:
    data = (
        pax({b"mtime": b"1", b"uname": b"first"}, b"g")
        + file(b"a")
        + pax({b"mtime": b"2"}, b"g")
        + file(b"b")
        + pax({b"mtime": b"3"})
        + file(b"c")
        + pax({b"uname": b""})
        + file(b"d")
        + END
    )
    archive = read(data)
    assert [e.mtime_text for e in archive.entries] == ["1", "2", "3", "2"]
    assert [e.uname for e in archive.entries] == [b"first"] * 3 + [b"user"]
    assert [e.globals_seen for e in archive.entries] == [1, 2, 2, 2]
    assert oddities(archive) == [Oddity.PAX_EMPTY_VALUE]


def test_gnu_long_names_and_links_belong_to_their_entry() -> None:
    data = long_name(b"n" * 200) + long_name(b"t" * 200, b"K")
    archive = read(data + block(b"n" * 100, 0, b"2", magic=b"ustar ", version=b" \0") + END)
    entry = archive.entries[0]
    assert (entry.path, entry.link, entry.kind) == (b"n" * 200, b"t" * 200, EntryKind.SYMLINK)
    assert [e.typeflag for e in entry.extensions] == [b"L", b"K"]
    assert entry.dialect is archive.dialect is Dialect.GNU
    assert archive.anomalies == ()
    assert_tiles(archive)


def test_v7_has_no_owner_names_and_knows_directories_by_a_slash() -> None:
    old = {"magic": b"", "version": b"", "uname": b"", "gname": b"", "typeflag": b"\0"}
    none = {"devmajor": b"", "devminor": b""}
    archive = read(file(b"dir/", **old) + file(b"dir/a", b"x", **old, **none) + END)
    assert [e.kind for e in archive.entries] == [EntryKind.DIRECTORY, EntryKind.FILE]
    assert archive.dialect is Dialect.V7
    assert (archive.entries[0].uname, archive.entries[0].devmajor) == (b"", 0)
    assert archive.anomalies == ()
    for field in ("gname", "devminor", "pad"):
        more = read(file(b"dir/a", **(old | {field: b"hidden"})) + END)
        assert oddities(more) == [Oddity.HIDDEN_IN_FIELD]
        assert more.entries[0].gname == b""


def test_sizes_over_8_gib_come_from_base_256_or_from_pax() -> None:
    size = 9 << 30
    large = b"\x80" + size.to_bytes(11, "big")
    made = bytearray(block(b"a"))
    made[124:136] = large
    stamp(made)
    archive = read(bytes(made))
    assert archive.entries[0].size == size
    assert archive.entries[0].truncated
    archive = read(pax({b"size": b"%d" % size}) + block(b"a"))
    assert archive.entries[0].size == size
    assert Oddity.SIZE_OVERRIDE not in oddities(archive)


def test_dialects_of_an_archive_as_a_whole() -> None:
    gnu = file(b"b", magic=b"ustar ", version=b" \0")
    assert read(file(b"a") + END).dialect is Dialect.USTAR
    assert read(file(b"a") + gnu + END).dialect is Dialect.GNU
    assert read(gnu + pax({b"mtime": b"1"}) + file(b"a") + END).dialect is Dialect.PAX


@pytest.mark.parametrize(
    "data",
    [b"", b"\0", b"ustar", bytes(512), bytes(1023), b"PK\x03\x04" * 300, b"text\n" * 300],
)
def test_what_is_no_tar_is_an_input_error(data: bytes) -> None:
    assert not is_tar(memoryview(data))
    with pytest.raises(InputError):
        read(data)


def test_an_empty_archive_is_one() -> None:
    data = bytes(10240)
    assert is_tar(memoryview(data))
    archive = read(data)
    assert archive.entries == ()
    assert archive.damage == ()
    assert archive.segments[0].zero_blocks == 20
    assert_tiles(archive)


def test_entries_are_limited() -> None:
    data = b"".join(file(b"%d" % i) for i in range(11)) + END
    assert len(read(data, Limits(max_entries=11)).entries) == 11
    with pytest.raises(LimitError) as refused:
        read(data, Limits(max_entries=10))
    assert refused.value.limit == "max_entries"


def test_time_is_limited() -> None:
    with pytest.raises(LimitError):
        read(file() + END, Limits(max_seconds=-1))


def test_lists_of_oddities_and_damage_are_cut_and_their_counts_are_not() -> None:
    bad = file(b"/same", mode=b"garbage\0")
    archive = read(bad * (MOST_LISTED + 50) + END)
    counts = dict(archive.anomaly_counts)
    assert counts == {
        Oddity.ABSOLUTE_PATH: MOST_LISTED + 50,
        Oddity.DUPLICATE: MOST_LISTED + 49,
    }
    assert len(archive.anomalies) == 2 * MOST_LISTED
    assert len(archive.damage) == MOST_LISTED + 1
    assert archive.damage[-1].message == "and 50 more damaged places"


def test_reading_twice_gives_the_same() -> None:
    data = pax({b"uid": b"x", b"gid": b"y", b"size": b"z", b"mtime": b"t"}) + file() + END
    first, second = read(data), read(data)
    assert first.entries == second.entries
    assert [d.message.split()[2] for d in first.damage] == ["gid", "mtime", "size", "uid"]
    assert first.damage == second.damage
