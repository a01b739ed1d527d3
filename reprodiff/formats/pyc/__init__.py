"""Compiled Python (pyc): a bounded reader, and a comparison that accounts for every byte.

Nothing here executes or unmarshals what it reads.
"""

from reprodiff.formats.pyc.compare import PycComparison, compare_pyc
from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.facts import Fact, FactKind
from reprodiff.formats.pyc.listing import disassemble
from reprodiff.formats.pyc.node import Node
from reprodiff.formats.pyc.reader import Pyc, PycHeader, read_pyc

__all__ = [
    "Fact",
    "FactKind",
    "Node",
    "Pyc",
    "PycComparison",
    "PycError",
    "PycHeader",
    "compare_pyc",
    "disassemble",
    "read_pyc",
]
