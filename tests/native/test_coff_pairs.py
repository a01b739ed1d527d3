"""Real COFF objects, alone and in static archives: what is the same is proven, the rest named."""

import hashlib
import re
import struct
from pathlib import Path

import pytest

from reprodiff.formats.coff import FORMAT
from reprodiff.formats.coff.literals import literal_name
from reprodiff.formats.coff.reader import read_object
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import need
from tests.native.objects import compiled, missed
from tests.native.test_macho_pairs import C_CODE, CXX_CODE

TARGETS = {
    "mingw-x86_64": ("x86_64-w64-mingw32-gcc",),
    "mingw-i686": ("i686-w64-mingw32-gcc",),
    "msvc-x86_64": ("clang", "--target=x86_64-pc-windows-msvc"),
    "msvc-i686": ("clang", "--target=i686-pc-windows-msvc"),
    "msvc-arm64": ("clang", "--target=aarch64-pc-windows-msvc"),
}
INDEX = "ar-index-follows"


def build(place: Path, target: str, options: str = "-O2", code: str = C_CODE) -> Path:
    """Compile ``code`` to an object in the directory ``place``, by its absolute path."""
    compiler, *flags = TARGETS[target]
    plus = compiler.replace("gcc", "g++").replace("clang", "clang++")
    return compiled(place, (compiler, plus), flags, options, code)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ("-O2", C_CODE),
        ("-O1 -g", C_CODE),
        ("-O1 -g", CXX_CODE),
        ("-O2 -ffunction-sections", CXX_CODE),
    ],
)
def test_a_build_path_of_the_same_or_another_length_is_proven(
    tmp_path: Path, target: str, options: str, code: str
) -> None:
    a = build(tmp_path / "one" / "src", target, options, code)
    for other in ("two/src", "number-two/demo/src", "number-2/demo/src"):
        b = build(tmp_path / other, target, options, code)
        assert_proven(report(a, b), "pe-build-path")
        assert_proven(report(b, a), "pe-build-path")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("x * 3", "x * 5"), "limited"),
        (("counter += 2", "counter -= 2"), "chosen"),
        (("names[x & 3]", "names[x & 1]"), "entry"),
    ],
)
def test_one_changed_instruction_beside_a_path_is_named(
    tmp_path: Path, target: str, change: tuple[str, str], name: str
) -> None:
    a = build(tmp_path / "one", target)
    b = build(tmp_path / "number-two" / "demo", target, code=C_CODE.replace(*change))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert {name, f"_{name}"} & places(found, "pe-code-changed")
    assert "pe-build-path" in causes(found)


@pytest.mark.parametrize("target", ["mingw-x86_64", "msvc-x86_64"])
def test_one_changed_constant_or_string_beside_a_path_is_found(tmp_path: Path, target: str) -> None:
    a = build(tmp_path / "one", target)
    b = build(tmp_path / "number-two", target, code=C_CODE.replace("11, 13, 17", "11, 13, 16"))
    found = report(a, b)
    assert ".rdata table" in places(found, "native-data-changed")
    b = build(tmp_path / "number-two", target, code=C_CODE.replace("gamma", "gamna"))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert any(place.startswith(".rdata+") for place in places(found, "native-data-changed"))


def test_a_call_of_another_function_is_named_by_its_relocation(tmp_path: Path) -> None:
    a = build(tmp_path / "one", "mingw-x86_64")
    raw = bytearray(build(tmp_path / "two", "mingw-x86_64").read_bytes())
    rows = _relocations(raw, b".text")
    symbols = {struct.unpack_from("<I", raw, at + 4)[0] for at in rows}
    at = next(at for at in rows if struct.unpack_from("<I", raw, at + 4)[0] == max(symbols))
    struct.pack_into("<I", raw, at + 4, max(symbols) - 1)  # printf becomes puts
    b = tmp_path / "two" / "code.o"
    b.write_bytes(raw)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "pe-code-changed") == {"relocations of .text in entry"}


def _relocations(raw: bytes | bytearray, name: bytes) -> list[int]:
    """Return where the relocations of a section stand."""
    for number in range(struct.unpack_from("<H", raw, 2)[0]):
        at = 20 + 40 * number
        if bytes(raw[at : at + 8]).rstrip(b"\0") == name:
            place, _lines, count = struct.unpack_from("<IIH", raw, at + 24)
            return [place + 10 * row for row in range(count)]
    return []


# Bytes that hold a path or a time: nothing tells one value from another.
FREE = {"pe.timestamp", "pe.string"}


@pytest.mark.parametrize(
    ("target", "options", "code"),
    [
        ("mingw-x86_64", "-O1 -g", C_CODE),
        ("msvc-x86_64", "-O1 -g", C_CODE),
        ("msvc-arm64", "-O2", CXX_CODE),
        ("mingw-i686", "-O2", CXX_CODE),
    ],
)
def test_no_byte_or_word_that_is_slipped_in_passes_beside_a_path(
    tmp_path: Path, target: str, options: str, code: str
) -> None:
    a, b = (build(tmp_path / x, target, options, code) for x in ("one", "number-two"))
    # The time of the header stands first.
    assert missed(FORMAT, (a, b), FREE, seed=17, free=range(4, 8)) == []


