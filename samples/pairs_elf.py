"""Pairs with a library for Linux: what compilers, linkers and repair tools leave in it.

Their bytes follow the compilers: other releases than gcc 12.2, gcc 11.3, clang 14 and rustc 1.95
give the same differences elsewhere.
"""

import shutil
from collections.abc import Sequence
from pathlib import Path

from pairs_native import repair
from projects import CYTHON_CODE, LIBRARY, RUST_CODE, elf, linked
from worlds import DAY, EPOCH, OTHER_PLACE, Files, Workshop, World, need, need_cpython_311

Pair = tuple[Path, Path]
SAME_LENGTH = "/tmp/build-bbb"  # noqa: S108 - as long as the usual place
_OUT = "demo/_speed.so"
_PLACES = (World(), World(place=OTHER_PLACE))


def _compiled(
    shop: Workshop,
    world: World,
    *options: str,
    files: Files | None = None,
    compiler: Sequence[str] = ("gcc", "gcc"),
    sources: Sequence[str] = ("src/speed.c",),
) -> Path:
    """A wheel with a library that a compiler makes of sources under their absolute paths."""
    tool = need(*compiler)
    with shop.checked_out(files or elf(), world) as place:
        paths = [str(place / source) for source in sources]
        shop.run([tool, "-shared", "-fPIC", *options, "-o", _OUT, *paths], world)
        return shop.backend("setuptools", "wheel", World(place=world.place))


def elf_path_same_length(shop: Workshop) -> Pair:
    """A library with debug information, compiled in two directories of one length."""
    worlds = (World(), World(place=SAME_LENGTH))
    a, b = (_compiled(shop, world, "-g", "-O2") for world in worlds)
    return a, b


def elf_file_macro(shop: Workshop) -> Pair:
    """A stripped library that holds the path of its source, compiled in two directories."""
    a, b = (_compiled(shop, world, "-O2", "-s") for world in _PLACES)
    return a, b


def elf_stripped(shop: Workshop) -> Pair:
    """One library with debug information, and stripped."""
    strip = need("strip", "binutils")
    a = _compiled(shop, World(), "-g", "-O2")
    with shop.checked_out(elf(), World()) as place:
        command = ["gcc", "-shared", "-fPIC", "-g", "-O2", "-o", _OUT, str(place / "src/speed.c")]
        shop.run(command, World())
        shop.run([strip, _OUT], World())
        return a, shop.backend("setuptools", "wheel", World())


def elf_build_rpath(shop: Workshop) -> Pair:
    """CMake links with the build directory as RPATH and takes it out when it installs."""
    cmake = need("cmake", "cmake")
    made = []
    for world in _PLACES:
        with shop.checked_out(elf(path=False), world) as place:
            shop.run([cmake, "-S", ".", "-B", "made", "-DCMAKE_BUILD_TYPE=Release"], world)
            shop.run([cmake, "--build", "made"], world)
            shop.run([cmake, "--install", "made", "--prefix", str(place / "demo")], world)
            made.append(shop.backend("setuptools", "wheel", World(place=world.place)))
    return made[0], made[1]


def elf_build_id_uuid(shop: Workshop) -> Pair:
    """A library whose linker is told to make up a random build-id."""
    a, b = (_compiled(shop, World(), "-O2", "-s", "-Wl,--build-id=uuid") for _ in range(2))
    return a, b


def elf_date(shop: Workshop) -> Pair:
    """A library that holds the day and time of its compilation, compiled on two days."""
    files = elf(path=False, date=True)
    worlds = (World(epoch=None, clock=EPOCH), World(epoch=None, clock=EPOCH + 12 * DAY + 3723))
    a, b = (_compiled(shop, world, "-O2", "-s", files=files) for world in worlds)
    return a, b


def elf_rpath(shop: Workshop) -> Pair:
    """A library linked with two directories to look for others in."""
    options = [f"-Wl,-rpath,{path}" for path in ("/opt/demo/lib", "$ORIGIN/../demo.libs")]
    a, b = (_compiled(shop, World(), "-O2", "-s", option) for option in options)
    return a, b


def elf_optimisation(shop: Workshop) -> Pair:
    """The same sources at -O2 and -O3."""
    a, b = (_compiled(shop, World(), "-g", option) for option in ("-O2", "-O3"))
    return a, b


def elf_compiler_version(shop: Workshop) -> Pair:
    """The same sources compiled by GCC 11 and GCC 12."""
    tools = (("gcc-11", "gcc-11"), ("gcc-12", "gcc-12"))
    a, b = (_compiled(shop, World(), "-g", "-O2", compiler=tool) for tool in tools)
    return a, b


def elf_link_order(shop: Workshop) -> Pair:
    """Two objects, linked in the order in which two file systems list them."""
    sources = ("src/first.c", "src/second.c")
    a, b = (
        _compiled(shop, World(), "-O2", "-s", sources=order) for order in (sources, sources[::-1])
    )
    return a, b


def elf_cxx_path(shop: Workshop) -> Pair:
    """A library in C++ with classes, exceptions and debug information, in two directories."""
    gxx = ("g++", "g++")
    a, b = (
        _compiled(shop, world, "-g", "-O2", compiler=gxx, sources=("src/shapes.cc",))
        for world in _PLACES
    )
    return a, b


