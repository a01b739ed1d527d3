"""What a Mach-O file or a universal binary needs, slice by slice.

Source: Apple, mach-o/loader.h, mach-o/nlist.h and mach-o/fat.h.
"""

import struct
from collections.abc import Iterator
from typing import Final

from reprodiff.formats.macho.fat import MAX_SLICES, is_fat
from reprodiff.formats.macho.image import (
    ARCHITECTURES,
    BUILD_VERSION,
    ID_DYLIB,
    LOAD_DYLIB,
    RPATH,
    SYMTAB,
    Image,
    is_macho,
    read_image,
)
from reprodiff.model import Span
from reprodiff.platforms.headers import command_version
from reprodiff.platforms.native import MAX_NEEDED, MAX_PATHS, Native, module_name

_MIN_MACOS: Final = 0x24
_MACOS: Final = 1
_MAX_SYMBOLS: Final = 2_000_000
_DATA: Final = frozenset({"__DATA,__data", "__DATA,__const", "__DATA_CONST,__const"})
"""Sections of data in which libraries have texts that name their version."""
_STAB, _TYPE, _EXTERNAL, _WEAK_REFERENCE = 0xE0, 0x0E, 0x01, 0x40


def read_macho(data: memoryview) -> Native | None:
    """Return what a Mach-O file needs, ``None`` if there is none in it.

    Raises :class:`~reprodiff.errors.DamagedError` where a header is cut off.
    """
    parts = list(_slices(data))
    images = [read_image(part) for _, part in parts]
    if not images:
        return None
    floors: dict[str, str] = {}
    needed: dict[str, None] = {}
    rpath: dict[str, None] = {}
    imports: set[str] = set()
    provides: set[str] = set()
    soname = version = ""
    for image in images:
        machine = ARCHITECTURES.get(image.cpu, f"cpu {image.cpu:#x}")
        floors[machine] = _floor(image)
        for command in image.commands:
            if command.cmd in LOAD_DYLIB:
                needed.setdefault(_text(image.text(command)))
            elif command.cmd == ID_DYLIB:
                soname = soname or _text(image.text(command))
                version = version or command_version(image.word(command.at + 16))
            elif command.cmd == RPATH:
                rpath.setdefault(_text(image.text(command)))
        wanted, provided = _symbols(image)
        imports |= wanted
        provides |= provided
    return Native(
        format="macho",
        machines=tuple(floors),
        soname=soname,
        needed=tuple(needed)[:MAX_NEEDED],
        runpath=tuple(rpath)[:MAX_PATHS],
        imports=frozenset(imports),
        provides=frozenset(provides),
        init=module_name(provides),
        floors=floors,
        version=version,
        constants=tuple(_places(images, parts, code=False)),
        contents=tuple(_places(images, parts, code=True)),
    )


def _places(
    images: list[Image], parts: list[tuple[int, memoryview]], *, code: bool
) -> Iterator[Span]:
    """Yield the places of code and constants, or of constants and data without the code."""
    for image, (start, _) in zip(images, parts, strict=True):
        for section in image.sections:
            text = section.name.startswith("__TEXT,") and (code or not section.executable)
            if text or (not code and section.name in _DATA):
                yield Span(start + section.span.start, start + section.span.stop)


def _slices(data: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield the images with their places in the file."""
    if is_macho(data):
        yield 0, data
    elif is_fat(data):
        wide = bytes(data[:4]) == b"\xca\xfe\xba\xbf"
        form = struct.Struct(">2i2Q2I" if wide else ">2i3I")
        for number in range(min(int.from_bytes(data[4:8], "big"), MAX_SLICES)):
            at = 8 + form.size * number
            if at + form.size > len(data):
                return
            _cpu, _sub, offset, size = form.unpack_from(data, at)[:4]
            part = data[offset : offset + size]
            if is_macho(part):
                yield offset, part


def _text(raw: bytes | None) -> str:
    return (raw or b"").rstrip(b"\0").decode("utf-8", "surrogateescape")


def _floor(image: Image) -> str:
    """Return the oldest macOS that the image is for; empty if it is for another system."""
    for command in image.commands:
        if command.cmd == BUILD_VERSION and image.word(command.at + 8) == _MACOS:
            return command_version(image.word(command.at + 12))
        if command.cmd == _MIN_MACOS:
            return command_version(image.word(command.at + 8))
    return ""


def _symbols(image: Image) -> tuple[set[str], set[str]]:
    """Return the undefined symbols and those defined that are named as Python's.

    The underscore that all symbols have in front is left out.
    """
    imports: set[str] = set()
    provides: set[str] = set()
    command = image.find(SYMTAB)
    if command is None or command.size < 24:
        return imports, provides
    at, count, strings_at, strings_size = (image.word(command.at + 8 + 4 * n) for n in range(4))
    form = struct.Struct(image.order + ("IBBHQ" if image.wide else "IBBHI"))
    count = min(count, max(len(image.data) - at, 0) // form.size, _MAX_SYMBOLS)
    strings = bytes(image.data[strings_at : strings_at + strings_size])
    for name, kind, _section, note, _value in form.iter_unpack(
        image.data[at : at + count * form.size]
    ):
        if kind & _STAB or not kind & _EXTERNAL:
            continue
        stop = strings.find(b"\0", name, name + 4096)
        raw = strings[name : stop if stop >= 0 else name + 4096]
        text = raw.decode("utf-8", "surrogateescape").removeprefix("_")
        if kind & _TYPE:
            if text.startswith(("Py", "_Py")):
                provides.add(text)
        elif not note & _WEAK_REFERENCE:
            imports.add(text)
    return imports, provides
