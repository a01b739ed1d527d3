"""Facts on two containers, without rules: what the format itself says."""

import contextlib
from collections.abc import Sequence
from pathlib import Path

from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact
from reprodiff.formats.containers import container_facts
from reprodiff.limits import Limits
from reprodiff.model import Difference
from reprodiff.pairing import pair


def facts(where: Path, a: bytes, b: bytes, suffix: str) -> list[Difference]:
    with contextlib.ExitStack() as stack:
        sides = []
        for side, data in (("a", a), ("b", b)):
            path = where / f"{side}{suffix}"
            path.write_bytes(data)
            sides.append(stack.enter_context(open_artifact(str(path), Limits())))
        one, two = sides
        pairing = pair(one.members, two.members, lambda _side, _member: None)
        return list(container_facts(one, two, pairing, identify(one), identify(two)))


Shown = list[tuple[str, str, str, object, object]]


def shown(found: Sequence[Difference], *, computed: bool = False) -> Shown:
    """What the facts say; those that follow from others only if asked for."""
    return [
        (fact.what, fact.path, fact.inside, fact.a, fact.b)
        for fact in found
        if computed or not fact.what.startswith("derived.")
    ]


def kinds(found: Sequence[Difference]) -> set[str]:
    return {fact.what for fact in found if not fact.what.startswith("derived.")}


def assert_places(found: Sequence[Difference], a: bytes, b: bytes) -> None:
    """Every place of a fact lies in its file, and the bytes there differ."""
    for fact in found:
        for span_a, span_b in fact.places():
            assert 0 <= span_a.start <= span_a.stop <= len(a)
            assert 0 <= span_b.start <= span_b.stop <= len(b)
            assert a[span_a.start : span_a.stop] != b[span_b.start : span_b.stop], fact
