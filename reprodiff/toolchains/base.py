"""What a build tool is, as data: how to recognise it, what it does by itself, its settings.

A tool is one file in :mod:`reprodiff.toolchains.tools` with one ``TOOL``.  Nothing here opens
anything: the readers of :mod:`reprodiff.toolchains.recognise` gather the traits that a tool's
tests look at.
"""

import re
from collections.abc import Callable
from enum import StrEnum
from typing import Final

from reprodiff.records import dataclass
from reprodiff.toolchains.marks import TarTraits, ZipTraits

EPOCH: Final = 'export SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)"'
"""Sets the time of the last commit: the same for everybody who builds that commit."""

BUILD: Final = "python -m pip wheel --no-deps -w dist"
INSTALL: Final = "python -m pip install --no-deps"
WHEELS: Final = "dist/*.whl"

SPEC: Final = "https://reproducible-builds.org/docs/source-date-epoch/"


class Role(StrEnum):
    """What a tool does to an artifact."""

    BACKEND = "backend"
    PLUGIN = "plugin"
    REPAIR = "repair"
    INSTALLER = "installer"
    DRIVER = "driver"
    """Runs builds: cibuildwheel, a CI service."""
    COMPILER = "compiler"
    HAND = "hand tool"
    """Writes or rewrites archives for whoever calls it."""


class Where(StrEnum):
    """Where a change goes.  The values are part of the JSON report."""

    PYPROJECT = "pyproject.toml"
    ENVIRONMENT = "environment"
    CI = "ci"
    FLAGS = "build flags"
    INSTALLER = "installer"
    POST = "post-process"
    CHECKOUT = "checkout"
    SOURCE = "source"


FILES: Final = {
    Where.PYPROJECT: "pyproject.toml",
    Where.ENVIRONMENT: "environment",
    Where.CI: ".github/workflows",
    Where.FLAGS: "environment",
    Where.INSTALLER: "install command",
    Where.POST: "after the build",
    Where.CHECKOUT: "checkout",
    Where.SOURCE: "source code",
}
"""The file or place that a change of each kind goes into, unless it says otherwise."""

LANGUAGES: Final = {
    Where.PYPROJECT: "toml",
    Where.CI: "yaml",
    Where.SOURCE: "python",
}
"""What a snippet is written in; shell where nothing else is said."""


@dataclass(frozen=True, slots=True)
class Knob:
    """One setting of a tool, and the causes it removes.

    ``{backend}``, ``{constraints}``, ``{switch}``, ``{build_backend}``, ``{project}`` and
    ``{project_version}`` in ``title`` and ``snippet`` are filled from the artifacts at hand; a
    setting that has one is left out where its value is not known.

    A setting that is an argument of a command has ``command``, ``arguments`` and ``target``
    instead of a snippet, so that several make one command.
    """

    slug: str
    causes: tuple[str, ...]
    """Ids of causes, or beginnings of ids with ``*`` at the end."""
    title: str
    where: Where
    snippet: str = ""
    why: str = ""
    since: str = ""
    """First version of the tool that has it; empty if every version in use has."""
    docs: str = ""
    file: str = ""
    language: str = ""
    names: tuple[str, ...] = ()
    """Options and keys in the snippet that the installed tool must know; tested against it."""
    kinds: tuple[str, ...] = ()
    """Kinds of artifacts it is for; any if empty."""
    command: str = ""
    arguments: tuple[str, ...] = ()
    target: str = ""
    before: str = ""
    """The change is an upgrade: it is for releases older than this one."""
    tags: tuple[str, ...] = ()
    """Beginnings of platform tags it is for; any if empty."""
    formats: tuple[str, ...] = ()
    """Kinds of binaries it is for: ``elf``, ``macho``, ``msvc``, ``mingw``; any if empty."""
    hand: str = ""
    """It is for archives that this hand tool wrote; for any if empty."""
    within: str = ""
    """It is for findings all of whose places are in members with this in their paths."""
    times: str = ""
    """It is for archives whose members have all ``one`` time, or for those that have ``many``."""
    advice: bool = False
    """It helps to find the reason, but does not remove the cause by itself."""

    def removes(self, cause: str) -> bool:
        """Whether the setting removes ``cause``."""
        return any(
            cause == mine or (mine[-1] == "*" and cause.startswith(mine[:-1]))
            for mine in self.causes
        )

    @property
    def text(self) -> str:
        """The snippet, or the command that the arguments make."""
        if not self.command:
            return self.snippet
        return " ".join((self.command, *self.arguments, self.target))

    @property
    def place(self) -> str:
        """The file or place it goes into."""
        return self.file or FILES[self.where]

    @property
    def dialect(self) -> str:
        """The language of the snippet."""
        return self.language or LANGUAGES.get(self.where, "shell")


