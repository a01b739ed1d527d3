"""Portable Executables: extension modules (.pyd), libraries and programs for Windows."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.native import fact
from reprodiff.formats.pe.compare import compare_images
from reprodiff.formats.pe.image import Image, is_pe, read_image
from reprodiff.model import Difference


def _applies(content: Content) -> bool:
    """Whether one side is a PE file and the other is, or starts like one."""
    sides = (content.a, content.b)
    return any(map(is_pe, sides)) and all(bytes(side[:2]) == b"MZ" for side in sides)


def _compare(content: Content) -> list[Difference]:
    images: list[Image] = []
    said: list[str | None] = []
    for data in (content.a, content.b):
        try:
            images.append(read_image(data))
            said.append(None)
        except DamagedError as error:
            said.append(str(error))
    if len(images) < len(said):
        return [fact(("pe.damage", content.path, "headers"), said)]
    return compare_images(images[0], images[1], content.path)


FORMAT: Final = Format("pe", _applies, _compare)
