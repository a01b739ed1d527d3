"""Read the central directory and find the local record of each of its members."""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Final

from reprodiff.artifacts.zipformat.damage import Damage, DamageKind
from reprodiff.artifacts.zipformat.ending import Directory
from reprodiff.artifacts.zipformat.fields import FLAG_DESCRIPTOR, FULL32
from reprodiff.artifacts.zipformat.headers import (
    HeaderReader,
    central_sizes,
    guess_descriptor,
    is_local,
    match_descriptor,
)
from reprodiff.artifacts.zipformat.records import (
    CentralHeader,
    HeaderRun,
    LocalHeader,
    ZipEntry,
)
from reprodiff.artifacts.zipformat.walk import CENTRAL_MARK
from reprodiff.limits import Limits
from reprodiff.records import dataclass, field

_CENTRAL: Final = re.compile(re.escape(CENTRAL_MARK))


@dataclass(slots=True)
class Headers:
    """The central directory as it was read."""

    headers: list[CentralHeader] = field(default_factory=list)
    runs: list[HeaderRun] = field(default_factory=list)
    damage: list[Damage] = field(default_factory=list)


def read_directory(reader: HeaderReader, directory: Directory, limits: Limits) -> Headers:
    """Read all central headers; bytes between them that are none are stepped over."""
    result = Headers()
    headers = result.headers
    at = start = directory.start
    first = 0
    while at < directory.stop:
        header = reader.central(at, directory.stop)
        if header is not None:
            if len(headers) >= limits.max_entries:
                raise limits.reached("max_entries")
            headers.append(header)
            at = header.stop
            continue
        if len(headers) > first:
            result.runs.append(HeaderRun(start, at, first, len(headers) - first))
        again = _resume(reader, at, directory, result)
        if again is None:
            return result
        at = start = again
        first = len(headers)
    if len(headers) > first:
        result.runs.append(HeaderRun(start, at, first, len(headers) - first))
    return result


def _resume(reader: HeaderReader, at: int, directory: Directory, result: Headers) -> int | None:
    """Find where headers go on behind bytes that are none; ``None`` if they do not."""
    count = len(result.headers)
    cut = bytes(reader.data[at : at + 4]) == CENTRAL_MARK
    unknown = directory.declared < 0
    if not (cut or unknown or directory.declared > count):
        # All that should be there is: what follows is a gap, not damage.
        return None
    hit = _CENTRAL.search(reader.data, at + 1, directory.stop)
    if unknown and not cut and hit is None:
        return None
    if cut:
        message = f"the header after {count} others reaches beyond the central directory"
        result.damage.append(Damage(DamageKind.DIRECTORY_CUT, at, message))
    else:
        until = hit.start() if hit else directory.stop
        message = f"{until - at} bytes after {count} central headers are no header"
        result.damage.append(Damage(DamageKind.DIRECTORY_BROKEN, at, message))
    return hit.start() if hit else None


_RELAX_EVERY: Final = 512
"""Local headers; each may bring in 64 KiB, the pages a system maps around the one asked for."""


def link(
    reader: HeaderReader,
    headers: Sequence[CentralHeader],
    directory: Directory,
    relax: Callable[[], object] | None = None,
) -> tuple[list[ZipEntry], list[Damage]]:
    """Make an entry of each central header and the local record it points at."""
    entries: list[ZipEntry] = []
    damage: list[Damage] = []
    seen: dict[int, LocalHeader] = {}
    size, shift = len(reader.data), directory.shift
    described = False
    for ordinal, central in enumerate(headers):
        if relax is not None and ordinal % _RELAX_EVERY == _RELAX_EVERY - 1:
            relax()
        fixed = central.fixed
        csize, usize, offset = fixed.csize, fixed.usize, fixed.local_offset
        if FULL32 in (csize, usize, offset):
            usize, csize, offset, _disk, _complete = central_sizes(central)
        offset += shift
        local = seen.get(offset) or reader.local(offset, size, central.name)
        if local is None:
            start = stop = 0
            damage.append(_no_local(reader, ordinal, offset))
        else:
            seen[offset] = local
            start = local.stop
            stop = start + csize
            if stop > size:
                damage.append(_data_cut(ordinal, start, csize, size))
                stop = size
            described = described or bool((fixed.flags | local.fixed.flags) & FLAG_DESCRIPTOR)
        entries.append(
            ZipEntry(ordinal, central, local, csize, usize, fixed.crc, start, stop, None)
        )
    if described:
        _find_descriptors(reader.data, entries, directory.start)
    return entries, damage


def _no_local(reader: HeaderReader, ordinal: int, offset: int) -> Damage:
    if is_local(reader.data, offset):
        message = "the local header reaches beyond the end of the file"
        return Damage(DamageKind.LOCAL_CUT, offset, message, ordinal)
    message = f"there is no local header at byte {offset}"
    return Damage(DamageKind.LOCAL_MISSING, offset, message, ordinal)


def _data_cut(ordinal: int, start: int, csize: int, size: int) -> Damage:
    message = f"{size - start} of {csize} stored bytes are in the file"
    return Damage(DamageKind.DATA_CUT, start, message, ordinal)


def _find_descriptors(data: memoryview, entries: list[ZipEntry], directory_start: int) -> None:
    """Add the data descriptors; what begins next tells their forms apart where values do not."""
    starts = sorted({entry.local.offset for entry in entries if entry.local is not None})
    starts.append(directory_start)
    for place, entry in enumerate(entries):
        local, central = entry.local, entry.central
        if local is None or central is None:
            continue
        if not (local.fixed.flags | central.fixed.flags) & FLAG_DESCRIPTOR:
            continue
        after = bisect_right(starts, local.offset)
        boundary = starts[after] if after < len(starts) else len(data)
        at = entry.data_stop
        found = match_descriptor(data, at, boundary, (entry.crc, entry.csize, entry.usize))
        if found is None:
            found = guess_descriptor(data, at, boundary)
        if found is not None:
            entries[place] = entry._replace(descriptor=found)
