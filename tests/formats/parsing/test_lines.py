import codecs

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing.lines import (
    Decoded,
    Line,
    coding_cookie,
    decode,
    is_text,
    split_lines,
)

TEXTY = st.text(alphabet=st.sampled_from("ab\r\n\t\x0b\x1c\x85\u2028é\U0001f600"), max_size=60)


@given(st.binary(max_size=200))
@example(b"\xff\xfe\x00\xd8")
@example(b"\xef\xbb\xbf\xff")
@example(b"\xfe\xff\x00a\x00")
def test_decoding_loses_nothing(data: bytes) -> None:
    read = decode(data)
    assert data[: read.bom_len] + read.text.encode(read.encoding) == data


@given(TEXTY, st.sampled_from(["utf-8", "utf-16-le", "utf-16-be"]), st.booleans())
def test_every_character_is_found_at_its_byte(text: str, encoding: str, marked: bool) -> None:
    if encoding != "utf-8":
        marked = True
    bom = {
        "utf-8": codecs.BOM_UTF8,
        "utf-16-le": codecs.BOM_UTF16_LE,
        "utf-16-be": codecs.BOM_UTF16_BE,
    }[encoding]
    data = (bom if marked else b"") + text.encode(encoding)
    read = decode(data)
    assert (read.text, read.encoding, read.fallback, read.error) == (text, encoding, False, "")
    for index, char in enumerate(text):
        raw = char.encode(encoding)
        at = read.byte_offsets([index])[0]
        assert data[at : at + len(raw)] == raw
    every = range(len(text))
    assert read.byte_offsets(every) == [read.byte_offsets([index])[0] for index in every]


@pytest.mark.parametrize(
    ("source", "encoding"),
    [
        (b"# -*- coding: latin-1 -*-\nx = '\xc3\xa9'\n", "latin-1"),
        (b"#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '\x80'\n", "cp1252"),
        (b"# coding: utf-8\n", "utf-8"),
        (b"# coding: utf-8-mac\n", "utf-8"),
        (b"# coding: latin-1-unix\n# \xe9\n", "latin-1"),
        (b"\r\n# coding=koi8-r\r\nx\r\n", "koi8-r"),
        (b"x = 1\n# coding: latin-1\n", "utf-8"),
        (b"\n\n# coding: latin-1\n", "utf-8"),
        (b"x = 1  # coding: latin-1\n", "utf-8"),
    ],
)
def test_python_source_is_read_as_its_cookie_says(source: bytes, encoding: str) -> None:
    read = decode(source, python=True)
    assert (read.encoding, read.error, read.fallback) == (encoding, "", False)
    assert read.text == source.decode(encoding)


def test_a_cookie_counts_in_python_source_only() -> None:
    data = b"# coding: latin-1\n\xc3\xa9\n"
    assert decode(data).text == "# coding: latin-1\né\n"
    assert decode(data, python=True).text == "# coding: latin-1\nÃ©\n"


@pytest.mark.parametrize(
    "name", [b"utf-7", b"rot13", b"unicode_escape", b"zlib", b"idna", b"mbcs", b"no.such", b"cp037"]
)
def test_a_cookie_for_something_that_is_no_plain_encoding_is_said(name: bytes) -> None:
    read = decode(b"# coding: " + name + b"\n+AAo-\n", python=True)
    assert read.encoding == "utf-8"
    assert name.decode() in read.error
    assert not read.fallback


def test_damage_is_said_with_its_place() -> None:
    assert decode(b"ab\xff") == Decoded(
        "abÿ", "latin-1", fallback=True, error="not UTF-8 at byte 2"
    )
    broken = decode(b"\xff\xfea\x00\x00")
    assert (broken.encoding, broken.bom_len, broken.fallback) == ("latin-1", 0, True)
    assert "utf-16-le" in broken.error
    lying = decode(b"# coding: ascii\n\xc3\xa9", python=True)
    assert (lying.encoding, lying.text[-1]) == ("utf-8", "é")
    assert lying.error == "not ascii, as its coding cookie says, at byte 16"
    assert decode(b"\xef\xbb\xbf# coding: latin-1\n", python=True).error


