"""JSON, TOML, INI and bills of materials: what says the same, and what only looks like it."""

import json
from pathlib import Path

import pytest

from reprodiff.model import Confidence, Report, Severity, Verdict
from tests.causes.builds import FILES, INFO, causes, compare_wheels, found

SBOM = f"{INFO}/sboms/demo.cdx.json"
SERIALS = (
    "urn:uuid:3b241101-e2bb-4255-8caf-4136c566a962",
    "urn:uuid:9a7b330a-a736-41e1-97d5-6ea5de1f0d2e",
)


def compare_data(where: Path, name: str, a: object, b: object) -> Report:
    one, two = (text if isinstance(text, str) else json.dumps(text, indent=1) for text in (a, b))
    return compare_wheels(where, {**FILES, name: one.encode()}, {**FILES, name: two.encode()})


def said(report: Report) -> set[str]:
    return causes(report) - {"record-row-follows"}


def sbom(**more: object) -> dict[str, object]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1, **more}


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("demo/a.json", '{"a": 1, "b": [1, 2]}', '{"a":1,\n"b":[1,2]}'),
        ("demo/a.json", '{"a": "\\u00e9"}', '{"a": "\u00e9"}'),
        ("demo/a.json", '{"a": 1.0}', '{"a": 1.00}'),
        ("demo/a.toml", "a = 1\nb = [1, 2]\n", "a = 1\nb = [\n 1,\n 2,\n]\n"),
        ("demo/pyproject.toml", "a = 1\n[b]\nc = 1\n[d]\n", "a = 1\n[d]\n[b]\nc = 1\n"),
        ("demo/a.toml", "a = 1 # one\n", "a = 1 # two\n"),
        ("setup.cfg", "[a]\nb = 1\nc = 2\n", "[a]\nc=2\n\n# more\nb: 1\n"),
    ],
)
def test_the_same_data_in_another_form_are_equivalent(
    tmp_path: Path, name: str, a: str, b: str
) -> None:
    report = compare_data(tmp_path, name, a, b)
    assert said(report) == {"data-form"}
    assert report.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("demo/a.json", '{"a": 1, "b": [1, 2]}', '{"b":[1,2],\n"a":1}'),
        ("demo/a.json", '{"a": 1}', '{"a": 1.0}'),
        ("demo/a.json", '{"a": 1}', '{"a": "1"}'),
        ("demo/a.json", '{"a": 1}', '{"a": true}'),
        ("demo/a.json", '{"a": 1}', '{"A": 1}'),
        ("demo/a.json", '{"a": null}', "{}"),
        ("demo/a.json", '{"a": [1, 2]}', '{"a": [2, 1]}'),
        ("demo/a.json", '{"a": 1, "a": 2}', '{"a": 2, "a": 1}'),
        ("demo/a.json", '{"a": 1, "a": 2}', '{"a":1, "a":2}'),
        ("demo/a.json", '{"a": 0.1}', '{"a": 0.10000000000000001}'),
        ("demo/a.json", '{"a": 1e400}', '{"a": 1e500}'),
        ("demo/a.json", '{"a": 9007199254740993}', '{"a": 9007199254740992}'),
        ("demo/a.json", '{"a": 1}', '\ufeff{"a": 1}'),
        ("demo/a.json", '{"a": 1}', '{"a": 1} x'),
        ("demo/a.toml", "a = 1\n", "a = 1.0\n"),
        ("demo/a.toml", "a = 1\nb = 2\n", "b = 2\na = 1\n"),
        ("demo/a.toml", "[[a]]\nb = 1\nc = 2\n", "[[a]]\nc = 2\nb = 1\n"),
        ("demo/a.toml", "a = [1, 2]\n", "a = [2, 1]\n"),
        ("demo/a.toml", "a = 1\n", "a = 1\na = 1\n"),
        ("demo/a.toml", "a = 0.0\n", "a = -0.0\n"),
        ("demo/a.toml", "a = 1 # one\n", "a = 1 # \u202eone\n"),
        ("setup.cfg", "[a]\nb = 1\n", "[a]\nB = 1\n"),
        ("setup.cfg", "[a]\nb = 1\n", "[a]\nb = 1\nb = 1\n"),
        ("setup.cfg", "[a]\nb = 1\n", "[a]\nb = 1 # two\n"),
        ("setup.cfg", "[a]\n# x\nb = 1\n", "[a]\n# \u202ex\nb = 1\n"),
        ("demo/layers.cfg", "[a]\nx = 1\n[b]\ny = 2\n", "[b]\ny = 2\n[a]\nx = 1\n"),
    ],
)
def test_data_that_are_not_the_same_are_never_equivalent(
    tmp_path: Path, name: str, a: str, b: str
) -> None:
    report = compare_data(tmp_path, name, a, b)
    assert report.verdict is Verdict.DIFFERENT


