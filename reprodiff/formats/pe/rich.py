"""The Rich header: which Microsoft tools, by product and build number, made the parts.

It lies between the DOS stub and the PE header, masked with a key: ``DanS``, three zero words,
pairs of (product and build, count), then ``Rich`` and the key in the clear.
"""

from typing import Final, NamedTuple

from reprodiff.model import Span

_DANS: Final = 0x536E6144
_MAX: Final = 4096


class RichHeader(NamedTuple):
    """The decoded header and its place; ``tools`` are (product, build, count)."""

    span: Span
    tools: tuple[tuple[int, int, int], ...]


def rich_header(data: memoryview, pe: int) -> RichHeader | None:
    """Return the Rich header in front of the PE signature at ``pe``, ``None`` if there is none."""
    stub = bytes(data[: min(pe, _MAX)])
    end = stub.rfind(b"Rich")
    if end < 16 or end + 8 > len(stub):
        return None
    key = int.from_bytes(stub[end + 4 : end + 8], "little")
    words: list[int] = []
    at = end - 4
    while at >= 0x40:
        word = int.from_bytes(stub[at : at + 4], "little") ^ key
        if word == _DANS:
            break
        words.append(word)
        at -= 4
    else:
        return None
    words.reverse()
    pairs = words[3:]
    tools = tuple(
        (pairs[i] >> 16, pairs[i] & 0xFFFF, pairs[i + 1]) for i in range(0, len(pairs) - 1, 2)
    )
    return RichHeader(Span(at, end + 8), tools)


def describe(rich: RichHeader | None) -> str | None:
    """Return the tools as text: product.build for each, with how many objects it made."""
    if rich is None:
        return None
    return ", ".join(f"{product}.{build} x{count}" for product, build, count in rich.tools)
