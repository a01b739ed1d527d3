"""The fields of headers, both sides beside each other."""

from collections.abc import Callable
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.model import Span
from reprodiff.views.headers import machofields, members, nativefields, pycfields
from reprodiff.views.tables import Group, TableRow, side_by_side

Reader = Callable[[memoryview], list[Group]]

_READERS: Final[tuple[tuple[Callable[[memoryview], bool], Reader], ...]] = (
    (nativefields.is_elf, nativefields.elf),
    (nativefields.is_pe, nativefields.pe),
    (machofields.is_macho, machofields.macho),
    (pycfields.is_pyc, pycfields.pyc),
    (members.is_gzip, members.gzip),
)


def has_header(data: memoryview) -> bool:
    """Whether ``data`` begins with a header whose fields can be shown."""
    return any(test(data) for test, _ in _READERS)


def has_records(archive: Artifact) -> bool:
    """Whether what an archive records of its members can be shown."""
    return isinstance(archive, (ZipArtifact, TarArtifact))


def content_fields(data: memoryview) -> list[Span | None]:
    """Return the bytes of all header fields."""
    return [field.span for group in _groups(data) for field in group.fields]


def content_table(a: memoryview, b: memoryview) -> list[TableRow]:
    """Return the header fields of two files; a side that has none, or a damaged one, is empty."""
    return side_by_side(_groups(a), _groups(b))


def member_table(
    a: Artifact | None, b: Artifact | None, path_a: str, path_b: str
) -> list[TableRow]:
    """Return what two archives record of a member, and of themselves where the paths are empty."""
    return side_by_side(members.recorded(a, path_a), members.recorded(b, path_b))


def _groups(data: memoryview) -> list[Group]:
    for test, read in _READERS:
        if test(data):
            return read(data)
    return []
