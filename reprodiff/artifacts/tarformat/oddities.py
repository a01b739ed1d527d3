"""What is odd in a tar though it can be read; facts, which others may find alarming.

Most are places where two readers would see two different archives.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from reprodiff.artifacts.streams.damage import Damage

MOST_LISTED: Final = 1000
"""Anomalies listed of each kind, and damages listed in all; the counts go on."""


class Oddity(StrEnum):
    """The kinds of anomaly."""

    SIZE_OVERRIDE = "size-override"
    """A pax size contradicts the header's: readers of one find other entries than the other's."""
    EMBEDDED_HEADER = "embedded-header"
    """Where a reader that takes the other size would go on, there is a valid header."""
    HEADER_IN_DATA = "header-in-data"
    """A file's data begins with a tar header: it is a tar, or an entry slipped in."""
    SIZE_WITHOUT_DATA = "size-without-data"
    """A link, directory or device with a size: some readers skip data that others do not."""
    PATH_OVERRIDE = "path-override"
    """A pax record or long name changes a path that the header could have held."""
    LINK_OVERRIDE = "link-override"
    """The same for the target of a link."""
    NAME_CONFLICT = "name-conflict"
    """A pax path and a GNU long name that say different things (or link targets)."""
    GNU_PREFIX = "gnu-prefix"
    """Bytes in the prefix of a header without the ustar magic: some readers take them as path."""
    REPEATED_EXTENSION = "repeated-extension"
    """Two extension headers of a kind before one entry."""
    GLOBAL_BETWEEN = "global-between"
    """A global header between a local one and its entry."""
    ORPHAN_EXTENSION = "orphan-extension"
    """A local extension header that no entry follows."""
    GLOBAL_OVERRIDE = "global-override"
    """A global record sets the path, link target or size of every entry behind it."""
    PAX_REPEATED_KEY = "pax-repeated-key"
    """A keyword twice in one extended header, with different values."""
    PAX_EMPTY_VALUE = "pax-empty-value"
    """An empty value, which deletes the field for some readers and is zero for others."""
    PAX_NUL = "pax-nul"
    """A NUL in a keyword, or in a name, which ends it for some readers."""
    HIDDEN_IN_FIELD = "hidden-in-field"
    """Bytes behind the NUL that ends a text field, or in the header's padding."""
    PADDING_NONZERO = "padding-nonzero"
    """Bytes between the data and the next block."""
    SIGNED_CHECKSUM = "signed-checksum"
    """The checksum holds only with bytes taken as signed."""
    UNKNOWN_TYPE = "unknown-type"
    """A typeflag that means nothing."""
    SLASH_ON_FILE = "slash-on-file"
    """A file whose path ends with a slash: a directory for some readers."""
    EMPTY_PATH = "empty-path"
    ABSOLUTE_PATH = "absolute-path"
    PARENT_PATH = "parent-path"
    """``..`` in a path."""
    WINDOWS_PATH = "windows-path"
    """A backslash or a drive letter, which act on Windows."""
    LONG_PATH = "long-path"
    """A path or target over 4096 bytes; its links are not looked into."""
    DUPLICATE = "duplicate"
    """A path that an entry before had: the last one wins where they are extracted."""
    ABSOLUTE_LINK = "absolute-link"
    ESCAPING_LINK = "escaping-link"
    """A link target that leaves the archive."""
    SELF_LINK = "self-link"
    LINK_LOOP = "link-loop"
    DANGLING_HARDLINK = "dangling-hardlink"
    """A hard link to what no entry before it is."""
    THROUGH_LINK = "through-link"
    """A path that goes through a symbolic link of the archive: written elsewhere."""
    LONE_ZERO_BLOCK = "lone-zero-block"
    """One zero block where there should be two."""
    CONCEALED_ENTRIES = "concealed-entries"
    """Another archive behind the end of this one."""
    TRAILING_BYTES = "trailing-bytes"
    """Bytes behind the end that are neither zero nor entries."""


class Anomaly(NamedTuple):
    """One oddity at one place."""

    kind: Oddity
    offset: int
    """In bytes from the start of the archive."""
    entry: int = -1
    """Number of the entry it is about, -1 for none."""
    detail: bytes | int | None = None
    """The other value: a target, a size, the number of the earlier entry."""


class Notes:
    """Collects damage and anomalies, and keeps a hostile archive from making them endless."""

    def __init__(self) -> None:
        self._damage: list[Damage] = []
        self._damages = 0
        self._anomalies: list[Anomaly] = []
        self._counts: dict[Oddity, int] = {}

    def damage(self, offset: int, message: str) -> None:
        """Note damage."""
        self._damages += 1
        if self._damages <= MOST_LISTED:
            self._damage.append(Damage(offset, message))

    def odd(
        self, kind: Oddity, offset: int, entry: int = -1, detail: bytes | int | None = None
    ) -> None:
        """Note an anomaly."""
        count = self._counts.get(kind, 0) + 1
        self._counts[kind] = count
        if count <= MOST_LISTED:
            self._anomalies.append(Anomaly(kind, offset, entry, detail))

    def all_damage(self) -> tuple[Damage, ...]:
        """Return what was noted, in order of place, and how much was not listed."""
        listed = sorted(self._damage)
        if self._damages > MOST_LISTED:
            more = self._damages - MOST_LISTED
            listed.append(Damage(listed[-1].offset, f"and {more} more damaged places"))
        return tuple(listed)

    def all_anomalies(self) -> tuple[Anomaly, ...]:
        """Return what was noted, in order of place."""
        order = {kind: at for at, kind in enumerate(Oddity)}
        return tuple(sorted(self._anomalies, key=lambda a: (a.offset, order[a.kind], a.entry)))

    def counts(self) -> tuple[tuple[Oddity, int], ...]:
        """Return how many anomalies of each kind there are."""
        return tuple((kind, self._counts[kind]) for kind in Oddity if kind in self._counts)
