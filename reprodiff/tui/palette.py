"""What each role of a text looks like in a theme.

Roles are resolved when something is first drawn in them.  As component classes in CSS, each would
be matched against all rules for each pane at the start, which took half of the time to the first
picture.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from rich.style import Style
from textual.color import Color

_CLAIMS: Final = {
    f"claim-{number}{part}": style
    for number, (bright, tint) in enumerate(
        (
            ("$text-primary", "$primary 45%"),
            ("$text-accent", "$accent 45%"),
            ("$text-secondary", "$secondary 60%"),
            ("$text-success", "$success 35%"),
            ("$text-warning", "$warning 35%"),
            ("$foreground", "$foreground 25%"),
        )
    )
    for part, style in (("", f"bold $text on {tint}"), ("-same", bright))
}

_SIDES: Final = (
    ("a", "$text-error", "$error 8%"),
    ("b", "$text-success", "$success 12%"),
)
_SYNTAX: Final = {
    "keyword": "$text-primary",
    "string": "$text-success",
    "comment": "italic $text-muted",
    "number": "$text-warning",
    "name": "$text-accent",
}

ROLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "text": "$foreground",
        "dim": "$text-muted",
        "note": "italic $text-muted",
        "good": "$text-success",
        "severity-benign": "$text-success",
        "severity-review": "bold $text-warning",
        "severity-alarm": "bold $text-error",
        "confidence-proven": "$text-success",
        "confidence-likely": "$text-warning",
        "confidence-possible": "$text-warning",
        "verdict-identical": "bold auto 95% on $success",
        "verdict-equivalent": "bold auto 95% on $success",
        "verdict-different": "bold auto 95% on $warning",
        "verdict-incomplete": "bold auto 95% on $error",
        "verdict-running": "bold $foreground on $panel",
        "brand": "bold $text-primary",
        "name": "bold $foreground",
        # The account of the differing bytes: cool colours for what is benign.
        **{
            f"share-{number}{part}": colour
            for number, pair in enumerate(
                (
                    ("$primary", "$text-primary"),
                    ("$success", "$text-success"),
                    ("$text-secondary", "$text-secondary"),
                    ("$foreground 60%", "$foreground"),
                )
            )
            for part, colour in zip(("", "-label"), pair, strict=True)
        },
        "share-review": "$warning",
        "share-review-label": "bold $text-warning",
        "share-alarm": "$error",
        "share-alarm-label": "bold $text-error",
        "unexplained": "bold auto 95% on $error",
        "unexplained-count": "bold $text-error",
        # The two sides.
        "side-a": "bold $text-error",
        "side-b": "bold $text-success",
        "a-sign": "bold $text-error",
        "b-sign": "bold $text-success",
        "a": "$text-error",
        "b": "$text-success",
        **{f"{side}-line": f"{text} on {tint}" for side, text, tint in _SIDES},
        **{
            f"{side}-syntax-{kind}": f"{colour} on {tint}"
            for side, _, tint in _SIDES
            for kind, colour in _SYNTAX.items()
        },
        "a-changed": "bold underline $text-error on $error 30%",
        "b-changed": "bold underline $text-success on $success 30%",
        "gap": "$text-disabled",
        "found": "bold auto 95% on $accent",
        "selected": "$foreground on $primary 50%",
        "follows": "italic $text-secondary",
        "state-changed": "bold $text-warning",
        # Bytes by what accounts for them.
        **_CLAIMS,
        "unclaimed": "bold auto 95% on $error",
        # The colours of a language.
        **{f"syntax-{kind}": colour for kind, colour in _SYNTAX.items()},
        # Lists and pages.
        "here": "bold $accent",
        "group": "bold $foreground",
        "place": "$text-muted",
        "cursor": "bold $block-cursor-foreground on $block-cursor-background",
        "cursor-blurred": "bold $foreground on $panel",
        "heading": "bold $text-primary",
        "strong": "bold $foreground",
        "code": "$text-accent",
        "link": "underline $text-primary",
        "key": "bold $footer-key-foreground",
    }
)  # fmt: skip
"""Roles, each as attributes, a colour, and after ``on`` that of the background.