def elf_clang_path(shop: Workshop) -> Pair:
    """A library that clang compiles and lld links, its debug information compressed."""
    need("ld.lld", "lld")
    options = ("-g", "-gz", "-O2", "-fuse-ld=lld")
    a, b = (_compiled(shop, world, *options, compiler=("clang", "clang")) for world in _PLACES)
    return a, b


def elf_i686_path(shop: Workshop) -> Pair:
    """A library for 32-bit x86, compiled in two directories."""
    gcc = ("i686-linux-gnu-gcc", "gcc-i686-linux-gnu")
    a, b = (_compiled(shop, world, "-g", "-O2", compiler=gcc) for world in _PLACES)
    return a, b


def elf_s390x_path(shop: Workshop) -> Pair:
    """A big-endian library, compiled in two directories of one length."""
    gcc = ("s390x-linux-gnu-gcc", "gcc-s390x-linux-gnu")
    worlds = (World(), World(place=SAME_LENGTH))
    a, b = (_compiled(shop, world, "-g", "-O2", compiler=gcc) for world in worlds)
    return a, b


def elf_rust_path(shop: Workshop) -> Pair:
    """A library in Rust that holds the path of its source, compiled in two directories."""
    rustc = need("rustc", "rustc")
    made = []
    options = ["--edition=2021", "--crate-type=cdylib", "-Copt-level=2", "-Cpanic=abort"]
    for world in _PLACES:
        with shop.checked_out(elf(more={"src/lib.rs": RUST_CODE}), world) as place:
            shop.run([rustc, *options, "-Cstrip=symbols", "-o", _OUT, f"{place}/src/lib.rs"], world)
            made.append(shop.backend("setuptools", "wheel", World(place=world.place)))
    return made[0], made[1]


def elf_cython_path(shop: Workshop) -> Pair:
    """A module of Cython, translated under the absolute path of its source."""
    need_cpython_311()
    gcc = need("gcc", "gcc")
    made = []
    for world in _PLACES:
        with shop.checked_out(elf(more={"src/fast.pyx": CYTHON_CODE}), world) as place:
            source = str(place / "src/fast.pyx")
            shop.python(["-m", "cython", "-3", "-o", "fast.c", source], world, tools=["cython"])
            include = shop.python_headers()
            options = ["-shared", "-fPIC", "-Os", "-g1", f"-I{include}"]
            options.append(f"-ffile-prefix-map={include}=/usr/include/python3.11")
            shop.run([gcc, *options, "-o", "demo/_speed.so", "fast.c"], world)
            made.append(shop.backend("setuptools", "wheel", World(place=world.place)))
    return made[0], made[1]


def hidden_constant_in_elf(shop: Workshop) -> Pair:
    """Another build path, and one other constant in the code."""
    changed = elf(limit=4352)
    a, b = (
        _compiled(shop, world, "-O2", "-s", files=files)
        for world, files in zip(_PLACES, (elf(), changed), strict=True)
    )
    return a, b


def hidden_branch_in_elf(shop: Workshop) -> Pair:
    """Another build path, and one comparison the other way round."""
    changed = elf(compare=">=")
    a, b = (
        _compiled(shop, world, "-g", "-O2", files=files)
        for world, files in zip(_PLACES, (elf(), changed), strict=True)
    )
    return a, b


def elf_added_function(shop: Workshop) -> Pair:
    """One function more."""
    added = elf(added=True)
    a, b = (_compiled(shop, World(), "-O2", "-s", files=files) for files in (elf(), added))
    return a, b


def _vendored(shop: Workshop, world: World, *options: str) -> Path:
    """A wheel that needs a library, and the library in the same place."""
    files = linked(4096)
    libraries = shop.directory()
    gcc = need("gcc", "gcc")
    with shop.checked_out(files, world) as place:
        (place / "lib").mkdir()
        command = [gcc, "-O2", "-shared", "-fPIC", f"-Wl,-soname,{LIBRARY}", *options]
        shop.run([*command, "-o", f"lib/{LIBRARY}", str(place / "limit.c")], world)
        shutil.copyfile(place / "lib" / LIBRARY, libraries / LIBRARY)
        wheel = shop.backend("setuptools", "wheel", World(place=world.place))
    return repair(shop, wheel, libraries=libraries)


def vendored_library_rebuilt(shop: Workshop) -> Pair:
    """Auditwheel grafts a library that was compiled in two directories."""
    need_cpython_311()
    a, b = (_vendored(shop, world, "-g") for world in _PLACES)
    return a, b


RECIPES = (
    elf_path_same_length,
    elf_file_macro,
    elf_stripped,
    elf_build_rpath,
    elf_build_id_uuid,
    elf_date,
    elf_rpath,
    elf_optimisation,
    elf_compiler_version,
    elf_link_order,
    elf_cxx_path,
    elf_clang_path,
    elf_i686_path,
    elf_s390x_path,
    elf_rust_path,
    elf_cython_path,
    hidden_constant_in_elf,
    hidden_branch_in_elf,
    elf_added_function,
    vendored_library_rebuilt,
)
