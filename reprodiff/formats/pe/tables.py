"""The tables of a PE image that record times, ids and addresses.

Source: Microsoft, "PE Format": export directory, resource directories, debug directory, load
configuration, delay-load descriptors, base relocations.  Every loop is bounded, and a table
that leads out of the file is said in ``damage``.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.parsing.native import c_string, unpack
from reprodiff.formats.pe.image import (
    DEBUG,
    DELAY,
    EXPORT,
    IMPORT,
    LOAD_CONFIG,
    RELOCATION,
    RESOURCE,
    Image,
)
from reprodiff.model import Span

_DEBUG: Final = struct.Struct("<IIHHIIII")
_RESOURCE: Final = struct.Struct("<IIHHHH")
_ENTRY: Final = struct.Struct("<II")
_BLOCK: Final = struct.Struct("<II")

CODEVIEW, FEATURES, POGO, REPRO = 2, 12, 13, 16
DEBUG_NAMES: Final = {
    1: "COFF",
    2: "CodeView",
    3: "FPO",
    4: "misc",
    12: "VC feature",
    13: "POGO",
    14: "ILTCG",
    16: "REPRO",
    20: "DLL characteristics",
}
_MAX_DEBUG: Final = 256
_MAX_DIRECTORIES: Final = 10_000
_MAX_DELAY: Final = 4096
_MAX_IMPORTS: Final = 4096
_MAX_SITES: Final = 4_000_000


class DebugEntry(NamedTuple):
    """An entry of the debug directory; ``data`` is its place in the file, empty if outside."""

    type: int
    at: int
    data: Span


class CodeView(NamedTuple):
    """A record that names the PDB: ``id_span`` is its GUID (a time in the old form) and age."""

    form: bytes
    id_span: Span
    age_span: Span
    path: bytes
    path_span: Span
    """The path with its NUL."""


def debug_entries(image: Image, damage: list[str]) -> tuple[DebugEntry, ...]:
    """Return the entries of the debug directory."""
    rva, size = image.directory(DEBUG)
    if not rva or not size:
        return ()
    found: list[DebugEntry] = []
    for number in range(min(size // _DEBUG.size, _MAX_DEBUG)):
        at = image.offset(rva + number * _DEBUG.size, _DEBUG.size)
        if at is None:
            damage.append("the debug directory leads out of the file")
            break
        *_head, kind, length, _address, offset = _DEBUG.unpack_from(image.data, at)
        data = Span(offset, offset + length) if offset and length else Span(0, 0)
        if data.stop > len(image.data):
            damage.append("debug data run past the end of the file")
            data = Span(0, 0)
        found.append(DebugEntry(kind, at, data))
    return tuple(found)


def code_view(image: Image, entry: DebugEntry) -> CodeView | None:
    """Return the CodeView record of an entry; ``None`` if it is of no known form."""
    start, stop = entry.data
    form = bytes(image.data[start : start + 4])
    if form == b"RSDS":
        ids, ages, at = Span(start + 4, start + 20), Span(start + 20, start + 24), start + 24
    elif form == b"NB10":
        ids, ages, at = Span(start + 8, start + 12), Span(start + 12, start + 16), start + 16
    else:
        return None
    path = c_string(image.data, at, stop)
    if path is None:
        return None
    return CodeView(form, ids, ages, path, Span(at, at + len(path) + 1))


def time_sites(image: Image, entries: tuple[DebugEntry, ...], damage: list[str]) -> dict[str, int]:
    """Return the offset of every TimeDateStamp the format defines, by the name of its place."""
    sites = {"COFF header": image.stamp.start}
    for name, index in (("export directory", EXPORT), ("load config", LOAD_CONFIG)):
        rva, size = image.directory(index)
        if rva and size:
            at = image.offset(rva, 8)
            if at is None:
                damage.append(f"the {name} leads out of the file")
            else:
                sites[name] = at + 4
    for number, entry in enumerate(entries):
        sites[f"debug entry {number + 1}"] = entry.at + 4
    _resource_sites(image, sites, damage)
    _delay_sites(image, sites, damage)
    return sites


def _resource_sites(image: Image, sites: dict[str, int], damage: list[str]) -> None:
    """Walk the tree of resource directories, each once however it is linked."""
    rva, size = image.directory(RESOURCE)
    if not rva or not size:
        return
    waiting, seen = [0], {0}
    number = 0
    while waiting:
        inner = waiting.pop()
        at = image.offset(rva + inner, _RESOURCE.size)
        if at is None:
            damage.append("a resource directory leads out of the file")
            continue
        number += 1
        sites[f"resource directory {number}"] = at + 4
        *_head, named, numbered = _RESOURCE.unpack_from(image.data, at)
        for index in range(named + numbered):
            entry = unpack(_ENTRY, image.data, at + _RESOURCE.size + 8 * index)
            if entry is None:
                damage.append("a resource directory leads out of the file")
                break
            target = entry[1] & 0x7FFF_FFFF
            if entry[1] >> 31:
                if target in seen:
                    damage.append("a resource directory is linked twice")
                elif len(seen) >= _MAX_DIRECTORIES:
                    damage.append("there are too many resource directories")
                    return
                else:
                    seen.add(target)
                    waiting.append(target)


def _delay_sites(image: Image, sites: dict[str, int], damage: list[str]) -> None:
    rva, size = image.directory(DELAY)
    if not rva or not size:
        return
    for number in range(min(size // 32, _MAX_DELAY)):
        at = image.offset(rva + 32 * number, 32)
        if at is None:
            damage.append("the delay import directory leads out of the file")
            return
        if not any(image.data[at : at + 32]):
            return
        sites[f"delay import {number + 1}"] = at + 28


def imports(image: Image, damage: list[str]) -> frozenset[str]:
    """Return the names of the libraries that the image loads, in lower case as Windows has it."""
    rva, size = image.directory(IMPORT)
    found: set[str] = set()
    if not rva or not size:
        return frozenset()
    for number in range(_MAX_IMPORTS):
        at = image.offset(rva + 20 * number, 20)
        if at is None:
            damage.append("the import directory leads out of the file")
            break
        name_rva = image.word(at + 12)
        if not name_rva:
            break
        place = image.offset(name_rva)
        name = None if place is None else c_string(image.data, place, len(image.data))
        if name is None:
            damage.append("the name of an import leads out of the file")
            break
        found.add(name.decode("utf-8", "surrogateescape").lower())
    else:
        damage.append("there are too many imports")
    return frozenset(found)


def relocations(image: Image, damage: list[str]) -> dict[int, int]:
    """Return file offset -> width in bytes of every word that the loader adds the base to."""
    sites: dict[int, int] = {}
    for rva, width in relocated(image, damage).items():
        place = image.offset(rva, width)
        if place is not None:
            sites[place] = width
    return sites


def relocated(image: Image, damage: list[str]) -> dict[int, int]:
    """Return the address of every word that the loader adds the base to -> its width."""
    found: dict[int, int] = {}
    for rva, kind in relocation_entries(image, damage):
        width = {3: 4, 10: 8}.get(kind)
        if width:
            found[rva] = width
    return found


def relocation_entries(image: Image, damage: list[str]) -> Iterator[tuple[int, int]]:
    """Yield address and type of each base relocation; type 0 fills a block up."""
    rva, size = image.directory(RELOCATION)
    start = image.offset(rva) if rva and size else None
    if rva and size and start is None:
        damage.append("the base relocations lead out of the file")
    if start is None:
        return
    at, stop = start, min(start + size, len(image.data))
    count = 0
    while at + _BLOCK.size <= stop and count < _MAX_SITES:
        page, length = _BLOCK.unpack_from(image.data, at)
        if length < _BLOCK.size or at + length > stop:
            if page or length:
                damage.append("a block of base relocations has an impossible size")
            break
        for (word,) in struct.iter_unpack("<H", image.data[at + 8 : at + length - (length & 1)]):
            count += 1
            yield page + (word & 0xFFF), word >> 12
        at += length
