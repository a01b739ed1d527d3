"""Members on one side only, moved, or of another kind."""

from pathlib import Path

import pytest

from reprodiff.model import Difference, Severity, Verdict
from tests.causes.builds import FILES, INFO, alarms, causes, compare_wheels, found
from tests.causes.facts import fact, judged


def added(path: str) -> list[tuple[str, str, str, int]]:
    only: Difference = fact("member.only", None, "file, 9 bytes", path)
    gone = only._replace(a=only.b, b=None)
    assert judged([only]) == judged([gone])
    return judged([only])


@pytest.mark.parametrize(
    "path",
    [
        *("evil.pth", "__editable__.demo.pth", "sitecustomize.py", "usercustomize.py"),
        *("sitecustomize.pyc", "demo-1.0.data/purelib/x.pth", "demo-1.0.data/platlib/x.pth"),
        *("lib/python3.11/site-packages/x.pth", "usr/lib/python3/dist-packages/sitecustomize.py"),
    ],
)
def test_what_runs_at_every_start_is_an_alarm(path: str) -> None:
    assert added(path) == [("startup-hook", "alarm", "proven", 1)]


@pytest.mark.parametrize(
    ("path", "cause"),
    [
        ("demo/weights.pth", "member-on-one-side"),
        ("demo/sitecustomize.py", "member-on-one-side"),
        ("demo/new.py", "member-on-one-side"),
        ("demo/pth", "member-on-one-side"),
        ("demo/__pycache__/a.cpython-311.pyc", "pyc-presence"),
        ("demo/.DS_Store", "stray-files"),
        ("demo/._a.py", "stray-files"),
        ("demo/a.py~", "stray-files"),
        ("demo/a.py.orig", "stray-files"),
        ("demo/a.py.rej", "stray-files"),
        ("demo/original", "member-on-one-side"),
    ],
)
def test_other_files_on_one_side_are_for_review(path: str, cause: str) -> None:
    assert added(path) == [(cause, "review", "proven", 1)]


def test_a_start_hook_beside_others_is_told_apart(tmp_path: Path) -> None:
    more = {**FILES, "start.pth": b"import demo\n", "demo/new.py": b"", "demo/x.py~": b"1\n"}
    report = compare_wheels(tmp_path, FILES, more)
    assert alarms(report) == {"startup-hook": [("start.pth", "")]}
    assert {"member-on-one-side", "stray-files"} <= causes(report)
    assert report.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"/home/alice/src/demo\n", b"/home/bob/src/demo\n"),
        (b"import demo  # built 2024-01-01\n", b"import demo  # built 2024-01-02\n"),
        (b"import demo\n", b"import evil\n"),
    ],
)
def test_a_start_hook_that_changed_is_never_benign(tmp_path: Path, a: bytes, b: bytes) -> None:
    """Whatever the change looks like, each of its lines is run or searched."""
    report = compare_wheels(tmp_path, {**FILES, "start.pth": a}, {**FILES, "start.pth": b})
    assert report.verdict is Verdict.DIFFERENT
    told = [each for each in report.findings if any(p.path == "start.pth" for p in each.locations)]
    assert any(each.severity is not Severity.BENIGN for each in told)


def test_a_file_under_another_name_is_one_finding(tmp_path: Path) -> None:
    units = FILES["demo/units.py"]
    others = {name: data for name, data in FILES.items() if name != "demo/units.py"}
    report = compare_wheels(tmp_path, FILES, {**others, "demo/measures.py": units})
    renamed = found(report, "member-renamed")
    assert renamed.severity is Severity.REVIEW
    assert [(p.a, p.b) for p in renamed.locations] == [("demo/units.py", "demo/measures.py")]
    assert "member-on-one-side" not in causes(report)


def test_a_file_that_moved_and_changed_is_gone_and_new(tmp_path: Path) -> None:
    others = {name: data for name, data in FILES.items() if name != "demo/units.py"}
    report = compare_wheels(tmp_path, FILES, {**others, "demo/measures.py": b"MILE = 1\n"})
    assert found(report, "member-on-one-side").location_count == 2


def test_another_project_is_said(tmp_path: Path) -> None:
    other = {**FILES, f"{INFO}/METADATA": b"Metadata-Version: 2.4\nName: evil\nVersion: 1.0\n"}
    report = compare_wheels(tmp_path, FILES, other)
    assert found(report, "not-the-same-project").severity is Severity.REVIEW


def test_a_link_in_place_of_a_file_is_for_review() -> None:
    assert judged([fact("member.type", "file", "symlink")]) == [
        ("member-type", "review", "proven", 1)
    ]
    assert judged([fact("member.link", "a", "b")]) == [("member-type", "review", "proven", 1)]


def test_hard_links_are_storage() -> None:
    assert judged([fact("tree.links", 1, 2)]) == [("hard-links", "benign", "proven", 1)]


def lone(path: str, *, in_a: bool) -> Difference:
    one = fact("member.only", None, "file, 9 bytes", path)
    return one._replace(a=one.b, b=None) if in_a else one


def test_a_module_of_windows_is_that_of_another_platform_and_no_file_left_behind() -> None:
    facts = [
        lone("demo/_x.cpython-311-x86_64-linux-gnu.so", in_a=True),
        lone("demo/_x.cp311-win_amd64.pyd", in_a=False),
        lone("demo/_y.cp311-win_amd64.pyd", in_a=False),
        lone("demo/_z.abi3.so", in_a=True),
        lone("demo/_z2.pyd", in_a=False),
    ]
    assert judged(facts) == [
        ("module-for-other-platform", "review", "proven", 2),
        ("member-on-one-side", "review", "proven", 3),
    ]
    both = [facts[0], facts[1]._replace(a=facts[1].b, b=None)]
    assert judged(both) == [("member-on-one-side", "review", "proven", 2)]
