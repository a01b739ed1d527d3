"""By what the strings of two sections are known again: themselves without what a build varies.

A build directory stands in the middle of some strings (the name of a C++ lambda has the file that
it is in), and hashes of paths and seeds at the end of symbols.  Here such parts are taken out of
strings that one side alone has, so that the rest tells which stands for which.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reprodiff.formats.parsing.align import align

Range = tuple[int, int]

# A path that -ffile-prefix-map has made relative starts with a dot.
_PATH: Final = re.compile(rb"(?<![^\s\"'(<=,:;])\.?(?:/[^\0/\s\"'()<>,:;]++)++")
_HERE: Final = re.compile(rb"(?<![^\s\"'(<=,:;])\.(?=/)|\A\.(?=\0?\Z)")
_MOST: Final = 4
"""Pairs of directories that are taken out."""
# Rust's legacy mangling ends in a hash (17h...E), its newer one has one for each crate (Cs..._);
# the objects of GCC's LTO end in a random seed, and what LLVM's shares between modules in a hash.
# Objects that a compiler makes only to link them have random names, and those of rustc, of which
# the names stand in for sources, have hashes of the crate and of the module.
_HASHES: Final = re.compile(
    rb"(?<=17h)[0-9a-f]{16}(?=E)|(?<=Cs)[0-9A-Za-z]{8,13}(?=_)|(?<=\.)[0-9a-f]{8}(?=\0\Z)"
    rb"|(?<=\.llvm\.)[0-9]{1,20}(?=\0\Z)"
    rb"|(?<=\Acc)[0-9A-Za-z]{6}(?=(?:\.ltrans[0-9]{1,5}\.ltrans)?\.o\0\Z)"
    rb"|(?<=-)[0-9a-f]{6}(?=\.o\0\Z)"
    rb"|(?<=\.)[0-9a-z]{7,16}(?=-cgu\.[0-9]{1,4}\0\Z)|\A(?=[a-z]*+[0-9])[0-9a-z]{20,25}(?=\0\Z)"
)


def keys(ones: Sequence[bytes], twos: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Return a key for each string; equal keys are strings that stand for each other."""
    lonely_a, lonely_b = set(ones) - set(twos), set(twos) - set(ones)
    if not lonely_a or not lonely_b:
        return list(ones), list(twos)
    prefixes = _prefixes(lonely_a, lonely_b)
    return (
        [_key(text, [a for a, _ in prefixes]) if text in lonely_a else text for text in ones],
        [_key(text, [b for _, b in prefixes]) if text in lonely_b else text for text in twos],
    )


def _key(text: bytes, prefixes: list[bytes]) -> bytes:
    for number, prefix in enumerate(prefixes):
        mark = b"\1%d" % number
        text = _HERE.sub(mark, text) if prefix == b"." else text.replace(prefix, mark)
    return _HASHES.sub(b"\2", text)


def _prefixes(ones: set[bytes], twos: set[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the pairs of directories that absolute paths of the same end differ in."""
    ends_a, ends_b = _ends(ones), _ends(twos)
    votes: Counter[tuple[bytes, bytes]] = Counter()
    for end, one in ends_a.items():
        two = ends_b.get(end)
        if one is not None and two is not None:
            votes[_split(one, two)] += 1
    best = sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    # The longest first: it may lie below another.
    return sorted((pair for pair, _ in best if all(pair)), key=lambda pair: (-len(pair[0]), pair))


def _ends(texts: set[bytes]) -> dict[bytes, bytes | None]:
    """Return absolute paths by their last component; those of one that two have are ``None``."""
    found: dict[bytes, bytes | None] = {}
    for text in texts:
        for path in _PATH.findall(text):
            end = path.rpartition(b"/")[2]
            found[end] = path if found.get(end, path) == path else None
    return found


def _split(one: bytes, two: bytes) -> tuple[bytes, bytes]:
    parts_a, parts_b = one.split(b"/"), two.split(b"/")
    size = 0
    while size < min(len(parts_a), len(parts_b)) and parts_a[-1 - size] == parts_b[-1 - size]:
        size += 1
    return b"/".join(parts_a[: len(parts_a) - size]), b"/".join(parts_b[: len(parts_b) - size])


def pairs(
    texts_a: Sequence[Range],
    texts_b: Sequence[Range],
    keys_a: Sequence[bytes],
    keys_b: Sequence[bytes],
) -> Iterator[tuple[Range, Range]]:
    """Yield the strings that are the same or stand for each other, in order."""
    ops = align(keys_a, keys_b)
    changed = [op for op in ops if op.tag != "equal"]
    shared = {end(key) for op in changed for key in keys_a[op.a0 : op.a1]} & {
        end(key) for op in changed for key in keys_b[op.b0 : op.b1]
    }
    elsewhere = set(keys_a).intersection(keys_b)
    for op in ops:
        ones, twos = keys_a[op.a0 : op.a1], keys_b[op.b0 : op.b1]
        moved = op.tag != "equal" and not elsewhere.isdisjoint([*ones, *twos])
        if op.tag == "equal" or (not moved and _alike(ones, twos, shared)):
            yield from zip(texts_a[op.a0 : op.a1], texts_b[op.b0 : op.b1], strict=True)
        elif op.tag == "replace":
            # What stands elsewhere under its own key is never taken for another here.
            ends_a = [b"\0" + key if key in elsewhere else end(key) for key in ones]
            ends_b = [b"\0" + key if key in elsewhere else end(key) for key in twos]
            for part in align(ends_a, ends_b):
                if part.tag == "equal":
                    for step in range(part.a1 - part.a0):
                        one = texts_a[op.a0 + part.a0 + step]
                        yield one, texts_b[op.b0 + part.b0 + step]


def _alike(ones: Sequence[bytes], twos: Sequence[bytes], shared: set[bytes]) -> bool:
    """Whether the strings of two runs stand for each other one by one.

    Not so if the end of a path stands in another place, too (``shared`` are ends that changed
    strings of both sides have): linkers order strings by their hashes.
    """
    if len(ones) != len(twos):
        return False
    ends_a, ends_b = [end(one) for one in ones], [end(two) for two in twos]
    return all(
        x == y or (x not in shared and y not in shared and x.startswith(b"/") == y.startswith(b"/"))
        for x, y in zip(ends_a, ends_b, strict=True)
    )


def end(text: bytes) -> bytes:
    """Return the last component of a path with a mark for an absolute one, or the text itself."""
    return (b"/" if text.startswith(b"/") else b"") + text.rpartition(b"/")[2]


def by_key(
    keys: dict[Range, bytes], texts: list[Range], key: Callable[[bytes], bytes]
) -> dict[bytes, list[Range]]:
    """Return strings by what a function makes of their keys."""
    found: dict[bytes, list[Range]] = {}
    for text in texts:
        found.setdefault(key(keys[text]), []).append(text)
    return found
