"""The projects that the samples are builds of: small, and each complete enough for its backend."""

from worlds import BACKENDS, TOOLS, Files

Sources = dict[str, str | bytes]

_CODE = {
    "demo/__init__.py": '''\
"""Convert lengths, for people who mix inches and metres."""

from demo.units import UNITS, convert

__all__ = ["UNITS", "convert"]
__version__ = "1.0"
''',
    "demo/units.py": '''\
"""The units and what one of each is in metres."""

UNITS = {
    "m": 1.0,
    "km": 1000.0,
    "in": 0.0254,
    "ft": 0.3048,
    "mi": 1609.344,
}


def convert(value, source, target):
    """Give `value`, counted in `source`, counted in `target`."""
    return value * UNITS[source] / UNITS[target]
''',
    "demo/table.py": '''\
"""Print a conversion table."""

from demo.units import UNITS, convert


def table(value, source):
    """One line for each unit, widest number first."""
    rows = [(convert(value, source, unit), unit) for unit in UNITS]
    rows.sort(reverse=True)
    return "\\n".join(f"{number:12.4f} {unit}" for number, unit in rows)
''',
}

_README = """\
# demo

Converts lengths.

    >>> from demo import convert
    >>> convert(12, "in", "ft")
    1.0

It knows metres, kilometres, inches, feet and miles.
"""

_LICENSE = """\
Permission to use, copy, modify, and/or distribute this software for any purpose with or without
fee is hereby granted.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS
SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS.
"""

_PROJECT = """\
[project]
name = "demo"
version = "1.0"
description = "Convert lengths"
readme = "README.md"
requires-python = ">=3.8"
license = { text = "0BSD" }
authors = [{ name = "Demo Authors", email = "demo@example.org" }]
keywords = ["length", "unit"]
classifiers = [
    "Programming Language :: Python :: 3",
    "Topic :: Utilities",
]
dependencies = ["packaging>=23", "tomli>=2; python_version < '3.11'"]
"""


# The package lies beside pyproject.toml; uv_build would look for it in src/.
UV_FLAT = '[tool.uv.build-backend]\nmodule-root = ""\n'

# Named, because setuptools would take the directories of some samples for packages as well.
SETUPTOOLS = '[tool.setuptools]\npackages = ["demo"]\n'


def build_system(tool: str, *more: str) -> str:
    """The [build-system] table that asks for the pinned tool."""
    requires = ", ".join(f'"{pin}"' for pin in (*TOOLS[tool], *more))
    return f'[build-system]\nrequires = [{requires}]\nbuild-backend = "{BACKENDS[tool]}"\n'


def pure(
    tool: str,
    *,
    settings: str = "",
    more: Files | None = None,
    dynamic: str | None = None,
) -> Sources:
    """A pure-Python project built by `tool`.

    Args:
        tool: a name in BACKENDS.
        settings: more text for pyproject.toml.
        more: more files, or other ones in place of those of the project.
        dynamic: the one field of [project] that the backend finds out itself.
    """
    project = "".join(
        f'dynamic = ["{dynamic}"]\n' if line.startswith(f"{dynamic} = ") else line
        for line in _PROJECT.splitlines(keepends=True)
    )
    return {
        "pyproject.toml": f"{build_system(tool)}\n{project}\n{settings}",
        "README.md": _README,
        "LICENSE": _LICENSE,
        **_CODE,
        **(more or {}),
    }


def with_setup(setup: str, *, settings: str = "", more: Files | None = None) -> Sources:
    """The same project built by setuptools, with a setup.py of its own."""
    return pure(
        "setuptools", settings=SETUPTOOLS + settings, more={"setup.py": setup, **(more or {})}
    )


_GENERATING_SETUP = """\
import getpass
import os
import pathlib
import socket
import sys
import time

import setuptools
from setuptools.command.build_py import build_py


class Generate(build_py):
    def run(self):
        super().run()

        def write(name, text):
            pathlib.Path(self.build_lib, "demo", name).write_text(text)

{code}

setuptools.setup(cmdclass={{"build_py": Generate}})
"""


def generating(code: str) -> Sources:
    """The project with a setup.py that writes files into the package.

    Args:
        code: lines at eight blanks, which call `write(name, text)`.
    """
    return with_setup(_GENERATING_SETUP.format(code=code))


def policies(count: int, *, changed: int | None = None) -> Sources:
    """A package of `count` small modules; number `changed` no longer verifies."""
    modules = {
        f"demo/policies/policy_{number:03}.py": f'''\
"""Policy {number}: how a client treats service {number}."""

NAME = "service-{number:03}"
TIMEOUT = {5 + number * 7 % 50}
RETRIES = {number % 4}
VERIFY = {0 if number == changed else 1}
'''
        for number in range(count)
    }
    packages = '[tool.setuptools]\npackages = ["demo", "demo.policies"]\n'
    init = {"demo/policies/__init__.py": '"""One module for each service."""\n'}
    return pure("setuptools", settings=packages, more=init | modules)


