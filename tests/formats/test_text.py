"""Text: which lines differ, and what about their form; whatever differs is in some fact."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.formats.base import Content
from reprodiff.formats.text import FORMAT, Part, text_facts
from reprodiff.model import ArtifactKind, Difference, Span
from tests.formats.accounts import account, kinds, mirrored, said
from tests.formats.mutations import pairs


def facts(a: bytes, b: bytes, *, python: bool = False) -> list[Difference]:
    return text_facts(Part("a.txt", a, b, python=python))


def shown(found: list[Difference]) -> list[tuple[str, str, object, object]]:
    return [(fact.what, fact.inside, fact.a, fact.b) for fact in found]


POOL = [
    *(b"", b"x = 1", b"# built 2024-01-01", b"# built 2024-01-02", b"see /tmp/a/x.c", b"\xff"),
    *("\u202ex".encode(), "\u00e9".encode(), b"\xef\xbb\xbf", b" ", b"x = 1 "),
]


@settings(max_examples=400)
@given(pairs(POOL))
def test_everything_that_differs_is_in_a_fact(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    found = facts(a, b)
    assert account(a, b, found).explained
    assert (found == []) == (a == b)


@settings(max_examples=200)
@given(st.binary(max_size=40), st.binary(max_size=40))
def test_any_bytes_have_facts(a: bytes, b: bytes) -> None:
    for python in (False, True):
        found = facts(a, b, python=python)
        assert account(a, b, found).explained
        assert (found == []) == (a == b)


@settings(max_examples=200)
@given(pairs(POOL))
def test_a_and_b_changed_over_say_the_same(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    there, back = facts(a, b), facts(b, a)
    assert kinds(there) == kinds(back)
    form = {"text.bom", "text.eol", "text.encoding", "text.final-newline"}
    assert said(fact for fact in there if fact.what in form) == (
        mirrored(fact for fact in back if fact.what in form)
    )


def test_a_changed_line_stands_against_its_like() -> None:
    a = b"one\n# built 2024-01-01\ntwo\nthree\n"
    b = b"one\nnew\n# built 2024-01-02\ntwo\nthree\n"
    assert shown(facts(a, b)) == [
        ("text.block", "line 2", None, "new"),
        ("text.line", "line 2", "# built 2024-01-01", "# built 2024-01-02"),
    ]


def test_a_line_is_numbered_as_in_a_and_holds_no_ending() -> None:
    (fact,) = facts(b"a\r\nbb\r\nc\r\n", b"a\r\nBB\r\nc\r\n")
    assert (fact.inside, fact.a, fact.b) == ("line 2", "bb", "BB")
    assert (fact.span_a, fact.span_b) == (Span(3, 5), Span(3, 5))


def test_endings_are_one_fact_however_many_lines() -> None:
    a = b"x\n" * 500
    found = facts(a, a.replace(b"\n", b"\r\n"))
    assert shown(found) == [("text.eol", "line endings of 500 lines", "LF", "CRLF")]
    assert len(found[0].parts) == 500


@pytest.mark.parametrize(
    ("a", "b", "kinds_a", "kinds_b"),
    [
        (b"a\nb\r\nc\n", b"a\r\nb\nc\n", "LF, CRLF", "LF, CRLF"),
        (b"a\rb\n", b"a\nb\n", "CR", "LF"),
    ],
)
def test_kinds_of_endings_are_those_that_differ(
    a: bytes, b: bytes, kinds_a: str, kinds_b: str
) -> None:
    (fact,) = facts(a, b)
    assert (fact.a, fact.b) == (kinds_a, kinds_b)


def test_a_form_feed_or_a_line_separator_ends_no_line() -> None:
    (fact,) = facts(b"a\x0cb\n", b"a\nb\n")
    assert fact.what in {"text.block", "text.line"}
    (fact,) = (f for f in facts("a\u2028b\n".encode(), b"a\nb\n") if f.what != "text.hidden")
    assert fact.what in {"text.block", "text.line"}


def test_the_form_of_a_text_is_told_apart_from_what_it_says() -> None:
    a, b = b"x\ny", b"\xef\xbb\xbfx\r\nY\r\n"
    assert kinds(facts(a, b)) == {"text.bom", "text.eol", "text.final-newline", "text.line"}


def test_another_encoding_of_the_same_lines() -> None:
    a, b = "caf\u00e9\n1\n".encode(), "caf\u00e9\n1\n".encode("latin-1")
    (fact,) = facts(a, b)
    assert (fact.what, fact.a, fact.b) == ("text.encoding", "utf-8", "8-bit, not told")
    assert len(fact.parts) == 1
    wide = b"\xff\xfe" + "caf\u00e9\n1\n".encode("utf-16-le")
    assert "text.line" not in kinds(facts(a, wide))
    assert account(a, wide, facts(a, wide)).explained


def test_lines_in_another_order_are_one_fact() -> None:
    (fact,) = facts(b"head\na\nb\nc\ntail\n", b"head\nc\na\nb\ntail\n")
    assert (fact.what, fact.inside) == ("text.order", "lines 2 to 4")
    assert "text.order" not in kinds(facts(b"a\nb\nc\n", b"c\na\nB\n"))
    # Not if their endings were changed on the way.
    assert (
        "text.order" not in kinds(facts(b"a\r\nb\nc\n", b"c\na\nb\r\n"))
        or account(b"a\r\nb\nc\n", b"c\na\nb\r\n", facts(b"a\r\nb\nc\n", b"c\na\nb\r\n")).explained
    )


def test_an_order_never_hides_a_repeated_line() -> None:
    assert "text.order" not in kinds(facts(b"a\na\nb\n", b"b\na\nb\n"))


@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\u00ad", "\U000e0041"])
def test_characters_that_are_not_seen_are_named(char: str) -> None:
    found = facts(b"x = 1\n", f"x = 1{char}\n".encode())
    (hidden,) = (fact for fact in found if fact.what == "text.hidden")
    assert hidden.a is None
    assert isinstance(hidden.b, str)
    assert hidden.b.isascii()
    same = facts(f"{char}x = 1\n".encode(), f"{char}x = 2\n".encode())
    (both,) = (fact for fact in same if fact.what == "text.hidden")
    assert both.a == both.b


def test_a_part_of_a_file_has_its_own_places() -> None:
    part = Part("METADATA", b"a\nb\n", b"a\nc\n", 100, 200, label="description line", first=(7, 9))
    (fact,) = text_facts(part)
    assert (fact.inside, fact.span_a, fact.span_b) == (
        "description line 8",
        Span(102, 103),
        Span(202, 203),
    )


@pytest.mark.parametrize(
    ("a", "b", "applies"),
    [
        (b"text\n", b"text 2\n", True),
        (b"", b"text\n", True),
        (b"\0\1\2", b"text\n", False),
        (b"text\n", b"\x7fELF\0\0", False),
    ],
)
def test_only_text_is_compared_as_text(a: bytes, b: bytes, applies: bool) -> None:
    content = Content("a", "a", memoryview(a), memoryview(b), ArtifactKind.WHEEL)
    assert FORMAT.applies(content) is applies
