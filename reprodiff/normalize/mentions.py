"""Whether somebody in an archive names the digest of a member.

A list of hashes, a bill of materials, or code that checks what it loads: a member that is named so
must stay as it is, byte for byte.
"""

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator
from typing import Final

_ALGORITHMS: Final = ("sha256", "sha1", "md5", "sha512", "sha384", "sha224", "blake2b")
_STEP: Final = 1 << 22
_LONGEST: Final = 130
"""No digest is longer, in hexadecimal or base64."""
_END: Final = 8
"""So many bytes at its ends tell a digest from nearly everything else."""
_WORD: Final = re.compile(rb"[0-9A-Za-z+/_-]{22,}")
_HEX: Final = re.compile(rb"[0-9A-Fa-f]{32,}")


class Mentions:
    """Digests to look for, and what was found of them."""

    def __init__(self) -> None:
        self._wanted: dict[bytes, set[int]] = {}
        self._ends: set[bytes] = set()
        self._sizes: set[int] = set()
        self.found: set[int] = set()
        """Numbers of the members whose digest is named somewhere."""

    def want(self, number: int, content: memoryview) -> None:
        """Look for the digests of a member, by which it is called ``number``."""
        for algorithm in _ALGORITHMS:
            self._add(number, hashlib.new(algorithm, content, usedforsecurity=False).digest())
        self._add(number, hashlib.blake2b(content, digest_size=32).digest())

    def _add(self, number: int, raw: bytes) -> None:
        text = b64encode(raw).rstrip(b"=")
        for spelled in (raw.hex().encode(), text, text.translate(_URLSAFE)):
            self._wanted.setdefault(spelled, set()).add(number)
            self._ends |= {spelled[:_END], spelled[-_END:]}
            self._sizes.add(len(spelled))

    def look(self, content: memoryview) -> None:
        """Look through the content of a member."""
        if not self._wanted:
            return
        for piece in _pieces(content):
            for found in _HEX.finditer(piece):
                self._check(found[0].lower())
            for found in _WORD.finditer(piece):
                self._check(found[0])

    def _check(self, word: bytes) -> None:
        # Nearly every word is none: one look at each end tells.
        if word[:_END] not in self._ends and word[-_END:] not in self._ends:
            return
        # Digests stand alone, behind a prefix ("sha256-") or before one.
        for size in self._sizes:
            if len(word) >= size:
                for text in (word[:size], word[-size:]):
                    if text in self._wanted:
                        self.found |= self._wanted[text]


_URLSAFE: Final = bytes.maketrans(b"+/", b"-_")


def _pieces(content: memoryview) -> Iterator[bytes]:
    for at in range(0, len(content), _STEP):
        yield bytes(content[max(at - _LONGEST, 0) : at + _STEP])
