"""What no claim covers, as facts: it is never dropped."""

from collections.abc import Sequence
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.formats.base import Content
from reprodiff.model import Difference, Span

_SHOWN: Final = 64
"""Bytes of a place that are shown."""


def untold(a: Artifact, b: Artifact) -> list[Difference]:
    """Return the fact that two containers differ of which nothing else says how.

    None for trees, which have no bytes of their own.
    """
    if a.data is None or b.data is None:
        return []
    size_a, size_b = len(a.data), len(b.data)
    values = f"{size_a} bytes", f"{size_b} bytes"
    return [Difference("bytes", "", "somewhere", *values, weight=max(abs(size_a - size_b), 1))]


def left_over(content: Content, spans: tuple[Span, Span], rest: Sequence[Difference]) -> Difference:
    """Return unclaimed bytes as a fact, under the name of the place they stand in."""
    span_a, span_b = spans
    inside = f"bytes {span_a.start:#x}"
    for fact in rest:
        for own_a, own_b in fact.places():
            if (
                own_a.start <= span_a.start
                and span_a.stop <= own_a.stop
                and (own_b.start <= span_b.start and span_b.stop <= own_b.stop)
            ):
                inside = fact.inside
    return Difference(
        "bytes",
        content.path,
        inside,
        bytes(content.a[span_a.start : min(span_a.stop, span_a.start + _SHOWN)]),
        bytes(content.b[span_b.start : min(span_b.stop, span_b.start + _SHOWN)]),
        span_a,
        span_b,
    )
