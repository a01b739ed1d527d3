"""A deflate encoder of our own (RFC 1951): the same stream of the same bytes, always and anywhere.

zlib, zlib-ng and others do not make the same streams, and a release of one of them may make other
streams than the one before.  Where canonical bytes are to be small, they come from here.  Greedy
matches of four bytes and more, found by the last place of each four bytes; one Huffman code for
every block.  What it writes is part of the canonical form: a change here is a change of that.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import Final

from reprodiff.artifacts.base import Payload
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.limits import Limits

SEGMENT: Final = 2 * 0xFFFF
"""Plain bytes of one block, or of two stored ones."""
_WINDOW: Final = 1 << 15
_SHORTEST: Final = 4
_LONGEST: Final = 258
_MATCH: Final = 1 << 9
"""Tokens from here on are matches: length and distance; below are literals and the end mark."""
_END: Final = 256
_STORED: Final = 0xFFFF

# RFC 1951, 3.2.5: the first length or distance of each symbol, and how many extra bits follow.
_LENGTH_EXTRA: Final = (0,) * 8 + tuple(bits for bits in range(1, 6) for _ in range(4)) + (0,)
_DISTANCE_EXTRA: Final = (0, 0, *(bits for bits in range(14) for _ in range(2)))
_ORDER: Final = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
"""In which order the lengths of the code for code lengths are written (3.2.7)."""


def _first(start: int, extra: Sequence[int]) -> tuple[int, ...]:
    found: list[int] = []
    for bits in extra:
        found.append(start)
        start += 1 << bits
    return tuple(found)


_LENGTHS: Final = (*_first(3, _LENGTH_EXTRA)[:-1], _LONGEST)
_DISTANCES: Final = _first(1, _DISTANCE_EXTRA)


def _symbols(first: Sequence[int], stop: int) -> list[int]:
    """Return for each value below ``stop`` the symbol that it belongs to."""
    found, symbol = [0] * stop, 0
    for value in range(first[0], stop):
        while symbol + 1 < len(first) and first[symbol + 1] <= value:
            symbol += 1
        found[value] = symbol
    return found


_LENGTH_SYMBOL: Final = _symbols(_LENGTHS, _LONGEST + 1)
_DISTANCE_SYMBOL: Final = _symbols(_DISTANCES, _WINDOW + 1)


def deflate(view: memoryview, write: Callable[[bytes], object]) -> None:
    """Write the raw deflate stream of ``view``, piece by piece."""
    size = len(view)
    recent: dict[bytes, int] = {}
    older: dict[bytes, int] = {}
    bits = ""
    at = 0
    while True:
        stop = min(at + SEGMENT, size)
        tokens = _tokens(view, at, stop, recent, older)
        bits = _block(view[at:stop], tokens, bits, write, last=stop == size)
        older, recent = recent, {}
        at = stop
        if at == size:
            break
    if bits:
        write(_bytes(bits + "0" * (-len(bits) % 8)))


def _tokens(
    view: memoryview, start: int, stop: int, recent: dict[bytes, int], older: dict[bytes, int]
) -> list[int]:
    """Return literals, and matches as one number each; ``recent`` learns the places."""
    base = max(start - _WINDOW, 0)
    data = bytes(view[base:stop])
    tokens: list[int] = []
    append, known, known_before = tokens.append, recent.get, older.get
    at, end = start - base, stop - base
    last = end - _SHORTEST
    while at <= last:
        key = data[at : at + _SHORTEST]
        place = known(key)
        if place is None:
            place = known_before(key)
        recent[key] = at + base
        if place is None or at + base - place > _WINDOW:
            append(data[at])
            at += 1
            continue
        distance = at + base - place
        most = min(_LONGEST, end - at)
        one, two = data[at : at + most], data[at - distance : at - distance + most]
        if one == two:
            length = most
        else:
            differ = int.from_bytes(one, "little") ^ int.from_bytes(two, "little")
            length = (differ & -differ).bit_length() - 1 >> 3
        append(_MATCH + (length << 15) + distance - 1)
        # The places inside of a match matter less the longer it is.
        inner = at + 1 if length < 16 else at + length - 4
        for inside in range(inner, min(at + length, last + 1)):
            recent[data[inside : inside + _SHORTEST]] = inside + base
        at += length
    tokens += data[at:end]
    return tokens


def deflated(view: memoryview) -> Payload:
    """Return the raw deflate stream of ``view``; large ones lie in a temporary file."""
    with Spool(Limits(), max(len(view), 1)) as spool:
        deflate(view, spool.write)
        return spool.finish()


def _block(
    plain: memoryview,
    tokens: list[int],
    bits: str,
    write: Callable[[bytes], object],
    *,
    last: bool,
) -> str:
    """Write a block behind the ``bits`` that fill no byte yet; return those that are left over."""
    tokens.append(_END)
    counts = Counter(tokens)
    head, words = _coded(counts, last=last)
    size = len(head) + sum(len(words[token]) * count for token, count in counts.items())
    if size >= 8 * len(plain) + 40 * (len(plain) // _STORED + 1):
        return _stored(plain, bits, write, last=last)
    whole = bits + head + "".join(map(words.__getitem__, tokens))
    cut = len(whole) - len(whole) % 8
    write(_bytes(whole[:cut]))
    return whole[cut:]


def _bytes(bits: str) -> bytes:
    """Pack bits, the first of them the lowest of the first byte."""
    return int(bits[::-1], 2).to_bytes(len(bits) // 8, "little") if bits else b""


def _stored(plain: memoryview, bits: str, write: Callable[[bytes], object], *, last: bool) -> str:
    """Write a block as it is, in as many parts as its size field needs; no bits are left over."""
    for at in range(0, max(len(plain), 1), _STORED):
        part = plain[at : at + _STORED]
        final = last and at + _STORED >= len(plain)
        bits += f"{final:d}00"
        write(_bytes(bits + "0" * (-len(bits) % 8)))
        write(len(part).to_bytes(2, "little") + (len(part) ^ 0xFFFF).to_bytes(2, "little"))
        write(bytes(part))
        bits = ""
    return bits


def _coded(counts: Counter[int], *, last: bool) -> tuple[str, dict[int, str]]:
    """Return the header of a block with dynamic codes, and what each token is written as."""
    literals, distances = [0] * 286, [0] * 30
    for token, count in counts.items():
        if token < _MATCH:
            literals[token] += count
        else:
            literals[257 + _LENGTH_SYMBOL[token - _MATCH >> 15]] += count
            distances[_DISTANCE_SYMBOL[(token - _MATCH & 0x7FFF) + 1]] += count
    sizes = (_lengths(literals, 15), _lengths(distances, 15))
    codes = (_codes(sizes[0]), _codes(sizes[1]))
    words: dict[int, str] = {}
    for token in counts:
        if token < _MATCH:
            words[token] = codes[0][token]
            continue
        length, distance = token - _MATCH >> 15, (token - _MATCH & 0x7FFF) + 1
        one, two = _LENGTH_SYMBOL[length], _DISTANCE_SYMBOL[distance]
        words[token] = (
            codes[0][257 + one]
            + _extra(length - _LENGTHS[one], _LENGTH_EXTRA[one])
            + codes[1][two]
            + _extra(distance - _DISTANCES[two], _DISTANCE_EXTRA[two])
        )
    return f"{last:d}01" + _header(*sizes), words


def _extra(value: int, bits: int) -> str:
    """Return a number as bits, the lowest first."""
    return f"{value:0{bits}b}"[::-1] if bits else ""


def _header(literals: list[int], distances: list[int]) -> str:
    """Write the lengths of both codes (3.2.7)."""
    used = max(number for number, size in enumerate(literals) if size) + 1
    far = max(number for number, size in enumerate(distances) if size) + 1
    runs = list(_runs(literals[:used] + distances[:far]))
    counts = [0] * 19
    for symbol, _, _ in runs:
        counts[symbol] += 1
    sizes = _lengths(counts, 7)
    codes = _codes(sizes)
    order = [sizes[symbol] for symbol in _ORDER]
    while len(order) > 4 and not order[-1]:
        order.pop()
    return "".join(
        (
            _extra(used - 257, 5),
            _extra(far - 1, 5),
            _extra(len(order) - 4, 4),
            *(_extra(size, 3) for size in order),
            *(codes[symbol] + _extra(value, bits) for symbol, value, bits in runs),
        )
    )


def _runs(sizes: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield (symbol, extra value, extra bits) for a list of code lengths."""
    at = 0
    while at < len(sizes):
        size = sizes[at]
        run = 1
        while at + run < len(sizes) and sizes[at + run] == size and run < 138:
            run += 1
        if not size and run >= 11:
            yield 18, run - 11, 7
        elif not size and run >= 3:
            yield 17, run - 3, 3
        elif size and run >= 4:
            run = min(run, 7)
            yield size, 0, 0
            yield 16, run - 4, 2
        else:
            run = 1
            yield size, 0, 0
        at += run


