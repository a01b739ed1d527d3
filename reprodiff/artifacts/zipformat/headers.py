"""Read single records at given places; ``None`` where there is none."""

from typing import Final

from reprodiff.artifacts.zipformat.extra import Zip64Values, zip64_values
from reprodiff.artifacts.zipformat.fields import (
    CENTRAL,
    CENTRAL_SIGNATURE,
    CENTRAL_SIZE,
    DESCRIPTOR_SHAPES,
    DESCRIPTOR_SIGNATURE,
    END,
    END64,
    END64_SIGNATURE,
    END64_SIZE,
    END_SIGNATURE,
    END_SIZE,
    LOCAL,
    LOCAL_SIGNATURE,
    LOCAL_SIZE,
    LOCATOR,
    LOCATOR_SIGNATURE,
    LOCATOR_SIZE,
    CentralFields,
    DescriptorShape,
    End64Fields,
    EndFields,
    LocalFields,
    LocatorFields,
)
from reprodiff.artifacts.zipformat.records import (
    CentralHeader,
    Descriptor,
    End64Record,
    EndRecord,
    LocalHeader,
    Locator,
)
from reprodiff.limits import Limits

_LOCAL_UNPACK: Final = LOCAL.unpack_from
_CENTRAL_UNPACK: Final = CENTRAL.unpack_from


class HeaderReader:
    """Reads headers and counts what it has to hold of them.

    Headers may lie over one another, so what they hold is not bounded by the file's size; a
    reader raises :class:`~reprodiff.errors.LimitError` above ``max_header_bytes``, and above
    ``max_entries`` for signatures of records that are none.
    """

    __slots__ = ("_held", "_limits", "_marks", "data")

    def __init__(self, data: memoryview, limits: Limits) -> None:
        self.data = data
        self._limits = limits
        self._held = 0
        self._marks = 0

    def _hold(self, size: int) -> None:
        self._held += size
        if self._held > self._limits.max_header_bytes:
            raise self._limits.reached("max_header_bytes")

    def mark(self) -> None:
        """Count a signature that belongs to no member; there may be as many as entries."""
        self._marks += 1
        if self._marks > self._limits.max_entries:
            raise self._limits.reached("max_entries")

    def central(self, offset: int, stop: int) -> CentralHeader | None:
        """Read the central header that lies wholly between ``offset`` and ``stop``."""
        if offset + CENTRAL_SIZE > stop:
            return None
        data = self.data
        fixed = CentralFields._make(_CENTRAL_UNPACK(data, offset))
        if fixed.signature != CENTRAL_SIGNATURE:
            return None
        name_start = offset + CENTRAL_SIZE
        extra_start = name_start + fixed.name_length
        comment_start = extra_start + fixed.extra_length
        end = comment_start + fixed.comment_length
        if end > stop:
            return None
        self._hold(end - name_start)
        return CentralHeader(
            offset,
            fixed,
            bytes(data[name_start:extra_start]),
            bytes(data[extra_start:comment_start]) if fixed.extra_length else b"",
            bytes(data[comment_start:end]) if fixed.comment_length else b"",
        )

    def local(self, offset: int, stop: int, name: bytes = b"") -> LocalHeader | None:
        """Read the local header that lies wholly between ``offset`` and ``stop``.

        ``name`` is the central header's: an equal name is held once.
        """
        if offset < 0 or offset + LOCAL_SIZE > stop:
            return None
        data = self.data
        fixed = LocalFields._make(_LOCAL_UNPACK(data, offset))
        if fixed.signature != LOCAL_SIGNATURE:
            return None
        name_start = offset + LOCAL_SIZE
        extra_start = name_start + fixed.name_length
        end = extra_start + fixed.extra_length
        if end > stop:
            return None
        found = bytes(data[name_start:extra_start])
        if found == name:
            found = name
        else:
            self._hold(len(found))
        extra = b""
        if fixed.extra_length:
            self._hold(fixed.extra_length)
            extra = bytes(data[extra_start:end])
        return LocalHeader(offset, fixed, found, extra)


