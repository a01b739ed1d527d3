"""COFF objects (.obj, .o of MinGW), large ones too, and the short ones in import libraries."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.coff.reader import is_whole, kind
from reprodiff.formats.parsing.native import fact
from reprodiff.model import Difference

_SUFFIXES: Final = frozenset({".obj", ".o", ".dll", ".pyd", ".lib", ".exe"})


def _applies(content: Content) -> bool:
    """Whether both are objects: by their names, or by where their strings end.

    The header has no magic number of its own.
    """
    if not kind(content.a) == kind(content.b) != "":
        return False
    return content.suffix in _SUFFIXES or all(is_whole(data) for data in (content.a, content.b))


def _compare(content: Content) -> list[Difference]:
    # Loaded on the first pair that differs: the checks cost more than a text format.
    from reprodiff.formats.coff.compare import compare_objects, compare_shorts  # noqa: PLC0415
    from reprodiff.formats.coff.reader import read_object  # noqa: PLC0415

    if kind(content.a) == "short":
        return compare_shorts(content.path, content.a, content.b)
    objects = []
    said: list[str | None] = []
    for data in (content.a, content.b):
        try:
            objects.append(read_object(data))
            said.append(None)
        except DamagedError as error:
            said.append(str(error))
    if len(objects) < len(said):
        return [fact(("pe.damage", content.path, "sections"), said)]
    return compare_objects(content.path, objects[0], objects[1])


FORMAT: Final = Format("coff", _applies, _compare)
