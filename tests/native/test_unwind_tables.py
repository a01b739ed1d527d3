"""Unwind tables of libraries of which one has a function more: entries pair by their functions."""

import importlib
from pathlib import Path

import pytest

from reprodiff.model import Confidence, Report
from tests.native.asking import report
from tests.native.builders import C_CODE, CXX_CODE, build

_MORE = {
    "gcc": "int more(int x) { return x * 77 + 5; }\n",
    "g++": 'extern "C" int more(int x) { return x * 77 + 5; }\n',
}


def _pair(place: Path, compiler: str) -> tuple[Path, Path]:
    """Build two libraries; B has a function in the middle that A has not."""
    code = C_CODE if compiler == "gcc" else CXX_CODE
    head, mark, tail = code.partition("int entry" if compiler == "gcc" else 'extern "C" int run')
    sources = code, head + _MORE[compiler] + mark + tail
    return (
        build(place / "a", "-O2 -Wl,--build-id=none", sources[0], compiler),
        build(place / "b", "-O2 -Wl,--build-id=none", sources[1], compiler),
    )


def _unproven(found: Report) -> list[str]:
    """Return where unwind tables differ for no reason that is proven."""
    return [
        location.inside
        for finding in found.findings
        if finding.confidence is not Confidence.PROVEN or finding.severity.value != "benign"
        for location in finding.locations
        if location.inside.startswith(".eh_frame")
    ]


def _entries(path: Path) -> list[tuple[int, int, int]]:
    """Return of each entry of a function its place in the file, its size, and the function's."""
    with path.open("rb") as file:
        elf = importlib.import_module("elftools.elf.elffile").ELFFile(file)
        table = elf.get_section_by_name(".eh_frame")
        start = table["sh_offset"]
        found = []
        for entry in elf.get_dwarf_info().EH_CFI_entries():
            if type(entry).__name__ == "FDE":
                size = entry.header["length"] + 4
                found.append((start + entry.offset, size, entry.header["initial_location"]))
        return found


@pytest.mark.parametrize("compiler", ["gcc", "g++"])
def test_entries_behind_a_new_function_are_the_same(tmp_path: Path, compiler: str) -> None:
    a, b = _pair(tmp_path, compiler)
    found = report(a, b)
    text = " ".join(
        f"{location.a} {location.b}" for finding in found.findings for location in finding.locations
    )
    assert "more" in text
    # How many rows the index has, the new row, and the new entry.
    assert len(_unproven(found)) <= 3 < len(_entries(a))


@pytest.mark.parametrize("compiler", ["gcc", "g++"])
@pytest.mark.parametrize("what", ["common", "place", "size", "rules"])
def test_a_slip_in_an_entry_behind_it_is_seen(tmp_path: Path, compiler: str, what: str) -> None:
    a, b = _pair(tmp_path, compiler)
    before = set(_unproven(report(a, b)))
    start, size, _ = max(_entries(b), key=lambda entry: entry[2])
    at = {"common": start + 4, "place": start + 8, "size": start + 12, "rules": start + size - 4}
    data = bytearray(b.read_bytes())
    data[at[what]] ^= 0x04
    b.write_bytes(data)
    after = set(_unproven(report(a, b)))
    assert after - before, "the slip is not told"