def is_local(data: memoryview, offset: int) -> bool:
    """Whether the fixed part of a local header fits here."""
    return (
        0 <= offset <= len(data) - LOCAL_SIZE and _LOCAL_UNPACK(data, offset)[0] == LOCAL_SIGNATURE
    )


def local_sizes(local: LocalHeader) -> Zip64Values:
    """Return the local header's own sizes."""
    fixed = local.fixed
    return zip64_values(local.extra, usize=fixed.usize, csize=fixed.csize, offset=0, disk=0)


def central_sizes(central: CentralHeader) -> Zip64Values:
    """Return sizes, offset and disk as the central header gives them."""
    fixed = central.fixed
    return zip64_values(
        central.extra,
        usize=fixed.usize,
        csize=fixed.csize,
        offset=fixed.local_offset,
        disk=fixed.disk_start,
    )


def read_end(data: memoryview, offset: int) -> EndRecord | None:
    """Read the end record; its comment is cut at the end of the file."""
    if not 0 <= offset <= len(data) - END_SIZE:
        return None
    fixed = EndFields._make(END.unpack_from(data, offset))
    if fixed.signature != END_SIGNATURE:
        return None
    start = offset + END_SIZE
    return EndRecord(offset, fixed, bytes(data[start : start + fixed.comment_length]))


def read_end64(data: memoryview, offset: int, stop: int) -> End64Record | None:
    """Read the zip64 end record before ``stop``, at which it is cut."""
    if not 0 <= offset <= stop - END64_SIZE:
        return None
    fixed = End64Fields._make(END64.unpack_from(data, offset))
    if fixed.signature != END64_SIGNATURE:
        return None
    # The record's size leaves out the signature and itself.
    declared = offset + 12 + fixed.record_size
    return End64Record(offset, fixed, max(offset + END64_SIZE, min(declared, stop)))


def read_locator(data: memoryview, offset: int) -> Locator | None:
    """Read the zip64 locator."""
    if not 0 <= offset <= len(data) - LOCATOR_SIZE:
        return None
    fixed = LocatorFields._make(LOCATOR.unpack_from(data, offset))
    return Locator(offset, fixed) if fixed.signature == LOCATOR_SIGNATURE else None


def read_descriptor(
    data: memoryview, offset: int, shape: DescriptorShape, stop: int
) -> Descriptor | None:
    """Read a data descriptor of a known shape before ``stop``."""
    if not 0 <= offset <= stop - shape.layout.size:
        return None
    values: tuple[int, ...] = shape.layout.unpack_from(data, offset)
    if shape.signed and values[0] != DESCRIPTOR_SIGNATURE:
        return None
    return Descriptor(offset, shape, *values[-3:])


def match_descriptor(
    data: memoryview, offset: int, boundary: int, values: tuple[int, int, int]
) -> Descriptor | None:
    """Find the descriptor at ``offset`` that says ``values``: CRC, stored size, plain size.

    A form that ends at ``boundary``, where the next record begins, is tried first: with a plain
    size of 0 the narrow and the wide form may both fit.
    """
    shapes = sorted(DESCRIPTOR_SHAPES, key=lambda form: offset + form.layout.size != boundary)
    for shape in shapes:
        found = read_descriptor(data, offset, shape, len(data))
        if found and (found.crc, found.csize, found.usize) == values:
            return found
    return None


def guess_descriptor(data: memoryview, offset: int, boundary: int) -> Descriptor | None:
    """Find a descriptor whose values are wrong: signed, or exactly filling up to ``boundary``."""
    found = [read_descriptor(data, offset, shape, len(data)) for shape in DESCRIPTOR_SHAPES]
    likely = [each for each in found if each is not None]
    for each in likely:
        if each.stop == boundary:
            return each
    return likely[0] if likely and likely[0].shape.signed else None
