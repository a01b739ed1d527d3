"""What the files of tools say: whole, parsable, and about causes that exist."""

import ast
import configparser
import shutil
import subprocess
import tomllib

import pytest
import yaml

from reprodiff.causes.registry import CAUSES
from reprodiff.toolchains.base import Knob, Tool
from reprodiff.toolchains.registry import all_tools, find, modules

KNOBS = [(tool, knob) for tool in all_tools() for knob in tool.knobs]
EACH = pytest.mark.parametrize(
    ("tool", "knob"), KNOBS, ids=[f"{tool.id}-{knob.slug}" for tool, knob in KNOBS]
)
# Values that artifacts fill in, as they would.
_FILLED = {
    "{backend}": "setuptools==84.2.1",
    "{constraints}": "setuptools==84.2.1 wheel==0.48.0",
    "{switch}": "hatchling==1.33.0",
    "{build_backend}": "hatchling.build",
    "{project}": "demo",
    "{project_version}": "1.0",
}


def filled(knob: Knob) -> str:
    text = knob.text
    for name, value in _FILLED.items():
        text = text.replace(name, value)
    return text


def test_ids_of_fixes_are_unique_and_each_tool_is_found_by_its_names() -> None:
    ids = [f"{tool.id}-{knob.slug}" for tool, knob in KNOBS]
    assert len(set(ids)) == len(ids)
    assert len({tool.id for tool in all_tools()}) == len(modules())
    for tool in all_tools():
        for name in tool.generators:
            assert find(name) is not None


@EACH
def test_every_cause_that_a_setting_removes_exists(tool: Tool, knob: Knob) -> None:
    assert knob.causes
    for cause in knob.causes:
        assert any(knob.removes(known) for known in CAUSES), cause
        assert cause in CAUSES or cause.endswith("*"), cause


def test_every_cause_that_a_limit_is_about_exists() -> None:
    for tool in all_tools():
        for limit in tool.limits:
            assert set(limit.causes) <= set(CAUSES), (tool.id, limit.causes)


@EACH
def test_a_setting_says_what_it_does_and_where_that_is_written(tool: Tool, knob: Knob) -> None:
    assert knob.title[0].isupper()
    assert not knob.title.endswith(".")
    assert knob.why.endswith(".")
    assert knob.text
    assert knob.docs.startswith("https://") or tool.id == "reprodiff"


@EACH
def test_every_snippet_parses(tool: Tool, knob: Knob) -> None:
    text = filled(knob)
    match knob.dialect:
        case "shell":
            bash = shutil.which("bash")
            if bash is None:
                pytest.skip("no bash here")
            run = subprocess.run(
                [bash, "-n"], input=text, capture_output=True, text=True, check=False
            )
            assert (run.returncode, run.stderr) == (0, "")
        case "toml":
            assert tomllib.loads(text)
        case "yaml":
            assert yaml.safe_load(text)
        case "ini":
            parser = configparser.ConfigParser()
            parser.read_string(text)
            assert parser.sections()
        case "python":
            compile(text, "snippet", "exec", ast.PyCF_ONLY_AST)
        case "gitattributes":
            assert all(len(line.split()) > 1 for line in text.splitlines())
        case "batch":
            assert all(line.startswith("set ") for line in text.splitlines())
        case "cmake":
            assert text.count("(") == text.count(")") > 0
        case other:
            pytest.fail(f"nothing checks a snippet in {other}")
