"""Changes as patches of a project's own files: they apply, and nothing else is touched."""

import configparser
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from reprodiff.toolchains.merge import unified
from reprodiff.toolchains.patch import patched

PROJECT = """\
# How it is built.
[build-system]
requires = [
    "setuptools>=61",   # PEP 621
    'wheel',
]
build-backend = "setuptools.build_meta"

[project]
name = "demo"  # the name

[tool.cibuildwheel]
build = "cp3*"
"""
WORKFLOW = """\
name: build wheels
on: push

jobs:
  wheels:
    runs-on: ubuntu-latest
    steps:
      - name: sources
        uses: actions/checkout@v4
        with:
          submodules: true

      # then build
      - run: python -m build
"""


def after(place: str, language: str, text: str, before: str) -> str:
    done = patched(place, language, [text], {place: before} if before else {})
    assert done is not None
    return done[2]


def test_a_new_table_leaves_every_other_line_as_it_is() -> None:
    text = '[tool.cibuildwheel.linux]\nenvironment-pass = ["SOURCE_DATE_EPOCH"]'
    made = after("pyproject.toml", "toml", text, PROJECT)
    assert made.startswith(PROJECT)
    document = tomllib.loads(made)
    assert document["tool"]["cibuildwheel"]["linux"]["environment-pass"] == ["SOURCE_DATE_EPOCH"]
    assert document["tool"]["cibuildwheel"]["build"] == "cp3*"


def backend(project: str) -> str:
    text = '[build-system]\nrequires = ["hatchling==1.33.0"]\nbuild-backend = "hatchling.build"'
    document = tomllib.loads(after("pyproject.toml", "toml", text, project))
    return str(document["build-system"]["build-backend"])


def test_another_backend_takes_the_place_of_a_known_one() -> None:
    assert backend(PROJECT) == "hatchling.build"


@pytest.mark.parametrize(
    "line",
    [
        'build-backend = "setuptools_reproducible"',
        'build-backend = "setuptools.build_meta"\nbackend-path = ["tools"]',
    ],
)
def test_a_backend_of_the_projects_own_stays(line: str) -> None:
    project = PROJECT.replace('build-backend = "setuptools.build_meta"', line)
    assert backend(project) == tomllib.loads(project)["build-system"]["build-backend"]


def test_a_table_goes_into_one_that_dotted_keys_made() -> None:
    project = '[tool.scikit-build]\nwheel.packages = ["demo"]\ncmake.build-type = "Release"\n'
    text = "[tool.scikit-build.cmake.define]\nCMAKE_BUILD_RPATH_USE_ORIGIN = true"
    document = tomllib.loads(after("pyproject.toml", "toml", text, project))
    assert document["tool"]["scikit-build"] == {
        "wheel": {"packages": ["demo"]},
        "cmake": {"build-type": "Release", "define": {"CMAKE_BUILD_RPATH_USE_ORIGIN": True}},
    }


def test_a_requirement_is_replaced_by_name_and_its_comment_kept() -> None:
    text = '[build-system]\nrequires = ["Setuptools==84.2.1"]\nbuild-backend = "setuptools.x"'
    made = after("pyproject.toml", "toml", text, PROJECT)
    document = tomllib.loads(made)
    assert document["build-system"]["requires"] == ["Setuptools==84.2.1", "wheel"]
    assert document["build-system"]["build-backend"] == "setuptools.build_meta"
    assert "# PEP 621" in made


def test_dotted_keys_go_into_the_table_that_is_there() -> None:
    before = "[tool.scikit-build]\nminimum-version = '0.10'\n"
    made = after("pyproject.toml", "toml", "[tool.scikit-build]\nwheel.reproducible = true", before)
    table = tomllib.loads(made)["tool"]["scikit-build"]
    assert table == {"minimum-version": "0.10", "wheel": {"reproducible": True}}


