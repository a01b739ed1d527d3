"""The pictures in README and docs are what the app shows."""

import re
from pathlib import Path

import pytest

from docs.tour import PICTURES, ROOT, TOUR, picture, words

HERE = (ROOT / "samples" / "hidden-change-in-300").is_dir()


@pytest.mark.skipif(not HERE, reason="an sdist is shipped without the samples")
@pytest.mark.parametrize("name", list(TOUR))
def test_a_picture_says_what_the_app_shows_now(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    kept = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert words(picture(name)) == words(kept), "run `make pictures` if this change is meant"


@pytest.mark.parametrize("name", list(TOUR))
def test_a_picture_is_small_and_loads_nothing(name: str) -> None:
    path = PICTURES / f"{name}.svg"
    svg = path.read_text(encoding="utf-8")
    assert path.stat().st_size < 150_000
    assert not re.search(r"@font-face|@import|url\((?!#)|<image|<script|href=", svg)
    assert len(words(svg)) > 10


def test_every_picture_is_shown_somewhere_and_none_is_missing() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {
        Path(found).name
        for page in pages
        for found in re.findall(r"\]\(([^)]*pictures/[^)]*)\)", page.read_text(encoding="utf-8"))
    }
    assert shown == {f"{name}.svg" for name in TOUR}