def _lengths(counts: Sequence[int], most: int) -> list[int]:
    """Return the lengths of a Huffman code, none over ``most``, of two symbols at least."""
    weights = list(counts)
    for symbol in (0, 1):
        if sum(map(bool, weights)) < 2 and not weights[symbol]:
            weights[symbol] = 1
    while True:
        sizes = _huffman(weights)
        if max(sizes) <= most:
            return sizes
        # Flatter weights make a flatter tree.
        weights = [(weight + 1) // 2 for weight in weights]


def _huffman(weights: Sequence[int]) -> list[int]:
    heap: list[tuple[int, int, list[int]]] = [
        (weight, number, [number]) for number, weight in enumerate(weights) if weight
    ]
    heapify(heap)
    sizes = [0] * len(weights)
    serial = len(weights)
    while len(heap) > 1:
        one, _, left = heappop(heap)
        two, _, right = heappop(heap)
        both = left + right
        for symbol in both:
            sizes[symbol] += 1
        heappush(heap, (one + two, serial, both))
        serial += 1
    return sizes


def _codes(sizes: Sequence[int]) -> list[str]:
    """Return the canonical code of each symbol, first bit first (3.2.2)."""
    codes = [""] * len(sizes)
    code, before = 0, 0
    for size, symbol in sorted((size, symbol) for symbol, size in enumerate(sizes) if size):
        code <<= size - before
        codes[symbol] = f"{code:0{size}b}"
        code += 1
        before = size
    return codes
