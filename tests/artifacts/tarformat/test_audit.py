import pytest

from reprodiff.artifacts.tarformat.audit import normal
from reprodiff.artifacts.tarformat.oddities import Oddity
from reprodiff.artifacts.tarformat.regions import RegionKind, region_at, regions
from tests.artifacts.tarformat.build import END, block, file, oddities, pax, read


def symlink(name: bytes, target: bytes) -> bytes:
    return block(name, 0, b"2", linkname=target)


def hardlink(name: bytes, target: bytes) -> bytes:
    return block(name, 0, b"1", linkname=target)


def found(*pieces: bytes) -> list[tuple[Oddity, int]]:
    archive = read(b"".join(pieces) + END)
    assert archive.damage == ()
    return [(anomaly.kind, anomaly.entry) for anomaly in archive.anomalies]


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (b"a/b", b"a/b"),
        (b"a/b/", b"a/b"),
        (b"./a", b"a"),
        (b"a//b", b"a/b"),
        (b"a/./b/.", b"a/b"),
        (b".", b""),
        (b"./", b""),
        (b"/", b"/"),
        (b"//a", b"/a"),
        (b"a/.hidden", b"a/.hidden"),
        (b"a./b", b"a./b"),
        (b"a/../b", b"a/../b"),
        (b"", b""),
    ],
)
def test_a_path_is_taken_as_a_file_system_takes_it(path: bytes, key: bytes) -> None:
    assert normal(path) == key


def test_duplicates_are_found_under_any_spelling() -> None:
    archive = read(file(b"a/b", b"1") + file(b"x") + file(b"./a//b", b"2") + file(b"a/b") + END)
    assert archive.duplicates == ((0, 2, 3),)
    assert [(a.kind, a.entry, a.detail) for a in archive.anomalies] == [
        (Oddity.DUPLICATE, 2, 0),
        (Oddity.DUPLICATE, 3, 0),
    ]
    assert [bytes(archive.content(e)) for e in archive.entries] == [b"1", b"", b"2", b""]


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (b"", Oddity.EMPTY_PATH),
        (b"/etc/passwd", Oddity.ABSOLUTE_PATH),
        (b"../up", Oddity.PARENT_PATH),
        (b"a/../../up", Oddity.PARENT_PATH),
        (b"a/..", Oddity.PARENT_PATH),
        (b"C:evil", Oddity.WINDOWS_PATH),
        (b"a\\..\\b", Oddity.WINDOWS_PATH),
    ],
)
def test_paths_that_leave_the_archive_are_seen(path: bytes, kind: Oddity) -> None:
    assert found(file(path)) == [(kind, 0)]


@pytest.mark.parametrize("path", [b"a..b", b"..a/b", b"a/b..", b"...", b"a b", b".a"])
def test_paths_that_only_look_odd_are_not(path: bytes) -> None:
    assert found(file(path)) == []


def test_a_path_too_long_to_exist_is_seen_and_not_taken_apart() -> None:
    assert found(pax({b"path": b"d/" * 3000}), file(b"a"))[-1] == (Oddity.LONG_PATH, 0)
    long = b"../" * 2000
    assert found(pax({b"linkpath": long}), symlink(b"a", b"b")) == [(Oddity.LONG_PATH, 0)]


@pytest.mark.parametrize(
    ("piece", "kind"),
    [
        (symlink(b"d/l", b"/etc/passwd"), Oddity.ABSOLUTE_LINK),
        (hardlink(b"d/l", b"/etc/passwd"), Oddity.ABSOLUTE_LINK),
        (symlink(b"d/l", b"../../up"), Oddity.ESCAPING_LINK),
        (symlink(b"l", b".."), Oddity.ESCAPING_LINK),
        (symlink(b"l", b"a/../../a"), Oddity.ESCAPING_LINK),
        (hardlink(b"d/l", b"../up"), Oddity.ESCAPING_LINK),
        (symlink(b"d/l", b"l"), Oddity.SELF_LINK),
        (symlink(b"d/l", b"../d/./l"), Oddity.SELF_LINK),
        (hardlink(b"d/l", b"nowhere"), Oddity.DANGLING_HARDLINK),
    ],
)
def test_links_that_lead_out_or_nowhere_are_seen(piece: bytes, kind: Oddity) -> None:
    assert found(piece) == [(kind, 0)]


