"""The documentation of causes, as text and as JSON."""

import json
from collections.abc import Callable, Iterable, Mapping
from re import compile as compile_pattern
from textwrap import fill
from typing import Final, NamedTuple

from reprodiff.causes.base import Cause
from reprodiff.model import Category
from reprodiff.reports.words import paragraphs, title
from reprodiff.toolchains.remedies import Remedy, remedies

DEFAULT_WIDTH: Final = 80

_COMMAND: Final = compile_pattern(r"`[^`]*`")
_GLUE: Final = "\N{NO-BREAK SPACE}"

Emphasis = Callable[[str], str]
"""Makes a heading stand out, where there is a way to."""


def cause_text(cause: Cause, width: int = DEFAULT_WIDTH, emphasis: Emphasis = str) -> str:
    """Return all that is known of a cause, under the headings that every cause has."""
    doc = cause.doc
    lines = [
        emphasis(f"{title(cause.title)}  {cause.id}"),
        f"category {cause.category.value}, usually {cause.severity.value}",
    ]
    for heading, text in (
        ("What it is", doc.what),
        ("How it is recognised", doc.recognised),
        ("Why it happens", doc.why),
    ):
        lines += ["", emphasis(heading), *_prose(text, width, "  ")]
    lines += ["", emphasis("How to fix it")]
    lines += _remedies(cause, width)
    lines += ["", emphasis("What it is mistaken for"), *_prose(doc.mistaken_for, width, "  ")]
    if doc.sources:
        lines += ["", emphasis("Sources")]
        lines += [line for source in doc.sources for line in _prose(source, width, "  - ", "    ")]
    return "\n".join(lines) + "\n"


class RemedyGroup(NamedTuple):
    """One change, and the tools that it is for."""

    tools: str
    """Their names; empty where nothing can be fixed."""
    change: str
    facts: str
    """Where it goes, and since which release of each tool it works; may be empty."""
    snippet: str
    docs: tuple[str, ...] = ()


def grouped(cause: Cause) -> tuple[RemedyGroup, ...]:
    """Return the ways to remove a cause; what several tools have alike is said once."""
    groups: dict[tuple[str, str, str], list[Remedy]] = {}
    for remedy in remedies(cause):
        groups.setdefault((remedy.change, remedy.file, remedy.snippet), []).append(remedy)
    made: list[RemedyGroup] = []
    for (change, file, snippet), some in groups.items():
        since = [(each.tool, each.since) for each in some if each.since]
        words = ", ".join(v if len(some) == 1 else f"{tool}: {v}" for tool, v in since)
        facts = "; ".join(fact for fact in (file, f"since {words}" if words else "") if fact)
        tools = ", ".join(dict.fromkeys(each.tool for each in some))
        docs = tuple(dict.fromkeys(each.docs for each in some if each.docs))
        made.append(RemedyGroup(tools, change, facts, snippet, docs))
    return tuple(made)


def _remedies(cause: Cause, width: int) -> list[str]:
    lines: list[str] = []
    for group in grouped(cause):
        if group.tools:
            lines += _prose(group.tools, width, "  ")
        facts = f" ({group.facts})" if group.facts else ""
        lines += _prose(f"{group.change}{facts}", width, "    " if group.tools else "  ")
        # Never broken: it is there to be copied.
        lines += [f"        {line}".rstrip() for line in group.snippet.splitlines()]
    return lines


def list_text(causes: Iterable[Cause], width: int = DEFAULT_WIDTH, emphasis: Emphasis = str) -> str:
    """Return ids and titles of causes, by category."""
    by_category: dict[Category, list[Cause]] = {}
    for cause in causes:
        by_category.setdefault(cause.category, []).append(cause)
    column = max((len(cause.id) for some in by_category.values() for cause in some), default=0)
    lines: list[str] = []
    for category in Category:
        if category not in by_category:
            continue
        lines += ["", emphasis(category.value)] if lines else [emphasis(category.value)]
        for cause in sorted(by_category[category], key=lambda cause: cause.id):
            lines += _prose(cause.title, width, f"  {cause.id:{column}}  ", " " * (column + 4))
    return "\n".join(lines) + "\n"


def cause_json(cause: Cause) -> str:
    """Return all that is known of a cause as JSON."""
    return _dump(_document(cause))


def list_json(causes: Iterable[Cause]) -> str:
    """Return the documentation of several causes as JSON, in the order of their ids."""
    ordered = sorted(causes, key=lambda cause: cause.id)
    return _dump({"causes": [_document(cause) for cause in ordered]})


def _document(cause: Cause) -> Mapping[str, object]:
    return {
        "id": cause.id,
        "category": cause.category,
        "severity": cause.severity,
        "title": cause.title,
        "what": cause.doc.what,
        "recognised": cause.doc.recognised,
        "why": cause.doc.why,
        "fix": [remedy._asdict() for remedy in remedies(cause)],
        "mistaken_for": cause.doc.mistaken_for,
        "sources": list(cause.doc.sources),
    }


def _dump(document: Mapping[str, object]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _prose(text: str, width: int, first: str, rest: str = "") -> list[str]:
    """Break ``text`` into lines; no address, no option and no `command` is broken in two."""
    lines: list[str] = []
    for paragraph in paragraphs(text):
        broken = fill(
            _COMMAND.sub(lambda command: command[0].replace(" ", _GLUE), paragraph),
            width,
            initial_indent=first,
            subsequent_indent=rest or first,
            break_long_words=False,
            break_on_hyphens=False,
        )
        broken = broken.replace(_GLUE, " ")
        lines += ["", broken] if lines else [broken]
    return lines
