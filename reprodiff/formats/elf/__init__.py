"""ELF files: shared objects, executables and object files."""

from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.model import Difference


def _applies(content: Content) -> bool:
    return bytes(content.a[:4]) == b"\x7fELF" == bytes(content.b[:4])


def _compare(content: Content) -> list[Difference]:
    # Loaded on the first pair that differs: the readers and checks cost more than a text format.
    from reprodiff.formats.elf.compare import compare  # noqa: PLC0415

    return compare(content.path, content.a, content.b)


FORMAT: Final = Format("elf", _applies, _compare)
