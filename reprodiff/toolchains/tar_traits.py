"""Which tool wrote a tar archive, told from the archive alone; see ``traits`` for zips."""

from collections.abc import Callable
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.header import Dialect
from reprodiff.toolchains.marks import TarTraits


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
        gzip_time=member.mtime if member else None,
    )


TarTest = Callable[[TarTraits], bool]
# The first that fits is said.  A new writer is one line.
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


def tar_writer(artifact: Artifact) -> str:
    """Return the tool whose habits a tar has, with what shows it; empty if none fits."""
    if isinstance(artifact, TarArtifact):
        traits = tar_traits(artifact)
        for name, why, fits in _TAR_WRITERS:
            if fits(traits):
                return f"{name} ({why})"
    return ""
