"""Identifiers of native binaries: touched only where that is asked for, and never a real change."""

import io
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.formats.pe.checks import checksum
from reprodiff.formats.pe.image import read_image
from reprodiff.normalize.native import SIGNED, native_patches
from reprodiff.normalize.rules import DEFAULT_EPOCH, RefusedError, Rules
from tests.formats.macho import images as machos
from tests.formats.pe import images as pes
from tests.normalize.support import FILES, normal, run, wheel

ASKED = Rules(native_ids=True)


def patched(data: bytes | bytearray) -> bytes:
    """Return a binary with its ids and times taken out; what it becomes must stay as it is."""
    found, refused = native_patches(memoryview(data), DEFAULT_EPOCH)
    assert refused == ""
    made = bytearray(data)
    for at, new in found:
        assert made[at : at + len(new)] != new
        made[at : at + len(new)] = new
    assert len(made) == len(data)
    assert native_patches(memoryview(made), DEFAULT_EPOCH) == ([], "")
    return bytes(made)


def library(folder: Path, identity: str, value: int = 1) -> bytes:
    folder.mkdir()
    (folder / "x.c").write_text(f"int value(void) {{ return {value}; }}\n")
    options = ("-shared", "-fPIC", f"-Wl,--build-id={identity}", "-o", "x.so")
    run("gcc", *options, "x.c", cwd=folder)
    return (folder / "x.so").read_bytes()


needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="needs gcc")


@needs_gcc
def test_two_build_ids_of_one_library_become_one(tmp_path: Path) -> None:
    one = library(tmp_path / "a", "0x" + "11" * 20)
    two = library(tmp_path / "b", "0x" + "22" * 20)
    other = library(tmp_path / "c", "0x" + "11" * 20, value=2)
    assert one != two
    assert patched(one) == patched(two)
    assert patched(one) != patched(other)


@needs_gcc
def test_a_build_id_that_is_something_else_too_is_left(tmp_path: Path) -> None:
    data = bytearray(library(tmp_path / "a", "0x" + "11" * 20))
    at = data.find(b"\x11" * 20)
    table = int.from_bytes(data[40:48], "little")
    # The section behind the null one now claims the bytes of the id: is they code, or an id?
    for number in range(1, int.from_bytes(data[60:62], "little")):
        header = table + 64 * number
        if int.from_bytes(data[header + 4 : header + 8], "little") == 1:
            data[header + 24 : header + 32] = at.to_bytes(8, "little")
            break
    assert native_patches(memoryview(data), DEFAULT_EPOCH)[0] == []


@needs_gcc
def test_a_wheel_keeps_its_ids_unless_it_is_asked_otherwise(tmp_path: Path) -> None:
    one = library(tmp_path / "a", "0x" + "11" * 20)
    two = library(tmp_path / "b", "0x" + "22" * 20)
    wheels = [wheel(FILES | {"demo/x.so": data}) for data in (one, two)]
    assert normal(wheels[0]) != normal(wheels[1])
    made = normal(wheels[0], rules=ASKED)
    assert made == normal(wheels[1], rules=ASKED)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.read("demo/x.so") == patched(one)


def test_times_ids_and_the_checksum_of_a_dll_become_one() -> None:
    recipe = pes.Recipe()
    one = patched(pes.make(recipe))
    other = replace(recipe, stamp=1_600_000_000, guid=bytes(16))
    assert one == patched(pes.make(other))
    assert one != patched(pes.make(replace(recipe, date=b"Nov 15 2023")))
    image = read_image(memoryview(one))
    assert image.word(image.stamp.start) == DEFAULT_EPOCH
    assert image.word(image.checksum.start) == checksum(memoryview(one), image.checksum)


def test_a_checksum_that_is_wrong_or_missing_is_not_made_right() -> None:
    data = pes.make(pes.Recipe())
    image = read_image(memoryview(bytes(data)))
    for value in (0, 1):
        data[image.checksum.start : image.checksum.stop] = value.to_bytes(4, "little")
        made = patched(data)
        assert read_image(memoryview(made)).word(image.checksum.start) == value


def test_a_hash_in_the_place_of_a_time_is_left() -> None:
    data = pes.make(pes.Recipe(brepro=True))
    image = read_image(memoryview(bytes(data)))
    made = read_image(memoryview(patched(data)))
    assert made.word(image.stamp.start) == image.word(image.stamp.start)


def test_a_signed_dll_is_refused() -> None:
    data = pes.make(pes.Recipe())
    image = read_image(memoryview(bytes(data)))
    entry = image.directory_field(4)
    assert entry is not None
    size = len(data)
    data[entry.start : entry.stop] = size.to_bytes(4, "little") + (16).to_bytes(4, "little")
    data += bytes(16)
    assert native_patches(memoryview(bytes(data)), DEFAULT_EPOCH)[1] == SIGNED
    with pytest.raises(RefusedError, match=f"{SIGNED}: demo/x.pyd"):
        normal(wheel(FILES | {"demo/x.pyd": bytes(data)}), rules=ASKED)
    normal(wheel(FILES | {"demo/x.pyd": bytes(data)}))


@needs_gcc
def test_a_dll_that_a_real_linker_stamped_twice_becomes_one(tmp_path: Path) -> None:
    compiler = "x86_64-w64-mingw32-gcc"
    if shutil.which(compiler) is None:
        pytest.skip(f"needs {compiler}")
    made = []
    for number, epoch in enumerate(("1600000000", "1700000000")):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "x.c").write_text("__declspec(dllexport) int value(void) { return 1; }\n")
        options = ("-shared", "-s", "x.c", "-o", "x.dll")
        run(compiler, *options, cwd=folder, SOURCE_DATE_EPOCH=epoch)
        made.append((folder / "x.dll").read_bytes())
    assert made[0] != made[1]
    assert patched(made[0]) == patched(made[1])


@pytest.mark.parametrize("wide", [False, True])
def test_two_uuids_of_one_mach_o_file_become_one(*, wide: bool) -> None:
    recipe = machos.Recipe(signed=False, wide=wide)
    one, two = (machos.make(replace(recipe, uuid=bytes([n] * 16))) for n in (1, 2))
    assert patched(one) == patched(two)
    assert patched(one) != patched(machos.make(replace(recipe, code=9)))
    both = [machos.fat((0x1000007, each), (0x100000C, each)) for each in (one, two)]
    assert patched(both[0]) == patched(both[1])


def test_a_signed_mach_o_file_is_refused() -> None:
    data = machos.make(machos.Recipe())
    assert native_patches(memoryview(data), DEFAULT_EPOCH)[1] == SIGNED
    whole = machos.fat((0x1000007, data))
    assert native_patches(memoryview(whole), DEFAULT_EPOCH)[1] == SIGNED


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"MZ", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe"])
def test_what_is_no_binary_is_left(data: bytes) -> None:
    assert native_patches(memoryview(data), DEFAULT_EPOCH) == ([], "")
