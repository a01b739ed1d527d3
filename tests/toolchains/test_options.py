"""Settings name options that the tools on this machine know; those of packages are in network/."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from reprodiff.cli.commands import SUBCOMMANDS
from reprodiff.toolchains.base import Knob
from reprodiff.toolchains.registry import load

# Where a tool's options are asked for: a program with the arguments that make it tell them.
_HELP = {
    "git": ("git", "help", "--config"),
    "binutils": ("objcopy", "--help"),
    "rust": ("rustc", "--help", "-v"),
    "archivers": ("strip-nondeterminism", "--help"),
    "cpython": (sys.executable, "-m", "compileall", "--help"),
}
_MINGW = ("x86_64-w64-mingw32-ld", "--help")


def knobs(module: str) -> list[Knob]:
    return [knob for knob in load(module).knobs if knob.names]


def said(*command: str) -> str:
    if shutil.which(command[0]) is None:
        pytest.skip(f"no {command[0]} here")
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    return run.stdout + run.stderr


@pytest.mark.parametrize("module", sorted(_HELP))
def test_the_program_tells_the_option_in_its_help(module: str) -> None:
    text = said(*_HELP[module])
    for knob in knobs(module):
        for name in knob.names:
            if name.startswith("-") or "." in name:
                assert name in text, (knob.slug, name)


@pytest.mark.parametrize(
    "name",
    [n for k in knobs("compilers") for n in k.names if n.startswith("-") and "insert" not in n],
)
@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_the_compiler_takes_the_flag(compiler: str, name: str) -> None:
    if name == "--disable-auto-image-base":
        assert name in said(*_MINGW)
        return
    if name == "-gno-record-gcc-switches" and compiler == "clang":
        pytest.skip("a flag of GCC")
    flag = f"{name}=/a=." if name.endswith("prefix-map") else name
    if shutil.which(compiler) is None:
        pytest.skip(f"no {compiler} here")
    command = [compiler, "-Werror", "-c", flag, "-x", "c", "-", "-o", "/dev/null"]
    run = subprocess.run(command, input="int x;\n", capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_linker_for_windows_knows_its_options() -> None:
    text = said(*_MINGW)
    assert re.search(r"--(?:no-|\[no-\])insert-timestamp", text)


def test_python_reads_the_variable_while_it_compiles() -> None:
    import py_compile  # noqa: PLC0415 - its own source is what is looked at

    assert "SOURCE_DATE_EPOCH" in Path(str(py_compile.__file__)).read_text(encoding="utf-8")


def test_the_canonical_form_is_written_by_a_command_that_is_there() -> None:
    assert {name for knob in knobs("normalise") for name in knob.names} <= set(SUBCOMMANDS)
