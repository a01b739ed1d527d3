"""Look into the bytes that no listed record covers: members may be hidden there."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.artifacts.zipformat.coverage import Gap
from reprodiff.artifacts.zipformat.damage import Anomaly, AnomalyKind, Damage, DamageKind
from reprodiff.artifacts.zipformat.ending import Directory
from reprodiff.artifacts.zipformat.headers import HeaderReader, match_descriptor
from reprodiff.artifacts.zipformat.records import ZipEntry
from reprodiff.artifacts.zipformat.walk import (
    CENTRAL_MARK,
    END_MARK,
    LOCAL_MARK,
    Found,
    Survey,
    strays,
    walk,
)
from reprodiff.limits import Limits
from reprodiff.records import dataclass, field

_STRAY: Final = {
    LOCAL_MARK: (AnomalyKind.STRAY_LOCAL, "signatures of local headers without a whole header"),
    CENTRAL_MARK: (AnomalyKind.STRAY_CENTRAL, "central headers outside of the central directory"),
    END_MARK: (AnomalyKind.MULTIPLE_END_RECORDS, "signatures of further end records"),
}
_STRAY_ZIP64: Final = (
    AnomalyKind.STRAY_ZIP64,
    "signatures of zip64 end records or locators that nothing refers to",
)


@dataclass(slots=True)
class Contents:
    """What the gaps hold."""

    found: list[ZipEntry] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)


def search_gaps(
    reader: HeaderReader,
    gaps: Sequence[Gap],
    listed: Sequence[ZipEntry],
    directory: Directory,
    limits: Limits,
) -> Contents:
    """Find local records in gaps and say what the rest is."""
    contents = Contents()
    for gap in gaps:
        unexpected = _descriptor(reader, gap, listed)
        if unexpected is not None:
            contents.anomalies.append(unexpected)
            continue
        survey = walk(reader, gap.start, gap.stop, limits)
        cursor = gap.start
        for found in survey.found:
            ordinal = len(listed) + len(contents.found)
            if ordinal >= limits.max_entries:
                raise limits.reached("max_entries")
            contents.found.append(_entry(ordinal, found))
            if found.cut:
                contents.damage.append(_cut(ordinal, found))
            if found.local.offset > cursor:
                contents.anomalies.append(_uncovered(cursor, found.local.offset, directory))
            cursor = found.stop
        if cursor < gap.stop:
            contents.anomalies.append(_uncovered(cursor, gap.stop, directory))
        contents.anomalies += _strays(survey, "")
    return contents


def search_comment(reader: HeaderReader, start: int, stop: int) -> Iterator[Anomaly]:
    """Yield the signatures of records in the archive comment, where a second archive may be."""
    return _strays(strays(reader.data, start, stop), "in the archive comment: ")


def _strays(survey: Survey, where: str) -> Iterator[Anomaly]:
    for mark, stray in sorted(survey.strays.items()):
        kind, what = _STRAY.get(mark, _STRAY_ZIP64)
        yield Anomaly(
            kind,
            stray.first,
            stray.last + len(mark),
            f"{where}{what}",
            count=stray.total,
        )


def _descriptor(reader: HeaderReader, gap: Gap, listed: Sequence[ZipEntry]) -> Anomaly | None:
    """Recognise a gap that is the data descriptor of the entry before it."""
    if gap.before < 0:
        return None
    entry = listed[gap.before]
    values = (entry.crc, entry.csize, entry.usize)
    found = match_descriptor(reader.data, gap.start, gap.stop, values)
    if found is None or found.stop != gap.stop:
        return None
    return Anomaly(
        AnomalyKind.DESCRIPTOR_UNEXPECTED,
        gap.start,
        gap.stop,
        "a data descriptor follows the data, and no flag promises one",
        (entry.ordinal,),
    )


def _entry(ordinal: int, found: Found) -> ZipEntry:
    return ZipEntry(
        ordinal,
        None,
        found.local,
        found.csize,
        found.usize,
        found.crc,
        found.local.stop,
        found.data_stop,
        found.descriptor,
    )


def _cut(ordinal: int, found: Found) -> Damage:
    start = found.local.stop
    message = f"{found.data_stop - start} stored bytes, and no sign of where they should end"
    if found.csize > found.data_stop - start:
        message = f"{found.data_stop - start} of {found.csize} stored bytes are there"
    return Damage(DamageKind.DATA_CUT, start, message, ordinal)


def _uncovered(start: int, stop: int, directory: Directory) -> Anomaly:
    size = f"{stop - start:,} bytes"
    if start == 0:
        return Anomaly(AnomalyKind.PREFIX, start, stop, f"{size} before the first record")
    if directory.eocd is not None and start >= directory.eocd.stop:
        return Anomaly(AnomalyKind.TRAILING, start, stop, f"{size} behind the end record")
    return Anomaly(AnomalyKind.GAP, start, stop, f"{size} between two records")
