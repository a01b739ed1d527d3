"""What is left when every rule has had its say.  Always shown, never dropped."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc, Rule
from reprodiff.model import Category, Severity

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

RULES: Final[tuple[Rule, ...]] = ()
