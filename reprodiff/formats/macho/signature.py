"""Code signatures: what they say of the file they stand in, checked page by page.

Source: XNU, osfmk/kern/cs_blobs.h.  A signature is a blob of blobs (big-endian); a code directory
has a hash of every page up to the signature, and of some of the other blobs.
"""

import hashlib
import struct
from typing import Final, NamedTuple

from reprodiff.formats.macho.image import SIGNATURE, Image
from reprodiff.formats.parsing.native import c_string
from reprodiff.model import Span
from reprodiff.records import dataclass

_SUPER, _DIRECTORY = 0xFADE0CC0, 0xFADE0C02
_CMS: Final = 0x10000
_HASHES: Final = {1: ("sha1", 20), 2: ("sha256", 32), 3: ("sha256", 20), 4: ("sha384", 48)}
_MAX_BLOBS: Final = 64
_HEAD: Final = struct.Struct(">9I4B")


class Directory(NamedTuple):
    """A code directory: the name of what is signed, and where its hashes stand."""

    type: int
    identifier: bytes
    identifier_span: Span
    slots: tuple[Span, ...]
    """Places of all hashes that were checked and are true."""
    limit: Span
    """The field that says how far the hashes go."""
    true: bool
    """Whether every page of the file up to the signature has the hash that stands here."""
    segment: Span | None = None
    """The field that has the size of the code, if there is one and it is true."""


@dataclass(frozen=True, slots=True)
class Signature:
    """A code signature; ``cms`` is the place of a signature by certificate, or empty."""

    span: Span
    directories: tuple[Directory, ...]
    cms: Span
    blobs: tuple[Span, ...] = ()

    @property
    def true(self) -> bool:
        """Whether all code directories are true of the file."""
        return bool(self.directories) and all(each.true for each in self.directories)


def read_signature(image: Image, damage: list[str]) -> Signature | None:
    """Return the code signature, ``None`` if there is none that can be read."""
    command = image.find(SIGNATURE)
    if command is None or command.size < 16:
        return None
    at, size = image.word(command.at + 8), image.word(command.at + 12)
    data = image.data
    if at + size > len(data) or size < 12:
        damage.append("the code signature runs past the end of the file")
        return None
    magic, length, count = struct.unpack_from(">3I", data, at)
    if magic != _SUPER or length > size:
        damage.append("the code signature is not one")
        return None
    blobs: dict[int, Span] = {}
    for number in range(min(count, _MAX_BLOBS, (length - 12) // 8 if length >= 12 else 0)):
        kind, offset = struct.unpack_from(">2I", data, at + 12 + 8 * number)
        if offset + 8 > length:
            damage.append("the code signature leads out of itself")
            continue
        blob = int.from_bytes(data[at + offset + 4 : at + offset + 8], "big")
        blobs.setdefault(kind, Span(at + offset, min(at + offset + blob, at + length)))
    found = [
        _directory(image, kind, span, blobs, at)
        for kind, span in blobs.items()
        if int.from_bytes(data[span.start : span.start + 4], "big") == _DIRECTORY
    ]
    cms = blobs.get(_CMS, Span(0, 0))
    return Signature(
        Span(at, at + size),
        tuple(each for each in found if each is not None),
        cms if cms.size > 8 else Span(0, 0),
        tuple(span for span in blobs.values() if span.size >= _HEAD.size),
    )


_COMPUTED: Final = ((4, 4), (16, 4), (28, 8))
"""Fields of a code directory that follow from its file: length, place of the hashes, number of
pages, how far they go."""
_SEGMENT: Final = 72
_WITH_SEGMENT: Final = 0x20400
"""Where the size of the code stands (execSegLimit), and the version from which on it does."""


def _segment(image: Image, span: Span) -> Span | None:
    """Return the place of the size of the code, if it is that.

    LLVM's linker writes the size of the segment there, Apple's older one that of the section.
    """
    data, at = image.data, span.start
    if int.from_bytes(data[at + 8 : at + 12], "big") < _WITH_SEGMENT or span.size < _SEGMENT + 8:
        return None
    place = Span(at + _SEGMENT, at + _SEGMENT + 8)
    sizes = {each.span.size for each in image.segments if each.name == b"__TEXT"}
    sizes |= {each.span.size for each in image.sections if each.name == "__TEXT,__text"}
    return place if int.from_bytes(data[place.start : place.stop], "big") in sizes else None


def skeleton(image: Image, signature: Signature) -> bytes:
    """Return a signature without its hashes, names, and what follows from the size of its file."""
    start = signature.span.start
    raw = bytearray(image.data[start : signature.span.stop])
    for each in signature.directories:
        name = each.identifier_span
        raw[name.start - start : name.stop - start] = bytes(name.size)
    raw[4:8] = bytes(4)
    for number in range(min(int.from_bytes(raw[8:12], "big"), _MAX_BLOBS)):
        raw[16 + 8 * number : 20 + 8 * number] = bytes(4)
    for span in signature.blobs:
        at = span.start - start
        if int.from_bytes(raw[at : at + 4], "big") != _DIRECTORY:
            continue
        for inside, size in _COMPUTED:
            raw[at + inside : at + inside + size] = bytes(size)
        if (segment := _segment(image, span)) is not None:
            raw[segment.start - start : segment.stop - start] = bytes(segment.size)
    slots = sorted((slot for each in signature.directories for slot in each.slots), reverse=True)
    for slot in slots:
        del raw[slot.start - start : slot.stop - start]
    return bytes(raw).rstrip(b"\0")


def _directory(
    image: Image, kind: int, span: Span, blobs: dict[int, Span], stop: int
) -> Directory | None:
    data = image.data
    if span.size < _HEAD.size:
        return None
    head = _HEAD.unpack_from(data, span.start)
    hashes, ident, special, count, limit, size, hash_type, _platform, shift = head[4:]
    known = _HASHES.get(hash_type)
    first = span.start + hashes
    fits = hashes >= special * size and hashes + count * size <= span.size
    name = c_string(data, span.start + ident, span.stop) if ident < span.size else None
    if known is None or known[1] != size or not fits or name is None or not 10 <= shift <= 24:
        return None
    page = 1 << shift
    true = limit == stop and count == (limit + page - 1) // page
    slots: list[Span] = []
    for number in range(count if true else 0):
        slot = Span(first + number * size, first + (number + 1) * size)
        own = hashlib.new(known[0], data[number * page : min((number + 1) * page, limit)])
        if own.digest()[:size] == data[slot.start : slot.stop]:
            slots.append(slot)
        else:
            true = False
    for number in range(1, special + 1):
        slot = Span(first - number * size, first - (number - 1) * size)
        blob = blobs.get(number)
        if blob is not None:
            digest = hashlib.new(known[0], data[blob.start : blob.stop]).digest()[:size]
            if digest == data[slot.start : slot.stop]:
                slots.append(slot)
            else:
                true = False
    name_span = Span(span.start + ident, span.start + ident + len(name) + 1)
    limit_span = Span(span.start + 32, span.start + 36)
    segment = _segment(image, span)
    return Directory(kind, name, name_span, tuple(sorted(slots)), limit_span, true, segment)
