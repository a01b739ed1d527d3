"""Facts on two containers of different kinds: what both can record of a member."""

from collections.abc import Iterator

from reprodiff.artifacts.base import Artifact
from reprodiff.model import Difference
from reprodiff.pairing import Pairing


def compare(a: Artifact, b: Artifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield modes that differ in whether a file can be executed.

    Times, owners and read or write bits mean other things in an archive and on disk.
    """
    del a, b
    for pair in pairing.pairs:
        one, two = pair.a.mode, pair.b.mode
        if one and two and bool(one & 0o111) != bool(two & 0o111) and pair.a.type is pair.b.type:
            yield Difference("member.mode", pair.a.path, "mode", one, two)
