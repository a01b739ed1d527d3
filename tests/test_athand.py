"""What is learnt of a member while it is at hand is not read again."""

from hashlib import sha256
from pathlib import Path

import pytest

from reprodiff.artifacts.base import Member, Payload
from reprodiff.artifacts.opening import open_artifact
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.athand import AtHand
from reprodiff.digests import Digests
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.pairing import pair
from reprodiff.platforms.collect import Natives

SAMPLE = Path(__file__).parents[1] / "samples" / "elf-build-rpath"


def test_digests_and_native_files_are_taken_from_what_is_at_hand(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one, two = (str(next((SAMPLE / side).glob("*.whl"))) for side in "ab")
    with open_artifact(one, Limits()) as a, open_artifact(two, Limits()) as b:
        pairing = pair(a.members, b.members, Digests(a, b).fingerprint)
        differing = {each.a.path for each in pairing.pairs if a.stored(each.a) != b.stored(each.b)}
        before = Natives(a, b, pairing, differing, {})
        at_hand = AtHand(Digests(a, b))
        natives = [
            (side, artifact, member)
            for each in pairing.pairs
            if each.a.path in differing and each.a.path in before.a
            for side, artifact, member in ((Side.A, a, each.a), (Side.B, b, each.b))
        ]
        assert natives
        expected: dict[tuple[Side, str], tuple[bytes, int]] = {}
        for side, artifact, member in natives:
            with artifact.read(member) as content:
                at_hand.learn(side, artifact, member, content)
                expected[side, member.path] = sha256(content).digest(), len(content)

        read = ZipArtifact.read

        def refused(artifact: ZipArtifact, member: Member) -> Payload:
            assert member.path not in differing
            return read(artifact, member)

        monkeypatch.setattr(ZipArtifact, "read", refused)
        for (side, path), digest in expected.items():
            assert at_hand.digests(side, path, "sha256") == digest
        after = Natives(a, b, pairing, differing, at_hand.natives)
    assert (after.a, after.b, after.damaged) == (before.a, before.b, before.damaged)
