"""Pairs whose files differ: generated text, bytecode, and real changes hidden in noise."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from projects import generating, policies, pure, with_setup
from worlds import (
    DAY,
    EPOCH,
    OTHER_PLACE,
    Files,
    Workshop,
    World,
    need_cpython_311,
)

Pair = tuple[Path, Path]


def _both(shop: Workshop, files: Files, a: World, b: World) -> Pair:
    return shop.build("setuptools", "wheel", files, a), shop.build("setuptools", "wheel", files, b)


def hash_seed_set_order(shop: Workshop) -> Pair:
    """The build writes the entries of a set to a module, in the order of the hash seed."""
    code = """\
        formats = {"csv", "html", "json", "latex", "markdown", "rst", "text"}
        lines = "".join(f"    {name!r},\\n" for name in formats)
        write("_formats.py", f"FORMATS = [\\n{lines}]\\n")
"""
    files = generating(code)
    return _both(shop, files, World(seed=0), World(seed=1))


def build_date_text(shop: Workshop) -> Pair:
    """The build writes its date where no code reads it: a text file and a comment."""
    code = """\
        now = time.gmtime()
        write("BUILT.txt", time.strftime("Built on %A, %d %B %Y, at %H:%M:%S UTC.\\n", now))
        stamp = time.strftime("# Generated %Y-%m-%d %H:%M:%S by setup.py, do not edit.\\n", now)
        write("_names.py", stamp + 'METRE = "m"\\nINCH = "in"\\n')
"""
    files = generating(code)
    return _both(shop, files, World(clock=EPOCH), World(clock=EPOCH + 2 * DAY + 3723))


def build_date_literal(shop: Workshop) -> Pair:
    """The build writes its date to a variable, which code can read."""
    code = """\
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        write("_build.py", f'BUILT = "{now}"\\n')
"""
    files = generating(code)
    return _both(shop, files, World(clock=EPOCH), World(clock=EPOCH + 2 * DAY + 3723))


def build_user_host(shop: Workshop) -> Pair:
    """The build writes who built, and on which machine."""
    code = """\
        who, where = getpass.getuser(), socket.gethostname()
        write("_build.py", f'BUILDER = "{who}"\\nMACHINE = "{where}"\\n')
"""
    files = generating(code)
    a = World(login="ci", host="runner-17")
    return _both(shop, files, a, replace(a, login="alice", host="thinkpad.example.org"))


def build_path_config(shop: Workshop) -> Pair:
    """A module records the directory of the build and its interpreter, in a virtual environment."""
    code = """\
        where, python = os.getcwd(), sys.executable
        write("_config.py", f'SOURCE = "{where}"\\nPYTHON = "{python}"\\n')
"""
    files = generating(code)
    made = []
    for world in (World(), World(place=OTHER_PLACE)):
        with shop.checked_out(files, world) as place:
            shop.python(["-m", "venv", "--without-pip", str(place / ".venv")], world)
            python = place / ".venv/bin/python"
            made.append(shop.backend("setuptools", "wheel", world, python=python))
    return made[0], made[1]


def pip_isolation_tempdir(shop: Workshop) -> Pair:
    """Two runs of `pip wheel`, whose isolated build environments have random names."""
    code = """\
        home = os.path.dirname(setuptools.__file__)
        write("_config.py", f'BUILT_WITH = "{home}"\\n')
