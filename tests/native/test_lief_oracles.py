"""Our readers of PE and Mach-O files, held against LIEF, which shares no code with them."""

import sysconfig
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprodiff.formats.macho.image import UUID, read_image
from reprodiff.formats.macho.linkedit import bindings, exports, function_starts, rebases
from reprodiff.formats.macho.nlist import symbols
from reprodiff.formats.macho.parts import SYMBOLS, content, read_parts
from reprodiff.formats.pe import image as pe_image
from reprodiff.formats.pe.checks import checksum
from reprodiff.formats.pe.known import Known, known
from reprodiff.formats.pe.tables import CODEVIEW, code_view, debug_entries, imports, relocated

lief = pytest.importorskip("lief")
SAMPLES = Path(__file__).parents[2] / "samples"


def packed(suffix: str) -> Iterator[tuple[str, bytes]]:
    """The libraries of the samples, and those that an installed package brings for Windows."""
    for wheel in sorted(SAMPLES.glob("*/*/*.whl")):
        with zipfile.ZipFile(wheel) as archive:
            for name in archive.namelist():
                if name.endswith(suffix) and (data := archive.read(name))[:4] != b"\x7fELF":
                    yield str(wheel.relative_to(SAMPLES)), data


def shipped() -> Iterator[tuple[str, bytes]]:
    """Programs for Windows that an installed package brings: their linker is Microsoft's."""
    for root in {sysconfig.get_path("purelib"), sysconfig.get_path("stdlib")}:
        for path in sorted(Path(root).rglob("*.exe")):
            yield path.name, path.read_bytes()


WINDOWS = [*packed(".pyd"), *shipped()]
MACOS = list(packed(".so"))


def test_there_are_files_to_compare() -> None:
    assert len(WINDOWS) >= 14
    assert len(MACOS) >= 6


@pytest.mark.parametrize("data", [d for _, d in WINDOWS], ids=[n for n, _ in WINDOWS])
def test_lief_reads_windows_libraries_the_same(data: bytes) -> None:
    theirs = lief.PE.parse(list(data))
    ours = pe_image.read_image(memoryview(data))
    damage: list[str] = []
    found = known(ours, damage)
    assert ours.damage == ()
    assert damage == []
    assert [(s.rva, s.vsize, s.span.start, s.span.size) for s in ours.sections] == [
        (s.virtual_address, s.virtual_size, s.pointerto_raw_data if s.sizeof_raw_data else 0,
         s.sizeof_raw_data)
        for s in theirs.sections
    ]  # fmt: skip
    assert ours.base() == theirs.optional_header.imagebase
    assert ours.word(ours.stamp.start) == theirs.header.time_date_stamps
    if theirs.optional_header.checksum:
        assert checksum(memoryview(data), ours.checksum) == theirs.compute_checksum()
    assert imports(ours, []) == {entry.name.lower() for entry in theirs.imports}
    assert names(found) == {
        entry.name for library in theirs.imports for entry in library.entries if entry.name
    }
    table = theirs.get_export() if theirs.has_exports else None
    assert {name.decode(): rva for name, rva in found.exports.items()} == (
        {entry.name: entry.address for entry in table.entries if entry.name} if table else {}
    )
    assert sorted(relocated(ours, [])) == sorted(
        block.virtual_address + entry.position
        for block in theirs.relocations
        for entry in block.entries
        if int(entry.type) & 0xFFFF in {3, 10} or entry.size in {32, 64}
    )
    assert debug(ours) == [_debug(entry) for entry in theirs.debug]


def names(found: Known) -> set[str]:
    """Names that are imported, as the tables of names with hints have them."""
    return {
        key[1].decode()
        for _, key in found.tables.values()
        if key[0] == "name" and isinstance(key[1], bytes)
    }


def debug(image: pe_image.Image) -> list[tuple[int, int, str]]:
    made = []
    for entry in debug_entries(image, []):
        view = code_view(image, entry) if entry.type == CODEVIEW else None
        made.append((entry.type, entry.data.size, view.path.decode() if view else ""))
    return made


def _debug(entry: Any) -> tuple[int, int, str]:
    path = getattr(entry, "filename", "")
    return int(entry.type) & 0xFF, entry.sizeof_data, path


@pytest.mark.parametrize("data", [d for _, d in MACOS], ids=[n for n, _ in MACOS])
def test_lief_reads_macos_libraries_the_same(data: bytes) -> None:
    fat = lief.MachO.parse(list(data))  # what is taken from it lives as long as it does
    theirs = fat.at(0)
    image = read_image(memoryview(data))
    ours = read_parts(image)
    assert image.damage == ()
    assert ours.cut() == []
    assert [int(command.command) & 0xFFFF_FFFF for command in theirs.commands] == [
        command.cmd for command in image.commands
    ]
    assert [(s.name, s.addr, s.size, s.body.start) for s in ours.parts if not s.linked] == [
        (f"{s.segment_name},{s.name}", s.virtual_address, s.size, s.offset) for s in theirs.sections
    ]
    uuid = image.find(UUID)
    assert uuid is not None
    assert data[uuid.at + 8 : uuid.at + 24] == bytes(theirs.uuid.uuid)
    assert function_starts(ours) == list(theirs.function_starts.functions)
    assert set(rebases(ours) or {}) == {x.address for x in theirs.relocations}
    bound = [
        (each.at, _text(each.symbol[2]))
        for name in ("bind", "weak bind", "lazy bind")
        for each in bindings(ours, name) or []
    ]
    assert sorted(bound) == sorted((x.address, x.symbol.name) for x in theirs.bindings)
    trie = exports(ours) or {}
    assert {name.decode(): each.address for name, each in trie.items()} == {
        each.symbol.name: each.address for each in theirs.dyld_info.exports
    }
    table = next(part for part in ours.parts if part.name == SYMBOLS)
    count = len(content(ours, table)) // 16
    assert [(s.name.decode(), s.value) for s in symbols(ours)] == [
        (s.name, s.value) for s in list(theirs.symbols)[:count]
    ]


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else ""
