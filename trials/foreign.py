"""Libraries for Windows and macOS, compiled here: a compiler for them is enough."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import cross
from pure import BARE, DIRECTORY, VARIATIONS, version
from repairs import TOOL
from room import OTHER_PLACE, WHEEL, WORLD, Job
from worlds import DAY, EPOCH, World

_MINGW = f"""
x86_64-w64-mingw32-gcc $CFLAGS -s -shared $LDFLAGS -o demo/_speed.pyd "$PWD/src/speed.c"
{WHEEL}
"""
_APPLE = f"""
{TOOL}
clang -target arm64-apple-macos11 $CFLAGS -fno-asynchronous-unwind-tables -c "$PWD/src/speed.c"
"$(tool ld64.lld)" -arch arm64 -platform_version macos 11.0 11.0 -undefined dynamic_lookup \\
    -bundle -o demo/_speed.so speed.o
rm speed.o
{WHEEL}
"""


def cases() -> Iterator[Case]:
    """What the formats of both systems record of a build."""
    windows = Job(cross(system="windows"), ("setuptools",), _MINGW)
    macos = Job(cross(system="macos"), ("setuptools",), _APPLE)

    def case(varied: str, job: Job, a: World, b: World, *causes: str) -> Case:
        return Case("setuptools", version("setuptools"), "wheel", varied, job, a, b, causes=causes)

    later = replace(BARE, clock=EPOCH + DAY)
    yield case("clock, DLL by MinGW", windows, BARE, later, "pe-timestamp")
    # MinGW's linker makes an image base of the name of the file, and a time of the clock.
    calm = replace(WORLD, extra={**WORLD.extra, "LDFLAGS": "-Wl,--no-insert-timestamp"})
    there = replace(calm, place=OTHER_PLACE)
    yield case(f"{DIRECTORY}, DLL by MinGW", windows, calm, there, "pe-build-path")
    yield case(f"{DIRECTORY}, Mach-O by LLVM", macos, *VARIATIONS[DIRECTORY], "macho-build-path")
