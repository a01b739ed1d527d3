"""The version of a library by a field of its format: LC_ID_DYLIB, VS_FIXEDFILEINFO.

Sources: Apple, mach-o/loader.h and mach-o/fat.h; Microsoft, "VS_FIXEDFILEINFO".
"""

import struct
from typing import Final

from reprodiff.errors import ReprodiffError
from reprodiff.formats.macho.image import ID_DYLIB, is_macho
from reprodiff.formats.macho.image import read_image as read_macho
from reprodiff.formats.pe.image import Image, read_image

_FAT: Final = {
    b"\xca\xfe\xba\xbe": struct.Struct(">2i3I"),
    b"\xca\xfe\xba\xbf": struct.Struct(">2i2Q2I"),
}
_MAX_RESOURCES: Final = 16 << 20


def header_version(data: memoryview) -> str:
    """Return the version that a library gives of itself, empty if there is none to read.

    Of a universal binary that of its first slice counts.
    """
    try:
        if bytes(data[:2]) == b"MZ":
            return file_version(read_image(data))
        return _dylib_version(data)
    except ReprodiffError:
        return ""


def _dylib_version(data: memoryview) -> str:
    form = _FAT.get(bytes(data[:4]))
    if form is not None and len(data) >= 8 + form.size:
        start, size = form.unpack_from(data, 8)[2:4]
        data = data[start : start + size]
    if not is_macho(data):
        return ""
    image = read_macho(data)
    versions = (image.word(c.at + 16) for c in image.commands if c.cmd == ID_DYLIB)
    return next(map(command_version, versions), "")


def command_version(number: int) -> str:
    """Return a version of four nibbles and two bytes: X.Y, or X.Y.Z where there is a Z."""
    major, minor, patch = number >> 16, number >> 8 & 0xFF, number & 0xFF
    return f"{major}.{minor}.{patch}" if patch else f"{major}.{minor}"


def file_version(image: Image) -> str:
    """Return FileVersion of VS_FIXEDFILEINFO, which starts with a signature of its own."""
    for section in image.sections:
        if section.name != b".rsrc":
            continue
        raw = bytes(
            image.data[
                section.span.start : min(section.span.stop, section.span.start + _MAX_RESOURCES)
            ]
        )
        at = raw.find(b"\xbd\x04\xef\xfe\x00\x00\x01\x00")
        if at >= 0 and at + 16 <= len(raw):
            high, low = struct.unpack_from("<2I", raw, at + 8)
            return f"{high >> 16}.{high & 0xFFFF}.{low >> 16}.{low & 0xFFFF}"
    return ""