def test_a_list_in_another_order_is_one_finding(tmp_path: Path) -> None:
    report = compare_data(tmp_path, "demo/a.json", {"a": [1, 2, 3]}, {"a": [3, 1, 2]})
    assert said(report) == {"data-order"}
    assert found(report, "data-order").severity is Severity.REVIEW


def test_spaces_inside_a_list_are_no_other_order(tmp_path: Path) -> None:
    report = compare_data(tmp_path, "demo/a.json", '{"a": [1, 2], "b": 1}', '{"a": [1,2], "b": 2}')
    assert said(report) == {"data-form", "data-changed"}
    assert [place.inside for place in found(report, "data-changed").locations] == ["b"]


def test_a_changed_value_is_named_by_its_place(tmp_path: Path) -> None:
    a, b = {"x": [{"y": 1}, {"y": 2}]}, {"x": [{"y": 1}, {"y": 3}]}
    report = compare_data(tmp_path, "demo/a.json", a, b)
    (place,) = found(report, "data-changed").locations
    assert (place.inside, place.a, place.b) == ("x[1].y", "2", "3")


# -- bills of materials ---------------------------------------------------------------------------


def test_serial_number_and_time_of_a_bill_are_noise(tmp_path: Path) -> None:
    a, b = (
        sbom(serialNumber=serial, metadata={"timestamp": f"2026-11-{day}T10:00:00Z"})
        for serial, day in zip(SERIALS, (18, 19), strict=True)
    )
    report = compare_data(tmp_path, SBOM, a, b)
    assert said(report) == {"random-uuid", "text-build-time"}
    assert report.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    "more", [{"serialNumber": SERIALS[0]}, {"metadata": {"timestamp": "2026-11-18T10:00:00Z"}}]
)
def test_one_side_alone_may_have_them(tmp_path: Path, more: dict[str, object]) -> None:
    metadata = {"metadata": {"component": {"name": "demo"}}}
    a = sbom(**metadata)
    b = sbom(**{**metadata, **more})
    if "metadata" in more:
        b["metadata"] = {"timestamp": "2026-11-18T10:00:00Z", "component": {"name": "demo"}}
    report = compare_data(tmp_path, SBOM, a, b)
    assert report.verdict is Verdict.EQUIVALENT, report.findings


@pytest.mark.parametrize(
    "changed",
    [
        {"components": [{"name": "evil", "version": "1"}]},
        {"components": []},
        {"version": 2},
        {"serialNumber": "urn:uuid:9a7b330a-a736-11e1-97d5-6ea5de1f0d2e"},
        {"serialNumber": "evil"},
        {"metadata": {"timestamp": "never"}},
        {"more": "evil"},
    ],
)
def test_a_change_beside_the_noise_is_for_review(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    a = sbom(serialNumber=SERIALS[0], components=[{"name": "demo", "version": "1"}],
             metadata={"timestamp": "2026-11-18T10:00:00Z"})  # fmt: skip
    b = {**a, "serialNumber": SERIALS[1], **changed}
    report = compare_data(tmp_path, SBOM, a, b)
    assert report.verdict is Verdict.DIFFERENT
    assert max(each.severity.rank for each in report.findings) == Severity.REVIEW.rank


def test_components_of_a_bill_have_no_order(tmp_path: Path) -> None:
    parts = [{"name": "a"}, {"name": "b"}, {"name": "c"}]
    report = compare_data(tmp_path, SBOM, sbom(components=parts), sbom(components=parts[::-1]))
    assert found(report, "data-order").severity is Severity.BENIGN
    assert report.verdict is Verdict.EQUIVALENT


def test_a_file_among_the_packages_own_data_is_no_bill(tmp_path: Path) -> None:
    """It may be read at run time, whatever it calls itself."""
    a, b = sbom(url="file:///home/a/x/y"), sbom(url="file:///home/b/x/y")
    for name in ("demo/a.cdx.json", f"{INFO}/evil.json", "sboms/a.cdx.json"):
        report = compare_data(tmp_path, name, a, b)
        assert found(report, "build-path").severity is Severity.REVIEW
    assert found(compare_data(tmp_path, SBOM, a, b), "build-path").severity is Severity.BENIGN


def test_two_reasons_in_one_value_are_for_a_person_to_read(tmp_path: Path) -> None:
    a = sbom(description="built 2024-01-01 10:00 in /home/a/x/y")
    b = sbom(description="built 2024-01-02 10:00 in /home/b/x/y")
    assert said(compare_data(tmp_path, SBOM, a, b)) == {"data-changed"}


def test_a_time_elsewhere_in_a_bill_is_likely(tmp_path: Path) -> None:
    a, b = sbom(note="2024-01-01T00:00:00Z"), sbom(note="2031-01-01T00:00:00Z")
    report = compare_data(tmp_path, SBOM, a, b)
    assert found(report, "text-build-time").confidence is Confidence.LIKELY
