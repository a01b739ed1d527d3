"""Facts on the compression around an archive: gzip header fields, codec, what follows the end."""

from collections.abc import Iterator
from itertools import zip_longest
from typing import Final

from reprodiff.artifacts.streams.gzip import GzipMember, GzipStream
from reprodiff.artifacts.tar import Layer
from reprodiff.artifacts.zipformat import deflate_level
from reprodiff.formats.parsing.byteruns import weigh
from reprodiff.model import Difference, Span

_FIELDS: Final = {
    "MTIME": "gzip.mtime",
    "FLG": "gzip.flags",
    "XFL": "gzip.xfl",
    "OS": "gzip.os",
    "FNAME": "gzip.name",
    "FCOMMENT": "gzip.comment",
    "FEXTRA": "gzip.extra",
    "FHCRC": "gzip.header-crc",
    "CRC32": "derived.gzip.trailer",
    "ISIZE": "derived.gzip.trailer",
}
MAX_RECOMPRESSED: Final = 16 << 20
"""Largest payload that is compressed again to learn its level, in bytes."""


def layer_facts(a: Layer | None, b: Layer | None, *, same: bool) -> Iterator[Difference]:
    """Yield what differs in how two files are compressed; ``same`` is whether what is inside is.

    The compressed bytes of other content follow from it, and weigh nothing of their own.
    """
    if a is None and b is None:
        return
    if a is None or b is None or a.codec != b.codec:
        yield Difference(
            "gzip.stream",
            "",
            "compression",
            a.codec if a else "none",
            b.codec if b else "none",
            weight=max(len(a.data) if a else 0, len(b.data) if b else 0) if same else 0,
        )
        return
    if a.gzip is not None and b.gzip is not None:
        yield from _gzip(a, b, a.gzip, b.gzip, same=same)
    elif a.data != b.data:
        yield _stream(a.codec, b.codec, a, b, same=same)
    yield from _trailing(a, b)


def _gzip(
    a: Layer, b: Layer, one: GzipStream, two: GzipStream, *, same: bool
) -> Iterator[Difference]:
    count_a, count_b = len(one.members), len(two.members)
    for number, (member_a, member_b) in enumerate(zip_longest(one.members, two.members)):
        if member_a is None or member_b is None:
            yield Difference(
                "gzip.members", "", "number of gzip members", count_a, count_b, weight=18
            )
            break
        prefix = f"gzip member {number + 1}: " if max(count_a, count_b) > 1 else "gzip "
        yield from _member(a, b, member_a, member_b, prefix)
    data_a = [a.data[s.start : s.stop] for s in _data(one)]
    data_b = [b.data[s.start : s.stop] for s in _data(two)]
    if data_a != data_b:
        level_a, level_b = "gzip", "gzip"
        if same and len(data_a) == len(data_b) == 1:
            level_a, level_b = _level(data_a[0], a.plain), _level(data_b[0], b.plain)
        yield _stream(level_a, level_b, a, b, same=same)


def _stream(level_a: str, level_b: str, a: Layer, b: Layer, *, same: bool) -> Difference:
    return Difference(
        "gzip.stream" if same else "derived.gzip.stream",
        "",
        "compressed data",
        level_a if same else f"{len(a.data)} bytes",
        level_b if same else f"{len(b.data)} bytes",
        weight=weigh(a.data, b.data) if same else 0,
    )


def _data(stream: GzipStream) -> list[Span]:
    return [span for member in stream.members if (span := member.field("data")) is not None]


def _level(stored: memoryview, plain: memoryview) -> str:
    if len(plain) > MAX_RECOMPRESSED:
        return "deflate"
    levels = deflate_level(stored, plain)
    return f"deflate level {'/'.join(map(str, levels))}" if levels else "deflate not by zlib"


def _member(
    a: Layer, b: Layer, one: GzipMember, two: GzipMember, prefix: str
) -> Iterator[Difference]:
    for name, what in _FIELDS.items():
        span_a, span_b = one.field(name), two.field(name)
        raw_a = bytes(a.data[span_a.start : span_a.stop]) if span_a else None
        raw_b = bytes(b.data[span_b.start : span_b.stop]) if span_b else None
        if raw_a == raw_b:
            continue
        numeric = name not in {"FNAME", "FCOMMENT", "FEXTRA"}
        yield Difference(
            what,
            "",
            prefix + name,
            int.from_bytes(raw_a, "little") if numeric and raw_a else raw_a,
            int.from_bytes(raw_b, "little") if numeric and raw_b else raw_b,
            span_a,
            span_b,
            weight=max(len(raw_a or b""), len(raw_b or b"")),
        )


def _trailing(a: Layer, b: Layer) -> Iterator[Difference]:
    rest_a = a.data[a.trailing.start : a.trailing.stop]
    rest_b = b.data[b.trailing.start : b.trailing.stop]
    if rest_a == rest_b:
        return
    for_zero = _zeros(rest_a) and _zeros(rest_b)
    yield Difference(
        "tar.end" if for_zero else "integrity.hidden",
        "",
        "behind the end of the compressed data",
        f"{len(rest_a)} bytes" if len(rest_a) else None,
        f"{len(rest_b)} bytes" if len(rest_b) else None,
        a.trailing,
        b.trailing,
        weight=weigh(rest_a, rest_b),
    )


def _zeros(data: memoryview) -> bool:
    step = 1 << 20
    return not any(bytes(data[at : at + step]).strip(b"\0") for at in range(0, len(data), step))
