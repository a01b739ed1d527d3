"""The records of a zip file as they were read, with the place of each.

Headers keep their values as they stand; what a reader would make of them (a name as text, sizes
from the zip64 field) is worked out on request.  There may be a million entries, so these are
named tuples.
"""

import stat
from functools import cached_property, lru_cache
from typing import Final

from reprodiff.artifacts.zipformat.damage import Anomaly, Damage
from reprodiff.artifacts.zipformat.extra import (
    UNICODE_PATH,
    ExtraField,
    UnicodeText,
    first_payload,
    parse_extra,
    unicode_text,
)
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL_FIELDS,
    CENTRAL_SIZE,
    END64_SIZE,
    END_SIZE,
    FLAG_ENCRYPTED,
    FLAG_MASKED,
    FLAG_STRONG_ENCRYPTION,
    FLAG_UTF8,
    LOCAL_FIELDS,
    LOCAL_SIZE,
    LOCATOR_SIZE,
    CentralFields,
    DescriptorShape,
    End64Fields,
    EndFields,
    LocalFields,
    LocatorFields,
)
from reprodiff.records import NamedTuple, dataclass

_ENCRYPTION: Final = FLAG_ENCRYPTED | FLAG_STRONG_ENCRYPTION | FLAG_MASKED

UNKNOWN: Final = -1
"""A size or CRC that no record gives."""


class DosTime(NamedTuple):
    """A local time as MS-DOS packs it, APPNOTE 4.4.6; month and day may be 0, hours over 23."""

    year: int
    month: int
    day: int
    hour: int
    minute: int
    second: int


# Members share a few times, as a rule.
@lru_cache(maxsize=1024)
def dos_time(date: int, time: int) -> DosTime:
    """Unpack the two 16-bit fields; any value is possible, no value is checked."""
    return DosTime(
        1980 + (date >> 9),
        date >> 5 & 0xF,
        date & 0x1F,
        time >> 11,
        time >> 5 & 0x3F,
        (time & 0x1F) * 2,
    )


def decode_name(raw: bytes, flags: int) -> str:
    """Read a name by its flag, as UTF-8 or else as code page 437 (APPNOTE appendix D).

    Different bytes give different text: a byte that is no UTF-8 becomes a lone surrogate, and
    code page 437 has a character for each byte.
    """
    if flags & FLAG_UTF8:
        return raw.decode("utf-8", "surrogateescape")
    return raw.decode("cp437")


class LocalHeader(NamedTuple):
    """The header in front of a member's data."""

    offset: int
    fixed: LocalFields
    name: bytes
    extra: bytes

    @property
    def name_start(self) -> int:
        """Where the name begins in the file."""
        return self.offset + LOCAL_SIZE

    @property
    def extra_start(self) -> int:
        """Where the extra area begins in the file."""
        return self.name_start + len(self.name)

    @property
    def stop(self) -> int:
        """First byte behind the header: the data begin here."""
        return self.extra_start + len(self.extra)

    def span(self, number: int) -> tuple[int, int]:
        """Return the bytes of the file that hold field ``number`` of ``LOCAL_FIELDS``."""
        field = LOCAL_FIELDS[number]
        start = self.offset + field.offset
        return start, start + field.width

    def extra_fields(self) -> tuple[ExtraField, ...]:
        """Split the extra area."""
        return parse_extra(self.extra)


class CentralHeader(NamedTuple):
    """A member's header in the central directory."""

    offset: int
    fixed: CentralFields
    name: bytes
    extra: bytes
    comment: bytes

    @property
    def name_start(self) -> int:
        """Where the name begins in the file."""
        return self.offset + CENTRAL_SIZE

    @property
    def extra_start(self) -> int:
        """Where the extra area begins in the file."""
        return self.name_start + len(self.name)

    @property
    def comment_start(self) -> int:
        """Where the comment begins in the file."""
        return self.extra_start + len(self.extra)

    @property
    def stop(self) -> int:
        """First byte behind the header."""
        return self.comment_start + len(self.comment)

    def span(self, number: int) -> tuple[int, int]:
        """Return the bytes of the file that hold field ``number`` of ``CENTRAL_FIELDS``."""
        field = CENTRAL_FIELDS[number]
        start = self.offset + field.offset
        return start, start + field.width

    def extra_fields(self) -> tuple[ExtraField, ...]:
        """Split the extra area."""
        return parse_extra(self.extra)


class Descriptor(NamedTuple):
    """CRC and sizes behind a member's data."""

    offset: int
    shape: DescriptorShape
    crc: int
    csize: int
    usize: int

    @property
    def stop(self) -> int:
        """First byte behind it."""
        return self.offset + self.shape.layout.size


