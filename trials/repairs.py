"""Wheels that a repair tool wrote anew."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import C_CODE, linked, native
from pure import BARE, version
from room import WHEEL, WORLD, Job
from worlds import DAY, EPOCH, World

_OWN = ("auditwheel-epoch", "auditwheel-umask", "auditwheel-level", "auditwheel-plat")
_REPAIR = "auditwheel repair --wheel-dir wheelhouse dist/*.whl"


def cases() -> Iterator[Case]:
    """auditwheel, with what it writes itself."""
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
