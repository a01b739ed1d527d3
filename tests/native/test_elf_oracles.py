"""Our reader of ELF files, held against two others that share no code with it."""

import importlib
import io
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprodiff.formats.elf.compare import compare
from reprodiff.formats.elf.entries import dynamic, notes, relocations, symbols
from reprodiff.formats.elf.reader import (
    SHT_DYNAMIC,
    SHT_DYNSYM,
    SHT_NOTE,
    SHT_REL,
    SHT_RELA,
    SHT_SYMTAB,
    Elf,
    parse,
)
from reprodiff.formats.machine.demangling import demangle
from tests.native.builders import CXX_CODE, build, pair

CROSS = ("gcc", "i686-linux-gnu-gcc", "s390x-linux-gnu-gcc", "arm-linux-gnueabihf-gcc")
SHIPPED = ("capstone/lib/libcapstone.so", "pycxxfilt/_cxxfilt.abi3.so")


def shipped() -> Iterator[Path]:
    """Libraries that others built: those of installed packages."""
    for root in {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}:
        yield from (path for name in SHIPPED if (path := Path(root, name)).exists())


def files(tmp_path: Path) -> list[Path]:
    made = [build(tmp_path / tool / "src", compiler=tool) for tool in CROSS]
    made.append(build(tmp_path / "cxx" / "src", "-g -O2", CXX_CODE, "g++"))
    made.append(build(tmp_path / "object" / "src", "-g -O2 -c"))
    return [*made, *shipped()]


def test_pyelftools_reads_the_same(tmp_path: Path) -> None:
    elffile = importlib.import_module("elftools.elf.elffile")
    for path in files(tmp_path):
        raw = path.read_bytes()
        ours, theirs = parse(memoryview(raw)), elffile.ELFFile(io.BytesIO(raw))
        assert ours.damage == ()
        assert [
            (s.name, s.flags, s.addr, s.offset, s.size, s.link, s.info, s.align, s.entsize)
            for s in ours.sections
        ] == [_header(s) for s in theirs.iter_sections()], path
        assert len(ours.segments) == theirs.num_segments()
        for section in ours.sections:
            other = theirs.get_section(section.index)
            if section.type in {SHT_SYMTAB, SHT_DYNSYM}:
                assert [_symbol(x) for x in symbols(ours, section)] == [
                    (s.name.encode(), s["st_value"], s["st_size"]) for s in other.iter_symbols()
                ], path
            elif section.type in {SHT_REL, SHT_RELA}:
                assert [(x.offset, x.type, x.symbol) for x in relocations(ours, section)] == [
                    (r["r_offset"], r["r_info_type"], r["r_info_sym"])
                    for r in other.iter_relocations()
                ], path
            elif section.type == SHT_DYNAMIC:
                assert [x.value for x in dynamic(ours, section)] == [
                    tag["d_val"] for tag in other.iter_tags()
                ], path
            elif section.type == SHT_NOTE:
                assert [
                    (x.name.decode(), raw[x.desc.start : x.desc.stop]) for x in notes(ours, section)
                ] == [(n["n_name"], n["n_descdata"]) for n in other.iter_notes()], path


def _header(s: Any) -> tuple[object, ...]:
    keys = ("flags", "addr", "offset", "size", "link", "info", "addralign", "entsize")
    return (s.name, *(s[f"sh_{key}"] for key in keys))


def _symbol(item: Any) -> tuple[bytes, int, int]:
    return item.name, item.value, item.size


def test_lief_reads_the_same(tmp_path: Path) -> None:
    lief = pytest.importorskip("lief")
    for path in files(tmp_path):
        ours, theirs = parse(memoryview(path.read_bytes())), lief.ELF.parse(str(path))
        assert [(s.name, s.addr, s.offset, s.size) for s in ours.sections if s.name] == [
            (s.name, s.virtual_address, s.offset, s.size) for s in theirs.sections if s.name
        ], path
        assert [(s.vaddr, s.offset, s.filesz, s.memsz) for s in ours.segments] == [
            (s.virtual_address, s.file_offset, s.physical_size, s.virtual_size)
            for s in theirs.segments
        ], path
        assert _needed(ours) == [
            str(x.name) for x in theirs.dynamic_entries if x.tag == lief.ELF.DynamicEntry.TAG.NEEDED
        ], path


def _needed(elf: Elf) -> list[str]:
    table = next((s for s in elf.sections if s.type == SHT_DYNAMIC), None)
    if table is None:
        return []
    strings = bytes(elf.content(elf.sections[table.link]))
    places = [entry.value for entry in dynamic(elf, table) if entry.tag == 1]
    return [strings[at : strings.index(0, at)].decode() for at in places]


def test_lief_reads_names_the_same(tmp_path: Path) -> None:
    lief = pytest.importorskip("lief")
    theirs = lief.ELF.parse(str(build(tmp_path / "src", "-O2", CXX_CODE, "g++")))
    names = {str(s.name): str(s.demangled_name) for s in theirs.symbols if s.name.startswith("_Z")}
    assert len(names) > 10
    meta, _ = demangle({"names": list(names)}, memoryview(b""))
    told = dict(zip(names, meta["names"], strict=True))
    # The two word a clone of a function and nested angles differently.
    plain = {name: text.replace("> >", ">>") for name, text in names.items() if "." not in name}
    assert {name: told[name].replace("> >", ">>") for name in plain} == plain


@pytest.mark.parametrize("options", ["-g -O2", "-g -gdwarf-4 -O2", "-g -gz -O2"])
def test_what_pyelftools_reads_of_debug_information_is_what_differs(
    tmp_path: Path, options: str
) -> None:
    elffile = importlib.import_module("elftools.elf.elffile")
    a, b = pair(tmp_path, options)
    sides = []
    for path in (a, b):
        info = elffile.ELFFile(io.BytesIO(path.read_bytes())).get_dwarf_info()
        (unit,) = info.iter_CUs()
        top = unit.get_top_DIE().attributes
        sides.append([top[f"DW_AT_{key}"].value for key in ("comp_dir", "name", "producer")])
    facts = compare("x", *(memoryview(path.read_bytes()) for path in (a, b)))
    told = {(fact.a, fact.b) for fact in facts if fact.what == "elf.string"}
    assert (sides[0][0], sides[1][0]) in told
    assert (sides[0][1], sides[1][1]) in told
    assert sides[0][2] == sides[1][2]
    assert not any(b"GNU C" in one for one, _ in told if isinstance(one, bytes))
