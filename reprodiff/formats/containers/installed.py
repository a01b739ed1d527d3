"""What installers add to a distribution: files that stand on one side and are what they seem.

A fact that a member is on one side only is made narrower where the member is a note of the
installer, or was checked to be what installing makes of the other files: bytecode that its
source compiles to, a script that calls the entry point it is named after.
"""

import re
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from posixpath import normpath
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.errors import ReprodiffError
from reprodiff.formats.compiled import check, source_of
from reprodiff.formats.installer import installer_name, is_cache_note
from reprodiff.formats.launcher import parse_launcher
from reprodiff.formats.parsing.directurl import parse_direct_url
from reprodiff.formats.parsing.ini import parse_ini
from reprodiff.formats.parsing.record import parse_record
from reprodiff.formats.parsing.shebang import parse_shebang
from reprodiff.formats.parsing.wrapper import parse_wrapper
from reprodiff.model import ArtifactKind, Difference, MemberType
from reprodiff.records import dataclass, field

MAX_COMPILED: Final = 32 << 20
"""Bytes of sources compiled in one comparison; about ten seconds of work."""
MAX_RECORD: Final = 32 << 20
"""Bytes of a RECORD that is asked which files are its distribution's."""
MAX_NOTE: Final = 1 << 16
"""Bytes of a file that an installer writes, and of a script that it generates."""

_NOTES: Final = frozenset({"INSTALLER", "REQUESTED", "direct_url.json", "uv_cache.json", "RECORD"})
_SCRIPT: Final = re.compile(r"[^/]+\.data/scripts/([^/]+)$")
_ENTRY_POINTS: Final = re.compile(r"[^/]+\.dist-info/entry_points\.txt$")
_RECORD_FILE: Final = re.compile(
    r"(?P<info>(?P<site>(?:.*/)?)(?P<name>[^/-]+)-(?P<version>[^/-]+)\.dist-info/)RECORD$"
)
_ORDINARY: Final = frozenset({"member.only", "installed.note", "installed.bytecode"})
"""What a file may turn out to be without a need to be told apart from its distribution."""
_OBJECT: Final = re.compile(r"\s*([\w.]+)\s*:\s*([\w.]+)\s*(?:\[[^\]]*\]\s*)?")


def told(facts: Iterable[Difference], a: Artifact, b: Artifact) -> Iterator[Difference]:
    """Yield ``facts``, those on what an installer added under kinds of their own.

    Kinds: ``installed.note`` (a file by which installers keep book), ``installed.bytecode`` (what
    the source beside it compiles to), ``installed.bytecode-unlike`` (something else),
    ``installed.bytecode-unchecked`` (the note says why), ``installed.script`` (a wrapper of the
    entry point of its name), ``installed.launcher`` (the same behind a program) and
    ``installed.editable`` (a note that says that the distribution is a link to its sources).
    ``member.distribution`` is a file of a distribution of which the other tree has nothing; the
    note says which.
    """
    if ArtifactKind.TREE not in {a.kind, b.kind}:
        yield from facts
        return
    facts = list(facts)
    sides = (_Side(a, b), _Side(b, a))
    if a.kind is b.kind:
        for side, name in zip(sides, ("b", "a"), strict=True):
            lacking = (fact for fact in facts if getattr(fact, name) is None)
            side.own({fact.path for fact in lacking if fact.what == "member.only"})
    for fact in facts:
        side = sides[0] if fact.b is None else sides[1]
        if fact.what != "member.only" or fact.note or side.artifact.kind is not ArtifactKind.TREE:
            yield fact
        else:
            yield side.narrower(fact)


