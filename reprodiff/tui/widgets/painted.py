"""What draws chunks in the colours of the theme."""

from typing import ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from reprodiff.model import Confidence, Severity, Side, Verdict
from reprodiff.tui.chunks import CLAIM_COLOURS, UNCLAIMED, Line
from reprodiff.views.syntax import KINDS

TEXT_ROLES = frozenset({"text", "dim", "note", "good", "side-a", "side-b"})
SEVERITY_ROLES = frozenset(f"severity-{severity.value}" for severity in Severity)
CONFIDENCE_ROLES = frozenset(f"confidence-{confidence.value}" for confidence in Confidence)
VERDICT_ROLES = frozenset({*(f"verdict-{verdict.value}" for verdict in Verdict), "verdict-running"})
CLAIM_ROLES = frozenset(
    f"claim-{number}{part}" for number in range(CLAIM_COLOURS) for part in ("", "-same")
)
SYNTAX_ROLES = frozenset(f"syntax-{kind}" for kind in KINDS)
TABLE_ROLES = frozenset(
    {
        *("found", "selected", "follows", "state-changed"),
        *(f"{side}{part}" for side in Side for part in ("-changed", "-sign")),
    }
)
EVIDENCE_ROLES = frozenset({"gap", UNCLAIMED, *Side, *CLAIM_ROLES, *SYNTAX_ROLES})
PAGE_ROLES = frozenset({"heading", "strong", "code", "link", "key"})


def classes(*roles: frozenset[str]) -> set[str]:
    """Return the component classes for roles."""
    return {f"r-{role}" for role in frozenset().union(*roles)}


class Painted(Widget):
    """A widget that draws its own lines from chunks."""

    COMPONENT_CLASSES: ClassVar[set[str]] = classes(TEXT_ROLES)

    @property
    def cells(self) -> int:
        """How wide a line may be: what the scrollbar covers is no room."""
        return self.scrollable_content_region.width

    def painted(self, line: Line, cells: int, over: str | None = None) -> Strip:
        """Return ``line`` in colours, ``cells`` wide; ``over`` is a role that covers all others."""
        covering = self.get_component_rich_style(f"r-{over}") if over else None
        segments: list[Segment] = []
        for text, role in line:
            style = covering or self.get_component_rich_style(f"r-{role}")
            segments.append(Segment(text, style))
        blank = covering or self.get_component_rich_style("r-text")
        return Strip(segments).adjust_cell_length(max(cells, 0), blank)
