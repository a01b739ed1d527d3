"""Data in front of a string whose last bytes read as letters.

A table of small numbers (jump tables of AArch64 have one byte for each entry) may end in what
looks like a character, and the first string behind it begins there.  A linker that orders strings
by their hashes puts another one there for another build path, and so each side has a string with
letters in front of it that the other has without.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.formats.machine.pieces import read_texts
from reprodiff.formats.machine.ranges import Range

_LONGEST: Final = 64
"""Letters that data may seem to end in."""
_WORD: Final = 4
_SLASH: Final = ord("/")
_CONTEXT: Final = 8
"""Bytes in front of them that the other side must have, too, but for one."""


def texts_of(a: bytes, b: bytes, address: tuple[int, int]) -> tuple[list[Range], list[Range]]:
    """Return the strings among the data of two sections that are loaded at ``address``."""
    sides = list(read_texts(a, address[0])), list(read_texts(b, address[1]))
    one, two = without_heads(a, b, *sides)
    return behind_numbers(a, address[0], one), behind_numbers(b, address[1], two)


def without_heads(
    a: bytes, b: bytes, texts_a: list[Range], texts_b: list[Range]
) -> tuple[list[Range], list[Range]]:
    """Return the strings of both sides without data that sticks to them.

    Data is told from a string by the other side, which has the string by itself and the same data
    in front of another.  What is cut off is compared as data.
    """
    firsts = _behind_data(a, texts_a), _behind_data(b, texts_b)
    values = [{data[slice(*text)] for text in own}
              for data, own in zip((a, b), firsts, strict=True)]  # fmt: skip
    alone = [[text for text in own if data[slice(*text)] not in theirs]
             for data, own, theirs in zip((a, b), firsts, values[::-1], strict=True)]  # fmt: skip
    if not all(alone):
        return texts_a, texts_b
    every = [{data[slice(*text)] for text in own}
             for data, own in zip((a, b), (texts_a, texts_b), strict=True)]  # fmt: skip
    sizes: list[dict[Range, int]] = [{}, {}]
    for side, (mine, other) in enumerate(((a, b), (b, a))):
        for text in alone[side]:
            for size in _heads(mine[slice(*text)], every[1 - side]):
                found = [x for x in alone[1 - side] if _alike(mine, text[0], other, x[0], size)]
                if found:
                    sizes[side][text] = size
                    sizes[1 - side].update(dict.fromkeys(found, size))
                    break
    cut_a, cut_b = (
        [(start + own.get((start, stop), 0), stop) for start, stop in texts] if own else texts
        for texts, own in zip((texts_a, texts_b), sizes, strict=True)
    )
    return cut_a, cut_b


def behind_numbers(data: bytes, base: int, texts: list[Range]) -> list[Range]:
    """Return strings without characters in front of a path that are the end of a number.

    They end at an address that four divides, in a word that begins with no text: with a byte that
    is none, or with two zeros, as small floating-point numbers do.  Paths alone show which it is.
    """
    return [(start + _head(data, base, start), stop) for start, stop in texts]


def _head(data: bytes, base: int, start: int) -> int:
    size = -(base + start) % _WORD
    if not start or not size:
        return 0
    if data[start + size] != _SLASH or _SLASH in data[start : start + size]:
        return 0
    word = data[max(start + size - _WORD, 0) : start]
    return size if word[-1] or (len(word) > 1 and not any(word)) else 0


def _behind_data(data: bytes, texts: Sequence[Range]) -> list[Range]:
    """Return the strings that something other than zeros or a string stands in front of."""
    found: list[Range] = []
    at = 0
    for start, stop in texts:
        if start > at and any(data[at:start]):
            found.append((start, stop))
        at = stop
    return found


def _heads(text: bytes, others: set[bytes]) -> Iterator[int]:
    """Yield the sizes of what stands in front of a string of the other side."""
    if text not in others:
        for size in range(1, min(_LONGEST, len(text) - 1)):
            if text[size:] in others:
                yield size


def _alike(a: bytes, at_a: int, b: bytes, at_b: int, size: int) -> bool:
    """Whether the same data ends behind two places, but for one byte that may have changed."""
    before = min(_CONTEXT, at_a, at_b)
    one, two = a[at_a - before : at_a + size], b[at_b - before : at_b + size]
    return len(one) == len(two) and sum(x != y for x, y in zip(one, two, strict=True)) <= 1
