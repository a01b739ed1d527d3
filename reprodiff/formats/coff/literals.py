"""Names that compilers for Windows make of a string's own bytes.

Each string constant has a section and a symbol of its own, so that linkers keep one of several.
The symbol is ``??_C@_``, the width of a character, the size, a CRC-32 and the first 32 bytes.  No
document of Microsoft has the form; it is read from what its compiler and clang write, and a name
counts only if it is made again from the bytes.
"""

import string
import zlib
from typing import Final

_START: Final = b"??_C@_"
_SPECIAL: Final = {byte: b"?%d" % number for number, byte in enumerate(b",/\\:. \n\t'-")}
_PLAIN: Final = frozenset((string.ascii_letters + string.digits + "_$").encode())
_SHOWN: Final = 32


def is_literal(name: bytes) -> bool:
    """Whether a name is of the form that string constants have."""
    return name.startswith(_START)


def is_name_of(name: bytes, content: bytes) -> bool:
    """Whether ``name`` is what these bytes, a string with its zero, are called."""
    wide = name[len(_START) : len(_START) + 1] == b"1"
    return bool(content) and name == literal_name(content, wide=wide)


def literal_name(content: bytes, *, wide: bool = False) -> bytes:
    """Return the name of a string constant with its zero; ``wide`` if it is of 16-bit units."""
    checked = zlib.crc32(content) ^ 0xFFFF_FFFF
    text = content
    if wide:
        even = len(content) & ~1
        text = bytes(content[at ^ 1] for at in range(even))
    shown = b"".join(map(_byte, text[: _SHOWN * (2 if wide else 1)]))
    kind = b"1" if wide else b"0"
    return b"".join((_START, kind, _number(len(content)), _number(checked), shown, b"@"))


def _number(value: int) -> bytes:
    """Return a number as names have it: a digit for 1 to 10, else letters for its nibbles."""
    if 1 <= value <= 10:
        return b"%d" % (value - 1)
    digits = f"{value:x}" if value else "0"
    return bytes(ord("A") + int(digit, 16) for digit in digits) + b"@"


def _byte(byte: int) -> bytes:
    if byte in _PLAIN:
        return bytes((byte,))
    if byte in _SPECIAL:
        return _SPECIAL[byte]
    if byte & 0x80 and chr(byte & 0x7F) in string.ascii_letters:
        return b"?" + bytes((byte & 0x7F,))
    return b"?$" + bytes((ord("A") + (byte >> 4), ord("A") + (byte & 15)))