@dataclass(frozen=True, slots=True)
class Limit:
    """A cause that nothing in the tool removes, with the reason."""

    causes: tuple[str, ...]
    reason: str
    docs: str = ""
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Habit:
    """What a tool makes the same by itself, and since which version."""

    what: str
    since: str = ""


@dataclass(frozen=True, slots=True)
class Member:
    """A member whose name or first bytes give a tool away.

    ``path`` is searched in display paths; where ``text`` is given, it is searched in the first
    64 KiB of the member, and its first group is the version.
    """

    path: re.Pattern[str]
    why: str
    text: re.Pattern[bytes] | None = None
    version: str = ""
    """A version or range that the mark alone gives away."""


@dataclass(frozen=True, slots=True)
class Tool:
    """A build tool: recognition, habits, settings and limits."""

    id: str
    role: Role
    package: str = ""
    """Its name on the package index; empty if it is not there."""
    docs: str = ""
    generators: tuple[str, ...] = ()
    """Names under which WHEEL or DELVEWHEEL knows it, lower case."""
    backends: tuple[str, ...] = ()
    """First words of ``build-backend`` values."""
    build_backend: str = ""
    """The usual value of ``build-backend``."""
    zip_test: Callable[[ZipTraits], str] | None = None
    """What of a zip's habits shows the tool, in words; empty if they are not its own."""
    tar_test: Callable[[TarTraits], str] | None = None
    members: tuple[Member, ...] = ()
    habits: tuple[Habit, ...] = ()
    knobs: tuple[Knob, ...] = ()
    limits: tuple[Limit, ...] = ()
    fields: str = ""
    """The order in which it writes fields of METADATA, as far as that is its own."""
    metadata: tuple[tuple[str, str], ...] = ()
    """Versions of the metadata format with the releases that write them by default."""
    constants: tuple[int, ...] = ()
    """Times it writes when nobody sets one: seconds since 1970, as an archive records them."""
    ignores_epoch: bool = False
    """It reads no SOURCE_DATE_EPOCH."""
    local_times: bool = False
    """It writes times of files in the time zone of the machine."""
    local_constant: bool = False
    """It writes its constant in the time zone of the machine."""
    follows_umask: bool = False
    releases: tuple[tuple[str, str], ...] = ()
    """Releases with the month (``2021-03``) at whose start each was the newest; oldest first."""
    pins: tuple[str, ...] = ()
    """Packages that have to be pinned with it for the same bytes."""


def epoch(since: str, *names: str, causes: tuple[str, ...], why: str = "") -> Knob:
    """Return the setting of ``SOURCE_DATE_EPOCH`` for a tool that honours it."""
    return Knob(
        slug="epoch",
        causes=causes,
        title="Set SOURCE_DATE_EPOCH for the build",
        where=Where.ENVIRONMENT,
        snippet=EPOCH,
        why=why or "Every time that is written is then that of the last commit.",
        since=since,
        docs=SPEC,
        names=names or ("SOURCE_DATE_EPOCH",),
    )
