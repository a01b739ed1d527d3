"""Projects with a library in C: paths, times, ids and order in what compilers and linkers write."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import C_CODE, MATURIN, Sources, linked, native, pure, with_setup
from pure import (
    BARE,
    CHECKOUT,
    CLOCK,
    CLONE,
    DIRECTORY,
    EPOCHS,
    ONE_SIDED,
    ORDER,
    UMASK,
    USER,
    VARIATIONS,
    cloned_openly,
    version,
)
from room import PIP, SDIST, WHEEL, WORLD, Job
from worlds import DAY, EPOCH, Files, World

TWICE = (WORLD, WORLD)
COMPILED = version("setuptools")

_FILE = "\nconst char *demo_file(void)\n{\n    return __FILE__;\n}\n"
_DATE = '\nconst char *demo_built(void)\n{\n    return __DATE__ " " __TIME__;\n}\n'


def _setuptools(code: str = C_CODE, *, debug: bool = False, absolute: bool = False) -> Sources:
    files = native(code, debug=debug)
    setup = str(files["setup.py"])
    if absolute:
        setup = setup.replace('["src/speed.c"]', '[os.path.abspath("src/speed.c")]')
        files["setup.py"] = f"import os\n\n{setup}"
    return files


_UNITY = """\
from pathlib import Path

from setuptools import Extension, setup

sources = list({"src/sum.c", "src/fits.c", "src/mean.c", "src/most.c"})

Path("unity.c").write_text("".join(f'#include "{name}"\\n' for name in sources))
setup(
    ext_modules=[
        Extension(
            "demo._speed",
            ["unity.c"],
            extra_compile_args=["-g0"],
            extra_link_args=["-s"],
            export_symbols=[],
        )
    ]
)
"""
_PARTS = {
    "src/fits.c": "int demo_fits(long n)\n{\n    return n <= 4096;\n}\n",
    "src/mean.c": "double demo_mean(double a, double b)\n{\n    return (a + b) / 2;\n}\n",
    "src/most.c": "long demo_most(long a, long b)\n{\n    return a > b ? a : b;\n}\n",
    "src/sum.c": "double demo_sum(double a, double b)\n{\n    return a + b;\n}\n",
}


def _unity() -> Sources:
    settings = "include-package-data = false\n"
    return with_setup(_UNITY, settings=settings, more=_PARTS)


def _sorted(files: Files, snippet: str) -> Files:
    """Use the snippet's `sources` in place of the set."""
    lines = str(files["setup.py"]).splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith("sources = ")]
    return {**files, "setup.py": f"{snippet}\n{''.join(kept)}"}


_RUST_SETUP = """\
from setuptools import setup
from setuptools_rust import Binding, RustExtension

setup(rust_extensions=[RustExtension("demo._speed", binding=Binding.NoBinding, debug=False)])
"""
_CARGO = """\
[package]
name = "speed"
version = "1.0.0"
edition = "2021"

[lib]
name = "_speed"
crate-type = ["cdylib"]

[profile.release]
panic = "abort"
debug = 1
"""
_LIB = """\
#![no_std]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[no_mangle]
pub extern "C" fn demo_fits(count: i64) -> bool {
    count <= 4096
}
"""


def _setuptools_rust() -> Sources:
    more = {"Cargo.toml": _CARGO, "src/lib.rs": _LIB}
    files = with_setup(_RUST_SETUP, settings="include-package-data = false\n", more=more)
    asked = '"setuptools-rust==1.13.0"'
    text = str(files["pyproject.toml"]).replace("requires = [", f"requires = [{asked}, ")
    return {**files, "pyproject.toml": text}


def _maturin() -> Sources:
    """With debug information, which names directories."""
    cargo = str(MATURIN["Cargo.toml"]).replace("strip = true", "strip = false\ndebug = 1")
    return {**MATURIN, "Cargo.toml": cargo}


_MESON = """\
project('demo', 'c', version: '1.0')
py = import('python').find_installation(pure: false)
shared_module(
  '_speed',
  'src/speed.c',
  name_prefix: '',
  install: true,
  install_dir: py.get_install_dir() / 'demo',
)
py.install_sources(
  ['demo/__init__.py', 'demo/units.py', 'demo/table.py'],
  subdir: 'demo',
)
"""


def _meson(code: str = C_CODE, *, debug: bool = False) -> Sources:
    settings = "[tool.meson-python.args]\nsetup = ['-Ddebug=true']\n" if debug else ""
    return pure("meson", settings=settings, more={"meson.build": _MESON, "src/speed.c": code})


_CMAKE = """\
cmake_minimum_required(VERSION 3.15)
project(demo C)
add_library(_speed MODULE src/speed.c)
set_target_properties(_speed PROPERTIES PREFIX "")
install(TARGETS _speed DESTINATION demo)
"""
_CMAKE_RPATH = (
    _CMAKE
    + """\
add_library(limit SHARED src/limit.c)
target_link_libraries(_speed PRIVATE limit)
install(TARGETS limit DESTINATION demo)
"""
)


