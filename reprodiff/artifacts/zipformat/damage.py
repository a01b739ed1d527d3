"""What a zip file gets wrong: damage, which costs data, and anomalies, which are facts to judge.

Messages hold numbers and places only, never a name from the archive.
"""

from enum import StrEnum

from reprodiff.errors import InputError
from reprodiff.records import NamedTuple, dataclass


class ZipFormatError(InputError):
    """Nothing in the bytes is a zip record."""


class DamageKind(StrEnum):
    """A way in which the structure is broken."""

    TRUNCATED = "truncated"
    """No end of central directory record: members were found by walking the file."""
    COMMENT_CUT = "comment-cut"
    """The archive comment is longer than what is left of the file."""
    DIRECTORY_MISSING = "directory-missing"
    """No central directory where the end record says."""
    DIRECTORY_BROKEN = "directory-broken"
    """Bytes inside the central directory that are no header."""
    DIRECTORY_CUT = "directory-cut"
    """A central header reaches beyond the directory's end."""
    ZIP64_MISSING = "zip64-missing"
    """A zip64 locator, and no zip64 end record where it points."""
    LOCAL_MISSING = "local-missing"
    """A central header points at no local header."""
    LOCAL_CUT = "local-cut"
    """A local header reaches beyond the end of the file."""
    DATA_CUT = "data-cut"
    """A member's data reach beyond the end of the file, or of the place they were found in."""


class Damage(NamedTuple):
    """One broken place."""

    kind: DamageKind
    offset: int
    """Byte of the file at which it shows."""
    message: str
    entry: int = -1
    """The entry it belongs to, -1 for the archive."""


class AnomalyKind(StrEnum):
    """A fact that is unusual, and on which readers of zip files may disagree."""

    PREFIX = "prefix"
    """Bytes before the first record."""
    GAP = "gap"
    """Bytes between two records that belong to neither."""
    TRAILING = "trailing"
    """Bytes behind the end record and its comment."""
    OFFSET_SHIFT = "offset-shift"
    """All offsets are wrong by one number of bytes: something was put in front or removed."""
    OVERLAP = "overlap"
    """Two records share bytes."""
    SHARED_LOCAL = "shared-local"
    """Several central headers point at one local header."""
    DUPLICATE_NAME = "duplicate-name"
    """Several members have the same name."""
    HIDDEN_LOCAL = "hidden-local"
    """A local header, with its data, that the central directory does not list."""
    COUNT_MISMATCH = "count-mismatch"
    """The end record counts other than there are headers."""
    MULTIPLE_END_RECORDS = "multiple-end-records"
    """A further end of central directory record outside of member data."""
    STRAY_CENTRAL = "stray-central"
    """Central headers outside of the central directory."""
    STRAY_LOCAL = "stray-local"
    """The signature of a local header where no whole header is."""
    STRAY_ZIP64 = "stray-zip64"
    """A zip64 end record or locator that nothing refers to."""
    EMBEDDED_DIRECTORY = "embedded-directory"
    """An end record inside a member's data that a reader may take for the archive's own."""
    FAR_END_RECORD = "far-end-record"
    """The end record lies farther from the file's end than readers look for it."""
    TWO_DIRECTORIES = "two-directories"
    """Offset and size of the central directory lead to two different ones."""
    DISK_NUMBERS = "disk-numbers"
    """Something claims to be on another disk."""
    ZIP64_DISAGREES = "zip64-disagrees"
    """The zip64 end record contradicts the end record."""
    ZIP64_EXTENSIBLE = "zip64-extensible"
    """The zip64 end record has further data."""
    ZIP64_EXTRA = "zip64-extra"
    """A zip64 extra field does not fit the sizes it stands for, or is missing."""
    FIELD_MISMATCH = "field-mismatch"
    """Local and central header contradict each other; ``fields`` says in what."""
    NAME_MISMATCH = "name-mismatch"
    """Local and central header give different names."""
    EXTRA_MALFORMED = "extra-malformed"
    """Bytes in an extra area that make up no field."""
    EXTRA_REPEATED = "extra-repeated"
    """The same extra field twice in one header."""
    UNICODE_PATH = "unicode-path"
    """A Unicode path field that gives another name than the header."""
    NAME_EMPTY = "name-empty"
    """A member without a name."""
    NAME_NUL = "name-nul"
    """A name with a NUL byte: some readers end it there."""
    NAME_NOT_UTF8 = "name-not-utf8"
    """A name that says it is UTF-8 and is not."""
    DESCRIPTOR_MISSING = "descriptor-missing"
    """The flag promises a data descriptor and there is none."""
    DESCRIPTOR_MISMATCH = "descriptor-mismatch"
    """The data descriptor contradicts the central header."""
    DESCRIPTOR_UNEXPECTED = "descriptor-unexpected"
    """A data descriptor that no flag promises."""
    DIRECTORY_WITH_DATA = "directory-with-data"
    """A member whose name ends in a slash has content."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One fact of a kind, or many alike in one place."""

    kind: AnomalyKind
    start: int
    """First byte of the file it is about."""
    stop: int
    message: str
    entries: tuple[int, ...] = ()
    """The entries it is about; none for the archive as a whole."""
    fields: tuple[str, ...] = ()
    """Names of the header fields it is about."""
    count: int = 1
    """How many there are between ``start`` and ``stop``."""
