r"""Launchers of scripts on Windows: a program, the interpreter's path, and a zip with the script.

distlib, and pip with it, write ``program #!C:\path\python.exe CRLF zip`` (distlib/scripts.py);
uv writes ``program zip path length UVSC`` with the length in four bytes, least first (uv,
crates/uv-trampoline).  The zip has one member, ``__main__.py``.
"""

import re
from typing import Final, NamedTuple

from reprodiff.artifacts.zipformat import ZipArchive, ZipEntry, read_member, read_zip
from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.shebang import MAX_HEAD, parse_shebang
from reprodiff.formats.script import wrapper_fact
from reprodiff.limits import Limits
from reprodiff.model import Difference, Span

MAX_LAUNCHER: Final = 4 << 20
"""Bytes of the largest file that is taken for a launcher; real ones have about 100,000."""

_UV: Final = b"UVSC"
_END: Final = b"PK\5\6"
_END_SIZE: Final = 22
_LINE: Final = re.compile(rb"#!([^\r\n\0]{1,4096})\r?\n\Z")
_TIME: Final = (10, 12)
"""Where the four bytes of time and date stand in a local and a central header (APPNOTE 4.3)."""


class Launcher(NamedTuple):
    """A launcher taken apart; all places are in the file."""

    program: Span
    command: str
    command_span: Span
    zipped: Span
    archive: ZipArchive
    script: bytes


def parse_launcher(data: bytes) -> Launcher | None:
    """Take a launcher apart; ``None`` if it is not exactly what an installer writes.

    Raises a :class:`~reprodiff.errors.ReprodiffError` if the zip in it cannot be read.
    """
    if not data.startswith(b"MZ") or len(data) > MAX_LAUNCHER:
        return None
    end = data.rfind(_END)
    stop = end + _END_SIZE
    if end < 0 or stop > len(data):
        return None
    size, offset = (int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16))
    zipped = Span(end - size - offset, stop)
    if zipped.start < 0 or data[zipped.start : zipped.start + 4] != b"PK\3\4":
        return None
    archive = read_zip(data[zipped.start : zipped.stop])
    if not _plain(archive):
        return None
    script = read_member(archive, archive.entries[0], Limits(max_member_bytes=1 << 20)).data
    found = _command(data, zipped)
    if found is None:
        return None
    command, place = found
    program = Span(0, min(place.start, zipped.start))
    return Launcher(program, command, place, zipped, archive, script)


def _plain(archive: ZipArchive) -> bool:
    """Whether the zip has the script and nothing else: no damage, comments or extra fields."""
    if archive.damage or archive.anomalies or archive.hidden or len(archive.entries) != 1:
        return False
    entry = archive.entries[0]
    local, central = entry.local, entry.central
    if local is None or central is None or archive.eocd is None or archive.eocd.comment:
        return False
    return entry.raw_name == b"__main__.py" and not (local.extra or central.extra + central.comment)


def _command(data: bytes, zipped: Span) -> tuple[str, Span] | None:
    """Return the interpreter and its place, if nothing but it and the zip is behind the program."""
    if zipped.stop == len(data):
        head = data[max(0, zipped.start - MAX_HEAD) : zipped.start]
        found = _LINE.search(head, max(head.rfind(b"#!"), 0))
        if found is None:
            return None
        return _text(found[1].strip()), Span(zipped.start - len(found[0]), zipped.start)
    tail = data[zipped.stop :]
    size = int.from_bytes(tail[-8:-4], "little")
    if not tail.endswith(_UV) or len(tail) != size + 8:
        return None
    return _text(tail[:size]), Span(zipped.stop, len(data))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _compare(content: Content) -> list[Difference]:
    a, b = bytes(content.a), bytes(content.b)
    one, two = parse_launcher(a), parse_launcher(b)
    if one is None or two is None:
        raise DamagedError("not a launcher as installers write them")
    facts: list[Difference] = []
    if _part(a, one.program) != _part(b, two.program):
        values = f"{one.program.size} bytes", f"{two.program.size} bytes"
        facts.append(
            Difference(
                "launcher.program", content.path, "program", *values, one.program, two.program
            )
        )
    if _part(a, one.command_span) != _part(b, two.command_span):
        facts.append(
            Difference(
                "script.shebang",
                content.path,
                "interpreter",
                one.command,
                two.command,
                one.command_span,
                two.command_span,
                note="" if one.command != two.command else "written another way",
            )
        )
    if _part(a, one.zipped) != _part(b, two.zipped):
        facts.append(_zipped(content, one, two))
    return facts


def _part(data: bytes, span: Span) -> bytes:
    return data[span.start : span.stop]


def _zipped(content: Content, one: Launcher, two: Launcher) -> Difference:
    spans = one.zipped, two.zipped
    if one.script != two.script:
        same = wrapper_fact(content, _body(one.script), _body(two.script), spans)
        if same is not None:
            return same
        values = f"{len(one.script)} bytes", f"{len(two.script)} bytes"
        return Difference("launcher.script", content.path, "__main__.py", *values, *spans)
    entry_a, entry_b = one.archive.entries[0], two.archive.entries[0]
    places_a, places_b = _times(one.zipped, entry_a), _times(two.zipped, entry_b)
    parts = tuple(zip(places_a, places_b, strict=True))
    times = tuple(entry_a.dos_time), tuple(entry_b.dos_time)
    return Difference("zip.time", content.path, "time", *times, *parts[0], parts=parts)


def _body(script: bytes) -> bytes:
    """Return a script without the lines that name an interpreter, which nothing reads in a zip."""
    found = parse_shebang(script)
    return script[found.span.stop :] if found else script


def _times(zipped: Span, entry: ZipEntry) -> list[Span]:
    """Return where the two headers keep the time, as places in the file."""
    found: list[Span] = []
    for header, at in zip((entry.local, entry.central), _TIME, strict=True):
        if header is not None:
            start = zipped.start + header.offset + at
            found.append(Span(start, start + 4))
    return found


FORMAT: Final = Format("launcher", lambda content: content.suffix == ".exe", _compare)
