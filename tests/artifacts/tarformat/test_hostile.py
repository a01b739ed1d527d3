"""Archives that lie, break off or attack; all must be read as far as they go, and said so."""

import io
import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.tarformat.entries import EntryKind, TarArchive
from reprodiff.artifacts.tarformat.header import Checksum
from reprodiff.artifacts.tarformat.oddities import Oddity
from reprodiff.artifacts.tarformat.reader import read_tar
from reprodiff.artifacts.tarformat.regions import RegionKind, region_at, regions
from reprodiff.errors import InputError, LimitError, ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import Span
from tests.artifacts.tarformat.build import (
    END,
    LIMITS,
    assert_tiles,
    block,
    file,
    long_name,
    oddities,
    padded,
    pax,
    read,
    stamp,
)


def paths(archive: TarArchive) -> list[bytes]:
    return [entry.path for entry in archive.entries]


def standard_names(data: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return archive.getnames()


# --- two readers, two archives -------------------------------------------------------------


def test_a_pax_size_that_hides_entries_from_others_is_seen() -> None:
    # Who ignores the record finds "evil" where others see the data of "a".
    inner = file(b"evil", b"evil content")
    data = pax({b"size": b"%d" % len(inner)}) + block(b"a", 0) + inner + file(b"z") + END
    archive = read(data)
    assert paths(archive) == [b"a", b"z"]
    assert bytes(archive.content(archive.entries[0])) == inner
    assert oddities(archive) == [
        Oddity.SIZE_OVERRIDE,
        Oddity.EMBEDDED_HEADER,
        Oddity.HEADER_IN_DATA,
    ]
    override = next(a for a in archive.anomalies if a.kind is Oddity.SIZE_OVERRIDE)
    assert (override.entry, override.detail) == (0, 0)
    assert_tiles(archive)


def test_a_pax_size_of_zero_that_shows_entries_from_the_data_is_seen() -> None:
    inner = file(b"evil", b"evil content")
    data = pax({b"size": b"0"}) + block(b"a", len(inner)) + inner + file(b"z") + END
    archive = read(data)
    assert paths(archive) == [b"a", b"evil", b"z"]
    found = {a.kind: a for a in archive.anomalies}
    assert set(found) == {Oddity.SIZE_OVERRIDE, Oddity.EMBEDDED_HEADER}
    assert found[Oddity.EMBEDDED_HEADER].offset == archive.entries[2].header


def test_a_pax_size_that_repeats_the_header_is_nothing() -> None:
    archive = read(pax({b"size": b"3"}) + file(b"a", b"abc") + END)
    assert archive.anomalies == ()


@pytest.mark.parametrize("kind", [b"1", b"2", b"3", b"4", b"5", b"6"])
def test_a_size_where_there_is_no_data_is_seen(kind: bytes) -> None:
    hidden = file(b"seen by most")
    data = block(b"a", len(hidden), kind, linkname=b"elsewhere") + hidden + file(b"z") + END
    archive = read(data)
    assert paths(archive) == [b"a", b"seen by most", b"z"]
    assert archive.entries[0].data.size == 0
    assert {Oddity.SIZE_WITHOUT_DATA, Oddity.EMBEDDED_HEADER} <= set(oddities(archive))
    assert standard_names(data) == ["a", "seen by most", "z"]


def test_a_tar_inside_a_tar_is_data_and_said() -> None:
    inner = file(b"inner", b"x") + END
    archive = read(file(b"a.tar", inner) + END)
    assert paths(archive) == [b"a.tar"]
    assert [(a.kind, a.offset, a.entry) for a in archive.anomalies] == [
        (Oddity.HEADER_IN_DATA, 512, 0)
    ]


def test_paths_that_a_record_changes_without_need_are_seen() -> None:
    archive = read(pax({b"path": b"evil.py"}) + file(b"good.py") + END)
    assert paths(archive) == [b"evil.py"]
    assert [(a.kind, a.detail) for a in archive.anomalies] == [(Oddity.PATH_OVERRIDE, b"good.py")]
    archive = read(long_name(b"evil.py") + file(b"good.py") + END)
    assert paths(archive) == [b"evil.py"]
    assert oddities(archive) == [Oddity.PATH_OVERRIDE]
    archive = read(pax({b"linkpath": b"evil"}) + block(b"a", 0, b"2", linkname=b"good") + END)
    assert archive.entries[0].link == b"evil"
    assert oddities(archive) == [Oddity.LINK_OVERRIDE]


def test_a_record_and_a_long_name_that_disagree_are_seen() -> None:
    one, other = b"1" * 120, b"2" * 120
    for data in (
        pax({b"path": one}) + long_name(other),
        long_name(other) + pax({b"path": one}),
    ):
        archive = read(data + file(b"a") + END)
        assert paths(archive) == [one]
        assert oddities(archive) == [Oddity.NAME_CONFLICT]
    archive = read(long_name(one) + pax({b"path": one}) + file(b"a") + END)
    assert archive.anomalies == ()


def test_extension_headers_in_odd_order_are_seen() -> None:
    archive = read(pax({b"uid": b"1"}) + pax({b"uid": b"2"}) + file() + END)
    assert archive.entries[0].uid == 2
    assert oddities(archive) == [Oddity.REPEATED_EXTENSION]
    archive = read(pax({b"uid": b"1"}) + pax({b"gid": b"9"}, b"g") + file() + END)
    assert (archive.entries[0].uid, archive.entries[0].gid) == (1, 9)
    assert oddities(archive) == [Oddity.GLOBAL_BETWEEN]
    assert_tiles(archive)
    archive = read(file() + pax({b"uid": b"1"}) + END)
    assert oddities(archive) == [Oddity.ORPHAN_EXTENSION]
    assert [each.header for each in archive.orphans] == [512]
    assert_tiles(archive)


@pytest.mark.parametrize("key", [b"path", b"linkpath", b"size", b"GNU.sparse.name"])
def test_global_records_that_name_or_size_every_entry_are_seen(key: bytes) -> None:
    archive = read(pax({key: b"0"}, b"g") + file(b"0") + END)
    assert Oddity.GLOBAL_OVERRIDE in oddities(archive)


def test_a_record_is_believed_over_a_global_one() -> None:
    data = pax({b"size": b"600"}, b"g") + pax({b"size": b"3"}) + file(b"a", b"abc") + END
    archive = read(data)
    assert archive.entries[0].size == 3
    assert len(archive.entries) == 1


def test_keys_and_values_that_readers_disagree_on_are_seen() -> None:
    archive = read(pax([(b"uid", b"1"), (b"uid", b"2")]) + file() + END)
    assert oddities(archive) == [Oddity.PAX_REPEATED_KEY]
    archive = read(pax([(b"uid", b"1"), (b"uid", b"1")]) + file() + END)
    assert oddities(archive) == []
    archive = read(pax({b"path\0": b"x"}) + file() + END)
    assert oddities(archive) == [Oddity.PAX_NUL]
    archive = read(pax({b"path": b"n" * 110 + b"\0.py"}) + file() + END)
    assert oddities(archive) == [Oddity.PAX_NUL]
    archive = read(pax({b"SCHILY.xattr.x": b"\0"}) + file() + END)
    assert oddities(archive) == []


def test_a_prefix_where_there_is_none_is_not_a_path() -> None:
    archive = read(file(b"name", prefix=b"dir", magic=b"ustar ", version=b" \0") + END)
    assert paths(archive) == [b"name"]
    assert oddities(archive) == [Oddity.GNU_PREFIX]
    archive = read(file(b"name", prefix=b"dir", magic=b"", version=b"") + END)
    assert paths(archive) == [b"name"]
    assert oddities(archive) == [Oddity.GNU_PREFIX, Oddity.HIDDEN_IN_FIELD]
    assert paths(read(file(b"name", prefix=b"dir") + END)) == [b"dir/name"]


# --- hidden bytes --------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["name", "linkname", "uname", "gname", "prefix"])
def test_bytes_behind_the_nul_of_a_field_are_seen(field: str) -> None:
    archive = read(file(**{field: b"x\0hidden"}) + END)
    assert oddities(archive) == [Oddity.HIDDEN_IN_FIELD]
    assert b"hidden" not in archive.entries[0].path + archive.entries[0].uname


def test_bytes_in_padding_are_seen() -> None:
    data = bytearray(file(b"a", b"data") + END)
    data[1000] = 1
    archive = read(bytes(data))
    assert [(a.kind, a.offset, a.entry) for a in archive.anomalies] == [
        (Oddity.PADDING_NONZERO, 516, 0)
    ]
    assert oddities(read(file(pad=b"\0\0hidden") + END)) == [Oddity.HIDDEN_IN_FIELD]
    gnu = file(pad=b"hidden", magic=b"ustar ", version=b" \0")
    assert oddities(read(gnu + END)) == [Oddity.HIDDEN_IN_FIELD]


@pytest.mark.parametrize("junk", [b"x", b"PK\x03\x04" + bytes(600), b"\0\0x", b"x" * 5000])
def test_bytes_behind_the_end_are_seen(junk: bytes) -> None:
    data = file(b"a", b"data") + bytes(2048) + junk
    archive = read(data)
    assert paths(archive) == [b"a"]
    start = 1024 + 2048 + len(junk) - len(junk.lstrip(b"\0"))
    assert archive.trailing == Span(start, len(data))
    assert [(a.kind, a.offset) for a in archive.anomalies] == [(Oddity.TRAILING_BYTES, start)]
    assert archive.damage == ()
    assert_tiles(archive)


@pytest.mark.parametrize("zero_blocks", [1, 2, 3, 20])
def test_an_archive_behind_the_end_is_concealed_but_read(zero_blocks: int) -> None:
    first, second = file(b"a", b"data"), file(b"evil", b"evil")
    data = first + bytes(512 * zero_blocks) + second + END
    archive = read(data)
    assert paths(archive) == [b"a"]
    assert standard_names(data) == ["a"]
    assert [entry.path for entry in archive.concealed] == [b"evil"]
    assert archive.concealed[0].number == 1
    assert bytes(archive.content(archive.concealed[0])) == b"evil"
    expected = [Oddity.LONE_ZERO_BLOCK] if zero_blocks == 1 else []
    assert oddities(archive) == [*expected, Oddity.CONCEALED_ENTRIES]
    assert [s.zero_blocks for s in archive.segments] == [zero_blocks, 2]
    assert_tiles(archive)


def test_a_concealed_header_without_a_name_is_found_too() -> None:
    data = file(b"a") + END + file(b"") + END
    archive = read(data)
    assert [entry.header for entry in archive.concealed] == [1536]
    assert_tiles(archive)


def test_an_archive_may_be_a_zip_at_the_same_time() -> None:
    data = file(b"a", b"x") + END + b"PK\x05\x06" + bytes(18)
    archive = read(data)
    assert Oddity.TRAILING_BYTES in oddities(archive)
    assert archive.trailing.start == len(data) - 22


# --- special kinds -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typeflag", "kind"),
    [
        (b"3", EntryKind.CHARACTER_DEVICE),
        (b"4", EntryKind.BLOCK_DEVICE),
        (b"6", EntryKind.FIFO),
        (b"7", EntryKind.CONTIGUOUS),
        (b"V", EntryKind.VOLUME),
        (b"M", EntryKind.CONTINUATION),
        (b"D", EntryKind.DUMP_DIRECTORY),
    ],
)
def test_special_entries_are_told(typeflag: bytes, kind: EntryKind) -> None:
    archive = read(block(b"special", 0, typeflag) + file(b"z") + END)
    assert [entry.kind for entry in archive.entries] == [kind, EntryKind.FILE]
    assert archive.damage == ()


