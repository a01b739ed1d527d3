"""Names of projects, versions and archives as they are compared, not as they are written."""

import re
from functools import lru_cache
from typing import Final

from reprodiff.records import NamedTuple

_WHEEL: Final = re.compile(
    r"(?P<name>[^-/]+)-(?P<version>[^-/]+)(?:-(?P<build>\d[^-/]*))?"
    r"-(?P<python>[^-/]+)-(?P<abi>[^-/]+)-(?P<platform>[^-/]+)\.whl"
)
_SDIST: Final = re.compile(
    r"(?P<name>[^/]+)-(?P<version>[^-/]+)(?P<suffix>\.tar\.(?:gz|bz2|xz|zst)|\.tgz|\.zip)"
)


class ArchiveName(NamedTuple):
    """What the file name of a wheel or sdist says, in one spelling (PEP 427, PEP 625).

    ``tags`` has the expanded tags of a wheel, or the suffix of an sdist.
    """

    name: str
    version: str
    tags: tuple[str, ...]
    build: str = ""


def canonical_name(name: str) -> str:
    """Return a project's name in its one spelling (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=1024)
def canonical_version(version: str) -> str:
    """Return a version in one spelling: 1.0, 1.0.0 and v1 are the same (PEP 440)."""
    from packaging.utils import canonicalize_version  # noqa: PLC0415
    from packaging.version import InvalidVersion, Version  # noqa: PLC0415

    for spelled in (version, version.replace("_", "-")):
        try:
            return canonicalize_version(Version(spelled))
        except InvalidVersion:
            continue
    return version.lower()


def archive_name(base: str) -> ArchiveName | None:
    """Read the file name of a wheel or sdist; ``None`` if it is not as such names are."""
    if found := _WHEEL.fullmatch(base):
        tags = {
            f"{python}-{abi}-{platform}"
            for python in found["python"].split(".")
            for abi in found["abi"].split(".")
            for platform in found["platform"].split(".")
        }
        return ArchiveName(
            canonical_name(found["name"]),
            canonical_version(found["version"]),
            tuple(sorted(tags)),
            found["build"] or "",
        )
    if found := _SDIST.fullmatch(base):
        name, version = canonical_name(found["name"]), canonical_version(found["version"])
        return ArchiveName(name, version, (found["suffix"],))
    return None


_ENDINGS: Final = (b".whl", b".gz", b".tgz", b".bz2", b".xz", b".zst", b".zip")


def archive_key(raw: bytes) -> bytes | None:
    """Return what makes two wheels or sdists in one folder two builds of the same thing.

    That is project, version and tags in one spelling, and no build tag; ``None`` for a member
    that is neither.
    """
    folder, _, base = raw.rpartition(b"/")
    if not base.endswith(_ENDINGS):
        return None
    found = archive_name(base.decode("utf-8", "surrogateescape"))
    if found is None:
        return None
    return _joined(folder, found.name, found.version, *found.tags)


def release_keys(raw: bytes) -> tuple[bytes, ...]:
    """Return what makes two wheels or sdists in one folder releases of one thing, closest first.

    The first goes for the same tags of another version; then the version of the platform may
    differ (manylinux2014 and manylinux_2_28), then the interpreter, then all but the project.
    A key counts only where one file of each side has it.  Empty for a member that is neither.
    """
    folder, _, base = raw.rpartition(b"/")
    if not base.endswith(_ENDINGS):
        return ()
    found = archive_name(base.decode("utf-8", "surrogateescape"))
    if found is None:
        return ()
    if not base.endswith(b".whl"):
        return (_joined(folder, "sdist", found.name),)
    tags = [tag.rpartition("-") for tag in found.tags]
    families = sorted({_family(platform) for _, _, platform in tags})
    pythons = sorted({python for python, _, _ in tags})
    return (
        _joined(folder, "tags", found.name, *found.tags),
        _joined(folder, "platform", found.name, found.version, *pythons, *families),
        _joined(folder, "both", found.name, *pythons, *families),
        _joined(folder, "python", found.name, found.version, *families),
        _joined(folder, "system", found.name, *families),
        _joined(folder, "wheel", found.name),
    )


_LEVEL: Final = re.compile(r"(?<=linux)(?:_\d+_\d+|1|2010|2014)(?=_)|(?<=^macosx)_\d+_\d+(?=_)")


def _family(platform: str) -> str:
    """Return a platform tag without the version of the system that it is for."""
    return _LEVEL.sub("", platform)


def _joined(folder: bytes, *parts: str) -> bytes:
    return b"\0".join([folder, *(part.encode("utf-8", "surrogateescape") for part in parts)])
