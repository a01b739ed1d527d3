"""Whether bytecode is what its source compiles to.

Python runs a pyc whose header fits its source without ever looking at the source, so a pyc that
only one side has is harmless only if it is what compiling makes of the source beside it.  That
can be checked by compiling again, if the interpreter at hand writes the same kind of pyc.  The
source is compiled, never run.
"""

import importlib.util
import re
import warnings
from marshal import dumps
from typing import Final, NamedTuple

from reprodiff.formats.pyc import PycError, compare_pyc
from reprodiff.formats.pyc.facts import FactKind
from reprodiff.formats.pyc.reader import HEADER_SIZE, read_header
from reprodiff.formats.python import MAX_SOURCE, is_shallow

_CACHED: Final = re.compile(
    r"^(?P<folder>.*/|)__pycache__/(?P<name>[^/]+?)\.[^./]+?(?:\.opt-(?P<level>[12]))?\.pyc$"
)
_SAME_CODE: Final = frozenset(
    {FactKind.FILENAME, FactKind.REFS, FactKind.INTERNING, FactKind.SET_ORDER}
)
"""Facts that leave what runs as it is: the path of the source, and how values are stored."""


class Checked(NamedTuple):
    """The answer: ``same`` is ``None`` where it cannot be known, and ``why`` then says why not."""

    same: bool | None
    why: str = ""


def source_of(path: str) -> tuple[str, int] | None:
    """Return the path of a pyc's source and the level of optimisation, as PEP 3147 and 488 say.

    ``None`` for a pyc that lies where its source would be: Python takes that one for a module
    without a source.
    """
    found = _CACHED.match(path)
    if found is None:
        return None
    return f"{found['folder']}{found['name']}.py", int(found["level"] or 0)


_MAX_PATH: Final = 1024


def _path_in(bytecode: bytes, name: str) -> str:
    """Return the path that a pyc seems to have for its source, so that the same bytes come out.

    It is a string that ends in the name: a type byte, a length in one byte or four, the text.
    """
    end = bytecode.find(name.encode("utf-8", "surrogateescape")) + len(name)
    for size in range(len(name), min(_MAX_PATH, end - HEADER_SIZE) if name else 0):
        start = end - size
        short = size < 256 and bytecode[start - 1] == size and bytecode[start - 2] & 0x7F in b"zZ"
        if short or bytecode[start - 4 : start] == size.to_bytes(4, "little"):
            return bytecode[start:end].decode("utf-8", "replace").replace("\0", "")
    return ""


def check(source: bytes, bytecode: bytes, level: int = 0, name: str = "") -> Checked:
    """Compile ``source`` with optimisation ``level`` and compare what comes out.

    ``name`` is the base name of the source, and only makes the answer come sooner.
    """
    try:
        header = read_header(bytecode)
    except PycError as error:
        return Checked(None, f"cannot be read: {error}")
    if header.magic != importlib.util.MAGIC_NUMBER:
        made = f"Python {header.version}" if header.version else "an unknown Python"
        return Checked(None, f"made by {made}, which this one cannot check")
    if header.mode is None:
        return Checked(None, "has flags that no Python writes")
    if len(source) > MAX_SOURCE or not is_shallow(source):
        return Checked(None, "its source is too large or too deep to compile")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = _path_in(bytecode, name)
            code = compile(source, path, "exec", dont_inherit=True, optimize=level)
        again = bytecode[:HEADER_SIZE] + dumps(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Checked(None, "its source does not compile")
    return Checked(same=True) if again == bytecode else _compared(again, bytecode)


def _compared(again: bytes, bytecode: bytes) -> Checked:
    try:
        found = compare_pyc(again, bytecode)
    except PycError as error:
        return Checked(None, f"cannot be read: {error}")
    if not found.complete or found.body not in {"equal", "compared"}:
        return Checked(None, "its code cannot be read in full")
    same = found.residue_equal and all(fact.kind in _SAME_CODE for fact in found.facts)
    return Checked(same, "" if same else "is not what its source compiles to")
