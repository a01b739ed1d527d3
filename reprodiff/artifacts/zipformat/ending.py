"""Find the central directory of a zip file from its end, as readers do.

Where a file offers several answers, the choice follows the reader that installs wheels, CPython's
``zipfile``: the last end record, and the directory that lies directly before it.  Every other
answer is reported.
"""

import re
from bisect import bisect_right
from typing import Final

from reprodiff.artifacts.zipformat.damage import (
    Anomaly,
    AnomalyKind,
    Damage,
    DamageKind,
    ZipFormatError,
)
from reprodiff.artifacts.zipformat.fields import (
    END64_SIZE,
    END_SIZE,
    FULL16,
    FULL32,
    LOCATOR_SIZE,
    EndFields,
)
from reprodiff.artifacts.zipformat.headers import (
    HeaderReader,
    central_sizes,
    is_local,
    read_end,
    read_end64,
    read_locator,
)
from reprodiff.artifacts.zipformat.records import (
    End64Record,
    EndRecord,
    Locator,
)
from reprodiff.artifacts.zipformat.walk import CENTRAL_MARK, END_MARK, LOCAL_MARK, Survey, walk
from reprodiff.limits import Limits
from reprodiff.records import NamedTuple, dataclass, field

_END: Final = re.compile(re.escape(END_MARK))
_END64: Final = re.compile(rb"PK\x06\x06")
_WINDOW: Final = END_SIZE + 0xFFFF
"""Readers look for the end record in this many last bytes: its size with the longest comment."""


@dataclass(slots=True)
class Directory:
    """Where the central directory is, and what was strange about finding it."""

    start: int
    stop: int
    """Where headers must end: the end record, or the end of the file."""
    shift: int
    """What must be added to recorded offsets."""
    declared: int
    """Entries the end record counts, -1 if there is none."""
    eocd: EndRecord | None = None
    eocd64: End64Record | None = None
    locator: Locator | None = None
    sound: bool = True
    damage: list[Damage] = field(default_factory=list)
    anomalies: list[Anomaly] = field(default_factory=list)


class _Values(NamedTuple):
    total: int
    size: int
    offset: int


def locate(data: memoryview, limits: Limits) -> Directory:
    """Find the directory, or what is left of it.

    Raises:
        ZipFormatError: There is no zip record at all.
        LimitError: More records, or larger ones, than the limits allow.
    """
    survey: Survey | None = None
    embedded: list[Anomaly] = []
    window = max(0, len(data) - _WINDOW)
    ends = [hit.start() for hit in _END.finditer(data, window)]
    for offset in reversed(ends):
        directory = _directory_before(HeaderReader(data, limits), offset)
        if directory is None or directory.eocd is None:
            continue
        if directory.shift and directory.eocd.stop < len(data):
            # A truncated file may happen to end shortly behind a zip file that it contains.
            survey = survey or _survey(data, limits)
            if _inside_data(survey, offset):
                embedded.append(_embedded(directory.eocd))
                continue
        directory.anomalies += embedded
        return directory
    directory = _from_survey(data, survey or _survey(data, limits), limits)
    directory.anomalies += embedded
    return directory


def _survey(data: memoryview, limits: Limits) -> Survey:
    return walk(HeaderReader(data, limits), 0, len(data), limits)


