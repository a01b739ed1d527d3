"""Archives as strangers make them, for every row of the list of hostile inputs; made in code."""

import bz2
import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

from tests.artifacts.tarformat import build as tars
from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed

A = Made(name=b"demo/a.py", data=b"a = 1\n")
B = Made(name=b"demo/b.py", data=b"b = 2\n")
HONEST = archive(A, B)
HONEST_TAR = (
    tars.file(b"demo-1/a.py", b"a = 1\n") + tars.file(b"demo-1/b.py", b"b = 2\n") + tars.END
)

MiB = 1 << 20


def quoted_overlap(count: int) -> bytes:
    """Row 2: each local record stores the headers of all that follow it, and the kernel."""
    kernel = Made(name=b"z", method=8, data=bytes(MiB))
    tail = kernel.local()
    members: list[Made] = []
    for number in range(count):
        members.insert(0, Made(name=b"%04d" % number, data=tail))
        tail = members[0].local()
    records = b""
    place = 0
    first = members[0].local()
    for member in members:
        records += member.central(place)
        place += len(member.local()) - len(member.data)
    records += kernel.central(place)
    end = struct.pack(
        "<LHHHHLLH", 0x06054B50, 0, 0, count + 1, count + 1, len(records), len(first), 0
    )
    return first + records + end


