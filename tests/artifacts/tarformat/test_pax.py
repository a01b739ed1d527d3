from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.artifacts.tarformat.pax import decimal, integer, read_records
from tests.artifacts.tarformat.build import record


def test_records_come_with_their_places() -> None:
    first, second = record(b"path", b"a=b\nc"), record(b"mtime", b"1.5")
    found = read_records(first + second, 1024)
    assert [(r.key, r.value) for r in found.records] == [(b"path", b"a=b\nc"), (b"mtime", b"1.5")]
    assert found.records[0].span == (1024, 1024 + len(first))
    assert found.records[1].span == (1024 + len(first), 1024 + len(first) + len(second))
    assert found.rest == 1024 + len(first) + len(second)


@given(st.lists(st.tuples(st.from_regex(rb"[^=\0]+", fullmatch=True), st.binary()), max_size=8))
def test_what_is_written_is_read(pairs: list[tuple[bytes, bytes]]) -> None:
    data = b"".join(record(key, value) for key, value in pairs)
    found = read_records(data, 0)
    assert [(r.key, r.value) for r in found.records] == pairs
    assert found.rest == len(data)


@pytest.mark.parametrize(
    "junk",
    [
        b"\0",
        b"x",
        b"12 a=12345\n",  # too long by one
        b"10 a=12345\n",  # too short by one
        b"99 a=1\n",
        b"99999999999999999999 a=1\n",
        b"999999999999999999999999999 a=1\n",
        b"0 a=1\n",
        b"-6 a=1\n",
        b" 7 a=1\n",
        b"6 a=1x",
        b"6 abc\n",
        b"5 =1\n",
        b"4 a\n",
    ],
)
def test_what_is_no_record_ends_the_records_and_is_placed(junk: bytes) -> None:
    sound = record(b"k", b"v")
    found = read_records(sound + junk, 512)
    assert len(found.records) == 1
    assert found.rest == 512 + len(sound)


@given(st.binary(max_size=60))
def test_any_bytes_are_records_and_a_rest(data: bytes) -> None:
    found = read_records(data, 0)
    at = 0
    for each in found.records:
        assert each.start == at
        assert each.stop > at
        at = each.stop
    assert at == found.rest <= len(data)


def test_ten_thousand_records_are_fine() -> None:
    data = b"".join(record(b"k%d" % i, b"v") for i in range(10_000))
    assert len(read_records(data, 0).records) == 10_000


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"1700000000", Fraction(1700000000)),
        (b"1700000000.123456789", Fraction(1700000000123456789, 10**9)),
        (b"-1.5", Fraction(-3, 2)),
        (b"1.", Fraction(1)),
        (b".5", Fraction(1, 2)),
        (b"1e-05", Fraction(1, 100_000)),
        (b"", None),
        (b".", None),
        (b"nan", None),
        (b"inf", None),
        (b"0x10", None),
        (b"1_0", None),
        (b" 1", None),
        (b"1e999999999", None),
        (b"1" * 65, None),
        ("\u0661".encode(), None),
    ],
)
def test_times_are_exact(text: bytes, value: Fraction | None) -> None:
    assert decimal(text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [(b"0", 0), (b"12", 12), (b"-3", -3), (b"", None), (b"1.0", None), (b"1_0", None)],
)
def test_whole_numbers_are_decimal(text: bytes, value: int | None) -> None:
    assert integer(text) == value


def test_an_endless_number_is_none() -> None:
    assert integer(b"9" * 5000) is None
