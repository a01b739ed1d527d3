"""Walk forward over local headers where no central directory says what there is.

Used for a file whose directory is missing or broken, and for the gaps of a sound one, in which a
member may be hidden.  Nothing is inflated: the end of data of unknown size is found by the data
descriptor whose size leads back to their start.  The cost is linear in the bytes walked.
"""

import re
from collections.abc import Iterator
from itertools import chain
from typing import Final

from reprodiff.artifacts.zipformat.fields import (
    BARE,
    BARE_WIDE,
    FLAG_DESCRIPTOR,
    SIGNED,
    SIGNED_WIDE,
    DescriptorShape,
)
from reprodiff.artifacts.zipformat.headers import (
    HeaderReader,
    local_sizes,
    match_descriptor,
    read_descriptor,
)
from reprodiff.artifacts.zipformat.records import UNKNOWN, Descriptor, LocalHeader
from reprodiff.limits import Limits
from reprodiff.records import NamedTuple, dataclass, field

LOCAL_MARK: Final = b"PK\x03\x04"
CENTRAL_MARK: Final = b"PK\x01\x02"
END_MARK: Final = b"PK\x05\x06"

_RECORD: Final = re.compile(rb"PK(?:\x03\x04|\x01\x02|\x05\x06|\x06\x06|\x06\x07)")
_HEADER: Final = re.compile(rb"PK(?:\x03\x04|\x01\x02)")
# What may follow a data descriptor without a signature, and a descriptor that has one.
_BEHIND_DATA: Final = re.compile(rb"PK(?:\x07\x08|\x03\x04|\x01\x02|\x05\x06|\x06\x06)")
_DESCRIPTOR_MARK: Final = b"PK\x07\x08"


class Found(NamedTuple):
    """A local header and the data that follow it."""

    local: LocalHeader
    csize: int
    usize: int
    crc: int
    data_stop: int
    descriptor: Descriptor | None
    cut: bool
    """The declared data do not fit."""

    @property
    def stop(self) -> int:
        """First byte behind the record."""
        return self.descriptor.stop if self.descriptor else self.data_stop


class Stray(NamedTuple):
    """Signatures of one kind that belong to no local record."""

    total: int
    first: int
    """Offset of the first one."""
    last: int


@dataclass(slots=True)
class Survey:
    """What a walk found between its two ends."""

    found: list[Found] = field(default_factory=list)
    strays: dict[bytes, Stray] = field(default_factory=dict)
    """By signature; those inside of member data are not counted."""

    def note(self, mark: bytes, offset: int) -> None:
        """Count one more signature."""
        before = self.strays.get(mark)
        self.strays[mark] = (
            Stray(before.total + 1, before.first, offset) if before else Stray(1, offset, offset)
        )


def walk(reader: HeaderReader, start: int, stop: int, limits: Limits) -> Survey:
    """Find the local records that lie between ``start`` and ``stop``."""
    survey = Survey()
    ends = _DataEnds(reader.data, stop, limits)
    at = start
    while (hit := _RECORD.search(reader.data, at, stop)) is not None:
        mark, at = hit.group(), hit.start()
        if mark == LOCAL_MARK and (local := reader.local(at, stop)) is not None:
            if len(survey.found) >= limits.max_entries:
                raise limits.reached("max_entries")
            record = _record(reader.data, local, stop, ends)
            survey.found.append(record)
            at = record.stop
            continue
        reader.mark()
        survey.note(mark, at)
        # A name in a central header may look like a record: step over the whole header.
        central = reader.central(at, stop) if mark == CENTRAL_MARK else None
        at = central.stop if central else at + len(mark)
    return survey


def strays(data: memoryview, start: int, stop: int) -> Survey:
    """Count all signatures between ``start`` and ``stop``, whatever they belong to."""
    survey = Survey()
    for hit in _RECORD.finditer(data, start, stop):
        survey.note(hit.group(), hit.start())
    return survey


def _record(data: memoryview, local: LocalHeader, stop: int, ends: "_DataEnds") -> Found:
    sizes = local_sizes(local)
    start = local.stop
    if local.fixed.flags & FLAG_DESCRIPTOR and sizes.csize == 0:
        descriptor = ends.after(start)
        if descriptor is not None:
            csize, usize, crc = descriptor.csize, descriptor.usize, descriptor.crc
            return Found(local, csize, usize, crc, descriptor.offset, descriptor, cut=False)
        data_stop = _next_header(data, start, stop)
        return Found(local, data_stop - start, UNKNOWN, UNKNOWN, data_stop, None, cut=True)
    data_stop = start + sizes.csize
    values = (local.fixed.crc, sizes.csize, sizes.usize)
    if data_stop <= stop:
        descriptor = None
        if local.fixed.flags & FLAG_DESCRIPTOR:
            descriptor = match_descriptor(data, data_stop, stop, values)
        if descriptor is not None and descriptor.stop > stop:
            descriptor = None
        return Found(local, sizes.csize, sizes.usize, values[0], data_stop, descriptor, cut=False)
    # Stored data may hold headers of their own; any other data hold one by chance only, so that
    # a header in them shows that the size is wrong.
    data_stop = stop if local.fixed.method == 0 else _next_header(data, start, stop)
    return Found(local, sizes.csize, sizes.usize, values[0], data_stop, None, cut=True)


def _next_header(data: memoryview, start: int, stop: int) -> int:
    hit = _HEADER.search(data, start, stop)
    return hit.start() if hit else stop


class _DataEnds:
    """For each possible start of data, the descriptor whose size leads back to it.

    Made when first asked for, in one pass over all that is left to walk, so that the walk stays
    linear however many members lack a size.
    """

    def __init__(self, data: memoryview, stop: int, limits: Limits) -> None:
        self._data = data
        self._stop = stop
        self._limits = limits
        self._ends: dict[int, tuple[int, DescriptorShape]] | None = None

    def after(self, start: int) -> Descriptor | None:
        """Return the first descriptor that belongs to data beginning at ``start``."""
        if self._ends is None:
            self._ends = self._index(start)
        place = self._ends.get(start)
        return read_descriptor(self._data, *place, self._stop) if place else None

    def _index(self, start: int) -> dict[int, tuple[int, DescriptorShape]]:
        ends: dict[int, tuple[int, DescriptorShape]] = {}
        hits = _BEHIND_DATA.finditer(self._data, start, self._stop)
        marks = ((hit.group(), hit.start()) for hit in hits)
        for mark, at in chain(marks, [(b"", self._stop)]):
            for offset, shape in self._candidates(mark, at):
                found = read_descriptor(self._data, offset, shape, self._stop)
                if found is not None and found.csize <= offset - start:
                    ends.setdefault(offset - found.csize, (offset, shape))
            if len(ends) > 4 * self._limits.max_entries:
                raise self._limits.reached("max_entries")
        return ends

    def _candidates(self, mark: bytes, at: int) -> Iterator[tuple[int, DescriptorShape]]:
        if mark != _DESCRIPTOR_MARK:
            yield at - BARE.layout.size, BARE
            yield at - BARE_WIDE.layout.size, BARE_WIDE
            return
        # A wide form with sizes below 4 GiB also reads as a narrow one with a plain size of 0;
        # what follows tells them apart.
        narrow = self._goes_on(at + SIGNED.layout.size)
        wide = self._goes_on(at + SIGNED_WIDE.layout.size)
        order = (SIGNED_WIDE, SIGNED) if wide and not narrow else (SIGNED, SIGNED_WIDE)
        for shape in order:
            yield at, shape

    def _goes_on(self, at: int) -> bool:
        return at == self._stop or bytes(self._data[at : at + 2]) == b"PK"
