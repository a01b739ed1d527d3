"""What published wheels need of a platform, and how two of them go together.

What is downloaded is kept in a cache (``REPRODIFF_TEST_CACHE``, or the user's cache directory).
"""

import subprocess
import sys
from pathlib import Path

import pytest

from reprodiff.artifacts.opening import open_artifact
from reprodiff.digests import Digests
from reprodiff.drift import Platform
from reprodiff.engine import compare
from reprodiff.limits import Limits
from reprodiff.model import Severity
from reprodiff.pairing import Pairing, pair
from reprodiff.platforms.drifting import drifted
from tests.network.test_published import cache

pytestmark = [pytest.mark.network, pytest.mark.slow]


def published(requirement: str, python: str, platform: str) -> Path:
    """Return a published wheel of CPython ``python`` (311) for a platform."""
    folder = cache() / requirement / f"cp{python}-{platform}"
    if not (found := list(folder.glob("*.whl"))):
        folder.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
        command += ["download", "--no-deps", "--only-binary", ":all:", "-d", str(folder)]
        command += ["--implementation", "cp", "--python-version", python]
        try:
            subprocess.run(
                [*command, "--platform", platform, requirement],
                check=True,
                capture_output=True,
                timeout=300,
            )
        except (OSError, subprocess.SubprocessError) as error:
            pytest.skip(f"pip download did not work here: {error}")
        found = list(folder.glob("*.whl"))
    assert len(found) == 1
    return found[0]


def platforms(one: Path, two: Path) -> tuple[Platform, Pairing]:
    """Return the platform section of two wheels, without comparing their members' bytes."""
    from reprodiff.artifacts.identity import identify  # noqa: PLC0415

    with open_artifact(str(one), Limits()) as a, open_artifact(str(two), Limits()) as b:
        pairing = pair(a.members, b.members, Digests(a, b).fingerprint)
        differing = {each.a.path for each in pairing.pairs if a.stored(each.a) != b.stored(each.b)}
        found = drifted(a, b, pairing, (identify(a), identify(b)), differing, {})
    assert found is not None
    return found.platform, pairing


def test_numpy_for_two_interpreters_pairs_every_module() -> None:
    section, pairing = platforms(
        published("numpy==2.3.5", "311", "manylinux_2_28_x86_64"),
        published("numpy==2.3.5", "312", "manylinux_2_28_x86_64"),
    )
    modules = [each for each in pairing.pairs if ".cpython-311-" in each.a.path]
    assert len(modules) == 19
    for each in modules:
        assert each.b.path == each.a.path.replace("cpython-311", "cpython-312")
    assert section.a.policy == section.b.policy == "manylinux_2_27_x86_64"
    assert section.a.contradictions == section.b.contradictions == ()
    assert [(row.kind, row.a, row.b) for row in section.changes] == [("python", "cp311", "cp312")]
    assert {library.change for library in section.libraries} == {"same"}


def test_pillow_for_two_policies_pairs_every_library() -> None:
    section, pairing = platforms(
        published("pillow==12.0.0", "311", "manylinux_2_17_x86_64"),
        published("pillow==12.0.0", "311", "manylinux_2_28_x86_64"),
    )
    libraries = [each for each in pairing.pairs if ".libs/lib" in each.a.path]
    assert len(libraries) == 18
    for each in libraries:
        names = [path.rpartition("/")[2].partition("-")[0] for path in (each.a.path, each.b.path)]
        assert names[0] == names[1]
    assert not [each for each in (*pairing.only_a, *pairing.only_b) if ".libs/" in each.path]
    assert section.a.policy == "manylinux_2_17_x86_64"
    assert section.b.policy in {"manylinux_2_27_x86_64", "manylinux_2_28_x86_64"}
    assert section.a.contradictions == section.b.contradictions == ()
    kinds = [row.kind for row in section.changes]
    assert kinds.count("libc") == kinds.count("policy") == 1


