"""One finding as Markdown, for an issue or a pull request."""

from collections.abc import Sequence
from typing import Final

from reprodiff.model import Finding, Fix, Location
from reprodiff.reports.markdown import code, escape, fence
from reprodiff.views.fields import where

MOST: Final = 10
"""Places that are listed."""


def finding_text(
    finding: Finding, locations: Sequence[Location], fixes: Sequence[Fix], note: str = ""
) -> str:
    """Return a finding with its reason, its first places and what removes it."""
    count = max(finding.location_count, len(locations))
    places = f"{count:,} place" + ("s" if count != 1 else "")
    facts = [
        f"**{finding.severity}**",
        str(finding.confidence),
        f"{code(finding.cause)} ({escape(finding.category)})",
        places,
    ]
    if finding.bytes:
        facts.append(f"{finding.bytes:,} differing bytes")
    blocks = [f"### {escape(finding.title)}", " · ".join(facts), escape(finding.explanation)]
    if note:
        blocks.append(f"> {escape(note)}")
    if finding.evidence:
        blocks.append("\n".join(f"- {escape(sentence)}" for sentence in finding.evidence))
    if locations:
        blocks.append("\n".join(_place(place) for place in locations[:MOST]))
        if count > MOST:
            blocks.append(f"… and {count - MOST:,} more places")
    for fix in fixes:
        blocks.append(f"**Fix** ({escape(fix.tool)}, {escape(fix.where)}): {escape(fix.title)}")
        if fix.snippet:
            blocks.append(fence(fix.snippet.splitlines()))
    return "\n\n".join(block for block in blocks if block) + "\n"


def _place(place: Location) -> str:
    line = f"- {code(where(place))}"
    for side, value in (("A", place.a), ("B", place.b)):
        if value:
            line += f"\n  - {side}: {code(value.rstrip())}"
    return line
