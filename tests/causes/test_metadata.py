from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Category, Confidence, Severity, Verdict
from tests.causes.builds import (
    FILES,
    INFO,
    METADATA,
    WHEEL,
    both_ways,
    causes,
    compare_wheels,
    wheel,
)
from tests.causes.builds import found as finding_of

LINES = (
    METADATA + b"Classifier: Topic :: Utilities\nClassifier: Typing :: Typed\n"
    b"Requires-Dist: tabulate>=0.9\nRequires-Dist: lxml>=5\n\n# demo\n\nsafe\n"
)


def with_metadata(data: bytes) -> dict[str, bytes]:
    return {**FILES, f"{INFO}/METADATA": data}


def with_wheel(data: bytes) -> dict[str, bytes]:
    return {**FILES, f"{INFO}/WHEEL": data}


def swap(data: bytes, one: bytes, other: bytes) -> bytes:
    assert one in data
    assert other in data
    return data.replace(one, b"\0").replace(other, one).replace(b"\0", other)


MOVED = swap(LINES, b"tabulate>=0.9", b"lxml>=5")
ECHO = "record-row-follows"


def test_requirements_in_another_order_are_equivalent(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, with_metadata(LINES), with_metadata(MOVED))
    assert causes(report) == {"metadata-order", ECHO}
    assert report.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ((b"lxml>=5", b"lxml>=6"), "metadata-field"),
        ((b"lxml>=5", b"lxml>=5,<6"), "metadata-field"),
        ((b"Classifier: Typing :: Typed\n", b""), "metadata-field"),
        ((b"safe", b"unsafe"), "text-changed"),
        ((b"Version: 1.0\n", b"Version: 1.0\nVersion: 6.6\n"), "metadata-field"),
    ],
)
def test_a_change_beside_another_order_is_told(
    tmp_path: Path, change: tuple[bytes, bytes], cause: str
) -> None:
    report = compare_wheels(tmp_path, with_metadata(LINES), with_metadata(MOVED.replace(*change)))
    assert {"metadata-order", cause} <= causes(report)
    assert finding_of(report, cause).severity is Severity.REVIEW
    assert report.verdict is Verdict.DIFFERENT


def test_the_order_of_a_field_that_should_come_once_is_for_review(tmp_path: Path) -> None:
    twice = LINES.replace(b"Version: 1.0\n", b"Version: 1.0\nVersion: 6.6\n")
    report = compare_wheels(
        tmp_path, with_metadata(twice), with_metadata(swap(twice, b": 1.0", b": 6.6"))
    )
    assert finding_of(report, "metadata-order").severity is Severity.REVIEW


def test_a_changed_word_in_a_converted_description_is_told(tmp_path: Path) -> None:
    windows = LINES.replace(b"\n", b"\r\n")
    report = compare_wheels(tmp_path / "same", with_metadata(LINES), with_metadata(windows))
    assert causes(report) == {"line-endings", ECHO}
    assert report.verdict is Verdict.EQUIVALENT
    changed = windows.replace(b"safe", b"unsafe")
    report = compare_wheels(tmp_path / "other", with_metadata(LINES), with_metadata(changed))
    assert causes(report) == {"line-endings", "text-changed", ECHO}
    (line,) = finding_of(report, "text-changed").locations
    assert line.inside == "description line 3"


def test_another_spelling_is_equivalent_and_hides_no_other_requirement(tmp_path: Path) -> None:
    spelled = LINES.replace(b"tabulate>=0.9", b"Tabulate >= 0.9.0")
    report = compare_wheels(tmp_path / "same", with_metadata(LINES), with_metadata(spelled))
    assert causes(report) == {"metadata-spelling", ECHO}
    assert report.verdict is Verdict.EQUIVALENT
    more = spelled.replace(b"lxml>=5", b"lxml >= 4")
    report = compare_wheels(tmp_path / "other", with_metadata(LINES), with_metadata(more))
    assert {"metadata-spelling", "metadata-field"} <= causes(report)


def test_another_backend_is_the_reason_of_what_comes_with_it(tmp_path: Path) -> None:
    a = {**with_metadata(LINES), f"{INFO}/WHEEL": WHEEL}
    b = {
        **with_metadata(
            MOVED.replace(b"Metadata-Version: 2.4", b"Metadata-Version: 2.5").replace(
                b"tabulate>=0.9", b"tabulate >=0.9"
            )
        ),
        f"{INFO}/WHEEL": WHEEL.replace(b"tool 1.0", b"other 2.0") + b"\n",
    }
    report = compare_wheels(tmp_path, a, b)
    generator = finding_of(report, "wheel-generator")
    assert generator.category is Category.TOOLCHAIN
    assert report.findings[0] is generator
    for cause in ("metadata-version", "metadata-order", "metadata-spelling"):
        assert finding_of(report, cause).derived_from == (generator.id,)


def test_with_one_backend_an_order_has_no_other_reason(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, with_metadata(LINES), with_metadata(MOVED))
    assert finding_of(report, "metadata-order").derived_from == ()


def test_a_licence_under_its_newer_name_is_of_the_format(tmp_path: Path) -> None:
    old, new = METADATA + b"License: MIT\n", METADATA + b"License-Expression: MIT\n"
    report = compare_wheels(tmp_path / "same", with_metadata(old), with_metadata(new))
    assert causes(report) == {"metadata-version", ECHO}
    other = new.replace(b"MIT", b"GPL-3.0-only")
    report = compare_wheels(tmp_path / "other", with_metadata(old), with_metadata(other))
    assert "metadata-field" in causes(report)


