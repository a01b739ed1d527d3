"""Facts on what a tar gets wrong by itself, whatever it is compared with."""

from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.tarformat.oddities import Anomaly, Oddity
from reprodiff.model import Difference
from reprodiff.pairing import Pairing

_HIDDEN: Final = frozenset(
    {
        *(Oddity.CONCEALED_ENTRIES, Oddity.TRAILING_BYTES, Oddity.PADDING_NONZERO),
        *(Oddity.HIDDEN_IN_FIELD, Oddity.ORPHAN_EXTENSION, Oddity.EMBEDDED_HEADER),
    }
)
_NAMES: Final = frozenset(
    {
        *(Oddity.PAX_NUL, Oddity.EMPTY_PATH, Oddity.ABSOLUTE_PATH, Oddity.PARENT_PATH),
        *(Oddity.WINDOWS_PATH, Oddity.LONG_PATH, Oddity.ESCAPING_LINK, Oddity.ABSOLUTE_LINK),
        *(Oddity.THROUGH_LINK, Oddity.SELF_LINK, Oddity.LINK_LOOP),
    }
)
# Odd, but every reader sees the same archive.
_DIALECT: Final = frozenset({Oddity.LONE_ZERO_BLOCK, Oddity.SIGNED_CHECKSUM, Oddity.HEADER_IN_DATA})


def anomaly_facts(a: TarArtifact, b: TarArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield what either archive gets wrong by itself; what both do alike is one fact."""
    partner = {pair.b.index: pair.a.path for pair in pairing.pairs}
    other: dict[tuple[Oddity, str], list[Anomaly]] = {}
    for each in b.archive.anomalies:
        path = partner.get(each.entry, b.members[each.entry].path if each.entry >= 0 else "")
        other.setdefault((each.kind, path), []).append(each)
    for each in a.archive.anomalies:
        path = a.members[each.entry].path if each.entry >= 0 else ""
        twins = other.get((each.kind, path))
        two = twins.pop(0) if twins else None
        yield from _anomaly(each.kind, path, each, two)
    for (kind, path), rest in other.items():
        for two in rest:
            yield from _anomaly(kind, path, None, two)


def _anomaly(
    kind: Oddity, path: str, one: Anomaly | None, two: Anomaly | None
) -> Iterator[Difference]:
    if kind in _DIALECT:
        return
    what = "integrity.contradiction"
    if kind in _HIDDEN:
        what = "integrity.hidden"
    elif kind in _NAMES:
        what = "integrity.name"
    elif kind is Oddity.DUPLICATE:
        what = "integrity.duplicate"
    text = kind.value.replace("-", " ")
    yield Difference(
        what,
        path,
        text,
        f"at byte {one.offset}" if one else None,
        f"at byte {two.offset}" if two else None,
        note=text,
    )
