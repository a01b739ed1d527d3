"""The header of a pyc file (PEP 552)."""

from datetime import UTC, datetime

from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.magic import PEP_552_FIRST, SUFFIX, magic_range
from reprodiff.formats.pyc.reader import (
    FLAGS_SPAN,
    MAGIC_SPAN,
    MTIME_SPAN,
    SOURCE_HASH_SPAN,
    SOURCE_SIZE_SPAN,
    read_header,
)
from reprodiff.views.tables import Field, Group


def is_pyc(data: memoryview) -> bool:
    """Whether ``data`` begins with the magic number of a known Python."""
    head = bytes(data[:4])
    number = int.from_bytes(head[:2], "little")
    return head[2:] == SUFFIX and number >= PEP_552_FIRST and magic_range(number) is not None


def pyc(data: memoryview) -> list[Group]:
    """Return the fields of the header."""
    try:
        head = read_header(bytes(data[:16]))
    except PycError:
        return []
    fields = [Field("magic", f"{head.magic_number} (Python {head.version})", MAGIC_SPAN)]
    if head.flags is not None:
        fields.append(Field("flags", f"{head.flags} ({head.mode or 'unknown'})", FLAGS_SPAN))
    if head.mtime is not None:
        time = datetime.fromtimestamp(head.mtime, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
        fields.append(Field("time of the source", f"{head.mtime} ({time})", MTIME_SPAN))
    if head.source_size is not None:
        fields.append(Field("size of the source", f"{head.source_size:,} bytes", SOURCE_SIZE_SPAN))
    if head.source_hash is not None:
        fields.append(Field("hash of the source", head.source_hash.hex(), SOURCE_HASH_SPAN))
    return [Group("pyc header", tuple(fields))]
