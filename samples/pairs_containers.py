"""Pairs whose packages are the same and whose containers are not: times, modes, owners, order."""

import gzip
import shutil
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

from projects import SETUPTOOLS, UV_FLAT, pure, with_setup
from worlds import DAY, EPOCH, OTHER_PLACE, Skip, Workshop, World, need

Pair = tuple[Path, Path]


def clock_setuptools_wheel(shop: Workshop) -> Pair:
    """Two fresh checkouts, built on two days, with SOURCE_DATE_EPOCH unset."""
    files = pure("setuptools", settings=SETUPTOOLS)
    a = World(epoch=None, clock=EPOCH, checkout=EPOCH - 600)
    b = World(epoch=None, clock=EPOCH + DAY + 4322, checkout=EPOCH + DAY + 3600)
    return shop.build("setuptools", "wheel", files, a), shop.build("setuptools", "wheel", files, b)


def umask_setuptools_wheel(shop: Workshop) -> Pair:
    """The umask of the build reaches the modes of nearly all members."""
    files = pure("setuptools", settings=SETUPTOOLS)
    return (
        shop.build("setuptools", "wheel", files, World()),
        shop.build("setuptools", "wheel", files, World(umask=0o077)),
    )


def timezone_flit_wheel(shop: Workshop) -> Pair:
    """flit_core writes source mtimes in local time when SOURCE_DATE_EPOCH is unset."""
    files = pure("flit")
    world = World(epoch=None)
    return (
        shop.build("flit", "wheel", files, world),
        shop.build("flit", "wheel", files, replace(world, zone="Asia/Tokyo")),
    )


def epoch_unset_hatchling_wheel(shop: Workshop) -> Pair:
    """One side set SOURCE_DATE_EPOCH; the other got the constant of the backend."""
    files = pure("hatchling")
    return (
        shop.build("hatchling", "wheel", files, World()),
        shop.build("hatchling", "wheel", files, World(epoch=None)),
    )


def identical_poetry_wheel(shop: Workshop) -> Pair:
    """Everything around the build differs and the wheel does not."""
    files = pure("poetry")
    a = World(clock=EPOCH)
    b = World(
        place=OTHER_PLACE,
        clock=EPOCH + 3 * DAY + 7,
        checkout=EPOCH + 5001,
        umask=0o077,
        zone="Asia/Tokyo",
        seed=42,
        login="alice",
    )
    return shop.build("poetry", "wheel", files, a), shop.build("poetry", "wheel", files, b)


_PATCH = """\
--- a/demo/units.py
+++ b/demo/units.py
@@ -6,4 +6,5 @@
     "in": 0.0254,
     "ft": 0.3048,
+    "yd": 0.9144,
     "mi": 1609.344,
 }
"""


def zip_order_delocate(shop: Workshop) -> Pair:
    """delocate-patch walks its temporary directory unsorted, on two file systems."""
    need("patch", "patch")
    words = ("one", "two", "three", "four", "five", "six")
    more = {f"demo/data/{word}.txt": f"{word}\n" for word in words}
    wheel = shop.build("hatchling", "wheel", pure("hatchling", more=more), World())
    patch = shop.directory() / "yard.patch"
    patch.write_text(_PATCH)
    memory = Path("/dev/shm")  # noqa: S108 - a tmpfs: it lists the newest file first
    if not memory.is_dir() or memory.stat().st_dev == shop.scratch.stat().st_dev:
        raise Skip("needs a second file system at /dev/shm")
    made = []
    for base in (shop.scratch, memory):
        place = base / "sample-unpacked"
        place.mkdir()
        out = shop.directory()
        try:
            command = ["-m", "delocate.cmd.delocate_patch", "-w", str(out), str(wheel), str(patch)]
            world = World(extra={"TMPDIR": str(place)})
            shop.python(command, world, tools=["delocate"], cwd=out)
        finally:
            shutil.rmtree(place)
        made.append(out / wheel.name)
    first, second = (zipfile.ZipFile(path).namelist() for path in made)
    if first == second:
        raise Skip("the two file systems list their files in one order here")
    return made[0], made[1]


def _unzip(shop: Workshop, wheel: Path) -> tuple[Path, list[str]]:
    """Unpack with Info-ZIP, which restores times and modes; give the names in archive order."""
    place = shop.directory()
    shop.run([need("unzip", "unzip"), "-q", str(wheel)], World(), cwd=place)
    return place, zipfile.ZipFile(wheel).namelist()


def zip_dialect_infozip(shop: Workshop) -> Pair:
    """One wheel as its backend wrote it, and packed again by Info-ZIP, in the same order."""
    files = pure("setuptools", settings=SETUPTOOLS)
    wheel = shop.build("setuptools", "wheel", files, World())
    place, names = _unzip(shop, wheel)
    repacked = shop.directory() / wheel.name
    command = [need("zip", "zip"), "-q", "-X", "-D", str(repacked), *names]
    shop.run(command, World(), cwd=place)
    return wheel, repacked


