"""Which bytes the records of a zip file cover, which they share, and which they leave out."""

from collections.abc import Iterable, Iterator, Sequence
from enum import IntEnum
from operator import attrgetter

from reprodiff.artifacts.zipformat.damage import Anomaly, AnomalyKind
from reprodiff.artifacts.zipformat.records import (
    End64Record,
    EndRecord,
    HeaderRun,
    Locator,
    ZipEntry,
)
from reprodiff.records import NamedTuple, dataclass, field


class Part(IntEnum):
    """What a stretch of the file holds."""

    LOCAL = 0
    """A local record; its number is the entry's ordinal."""
    RUN = 1
    """Central headers; its number is that of the run."""
    END64 = 2
    LOCATOR = 3
    END = 4


class Stretch(NamedTuple):
    """The bytes of one record, or of one run of them."""

    start: int
    stop: int
    part: Part
    number: int


class Gap(NamedTuple):
    """Bytes no record covers."""

    start: int
    stop: int
    before: int
    """Ordinal of the entry whose local record ends where the gap begins, -1 if none does."""


@dataclass(slots=True)
class Coverage:
    """What a sweep over all records found."""

    gaps: list[Gap] = field(default_factory=list)
    clipped: dict[int, int] = field(default_factory=dict)
    """See :attr:`ZipArchive.clipped <reprodiff.artifacts.zipformat.records.ZipArchive>`."""
    shared: list[Anomaly] = field(default_factory=list)


def stretches(
    entries: Sequence[ZipEntry], runs: Iterable[HeaderRun], ends: Iterable[Stretch]
) -> list[Stretch]:
    """List all records by their start; of those at one start, the first entry comes last."""
    items = [
        Stretch(entry.local.offset, entry.record_stop, Part.LOCAL, entry.ordinal)
        for entry in reversed(entries)
        if entry.local is not None
    ]
    items += [Stretch(run.start, run.stop, Part.RUN, number) for number, run in enumerate(runs)]
    items += ends
    # The sort is stable.
    items.sort(key=attrgetter("start"))
    return items


def end_stretches(
    eocd: EndRecord | None, eocd64: End64Record | None, locator: Locator | None
) -> Iterator[Stretch]:
    """Yield the records behind the central directory, as far as there are any."""
    if eocd64 is not None:
        yield Stretch(eocd64.offset, eocd64.stop, Part.END64, 0)
    if locator is not None:
        yield Stretch(locator.offset, locator.stop, Part.LOCATOR, 0)
    if eocd is not None:
        yield Stretch(eocd.offset, eocd.stop, Part.END, 0)


def sweep(items: Sequence[Stretch], size: int) -> Coverage:
    """Go over the records in order and compare each with what lies before it."""
    coverage = Coverage()
    cursor = 0
    holder: Stretch | None = None
    last: Stretch | None = None
    same: list[int] = []
    for item in items:
        if last is not None and last.stop > item.start and last.part is Part.LOCAL:
            coverage.clipped[last.number] = item.start
        if last is not None and last.start == item.start and item.part is last.part is Part.LOCAL:
            same.append(last.number)
        else:
            _note_same(coverage, same, last)
            if item.start > cursor:
                coverage.gaps.append(Gap(cursor, item.start, _holder(holder)))
            elif holder is not None and item.start < cursor:
                coverage.shared.append(_overlap(holder, item, cursor))
        if item.stop > cursor or holder is None:
            cursor, holder = max(cursor, item.stop), item
        last = item
    _note_same(coverage, same, last)
    if cursor < size:
        coverage.gaps.append(Gap(cursor, size, _holder(holder)))
    return coverage


def _holder(holder: Stretch | None) -> int:
    return holder.number if holder is not None and holder.part is Part.LOCAL else -1


def _note_same(coverage: Coverage, same: list[int], last: Stretch | None) -> None:
    """Report the entries at one local header, all but ``last`` in ``same``, and forget them."""
    if not same or last is None:
        return
    ordinals = tuple(sorted((*same, last.number)))
    same.clear()
    coverage.shared.append(
        Anomaly(
            AnomalyKind.SHARED_LOCAL,
            last.start,
            last.stop,
            f"{len(ordinals)} central headers point at one local header",
            ordinals,
            count=len(ordinals),
        )
    )


def _overlap(holder: Stretch, item: Stretch, cursor: int) -> Anomaly:
    stop = min(cursor, item.stop)
    ordinals = tuple(sorted({each.number for each in (holder, item) if each.part is Part.LOCAL}))
    return Anomaly(
        AnomalyKind.OVERLAP,
        item.start,
        stop,
        f"two records share {stop - item.start} bytes",
        ordinals,
    )
