"""Calls of other libraries where one PE file imports more: by what they call, not by the slot."""

from pathlib import Path

import pytest

from reprodiff.formats.pe.image import read_image
from reprodiff.formats.pe.imports import imports
from reprodiff.formats.pe.known import known
from reprodiff.formats.pe.parts import read_parts
from tests.native.asking import places, report
from tests.native.test_pe_pairs import mingw

CODE = r"""
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
__declspec(dllexport) size_t one(const char *s) { return strlen(s) + 1; }
__declspec(dllexport) int two(const char *s) { return puts(s) + atoi(s) + (int)one(s); }
__declspec(dllexport) char *three(const char *s) { return strrchr(s, 'q') + two(s); }
__declspec(dllexport) int more(int x) { return EXTRA; }
"""
FLAGS = "-O2 -Wl,--no-insert-timestamp,--disable-auto-image-base"
FORMS = [FLAGS, f"{FLAGS} -s"]


def made(tmp_path: Path, side: str, options: str, extra: str, code: str = CODE) -> Path:
    return mingw(tmp_path / side, "x86_64", options, code.replace("EXTRA", extra))


@pytest.mark.parametrize("options", FORMS)
def test_functions_that_call_the_same_are_not_changed(tmp_path: Path, options: str) -> None:
    a = made(tmp_path, "a", options, "x + 1")
    b = made(tmp_path, "b", options, "abs(x) + rand() + system(0)")
    for found in (report(a, b), report(b, a)):
        named = places(found, "pe-code-changed")
        assert "more" in named
        assert named.isdisjoint({"one", "two", "three", "strlen", "puts", "strrchr"})


@pytest.mark.parametrize("options", FORMS)
def test_a_call_of_something_else_is_a_change(tmp_path: Path, options: str) -> None:
    other = CODE.replace("puts(s) + atoi(s)", "puts(s) + abs(remove(s))")
    a = made(tmp_path, "a", options, "x + 1")
    for side, extra in (("b", "x + 1"), ("c", "rand() + system(0)")):
        named = places(report(a, made(tmp_path, side, options, extra, other)), "pe-code-changed")
        assert "two" in named
        assert "one" not in named, "two may be inlined into three"


def test_slots_and_jumps_are_known_by_library_and_name(tmp_path: Path) -> None:
    one, two = (
        read_image(memoryview(made(tmp_path, side, FORMS[1], extra).read_bytes()))
        for side, extra in (("a", "x + 1"), ("b", "rand()"))
    )
    files, told = (read_parts(one), read_parts(two)), (known(one, []), known(two, []))
    assert imports((files[0], files[0]), (told[0], told[0])) is None
    found = imports(files, told)
    assert found is not None
    assert (b"puts", b"msvcrt.dll") in found[0].values()
    assert (b"rand", b"msvcrt.dll") not in found[0].values()
    places_of = [at for at, each in found[1].items() if each == (b"rand", b"msvcrt.dll")]
    assert len(places_of) == 2, "its slot, and the jump through it"
