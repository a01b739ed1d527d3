"""Copies of paths that compilers write by way of constants: pieces of a path are told as such."""

import re
from pathlib import Path

import pytest

from reprodiff.model import Verdict
from tests.native import test_pe_pairs as pe
from tests.native.asking import assert_proven, causes, report
from tests.native.builders import build, need

CODE = r"""
#include <string>
#include <cstring>
#include <cstdio>
static void take(const std::string &s) { puts(s.c_str()); }
extern "C" int via_string(int x) { std::string s(__FILE__); take(s); return s.size() + x; }
extern "C" int via_array(int x) { char f[] = __FILE__; puts(f); return f[x & 3]; }
extern "C" char *via_copy(char *b) { return strcpy(b, __FILE__); }
extern "C" char *via_cat(char *b) { return strcat(b, __FILE__ ":12"); }
extern "C" const char *other(void) { return "/srv/data/one/table.bin"; }
extern "C" char *plain(char *b) { return strcat(b, "/srv/data/two/tables/that are long.bin"); }
"""
NAMES = ("pip-req-build-q1w2e3r4", "pip-req-build-z9y8x7_5")


SHOWN = 'extern "C" int shown(void) { return puts(__FILE__); }\n'


def sides(
    tmp_path: Path, options: str, names: tuple[str, str] = NAMES, code: str = CODE
) -> tuple[Path, Path]:
    made = [build(tmp_path / name / "src", options, code, "g++") for name in names]
    return made[0], made[1]


@pytest.mark.parametrize("options", ["-O2", "-O2 -g -std=c++20", "-O3 -march=x86-64-v3"])
@pytest.mark.parametrize("names", [NAMES, ("aaaa", "bbbb")])
def test_pieces_of_a_path_of_the_same_length_are_proven(
    tmp_path: Path, options: str, names: tuple[str, str]
) -> None:
    if "march" in options:
        need("x86_64-linux-gnu-gcc")
    a, b = sides(tmp_path, options, names)
    assert_proven(report(a, b))
    assert not causes(report(b, a)) & {"native-data-changed", "native-code-changed"}


def test_a_piece_of_anything_else_is_a_change(tmp_path: Path) -> None:
    need("x86_64-linux-gnu-gcc")
    a, b = sides(tmp_path, "-O2", code=CODE + SHOWN)
    raw = b.read_bytes()
    at, tried = raw.find(b"z9y8x7_5"), 0
    while at >= 0:
        changed = bytearray(raw)
        changed[at + 2] ^= 1
        b.with_name("changed.so").write_bytes(changed)
        assert report(a, b.with_name("changed.so")).verdict is Verdict.DIFFERENT
        tried += 1
        at = raw.find(b"z9y8x7_5", at + 1)
    assert tried, "no constant has a piece of the path"
    # A constant that is no piece of the path, and one that is a piece of what is no build path.
    for old, new in ((b"/data/two/tab", b"/data/two/tax"), (b"that are long", b"that are wrong")):
        place = raw.find(old[:8])
        assert place >= 0, old
        changed = bytearray(raw)
        changed[place + 4] ^= 1
        b.with_name("changed.so").write_bytes(changed)
        found = report(a, b.with_name("changed.so"))
        assert found.verdict is Verdict.DIFFERENT, new


def test_pieces_in_windows_libraries_are_proven(tmp_path: Path) -> None:
    code = r"""
int _fltused;
char *strcpy(char *, const char *);
int puts(const char *);
__declspec(dllexport) char *via_copy(char *b) { return strcpy(b, __FILE__); }
__declspec(dllexport) int shown(void) { return puts(__FILE__); }
"""
    options = "-O2 -s -Wl,--no-insert-timestamp,--disable-auto-image-base"
    a, b = (pe.mingw(tmp_path / name / "src", "x86_64", options, code) for name in NAMES)
    assert_proven(report(a, b), "pe-build-path")
    raw = b.read_bytes()
    places = [found.start() for found in re.finditer(rb"z9y8x7_5", raw)]
    assert places, "no copy has all of the name"
    for at in places:
        changed = bytearray(raw)
        changed[at + 2] ^= 1
        b.with_name("changed.dll").write_bytes(changed)
        assert report(a, b.with_name("changed.dll")).verdict is Verdict.DIFFERENT
