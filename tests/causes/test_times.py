"""Times: which story their values tell, and that no value that is no time is taken for one."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.causes.base import SideScene
from reprodiff.causes.known_times import DEFAULTS, show
from reprodiff.model import ArtifactInfo, ArtifactKind, Difference, Value
from tests.causes.facts import benign, claims, fact, judged, rest, scene

Dos = tuple[int, int, int, int, int, int]


def dos(when: datetime) -> Dos:
    return (when.year, when.month, when.day, when.hour, when.minute, when.second)


def zip_facts(*pairs: tuple[Dos, Dos]) -> list[Difference]:
    return [fact("zip.time", a, b, f"m{n}.py", "time") for n, (a, b) in enumerate(pairs)]


NOON = datetime(2024, 5, 6, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=1, minutes=7)
EARLIER = NOON - timedelta(days=300, seconds=44)


def shifted(*whens: datetime, by: timedelta) -> list[Difference]:
    return zip_facts(*((dos(when), dos(when + by)) for when in whens))


def test_times_without_a_pattern_are_plain_times() -> None:
    facts = zip_facts((dos(NOON), dos(LATER)), (dos(EARLIER), dos(NOON)))
    assert judged(facts) == benign("zip-member-mtime", 2)


@pytest.mark.parametrize("hours", [-26, -9, -0.25, 0.25, 1, 5.75, 26])
def test_one_shift_of_quarter_hours_is_a_time_zone(hours: float) -> None:
    facts = shifted(NOON, EARLIER, by=timedelta(hours=hours))
    assert judged(facts) == benign("zip-mtime-timezone", 2)
    (claim,) = claims(facts)
    assert f"{abs(hours):g} hours" in claim.explanation


@pytest.mark.parametrize(
    "shift", [timedelta(hours=27), timedelta(minutes=10), timedelta(hours=-26.25)]
)
def test_another_shift_is_no_time_zone(shift: timedelta) -> None:
    assert judged(shifted(NOON, EARLIER, by=shift)) == benign("zip-member-mtime", 2)


def test_one_time_on_each_side_is_two_builds_and_no_time_zone() -> None:
    assert judged(shifted(NOON, NOON, by=timedelta(hours=9))) == benign("zip-member-mtime", 2)


def test_one_time_that_is_shifted_otherwise_takes_the_zone_away() -> None:
    facts = shifted(NOON, EARLIER, by=timedelta(hours=9)) + zip_facts((dos(NOON), dos(LATER)))
    assert judged(facts) == benign("zip-member-mtime", 3)


@pytest.mark.parametrize("seconds", [2, -2])
def test_one_step_of_two_seconds_in_one_direction_is_rounding(seconds: int) -> None:
    facts = shifted(NOON, EARLIER, by=timedelta(seconds=seconds))
    info = ArtifactInfo("demo", ArtifactKind.WHEEL)
    two = scene(a=SideScene(info, writer="Info-ZIP"), b=SideScene(info, writer="setuptools"))
    assert judged(facts, two) == benign("zip-mtime-rounding", 2)
    # One writer rounds in one way: these are two builds.
    assert judged(facts) == benign("zip-member-mtime", 2)


def test_steps_in_both_directions_are_no_rounding() -> None:
    step = timedelta(seconds=2)
    facts = shifted(NOON, by=step) + shifted(EARLIER, by=-step)
    assert judged(facts) == benign("zip-member-mtime", 2)


@pytest.mark.parametrize("seconds", sorted(set(DEFAULTS) - {0}))
def test_a_single_known_constant_on_one_side_is_a_default(seconds: int) -> None:
    constant = dos(datetime.fromtimestamp(seconds, UTC))
    facts = zip_facts((constant, dos(NOON)), (constant, dos(LATER)))
    assert judged(facts) == benign("zip-mtime-default", 2)
    (claim,) = claims(facts)
    assert DEFAULTS[seconds] in claim.explanation
    back = [each._replace(a=each.b, b=each.a) for each in facts]
    assert judged(back) == benign("zip-mtime-default", 2)


def test_a_constant_beside_other_times_is_no_default() -> None:
    constant = dos(datetime(2020, 2, 2, tzinfo=UTC))
    facts = zip_facts((constant, dos(NOON)), (dos(EARLIER), dos(LATER)))
    assert judged(facts) == benign("zip-member-mtime", 2)


def test_a_field_of_zeros_is_a_time_that_was_not_written() -> None:
    facts = zip_facts(((1980, 0, 0, 0, 0, 0), dos(NOON)), ((1980, 0, 0, 0, 0, 0), dos(LATER)))
    assert judged(facts) == benign("zip-mtime-default", 2)


@pytest.mark.parametrize(
    "value",
    [
        (2024, 0, 5, 0, 0, 0),
        (2024, 13, 5, 0, 0, 0),
        (2023, 2, 29, 0, 0, 0),
        (2024, 4, 31, 0, 0, 0),
        (2024, 5, 5, 24, 0, 0),
        (2024, 5, 5, 23, 60, 0),
        (2024, 5, 5, 23, 59, 60),
        (1980, 0, 0, 0, 0, 2),
        None,
        12,
        b"",
    ],
)
def test_a_value_that_is_no_time_is_unexplained(value: Value) -> None:
    """Bits that name no time are a place to hide something in."""
    good = fact("zip.time", dos(NOON), dos(LATER))
    bad = fact("zip.time", dos(NOON), value)
    assert rest([bad]) == [bad]
    assert rest([good, bad]) == [bad]
    assert judged([good, bad]) == benign("zip-member-mtime")


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_no_bits_of_a_dos_time_are_too_odd_to_read(date: int, clock: int) -> None:
    from reprodiff.artifacts.zipformat.records import dos_time  # noqa: PLC0415

    value = tuple(dos_time(date, clock))
    known = judged([fact("zip.time", value, dos(NOON))])
    year, month, day, hour, minute, second = dos_time(date, clock)
    try:
        datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        valid = True
    except ValueError:
        valid = (date, clock) == (0, 0)
    assert bool(known) == valid


@pytest.mark.parametrize("what", ["tar.mtime", "tar.pax.mtime", "tar.pax.atime", "gzip.mtime"])
@pytest.mark.parametrize("value", [0, 1_700_000_000, b"1700000000.25", "1700000000.5"])
def test_a_number_of_seconds_is_a_time(what: str, value: Value) -> None:
    (found,) = judged([fact(what, 1_600_000_000, value)])
    assert found[1:] == ("benign", "proven", 1)


def test_a_record_may_be_absent_and_a_field_may_not() -> None:
    assert judged([fact("tar.pax.mtime", None, b"1700000000.5")]) == benign("tar-member-mtime")
    for what in ("tar.mtime", "gzip.mtime", "tree.time"):
        assert rest([fact(what, None, 1_700_000_000)])


@pytest.mark.parametrize("what", ["tar.mtime", "tar.pax.mtime", "tar.pax.ctime", "gzip.mtime"])
@pytest.mark.parametrize(
    "value", [-1, 10**11, b"evil", "nan", "inf", b"", b"1e99", "1_6", " 16 ", "\x1b[2J"]
)
def test_a_number_that_is_no_time_is_unexplained(what: str, value: Value) -> None:
    assert rest([fact(what, 1_600_000_000, value)])


def test_nanoseconds_of_a_tree_are_times() -> None:
    facts = [fact("tree.time", 1_600_000_000_123_456_789, 1_700_000_000_000_000_000)]
    assert judged(facts) == benign("tree-mtime")
    assert rest([fact("tree.time", 1_600_000_000_123_456_789, 10**20)])


def test_times_are_shown_in_utc_and_numbers_that_are_none_as_they_are() -> None:
    assert show(1580601600) == "2020-02-02 00:00:00"
    assert show(10**20) == str(10**20)
