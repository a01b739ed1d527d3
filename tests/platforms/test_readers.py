"""The readers on real files of the committed samples, whole and damaged."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.platforms.native import Native, read_native
from tests.formats.macho.images import Recipe, fat, make
from tests.native.builders import build

SAMPLES = Path(__file__).parents[2] / "samples"


def member(sample: str, ending: str) -> bytes:
    (path,) = (SAMPLES / sample / "a").glob("*.whl")
    with zipfile.ZipFile(path) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(ending))
        return archive.read(name)


ELF = member("hidden-change-in-native", ".so")
PE = member("hidden-change-in-pe", ".pyd")
MACHO = member("hidden-change-in-macho", ".so")


def read(data: bytes | bytearray, path: str = "demo.so") -> Native:
    found = read_native(memoryview(data), path, deep=True)
    assert found is not None
    return found


SOURCE = """#include <stdio.h>
void *PyModule_Create2(void *, int);
extern void __gmon_start__(void) __attribute__((weak));
void *PyInit__speed(void) {
    if (__gmon_start__) __gmon_start__();
    puts("speed");
    return PyModule_Create2(0, 1013);
}
"""


@pytest.fixture
def module(tmp_path: Path) -> bytes:
    """An extension module as the compiler of this machine makes it."""
    return build(tmp_path, "-O1 -Wl,--build-id", SOURCE).read_bytes()


def test_an_extension_module_for_linux(module: bytes) -> None:
    found = read(module)
    assert (found.format, found.init, found.libc) == ("elf", "_speed", "glibc")
    assert "libc.so.6" in found.needed
    assert len(found.build_id) == 40
    assert "puts" in {need.symbol for need in found.needs if need.version.startswith("GLIBC_2.")}
    assert {"puts", "PyModule_Create2"} <= found.imports
    # What the file itself defines, and what may be missing, is not needed.
    assert not {"PyInit__speed", "__gmon_start__"} & found.imports


def test_a_library_and_the_module_that_needs_it() -> None:
    library = read(member("vendored-library-version", ".so.1"))
    module = read(member("vendored-library-version", "gnu.so"))
    assert library.soname in module.needed
    assert module.rpath or module.runpath
    assert not library.init


def test_a_library_for_windows() -> None:
    found = read(PE, "demo.pyd")
    assert (found.format, found.machines, dict(found.floors)) == (
        *("pe", ("win_amd64",), {"win_amd64": "5.2"}),
    )
    assert found.needed == ("kernel32.dll", "msvcrt.dll")
    assert "EnterCriticalSection" in found.imported_from["kernel32.dll"]
    assert "EnterCriticalSection" not in found.imported_from["msvcrt.dll"]


def test_a_library_for_macos() -> None:
    found = read(MACHO)
    assert (found.format, dict(found.floors)) == ("macho", {"arm64": "11.0"})
    assert "puts" in found.imports


def test_each_slice_of_a_universal_binary_has_its_own_floor() -> None:
    both = fat((0x1000007, make(Recipe(minos=(10 << 16) + (9 << 8)))), (0x100000C, make(Recipe())))
    struct.pack_into("<i", both, struct.unpack_from(">I", both, 16)[0] + 4, 0x1000007)
    assert dict(read(both).floors) == {"x86_64": "10.9", "arm64": "11.0"}


def test_the_loader_and_not_the_section_headers_decide(module: bytes) -> None:
    # A file whose section headers are gone still loads, and needs what it needed.
    bare = bytearray(module)
    if bare[4] != 2:
        pytest.skip("the header of a 32-bit file has other offsets")
    bare[0x28:0x30] = bytes(8)
    bare[0x3A:0x40] = bytes(6)
    whole, found = read(module), read(bare)
    assert found.needed == whole.needed
    assert found.imports == whole.imports
    assert set(found.needs) == set(whole.needs)
    assert found.init == whole.init


def test_a_weak_version_is_read_as_weak(module: bytes) -> None:
    data = bytearray(module)
    name = next(need.version for need in read(module).needs if need.symbol == "puts")
    # The hash of a version's name stands in front of its flags (Elf64_Vernaux).
    digest = 0
    for char in name.encode():
        digest = (digest << 4) + char
        digest = (digest ^ ((digest & 0xF0000000) >> 24)) & 0x0FFFFFFF
    at = data.find(struct.pack("<I", digest))
    assert at > 0
    struct.pack_into("<H", data, at + 4, 2)
    assert {need.version for need in read(data).needs if need.weak} == {name}


def test_what_is_no_native_file_has_no_facts() -> None:
    for data in (b"", b"\x7fELF", b"MZ" + bytes(100), b"\xca\xfe\xba\xbe\0\0\0\x37" + bytes(50)):
        assert read_native(memoryview(data)) is None


@pytest.mark.parametrize("whole", [ELF, PE, MACHO], ids=["elf", "pe", "macho"])
@given(data=st.data())
def test_no_damage_raises_anything(whole: bytes, data: st.DataObject) -> None:
    damaged = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, min(len(damaged), 4096) - 4))
        damaged[at : at + 4] = data.draw(
            st.sampled_from([b"\xff" * 4, bytes(4), b"\xff\xff\xff\x7f", b"\x01\0\0\0"])
            | st.binary(min_size=4, max_size=4)
        )
    if data.draw(st.booleans()):
        del damaged[data.draw(st.integers(0, len(damaged))) :]
    found = read_native(memoryview(damaged), "libpng16.so", deep=True)
    assert found is None or found.format in {"elf", "pe", "macho"}
