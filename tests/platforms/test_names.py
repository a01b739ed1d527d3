import pytest

from reprodiff.platforms.names import is_vendored, looks_native, parts


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("numpy.libs/libgfortran-040039e1-0352e75f.so.5.0.0",
         ("libgfortran", "040039e1-0352e75f", "5.0.0")),
        ("x.libs/libssl-3e69114b.so.1.1", ("libssl", "3e69114b", "1.1")),
        ("x.libs/libgeos-3.13.0-abcdef12.so", ("libgeos", "abcdef12", "3.13.0")),
        ("x.libs/msvcp140-263139962577ecda4cd9469ca360a746.dll",
         ("msvcp140", "263139962577ecda4cd9469ca360a746", "")),
        ("PIL/.dylibs/libavif.16.1.1.dylib", ("libavif", "", "16.1.1")),
        ("lib/libgcc_s_seh-1.dll", ("libgcc_s_seh", "", "1")),
        ("x.libs/libscipy_openblas64_-6bb31eeb.so", ("libscipy_openblas64_", "6bb31eeb", "")),
        ("x.libs/libx-12345678.so.1", ("libx", "12345678", "1")),
        ("x.libs/libx-2.1-12345678.so.1", ("libx", "12345678", "1")),
        ("lib/libx11.so", ("libx11", "", "")),
        ("README", ("README", "", "")),
        ("libs/libopenblas64__v0.3.23-293-gc2f4bdbb-gcc_10_3_0-2bde3a66a51006b2b53eb373ff767a3f.dll",
         ("libopenblas64", "2bde3a66a51006b2b53eb373ff767a3f", "0.3.23-293-gc2f4bdbb")),
        ("numpy/.libs/libopenblas.FB5AE2TYXYH2IJRDKGDGQ3XBKLKTF43H.gfortran-win_amd64.dll",
         ("libopenblas", "FB5AE2TYXYH2IJRDKGDGQ3XBKLKTF43H", "")),
        ("x.libs/libssl-1_1-x64-263139962577ecda4cd9469ca360a746.dll",
         ("libssl", "263139962577ecda4cd9469ca360a746", "1.1")),
        ("x.libs/libcrypto-3-x64.dll", ("libcrypto", "", "3")),
    ],
)  # fmt: skip
def test_a_library_name_is_taken_apart(path: str, expected: tuple[str, str, str]) -> None:
    assert parts(path) == expected


def test_folders_of_repair_tools() -> None:
    assert is_vendored("pkg.libs/libx.so.1")
    assert is_vendored("pkg/.libs/libx.so")
    assert is_vendored("pkg/.dylibs/libx.1.dylib")
    assert not is_vendored("pkg/libs/libx.so")
    assert not is_vendored("pkg.libs/LICENSE")


def test_names_of_native_files() -> None:
    assert looks_native("a/libx.so.1.2")
    assert looks_native("a/x.cp311-win_amd64.PYD")
    assert not looks_native("a/x.so.txt")
