"""Pairs in which what a package says of itself differs: dist-info, SBOM, RECORD, version."""

from dataclasses import replace
from pathlib import Path

from projects import MATURIN, SETUPTOOLS, UV_FLAT, pure, with_setup
from worlds import DAY, EPOCH, OTHER_PLACE, Files, Workshop, World, need

Pair = tuple[Path, Path]


def backend_version_setuptools(shop: Workshop) -> Pair:
    """Nobody pinned the backend, and newer releases came out between the two builds."""
    files = pure("setuptools", settings=SETUPTOOLS)
    return (
        shop.build("setuptools-75", "wheel", files, World()),
        shop.build("setuptools", "wheel", files, World()),
    )


_SETS = """\
from setuptools import setup

EXCEL = {"xlsxwriter>=3", "odfpy>=1.4", "pyarrow>=15"}
TEXT = {"lxml>=5", "tabulate>=0.9", "pyarrow>=15"}
PYTHONS = {"3.9", "3.10", "3.11", "3.12", "3.13"}

setup(
    install_requires=list(EXCEL | TEXT),
    classifiers=[f"Programming Language :: Python :: {version}" for version in PYTHONS],
)
"""


def metadata_field_order(shop: Workshop) -> Pair:
    """setup.py makes lists of sets: METADATA has the same fields in the order of the hash seed."""
    files = dict(with_setup(_SETS))
    text = str(files["pyproject.toml"])
    start, end = text.index("classifiers"), text.index("\n\n[tool.setuptools]")
    dynamic = 'dynamic = ["classifiers", "dependencies"]\n'
    files["pyproject.toml"] = text[:start] + dynamic + text[end:]
    return (
        shop.build("setuptools", "wheel", files, World(seed=0)),
        shop.build("setuptools", "wheel", files, World(seed=1)),
    )


_GIT = {
    "GIT_AUTHOR_NAME": "Demo Authors",
    "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_AUTHOR_DATE": f"{EPOCH - 9 * DAY} +0000",
    "GIT_COMMITTER_NAME": "Demo Authors",
    "GIT_COMMITTER_EMAIL": "demo@example.org",
    "GIT_COMMITTER_DATE": f"{EPOCH - 9 * DAY} +0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}


def _commit(shop: Workshop, world: World) -> None:
    """Make the place of a world a git repository with one tagged commit."""
    git = need("git", "git")
    calm = World(place=world.place, extra=_GIT)
    for command in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["commit", "-q", "-m", "Convert lengths"],
        ["tag", "v1.0"],
    ):
        shop.run([git, *command], calm)


def _dirty_build(shop: Workshop, tool: str, files: Files, world: World) -> Path:
    with shop.checked_out(files, world) as place:
        _commit(shop, world)
        (place / "README.md").write_text("# demo\n\nConverts lengths. Not committed yet.\n")
        return shop.backend(tool, "wheel", world)


def scm_dirty_date_setuptools(shop: Workshop) -> Pair:
    """setuptools-scm puts the day into the version of a tree with changes not committed."""
    scm = '[tool.setuptools_scm]\nversion_file = "demo/_version.py"\n'
    files = pure("setuptools-scm", settings=SETUPTOOLS + scm, dynamic="version")
    a = World(epoch=None, clock=EPOCH, extra=_GIT)
    b = replace(a, clock=EPOCH + DAY)
    return (
        _dirty_build(shop, "setuptools-scm", files, a),
        _dirty_build(shop, "setuptools-scm", files, b),
    )


def scm_dirty_date_hatch(shop: Workshop) -> Pair:
    """The same through hatch-vcs, whose wheel has constant times: only the version differs."""
    settings = """\
[tool.hatch.version]
source = "vcs"

[tool.hatch.build.hooks.vcs]
version-file = "demo/_version.py"
"""
    files = pure("hatch-vcs", settings=settings, dynamic="version")
    a = World(epoch=None, clock=EPOCH, extra=_GIT)
    b = replace(a, clock=EPOCH + DAY)
    return (
        _dirty_build(shop, "hatch-vcs", files, a),
        _dirty_build(shop, "hatch-vcs", files, b),
    )


