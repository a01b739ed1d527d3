"""All file formats, the most specific first.  A new format is one file and one line here."""

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import Final

from reprodiff.errors import ReprodiffError
from reprodiff.formats.base import Content, Format
from reprodiff.model import Difference
from reprodiff.records import NamedTuple

# Modules with a FORMAT, loaded on the first member that differs.
_MODULES: Final = (
    "record",
    "installer",
    "launcher",
    "script",
    "metadata",
    "listing",
    "bytecode",
    "elf",
    "json",
    "toml",
    "ini",
    "python",
    "text",
    "pe",
    "coff",
    "macho",
    "bitcode",
    "executables",
    "binary",
)

PROBLEM: Final = "problem"
"""The kind of a fact that is none: its note says what could not be analysed."""

_LAST: Final = ("RECORD",)
_SCRIPTS: Final = frozenset({"bin", "Scripts", "scripts"})


def is_last(path: str) -> int:
    """Whether a member tells of others, and is compared when they have been.

    Scripts (1) name an interpreter, and other files know how the two trees' paths go together;
    RECORD (2) tells of scripts, too.
    """
    folder, _, base = path.rpartition("/")
    if path.endswith(".dist-info/RECORD") or base in _LAST:
        return 2
    return int(folder.rpartition("/")[2] in _SCRIPTS)


@cache
def formats() -> tuple[Format, ...]:
    """Return all formats in the order in which they are asked."""
    return tuple(import_module(f"reprodiff.formats.{name}").FORMAT for name in _MODULES)


class Compared(NamedTuple):
    """The facts on two contents; ``problem`` says what went wrong on the way, if anything did."""

    facts: Sequence[Difference]
    problem: str = ""


def compare(content: Content) -> Compared:
    """Return the facts on two contents by the first format that applies and can read them.

    A comparison that fails in a way nobody thought of is a problem of that member: the bytes of
    the two sides are accounted for all the same, and the run goes on.
    """
    problem = ""
    for candidate in formats():
        if candidate.applies(content):
            try:
                return Compared(tuple(candidate.compare(content)))
            except ReprodiffError:
                continue
            except (RecursionError, MemoryError) as error:
                # Too much for this format may be nothing for one that is less exact.
                kind = type(error).__name__
                problem = f"the comparison as {candidate.name} failed ({kind}): compared as bytes"
            except Exception as error:  # noqa: BLE001  (one member must not cost the report)
                kind = type(error).__name__
                return Compared(
                    (), f"the comparison as {candidate.name} failed ({kind}): compared as bytes"
                )
    return Compared((), problem)
