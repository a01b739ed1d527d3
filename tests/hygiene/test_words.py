"""What is shipped speaks of itself only, and can be read: no machine's paths, no endless files."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 400

# Paths of a machine this was made on, and hosts of package registries.
_FOREIGN = re.compile(
    r"/work/(?:main|shared|[.]library|[.]mirror)\b"
    r"|/tmp/(?:team|bash_jobs)\b"
    r"|/root/[.]pyenv\b"
    r"|\b(?:pypi[.]org|pythonhosted[.]org|registry[.]npmjs[.]org|deb[.]debian[.]org)\b"
)
_OURS = ("reprodiff", "tests", "docs", "benchmarks", ".ci")
_LEFT_BEHIND = {".coverage", ".git"}
_TEXT = {"", ".cfg", ".css", ".html", ".json", ".md", ".py", ".tcss", ".toml", ".txt", ".yaml"}


def text_files() -> Iterator[Path]:
    """Our own text: sources, tests, documents and scripts, but no built specimens."""
    for folder in _OURS:
        yield from sorted(path for path in (ROOT / folder).rglob("*") if path.is_file())
    yield from sorted(path for path in (ROOT / "samples").glob("*") if path.is_file())
    yield from sorted(path for path in ROOT.iterdir() if path.is_file())


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {
        path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
        for path in text_files()
        if path.suffix in _TEXT
        if "__pycache__" not in path.parts and path.name not in _LEFT_BEHIND
    }


def test_no_machine_and_no_registry_is_named(texts: dict[str, str]) -> None:
    assert "reprodiff/__init__.py" in texts
    assert "README.md" in texts
    named = [
        f"{path}:{text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}"
        for path, text in texts.items()
        for hit in _FOREIGN.finditer(text)
    ]
    assert named == []


def test_every_module_can_be_read_in_one_sitting(texts: dict[str, str]) -> None:
    long = {
        path: lines
        for path, text in texts.items()
        if path.startswith("reprodiff/") and path.endswith(".py")
        if (lines := len(text.splitlines())) > MAX_LINES
    }
    assert long == {}


def test_no_text_hides_characters_that_a_reader_cannot_see(texts: dict[str, str]) -> None:
    # Bidirectional and zero-width characters belong in tests as escapes, never as themselves.
    hidden = re.compile(
        "[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]"
    )
    found = [f"{path}: {hit[0]!r}" for path, text in texts.items() if (hit := hidden.search(text))]
    assert found == []


def test_every_link_between_documents_leads_somewhere(texts: dict[str, str]) -> None:
    broken = [
        f"{path}: {target}"
        for path, text in texts.items()
        if path.endswith(".md")
        for target in re.findall(r"\]\((?!https?:|#)([^)#\s]+)", text)
        if not (ROOT / path).parent.joinpath(target).exists()
    ]
    assert broken == []