def test_the_time_that_an_object_was_made_at_is_proven(tmp_path: Path) -> None:
    raw = bytearray(build(tmp_path / "one", "msvc-x86_64").read_bytes())
    for name, when in (("a", 1_700_000_000), ("b", 1_700_003_600)):
        raw[4:8] = when.to_bytes(4, "little")
        (tmp_path / f"{name}.obj").write_bytes(raw)
    assert causes(report(tmp_path / "a.obj", tmp_path / "b.obj")) == {"pe-timestamp"}
    assert_proven(report(tmp_path / "a.obj", tmp_path / "b.obj"))


def test_large_objects_are_taken_apart(tmp_path: Path) -> None:
    sides = [build(tmp_path / x, "mingw-x86_64", "-g -Wa,-mbig-obj") for x in ("one", "two/demo")]
    assert sides[0].read_bytes()[:4] == b"\0\0\xff\xff"
    assert_proven(report(*sides), "pe-build-path", "native-layout-follows")
    changed = C_CODE.replace("x * 3", "x * 5")
    b = build(tmp_path / "two" / "demo", "mingw-x86_64", "-g -Wa,-mbig-obj", changed)
    assert "limited" in places(report(sides[0], b), "pe-code-changed")


@pytest.mark.parametrize("target", ["mingw-x86_64", "msvc-x86_64"])
def test_objects_in_a_static_archive_are_proven_one_by_one(tmp_path: Path, target: str) -> None:
    ar = need("llvm-ar", "llvm-ar-14", "llvm-ar-15", "llvm-ar-16")
    sides = []
    for name in ("one", "number-two/demo"):
        made = build(tmp_path / name, target, "-O2 -g")
        run(made.parent, ar, "rcs", "lib.a", "code.o")
        sides.append(made.parent / "lib.a")
    assert_proven(report(*sides), "pe-build-path", INDEX)
    made = build(sides[1].parent, target, "-O2 -g", C_CODE.replace("x * 3", "x * 5"))
    run(made.parent, ar, "rcs", "lib.a", "code.o")
    found = report(*sides)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "pe-code-changed")


def test_an_index_of_another_string_than_the_object_has_is_not_benign(tmp_path: Path) -> None:
    ar = need("llvm-ar", "llvm-ar-14", "llvm-ar-15", "llvm-ar-16")
    sides = []
    for name in ("one", "two"):
        made = build(tmp_path / name, "msvc-x86_64")
        run(made.parent, ar, "rcs", "lib.a", "code.o")
        sides.append(made.parent / "lib.a")
    raw = bytearray(sides[1].read_bytes())
    place = raw.index(b"??_C@_0")
    raw[place + 9] ^= 1
    sides[1].write_bytes(raw)
    found = report(*sides)
    assert found.verdict is Verdict.DIFFERENT
    assert "ar-index-changed" in causes(found)


def test_entries_of_an_import_library_say_what_differs(tmp_path: Path) -> None:
    dlltool = need("llvm-dlltool", "llvm-dlltool-14", "llvm-dlltool-15", "llvm-dlltool-16")
    sides = []
    for name, exported in (("one", "entry"), ("two", "entry2")):
        place = tmp_path / name
        place.mkdir()
        (place / "demo.def").write_text(f"LIBRARY demo.dll\nEXPORTS\nlimited\n{exported}\n")
        run(place, dlltool, "-d", "demo.def", "-l", "demo.lib", "-m", "i386:x86-64")
        sides.append(place / "demo.lib")
    found = report(*sides)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "pe-imports") == {"symbol"}
    assert found.summary.ledger.unexplained_bytes == 0
    raw = bytearray(sides[0].read_bytes())
    at = raw.rindex(b"\0\0\xff\xff")
    raw[at + 8 : at + 12] = (1_700_000_000).to_bytes(4, "little")
    sides[1].write_bytes(raw)
    found = report(*sides)
    assert causes(found) == {"pe-timestamp"}
    assert_proven(found)


def test_the_release_of_the_compiler_is_told_by_its_symbol(tmp_path: Path) -> None:
    raw = build(tmp_path / "one", "msvc-x86_64").read_bytes()
    at = raw.index(b"@feat.00")
    sides = []
    for name, value in (("a", 0x0105_7C7A), ("b", 0x0105_7C91)):
        made = bytearray(raw)
        made[at : at + 12] = b"@comp.id" + value.to_bytes(4, "little")
        sides.append(tmp_path / f"{name}.obj")
        sides[-1].write_bytes(made)
    found = report(*sides)
    assert causes(found) == {"pe-rich-header"}
    assert found.findings[0].locations[0].inside == "@comp.id"


def test_string_constants_are_called_after_their_bytes() -> None:
    # As cl.exe and clang-cl name "one", "a\n" and L"hi".
    assert literal_name(b"one\0") == b"??_C@_03OHDNLOHO@one?$AA@"
    assert literal_name(b"four four four\0") == b"??_C@_0P@IGFLLMAI@four?5four?5four?$AA@"
    assert literal_name(b"alpha\0") == b"??_C@_05IAEKHIAN@alpha?$AA@"


