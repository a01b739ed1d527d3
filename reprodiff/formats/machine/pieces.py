"""What a run of bytes is in another file, and strings that are the ends of others.

Linkers keep one copy of a string that is the end of another one.  Where one side has a longer path
it may not, because the two stand in sections of their own.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from reprodiff.formats.machine.ranges import Range, split

Kind = Literal["same", "words", "string", "pad", "moved", "apart", "tail", "changed"]


class Piece(NamedTuple):
    """A run of bytes of a section and what it is in the other file.

    ``same`` is equal bytes; ``words`` equal size, each difference to be judged; ``string`` a
    string with its zero replaced by another; ``moved`` and ``apart`` are the same two out of turn;
    ``pad`` zeros on both sides, of two lengths; ``tail`` a string of one side that on the other is
    the end of a longer one; ``changed`` anything else.
    """

    a: int
    b: int
    size_a: int
    size_b: int
    kind: Kind

    def spans(self) -> tuple[Range, Range]:
        """Return where it is on both sides."""
        return (self.a, self.a + self.size_a), (self.b, self.b + self.size_b)


def doubtful(pieces: Sequence[Piece]) -> tuple[int, ...]:
    """Return how many bytes changed, and how many of zeros only one side has; nothing for none."""
    changed = sum(p.size_a + p.size_b for p in pieces if p.kind == "changed")
    alone = (p for p in pieces if p.kind == "pad" and not (p.size_a and p.size_b))
    zeros = sum(p.size_a + p.size_b for p in alone)
    return (changed, zeros) if changed or zeros else ()


def crossing(pieces: Sequence[Piece], a: bytes) -> bool:
    """Whether something other than zeros of A stands in another order in B."""
    filled = sorted(p for p in pieces
                    if p.size_a and p.size_b and any(a[p.a : p.a + p.size_a]))  # fmt: skip
    return any(one.b > two.b for one, two in pairwise(filled))


# Text as compilers write it: at least four characters of ASCII or UTF-8, and a zero behind them.
# It is written for bytes in reverse: at each zero begins one try, which goes as far as there is
# text.  From the front, a long text that no zero ends would be read again from each of its bytes.
_TEXT: Final = re.compile(
    rb"\0(?=(?:%(ascii)b|%(wide)b){4})(?:%(ascii)b++|%(wide)b)++"
    % {
        b"ascii": rb"[\t\n\r\x20-\x7e]",
        b"wide": rb"[\x80-\xbf](?:[\xc2-\xdf]|[\x80-\xbf](?:[\xe0-\xef]|[\x80-\xbf][\xf0-\xf4]))",
    }
)
_TEXTS: Final = re.compile(rb"(?:[\t\n\r\x20-\x7e]*+\0)*+")
SHORT: Final = re.compile(rb"(?:[\t\n\r\x20-\x7e]++\0)*+")
"""A row of strings, however short they are."""
_MOST_TAILS: Final = 1_000_000
"""Pairs of strings that are looked at for whether one is the end of the other."""


def read_texts(data: bytes, base: int) -> Iterator[Range]:
    """Yield the strings among the data of a section that is loaded at ``base``."""
    size = len(data)
    places = [(size - found.end(), size - found.start()) for found in _TEXT.finditer(data[::-1])]
    for start, stop in reversed(places):
        # A floating-point number in front may end in a byte that looks like a character.
        number = start and data[start - 1] and data[start] in _FLOAT_ENDS
        yield start + (1 if number and not (base + start + 1) % _WORD else 0), stop


_FLOAT_ENDS: Final = b"?@"
_WORD: Final = 4


def ends(data: bytes, text: bytes) -> Iterator[int]:
    """Yield where ``text``, with its zero, stands: by itself, or as the end of a longer string."""
    at = data.find(text)
    while at >= 0:
        yield at
        at = data.find(text, at + 1)


_SHARED: Final = frozenset({"string", "apart"})


def shared(pieces: Sequence[Piece], a: bytes, b: bytes, text: bytes, side: int) -> Iterator[int]:
    """Yield where a text of one side (0 for A) stands on the other as a string or the end of one.

    That is so behind the start that a string has on both sides, where ``text`` is the rest of it
    on the side that it is from: "not in /tmp/a/x.c" may end with what is by itself in B.
    """
    for piece in pieces:
        if piece.kind not in _SHARED:
            continue
        one, two = a[piece.a : piece.a + piece.size_a], b[piece.b : piece.b + piece.size_b]
        mine = (one, two)[side]
        size = len(mine) - len(text)
        if mine.endswith(text) and one[:size] == two[:size]:
            yield (piece.b, piece.a)[side] + size


def one_sided(
    pieces: Sequence[Piece], a: bytes, b: bytes, texts: tuple[list[Range], list[Range]]
) -> tuple[tuple[list[Range], list[Range]], tuple[list[Range], list[Range]]]:
    """Return strings of A and of B without, and then those, that are copies or ends of others.

    They are strings that nothing pairs yet.  Only what the other side has not among its own can be
    a copy.
    """
    if (len(texts[0]) + len(texts[1])) * len(pieces) > _MOST_TAILS:
        return texts, ([], [])
    pieces = [piece for piece in pieces if piece.kind in _SHARED]
    values = [[data[slice(*text)] for text in own]
              for data, own in zip((a, b), texts, strict=True)]  # fmt: skip
    copies: list[list[Range]] = []
    paired = (
        b"".join([a[piece.a : piece.a + piece.size_a] for piece in pieces]),
        b"".join([b[piece.b : piece.b + piece.size_b] for piece in pieces]),
    )
    for side, other in ((0, b), (1, a)):
        theirs = set(values[1 - side])
        copies.append(
            [
                place
                for place, text in zip(texts[side], values[side], strict=True)
                if text not in theirs
                and (
                    text in other
                    # The quick answer for nearly all first.
                    or (
                        text in paired[side] and any(True for _ in shared(pieces, a, b, text, side))
                    )
                )
            ]
        )
    rest = [[text for text in own if text not in out]
            for own, out in zip(texts, map(set, copies), strict=True)]  # fmt: skip
    return (rest[0], rest[1]), (copies[0], copies[1])


def texts_stop(data: bytes, start: int, stop: int) -> int:
    """Return where the strings and zeros end that a run of bytes begins with."""
    found = _TEXTS.match(data, start, stop)
    return found.end() if found else start


def behind_texts(a: bytes, one: Range, b: bytes, two: Range) -> Range:
    """Return where data begins, on both sides, behind strings and zeros in front of it.

    The first number of a table may start with a zero on one side, or read as a short string that
    the other side has not.
    """
    cut_a, cut_b = texts_stop(a, *one), texts_stop(b, *two)
    size = max(one[1] - cut_a, two[1] - cut_b)
    if one[1] > cut_a and two[1] > cut_b:
        back_a, back_b = max(one[1] - size, one[0]), max(two[1] - size, two[0])
        cut_a = back_a if _is_number(a, (back_a, cut_a), one, b) else cut_a
        cut_b = back_b if _is_number(b, (back_b, cut_b), two, a) else cut_b
        while any(a[cut_a - _WORD : cut_a]) and any(b[cut_b - _WORD : cut_b]):
            back_a, back_b = cut_a - _WORD, cut_b - _WORD
            if not (_is_number(a, (back_a, cut_a), one, b)
                    and _is_number(b, (back_b, cut_b), two, a)):  # fmt: skip
                break
            cut_a, cut_b = back_a, back_b
    return cut_a, cut_b


def _is_number(data: bytes, place: Range, run: Range, other: bytes) -> bool:
    """Whether bytes in front of data may be of numbers: zeros, or words that are no strings."""
    head = data[slice(*place)]
    if not any(head):
        return True
    if place[0] < run[0] or len(head) % _WORD or (run[1] - place[0]) % _WORD:
        return False
    if any(head[_WORD - 1 :: _WORD]) or (place[0] and data[place[0] - 1]):
        return False
    return not any(b"\0" + text + b"\0" in other for text in head.split(b"\0") if text)


def leading_texts(one: tuple[bytes, int, int], two: tuple[bytes, int, int]) -> int:
    """Return the size of the short strings that data of both sides begins with.

    Both are given by a section with a start and a stop.  What stands behind them is aligned by
    itself, and may follow at once on one side only.
    """
    rows = (split(found[0]) for side in (one, two) if (found := SHORT.match(*side)))
    (a, at_a, _), (b, at_b, _) = one, two
    size = 0
    for (x0, x1), (y0, y1) in zip(*rows, strict=False):
        if a[at_a + x0 : at_a + x1] != b[at_b + y0 : at_b + y1]:
            break
        size = x1
    return size
