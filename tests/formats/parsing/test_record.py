import csv
import io
from base64 import urlsafe_b64encode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing.record import RecordRow, digest_bytes, parse_record
from reprodiff.model import Span

DIGEST = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
CSV_LIKE = st.lists(
    st.sampled_from([b"a", b"sha256=", b",", b'"', b'""', b"\n", b"\r\n", b"\r", b"7", b"\xff"]),
    max_size=25,
).map(b"".join)


def one(data: bytes) -> RecordRow:
    (row,) = parse_record(data).rows
    return row


def cut(data: bytes, span: Span) -> bytes:
    return data[span.start : span.stop]


@given(CSV_LIKE | st.binary(max_size=60))
@example(b'"')
@example(b'a,b,c,"x\ny",z')
@example(b"\n\n")
def test_rows_tile_the_input_and_fields_tile_the_rows(data: bytes) -> None:
    record = parse_record(data)
    assert b"".join(data[row.start : row.stop] for row in record.rows) == data
    assert record.rest == Span(len(data), len(data))
    for row in record.rows:
        places = (
            row.start,
            *row.path_span,
            *row.hash_span,
            *row.size_span,
            row.body_stop,
            row.stop,
        )
        assert list(places) == sorted(places)
        assert data[row.body_stop : row.stop] in (b"\n", b"\r\n", b"\r", b"")


@given(CSV_LIKE)
def test_rows_are_those_that_installers_see(data: bytes) -> None:
    text = data.decode("utf-8", "surrogateescape")
    seen = list(csv.reader(io.StringIO(text, newline="")))
    rows = parse_record(data).rows
    assert [row.path for row in rows] == [fields[0] if fields else "" for fields in seen]
    assert [row.hash for row in rows] == [fields[1] if len(fields) > 1 else "" for fields in seen]
    clean = [len(fields) == 3 for fields in seen]
    assert all(three or row.error for three, row in zip(clean, rows, strict=True)), (
        "a row of another shape is never without a note"
    )


@given(
    st.lists(
        st.tuples(st.text(min_size=1), st.sampled_from(["", f"sha256={DIGEST}"]), st.integers(0)),
        max_size=8,
    ),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_was_written_is_read_back(rows: list[tuple[str, str, int]], eol: str) -> None:
    rows = [row for row in rows if row[2] < 10**19 and not _lone(row[0])]
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=eol, quoting=csv.QUOTE_ALL).writerows(rows)
    record = parse_record(text.getvalue().encode())
    assert [(row.path, row.hash, row.size, row.error) for row in record.rows] == [
        (*row, "") for row in rows
    ]


def _lone(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)


def test_every_field_has_its_place() -> None:
    data = f"demo/a.py,sha256={DIGEST},12\r\n".encode()
    row = one(data)
    assert cut(data, row.path_span) == b"demo/a.py"
    assert cut(data, row.hash_span) == f"sha256={DIGEST}".encode()
    assert cut(data, row.size_span) == b"12"
    assert data[row.body_stop :] == b"\r\n"
    assert (row.algorithm, row.digest, row.size, row.error) == ("sha256", DIGEST, 12, "")


def test_quoted_fields_hold_commas_quotes_and_line_endings() -> None:
    data = f'"a,""b""\nc.py","sha256={DIGEST}","3"\nnext,,\n'.encode()
    row, after = parse_record(data).rows
    assert (row.path, row.size, row.error) == ('a,"b"\nc.py', 3, "")
    assert cut(data, row.path_span) == b'"a,""b""\nc.py"'
    assert (after.path, after.hash, after.size, after.error) == ("next", "", None, "")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\n", "an empty line"),
        (b"a\n", "1 of 3 fields"),
        (b"a,sha256=x\n", "2 of 3 fields"),
        (b"a,sha256=x,1,2\n", "more than 3 fields"),
        (b'a,,"1\nb,,\n', "a quote is never closed"),
        (b'"a"b,,\n', "text behind a closing quote"),
        (b",sha256=x,1\n", "no path"),
        (b"a\xff,,\n", "the path is not UTF-8"),
        (b"a,abcdef,1\n", "the hash names no algorithm"),
        (b"a,=abcdef,1\n", "the hash names no algorithm"),
        (b"a,sha256=x,1 \n", "the size is no number"),
        (b"a,sha256=x,-1\n", "the size is no number"),
        (b"a,sha256=x," + b"9" * 5000 + b"\n", "the size is no number"),
        ("a,sha256=x,\u0661\n".encode(), "the size is no number"),
    ],
)
def test_a_bad_row_is_kept_and_says_why(data: bytes, error: str) -> None:
    assert one(data).error == error
    assert one(data).stop == len(data)


def test_rows_beyond_the_limit_are_left_as_rest() -> None:
    record = parse_record(b"a,,\nb,,\nc,,\n", limit=2)
    assert [row.path for row in record.rows] == ["a", "b"]
    assert record.rest == Span(8, 12)


def test_a_row_of_a_million_fields_is_one_row() -> None:
    row = one(b"a,b=c,1" + b',"\n",x' * 500_000)
    assert (row.path, row.error) == ("a", "more than 3 fields")


@given(st.binary(min_size=1, max_size=70))
def test_a_digest_has_one_spelling(raw: bytes) -> None:
    digest = urlsafe_b64encode(raw).rstrip(b"=").decode()
    assert digest_bytes(digest) == raw
    for wrong in (digest + "=", digest + "\n", "+" + digest[1:], "é" + digest, ""):
        assert digest_bytes(wrong) is None


def test_stray_bits_in_a_digest_are_refused() -> None:
    assert digest_bytes("AA") == b"\0"
    assert digest_bytes("AB") is None
    assert digest_bytes("A") is None
