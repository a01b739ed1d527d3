"""What an archive computes from its members: checksums, sizes, offsets; echoes, if true."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.integrity import CONTRADICTION
from reprodiff.model import Category, Difference, Severity

ECHO: Final = Cause(
    id="archive-bookkeeping",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="checksums, sizes and offsets follow",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Fields that the archive computes from its members differ because the members do: "
        "CRC-32, sizes, offsets of headers, sizes and counts of the directory, header checksums.",
        recognised="Each value is true of its own side: the member was read and its CRC-32 and "
        "size checked, a local header stands at each offset, the directory where it is said to be.",
        why="They follow from the findings named as their root.",
        fix=(("", "nothing to fix here: remove the root causes, and these agree"),),
        mistaken_for="An archive that contradicts itself: a value that is not true is an alarm of "
        "its own.",
        sources=("APPNOTE.TXT 4.3", "POSIX.1-2017 ustar", "RFC 1952 section 2.3.1"),
    ),
)

_MEMBER: Final = frozenset({"derived.zip.crc", "derived.zip.size"})


def _echoes(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Checksums and sizes of a member echo its content; everything else echoes the layout."""
    own: list[Difference] = []
    layout: list[Difference] = []
    lies: list[Difference] = []
    for fact in facts:
        if fact.note:
            lies.append(fact)
        elif fact.what in _MEMBER:
            (own if fact.path in scene.differing else lies).append(fact)
        else:
            layout.append(fact)
    if own:
        yield Claim(ECHO, own, follows=tuple(sorted({fact.path for fact in own})))
    if layout:
        yield Claim(ECHO, layout, follows=("*",))
    if lies:
        yield Claim(
            CONTRADICTION,
            lies,
            explanation="The content is the same, but a checksum or size recorded of it is not: "
            "one of the two is untrue.",
        )


RULES: Final = (Rule("bookkeeping", (ECHO, CONTRADICTION), ("derived.",), 90, _echoes),)
