"""Calls by name where one Mach-O file has others: by what they call, not by where the stub is."""

from pathlib import Path

import pytest

from reprodiff.model import Verdict
from tests.native.asking import places, report
from tests.native.test_macho_pairs import build

CODE = r"""
extern int puts(const char *), atoi(const char *), abs(int), rand(void), remove(const char *);
extern unsigned long strlen(const char *);
extern char *strrchr(const char *, int);
extern char **environ;
#define ALONE __attribute__((noinline))
ALONE unsigned long one(const char *s) { return strlen(s) + 1; }
ALONE int two(const char *s) { return puts(s) + atoi(s) + (int)one(s); }
char *three(const char *s) { return strrchr(s, 'q') + two(s); }
char **four(void) { return environ; }
int more(int x) { return EXTRA; }
"""
MACHINES = ["x86_64", "arm64"]


def made(tmp_path: Path, side: str, machine: str, extra: str, code: str = CODE) -> Path:
    return build(tmp_path / side, machine, "-O1", code.replace("EXTRA", extra))


@pytest.mark.parametrize("machine", MACHINES)
def test_functions_that_call_the_same_are_not_changed(tmp_path: Path, machine: str) -> None:
    a = made(tmp_path, "a", machine, "x + 1")
    b = made(tmp_path, "b", machine, "abs(x + 2) + rand() + remove(0)")
    for found in (report(a, b), report(b, a)):
        named = places(found, "macho-code-changed")
        assert "_more" in named
        assert named.isdisjoint({"_one", "_two", "_three", "_four"})


@pytest.mark.parametrize("machine", MACHINES)
def test_a_call_of_something_else_is_a_change(tmp_path: Path, machine: str) -> None:
    other = CODE.replace("puts(s) + atoi(s)", "puts(s) + remove(s)")
    a = made(tmp_path, "a", machine, "x + 1")
    found = report(a, made(tmp_path, "b", machine, "abs(x + 2) + rand()", other))
    named = places(found, "macho-code-changed")
    assert "_two" in named
    assert named.isdisjoint({"_one", "_three", "_four"})
    # Where nothing stands elsewhere the code is the same, and the loader is told another name.
    found = report(a, made(tmp_path, "c", machine, "x + 1", other))
    assert found.verdict is Verdict.DIFFERENT
    said = {(each.a, each.b) for f in found.findings for each in f.locations}
    assert any("atoi" in one and "remove" in two for one, two in said), said


@pytest.mark.parametrize("machine", MACHINES)
def test_another_name_in_what_the_loader_binds_is_seen(tmp_path: Path, machine: str) -> None:
    a = made(tmp_path, "a", machine, "x + 1")
    b = made(tmp_path, "b", machine, "abs(x + 2) + rand() + remove(0)")
    raw = b.read_bytes()
    # In the commands for the loader, which come before the symbols.
    b.write_bytes(
        raw.replace(b"_strlen\0", b"_strlex\0", 1).replace(b"_strrchr\0", b"_strrchx\0", 1)
    )
    named = places(report(a, b), "macho-code-changed")
    assert {"_one", "_three"} <= named
    assert named.isdisjoint({"_two", "_four"})
