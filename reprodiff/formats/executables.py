"""Compiled files of two formats, one for each platform: nothing in them can be compared."""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.formats.macho.fat import is_fat
from reprodiff.formats.macho.image import is_macho
from reprodiff.formats.pe.image import is_pe
from reprodiff.model import Difference, Span


def _kind(data: memoryview) -> str:
    """Name the format of a compiled file; an empty string for anything else."""
    if bytes(data[:4]) == b"\x7fELF":
        return "ELF"
    if is_macho(data) or is_fat(data):
        return "Mach-O"
    return "PE" if is_pe(data) else ""


def _applies(content: Content) -> bool:
    one, two = _kind(content.a), _kind(content.b)
    return bool(one and two) and one != two


def _compare(content: Content) -> Iterator[Difference]:
    """State the two formats, of all bytes."""
    kinds = _kind(content.a), _kind(content.b)
    whole = Span(0, len(content.a)), Span(0, len(content.b))
    yield Difference("native.kind", content.path, "the whole file", *kinds, *whole)


FORMAT: Final = Format("compiled files of two formats", _applies, _compare)
