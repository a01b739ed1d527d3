import pytest

from reprodiff.causes.versions import CAUSES, explain_version
from reprodiff.model import Confidence, Severity

BASE = "1.1.dev3+gdd4ee2280"


@pytest.mark.parametrize(
    ("a", "b", "cause", "confidence"),
    [
        (f"{BASE}.d20261118", f"{BASE}.d20261119", "scm-dirty-version", "proven"),
        (f"{BASE}.d20261118", BASE, "scm-dirty-version", "proven"),
        ("1.1+d20261118", "1.1+d20261119", "scm-dirty-version", "proven"),
        (BASE, "1.1.dev3+gdd4ee22", "scm-abbrev", "proven"),
        (f"{BASE}.d20261118", "1.1.dev3+gdd4ee22.d20261119", "scm-dirty-version", "proven"),
        (BASE, "1.1.dev3+gaaaaaaaaa", "commit-id", "proven"),
        (BASE, "1.1.dev4+gaaaaaaaaa", "commit-id", "proven"),
        (BASE, "0.1.dev1+gdd4ee2280", "scm-version-history", "proven"),
        (BASE, "0.1.dev57+gdd4ee22", "scm-version-history", "proven"),
        ("1.4.2", "0.0.0", "scm-version-history", "likely"),
        ("1.4.2", "0+unknown", "scm-version-history", "likely"),
        ("1.4.2", "0.1.dev1+gdd4ee22", "scm-version-history", "likely"),
        ("1.0+2.gdd4ee22", "0+untagged.7.gdd4ee22", "scm-version-history", "proven"),
        ("1.0+2.gdd4ee22", "1.0+7.gdd4ee22", "scm-version-history", "proven"),
        ("1.0", "1.0+0.gdd4ee22.dirty", "scm-dirty-version", "proven"),
        ("1.0+2.gdd4ee22", "1.0+2.gdd4ee22.dirty", "scm-dirty-version", "proven"),
        ("1.0.dev20261118", "1.0.dev20261119", "egg-info-tag-date", "likely"),
        ("1.0.post20261118", "1.0.post20261119", "egg-info-tag-date", "likely"),
        ("1.0-20261118", "1.0-20261119", "egg-info-tag-date", "likely"),
    ],
)
def test_versions_that_depend_on_the_build_have_a_reason(
    a: str, b: str, cause: str, confidence: str
) -> None:
    for one, other in ((a, b), (b, a)):
        found = explain_version(one, other)
        assert found is not None
        assert (found[0].id, found[1].value) == (cause, confidence)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("1.0", "1.1"),
        ("1.0", "1.0.0"),
        ("1.0", "1.0+2.gdd4ee22"),  # commits on top of the release
        ("1.0", "1.0+2.gdd4ee22.dirty"),
        ("1.0+1", "1.0+2"),
        (BASE, "1.2.dev3+gaaaaaaaaa"),  # another release, of another commit
        ("2.31.0.20240406", "2.31.0.20240407"),  # a release that is named after its day
        (f"{BASE}.local", f"{BASE}.other"),
        ("1.1.dev3+gdd4ee2280.x", f"{BASE}.d20261118"),
        ("1.0.dev20261118", "1.1.dev20261119"),
        ("1.0.dev20261318", "1.0.dev20261319"),  # no dates
        ("0.0.0", "0+unknown"),
        ("1.0", "1.0"),
        ("1.0+g" + "a" * 300, "1.0+g" + "b" * 300),
        ("no version\n", "1.0"),
    ],
)
def test_two_versions_are_two_versions(a: str, b: str) -> None:
    assert explain_version(a, b) is None
    assert explain_version(b, a) is None


def test_no_version_is_called_benign() -> None:
    assert all(cause.severity is Severity.REVIEW for cause in CAUSES)
    assert Confidence.LIKELY in {found[1] for found in [explain_version("1.0", "0.0.0")] if found}
