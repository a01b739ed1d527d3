"""Pairs with a library for Windows, linked by MinGW and by LLVM's linker.

Their bytes follow the compiler: another release than gcc 12 for mingw-w64, or LLVM 14, gives the
same differences elsewhere.
"""

from pathlib import Path

from projects import cross
from worlds import DAY, EPOCH, OTHER_PLACE, Files, Workshop, World, need

Pair = tuple[Path, Path]
SAME_LENGTH = "/tmp/build-bbb"  # noqa: S108 - as long as the usual place
_NO_TIME = "-Wl,--no-insert-timestamp"


def _mingw(
    shop: Workshop, files: Files, world: World, *options: str, out: str = "out/_speed.pyd"
) -> Path:
    """A wheel with a library that MinGW links, under the name ``out`` at first."""
    gcc = need("x86_64-w64-mingw32-gcc", "gcc-mingw-w64-x86-64-win32")
    with shop.checked_out(files, world) as place:
        made = place / "src" / out
        made.parent.mkdir(parents=True, exist_ok=True)
        command = [gcc, "-O2", "-s", "-shared", *options, "-o", out, str(place / "src/speed.c")]
        shop.run(command, world, cwd=place / "src")
        return _wheel(shop, made, world)


def _lld(shop: Workshop, files: Files, world: World, *options: str) -> Path:
    """A wheel with a library that lld-link links."""
    clang, link = need("clang", "clang"), need("lld-link", "lld")
    tool = need("llvm-dlltool", "llvm")
    with shop.checked_out(files, world) as place:
        source = place / "src"
        (source / "out").mkdir()
        for command in (
            [tool, "-m", "i386:x86-64", "-d", "crt.def", "-l", "crt.lib"],
            [clang, "-target", "x86_64-pc-windows-msvc", "-O2", "-g", "-gcodeview",
             "-c", str(source / "speed.c"), "-o", "speed.obj"],
            [link, "/dll", "/noentry", "/debug", "/machine:x64", *options,
             "speed.obj", "crt.lib", "/out:out/_speed.pyd", "/pdb:speed.pdb"],
        ):  # fmt: skip
            shop.run(command, world, cwd=source)
        return _wheel(shop, source / "out" / "_speed.pyd", world)


def _wheel(shop: Workshop, made: Path, world: World) -> Path:
    """Let the backend pack what was compiled."""
    made.replace(Path(world.place) / "demo" / "_speed.pyd")
    return shop.backend("setuptools", "wheel", World(place=world.place))


def pe_time(shop: Workshop) -> Pair:
    """A library for Windows, linked a day apart."""
    files = cross(system="windows", path=False)
    worlds = [World(epoch=None, clock=EPOCH + day * DAY) for day in (0, 1)]
    a, b = (_mingw(shop, files, world) for world in worlds)
    return a, b


def pe_path_same_length(shop: Workshop) -> Pair:
    """A library for Windows, compiled in two directories whose names are as long as each other."""
    files = cross(system="windows")
    worlds = [World(), World(place=SAME_LENGTH)]
    a, b = (_mingw(shop, files, world, _NO_TIME) for world in worlds)
    return a, b


def pe_path(shop: Workshop) -> Pair:
    """A library for Windows, compiled in two directories."""
    files = cross(system="windows")
    worlds = [World(), World(place=OTHER_PLACE)]
    a, b = (_mingw(shop, files, world, _NO_TIME) for world in worlds)
    return a, b


def pe_guid(shop: Workshop) -> Pair:
    """A library for Windows whose debug information, in its own file, names two directories."""
    files = cross(system="windows", path=False)
    worlds = [World(), World(place=OTHER_PLACE)]
    options = ("/Brepro", "/pdbaltpath:speed.pdb")
    a, b = (_lld(shop, files, world, *options) for world in worlds)
    return a, b


def pe_pdb_path(shop: Workshop) -> Pair:
    """A library for Windows that names its debug information by two paths, and itself too."""
    files = cross(system="windows")
    a, b = (
        _lld(shop, files, World(place=place), "/Brepro", f"/pdbaltpath:{place}/out/speed.pdb")
        for place in (World().place, OTHER_PLACE)
    )
    return a, b


def pe_image_base(shop: Workshop) -> Pair:
    """A library for Windows, linked under two output names: its load address is made of them."""
    files = cross(system="windows")
    a, b = (
        _mingw(shop, files, World(), _NO_TIME, "-Wl,--enable-auto-image-base",
               out=f"out/{name}/_speed.pyd")
        for name in ("win-amd64-3.11", "lib.win-amd64-cpython-311")
    )  # fmt: skip
    return a, b


def hidden_change_in_pe(shop: Workshop) -> Pair:
    """Another build path in a library for Windows, and one other constant in its code."""
    a = _mingw(shop, cross(system="windows"), World(), _NO_TIME)
    changed = cross(system="windows", limit=4352)
    return a, _mingw(shop, changed, World(place=OTHER_PLACE), _NO_TIME)


RECIPES = (
    pe_time,
    pe_path_same_length,
    pe_path,
    pe_guid,
    pe_pdb_path,
    pe_image_base,
    hidden_change_in_pe,
)
