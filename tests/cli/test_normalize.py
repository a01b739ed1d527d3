"""``reprodiff normalize``: where files go, what is said, and what is never done."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from reprodiff.cli.main import main
from tests.normalize.support import FILES, WHEEL_NAME, normal, record, wheel


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in" / WHEEL_NAME
    path.parent.mkdir()
    path.write_bytes(wheel())
    return path


def say(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, str, str]:
    status = main(["normalize", *map(str, arguments)])
    out, err = capsys.readouterr()
    return status, out, err


def test_digests_are_printed_as_sha256sum_does(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "deep"
    status, printed, errors = say(capsys, source, "-o", f"{out}/")
    made = (out / WHEEL_NAME).read_bytes()
    assert (status, errors) == (0, "")
    assert printed == f"{hashlib.sha256(made).hexdigest()}  {out / WHEEL_NAME}\n"
    assert made == normal(wheel())
    assert source.read_bytes() == wheel()
    assert [path.name for path in out.iterdir()] == [WHEEL_NAME]


def test_a_single_input_can_go_to_a_file(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, printed, _ = say(capsys, source, "-q", "-o", tmp_path / "x.whl")
    assert (status, printed) == (0, "")
    assert (tmp_path / "x.whl").read_bytes() == normal(wheel())


def test_what_is_there_is_replaced_only_by_force(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out" / WHEEL_NAME
    target.parent.mkdir()
    target.write_bytes(b"mine")
    status, printed, errors = say(capsys, source, "-o", target.parent)
    assert (status, printed, target.read_bytes()) == (2, "", b"mine")
    assert "is there already" in errors
    assert "--force" in errors
    assert say(capsys, source, "-o", target.parent, "--force")[0] == 0
    assert target.read_bytes() == normal(wheel())


@pytest.mark.parametrize("link", [False, True])
def test_an_input_is_never_replaced(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], *, link: bool
) -> None:
    if link:
        (tmp_path / "other").symlink_to(source.parent)
    where = tmp_path / "other" if link else source.parent
    status, _, errors = say(capsys, source, "-o", where, "--force")
    assert status == 2
    assert "is the input itself" in errors
    assert source.read_bytes() == wheel()


def test_a_refusal_is_one_line_with_all_reasons_and_others_are_written(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = source.with_name("demo-2.0-py3-none-any.whl")
    bad.write_bytes(wheel(listed=record(FILES | {"demo/tool.sh": b"?"})))
    status, printed, errors = say(capsys, bad, source, "-o", tmp_path / "out")
    assert status == 2
    assert printed.endswith(f"{WHEEL_NAME}\n")
    line, hint = errors.splitlines()
    assert line.startswith(f"reprodiff: error: cannot normalise '{bad}': ")
    assert "RECORD is not true of a file: demo/tool.sh" in line
    assert "the file is named for another project or version than its metadata" in line
    assert hint.startswith("hint: ")
    assert [path.name for path in (tmp_path / "out").iterdir()] == [WHEEL_NAME]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["-o", "out"], "there is nothing to normalise"),
        (["x.whl"], "there is no place to write to"),
        (["a/x.whl", "b/x.whl", "-o", "out"], "two inputs are both called"),
        (["missing.whl", "-o", "out"], "there is no such file or directory"),
        (["x.whl", "-o", "out", "--epoch", "noon"], "noon"),
        (["x.whl", "-o", "out", "--wrong"], "there is no option --wrong"),
    ],
)
def test_a_wrong_call_is_said_in_a_line(
    arguments: list[str],
    expected: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    status, printed, errors = say(capsys, *arguments)
    assert (status, printed) == (2, "")
    assert expected in errors.splitlines()[0]


def test_a_tree_has_no_canonical_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree" / "a.py").write_bytes(b"")
    status, _, errors = say(capsys, tmp_path / "tree", "-o", tmp_path / "out")
    assert status == 2
    assert "only wheels, sdists and other zip and tar archives" in errors


def test_source_date_epoch_is_followed_and_the_option_goes_before_it(
    source: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    by_environment = say(capsys, source, "-o", tmp_path / "a.whl")[1].split()[0]
    by_option = say(capsys, source, "-o", tmp_path / "b.whl", "--epoch", "315532800")[1].split()[0]
    assert by_environment != by_option
    assert by_option == hashlib.sha256(normal(wheel())).hexdigest()


def test_a_limit_is_said_with_the_option_that_raises_it(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, _, errors = say(capsys, source, "-o", tmp_path / "out", "--max-member-size", "5")
    assert status == 2
    assert "--max-member-size" in errors


def test_nothing_heavy_is_loaded(source: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from reprodiff.cli.main import main; main(sys.argv[1:]); "
        "print(*sorted({'textual', 'rich', 'capstone', 'tarfile', 'zipfile'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, "normalize", "-q", source, "-o", tmp_path / "out"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "\n"


def test_options_change_the_form(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source.write_bytes(wheel(FILES | {"demo/long.txt": b"again and " * 1000}))
    assert say(capsys, source, "-o", tmp_path / "a.whl")[0] == 0
    assert say(capsys, source, "-o", tmp_path / "b.whl", "--compress", "--native-ids")[0] == 0
    assert (tmp_path / "b.whl").stat().st_size < (tmp_path / "a.whl").stat().st_size
    assert say(capsys, tmp_path / "b.whl", "-o", tmp_path / "c.whl")[0] == 0
    assert (tmp_path / "c.whl").read_bytes() == (tmp_path / "a.whl").read_bytes()
