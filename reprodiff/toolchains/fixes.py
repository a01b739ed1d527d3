"""Which of a cause's remedies fit the artifacts at hand."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from reprodiff.causes.base import Cause
from reprodiff.model import ArtifactInfo, Finding, Fix

MOST: Final = 3
"""Remedies given for one finding."""

# Tools that anybody may use, whatever made the artifact.
_GENERAL: Final = frozenset({"any", "git", "own code"})
_SNIPPET: Final = re.compile(r"`([^`]+)`")
_ENVIRONMENT: Final = re.compile(r"^(?:export )?[A-Z][A-Z0-9_]+=")
_TABLE: Final = re.compile(r"^\[[\w.]+\]|^[\w.-]+ = ")


def with_fixes(
    findings: Iterable[Finding], causes: Mapping[str, Cause], *artifacts: ArtifactInfo
) -> tuple[tuple[Finding, ...], tuple[Fix, ...]]:
    """Return ``findings`` with the ids of the remedies that fit, and those remedies.

    A remedy fits if it is one for a tool that made one of the artifacts, or for nobody in
    particular.  A finding that follows from others has none of its own.
    """
    tools = {each.made_by.tool.lower() for each in artifacts if each.made_by is not None}
    fixes: dict[str, Fix] = {}
    done: list[Finding] = []
    for finding in findings:
        cause = causes.get(finding.cause)
        if cause is None or finding.derived_from:
            done.append(finding)
            continue
        mine = [fix for fix, fits in _remedies(cause, tools) if fits][:MOST]
        fixes.update((fix.id, fix) for fix in mine)
        done.append(replace(finding, fixes=tuple(fix.id for fix in mine)))
    return tuple(done), tuple(fixes.values())


def _remedies(cause: Cause, tools: set[str]) -> Iterable[tuple[Fix, bool]]:
    """Yield a cause's remedies with whether each fits, those for a tool at hand first."""
    rows: list[tuple[int, Fix, bool]] = []
    for number, (tool, text) in enumerate(cause.doc.fix, start=1):
        if not tool:
            continue
        named = {name.strip().lower() for name in tool.split(",")}
        at_hand = any(_same_tool(name, made) for name in named for made in tools)
        general = bool(named & _GENERAL)
        rows.append((0 if at_hand else 1, _fix(cause, number, tool, text), at_hand or general))
    rows.sort(key=lambda row: row[0])
    return [(fix, fits) for _, fix, fits in rows]


def _same_tool(name: str, made: str) -> bool:
    """Whether a remedy's tool is the one WHEEL names: ``flit`` is also ``flit_core``."""
    plain = made.replace("_", "-").removesuffix("-core").removesuffix("-backend")
    return plain in {name, name.replace("_", "-").removesuffix("-core").removesuffix("-backend")}


def _fix(cause: Cause, number: int, tool: str, text: str) -> Fix:
    snippet = _SNIPPET.search(text)
    code = snippet[1] if snippet else ""
    return Fix(
        id=f"{cause.id}-{number}",
        tool=tool,
        title=text,
        where=_where(tool, code or text),
        snippet=code,
        why=cause.doc.why,
        docs=next((source for source in cause.doc.sources if source.startswith("https://")), ""),
    )


def _where(tool: str, code: str) -> str:
    if _ENVIRONMENT.match(code):
        return "environment"
    if _TABLE.match(code):
        return "pyproject.toml"
    if tool in {"pip", "uv"}:
        return "installer"
    return "build flags" if code.startswith("-") else "ci"