def backend_switch_uv_setuptools(shop: Workshop) -> Pair:
    """The same sources built by another backend."""
    made = []
    for tool, settings in (
        ("uv", UV_FLAT),
        ("setuptools", SETUPTOOLS),
    ):
        files = pure(tool, settings=settings)
        made.append(shop.build(tool, "wheel", files, World()))
    return made[0], made[1]


def exec_bit_lost(shop: Workshop) -> Pair:
    """A helper program that is no longer executable, as after a copy through a FAT file system."""
    program = "share/demo/measure.sh"
    settings = '[tool.hatch.build.targets.wheel.shared-data]\n"share" = "libexec"\n'
    more = {program: '#!/bin/sh\nexec python3 -m demo.table "$@"\n'}
    files = pure("hatchling", settings=settings, more=more)
    return (
        shop.build("hatchling", "wheel", files, World(), executable=[program]),
        shop.build("hatchling", "wheel", files, World()),
    )


_ZIPPING_SETUP = """\
import pathlib
import shutil

from setuptools import setup
from setuptools.command.build_py import build_py


class WithTemplates(build_py):
    def run(self):
        super().run()
        target = pathlib.Path(self.build_lib, "demo", "templates")
        shutil.make_archive(str(target), "zip", "templates")


setup(cmdclass={"build_py": WithTemplates})
"""


def nested_zip_times(shop: Workshop) -> Pair:
    """The build packs templates into a zip, with the mtimes of the checkout."""
    templates = {
        f"templates/{name}.html": f"<table class='{name}'>\n  {{rows}}\n</table>\n"
        for name in ("metric", "imperial", "nautical")
    }
    files = with_setup(_ZIPPING_SETUP, more=templates)
    world = World()
    later = replace(world, checkout=world.checkout + 5 * DAY + 1234)
    return (
        shop.build("setuptools", "wheel", files, world),
        shop.build("setuptools", "wheel", files, later),
    )


def sdist_owner_setuptools(shop: Workshop) -> Pair:
    """Built by root, and by a user without a name, as in `docker run --user 1234`."""
    files = pure("setuptools", settings=SETUPTOOLS)
    world = World(clock=EPOCH, user=0)
    return (
        shop.build("setuptools", "sdist", files, world),
        shop.build("setuptools", "sdist", files, replace(world, user=1234)),
    )


def sdist_modes_setuptools(shop: Workshop) -> Pair:
    """Built under umask 022 and 002."""
    files = pure("setuptools", settings=SETUPTOOLS)
    world = World(clock=EPOCH, user=1000)
    return (
        shop.build("setuptools", "sdist", files, world),
        shop.build("setuptools", "sdist", files, replace(world, umask=0o002)),
    )


def gzip_header_clock_pdm(shop: Workshop) -> Pair:
    """pdm-backend writes the current time to the gzip header, SOURCE_DATE_EPOCH or not."""
    files = pure("pdm")
    return (
        shop.build("pdm", "sdist", files, World(clock=EPOCH)),
        shop.build("pdm", "sdist", files, World(clock=EPOCH + DAY)),
    )


def tar_format_gnu_pax(shop: Workshop) -> Pair:
    """One unpacked sdist, packed by GNU tar in its own format and in the POSIX one."""
    deep = "demo/" + "nested_measurements/" * 4 + "a_module_with_a_long_name_of_its_own.py"
    more = {deep: '"""A path of more than 100 bytes: each format has its own way to write it."""\n'}
    sdist = shop.build("hatchling", "sdist", pure("hatchling", more=more), World())
    place = shop.directory()
    tar = need("tar", "tar")
    shop.run([tar, "-xf", str(sdist)], World(), cwd=place)
    with tarfile.open(sdist) as archive:
        names = archive.getnames()
    made = []
    for form in ("gnu", "posix"):
        target = shop.directory() / sdist.name.removesuffix(".gz")
        fixed = ["--owner=0", "--group=0", "--numeric-owner", "--no-recursion"]
        # The names of the header blocks carry a process id, and times of access change by reading.
        pax = ["--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime"]
        options = [*fixed, *(pax if form == "posix" else [])]
        shop.run(
            [tar, f"--format={form}", *options, "-cf", str(target), *names], World(), cwd=place
        )
        shop.run([need("gzip", "gzip"), "-n", "-9", str(target)], World(), cwd=place)
        made.append(target.with_name(sdist.name))
    first, second = (gzip.decompress(path.read_bytes()) for path in made)
    if first == second:
        raise Skip("this tar writes both formats alike")
    return made[0], made[1]


RECIPES = (
    clock_setuptools_wheel,
    umask_setuptools_wheel,
    timezone_flit_wheel,
    epoch_unset_hatchling_wheel,
    identical_poetry_wheel,
    zip_order_delocate,
    zip_dialect_infozip,
    backend_switch_uv_setuptools,
    exec_bit_lost,
    nested_zip_times,
    sdist_owner_setuptools,
    sdist_modes_setuptools,
    gzip_header_clock_pdm,
    tar_format_gnu_pax,
)
