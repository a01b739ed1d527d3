"""Python source: whether two texts are one program to the interpreter."""

import sys

import pytest

from reprodiff.formats.base import Content
from reprodiff.formats.python import FORMAT, MAX_DEPTH, is_shallow, syntax
from reprodiff.model import ArtifactKind


def content(path: str, a: bytes, b: bytes) -> Content:
    return Content(path, path, memoryview(a), memoryview(b), ArtifactKind.WHEEL)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"x = 1\n", b"x = 1  # comment\n"),
        (b"x = 1\n", b"\n\nx  =  1"),
        (b"x = 'a'\n", b'x = "a"\n'),
        (b"x = (1)\n", b"x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", b"x = 1\ny = 2\n"),
        (b"x = 1\n", b"\xef\xbb\xbfx = 1\n"),
        (b"# coding: latin-1\nx = '\xe9'\n", "x = '\u00e9'\n".encode()),
        (b"x = '''a\r\nb'''\n", b"x = '''a\nb'''\n"),
    ],
)
def test_the_same_tree(a: bytes, b: bytes) -> None:
    assert syntax(a, b) == "same"


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"x = 1\n", b"x = 2\n"),
        (b"x = 1\n", b"x = 1.0\n"),
        (b"x = 1\n", b"x = True\n"),
        (b"x = 'a'\n", b"x = b'a'\n"),
        (b"x = 'a'\n", b"x = u'a'\n"),
        (b'"""doc"""\n', b'"""Doc"""\n'),
        (b"if x:\n    y\nz\n", b"if x:\n    y\n    z\n"),
        (b"x = '\xc3\xa9'\n", b"# coding: latin-1\nx = '\xc3\xa9'\n"),
        (b"x = 0.1\n", b"x = 0.2\n"),
        (b"x = -0.0\n", b"x = 0.0\n"),
        (b"x = '\\d'\n", b"x = '\\D'\n"),
    ],
)
def test_another_tree(a: bytes, b: bytes) -> None:
    assert syntax(a, b) == "other"


@pytest.mark.parametrize(
    "source",
    [
        b"x = (\n",
        b"print 'x'\n",
        b"x = 1\0\n",
        b"\xff\xfe\n",
        b"(" * 5000 + b")" * 5000,
        b"-" * 20_000 + b"1",
        b"x = " + b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b"# coding: none-such\nx = 1\n",
    ],
)
def test_what_the_interpreter_cannot_read_is_unknown(source: bytes) -> None:
    assert syntax(source, b"x = 1\n") == "unknown"
    assert syntax(b"x = 1\n", source) == "unknown"


def test_a_source_of_another_python_is_unknown_and_never_the_same() -> None:
    newer = b"type X[T = int] = list[T]\n"  # 3.13
    expected = "other" if sys.version_info >= (3, 13) else "unknown"
    assert syntax(newer, b"x = 1\n") == expected


def test_depth_is_bounded_before_it_is_parsed() -> None:
    assert is_shallow(b"(" * MAX_DEPTH + b")" * MAX_DEPTH)
    assert not is_shallow(b"(" * (MAX_DEPTH + 1))
    assert is_shallow(b"()" * 5000)


@pytest.mark.parametrize(
    ("path", "a", "applies"),
    [
        ("demo/a.py", b"x = 1\n", True),
        ("demo/a.pyi", b"x: int\n", True),
        ("demo/run", b"#!/usr/bin/env python3\nx = 1\n", True),
        ("demo/run", b"#!/bin/sh\necho\n", False),
        ("demo/a.txt", b"x = 1\n", False),
        ("demo/a.py", b"\0\1", False),
    ],
)
def test_what_is_taken_for_python(path: str, a: bytes, applies: bool) -> None:
    assert FORMAT.applies(content(path, a, a + b"#\n")) is applies


def test_a_warning_about_a_source_is_none_of_the_users_business() -> None:
    """Warnings are errors in the tests: an invalid escape must not raise one."""
    assert syntax(b"x = '\\d'\n", b"x = '\\d'  #\n") == "same"
    (first, *_) = FORMAT.compare(content("a.py", b"x = 1 is 1\n", b"x = 1 is 2\n"))
    assert (first.what, first.a) == ("python.syntax", "other")