@pytest.mark.parametrize(
    ("requirement", "platform", "policy"),
    [
        ("markupsafe==3.0.2", "manylinux_2_17_aarch64", "manylinux_2_17_aarch64"),
        ("kiwisolver==1.4.7", "manylinux_2_12_i686", "manylinux_2_12_i686"),
        ("greenlet==3.1.1", "manylinux_2_24_x86_64", "manylinux_2_24_x86_64"),
        ("bcrypt==4.2.1", "manylinux_2_28_x86_64", "manylinux_2_28_x86_64"),
        ("markupsafe==3.0.2", "musllinux_1_2_x86_64", "musllinux_x86_64"),
    ],
)
def test_the_policy_of_a_wheel_is_that_of_its_tag(
    requirement: str, platform: str, policy: str
) -> None:
    other = published("markupsafe==3.0.2", "311", "win_amd64")
    section, _ = platforms(published(requirement, "311", platform), other)
    assert section.a.policy == policy
    assert section.a.contradictions == section.b.contradictions == ()


def test_a_release_that_only_bundles_a_newer_openssl() -> None:
    section, _ = platforms(
        published("cryptography==44.0.0", "311", "win_amd64"),
        published("cryptography==44.0.1", "311", "win_amd64"),
    )
    rows = [(row.subject, row.a, row.b) for row in section.changes]
    assert ("OpenSSL (linked in)", "3.4.0", "3.4.1") in rows


def test_equal_hashes_with_other_bytes_are_edits_of_one_library() -> None:
    section, _ = platforms(
        published("psycopg2-binary==2.9.9", "311", "manylinux_2_17_x86_64"),
        published("psycopg2-binary==2.9.10", "311", "manylinux_2_17_x86_64"),
    )
    changes = {library.name: library.change for library in section.libraries}
    assert changes["libssl"] == changes["libpq"] == "patched"
    assert changes["libcrypto"] == "rebuilt"


def test_wheels_for_two_interpreters_make_few_findings() -> None:
    report = compare(
        str(published("markupsafe==3.0.2", "311", "manylinux_2_17_x86_64")),
        str(published("markupsafe==3.0.2", "312", "manylinux_2_17_x86_64")),
    )
    causes = {finding.cause for finding in report.findings}
    assert {"interpreter-tags", "compiled-for-other-interpreter"} <= causes
    assert "native-code-changed" not in causes
    assert len(report.findings) < 15


@pytest.mark.parametrize(
    ("python", "platform", "other", "root"),
    [
        ("312", "manylinux_2_17_x86_64", "manylinux_2_17_x86_64", "interpreter-tags"),
        ("311", "manylinux_2_17_x86_64", "win_amd64", "wheel-tags"),
        ("311", "manylinux_2_17_x86_64", "manylinux_2_17_aarch64", "wheel-tags"),
    ],
)
def test_what_two_tags_make_otherwise_folds_under_them(
    python: str, platform: str, other: str, root: str
) -> None:
    report = compare(
        str(published("markupsafe==3.0.2", "311", platform)),
        str(published("markupsafe==3.0.2", python, other)),
    )
    roots = {
        finding.cause
        for finding in report.findings
        if not finding.derived_from and finding.severity is not Severity.BENIGN
    }
    assert roots == {root}
    assert report.summary.ledger.unexplained_bytes == 0


def test_a_library_repaired_by_delvewheel_is_the_root_of_its_names() -> None:
    report = compare(
        str(published("shapely==2.0.6", "311", "win_amd64")),
        str(published("shapely==2.0.7", "311", "win_amd64")),
    )
    causes = {finding.cause: finding for finding in report.findings}
    assert causes["vendored-name-follows"].derived_from
    assert "pe-imports" not in causes
    assert "delvewheel 1.8.0 in A, 1.10.0 in B." in {
        finding.explanation for finding in report.findings if finding.cause == "repair-tool"
    }


def test_a_library_repaired_by_delocate_says_its_version_by_its_header() -> None:
    section, _ = platforms(
        published("pillow==11.0.0", "311", "macosx_10_10_x86_64"),
        published("pillow==11.1.0", "311", "macosx_10_10_x86_64"),
    )
    told = {each.name: (each.change, each.version_a, each.version_b) for each in section.libraries}
    assert told["libwebp"] == ("updated", "9.9", "9.10")
    assert told["libopenjp2"] == ("updated", "2.5.2", "2.5.3")
    assert told["libjpeg"] == ("updated", "3.0.4", "3.1.0")
    assert told["libxcb"][0] == "same-code"
