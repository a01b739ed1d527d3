"""Fields of headers and load commands by name: what a place there is, and what stands in it.

Source: Apple, mach-o/loader.h, ``mach_header``, ``segment_command``, ``section`` and their 64-bit
kin.
"""

from typing import Final, Literal, NamedTuple

from reprodiff.formats.macho.image import SEGMENT, SEGMENT_64, Command, Image
from reprodiff.model import Span

_HEADER: Final = ("magic", "cputype", "cpusubtype", "filetype", "ncmds", "sizeofcmds", "flags")
_SEGMENT: Final[tuple[str, ...]] = ("vmaddr", "vmsize", "fileoff", "filesize")
"""Words as wide as addresses, behind the name."""
_SEGMENT_REST: Final[tuple[str, ...]] = ("maxprot", "initprot", "nsects", "flags")
_SECTION: Final[tuple[str, ...]] = ("addr", "size")
_SECTION_REST: Final[tuple[str, ...]] = (
    *("offset", "align", "reloff", "nreloc", "flags"),
    *("reserved1", "reserved2", "reserved3"),
)


class Field(NamedTuple):
    """A field of the header or of a load command."""

    name: str
    """The command, the segment or section that it is about, and the field."""
    span: Span


def field(image: Image, at: int) -> Field | None:
    """Return the field that has the byte at ``at``; what is known is its command, if no more."""
    if at < 4 * len(_HEADER):
        start = at // 4 * 4
        return Field(f"header: {_HEADER[start // 4]}", Span(start, start + 4))
    for command in image.commands:
        if command.at <= at < command.at + command.size:
            return _segment(image, command, at) or Field(command.name, command.span)
    return None


def _segment(image: Image, command: Command, at: int) -> Field | None:
    """Return the field of a segment or of one of its sections."""
    if command.cmd not in {SEGMENT, SEGMENT_64}:
        return None
    word = 8 if command.cmd == SEGMENT_64 else 4
    start, wide, rest = command.at + 8, _SEGMENT, _SEGMENT_REST
    owner = _text(image, start)
    size = 16 + len(wide) * word + len(rest) * 4
    if at >= start + size:
        head, wide, rest = start + size, _SECTION, _SECTION_REST[: 8 if word == 8 else 7]
        size = 32 + len(wide) * word + len(rest) * 4
        start = head + (at - head) // size * size
        owner = f"{_text(image, start + 16)},{_text(image, start)}"
        start += 16
    place = start + 16
    for name in (*wide, *rest):
        width = word if name in wide else 4
        if place <= at < place + width:
            return Field(f"{command.name} {owner}: {name}", Span(place, place + width))
        place += width
    return None


def numbers(a: tuple[Image, int], b: tuple[Image, int]) -> tuple[str, str] | None:
    """Return the field at a place in each of two files as numbers, if it is the same field."""
    one, two = (field(*side) for side in (a, b))
    if one is None or two is None or one.name != two.name or ":" not in one.name:
        return None
    return _number(a[0], one.span), _number(b[0], two.span)


def _number(image: Image, span: Span) -> str:
    order: Literal["little", "big"] = "little" if image.order == "<" else "big"
    return f"{int.from_bytes(image.data[span.start : span.stop], order):#x}"


def _text(image: Image, at: int) -> str:
    return bytes(image.data[at : at + 16]).rstrip(b"\0").decode("utf-8", "backslashreplace")