@dataclass(slots=True)
class _Side:
    """The side that has a file, and the other one."""

    artifact: Artifact
    other: Artifact
    compiled: int = 0
    """Bytes of sources compiled so far."""
    files: dict[str, Member] = field(default_factory=dict)
    calls: dict[str, str] | None = None
    owners: dict[str, str] = field(default_factory=dict)
    """Names and versions of the distributions that only this side has, by their files."""

    def own(self, only: AbstractSet[str]) -> None:
        """Learn which of the files that are on this side ``only`` are a distribution's."""
        for path in only:
            found = _RECORD_FILE.match(path)
            if found is None or f"{found['info']}METADATA" not in only:
                continue
            owner = f"{found['name']} {found['version']}"
            rows = parse_record(self._read(path, MAX_RECORD) or b"").rows
            listed = (normpath(f"{found['site']}{row.path}") for row in rows if not row.error)
            self.owners.update((name, owner) for name in listed if name in only)
            self.owners.update((name, owner) for name in only if name.startswith(found["info"]))

    def narrower(self, fact: Difference) -> Difference:
        """Return the fact under the kind that its member proves to be of."""
        made = self._kind(fact)
        origin = source_of(fact.path)
        owner = self.owners.get(fact.path) or self.owners.get(origin[0] if origin else "")
        if owner is None or made.what not in _ORDINARY:
            return made
        return fact._replace(what="member.distribution", note=owner)

    def _kind(self, fact: Difference) -> Difference:
        head, _, base = fact.path.rpartition("/")
        if base in _NOTES and head.endswith(".dist-info"):
            return self._note(fact, base)
        if base == ".lock" and "/" not in fact.path:
            # uv locks the directory that it installs into; the file stays empty.
            return fact._replace(what="installed.note") if self._read(fact.path) == b"" else fact
        if base.endswith(".pyc"):
            return self._bytecode(fact)
        if _SCRIPT.match(fact.path) and self.other.kind is ArtifactKind.WHEEL:
            return self._script(fact)
        return fact

    def _read(self, path: str, limit: int = MAX_NOTE) -> bytes | None:
        """Return the content of a file, ``None`` if it is none, too large or not to be had."""
        if not self.files:
            members = self.artifact.members
            self.files = {m.path: m for m in members if m.type is MemberType.FILE}
        member = self.files.get(path)
        if member is None or member.size > limit:
            return None
        try:
            with self.artifact.read(member) as view:
                return bytes(view) if len(view) <= limit else None
        except ReprodiffError:
            return None

    def _note(self, fact: Difference, base: str) -> Difference:
        data = self._read(fact.path)
        made = fact._replace(what="installed.note")
        if base == "RECORD":
            return made  # what it says is held against the files by itself
        if data is None:
            return fact
        if base == "direct_url.json":
            return self._origin(fact, data)
        known = {
            "INSTALLER": installer_name(data) is not None,
            "REQUESTED": not data,
            "uv_cache.json": is_cache_note(data),
        }
        return made if known[base] else fact

    @staticmethod
    def _origin(fact: Difference, data: bytes) -> Difference:
        found = parse_direct_url(data)
        if found is None:
            return fact
        what = "installed.editable" if found.editable else "installed.note"
        value = (found.url, None) if fact.b is None else (None, found.url)
        return fact._replace(what=what, a=value[0], b=value[1])

    def _bytecode(self, fact: Difference) -> Difference:
        origin = source_of(fact.path)
        if origin is None:
            return fact  # a module that has no source
        source, bytecode = self._read(origin[0], 1 << 30), self._read(fact.path, 1 << 30)
        unchecked = "installed.bytecode-unchecked"
        if source is None or bytecode is None:
            return fact._replace(what=unchecked, note="has no source beside it")
        self.compiled += len(source)
        if self.compiled > MAX_COMPILED:
            most = MAX_COMPILED >> 20
            return fact._replace(
                what=unchecked, note=f"comes behind {most} MB of sources that were checked"
            )
        found = check(source, bytecode, origin[1], origin[0].rpartition("/")[2])
        if found.same is None:
            return fact._replace(what=unchecked, note=found.why)
        what = "installed.bytecode" if found.same else "installed.bytecode-unlike"
        return fact._replace(what=what, note=found.why)

    def _script(self, fact: Difference) -> Difference:
        """Check that a generated script calls what the entry point of its name says."""
        name = fact.path.rpartition("/")[2].removesuffix(".exe")
        data = self._read(fact.path, 4 << 20)
        if data is None:
            return fact
        try:
            launcher = parse_launcher(data)
        except ReprodiffError:
            return fact
        command, source = "", data if launcher is None else launcher.script
        if (found := parse_shebang(source)) is not None:
            command, source = found.command, source[found.span.stop :]
        if launcher is not None:
            command = launcher.command
        wrapper = parse_wrapper(source, name)
        if wrapper is None or not command or self._entry_points().get(name) != wrapper.object:
            return fact
        what = "installed.script" if launcher is None else "installed.launcher"
        value = (command, None) if fact.b is None else (None, command)
        return fact._replace(what=what, a=value[0], b=value[1], note=wrapper.object)

    def _entry_points(self) -> dict[str, str]:
        """Return what the wheel's scripts are to call, by their names."""
        if self.calls is None:
            self.calls = {}
            for member in self.other.members:
                if _ENTRY_POINTS.match(member.path):
                    self.calls.update(_calls(self.other, member))
        return self.calls


def _calls(wheel: Artifact, member: Member) -> Iterator[tuple[str, str]]:
    try:
        with wheel.read(member) as view:
            ini = parse_ini(bytes(view[: 1 << 20]), delimiters=b"=")
    except ReprodiffError:
        return
    for entry in ini.options:
        if entry.section in {"console_scripts", "gui_scripts"}:
            found = _OBJECT.fullmatch(entry.value)
            if found:
                yield entry.key, f"{found[1]}:{found[2]}"
