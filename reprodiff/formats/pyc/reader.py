"""A pyc file: its header (PEP 552) and its body."""

from typing import Final

from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.magic import PEP_552_FIRST, SLICE_FIRST, SUFFIX, MagicRange, magic_range
from reprodiff.formats.pyc.marshal import MAX_NODES, Graph, read_marshal
from reprodiff.formats.pyc.node import Node
from reprodiff.model import Span
from reprodiff.records import dataclass

HEADER_SIZE: Final = 16
"""Bytes of a header as PEP 552 has it."""

MAGIC_SPAN: Final = Span(0, 4)
FLAGS_SPAN: Final = Span(4, 8)
MTIME_SPAN: Final = Span(8, 12)
SOURCE_SIZE_SPAN: Final = Span(12, 16)
SOURCE_HASH_SPAN: Final = Span(8, 16)

MODES: Final = {0: "timestamp", 1: "unchecked-hash", 3: "checked-hash"}
"""How Python finds out whether the file is up to date, by the flags word (PEP 552)."""


@dataclass(frozen=True, slots=True)
class PycHeader:
    """What stands in front of the body, at fixed places (``*_SPAN``).

    ``version`` is the Python the magic number belongs to, such as ``3.12``; None for a number
    that is not known.  ``flags`` is None where the header is not known to follow PEP 552.  A field
    is None where ``mode`` has no such field: ``mtime`` (seconds since 1970) and ``source_size``
    (bytes, modulo 2**32) belong to ``timestamp``, ``source_hash`` to the other two.  ``mode`` is
    None for flags that PEP 552 does not define.
    """

    magic: bytes
    version: str | None
    flags: int | None = None
    mode: str | None = None
    mtime: int | None = None
    source_size: int | None = None
    source_hash: bytes | None = None

    @property
    def magic_number(self) -> int:
        """The number in the first two bytes, as Python counts its formats."""
        return int.from_bytes(self.magic[:2], "little")


@dataclass(frozen=True, slots=True)
class Pyc:
    """A pyc file as read.

    ``body`` is None where it could not be read; ``body_error`` then says why and where.
    """

    data: bytes
    header: PycHeader
    body: Graph | None
    body_error: PycError | None

    @property
    def root(self) -> Node | None:
        """The root object; in a file that Python can import, the code object of the module."""
        return None if self.body is None else Node(self.body, 0)

    @property
    def trailing(self) -> Span | None:
        """The bytes behind the root object, if there are any.  Python never reads them."""
        if self.body is None or self.body.end == len(self.data):
            return None
        return Span(self.body.end, len(self.data))


def read_header(data: bytes) -> PycHeader:
    """Read the header; raise :class:`PycError` if the file ends inside it."""
    if len(data) < HEADER_SIZE:
        raise PycError("the file ends inside the header", offset=len(data))
    magic = data[:4]
    row = _row(magic)
    if row is None:
        return PycHeader(magic, None)
    flags = _u4(data, FLAGS_SPAN)
    mode = MODES.get(flags)
    if mode is None:
        return PycHeader(magic, row.version, flags)
    if mode == "timestamp":
        mtime, size = _u4(data, MTIME_SPAN), _u4(data, SOURCE_SIZE_SPAN)
        return PycHeader(magic, row.version, flags, mode, mtime=mtime, source_size=size)
    found = data[SOURCE_HASH_SPAN.start : SOURCE_HASH_SPAN.stop]
    return PycHeader(magic, row.version, flags, mode, source_hash=found)


def read_pyc(data: bytes | memoryview, *, max_nodes: int = MAX_NODES) -> Pyc:
    """Read a pyc file.

    Raises :class:`PycError` if it ends inside its header.  A body that cannot be read, because the
    magic number is not known or the marshal data are damaged, is no error but ``body_error``.
    """
    data = bytes(data)
    header = read_header(data)
    try:
        return Pyc(data, header, read_body(data, max_nodes=max_nodes), None)
    except PycError as error:
        return Pyc(data, header, None, error)


def read_body(data: bytes, *, max_nodes: int = MAX_NODES) -> Graph:
    """Read the body of a file that has a whole header; raise :class:`PycError` if that fails."""
    row = _row(data[:4])
    if row is None:
        raise PycError("the magic number is not one of CPython 3.8 to 3.15", offset=0)
    if row.layout is None:
        raise PycError(f"code objects of this pre-release of {row.version} are not read", offset=0)
    number = int.from_bytes(data[:2], "little")
    return read_marshal(
        data, HEADER_SIZE, row.layout, slices=number >= SLICE_FIRST, max_nodes=max_nodes
    )


def _row(magic: bytes) -> MagicRange | None:
    number = int.from_bytes(magic[:2], "little")
    if magic[2:] != SUFFIX or number < PEP_552_FIRST:
        return None
    return magic_range(number)


def _u4(data: bytes, span: Span) -> int:
    return int.from_bytes(data[span.start : span.stop], "little")
