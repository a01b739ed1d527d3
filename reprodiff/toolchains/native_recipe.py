"""What native code tells of how it was built: compiler, build image, build directory."""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.errors import ReprodiffError
from reprodiff.model import Confidence, RecipeLine
from reprodiff.text import plain

_ELF: Final = b"\x7fELF"
_MAX_NATIVE: Final = 8 << 20
_COMPILERS: Final = re.compile(
    rb"(GCC: \([^)\0]{1,80}\) [0-9.]+|[^\0]{0,20}clang version [0-9.]+|rustc version [0-9.]+)"
)
# Without a word of clang, which may stand anywhere, the others are found a dozen times as fast.
_CLANG: Final = b"clang version "
_NOT_CLANG: Final = re.compile(rb"(GCC: \([^)\0]{1,80}\) [0-9.]+|rustc version [0-9.]+)")
_HOME_OF_PYTHON: Final = re.compile(rb"/opt/_internal/(cpython-[0-9.]+)")
_DIRECTORY: Final = re.compile(
    rb"\0((?:/tmp/|/home/|/root/|/build|/project|/io|/github/|/__w/|/Users/)[^\0\n]{0,200})(?=\0)"
)
_SOURCE: Final = re.compile(rb"/[^/]+\.[A-Za-z+]{1,4}$")
_LIBRARIES: Final = re.compile(rb"/lib(?:64|exec)?$")
"""Ends of search paths, which say where something runs."""
_PATHS: Final = 200
"""Paths that are looked at for one that is a directory."""


def native_lines(artifact: Artifact, members: Sequence[Member]) -> Iterator[RecipeLine]:
    """Yield compiler and build directory from the first of ``members`` that tells them."""
    seen: set[str] = set()
    for member in members:
        if member.size > _MAX_NATIVE:
            continue
        try:
            with artifact.read(member) as view:
                data = bytes(view)
        except ReprodiffError:
            continue
        if data.startswith(_ELF):
            lines = _of_elf(data, member.path)
        elif data.startswith(_DOS):
            lines = _of_pe(data, member.path)
        else:
            continue
        for line in lines:
            if line.key not in seen:
                seen.add(line.key)
                yield line


def _of_pe(data: bytes, path: str) -> Iterator[RecipeLine]:
    """Yield the linker by its version in the optional header, and by the mark that MSVC leaves."""
    at = int.from_bytes(data[0x3C:0x40], "little")
    if data[at : at + 4] != b"PE\0\0" or at + 28 > len(data):
        return
    version = f"{data[at + 26]}.{data[at + 27]:02}"
    if b"Rich" in data[0x80:at]:
        linker = f"MSVC linker {version}"
    elif data[at + 26] == _GNU_LD:
        linker = f"GNU ld {version}"
    else:
        return
    yield RecipeLine("compiler", linker, Confidence.LIKELY, f"it linked {path}", path)


_DOS: Final = b"MZ"
_GNU_LD: Final = 2
"""The first number of all its releases; those of MSVC have been higher since 1992."""


def _of_elf(data: bytes, path: str) -> Iterator[RecipeLine]:
    pattern = _COMPILERS if _CLANG in data else _NOT_CLANG
    compilers = dict.fromkeys(plain(hit, 120).strip() for hit in pattern.findall(data))
    if compilers:
        words = f"it stands in {path}"
        yield RecipeLine("compiler", "; ".join(list(compilers)[:3]), Confidence.LIKELY, words, path)
    if found := _HOME_OF_PYTHON.search(data):
        words = f"a path of the build image in {path}"
        yield RecipeLine("image_python", plain(found[1], 40), Confidence.LIKELY, words)
    paths = [found[1] for found in islice(_DIRECTORY.finditer(data), _PATHS)]
    if any(not _LIBRARIES.search(each) for each in paths):
        # Assertions name files; the directory that the compiler ran in stands by itself.
        whole = (e for e in paths if not _SOURCE.search(e) and not _LIBRARIES.search(e))
        directory = next(whole, _SOURCE.sub(b"", paths[0]))
        words = f"an absolute path in {path}"
        yield RecipeLine("build_path", plain(directory, 200), Confidence.POSSIBLE, words)
