"""Mach-O: extension modules and libraries for macOS, of one architecture or of several."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.macho.compare import compare_images
from reprodiff.formats.macho.fat import compare_fat, is_fat
from reprodiff.formats.macho.image import Image, is_macho, read_image
from reprodiff.formats.parsing.native import fact
from reprodiff.model import Difference


def _applies(content: Content) -> bool:
    return all(is_macho(data) or is_fat(data) for data in (content.a, content.b))


def _compare(content: Content) -> list[Difference]:
    if is_fat(content.a) or is_fat(content.b):
        return compare_fat(content.a, content.b, content.path)
    images: list[Image] = []
    said: list[str | None] = []
    for data in (content.a, content.b):
        try:
            images.append(read_image(data))
            said.append(None)
        except DamagedError as error:
            said.append(str(error))
    if len(images) < len(said):
        return [fact(("macho.damage", content.path, "header"), said)]
    return compare_images(images[0], images[1], content.path)


FORMAT: Final = Format("macho", _applies, _compare)
