"""What a tar archive is made of, as data.

Entries are tuples: an archive may have a million of them.  They hold places and effective
values; the raw fields stay in the archive's bytes, where :meth:`TarArchive.header` and
:meth:`TarArchive.raw` find them.
"""

from enum import StrEnum
from fractions import Fraction
from typing import Final, NamedTuple

from reprodiff.artifacts.streams.damage import Damage
from reprodiff.artifacts.tarformat.header import BLOCK, Checksum, Dialect, TarHeader, split
from reprodiff.artifacts.tarformat.oddities import Anomaly, Oddity
from reprodiff.artifacts.tarformat.pax import PaxRecord, decimal
from reprodiff.artifacts.tarformat.sparse import SparseMap
from reprodiff.model import Span
from reprodiff.records import dataclass


class EntryKind(StrEnum):
    """What an entry is, by its typeflag and, for sparse files, its pax records."""

    FILE = "file"
    HARDLINK = "hardlink"
    SYMLINK = "symlink"
    CHARACTER_DEVICE = "character-device"
    BLOCK_DEVICE = "block-device"
    DIRECTORY = "directory"
    FIFO = "fifo"
    CONTIGUOUS = "contiguous"
    """A regular file on contiguous blocks, where a system knows such a thing."""
    SPARSE = "sparse"
    VOLUME = "volume"
    """The label of a GNU archive: a name, no file."""
    CONTINUATION = "continuation"
    """The rest of a file that began on another volume (GNU)."""
    DUMP_DIRECTORY = "dump-directory"
    """A directory with the list of its files as data (GNU incremental)."""
    UNKNOWN = "unknown"


KINDS: Final = {
    b"0": EntryKind.FILE,
    b"\0": EntryKind.FILE,
    b"1": EntryKind.HARDLINK,
    b"2": EntryKind.SYMLINK,
    b"3": EntryKind.CHARACTER_DEVICE,
    b"4": EntryKind.BLOCK_DEVICE,
    b"5": EntryKind.DIRECTORY,
    b"6": EntryKind.FIFO,
    b"7": EntryKind.CONTIGUOUS,
    b"S": EntryKind.SPARSE,
    b"V": EntryKind.VOLUME,
    b"M": EntryKind.CONTINUATION,
    b"D": EntryKind.DUMP_DIRECTORY,
}
"""Kinds by typeflag; every other is unknown, and read as a file (POSIX says so)."""

WITHOUT_DATA: Final = frozenset(
    {
        EntryKind.HARDLINK,
        EntryKind.SYMLINK,
        EntryKind.CHARACTER_DEVICE,
        EntryKind.BLOCK_DEVICE,
        EntryKind.DIRECTORY,
        EntryKind.FIFO,
    }
)
"""Kinds that have no data blocks whatever their size field says, as the standard library reads."""


class Extension(NamedTuple):
    """A header that speaks of other entries: its own header block and its data."""

    typeflag: bytes
    """``x`` (pax), ``X`` (the same, Solaris), ``g`` (pax, global), ``L`` and ``K`` (GNU long name
    and link name)."""
    header: int
    """Where its 512-byte header is."""
    data: Span
    stop: int
    """Behind its padding."""
    records: tuple[PaxRecord, ...] = ()
    rest: int = 0
    """Where data begins that is no pax record; ``data.stop`` if there is none."""
    value: bytes = b""
    """The long name, without its NUL."""
    checksum: Checksum = Checksum.UNSIGNED