C_CODE = """\
/* Lengths in the inner loop. */

#define LIMIT 4096

int demo_fits(long count)
{
    return count <= LIMIT;
}

double demo_sum(const double *values, long count)
{
    double total = 0.0;
    for (long i = 0; i < count; i++)
        total += values[i];
    return total;
}
"""

_C_SETUP = """\
from setuptools import Extension, setup

setup(
    ext_modules=[
        Extension(
            "demo._speed",
            ["src/speed.c"],
            extra_compile_args=[{compile}],
            extra_link_args=[{link}],
            export_symbols=["demo_fits", "demo_sum"],
        )
    ]
)
"""


def native(code: str = C_CODE, *, debug: bool = False) -> Sources:
    """A project with a library in C that ctypes loads, so no header of this Python is named.

    Args:
        code: what src/speed.c holds.
        debug: with debug information, without optimisation flags of its own; else stripped.
    """
    compile_args, link_args = ('"-g"', "") if debug else ('"-g0"', '"-s"')
    setup = _C_SETUP.format(compile=compile_args, link=link_args)
    settings = "include-package-data = false\n"
    return with_setup(setup, settings=settings, more={"src/speed.c": code})


LIBRARY = "libdemolimit.so.1"
_LINKED_CODE = """\
/* Asks a library of the system. */

extern long demo_limit(void);

int demo_fits(long count)
{
    return count <= demo_limit();
}
"""


def linked(limit: int) -> Sources:
    """A project whose C library needs LIBRARY; the source of that one is limit.c.

    Args:
        limit: what the library answers.
    """
    link = f'"-s", "-Llib", "-l:{LIBRARY}"'
    setup = _C_SETUP.format(compile='"-g0"', link=link).replace(', "demo_sum"', "")
    library = f"long demo_limit(void)\n{{\n    return {limit};\n}}\n"
    more = {"src/speed.c": _LINKED_CODE, "limit.c": library}
    return with_setup(setup, settings="include-package-data = false\n", more=more)


# A program without the standard library: 10 kB instead of 300, and no path of the toolchain in it.
MATURIN: Sources = {
    "pyproject.toml": f'{build_system("maturin")}\n[project]\nname = "demo"\nversion = "1.0.0"\n\n'
    '[tool.maturin]\nbindings = "bin"\n',
    "Cargo.toml": """\
[package]
name = "demo"
version = "1.0.0"
edition = "2021"

[profile.release]
panic = "abort"
opt-level = "z"
lto = true
strip = true
""",
    "src/main.rs": """\
#![no_std]
#![no_main]

use core::ffi::{c_char, c_int};

#[link(name = "c")]
extern "C" {
    fn puts(line: *const c_char) -> c_int;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

#[no_mangle]
pub extern "C" fn main() -> c_int {
    unsafe { puts(c"12 in = 1 ft".as_ptr()) };
    0
}
""",
}


# For another system, so the standard library and its headers are left out: a compiler is enough.
CROSS_CODE = """\
/* What a library for another system holds: two functions, a table, and the name of this file. */

{extern} int puts(const char *);

static const int steps[] = {{3, 5, 7, 11, 13, 17, 19, 23}};
static int calls = 77;

{export} int demo_fits(int count)
{{
    return count > {limit} ? -1 : count * 3 + calls;
}}

{export} int demo_steps(int count)
{{
    {report}
    calls += 1;
    return steps[count & 7] + demo_fits(count);
}}
"""

_CROSS_SETUP = """\
from setuptools import setup

setup(package_data={"demo": ["*.dll", "*.pyd", "*.so"]})
"""


def cross(*, system: str, path: bool = True, limit: int = 4096) -> Sources:
    """A project with a library for another system, which is compiled before the backend runs.

    Args:
        system: "windows" or "macos".
        path: whether the code holds the path of its source.
        limit: a constant in the code.
    """
    windows = system == "windows"
    code = CROSS_CODE.format(
        extern="__declspec(dllimport)" if windows else "extern",
        export="__declspec(dllexport)" if windows else "",
        report="puts(__FILE__);" if path else 'puts("steps");',
        limit=limit,
    )
    settings = "include-package-data = false\n"
    more = {"src/speed.c": code, "src/crt.def": "LIBRARY ucrtbase.dll\nEXPORTS\n puts\n"}
    return with_setup(_CROSS_SETUP, settings=settings, more=more)