def test_set_id_bits_are_kept() -> None:
    assert read(file(mode=b"0006755\0") + END).entries[0].mode == 0o6755


def test_an_unknown_type_is_read_as_a_file() -> None:
    archive = read(file(b"a", b"data", typeflag=b"Z") + file(b"z") + END)
    assert archive.entries[0].kind is EntryKind.UNKNOWN
    assert bytes(archive.content(archive.entries[0])) == b"data"
    assert [(a.kind, a.detail) for a in archive.anomalies] == [(Oddity.UNKNOWN_TYPE, b"Z")]


def test_a_file_with_a_slash_is_said() -> None:
    archive = read(file(b"a/", b"data") + END)
    assert archive.entries[0].kind is EntryKind.FILE
    assert oddities(archive) == [Oddity.SLASH_ON_FILE]


# --- numbers and checksums -----------------------------------------------------------------


@pytest.mark.parametrize("raw", [b"\xff" * 12, b"-0000000100\0", b"garbage", b"\xff" * 11 + b"\0"])
@pytest.mark.parametrize("kind", [b"0", b"x", b"L", b"g"])
def test_a_size_below_zero_or_none_is_damage_and_no_loop(raw: bytes, kind: bytes) -> None:
    data = block(b"a", typeflag=kind, size=0)
    made = bytearray(data)
    made[124:136] = raw.ljust(12, b"\0")
    stamp(made)
    archive = read(bytes(made) + file(b"z", b"data") + END)
    assert [d.offset for d in archive.damage] == [0]
    assert archive.entries[-1].path == b"z"
    assert_tiles(archive)


