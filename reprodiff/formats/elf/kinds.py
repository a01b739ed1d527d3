"""What facts on ELF files are called, and what is told of a file beside its bytes."""

from collections.abc import Iterator
from typing import Final

from reprodiff.formats.elf.entries import dynamic
from reprodiff.formats.elf.layout import SectionPair
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
    Section,
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


def paths(a: Elf, b: Elf, pair: SectionPair) -> list[tuple[int, int]]:
    """Return where a table of strings has what each side of the dynamic table has once."""
    known: list[tuple[int, int]] = []
    for tag in (14, 15, 29):  # SONAME, RPATH, RUNPATH
        places = [
            [
                entry.value
                for table in elf.sections
                if table.type == SHT_DYNAMIC and table.link == section.index
                for entry in dynamic(elf, table)
                if entry.tag == tag
            ]
            for elf, section in ((a, pair.a), (b, pair.b))
        ]
        if len(places[0]) == len(places[1]) == 1:
            known.append((places[0][0], places[1][0]))
    return known


def hidden(a: Elf, b: Elf) -> str:
    """Return what shows that a linker hashed something that is no longer in the file."""
    reasons: list[str] = []
    spare = max(_spare(elf) for elf in (a, b))
    if spare:
        reasons.append(
            f"{spare} zero bytes behind the RUNPATH: it was longer when the file was linked"
        )
    elif any(_runpath(elf) for elf in (a, b)):
        reasons.append("a RUNPATH, which may have been another when the file was linked")
    if not any(s.name.startswith((".debug", ".zdebug")) for s in (*a.sections, *b.sections)):
        split = any(elf.named(".gnu_debuglink") for elf in (a, b))
        how = "split off (.gnu_debuglink)" if split else "stripped after linking, if there was any"
        reasons.append(f"debug information, with the build directory in it, {how}")
    if not any(s.type == SHT_SYMTAB for s in (*a.sections, *b.sections)):
        rust = any(b"rustc" in _comment(elf) for elf in (a, b))
        names = "hashes in the names of Rust symbols" if rust else "the names of local symbols"
        reasons.append(f"{names}, stripped after linking")
    return "; ".join(reasons)


def _comment(elf: Elf) -> bytes:
    section = elf.named(".comment")
    return b"" if section is None else bytes(elf.content(section))


def _runpaths(elf: Elf) -> Iterator[tuple[Section, int]]:
    for section in elf.sections:
        if section.type == SHT_DYNAMIC and section.link < len(elf.sections):
            for entry in dynamic(elf, section):
                if entry.tag in {15, 29}:
                    yield elf.sections[section.link], entry.value


def _runpath(elf: Elf) -> bool:
    return any(True for _ in _runpaths(elf))


def _spare(elf: Elf) -> int:
    """Return how many zeros more than one stand behind the RUNPATH."""
    for strings, at in _runpaths(elf):
        raw = bytes(elf.content(strings))
        stop = raw.find(0, at)
        if stop >= 0:
            behind = raw[stop + 1 :]
            return len(behind) - len(behind.lstrip(b"\0"))
    return 0


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
    if pair.name.startswith(".gnu.lto_"):
        return "lto.code"
    if pair.a.type in _TABLE_TYPES or pair.name.startswith(_TABLE_NAMES):
        return "elf.table"
    return "elf.data"
