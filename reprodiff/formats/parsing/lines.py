r"""Bytes as text: which encoding, which lines, and where each of them lies in the input.

Lines end at ``\n``, ``\r\n`` and ``\r`` and nowhere else: ``str.splitlines`` also breaks at
form feeds, file separators and U+2028, which build tools and Python's own tokenizer do not.
"""

import codecs
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from reprodiff.records import dataclass

PROBE: Final = 64 * 1024
"""How many bytes :func:`is_text` looks at."""
MAX_LINES: Final = 2_000_000
"""Default limit of :func:`split_lines`; 2,000,000 lines are some 400 MB of spans."""

_EOL: Final = re.compile(rb"\r\n|\n|\r")
# UTF-8 before UTF-16 is a matter of taste; none of the three is a prefix of another.
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# PEP 263: the comment must be the first or second line, and a first line that is neither blank
# nor a comment ends the search.
_COOKIE: Final = re.compile(rb"[ \t\f]*#[^\r\n]*?coding[:=][ \t]*([-\w.]+)", re.ASCII)
_BLANK: Final = re.compile(rb"[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\n|\r|\Z)")
# A cookie is chosen by whoever made the artifact.  Only codecs that extend ASCII and keep no state
# are followed: utf-7 and the iso-2022 family can spell one text in many ways, rot13 and
# unicode_escape are no encodings, and mbcs means another thing on every machine.
_COOKIE_CODEC: Final = re.compile(
    r"ascii|utf-8|iso8859-\d{1,2}|koi8-[rtu]|kz1048|ptcp154|tis-620|mac-[a-z0-9-]+|hp-roman8"
    r"|cp(?:125\d|437|720|737|775|85\d|86\d|874|932|949|950|1006|1125)"
    r"|big5|big5hkscs|gbk|gb2312|gb18030|johab|euc_jp|euc_jis_2004|euc_jisx0213|euc_kr"
    r"|shift_jis|shift_jis_2004|shift_jisx0213"
)
_MAX_COOKIE: Final = 40

# Control bytes that text files do hold: tab, line feed, form feed, carriage return, backspace
# (overstruck manual pages) and escape (coloured output kept as a file).
_CONTROL: Final = bytes(sorted({*range(0x20), 0x7F} - set(b"\t\n\f\r\b\x1b")))


@dataclass(frozen=True, slots=True)
class Decoded:
    """Bytes read as text.

    ``encoding`` is the name of a Python codec without a BOM of its own; ``bom_len`` bytes of BOM
    come before the text.  ``fallback`` is set where no encoding could be told: the text is then
    latin-1, one character for each byte.  ``error`` says what was wrong with the encoding that
    the input itself claims; empty if nothing was.
    """

    text: str
    encoding: str
    bom_len: int = 0
    fallback: bool = False
    error: str = ""

    def byte_offsets(self, indexes: Iterable[int]) -> list[int]:
        """Return the offset of each of many characters, given in order, in one pass."""
        offsets: list[int] = []
        at, offset = 0, self.bom_len
        for index in indexes:
            offset += len(self.text[at:index].encode(self.encoding, "surrogatepass"))
            at = index
            offsets.append(offset)
        return offsets


class Line(NamedTuple):
    """One line: its text is ``start..body_stop``, its line ending ``body_stop..stop``."""

    start: int
    body_stop: int
    stop: int


def decode(data: bytes, *, python: bool = False) -> Decoded:
    """Read ``data`` as text; never fails, because latin-1 can read any bytes.

    In this order: a byte order mark, with ``python`` the coding cookie of PEP 263, strict UTF-8,
    latin-1 (marked ``fallback``).
    """
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _with_bom(data, len(bom), name, python=python)
    error = ""
    if python and (cookie := coding_cookie(data)):
        known = _codec(cookie)
        if known is None:
            error = f"the coding cookie names {cookie}, which is not read here"
        else:
            try:
                return Decoded(data.decode(known), known)
            except UnicodeDecodeError as bad:
                error = f"not {known}, as its coding cookie says, at byte {bad.start}"
    try:
        return Decoded(data.decode(), "utf-8", error=error)
    except UnicodeDecodeError as bad:
        error = error or f"not UTF-8 at byte {bad.start}"
        return Decoded(data.decode("latin-1"), "latin-1", fallback=True, error=error)


