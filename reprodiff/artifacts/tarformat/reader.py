"""Reads a tar from first byte to last: every entry, and everything that is odd about it.

Unlike a reader that extracts, it does not stop at what it dislikes: what can be read is given,
with the damage and the anomalies beside it.  It reads headers only, follows no link, and each
step of its loops moves at least one block forward.
"""

from typing import Final

from reprodiff.artifacts.tarformat.audit import audit
from reprodiff.artifacts.tarformat.effective import KEYWORDS, Values, apply_extensions, from_header
from reprodiff.artifacts.tarformat.entries import (
    KINDS,
    WITHOUT_DATA,
    EntryKind,
    Extension,
    Segment,
    TarArchive,
    TarEntry,
)
from reprodiff.artifacts.tarformat.header import (
    BLOCK,
    ZERO_BLOCK,
    Checksum,
    Dialect,
    TarHeader,
    checksum,
    is_header,
    parse_number,
    split,
)
from reprodiff.artifacts.tarformat.oddities import Notes, Oddity
from reprodiff.artifacts.tarformat.pax import PaxRecord, PaxRecords, read_records
from reprodiff.artifacts.tarformat.sparse import SparseMap, from_pax, old_gnu
from reprodiff.errors import InputError, LimitError
from reprodiff.limits import Budget, Limits
from reprodiff.model import Span

MAX_EXTENSION_BYTES: Final = 8 << 20
"""Bytes of extension headers an archive may have, apart from what its entries earn it."""
EXTENSION_BYTES_PER_ENTRY: Final = 2048
"""How much each entry adds to that: a long path and a precise time for each are ordinary."""

_EXTENSIONS: Final = frozenset({b"x", b"X", b"g", b"L", b"K"})
_RESERVED: Final = frozenset({b"path", b"linkpath", b"size"})
"""Keywords that name an entry or place the next, so that none fits all entries."""
_NAMES: Final = frozenset({b"path", b"linkpath", b"uname", b"gname", b"GNU.sparse.name"})
_REPEATING: Final = frozenset({b"GNU.sparse.offset", b"GNU.sparse.numbytes"})
_LARGEST_SCAN: Final = 1 << 20


def is_tar(data: memoryview) -> bool:
    """Whether data begins as a tar does: with a header, or with the two blocks that end one.

    A block with a magic is a header whose checksum may be wrong: damage, and still a tar.
    """
    first = bytes(data[:BLOCK])
    magic = len(first) == BLOCK and first[257:262] == b"ustar"
    return is_header(first) or magic or bytes(data[: 2 * BLOCK]) == 2 * ZERO_BLOCK


def read_tar(
    data: memoryview, limits: Limits, *, max_extension_bytes: int = MAX_EXTENSION_BYTES
) -> TarArchive:
    """Read all headers of a tar.

    Damage is noted and reading goes on where it can: at a header whose checksum is wrong but
    whose magic is right, or behind a size that is none.  Raises :class:`InputError` only if the
    very first block is no header, and :class:`LimitError` for more entries than allowed or more
    than ``max_extension_bytes`` (and :data:`EXTENSION_BYTES_PER_ENTRY` for each entry) of pax
    and long-name headers.
    """
    if not is_tar(data):
        raise InputError(
            "not a tar archive: it does not begin with a tar header",
            "check that the download is whole and that the name fits the content",
        )
    return _Reader(data, limits, max_extension_bytes).archive()


