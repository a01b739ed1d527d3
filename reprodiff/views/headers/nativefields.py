"""Header fields of ELF and PE files.

Sources: System V ABI (gABI), chapters 4 and 5; Microsoft, "PE Format".
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.elf.entries import dynamic, notes
from reprodiff.formats.elf.reader import (
    EHDR,
    MAGIC,
    SHT_DYNAMIC,
    SHT_NOTE,
    SHT_STRTAB,
    Elf,
    parse,
)
from reprodiff.formats.pe.image import Image, read_image
from reprodiff.formats.pe.image import is_pe as is_pe_image
from reprodiff.model import Span
from reprodiff.views.tables import Field, Group

_TYPES: Final = {1: "object file", 2: "program", 3: "shared object", 4: "core dump"}
_MACHINES: Final = {
    3: "80386",
    8: "MIPS",
    20: "PowerPC",
    21: "PowerPC64",
    22: "S390",
    40: "ARM",
    62: "x86-64",
    183: "AArch64",
    243: "RISC-V",
    258: "LoongArch",
}
_SEGMENTS: Final = {
    1: "LOAD",
    2: "DYNAMIC",
    3: "INTERP",
    4: "NOTE",
    6: "PHDR",
    7: "TLS",
    0x6474E550: "GNU_EH_FRAME",
    0x6474E551: "GNU_STACK",
    0x6474E552: "GNU_RELRO",
    0x6474E553: "GNU_PROPERTY",
}
_TAGS: Final = {1: "NEEDED", 14: "SONAME", 15: "RPATH", 29: "RUNPATH"}
_NUMBERS: Final = {
    30: "FLAGS",
    0x6FFFFFFB: "FLAGS_1",
    0x6FFFFFFE: "VERNEED",
    0x6FFFFFFF: "VERNEEDNUM",
}
_MOST: Final = 512


def is_elf(data: memoryview) -> bool:
    """Whether ``data`` begins as an ELF file does."""
    return bytes(data[:4]) == MAGIC


def elf(data: memoryview) -> list[Group]:
    """Return the ELF header, the program headers, names and paths of the dynamic table, notes."""
    try:
        found = parse(data)
    except DamagedError:
        return []
    groups = [_elf_header(found), _elf_segments(found)]
    groups += [Group("Dynamic table", tuple(_elf_dynamic(found)))]
    groups += [Group("Notes", tuple(_elf_notes(found)))]
    return [group for group in groups if group.fields]


def _elf_header(found: Elf) -> Group:
    fields = [
        Field("class", f"{found.bits}-bit", Span(4, 5)),
        Field("byte order", "big" if found.big else "little", Span(5, 6)),
    ]
    for place in EHDR[found.bits].values():
        value = found.number(place.at, place.size)
        shown = f"{value:#x}" if place.size > 2 else str(value)
        if place.name == "type":
            shown = f"{value} ({_TYPES.get(value, 'other')})"
        elif place.name == "machine":
            shown = f"{value} ({_MACHINES.get(value, 'other')})"
        fields.append(Field(place.name, shown, Span(place.at, place.at + place.size)))
    return Group("ELF header", tuple(fields))


def _elf_segments(found: Elf) -> Group:
    fields: list[Field] = []
    for segment in found.segments[:_MOST]:
        rights = "".join(
            letter if segment.flags & bit else "-" for letter, bit in (("r", 4), ("w", 2), ("x", 1))
        )
        name = _SEGMENTS.get(segment.type, f"{segment.type:#x}")
        shown = (
            f"{rights} file {segment.offset:#x} +{segment.filesz:#x}"
            f" memory {segment.vaddr:#x} +{segment.memsz:#x} align {segment.align:#x}"
        )
        fields.append(Field(name, shown, segment.header))
    return Group("Program headers", tuple(fields))


def _elf_dynamic(found: Elf) -> Iterator[Field]:
    for section in found.sections:
        if section.type != SHT_DYNAMIC or section.link >= len(found.sections):
            continue
        names = found.sections[section.link]
        raw = bytes(found.content(names)) if names.type == SHT_STRTAB else b""
        for entry in dynamic(found, section)[:_MOST]:
            span = Span(entry.at, entry.at + 2 * found.word)
            if entry.tag in _TAGS:
                stop = raw.find(b"\0", entry.value)
                text = raw[entry.value : stop if stop >= 0 else len(raw)][:4096]
                yield Field(_TAGS[entry.tag], text.decode("utf-8", "surrogateescape"), span)
            elif entry.tag in _NUMBERS:
                yield Field(_NUMBERS[entry.tag], f"{entry.value:#x}", span)


def _elf_notes(found: Elf) -> Iterator[Field]:
    for section in found.sections:
        if section.type == SHT_NOTE:
            for note in list(notes(found, section))[:_MOST]:
                owner = note.name.decode("utf-8", "surrogateescape")
                raw = bytes(found.data[note.desc.start : note.desc.stop])[:64]
                name = "build-id" if (note.name, note.type) == (b"GNU", 3) else f"type {note.type}"
                yield Field(f"{owner} {name}", raw.hex(), note.desc)


# -- PE


def is_pe(data: memoryview) -> bool:
    """Whether ``data`` is a PE image."""
    return is_pe_image(data)


def pe(data: memoryview) -> list[Group]:
    """Return the fields of the COFF and optional headers and the data directories."""
    try:
        image = read_image(data)
    except DamagedError:
        return []
    return [Group("PE headers", tuple(_pe_fields(image)))]


def _pe_fields(image: Image) -> Iterator[Field]:
    stamp = int.from_bytes(image.data[image.stamp.start : image.stamp.stop], "little")
    time = datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    yield Field("time stamp", f"{stamp:#010x} ({time}, if it is one)", image.stamp)
    linker = bytes(image.data[image.linker.start : image.linker.stop])
    if len(linker) == 2:
        yield Field("linker", f"{linker[0]}.{linker[1]}", image.linker)
    checksum = int.from_bytes(image.data[image.checksum.start : image.checksum.stop], "little")
    yield Field("checksum", f"{checksum:#010x}", image.checksum)
    yield Field("image base", f"{image.base():#x}", image.image_base)
    for name, span in image.fields():
        raw = bytes(image.data[span.start : span.stop])
        if name.endswith("directory") and len(raw) == 8:
            rva, size = (int.from_bytes(part, "little") for part in (raw[:4], raw[4:]))
            yield Field(name, f"{rva:#x} +{size:#x}" if rva or size else "none", span)
        elif len(raw) <= 4:
            yield Field(name, f"{int.from_bytes(raw, 'little'):#x}", span)
        else:
            yield Field(name, raw[:64].hex(" "), span)
