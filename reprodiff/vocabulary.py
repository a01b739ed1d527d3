"""The words with a fixed set of values: categories, severities, kinds.  They are an interface."""

from enum import StrEnum
from typing import Final


class Category(StrEnum):
    """What kind of thing a finding is about.  The names are an interface: never rename one."""

    TIMESTAMPS = "timestamps"
    PERMISSIONS = "permissions"
    OWNERSHIP = "ownership"
    ORDERING = "ordering"
    COMPRESSION = "compression"
    ARCHIVE_FORMAT = "archive-format"
    EMBEDDED_PATHS = "embedded-paths"
    BUILD_IDS = "build-ids"
    VENDORED_LIBRARIES = "vendored-libraries"
    PLATFORM = "platform"
    TOOLCHAIN = "toolchain"
    METADATA = "metadata"
    BYTECODE = "bytecode"
    ENVIRONMENT = "environment"
    TEXT_FORMAT = "text-format"
    CHECKSUMS = "checksums"
    NATIVE_CODE = "native-code"
    CONTENT = "content"
    MEMBERSHIP = "membership"
    INTEGRITY = "integrity"
    UNEXPLAINED = "unexplained"


class Severity(StrEnum):
    """How much a finding matters to somebody who installs the artifact."""

    BENIGN = "benign"
    """Cannot change what is installed or how it runs, beyond the recorded fact itself."""
    REVIEW = "review"
    """May change behaviour, or what people get."""
    ALARM = "alarm"
    """The artifact contradicts itself or hides something."""

    @property
    def rank(self) -> int:
        """0 for benign, 1 for review, 2 for alarm."""
        return _SEVERITY_RANK[self]


class Confidence(StrEnum):
    """How sure a finding is of its cause."""

    PROVEN = "proven"
    """Code has checked the cause's predicate on the actual bytes."""
    LIKELY = "likely"
    """The evidence fits and nothing contradicts it, but another cause could leave the same."""
    POSSIBLE = "possible"
    """One of several explanations."""

    @property
    def rank(self) -> int:
        """0 for proven, 1 for likely, 2 for possible."""
        return _CONFIDENCE_RANK[self]


class Verdict(StrEnum):
    """The answer to "does it matter?"."""

    IDENTICAL = "identical"
    EQUIVALENT = "equivalent"
    DIFFERENT = "different"
    INCOMPLETE = "incomplete"


class ArtifactKind(StrEnum):
    """What an input is."""

    WHEEL = "wheel"
    SDIST = "sdist"
    TREE = "tree"
    WHEELHOUSE = "wheelhouse"
    ZIP = "zip"
    TAR = "tar"
    FILE = "file"


class MemberType(StrEnum):
    """What a member is, as its container records it."""

    FILE = "file"
    DIRECTORY = "directory"
    SYMLINK = "symlink"
    HARDLINK = "hardlink"
    DEVICE = "device"
    FIFO = "fifo"
    OTHER = "other"


class SpansIn(StrEnum):
    """What the spans of a place are offsets in."""

    MEMBER = "member"
    """The content of the member, unpacked."""
    ARCHIVE = "archive"
    """The file that holds the member, or that the place is about: a zip, a gzip header."""
    UNPACKED = "unpacked"
    """The tar itself, with the compression around it, if any, undone."""


class Side(StrEnum):
    """Which of the two inputs."""

    A = "a"
    B = "b"


_SEVERITY_RANK: Final = {Severity.BENIGN: 0, Severity.REVIEW: 1, Severity.ALARM: 2}
_CONFIDENCE_RANK: Final = {Confidence.PROVEN: 0, Confidence.LIKELY: 1, Confidence.POSSIBLE: 2}
