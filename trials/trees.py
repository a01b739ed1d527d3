"""Trees that an installer wrote."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import pure
from pure import BARE, CLOCK, DIRECTORY, UMASK, VARIATIONS, version
from room import WHEEL, WORLD, Job
from worlds import EPOCH, World

_SCRIPT = '[project.scripts]\ndemo-table = "demo.table:table"\n'
# The wheel is the same on both sides; the environment is made anew, unless a fix has made one.
_READY = f"( umask 022; mkdir -p dist; export SOURCE_DATE_EPOCH={EPOCH}; {WHEEL} )"
_THEN = """
if [ -z "${VIRTUAL_ENV-}" ]; then
    python -m venv --without-pip env
    export VIRTUAL_ENV="$PWD/env" PATH="$PWD/env/bin:$PATH"
fi
export TREE="$VIRTUAL_ENV"
"""
_LAST = """
cp -a "$VIRTUAL_ENV"/lib/python3*/site-packages "$TRIAL_OUT/tree"
"""
_WHOLE = """
cp -a "$VIRTUAL_ENV" "$TRIAL_OUT/tree"
"""
PIP = "python -m pip install --no-deps dist/*.whl"
UV = "uv pip install --no-deps dist/*.whl"


def cases() -> Iterator[Case]:
    """Pip and uv."""
    files = pure("hatchling", settings=_SCRIPT)
    pip = Job(files, ("hatchling", "pip"), PIP, ready=_READY, then=_THEN, last=_LAST)
    uv = replace(pip, tools=("hatchling", "uv-installer"), command=UV)

    def case(
        tool: str,
        varied: str,
        a: World,
        b: World,
        job: Job,
        job_b: Job | None = None,
        **more: tuple[str, ...],
    ) -> Case:
        pins = version("pip" if tool == "pip" else "uv-installer")
        return Case(tool, pins, "tree", varied, job, a, b, job_b=job_b, **more)

    clock = VARIATIONS[CLOCK]
    place = VARIATIONS[DIRECTORY]
    bare_place = (BARE, replace(place[1], epoch=None))
    yield case("pip", CLOCK, *clock, pip)
    yield case("pip", DIRECTORY, *bare_place, pip)
    yield case("pip", UMASK, *VARIATIONS[UMASK], pip)
    yield case(
        "pip",
        "with bytecode on one side only",
        WORLD,
        WORLD,
        pip,
        replace(pip, command=PIP.replace("--no-deps", "--no-deps --no-compile")),
    )
    yield case("pip", "directory, scripts", *bare_place, replace(pip, last=_WHOLE))
    compiled = replace(uv, command=UV.replace("install", "install --compile-bytecode"))
    yield case("uv", CLOCK, *clock, compiled)
    yield case("uv", DIRECTORY, *place, uv)
    yield case("uv", UMASK, *VARIATIONS[UMASK], uv)
    yield case("uv", "with bytecode on one side only", WORLD, WORLD, uv, compiled)
    yield case("uv", "directory, scripts", *place, replace(uv, last=_WHOLE))