def _summed(place: Path, code: str = C_CODE) -> Path:
    """Compile an object and add checksums of its sections, as Microsoft's compiler does."""
    objcopy = need("llvm-objcopy", "llvm-objcopy-14", "llvm-objcopy-15", "llvm-objcopy-16")
    made = build(place, "msvc-x86_64", "-O2 -g -fno-addrsig", code)
    count = len(read_object(memoryview(made.read_bytes())).sections) + 1
    (place / "sums").write_bytes(bytes(8 * count))
    run(place, objcopy, "--add-section", ".chks64=sums", "code.o")
    raw = bytearray(made.read_bytes())
    source = read_object(memoryview(bytes(raw)))
    table = next(section for section in source.sections if section.name == b".chks64")
    for section in source.sections:
        if section is not table:
            at = table.body.start + 8 * (section.number - 1)
            raw[at : at + 8] = hashlib.sha256(source.body(section)).digest()[:8]
    made.write_bytes(raw)
    return made


def test_checksums_of_sections_follow_if_they_are_true(tmp_path: Path) -> None:
    a, b = _summed(tmp_path / "one"), _summed(tmp_path / "number-two" / "demo")
    assert_proven(report(a, b), "pe-build-path")
    raw = bytearray(b.read_bytes())
    source = read_object(memoryview(bytes(raw)))
    table = next(section for section in source.sections if section.name == b".chks64")
    for at in range(table.body.start, table.body.stop, 40):
        changed = bytearray(raw)
        changed[at] ^= 1
        b.write_bytes(changed)
        found = report(a, b)
        assert found.verdict is Verdict.DIFFERENT
        assert "native-tables-changed" in causes(found)


def test_directives_for_the_linker_are_shown_whole(tmp_path: Path) -> None:
    line = '#pragma comment(lib, "python311.lib")\n'
    a = build(tmp_path / "one", "msvc-x86_64", code=line + C_CODE)
    b = build(tmp_path / "two", "msvc-x86_64", code=line.replace("311", "312") + C_CODE)
    found = report(a, b)
    finding = next(f for f in found.findings if f.cause == "native-data-changed")
    place = finding.locations[0]
    assert place.inside.startswith(".drectve")
    assert "python311.lib" in str(place.a)
    assert "python312.lib" in str(place.b)


def test_sections_in_another_order_are_said_to_be(tmp_path: Path) -> None:
    lines = ["const double tiny = 1e-300;", "const float other[4] = {1, 2, 3, 4};"]
    rest = "double used(int x) { return x * tiny + other[x & 3]; }\n"
    a = build(tmp_path / "one", "msvc-x86_64", "-O0 -fdata-sections", "\n".join([*lines, rest]))
    b = build(
        tmp_path / "two", "msvc-x86_64", "-O0 -fdata-sections", "\n".join([*lines[::-1], rest])
    )
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "native-order" in causes(found)
    assert "pe-code-changed" not in causes(found)
    assert found.summary.ledger.unexplained_bytes == 0


LITERALS = """\
int puts(const char *);
double used(int x) { puts("first constant"); puts("another constant"); return x * 2.5e10; }
"""


def test_constants_that_compilers_make_up_may_stand_in_any_order(tmp_path: Path) -> None:
    clang, options = need("clang"), ["--target=x86_64-pc-windows-msvc", "-O1", "-fno-ident"]
    (tmp_path / "code.c").write_text(LITERALS, encoding="utf-8")
    run(tmp_path, clang, *options, "-S", "code.c", "-o", "a.s")
    text = (tmp_path / "a.s").read_text(encoding="utf-8")
    parts = re.split(r"(?m)^(?=\t\.section\t)", text)
    one, two = [index for index, part in enumerate(parts) if "??_C@" in part.partition("\n")[0]]
    parts[one], parts[two] = parts[two], parts[one]
    (tmp_path / "b.s").write_text("".join(parts), encoding="utf-8")
    for name in ("a", "b"):
        run(tmp_path, clang, *options, "-c", f"{name}.s", "-o", f"{name}.o")
    a, b = tmp_path / "a.o", tmp_path / "b.o"
    assert_proven(report(a, b), "native-order")
    assert_proven(report(b, a), "native-order")
    # Neither a section that stands elsewhere, nor its header, symbol or what refers to it may
    # say anything else.
    raw = b.read_bytes()
    source = read_object(memoryview(raw))
    moved = next(s for s in source.sections if source.body(s).startswith(b"another"))
    symbol = next(s for s in source.symbols if s.section == moved.number and s.of_section)
    text_section = next(section for section in source.sections if section.name == b".text")
    for at in (
        moved.body.start + 3, moved.header + 38, moved.header + 20, symbol.at + 8, symbol.at + 18,
        symbol.at + 26, symbol.at + 32, text_section.relocations.start + 4,
    ):  # fmt: skip
        changed = bytearray(raw)
        changed[at] ^= 1
        (tmp_path / "c.o").write_bytes(changed)
        assert report(a, tmp_path / "c.o").verdict is Verdict.DIFFERENT, at
