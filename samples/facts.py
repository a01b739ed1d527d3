"""What differs between two artifacts, facet by facet, read with the standard library alone.

Not a comparison to rely on: it is what tells whether a pair built again is the same pair.
"""

import gzip
import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

Facets = dict[str, str]


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _zip(data: bytes) -> dict[str, Facets]:
    found: dict[str, Facets] = {}
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        found[""] = {"order": "\n".join(names), "comment": repr(archive.comment)}
        for info in archive.infolist():
            # The local header has a name and an extra field of its own length (APPNOTE 4.3.7).
            lengths = struct.unpack_from("<2H", data, info.header_offset + 26)
            start = info.header_offset + 30 + sum(lengths)
            header = (
                info.create_system,
                info.create_version,
                info.extract_version,
                info.flag_bits,
                info.internal_attr,
                info.extra,
                info.comment,
            )
            found[info.filename] = {
                "content": _digest(archive.read(info)),
                "stream": f"{info.compress_type} "
                + _digest(data[start : start + info.compress_size]),
                "time": repr(info.date_time),
                "mode": f"{info.external_attr:#x}",
                "header": repr(header),
            }
    return found


def _tar_gz(data: bytes) -> dict[str, Facets]:
    plain = gzip.decompress(data)
    names = []
    found: dict[str, Facets] = {}
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        for info in archive:
            names.append(info.name)
            file = archive.extractfile(info) if info.isreg() else None
            magic = plain[info.offset + 257 : info.offset + 265]
            found[info.name] = {
                "content": _digest(file.read()) if file else "",
                "time": repr(info.mtime),
                "mode": f"{info.mode:o}",
                "owner": f"{info.uid} {info.gid} {info.uname} {info.gname}",
                "header": repr((info.type, magic, sorted(info.pax_headers))),
            }
    # Method, flags, time, extra flags and system (RFC 1952, section 2.3).
    found[""] = {"order": "\n".join(names), "gzip header": data[2:10].hex()}
    return found


def facts(path: Path) -> dict[str, Facets]:
    """Facets of each member by name; those of the container under ""."""
    data = path.read_bytes()
    return _tar_gz(data) if path.name.endswith(".tar.gz") else _zip(data)


def differing(a: Path, b: Path) -> list[str]:
    """The facets that differ, one line each, sorted; empty for identical files.

    A compressed stream is named only where the content is the same: else it has to differ.
    """
    if a.read_bytes() == b.read_bytes():
        return []
    left, right = facts(a), facts(b)
    lines = [f"{name}: only in a" for name in left.keys() - right.keys()]
    lines += [f"{name}: only in b" for name in right.keys() - left.keys()]
    for name in left.keys() & right.keys():
        facets = {facet for facet in left[name] if left[name][facet] != right[name][facet]}
        if "content" in facets:
            facets.discard("stream")
        if left.keys() != right.keys():
            facets.discard("order")
        lines += [f"{name or 'container'}: {facet}" for facet in facets]
    return sorted(lines)


def texts(path: Path) -> Iterator[bytes]:
    """Every member's name and content, and those of zip files inside, to be searched."""
    if path.name.endswith(".tar.gz"):
        yield gzip.decompress(path.read_bytes())
        return
    waiting = [path.read_bytes()]
    while waiting:
        with zipfile.ZipFile(io.BytesIO(waiting.pop())) as archive:
            for info in archive.infolist():
                yield info.filename.encode()
                content = archive.read(info)
                yield content
                if info.filename.endswith(".zip"):
                    waiting.append(content)
