"""Facts on the extra fields of two zip headers: what each holds, by the layout of its id.

A field that does not have the layout of its id is unknown: ``zip.extra``.
"""

from collections.abc import Iterator
from typing import Final

from reprodiff.artifacts.zipformat import ZipEntry
from reprodiff.artifacts.zipformat import extra as extras
from reprodiff.model import Difference, Span

_TIMES: Final = frozenset({extras.UNIX_TIMES, extras.NTFS_TIMES})
_WIDEST_ID: Final = 8
"""Bytes of a user or group id: wider numbers are none that a system has."""
_OWNERS: Final = frozenset({extras.UNIX_OWNER, extras.UNIX_OWNER_OLD})


def extra_facts(path: str, a: ZipEntry, b: ZipEntry, view: str) -> Iterator[Difference]:
    """Yield what differs in the extra areas of one ``view`` of an entry: central or local."""
    header_a, header_b = getattr(a, view), getattr(b, view)
    if header_a is None or header_b is None or header_a.extra == header_b.extra:
        return
    fields_a = _numbered(header_a.extra_fields())
    fields_b = _numbered(header_b.extra_fields())
    shift_a, shift_b = header_a.extra_start, header_b.extra_start
    same = True
    for key in sorted(fields_a.keys() | fields_b.keys()):
        one, two = fields_a.get(key), fields_b.get(key)
        if one is not None and two is not None and one.payload == two.payload:
            continue
        same = False
        span_a = Span(shift_a + one.start, shift_a + one.stop) if one else None
        span_b = Span(shift_b + two.start, shift_b + two.stop) if two else None
        size = max((span_a or Span(0, 0)).size, (span_b or Span(0, 0)).size)
        label = extras.EXTRA_NAMES.get(key[0], f"{key[0] & 0xFFFF:#06x}")
        yield Difference(
            extra_kind(key[0], one, two, (a.raw_name, b.raw_name), central=view == "central"),
            path,
            f"{view} extra field: {label}",
            one.payload if one else None,
            two.payload if two else None,
            span_a,
            span_b,
            weight=size,
        )
    if same:
        yield Difference(
            "zip.extra",
            path,
            f"{view} extra fields: order",
            header_a.extra,
            header_b.extra,
            weight=len(header_a.extra),
        )


def _numbered(
    fields: tuple[extras.ExtraField, ...],
) -> dict[tuple[int, int], extras.ExtraField]:
    """Key fields by id and how often the id came before."""
    counts: dict[int, int] = {}
    numbered: dict[tuple[int, int], extras.ExtraField] = {}
    for field in fields:
        number = counts.get(field.id, 0)
        counts[field.id] = number + 1
        numbered[field.id, number] = field
    return numbered


def extra_kind(
    identity: int,
    a: extras.ExtraField | None,
    b: extras.ExtraField | None,
    names: tuple[bytes, bytes],
    *,
    central: bool,
) -> str:
    """Return the kind of fact; a field that does not have the layout of its id is unknown."""
    fields = [(field, name) for field, name in zip((a, b), names, strict=True) if field]
    if identity in _TIMES and all(_is_times(field, central=central) for field, _ in fields):
        return "zip.extra-time"
    if identity in _OWNERS and all(_is_owner(field) for field, _ in fields):
        return "zip.extra-owner"
    if identity == extras.ZIP64:
        return "zip.extra-zip64"
    if identity == extras.UNICODE_PATH and all(_repeats(field, name) for field, name in fields):
        return "zip.name-encoding"
    return "zip.extra"


def _is_times(field: extras.ExtraField, *, central: bool) -> bool:
    size = len(field.payload)
    if field.id == extras.NTFS_TIMES:
        # Four reserved bytes, then the one attribute there is: tag 1, 24 bytes.
        return size == 32 and field.payload[:8] == b"\0\0\0\0\1\0\x18\0"
    times = extras.unix_times(field.payload, central=central)
    if times is None or field.payload[0] & ~7:
        return False
    full = 1 + 4 * field.payload[0].bit_count()
    return size in ({1, 5, full} if central else {full})


def _is_owner(field: extras.ExtraField) -> bool:
    payload = field.payload
    if field.id != extras.UNIX_OWNER:
        return len(payload) in {0, 4}
    if extras.unix_owner(payload) is None:
        return False
    widths = payload[1], payload[2 + payload[1]]
    return max(widths) <= _WIDEST_ID and len(payload) == 3 + sum(widths)


def _repeats(field: extras.ExtraField, name: bytes) -> bool:
    text = extras.unicode_text(field.payload, name)
    return text is not None and text.valid and text.raw == name
