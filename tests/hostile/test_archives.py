"""Hostile zips, tars and streams, compared from end to end with an honest archive."""

import gzip
from pathlib import Path

import pytest

from reprodiff.engine import Options, compare
from reprodiff.limits import Limits
from reprodiff.model import Severity, Verdict
from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed
from tests.hostile.archives import (
    HONEST,
    HONEST_TAR,
    A,
    B,
    gzip_cases,
    many_members,
    nested,
    refused_cases,
    sdist,
    tar_cases,
    zip_cases,
)
from tests.hostile.support import answer, put, told


def check(where: Path, honest: bytes, hostile: bytes, suffix: str, expected: set[str]) -> None:
    report = answer(where, honest, hostile, suffix)
    assert report is not None
    assert expected <= told(report)
    assert report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}
    assert (report.verdict is Verdict.INCOMPLETE) <= bool(report.problems)


@pytest.mark.parametrize(
    ("hostile", "expected"), [pytest.param(*case[1:], id=case[0]) for case in zip_cases()]
)
def test_a_hostile_zip_beside_an_honest_one(
    tmp_path: Path, hostile: bytes, expected: set[str]
) -> None:
    check(tmp_path, HONEST, hostile, ".zip", expected)


@pytest.mark.parametrize(
    ("hostile", "expected"), [pytest.param(*case[1:], id=case[0]) for case in tar_cases()]
)
def test_a_hostile_tar_beside_an_honest_one(
    tmp_path: Path, hostile: bytes, expected: set[str]
) -> None:
    check(tmp_path, HONEST_TAR, hostile, ".tar", expected)
    check(tmp_path, sdist(HONEST_TAR), sdist(hostile), ".tar.gz", expected)


@pytest.mark.parametrize(
    ("hostile", "expected"), [pytest.param(*case[1:], id=case[0]) for case in gzip_cases()]
)
def test_a_hostile_stream_around_an_honest_tar(
    tmp_path: Path, hostile: bytes, expected: set[str]
) -> None:
    check(tmp_path, sdist(HONEST_TAR), hostile, ".tar.gz", expected)


@pytest.mark.parametrize("hostile", [pytest.param(case[1], id=case[0]) for case in refused_cases()])
def test_what_cannot_be_read_at_all_is_refused(tmp_path: Path, hostile: bytes) -> None:
    assert answer(tmp_path, sdist(HONEST_TAR), hostile, ".tar.gz") is None


@pytest.mark.parametrize("form", ["L", "Ls", "Q", "Qs"])
def test_15_sizes_told_behind_the_data_are_a_writers_habit(tmp_path: Path, form: str) -> None:
    """A writer that cannot seek leaves zeros in the local header: no contradiction."""
    report = answer(tmp_path, HONEST, archive(streamed(A, form), B), ".zip")
    assert report is not None
    assert told(report) == {"zip-dialect", "archive-bookkeeping"}
    assert report.verdict is Verdict.EQUIVALENT


def test_12_zip64_sizes_that_need_none_are_a_writers_habit(tmp_path: Path) -> None:
    size = len(A.data).to_bytes(8, "little")
    large = Made(
        A.name, A.data, local_usize=0xFFFFFFFF, local_csize=0xFFFFFFFF,
        local_extra=extra(1, size + size),
    )  # fmt: skip
    report = answer(tmp_path, HONEST, archive(large, B), ".zip")
    assert report is not None
    assert told(report) == {"zip-dialect", "archive-bookkeeping"}
    assert report.verdict is Verdict.EQUIVALENT