@pytest.mark.parametrize("value", [b"-1", b"-512", b"x", b"1.5", b"1e9", b"9" * 5000])
def test_a_pax_size_that_is_none_is_damage(value: bytes) -> None:
    archive = read(pax({b"size": value}) + file(b"a", b"data") + file(b"z") + END)
    assert archive.damage
    assert_tiles(archive)
    assert paths(archive) == [b"a", b"z"]


@pytest.mark.parametrize("field", ["mode", "uid", "gid", "mtime", "devmajor", "devminor"])
def test_a_field_that_is_no_number_is_damage_and_none(field: str) -> None:
    archive = read(file(**{field: b"garbage\0"}) + END)
    entry = archive.entries[0]
    assert getattr(entry, "mtime_text" if field == "mtime" else field) is None
    assert field in archive.damage[0].message


def test_a_wrong_checksum_is_damage_and_the_entry_is_read() -> None:
    bad = file(b"b", b"data", chksum=b"0000000\0")
    archive = read(file(b"a") + bad + file(b"z") + END)
    assert paths(archive) == [b"a", b"b", b"z"]
    assert archive.entries[1].checksum is Checksum.WRONG
    assert [d.offset for d in archive.damage] == [512]
    archive = read(bad + END)
    assert paths(archive) == [b"b"]


