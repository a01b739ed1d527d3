"""The platform section of the reports for people: what changed for those who install it."""

from typing import Final, NamedTuple

from reprodiff.drift import Platform
from reprodiff.model import Severity

TITLE: Final = "What changes for the people who install it"


class Line(NamedTuple):
    """One change: a subject, its two values, and what it does; none of it escaped."""

    severity: Severity
    subject: str
    a: str
    b: str
    effect: str


def lines(platform: Platform) -> list[Line]:
    """Return the changes; where one of two values is not there, a word stands for it."""
    return [
        Line(
            each.severity,
            each.subject,
            each.a or ("none" if each.b else ""),
            each.b or ("none" if each.a else ""),
            each.effect,
        )
        for each in platform.changes
    ]


def remarks(platform: Platform) -> list[str]:
    """Return what is to be said beside the changes: what both sides meet, and what is wrong."""
    found: list[str] = []
    a, b = platform.a, platform.b
    if not platform.changes:
        found.append("Nothing: both sides need the same of the system.")
    if a.policy and a.policy == b.policy:
        alias = f" ({a.policy_alias})" if a.policy_alias else ""
        found.append(f"The binaries of both sides meet {a.policy}{alias}.")
    both = [text for text in a.contradictions if text in b.contradictions]
    found += [f"On both sides: {text}" for text in both]
    return found
