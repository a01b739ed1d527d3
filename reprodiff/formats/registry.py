"""All file formats, the most specific first.  A new format is one file and one line here."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final

from reprodiff.errors import ReprodiffError
from reprodiff.formats.base import Content, Format
from reprodiff.model import Difference

# Modules with a FORMAT, loaded on the first member that differs.
_MODULES: Final = (
    "bytecode",
    "json",
    "toml",
    "python",
    "text",
    "binary",
)

_LAST: Final = ("RECORD",)


def is_last(path: str) -> bool:
    """Whether a member tells of others, and is compared when they have been."""
    return path.endswith(".dist-info/RECORD") or path.rpartition("/")[2] in _LAST


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats in the order in which they are asked."""
    return tuple(import_module(f"reprodiff.formats.{name}").FORMAT for name in _MODULES)


def compare(content: Content) -> Sequence[Difference]:
    """Return the facts on two contents by the first format that applies and can read them."""
    for candidate in formats():
        if candidate.applies(content):
            try:
                return tuple(candidate.compare(content))
            except (ReprodiffError, RecursionError, MemoryError):
                continue
    return ()