def _from_survey(data: memoryview, survey: Survey, limits: Limits) -> Directory:
    """Make the best of a file without a usable end record near its end."""
    size = len(data)
    ends = survey.strays.get(END_MARK)
    eocd = None
    for offset in dict.fromkeys((ends.last, ends.first)) if ends else ():
        eocd = eocd or read_end(data, offset)
        directory = _directory_before(HeaderReader(data, limits), offset)
        if directory is not None:
            if offset < size - _WINDOW:
                directory.anomalies.append(
                    Anomaly(
                        AnomalyKind.FAR_END_RECORD,
                        offset,
                        offset + END_SIZE,
                        f"the end record is {size - offset:,} bytes before the file's end: "
                        f"readers look for it in the last {_WINDOW:,} only",
                    )
                )
            return directory
    centrals = survey.strays.get(CENTRAL_MARK)
    if eocd is None and centrals is None and not survey.found:
        if LOCAL_MARK in survey.strays:
            raise ZipFormatError("the file ends inside its first header", "copy the file again")
        raise ZipFormatError("no zip record in the file", "is it a zip file, and complete?")
    stop = eocd.offset if eocd else size
    start = centrals.first if centrals and centrals.first < stop else stop
    shift = _guess_shift(HeaderReader(data, limits), start, stop, survey)
    directory = Directory(start, stop, shift, -1, eocd, sound=False)
    if eocd is None:
        message = "the file ends before an end of central directory record"
        directory.damage.append(Damage(DamageKind.TRUNCATED, size, message))
    else:
        directory.declared = eocd.fixed.entries_total
        message = "there is no central directory where the end record says"
        directory.damage.append(Damage(DamageKind.DIRECTORY_MISSING, eocd.offset, message))
    return directory


def _guess_shift(reader: HeaderReader, start: int, stop: int, survey: Survey) -> int:
    """Take the first central header for that of the first local one, if the names agree."""
    first = reader.central(start, stop)
    if first is None or not survey.found:
        return 0
    offset = central_sizes(first).offset
    local = survey.found[0].local
    return 0 if is_local(reader.data, offset) or local.name != first.name else local.offset - offset


def _inside_data(survey: Survey, offset: int) -> bool:
    place = bisect_right(survey.found, offset, key=lambda found: found.local.offset) - 1
    return place >= 0 and survey.found[place].local.stop <= offset < survey.found[place].data_stop


def _embedded(eocd: EndRecord) -> Anomaly:
    message = "an end record inside a member's data: a reader may take it for this archive's own"
    return Anomaly(AnomalyKind.EMBEDDED_DIRECTORY, eocd.offset, eocd.stop, message)


def _directory_before(reader: HeaderReader, offset: int) -> Directory | None:
    """Read the end record at ``offset``; ``None`` unless it leads to a central directory."""
    data = reader.data
    eocd = read_end(data, offset)
    if eocd is None:
        return None
    locator = read_locator(data, offset - LOCATOR_SIZE)
    eocd64 = _find_end64(data, locator) if locator else None
    values = _effective(eocd.fixed, eocd64)
    stop = eocd64.offset if eocd64 else locator.offset if locator else offset
    # The directory directly before its end, and the one at the recorded offset.
    starts = dict.fromkeys((stop - values.size, values.offset))
    usable = [start for start in starts if _begins_directory(reader, start, stop, values)]
    if not usable:
        return None
    shifts = {start: start - values.offset for start in usable}
    good = [start for start in usable if _leads_to_local(reader, start, stop, shifts[start])]
    start = (good or usable)[0]
    directory = Directory(
        start, stop, shifts[start], values.total, eocd=eocd, eocd64=eocd64, locator=locator
    )
    _judge_end(directory, eocd, len(data))
    _judge_zip64(directory, eocd, eocd64, locator)
    if len(usable) > 1:
        other = usable[1] if start == usable[0] else usable[0]
        directory.anomalies.append(
            Anomaly(
                AnomalyKind.TWO_DIRECTORIES,
                min(start, other),
                stop,
                f"the directory's size leads to byte {stop - values.size}, "
                f"its offset to byte {values.offset}; read from byte {start}",
            )
        )
    return directory


def _find_end64(data: memoryview, locator: Locator) -> End64Record | None:
    stop = locator.offset
    for offset in (locator.fixed.end64_offset, stop - END64_SIZE):
        found = read_end64(data, offset, stop)
        if found is not None:
            return found
    # Neither: bytes were put in front, and the record has extensible data.
    for hit in _END64.finditer(data, max(0, stop - _WINDOW), stop):
        found = read_end64(data, hit.start(), stop)
        if found is not None and found.offset + 12 + found.fixed.record_size == stop:
            return found
    return None


