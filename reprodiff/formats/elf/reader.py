"""A bounded reader of ELF files: header, segments, sections; no exceptions but one.

Every size and offset is checked against the file before it is used.  What does not fit is cut to
what is there and noted in :attr:`Elf.damage`; only a file that is no ELF file at all raises.

Sources: System V ABI, chapters 4 and 5 (gABI, 2024), for the layout of all structures.
"""

import zlib
from typing import Final, NamedTuple

from reprodiff.errors import DamagedError
from reprodiff.formats.machine.model import AARCH64, ARM, X86, X86_64
from reprodiff.model import Span
from reprodiff.records import dataclass

MAGIC: Final = b"\x7fELF"
MAX_SECTIONS: Final = 70_000
MAX_SEGMENTS: Final = 70_000
MAX_INFLATED: Final = 256 << 20
"""Bytes of a compressed section that are inflated; a larger one is not taken apart."""

ET_REL: Final = 1
EM_386, EM_ARM, EM_X86_64, EM_AARCH64 = 3, 40, 62, 183
_ARCHES: Final = {
    EM_386: X86, EM_X86_64: X86_64, EM_AARCH64: AARCH64, EM_ARM: ARM, 8: "MIPS",
    20: "32-bit PowerPC", 21: "64-bit PowerPC", 22: "IBM Z", 243: "RISC-V", 258: "LoongArch",
}  # fmt: skip

SHT_NULL, SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_RELA = 0, 1, 2, 3, 4
SHT_HASH, SHT_DYNAMIC, SHT_NOTE, SHT_NOBITS, SHT_REL = 5, 6, 7, 8, 9
SHT_DYNSYM, SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY = 11, 14, 15, 16
SHT_RELR: Final = 19
SHT_GNU_VERDEF, SHT_GNU_VERNEED, SHT_GNU_VERSYM = 0x6FFFFFFD, 0x6FFFFFFE, 0x6FFFFFFF

SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_MERGE, SHF_STRINGS = 1, 2, 4, 16, 32
SHF_TLS, SHF_COMPRESSED = 0x400, 0x800

PT_LOAD: Final = 1
PT_TLS: Final = 7
PT_GNU_RELRO: Final = 0x6474E552


class Field(NamedTuple):
    """One field of a structure: its place in it, in bytes."""

    name: str
    at: int
    size: int


def _fields(layout: str) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    at = 0
    for item in layout.split():
        name, _, size = item.partition(":")
        fields[name] = Field(name, at, int(size))
        at += int(size)
    return fields


