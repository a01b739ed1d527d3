"""Directories of a build in a compiled file: what speaks against one, and one written as a dot."""

import os
import re
from collections.abc import Iterable, Sequence
from itertools import takewhile
from typing import Final

from reprodiff.causes.base import Scene
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.model import Difference

_DIRECTORY: Final = re.compile(rb"(?:/[^\0-\x20\x7f/\"'`<>|:;]+){2,}")
_MOST_KNOWN: Final = 50
_BEFORE: Final = re.compile(rb"(?:.*[^\w./~-])?", re.DOTALL)
_HERE: Final = b"."


def mapped(a: bytes, b: bytes) -> tuple[str, str] | None:
    """Return a directory that is a dot on the other side, if nothing else differs.

    So ``-ffile-prefix-map=DIRECTORY=.`` writes it; the longer half is an absolute path.
    """
    head = _shared(a, b)
    size = min(len(a), len(b)) - head
    tail = min(_shared(a[::-1], b[::-1]), size)
    halves = [text[head : len(text) - tail] for text in (a, b)]
    behind = a[len(a) - tail :] if tail else b""
    if _HERE not in halves or not _BEFORE.fullmatch(a[:head]):
        return None
    if not (behind.startswith(b"/") or not (behind or head)):
        return None
    if not _DIRECTORY.fullmatch(halves[1 - halves.index(_HERE)]):
        return None
    one, two = (half.decode("utf-8", "surrogateescape") for half in halves)
    return one, two


def _shared(a: bytes, b: bytes) -> int:
    """Return how many bytes two texts have the same at their start."""
    return sum(1 for _ in takewhile(bool, (x == y for x, y in zip(a, b, strict=False))))


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
    if start.startswith(other):
        return False
    # What is looked for begins with as many plain bytes as there are: that is looked for quickly.
    behind = rb"(?!" + re.escape(other[len(start) :]) + rb")" if other.startswith(start) else b""
    return re.compile(re.escape(b"\0" + start) + behind).search(data) is not None


def names_file(path: str) -> bool:
    """Whether the last component has an ending, which directories seldom have."""
    return "." in path.rpartition("/")[2].lstrip(".")


def regrouped(facts: Sequence[Difference]) -> tuple[list[Difference], list[Difference]]:
    """Part facts from those on paths that are the same on both sides, but cut in two elsewhere.

    Clang writes a header as the directory that its path and the build directory have in common,
    and the rest: "/opt" and "py/x.h" for a build below /opt, "/opt/py" and "x.h" for one below
    /opt/py.
    """
    folders: dict[tuple[bytes, bool], list[Difference]] = {}
    names: dict[tuple[bytes, bool], list[Difference]] = {}
    for fact in facts:
        a, b = fact.a, fact.b
        if fact.note != "debug" or not isinstance(a, bytes) or not isinstance(b, bytes):
            continue
        first = len(a) > len(b)
        longer, shorter = (a, b) if first else (b, a)
        kinds = {text.startswith(b"/") for text in (a, b)}
        if kinds == {True} and longer.startswith(shorter.rstrip(b"/") + b"/"):
            between = longer[len(shorter.rstrip(b"/")) + 1 :]
            folders.setdefault((between, first), []).append(fact)
        elif kinds == {False} and longer.endswith(b"/" + shorter):
            names.setdefault((longer[: -len(shorter) - 1], not first), []).append(fact)
    both = [key for key in folders if key in names]
    again = [fact for key in both for fact in (*folders[key], *names[key])]
    taken = {id(fact) for fact in again}
    return [fact for fact in facts if id(fact) not in taken], again


def below(facts: Iterable[Difference], scene: Scene) -> bool:
    """Whether all directories of such facts lead to known build directories of their sides."""
    known = scene.prefixes.pairs()[:_MOST_KNOWN]
    return all(
        any(
            x.startswith(os.fsdecode(fact.a).rstrip("/") + "/")
            and y.startswith(os.fsdecode(fact.b).rstrip("/") + "/")
            for x, y, _ in known
        )
        for fact in facts
        if isinstance(fact.a, bytes) and isinstance(fact.b, bytes) and fact.a.startswith(b"/")
    )