class _Reader:
    """Walks over the blocks."""

    def __init__(self, data: memoryview, limits: Limits, max_extension_bytes: int) -> None:
        self._data = data
        self._size = len(data)
        self._limits = limits
        self._budget = Budget(limits)
        self._most_extensions = max_extension_bytes
        self._extension_bytes = 0
        self._notes = Notes()
        self._entries: list[TarEntry] = []
        self._globals: list[Extension] = []
        self._global_values: dict[bytes, bytes] = {}
        self._pending: list[Extension] = []
        self._pending_kinds: set[bytes] = set()
        self._orphans: list[Extension] = []

    def archive(self) -> TarArchive:
        """Read everything."""
        segments: list[Segment] = []
        position = 0
        while True:
            segment = self._segment(position)
            segments.append(segment)
            following = segment.stop - segment.stop % BLOCK
            if not segment.zero_blocks or not self._header_at(following):
                break
            position = following
            self._notes.odd(Oddity.CONCEALED_ENTRIES, position)
        trailing = Span(segments[-1].stop, self._size)
        if trailing.size and segments[-1].zero_blocks:
            self._notes.odd(Oddity.TRAILING_BYTES, trailing.start, detail=trailing.size)
        visible = tuple(self._entries[: segments[0].entries.stop])
        duplicates = audit(visible, self._notes)
        return TarArchive(
            data=self._data,
            entries=visible,
            concealed=tuple(self._entries[len(visible) :]),
            global_headers=tuple(self._globals),
            orphans=tuple(self._orphans),
            segments=tuple(segments),
            trailing=trailing,
            duplicates=duplicates,
            damage=self._notes.all_damage(),
            anomalies=self._notes.all_anomalies(),
            anomaly_counts=self._notes.counts(),
        )

    def _segment(self, start: int) -> Segment:
        """Read entries from ``start`` to the next zero block, or as far as there are any."""
        first = len(self._entries)
        position = start
        while (following := self._step(position)) is not None:
            position = following
        for each in self._pending:
            self._notes.odd(Oddity.ORPHAN_EXTENSION, each.header)
        self._orphans += self._pending
        self._forget_pending()
        stop = self._zeros_end(position)
        zero_blocks = (stop - position) // BLOCK
        if stop < self._size and not zero_blocks:
            # No end but a block that is no header: damage, and already noted.
            stop = position
        elif stop < self._size and self._header_at(stop - stop % BLOCK):
            # The zeros at the start of a header without a name belong to that header.
            stop -= stop % BLOCK
        if zero_blocks == 1:
            self._notes.odd(Oddity.LONE_ZERO_BLOCK, position)
        elif not zero_blocks and stop == self._size:
            self._notes.damage(position, f"no end of archive at byte {position}: it is cut short")
        return Segment(start, Span(first, len(self._entries)), position, zero_blocks, stop)

    def _step(self, position: int) -> int | None:
        """Read one header and what belongs to it; return the next place, ``None`` at the end."""
        block = bytes(self._data[position : position + BLOCK])
        if len(block) < BLOCK:
            if block.strip(b"\0"):
                self._notes.damage(self._size, f"truncated at byte {self._size}: inside a header")
            return None
        if block == ZERO_BLOCK:
            return None
        header = split(block)
        state = checksum(block, header.chksum)
        if state is not Checksum.UNSIGNED and not self._usable(position, header, state):
            return None
        if header.typeflag in _EXTENSIONS:
            extension = self._extension(position, header, state)
            if header.typeflag == b"g":
                self._global(extension)
            else:
                self._local(extension)
            return extension.stop
        if len(self._entries) >= self._limits.max_entries:
            raise self._limits.reached("max_entries")
        if len(self._entries) % 1024 == 0:
            self._budget.spend(0)
        entry = self._entry(position, header, state)
        self._entries.append(entry)
        self._forget_pending()
        return entry.stop

    def _usable(self, position: int, header: TarHeader, state: Checksum) -> bool:
        """Note a checksum that is not as POSIX says; whether to read the header all the same."""
        if state is Checksum.SIGNED:
            self._notes.odd(Oddity.SIGNED_CHECKSUM, position)
        elif header.dialect is Dialect.V7:
            self._notes.damage(position, f"the block at byte {position} is not a tar header")
            return False
        else:
            self._notes.damage(position, f"the header at byte {position} has a wrong checksum")
        return True

    def _extension(self, position: int, header: TarHeader, state: Checksum) -> Extension:
        size = self._sound_size(parse_number(header.size), position)
        self._extension_bytes += BLOCK + size
        if self._extension_allowance() < 0:
            raise LimitError(
                f"pax and long-name headers take {self._extension_bytes:,} bytes, too many for"
                f" {len(self._entries):,} entries",
                "no build tool writes such an archive: do not trust it",
                "max_header_bytes",
            )
        data, stop = self._data_span(position + BLOCK, size)
        held = bytes(self._data[data.start : data.stop])
        if header.typeflag in b"LK":
            value, _, rest = held.partition(b"\0")
            if rest.strip(b"\0"):
                self._notes.odd(Oddity.HIDDEN_IN_FIELD, data.start + len(value) + 1)
            return Extension(
                header.typeflag, position, data, stop, rest=data.stop, value=value, checksum=state
            )
        found = read_records(held, data.start)
        self._check_records(found, data)
        return Extension(
            header.typeflag, position, data, stop, found.records, found.rest, checksum=state
        )

    def _extension_allowance(self) -> int:
        """Return how many more bytes of extension headers there may be."""
        most = self._most_extensions + EXTENSION_BYTES_PER_ENTRY * len(self._entries)
        return most - self._extension_bytes

    def _check_records(self, found: PaxRecords, data: Span) -> None:
        notes = self._notes
        if found.rest < data.stop:
            notes.damage(found.rest, f"bytes at {found.rest} of a pax header are no record")
        seen: dict[bytes, bytes] = {}
        for key, value, start, _ in found.records:
            if not value:
                notes.odd(Oddity.PAX_EMPTY_VALUE, start, detail=key)
            if b"\0" in key or (key in _NAMES and b"\0" in value):
                notes.odd(Oddity.PAX_NUL, start, detail=key)
            if seen.setdefault(key, value) != value and key not in _REPEATING:
                notes.odd(Oddity.PAX_REPEATED_KEY, start, detail=key)

    def _global(self, extension: Extension) -> None:
        if self._pending:
            self._notes.odd(Oddity.GLOBAL_BETWEEN, extension.header)
        self._globals.append(extension)
        for record in extension.records:
            if record.key in KEYWORDS:
                self._global_values[record.key] = record.value
            if record.key in _RESERVED or record.key.startswith(b"GNU.sparse."):
                self._notes.odd(Oddity.GLOBAL_OVERRIDE, record.start, detail=record.key)

    def _local(self, extension: Extension) -> None:
        kind = extension.typeflag.lower()
        if kind in self._pending_kinds:
            self._notes.odd(Oddity.REPEATED_EXTENSION, extension.header)
        self._pending_kinds.add(kind)
        self._pending.append(extension)

    def _forget_pending(self) -> None:
        if self._pending:
            self._pending = []
            self._pending_kinds.clear()

    def _entry(self, position: int, header: TarHeader, state: Checksum) -> TarEntry:
        index = len(self._entries)
        pending = tuple(self._pending)
        dialect = header.dialect
        values = from_header(header, dialect, position, index, self._notes)
        if pending or self._global_values:
            apply_extensions(values, pending, self._global_values, self._notes)
            if dialect is Dialect.USTAR and any(each.records for each in pending):
                dialect = Dialect.PAX
        kind = self._kind(header, values)
        begin, sparse = position + BLOCK, None
        if kind is EntryKind.SPARSE:
            sparse, begin = self._old_sparse(position)
        size = self._sound_size(values.size, position)
        data, stop = self._data_span(begin, 0 if kind in WITHOUT_DATA else size)
        if kind is EntryKind.FILE and pending:
            records = _last_pax(pending)
            sparse = from_pax(records, self._data, data.start, data.stop) if records else None
            kind = kind if sparse is None else EntryKind.SPARSE
        if sparse is not None and not sparse.sound:
            self._notes.damage(position, f"the sparse map of the entry at {position} is no map")
        self._check_data(values, kind, size, data, stop)
        return TarEntry(
            index,
            pending[0].header if pending else position,
            position,
            data,
            stop,
            header.typeflag,
            kind,
            dialect,
            state,
            values.path,
            values.link,
            values.mode,
            values.uid,
            values.gid,
            values.size,
            values.mtime_text,
            values.uname,
            values.gname,
            values.devmajor,
            values.devminor,
            pending,
            len(self._globals),
            sparse,
        )

    def _kind(self, header: TarHeader, values: Values) -> EntryKind:
        kind = KINDS.get(header.typeflag, EntryKind.UNKNOWN)
        if kind is EntryKind.UNKNOWN:
            self._notes.odd(Oddity.UNKNOWN_TYPE, values.header, values.index, header.typeflag)
        elif kind is EntryKind.FILE and values.path.endswith(b"/"):
            # Before ustar a directory was a file whose name ends with a slash.
            if header.typeflag == b"\0":
                return EntryKind.DIRECTORY
            self._notes.odd(Oddity.SLASH_ON_FILE, values.header, values.index)
        return kind

    def _old_sparse(self, position: int) -> tuple[SparseMap, int]:
        """Read an old GNU map; its blocks count as extension headers do."""
        found = old_gnu(self._data, position, self._extension_allowance() // BLOCK)
        self._extension_bytes += found.stop - position - BLOCK
        return found.map, found.stop

    def _check_data(
        self, values: Values, kind: EntryKind, size: int, data: Span, stop: int
    ) -> None:
        """Note what is odd about the place and the bytes of an entry's data."""
        notes, index = self._notes, values.index
        if kind in WITHOUT_DATA:
            if size:
                notes.odd(Oddity.SIZE_WITHOUT_DATA, values.header, index, size)
                self._check_other_reading(values, data.start + size)
            return
        if data.size < size:
            notes.damage(
                self._size,
                f"truncated at byte {self._size}: the data of entry {index} lacks"
                f" {size - data.size} bytes",
            )
        if values.size_overridden:
            notes.odd(Oddity.SIZE_OVERRIDE, values.header, index, values.header_size)
            if values.header_size is not None and values.header_size >= 0:
                self._check_other_reading(values, data.start + values.header_size)
        if stop > data.stop and bytes(self._data[data.stop : stop]).strip(b"\0"):
            notes.odd(Oddity.PADDING_NONZERO, data.stop, index)
        if data.size >= BLOCK and self._header_at(data.start, b"ustar"):
            notes.odd(Oddity.HEADER_IN_DATA, data.start, index)

    def _check_other_reading(self, values: Values, end: int) -> None:
        """Note a valid header where a reader would go on that sees ``end`` as the data's end."""
        place = end + -end % BLOCK
        if self._header_at(place):
            self._notes.odd(Oddity.EMBEDDED_HEADER, place, values.index)

    def _header_at(self, position: int, magic: bytes = b"") -> bool:
        block = bytes(self._data[position : position + BLOCK])
        return block[257 : 257 + len(magic)] == magic and is_header(block)

    def _sound_size(self, size: int | None, position: int) -> int:
        """Return a size to step over: none and negative ones are damage, and 0."""
        if size is not None and size >= 0:
            return size
        self._notes.damage(position, f"the header at byte {position} has a size that is none")
        return 0

    def _data_span(self, begin: int, size: int) -> tuple[Span, int]:
        """Return where data and padding end, never behind the end of the archive."""
        end = begin + size
        if end >= self._size:
            return Span(min(begin, self._size), self._size), self._size
        return Span(begin, end), min(end + -end % BLOCK, self._size)

    def _zeros_end(self, position: int) -> int:
        """Return the end of the zero bytes at ``position``."""
        # Small steps first: there may be a million short runs.
        size = BLOCK
        while step := bytes(self._data[position : position + size]):
            kept = len(step.lstrip(b"\0"))
            position += len(step) - kept
            if kept:
                break
            size = min(size * 4, _LARGEST_SCAN)
        return position


def _last_pax(pending: tuple[Extension, ...]) -> tuple[PaxRecord, ...]:
    """Return the records of the extended header nearest to the entry."""
    return next((each.records for each in reversed(pending) if each.records), ())
