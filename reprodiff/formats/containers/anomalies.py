"""Facts on what an archive says twice and not alike, hides, or names dangerously."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.artifacts.zipformat.damage import Anomaly, AnomalyKind
from reprodiff.formats.parsing.byteruns import weigh
from reprodiff.model import Difference, MemberType, Side, Span
from reprodiff.pairing import Pairing

_HIDDEN: Final = frozenset(
    {
        *(AnomalyKind.PREFIX, AnomalyKind.GAP, AnomalyKind.TRAILING, AnomalyKind.HIDDEN_LOCAL),
        *(AnomalyKind.STRAY_CENTRAL, AnomalyKind.STRAY_LOCAL, AnomalyKind.STRAY_ZIP64),
        *(AnomalyKind.MULTIPLE_END_RECORDS, AnomalyKind.EMBEDDED_DIRECTORY),
        *(AnomalyKind.ZIP64_EXTENSIBLE, AnomalyKind.OFFSET_SHIFT, AnomalyKind.FAR_END_RECORD),
    }
)
_NAMES: Final = frozenset(
    {
        *(AnomalyKind.NAME_EMPTY, AnomalyKind.NAME_NUL, AnomalyKind.NAME_NOT_UTF8),
        AnomalyKind.UNICODE_PATH,
    }
)


def zip_anomalies(a: ZipArtifact, b: ZipArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield what either archive gets wrong by itself; what both do alike is one fact."""
    partner = {pair.b.index: pair.a.path for pair in pairing.pairs}
    own = [(_key(each, _path(a, each)), each) for each in a.archive.anomalies]
    other: dict[tuple[object, ...], list[Anomaly]] = {}
    for each in b.archive.anomalies:
        entry = each.entries[0] if each.entries else -1
        other.setdefault(_key(each, partner.get(entry, _path(b, each))), []).append(each)
    for key, one in own:
        twins = other.get(key)
        two = twins.pop(0) if twins else None
        yield _anomaly_fact(key, one, two, a, b)
    for key, rest in other.items():
        for two in rest:
            yield _anomaly_fact(key, None, two, a, b)


def lone_anomalies(artifact: ZipArtifact, side: Side) -> Iterator[Difference]:
    """Yield what an archive gets wrong that is compared with something that is none."""
    for each in artifact.archive.anomalies:
        one, two = (each, None) if side is Side.A else (None, each)
        yield _anomaly_fact(_key(each, _path(artifact, each)), one, two, artifact, artifact)


def _path(artifact: ZipArtifact, anomaly: Anomaly) -> str:
    return artifact.members[anomaly.entries[0]].path if anomaly.entries else ""


def _key(anomaly: Anomaly, path: str) -> tuple[object, ...]:
    return (anomaly.kind, path, anomaly.fields)


def _anomaly_fact(
    key: tuple[object, ...],
    one: Anomaly | None,
    two: Anomaly | None,
    a: ZipArtifact,
    b: ZipArtifact,
) -> Difference:
    kind = AnomalyKind(str(key[0]))
    if kind in _HIDDEN:
        what = "integrity.hidden"
    elif kind in _NAMES:
        what = "integrity.name"
    elif kind is AnomalyKind.DUPLICATE_NAME:
        what = "integrity.duplicate"
    else:
        what = "integrity.contradiction"
    part_a = a.archive.data[one.start : one.stop] if one else memoryview(b"")
    part_b = b.archive.data[two.start : two.stop] if two else memoryview(b"")
    return Difference(
        what,
        str(key[1]),
        kind.value.replace("-", " "),
        one.message if one else None,
        two.message if two else None,
        Span(one.start, one.stop) if one else None,
        Span(two.start, two.stop) if two else None,
        weight=weigh(part_a, part_b) if what == "integrity.hidden" else 0,
    )


_RESERVED: Final = frozenset(
    {"con", "prn", "aux", "nul", *(f"com{n}" for n in range(10)), *(f"lpt{n}" for n in range(10))}
)
"""Names that Windows keeps for devices, with any suffix."""


