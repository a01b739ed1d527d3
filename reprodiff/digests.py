"""Digests of members' plain contents, made when asked for and kept."""

import hashlib

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.errors import ReprodiffError
from reprodiff.formats.parsing.sourcehash import ALGORITHM, source_hash
from reprodiff.model import MemberType, Side


class Digests:
    """Answers for the digests of the members of two artifacts."""

    def __init__(self, a: Artifact, b: Artifact) -> None:
        self._artifacts = {Side.A: a, Side.B: b}
        self._members: dict[Side, dict[str, Member]] = {}
        self._known: dict[tuple[Side, int, str], tuple[bytes, int] | None] = {}

    def __call__(self, side: Side, path: str, algorithm: str) -> tuple[bytes, int] | None:
        """Return (digest, size in bytes) of a member's content, ``None`` if it cannot be had.

        ``algorithm`` is a name that ``hashlib`` knows, or ``pyc-`` and the magic number of a Python
        for the hash that its bytecode keeps of a source; an unknown one gives ``None``.
        """
        if side not in self._members:
            # Of several members of one name the last is the one that an installer leaves behind.
            self._members[side] = {
                member.path: member
                for member in self._artifacts[side].members
                if member.type is MemberType.FILE
            }
        member = self._members[side].get(path)
        return None if member is None else self._digest(side, member, algorithm)

    def keep(self, side: Side, member: Member, content: memoryview) -> None:
        """Note the digest that RECORD gives of a member whose content is at hand."""
        key = (side, member.index, "sha256")
        if key not in self._known:
            self._known[key] = (hashlib.sha256(content).digest(), len(content))

    def fingerprint(self, side: Side, member: Member) -> bytes | None:
        """Return the SHA-256 of a member's content, ``None`` if it cannot be read."""
        found = self._digest(side, member, "sha256")
        return found[0] if found else None

    def _digest(self, side: Side, member: Member, algorithm: str) -> tuple[bytes, int] | None:
        key = (side, member.index, algorithm)
        if key not in self._known:
            try:
                with self._artifacts[side].read(member) as view:
                    made = _digest(algorithm, view)
                    self._known[key] = None if made is None else (made, len(view))
            except (ReprodiffError, ValueError):
                self._known[key] = None
        return self._known[key]


def _digest(algorithm: str, view: memoryview) -> bytes | None:
    """Return a digest; raise :class:`ValueError` for an algorithm that is not known."""
    if algorithm.startswith(ALGORITHM):
        return source_hash(view, int(algorithm.removeprefix(ALGORITHM)))
    return hashlib.new(algorithm, view).digest()
