"""The one place where text from inside an artifact becomes safe to show.

Names, paths and strings in an artifact are chosen by whoever made it.  Printed as they are,
they can move the cursor, set the clipboard (OSC 52), reverse the reading order (bidirectional
controls) or hide (zero-width characters).  Everything that leaves the model for a person goes
through :func:`plain`; nothing else in the program needs to think about it.
"""

import unicodedata
from functools import lru_cache
from typing import Final

MAX_SHOWN: Final = 400
"""Longest value shown in a location, in characters."""

# Letters, marks, numbers, punctuation and symbols are shown; every control, format, surrogate,
# private-use and unassigned character and every space but U+0020 is escaped.
_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})
# Letters and marks that show nothing: they look like an empty place or like no place at all.
_BLANK: Final = frozenset(
    "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800\u3164\uffa0"
) | {chr(c) for c in (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))}


def _escape(char: str) -> str:
    if char == " ":
        return char
    if unicodedata.category(char) not in _HIDDEN_CATEGORIES and char not in _BLANK:
        return char
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was no text (surrogateescape)
        return f"\\x{code - 0xDC00:02x}"
    if code < 0x20 or code == 0x7F:
        return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(char, f"\\x{code:02x}")
    if code < 0x100:
        return f"\\u{code:04x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(value: object, limit: int | None = None) -> str:
    r"""Return ``value`` as one line of text with nothing in it that acts on a terminal.

    ``bytes`` are read as UTF-8, each byte that is none is shown as ``\\xNN``.  A character that
    is not visible by itself is shown as its escape.  A longer text than ``limit`` characters is
    cut in the middle and says how much is missing.  Markup is not escaped here: no face of the
    program reads it.
    """
    if value is None:
        return ""
    if isinstance(value, (bytes, bytearray, memoryview)):
        text = bytes(value).decode("utf-8", "surrogateescape")
    elif isinstance(value, tuple):
        text = ", ".join(plain(part) for part in value)
    else:
        text = str(value)
    if limit is not None and len(text) > limit:
        keep = max(limit - 24, 8)
        head, tail = text[: keep * 2 // 3], text[len(text) - keep // 3 :]
        text = f"{head} … {len(text) - len(head) - len(tail)} more … {tail}"
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escape(char) for char in text)


def name(raw: bytes) -> str:
    """Return a member's recorded name as a display path, one to one.

    Two different names never give the same path: a backslash that could be taken for the
    start of an escape is doubled.
    """
    text = raw.decode("utf-8", "surrogateescape")
    if text.isascii() and text.isprintable() and "\\" not in text:
        return text
    return _name(text)


@lru_cache(maxsize=4096)
def _name(text: str) -> str:
    return "".join("\\\\" if char == "\\" else _escape(char) for char in text)
