import pytest

from reprodiff.artifacts.tarformat.entries import EntryKind
from reprodiff.artifacts.tarformat.regions import RegionKind, regions
from tests.artifacts.tarformat.build import (
    END,
    assert_tiles,
    block,
    file,
    padded,
    pax,
    read,
    stamp,
)

Parts = list[tuple[int, int]]
PARTS = [(0, 100), (2000, 50)]
STORED = b"a" * 100 + b"b" * 50
AFTER = file(b"after", b"after")


def pairs(parts: Parts) -> bytes:
    return b"".join(b"%011o\0%011o\0" % part for part in parts)


def old(parts: Parts, size: int, stored: int) -> bytes:
    """Build a GNU header of type S and its continuation blocks."""
    made = bytearray(block(b"s", stored, b"S", magic=b"ustar ", version=b" \0"))
    made[386 : 386 + 96] = pairs(parts[:4]).ljust(96, b"\0")
    made[482] = len(parts) > 4
    made[483:495] = b"%011o\0" % size
    stamp(made)
    rest, blocks = parts[4:], b""
    while rest:
        blocks += pairs(rest[:21]).ljust(504, b"\0") + bytes([len(rest) > 21]) + bytes(7)
        rest = rest[21:]
    return bytes(made) + blocks


def version_0_0(parts: Parts, size: int) -> bytes:
    records = [(b"GNU.sparse.size", b"%d" % size), (b"GNU.sparse.numblocks", b"%d" % len(parts))]
    for offset, length in parts:
        records += [
            (b"GNU.sparse.offset", b"%d" % offset),
            (b"GNU.sparse.numbytes", b"%d" % length),
        ]
    return pax(records) + file(b"s", STORED)


def version_0_1(parts: Parts, size: int) -> bytes:
    numbers = b",".join(b"%d,%d" % part for part in parts)
    records = {b"GNU.sparse.size": b"%d" % size, b"GNU.sparse.map": numbers}
    return pax(records | {b"GNU.sparse.name": b"s"}) + file(b"GNUSparseFile.0/s", STORED)


def version_1_0(lines: bytes, size: int = 3000, name: bytes = b"s") -> bytes:
    records = {
        b"GNU.sparse.major": b"1",
        b"GNU.sparse.minor": b"0",
        b"GNU.sparse.name": name,
        b"GNU.sparse.realsize": b"%d" % size,
    }
    return pax(records) + file(b"GNUSparseFile.0/s", padded(lines) + STORED)


def lines(parts: Parts) -> bytes:
    return b"".join(b"%d\n" % n for n in (len(parts), *(n for part in parts for n in part)))


@pytest.mark.parametrize(
    ("version", "data"),
    [
        ("gnu", old(PARTS, 3000, len(STORED)) + padded(STORED)),
        ("0.0", version_0_0(PARTS, 3000)),
        ("0.1", version_0_1(PARTS, 3000)),
        ("1.0", version_1_0(lines(PARTS))),
    ],
)
def test_every_version_gives_the_same_map(version: str, data: bytes) -> None:
    archive = read(data + AFTER + END)
    first, second = archive.entries
    assert first.kind is EntryKind.SPARSE
    assert first.path == b"s"
    assert first.sparse is not None
    assert first.sparse.version == version
    assert first.sparse.size == 3000
    assert first.sparse.parts == tuple(PARTS)
    assert first.sparse.sound
    assert bytes(archive.content(first)) == STORED
    assert bytes(archive.content(second)) == b"after"
    assert archive.damage == ()
    assert archive.anomalies == ()
    assert_tiles(archive)


@pytest.mark.parametrize("count", [4, 5, 25, 26, 100])
def test_old_maps_go_on_in_blocks_of_their_own(count: int) -> None:
    parts = [(i * 10, 1) for i in range(count)]
    archive = read(old(parts, 10_000, count) + padded(b"x" * count) + AFTER + END)
    first, second = archive.entries
    assert first.sparse is not None
    assert first.sparse.parts == tuple(parts)
    assert bytes(archive.content(first)) == b"x" * count
    assert second.path == b"after"
    blocks = [r for r in regions(archive) if r.kind is RegionKind.SPARSE_MAP]
    assert sum(r.stop - r.start for r in blocks) == 512 * -(-(count - 4) // 21)
    assert_tiles(archive)


def test_a_map_over_several_blocks_of_data_is_read() -> None:
    parts = [(i * 1000, 1) for i in range(500)]
    archive = read(version_1_0(lines(parts), 500_000) + AFTER + END)
    first = archive.entries[0]
    assert first.sparse is not None
    assert first.sparse.parts == tuple(parts)
    assert bytes(archive.content(first)) == STORED


def test_an_empty_map_is_a_file_of_holes() -> None:
    found = read(version_1_0(b"0\n") + END).entries[0].sparse
    assert found is not None
    assert (found.parts, found.sound, found.size) == ((), True, 3000)


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"x\n",
        b"2\n0\n1\n",
        b"-1\n",
        b"1\n0\nx\n",
        b"1\n5\n-1\n",
        b"2\n100\n10\n50\n10\n",  # out of order
        b"2\n0\n10\n5\n10\n",  # overlapping
        b"1\n2999\n2\n",  # behind the end
        b"99999999999999999999\n0\n1\n",
        b"1" * 3000,
        b"70000\n" + b"0\n0\n" * 70000,
    ],
)
def test_a_map_that_is_none_is_damage_and_reading_goes_on(bad: bytes) -> None:
    archive = read(version_1_0(bad) + AFTER + END)
    first, second = archive.entries
    assert first.sparse is not None
    assert not first.sparse.sound
    assert second.path == b"after"
    assert [d.offset for d in archive.damage] == [first.header]
    assert_tiles(archive)


@pytest.mark.parametrize("bad", [[(100, 10), (50, 10)], [(2999, 2)]])
def test_maps_in_records_and_headers_are_checked_too(bad: Parts) -> None:
    for data in (version_0_0(bad, 3000), version_0_1(bad, 3000), old(bad, 3000, 0)):
        archive = read(data + AFTER + END)
        sparse = archive.entries[0].sparse
        assert sparse is not None
        assert not sparse.sound
        assert archive.damage
        assert archive.entries[-1].path == b"after"


def test_an_old_map_that_never_ends_ends_with_the_archive() -> None:
    endless = old([(i, 1) for i in range(10)], 100, 0)[:-8] + b"\1" + bytes(7)
    more = (pairs([(0, 0)] * 21) + b"\1" + bytes(7)) * 40
    archive = read(endless + more)
    assert archive.damage
    assert_tiles(archive)


def test_a_lone_number_in_a_map_is_unsound() -> None:
    data = pax({b"GNU.sparse.size": b"9", b"GNU.sparse.map": b"0,1,2"}) + file(b"s", b"x")
    sparse = read(data + END).entries[0].sparse
    assert sparse is not None
    assert not sparse.sound
