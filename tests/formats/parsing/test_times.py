from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.times import find_times, instant

MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1))  # noqa: DTZ001  # zone is below
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


def found(line: bytes) -> list[str]:
    return [line[start:stop].decode() for start, stop in find_times(line)]


@given(MOMENTS, ZONES, st.sampled_from("T "), st.sampled_from(["seconds", "microseconds"]))
def test_iso_times_are_read_as_python_writes_them(
    moment: datetime, zone: timezone, separator: str, precision: str
) -> None:
    moment = moment.replace(tzinfo=zone)
    text = moment.isoformat(separator, precision)
    assert found(f'"{text}",'.encode()) == [text]
    read = instant(text.encode())
    assert read is not None
    assert read.utc_seconds is not None
    expected = moment if precision == "microseconds" else moment.replace(microsecond=0)
    assert abs(read.utc_seconds - expected.timestamp()) < 1e-5
    assert read.has_zone
    assert read.resolution_s == (1e-06 if precision == "microseconds" else 1)


@given(MOMENTS, ZONES)
def test_mail_dates_are_read_as_python_writes_them(moment: datetime, zone: timezone) -> None:
    moment = moment.replace(tzinfo=zone, microsecond=0)
    text = format_datetime(moment)
    assert found(f"Date: {text}\n".encode()) == [text]
    read = instant(text.encode())
    assert read is not None
    assert read.utc_seconds == moment.timestamp()


@given(MOMENTS)
def test_c_times_are_read_as_c_writes_them(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC, microsecond=0)
    read = instant(moment.ctime().encode())
    assert read is not None
    assert read.utc_seconds == moment.timestamp()
    assert not read.has_zone
    date = moment.ctime()[4:11] + moment.ctime()[-4:]  # what __DATE__ has
    assert found(f'"{date}" "{moment:%H:%M:%S}"'.encode()) == [date, f"{moment:%H:%M:%S}"]


@given(st.binary(max_size=80) | st.text("0123456789:-T/ .+ZNov,Sat", max_size=40).map(str.encode))
def test_whatever_is_found_is_a_time(line: bytes) -> None:
    at = 0
    for start, stop in find_times(line):
        assert at <= start < stop
        assert instant(line[start:stop]) is not None
        at = stop


NOON = datetime(2026, 11, 21, 12, 30, 15, tzinfo=UTC).timestamp()
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("text", "seconds", "zone", "resolution"),
    [
        ("2026-11-21T12:30:15Z", NOON, True, 1),
        ("2026-11-21T12:30:15.250Z", NOON + 0.25, True, 0.001),
        ("2026-11-21 12:30:15 +0000", NOON, True, 1),
        ("2026-11-21 13:30+0100", NOON - 15, True, 60),
        ("2026-11-21 12:30:15", NOON, False, 1),
        ("2026-11-21", MIDNIGHT, False, 86400),
        ("2026/11/21 12:30:15", NOON, False, 1),
        ("20261121T123015Z", NOON, True, 1),
        ("Sat, 21 Nov 2026 12:30:15 GMT", NOON, True, 1),
        ("21 Nov 2026", MIDNIGHT, False, 86400),
        ("21 November 2026", MIDNIGHT, False, 86400),
        ("Nov 21 2026", MIDNIGHT, False, 86400),
        ("November 21, 2026", MIDNIGHT, False, 86400),
        ("Nov 21 2026, 12:30:15", NOON, False, 1),
        ("Sat Nov 21 12:30:15 2026", NOON, False, 1),
        ("Sat Nov 21 12:30:15 UTC 2026", NOON, True, 1),
        ("Sat Nov 21 12:30:15 CET 2026", NOON, False, 1),
        ("12:30:15", None, False, 1),
        ("1795264215", NOON, True, 1),
        ("1795264215.5", NOON + 0.5, True, 0.1),
        ("1795264215250", NOON + 0.25, True, 0.001),
    ],
)
def test_every_form_names_its_instant(
    text: str, seconds: float | None, zone: bool, resolution: float
) -> None:
    assert found(f"<{text}> ({text}), x={text}: {text}.".encode()) == [text] * 4
    read = instant(text.encode())
    assert read is not None
    assert read[:3] == (seconds, zone, resolution)


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-30",
        "2026-13-01",
        "2026-11-21T25:00:00Z",
        "24:00:00",
        "12:60:00",
        "Mon, 21 Nov 2026 12:30:15 GMT",
        "Sun Nov 21 12:30:15 2026",
        "00:11:22:33:44:55",
        "fe80:11:22:33",
        "2601256789",
        "999999999",
        "17952642151",
        "1.1795264215",
        "a1795264215",
        "x2026-11-21",
        "12026-11-21",
        "2026-11-211",
        "2026-11-21T12:30:15ZZ",
        "2026-11/21",
    ],
)
def test_what_only_looks_like_a_time_is_none(text: str) -> None:
    assert instant(text.encode()) is None
    assert found(text.encode()) == []


def test_two_times_have_one_form_only_if_they_are_written_alike() -> None:
    def form(text: str) -> str:
        read = instant(text.encode())
        assert read is not None
        return read.form

    written = [
        "2026-11-21T12:30:15Z",
        "2026-11-21T12:30:15",
        "2026-11-21T12:30:15+00:00",
        "2026-11-21T12:30:15+0000",
        "2026-11-21T12:30:15 +0000",
        "2026-11-21T12:30:15.5Z",
        "2026-11-21T12:30Z",
        "2026-11-21 12:30:15Z",
        "2026/11/21 12:30:15Z",
        "2026-11-21",
        "2026/11/21",
        "20261121T123015Z",
        "Sat, 21 Nov 2026 12:30:15 GMT",
        "21 Nov 2026 12:30:15 GMT",
        "21 Nov 2026 12:30:15 +0000",
        "21 Nov 2026",
        "21 November 2026",
        "Nov 21 2026",
        "Nov 21, 2026",
        "Sat Nov 21 12:30:15 2026",
        "Sat Nov 21 12:30:15 UTC 2026",
        "12:30:15",
        "12:30:15.0",
        "1795264215",
        "1795264215.0",
        "1795264215000",
    ]
    assert len({form(text) for text in written}) == len(written)
    assert form("2026-11-21T12:30:15-05:00") == form("2025-01-02T03:04:05+10:30")
    assert form("Nov 21 2026") == form("Jan  1 2025")
    assert form("Sat Nov 21 12:30:15 UTC 2026") == form("Fri Nov 20 12:30:15 CEST 2026")
