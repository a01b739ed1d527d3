"""How a code object is laid out in marshal data, per CPython version.

Source: ``w_complex_object`` and ``r_object`` in Python/marshal.c of CPython 3.8 to 3.14.  A code
object is the type byte, a row of 4-byte integers, a row of objects, the 4-byte
``co_firstlineno``, and a last row of objects.  PEP 570 added ``co_posonlyargcount`` (3.8), PEP 626
turned ``co_lnotab`` into ``co_linetable`` (3.10), and 3.11 merged the local names, dropped
``co_nlocals`` and added ``co_qualname`` and ``co_exceptiontable``.
"""

from reprodiff.records import dataclass

FIRST_LINE = "co_firstlineno"


@dataclass(frozen=True, slots=True)
class CodeLayout:
    """Field names of a code object in the order in which they are stored.

    ``scalars`` are the integers behind the type byte, ``before`` the objects up to
    ``co_filename``, ``naming`` those from there to ``co_firstlineno``, ``tail`` those behind it.
    """

    scalars: tuple[str, ...]
    before: tuple[str, ...]
    naming: tuple[str, ...]
    tail: tuple[str, ...]

    @property
    def head_size(self) -> int:
        """Bytes of the type byte and the integers behind it."""
        return 1 + 4 * len(self.scalars)

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of all that follows the head, ``co_firstlineno`` included."""
        return (*self.before, *self.naming, FIRST_LINE, *self.tail)


_COUNTS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount")
_LOCALS = ("co_varnames", "co_freevars", "co_cellvars")

CODE_3_8 = CodeLayout(
    scalars=(*_COUNTS, "co_nlocals", "co_stacksize", "co_flags"),
    before=("co_code", "co_consts", "co_names", *_LOCALS),
    naming=("co_filename", "co_name"),
    tail=("co_lnotab",),
)

CODE_3_10 = CodeLayout(
    scalars=CODE_3_8.scalars,
    before=CODE_3_8.before,
    naming=CODE_3_8.naming,
    tail=("co_linetable",),
)

CODE_3_11 = CodeLayout(
    scalars=(*_COUNTS, "co_stacksize", "co_flags"),
    before=("co_code", "co_consts", "co_names", "co_localsplusnames", "co_localspluskinds"),
    naming=("co_filename", "co_name", "co_qualname"),
    tail=("co_linetable", "co_exceptiontable"),
)
