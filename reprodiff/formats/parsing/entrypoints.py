"""entry_points.txt, line by line, as the interpreter reads it.

Source: Entry points specification.  Two readers are in use: ``importlib.metadata`` takes each
line by itself, ``configparser`` joins indented lines to the one before, refuses repetitions and
knows another sign of comments.  Where they would not agree, a line is marked ``odd``.
"""

import re
from collections.abc import Hashable
from typing import Final, Literal, NamedTuple

from reprodiff.formats.parsing.lines import split_lines
from reprodiff.model import Span

Kind = Literal["section", "entry", "comment", "blank", "bad"]

# What str.splitlines breaks at, and other readers do not.
_BREAKS: Final = re.compile("[\v\f\x1c-\x1e\x85\u2028\u2029]")
# A space of another alphabet, which not all readers take off; and what is not UTF-8, at which some
# give up on the whole file.
_FOREIGN: Final = re.compile(r"[^\S\x00-\x7f]|[\udc80-\udcff]")
_OBJECT: Final = re.compile(r"([\w.]+)\s*(?::\s*([\w.]+)\s*)?(?:\[(.*)\]\s*)?")


class EntryLine(NamedTuple):
    """One line: its text is ``start..body_stop``, its line ending ``body_stop..stop``.

    ``section`` is the group it stands in, for a section header its own name.  ``odd`` says that
    readers do not agree on the line.
    """

    kind: Kind
    start: int
    body_stop: int
    stop: int
    section: str = ""
    name: str = ""
    value: str = ""
    value_span: Span = Span(0, 0)
    odd: bool = False


def parse_entry_points(data: bytes) -> list[EntryLine]:
    """Read an entry_points.txt; the lines tile the input.  Never fails."""
    lines: list[EntryLine] = []
    section = ""
    seen: set[Hashable] = set()
    for start, body_stop, stop in split_lines(data):
        text = data[start:body_stop].decode("utf-8", "surrogateescape")
        body = text.strip()
        odd = not text.isascii() and _FOREIGN.search(text) is not None
        odd = odd or _BREAKS.search(text) is not None
        if not body:
            lines.append(EntryLine("blank", start, body_stop, stop, section, odd=odd))
            continue
        if body.startswith("#"):
            lines.append(EntryLine("comment", start, body_stop, stop, section, body, odd=odd))
            continue
        if body.startswith("[") and body.endswith("]"):
            section = body.strip("[]")
            odd = odd or section in seen or body != f"[{section}]" or text[0] in " \t"
            seen.add(section)
            lines.append(EntryLine("section", start, body_stop, stop, section, odd=odd))
            continue
        name, equals, value = body.partition("=")
        name, value = name.strip(), value.strip()
        if not equals or not name or not section:
            lines.append(EntryLine("bad", start, body_stop, stop, section, body, odd=True))
            continue
        odd = odd or text[0] in " \t" or body[0] in ";[" or (section, name) in seen
        # distlib, and so pip, reads a reference up to its first space.
        odd = odd or len(value.partition("[")[0].split()) > 1
        seen.add((section, name))
        size = len(text) - len(text.rstrip())
        value_stop = body_stop - len(text[len(text) - size :].encode("utf-8", "surrogateescape"))
        span = Span(value_stop - len(value.encode("utf-8", "surrogateescape")), value_stop)
        lines.append(EntryLine("entry", start, body_stop, stop, section, name, value, span, odd))
    return lines


def object_reference(value: str) -> Hashable:
    """Return what a value refers to: (module, attribute, extras); itself if it is no reference."""
    found = _OBJECT.fullmatch(value)
    if found is None:
        return value
    extras = frozenset(part.strip() for part in (found[3] or "").split(",") if part.strip())
    return found[1], found[2] or "", extras