class ZipEntry(NamedTuple):
    """A member: what the central directory and the local header say of it.

    Where both speak, the properties give the central directory's view, which is what installers
    follow; ``local`` has the other.
    """

    ordinal: int
    """Number in ``ZipArchive.all_entries``."""
    central: CentralHeader | None
    """``None`` for a member found by its local header alone."""
    local: LocalHeader | None
    """``None`` if it is not where the central header says."""
    csize: int
    """Stored bytes, zip64 resolved; as declared, however large."""
    usize: int
    """Plain bytes, zip64 resolved; as declared; ``UNKNOWN`` if no record says."""
    crc: int
    """CRC-32 of the plain bytes as declared; ``UNKNOWN`` if no record says."""
    data_start: int
    data_stop: int
    """The declared data, cut at the end of the file; equal to the start if there are none."""
    descriptor: Descriptor | None

    @property
    def raw_name(self) -> bytes:
        """The name's bytes."""
        header = self.central or self.local
        return header.name if header else b""

    @property
    def name(self) -> str:
        """The name as text; see :func:`decode_name`."""
        return decode_name(self.raw_name, self.flags)

    @property
    def comment(self) -> bytes:
        """The member's comment."""
        return self.central.comment if self.central else b""

    @property
    def flags(self) -> int:
        """General purpose bit flag."""
        header = self.central or self.local
        return header.fixed.flags if header else 0

    @property
    def method(self) -> int:
        """Compression method."""
        header = self.central or self.local
        return header.fixed.method if header else 0

    @property
    def extract_version(self) -> int:
        """Version needed to extract, ten times the specification's."""
        header = self.central or self.local
        return header.fixed.extract_version if header else 0

    @property
    def create_version(self) -> int | None:
        """Version of the specification the writer claims; ``None`` without a central header."""
        return self.central.fixed.create_version if self.central else None

    @property
    def create_system(self) -> int | None:
        """System the attributes are of: 0 MS-DOS, 3 Unix; ``None`` without a central header."""
        return self.central.fixed.create_system if self.central else None

    @property
    def mode(self) -> int | None:
        """``st_mode``, 0 where the writer left it out; ``None`` without a central header."""
        return self.central.fixed.mode if self.central else None

    @property
    def dos_attr(self) -> int | None:
        """Lower half of the external attributes; ``None`` without a central header."""
        return self.central.fixed.dos_attr if self.central else None

    @property
    def dos_time(self) -> DosTime:
        """The header's time, which may be no time at all."""
        header = self.central or self.local
        return dos_time(header.fixed.date, header.fixed.time) if header else dos_time(0, 0)

    @property
    def local_offset(self) -> int:
        """Where the local header was found, ``UNKNOWN`` if it was not."""
        return self.local.offset if self.local else UNKNOWN

    @property
    def record_stop(self) -> int:
        """First byte behind the local header, the data and the descriptor."""
        return self.descriptor.stop if self.descriptor else self.data_stop

    @property
    def is_dir(self) -> bool:
        """The name ends in a slash."""
        return self.raw_name.endswith(b"/")

    @property
    def is_symlink(self) -> bool:
        """The mode is that of a symbolic link, whatever the system field says."""
        return stat.S_ISLNK(self.mode or 0)

    @property
    def is_encrypted(self) -> bool:
        """Any flag of encryption is set."""
        return bool(self.flags & _ENCRYPTION)

    @property
    def unicode_path(self) -> UnicodeText | None:
        """The second name of the Unicode path field (0x7075), ``None`` if there is none."""
        header = self.central or self.local
        payload = first_payload(header.extra, UNICODE_PATH) if header else None
        return unicode_text(payload, self.raw_name) if payload is not None else None


class EndRecord(NamedTuple):
    """End of central directory record."""

    offset: int
    fixed: EndFields
    comment: bytes

    @property
    def stop(self) -> int:
        """First byte behind its comment."""
        return self.offset + END_SIZE + len(self.comment)


class End64Record(NamedTuple):
    """Zip64 end of central directory record."""

    offset: int
    fixed: End64Fields
    stop: int
    """First byte behind it; what is beyond the fixed fields is its extensible data."""

    @property
    def extensible(self) -> tuple[int, int]:
        """The bytes of the file that hold its extensible data."""
        return self.offset + END64_SIZE, self.stop


class Locator(NamedTuple):
    """Zip64 end of central directory locator."""

    offset: int
    fixed: LocatorFields

    @property
    def stop(self) -> int:
        """First byte behind it."""
        return self.offset + LOCATOR_SIZE


class HeaderRun(NamedTuple):
    """Central headers that follow each other without a gap."""

    start: int
    stop: int
    first: int
    """Ordinal of the first entry; the others follow in order."""
    headers: int


@dataclass(frozen=True, eq=False)
class ZipArchive:
    """A zip file, read without trusting it."""

    data: memoryview
    entries: tuple[ZipEntry, ...]
    """The members in the order of the central directory; where that is broken, followed by those
    it should have listed, in the order on disk."""
    hidden: tuple[ZipEntry, ...]
    """Members that a sound central directory does not list: local headers in gaps."""
    runs: tuple[HeaderRun, ...]
    """Where the central headers are."""
    eocd: EndRecord | None
    eocd64: End64Record | None
    locator: Locator | None
    shift: int
    """What must be added to every recorded offset to get the place in the file."""
    order_on_disk: tuple[int, ...]
    """Ordinals of all entries that have a local header, by its place."""
    clipped: dict[int, int]
    """For an entry whose record reaches into the next one: where the next one begins.

    Data are read up to there only.  So no byte is read for two members, and many members laid
    over one another cannot cost more than the file.
    """
    damage: tuple[Damage, ...]
    anomalies: tuple[Anomaly, ...]

    @property
    def comment(self) -> bytes:
        """The archive comment."""
        return self.eocd.comment if self.eocd else b""

    @cached_property
    def all_entries(self) -> tuple[ZipEntry, ...]:
        """``entries`` and ``hidden``; ordinals count through both."""
        return self.entries + self.hidden
