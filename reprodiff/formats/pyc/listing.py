"""Bytecode as a list of lines, for display.  Nothing is executed."""

import sys

from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.node import Node


def disassemble(code: Node, version: str) -> list[str]:
    """Return one line for each two-byte instruction of a code object: offset, opcode, argument.

    The argument is the byte as it stands.  The opcode's name is given where ``version``, such as
    ``3.12``, is that of the running Python, since only its own table is at hand.  Raises
    :class:`PycError` if ``code`` is not a code object whose ``co_code`` is bytes.
    """
    node = code.fields()["co_code"].resolved() if code.shape == "code" else code
    data = node.value()
    if code.shape != "code" or not isinstance(data, bytes):
        raise PycError("no code object with bytes for its code", offset=code.token.start)
    names = _names(version)
    lines = []
    for at in range(0, len(data) - 1, 2):
        opcode = data[at]
        name = f" {names[opcode]}" if names else ""
        lines.append(f"{at:>5} {opcode:>3}{name} {data[at + 1]}")
    if len(data) % 2:
        lines.append(f"{len(data) - 1:>5} {data[-1]:>3}")
    return lines


def _names(version: str) -> list[str]:
    if version != f"{sys.version_info.major}.{sys.version_info.minor}":
        return []
    from dis import opname  # noqa: PLC0415  (needed for display only)

    return opname