def _with_bom(data: bytes, size: int, name: str, *, python: bool) -> Decoded:
    try:
        text = data[size:].decode(name)
    except UnicodeDecodeError as bad:
        error = f"starts like {name}, but is none at byte {size + bad.start}"
        return Decoded(data.decode("latin-1"), "latin-1", fallback=True, error=error)
    error = ""
    if python and name == "utf-8":
        cookie = coding_cookie(data[size : size + PROBE])
        if cookie and _codec(cookie) != "utf-8":
            error = f"has a UTF-8 mark and a coding cookie that names {cookie}"
    return Decoded(text, name, size, error=error)


def coding_cookie(data: bytes) -> str:
    """Return the encoding named in the first two lines of Python source, ``""`` if none is."""
    at = 0
    for _ in range(2):
        if found := _COOKIE.match(data, at, PROBE):
            return found[1].decode("ascii")[: _MAX_COOKIE + 1]
        blank = _BLANK.match(data, at, PROBE)
        if blank is None or blank.end() == at:
            break
        at = blank.end()
    return ""


def _codec(cookie: str) -> str | None:
    """Return the codec for a cookie's name, ``None`` for one that is unknown or not followed."""
    if len(cookie) > _MAX_COOKIE:
        return None
    plain = cookie.lower().replace("_", "-")
    # The two spellings the tokenizer itself knows, with any suffix such as "-unix".
    if plain == "utf-8" or plain.startswith("utf-8-"):
        return "utf-8"
    if plain.startswith(("latin-1-", "iso-8859-1-", "iso-latin-1-")):
        return "latin-1"
    try:
        name = codecs.lookup(cookie).name
    except (LookupError, ValueError):
        return None
    if _COOKIE_CODEC.fullmatch(name) is None:
        return None
    return "latin-1" if name == "iso8859-1" else name


def is_text(data: bytes) -> bool:
    """Tell from the first 64 KiB whether ``data`` reads as text.  Empty data does.

    UTF-16 with a byte order mark is text; otherwise a NUL byte is the sign of a binary.  Bytes
    that are no UTF-8 are still text (in some 8-bit encoding) if control bytes are rare in them.
    """
    head = data[:PROBE]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _is_utf16(head)
    if 0 in head:
        return False
    controls = len(head) - len(head.translate(None, _CONTROL))
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(data) <= PROBE)
    except UnicodeDecodeError:
        return controls * 64 < len(head)
    return controls * 8 <= len(head)


def _is_utf16(head: bytes) -> bool:
    name = "utf-16-le" if head.startswith(codecs.BOM_UTF16_LE) else "utf-16-be"
    body = head[2:]
    if len(head) < PROBE and len(body) % 2:
        return False
    try:
        text = codecs.getincrementaldecoder(name)().decode(body, final=len(head) < PROBE)
    except UnicodeDecodeError:
        return False
    return "\0" not in text


def split_lines(data: bytes, encoding: str = "utf-8", limit: int = MAX_LINES) -> list[Line]:
    """Return the lines of ``data``; joined, their spans are the whole of it.

    ``encoding`` matters for UTF-16, whose line feeds are two bytes, and only for that.  A last
    line without an ending is a line; the nothing after a final line ending is none.  Beyond
    ``limit`` lines the last one holds all the rest.
    """
    ends = _utf16_ends(data, encoding) if encoding.startswith("utf-16") else _ends(data)
    lines: list[Line] = []
    start = 0
    for body_stop, stop in islice(ends, max(limit - 1, 0)):
        lines.append(Line(start, body_stop, stop))
        start = stop
    if start < len(data):
        rest = next(ends, None)
        if rest is None or rest[1] == len(data):
            body_stop, stop = rest or (len(data), len(data))
            lines.append(Line(start, body_stop, stop))
        else:
            lines.append(Line(start, len(data), len(data)))
    return lines


def _ends(data: bytes) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _EOL.finditer(data))


def _utf16_ends(data: bytes, encoding: str) -> Iterator[tuple[int, int]]:
    low, high = data[0::2], data[1::2]
    if encoding != "utf-16-le":
        low, high = high, low
    pending = -1  # offset of a carriage return that may be followed by its line feed
    for found in re.finditer(rb"[\r\n]", low[: len(data) // 2]):
        unit = found.start()
        if high[unit]:
            continue
        at = 2 * unit
        if pending >= 0:
            if low[unit] == 0x0A and at == pending + 2:
                yield pending, at + 2
                pending = -1
                continue
            yield pending, pending + 2
            pending = -1
        if low[unit] == 0x0D:
            pending = at
        else:
            yield at, at + 2
    if pending >= 0:
        yield pending, pending + 2
