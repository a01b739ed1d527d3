"""Characters in text that a reader of the source cannot see, or that reorder what they see.

Bidirectional controls can make code read otherwise than it runs (CVE-2021-42574), tag characters
and invisible letters can carry text that no editor shows.
"""

import re
import unicodedata
from typing import Final, Literal, NamedTuple

Kind = Literal["bidi", "invisible", "tag", "variation", "control"]

MAX_FOUND: Final = 10_000

_BIDI: Final = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Zero width, fillers and blanks that are no spaces, deprecated format controls, line separators.
_INVISIBLE: Final = (
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200d\u2028\u2029\u2060-\u2065\u206a-\u206f"
    "\u2800\u3164\ufeff\uffa0\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
)
_TAG: Final = "\U000e0000-\U000e007f"
_VARIATION: Final = "\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef"
# Of the C0 and C1 controls text needs tab, line feed, carriage return and form feed.
_CONTROL: Final = "\x00-\x08\x0b\x0e-\x1f\x7f-\x9f"

_KINDS: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    ("bidi", re.compile(f"[{_BIDI}]")),
    ("invisible", re.compile(f"[{_INVISIBLE}]")),
    ("tag", re.compile(f"[{_TAG}]")),
    ("variation", re.compile(f"[{_VARIATION}]")),
    ("control", re.compile(f"[{_CONTROL}]")),
)
# One set for the search: an alternative for each kind would cost five times as much.
_ANY: Final = re.compile(f"[{_BIDI}{_INVISIBLE}{_TAG}{_VARIATION}{_CONTROL}]")
# What VS15 and VS16 (text and emoji style) and the zero-width joiner legitimately stand behind:
# symbols and pictographs, and for keycaps digits, # and *.
_EMOJI: Final = re.compile(
    "[#*0-9\u00a9\u00ae\u203c\u2049\u2122\u2139\u2194-\u21aa\u2300-\u23ff\u24c2\u25aa-\u27bf"
    "\u2934\u2935\u2b05-\u2b55\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
_KEYCAP: Final = "\u20e3"
# Ideographs, behind which VS17 and later choose a shape (Unicode Technical Standard 37).
_IDEOGRAPH: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")


class Hidden(NamedTuple):
    """A hidden character: ``offset`` counts characters of the text, ``name`` is Unicode's."""

    offset: int
    codepoint: int
    name: str
    kind: Kind


def hidden_characters(text: str, limit: int = MAX_FOUND) -> list[Hidden]:
    """Return the characters of ``text`` that hide or reorder something, at most ``limit``.

    Left out is what belongs to visible text: a byte order mark at the start, variation selectors
    and joiners inside an emoji, shapes of ideographs.
    """
    found: list[Hidden] = []
    if text.isascii() and text.isprintable():
        return found
    for match in _ANY.finditer(text):
        if len(found) >= limit:
            break
        offset = match.start()
        if not _is_visible(text, offset):
            kind = next(kind for kind, chars in _KINDS if chars.match(match[0]))
            found.append(Hidden(offset, ord(match[0]), _name(match[0]), kind))
    return found


def _is_visible(text: str, offset: int) -> bool:
    """Tell whether a character takes part in what is seen around it."""
    char = text[offset]
    if char == "\ufeff":
        return offset == 0
    before = text[offset - 1] if offset else ""
    after = text[offset + 1 : offset + 2]
    if char in "\ufe0e\ufe0f":
        # A digit is an emoji only as a keycap.
        plain = before.isascii()
        return bool(_EMOJI.match(before)) and (after == _KEYCAP or not plain)
    if char == "\u200d":
        joined = before == "\ufe0f" or (bool(_EMOJI.match(before)) and not before.isascii())
        return joined and bool(_EMOJI.match(after)) and not after.isascii()
    if char >= "\U000e0100":
        return bool(_IDEOGRAPH.match(before))
    return False


def _name(char: str) -> str:
    """Return the name of a character, or the label that Unicode gives to those without."""
    label = "control" if unicodedata.category(char) == "Cc" else "reserved"
    return unicodedata.name(char, f"{label}-{ord(char):04X}")
