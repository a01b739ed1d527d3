"""No setting of one linker is given for the binaries of another."""

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact
from reprodiff.causes.registry import CAUSES
from reprodiff.limits import Limits
from reprodiff.model import ArtifactInfo, ArtifactKind, Location, MadeBy
from reprodiff.toolchains.binaries import binaries
from reprodiff.toolchains.fixes import with_fixes
from reprodiff.toolchains.recipe import recipe
from tests.toolchains.test_fixes import finding

WHEELS = {"macho": "macosx_11_0_arm64", "elf": "manylinux_2_17_x86_64", "pe": "win_amd64"}
PATHS = {
    "macho": "demo/_speed.cpython-311-darwin.so",
    "elf": "demo/_speed.cpython-311-x86_64-linux-gnu.so",
    "pe": "demo/_speed.cp311-win_amd64.pyd",
}
REPAIRED = {"macho": "delocate", "elf": "auditwheel", "pe": "delvewheel"}


def fixes(cause: str, kind: str, compiler: str = "", path: str = "") -> set[str]:
    place = Location(path or PATHS[kind], "", "", "", None, None)
    tags = (f"cp311-cp311-{WHEELS[kind]}",)
    info = ArtifactInfo("x.whl", ArtifactKind.WHEEL, tags=tags, made_by=MadeBy(REPAIRED[kind], "1"))
    found = replace(finding(cause), locations=(place,), location_count=1)
    told = {place.path: compiler} if compiler else {}
    return {fix.id for fix in with_fixes([found], CAUSES, info, info, compilers=told).fixes}


@pytest.mark.parametrize(
    ("cause", "kind", "compiler", "given", "never"),
    [
        ("native-tables-changed", "macho", "", "", "patchelf-pin"),
        ("native-debug-info", "macho", "", "gcc-clang-strip-macos", "gcc-clang-strip"),
        ("native-debug-info", "pe", "MSVC linker 14.29", "", "gcc-clang-strip"),
        ("native-debug-info", "pe", "GNU ld 2.38", "gcc-clang-strip", "gcc-clang-strip-macos"),
        ("pe-timestamp", "pe", "MSVC linker 14.29", "msvc-brepro", "gcc-clang-mingw"),
        ("pe-timestamp", "pe", "GNU ld 2.38", "gcc-clang-mingw", "msvc-brepro"),
        ("pe-build-path", "pe", "MSVC linker 14.29", "msvc-pathmap", "gcc-clang-prefix-map"),
        ("macho-sdk", "macho", "", "github-actions-runner-macos", "github-actions-runner"),
        ("native-toolchain", "pe", "", "github-actions-runner", "github-actions-runner-macos"),
        ("elf-toolchain", "elf", "", "gcc-clang-no-record-switches", "github-actions-runner"),
        ("vendored-library-patched", "macho", "", "delocate-pin", "patchelf-pin"),
        ("vendored-library-patched", "pe", "", "delvewheel-pin", "patchelf-pin"),
        ("vendored-library-updated", "macho", "", "", "cibuildwheel-image"),
    ],
)
def test_fixes_are_for_the_binaries_at_hand(
    cause: str, kind: str, compiler: str, given: str, never: str
) -> None:
    found = fixes(cause, kind, compiler)
    assert not given or given in found
    assert never not in found


def test_a_library_that_was_copied_in_may_be_of_another_compiler() -> None:
    """The compiler of the modules says nothing of a DLL that the repair tool found."""
    path = "demo.libs/libgfortran-0123456789abcdef0123456789abcdef.dll"
    assert "gcc-clang-mingw" in fixes("pe-image-base", "pe", "MSVC linker 14.29", path)


def test_where_nothing_is_known_nothing_is_left_out() -> None:
    assert binaries((), (), {}) == frozenset()
    assert binaries((), ("any",), {}) == frozenset()
    assert binaries((), ("win32",), {}) == {"msvc", "mingw"}
    place = Location("libx.a", "", "", "", None, None)
    assert binaries((place,), ("macosx_11_0_arm64",), {}) == {"macho"}
    assert binaries((place,), (), {}) == {"elf"}


@pytest.mark.parametrize(
    ("stub", "version", "linker"),
    [
        (b"Rich" + bytes(60), (14, 29), "MSVC linker 14.29"),
        (bytes(64), (2, 38), "GNU ld 2.38"),
        (bytes(64), (14, 0), ""),
    ],
)
def test_a_windows_module_tells_its_linker(
    tmp_path: Path, stub: bytes, version: tuple[int, int], linker: str
) -> None:
    head = b"MZ" + bytes(0x3A) + (0xC0).to_bytes(4, "little") + bytes(0x40) + stub
    data = head + b"PE\0\0" + bytes(20) + b"\x0b\x02" + bytes(version) + bytes(200)
    path = tmp_path / "demo-1.0-cp311-cp311-win_amd64.whl"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("demo/_speed.cp311-win_amd64.pyd", data)
    with open_artifact(str(path), Limits()) as artifact:
        lines = {line.key: line.value for line in recipe(artifact, identify(artifact))}
    assert lines.get("compiler", "") == linker
