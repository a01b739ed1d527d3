"""What a checkout brings along: line ends, changes that nobody committed, a history cut short."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import SETUPTOOLS, Sources, pure, with_setup
from pure import BACKENDS, BARE, project, version
from room import WHEEL, WORLD, Job
from worlds import DAY, EPOCH

_CLONE = "git clone -q . clone\ncd clone"
_WINDOWS = "git config --global core.autocrlf true"
_DIRTY = "echo 'Not committed yet.' >> README.md"
# One commit behind the tag, so that a version tells its distance.
_LATER = (
    "git commit -q --allow-empty -m 'More lengths'\ngit clone -q {} \"file://$PWD\" clone\ncd clone"
)
_FULL = _LATER.format("")
_SHALLOW = _LATER.format("--depth 1")

_SCM = '[tool.setuptools_scm]\nversion_file = "demo/_version.py"\n'
_HATCH = '[tool.hatch.version]\nsource = "vcs"\n'
_HOOK = '\n[tool.hatch.build.hooks.vcs]\nversion-file = "demo/_version.py"\n'
_VERSIONEER_SETUP = """\
import versioneer
from setuptools import setup

setup(version=versioneer.get_version(), cmdclass=versioneer.get_cmdclass())
"""
_VERSIONEER = """\
[tool.versioneer]
VCS = "git"
style = "pep440"
versionfile_source = "demo/_version.py"
versionfile_build = "demo/_version.py"
tag_prefix = "v"
"""


def _versioneer() -> Sources:
    files = with_setup(
        _VERSIONEER_SETUP, settings=_VERSIONEER, more={"demo/_version.py": "# written by a build\n"}
    )
    text = str(files["pyproject.toml"]).replace('version = "1.0"\n', 'dynamic = ["version"]\n', 1)
    requires = '"setuptools==84.2.1"'
    return {
        **files,
        "pyproject.toml": text.replace(requires, f'{requires}, "versioneer==0.29"'),
    }


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _line_ends()
    yield from _days()
    yield from _histories()


def _line_ends() -> Iterator[Case]:
    for tool, (name, _) in BACKENDS.items():
        job = Job(project(tool), (tool,), f"{_CLONE}\nmkdir dist\n{WHEEL}")
        yield Case(
            name,
            version(tool),
            "wheel",
            "core.autocrlf, as on Windows",
            job,
            WORLD,
            WORLD,
            job_b=replace(job, ready=_WINDOWS),
            fixes=("git-eol", "git-autocrlf"),
        )


def _plugins() -> Iterator[tuple[str, str, Sources]]:
    """Names in TOOLS, ids of reprodiff, and projects of plug-ins that ask git for the version."""
    settings = SETUPTOOLS + _SCM
    yield (
        "setuptools-scm",
        "setuptools-scm",
        pure("setuptools-scm", settings=settings, dynamic="version"),
    )
    yield "hatch-vcs", "hatch-vcs", pure("hatch-vcs", settings=_HATCH + _HOOK, dynamic="version")


def _days() -> Iterator[Case]:
    varied = "day, of a checkout with changes"
    later = replace(BARE, clock=EPOCH + DAY)
    cause = ("scm-dirty-version",)
    for tool, name, files in _plugins():
        job = Job(files, (tool,), WHEEL, ready=_DIRTY)
        fixes = (f"{name}-no-local-version", f"{name}-pretend-version", f"{name}-epoch")
        pins = version(tool)
        yield Case(name, pins, "wheel", varied, job, BARE, later, causes=cause, fixes=fixes)
    unmarked = pure("hatch-vcs", settings=_HATCH, dynamic="version")
    job = Job(unmarked, ("hatch-vcs",), WHEEL, ready=_DIRTY)
    pins = version("hatch-vcs")
    yield Case("hatchling", pins, "wheel", varied, job, BARE, later, causes=cause)


def _histories() -> Iterator[Case]:
    for tool, name, files in (*_plugins(), ("versioneer", "versioneer", _versioneer())):
        full = Job(files, (tool,), WHEEL, ready=_FULL)
        shallow = replace(full, ready=_SHALLOW)
        pins = version(tool)
        yield Case(
            name,
            pins,
            "wheel",
            "shallow clone",
            full,
            WORLD,
            WORLD,
            shallow,
            ("scm-version-history",),
        )
    clean = Job(_versioneer(), ("versioneer",), WHEEL)
    dirty = replace(clean, ready=_DIRTY)
    pins = version("versioneer")
    yield Case(
        "versioneer",
        pins,
        "wheel",
        "checkout with changes",
        clean,
        WORLD,
        WORLD,
        dirty,
        ("scm-dirty-version",),
    )
