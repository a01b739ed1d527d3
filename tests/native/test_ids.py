"""An id of a build says what it follows from: what else differs, or what is no longer there."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from reprodiff.formats.pe.image import read_image
from reprodiff.formats.pe.symbols import symbols
from reprodiff.model import Finding, Report, Severity, Verdict
from tests.causes.facts import claims, fact
from tests.native import test_macho_pairs as macho
from tests.native import test_pe_pairs as pe
from tests.native.asking import places, report, run
from tests.native.builders import build, need

CODE = r"""
static int other(int x) { return x ^ 77; }
EXPORT int limited(int x) { return x > 4096 ? 4096 : x * 3; }
EXPORT int entry(int x) { return other(x) * limited(x); }
"""
PE_CODE = "int _fltused;\n" + CODE.replace("EXPORT", "__declspec(dllexport)")


def only(found: Report, cause: str) -> Finding:
    (one,) = [finding for finding in found.findings if finding.cause == cause]
    assert one.severity is Severity.BENIGN
    return one


def slip(path: Path, mark: bytes) -> Path:
    """Change the one operand of x86 code that the pattern ``mark`` ends in."""
    raw = bytearray(path.read_bytes())
    found = re.search(mark, raw)
    assert found is not None
    raw[found.end() - 1] ^= 1
    changed = path.with_name("changed" + path.suffix)
    changed.write_bytes(raw)
    return changed


def mingw_pair(tmp_path: Path) -> list[Path]:
    sides = []
    options = "-O2 -g -nostdlib -Wl,--entry=0,--build-id,--no-insert-timestamp"
    for place in ("one", "number-two"):
        made = pe.mingw(tmp_path / place, "x86_64", options, PE_CODE)
        run(made.parent, need("x86_64-w64-mingw32-strip"), "-p", str(made))
        sides.append(made)
    return sides


def test_the_guid_of_a_stripped_dll_is_from_what_was_stripped(tmp_path: Path) -> None:
    a, b = mingw_pair(tmp_path)
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT
    assert {f.cause for f in found.findings} == {"pe-guid", "pe-checksum-follows"}
    assert "Nothing else in the files differs" in only(found, "pe-guid").explanation
    assert "stripped" in only(found, "pe-guid").explanation
    # xor of a register with 77
    found = report(a, slip(b, rb"\x83[\xf0-\xf7]\x4d"))
    assert found.verdict is Verdict.DIFFERENT
    assert "follows from what else differs" in only(found, "pe-guid").explanation
    assert places(found, "pe-code-changed")


def test_symbols_of_a_dll_that_starts_with_merged_strings_are_proven(tmp_path: Path) -> None:
    """Another string stands first in the two; the section starts there all the same."""
    options = "-O2 -g -nostdlib -Wl,--entry=0,--build-id,--no-insert-timestamp"
    a, b = (pe.mingw(tmp_path / x, "x86_64", options, PE_CODE) for x in ("one", "number-two"))
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT
    assert "follows from what else differs" in only(found, "pe-guid").explanation
    # .debug_line_str is named in the string table; its symbol's value follows the name.
    raw = bytearray(b.read_bytes())
    image = read_image(memoryview(bytes(raw)))
    symbol = next(s for s in symbols(image) if s.name == b".debug_line_str")
    raw[symbol.at + 8] ^= 1
    changed = tmp_path / "changed.dll"
    changed.write_bytes(raw)
    assert report(a, changed).verdict is Verdict.DIFFERENT


def test_the_place_of_a_section_without_bytes_is_seen(tmp_path: Path) -> None:
    code = PE_CODE + "int many[64]; EXPORT int get(int x) { return many[x]++; }".replace(
        "EXPORT", "__declspec(dllexport)"
    )
    options = "-O2 -s -nostdlib -Wl,--entry=0,--no-insert-timestamp,--disable-auto-image-base"
    made = code + "const char *where(void) { return __FILE__; }"
    a, b = (pe.mingw(tmp_path / x, "x86_64", options, made) for x in ("one", "number-two"))
    assert report(a, b).verdict is Verdict.EQUIVALENT
    raw = bytearray(b.read_bytes())
    at = raw.index(b".bss\0\0\0\0") + 20
    assert raw[at : at + 4] == bytes(4)
    raw[at + 3] = 0xFF
    changed = tmp_path / "changed.dll"
    changed.write_bytes(raw)
    assert report(a, changed).verdict is Verdict.DIFFERENT


def test_the_guid_that_lld_makes_is_a_hash_of_the_pdb(tmp_path: Path) -> None:
    sides = []
    for place in ("one", "number-two"):
        made = pe.lld(tmp_path / place, "x86_64", pe.CODE.replace("__FILE__", '"x"'))
        run(
            made.parent, "lld-link", "/dll", "/noentry", "/timestamp:0", "/debug",
            "/machine:x64", "/pdbaltpath:ext.pdb", "code.obj", "crt.lib", "/out:ext.dll",
        )  # fmt: skip
        sides.append(made)
    found = report(*sides)
    assert found.verdict is Verdict.EQUIVALENT
    assert {f.cause for f in found.findings} == {"pe-guid"}
    guid = only(found, "pe-guid")
    assert "the id is a hash" in guid.explanation
    assert "hash of the PDB" in guid.evidence[0]


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_the_uuid_of_a_stripped_library_is_from_what_was_stripped(
    tmp_path: Path, machine: str
) -> None:
    strip = need("llvm-strip", "llvm-strip-14", "llvm-strip-15", "llvm-strip-16")
    sides = []
    for place in ("one", "number-two"):
        made = macho.build(tmp_path / place, machine, "-O1 -g", CODE.replace("EXPORT", ""))
        run(made.parent, strip, "-x", "-D", str(made))
        sides.append(made)
    found = report(*sides)
    assert found.verdict is Verdict.EQUIVALENT
    assert "macho-uuid" in {f.cause for f in found.findings}
    assert {f.cause for f in found.findings} <= {"macho-uuid", "macho-code-signature"}
    uuid = only(found, "macho-uuid")
    assert uuid.explanation.startswith("Nothing else in the files differs, and the id is a hash")
    assert uuid.evidence == ("lld makes it as a hash of what it linked",)


@pytest.mark.parametrize(
    ("what", "a", "b", "word"),
    [
        ("macho.uuid", "9f2d7a1c5e3b4c8d9a6f0123456789ab", "1b2d7a1c5e3b4f8da16f0123456789ab",
         "the id is random: it is another one in each link"),
        ("macho.uuid", "9f2d7a1c5e3b3c8d9a6f0123456789ab", "1b2d7a1c5e3b3f8da16f0123456789ab",
         "the id is a hash"),
        ("macho.uuid", "9f2d7a1c5e3bac8d9a6f0123456789ab", "1b2d7a1c5e3b3f8da16f0123456789ab",
         "is random, or a hash of something"),
        ("pe.guid", "9f2d7a1c5e3b1c4d9a6f0123456789ab", "1b2d7a1c5e3bff4da16f0123456789ab",
         "the id is random: it is another one in each link"),
        ("pe.guid", "9f2d7a1c5e3b1c4d9a6f0123456789ab", "1b2d7a1c5e3bff5da16f0123456789ab",
         "is random, or a hash of something"),
    ],
)  # fmt: skip
def test_a_lone_id_says_how_it_was_made(what: str, a: str, b: str, word: str) -> None:
    (claim,) = claims([fact(what, a, b)])
    assert word in claim.explanation
    (first, *_) = claims([fact(what, a, b), fact(what.partition(".")[0] + ".code", "x", "y")])
    assert "Nothing else" not in first.explanation


def test_a_build_id_of_16_bytes_is_called_random_only_where_nothing_was_removed(
    tmp_path: Path,
) -> None:
    sides = []
    for place in ("one", "two"):
        made = build(tmp_path / place, "-O2 -g -Wl,--build-id=md5", CODE.replace("EXPORT", ""))
        subprocess.run([need("strip"), str(made)], check=True)
        sides.append(made)
    found = only(report(*sides), "elf-build-id-random")
    assert "random (uuid), or an md5" in found.explanation
    sides = [
        Path(shutil.move(build(tmp_path / "same", "-O2 -g -Wl,--build-id=uuid"), tmp_path / name))
        for name in ("a.so", "b.so")
    ]
    found = only(report(*sides), "elf-build-id-random")
    assert "nothing was taken out" in found.explanation
