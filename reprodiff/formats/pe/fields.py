"""Fields of headers and of the unwind table by name: what a place is, and its number.

Source: Microsoft, "PE Format", "Section Table" and "The .pdata Section".
"""

from typing import Final, NamedTuple

from reprodiff.formats.pe.image import Image
from reprodiff.model import Span

_HEADER: Final = 40
_SECTION: Final = (
    *(("name", 0, 8), ("virtual size", 8, 4), ("virtual address", 12, 4)),
    *(("size of raw data", 16, 4), ("pointer to raw data", 20, 4), ("relocations", 24, 4)),
    *(("line numbers", 28, 4), ("number of relocations", 32, 2), ("number of lines", 34, 2)),
    ("characteristics", 36, 4),
)
_UNWIND: Final = ("begin", "end", "unwind information")
_AMD64: Final = 0x8664


class Field(NamedTuple):
    """A field; ``number`` says whether it is one, and no text or run of several."""

    name: str
    span: Span
    number: bool


def header_field(image: Image, at: int) -> Field | None:
    """Return the field of the headers that has the byte at ``at``."""
    for name, span in image.fields():
        if span.start <= at < span.stop:
            return Field(f"header: {name}", span, number=span.size <= 4)
    for section in image.sections:
        for name, start, size in _SECTION:
            span = Span(section.header + start, section.header + start + size)
            if span.start <= at < span.stop:
                label = section.name.decode("utf-8", "replace")
                return Field(f"section header {label}: {name}", span, number=name != "name")
    return None


def unwind_field(image: Image, name: str, at: int) -> Field | None:
    """Return the field of .pdata at an offset in it; only that of x86-64 has words that are one."""
    if name != ".pdata" or image.machine != _AMD64:
        return None
    entry, inside = divmod(at, 12)
    start = entry * 12 + inside // 4 * 4
    label = f"{name} entry {entry}: {_UNWIND[inside // 4]}"
    return Field(label, Span(start, start + 4), number=True)


def number(data: bytes | memoryview, span: Span) -> str:
    """Return a field as a number."""
    return f"{int.from_bytes(data[span.start : span.stop], 'little'):#x}"
