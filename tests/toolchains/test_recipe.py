"""What a rebuild has to set, read out of the artifact."""

import zipfile
from pathlib import Path

import pytest

from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact
from reprodiff.limits import Limits
from reprodiff.model import Confidence, RecipeLine
from reprodiff.toolchains.recipe import UNSET, recipe, zone
from reprodiff.toolchains.recognise import with_tools
from tests.samples.labels import ROOT, samples

Time = tuple[int, int, int, int, int, int]


def lines_of(path: Path) -> dict[str, RecipeLine]:
    with open_artifact(str(path), Limits()) as artifact:
        found = recipe(artifact, with_tools(identify(artifact), artifact))
    return {line.key: line for line in found}


def sample(name: str, side: str = "a") -> dict[str, RecipeLine]:
    (path,) = (ROOT / name / side).iterdir()
    return lines_of(path)


def wheel(folder: Path, generator: str, times: dict[str, Time], mode: int = 0o100644) -> Path:
    made = folder / "demo-1.0-py3-none-any.whl"
    info = "demo-1.0.dist-info"
    bodies = {f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: {generator}\n"}
    with zipfile.ZipFile(made, "w") as archive:
        for name, time in times.items():
            entry = zipfile.ZipInfo(name.format(info=info), time)
            entry.external_attr = mode << 16
            archive.writestr(entry, bodies.get(entry.filename, ""))
    return made


CHECKOUT: Time = (2021, 3, 4, 5, 6, 8)
CLOCK: Time = (2021, 3, 9, 1, 2, 4)


def test_a_backends_constant_says_that_nobody_set_the_variable() -> None:
    line = sample("epoch-unset-hatchling-wheel", "b")["SOURCE_DATE_EPOCH"]
    assert (line.value, line.confidence) == (UNSET, Confidence.PROVEN)
    assert "hatchling" in line.reason


def test_one_time_on_all_members_is_the_epoch_that_was_set() -> None:
    line = sample("umask-setuptools-wheel")["SOURCE_DATE_EPOCH"]
    assert (line.value, line.confidence) == ("1794990600", Confidence.LIKELY)


def test_times_of_the_checkout_are_no_epoch() -> None:
    line = sample("clock-setuptools-wheel")["SOURCE_DATE_EPOCH"]
    assert line.value == UNSET
    assert "cannot come out the same" in line.reason


def test_a_constant_beside_other_times_is_flit_without_the_variable(tmp_path: Path) -> None:
    made = wheel(
        tmp_path, "flit 3.9.0", {"demo.py": CHECKOUT, "{info}/WHEEL": (2016, 1, 1, 0, 0, 0)}
    )
    found = lines_of(made)
    assert (found["SOURCE_DATE_EPOCH"].value, found["TZ"].confidence) == (
        UNSET,
        Confidence.POSSIBLE,
    )
    assert found["backend"].value == "flit_core==3.9.0"


def test_flots_constant_tells_the_time_zone(tmp_path: Path) -> None:
    times: dict[str, Time] = {
        "demo.py": (2022, 2, 2, 11, 2, 2),
        "{info}/WHEEL": (2022, 2, 2, 11, 2, 2),
    }
    assert lines_of(wheel(tmp_path, "flot 0.7.3", times))["TZ"].value == "UTC-9"


@pytest.mark.parametrize(
    ("seconds", "name"), [(0, "UTC"), (7200, "UTC-2"), (-18000, "UTC+5"), (19800, "UTC-5:30")]
)
def test_time_zones_have_the_sign_of_posix(seconds: int, name: str) -> None:
    assert zone(seconds) == name


def test_the_umask_is_told_only_where_the_backend_lets_it_through() -> None:
    assert sample("umask-setuptools-wheel", "a")["umask"].value == "022"
    assert sample("umask-setuptools-wheel", "b")["umask"].value == "077"
    assert "umask" not in sample("identical-poetry-wheel")


def modes(folder: Path, tag: str, members: dict[str, int], body: bytes = b"") -> Path:
    made = folder / f"demo-1.0-{tag}.whl"
    about = f"Wheel-Version: 1.0\nGenerator: scikit-build-core 1.0\nTag: {tag}\n"
    with zipfile.ZipFile(made, "w") as archive:
        for name, mode in members.items():
            entry = zipfile.ZipInfo(name, CHECKOUT)
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, about if name.endswith("/WHEEL") else body)
    return made


