"""Facts on two static archives: headers field by field, order, symbol index, table of names.

Every byte outside of members' contents is in a field that is compared here, in an index or table
that is checked against the members, or behind the last member.
"""

import struct
from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.ar import (
    FIELDS,
    INDEX_NAMES,
    MAGIC,
    ArArchive,
    ArArtifact,
    ArEntry,
    long_name,
)
from reprodiff.formats.coff.literals import is_literal
from reprodiff.formats.containers.order import order_facts
from reprodiff.formats.parsing.byteruns import weigh
from reprodiff.model import Difference, Span, Value
from reprodiff.pairing import Pairing

_KINDS: Final = {"mtime": "ar.time", "uid": "ar.uid", "gid": "ar.gid", "mode": "ar.mode"}
_MAX_SYMBOLS: Final = 2_000_000

_Symbols = list[tuple[bytes, bytes]]


def compare(a: ArArtifact, b: ArArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield all that differs in two static archives beside the contents of their members."""
    if a.archive.thin != b.archive.thin:
        kinds = ["thin archive" if each.archive.thin else "archive" for each in (a, b)]
        magic = Span(0, len(MAGIC))
        yield _fact("ar.thin", "", "kind", (kinds[0], kinds[1]), (magic, magic), magic.size)
    for pair in pairing.pairs:
        one, two = a.entries[pair.a.index], b.entries[pair.b.index]
        yield from _header(a.archive, b.archive, one, two, pair.a.path)
    yield from order_facts(pairing, "ar.order", "order")
    yield from _specials(a.archive, b.archive)
    spans = (a.archive.trailing, b.archive.trailing)
    parts = (_part(a.archive, spans[0]), _part(b.archive, spans[1]))
    if bytes(parts[0]) != bytes(parts[1]):
        values = tuple(f"{span.size} bytes" if span.size else None for span in spans)
        where = "behind the last member"
        yield _fact("integrity.hidden", "", where, (values[0], values[1]), spans, weigh(*parts))


def _part(archive: ArArchive, span: Span) -> memoryview:
    return archive.data[span.start : span.stop]


def _header(
    a: ArArchive, b: ArArchive, one: ArEntry, two: ArEntry, path: str, prefix: str = ""
) -> Iterator[Difference]:
    """Yield the fields of two headers that differ, and the padding behind the content."""
    for field in FIELDS:
        spans = (one.field(field), two.field(field))
        raw = [bytes(_part(x, y)) for x, y in zip((a, b), spans, strict=True)]
        if raw[0] == raw[1]:
            continue
        values: list[Value] = [a.number(one, field), b.number(two, field)]
        what = _KINDS.get(field, "ar.encoding")
        texts = [each.rstrip(b" ") for each in raw]
        if field == "name" or (values[0] == values[1] and values[0] is not None):
            # Another way to write the same: the value of a name is the path that paired the two.
            what, values = "ar.encoding", [*texts]
        elif any(value is None and text for value, text in zip(values, texts, strict=True)):
            what, values = "integrity.hidden", [*texts]
        elif field == "size":
            elsewhere = (a.thin or b.thin) and not one.special
            what = "ar.thin" if elsewhere else "derived.ar.size"
        yield _fact(what, path, prefix + field, (values[0], values[1]), spans, spans[0].size)
    yield from _around(a, b, one, two, path, prefix)


def _around(
    a: ArArchive, b: ArArchive, one: ArEntry, two: ArEntry, path: str, prefix: str
) -> Iterator[Difference]:
    """Yield the name in front of a content and the padding behind it, where they differ."""
    names = (
        Span(one.stored.start, one.content.start),
        Span(two.stored.start, two.content.start),
    )
    for inside, spans in (("name", names), ("padding", (one.padding, two.padding))):
        raw = [bytes(_part(x, y)) for x, y in zip((a, b), spans, strict=True)]
        if raw[0] == raw[1]:
            continue
        # An odd size is filled up with one byte: that follows from the size.
        filled = inside == "padding" and all(part in {b"", b"\n", b"\0"} for part in raw)
        follows = filled and spans[0].size != spans[1].size
        what = "derived.ar.size" if follows else "ar.encoding"
        if inside == "padding" and not filled:
            what = "integrity.hidden"
        weight = weigh(memoryview(raw[0]), memoryview(raw[1]))
        yield _fact(what, path, prefix + inside, (raw[0], raw[1]), spans, weight)


def _fact(
    what: str,
    path: str,
    inside: str,
    values: tuple[Value, Value],
    spans: tuple[Span | None, Span | None],
    weight: int,
    note: str = "",
) -> Difference:
    return Difference(what, path, inside, *values, *spans, note=note, weight=weight)


# -- the index and the table of names -----------------------------------------------------------


def _specials(a: ArArchive, b: ArArchive) -> Iterator[Difference]:
    """Pair what belongs to the archive itself, by name and by how often the name came before."""
    numbered: list[dict[tuple[bytes, int], ArEntry]] = [{}, {}]
    for archive, side in zip((a, b), numbered, strict=True):
        counts: dict[bytes, int] = {}
        for entry in archive.entries:
            if entry.special:
                number = counts.get(entry.name, 0)
                counts[entry.name] = number + 1
                side[entry.name, number] = entry
    for key in [*numbered[0], *(key for key in numbered[1] if key not in numbered[0])]:
        one, two = numbered[0].get(key), numbered[1].get(key)
        label = "symbol index" if key[0] in INDEX_NAMES else "table of names"
        label = f"{label} {key[1] + 1}" if key[1] else label
        if one is not None and two is not None:
            yield from _header(a, b, one, two, "", f"{label}: ")
            yield from _table(a, b, one, two, label)
            continue
        only = one or two
        if only is not None:
            size = f"{only.content.size} bytes"
            values: tuple[Value, Value] = (size, None) if one else (None, size)
            spans = (only.content, None) if one else (None, only.content)
            what = "ar.index-only" if key[0] in INDEX_NAMES else "ar.names-only"
            yield _fact(what, "", label, values, spans, only.content.size)


def _table(
    a: ArArchive, b: ArArchive, one: ArEntry, two: ArEntry, label: str
) -> Iterator[Difference]:
    parts = (_part(a, one.content), _part(b, two.content))
    if bytes(parts[0]) == bytes(parts[1]):
        return
    if one.name in INDEX_NAMES:
        symbols = (_symbols(a, one), _symbols(b, two))
        if symbols[0] is not None and symbols[1] is not None:
            symbols = _without_texts(a, symbols[0]), _without_texts(b, symbols[1])
        if symbols[0] is None or symbols[1] is None:
            what, note = "ar.index", "it could not be read"
        elif sorted(symbols[0]) == sorted(symbols[1]):
            what, note = "derived.ar.index", "every symbol is in the same member"
        else:
            what, note = "ar.index", "symbols come or go, or are in another member"
        values = _shown(*symbols)
    else:
        sound = one.name == b"//" and _only_names(a, one) and _only_names(b, two)
        what = "derived.ar.names" if sound else "ar.names"
        note = "" if sound else "it has bytes that are no member's name"
        values = (f"{len(parts[0])} bytes", f"{len(parts[1])} bytes")
    yield _fact(what, "", label, values, (one.content, two.content), weigh(*parts), note)


def _shown(a: _Symbols | None, b: _Symbols | None) -> tuple[str, str]:
    """Return for people how many symbols the two indexes have, and which only one of them has."""
    names = [{name for name, _ in each or ()} for each in (a, b)]
    shown: list[str] = []
    for symbols, own, other in ((a, names[0], names[1]), (b, names[1], names[0])):
        if symbols is None:
            shown.append("unread")
            continue
        lonely = b", ".join(sorted(own - other)[:_SHOWN]).decode("utf-8", "surrogateescape")
        more = f", only here {lonely}" if lonely and a is not None and b is not None else ""
        shown.append(f"{len(symbols)} symbols{more}")
    return shown[0], shown[1]


_SHOWN: Final = 20
"""Symbols of one index that are shown."""


def _without_texts(archive: ArArchive, symbols: _Symbols) -> _Symbols:
    """Return symbols with a mark for those that are called after the string they stand for.

    Compilers for Windows do so; the string is compared with the content of its member.
    """
    if not any(is_literal(name) for name, _ in symbols):
        return symbols
    # Loaded for such archives only: it brings what compares objects along.
    from reprodiff.formats.coff.symbols import literals_of  # noqa: PLC0415

    known: dict[bytes, frozenset[bytes]] = {}
    for entry in archive.entries:
        if not entry.special and entry.name not in known:
            known[entry.name] = literals_of(_part(archive, entry.content))
    none: frozenset[bytes] = frozenset()
    return [(_TEXT if x in known.get(member, none) else x, member) for x, member in symbols]


_TEXT: Final = b"\0text"


def _only_names(archive: ArArchive, table: ArEntry) -> bool:
    """Whether a table of names holds the names of members, each with its end, and nothing else."""
    raw = bytes(_part(archive, table.content))
    covered = bytearray(raw)
    for entry in archive.entries:
        text = bytes(_part(archive, entry.field("name"))).rstrip(b" ")
        if text[:1] != b"/" or not text[1:].isdigit():
            continue
        at = int(text[1:])
        found = long_name(raw, at)
        if found is None:
            return False
        stop = at + len(found)
        for end in (b"/\n", b"\n", b"\0"):
            if raw[stop : stop + len(end)] == end:
                stop += len(end)
                break
        covered[at:stop] = bytes(stop - at)
    return not covered.rstrip(b"\n").strip(b"\0")


def _symbols(archive: ArArchive, entry: ArEntry) -> _Symbols | None:
    """Return (symbol, name of its member) as an index says; ``None`` if that is not all of it."""
    raw = bytes(_part(archive, entry.content))
    first = next(each for each in archive.entries if each.name in INDEX_NAMES)
    if entry.name in {b"/", b"/SYM64/"}:
        second = entry.name == b"/" and entry is not first
        return _second(archive, raw) if second else _first(archive, raw, entry.name)
    return _ranlib(archive, raw, entry.name)


def _first(archive: ArArchive, raw: bytes, title: bytes) -> _Symbols | None:
    """System V and GNU: a count, an offset for each symbol (big-endian), then the names."""
    width = 8 if title == b"/SYM64/" else 4
    count = int.from_bytes(raw[:width], "big")
    if count > _MAX_SYMBOLS or width * (count + 1) > len(raw):
        return None
    offsets = struct.unpack_from(f">{count}{'Q' if width == 8 else 'I'}", raw, width)
    return _joined(archive, list(offsets), raw[width * (count + 1) :])


def _second(archive: ArArchive, raw: bytes) -> _Symbols | None:
    """Microsoft's second: offsets of members, and for each symbol, sorted, a member's number."""
    count = int.from_bytes(raw[:4], "little")
    if count > _MAX_SYMBOLS or 8 + 4 * count > len(raw):
        return None
    offsets = struct.unpack_from(f"<{count}I", raw, 4)
    at = 4 + 4 * count
    symbols = int.from_bytes(raw[at : at + 4], "little")
    if symbols > _MAX_SYMBOLS or at + 4 + 2 * symbols > len(raw):
        return None
    numbers = struct.unpack_from(f"<{symbols}H", raw, at + 4)
    if any(not 0 < number <= count for number in numbers):
        return None
    places = [offsets[number - 1] for number in numbers]
    if set(places) != set(offsets) and not set(offsets) <= {e.header for e in archive.entries}:
        return None
    return _joined(archive, places, raw[at + 4 + 2 * symbols :])


def _joined(archive: ArArchive, offsets: list[int], names: bytes) -> _Symbols | None:
    """Put names, one after the other with a NUL each, to the members at ``offsets``."""
    members = {entry.header: entry.name for entry in archive.entries}
    texts = names.split(b"\0", len(offsets))
    if len(texts) != len(offsets) + 1 or texts[-1].strip(b"\0"):
        return None
    if any(offset not in members for offset in offsets):
        return None
    return [(text, members[at]) for text, at in zip(texts[:-1], offsets, strict=True)]


def _ranlib(archive: ArArchive, raw: bytes, title: bytes) -> _Symbols | None:
    """BSD: pairs of (offset of a name, offset of a member), then the names (little-endian)."""
    width = 8 if b"_64" in title else 4
    size = int.from_bytes(raw[:width], "little")
    names_at = width + size
    length = int.from_bytes(raw[names_at : names_at + width], "little")
    if size % (2 * width) or size // (2 * width) > _MAX_SYMBOLS:
        return None
    names = raw[names_at + width : names_at + width + length]
    if names_at + width + length > len(raw) or raw[names_at + width + length :].strip(b"\0"):
        return None
    pairs = struct.iter_unpack("<2Q" if width == 8 else "<2I", raw[width:names_at])
    members = {entry.header: entry.name for entry in archive.entries}
    found: _Symbols = []
    covered = bytearray(names)
    for at, offset in pairs:
        stop = names.find(b"\0", at)
        if at >= len(names) or stop < 0 or offset not in members:
            return None
        covered[at:stop] = bytes(stop - at)
        found.append((names[at:stop], members[offset]))
    return None if any(covered) else found