def crlf_checkout_wheel(shop: Workshop) -> Pair:
    """A clone with core.autocrlf as git for Windows sets it."""
    git = need("git", "git")
    # uv_build copies README.md into METADATA as it is; backends in Python read it as text.
    files = pure("uv", settings=UV_FLAT)
    world = World(extra=_GIT)
    origin = replace(world, place=str(shop.directory() / "origin"))
    made = []
    with shop.checked_out(files, origin):
        _commit(shop, origin)
        for convert in ("false", "true"):
            with shop.place(world):
                clone = ["clone", "-q", "-c", f"core.autocrlf={convert}", origin.place, "."]
                shop.run([git, *clone], world)
                made.append(shop.backend("uv", "wheel", world))
    return made[0], made[1]


def line_endings_bom_final_newline(shop: Workshop) -> Pair:
    """Three modules that three editors saved again: CRLF, a byte order mark, no last newline."""
    files = dict(pure("hatchling"))
    edited = dict(files)
    edited["demo/__init__.py"] = str(files["demo/__init__.py"]).replace("\n", "\r\n")
    edited["demo/units.py"] = "\ufeff" + str(files["demo/units.py"])
    edited["demo/table.py"] = str(files["demo/table.py"]).rstrip("\n")
    return (
        shop.build("hatchling", "wheel", files, World()),
        shop.build("hatchling", "wheel", edited, World()),
    )


def crlf_shell_script(shop: Workshop) -> Pair:
    """CRLF where it does not read the same: the kernel looks for an interpreter named sh CR."""
    program = "share/demo/measure.sh"
    settings = '[tool.hatch.build.targets.wheel.shared-data]\n"share" = "libexec"\n'
    script = '#!/bin/sh\nexec python3 -m demo.table "$@"\n'
    made = []
    for text in (script, script.replace("\n", "\r\n")):
        files = pure("hatchling", settings=settings, more={program: text})
        made.append(shop.build("hatchling", "wheel", files, World(), executable=[program]))
    return made[0], made[1]


def _maturin(shop: Workshop, world: World) -> Path:
    need("cargo", "cargo")
    need("cc", "gcc")
    return shop.build("maturin", "wheel", MATURIN, world)


def sbom_serial_timestamp(shop: Workshop) -> Pair:
    """Without SOURCE_DATE_EPOCH maturin gives its SBOM a random serial number and the time.

    maturin is linked statically, so its clock cannot be stopped: each run makes another pair.
    """
    offline = {"CARGO_NET_OFFLINE": "true"}
    world = World(epoch=None, extra=offline)
    return _maturin(shop, world), _maturin(shop, world)


def sbom_build_path(shop: Workshop) -> Pair:
    """The SBOM of maturin names the directory of the crate."""
    a = World(extra={"CARGO_NET_OFFLINE": "true"})
    return _maturin(shop, a), _maturin(shop, replace(a, place=OTHER_PLACE))


def record_lies(shop: Workshop) -> Pair:
    """One member replaced in the finished wheel by Info-ZIP, RECORD left as it was."""
    wheel = shop.build("hatchling", "wheel", pure("hatchling"), World())
    place = shop.directory()
    shop.run([need("unzip", "unzip"), "-q", str(wheel)], World(), cwd=place)
    changed = place / "demo/units.py"
    when = changed.stat().st_mtime
    changed.write_text(changed.read_text().replace("1609.344", "1609.443"))
    target = shop.directory() / wheel.name
    target.write_bytes(wheel.read_bytes())
    shop.run(["touch", "-d", f"@{when:.0f}", str(changed)], World(), cwd=place)
    shop.run([need("zip", "zip"), "-q", "-X", str(target), "demo/units.py"], World(), cwd=place)
    return wheel, target


def new_pth_file(shop: Workshop) -> Pair:
    """A start-up hook on one side: Python runs the line of a .pth file whenever it starts."""
    settings = '[tool.hatch.build.targets.wheel.force-include]\n"hook.pth" = "demo_start.pth"\n'
    hook = "import sys; sys.modules.setdefault('demo_started', sys)\n"
    return (
        shop.build("hatchling", "wheel", pure("hatchling"), World()),
        shop.build(
            "hatchling",
            "wheel",
            pure("hatchling", settings=settings, more={"hook.pth": hook}),
            World(),
        ),
    )


RECIPES = (
    backend_version_setuptools,
    metadata_field_order,
    scm_dirty_date_setuptools,
    scm_dirty_date_hatch,
    crlf_checkout_wheel,
    line_endings_bom_final_newline,
    crlf_shell_script,
    sbom_serial_timestamp,
    sbom_build_path,
    record_lies,
    new_pth_file,
)
