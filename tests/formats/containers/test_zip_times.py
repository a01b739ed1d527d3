"""Times of zip members: every differing byte is in a fact, at its place, with what it says."""

import struct

from hypothesis import example, given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.base import Source
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.formats.containers.zip import compare
from reprodiff.limits import Limits
from reprodiff.model import Difference
from reprodiff.pairing import pair
from tests.artifacts.zipformat.build import CENTRAL, Made, archive

MEMBERS = (Made(b"first.py"), Made(b"second.py", extra=b"\x99\x99\x01\x00x"))
PLAIN = archive(*MEMBERS)
Stamp = tuple[int, int]
stamps = st.tuples(st.sampled_from([0, 1, 0x6000]), st.sampled_from([0, 0x5821, 0xFFFF]))


def stamped(local: Stamp, central: Stamp) -> bytes:
    """Put (time, date) into both headers of the second member."""
    data = bytearray(PLAIN)
    at = data.index(b"second.py") - 30
    struct.pack_into("<HH", data, at + 10, *local)
    at = data.rindex(b"second.py") - CENTRAL.size
    struct.pack_into("<HH", data, at + 12, *central)
    return bytes(data)


def facts(a: bytes, b: bytes) -> list[Difference]:
    one, two = (ZipArtifact(Source(memoryview(data), "demo.zip", Limits())) for data in (a, b))
    pairing = pair(one.members, two.members, lambda _side, _member: None)
    return [fact for fact in compare(one, two, pairing) if fact.what == "zip.time"]


def read(stamp: Stamp) -> tuple[int, ...]:
    time, date = stamp
    return (
        *(1980 + (date >> 9), date >> 5 & 15, date & 31),
        *(time >> 11, time >> 5 & 63, (time & 31) * 2),
    )


@settings(max_examples=150)
@given(stamps, stamps, stamps, stamps)
@example((0, 0), (0, 0), (1, 0x5821), (1, 0x5821))
@example((0, 0), (0, 0), (1, 0x5821), (1, 0xFFFF))
@example((0, 0), (1, 0x5821), (1, 0x5821), (0x6000, 0xFFFF))
def test_every_differing_byte_of_a_time_is_in_one_fact(
    local_a: Stamp, central_a: Stamp, local_b: Stamp, central_b: Stamp
) -> None:
    a, b = stamped(local_a, central_a), stamped(local_b, central_b)
    found = facts(a, b)
    spans = [span for fact in found for span, _ in fact.places()]
    covered = [at for span in spans for at in range(*span)]
    differing = {at for at in range(len(a)) if a[at] != b[at]}
    assert differing <= set(covered)
    assert len(covered) == len(set(covered)) == sum(fact.weight for fact in found)
    assert all(a[slice(*x)] != b[slice(*x)] for x in spans)
    assert {fact.path for fact in found} <= {"second.py"}
    both = {(read(local_a), read(local_b)), (read(central_a), read(central_b))}
    said = {(fact.a, fact.b) for fact in found}
    assert said == {values for values in both if values[0] != values[1]}


def test_a_change_of_the_mode_does_not_hide_beside_a_change_of_the_time() -> None:
    changed = bytearray(stamped((1, 0x5821), (1, 0x5821)))
    at = changed.rindex(b"second.py") - CENTRAL.size
    changed[at + 40] ^= 0o111
    one, two = (
        ZipArtifact(Source(memoryview(bytes(data)), "demo.zip", Limits()))
        for data in (PLAIN, changed)
    )
    pairing = pair(one.members, two.members, lambda _side, _member: None)
    assert {fact.what for fact in compare(one, two, pairing)} == {"zip.time", "zip.mode"}
