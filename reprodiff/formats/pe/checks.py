"""What a PE file says of its own bytes: CheckSum and the digest that a signature covers."""

import hashlib
from typing import Final

from reprodiff.formats.pe.image import SECURITY, Image
from reprodiff.model import Span

_STEP: Final = 1 << 16


def checksum(data: memoryview, field: Span) -> int:
    """Return CheckSum as the loader computes it, the four bytes of ``field`` taken as zero.

    It is the sum of all 16-bit words with the carry added in, plus the size of the file
    (IMAGEHLP, CheckSumMappedFile).  Such a sum is the remainder by 65,535, which large integers
    give at the speed of C; only a sum of nothing but zeros is 0, any other multiple is 65,535.
    """
    total = 0
    for at in range(0, len(data), _STEP):
        part = data[at : at + _STEP]
        if at < field.stop and field.start < at + len(part):
            own = bytearray(part)
            start, stop = max(field.start - at, 0), min(field.stop - at, len(own))
            own[start:stop] = bytes(stop - start)
            number = int.from_bytes(own, "little")
        else:
            number = int.from_bytes(part, "little")
        if number:
            total = (total + number) % 0xFFFF or 0xFFFF
    return total + len(data) & 0xFFFF_FFFF


def certificates(image: Image) -> Span:
    """Return the place of the certificate table, empty if there is none inside of the file.

    Its directory is the only one that holds a file offset instead of an address.
    """
    at, size = image.directory(SECURITY)
    if not at or not size or at + size > len(image.data):
        return Span(0, 0)
    return Span(at, at + size)


def is_signed_as_it_is(image: Image) -> bool:
    """Whether the certificate table holds the Authenticode digest of this very file.

    The digest covers all but CheckSum, the directory entry of the table and the table itself
    (Microsoft, "Windows Authenticode Portable Executable Signature Format").  Who signed is not
    looked at.
    """
    table = certificates(image)
    entry = image.directory_field(SECURITY)
    if not table.size or entry is None or table.start < entry.stop:
        return False
    blob = bytes(image.data[table.start : table.stop])
    for algorithm in ("sha256", "sha1", "sha384"):
        digest = hashlib.new(algorithm, usedforsecurity=False)
        digest.update(image.data[: image.checksum.start])
        digest.update(image.data[image.checksum.stop : entry.start])
        digest.update(image.data[entry.stop : table.start])
        digest.update(image.data[table.stop :])
        if digest.digest() in blob:
            return True
    return False