"""
    need_cpython_311()  # the path names the version of Python
    files = generating(code)
    made = []
    for _ in range(2):
        out = shop.directory()
        passed = {name: os.environ[name] for name in os.environ if name.startswith("PIP_")}
        world = World(extra={"PIP_DISABLE_PIP_VERSION_CHECK": "1", **passed})
        with shop.checked_out(files, world):
            command = ["-m", "pip", "wheel", "-q", "--no-deps", "-w", str(out), "."]
            shop.python(command, world, tools=["pip"])
        (wheel,) = out.iterdir()
        made.append(wheel)
    return made[0], made[1]


def _with_bytecode(
    shop: Workshop,
    wheel: Path,
    world: World,
    *,
    compile_from: str,
    tampered: tuple[str, str, str] | None = None,
) -> Path:
    """Unpack a wheel, compile its modules, pack it again, as tools that ship bytecode do.

    Args:
        shop: where to work.
        wheel: the wheel without bytecode.
        world: its `checkout` is the mtime that the sources have when they are compiled.
        compile_from: the directory to compile, as it will stand in co_filename.
        tampered: a module, text in it and what to compile in its place; the source itself is put
            back as it was, size and mtime included.
    """
    out = shop.directory()
    steady = replace(world, epoch=EPOCH)
    # With SOURCE_DATE_EPOCH set, compileall would write no mtime at all but a hash.
    bare = replace(world, epoch=None)
    with shop.place(world) as place:
        unpack = ["-m", "wheel", "unpack", "-d", str(place), str(wheel)]
        shop.python(unpack, steady, tools=["wheel"])
        root = place / "demo-1.0"
        originals = {path: path.read_bytes() for path in sorted(root.glob("demo/**/*.py"))}
        if tampered is not None:
            name, old, new = tampered
            text = originals[root / name].decode()
            (root / name).write_text(text.replace(old, new))
        _date(originals, world.checkout)
        shop.python(["-m", "compileall", "-q", compile_from], bare)
        for path, content in originals.items():
            path.write_bytes(content)
        _date(originals, world.checkout)
        pack = ["-m", "wheel", "pack", "-d", str(out), str(root)]
        shop.python(pack, steady, tools=["wheel"])
    return out / wheel.name


def _date(paths: Iterable[Path], first: int) -> None:
    for number, path in enumerate(paths):
        os.utime(path, (first + 10 * number, first + 10 * number))


def pyc_source_mtime(shop: Workshop) -> Pair:
    """Bytecode compiled from two checkouts of the same sources."""
    need_cpython_311()
    wheel = shop.build("hatchling", "wheel", pure("hatchling"), World())
    a = World()
    b = replace(a, checkout=a.checkout + 3 * DAY + 61)
    source = "demo-1.0/demo"
    return (
        _with_bytecode(shop, wheel, a, compile_from=source),
        _with_bytecode(shop, wheel, b, compile_from=source),
    )


def pyc_build_path(shop: Workshop) -> Pair:
    """Bytecode compiled in two directories: co_filename."""
    need_cpython_311()
    wheel = shop.build("hatchling", "wheel", pure("hatchling"), World())
    a = World()
    b = replace(a, place=OTHER_PLACE)
    return (
        _with_bytecode(shop, wheel, a, compile_from=f"{a.place}/demo-1.0/demo"),
        _with_bytecode(shop, wheel, b, compile_from=f"{b.place}/demo-1.0/demo"),
    )


def hidden_change_in_300(shop: Workshop) -> Pair:
    """All 300 members have another time, nearly all another mode, and one says VERIFY = 0."""
    a = World(epoch=None, clock=EPOCH, checkout=EPOCH - 4000)
    b = World(epoch=None, clock=EPOCH + DAY, checkout=EPOCH + DAY - 4400, umask=0o077)
    return (
        shop.build("setuptools", "wheel", policies(291), a),
        shop.build("setuptools", "wheel", policies(291, changed=187), b),
    )


def hidden_change_in_pyc(shop: Workshop) -> Pair:
    """All pyc files have another source mtime, and one was compiled from another source.

    The sources in the wheel are the same on both sides: only the bytecode tells.
    """
    need_cpython_311()
    wheel = shop.build("setuptools", "wheel", policies(57), World())
    a = World()
    b = replace(a, checkout=a.checkout + 2 * DAY + 47)
    source = "demo-1.0/demo"
    tampered = ("demo/policies/policy_031.py", "VERIFY = 1", "VERIFY = 0")
    return (
        _with_bytecode(shop, wheel, a, compile_from=source),
        _with_bytecode(shop, wheel, b, compile_from=source, tampered=tampered),
    )


_SETUP = """\
from setuptools import Command, setup

MIRROR = "https://data.example.org/units/"


class Refresh(Command):
    user_options = []

    def initialize_options(self):
        pass

    def finalize_options(self):
        pass

    def run(self):
        from urllib.request import urlretrieve

        urlretrieve(MIRROR + "units.json", "demo/units.json")


setup(cmdclass={"refresh": Refresh})
"""


def hidden_change_in_sdist(shop: Workshop) -> Pair:
    """Another clock and another user everywhere, and another host name in one line of setup.py."""
    a = World(clock=EPOCH, user=0)
    b = World(clock=EPOCH + DAY + 125, checkout=EPOCH + 77, user=1234)
    changed = _SETUP.replace("data.example.org", "data.example.com")
    return (
        shop.build("setuptools", "sdist", with_setup(_SETUP), a),
        shop.build("setuptools", "sdist", with_setup(changed), b),
    )


RECIPES = (
    hash_seed_set_order,
    build_date_text,
    build_date_literal,
    build_user_host,
    build_path_config,
    pip_isolation_tempdir,
    pyc_source_mtime,
    pyc_build_path,
    hidden_change_in_300,
    hidden_change_in_pyc,
    hidden_change_in_sdist,
)
