"""Published wheels and sdists in canonical form: they install alike and are equivalent."""

import sys
from pathlib import Path

import pytest

from reprodiff.engine import Options, compare
from reprodiff.model import Verdict
from tests.normalize.support import normal, run

PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check")

pytestmark = pytest.mark.network


@pytest.mark.parametrize(
    ("wanted", "how"),
    [
        ("six==1.17.0", "--only-binary"),
        ("markupsafe==3.0.2", "--only-binary"),
        ("iniconfig==2.1.0", "--no-binary"),
    ],
)
def test_the_canonical_form_of_a_published_file_is_equivalent_to_it(
    wanted: str, how: str, tmp_path: Path
) -> None:
    run(*PIP, "download", "--no-deps", how, ":all:", "-d", tmp_path / "a", wanted, cwd=tmp_path)
    (original,) = (tmp_path / "a").iterdir()
    made = tmp_path / "b" / original.name
    made.parent.mkdir()
    made.write_bytes(normal(original.read_bytes(), original.name))
    report = compare(str(original), str(made), Options(normalize=True))
    assert report.verdict is Verdict.EQUIVALENT
    assert report.normalized is not None
    assert report.normalized.same
    assert report.normalized.a == report.b.sha256
