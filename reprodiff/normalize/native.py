"""Identifiers and times of native binaries; they are touched only where that is asked for.

An id becomes what the rest of the file says: a digest of all its bytes with the id taken as zero.
So two libraries that differ in nothing else have one id, and any others keep two.
"""

import hashlib
from collections.abc import Iterator
from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.elf.entries import notes
from reprodiff.formats.elf.reader import MAGIC as ELF_MAGIC
from reprodiff.formats.elf.reader import Elf, Section, parse
from reprodiff.formats.macho.fat import is_fat, slices
from reprodiff.formats.macho.image import SIGNATURE, UUID, is_macho
from reprodiff.formats.macho.image import read_image as read_macho
from reprodiff.formats.pe.checks import certificates, checksum
from reprodiff.formats.pe.image import Image, is_pe
from reprodiff.formats.pe.image import read_image as read_pe
from reprodiff.formats.pe.tables import (
    CODEVIEW,
    REPRO,
    DebugEntry,
    code_view,
    debug_entries,
    time_sites,
)
from reprodiff.model import Span

Patch = tuple[int, bytes]
"""Where bytes go, and which; as many as they take the place of."""

SIGNED: Final = "a signature of a binary would be broken"
_NOTE: Final = 7  # SHT_NOTE
_NO_BITS: Final = 8  # SHT_NOBITS
_GUID: Final = 16
_LONGEST_ID: Final = 64
"""No id is longer; the digest is taken twice where it is too short."""


def native_patches(view: memoryview, time: int) -> tuple[list[Patch], str]:
    """Return what changes in a binary, and why it must not be changed at all.

    ``time`` is in seconds since 1970.  Binaries that are damaged are left as they are.
    """
    try:
        if bytes(view[:4]) == ELF_MAGIC:
            return _elf(view), ""
        if is_pe(view):
            return _pe(view, time)
        if is_fat(view):
            return _fat(view)
        if is_macho(view):
            return _macho(view, 0)
    except DamagedError:
        pass
    return [], ""


def _ids(view: memoryview, spans: list[Span]) -> list[Patch]:
    """Return new ids for ``spans``, each cut from one digest of the file without them."""
    digest = hashlib.sha256()
    at = 0
    for span in sorted(spans):
        digest.update(view[at : span.start])
        digest.update(bytes(span.size))
        at = span.stop
    digest.update(view[at:])
    raw = digest.digest() * 2
    made = [(span.start, raw[: span.size]) for span in spans]
    return [each for each in made if bytes(view[each[0] : each[0] + len(each[1])]) != each[1]]


# -- ELF ----------------------------------------------------------------------------------------


def _elf(view: memoryview) -> list[Patch]:
    elf = parse(view)
    if elf.damage:
        return []
    spans = [span for section in elf.sections for span in _build_ids(elf, section)]
    return _ids(view, spans) if len(spans) == 1 else []


def _build_ids(elf: Elf, section: Section) -> Iterator[Span]:
    """Yield the places of build-ids that belong to a note and to nothing else."""
    if section.type != _NOTE:
        return
    for note in notes(elf, section):
        span = note.desc
        shared = any(
            other is not section
            and other.type != _NO_BITS
            and other.body.start < span.stop
            and span.start < other.body.stop
            for other in elf.sections
        )
        if note.name == b"GNU" and note.type == 3 and span.size <= _LONGEST_ID and not shared:
            yield span


# -- PE -----------------------------------------------------------------------------------------


def _pe(view: memoryview, time: int) -> tuple[list[Patch], str]:
    image = read_pe(view)
    damage = [*image.damage]
    entries = debug_entries(image, damage)
    stamp = image.word(image.stamp.start)
    found: list[Patch] = []
    # The hash of a /Brepro link stands where the time does, and is no time.
    if stamp and not any(entry.type == REPRO for entry in entries):
        sites = sorted(set(time_sites(image, entries, damage).values()))
        new = (time & 0xFFFFFFFF).to_bytes(4, "little")
        found += [(at, new) for at in sites if image.word(at) == stamp and not image.in_code(at)]
    guids = list(_guids(image, entries))
    if damage:
        return [], ""
    # A file without a sum stays without; one whose sum is wrong is not made right in silence.
    field = image.checksum
    summed = image.word(field.start) == checksum(view, field)
    if summed:
        found.append((field.start, bytes(field.size)))
    if len(guids) == 1:
        found += _ids(_with(view, found), guids)
    if summed:
        right = checksum(_with(view, found), field).to_bytes(4, "little")
        found = [each for each in found if each[0] != field.start] + [(field.start, right)]
    found = [(at, new) for at, new in found if bytes(view[at : at + len(new)]) != new]
    return (found, SIGNED) if found and certificates(image).size else (found, "")


def _guids(image: Image, entries: tuple[DebugEntry, ...]) -> Iterator[Span]:
    for entry in entries:
        if entry.type == CODEVIEW and entry.data.size and not image.in_code(entry.data.start):
            view = code_view(image, entry)
            if view is not None and view.id_span.size == _GUID:
                yield view.id_span


def _with(view: memoryview, found: list[Patch]) -> memoryview:
    changed = bytearray(view)
    for at, new in found:
        changed[at : at + len(new)] = new
    return memoryview(changed)


# -- Mach-O -------------------------------------------------------------------------------------


def _fat(view: memoryview) -> tuple[list[Patch], str]:
    found: list[Patch] = []
    for span in slices(view):
        part, refused = _macho(view[span.start : span.stop], span.start)
        if refused:
            return [], refused
        found += part
    return found, ""


def _macho(view: memoryview, start: int) -> tuple[list[Patch], str]:
    """Return the change of LC_UUID in a file of one architecture that lies at ``start``."""
    if not is_macho(view):
        return [], ""
    image = read_macho(view)
    spans = [
        Span(each.at + 8, each.at + 24)
        for each in image.commands
        if each.cmd == UUID and each.size == 24
    ]
    if image.damage or len(spans) != 1:
        return [], ""
    found = [(start + at, new) for at, new in _ids(view, spans)]
    return (found, SIGNED) if found and image.find(SIGNATURE) else (found, "")
