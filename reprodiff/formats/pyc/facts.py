"""What can be said of two pyc files: the kinds of fact, and a fact."""

from enum import StrEnum

from reprodiff.model import Span
from reprodiff.records import dataclass


class FactKind(StrEnum):
    """Kinds of fact.  In the order in which they are reported."""

    MAGIC = "magic"
    """The magic number: another version of Python, or of its bytecode."""
    FLAGS = "flags"
    """The flags word of PEP 552, with the eight bytes whose meaning it gives."""
    MTIME = "mtime"
    """The time of the source, seconds since 1970, in a timestamp pyc."""
    SOURCE_SIZE = "source-size"
    """The size of the source modulo 2**32, in a timestamp pyc."""
    SOURCE_HASH = "source-hash"
    """The hash of the source, in a hash-based pyc."""
    CODE_REMOVED = "code-removed"
    """A nested code object (function, class, comprehension) that only A has."""
    CODE_ADDED = "code-added"
    """A nested code object that only B has."""
    CODE = "code"
    """The bytecode of a code object."""
    CONST = "const"
    """A constant, or how many there are."""
    NAMES = "names"
    """Names of globals, attributes or locals."""
    FIELD = "field"
    """Another field of a code object: counts, flags, stack size, its name, exception table."""
    BODY = "body"
    """The root object, where it is not a code object on both sides."""
    TRAILING = "trailing"
    """Bytes behind the root object; Python never reads them."""
    LINE_TABLE = "line-table"
    """Line numbers: ``co_firstlineno`` and ``co_linetable`` (``co_lnotab`` before 3.10)."""
    FILENAME = "filename"
    """``co_filename``: the two paths; ``count`` is the number of code objects that have them."""
    SET_ORDER = "set-order"
    """The elements of a constant set stand in another order, which varies with the hash seed."""
    INTERNING = "interning"
    """Equal strings with another type code: interned or not, short or long, ASCII or Unicode.

    One fact for all of them; ``a`` and ``b`` show the first.
    """
    REFS = "refs"
    """Equal values stored otherwise: FLAG_REF bits, reference numbers, shared or copied.

    One fact for all of them; ``a`` and ``b`` say how much is numbered and referred to.
    """


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that differs.

    ``place`` says where (``code <module>.f.co_filename``, ``const 3 of <module>.C.method``,
    ``header``); names in it come from the files and are not made safe to print.  ``a`` and ``b``
    are the two values or, for constants and tables, a line of bounded length that shows them;
    None where a side has none.  ``parts`` are the bytes of the files the fact is about, as pairs
    (span in A, span in B); an absent side is an empty span at the place where it would be.  Parts
    of different facts do not overlap.  Bytes that stand for two things (a path that is both
    ``co_filename`` and a constant) belong to the fact that comes first in :class:`FactKind`.
    ``count`` is how many objects the fact is about.
    """

    kind: FactKind
    place: str
    a: str | int | None
    b: str | int | None
    parts: tuple[tuple[Span, Span], ...]
    count: int = 1
