"""What a Windows library needs: machine, oldest system, imported libraries and their symbols.

Source: Microsoft, "PE Format", "The .idata Section" and "Delay-Load Import Tables".
"""

import struct
from typing import Final

from reprodiff.formats.parsing.native import c_string
from reprodiff.formats.pe.image import DELAY, EXPORT, IMPORT, Image, read_image
from reprodiff.platforms.headers import file_version
from reprodiff.platforms.native import Native

_MACHINES: Final = {0x14C: "win32", 0x8664: "win_amd64", 0xAA64: "win_arm64", 0x1C4: "win_arm32"}
_MAX_LIBRARIES: Final = 4096
_MAX_SYMBOLS: Final = 50_000
_EXPORTS: Final = struct.Struct("<4I")


def read_pe(data: memoryview) -> Native:
    """Return what a PE file needs; what is damaged is left out.

    Raises :class:`~reprodiff.errors.DamagedError` if it is no PE file.
    """
    image = read_image(data)
    machine = _MACHINES.get(image.machine, f"machine {image.machine:#x}")
    at = image.optional + 48
    major, minor = (int.from_bytes(data[at + n : at + n + 2], "little") for n in (0, 2))
    libraries = _libraries(image)
    return Native(
        format="pe",
        machines=(machine,),
        needed=tuple(libraries),
        imports=frozenset().union(*libraries.values()) if libraries else frozenset(),
        imported_from={name: symbols for name, symbols in libraries.items() if symbols},
        init=_module(image),
        floors={machine: f"{major}.{minor}"},
        version=file_version(image),
        constants=tuple(s.span for s in image.sections if s.name == b".rdata"),
        contents=tuple(s.span for s in image.sections if s.executable),
    )


def _string(image: Image, rva: int) -> str:
    place = image.offset(rva) if rva else None
    raw = None if place is None else c_string(image.data, place, len(image.data))
    return (raw or b"").decode("utf-8", "surrogateescape")


def _libraries(image: Image) -> dict[str, frozenset[str]]:
    """Return the imported symbols by library, its name in lower case as Windows compares it."""
    found: dict[str, frozenset[str]] = {}
    left = _MAX_SYMBOLS
    for directory, size, name_at, names_at in ((IMPORT, 20, 12, 0), (DELAY, 32, 4, 16)):
        start, length = image.directory(directory)
        for number in range(_MAX_LIBRARIES if start and length else 0):
            at = image.offset(start + size * number, size)
            if at is None or not image.word(at + name_at):
                break
            name = _string(image, image.word(at + name_at)).lower()
            # Without a table of names of its own the table of addresses has them.
            names = image.word(at + names_at) or image.word(at + 16)
            symbols = _names(image, names, left) if names else []
            left -= len(symbols) + 1
            if name:
                found[name] = found.get(name, frozenset()) | frozenset(filter(None, symbols))
    return found


def _names(image: Image, rva: int, most: int) -> list[str]:
    """Return the symbols of a table of imports; one that is named by number is empty."""
    width = 8 if image.plus else 4
    found: list[str] = []
    while len(found) < most:
        at = image.offset(rva + width * len(found), width)
        if at is None:
            break
        entry = int.from_bytes(image.data[at : at + width], "little")
        if not entry:
            break
        by_number = entry >> (8 * width - 1)
        found.append("" if by_number else _string(image, (entry & 0x7FFF_FFFF) + 2))
    return found


def _module(image: Image) -> str:
    """Return the Python module that the exports initialise."""
    rva, size = image.directory(EXPORT)
    at = image.offset(rva, 40) if rva and size else None
    if at is None:
        return ""
    count, _functions, names, _ordinals = _EXPORTS.unpack_from(image.data, at + 24)
    for number in range(min(count, 10_000)):
        place = image.offset(names + 4 * number, 4)
        if place is None:
            break
        text = _string(image, image.word(place))
        if text.startswith("PyInit"):
            return text.removeprefix("PyInit_").removeprefix("PyInitU_")
    return ""
