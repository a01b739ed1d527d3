"""The structure of a Mach-O file: header, load commands, segments and sections.

Source: Apple, mach-o/loader.h.  Every loop is bounded by the bytes that are there; what does not
fit is said in ``Image.damage``.
"""

import struct
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.parsing.native import c_string
from reprodiff.model import Span
from reprodiff.records import dataclass

_MAGICS: Final = {
    b"\xce\xfa\xed\xfe": ("<", False),
    b"\xcf\xfa\xed\xfe": ("<", True),
    b"\xfe\xed\xfa\xce": (">", False),
    b"\xfe\xed\xfa\xcf": (">", True),
}
SEGMENT, SYMTAB, SEGMENT_64, UUID, SIGNATURE = 0x1, 0x2, 0x19, 0x1B, 0x1D
BUILD_VERSION, SOURCE_VERSION, ID_DYLIB, RPATH = 0x32, 0x2A, 0xD, 0x8000001C
VERSION_MIN: Final = frozenset({0x24, 0x25, 0x2F, 0x30})
LOAD_DYLIB: Final = frozenset({0xC, 0x20, 0x80000018, 0x8000001F, 0x80000023})
NAMES: Final = {
    0x1: "LC_SEGMENT",
    0x2: "LC_SYMTAB",
    0xB: "LC_DYSYMTAB",
    0xC: "LC_LOAD_DYLIB",
    0xD: "LC_ID_DYLIB",
    0x19: "LC_SEGMENT_64",
    0x1B: "LC_UUID",
    0x1D: "LC_CODE_SIGNATURE",
    0x20: "LC_LAZY_LOAD_DYLIB",
    0x24: "LC_VERSION_MIN_MACOSX",
    0x25: "LC_VERSION_MIN_IPHONEOS",
    0x26: "LC_FUNCTION_STARTS",
    0x29: "LC_DATA_IN_CODE",
    0x2A: "LC_SOURCE_VERSION",
    0x2F: "LC_VERSION_MIN_TVOS",
    0x30: "LC_VERSION_MIN_WATCHOS",
    0x32: "LC_BUILD_VERSION",
    0x80000018: "LC_LOAD_WEAK_DYLIB",
    0x8000001C: "LC_RPATH",
    0x8000001F: "LC_REEXPORT_DYLIB",
    0x80000022: "LC_DYLD_INFO_ONLY",
    0x80000023: "LC_LOAD_UPWARD_DYLIB",
    0x80000033: "LC_DYLD_EXPORTS_TRIE",
    0x80000034: "LC_DYLD_CHAINED_FIXUPS",
}
ARCHITECTURES: Final = {
    7: "i386",
    0x1000007: "x86_64",
    12: "arm",
    0x100000C: "arm64",
    18: "ppc",
    0x1000012: "ppc64",
}
_INSTRUCTIONS: Final = 0x8000_0400
_ZEROFILL: Final = frozenset({1, 12, 18})
_MAX_COMMANDS: Final = 100_000
_MAX_SECTIONS: Final = 100_000


class Command(NamedTuple):
    """A load command and its place."""

    cmd: int
    at: int
    size: int

    @property
    def span(self) -> Span:
        """All of the command."""
        return Span(self.at, self.at + self.size)

    @property
    def name(self) -> str:
        """Its name in mach-o/loader.h, else its number."""
        return NAMES.get(self.cmd, f"load command {self.cmd:#x}")


class Section(NamedTuple):
    """A section: ``segment,name``, where it is in the file, and whether it has instructions."""

    name: str
    span: Span
    executable: bool


class Segment(NamedTuple):
    """A segment, its place in the file, and the command that says so."""

    name: bytes
    span: Span
    vmsize: int
    command: Command


