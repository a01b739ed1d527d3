"""Wheels and sdists to normalise, made in code or repacked by real tools."""

import hashlib
import io
import os
import stat
import subprocess
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from reprodiff.artifacts.base import Source
from reprodiff.artifacts.opening import open_bytes
from reprodiff.errors import LimitError
from reprodiff.limits import Limits
from reprodiff.normalize.archives import canonical
from reprodiff.normalize.rules import RefusedError, Rules

INFO = "demo-1.0.dist-info"
WHEEL_NAME = "demo-1.0-py3-none-any.whl"
FILES: dict[str, bytes] = {
    "demo/__init__.py": b"VALUE = 1\n",
    "demo/tool.sh": b"#!/bin/sh\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    f"{INFO}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
}


class Collected:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.data = bytearray()

    def write(self, data: bytes | memoryview, /) -> None:
        self.data += data


def normal(data: bytes, name: str = WHEEL_NAME, rules: Rules | None = None) -> bytes:
    """Return the canonical form of an archive."""
    with open_bytes(Source(memoryview(data), name, Limits()), strict=True) as artifact:
        sink = Collected()
        canonical(artifact, sink, rules or Rules(), Limits())
        return bytes(sink.data)


def reasons(data: bytes, name: str = WHEEL_NAME) -> tuple[str, ...]:
    """Return why an archive is refused, nothing if it is not."""
    try:
        normal(data, name)
    except RefusedError as error:
        return error.reasons
    except LimitError as error:
        return (error.message,)
    return ()


def record(files: Mapping[str, bytes], eol: str = "\n", info: str = INFO) -> bytes:
    """Return a true RECORD of ``files``."""
    rows = [
        f"{path},sha256={urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b'=').decode()},"
        f"{len(data)}"
        for path, data in files.items()
    ]
    return "".join(f"{row}{eol}" for row in (*rows, f"{info}/RECORD,,")).encode()


def wheel(
    files: Mapping[str, bytes] | None = None,
    *,
    listed: bytes | None = None,
    modes: Mapping[str, int] | None = None,
    when: tuple[int, int, int, int, int, int] = (2024, 5, 6, 7, 8, 10),
    eol: str = "\n",
    backwards: bool = False,
    level: int = 6,
    info: str = INFO,
) -> bytes:
    """Return a wheel as Python's zipfile writes it."""
    held = dict(FILES if files is None else files)
    held[f"{info}/RECORD"] = record(held, eol, info) if listed is None else listed
    names = list(held)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name in reversed(names) if backwards else names:
            member = zipfile.ZipInfo(name, when)
            member.external_attr = (modes or {}).get(name, stat.S_IFREG | 0o644) << 16
            member.compress_type = zipfile.ZIP_DEFLATED if level else zipfile.ZIP_STORED
            archive.writestr(member, held[name])
    return out.getvalue()


def unpacked(data: bytes, where: Path) -> list[str]:
    """Unpack a zip with its modes; return the names of its files in their order."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            path = Path(archive.extract(info, where))
            mode = info.external_attr >> 16 & 0o777
            if mode and path.is_file():
                path.chmod(mode)
        return [info.filename for info in archive.infolist() if not info.is_dir()]


def run(*command: str | Path, cwd: Path, **environment: str) -> None:
    """Run a tool that must succeed."""
    subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=os.environ | environment,
        check=True,
        capture_output=True,
    )


def tar_of(members: Iterable[tuple[str, bytes, int]], *, form: int, **fields: object) -> bytes:
    """Return a tar as Python's tarfile writes it in one of its formats."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for name, data, mode in members:
            info = tarfile.TarInfo(name)
            info.size, info.mode = len(data), mode
            for key, value in fields.items():
                setattr(info, key, value)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def names(data: bytes) -> Sequence[str]:
    """Return the names in a zip, as Python reads them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return archive.namelist()
