"""Calls by name where one side has more of them: by what they call, not by where its entry is."""

from pathlib import Path

import pytest

from reprodiff.formats.elf.imports import imports
from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import places, report
from tests.native.builders import build

CODE = r"""
#include <stdlib.h>
#include <string.h>
#include <stdio.h>
#include <time.h>
size_t one(const char *s) { return strlen(s) + 1; }
int two(const char *s) { return puts(s) + atoi(s) + (int)one(s); }
extern char **environ;
char **four(void) { return environ; }
FILE *five(int x) { return x ? stdout : stdin; }
char *three(const char *s) { return strrchr(s, 'q') + two(s); }
int more(int x) { return EXTRA; }
"""
ARM = "aarch64-linux-gnu-gcc"
FORMS = [
    *(
        ("gcc", each)
        for each in ("-Wl,-z,lazy", "-Wl,-z,now -fcf-protection", "-Wl,-z,now -fno-plt -s")
    ),
    *((ARM, each) for each in ("-Wl,-z,lazy", "-mbranch-protection=standard", "-fno-plt -s")),
]


def made(tmp_path: Path, side: str, form: tuple[str, str], extra: str, code: str = CODE) -> Path:
    options = f"-O2 {form[1]} -Wl,--build-id=none"
    return build(tmp_path / side, options, code.replace("EXTRA", extra), form[0])


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_functions_that_call_the_same_are_not_changed(
    tmp_path: Path, form: tuple[str, str]
) -> None:
    a = made(tmp_path, "a", form, "x + 1")
    b = made(tmp_path, "b", form, "abs(x) + (int)time(0) + rand() + (stderr != 0)")
    for found in (report(a, b), report(b, a)):
        named = {place.removeprefix(".text ") for place in places(found, "native-code-changed")}
        assert "more" in named
        assert named.isdisjoint({"one", "two", "three", "four", "five"})
        assert found.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("form", FORMS, ids=" ".join)
def test_a_call_of_something_else_is_a_change(tmp_path: Path, form: tuple[str, str]) -> None:
    a = made(tmp_path, "a", form, "x + 1")
    other = CODE.replace("return puts(s) + atoi(s)", "return puts(s) + rpmatch(s)")
    b = made(tmp_path, "b", form, "x + 1", f"int rpmatch(const char *);{other}")
    b_more = made(tmp_path, "c", form, "(int)random()", f"int rpmatch(const char *);{other}")
    for found in (report(a, b), report(a, b_more)):
        named = {place.removeprefix(".text ") for place in places(found, "native-code-changed")}
        assert "two" in named
        assert named.isdisjoint({"one", "three", "four", "five"})


def test_what_the_loader_fills_with_the_address_of_a_symbol_is_known_by_its_name(
    tmp_path: Path,
) -> None:
    elf = parse(memoryview(made(tmp_path, "a", FORMS[0], "x + 1").read_bytes()))
    found = imports(elf)
    called = dict(found.values())
    assert {called[name].partition(b"_")[0] for name in (b"strlen", b"puts")} == {b"GLIBC"}
    assert called[b"one"] == b"", "which another file may put its own in the place of"
    assert b"more" not in called
    puts = [address for address, known in found.items() if known[0] == b"puts"]
    assert len(puts) == 2, "its word, and the entry that jumps there"


def test_a_damaged_table_is_no_error(tmp_path: Path) -> None:
    data = bytearray(made(tmp_path, "a", FORMS[0], "x + 1").read_bytes())
    elf = parse(memoryview(bytes(data)))
    for section in elf.sections:
        if section.type in {4, 0x6FFFFFFE, 0x6FFFFFFF} or section.name.startswith(".plt"):
            for fill in (b"\xff", b"\0", b"\xff\x25"):
                spoilt = bytearray(data)
                size = section.body.size
                spoilt[section.body.start : section.body.stop] = (fill * size)[:size]
                imports(parse(memoryview(bytes(spoilt))))
