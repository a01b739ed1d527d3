import email
import email.policy

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing.headers import BadLine, parse_headers
from reprodiff.model import Span

LINES = st.lists(
    st.sampled_from(
        [b"Name: x", b"A:", b"A : b", b" fold", b"\tfold: x", b"no colon", b"\xff: 1", b":", b" "]
    ).flatmap(lambda line: st.sampled_from([b"\n", b"\r\n", b"\r"]).map(lambda eol: line + eol)),
    max_size=10,
).map(b"".join)
NAMES = st.text("ABCabc-", min_size=1, max_size=8)
VALUES = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S"]), min_size=1, max_size=12
)


def cut(data: bytes, span: Span) -> bytes:
    return data[span.start : span.stop]


@given(LINES | st.binary(max_size=60), st.integers(1, 5) | st.just(200_000))
@example(b"\r\r\n", 5)
@example(b"A: 1\r\n\r\n\r\nbody", 1)
@example(b"\n", 1)
def test_fields_bad_lines_separator_and_body_tile_the_input(data: bytes, limit: int) -> None:
    read = parse_headers(data, limit)
    spans = sorted(
        [Span(field.start, field.stop) for field in read.fields]
        + [Span(line.start, line.stop) for line in read.bad]
        + [read.separator, read.body]
    )
    assert b"".join(cut(data, span) for span in spans) == data
    assert cut(data, read.separator) in (b"\n", b"\r\n", b"\r", b"")
    for field in read.fields:
        assert cut(data, field.name_span).decode() == field.name
        assert cut(data, field.value_span) == field.value.encode("utf-8", "surrogateescape")
        assert field.start < field.name_stop < field.value_start <= field.value_stop <= field.stop
        between = data[field.name_stop : field.value_start]
        assert between.rstrip(b" \t") == b":"


@given(st.lists(st.tuples(NAMES, VALUES), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n"]))
def test_fields_are_those_that_the_email_parser_sees(
    fields: list[tuple[str, str]], eol: str
) -> None:
    text = "".join(f"{name}: {value}{eol}" for name, value in fields) + eol + "body"
    message = email.message_from_string(text, policy=email.policy.compat32)
    read = parse_headers(text.encode())
    assert [(field.name, field.value) for field in read.fields] == message.items()
    assert read.bad == ()
    assert cut(text.encode(), read.body) == b"body"


def test_a_value_is_folded_as_it_was() -> None:
    data = b"License: MIT\r\n        and more\r\n \t\r\nName: demo\r\n\r\nText\r\n"
    read = parse_headers(data)
    licence, name = read.fields
    assert licence.value == "MIT\r\n        and more\r\n \t"
    assert (name.name, name.value, name.key) == ("Name", "demo", "name")
    assert cut(data, read.separator) == b"\r\n"
    assert cut(data, read.body) == b"Text\r\n"


def test_fields_of_one_name_keep_their_order() -> None:
    read = parse_headers(b"Requires-Dist: b\nName: x\nrequires-dist: a\n")
    assert read.values("Requires-DIST") == ("b", "a")
    assert [field.start for field in read.fields] == [0, 17, 25]
    assert read.separator == read.body == Span(42, 42)


@pytest.mark.parametrize(
    ("data", "bad"),
    [
        (b" folded\nA: 1\n", BadLine(0, 8, "a continuation of nothing")),
        (b"A: 1\nno colon\n folded: yes\nB: 2\n", BadLine(5, 27, "a line without a colon")),
        (b"A : 1\n", BadLine(0, 6, "a field name that is none")),
        (b": 1\n", BadLine(0, 4, "a field name that is none")),
        ("é: 1\n".encode(), BadLine(0, 6, "a field name that is none")),
        (b"\xef\xbb\xbfName: x\n", BadLine(0, 11, "a field name that is none")),
    ],
)
def test_what_is_no_field_is_kept_and_said(data: bytes, bad: BadLine) -> None:
    assert parse_headers(data).bad == (bad,)


def test_only_an_empty_line_ends_the_header() -> None:
    read = parse_headers(b"A: 1\n \nB: 2\n\x0b\n\nC: 3\n")
    assert [field.name for field in read.fields] == ["A", "B"]
    assert [line.error for line in read.bad] == ["a line without a colon"]
    assert read.body == Span(15, 20)
    assert parse_headers(b"\nA: 1\n").body == Span(1, 6)


def test_bytes_that_are_no_text_survive() -> None:
    (field,) = parse_headers(b"Author: a\x00\xffb\n").fields
    assert field.value == "a\x00\udcffb"


def test_very_many_fields_and_very_long_values_are_read() -> None:
    assert len(parse_headers(b"A: b\n" * 100_000).fields) == 100_000
    (field,) = parse_headers(b"Description: x\n" + b" y\n" * 1_000_000).fields
    assert len(field.value) == 3_000_001
    read = parse_headers(b"A: b\n" * 10 + b"\nbody", limit=4)
    assert (len(read.fields), read.bad) == (4, (BadLine(20, 50, "too many fields"),))
    assert (read.separator, read.body) == (Span(50, 51), Span(51, 55))
