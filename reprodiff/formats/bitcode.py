"""Objects of link-time optimisation that are intermediate code: LLVM bitcode, Microsoft's /GL.

What is in them is packed bit by bit; it is told which blocks differ, and which texts, and nothing
is proven.  Sources: LLVM, "LLVM Bitcode File Format" (blocks and the wrapper); the class id of
Microsoft's objects is that of its compiler.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.native import fact
from reprodiff.model import Difference, Span

_MAGIC: Final = b"BC\xc0\xde"
_WRAPPER: Final = b"\xde\xc0\x17\x0b"
_LTCG: Final = bytes.fromhex("38feb30ca5d9ab4dac9bd6b6222653c2")
_NAMES: Final = {
    8: "module", 13: "identification", 20: "summary", 23: "string table", 24: "full summary",
    25: "symbol table", 26: "remarks",
}  # fmt: skip
_TEXT: Final = re.compile(rb"[\x20-\x7e]{4,}")
_MOST: Final = 10_000
_SHOWN: Final = 5


class Block(NamedTuple):
    """A block at the top of a bitcode file."""

    name: str
    span: Span


def _kind(data: memoryview) -> str:
    head = bytes(data[:28])
    if head[:4] in {_MAGIC, _WRAPPER}:
        return "bitcode"
    return "object of /GL" if head[:4] == b"\0\0\xff\xff" and head[12:28] == _LTCG else ""


def blocks(data: memoryview) -> list[Block] | None:
    """Return the blocks of a bitcode file; ``None`` if they do not follow each other to its end."""
    at, stop = 0, len(data)
    if bytes(data[:4]) == _WRAPPER and stop >= 20:
        at, size = (int.from_bytes(data[x : x + 4], "little") for x in (8, 12))
        stop = min(stop, at + size)
    if bytes(data[at : at + 4]) != _MAGIC:
        return None
    at += 4
    found: list[Block] = []
    while at + 8 <= stop and len(found) < _MOST:
        bits = int.from_bytes(data[at : at + 8], "little")
        # Two bits that open a block, its number in groups of eight, the width of what is inside
        # in groups of four; then, from the next word on, how many words it has.
        if bits & 3 != 1 or bits >> 9 & 1:
            return None
        number = bits >> 2 & 0x7F
        place = 10
        while bits >> place + 3 & 1 and place < 32:
            place += 4
        words = at + -(-(place + 4) // 32) * 4
        size = int.from_bytes(data[words : words + 4], "little")
        end = words + 4 + 4 * size
        if end > stop:
            return None
        found.append(Block(_NAMES.get(number, f"block {number}"), Span(at, end)))
        at = end
    return found


def _applies(content: Content) -> bool:
    return _kind(content.a) == _kind(content.b) != ""


def _compare(content: Content) -> Iterator[Difference]:
    a, b, path = content.a, content.b, content.path
    ones, twos = blocks(a), blocks(b)
    if ones is None or twos is None or [x.name for x in ones] != [y.name for y in twos]:
        whole = [(Span(0, len(a)), Span(0, len(b)))]
        values = [f"{len(data)} bytes" for data in (a, b)]
        yield fact(("lto.code", path, _kind(a)), values, whole)
        return
    for one, two in zip(ones, twos, strict=True):
        raw = [bytes(d[x.span.start : x.span.stop]) for d, x in ((a, one), (b, two))]
        if raw[0] != raw[1]:
            place = ("lto.code", path, f"bitcode: {one.name}")
            texts = one.name == "string table"
            values = _values(raw[0], raw[1]) if texts else [f"{len(x)} bytes" for x in raw]
            yield fact(place, values, [(one.span, two.span)])


def _values(a: bytes, b: bytes) -> list[str]:
    """Return the texts that only one side has, or the two sizes."""
    texts = [set(_TEXT.findall(raw)) for raw in (a, b)]
    shown: list[str] = []
    for own, other, raw in ((texts[0], texts[1], a), (texts[1], texts[0], b)):
        lonely = sorted(own - other)[:_SHOWN]
        text = b", ".join(lonely).decode("ascii")[:400]
        shown.append(text if lonely and (texts[0] - texts[1]) else f"{len(raw)} bytes")
    return shown


FORMAT: Final = Format("bitcode", _applies, _compare)
