"""Header and load commands of Mach-O files.

Source: Apple, mach-o/loader.h.
"""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.macho.image import ARCHITECTURES, UUID, Command, Image, read_image
from reprodiff.formats.macho.image import is_macho as is_macho_image
from reprodiff.model import Span
from reprodiff.views.tables import Field, Group

_WITH_TEXT: Final = frozenset({"LC_ID_DYLIB", "LC_RPATH"})
_MOST: Final = 512


def is_macho(data: memoryview) -> bool:
    """Whether ``data`` begins as a Mach-O file of one architecture."""
    return is_macho_image(data)


def macho(data: memoryview) -> list[Group]:
    """Return the header and the load commands."""
    try:
        image = read_image(data)
    except DamagedError:
        return []
    head = (
        Field("architecture", ARCHITECTURES.get(image.cpu, f"{image.cpu:#x}"), Span(4, 8)),
        Field("file type", f"{image.word(12)}", Span(12, 16)),
        Field("load commands", f"{len(image.commands)}", Span(16, 20)),
        Field("size of the commands", f"{image.word(20)}", Span(20, 24)),
        Field("flags", f"{image.word(24):#x}", Span(24, 28)),
    )
    commands = tuple(
        Field(each.name, _value(image, each), each.span) for each in image.commands[:_MOST]
    )
    return [Group("Mach-O header", head), Group("Load commands", commands)]


def _value(image: Image, command: Command) -> str:
    if command.name in _WITH_TEXT or command.name.endswith("_DYLIB"):
        text = image.text(command)
        if text is not None:
            return text.decode("utf-8", "surrogateescape")
    raw = bytes(image.data[command.at + 8 : command.at + command.size])
    if command.cmd == UUID:
        return raw[:16].hex()
    segment = next((each for each in image.segments if each.command == command), None)
    if segment is not None:
        name = segment.name.decode("utf-8", "surrogateescape")
        place = segment.span
        return f"{name} file {place.start:#x} +{place.size:#x} memory +{segment.vmsize:#x}"
    return raw[:32].hex(" ") + (" …" if len(raw) > 32 else "")
