"""ELF files: shared objects, executables and object files."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.model import Difference


def _applies(content: Content) -> bool:
    return bytes(content.a[:4]) == b"\x7fELF" == bytes(content.b[:4])


def _compare(content: Content) -> list[Difference]:
    # Loaded on the first pair that differs: the readers and checks cost more than a text format.
    from reprodiff.formats.elf.compare import compare  # noqa: PLC0415
    from reprodiff.formats.elf.reader import parse  # noqa: PLC0415

    said: list[str | None] = []
    for data in (content.a, content.b):
        try:
            parse(data)
            said.append(None)
        except DamagedError as error:
            said.append(str(error))
    if said[0] or said[1]:
        return [Difference("elf.damage", content.path, "headers", said[0], said[1])]
    return compare(content.path, content.a, content.b)


FORMAT: Final = Format("elf", _applies, _compare)