# Without the standard library's headers, so that no path of the machine gets into a library.
_ELF_CODE = """\
/* Lengths in the inner loop, and what a library keeps beside its code. */

extern int puts(const char *);

static const int steps[] = {{3, 5, 7, 11, 13, 17, 19, 23, 29, 31}};
const char *demo_units[] = {{"metre", "inch", "foot", "mile"}};
static int calls = 77;

int demo_fits(long count)
{{
    return count {compare} {limit} ? -1 : (int)count * 3 + calls;
}}

int demo_steps(int unit, int count)
{{
    {report}
    switch (unit) {{
    case 0: return demo_fits(count);
    case 1: return puts(demo_units[1]);
    case 2: return steps[count & 7] + 2;
    case 3: return calls += 2;
    case 4: return demo_fits(count * 2) ^ 1;
    case 5: return puts("five units are too many");
    default: return -1;
    }}
}}

double demo_sum(const double *values, long count)
{{
    double total = 0.25;
    for (long i = 0; i < count; i++)
        total += values[i] * 1.375;
    return total;
}}
{added}"""

_ADDED = """
int demo_cut(int count)
{
    return (count ^ 0x5a5a) & 0xfff;
}
"""

_FIRST_CODE = """\
/* One of two objects. */

int demo_first(int count)
{
    return count * 7 + 5;
}

int demo_both(int count)
{
    int total = 0;
    for (int i = 1; i < count; i++)
        total += i * i ^ count;
    return total;
}
"""
_SECOND_CODE = """\
/* The other of two objects. */

long demo_second(long count)
{
    return count ^ 0x55;
}

int demo_digits(unsigned count)
{
    int digits = 0;
    while (count /= 10)
        digits++;
    return digits + 1;
}
"""

_SHAPES_CODE = """\
// Classes, a template, an exception and the name of this file.

extern "C" int puts(const char *);

namespace demo {
struct Error { const char *where; };
struct Shape {
    virtual int area(int side) const = 0;
    virtual ~Shape() {}
};
template <int Factor> struct Scaled : Shape {
    int area(int side) const override
    {
        if (side > 4096)
            throw Error{__FILE__};
        return side * side * Factor;
    }
};
}

extern "C" int demo_area(int kind, int side)
{
    demo::Shape *shape = kind ? (demo::Shape *)new demo::Scaled<3> : new demo::Scaled<1>;
    int found = -1;
    try {
        found = shape->area(side);
    } catch (const demo::Error &error) {
        puts(error.where);
    }
    delete shape;
    return found;
}
"""

_CMAKE = """\
cmake_minimum_required(VERSION 3.18)
project(demo C)
add_library(limit SHARED src/first.c)
add_library(_speed SHARED src/speed.c src/second.c)
target_link_libraries(_speed PRIVATE limit)
set_target_properties(_speed PROPERTIES PREFIX "" INSTALL_RPATH "$ORIGIN")
set_target_properties(limit PROPERTIES PREFIX "")
target_link_options(_speed PRIVATE -Wl,--no-as-needed)
install(TARGETS _speed limit DESTINATION .)
"""


def elf(
    *,
    path: bool = True,
    date: bool = False,
    limit: int = 4096,
    compare: str = ">",
    added: bool = False,
    more: Files | None = None,
) -> Sources:
    """A project with a library for Linux, which is compiled before the backend runs.

    Args:
        path: whether the code holds the path of its source.
        date: whether it holds the time of its compilation.
        limit: a constant in the code.
        compare: an operator in the code.
        added: whether there is one function more.
        more: more files.
    """
    report = "puts(__FILE__);" if path else "puts(demo_units[0]);"
    if date:
        report += ' puts("built " __DATE__ " " __TIME__);'
    code = _ELF_CODE.format(
        compare=compare, limit=limit, report=report, added=_ADDED if added else ""
    )
    files = {
        "src/speed.c": code,
        "src/first.c": _FIRST_CODE,
        "src/second.c": _SECOND_CODE,
        "src/shapes.cc": _SHAPES_CODE,
        "CMakeLists.txt": _CMAKE,
    }
    settings = "include-package-data = false\n"
    return with_setup(_CROSS_SETUP, settings=settings, more={**files, **(more or {})})


# Without the standard library: small, and no path of the toolchain in it.
RUST_CODE = """\
#![no_std]

extern "C" {
    fn puts(line: *const u8) -> i32;
}

#[panic_handler]
fn panic(info: &core::panic::PanicInfo) -> ! {
    let _ = info;
    loop {}
}

static STEPS: [i32; 8] = [3, 5, 7, 11, 13, 17, 19, 23];

#[no_mangle]
pub extern "C" fn demo_fits(count: i32) -> i32 {
    if count >= 4096 {
        return unsafe { puts(concat!(file!(), "\0").as_ptr()) };
    }
    count * 3
}

#[no_mangle]
pub extern "C" fn demo_steps(count: usize) -> i32 {
    STEPS[count & 7] + demo_fits(count as i32)
}
"""

CYTHON_CODE = """\
# cython: binding=False

def total(list values, int limit=4096):
    cdef long found = 0
    cdef int value
    for value in values:
        if value > limit:
            raise ValueError("too big")
        found += value
    return found
"""
