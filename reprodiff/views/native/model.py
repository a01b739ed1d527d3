"""A compiled file as far as it is shown: sections, names, where functions start.

ELF, PE and Mach-O look alike here.  Everything is bounded; what does not fit is left out.

Sources: System V ABI (gABI); Microsoft, "PE Format" (COFF symbols, export directory, exception
directory of x64 and arm64); Apple, mach-o/loader.h and mach-o/nlist.h.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.elf import reader as elf
from reprodiff.formats.elf.entries import symbols
from reprodiff.formats.machine.frames import Bytes, frames
from reprodiff.formats.macho import image as macho
from reprodiff.formats.parsing.native import c_string, unpack
from reprodiff.formats.pe import image as pe
from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_NAMES: Final = 400_000
_FUNCTIONS: Final = frozenset({2, 10})
_KINDS: Final = {0: "other", 1: "object", 2: "function", 6: "thread-local", 10: "function"}
_BINDS: Final = {0: "local", 1: "global", 2: "weak"}
_EXPORTS: Final = struct.Struct("<IIHHIIIIIII")
_COFF_SYMBOL: Final = struct.Struct("<8sIhHBB")
_UNWIND: Final = struct.Struct("<III")


class Section(NamedTuple):
    """A section: where it is in memory and in the file; ``body`` is empty if it has no bytes."""

    name: str
    address: int
    size: int
    body: Span
    code: bool
    loaded: bool = True


class Name(NamedTuple):
    """A symbol that is defined here, or one that is wanted (``address`` is 0)."""

    name: str
    address: int
    size: int
    kind: str
    """``function``, ``object``, …; ``wanted`` for what another file has to give."""
    bind: str


@dataclass(frozen=True, slots=True)
class Binary:
    """A compiled file; ``machine`` is a word of :data:`MACHINES`."""

    data: memoryview
    form: str
    machine: str
    big: bool
    sections: tuple[Section, ...]
    names: tuple[Name, ...]
    starts: tuple[int, ...]
    """Addresses at which functions start, sorted."""

    def section_at(self, offset: int) -> Section | None:
        """Return the section that the byte at ``offset`` of the file is in."""
        for section in self.sections:
            if section.body.start <= offset < section.body.stop:
                return section
        return None

    def function(self, section: Section, address: int) -> tuple[int, int]:
        """Return start and stop of the function that an address of a section is in."""
        at = bisect_right(self.starts, address)
        start = self.starts[at - 1] if at else section.address
        stop = self.starts[at] if at < len(self.starts) else section.address + section.size
        return max(start, section.address), min(stop, section.address + section.body.size)


MACHINES: Final = {
    "elf": {
        3: "x86",
        8: "mips",
        20: "ppc",
        21: "ppc64",
        22: "s390x",
        40: "arm",
        62: "x86-64",
        183: "aarch64",
        243: "riscv64",
    },
    "pe": {0x14C: "x86", 0x8664: "x86-64", 0xAA64: "aarch64", 0x1C4: "thumb"},
    "macho": {7: "x86", 0x1000007: "x86-64", 12: "arm", 0x100000C: "aarch64"},
}


def read(data: memoryview) -> Binary | None:
    """Return a compiled file taken apart; ``None`` if it is none, or too damaged."""
    try:
        if bytes(data[:4]) == elf.MAGIC:
            return _elf(elf.parse(data))
        if pe.is_pe(data):
            return _pe(pe.read_image(data))
        if macho.is_macho(data):
            return _macho(macho.read_image(data))
    except DamagedError:
        return None
    return None


def _binary(
    data: memoryview,
    form: str,
    machine: int,
    *,
    big: bool,
    sections: Sequence[Section],
    names: Sequence[Name],
    more: Sequence[int],
) -> Binary:
    code = [(s.address, s.address + s.size) for s in sections if s.code]
    starts = {item.address for item in names if item.kind == "function" and item.address}
    starts.update(more)
    kept = sorted(at for at in starts if any(low <= at < high for low, high in code))
    word = MACHINES[form].get(machine, f"machine {machine:#x}")
    return Binary(data, form, word, big, tuple(sections), tuple(names), tuple(kept))


# -- ELF


def _elf(found: elf.Elf) -> Binary:
    sections = [
        Section(
            each.name,
            each.addr,
            each.size,
            each.body,
            each.code,
            each.alloc,
        )
        for each in found.sections
        if each.type != elf.SHT_NULL
    ]
    names: dict[tuple[str, int, str], Name] = {}
    for table in found.sections:
        if table.type not in {elf.SHT_SYMTAB, elf.SHT_DYNSYM}:
            continue
        for item in symbols(found, table):
            if not item.name or item.type in {3, 4} or len(names) >= MAX_NAMES:
                continue
            text = item.name.decode("utf-8", "surrogateescape")
            kind = "wanted" if not item.section else _KINDS.get(item.type, "other")
            value = item.value
            if found.type == elf.ET_REL and item.section < len(found.sections):
                value += found.sections[item.section].addr
            bind = _BINDS.get(item.bind, "other")
            names.setdefault((text, value, kind), Name(text, value, item.size, kind, bind))
    return _binary(
        *(found.data, "elf", found.machine),
        big=found.big,
        sections=sections,
        names=list(names.values()),
        more=_unwound(found),
    )


def _unwound(found: elf.Elf) -> list[int]:
    table = found.named(".eh_frame")
    if table is None or table.type == elf.SHT_NOBITS or found.type == elf.ET_REL:
        return []
    source = Bytes(bytes(found.content(table)), table.addr, found.word, big=found.big)
    return [frame.code.value for frame in frames(source) if frame.code is not None]


# -- PE


def _pe(image: pe.Image) -> Binary:
    base = image.base()
    sections = [
        Section(
            each.name.decode("utf-8", "surrogateescape"),
            base + each.rva,
            max(each.vsize, each.span.size),
            each.span,
            each.executable,
        )
        for each in image.sections
    ]
    names = [*_exported(image, base), *_coff(image, base)]
    return _binary(
        *(image.data, "pe", image.machine),
        big=False,
        sections=sections,
        names=names[:MAX_NAMES],
        more=_exceptions(image, base),
    )


def _exported(image: pe.Image, base: int) -> Iterator[Name]:
    rva, size = image.directory(pe.EXPORT)
    at = image.offset(rva, _EXPORTS.size) if rva and size else None
    head = unpack(_EXPORTS, image.data, at) if at is not None else None
    if head is None:
        return
    count, functions, names, numbers = head[7], head[8], head[9], head[10]
    for number in range(min(count, MAX_NAMES)):
        name_at = image.offset(names + 4 * number, 4)
        order_at = image.offset(numbers + 2 * number, 2)
        if name_at is None or order_at is None:
            return
        order = int.from_bytes(image.data[order_at : order_at + 2], "little")
        entry = image.offset(functions + 4 * order, 4)
        text_at = image.offset(image.word(name_at))
        if entry is None or text_at is None:
            continue
        text = c_string(image.data, text_at, len(image.data)) or b""
        where = base + image.word(entry)
        kind = "function" if _executable(image, where - base) else "object"
        yield Name(text.decode("utf-8", "surrogateescape"), where, 0, kind, "exported")


def _executable(image: pe.Image, rva: int) -> bool:
    return any(s.executable and s.rva <= rva < s.rva + s.vsize for s in image.sections)


def _coff(image: pe.Image, base: int) -> Iterator[Name]:
    data, span = image.data, image.symbols
    if not span.size:
        return
    strings = span.start + 18 * image.word(image.start + 16)
    at = span.start
    while at + 18 <= strings:
        raw, value, number, kind, storage, more = _COFF_SYMBOL.unpack_from(data, at)
        at += 18 * (1 + more)
        if not 0 < number <= len(image.sections) or storage not in {2, 3} or raw[:1] == b".":
            continue
        if raw[:4] == b"\0\0\0\0":
            place = strings + int.from_bytes(raw[4:], "little")
            raw = c_string(data, place, span.stop) or b""
        text = raw.rstrip(b"\0").decode("utf-8", "surrogateescape")
        section = image.sections[number - 1]
        what = "function" if kind >> 4 == 2 else "object"
        bind = "global" if storage == 2 else "local"
        yield Name(text, base + section.rva + value, 0, what, bind)


def _exceptions(image: pe.Image, base: int) -> list[int]:
    """Return where functions start by the exception directory (three words each on x64)."""
    rva, size = image.directory(3)
    at = image.offset(rva, size) if rva and size else None
    if at is None or image.machine != 0x8664:
        return []
    whole = size // _UNWIND.size * _UNWIND.size
    return [base + row[0] for row in _UNWIND.iter_unpack(image.data[at : at + whole]) if row[0]]


# -- Mach-O


def _macho(image: macho.Image) -> Binary:
    addresses = _addresses(image)
    sections = [
        Section(each.name, addresses.get(each.name, 0), each.span.size, each.span, each.executable)
        for each in image.sections
    ]
    return _binary(
        *(image.data, "macho", image.cpu),
        big=image.order == ">",
        sections=sections,
        names=list(_nlist(image)),
        more=(),
    )


def _addresses(image: macho.Image) -> dict[str, int]:
    """Return the addresses of sections by their names, from the segment commands."""
    found: dict[str, int] = {}
    word = "Q" if image.wide else "I"
    section = struct.Struct(f"{image.order}16s16s{word}")
    step = 80 if image.wide else 68
    for command in image.commands:
        if command.cmd not in {macho.SEGMENT, macho.SEGMENT_64}:
            continue
        at = command.at + (72 if image.wide else 56)
        while at + step <= command.at + command.size:
            name, segment, address = section.unpack_from(image.data, at)
            label = b",".join((segment.rstrip(b"\0"), name.rstrip(b"\0")))
            found.setdefault(label.decode("utf-8", "replace"), address)
            at += step
    return found


def _nlist(image: macho.Image) -> Iterator[Name]:
    command = image.find(macho.SYMTAB)
    if command is None or command.size < 24:
        return
    at, count, strings, size = (image.word(command.at + 8 + 4 * n) for n in range(4))
    form = struct.Struct(image.order + ("IBBHQ" if image.wide else "IBBHI"))
    executable = {n + 1 for n, each in enumerate(image.sections) if each.executable}
    stop = min(strings + size, len(image.data))
    for number in range(min(count, MAX_NAMES)):
        row = unpack(form, image.data, at + number * form.size)
        if row is None:
            return
        place, kind, section, _more, value = row
        if kind & 0xE0 or not place:
            continue  # for debuggers, or without a name
        text = (c_string(image.data, strings + place, stop) or b"").decode(
            "utf-8", "surrogateescape"
        )
        what = "wanted" if kind & 0x0E == 0 else "function" if section in executable else "object"
        yield Name(text, value, 0, what, "global" if kind & 1 else "local")
