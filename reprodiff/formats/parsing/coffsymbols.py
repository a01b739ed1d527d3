"""The symbol table of COFF, which objects have and MinGW leaves in images.

Source: Microsoft, "PE Format", COFF Symbol Table and Auxiliary Symbol Records: records of 18 bytes
(20 in large objects); a record may have auxiliary ones behind it, that say how long a section is,
or hold the name of a source file.
"""

import struct
from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.model import Span

EXTERNAL, STATIC, FILE = 2, 3, 103
"""Storage classes."""
FUNCTION: Final = 0x20
"""The type of a function."""
MAX_SYMBOLS: Final = 1_000_000
_FORMS: Final = {False: struct.Struct("<IIIhHBB"), True: struct.Struct("<IIIiHBB")}


class Symbol(NamedTuple):
    """A record of the table; ``at`` is its place in the file, ``more`` its auxiliary bytes."""

    number: int
    name: bytes
    name_at: int
    """Where the name stands in the string table; 0 if it is in the record."""
    value: int
    section: int
    type: int
    storage: int
    more: bytes
    at: int
    size: int
    """Bytes of the record with what belongs to it."""

    @property
    def of_section(self) -> bool:
        """Whether it is a section's own, with what the section is in its auxiliary record."""
        plain = self.storage == STATIC and self.type != FUNCTION and not self.value
        return plain and self.section > 0 and bool(self.more)


def row_size(*, large: bool) -> int:
    """Return the bytes of a record."""
    return _FORMS[large].size


def read_symbols(
    data: memoryview, table: Span, strings: Span, *, large: bool = False
) -> Iterator[Symbol]:
    """Yield the symbols of a table; auxiliary records that run past its end are cut there.

    Then the last symbol has fewer bytes than its record says.
    """
    form = _FORMS[large]
    texts = bytes(data[strings.start : strings.stop])
    at = table.start
    for _ in range(MAX_SYMBOLS):
        if at + form.size > table.stop:
            return
        zeros, name_at, value, section, kind, storage, count = form.unpack_from(data, at)
        if zeros:
            name, name_at = bytes(data[at : at + 8]).rstrip(b"\0"), 0
        else:
            stop = texts.find(b"\0", name_at)
            name = texts[name_at : stop if stop >= 0 else len(texts)]
        behind = min(at + form.size * (1 + count), table.stop)
        more = bytes(data[at + form.size : behind])
        number = (at - table.start) // form.size
        yield Symbol(number, name, name_at, value, section, kind, storage, more, at, behind - at)
        at = behind
