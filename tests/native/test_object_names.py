"""Random names of objects that a compiler made to link them at once, which linkers write down."""

import re
from pathlib import Path

import pytest

from reprodiff.model import Confidence, Verdict
from tests.causes.facts import claims, fact
from tests.native.asking import assert_proven, causes, report, run
from tests.native.builders import need

C_CODE = "extern int low(int);\nint high(int x) { return low(x) * 3; }\n"
ASSEMBLER = """\
    .text
local_label:
    nop
    .globl low
low:
    ret
    .section .note.GNU-stack,"",@progbits
"""
CAUSE = "native-temp-object"
GCC = rb"\0cc([0-9A-Za-z]{6})\.o\0"
CLANG = rb"\0low-([0-9a-f]{6})\.o\0"


def library(
    place: Path, compiler: str, *options: str, code: str = C_CODE, low: str = ASSEMBLER
) -> Path:
    """Compile, assemble and link in one command."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "high.c").write_text(code, encoding="utf-8")
    (place / "low.s").write_text(low, encoding="utf-8")
    command = [need(compiler), "-O1", "-shared", "-fPIC", *options]
    run(place, *command, "high.c", "low.s", "-o", "lib.so")
    return place / "lib.so"


@pytest.mark.parametrize(("compiler", "form"), [("gcc", GCC), ("clang", CLANG)])
def test_random_names_of_objects_are_proven(tmp_path: Path, compiler: str, form: bytes) -> None:
    a, b = (library(tmp_path / name, compiler) for name in ("one", "two"))
    assert re.search(form, a.read_bytes()), "the linker wrote no such name"
    found = report(a, b)
    assert_proven(found, CAUSE)
    assert causes(found) == {CAUSE}
    # Another function, under a name that is made up just the same.
    changed = library(tmp_path / "x", compiler, code=C_CODE.replace("* 3", "* 5"))
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert {CAUSE, "native-code-changed"} <= causes(found)
    # One more symbol: the tables are others as a whole, and the name is told all the same.
    more = library(tmp_path / "y", compiler, low=ASSEMBLER.replace("local_label", "other_label"))
    assert report(a, more).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(("options", "low"), [
    (("-Wl,-s",), ASSEMBLER), ((), '.file "low.s"\n' + ASSEMBLER),
])  # fmt: skip
def test_the_advice_makes_both_the_same(tmp_path: Path, options: tuple[str, ...], low: str) -> None:
    a, b = (library(tmp_path / name, "gcc", *options, low=low) for name in ("one", "two"))
    assert report(a, b).verdict is Verdict.IDENTICAL


def test_the_name_of_a_source_in_place_of_a_random_one_is_for_review(tmp_path: Path) -> None:
    a = library(tmp_path / "one", "gcc")
    raw = re.sub(GCC, b"\0evilcode.c\0", a.read_bytes())
    b = a.with_name("changed.so")
    b.write_bytes(raw)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert CAUSE not in causes(found)


@pytest.mark.parametrize(("compiler", "form"), [("gcc", GCC), ("clang", CLANG)])
def test_one_byte_of_a_random_name_is_not_what_chance_makes(
    tmp_path: Path, compiler: str, form: bytes
) -> None:
    a = library(tmp_path / "one", compiler)
    raw = bytearray(a.read_bytes())
    name = re.search(form, raw)
    assert name
    for at in (name.start(1), name.end(1) - 1, name.end(1) + 1, name.start() + 1):
        slipped = bytearray(raw)
        slipped[at] = ord("1") if slipped[at] != ord("1") else ord("2")
        b = a.with_name("changed.so")
        b.write_bytes(slipped)
        assert report(a, b).verdict is Verdict.DIFFERENT


def test_a_function_of_such_a_name_is_no_object(tmp_path: Path) -> None:
    sides = []
    for name in ("ccAb12Cd.o", "ccX9y8Z7.o"):
        low = ASSEMBLER.replace("local_label", name) + f".type {name}, @function\n"
        sides.append(library(tmp_path / name, "gcc", low='.file "low.s"\n' + low))
    found = report(*sides)
    assert found.verdict is Verdict.DIFFERENT
    assert CAUSE not in causes(found)


def test_objects_that_symbols_for_macos_name_are_proven(tmp_path: Path) -> None:
    need("ld64.lld", "ld64.lld-14", "ld64.lld-15", "ld64.lld-16")
    sides = []
    for name in ("one", "two"):
        place = tmp_path / name
        place.mkdir()
        (place / "high.c").write_text(C_CODE.replace("extern ", "static ").replace(
            "low(int)", "low(int x) { return x; }"), encoding="utf-8")  # fmt: skip
        run(
            place, need("clang"), "--target=x86_64-apple-macos11", "-g", "-shared", "-nostdlib",
            "-fuse-ld=lld", f"-fdebug-prefix-map={place}=.", "high.c", "-o", "lib.dylib",
        )  # fmt: skip
        sides.append(place / "lib.dylib")
    found = report(*sides)
    assert CAUSE in causes(found)
    assert_proven(found, CAUSE)


@pytest.mark.parametrize(("a", "b", "sure"), [
    (b"ccAb12Cd.o", b"ccX9y8Z7.o", Confidence.PROVEN),
    (b"ccAb12Cd.ltrans0.ltrans.o", b"ccX9y8Z7.ltrans0.ltrans.o", Confidence.PROVEN),
    (b"/T/x-00ff12.o", b"/T/x-9ae3b7.o", Confidence.PROVEN),
    (b"ccAb12Cd.o", b"ccAb12Zz.o", Confidence.LIKELY),
    (b"ccAb12Cd.ltrans0.ltrans.o", b"ccX9y8Z7.ltrans1.ltrans.o", None),
    (b"/T/x-00ff12.o", b"/S/x-9ae3b7.o", None),
    (b"x-00ff12.o", b"y-9ae3b7.o", None),
    (b"x-00ff12.o", b"x-00FF99.o", None),
    (b"ccAb12Cd.o", b"evilcode.o", None),
])  # fmt: skip
def test_what_counts_as_made_up(a: bytes, b: bytes, sure: Confidence | None) -> None:
    for kind in ("elf.object-name", "macho.oso-path"):
        found = claims([fact(kind, a, b)])
        told = [each.confidence for each in found if each.cause.id == CAUSE]
        assert told == ([] if sure is None else [sure])


RUST = r"""
#[no_mangle] pub extern "C" fn hello(x: i32) -> i32 { println!("{}", x); x + 1 }
"""


def rust_pair(tmp_path: Path) -> tuple[Path, Path]:
    """Compile a crate whose metadata differ, as they do for one that lies elsewhere."""
    sides = []
    for number in ("one", "two"):
        place = tmp_path / number
        place.mkdir()
        (place / "lib.rs").write_text(RUST, encoding="utf-8")
        run(
            place, need("rustc"), "--crate-type", "cdylib", "-C", f"metadata={number}",
            "-C", "linker=gcc", "lib.rs", "-o", "lib.so",
        )  # fmt: skip
        sides.append(place / "lib.so")
    return sides[0], sides[1]


MODULE = rb"\0lib\.([0-9a-z]{7,16})-cgu\.0\0"


def test_hashes_in_names_of_the_modules_of_rust_are_proven(tmp_path: Path) -> None:
    a, b = rust_pair(tmp_path)
    raw = b.read_bytes()
    name = re.search(MODULE, raw)
    if not name:
        pytest.skip("this rustc gives its modules other names")
    found = report(a, b)
    assert_proven(found, "elf-rust-symbol-hash")
    assert not causes(found) & {"elf-symbols", "elf-debug-info"}
    # One letter beside the hash is not what the compiler made up.
    at = name.start(1) - 2
    b.write_bytes(raw[:at] + b"x" + raw[at + 1 :])
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    # One digit in it is not a hash of something else.
    other = bytearray(a.read_bytes())
    same = re.search(MODULE, other)
    assert same
    other[same.start(1)] ^= 1
    b.write_bytes(other)
    assert report(a, b).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(("pairs", "sure"), [
    ([(b"x.8ffa2512e62074a8-cgu.0", b"x.bd71612f7e7295a1-cgu.0"),
      (b"x.8ffa2512e62074a8-cgu.1", b"x.bd71612f7e7295a1-cgu.1")], Confidence.PROVEN),
    ([(b"x.8ffa2512e62074a8-cgu.0", b"x.bd71612f7e7295a1-cgu.0"),
      (b"x.8ffa2512e62074a8-cgu.1", b"x.0011223344556677-cgu.1")], Confidence.LIKELY),
])  # fmt: skip
def test_modules_of_one_crate_have_one_hash(
    pairs: list[tuple[bytes, bytes]], sure: Confidence
) -> None:
    found = claims([fact("elf.object-name", a, b) for a, b in pairs])
    assert {(each.cause.id, each.confidence) for each in found} == {("elf-rust-symbol-hash", sure)}