class TarEntry(NamedTuple):
    """One entry: where it stands, and what applies to it once its extensions are read.

    ``start``, ``header``, ``data`` and ``stop`` are places in the archive: the first extension
    header, the entry's own header, its data as stored, the end of its padding.  Numbers that
    cannot be read are ``None``.
    """

    number: int
    """Position among all entries, concealed ones included."""
    start: int
    header: int
    data: Span
    stop: int
    typeflag: bytes
    kind: EntryKind
    dialect: Dialect
    checksum: Checksum
    path: bytes
    """As recorded: not decoded, a trailing slash kept."""
    link: bytes
    """Target of a link as recorded; on other kinds it means nothing."""
    mode: int | None
    uid: int | None
    gid: int | None
    size: int | None
    """Bytes of data as recorded, which for a sparse file is what is stored of it."""
    mtime_text: str | None
    """Seconds since 1970 in decimal, exactly as recorded if in a pax record."""
    uname: bytes
    gname: bytes
    devmajor: int | None
    devminor: int | None
    extensions: tuple[Extension, ...] = ()
    """The local extension headers before it, in order."""
    globals_seen: int = 0
    """How many of the archive's global headers stand before it."""
    sparse: SparseMap | None = None

    @property
    def pax(self) -> tuple[PaxRecord, ...]:
        """Return the local pax records, in order, repeated keys included."""
        return tuple(record for each in self.extensions for record in each.records)

    @property
    def mtime(self) -> Fraction | None:
        """Return the time exactly, in seconds since 1970."""
        return None if self.mtime_text is None else decimal(self.mtime_text.encode())

    @property
    def padding(self) -> Span:
        """Return the bytes between the data and the next block."""
        return Span(self.data.stop, self.stop)

    @property
    def truncated(self) -> bool:
        """Whether the archive ends before the recorded size."""
        return (self.size or 0) > self.data.size and self.kind not in WITHOUT_DATA

    @property
    def content(self) -> Span:
        """Return the bytes of the file itself: the data without a sparse map inside it."""
        if self.sparse is not None and self.sparse.inside.size:
            return Span(self.sparse.inside.stop, self.data.stop)
        return self.data


class Segment(NamedTuple):
    """A run of entries up to an end-of-archive mark; all but the first are concealed."""

    start: int
    entries: Span
    """Numbers of its entries."""
    end: int
    """Where the zero blocks begin, or where nothing could be read any more."""
    zero_blocks: int
    """Whole zero blocks there; POSIX wants two."""
    stop: int
    """Behind the last zero byte of that run: the padding of the archive."""


@dataclass(frozen=True, slots=True, eq=False)
class TarArchive:
    """A tar archive, read from its headers alone."""

    data: memoryview
    entries: tuple[TarEntry, ...]
    """What readers find: all up to the first zero block."""
    concealed: tuple[TarEntry, ...]
    """Entries of further archives behind the end of the first, which readers pass over."""
    global_headers: tuple[Extension, ...]
    orphans: tuple[Extension, ...]
    """Local extension headers that no entry follows."""
    segments: tuple[Segment, ...]
    trailing: Span
    """What follows the last zero block, or could not be read as tar."""
    duplicates: tuple[tuple[int, ...], ...]
    """Numbers of entries with the same path, in order; ``./`` and slashes at the end aside."""
    damage: tuple[Damage, ...]
    anomalies: tuple[Anomaly, ...]
    """Oddities in order of place, at most a thousand of each kind."""
    anomaly_counts: tuple[tuple[Oddity, int], ...]
    """How many there are of each kind; never cut."""

    def header(self, entry: TarEntry | Extension) -> TarHeader:
        """Return the raw fields of an entry's own header."""
        return split(bytes(self.data[entry.header : entry.header + BLOCK]))

    def raw(self, entry: TarEntry | Extension, field: str) -> bytes:
        """Return one raw field of an entry's own header."""
        value: bytes = getattr(self.header(entry), field)
        return value

    def content(self, entry: TarEntry) -> memoryview:
        """Return the bytes stored of an entry's content; of a sparse file without its holes."""
        return self.data[entry.content.start : entry.content.stop]

    @property
    def dialect(self) -> Dialect:
        """Return the flavour of the archive as a whole: the newest feature in it."""
        if self.global_headers:
            return Dialect.PAX
        used = {entry.dialect for entry in self.entries}
        newest = (Dialect.PAX, Dialect.GNU, Dialect.USTAR)
        return next((dialect for dialect in newest if dialect in used), Dialect.V7)

    @property
    def comment(self) -> bytes | None:
        """Return the first global comment: the commit in what ``git archive`` writes."""
        return next(
            (
                record.value
                for each in self.global_headers
                for record in each.records
                if record.key == b"comment"
            ),
            None,
        )
