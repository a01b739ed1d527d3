"""Listings, bytecode, normal forms, colours."""

import importlib.util
import marshal
import sys

import pytest

from reprodiff import sandbox
from reprodiff.formats.pyc.magic import magic_range
from reprodiff.model import Side
from reprodiff.views import pycode, syntax
from reprodiff.views.listing import ListingLine, ListingPair
from reprodiff.views.normal import normal
from reprodiff.views.pieces import Mark
from reprodiff.views.rows import Change
from tests.views.samples import pair


def listing(*rows: tuple[str, str]) -> list[ListingLine]:
    return [ListingLine(str(n), text, key) for n, (text, key) in enumerate(rows)]


def test_lines_of_one_key_go_together_though_their_texts_differ() -> None:
    a = listing(("call 1", "call"), ("ret", "ret"))
    b = listing(("nop", "nop"), ("call 2", "call"), ("ret", "ret"))
    found = ListingPair(a, b)
    assert found.changes == 1
    row = found.row(1, split=True)
    assert row.change is Change.EQUAL
    assert row.a is not None
    assert [piece.mark for piece in row.a.pieces] == [Mark.SAME, Mark.FOLLOWS]
    assert found.moved


def test_lines_that_do_not_follow_are_a_change() -> None:
    a, b = listing(("x 1", "x"), ("y", "y")), listing(("x 2", "x"), ("y", "y"))
    found = ListingPair(a, b, lambda _a, _b: False)
    assert found.changes == 1
    assert found.row(0, split=True).change is Change.REPLACE
    assert not found.moved


def test_what_is_looked_for_is_found_once_in_equal_lines() -> None:
    a = listing(("same Word", "s"), ("old word", "o"))
    b = listing(("same Word", "s"), ("new word", "n"))
    found = ListingPair(a, b)
    assert found.hits("WORD") == [(Side.A, 0), (Side.A, 1), (Side.B, 1)]
    assert found.hits("") == []


def test_bytecode_shows_the_constant_that_changed() -> None:
    found = pycode.ask(*pair("hidden-change-in-pyc", ".pyc"))
    assert not isinstance(found, str)
    one = ListingPair(*found)
    texts = [one.raw(Side.A, n) for n in range(one.line_count(Side.A))]
    assert "code <module>" in texts
    assert any(text.startswith("consts[0] ") for text in texts)
    assert any(text.startswith("co_flags 0x") for text in texts)


def test_instructions_have_names_where_the_file_is_of_this_python() -> None:
    def made(source: str) -> memoryview:
        code = compile(source, "x.py", "exec")
        head = importlib.util.MAGIC_NUMBER + bytes(12)
        return memoryview(head + marshal.dumps(code))

    number = int.from_bytes(bytes(made("x = 1")[:2]), "little")
    if (known := magic_range(number)) is None or known.layout is None:
        pytest.skip(f"bytecode of {sys.version} is not read")
    found = pycode.ask(made("x = 1\ndef f(): return 5"), made("x = 2\ndef f(): return 5"))
    assert not isinstance(found, str)
    one = ListingPair(*found)
    changed = {
        one.raw(side, line)
        for n in range(one.size(split=False))
        for change, a, b in [one.lines(n, split=False)]
        for side, line in ((Side.A, a), (Side.B, b))
        if change is not Change.EQUAL and line is not None
    }
    assert {"consts[0] 1", "consts[0] 2"} & changed or {"LOAD_SMALL_INT"} & {
        text.split()[0] for text in changed
    }
    assert any("RETURN" in one.raw(Side.A, n) for n in range(one.line_count(Side.A)))


@pytest.mark.parametrize("size", [0, 3, 16, 40, 90])
def test_a_pyc_that_is_cut_off_says_so_in_its_listing(size: int) -> None:
    a, b = pair("hidden-change-in-pyc", ".pyc")
    found = pycode.ask(a, memoryview(bytes(b[:size])))
    assert not isinstance(found, str)
    assert not size or found[1][0].key == "error"


# -- normal forms


@pytest.mark.parametrize(
    ("path", "one", "two"),
    [
        ("d.dist-info/RECORD", b"b,,\r\na,sha256=x,1\r\n", b'"a",sha256=x,1\nb,,\n'),
        (
            "d.dist-info/METADATA",
            b"Name: x\nClassifier: B\nClassifier: A\nVersion: 1\n\nBody\n",
            b"Version: 1\r\nName: x\r\nClassifier: A\r\nClassifier: B\r\n\r\nBody\r\n",
        ),
        ("x.json", b'{"b": [1.50, {}], "a": null}', b'{"a":null,\n "b":[1.50,{}]}'),
        ("d/entry_points.txt", b"[b]\ny=1\nx=2\n[a]\nq=1\n", b"[a]\nq=1\n\n[b]\nx=2\ny=1\n"),
        ("x.txt", b"\xef\xbb\xbfa\r\nb", b"a\nb\n"),
    ],
)
def test_what_only_differs_in_order_or_form_is_the_same_in_normal_form(
    path: str, one: bytes, two: bytes
) -> None:
    a, b = normal(path, memoryview(one)), normal(path, memoryview(two))
    assert a is not None
    assert a == b
    assert a.how


@pytest.mark.parametrize(
    ("path", "one", "two"),
    [
        ("RECORD", b"a,sha256=x,1\n", b"a,sha256=y,1\n"),
        ("METADATA", b"Name: x\nSummary: a\n", b"Name: x\nSummary: b\n"),
        ("METADATA", b"Author: a\nAuthor: b\n", b"Author: b\nAuthor: a\n"),
        ("x.json", b"[1, 2]", b"[2, 1]"),
        ("x.json", b'{"a": 1.0}', b'{"a": 1}'),
        ("x.json", b'{"a": 1, "a": 2}', b'{"a": 2}'),
        ("x.cfg", b"[a]\nx=1\n[b]\n", b"[a]\n[b]\nx=1\n"),
    ],
)
def test_what_says_something_else_still_does(path: str, one: bytes, two: bytes) -> None:
    assert normal(path, memoryview(one)) != normal(path, memoryview(two))


def test_json_that_is_none_or_too_deep_is_plain_text() -> None:
    for raw in (b"{", b"[" * 100_000):
        found = normal("x.json", memoryview(raw))
        assert found is not None
        assert found.text == raw.decode() + "\n"


# -- colours


def test_python_has_the_colours_of_its_words() -> None:
    lines = ["def f(x):", "    return 'a' + 1  # why", '"""open', "closed", '"""']
    found = syntax.ask("python", lines)
    assert found is not None
    assert (0, 3, "keyword") in found[0]
    assert (4, 5, "name") in found[0]
    assert [kind for _, _, kind in found[1]] == ["keyword", "string", "string", "string",
                                                 "number", "comment"]  # fmt: skip
    assert found[3] == [(0, 6, "string")]
    assert len(found) == 5


def test_a_grammar_that_takes_too_long_gives_no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    failure = sandbox.Failure("timeout", "it took longer than 3 seconds")
    monkeypatch.setattr(sandbox, "run", lambda *_: failure)
    assert syntax.ask("python", ["x = 1"]) is None
    assert syntax.language("demo/x.py") == "python"
    assert syntax.language("demo/RECORD") == ""
