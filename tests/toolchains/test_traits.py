"""The habits of an archive's writer tell the tool without asking WHEEL."""

from pathlib import Path

import pytest

from reprodiff.artifacts.opening import open_artifact
from reprodiff.limits import Limits
from reprodiff.toolchains.traits import writer

SAMPLES = Path(__file__).parents[2] / "samples"


def writer_of(sample: str, side: str) -> str:
    (path,) = (SAMPLES / sample / side).iterdir()
    with open_artifact(str(path), Limits()) as artifact:
        return writer(artifact)


@pytest.mark.parametrize(
    ("sample", "side", "tool"),
    [
        ("backend-switch-uv-setuptools", "a", "uv_build"),
        ("backend-switch-uv-setuptools", "b", "setuptools"),
        ("clock-setuptools-wheel", "a", "setuptools"),
        ("timezone-flit-wheel", "a", "flit"),
        ("epoch-unset-hatchling-wheel", "a", "hatchling"),
        ("identical-poetry-wheel", "a", "poetry-core"),
        ("zip-dialect-infozip", "b", "Info-ZIP"),
        ("compression-level-auditwheel", "a", "auditwheel"),
        ("zip-order-delocate", "a", "delocate"),
        ("sdist-owner-setuptools", "a", "setuptools"),
        ("tar-format-gnu-pax", "a", "GNU tar"),
    ],
)
def test_the_writer_is_told_from_the_container(sample: str, side: str, tool: str) -> None:
    assert tool in writer_of(sample, side).partition(" (")[0]


def test_what_says_nothing_is_not_guessed(tmp_path: Path) -> None:
    plain = tmp_path / "x.bin"
    plain.write_bytes(b"no archive")
    with open_artifact(str(plain), Limits()) as artifact:
        assert writer(artifact) == ""
