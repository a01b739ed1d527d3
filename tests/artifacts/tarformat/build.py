"""Tar archives by hand, so that a test can say exactly what is wrong with one."""

import io
import tarfile
from collections.abc import Iterable, Mapping

from reprodiff.artifacts.tarformat.entries import TarArchive
from reprodiff.artifacts.tarformat.header import FIELDS
from reprodiff.artifacts.tarformat.oddities import Oddity
from reprodiff.artifacts.tarformat.reader import read_tar
from reprodiff.artifacts.tarformat.regions import regions
from reprodiff.limits import Limits

LIMITS = Limits()
END = bytes(1024)
PLACES = {field.name: field for field in FIELDS}


def padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 512)


def block(name: bytes = b"a", size: int = 0, typeflag: bytes = b"0", **fields: bytes) -> bytes:
    """Build a ustar header; ``fields`` are raw values, and the checksum fits unless given."""
    values = {
        "name": name,
        "mode": b"0000644\0",
        "uid": b"0001000\0",
        "gid": b"0001000\0",
        "size": b"%011o\0" % size,
        "mtime": b"14524770400\0",
        "typeflag": typeflag,
        "magic": b"ustar\0",
        "version": b"00",
        "uname": b"user",
        "gname": b"group",
        "devmajor": b"0000000\0",
        "devminor": b"0000000\0",
    } | fields
    made = bytearray(512)
    for field, value in values.items():
        place = PLACES[field]
        assert len(value) <= place.width
        made[place.offset : place.offset + len(value)] = value
    if "chksum" not in fields:
        stamp(made)
    return bytes(made)


def stamp(made: bytearray) -> None:
    """Write the right checksum into a block."""
    made[148:156] = b" " * 8
    made[148:156] = b"%06o\0 " % sum(made)


def file(name: bytes = b"a", data: bytes = b"", **fields: bytes) -> bytes:
    return block(name, len(data), **fields) + padded(data)


def record(key: bytes, value: bytes) -> bytes:
    size = len(key) + len(value) + 3
    length = size + len(str(size))
    length = size + len(str(length))
    return b"%d %s=%s\n" % (length, key, value)


def pax(
    records: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]], typeflag: bytes = b"x"
) -> bytes:
    pairs = records.items() if isinstance(records, Mapping) else records
    data = b"".join(record(key, value) for key, value in pairs)
    return file(b"PaxHeaders/a", data, typeflag=typeflag)


def long_name(value: bytes, typeflag: bytes = b"L") -> bytes:
    return file(b"././@LongLink", value + b"\0", typeflag=typeflag, magic=b"ustar ", version=b" \0")


def read(data: bytes, limits: Limits = LIMITS) -> TarArchive:
    return read_tar(memoryview(data), limits)


def oddities(archive: TarArchive) -> list[Oddity]:
    return [anomaly.kind for anomaly in archive.anomalies]


def assert_tiles(archive: TarArchive) -> None:
    at = 0
    for region in regions(archive):
        assert region.start == at, region
        assert region.stop > at, region
        at = region.stop
    assert at == len(archive.data)


def written(infos: Iterable[tuple[tarfile.TarInfo, bytes]], form: int) -> bytes:
    """Let the standard library write an archive."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for info, data in infos:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()