def test_links_that_stay_inside_are_not() -> None:
    pieces = [
        file(b"d/a"),
        symlink(b"d/l", b"a"),
        symlink(b"d/up", b"../d/a"),
        symlink(b"dangling", b"not/there"),
        hardlink(b"h", b"d/a"),
        hardlink(b"h2", b"./d/a"),
    ]
    assert found(*pieces) == []


def test_a_hard_link_to_itself_is_seen() -> None:
    assert found(hardlink(b"a", b"a")) == [
        (Oddity.SELF_LINK, 0),
        (Oddity.DANGLING_HARDLINK, 0),
    ]
    assert [kind for kind, _ in found(file(b"a"), hardlink(b"a", b"a"))] == [
        Oddity.DUPLICATE,
        Oddity.SELF_LINK,
    ]


def test_a_hard_link_to_what_comes_later_is_seen() -> None:
    assert found(hardlink(b"h", b"later"), file(b"later")) == [(Oddity.DANGLING_HARDLINK, 0)]


def test_links_in_a_circle_are_seen_and_those_that_lead_into_it_are_not_in_it() -> None:
    pieces = [
        symlink(b"a", b"b"),
        symlink(b"b", b"d/c"),
        symlink(b"d/c", b"../a"),
        symlink(b"into", b"a"),
        symlink(b"fine", b"file"),
        file(b"file"),
    ]
    assert found(*pieces) == [(Oddity.LINK_LOOP, n) for n in range(3)]


def test_a_long_chain_of_links_is_no_recursion() -> None:
    pieces = [symlink(b"l%d" % i, b"l%d" % (i + 1)) for i in range(5000)]
    assert found(*pieces) == []
    assert {kind for kind, _ in found(*pieces, symlink(b"l5000", b"l0"))} == {Oddity.LINK_LOOP}


def test_paths_through_a_symbolic_link_are_seen() -> None:
    pieces = [
        file(b"d/before"),
        symlink(b"d/link", b"/etc"),
        file(b"d/link/cron.d/evil"),
        file(b"d/linked"),
        file(b"d/link/x"),
    ]
    assert found(*pieces) == [
        (Oddity.ABSOLUTE_LINK, 1),
        (Oddity.THROUGH_LINK, 2),
        (Oddity.THROUGH_LINK, 4),
    ]


def test_every_byte_has_a_name() -> None:
    archive = read(pax({b"mtime": b"1.5"}) + file(b"a", b"data") + END)
    ordered = list(regions(archive))

    def at(offset: int) -> tuple[RegionKind, bytes, int]:
        region = region_at(ordered, offset)
        assert region.span.start <= offset < region.span.stop
        return region.kind, region.name, region.entry

    assert at(0) == (RegionKind.EXTENSION_HEADER, b"name", 0)
    assert at(512) == (RegionKind.PAX_RECORD, b"mtime", 0)
    assert at(600) == (RegionKind.PADDING, b"", 0)
    assert at(1024 + 99) == (RegionKind.HEADER, b"name", 0)
    assert at(1024 + 136) == (RegionKind.HEADER, b"mtime", 0)
    assert at(1536) == (RegionKind.DATA, b"", 0)
    assert at(1540) == (RegionKind.PADDING, b"", 0)
    assert at(2048) == at(len(archive.data) - 1) == (RegionKind.END, b"", -1)
    assert oddities(archive) == []


def test_gnu_headers_have_gnu_fields() -> None:
    archive = read(file(b"a", magic=b"ustar ", version=b" \0") + END)
    names = [region.name for region in regions(archive)]
    assert b"atime" in names
    assert b"prefix" not in names