@dataclass(frozen=True, slots=True)
class Image:
    """A Mach-O file of one architecture, taken apart as far as its load commands go."""

    data: memoryview
    order: str
    wide: bool
    cpu: int
    header_size: int
    commands: tuple[Command, ...]
    commands_stop: int
    segments: tuple[Segment, ...]
    sections: tuple[Section, ...]
    damage: tuple[str, ...]

    def word(self, at: int) -> int:
        """Return the 32-bit number at ``at``; 0 where there is none."""
        raw = bytes(self.data[at : at + 4])
        return int.from_bytes(raw, "little" if self.order == "<" else "big")

    def find(self, cmd: int) -> Command | None:
        """Return the first load command of a kind."""
        return next((each for each in self.commands if each.cmd == cmd), None)

    def text(self, command: Command) -> bytes | None:
        """Return the string that a command of a dylib or path holds."""
        offset = self.word(command.at + 8)
        if not 12 <= offset < command.size:
            return None
        raw = bytes(self.data[command.at + offset : command.at + command.size])
        return c_string(self.data, command.at + offset, command.at + command.size) or raw

    def first_content(self) -> int:
        """Return where the first section starts: up to there load commands have room."""
        starts = [each.span.start for each in self.sections if each.span.size]
        return min((at for at in starts if at >= self.commands_stop), default=self.commands_stop)


def is_macho(data: memoryview) -> bool:
    """Whether ``data`` starts as a Mach-O file of one architecture."""
    return bytes(data[:4]) in _MAGICS


def read_image(data: memoryview) -> Image:
    """Read the load commands; raises :class:`DamagedError` where there is no header."""
    known = _MAGICS.get(bytes(data[:4]))
    if known is None:
        raise DamagedError("it is no Mach-O file")
    order, wide = known
    header_size = 32 if wide else 28
    if len(data) < header_size:
        raise DamagedError("the Mach-O header is cut off")
    cpu, _sub, _type, count, size = struct.unpack_from(f"{order}5I", data, 4)
    damage: list[str] = []
    stop = header_size + size
    if stop > len(data):
        damage.append("the load commands run past the end of the file")
        stop = len(data)
    commands: list[Command] = []
    at = header_size
    while len(commands) < min(count, _MAX_COMMANDS) and at + 8 <= stop:
        cmd, length = struct.unpack_from(f"{order}2I", data, at)
        if length < 8 or at + length > stop:
            damage.append("a load command has an impossible size")
            break
        commands.append(Command(cmd, at, length))
        at += length
    if len(commands) < count:
        damage.append("there are fewer load commands than the header says")
    elif at != stop:
        damage.append("the load commands end before the header says")
    segments, sections = _segments(data, order, commands, damage)
    return Image(
        *(data, order, wide, cpu, header_size, tuple(commands), at, segments, sections),
        tuple(dict.fromkeys(damage)),
    )


def _segments(
    data: memoryview, order: str, commands: list[Command], damage: list[str]
) -> tuple[tuple[Segment, ...], tuple[Section, ...]]:
    segments: list[Segment] = []
    sections: list[Section] = []
    for command in commands:
        if command.cmd not in {SEGMENT, SEGMENT_64}:
            continue
        wide = command.cmd == SEGMENT_64
        head, step = (72, 80) if wide else (56, 68)
        if command.size < head:
            damage.append("a segment command is too short")
            continue
        form = f"{order}4Q2i2I" if wide else f"{order}4I2i2I"
        _vm, vmsize, offset, size, _max, _init, count, _flags = struct.unpack_from(
            form, data, command.at + 24
        )
        if offset + size > len(data):
            damage.append("a segment runs past the end of the file")
        name = bytes(data[command.at + 8 : command.at + 24]).rstrip(b"\0")
        span = Span(min(offset, len(data)), min(offset + size, len(data)))
        segments.append(Segment(name, span, vmsize, command))
        for number in range(min(count, (command.size - head) // step)):
            if len(sections) >= _MAX_SECTIONS:
                damage.append("there are too many sections")
                break
            at = command.at + head + step * number
            sections.append(_section(data, order, at, damage, wide=wide))
    return tuple(segments), tuple(sections)


def _section(data: memoryview, order: str, at: int, damage: list[str], *, wide: bool) -> Section:
    own, segment = (bytes(data[x : x + 16]).rstrip(b"\0") for x in (at, at + 16))
    form = f"{order}2Q5I" if wide else f"{order}7I"
    _address, size, offset, _align, _reloff, _nreloc, flags = struct.unpack_from(
        form, data, at + 32
    )
    name = f"{segment.decode('utf-8', 'replace')},{own.decode('utf-8', 'replace')}"
    executable = bool(flags & _INSTRUCTIONS)
    if flags & 0xFF in _ZEROFILL or not offset:
        return Section(name, Span(0, 0), executable)
    if offset + size > len(data):
        damage.append("a section runs past the end of the file")
    span = Span(min(offset, len(data)), min(offset + size, len(data)))
    return Section(name, span, executable)