def test_a_signed_checksum_is_said() -> None:
    made = bytearray(block(b"\xe9"))
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % (sum(made) - 256)
    archive = read(bytes(made) + END)
    assert archive.entries[0].checksum is Checksum.SIGNED
    assert oddities(archive) == [Oddity.SIGNED_CHECKSUM]


def test_a_block_that_is_no_header_ends_the_reading_with_damage() -> None:
    data = file(b"a") + b"\0\0junk" * 200 + file(b"z") + END
    archive = read(data)
    assert paths(archive) == [b"a"]
    assert archive.trailing == Span(512, len(data))
    assert [d.offset for d in archive.damage] == [512]
    assert_tiles(archive)


# --- size bombs ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_50_mb_of_extension_headers_are_refused(kind: bytes) -> None:
    data = block(b"a", 50 << 20, kind) + bytes(50 << 20) + file() + END
    with pytest.raises(LimitError):
        read(data)


def test_many_extension_headers_are_refused_as_one_large_one_is() -> None:
    data = pax({b"comment": b"x" * 900}, b"g") * 100 + file() + END
    with pytest.raises(LimitError):
        read_tar(memoryview(data), LIMITS, max_extension_bytes=100_000)
    assert len(read(data).global_headers) == 100


def test_many_extension_headers_before_one_entry_are_counted() -> None:
    archive = read(pax({b"uid": b"1"}) * 3000 + file() + END)
    assert len(archive.entries[0].extensions) == 3000
    assert archive.anomaly_counts == ((Oddity.REPEATED_EXTENSION, 2999),)


def test_ordinary_extension_headers_grow_with_the_archive() -> None:
    data = (pax({b"mtime": b"1700000000.123"}) + file()) * 200 + END
    archive = read_tar(memoryview(data), LIMITS, max_extension_bytes=2000)
    assert len(archive.entries) == 200


def test_ten_thousand_records_are_read() -> None:
    archive = read(pax([(b"k%d" % i, b"v") for i in range(10_000)]) + file() + END)
    assert len(archive.entries[0].pax) == 10_000
    assert archive.damage == ()
    assert_tiles(archive)


def test_a_huge_size_costs_nothing() -> None:
    made = bytearray(block(b"a"))
    made[124:136] = b"\x80" + b"\x7f" + b"\xff" * 10
    stamp(made)
    archive = read(bytes(made) + b"data")
    entry = archive.entries[0]
    assert entry.truncated
    assert entry.data == Span(512, 516)
    assert archive.damage
    assert_tiles(archive)


