"""Which tool wrote an archive, told from the archive alone.

What WHEEL says of its generator is a claim like any other text in the artifact.  The container
has habits of its own that nobody thinks of when a claim is changed: the version in "made by",
flags, directory entries, modes of generated files, line endings of RECORD, constant times.
"""

from collections.abc import Callable
from typing import Final
from weakref import WeakKeyDictionary

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactKind
from reprodiff.toolchains.marks import ZipTraits

MAX_RECORD: Final = 1 << 16
"""Bytes of RECORD that are looked at for its line endings."""

_UTF8: Final = 0x800
_TARRED: Final = frozenset({ArtifactKind.SDIST, ArtifactKind.TAR})


_known: Final[WeakKeyDictionary[Artifact, str]] = WeakKeyDictionary()
"""Writers that were told once, as long as their artifacts are open."""


def zip_traits(artifact: ZipArtifact) -> ZipTraits:
    """Read the habits out of a zip; only RECORD is inflated."""
    entries = [entry for entry in artifact.entries if entry.central is not None]
    headers = [entry.central.fixed for entry in entries if entry.central is not None]
    record, metadata, wheel = (_info(artifact, name) for name in ("RECORD", "METADATA", "WHEEL"))
    modes = {header.mode for header in headers}
    times = {member.mtime for member in artifact.members}
    first = artifact.members[0].path if artifact.members else ""
    return ZipTraits(
        create_versions=frozenset(header.create_version for header in headers),
        systems=frozenset(header.create_system for header in headers),
        all_utf8=bool(headers) and all(header.flags & _UTF8 for header in headers),
        directories=any(entry.is_dir for entry in entries),
        info_first=".dist-info/" in first,
        record_mode=artifact.entries[record.index].mode if record else None,
        record_crlf=_crlf(artifact, record) if record else False,
        one_time=times.pop() if len(times) == 1 else None,
        text_bits=any(header.internal_attr & 1 for header in headers),
        metadata_mode=artifact.entries[metadata.index].mode if metadata else None,
        wheel_first=wheel is not None and metadata is not None and wheel.index < metadata.index,
        windows_modes=bool(modes) and modes <= {0o100666, 0o100777},
    )


def _info(artifact: Artifact, name: str) -> Member | None:
    return next((m for m in artifact.members if m.path.endswith(f".dist-info/{name}")), None)


def _crlf(artifact: Artifact, record: Member) -> bool:
    try:
        with artifact.read(record) as view:
            return b"\r\n" in bytes(view[:MAX_RECORD])
    except ReprodiffError:
        return False


ZipTest = Callable[[ZipTraits], bool]


# The first that fits is said.  A new writer is one line.
_ZIP_WRITERS: Final[tuple[tuple[str, str, ZipTest], ...]] = (
    (
        "uv_build >=0.12",
        "made by version 63, UTF-8 flag on every member",
        lambda t: t.create_versions == {63} and t.all_utf8,
    ),
    (
        "uv_build <0.9",
        "RECORD with mode 230, as no other writes it",
        lambda t: t.directories and t.record_mode == 0o100230,
    ),
    (
        "uv_build <0.12",
        "directory entries, all times 1980-01-01, WHEEL before METADATA",
        lambda t: t.directories and t.one_time == 315532800 and t.wheel_first,
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
    ("flit >=4", "RECORD with CRLF, no directory entries", lambda t: t.record_crlf),
    (
        "flit <3.9",
        "RECORD with mode 644 and no file type, WHEEL before METADATA",
        lambda t: t.record_mode == 0o644 and t.wheel_first,
    ),
    (
        "hatchling",
        "METADATA and RECORD with mode 644 and no file type",
        lambda t: t.record_mode == 0o644 and t.metadata_mode == 0o644,
    ),
    (
        "poetry-core",
        "RECORD, but not METADATA, with mode 644 and no file type",
        lambda t: t.record_mode == 0o644 and t.metadata_mode is not None,
    ),
    (
        "flot",
        "all times 2022-02-02, WHEEL before METADATA",
        lambda t: t.one_time == 1643767322 and t.wheel_first,
    ),
    (
        "setuptools",
        "RECORD with mode 664 and no file type, as wheel wrote it before 0.40",
        lambda t: t.record_mode == 0o664,
    ),
    (
        "setuptools or scikit-build-core",
        "RECORD with mode 664",
        lambda t: t.record_mode == 0o100664,
    ),
    (
        "maturin",
        "RECORD with mode 644, all times 1980-01-01",
        lambda t: t.record_mode == 0o100644 and t.one_time == 315532800 and not t.wheel_first,
    ),
    (
        "flit >=3.9,<4 or flot",
        "RECORD with mode 644, WHEEL before METADATA",
        lambda t: t.record_mode == 0o100644 and t.wheel_first and not t.directories,
    ),
)


def writer(artifact: Artifact) -> str:
    """Return the tool whose habits an archive has, with what shows it; empty if none fits."""
    if artifact not in _known:
        _known[artifact] = _writer(artifact)
    return _known[artifact]


def _writer(artifact: Artifact) -> str:
    if isinstance(artifact, ZipArtifact):
        zipped = zip_traits(artifact)
        for name, why, fits in _ZIP_WRITERS:
            if fits(zipped):
                return f"{name} ({why})"
    elif artifact.kind in _TARRED:
        # All that reads tars is loaded when there is one.
        from reprodiff.toolchains.tar_traits import tar_writer  # noqa: PLC0415

        return tar_writer(artifact)
    return ""
