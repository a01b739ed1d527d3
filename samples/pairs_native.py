"""Pairs with a library in C, and what auditwheel makes of them.

Their bytes follow the compiler: another gcc than 12.2 gives the same differences elsewhere, and
another name to the vendored library.
"""

import shutil
from pathlib import Path

from projects import C_CODE, LIBRARY, linked, native
from worlds import OTHER_PLACE, Workshop, World, need, need_cpython_311

Pair = tuple[Path, Path]


def native_debug_path(shop: Workshop) -> Pair:
    """A library in C with debug information, compiled in two directories."""
    need_cpython_311()
    need("cc", "gcc")
    files = native(debug=True)
    return (
        shop.build("setuptools", "wheel", files, World()),
        shop.build("setuptools", "wheel", files, World(place=OTHER_PLACE)),
    )


def hidden_change_in_native(shop: Workshop) -> Pair:
    """Another build path in the debug information, and one other constant in the code."""
    need_cpython_311()
    need("cc", "gcc")
    changed = C_CODE.replace("LIMIT 4096", "LIMIT 4352")
    return (
        shop.build("setuptools", "wheel", native(debug=True), World()),
        shop.build("setuptools", "wheel", native(changed, debug=True), World(place=OTHER_PLACE)),
    )


def repair(
    shop: Workshop,
    wheel: Path,
    *options: str,
    libraries: Path | None = None,
    tool: str = "auditwheel",
) -> Path:
    """What auditwheel makes of a wheel."""
    out = shop.directory()
    world = World(extra={"LD_LIBRARY_PATH": str(libraries)} if libraries else {})
    command = ["-m", "auditwheel", "repair", *options, "-w", str(out), str(wheel)]
    shop.python(command, world, tools=[tool], cwd=out)
    (repaired,) = out.iterdir()
    return repaired


def compression_level_auditwheel(shop: Workshop) -> Pair:
    """One wheel with a native library, its members deflated at levels 1 and 9."""
    need_cpython_311()
    need("cc", "gcc")
    wheel = shop.build("setuptools", "wheel", native(), World())
    return repair(shop, wheel, "-z", "1"), repair(shop, wheel, "-z", "9")


def platform_tag_auditwheel(shop: Workshop) -> Pair:
    """One wheel, repaired for two platforms: file name and WHEEL carry other tags."""
    need_cpython_311()
    need("cc", "gcc")
    wheel = shop.build("setuptools", "wheel", native(), World())
    platforms = ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
    a, b = (repair(shop, wheel, "--only-plat", "--plat", platform) for platform in platforms)
    return a, b


def vendored_library_version(shop: Workshop) -> Pair:
    """Auditwheel grafts the library it finds, and one machine has a newer one."""
    need_cpython_311()
    compiler = need("cc", "gcc")
    made = []
    for limit in (4096, 65536):
        wheel, libraries = _linked(shop, compiler, limit)
        made.append(repair(shop, wheel, libraries=libraries))
    return made[0], made[1]


def vendored_library_patchelf(shop: Workshop) -> Pair:
    """Auditwheel grafts one library into one wheel, with two releases of patchelf."""
    need_cpython_311()
    wheel, libraries = _linked(shop, need("cc", "gcc"), 4096)
    tools = ("auditwheel-patchelf-0.14", "auditwheel")
    a, b = (repair(shop, wheel, libraries=libraries, tool=tool) for tool in tools)
    return a, b


def repaired_wheel_auditwheel(shop: Workshop) -> Pair:
    """A wheel as the backend built it, and as auditwheel repaired it."""
    need_cpython_311()
    wheel, libraries = _linked(shop, need("cc", "gcc"), 4096)
    return wheel, repair(shop, wheel, libraries=libraries)


def _linked(shop: Workshop, compiler: str, limit: int) -> tuple[Path, Path]:
    """A wheel that needs a library, and the directory with that library."""
    world = World()
    files = linked(limit)
    libraries = shop.directory()
    with shop.checked_out(files, world) as place:
        (place / "lib").mkdir()
        options = ["-O2", "-g0", "-s", "-shared", "-fPIC", f"-Wl,-soname,{LIBRARY}"]
        shop.run([compiler, *options, "-o", f"lib/{LIBRARY}", "limit.c"], world)
        shutil.copyfile(place / "lib" / LIBRARY, libraries / LIBRARY)
        wheel = shop.backend("setuptools", "wheel", world)
    return wheel, libraries


RECIPES = (
    native_debug_path,
    hidden_change_in_native,
    compression_level_auditwheel,
    platform_tag_auditwheel,
    vendored_library_version,
    vendored_library_patchelf,
    repaired_wheel_auditwheel,
)