def _scikit(code: str = C_CODE, *, debug: bool = False, rpath: bool = False) -> Sources:
    settings = '[tool.scikit-build]\nwheel.packages = ["demo"]\ncmake.build-type = "Release"\n'
    if debug:
        settings = settings.replace('"Release"', '"RelWithDebInfo"')
    more = {"CMakeLists.txt": _CMAKE, "src/speed.c": code}
    if rpath:
        more["CMakeLists.txt"] = _CMAKE_RPATH
        more["src/limit.c"] = "long demo_limit(void)\n{\n    return 4096;\n}\n"
        more["src/speed.c"] = linked(4096)["src/speed.c"]
    return pure("scikit-build-core", settings=settings, more=more)


def cases() -> Iterator[Case]:
    """Backends that compile C."""
    yield from _by_setuptools()
    yield from _by_meson()
    yield from _by_scikit()
    yield from _by_rust()
    for tool, name, files in (
        ("meson", "meson-python", _meson()),
        ("scikit-build-core", "scikit-build-core", _scikit()),
    ):
        for varied in (CLOCK, CHECKOUT, ONE_SIDED, EPOCHS, UMASK, USER, ORDER):
            a, b = VARIATIONS[varied]
            yield Case(name, version(tool), "sdist", varied, Job(files, (tool,), SDIST), a, b)
        for kind, command in (("wheel", WHEEL), ("sdist", SDIST)):
            job = Job(files, (tool,), command)
            clone = cloned_openly(job)
            yield Case(name, version(tool), kind, CLONE, job, WORLD, WORLD, job_b=clone)


def _by_setuptools() -> Iterator[Case]:
    clock = (BARE, replace(BARE, clock=EPOCH + DAY + 3723))
    place = VARIATIONS[DIRECTORY]
    uuid = replace(WORLD, extra={**WORLD.extra, "LDFLAGS": "-Wl,--build-id=uuid"})

    def case(varied: str, files: Files, worlds: tuple[World, World]) -> Case:
        job = Job(files, ("setuptools",), WHEEL, use=_sorted)
        return Case("setuptools", COMPILED, "wheel", varied, job, *worlds)

    yield case("directory, C with -g", _setuptools(debug=True), place)
    yield case("directory, __FILE__", _setuptools(C_CODE + _FILE, absolute=True), place)
    yield case("clock, __DATE__", _setuptools(C_CODE + _DATE), clock)
    yield case("two runs, --build-id=uuid", _setuptools(), (uuid, uuid))
    yield case("hash seed, order of C sources", _unity(), (WORLD, replace(WORLD, seed=1)))


def _by_rust() -> Iterator[Case]:
    fixes = ("maturin-remap", "maturin-no-rust-sbom", "rust-remap")
    for tool, name, files in (
        ("setuptools-rust", "setuptools", _setuptools_rust()),
        ("maturin", "maturin", _maturin()),
    ):
        job = Job(files, (tool,), WHEEL)
        for varied in (DIRECTORY, ORDER):
            a, b = VARIATIONS[varied]
            words = f"{varied}, Rust with -g"
            yield Case(name, version(tool), "wheel", words, job, a, b, fixes=fixes)


def _by_meson() -> Iterator[Case]:
    def case(varied: str, files: Files, a: World, b: World) -> Case:
        job = Job(files, ("meson", "pip"), PIP)
        return Case("meson-python", version("meson"), "wheel", varied, job, a, b)

    yield case("two runs", _meson(), *TWICE)
    yield case("two runs, C with -g", _meson(debug=True), *TWICE)
    yield case("directory, C with -g", _meson(debug=True), *VARIATIONS[DIRECTORY])
    yield case("directory, __FILE__", _meson(C_CODE + _FILE), *VARIATIONS[DIRECTORY])
    yield case("clock, __DATE__", _meson(C_CODE + _DATE), *VARIATIONS[CLOCK])
    yield case(CLOCK, _meson(), *VARIATIONS[CLOCK])
    yield case(UMASK, _meson(), *VARIATIONS[UMASK])
    yield case(ONE_SIDED, _meson(), *VARIATIONS[ONE_SIDED])


def _by_scikit() -> Iterator[Case]:
    def case(varied: str, files: Files, a: World, b: World) -> Case:
        job = Job(files, ("scikit-build-core",), WHEEL)
        pins = version("scikit-build-core")
        return Case("scikit-build-core", pins, "wheel", varied, job, a, b)

    yield case("two runs", _scikit(), *TWICE)
    yield case("two runs, C with -g", _scikit(debug=True), *TWICE)
    yield case("two runs, RPATH", _scikit(rpath=True), *TWICE)
    yield case("directory, C with -g", _scikit(debug=True), *VARIATIONS[DIRECTORY])
    yield case("directory, __FILE__", _scikit(C_CODE + _FILE), *VARIATIONS[DIRECTORY])
    yield case("clock, __DATE__", _scikit(C_CODE + _DATE), *VARIATIONS[CLOCK])
    yield case(CLOCK, _scikit(), *VARIATIONS[CLOCK])
    yield case(UMASK, _scikit(), *VARIATIONS[UMASK])
    yield case(ONE_SIDED, _scikit(), *VARIATIONS[ONE_SIDED])
