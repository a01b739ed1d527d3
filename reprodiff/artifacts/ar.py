"""Static archives (.a, .lib, .deb): members with a header each, an index of symbols, long names.

Source: System V and 4.4BSD ar(5), Microsoft "PE Format" (Archive Library File Format).  Long names
are kept three ways: in a table of their own (GNU, Microsoft), or in front of the content (BSD).

A thin archive (GNU, LLVM) has headers only: its objects are files elsewhere, and are not opened.
"""

from typing import Final

from reprodiff.artifacts.base import Artifact, Member, Payload, Source
from reprodiff.errors import DamagedError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Problem, Span
from reprodiff.records import NamedTuple, dataclass
from reprodiff.text import name

MAGIC: Final = b"!<arch>\n"
THIN: Final = b"!<thin>\n"
HEADER: Final = 60
FIELDS: Final = {
    "name": Span(0, 16),
    "mtime": Span(16, 28),
    "uid": Span(28, 34),
    "gid": Span(34, 40),
    "mode": Span(40, 48),
    "size": Span(48, 58),
    "end mark": Span(58, 60),
}
"""The fields of a member's header: text, filled up with spaces."""

INDEX_NAMES: Final = frozenset(
    {b"/", b"/SYM64/", b"__.SYMDEF", b"__.SYMDEF SORTED", b"__.SYMDEF_64", b"__.SYMDEF_64 SORTED"}
)
"""Members that are an index of symbols."""
_TABLES: Final = frozenset({b"//", b"/<XFGHASHMAP>/", b"/<ECSYMBOLS>/", b"/<HYBRIDMAP>/"})


class ArEntry(NamedTuple):
    """A member: ``header`` is where its header starts, ``content`` what is inside.

    ``stored`` starts with the name where that is kept in front of the content.  ``special``
    entries are those of the archive itself.
    """

    name: bytes
    header: int
    stored: Span
    content: Span
    padding: Span
    special: bool

    def field(self, field: str) -> Span:
        """Return the place of a header field."""
        start, stop = FIELDS[field]
        return Span(self.header + start, self.header + stop)


@dataclass(frozen=True, slots=True)
class ArArchive:
    """A static archive taken apart: every byte is in an entry, the magic or ``trailing``."""

    data: memoryview
    entries: tuple[ArEntry, ...]
    trailing: Span
    damage: tuple[str, ...]

    @property
    def thin(self) -> bool:
        """Whether it has no contents but those of its index and of its table of names."""
        return bytes(self.data[: len(THIN)]) == THIN

    def number(self, entry: ArEntry, field: str) -> int | None:
        """Return a header field as a number; ``None`` if it is empty or none."""
        start, stop = entry.field(field)
        raw = bytes(self.data[start:stop]).strip(b" ")
        return _number(raw, 8 if field == "mode" else 10)


def is_ar(data: memoryview) -> bool:
    """Whether ``data`` starts as a static archive."""
    return bytes(data[: len(MAGIC)]) in {MAGIC, THIN}


def _number(raw: bytes, base: int) -> int | None:
    digits = b"01234567" if base == 8 else b"0123456789"
    return int(raw, base) if raw and not raw.strip(digits) else None


def read_ar(data: memoryview, limits: Limits) -> ArArchive:
    """Read all headers; raises :class:`DamagedError` if it is no archive.

    What follows a header that cannot be read is ``trailing``, and said in ``damage``.
    """
    if not is_ar(data):
        raise DamagedError("it is no static archive")
    entries: list[ArEntry] = []
    damage: list[str] = []
    names = b""
    thin = bytes(data[: len(THIN)]) == THIN
    at = len(MAGIC)
    while at + HEADER <= len(data):
        raw = bytes(data[at : at + HEADER])
        size = _number(raw[48:58].strip(b" "), 10)
        if raw[58:60] != b"`\n" or size is None:
            damage.append("a member's header is damaged")
            break
        if len(entries) >= limits.max_entries:
            raise limits.reached("max_entries")
        if thin and raw[:16].rstrip(b" ") not in INDEX_NAMES | _TABLES:
            size = 0
        start, stop = at + HEADER, at + HEADER + size
        if stop > len(data):
            damage.append("a member runs past the end of the archive")
            stop = len(data)
        title, content = _name(raw[:16], data, Span(start, stop), names)
        if title == b"//" and not names:
            names = bytes(data[start:stop])
        padding = Span(stop, min(stop + (size & 1), len(data)))
        special = title in INDEX_NAMES or title in _TABLES
        entries.append(ArEntry(title, at, Span(start, stop), content, padding, special))
        at = padding.stop
    if at < len(data) and not damage:
        damage.append("bytes follow the last member")
    return ArArchive(data, tuple(entries), Span(at, len(data)), tuple(dict.fromkeys(damage)))


def _name(raw: bytes, data: memoryview, stored: Span, names: bytes) -> tuple[bytes, Span]:
    """Return the name of a member and the place of its content."""
    text = raw.rstrip(b" ")
    if text.startswith(b"#1/"):
        length = _number(text[3:], 10)
        if length is not None and 0 < length <= stored.size:
            own = bytes(data[stored.start : stored.start + length]).rstrip(b"\0")
            return own, Span(stored.start + length, stored.stop)
    # In a thin archive the place in the table may be followed by one in an archive of that name.
    if text[:1] == b"/" and (offset := _number(text[1:].partition(b":")[0], 10)) is not None:
        long = long_name(names, offset)
        return (text if long is None else long), stored
    if text in INDEX_NAMES or text in _TABLES:
        return text, stored
    return (text[:-1] if text.endswith(b"/") else text), stored


def long_name(names: bytes, offset: int) -> bytes | None:
    r"""Return the name at ``offset`` of a table: up to ``/\n`` (GNU) or a NUL (Microsoft)."""
    if offset >= len(names):
        return None
    ends = [at for at in (names.find(b"\n", offset), names.find(b"\0", offset)) if at >= 0]
    text = names[offset : min(ends, default=len(names))]
    return text.removesuffix(b"/")


class ArArtifact(Artifact):
    """A static archive, opened: its objects are members, its index and tables are not."""

    kind = ArtifactKind.FILE

    def __init__(self, source: Source) -> None:
        self._source = source
        self.archive = read_ar(source.data, source.limits)
        self.path = source.path
        self.size = len(source.data)
        self.entries = tuple(each for each in self.archive.entries if not each.special)
        self.members = tuple(self._member(each, at) for at, each in enumerate(self.entries))
        self.problems = [Problem("", "open", f"damaged: {each}") for each in self.archive.damage]
        self.damaged = bool(self.problems)

    def _member(self, entry: ArEntry, index: int) -> Member:
        mode = self.archive.number(entry, "mode")
        return Member(
            name(entry.name),
            entry.name,
            MemberType.FILE,
            entry.content.size,
            index,
            None if mode is None else mode & 0o7777,
            self.archive.number(entry, "mtime"),
        )

    @property
    def data(self) -> memoryview:
        """The bytes of the whole artifact."""
        return self._source.data

    def stored(self, member: Member) -> tuple[str, memoryview]:
        """See :meth:`Artifact.stored`."""
        start, stop = self.entries[member.index].content
        return "plain", self.archive.data[start:stop]

    def read(self, member: Member) -> Payload:
        """See :meth:`Artifact.read`."""
        return Payload(self.stored(member)[1])
