"""What speaks against a directory of a build in a compiled file."""

import re

from reprodiff.causes.base import Scene
from reprodiff.formats.parsing.paths import split_paths


def doubt(raw_a: bytes, raw_b: bytes, scene: Scene) -> None:
    """Let a directory that stays on both sides in other paths speak against one that has moved.

    Where "/opt/py/include" has become "/opt/pz/include", and both files have paths below
    "/opt/py/include", it is not the directory that is another one.
    """
    a, b = (raw.decode("utf-8", "surrogateescape") for raw in (raw_a, raw_b))
    prefix_a, prefix_b, suffix = split_paths(a, b)
    if not (a.startswith("/") and b.startswith("/") and prefix_a and prefix_b):
        return
    first = suffix.split("/")[1] if suffix else ""
    for prefix, other in ((prefix_a, prefix_b), (prefix_b, prefix_a)):
        stays = f"{prefix}/{first}".encode("utf-8", "surrogateescape")
        moved = f"{other}/".encode("utf-8", "surrogateescape")
        if all(_has_path(data, stays, moved) for data in (scene.data_a, scene.data_b)):
            scene.prefixes.learn(prefix, prefix)


def _has_path(data: memoryview, start: bytes, other: bytes) -> bool:
    """Whether a string of a file starts so, and not as ``other`` does."""
    found = re.compile(rb"\0(?!" + re.escape(other) + rb")" + re.escape(start))
    return found.search(data) is not None
