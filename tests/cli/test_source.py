"""``--source``: what is read of a project, and what is not."""

import os
from pathlib import Path

import pytest

from reprodiff.cli.main import main
from reprodiff.cli.source import MAX_FILE, read_project
from reprodiff.errors import InputError
from tests.samples.labels import samples


def test_the_files_that_a_plan_can_change_are_read(tmp_path: Path) -> None:
    workflows = tmp_path / ".github" / "workflows"
    workflows.mkdir(parents=True)
    (workflows / "build.yml").write_text("on: push\n", encoding="utf-8")
    (workflows / "notes.txt").write_text("x", encoding="utf-8")
    (tmp_path / "pyproject.toml").write_bytes(b"[project]\r\n")
    (tmp_path / "README.md").write_text("x", encoding="utf-8")
    assert read_project(str(tmp_path)) == {
        "pyproject.toml": "[project]\r\n",
        ".github/workflows/build.yml": "on: push\n",
    }


def test_links_large_files_and_what_is_no_text_are_passed_over(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret", encoding="utf-8")
    project = tmp_path / "project"
    project.mkdir()
    (project / "setup.cfg").symlink_to(secret)
    (project / "pyproject.toml").write_bytes(b"\xff\xfe")
    (project / "Cargo.toml").write_bytes(b"#" * (MAX_FILE + 1))
    os.mkfifo(project / ".gitattributes")
    assert read_project(str(project)) == {}


def test_a_directory_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no directory"):
        read_project(str(tmp_path / "missing"))


def test_the_report_prints_a_patch_of_the_projects_own_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".gitattributes").write_text("*.bat eol=crlf\n", encoding="utf-8")
    sample = next(each for each in samples() if each.name == "crlf-checkout-wheel")
    assert main([str(sample.a), str(sample.b), "--source", str(tmp_path)]) == 1
    shown = capsys.readouterr().out
    assert "    --- a/.gitattributes\n    +++ b/.gitattributes\n" in shown
    assert "    +* text=auto eol=lf\n     *.bat eol=crlf\n" in shown
    assert (tmp_path / ".gitattributes").read_text(encoding="utf-8") == "*.bat eol=crlf\n"