def test_records_behind_junk_are_lost_with_damage() -> None:
    junk = file(b"x", b"6 a=b\njunk 6 c=d\n", typeflag=b"x")
    archive = read(junk + file() + END)
    assert [r.key for r in archive.entries[0].pax] == [b"a"]
    assert [d.offset for d in archive.damage] == [512 + 6]
    assert RegionKind.PAX_REST in {r.kind for r in regions(archive)}
    assert_tiles(archive)


def test_bytes_behind_a_long_name_are_seen() -> None:
    data = long_name(b"n" * 120 + b"\0hidden") + file() + END
    archive = read(data)
    assert paths(archive) == [b"n" * 120]
    assert oddities(archive) == [Oddity.HIDDEN_IN_FIELD]


# --- cut and mutated -----------------------------------------------------------------------


def rich() -> bytes:
    return (
        pax({b"comment": b"0" * 40}, b"g")
        + pax({b"mtime": b"1.5", b"path": b"p" * 120})
        + file(b"p", b"x" * 700)
        + long_name(b"n" * 130)
        + file(b"n", b"y" * 20)
        + block(b"link", 0, b"2", linkname=b"n")
        + file(b"z", b"z" * 2000)
        + END
    )


def test_cut_anywhere_it_gives_the_entries_so_far_and_damage() -> None:
    data = rich()
    whole = read(data)
    cuts = {len(data) * percent // 100 for percent in range(1, 100)} | set(range(0, len(data), 511))
    for cut in sorted(cuts):
        if cut < 512:
            with pytest.raises(InputError):
                read(data[:cut])
            continue
        archive = read(data[:cut])
        assert_tiles(archive)
        complete = [entry for entry in whole.entries if entry.data.stop <= cut]
        assert [e.path for e in archive.entries][: len(complete)] == [e.path for e in complete]
        # Two zero blocks are the end; less than one is a cut that shows.
        if cut < whole.segments[0].end + 512:
            assert archive.damage
            assert all(d.offset <= cut for d in archive.damage)


@settings(max_examples=150)
@given(st.data())
def test_mutated_archives_raise_nothing_else_and_tile(data: st.DataObject) -> None:
    broken = bytearray(rich())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(broken) - 1))
        broken[at] = data.draw(st.integers(0, 255))
        if data.draw(st.booleans()):
            # With the checksum made right again the change is believed.
            start = at - at % 512
            header = broken[start : start + 512]
            if header[257:262] == b"ustar":
                stamp(header)
                broken[start : start + 512] = header
    mutated = bytes(broken)
    try:
        archive = read(mutated, Limits(max_entries=50))
    except ReprodiffError:
        return
    assert_tiles(archive)
    ordered = list(regions(archive))
    at = data.draw(st.integers(0, len(mutated) - 1))
    assert region_at(ordered, at).start <= at < region_at(ordered, at).stop


BLOCKS = st.sampled_from(
    [
        bytes(512),
        file(b"a", b"x" * 10),
        block(b"s", 1, b"S", magic=b"ustar "),
        block(b"h", 100, b"1", linkname=b"h"),
        block(b"l", 0, b"2", linkname=b"../l"),
        pax({b"size": b"1000"}),
        pax({b"size": b"1"}, b"g"),
        pax({b"GNU.sparse.major": b"1", b"GNU.sparse.minor": b"0"}),
        pax({b"GNU.sparse.map": b"0,1", b"GNU.sparse.size": b"1"}),
        long_name(b"l" * 600),
        block(b"x", 513, b"x"),
        padded(b"1\n0\n1\n"),
        b"junk",
        block(b"v", magic=b"", version=b""),
    ]
)


@settings(max_examples=300)
@given(st.lists(BLOCKS, max_size=12))
def test_any_sequence_of_pieces_raises_nothing_else_and_tiles(pieces: list[bytes]) -> None:
    try:
        archive = read(b"".join(pieces))
    except ReprodiffError:
        return
    assert_tiles(archive)
    assert [e.number for e in archive.entries + archive.concealed] == list(
        range(len(archive.entries) + len(archive.concealed))
    )


@settings(max_examples=100)
@given(st.binary(max_size=1500))
def test_arbitrary_bytes_raise_nothing_else(data: bytes) -> None:
    made = bytearray(data.ljust(512, b"\0"))
    made[257:262] = b"ustar"
    try:
        assert_tiles(read(bytes(made)))
    except ReprodiffError:
        return