def name_facts(a: Artifact, b: Artifact) -> Iterator[Difference]:
    """Yield names that lead outside, and names that clash or are reserved on one side only."""
    unsafe_a, unsafe_b = _unsafe(a.members), _unsafe(b.members)
    for path in sorted(unsafe_a.keys() | unsafe_b.keys()):
        one, two = unsafe_a.get(path), unsafe_b.get(path)
        yield Difference("integrity.name", path, "name", one, two)
    leaving_a, leaving_b = _leaving(a), _leaving(b)
    for path in sorted(leaving_a.keys() | leaving_b.keys()):
        one, two = leaving_a.get(path), leaving_b.get(path)
        yield Difference("integrity.name", path, "link target", one, two)
    if [member.raw for member in a.members] == [member.raw for member in b.members]:
        return  # what clashes on one side clashes on the other
    clash_a, clash_b = _awkward(a.members), _awkward(b.members)
    for path in sorted(clash_a.keys() ^ clash_b.keys()):
        yield Difference("integrity.name", path, "name", clash_a.get(path), clash_b.get(path))


# A quick look: most names are plain, and there may be a million.
_SUSPICIOUS: Final = re.compile(rb"[\x00-\x1f\x7f\\]|^/|^.:|\.\.")


def _hides(raw: bytes) -> bool:
    # Its patterns take as long to compile as everything else here to import.
    from reprodiff.formats.parsing.unicode import hidden_characters  # noqa: PLC0415

    return bool(hidden_characters(raw.decode("utf-8", "replace"), 1))


def _unsafe(members: Iterable[Member]) -> dict[str, str]:
    found: dict[str, str] = {}
    for member in members:
        if _SUSPICIOUS.search(member.raw) is None:
            if not member.raw.isascii() and _hides(member.raw):
                found[member.path] = "has characters that are not seen, or turn the direction"
            continue
        raw = member.raw.replace(b"\\", b"/")
        reason = ""
        if raw.startswith(b"/") or raw[1:3] == b":/":
            reason = "absolute"
        elif b".." in raw.split(b"/"):
            reason = "leads to a parent directory"
        elif raw != member.raw and len(raw) > 1:
            reason = "has a backslash, which some readers take for a separator"
        elif any(byte < 0x20 or byte == 0x7F for byte in raw):
            reason = "has control characters"
        if reason:
            found[member.path] = reason
    return found


def _leaving(artifact: Artifact) -> dict[str, str]:
    """Return the symbolic links of a zip that lead out of it; a tar's are among its anomalies."""
    if not isinstance(artifact, ZipArtifact):
        return {}
    found: dict[str, str] = {}
    for member in artifact.members:
        if member.type is not MemberType.SYMLINK:
            continue
        depth = member.path.count("/")
        for part in member.link.split("/"):
            depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
            if depth < 0:
                break
        if member.link.startswith("/") or depth < 0:
            found[member.path] = f"leads out: {member.link}"
    return found


def _awkward(members: Iterable[Member]) -> dict[str, str]:
    """Return names that are two on one file system and one on another."""
    found: dict[str, str] = {}
    folded: dict[str, str] = {}
    counts = Counter(member.raw for member in members)
    for member in members:
        if counts[member.raw] > 1:
            continue
        text = member.path.rstrip("/")
        key = text.casefold() if text.isascii() else unicodedata.normalize("NFC", text).casefold()
        if key in folded:
            found[member.path] = f"the same as {folded[key]} in all but case or Unicode form"
        else:
            folded[key] = member.path
        base = text.rpartition("/")[2]
        if base.casefold().partition(".")[0] in _RESERVED:
            found[member.path] = "reserved on Windows"
        elif base.endswith((".", " ")) and (text != "." or member.type is not MemberType.DIRECTORY):
            found[member.path] = "ends in a dot or space, which Windows drops"
    return found
