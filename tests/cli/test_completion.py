"""Completion: what is offered, and that the shells take the scripts."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reprodiff.cli.completion import answer, script
from tests.cli.conftest import Call, refused

# A shell says what it would offer, one word a line.
_BASH = """
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_reprodiff
printf '%s\\n' "${COMPREPLY[@]}"
"""
# Outside the line editor zsh has none of these: what they are given is what is offered.
_ZSH_BEFORE = """
compdef() { }
compset() { }
compadd() { [[ $1 == -a ]] && print -l -- ${(P)2} }
_files() { [[ $1 == -/ ]] && print -l -- *(/) || print -l -- * }
"""
_ZSH_AFTER = """
words=("$@") CURRENT=$#
_reprodiff
"""
_FISH = 'complete -C "$argv" | string split -f 1 \\t'


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--form"], {"--format"}),
        (["--max-m"], {"--max-member-size"}),
        (["a", "b", "--format", "j"], {"json"}),
        (["a", "b", "--format=j"], {"--format=json"}),
        (["a", "b", "--format", "=", "j"], {"json"}),
        (["a", "-qf", "m"], {"markdown"}),
        (["--no-t"], {"--no-tui"}),
        (["--print-completion", "f"], {"fish"}),
        (["explain", "zip-member-mt"], {"zip-member-mtime"}),
        (["explain", "timest"], {"timestamps"}),
        (["normalize", "--nat"], {"--native-ids"}),
    ],
)
def test_options_and_values_are_completed(words: list[str], expected: set[str]) -> None:
    assert set(answer(words).splitlines()) == {f"word {each}" for each in expected}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["expl"], ["word explain", "file"]),
        (["nothing-has-this-name"], ["file"]),
        (["a", "expl"], ["file"]),
        (["--", "--form"], ["file"]),
        (["-o", ""], ["file"]),
        (["--output=r"], ["file"]),
        (["--source", ""], ["dir"]),
        (["--limit", ""], []),
        (["recipe", "--sdist", "x"], ["file"]),
        (["explain", "nothing-has-this-name"], []),
        (["--unknown", "--form"], []),
    ],
)
def test_paths_are_left_to_the_shell(words: list[str], expected: list[str]) -> None:
    assert answer(words).splitlines() == expected


def test_an_option_that_counts_once_is_offered_once() -> None:
    assert answer(["--format", "json", "--form"]) == ""
    assert answer(["--only", "content", "--onl"]) == "word --only\n"


def test_the_first_word_may_be_a_subcommand() -> None:
    assert answer([""]).splitlines() == ["word explain", "word normalize", "word recipe", "file"]
    assert answer([]) == answer([""])


def test_the_script_of_a_shell_is_printed(call: Call) -> None:
    assert call("--print-completion", "fish") == (0, script("fish"), "")
    assert refused(call("--print-completion", "sh"), "'sh' is not one of 'bash', 'fish', 'zsh'")


@pytest.fixture
def offered(tmp_path: Path) -> "Offered":
    return Offered(tmp_path)


class Offered:
    """What a real shell offers for a line, in a folder of a few files."""

    def __init__(self, folder: Path) -> None:
        programs = folder / "programs"
        programs.mkdir()
        program = programs / "reprodiff"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reprodiff "$@"\n', "utf-8")
        program.chmod(0o755)
        self._here = folder / "here"
        (self._here / "a folder").mkdir(parents=True)
        (self._here / "my file.whl").touch()
        root = str(Path(__file__).parents[2])
        path = f"{programs}{os.pathsep}{os.environ['PATH']}"
        self._environment = {**os.environ, "PATH": path, "PYTHONPATH": root, "HOME": str(folder)}

    def by(self, shell: str, *words: str) -> list[str]:
        program = script(shell)
        command = [shell, "-c"]
        match shell:
            case "bash":
                command += [program + _BASH, shell, "reprodiff", *words]
            case "zsh":
                command += [_ZSH_BEFORE + program + _ZSH_AFTER, shell, "reprodiff", *words]
            case _:
                command += [program + _FISH, " ".join(["reprodiff", *words])]
        run = subprocess.run(
            command,
            cwd=self._here,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert run.stderr == ""
        return sorted(line for line in run.stdout.splitlines() if line)


@pytest.mark.skipif(sys.platform == "win32", reason="the shells are those of Unix")
@pytest.mark.parametrize("shell", ["bash", "fish", "zsh"])
def test_a_real_shell_takes_its_script(shell: str, offered: Offered) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"no {shell} here")
    assert offered.by(shell, "--form") == ["--format"]
    assert offered.by(shell, "a", "-f", "js") == ["json"]
    assert offered.by(shell, "explain", "zip-member-mt") == ["zip-member-mtime"]
    assert "explain" in offered.by(shell, "expl")
    assert [name.rstrip("/") for name in offered.by(shell, "--source", "a")] == ["a folder"]
    assert offered.by(shell, "--limit", "x") == []
    if shell != "bash":  # which completes paths by itself where nothing else fits
        assert "my file.whl" in offered.by(shell, "-o", "my")
