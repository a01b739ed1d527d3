"""One build of a trial: the project in git, the change that a fix makes, the command, the outcome.

The worlds and the pinned tools are those of the samples.  What a fix says is used as it is printed:
lines of shell are run by bash before or after the build, settings of files are the patch that the
plan prints, applied by ``git apply``, and a command takes the place of the one that was run before.
"""

import os
import subprocess
import sys
import venv
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

from worlds import DAY, EPOCH, Files, Skip, Workshop, World, need

from reprodiff.model import Fix
from reprodiff.toolchains.base import Knob, Where
from reprodiff.toolchains.merge import DIFF, merged
from reprodiff.toolchains.registry import all_tools

PLACE = "/tmp/trial-aaa"  # noqa: S108 - fixed, because it stands in what is built
OTHER_PLACE = "/home/ci/trial/work"

COMMIT = {
    "GIT_AUTHOR_NAME": "Demo Authors",
    "GIT_AUTHOR_EMAIL": "demo@example.org",
    "GIT_AUTHOR_DATE": f"{EPOCH - 9 * DAY} +0000",
    "GIT_COMMITTER_NAME": "Demo Authors",
    "GIT_COMMITTER_EMAIL": "demo@example.org",
    "GIT_COMMITTER_DATE": f"{EPOCH - 9 * DAY} +0000",
    "GIT_CONFIG_NOSYSTEM": "1",
}
WORLD = World(place=PLACE, clock=EPOCH, extra=COMMIT)
"""Everything is fixed in it; a case lets go of one thing."""

_HOOK = """\
python -c '
import importlib, sys, tomllib
with open("pyproject.toml", "rb") as file:
    backend = tomllib.load(file)["build-system"]["build-backend"]
print(getattr(importlib.import_module(backend), "build_" + sys.argv[1])("dist"))
' """
WHEEL = f"{_HOOK}wheel"
SDIST = f"{_HOOK}sdist"
"""What a frontend does: the hook of the backend that pyproject.toml names."""
PIP = "python -m pip wheel --no-deps -w dist ."
"""The command that fixes with ``-C`` settings add to."""

_LAST = """
for stage in canonical wheelhouse dist; do
    if [ -n "$(ls "$stage" 2>/dev/null)" ]; then cp -a "$stage"/* "$TRIAL_OUT"; break; fi
done
"""
# Directories in what is printed; made and removed for each build.
_PLACES = ("/tmp/build", "/opt/venv", "../clean-clone")  # noqa: S108
_FILES = {"toml", "ini", "gitattributes", "cmake"}
# What takes the place of the step that packs or repairs a wheel, where it has no options.
_STEPS = {"pack command", "repair command"}
_INSTALLS = "python -m pip install"


class NotDone(Exception):  # noqa: N818 - a reason, not an error
    """The fix cannot be applied as it is printed; the message says why."""


@dataclass(frozen=True, slots=True)
class Job:
    """How one artifact of a case is made.

    Attributes:
        files: the project.
        tools: names in TOOLS of what is installed.
        command: lines of shell that leave the artifact in dist/, wheelhouse/ or canonical/.
        use: puts a snippet for somebody's own code into the project.
        ready: runs in the checkout before anything else.
        then: lines of shell between what a fix says and the command.
        last: lines of shell after the build that are not part of what is varied.
        executable: files with the executable bit.
    """

    files: Files
    tools: tuple[str, ...]
    command: str = WHEEL
    use: Callable[[Files, str], Files] | None = None
    ready: str = ""
    then: str = ""
    last: str = _LAST
    executable: tuple[str, ...] = ()
    repair: str = ""
    """The command after the build that fixes for a repair tool take the place of."""
    more_tools: tuple[str, ...] = ()
    """Installed for the second build alone: what a fix asks for."""
    wheels: tuple[str, ...] = ()
    """Pins of what an index has when this is built; a frontend finds it in $PIP_FIND_LINKS."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a fix does to a build."""

    patch: str = ""
    before: str = ""
    command: str = ""
    repair: str = ""
    after: str = ""
    files: Files | None = None
    tools: tuple[str, ...] = field(default=())


def knob_of(fix: str) -> Knob | None:
    """The setting behind the id of a fix; None for words of a cause's documentation."""
    for tool in all_tools():
        for knob in tool.knobs:
            if f"{tool.id}-{knob.slug}" == fix:
                return knob
    return None


