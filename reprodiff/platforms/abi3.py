"""Whether a module keeps to the stable ABI of CPython.

The names are in ``stable_abi.json``; see there for where they come from.  What a module imports
of ``Py...`` and ``_Py...`` must be among them, and be there since the version that its tag claims.

Sources: PEP 384, PEP 652; CPython, "C API Stability".
"""

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from reprodiff.platforms.systems import key

_PYTHON: Final = re.compile(r"_?Py[A-Z_]")
"""How all names of Python's C API start."""


class Outside(NamedTuple):
    """A symbol that a module may not count on; ``added`` is empty if it is in no stable ABI."""

    symbol: str
    added: str


@cache
def _added() -> Mapping[str, str]:
    text = files("reprodiff.platforms").joinpath("stable_abi.json").read_text(encoding="utf-8")
    return {
        symbol: version
        for version, symbols in json.loads(text)["added"].items()
        for symbol in symbols
    }


def outside(imports: Iterable[str], floor: str) -> tuple[Outside, ...]:
    """Return the imported symbols of Python outside of the stable ABI of version ``floor``.

    With an empty ``floor`` every version's stable ABI will do.
    """
    added = _added()
    found: list[Outside] = []
    for symbol in sorted(imports):
        if not _PYTHON.match(symbol) or symbol.startswith("PyInit"):
            continue
        since = added.get(symbol, "")
        if not since or (floor and key(since) > key(floor)):
            found.append(Outside(symbol, since))
    return tuple(found)


def since(imports: Iterable[str]) -> str:
    """Return the first version whose stable ABI has all the imported symbols that are in one."""
    added = _added()
    return max((added[symbol] for symbol in imports if symbol in added), key=key, default="")