``$`` stands before a colour of the theme, a percentage after one says how much of it is mixed in,
and ``auto`` is black or white, whichever can be read.  A role has a sign of its own where it is
used, too, so that nothing depends on colour alone.
"""

ANSI: Final[Mapping[str, str]] = MappingProxyType(
    {
        # The sides have these colours, so that those of a language would be taken for them.
        **{
            f"{side}{part}": text
            for side, text, _ in _SIDES
            for part in ("-line", *(f"-syntax-{kind}" for kind in _SYNTAX))
        },
        "a-changed": "reverse bold $text-error",
        "b-changed": "reverse bold $text-success",
        "verdict-identical": "reverse bold $success",
        "verdict-equivalent": "reverse bold $success",
        "verdict-different": "reverse bold $warning",
        "verdict-incomplete": "reverse bold $error",
        "unexplained": "reverse bold $error",
        "unclaimed": "reverse bold $error",
        "claim-0": "reverse bold ansi_blue",
        "claim-1": "reverse bold ansi_magenta",
        "claim-2": "reverse bold ansi_cyan",
        "claim-3": "reverse bold ansi_green",
        "claim-4": "reverse bold ansi_yellow",
        "claim-5": "bold underline $foreground",
        "found": "reverse $foreground",
        "selected": "reverse $foreground",
        "cursor-blurred": "reverse dim $foreground",
        "dim": "dim $foreground",
        "note": "dim $foreground",
        "place": "dim $foreground",
        "gap": "dim $foreground",
    }
)
"""The sixteen colours of a terminal cannot be mixed: what is a tint elsewhere is reversed here."""

COLOURLESS: Final[Mapping[str, str]] = MappingProxyType(
    {"cursor": "reverse $foreground", "cursor-blurred": "underline $foreground"}
)
"""Without colours, attributes of the text must do."""

_ATTRIBUTES: Final = frozenset({"bold", "dim", "italic", "underline", "reverse"})
_CLEAR: Final = Color(0, 0, 0, 0)


class Palette:
    """The styles of all roles on one background, each made when it is asked for.

    ``variables`` are the colours of the theme; ``ansi`` says that they are those of the terminal,
    ``colourless`` that no colour may be shown.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        background: Color,
        *,
        ansi: bool = False,
        colourless: bool = False,
    ) -> None:
        self._variables = variables
        self._background = background
        self._roles = {**ROLES, **(ANSI if ansi else {}), **(COLOURLESS if colourless else {})}
        self._known: dict[str, Style] = {}

    def __getitem__(self, role: str) -> Style:
        """Return the style of a role; ``KeyError`` if there is no such role."""
        style = self._known.get(role)
        if style is None:
            style = self._known[role] = self._made(role)
        return style

    def _made(self, role: str) -> Style:
        before, _, behind = self._roles[role].partition(" on ")
        words = before.split()
        attributes: dict[str, Any] = {word: True for word in words if word in _ATTRIBUTES}
        background = self._background + self._colour(behind.split(), _CLEAR)
        colour = background + self._colour([w for w in words if w not in _ATTRIBUTES], background)
        return Style(
            color=colour.rich_color,
            bgcolor=background.rich_color if background.a else None,
            **attributes,
        )

    def _colour(self, words: list[str], background: Color) -> Color:
        """Return the colour that ``words`` name; nothing is no colour at all."""
        named = [
            part
            for word in words
            for part in (
                self._variables[word.removeprefix("$")].split() if word[0] == "$" else [word]
            )
        ]
        colour = _CLEAR
        alpha = 1.0
        for part in named:
            if part.endswith("%"):
                alpha = float(part.removesuffix("%")) / 100
            elif part == "auto":
                colour = background.get_contrast_text(1.0)
            else:
                colour = Color.parse(part)
        return colour.multiply_alpha(alpha)
