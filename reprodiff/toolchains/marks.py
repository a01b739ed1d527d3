"""The habits of the programs that write archives, as they are read from an archive."""

from typing import NamedTuple


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