def test_the_umask_is_that_of_copied_files_and_not_of_what_tools_write(tmp_path: Path) -> None:
    members = {
        "demo/__init__.py": 0o600,
        "demo/_one.so": 0o644,
        "demo/_two.so": 0o755,
        "demo-1.0.dist-info/METADATA": 0o664,
        "demo-1.0.dist-info/WHEEL": 0o664,
    }
    found = lines_of(modes(tmp_path, "cp311-cp311-linux_x86_64", members))
    assert (found["umask"].value, found["umask"].confidence) == ("077", Confidence.POSSIBLE)


@pytest.mark.parametrize(
    ("tag", "image"),
    [
        ("manylinux_2_17_x86_64.manylinux2014_x86_64", "manylinux2014_x86_64"),
        ("manylinux_2_12_i686.manylinux2010_i686", "manylinux2010_i686"),
        ("manylinux_2_28_aarch64", "manylinux_2_28_aarch64"),
        ("musllinux_1_2_x86_64", "musllinux_1_2_x86_64"),
    ],
)
def test_images_have_the_names_that_they_were_published_under(
    tmp_path: Path, tag: str, image: str
) -> None:
    found = lines_of(modes(tmp_path, f"cp39-abi3-{tag}", {"demo-1.0.dist-info/WHEEL": 0o644}))
    assert found["image"].value.endswith(f"/{image}")
    assert found["python"].value == ">=3.9"


def test_the_build_directory_is_a_directory_and_no_file(tmp_path: Path) -> None:
    body = b"\x7fELF\0/tmp/build/demo/src/one.cpp\0/tmp/build/demo\0"
    tag = "cp311-cp311-linux_x86_64"
    members = {"demo/_one.so": 0o755, "demo-1.0.dist-info/WHEEL": 0o644}
    assert lines_of(modes(tmp_path, tag, members, body))["build_path"].value == "/tmp/build/demo"
    alone = lines_of(modes(tmp_path, tag, members, body[:36]))["build_path"].value
    assert alone == "/tmp/build/demo/src"


def test_bdist_wheel_of_the_wheel_package_takes_setuptools_of_its_time(tmp_path: Path) -> None:
    found = lines_of(
        wheel(tmp_path, "bdist_wheel (0.36.2)", {"demo.py": CHECKOUT, "{info}/WHEEL": CLOCK})
    )
    assert found["wheel"].value == "wheel==0.36.2"
    assert found["backend"].value == "setuptools==54.0.0"
    assert found["backend"].confidence is Confidence.POSSIBLE


def test_native_code_tells_compiler_and_build_directory() -> None:
    found = sample("native-debug-path")
    assert found["compiler"].value.startswith("GCC: ")
    assert found["build_path"].value.startswith("/tmp/build-")
    assert found["python"].value == "3.11"


def test_the_implementation_of_deflate_is_found_by_compressing_again() -> None:
    assert sample("compression-level-auditwheel")["compression"].value != (
        sample("compression-level-auditwheel", "b")["compression"].value
    )
    assert sample("sbom-build-path")["compression"].value == "not zlib"


def test_a_report_has_the_recipe_of_both_sides() -> None:
    (one,) = [each for each in samples() if each.name == "umask-setuptools-wheel"]
    assert {side.value: found["umask"] for side, found in one.report.recipe.items()} == {
        "a": "022",
        "b": "077",
    }
    for side, lines in one.report.recipe_lines.items():
        assert {line.key: line.value for line in lines} == one.report.recipe[side]
        assert all(line.reason for line in lines)
