"""Header fields as in METADATA, PKG-INFO and WHEEL, with the place of every name and value.

Core metadata is written in the header format of e-mail (RFC 822, RFC 5322; "Core metadata
specifications") and read with Python's ``email`` parser: ``Name: value``, a line that starts with
a space or tab continues the value, and the first empty line ends the header.  What follows is the
body, the description.
"""

import re
from typing import Final, NamedTuple

from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_FIELDS: Final = 200_000
"""Fields and bad lines read; what follows of the header is then one bad line."""

_EOL: Final = rb"(?:\r\n|\n|\r)"
_EMPTY: Final = re.compile(_EOL)
# A field name is printable ASCII without a colon (RFC 5322, 2.2).  Text and continuation lines
# are taken in one step, so that a value of ten million lines costs no more than its bytes.
_TEXT: Final = rb"[^\r\n]*+(?:" + _EOL + rb"[ \t][^\r\n]*+)*+"
_FIELD: Final = re.compile(rb"([!-9;-~]++):[ \t]*+(" + _TEXT + rb")(?:" + _EOL + rb"|\Z)")
_LINE: Final = re.compile(rb"(?:" + _TEXT + rb")(?:" + _EOL + rb"|\Z)")
_BLANK: Final = re.compile(rb"(?:\r\n|\n|\r(?!\n))(" + _EOL + rb")")


class HeaderField(NamedTuple):
    """One field with its continuation lines.

    ``value`` is the text from the first character behind the colon and its spaces up to the line
    ending, folded as it was.  Text is UTF-8; bytes that are none are kept as lone surrogates.
    """

    start: int
    name_stop: int
    value_start: int
    value_stop: int
    stop: int
    name: str
    value: str

    @property
    def name_span(self) -> Span:
        """The name, without its colon."""
        return Span(self.start, self.name_stop)

    @property
    def value_span(self) -> Span:
        """The value with its continuation lines, without the line ending."""
        return Span(self.value_start, self.value_stop)

    @property
    def key(self) -> str:
        """The name as it is compared: field names are the same in any case."""
        return self.name.lower()


class BadLine(NamedTuple):
    """A line of the header that is no field, with its continuation lines, and what is wrong."""

    start: int
    stop: int
    error: str


@dataclass(frozen=True, slots=True)
class Headers:
    """A header and its body.

    ``fields`` and ``bad`` together tile the input up to ``separator``, the empty line; ``body``
    is the rest.  Without an empty line ``separator`` and ``body`` are empty and at the end.
    A reader such as ``email`` takes the first bad line for the start of the body: with ``bad``
    not empty, readers disagree on what the file says.
    """

    fields: tuple[HeaderField, ...]
    bad: tuple[BadLine, ...]
    separator: Span
    body: Span

    def values(self, name: str) -> tuple[str, ...]:
        """Return the values of all fields called ``name``, in any case, in order."""
        key = name.lower()
        return tuple(field.value for field in self.fields if field.key == key)


def parse_headers(data: bytes, limit: int = MAX_FIELDS) -> Headers:
    """Read a header and find its body.  Never fails: what is no field is kept as a bad line."""
    fields: list[HeaderField] = []
    bad: list[BadLine] = []
    at = 0
    separator = Span(len(data), len(data))
    while at < len(data):
        if empty := _EMPTY.match(data, at):
            separator = Span(at, empty.end())
            break
        if len(fields) + len(bad) >= limit:
            # The empty line is looked for from the end of the last line that was read.
            blank = _BLANK.search(data, at - 1)
            stop = blank.start(1) if blank else len(data)
            bad.append(BadLine(at, stop, "too many fields"))
            at = stop
            continue
        if found := _FIELD.match(data, at):
            name, value = found[1].decode("ascii"), found[2].decode("utf-8", "surrogateescape")
            fields.append(HeaderField(at, found.end(1), *found.span(2), found.end(), name, value))
            at = found.end()
            continue
        line = _LINE.match(data, at)
        stop = line.end() if line else len(data)
        bad.append(BadLine(at, stop, _complaint(data[at:stop])))
        at = stop
    return Headers(tuple(fields), tuple(bad), separator, Span(separator.stop, len(data)))


def _complaint(line: bytes) -> str:
    if line[:1] in b" \t":
        return "a continuation of nothing"
    if b":" not in line.splitlines()[0]:
        return "a line without a colon"
    return "a field name that is none"
