"""The habits of the programs that write archives, as they are read from an archive."""

from collections.abc import Collection, Mapping
from typing import Final

from reprodiff.records import NamedTuple


class ZipTraits(NamedTuple):
    """Habits of the writer of a zip."""

    create_versions: frozenset[int]
    systems: frozenset[int]
    all_utf8: bool
    """The UTF-8 flag is set on every member, ASCII names included."""
    directories: bool
    """Directories that hold members have entries of their own."""
    info_first: bool
    """The first member is in ``*.dist-info``."""
    record_mode: int | None
    """Mode of RECORD, file type included; ``None`` without a RECORD."""
    record_crlf: bool
    one_time: int | None
    """The time of all members if they have but one, as in ``Member.mtime``."""
    text_bits: bool
    """The internal attributes call some member a text file."""
    metadata_mode: int | None
    """Mode of METADATA, as that of RECORD."""
    wheel_first: bool
    """WHEEL comes before METADATA."""
    windows_modes: bool
    """Every mode is one that Windows reports: 0o666 or 0o777."""


class TarTraits(NamedTuple):
    """Habits of the writer of an sdist."""

    dialect: str
    gzip_name: bool
    gzip_os: int | None
    directories: bool
    named_owner: bool
    """Members have the name or id of a user."""
    float_times: bool
    """Times have a fraction or a decimal point, in pax records."""
    one_time: int | None
    end_padding: bool
    """The end is padded to 10,240 bytes."""
    info_last: bool
    """PKG-INFO is the last member."""
    gzip_time: int | None = None
    """Time in the gzip header, seconds since 1970."""


class Times(NamedTuple):
    """The times that an archive records, and how many members have each."""

    counted: Mapping[int, int]
    """Seconds since 1970 -> members; DOS times are read as if they were UTC."""
    local: bool
    """Whether the times are readings of a clock without a time zone (zip)."""

    @property
    def one(self) -> int | None:
        """The time of all members, if they have but one."""
        return next(iter(self.counted)) if len(self.counted) == 1 else None

    @property
    def latest(self) -> int:
        """The latest time; 0 without any."""
        return max(self.counted, default=0)

    @property
    def members(self) -> int:
        """How many members have a time."""
        return sum(self.counted.values())

    def both(self, constants: Collection[int]) -> bool:
        """Whether some members have one of ``constants`` and others do not."""
        inside = sum(time in constants for time in self.counted)
        return 0 < inside < len(self.counted)

    def dated(self, constants: Collection[int]) -> bool:
        """Whether some time is that of something: no constant, and no zero of an archive."""
        return any(time not in constants and time > _EARLIEST for time in self.counted)


_EARLIEST: Final = 1262304000
"""2010: wheels are younger, and so is what they record unless it is a constant."""
