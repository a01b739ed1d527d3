"""What is left when every rule has had its say.  Always shown, never dropped."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import Category, Confidence, Difference, Severity

UNEXPLAINED: Final = Cause(
    id="unexplained",
    category=Category.UNEXPLAINED,
    severity=Severity.REVIEW,
    title="bytes that no cause accounts for",
    blame=Blame.SOURCE,
    doc=Doc(
        what="These bytes differ, and no cause of the catalogue accounts for them. They may be "
        "harmless, and they may be the one change that matters: look at them.",
        recognised="The ledger takes out every span that a finding claims, and compares what is "
        "left of A with what is left of B, to the last byte.",
        why="A format that is not taken apart, a change inside one that is, or a reason that the "
        "catalogue does not know yet.",
        fix=(("", "the cause is not known, so neither is its fix: open the place and compare"),),
        mistaken_for="Noise. What is noise and is known to be is reported under its own cause.",
        sources=(),
    ),
)

NOT_COMPARED: Final = Cause(
    id="not-compared",
    category=Category.UNEXPLAINED,
    severity=Severity.REVIEW,
    title="members that could not be read",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A member's stored bytes differ, and its content could not be read on at least one "
        "side: damage, encryption, an unknown method or a limit. Nothing is known of what it says.",
        recognised="Reading it failed; the reason stands under the problems of the report.",
        why="A broken download, an archive made by a tool with methods of its own, or an archive "
        "that is larger than the limits allow.",
        fix=(("any", "download or build the artifact again; raise the limit if you trust it"),),
        mistaken_for="A difference in content: there may be none.",
        sources=(),
    ),
)


def _unread(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(NOT_COMPARED, facts, Confidence.POSSIBLE)


RULES: Final = (Rule("not-compared", (NOT_COMPARED,), ("member.unread",), 99, _unread),)
