"""Pairs with a library for macOS, linked by LLVM's linker, which also signs those for arm64.

Their bytes follow the compiler: another release than LLVM 14 gives the same differences elsewhere.
"""

import os
import shutil
from pathlib import Path

from projects import cross
from worlds import OTHER_PLACE, Files, Workshop, World, need

Pair = tuple[Path, Path]
_LINK = ("-bundle", "-platform_version", "macos", "11.0", "11.0", "-undefined", "dynamic_lookup")


def _build(
    shop: Workshop, files: Files, world: World, machine: str, *, strip: bool = False
) -> Path:
    """A wheel with a library for one machine; ``strip`` takes its debug symbols away again."""
    clang = need("clang", "clang")
    link = shutil.which("ld64.lld") or need("ld64.lld-14", "lld-14")
    objcopy = need("llvm-objcopy", "llvm")
    target = f"{machine}-apple-macos11"
    options = ["-g"] if strip else []
    with shop.checked_out(files, world) as place:
        source = place / "src"
        made = place / "demo" / "_speed.so"
        commands = [
            [clang, "-target", target, "-O2", *options, "-c", str(source / "speed.c"),
             "-o", "speed.o"],
            [objcopy, "--remove-section", "__TEXT,__eh_frame", "speed.o"],
        ]  # fmt: skip
        for command in commands:
            shop.run(command, world, cwd=source)
        os.utime(source / "speed.o", (world.checkout, world.checkout))
        out = str(source / "speed.o")
        shop.run([link, *_LINK, "-arch", machine, "-o", str(made), out], world, cwd=source)
        if strip:
            shop.run([need("llvm-strip", "llvm"), "--strip-all", str(made)], world, cwd=source)
        return shop.backend("setuptools", "wheel", World(place=world.place))


def macho_path(shop: Workshop) -> Pair:
    """A library for macOS on arm64, compiled in two directories."""
    files = cross(system="macos")
    worlds = [World(), World(place=OTHER_PLACE)]
    a, b = (_build(shop, files, world, "arm64") for world in worlds)
    return a, b


def macho_uuid(shop: Workshop) -> Pair:
    """A library for macOS whose debug symbols named two directories, until they were stripped."""
    files = cross(system="macos", path=False)
    worlds = [World(), World(place=OTHER_PLACE)]
    a, b = (_build(shop, files, world, "x86_64", strip=True) for world in worlds)
    return a, b


def hidden_change_in_macho(shop: Workshop) -> Pair:
    """Another build path in a library for macOS, and one other constant in its code."""
    a = _build(shop, cross(system="macos"), World(), "arm64")
    changed = cross(system="macos", limit=4352)
    return a, _build(shop, changed, World(place=OTHER_PLACE), "arm64")


RECIPES = (macho_path, macho_uuid, hidden_change_in_macho)
