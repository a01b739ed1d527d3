"""Bytecode as a format: what its reader finds, as facts with their places."""

import importlib.util
import marshal
import struct

import pytest

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content
from reprodiff.formats.bytecode import FORMAT
from reprodiff.model import ArtifactKind, Difference, Span
from tests.formats.accounts import account, kinds


def facts(a: bytes, b: bytes, path: str = "a.pyc") -> list[Difference]:
    content = Content(path, path, memoryview(a), memoryview(b), ArtifactKind.WHEEL)
    assert FORMAT.applies(content)
    return list(FORMAT.compare(content))


def pyc(source: str, filename: str = "/tmp/a/x.py", mtime: int = 1) -> bytes:
    code = marshal.dumps(compile(source, filename, "exec", dont_inherit=True))
    return importlib.util.MAGIC_NUMBER + struct.pack("<LLL", 0, mtime, 9) + code


SOURCE = "def f(a):\n    return a + 1\n\n\nclass C:\n    x = ('m', 1.5)\n"


def test_a_time_is_four_bytes_of_the_header() -> None:
    (fact,) = facts(pyc(SOURCE), pyc(SOURCE, mtime=2))
    assert (fact.what, fact.a, fact.b) == ("pyc.mtime", 1, 2)
    assert (fact.span_a, fact.span_b) == (Span(8, 12), Span(8, 12))


def test_a_path_stands_in_every_code_object_and_is_told_once() -> None:
    a, b = pyc(SOURCE), pyc(SOURCE, "/home/ci/longer/x.py")
    found = facts(a, b)
    (fact,) = (each for each in found if each.what == "pyc.filename")
    assert (fact.a, fact.b) == ("/tmp/a/x.py", "/home/ci/longer/x.py")
    assert fact.note.endswith("code objects")
    assert account(a, b, found).explained


def test_changed_code_names_its_object() -> None:
    found = facts(pyc(SOURCE), pyc(SOURCE.replace("a + 1", "a - 1")))
    assert kinds(found) == {"pyc.code"}
    assert all("f" in fact.inside for fact in found)


@pytest.mark.parametrize("other", [b"\x29\xff", b"N" * 8, b"(" + b"\xff" * 4, b"\xe3"])
def test_a_body_that_cannot_be_read_is_one_fact_of_all_its_bytes(other: bytes) -> None:
    good = pyc(SOURCE)
    bad = good[:16] + other
    found = facts(good, bad)
    assert account(good, bad, found).explained
    assert {fact.span_a for fact in found if "body" in fact.what} <= {Span(16, len(good))}


def test_bytecode_of_another_version_is_not_compared_as_code() -> None:
    good = pyc(SOURCE)
    other = struct.pack("<H", 3413) + b"\r\n" + pyc(SOURCE.replace("a + 1", "a - 1"))[4:]
    found = facts(good, other)
    assert kinds(found) == {"pyc.magic", "pyc.body-other-version"}
    assert account(good, other, found).explained


@pytest.mark.parametrize("broken", [b"", b"\0", b"PK\3\4", b"x" * 15])
def test_what_has_no_header_is_left_to_another_format(broken: bytes) -> None:
    with pytest.raises(DamagedError, match="not a pyc"):
        facts(pyc(SOURCE), broken)