def _effective(end: EndFields, end64: End64Record | None) -> _Values:
    if end64 is None:
        return _Values(end.entries_total, end.directory_size, end.directory_offset)
    fixed = end64.fixed
    return _Values(fixed.entries_total, fixed.directory_size, fixed.directory_offset)


def _begins_directory(reader: HeaderReader, start: int, stop: int, values: _Values) -> bool:
    if values.total == 0 and values.size == 0:
        return start == stop
    return start >= 0 and reader.central(start, stop) is not None


def _leads_to_local(reader: HeaderReader, start: int, stop: int, shift: int) -> bool:
    first = reader.central(start, stop)
    return first is None or is_local(reader.data, central_sizes(first).offset + shift)


def _judge_end(directory: Directory, eocd: EndRecord, size: int) -> None:
    fixed = eocd.fixed
    if len(eocd.comment) < fixed.comment_length:
        directory.damage.append(
            Damage(
                DamageKind.COMMENT_CUT,
                size,
                f"the archive comment has {len(eocd.comment)} of {fixed.comment_length} bytes",
            )
        )
    if fixed.disk_number or fixed.directory_disk or fixed.entries_on_disk != fixed.entries_total:
        # All ones refer to the zip64 record, which is judged by itself.
        numbers = (fixed.disk_number, fixed.directory_disk)
        if not directory.eocd64 or any(number not in (0, FULL16) for number in numbers):
            directory.anomalies.append(
                Anomaly(
                    AnomalyKind.DISK_NUMBERS,
                    eocd.offset,
                    eocd.stop,
                    f"the end record is of disk {fixed.disk_number}, the directory on disk "
                    f"{fixed.directory_disk} with {fixed.entries_on_disk} of "
                    f"{fixed.entries_total} entries",
                )
            )


def _judge_zip64(
    directory: Directory, eocd: EndRecord, eocd64: End64Record | None, locator: Locator | None
) -> None:
    fixed = eocd.fixed
    if locator is None:
        return
    if eocd64 is None:
        message = "the zip64 locator points at no zip64 end record"
        directory.damage.append(Damage(DamageKind.ZIP64_MISSING, locator.offset, message))
        return
    large = eocd64.fixed
    wrong: list[str] = []
    for name, full in (
        ("disk_number", FULL16),
        ("directory_disk", FULL16),
        ("entries_on_disk", FULL16),
        ("entries_total", FULL16),
        ("directory_size", FULL32),
        ("directory_offset", FULL32),
    ):
        small: int = getattr(fixed, name)
        if small not in (full, getattr(large, name)):
            wrong.append(name)
    if locator.fixed.end64_offset + (directory.shift) != eocd64.offset:
        wrong.append("end64_offset")
    if wrong:
        message = "the zip64 end record, its locator and the end record contradict each other"
        directory.anomalies.append(
            Anomaly(
                AnomalyKind.ZIP64_DISAGREES,
                eocd64.offset,
                eocd.stop,
                message,
                fields=tuple(wrong),
            )
        )
    if eocd64.fixed.record_size != END64_SIZE - 12:
        directory.anomalies.append(
            Anomaly(
                AnomalyKind.ZIP64_EXTENSIBLE,
                eocd64.offset,
                eocd64.stop,
                f"the zip64 end record says it has {eocd64.fixed.record_size} bytes "
                f"instead of {END64_SIZE - 12}",
            )
        )
    disks = (large.disk_number, large.directory_disk, locator.fixed.end64_disk)
    if any(disks) or locator.fixed.disks_total > 1 or large.entries_on_disk != large.entries_total:
        directory.anomalies.append(
            Anomaly(
                AnomalyKind.DISK_NUMBERS,
                eocd64.offset,
                locator.stop,
                f"the zip64 records speak of disks {disks[0]}, {disks[1]} and {disks[2]} "
                f"of {locator.fixed.disks_total}",
            )
        )