def test_a_file_that_is_no_toml_is_left_alone() -> None:
    assert patched("pyproject.toml", "toml", ["[a]\nb = 1"], {"pyproject.toml": "[[["}) is None


def test_an_ini_file_gets_keys_in_the_section_it_has() -> None:
    before = "[metadata]\nname = demo\n\n[egg_info]\ntag_date = 1\n\n[options]\nzip_safe = no\n"
    made = after("setup.cfg", "ini", "[egg_info]\ntag_build =\ntag_date = 0", before)
    parser = configparser.ConfigParser()
    parser.read_string(made)
    assert dict(parser["egg_info"]) == {"tag_date": "0", "tag_build": ""}
    assert parser["options"]["zip_safe"] == "no"


def test_the_general_rule_stands_first_in_gitattributes() -> None:
    made = after(".gitattributes", "gitattributes", "* text=auto eol=lf", "*.bat eol=crlf\n")
    assert made == "* text=auto eol=lf\n*.bat eol=crlf\n"
    assert after(".gitattributes", "gitattributes", "* text=auto eol=lf", made) == made


def test_compile_options_stand_behind_the_project() -> None:
    before = (
        "cmake_minimum_required(VERSION 3.15)\nproject(demo\n    LANGUAGES C)\nadd_library(x x.c)\n"
    )
    made = after("CMakeLists.txt", "cmake", "add_compile_options(-g0)", before)
    assert (
        made.index("LANGUAGES C)") < made.index("add_compile_options") < made.index("add_library")
    )


def workflow(text: str, before: str = WORKFLOW) -> str:
    name = ".github/workflows/build.yml"
    done = patched(".github/workflows", "yaml", [text], {name: before})
    assert done is not None
    assert done[0] == name
    return done[2]


def test_a_step_goes_behind_the_checkout_and_the_rest_stays() -> None:
    step = '- run: echo "A=1" >> "$GITHUB_ENV"\n  shell: bash'
    made = workflow(step)
    steps = yaml.safe_load(made)["jobs"]["wheels"]["steps"]
    assert [each.get("uses") or each["run"] for each in steps] == [
        "actions/checkout@v4",
        'echo "A=1" >> "$GITHUB_ENV"',
        "python -m build",
    ]
    assert steps[0]["with"] == {"submodules": True}
    assert "      # then build" in made
    assert workflow(step, made) == made


def test_the_whole_history_is_fetched_by_the_checkout_that_is_there() -> None:
    made = workflow("- uses: actions/checkout@v4\n  with:\n    fetch-depth: 0")
    (checkout, _) = yaml.safe_load(made)["jobs"]["wheels"]["steps"]
    assert checkout["with"] == {"submodules": True, "fetch-depth": 0}


def test_variables_go_to_the_top_of_the_workflow() -> None:
    made = workflow('env:\n  TZ: UTC\n  PYTHONHASHSEED: "0"')
    assert yaml.safe_load(made)["env"] == {"TZ": "UTC", "PYTHONHASHSEED": "0"}
    assert workflow("env:\n  TZ: UTC", made) == made


@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("before", [PROJECT, PROJECT.rstrip("\n"), ""], ids=["file", "cut", "none"])
def test_the_diff_applies(before: str, ending: str, tmp_path: Path) -> None:
    git = shutil.which("git")
    if git is None:
        pytest.skip("no git here")
    before = before.replace("\n", ending)
    made = after("pyproject.toml", "toml", "[tool.maturin.sbom]\nrust = false", before)
    subprocess.run([git, "init", "-q"], cwd=tmp_path, check=True)
    if before:
        (tmp_path / "pyproject.toml").write_bytes(before.encode())
    diff = unified("pyproject.toml", before, made) + "\n"
    subprocess.run([git, "apply", "-"], cwd=tmp_path, input=diff.encode(), check=True)
    assert (tmp_path / "pyproject.toml").read_bytes() == made.encode()
