"""What the places of a finding are about, as far as the choice of a fix depends on it."""

import re
from collections.abc import Mapping
from typing import Final

from reprodiff.model import Finding

_RUST: Final = re.compile(r"/\.cargo/|/rustc/|\.rs(?:$|[^a-z])")
_SYSTEM: Final = re.compile(r"/(?:usr|opt/rh|opt/_internal)/")
_MTIMES: Final = frozenset({"zip-member-mtime", "tar-member-mtime"})


def of_rust(finding: Finding, compilers: Mapping[str, str]) -> bool:
    """Whether a place shows a path that only Rust leaves, or is in a file that names rustc."""
    return any(
        "rustc " in compilers.get(place.path, "") or _RUST.search(place.a) or _RUST.search(place.b)
        for place in finding.locations
    )


def of_tools(finding: Finding) -> bool:
    """Whether all directories are those of a compiler and of what is installed beside it."""
    return (
        finding.cause == "elf-build-path"
        and bool(finding.locations)
        and all(_SYSTEM.match(place.a) and _SYSTEM.match(place.b) for place in finding.locations)
    )


def is_artifact(finding: Finding) -> bool:
    """Whether what one folder alone has are whole artifacts."""
    return finding.cause == "member-on-one-side" and not any(
        "!/" in place.path for place in finding.locations
    )


def is_scattered(finding: Finding, members: int) -> bool:
    """Whether the times of members differ among themselves, or some are equal on both sides."""
    if finding.cause not in _MTIMES:
        return False
    places = [place for place in finding.locations if place.path]
    values = ({place.a for place in places}, {place.b for place in places})
    return any(len(each) > 1 for each in values) or 0 < finding.location_count < members