def test_13_a_size_of_the_directory_that_is_not_true_is_an_alarm(tmp_path: Path) -> None:
    """CPython goes by the size, others by the offset; the members are the same to us."""
    lying = bytes(Archive((A, B), size=len(HONEST) // 4))
    report = answer(tmp_path, HONEST, lying, ".zip")
    assert report is not None
    assert "archive-contradiction" in told(report)


def test_04_archives_far_inside_each_other_are_opened_to_a_depth(tmp_path: Path) -> None:
    report = answer(tmp_path, nested(12), nested(13), ".zip")
    assert report is not None
    assert any("deep in each other" in problem.message for problem in report.problems)
    assert report.verdict is not Verdict.EQUIVALENT


def test_05_a_gzip_in_itself_to_the_last_depth(tmp_path: Path) -> None:
    def packed(data: bytes) -> bytes:
        for _ in range(30):
            data = gzip.compress(data, mtime=0)
        return data

    report = answer(tmp_path, packed(b"a\n"), packed(b"b\n"), ".gz")
    assert report is not None
    assert "problem" in told(report)
    assert report.verdict is not Verdict.EQUIVALENT


def test_17_no_name_is_followed(tmp_path: Path) -> None:
    """What names lead to is neither read nor written, whatever it holds."""
    secret = tmp_path / "secret.py"
    secret.write_bytes(b"secret = 1\n")
    hostile = archive(Made(name=b"../secret.py", data=b"secret = 2\n"))
    report = answer(tmp_path, archive(Made(name=b"../secret.py", data=b"x = 1\n")), hostile, ".zip")
    assert report is not None
    assert secret.read_bytes() == b"secret = 1\n"
    assert "secret = 1" not in str(report)


def test_20_a_link_is_a_link_and_its_target_is_compared(tmp_path: Path) -> None:
    one = archive(A, Made(name=b"demo/l", data=b"a.py", mode=0o120777))
    two = archive(A, Made(name=b"demo/l", data=b"b.py", mode=0o120777))
    report = answer(tmp_path, one, two, ".zip")
    assert report is not None
    assert told(report) == {"member-type", "archive-bookkeeping"}
    assert report.findings[0].locations[0][2:4] == ("a.py", "b.py")


@pytest.mark.parametrize("mode", [0o120777, 0o010644, 0o020644, 0o060644, 0o140644, 0o100644, 0])
@pytest.mark.parametrize("size", [16, 70_000])
def test_20_content_counts_whatever_the_mode_calls_it(tmp_path: Path, mode: int, size: int) -> None:
    """Installers write what stands in the archive, be it called a device; no CRC is trusted."""
    one, two = b"x" * size, colliding(b"y" * (size - 4), b"x" * size)
    report = answer(
        tmp_path,
        archive(A, Made(name=b"demo/d", data=one, mode=mode)),
        archive(A, Made(name=b"demo/d", data=two, mode=mode)),
        ".zip",
    )
    assert report is not None
    assert report.verdict is Verdict.DIFFERENT
    (finding,) = (each for each in report.findings if each.severity is Severity.REVIEW)
    assert finding.locations[0].path == "demo/d"


def colliding(start: bytes, other: bytes) -> bytes:
    """Row 14: add four bytes, so that the CRC-32 is that of other data."""
    from zlib import crc32  # noqa: PLC0415

    table = []
    for number in range(256):
        for _ in range(8):
            number = number >> 1 ^ (0xEDB88320 if number & 1 else 0)  # noqa: PLW2901
        table.append(number)
    behind = {entry >> 24: number for number, entry in enumerate(table)}
    wanted, indexes = crc32(other) ^ 0xFFFFFFFF, []
    for _ in range(4):
        indexes.append(behind[wanted >> 24])
        wanted = (wanted ^ table[indexes[-1]]) << 8 & 0xFFFFFFFF
    state, made = crc32(start) ^ 0xFFFFFFFF, bytearray(start)
    for index in reversed(indexes):
        made.append((state ^ index) & 0xFF)
        state = state >> 8 ^ table[index]
    assert crc32(made) == crc32(other)
    return bytes(made)


def test_22_more_entries_than_the_end_record_counts(tmp_path: Path) -> None:
    report = answer(tmp_path, HONEST, many_members(65_600), ".zip")
    assert report is not None
    assert report.summary.members.b == 65_600
    assert "archive-contradiction" in told(report)


def test_22_more_entries_than_are_allowed(tmp_path: Path) -> None:
    one, two = put(tmp_path, "a", ".zip", HONEST), put(tmp_path, "b", ".zip", many_members(2000))
    with pytest.raises(Exception, match="1,000 entries"):
        compare(one, two, Options(Limits(max_entries=1000)))


@pytest.mark.parametrize("percent", range(1, 100))
@pytest.mark.parametrize("suffix", [".whl", ".tar.gz", ".tar"])
def test_28_a_cut_archive_gives_a_part_or_a_refusal(
    tmp_path: Path, percent: int, suffix: str
) -> None:
    whole = {".whl": HONEST, ".tar.gz": sdist(HONEST_TAR), ".tar": HONEST_TAR[:2560]}[suffix]
    cut = whole[: len(whole) * percent // 100]
    report = answer(tmp_path, whole, cut, suffix)
    if report is not None:
        assert report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}
        assert report.problems or any(each.severity is Severity.ALARM for each in report.findings)
