"""Wheels that a repair tool wrote anew."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import C_CODE, cross, linked, native
from pure import BARE, DIRECTORY, ORDER, UMASK, VARIATIONS, version
from room import WHEEL, WORLD, Job
from worlds import DAY, EPOCH, Files, World

_OWN = ("auditwheel-epoch", "auditwheel-umask", "auditwheel-level", "auditwheel-plat")
_REPAIR = "auditwheel repair --wheel-dir wheelhouse dist/*.whl"


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _auditwheel()
    yield from _delvewheel()
    yield from _delocate()


def _auditwheel() -> Iterator[Case]:
    """With what it writes itself."""
    # The build has an epoch in every case: only the repair differs.
    job = Job(
        native(C_CODE),
        ("setuptools", "auditwheel"),
        f"( umask 022; export SOURCE_DATE_EPOCH={EPOCH}; {WHEEL} )",
        repair=_REPAIR,
    )

    def case(varied: str, a: World, b: World, a_job: Job = job, b_job: Job = job) -> Case:
        return Case(
            "auditwheel",
            version("auditwheel"),
            "wheel",
            varied,
            a_job,
            a,
            b,
            job_b=b_job,
            fixes=_OWN,
        )

    yield case(ORDER, *VARIATIONS[ORDER])
    yield case("clock of the repair", BARE, replace(BARE, clock=EPOCH + DAY + 3723))
    yield case("umask of the repair", WORLD, replace(WORLD, umask=0o002))
    levels = [replace(job, repair=_REPAIR.replace("repair ", f"repair -z {n} ")) for n in (1, 9)]
    yield case("compression level", WORLD, WORLD, *levels)
    plats = [
        replace(
            job,
            repair=_REPAIR.replace("repair ", f"repair --only-plat --plat manylinux_2_{n}_x86_64 "),
        )
        for n in (17, 28)
    ]
    yield case("platform", WORLD, WORLD, *plats)
    library = replace(
        job,
        files=linked(4096),
        ready="mkdir lib\ncc -O2 -g0 -s -shared -fPIC -Wl,-soname,libdemolimit.so.1 "
        "-o lib/libdemolimit.so.1 limit.c\nexport LD_LIBRARY_PATH=$PWD/lib",
    )
    yield case(
        "clock of the repair, with a library",
        BARE,
        replace(BARE, clock=EPOCH + DAY),
        library,
        library,
    )


# -- Windows, with what a Linux has ---------------------------------------------------------------

_DLL = """\
x86_64-w64-mingw32-gcc -O2 -s -shared -Wl,--no-insert-timestamp -o lib/limit.dll limit.c
x86_64-w64-mingw32-gcc -O2 -s -shared -Wl,--no-insert-timestamp -o demo/_speed.pyd src/speed.c \
    lib/limit.dll
"""
_LIMIT = "long demo_limit(void)\n{\n    return 4096;\n}\n"
_ASKING = (
    "extern long demo_limit(void);\n\nint demo_fits(long n)\n{\n    return n <= demo_limit();\n}\n"
)
# The tag of a wheel for Windows, which the backend would only give it there.
_TAGGED = "{wheel}\npython -m wheel tags --remove --platform-tag {tag} dist/*.whl"


def _calm(commands: str, tag: str) -> str:
    """A build that is the same in every world, apart from its place."""
    made = _TAGGED.format(wheel=WHEEL, tag=tag)
    return (
        f"( umask 022; export SOURCE_DATE_EPOCH={EPOCH}; unset SAMPLE_REVERSED\n{commands}{made} )"
    )


def _foreign(system: str) -> Files:
    more = {"limit.c": _LIMIT, "src/speed.c": _ASKING, "lib/README": "Libraries are built here.\n"}
    more |= {f"demo/data/{word}.txt": f"{word}\n" for word in ("one", "two", "three", "four")}
    files = {**cross(system=system), **more}
    setup = str(files["setup.py"]).replace('"*.so"', '"*.so", "data/*.txt"')
    return {**files, "setup.py": setup}


def _delvewheel() -> Iterator[Case]:
    repair = 'delvewheel repair --add-path "$PWD/lib" --wheel-dir wheelhouse dist/*.whl'
    job = Job(
        _foreign("windows"),
        ("setuptools", "wheel", "delvewheel"),
        _calm(_DLL, "win_amd64"),
        ready='export PATH="$PATH:$PWD/lib"',
        repair=repair,
        more_tools=("repairwheel",),
    )
    pins = version("delvewheel")
    for varied, (a, b) in (
        ("clock of the repair", (BARE, replace(BARE, clock=EPOCH + DAY + 3723))),
        (DIRECTORY, (BARE, replace(VARIATIONS[DIRECTORY][1], epoch=None))),
        (ORDER, VARIATIONS[ORDER]),
        (UMASK, VARIATIONS[UMASK]),
    ):
        yield Case("delvewheel", pins, "wheel", varied, job, a, b, fixes=_fixes("delvewheel"))


# -- macOS, with LLVM's tools in place of Apple's; nothing is signed ------------------------------

TOOL = (
    'tool() { command -v "$1" || command -v "$1-14" || ls /usr/lib/llvm-*/bin/"$1" | head -n 1; }'
)
"""A function of the shell: where a program of LLVM is."""
_APPLE = f"""\
mkdir .apple
{TOOL}
ln -s "$(tool llvm-lipo)" .apple/lipo
ln -s "$(tool llvm-install-name-tool)" .apple/install_name_tool
ln -s "$(type -P true)" .apple/codesign
printf '#!/bin/sh\\nshift 3\\nexec %s "$@"\\n' "$(tool llvm-otool)" > .apple/otool
chmod +x .apple/otool
export PATH="$PWD/.apple:$PATH"
"""
_DYLIB = """\
cc="clang -target arm64-apple-macos11 -O2 -fno-asynchronous-unwind-tables -c"
link="$(tool ld64.lld) -arch arm64 -platform_version macos 11.0 11.0 -undefined dynamic_lookup"
$cc limit.c -o lib/limit.o
$cc src/speed.c -o lib/speed.o
$link -dylib -install_name /opt/lib/libdemolimit.dylib -o lib/libdemolimit.dylib lib/limit.o
$link -bundle -headerpad_max_install_names -o demo/_speed.so lib/speed.o lib/libdemolimit.dylib
"""


def _delocate() -> Iterator[Case]:
    job = Job(
        _foreign("macos"),
        ("setuptools", "wheel", "delocate"),
        _calm(_DYLIB, "macosx_11_0_arm64"),
        ready=f"{_APPLE}export DYLD_LIBRARY_PATH=$PWD/lib",
        repair="delocate-wheel --wheel-dir wheelhouse dist/*.whl",
        more_tools=("repairwheel",),
    )
    pins = version("delocate")
    for varied, (a, b) in (
        ("clock of the repair", (BARE, replace(BARE, clock=EPOCH + DAY + 3723))),
        (ORDER, VARIATIONS[ORDER]),
        (UMASK, VARIATIONS[UMASK]),
    ):
        yield Case("delocate", pins, "wheel", varied, job, a, b, fixes=_fixes("delocate"))


def _fixes(tool: str) -> tuple[str, ...]:
    """Those of a repair tool; the time of the build itself is fixed already."""
    names = ("epoch", "no-diagnostic", "repairwheel")
    return (*(f"{tool}-{name}" for name in names), "shell-umask")