def zip_cases() -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield (row and what it is, the archive, causes or problems that must be told)."""
    bomb = Made(name=b"demo/z", method=8, data=bytes(MiB))
    yield (
        "01 many entries on one local header",
        archive(
            bomb, *(replace(bomb, name=b"demo/%d" % n, written=False, offset=0) for n in range(50))
        ),
        {"archive-contradiction"},
    )
    yield "02 quoted overlap", quoted_overlap(40), {"archive-contradiction"}
    yield "03 high ratio", archive(replace(A, method=8, data=bytes(80 * MiB)), B), {"problem"}
    yield "06 duplicate names", archive(A, replace(A, data=b"a = 2\n")), {"duplicate-members"}
    yield (
        "07 another name in the local header",
        archive(replace(A, local_name=b"demo/x.py"), B),
        {"archive-contradiction"},
    )
    yield (
        "08 a record that is not listed",
        archive(A, replace(B, listed=False)),
        {"archive-hidden-data"},
    )
    yield (
        "09 an entry without a record",
        archive(A, replace(B, offset=7)),
        {"problem", "archive-hidden-data"},
    )
    yield (
        "10 a second archive in the comment",
        bytes(Archive((A, B), comment=archive(replace(A, data=b"evil\n")))),
        {"archive-hidden-data"},
    )
    yield "11 bytes in front", bytes(Archive((A, B), prefix=b"junk" * 9)), {"archive-hidden-data"}
    yield "11 bytes behind", bytes(Archive((A, B), tail=b"junk" * 9)), {"archive-hidden-data"}
    yield (
        "12 zip64 with other counts",
        bytes(Archive((A, B), zip64=True, total64=9)),
        {"archive-contradiction"},
    )
    yield (
        "12 zip64 extensible data",
        bytes(Archive((A, B), zip64=True, extensible=b"x" * 40)),
        {"archive-hidden-data"},
    )
    yield (
        "12 a locator that points nowhere",
        bytes(Archive((A, B), zip64=True, locator_offset=3)),
        {"archive-contradiction"},
    )
    yield "13 a size that is too small", archive(replace(A, usize=2), B), {"problem"}
    yield "13 a size that is huge", archive(replace(A, usize=0xFFFFFFFE), B), {"problem"}
    yield "13 a stored size that is huge", archive(replace(A, csize=0xFFFFFFFE), B), {"problem"}
    yield "14 a wrong CRC", archive(replace(A, crc=1), B), {"archive-contradiction"}
    yield "14 the same wrong CRC", archive(replace(A, crc=1, data=b"a = 3\n"), B), {"problem"}
    yield (
        "15 a data descriptor that lies",
        archive(replace(streamed(A, "Ls"), descriptor=b"PK\x07\x08" + bytes(12)), B),
        {"archive-contradiction"},
    )
    yield "16 encrypted", archive(replace(A, flags=1), B), {"problem"}
    yield "16 strongly encrypted", archive(replace(A, flags=0x41), B), {"problem"}
    yield "16 an unknown method", archive(replace(A, method=99), B), {"problem"}
    for name in NAMES:
        yield f"17 the name {name[:12]!r}", archive(A, B, replace(B, name=name)), {ONE_SIDE}
    for name in UNSAFE:
        added = archive(A, B, replace(B, name=name))
        yield f"17 the name {name[:12]!r}", added, {ONE_SIDE, "unsafe-member-name"}
    for one, two in CLASHES:
        members = (A, B, replace(B, name=one), replace(B, name=two))
        yield f"18 {one!r} beside {two!r}", archive(*members), {"unsafe-member-name"}
    path = extra(0x7075, struct.pack("<BL", 1, zlib.crc32(A.name)) + b"demo/x.py")
    yield "19 another name in Unicode", archive(replace(A, extra=path), B), {"unsafe-member-name"}
    link = Made(name=b"demo/link", data=b"../../etc/passwd", mode=0o120777)
    yield "20 a symbolic link", archive(A, B, link), {ONE_SIDE, "unsafe-member-name"}
    slash = archive(A, B, replace(A, name=b"demo/d/"))
    yield "21 a directory with data", slash, {ONE_SIDE, "archive-contradiction"}


ONE_SIDE = "member-on-one-side"
UNSAFE = (
    *(b"../../evil.py", b"/etc/evil", b"C:\\evil.py", b"\\\\host\\evil", b"a\0b.py", b".", b".."),
    *(b"\x1b]52;c;ZXZpbA==\x07", b"a\nb", "\u202egnp.exe".encode(), "demo/\u200b.py".encode()),
)
NAMES = (b"\xff\xfe", b"x" * 65000, b"[red]x[/red]", b"<script>alert(1)</script>", b"=cmd", b"-rf")
CLASHES = (
    *((b"demo/X.py", b"demo/x.py"), (b"demo/con.py", b"demo/n.py"), (b"demo/q.", b"demo/n.py")),
    ("demo/\u00e9.py".encode(), "demo/e\u0301.py".encode()),
)


def nested(depth: int) -> bytes:
    """Row 4: a zip in a zip in a zip."""
    data = archive(Made(name=b"core.py", data=b"x = %d\n" % depth))
    for _ in range(depth):
        data = archive(Made(name=b"inner.zip", data=data))
    return data


def tar_cases() -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield (row and what it is, the tar, causes or problems that must be told)."""
    a, b = tars.file(b"demo-1/a.py", b"a = 1\n"), tars.file(b"demo-1/b.py", b"b = 2\n")

    def link(name: bytes, target: bytes, flag: bytes) -> bytes:
        return tars.block(name, typeflag=flag, linkname=target)

    def made(*more: bytes) -> bytes:
        return a + b + b"".join(more) + tars.END

    yield "23 a name that leads out", made(tars.file(b"../evil", b"x")), {"unsafe-member-name"}
    yield "23 an absolute name", made(tars.file(b"/etc/evil", b"x")), {"unsafe-member-name"}
    yield (
        "23 a file behind a link",
        made(link(b"demo-1/l", b"/etc", b"2"), tars.file(b"demo-1/l/evil", b"x")),
        {"unsafe-member-name"},
    )
    yield "23 a hard link out", made(link(b"demo-1/h", b"../../x", b"1")), {"unsafe-member-name"}
    yield "23 a link to itself", made(link(b"demo-1/s", b"demo-1/s", b"1")), {"unsafe-member-name"}
    loop = link(b"demo-1/p", b"q", b"2") + link(b"demo-1/q", b"p", b"2")
    yield "23 links in a circle", made(loop), {"unsafe-member-name"}
    for flag, what in ((b"3", "device"), (b"4", "block device"), (b"6", "fifo")):
        yield f"24 a {what}", made(tars.block(b"demo-1/d", typeflag=flag)), {"member-on-one-side"}
    yield (
        "24 set-user-id",
        made(tars.file(b"demo-1/s", b"", mode=b"0004755\0")),
        {"member-on-one-side"},
    )
    yield "24 a volume label", made(tars.block(b"label", typeflag=b"V")), {"member-on-one-side"}
    yield (
        "24 a tar in a file",
        made(tars.file(b"demo-1/t.bin", b + tars.END)),
        {"member-on-one-side"},
    )
    yield "25 a pax size", tars.pax({b"size": b"3"}) + made(), {"archive-contradiction"}
    renamed = {"archive-contradiction", "member-renamed"}
    yield "25 a pax path", tars.pax({b"path": b"demo-1/x.py"}) + made(), renamed
    yield "25 a global path", tars.pax({b"path": b"demo-1/g"}, b"g") + made(), renamed
    yield "25 a NUL in a keyword", tars.pax({b"a\0b": b"1"}) + made(), {"unsafe-member-name"}
    yield "25 a wrong checksum", made(tars.block(b"demo-1/c", chksum=b"0000001\0")), {"problem"}
    first = tars.file(b"demo-1/a.py", b"a = 1\n", chksum=b"0000001\0")
    yield "25 a wrong checksum at the start", first + b + tars.END, {"problem"}
    negative = bytearray(tars.block(b"demo-1/n"))
    negative[124:136] = b"\xff" * 12
    tars.stamp(negative)
    yield "25 a negative size", made(bytes(negative)), {"problem"}
    yield "25 a long name", tars.long_name(b"demo-1/" + b"x" * 5000) + made(), set()
    yield (
        "26 ten thousand pax records",
        tars.pax([(b"k%d" % n, b"v") for n in range(10000)]) + made(),
        {"unexplained"},
    )
    yield "27 bytes behind the end", made() + b"junk" * 200, {"archive-hidden-data"}
    yield "27 another tar behind the end", made() + made(), {"archive-hidden-data"}


