"""Read a zip file without trusting it.

Nothing is opened, extracted or decompressed here: bytes in, records and facts out.  Damage does
not stop the reader: a missing or broken central directory is replaced by a walk over the local
headers.  Format facts are from PKWARE's APPNOTE.TXT 6.3.10.
"""

import mmap
from collections.abc import Callable, Iterator

from reprodiff.artifacts.zipformat.checks import check_duplicates, check_entries
from reprodiff.artifacts.zipformat.coverage import end_stretches, stretches, sweep
from reprodiff.artifacts.zipformat.damage import Anomaly, AnomalyKind, Damage
from reprodiff.artifacts.zipformat.directory import link, read_directory
from reprodiff.artifacts.zipformat.ending import Directory, locate
from reprodiff.artifacts.zipformat.gaps import search_comment, search_gaps
from reprodiff.artifacts.zipformat.headers import HeaderReader
from reprodiff.artifacts.zipformat.records import ZipArchive, ZipEntry
from reprodiff.limits import Limits


def read_zip(
    data: bytes | bytearray | memoryview | mmap.mmap,
    limits: Limits | None = None,
    relax: Callable[[], object] | None = None,
) -> ZipArchive:
    """Read the records of a zip file.

    The archive keeps a view of ``data``, which must not change or be closed while it is used.
    Local headers lie all over the file; ``relax`` is called after every few hundred of them, to
    give back the pages of a mapping.

    Raises:
        ZipFormatError: There is no zip record at all.
        LimitError: The file has more entries, or larger headers, than the limits allow.
    """
    limits = limits or Limits()
    view = memoryview(data).cast("B")
    directory = locate(view, limits)
    reader = HeaderReader(view, limits)
    central = read_directory(reader, directory, limits)
    listed, broken = link(reader, central.headers, directory, relax)
    ends = end_stretches(directory.eocd, directory.eocd64, directory.locator)
    coverage = sweep(stretches(listed, central.runs, ends), len(view))
    gaps = search_gaps(reader, coverage.gaps, listed, directory, limits)
    entries = [*listed, *gaps.found]
    sound = directory.sound and not central.damage
    damage: list[Damage] = [*directory.damage, *central.damage, *broken, *gaps.damage]
    anomalies: list[Anomaly] = [
        *directory.anomalies,
        *_judge_end(reader, directory, len(listed)),
        *coverage.shared,
        *gaps.anomalies,
        *(_hidden(gaps.found) if sound else ()),
        *check_entries(entries),
        *check_duplicates(entries),
    ]
    return ZipArchive(
        data=view,
        entries=tuple(listed if sound else entries),
        hidden=tuple(gaps.found if sound else ()),
        runs=tuple(central.runs),
        eocd=directory.eocd,
        eocd64=directory.eocd64,
        locator=directory.locator,
        shift=directory.shift,
        order_on_disk=_order(entries),
        clipped=coverage.clipped,
        damage=tuple(sorted(damage, key=lambda item: (item.offset, item.entry, item.kind))),
        anomalies=tuple(
            sorted(anomalies, key=lambda item: (item.start, item.stop, item.kind, item.entries))
        ),
    )


def _order(entries: list[ZipEntry]) -> tuple[int, ...]:
    placed = [entry.ordinal for entry in entries if entry.local is not None]
    placed.sort(key=lambda ordinal: entries[ordinal].local_offset)
    return tuple(placed)


def _judge_end(reader: HeaderReader, directory: Directory, read: int) -> Iterator[Anomaly]:
    """Compare the end record with the directory that was read."""
    eocd = directory.eocd
    if eocd is None:
        return
    if directory.shift:
        message = f"recorded offsets are off by {directory.shift:,} bytes"
        yield Anomaly(AnomalyKind.OFFSET_SHIFT, 0, max(directory.shift, 0), message)
    if directory.declared != read:
        message = f"the end record counts {directory.declared} entries, the directory has {read}"
        yield Anomaly(AnomalyKind.COUNT_MISMATCH, eocd.offset, eocd.stop, message)
    yield from search_comment(reader, eocd.stop - len(eocd.comment), eocd.stop)


def _hidden(found: list[ZipEntry]) -> Iterator[Anomaly]:
    for entry in found:
        yield Anomaly(
            AnomalyKind.HIDDEN_LOCAL,
            entry.local_offset,
            entry.record_stop,
            "a local header, with its data, that the central directory does not list",
            (entry.ordinal,),
        )
