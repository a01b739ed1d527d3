"""Moments against what the standard library says of them."""

import calendar
from datetime import UTC, datetime, timedelta

import pytest

from reprodiff.dates import exact_seconds_of, seconds_of, shown_date


def test_every_day_of_a_zip_and_some_of_other_times_are_those_of_the_calendar() -> None:
    first = datetime(1980, 1, 1, 23, 59, 58, tzinfo=UTC)
    days = [first + timedelta(number) for number in range(0, 128 * 366, 3)]
    days += [
        datetime(year, month, 28, tzinfo=UTC)
        for year in (1, 4, 100, 1900, 2000, 9999)
        for month in range(1, 13)
    ]
    for each in days:
        moment = each.timetuple()[:6]
        assert seconds_of(moment) == exact_seconds_of(moment) == int(each.timestamp())
        assert shown_date(int(each.timestamp())) == each.isoformat(" ")[:19]


@pytest.mark.parametrize(
    "moment", [(2023, 2, 31, 0, 0, 0), (2024, 5, 6, 25, 61, 62), (2107, 12, 31, 31, 63, 62)]
)
def test_what_runs_over_is_carried_and_is_no_exact_time(moment: tuple[int, ...]) -> None:
    assert seconds_of(moment) == calendar.timegm((*moment, 0, 0, 0))
    assert exact_seconds_of(moment) is None


@pytest.mark.parametrize(
    "moment",
    [(1980, 0, 0, 0, 0, 0), (1980, 13, 1, 0, 0, 0), (0, 1, 1, 0, 0, 0), (10**6, 1, 1, 0, 0, 0)],
)
def test_what_is_in_no_calendar_is_no_time(moment: tuple[int, ...]) -> None:
    assert exact_seconds_of(moment) is None


@pytest.mark.parametrize("seconds", [1 << 80, -(1 << 80), 253_402_300_800, -62_135_596_801])
def test_a_year_that_has_not_four_digits_is_not_shown(seconds: int) -> None:
    assert shown_date(seconds) is None
