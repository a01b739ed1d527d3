"""What strings in compiled files say of the tools that made them."""

import re
from collections.abc import Sequence
from typing import Final

from reprodiff.model import Difference

# Paths that belong to a tool and have its version or a hash of it: headers of an interpreter in
# the manylinux images, a store of Nix, a formula of Homebrew, the sources of Rust's own library.
_PLACES: Final = (
    ("CPython of the manylinux image", re.compile(rb"/opt/_internal/(cpython-[^/\0]+)")),
    ("CPython", re.compile(rb"/include/(python\d\.\d+\w*)/")),
    ("Rust's own library", re.compile(rb"/rustc/([0-9a-f]{40})/")),
    ("a toolchain of rustup", re.compile(rb"/\.?rustup/toolchains/([^/\0]+)")),
    ("a package of Nix", re.compile(rb"/nix/store/([0-9a-z]{32}-[^/\0]+)")),
    ("a formula of Homebrew", re.compile(rb"/(?:Cellar|homebrew/opt)/([^/\0]+/[^/\0]+)")),
    ("a crate", re.compile(rb"/registry/src/[^/\0]+/([^/\0]+-\d[^/\0]*)/")),
    ("the headers of GCC", re.compile(rb"/(?:lib|lib64)/gcc/([^/\0]+/\d[^/\0]*)/include")),
    ("the headers of libstdc++", re.compile(rb"/include/c\+\+/(\d[^/\0]*)")),
    ("GCC", re.compile(rb"\AGCC: (\([^()]+\) \d[\x20-\x7e]*)")),
    ("Cython", re.compile(rb"\A_?cython_(\d+_\d+[0-9a-z_]*)")),
    ("CPython", re.compile(rb"\b(cpython-3\d+)[-.]")),
)
_FEW: Final = 12
"""Flags shown of each side."""


def told(a: bytes, b: bytes) -> str | None:
    """Return in words which tool two strings name two versions of; ``None`` if they do not.

    The strings must be equal but for that version, so that nothing else differs with it.
    """
    for tool, place in _PLACES:
        one, two = place.search(a), place.search(b)
        if one is None or two is None or one[1] == two[1]:
            continue
        if _without(a, one[1]) == _without(b, two[1]):
            shown = [found[1].decode("ascii", "replace") for found in (one, two)]
            return f"{tool}: {shown[0]} in A, {shown[1]} in B"
    return None


def _without(text: bytes, version: bytes) -> bytes:
    """Take the version of a tool out of a text, and that of Python's own directories with it."""
    return _PYTHON.sub(b"python", text.replace(version, b"\1"))


_PYTHON: Final = re.compile(rb"(?<=/)python3\.\d+t?(?=/|\Z)")


def producers(a: bytes, b: bytes) -> tuple[str, ...]:
    """Return what differs between two DW_AT_producer strings: the tools, and their flags."""
    sides = [_split(text.decode("utf-8", "replace")) for text in (a, b)]
    (tool_a, flags_a), (tool_b, flags_b) = sides
    lines: list[str] = []
    if tool_a != tool_b:
        lines.append(f"{tool_a} in A, {tool_b} in B")
    for side, mine, other in (("A", flags_a, flags_b), ("B", flags_b, flags_a)):
        alone = [flag for flag in mine if flag not in other]
        if alone:
            more = f" and {len(alone) - _FEW} more" if len(alone) > _FEW else ""
            lines.append(f"flags in {side} only: {' '.join(alone[:_FEW])}{more}")
    if not lines and flags_a != flags_b:
        lines.append("the same flags in another order")
    return tuple(lines)


# The levels of x86-64, each with what it asks for beyond the one before (x86-64 psABI, 3.1.1).
_LEVELS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("x86-64-v2", frozenset({"CX16", "POPCNT", "SSE3", "SSE4.1", "SSE4.2", "SSSE3"})),
    ("x86-64-v3", frozenset({"AVX", "AVX2", "BMI", "BMI2", "F16C", "FMA", "LZCNT", "MOVBE"})),
    ("x86-64-v4", frozenset({"AVX-512"})),
)


def processors(facts: Sequence[Difference]) -> tuple[str, ...]:
    """Return what functions of each side ask of a processor, and none of the other side does."""
    sides: list[set[str]] = [
        {each for value in values for each in str(value or "").split(", ")} - {"", "baseline"}
        for values in ([fact.a for fact in facts], [fact.b for fact in facts])
    ]
    lines: list[str] = []
    for side, mine, other in (("A", sides[0], sides[1]), ("B", sides[1], sides[0])):
        alone = mine - other
        if alone:
            level = next((name for name, those in _LEVELS[::-1] if those & alone), "")
            more = f" ({level} has all of it)" if level and _below(alone, level) else ""
            lines.append(f"only {side} uses {', '.join(sorted(alone))}{more}")
    return tuple(lines)


def _below(alone: set[str], level: str) -> bool:
    """Whether a level of x86-64 has all of some extensions."""
    names = [name for name, _ in _LEVELS]
    return alone <= {each for _, those in _LEVELS[: names.index(level) + 1] for each in those}


def _split(text: str) -> tuple[str, Sequence[str]]:
    """Return the name of a tool and its flags; GCC writes those behind the name."""
    tool, _, flags = text.partition(" -")
    return tool, [f"-{flag}" for flag in re.split(r"\s-", flags)] if flags else []