def change_of(fix: Fix, job: Job) -> Change:
    """What a fix does to a build.

    Raises:
        NotDone: it is nothing that can be done to one.
    """
    knob = knob_of(fix.id)
    if knob is None or knob.advice or not fix.snippet:
        raise NotDone("it is advice for people")
    if fix.where == Where.CI:
        raise NotDone("it is for a CI service")
    if fix.language in _FILES or fix.where == Where.PYPROJECT:
        project = {name: text for name, text in job.files.items() if isinstance(text, str)}
        _, text, form = merged(fix.file, fix.language, [(fix.snippet, knob)], project)
        if form != DIFF:
            raise NotDone("the project has it already")
        return Change(patch=f"{text}\n", tools=job.more_tools)
    if fix.where == Where.SOURCE:
        if job.use is None:
            raise NotDone("it is a change of somebody's code")
        return Change(files=job.use(job.files, fix.snippet))
    if fix.where == Where.POST:
        return Change(after=fix.snippet, tools=job.more_tools)
    if fix.file in _STEPS and not fix.snippet.startswith(_INSTALLS):
        return Change(repair=fix.snippet, tools=job.more_tools)
    if knob.command:
        return Change(command=fix.snippet, tools=job.more_tools)
    return Change(before=fix.snippet, tools=job.more_tools)


class Room:
    """Builds artifacts of trials."""

    def __init__(self, shop: Workshop, tools: Path) -> None:
        self.shop = shop
        self._tools = tools
        # Without packages of its own: the pinned tools are all that a build can import.
        self.python = tools / f"python-{sys.version_info.major}.{sys.version_info.minor}"
        if not self.python.exists():
            venv.create(self.python, with_pip=False, symlinks=True)

    def build(self, job: Job, world: World, change: Change | None = None) -> Path:
        """Make one artifact (a file, or a tree) in a world, with the change of a fix."""
        change = change or Change()
        out = self.shop.directory()
        files = {".gitignore": "/dist/\n", **(change.files or job.files)}
        index = {"PIP_FIND_LINKS": str(self._index(job.wheels))} if job.wheels else {}
        here = replace(world, extra={**self._environment(out), **index, **world.extra})
        tools = tuple(dict.fromkeys((*job.tools, *change.tools)))
        with ExitStack() as stack:
            stack.enter_context(self.shop.checked_out(files, world, executable=job.executable))
            for place in _PLACES:
                if place in change.before:
                    there = os.path.normpath(Path(world.place, place))
                    stack.enter_context(self.shop.place(replace(world, place=there)))
            self._commit(world, change.patch)
            lines = (
                job.ready,
                "mkdir -p dist",
                change.before,
                "mkdir -p dist",
                job.then,
                change.command or job.command,
                change.repair or job.repair,
                change.after,
                job.last,
            )
            self.shop.run([need("bash", "bash"), "-ec", "\n".join(lines)], here, tools=tools)
        made = sorted(out.iterdir())
        if len(made) != 1:
            raise Skip(f"the build left {len(made)} files")
        return made[0]

    def _environment(self, out: Path) -> Mapping[str, str]:
        caches = self.shop.scratch / "caches"
        programs = [self.python / "bin", Path(sys.executable).parent]
        return {
            "TRIAL_OUT": str(out),
            "TRIAL_PROGRAMS": os.pathsep.join(map(str, programs)),
            "BASH_ENV": str(self._start()),
            "PIP_CACHE_DIR": str(caches / "pip"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_BUILD_ISOLATION": "0",
            "PIP_NO_INDEX": "1",
            "PYTHONSAFEPATH": "1",
            "UV_CACHE_DIR": str(out.with_name(f"{out.name}-uv")),
            "UV_OFFLINE": "1",
            "XDG_CACHE_HOME": str(caches),
            "XDG_CONFIG_HOME": str(caches),
            "CARGO_NET_OFFLINE": "true",
        }

    def _index(self, pins: tuple[str, ...]) -> Path:
        """A directory with the wheels of these releases."""
        home = self._tools / f"wheels-{'+'.join(pins).replace('==', '-')}"
        if not home.exists():
            part = home.with_suffix(f".part{os.getpid()}")
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:"]
            for pin in pins:
                done = subprocess.run([*pip, "--dest", str(part), pin], check=False)  # noqa: S603
                if done.returncode != 0:
                    raise Skip(f"pip cannot download {pin}")
            part.rename(home)
        return home

    def _start(self) -> Path:
        """What bash reads first: `python` is the empty one, and `reprodiff` can be called."""
        path = self.shop.scratch / "start.sh"
        if not path.exists():
            path.write_text('export PATH="${TRIAL_PROGRAMS%%:*}:$PATH:${TRIAL_PROGRAMS#*:}"\n')
        return path

    def _commit(self, world: World, patch: str) -> None:
        """Make the place of a world a git repository with one tagged commit."""
        need("git", "git")
        lines = [
            "git init -q -b main",
            "git add .",
            "git commit -q -m 'Convert lengths'",
            "git tag v1.0",
        ]
        if patch:
            file = self.shop.directory() / "fix.patch"
            file.write_text(patch)
            lines += [f"git apply {file}", "git add .", "git commit -q --amend --no-edit"]
            lines += ["git tag -f v1.0 >/dev/null"]
        calm = World(place=world.place, extra=COMMIT)
        self.shop.run(["sh", "-ec", "\n".join(lines)], calm)
