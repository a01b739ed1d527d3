"""What facts on ELF files are called, and what is told of a file beside its bytes."""

from typing import Final

from reprodiff.formats.elf.entries import dynamic
from reprodiff.formats.elf.reader import (
    SHT_DYNAMIC,
    SHT_DYNSYM,
    SHT_FINI_ARRAY,
    SHT_GNU_VERDEF,
    SHT_GNU_VERNEED,
    SHT_INIT_ARRAY,
    SHT_NOTE,
    SHT_PREINIT_ARRAY,
    SHT_REL,
    SHT_RELA,
    SHT_RELR,
    SHT_STRTAB,
    SHT_SYMTAB,
    Elf,
)
from reprodiff.formats.elf.tables import STRING_TAGS
from reprodiff.formats.machine.proof import Region

ARRAYS: Final = frozenset({SHT_INIT_ARRAY, SHT_FINI_ARRAY, SHT_PREINIT_ARRAY})
"""Sections that are rows of addresses."""


def kind(elf: Elf) -> str:
    """Return what an ELF file is for, in words."""
    order = "big" if elf.big else "little"
    return f"{elf.bits}-bit {order}-endian, machine {elf.machine}, type {elf.type}"


def roles(elf: Elf) -> dict[tuple[int, int], str]:
    """Return what the strings of the dynamic table are, by section and offset."""
    roles: dict[tuple[int, int], str] = {}
    for section in elf.sections:
        if section.type == SHT_DYNAMIC:
            for entry in dynamic(elf, section):
                if entry.tag in STRING_TAGS:
                    roles[section.link, entry.value] = STRING_TAGS[entry.tag]
    return roles


def hidden(a: Elf, b: Elf) -> str:
    """Return what a linker may have hashed that is no longer in the file."""
    if not any(s.name.startswith((".debug", ".zdebug")) for s in (*a.sections, *b.sections)):
        reasons = ["debug information with the build directory, stripped after linking"]
    else:
        reasons = []
    if any(_runpath(elf) for elf in (a, b)):
        reasons.insert(0, "a build RPATH that was edited after linking")
    if not any(s.type == SHT_SYMTAB for s in (*a.sections, *b.sections)):
        reasons.append("symbol names, stripped after linking")
    return "; ".join(reasons)


def _runpath(elf: Elf) -> bool:
    return any(
        entry.tag in {15, 29}
        for section in elf.sections
        if section.type == SHT_DYNAMIC
        for entry in dynamic(elf, section)
    )


_TABLE_NAMES: Final = (
    ".eh_frame",
    ".gcc_except_table",
    ".gnu.hash",
    ".gnu.version",
    ".got",
    ".plt",
)
_TABLE_TYPES: Final = frozenset({
    SHT_DYNAMIC, SHT_DYNSYM, SHT_SYMTAB, SHT_STRTAB, SHT_REL, SHT_RELA, SHT_RELR, 5, SHT_NOTE,
    SHT_GNU_VERDEF, SHT_GNU_VERNEED, 0x6FFFFFFF, 0x6FFFFFF6, *ARRAYS,
})  # fmt: skip


def rest_kind(region: Region) -> str:
    """Return the kind of fact for what differs in a region for no reason known."""
    pair = region.pair
    if pair is None:
        return "elf.data" if region.name == "between sections" else "elf.table"
    if pair.a.code:
        return "elf.instructions"
    if pair.name == ".comment":
        return "elf.comment"
    if pair.name.startswith(".debug"):
        return "elf.debug"
    if pair.a.type in _TABLE_TYPES or pair.name.startswith(_TABLE_NAMES):
        return "elf.table"
    return "elf.data"