_EHDR: Final = "type:2 machine:2 version:4 entry:{w} phoff:{w} shoff:{w} flags:4 ehsize:2 "
EHDR: Final = {
    bits: {
        field.name: Field(field.name, field.at + 16, field.size)
        for field in _fields(
            (_EHDR + "phentsize:2 phnum:2 shentsize:2 shnum:2 shstrndx:2").format(w=bits // 8)
        ).values()
    }
    for bits in (32, 64)
}
SHDR: Final = {
    bits: _fields(
        "name:4 type:4 flags:{w} addr:{w} offset:{w} size:{w} link:4 info:4 "
        "addralign:{w} entsize:{w}".format(w=bits // 8)
    )
    for bits in (32, 64)
}
PHDR: Final = {
    32: _fields("type:4 offset:4 vaddr:4 paddr:4 filesz:4 memsz:4 flags:4 align:4"),
    64: _fields("type:4 flags:4 offset:8 vaddr:8 paddr:8 filesz:8 memsz:8 align:8"),
}
EHDR_SIZE: Final = {32: 52, 64: 64}
SHDR_SIZE: Final = {32: 40, 64: 64}
PHDR_SIZE: Final = {32: 32, 64: 56}


@dataclass(frozen=True, slots=True)
class Section:
    """A section header, and the bytes of the file it names (``body``, cut to the file)."""

    index: int
    name: str
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int
    info: int
    align: int
    entsize: int
    header: Span
    body: Span

    @property
    def alloc(self) -> bool:
        """Whether it is part of the memory image."""
        return bool(self.flags & SHF_ALLOC)

    @property
    def code(self) -> bool:
        """Whether it holds machine instructions."""
        return bool(self.flags & SHF_EXECINSTR)

    @property
    def constant(self) -> bool:
        """Whether it is loaded, and neither code nor changed when the program runs."""
        return self.flags & (SHF_ALLOC | SHF_WRITE | SHF_EXECINSTR) == SHF_ALLOC

    @property
    def mapped(self) -> bool:
        """Whether its addresses are its own; those of .tbss overlap what follows it."""
        return self.alloc and not (self.flags & SHF_TLS and self.type == SHT_NOBITS)

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file."""
        return self.type == SHT_NOBITS

    @property
    def data(self) -> bool:
        """Whether it holds what the program itself defines."""
        return self.type == SHT_PROGBITS


@dataclass(frozen=True, slots=True)
class Segment:
    """A program header."""

    index: int
    type: int
    flags: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    align: int
    header: Span


@dataclass(frozen=True, slots=True)
class Elf:
    """An ELF file as its header tables describe it; ``damage`` says what they got wrong."""

    data: memoryview
    bits: int
    big: bool
    type: int
    machine: int
    entry: int
    flags: int
    phoff: int
    shoff: int
    shstrndx: int
    sections: tuple[Section, ...]
    segments: tuple[Segment, ...]
    damage: tuple[str, ...]

    @property
    def arch(self) -> str:
        """The architecture of its code."""
        return _ARCHES.get(self.machine, f"machine {self.machine}")

    @property
    def word(self) -> int:
        """Size of an address in bytes."""
        return self.bits // 8

    @property
    def order(self) -> str:
        """The byte order as :mod:`struct` writes it."""
        return ">" if self.big else "<"

    def number(self, at: int, size: int) -> int:
        """Return the unsigned number of ``size`` bytes at ``at``; what is not there is zero."""
        return int.from_bytes(self.data[at : at + size], "big" if self.big else "little")

    def content(self, section: Section) -> memoryview:
        """Return the bytes of a section as the file has them."""
        return self.data[section.body.start : section.body.stop]

    def named(self, name: str) -> Section | None:
        """Return the first section of that name."""
        return next((section for section in self.sections if section.name == name), None)


def parse(data: memoryview) -> Elf:
    """Read the header tables of an ELF file.

    Raises :class:`~reprodiff.errors.DamagedError` if it is too short for its header, or of a
    class or byte order that there is not.
    """
    if len(data) < 52 or bytes(data[:4]) != MAGIC:
        raise DamagedError("not an ELF file: it has no ELF header")
    bits = {1: 32, 2: 64}.get(data[4])
    if bits is None or data[5] not in {1, 2} or len(data) < EHDR_SIZE[bits]:
        raise DamagedError("not an ELF file: its class or byte order does not exist", offset=4)
    return _Reader(data, bits, big=data[5] == 2).elf()


class _Reader:
    def __init__(self, data: memoryview, bits: int, *, big: bool) -> None:
        self.data = data
        self.bits = bits
        self.endian: str = "big" if big else "little"
        self.damage: dict[str, None] = {}

    def note(self, text: str) -> None:
        if len(self.damage) < 50:
            self.damage.setdefault(text)

    def values(self, layout: dict[str, Field], at: int) -> dict[str, int]:
        data, endian = self.data, self.endian
        return {
            field.name: int.from_bytes(
                data[at + field.at : at + field.at + field.size],
                "big" if endian == "big" else "little",
            )
            for field in layout.values()
        }

    def elf(self) -> Elf:
        head = self.values(EHDR[self.bits], 0)
        sections = self.sections(head)
        segments = self.segments(head, sections)
        return Elf(
            data=self.data,
            bits=self.bits,
            big=self.endian == "big",
            type=head["type"],
            machine=head["machine"],
            entry=head["entry"],
            flags=head["flags"],
            phoff=head["phoff"],
            shoff=head["shoff"],
            shstrndx=head["shstrndx"],
            sections=sections,
            segments=segments,
            damage=tuple(self.damage),
        )

    def count(self, what: str, at: int, number: int, entry: int, size: int, most: int) -> int:
        """Return how many entries of a table are in the file; an entry size must be ``size``."""
        if not number:
            return 0
        if entry != size:
            self.note(f"the {what} have entries of {entry} bytes, not {size}")
            return 0
        fitting = max(0, (len(self.data) - at) // size)
        if number > min(fitting, most):
            self.note(f"the {what} reach beyond the end of the file")
        return min(number, fitting, most)

    def sections(self, head: dict[str, int]) -> tuple[Section, ...]:
        at, number = head["shoff"], head["shnum"]
        size, layout = SHDR_SIZE[self.bits], SHDR[self.bits]
        strings = head["shstrndx"]
        if at and (not number or strings == 0xFFFF) and at + size <= len(self.data):
            # More sections than the header can count: the first entry counts them.
            first = self.values(layout, at)
            number = number or first["size"]
            strings = first["link"] if strings == 0xFFFF else strings
        number = (
            self.count("section headers", at, number, head["shentsize"], size, MAX_SECTIONS)
            if at
            else 0
        )
        raw = [self.values(layout, at + index * size) for index in range(number)]
        names = b""
        if strings < number:
            where = self.body(raw[strings], ".shstrtab")
            names = bytes(self.data[where.start : where.stop])
        elif number:
            self.note("the section names are missing")
        found: list[Section] = []
        for index, item in enumerate(raw):
            place = item["name"]
            stop = names.find(b"\0", place)
            name = names[place : stop if stop >= 0 else len(names)][:4096]
            if place > len(names) or (item["type"] and stop < 0):
                self.note(f"section {index} has a name outside of the names")
            start = at + index * size
            text = name.decode("utf-8", "surrogateescape")
            found.append(
                Section(
                    index=index,
                    name=text,
                    type=item["type"],
                    flags=item["flags"],
                    addr=item["addr"],
                    offset=item["offset"],
                    size=item["size"],
                    link=item["link"],
                    info=item["info"],
                    align=item["addralign"],
                    entsize=item["entsize"],
                    header=Span(start, start + size),
                    body=self.body(item, f"{index}"),
                )
            )
        return tuple(found)

    def body(self, item: dict[str, int], label: str) -> Span:
        if item["type"] in {SHT_NULL, SHT_NOBITS}:
            place = min(item["offset"], len(self.data))
            return Span(place, place)
        start = min(item["offset"], len(self.data))
        stop = min(item["offset"] + item["size"], len(self.data))
        if start + item["size"] != stop:
            self.note(f"section {label} reaches beyond the end of the file")
        return Span(start, stop)

    def segments(self, head: dict[str, int], sections: tuple[Section, ...]) -> tuple[Segment, ...]:
        at, number = head["phoff"], head["phnum"]
        size, layout = PHDR_SIZE[self.bits], PHDR[self.bits]
        if number == 0xFFFF and sections:
            number = sections[0].info
        if not at:
            return ()
        number = self.count("program headers", at, number, head["phentsize"], size, MAX_SEGMENTS)
        found: list[Segment] = []
        for index in range(number):
            start = at + index * size
            item = self.values(layout, start)
            if item["offset"] + item["filesz"] > len(self.data) and item["filesz"]:
                self.note(f"segment {index} reaches beyond the end of the file")
            found.append(
                Segment(
                    index=index,
                    type=item["type"],
                    flags=item["flags"],
                    offset=item["offset"],
                    vaddr=item["vaddr"],
                    paddr=item["paddr"],
                    filesz=item["filesz"],
                    memsz=item["memsz"],
                    align=item["align"],
                    header=Span(start, start + size),
                )
            )
        return tuple(found)


def inflated(elf: Elf, section: Section) -> bytes | None:
    """Return the plain bytes of a compressed section, ``None`` if it cannot be inflated.

    Both forms: SHF_COMPRESSED with an Elf_Chdr (zlib is type 1, Zstandard 2), and .zdebug_* with
    "ZLIB" and a size of eight bytes in front.
    """
    raw = elf.content(section)
    if section.flags & SHF_COMPRESSED:
        head = 24 if elf.bits == 64 else 12
        # ch_reserved is zero; what stands there instead is read by nobody, and is a difference.
        if len(raw) < head or (elf.bits == 64 and any(raw[4:8])):
            return None
        kind = elf.number(section.body.start, 4)
        size = elf.number(section.body.start + (8 if elf.bits == 64 else 4), elf.word)
    elif section.name.startswith(".zdebug") and bytes(raw[:4]) == b"ZLIB":
        head, kind, size = 12, 1, int.from_bytes(raw[4:12], "big")
    else:
        return None
    if size > MAX_INFLATED:
        return None
    try:
        plain = _inflate(bytes(raw[head:]), kind, size)
    except (zlib.error, ValueError, MemoryError):
        return None
    return plain if plain is not None and len(plain) == size else None


def _inflate(raw: bytes, kind: int, size: int) -> bytes | None:
    if kind == 1:
        worker = zlib.decompressobj()
        plain = worker.decompress(raw, size + 1)
        return plain if worker.eof and not worker.unused_data else None
    if kind == 2:
        import zstandard  # noqa: PLC0415

        try:
            return zstandard.ZstdDecompressor().decompress(raw, max_output_size=size or 1)
        except zstandard.ZstdError:
            return None
    return None
