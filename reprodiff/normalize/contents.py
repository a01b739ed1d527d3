"""What of a member's own bytes is container: bytecode headers, headers of static archives.

Everything else in a member stays as it is.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from reprodiff.artifacts.ar import FIELDS, ArArchive, ArEntry, is_ar, read_ar
from reprodiff.errors import ReprodiffError
from reprodiff.formats.pyc.errors import PycError
from reprodiff.formats.pyc.reader import HEADER_SIZE, MTIME_SPAN, read_header
from reprodiff.limits import Limits
from reprodiff.normalize.items import Item
from reprodiff.normalize.native import Patch, native_patches
from reprodiff.normalize.rules import Rules
from reprodiff.records import dataclass

STALE: Final = 0
"""The source time of bytecode that Python would not take: no file of a canonical archive has it."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The other members, for what is true of a member only beside them."""

    items: Mapping[str, Item]
    """By display path."""
    zip_times: bool
    """Whether times were kept in steps of two seconds."""


def bytecode_patches(item: Item, view: memoryview, beside: Neighbours, rules: Rules) -> list[Patch]:
    """Return the change of a pyc whose header has the time of its source (PEP 552).

    Python takes such a file only if that is the time that the source has on disk.  Where it was
    the time that the archive gives the source, it becomes the canonical one, and where it was
    not, a time that no source has: what was stale stays stale, and what was valid stays valid.
    """
    try:
        header = read_header(bytes(view[:HEADER_SIZE]))
    except PycError:
        return []
    if header.mode != "timestamp" or header.mtime is None:
        return []
    source = beside.items.get(_source(item.path))
    known = None if source is None else source.member.mtime
    valid = known is not None and abs(known - header.mtime) <= beside.zip_times
    if source is not None and source.member.size % (1 << 32) != header.source_size:
        valid = False
    time = rules.time if valid else STALE
    if time == header.mtime:
        return []
    return [(MTIME_SPAN.start, time.to_bytes(4, "little"))]


def _source(path: str) -> str:
    """Return the path of the source that a pyc is made from (PEP 3147), or beside it."""
    folder, cache, base = path.rpartition("__pycache__/")
    if cache:
        return f"{folder}{base.partition('.')[0]}.py"
    return path.removesuffix("c")


def ar_patches(view: memoryview, limits: Limits) -> list[Patch]:
    """Return the changes of a static archive: what ``ar D`` writes, 0 0 0 and mode 644.

    Fields that are empty stay empty; members of the archive's own have mode 0.
    """
    if not is_ar(view):
        return []
    try:
        archive = read_ar(view, limits)
    except ReprodiffError:
        return []
    if archive.damage:
        return []
    return [patch for entry in archive.entries for patch in _member_patches(archive, entry)]


def _member_patches(archive: ArArchive, entry: ArEntry) -> Iterator[Patch]:
    wanted = {"mtime": b"0", "uid": b"0", "gid": b"0", "mode": b"0" if entry.special else b"644"}
    for key, value in wanted.items():
        if archive.number(entry, key) is None:
            continue
        start, stop = entry.field(key)
        filled = value.ljust(FIELDS[key].size)
        if bytes(archive.data[start:stop]) != filled:
            yield start, filled


def patches(
    item: Item, view: memoryview, beside: Neighbours, rules: Rules, limits: Limits
) -> list[Patch]:
    """Return what changes in a member; none for nearly all of them."""
    if item.path.endswith(".pyc"):
        return bytecode_patches(item, view, beside, rules)
    if item.path.endswith((".a", ".lib")):
        return ar_patches(view, limits)
    if rules.native_ids:
        return native_patches(view, rules.time)[0]
    return []


def refusal(view: memoryview, rules: Rules) -> str:
    """Say why a member must not be changed as it is asked for, ``""`` for nothing."""
    return native_patches(view, rules.time)[1] if rules.native_ids else ""


def may_change(path: str, rules: Rules) -> bool:
    """Whether a member of that name may be one that changes."""
    return rules.native_ids or path.endswith((".pyc", ".a", ".lib", *NESTED))


NESTED: Final = (".zip", ".whl", ".egg", ".npz")
"""Names of archives in an archive that may be brought to canonical form themselves.

Not those whose order or first bytes mean something: .jar, .pyz, .epub, office documents.
"""
