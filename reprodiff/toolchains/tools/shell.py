"""The environment a build runs in: umask, time zone, locale, hash seed, directory."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, SPEC, Knob, Role, Tool, Where

_RB: Final = "https://reproducible-builds.org/docs/"

TOOL: Final = Tool(
    id="shell",
    role=Role.DRIVER,
    docs=_RB,
    knobs=(
        Knob(
            slug="umask",
            causes=("mode-umask",),
            title="Set umask 022, and the modes of the checkout with it",
            where=Where.ENVIRONMENT,
            snippet="umask 022\nchmod -R u=rwX,go=rX .",
            why="Read and write bits of new files follow the umask, and those of a checkout the "
            "umask at the time of the clone.",
            docs=_RB + "archives/",
            kinds=("wheel", "sdist"),
        ),
        Knob(
            slug="umask-install",
            causes=("mode-umask",),
            title="Install with umask 022",
            where=Where.INSTALLER,
            snippet="umask 022",
            why="Modes of installed files follow the umask of the installer.",
            docs=_RB + "archives/",
            kinds=("tree",),
        ),
        Knob(
            slug="utc",
            causes=("zip-mtime-timezone",),
            title="Build in UTC",
            where=Where.ENVIRONMENT,
            snippet="export TZ=UTC",
            why="A zip holds local times without their zone.",
            docs=_RB + "timezones/",
        ),
        Knob(
            slug="epoch",
            causes=("text-build-time", "zip-mtime-default", "zip-mtime-rounding"),
            title="Set SOURCE_DATE_EPOCH for the build",
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="Sphinx, f2py, docutils, help2man and most other generators write that time "
            "instead of the clock's. Set it on both sides or on neither.",
            docs=SPEC,
        ),
        Knob(
            slug="even-epoch",
            causes=("zip-mtime-rounding",),
            title="Set an even SOURCE_DATE_EPOCH",
            where=Where.ENVIRONMENT,
            snippet='export SOURCE_DATE_EPOCH="$(( $(git log -1 --format=%ct) / 2 * 2 ))"',
            why="A zip has times in steps of two seconds, and writers round an odd one either way.",
            docs=SPEC,
        ),
        Knob(
            slug="hash-seed",
            causes=(
                *("line-order", "set-order-in-text", "list-order", "metadata-order"),
                *("pyc-set-order", "data-order"),
            ),
            title="Fix the seed of Python's hashes",
            where=Where.ENVIRONMENT,
            snippet="export PYTHONHASHSEED=0",
            why="Sets of strings are iterated in an order that depends on it. Better: sorted() "
            "where they are written out. Scripts started with -E or -I ignore it.",
            docs="https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED",
        ),
        Knob(
            slug="locale",
            causes=("line-order",),
            title="Fix the locale",
            where=Where.ENVIRONMENT,
            snippet="export LC_ALL=C.UTF-8",
            why="sort(1), glob and readers of text follow it.",
            docs=_RB + "locales/",
        ),
        Knob(
            slug="utf8",
            causes=("text-form",),
            title="Let Python write UTF-8 whatever the locale",
            where=Where.ENVIRONMENT,
            snippet="export PYTHONUTF8=1",
            why="Text files opened without an encoding follow the locale of the machine.",
            docs="https://docs.python.org/3/using/cmdline.html#envvar-PYTHONUTF8",
        ),
        Knob(
            slug="fixed-directory",
            causes=("build-path", "elf-build-path", "pe-build-path", "macho-build-path"),
            title="Build both in one directory",
            where=Where.ENVIRONMENT,
            file="build command",
            snippet="rm -rf /tmp/build/src\n"
            "git clone --no-hardlinks . /tmp/build/src\n"
            "cd /tmp/build/src",
            why="What writes down where it was built then writes the same.",
            kinds=("wheel", "sdist"),
            docs=_RB + "build-path/",
        ),
        Knob(
            slug="fixed-environment",
            causes=("random-temp-dir", "build-path"),
            title="Build in a fixed environment instead of an isolated one",
            where=Where.ENVIRONMENT,
            file="build command",
            snippet="python -m venv /tmp/build-env\n"
            "/tmp/build-env/bin/python -m pip install build '{backend}'\n"
            "/tmp/build-env/bin/python -m build --no-isolation",
            why="Isolated builds get an environment with a random name, and what they write down "
            "of it differs every time. Install all of build-system.requires there.",
            kinds=("wheel", "sdist"),
            docs="https://pip.pypa.io/en/stable/reference/build-system/#build-isolation",
        ),
        Knob(
            slug="fixed-user",
            causes=("user-or-host-name",),
            title="Build in a container with a fixed user and host name",
            where=Where.ENVIRONMENT,
            file="build command",
            snippet="docker run --rm --hostname build --user 1000:1000 "
            '--volume "$PWD:/src" --workdir /src python:3.11 '
            "python -m pip wheel --no-deps -w dist .",
            why="Something in the build writes down who and where it is.",
            advice=True,
            docs=_RB,
        ),
        Knob(
            slug="touch-tree",
            causes=("tree-mtime",),
            title="Give the installed files one time",
            where=Where.POST,
            snippet='find "${TREE:?the tree}" -exec '
            'touch -h -d "@${SOURCE_DATE_EPOCH:-315532800}" {} +',
            why="Installers write files at the time of the installation.",
            docs=SPEC,
            kinds=("tree",),
        ),
        Knob(
            slug="same-prefix",
            causes=("script-shebang", "environment-location", "pyc-build-path", "build-path"),
            title="Create both environments at one path",
            where=Where.INSTALLER,
            snippet="python -m venv /opt/venv\n. /opt/venv/bin/activate",
            why="Scripts, bytecode and pyvenv.cfg name the directory they were made in.",
            docs="https://docs.python.org/3/library/venv.html",
            kinds=("tree",),
        ),
    ),
)
