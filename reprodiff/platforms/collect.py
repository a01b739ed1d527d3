"""The native files of an artifact, found and read within bounds."""

from collections.abc import Iterator, Mapping
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.errors import ReprodiffError
from reprodiff.model import Side
from reprodiff.pairing import Pairing
from reprodiff.platforms.drifting import may_be_native
from reprodiff.platforms.native import Native, read_native

MAX_FILES: Final = 5_000
"""Native files of one artifact that are read."""
MAX_BYTES: Final = 4 << 30
"""Plain bytes of native files of one artifact that are read."""


class Natives:
    """The native files of both sides; what pairs with equal bytes is read once."""

    def __init__(
        self,
        a: Artifact,
        b: Artifact,
        pairing: Pairing,
        differing: Mapping[str, object] | set[str],
        known: Mapping[tuple[Side, int], Native | None],
    ) -> None:
        """Take what has been read already as ``known``: files that differ, by side and number."""
        self._known = known
        self.damaged: dict[Side, list[str]] = {Side.A: [], Side.B: []}
        """Files that could not be read, by side."""
        equal = {
            pair.b.index: pair.a.path for pair in pairing.pairs if pair.a.path not in differing
        }
        same = {pair.a.index: "" for pair in pairing.pairs if pair.a.path not in differing}
        self.a = dict(self._read(Side.A, a, same, {}))
        self.b = dict(self._read(Side.B, b, equal, self.a))

    def _read(
        self, side: Side, artifact: Artifact, equal: Mapping[int, str], known: Mapping[str, Native]
    ) -> Iterator[tuple[str, Native]]:
        left, files = MAX_BYTES, MAX_FILES
        for member in artifact.members:
            partner = equal.get(member.index)
            if partner is not None and partner in known:
                yield member.path, known[partner]
                continue
            if partner in self.damaged[Side.A]:
                self.damaged[side].append(member.path)
                continue
            if not files or member.size > left or not may_be_native(artifact, member):
                continue
            files -= 1
            left -= member.size
            key = side, member.index
            try:
                if partner is None and key in self._known:
                    found = self._known[key]
                else:
                    with artifact.read(member) as data:
                        found = read_native(data, member.path, deep=partner is None)
            except ReprodiffError:
                found = None
            if found is not None:
                yield member.path, found
            else:
                self.damaged[side].append(member.path)
            artifact.relax()
