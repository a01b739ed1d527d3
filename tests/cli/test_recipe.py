"""``reprodiff recipe``: a script that a shell takes, whatever stands in the artifact."""

import json
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from reprodiff.cli.main import main
from tests.samples.labels import samples

NAMES = ("umask-setuptools-wheel", "native-debug-path", "gzip-header-clock-pdm", "sbom-build-path")


def call(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    status = main(["recipe", *map(str, arguments)])
    captured = capsys.readouterr()
    return status, captured.out, captured.err


@pytest.mark.parametrize("name", NAMES)
def test_the_script_parses_and_sets_what_the_recipe_says(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    sample = next(each for each in samples() if each.name == name)
    status, script, err = call(capsys, sample.a)
    assert (status, err) == (0, "")
    run = subprocess.run(["sh", "-n"], input=script, text=True, capture_output=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")
    document = json.loads(call(capsys, sample.a, "--format", "json")[1])
    assert document["script"] == script
    value = document["recipe"]["SOURCE_DATE_EPOCH"]
    wanted = "unset SOURCE_DATE_EPOCH" if value == "unset" else f"export SOURCE_DATE_EPOCH={value}"
    assert wanted in script.splitlines()
    for pin in document["constraints"]:
        assert pin in script
    assert {line["confidence"] for line in document["recipe_lines"]} <= {
        "proven",
        "likely",
        "possible",
    }


def test_what_is_hostile_in_an_artifact_stays_out_of_the_shell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bash = shutil.which("bash")
    if bash is None:
        pytest.skip("no bash here")
    marker = tmp_path / "owned"
    evil = f"setuptools ($(touch {marker});`touch {marker}`\x1b[2J\u202e'\")\n"
    wheel = tmp_path / f"demo$(touch {marker.name})-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("demo-1.0.dist-info/WHEEL", f"Wheel-Version: 1.0\nGenerator: {evil}")
        archive.writestr("demo-1.0.dist-info/DELVEWHEEL", f"Version: 1.0;touch {marker}\n")
        archive.writestr("a\n touch owned\n.py", "")
    status, script, err = call(capsys, wheel)
    assert (status, err) == (0, "")
    assert "\x1b" not in script
    assert "\u202e" not in script
    # Every line is a comment or one that was written here.
    program = script.replace('"${PYTHON:-python3}" -m pip', "true")
    subprocess.run([bash], input=program, text=True, cwd=tmp_path, check=True, capture_output=True)
    assert not marker.exists()
    assert not (tmp_path / "owned").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "there is no artifact"),
        (("{file}",), "is a file, which nobody builds"),
        (("{wheel}", "--sdist", "{wheel}"), "is no sdist"),
    ],
)
def test_what_has_no_recipe_is_an_error_with_a_hint(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x.txt").write_text("x", encoding="utf-8")
    wheel = next(each for each in samples() if each.name == "umask-setuptools-wheel").a
    given = [each.format(file=tmp_path / "x.txt", wheel=wheel) for each in arguments]
    status, out, err = call(capsys, *given)
    assert (status, out) == (2, "")
    assert said in err
    assert "hint:" in err
