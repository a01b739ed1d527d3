"""What roles look like: all themes know them, and what matters can be read."""

from typing import Any

import pytest

from reprodiff.tui.palette import ANSI, ROLES, Palette
from reprodiff.tui.shell import ReprodiffApp

BUILT_IN = ("textual-dark", "textual-light", "nord", "gruvbox", "dracula", "solarized-light",
            "ansi-dark", "ansi-light")  # fmt: skip


def palette(theme: str) -> Palette:
    from textual.app import App
    from textual.color import Color

    app: App[None] = App()
    app.theme = theme
    variables = app.get_css_variables()
    background = Color.parse(variables["background"])
    return Palette(variables, background, ansi=app.native_ansi_color)


def contrast(theme: str, role: str) -> float:
    """Return the contrast ratio of a role, as WCAG 2 defines it."""
    style = palette(theme)[role]
    dark, light = sorted(
        sum(
            part * weight
            for part, weight in zip(_linear(colour), (0.2126, 0.7152, 0.0722), strict=True)
        )
        for colour in (style.color, style.bgcolor)
    )
    return (light + 0.05) / (dark + 0.05)


def _linear(colour: Any) -> list[float]:
    parts = [part / 255 for part in colour.triplet]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


@pytest.mark.parametrize("theme", BUILT_IN)
def test_every_theme_has_every_role(theme: str) -> None:
    known = palette(theme)
    for role in ROLES:
        assert known[role].color is not None, role
    assert set(ANSI) <= set(ROLES)


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
def test_what_is_to_be_read_stands_out(theme: str) -> None:
    drawn = {role for role in ROLES if not role.startswith("share-") or role.endswith("-label")}
    faint = {role: round(contrast(theme, role), 1) for role in drawn - {"gap", "here"}}
    assert {role: ratio for role, ratio in faint.items() if ratio < 2.8} == {}


def test_the_sides_keep_their_colours_where_a_terminal_has_only_sixteen() -> None:
    known = palette("ansi-dark")
    assert known["a-line"] == known["a-syntax-string"] == known["a"]
    assert known["a-line"] != known["b-line"]


@pytest.mark.parametrize(
    ("term", "chosen", "theme"),
    [
        ("xterm", "", "ansi-dark"),
        ("linux", "", "ansi-dark"),
        ("xterm-256color", "", "textual-dark"),
        ("xterm", "nord", "nord"),
    ],
)
def test_a_terminal_of_sixteen_colours_shows_its_own_unless_others_are_chosen(
    term: str, chosen: str, theme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.delenv("COLORTERM", raising=False)
    assert ReprodiffApp(None, theme=chosen or None, adapting=True).theme == theme
