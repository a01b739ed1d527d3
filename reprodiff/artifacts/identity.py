"""Which project, version and tags an artifact is, and which tool made it by its own account."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.errors import ReprodiffError
from reprodiff.model import ArtifactInfo, ArtifactKind, MadeBy, MemberType
from reprodiff.text import plain

MAX_METADATA: Final = 1 << 20
"""Bytes of a metadata file that are looked at for its headers."""

_WHEEL_NAME: Final = re.compile(
    r"(?P<name>[^-]+)-(?P<version>[^-]+)(?:-\d[^-]*)?-(?P<tags>[^-]+-[^-]+-[^-]+)\.whl$"
)
_SDIST_NAME: Final = re.compile(r"(?P<name>.+)-(?P<version>[^-]+)\.(?:tar\.\w+|zip|tgz)$")
# Some write "setuptools (84.2.1)", others "hatchling 1.33.0".
_GENERATOR: Final = re.compile(r"\s*([A-Za-z][\w.-]*)\s*\(?v?([\w.+!-]*)\)?")


def identify(artifact: Artifact) -> ArtifactInfo:
    """Return what a report says of an artifact: names from metadata first, else from its name."""
    name, version, tags = _from_file_name(artifact)
    fields: dict[str, str] = {}
    for key, value in _headers(artifact):
        # The first one wins: a repair tool adds a Generator of its own behind the backend's.
        fields.setdefault(key, value)
    made_by = None
    if generator := fields.get("Generator"):
        found = _GENERATOR.match(generator)
        made_by = MadeBy(plain(found[1]), plain(found[2])) if found else MadeBy(plain(generator))
    return ArtifactInfo(
        path=artifact.path,
        kind=artifact.kind,
        size=artifact.size,
        sha256=_sha256(artifact),
        name=plain(fields.get("Name") or name, 200),
        version=plain(fields.get("Version") or version, 200),
        tags=tags,
        made_by=made_by,
    )


_STEP: Final = 16 << 20


def _sha256(artifact: Artifact) -> str:
    """Return the digest of the whole file, empty for a tree; pages are given back on the way."""
    data = artifact.data
    if data is None:
        return ""
    digest = hashlib.sha256()
    for at in range(0, len(data), _STEP):
        digest.update(data[at : at + _STEP])
        artifact.relax()
    return digest.hexdigest()


def _from_file_name(artifact: Artifact) -> tuple[str, str, tuple[str, ...]]:
    base = artifact.path.rpartition("/")[2]
    if found := _WHEEL_NAME.match(base):
        python, abi, platform = found["tags"].split("-")
        expanded = sorted(
            f"{one}-{two}-{three}"
            for one in python.split(".")
            for two in abi.split(".")
            for three in platform.split(".")
        )
        return found["name"], found["version"], tuple(expanded)
    if artifact.kind is ArtifactKind.SDIST and (found := _SDIST_NAME.match(base)):
        return found["name"], found["version"], ()
    return "", "", ()


def _headers(artifact: Artifact) -> Iterator[tuple[str, str]]:
    """Yield Name, Version and Generator from the files that have them, the first one winning."""
    if not artifact.one_project:
        return
    for member in artifact.members:
        if member.type is MemberType.FILE and _is_metadata(artifact.kind, member):
            yield from _fields(artifact, member)


def _is_metadata(kind: ArtifactKind, member: Member) -> bool:
    parts = member.path.split("/")
    if kind in {ArtifactKind.WHEEL, ArtifactKind.TREE}:
        in_info = len(parts) == 2 and parts[0].endswith(".dist-info")
        return in_info and parts[1] in {"METADATA", "WHEEL"}
    return kind is ArtifactKind.SDIST and len(parts) == 2 and parts[1] == "PKG-INFO"


def _fields(artifact: Artifact, member: Member) -> Iterator[tuple[str, str]]:
    try:
        with artifact.read(member) as view:
            text = bytes(view[:MAX_METADATA]).decode("utf-8", "replace")
    except ReprodiffError:
        return
    for line in text.splitlines():
        if not line.strip():
            return
        key, colon, value = line.partition(":")
        if colon and key in {"Name", "Version", "Generator"}:
            yield key, value.strip()