def gzip_cases() -> Iterator[tuple[str, bytes, set[str]]]:
    """Yield the same for what is around a tar."""
    half = len(HONEST_TAR) // 2
    whole = sdist(HONEST_TAR)
    parts = sdist(HONEST_TAR[:half]) + sdist(HONEST_TAR[half:])
    yield "27 two gzip members", parts, {"unexplained"}
    yield "27 bytes behind the gzip", whole + b"junk", {"archive-hidden-data"}
    yield "27 a zip behind the gzip", whole + HONEST, {"archive-hidden-data"}


def sdist(data: bytes) -> bytes:
    return gzip.compress(data, mtime=0)


def refused_cases() -> Iterator[tuple[str, bytes]]:
    """Yield what no member can be read of: it is refused with a reason."""
    bomb = tars.pax({b"comment": b"x" * (20 * MiB)}) + HONEST_TAR
    yield "26 a pax header of 20 MiB", gzip.compress(bomb, 1, mtime=0)
    yield "03 a bzip2 bomb", bz2.compress(bytes(100 * MiB))
    yield "28 nothing at all", b""
    yield "28 half a header", gzip.compress(b"")[:5]
    yield "a text", b"this is no archive\n"


def many_members(count: int) -> bytes:
    """Row 22: more entries than the end record can count, and no zip64 record that does."""
    local = Made(name=b"000000", data=b"").local()
    central = Made(name=b"000000", data=b"").central(0)
    body, directory = bytearray(), bytearray()
    for number in range(count):
        name = b"%06d" % number
        directory += central[:42] + struct.pack("<L", len(body)) + name
        body += local[:30] + name
    end = struct.pack(
        "<LHHHHLLH", 0x06054B50, 0, 0, count & 0xFFFF, count & 0xFFFF, len(directory), len(body), 0
    )
    return bytes(body + directory + end)