@pytest.mark.parametrize(
    ("newer", "field", "cause"),
    [
        (b"2.4", b"License-File", "metadata-version"),
        (b"2.3", b"License-File", "metadata-field"),
        (b"2.5", b"Import-Name", "metadata-version"),
        (b"2.4", b"Import-Name", "metadata-field"),
    ],
)
def test_fields_are_of_the_format_only_from_the_version_that_has_them(
    tmp_path: Path, newer: bytes, field: bytes, cause: str
) -> None:
    old = METADATA.replace(b"Metadata-Version: 2.4", b"Metadata-Version: 2.1")
    new = METADATA.replace(b"Metadata-Version: 2.4", b"Metadata-Version: " + newer)
    new += field + b": demo\n"
    report = compare_wheels(tmp_path, with_metadata(old), with_metadata(new))
    names = {at.inside for at in finding_of(report, cause).locations}
    assert field.decode() in names
    assert report.verdict is Verdict.DIFFERENT


def test_other_tags_are_for_review_and_another_order_is_not(tmp_path: Path) -> None:
    two = WHEEL + b"Tag: py2-none-any\n"
    order = swap(two, b"py2", b"py3")
    report = compare_wheels(tmp_path / "order", with_wheel(two), with_wheel(order))
    assert causes(report) == {"wheel-tag-order", ECHO}
    assert report.verdict is Verdict.EQUIVALENT
    fewer = order.replace(b"Tag: py2-none-any\n", b"")
    report = compare_wheels(tmp_path / "fewer", with_wheel(two), with_wheel(fewer))
    tags = finding_of(report, "wheel-tags")
    assert (tags.category, tags.severity) == (Category.PLATFORM, Severity.REVIEW)


def test_tags_of_the_file_name_are_told_with_those_in_it(tmp_path: Path) -> None:
    a = wheel(tmp_path / "demo-1.0-py3-none-linux_x86_64.whl", FILES)
    repaired = {**FILES, "demo/table.py": b"ROWS = 4\n"}
    b = wheel(tmp_path / "demo-1.0-py3-none-manylinux_2_28_x86_64.whl", repaired)
    tags = finding_of(both_ways(a, b), "wheel-tags")
    assert [(at.path, at.a) for at in tags.locations] == [("", "py3-none-linux_x86_64")]


# Installers do not agree on "True": to some of them it is not "true".
@pytest.mark.parametrize("other", [b"false", b"True"])
def test_where_files_go_is_for_review(tmp_path: Path, other: bytes) -> None:
    report = compare_wheels(tmp_path, with_wheel(WHEEL), with_wheel(WHEEL.replace(b"true", other)))
    assert finding_of(report, "wheel-purelib").severity is Severity.REVIEW
    assert report.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("one", "other", "cause"),
    [
        ("1.1+gabc1234.d20261118", "1.1+gabc1234.d20261119", "scm-dirty-version"),
        ("1.1.dev2+gabc1234", "0.1.dev1+gabc1234", "scm-version-history"),
        ("1.0", "2.0", "metadata-field"),
    ],
)
def test_a_version_is_told_by_its_reason_wherever_it_stands(
    tmp_path: Path, one: str, other: str, cause: str
) -> None:
    paths = []
    for side, version in (("a", one), ("b", other)):
        info = f"demo-{version}.dist-info"
        files = {path.replace(INFO, info): data for path, data in FILES.items()}
        files[f"{info}/METADATA"] = METADATA.replace(b"1.0\n", version.encode() + b"\n")
        name = f"demo-{version}-py3-none-any.whl"
        paths.append(wheel(tmp_path / side / name, files, info=info))
    report = both_ways(*paths, renamed=True)
    told = finding_of(report, cause)
    inside = {at.inside for at in told.locations}
    assert "Version" in inside
    if cause == "metadata-field":
        assert "not-the-same-project" in causes(report)
    else:
        assert "version" in inside  # of the artifact itself
        assert "not-the-same-project" not in causes(report)
        directory = finding_of(report, "project-directory")
        assert directory.derived_from == (told.id,)
    assert finding_of(report, ECHO).confidence is Confidence.PROVEN


def test_a_name_in_another_spelling_is_no_other_project(tmp_path: Path) -> None:
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", with_metadata(METADATA))
    b = wheel(
        tmp_path / "b" / "demo-1.0-py3-none-any.whl",
        with_metadata(METADATA.replace(b"Name: demo", b"Name: DEMO")),
    )
    report = both_ways(a, b)
    assert causes(report) == {"project-name-spelling", ECHO}
    assert finding_of(report, "project-name-spelling").severity is Severity.REVIEW
    other = with_metadata(METADATA.replace(b"Name: demo", b"Name: demo0"))
    c = wheel(tmp_path / "c" / "demo-1.0-py3-none-any.whl", other)
    assert "not-the-same-project" in causes(compare(str(a), str(c)))


def test_hidden_characters_in_a_requirement_are_an_alarm(tmp_path: Path) -> None:
    b = LINES.replace(b"lxml>=5", "lx\u200bml>=5".encode())
    report = compare_wheels(tmp_path, with_metadata(LINES), with_metadata(b))
    assert finding_of(report, "hidden-characters").severity is Severity.ALARM


def test_a_name_in_wheel_in_other_letters_is_for_review(tmp_path: Path) -> None:
    files = {**FILES, f"{INFO}/WHEEL": WHEEL.replace(b"Wheel-Version", b"wheel-version")}
    report = compare_wheels(tmp_path, FILES, files)
    spelling = next(each for each in report.findings if each.cause == "metadata-spelling")
    assert spelling.severity is Severity.REVIEW
    files = {**FILES, f"{INFO}/METADATA": METADATA.replace(b"Version: 1", b"version: 1")}
    assert compare_wheels(tmp_path, FILES, files).verdict is Verdict.EQUIVALENT
