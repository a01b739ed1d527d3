"""Which tool wrote an archive, told from the archive alone.

What WHEEL says of its generator is a claim like any other text in the artifact.  The container
has habits of its own that nobody thinks of when a claim is changed: the version in "made by",
flags, directory entries, modes of generated files, line endings of RECORD, constant times.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.header import Dialect
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat import ZipEntry
from reprodiff.errors import ReprodiffError

MAX_RECORD: Final = 1 << 16
"""Bytes of RECORD that are looked at for its line endings."""

_UTF8: Final = 0x800


@dataclass(frozen=True, slots=True)
class ZipTraits:
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


@dataclass(frozen=True, slots=True)
class TarTraits:
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


def zip_traits(artifact: ZipArtifact) -> ZipTraits:
    """Read the habits out of a zip; only RECORD is inflated."""
    entries = [entry for entry in artifact.entries if entry.central is not None]
    record = next((m for m in artifact.members if m.path.endswith(".dist-info/RECORD")), None)
    modes = {entry.mode or 0 for entry in entries}
    times = {member.mtime for member in artifact.members}
    first = artifact.members[0].path if artifact.members else ""
    return ZipTraits(
        create_versions=frozenset(entry.create_version or 0 for entry in entries),
        systems=frozenset(entry.create_system or 0 for entry in entries),
        all_utf8=bool(entries) and all(entry.flags & _UTF8 for entry in entries),
        directories=any(entry.is_dir for entry in entries),
        info_first=".dist-info/" in first,
        record_mode=artifact.entries[record.index].mode if record else None,
        record_crlf=_crlf(artifact, record) if record else False,
        one_time=times.pop() if len(times) == 1 else None,
        text_bits=any(_text_bit(entry) for entry in entries),
        windows_modes=bool(modes) and modes <= {0o100666, 0o100777},
    )


def _text_bit(entry: ZipEntry) -> bool:
    return entry.central is not None and bool(entry.central.fixed.internal_attr & 1)


def _crlf(artifact: Artifact, record: Member) -> bool:
    try:
        with artifact.read(record) as view:
            return b"\r\n" in bytes(view[:MAX_RECORD])
    except ReprodiffError:
        return False


def tar_traits(artifact: TarArtifact) -> TarTraits:
    """Read the habits out of a tar."""
    entries = artifact.archive.entries
    gzip = artifact.layer.gzip if artifact.layer else None
    member = gzip.members[0] if gzip and gzip.members else None
    times = {entry.mtime_text for entry in entries}
    whole = [m.mtime for m in artifact.members[:1]] if len(times) == 1 else [None]
    end = artifact.archive.segments[-1]
    return TarTraits(
        dialect=str(artifact.archive.dialect),
        gzip_name=member is not None and member.name is not None,
        gzip_os=member.os if member else None,
        directories=any(m.raw.endswith(b"/") for m in artifact.members),
        named_owner=any(e.uname or e.gname or e.uid or e.gid for e in entries),
        float_times=any("." in (time or "") for time in times),
        one_time=whole[0] if whole else None,
        end_padding=end.stop % 10240 == 0,
        info_last=bool(entries) and entries[-1].path.endswith(b"/PKG-INFO"),
    )


ZipTest = Callable[[ZipTraits], bool]
TarTest = Callable[[TarTraits], bool]

# The first that fits is said.  A new writer is one line.
_ZIP_WRITERS: Final[tuple[tuple[str, str, ZipTest], ...]] = (
    (
        "uv_build",
        "made by version 63, UTF-8 flag on every member",
        lambda t: t.create_versions == {63} and t.all_utf8,
    ),
    (
        "Info-ZIP",
        "made by version 30",
        lambda t: t.create_versions == {30} or (30 in t.create_versions and t.text_bits),
    ),
    (
        "CPython zipfile on Windows",
        "system 0, every mode 666 or 777",
        lambda t: t.systems == {0} and t.windows_modes,
    ),
    (
        "auditwheel or delocate",
        "directory entries, RECORD with CRLF",
        lambda t: t.directories and t.record_crlf,
    ),
    (
        "delvewheel",
        "directory entries, RECORD with LF",
        lambda t: t.directories and t.record_mode is not None,
    ),
    (
        "pdm-backend",
        "dist-info first, RECORD with mode 600",
        lambda t: t.info_first and (t.record_mode or 0) & 0o777 == 0o600,
    ),
    (
        "meson-python",
        "dist-info first, RECORD with mode 664",
        lambda t: t.info_first and (t.record_mode or 0) & 0o777 == 0o664,
    ),
    ("flit", "RECORD with CRLF, no directory entries", lambda t: t.record_crlf),
    (
        "hatchling or poetry-core",
        "RECORD with mode 644 and no file type",
        lambda t: t.record_mode == 0o644,
    ),
    (
        "setuptools or scikit-build-core",
        "RECORD with mode 664",
        lambda t: t.record_mode == 0o100664,
    ),
    (
        "maturin",
        "RECORD with mode 644, all times 1980-01-01",
        lambda t: t.record_mode == 0o100644 and t.one_time == 315532800,
    ),
)
_TAR_WRITERS: Final[tuple[tuple[str, str, TarTest], ...]] = (
    (
        "setuptools",
        "pax with float times, directory entries, the builder's name",
        lambda t: t.float_times and t.directories,
    ),
    (
        "hatchling",
        "one time 2020-02-02",
        lambda t: t.one_time == 1580601600,
    ),
    (
        "maturin",
        "one time 2006-07-24",
        lambda t: t.one_time == 1153704088,
    ),
    (
        "scikit-build-core",
        "one time 2022-11-09",
        lambda t: t.one_time == 1667997441,
    ),
    (
        "uv_build",
        "directory entries, no gzip name, all times 0",
        lambda t: t.directories and not t.gzip_name and t.one_time == 0,
    ),
    (
        "poetry-core",
        "gzip name, all times 0",
        lambda t: t.gzip_name and t.one_time == 0,
    ),
    (
        "GNU tar",
        "GNU magic, padded to 10,240 bytes",
        lambda t: t.dialect == Dialect.GNU and t.end_padding,
    ),
)


def writer(artifact: Artifact) -> str:
    """Return the tool whose habits an archive has, with what shows it; empty if none fits."""
    if isinstance(artifact, ZipArtifact):
        zipped = zip_traits(artifact)
        for name, why, fits in _ZIP_WRITERS:
            if fits(zipped):
                return f"{name} ({why})"
    if isinstance(artifact, TarArtifact):
        tarred = tar_traits(artifact)
        for name, why, test in _TAR_WRITERS:
            if test(tarred):
                return f"{name} ({why})"
    return ""
