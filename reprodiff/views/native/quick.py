"""What can be told of a compiled file at once, from its headers alone."""

from reprodiff.errors import DamagedError
from reprodiff.formats.elf import reader as elf
from reprodiff.formats.macho import image as macho
from reprodiff.formats.pe import image as pe


def is_native(data: memoryview) -> bool:
    """Whether ``data`` begins as a compiled file of a form that is taken apart here."""
    return bytes(data[:4]) == elf.MAGIC or macho.is_macho(data) or pe.is_pe(data)


def in_code(data: memoryview, offset: int) -> bool:
    """Whether the byte at ``offset`` is in a section with machine code."""
    try:
        if bytes(data[:4]) == elf.MAGIC:
            found = elf.parse(data).sections
            return any(s.code and s.body.start <= offset < s.body.stop for s in found)
        if pe.is_pe(data):
            return pe.read_image(data).in_code(offset)
        if macho.is_macho(data):
            image = macho.read_image(data)
            return any(
                s.executable and s.span.start <= offset < s.span.stop for s in image.sections
            )
    except DamagedError:
        return False
    return False
