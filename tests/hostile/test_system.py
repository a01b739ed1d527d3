"""What the file system may do: special files, links in circles, files that change meanwhile."""

import os
from pathlib import Path

import pytest

from reprodiff.engine import Options, compare, run
from reprodiff.events import Done, Paired
from reprodiff.limits import Limits
from reprodiff.model import Report, Verdict
from tests.hostile.support import assert_harmless


def site(root: Path, value: int = 1) -> Path:
    (root / "demo").mkdir(parents=True)
    (root / "demo" / "a.py").write_bytes(b"a = %d\n" % value)
    (root / "demo" / "b.py").write_bytes(b"b = 2\n")
    return root


def pair(where: Path, value: int = 1) -> tuple[Path, Path]:
    return site(where / "a"), site(where / "b", value)


def compared(a: Path, b: Path) -> Report:
    report = compare(str(a), str(b), Options(Limits(max_entries=10_000)))
    assert_harmless(report)
    return report


def test_39_special_files_are_named_and_never_opened(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    for root in (a, b):
        os.mkfifo(root / "demo" / "pipe")
    os.mkfifo(b / "demo" / "other")
    report = compared(a, b)
    told = {place.path for each in report.findings for place in each.locations}
    assert "demo/other" in told
    assert report.verdict is Verdict.DIFFERENT


def test_39_a_link_to_an_endless_file_is_a_link(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    (a / "demo" / "zero.py").symlink_to("/dev/zero")
    (b / "demo" / "zero.py").symlink_to("/dev/null")
    report = compared(a, b)
    (finding,) = (each for each in report.findings if each.cause == "member-type")
    assert finding.locations[0][2:4] == ("/dev/zero", "/dev/null")


def test_39_directories_in_a_circle_end(tmp_path: Path) -> None:
    a, b = pair(tmp_path, 3)
    for root in (a, b):
        (root / "demo" / "again").symlink_to("..", target_is_directory=True)
        (root / "demo" / "self").symlink_to("self")
    report = compared(a, b)
    assert {each.cause for each in report.findings if each.severity.rank} == {"source-changed"}


@pytest.mark.skipif(os.geteuid() == 0, reason="the system lets this user read everything")
def test_39_a_file_that_may_not_be_read_is_a_problem(tmp_path: Path) -> None:
    a, b = pair(tmp_path, 3)
    (b / "demo" / "a.py").chmod(0)
    report = compared(a, b)
    assert [problem.path for problem in report.problems] == ["demo/a.py"]


@pytest.mark.parametrize("meanwhile", ["gone", "shorter", "longer", "a directory", "a fifo"])
def test_39_a_file_that_changes_meanwhile_is_never_called_the_same(
    tmp_path: Path, meanwhile: str
) -> None:
    a, b = pair(tmp_path, 3)
    target = b / "demo" / "a.py"
    report = None
    for event in run(str(a), str(b)):
        if isinstance(event, Paired):
            target.unlink()
            if meanwhile == "shorter":
                target.write_bytes(b"a")
            elif meanwhile == "longer":
                target.write_bytes(b"a = 1\n" * 10_000)
            elif meanwhile == "a directory":
                target.mkdir()
            elif meanwhile == "a fifo":
                os.mkfifo(target)
        if isinstance(event, Done):
            report = event.report
    assert report is not None
    assert_harmless(report)
    assert report.verdict in {Verdict.DIFFERENT, Verdict.INCOMPLETE}


def test_39_names_that_are_no_text(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    for raw in (b"\xff\xfe.py", b"\x1b]0;evil\x07.py", "\u202egnp.py".encode(), b"a\nb.py"):
        with open(os.path.join(os.fsencode(b), b"demo", raw), "wb") as held:  # noqa: PTH118, PTH123
            held.write(b"x = 1\n")
    report = compared(a, b)
    told = {place.path for each in report.findings for place in each.locations}
    assert {"demo/\\xff\\xfe.py", "demo/a\\nb.py", "demo/\\u202egnp.py"} <= told


def test_22_more_files_than_are_allowed_end_with_a_problem(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    report = compare(str(a), str(b), Options(Limits(max_entries=2)))
    assert any("more than 2 entries" in problem.message for problem in report.problems)
    assert report.verdict is Verdict.INCOMPLETE


def test_40_a_time_limit_ends_with_an_answer(tmp_path: Path) -> None:
    """A member for which there is no time left is a problem, and the report is still there."""
    from tests.artifacts.zipformat.build import Made, archive  # noqa: PLC0415

    for name, data in (("a.zip", b"x = 1\n"), ("b.zip", b"x = 2\n")):
        (tmp_path / name).write_bytes(archive(Made(name=b"x.py", data=data, method=8)))
    options = Options(Limits(max_seconds=0))
    report = compare(str(tmp_path / "a.zip"), str(tmp_path / "b.zip"), options)
    assert report.problems
    assert report.verdict not in {Verdict.EQUIVALENT, Verdict.IDENTICAL}
