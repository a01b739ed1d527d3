"""The RECORD of a wheel: found true, and written anew.

Sources: "Binary distribution format" and "Recording installed projects" (PyPA specifications).
"""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Final

from reprodiff.formats.parsing.archivenames import archive_name, canonical_name, canonical_version
from reprodiff.formats.parsing.headers import parse_headers
from reprodiff.formats.parsing.record import RecordRow, parse_record
from reprodiff.formats.parsing.recorded import Row, Truth, as_row, judge, member_path
from reprodiff.model import MemberType, Side
from reprodiff.normalize.items import Item
from reprodiff.normalize.rules import Reasons
from reprodiff.normalize.sinks import pieces
from reprodiff.records import dataclass, field

INFO: Final = ".dist-info"
_ESCAPED: Final = re.compile(r"[^A-Za-z0-9.]+")
_SIGNATURES: Final = ("RECORD.jws", "RECORD.p7s")
_UNTRUE: Final = {
    Truth.UNTRUE: "RECORD is not true of a file",
    Truth.UNHASHED: "RECORD has no hash of a file",
    Truth.SILENT: "RECORD has no hash of a file",
}


def order(item: Item) -> tuple[bool, bool, bytes]:
    """Return what sorts the members of a wheel: dist-info last, and in it RECORD last.

    The specification wants dist-info at the end, where it can be added and read quickly.
    """
    folder, _, base = item.name.partition(b"/")
    info = folder.endswith(b".dist-info")
    return info, info and base == b"RECORD", item.name


def info_directory(items: Sequence[Item], reasons: Reasons) -> str:
    """Return the wheel's dist-info directory, ``""`` with a reason where there is not just one."""
    found = {
        item.path.partition("/")[0]
        for item in items
        if item.path.partition("/")[0].endswith(INFO) and "/" in item.path
    }
    if len(found) != 1:
        reasons.add(f"the wheel has {len(found)} dist-info directories")
        return ""
    (info,) = found
    held = {item.path for item in items}
    for needed in ("METADATA", "WHEEL", "RECORD"):
        if f"{info}/{needed}" not in held:
            reasons.add(f"the wheel has no {needed}")
    for name in _SIGNATURES:
        if f"{info}/{name}" in held:
            reasons.add("a signature of RECORD would be broken", f"{info}/{name}")
    return info


def check_identity(metadata: bytes, info: str, file_name: str, reasons: Reasons) -> None:
    """Hold the project and version of METADATA or PKG-INFO against what carries them.

    ``info`` is the dist-info directory, ``""`` for an sdist; ``file_name`` the archive's own.
    """
    headers = parse_headers(metadata)
    said = headers.values("Name")[:1], headers.values("Version")[:1]
    if not said[0] or not said[1]:
        reasons.add("the metadata has no Name or no Version")
        return
    name, version = canonical_name(said[0][0].strip()), said[1][0].strip()
    # Older tools write a local version with an underscore: 1.0+cu118 as 1.0_cu118.
    versions = {canonical_version(version), canonical_version(_ESCAPED.sub("_", version))}
    if info:
        own, _, number = info.removesuffix(INFO).rpartition("-")
        if canonical_name(own) != name:
            reasons.add("the dist-info directory is not named as METADATA names the project")
        elif canonical_version(number) not in versions:
            reasons.add("the dist-info directory has another version than METADATA")
    named = archive_name(file_name)
    if named is not None and (named.name != name or named.version not in versions):
        reasons.add("the file is named for another project or version than its metadata")


@dataclass(slots=True)
class Book:
    """Rows of the old RECORD by the file they name, and those of the new one."""

    record: str
    """Display path of RECORD."""
    reasons: Reasons
    _old: dict[str, RecordRow] = field(default_factory=dict)
    _new: list[bytes] = field(default_factory=list)

    def read(self, data: bytes, items: Sequence[Item]) -> None:
        """Take the old RECORD; add a reason for rows and members that do not go together."""
        parsed = parse_record(data)
        if parsed.rest.size:
            self.reasons.add("RECORD has too many rows")
        held = {item.path for item in items if item.type is MemberType.FILE}
        for row in parsed.rows:
            path = member_path(self.record, row.path)
            if row.error:
                self.reasons.add(f"a row of RECORD is wrong ({row.error})")
            elif path is None or path not in held:
                self.reasons.add("RECORD lists what is not there", path or "")
            elif path in self._old:
                self.reasons.add("RECORD lists a file twice", path)
            else:
                self._old[path] = row
        for path in sorted(held - self._old.keys() - {self.record}):
            self.reasons.add("RECORD does not list a file", path)

    def verify(self, path: str, content: memoryview) -> None:
        """Hold the row of a file against its content as it was."""
        row = self._old.get(path)
        if row is None:
            return

        def digest(_side: Side, _member: str, algorithm: str) -> tuple[bytes, int]:
            return _hashed(algorithm, content), len(content)

        truth = judge(_row(row), Side.A, path, digest, wheel=True)
        if reason := _UNTRUE.get(truth):
            self.reasons.add(reason, path)

    def add(self, name: bytes, content: memoryview) -> None:
        """Take a file as it is written, in the order of the archive."""
        digest = urlsafe_b64encode(_hashed("sha256", content)).rstrip(b"=")
        self._new.append(b"%s,sha256=%s,%d\n" % (_quoted(name), digest, len(content)))

    def written(self, name: bytes) -> bytes:
        """Return the new RECORD: a row a member in their order, its own at the end."""
        return b"".join(self._new) + _quoted(name) + b",,\n"


def _hashed(algorithm: str, content: memoryview) -> bytes:
    digest = hashlib.new(algorithm, usedforsecurity=False)
    for piece in pieces(content):
        digest.update(piece)
    return digest.digest()


def _row(row: RecordRow) -> Row:
    return as_row(row)


def _quoted(name: bytes) -> bytes:
    """Return a field of comma-separated values."""
    if b"," in name or b'"' in name:
        return b'"' + name.replace(b'"', b'""') + b'"'
    return name
