"""Backends of pure Python projects, each with every variation that its artifacts may show."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import MATURIN, SETUPTOOLS, UV_FLAT, Sources, pure
from room import OTHER_PLACE, SDIST, WHEEL, WORLD, Job
from worlds import DAY, EPOCH, TOOLS, World

CLOCK = "clock"
CHECKOUT = "times of the checkout"
ONE_SIDED = "SOURCE_DATE_EPOCH on one side only"
UMASK = "umask"
ZONE = "time zone"
USER = "user"
SEED = "hash seed"
DIRECTORY = "directory"
RUNS = "two runs without SOURCE_DATE_EPOCH"
EPOCHS = "two values of SOURCE_DATE_EPOCH"
ORDER = "order of directories"
CLONE = "umask of the clone"

# It takes the files that it is told to.
FLOT = '[tool.flot]\nincludes = ["demo/**/*.py"]\n'

BARE = replace(WORLD, epoch=None)
VARIATIONS: dict[str, tuple[World, World]] = {
    CLOCK: (BARE, replace(BARE, clock=EPOCH + DAY + 3723)),
    CHECKOUT: (BARE, replace(BARE, checkout=BARE.checkout - 5 * DAY + 62)),
    ONE_SIDED: (BARE, WORLD),
    UMASK: (WORLD, replace(WORLD, umask=0o002)),
    ZONE: (BARE, replace(BARE, zone="Asia/Tokyo")),
    USER: (replace(WORLD, user=0), replace(WORLD, user=1234)),
    SEED: (WORLD, replace(WORLD, seed=1)),
    DIRECTORY: (WORLD, replace(WORLD, place=OTHER_PLACE)),
    RUNS: (BARE, BARE),
    EPOCHS: (WORLD, replace(WORLD, epoch=EPOCH - 9 * DAY)),
    ORDER: (WORLD, replace(WORLD, extra={**WORLD.extra, "SAMPLE_REVERSED": "1"})),
}

# By name in TOOLS: the id that reprodiff has for it, and what its project needs to say.
BACKENDS: dict[str, tuple[str, str]] = {
    "setuptools": ("setuptools", SETUPTOOLS),
    "hatchling": ("hatchling", ""),
    "flit": ("flit_core", ""),
    "poetry": ("poetry-core", ""),
    "pdm": ("pdm-backend", ""),
    "uv": ("uv_build", UV_FLAT),
    "flot": ("flot", FLOT),
    "whey": ("whey", ""),
}


# What fixes for a backend ask for.
_ASKED_FOR = {"setuptools": ("setuptools-reproducible",), "whey": ("hatchling",)}


def project(tool: str) -> Sources:
    """The project of a backend."""
    return pure(tool, settings=BACKENDS[tool][1])


def version(tool: str) -> str:
    """The version of a tool and of what is pinned with it."""
    return ", ".join(pin.replace("==", " ") for pin in TOOLS[tool])


def cloned_openly(job: Job) -> Job:
    """The same build of a checkout that was made with umask 002."""
    return replace(job, ready=f"chmod -R g+w .\n{job.ready}")


def cases() -> Iterator[Case]:
    """Every backend with every variation, as wheel and as sdist."""
    for tool, (name, _) in BACKENDS.items():
        for kind, command in (("wheel", WHEEL), ("sdist", SDIST)):
            job = Job(project(tool), (tool,), command, more_tools=_ASKED_FOR.get(tool, ()))
            for varied, (a, b) in VARIATIONS.items():
                yield Case(name, version(tool), kind, varied, job, a, b)
            yield Case(
                name, version(tool), kind, CLONE, job, WORLD, WORLD, job_b=cloned_openly(job)
            )
    # Without the variable its bill of materials is another in each run, so the variable stays.
    for varied in (RUNS, ONE_SIDED, EPOCHS, UMASK, USER, DIRECTORY, ORDER):
        a, b = VARIATIONS[varied]
        for kind, command in (("wheel", WHEEL), ("sdist", SDIST)):
            yield Case("maturin", version("maturin"), kind, varied, _rust(command), a, b)


def _rust(command: str) -> Job:
    return Job(MATURIN, ("maturin",), command)