def test_a_cookie_of_any_length_is_no_work() -> None:
    assert coding_cookie(b"#" + b" coding" * 200_000) == ""
    assert len(coding_cookie(b"# coding: " + b"a" * 100_000)) < 50
    assert decode(b"# coding: " + b"a" * 100_000, python=True).encoding == "utf-8"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", True),
        (b"plain\n", True),
        ("Grüße, 你好\n".encode(), True),
        ("Grüße\n".encode("latin-1"), True),
        ("你好世界\n".encode("gbk"), True),
        (b"\x1b[31mred\x1b[0m\n", True),
        (b"\xff\xfea\x00\n\x00", True),
        (b"\xfe\xff\x00a\x00\n", True),
        (b"\xff\xfea\x00\n", False),
        (b"\xff\xfe\x00\x00a\x00", False),
        (b"a\x00b", False),
        (b"\x01\x02\x03\x04", False),
        (bytes(range(1, 256)), False),
        (b"a" * 65_535 + "é".encode(), True),
        (b"a" * 10 + b"\xc3", True),
        (b"\xff\xfe\x00\xd8a\x00", False),
    ],
)
def test_text_is_told_from_binary(data: bytes, text: bool) -> None:
    assert is_text(data) is text


def test_the_probe_for_text_is_bounded() -> None:
    assert is_text(b"a" * 65_536 + b"\x00" * 10)
    assert is_text(b"\xff\xfe" + b"a\x00" * 40_000 + b"\x00")


@given(st.binary(max_size=300) | TEXTY.map(str.encode))
@example(b"\r")
@example(b"\r\r\n\n\r")
def test_lines_tile_the_input(data: bytes) -> None:
    lines = split_lines(data)
    assert b"".join(data[line.start : line.stop] for line in lines) == data
    for line in lines:
        body, end = data[line.start : line.body_stop], data[line.body_stop : line.stop]
        assert b"\r" not in body
        assert b"\n" not in body
        assert end in (b"\n", b"\r\n", b"\r", b"")
    assert [line.body_stop for line in lines if line.body_stop == line.stop] in ([], [len(data)])


def test_only_real_line_endings_break_a_line() -> None:
    data = "a\x0bb\x1cc\x85d\u2028e\ff\r\ng\rh".encode()
    bodies = [data[line.start : line.body_stop] for line in split_lines(data)]
    assert bodies == ["a\x0bb\x1cc\x85d\u2028e\ff".encode(), b"g", b"h"]


@given(TEXTY, st.sampled_from(["utf-16-le", "utf-16-be"]))
@example("ഊ਍\r\n\u0a0a", "utf-16-le")
def test_utf16_lines_are_those_of_the_text(text: str, encoding: str) -> None:
    data = text.encode(encoding)
    bodies = [
        data[line.start : line.body_stop].decode(encoding) for line in split_lines(data, encoding)
    ]
    expected = [text.encode()[x.start : x.body_stop].decode() for x in split_lines(text.encode())]
    assert bodies == expected
    tiled = b"".join(data[line.start : line.stop] for line in split_lines(data, encoding))
    assert tiled == data


def test_an_odd_byte_at_the_end_of_utf16_is_kept() -> None:
    assert split_lines(b"\n\x00\n", "utf-16-le") == [Line(0, 0, 2), Line(2, 3, 3)]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_beyond_the_limit_the_last_line_has_the_rest(limit: int) -> None:
    lines = split_lines(b"a\nb\nc\n", limit=limit)
    expected = [Line(0, 1, 2), Line(2, 3, 4), Line(4, 5, 6)]
    if limit < 3:
        expected = [*expected[: limit - 1], Line(2 * limit - 2, 6, 6)]
    assert lines == expected
