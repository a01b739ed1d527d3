"""Find where a zip file's records contradict each other or invite readers to disagree."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from reprodiff.artifacts.zipformat.damage import Anomaly, AnomalyKind
from reprodiff.artifacts.zipformat.extra import (
    MALFORMED,
    UNICODE_PATH,
    first_payload,
    is_plain,
    repeats_sizes,
    unicode_text,
)
from reprodiff.artifacts.zipformat.fields import (
    FLAG_DESCRIPTOR,
    FLAG_UTF8,
    FULL16,
    FULL32,
    LOCAL_FIELDS,
)
from reprodiff.artifacts.zipformat.headers import central_sizes, local_sizes
from reprodiff.artifacts.zipformat.records import CentralHeader, LocalHeader, ZipEntry, decode_name

_SHARED: Final = tuple(field.name for field in LOCAL_FIELDS[1:9])
"""Names of the fields that local and central header both have, in their common order."""
_CRC, _CSIZE, _USIZE = (_SHARED.index(name) for name in ("crc", "csize", "usize"))

_NEEDED: Final = _SHARED.index("extract_version")
_READ_BY_ALL: Final = 45
"""The version needed for zip64 (APPNOTE 4.4.3.2).

Nothing reads the field but to refuse what is too new, and no reader in use stops below this one:
Info-ZIP asks for it in front of directories only, when told to write zip64 fields.
"""


def check_entries(entries: Sequence[ZipEntry]) -> Iterator[Anomaly]:
    """Yield what is odd about single entries, in their order."""
    for entry in entries:
        central, local = entry.central, entry.local
        header = central or local
        if header is None:
            continue
        if central is not None and local is not None:
            # Fields 1 to 8 of the local header are 3 to 10 of the central one.
            if central.fixed[3:11] != local.fixed[1:9]:
                yield from _compare(entry, central, local)
            if central.name != local.name:
                message = "local and central header differ in name"
                yield _about(entry, AnomalyKind.NAME_MISMATCH, message)
        if central is not None and central.fixed.disk_start:
            yield from _check_disk(entry, central)
        for side in (central, local):
            if side is not None and (side.extra or FULL32 in side.fixed):
                yield from _check_extra(entry, side)
        if not (header.name.isascii() and header.name and b"\0" not in header.name):
            yield from _check_name(entry, header.name)
        if entry.usize > 0 and header.name.endswith(b"/"):
            message = "the name ends in a slash, and it has data"
            yield _about(entry, AnomalyKind.DIRECTORY_WITH_DATA, message)
        if (header.fixed.flags | (local.fixed.flags if local else 0)) & FLAG_DESCRIPTOR:
            yield from _check_descriptor(entry)


def check_duplicates(entries: Sequence[ZipEntry]) -> Iterator[Anomaly]:
    """Yield one anomaly for each name that several entries share, as bytes or as text."""
    raw = {entry.raw_name for entry in entries}
    if len(raw) == len(entries) and not any(map(_may_be_read_otherwise, entries)):
        return
    groups: dict[str, list[int]] = {}
    for entry in entries:
        # What one reader or another takes for the name.
        names = [entry.name]
        if not entry.raw_name.isascii():
            names.append(decode_name(entry.raw_name, FLAG_UTF8))
        if (path := entry.unicode_path) is not None:
            names.append(path.text)
        for name in dict.fromkeys(names):
            groups.setdefault(name, []).append(entry.ordinal)
    seen: set[tuple[int, ...]] = set()
    for group in groups.values():
        members = tuple(group)
        if len(members) < 2 or members in seen:
            continue
        seen.add(members)
        first, last = (_header_span(entries[ordinal]) for ordinal in (members[0], members[-1]))
        yield Anomaly(
            AnomalyKind.DUPLICATE_NAME,
            min(first[0], last[0]),
            max(first[1], last[1]),
            f"{len(members)} members have one name, at least to some readers, "
            "which take the first or the last",
            entries=members,
            count=len(members),
        )


def _may_be_read_otherwise(entry: ZipEntry) -> bool:
    header = entry.central or entry.local
    return header is not None and not (header.name.isascii() and is_plain(header.extra))


def _header_span(entry: ZipEntry) -> tuple[int, int]:
    header = entry.central or entry.local
    return (header.offset, header.stop) if header else (0, 0)


def _about(entry: ZipEntry, kind: AnomalyKind, message: str, fields: Iterable[str] = ()) -> Anomaly:
    return Anomaly(kind, *_header_span(entry), message, (entry.ordinal,), tuple(fields))


def _compare(entry: ZipEntry, central: CentralHeader, local: LocalHeader) -> Iterator[Anomaly]:
    """Compare the fields both headers have, with zip64 resolved and later values allowed for."""
    theirs, ours = list(central.fixed[3:11]), list(local.fixed[1:9])
    if FULL32 in theirs or FULL32 in ours:
        small, large = local_sizes(local), central_sizes(central)
        ours[_CSIZE], ours[_USIZE] = small.csize, small.usize
        theirs[_CSIZE], theirs[_USIZE] = large.csize, large.usize
    if local.fixed.flags & FLAG_DESCRIPTOR:
        for number in (_CRC, _CSIZE, _USIZE):
            if ours[number] == 0:
                ours[number] = theirs[number]
    fields = [name for name, one, other in zip(_SHARED, theirs, ours, strict=True) if one != other]
    if max(theirs[_NEEDED], ours[_NEEDED]) <= _READ_BY_ALL and "extract_version" in fields:
        fields.remove("extract_version")
    if fields:
        yield _about(
            entry,
            AnomalyKind.FIELD_MISMATCH,
            f"local and central header differ in {', '.join(fields)}",
            fields,
        )


def _check_disk(entry: ZipEntry, central: CentralHeader) -> Iterator[Anomaly]:
    disk = central.fixed.disk_start
    if disk == FULL16:
        disk = central_sizes(central).disk
    if disk:
        yield _about(entry, AnomalyKind.DISK_NUMBERS, f"the member begins on disk {disk}")


def _check_extra(entry: ZipEntry, header: CentralHeader | LocalHeader) -> Iterator[Anomaly]:
    if FULL32 not in header.fixed and is_plain(header.extra):
        return
    own = [header.fixed.usize, header.fixed.csize]
    if isinstance(header, CentralHeader):
        side, sizes = "central", central_sizes(header)
        own.append(header.fixed.local_offset)
    else:
        side, sizes = "local", local_sizes(header)
    fields = header.extra_fields()
    ids = Counter(field.id for field in fields)
    if MALFORMED in ids:
        message = f"{len(fields[-1].payload)} bytes of the {side} extra area make up no field"
        yield _about(entry, AnomalyKind.EXTRA_MALFORMED, message, (side,))
    repeated = sorted(identity for identity, times in ids.items() if times > 1)
    if repeated:
        listed = ", ".join(f"0x{identity:04x}" for identity in repeated)
        message = f"the {side} extra area has several fields of {listed}"
        yield _about(entry, AnomalyKind.EXTRA_REPEATED, message, (side,))
    if not (sizes.complete or repeats_sizes(header.extra, own)):
        message = f"the {side} header's sizes and its zip64 extra field do not fit"
        yield _about(entry, AnomalyKind.ZIP64_EXTRA, message, (side,))
    if UNICODE_PATH in ids:
        yield from _check_unicode_path(entry, header, side)


def _check_unicode_path(
    entry: ZipEntry, header: CentralHeader | LocalHeader, side: str
) -> Iterator[Anomaly]:
    path = unicode_text(first_payload(header.extra, UNICODE_PATH) or b"", header.name)
    name = decode_name(header.name, header.fixed.flags)
    if path is None or not path.valid or path.text != name:
        state = "valid" if path is not None and path.valid else "not valid"
        yield _about(
            entry,
            AnomalyKind.UNICODE_PATH,
            f"the {side} header has a Unicode path field that is {state} and not its name",
            (side,),
        )


def _check_name(entry: ZipEntry, name: bytes) -> Iterator[Anomaly]:
    if not name:
        yield _about(entry, AnomalyKind.NAME_EMPTY, "the member has no name")
    if b"\0" in name:
        message = "the name has a NUL byte: some readers end it there"
        yield _about(entry, AnomalyKind.NAME_NUL, message)
    if not name.isascii() and entry.flags & FLAG_UTF8:
        try:
            name.decode()
        except UnicodeDecodeError:
            message = "the name says it is UTF-8, and is not"
            yield _about(entry, AnomalyKind.NAME_NOT_UTF8, message)


def _check_descriptor(entry: ZipEntry) -> Iterator[Anomaly]:
    found = entry.descriptor
    if entry.local is None or entry.central is None:
        return
    if found is None:
        message = "no data descriptor follows the data, though the flag promises one"
        yield _about(entry, AnomalyKind.DESCRIPTOR_MISSING, message)
        return
    values = {"crc": entry.crc, "csize": entry.csize, "usize": entry.usize}
    fields = [name for name, value in values.items() if getattr(found, name) != value]
    if fields:
        yield Anomaly(
            AnomalyKind.DESCRIPTOR_MISMATCH,
            found.offset,
            found.stop,
            f"data descriptor and central header differ in {', '.join(fields)}",
            (entry.ordinal,),
            tuple(fields),
        )
