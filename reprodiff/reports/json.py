"""The JSON report: the stable interface for other programs.

Its keys and their order are those of :mod:`reprodiff.reports.shape`; ``schema.json`` beside this
file is its JSON Schema.  Everything but ASCII is written as an escape, so that nothing in it can
act on a terminal or depend on an encoding.
"""

import json
from collections.abc import Mapping
from typing import Final

from reprodiff import __version__
from reprodiff.model import SCHEMA_VERSION, Category, Report, Side, Span
from reprodiff.records import replace
from reprodiff.reports.selection import LeftOut
from reprodiff.reports.shape import KEYS, MAY_BE_ABSENT, TOOL

DEFAULT_LIMIT: Final = 100
"""Places written for each finding unless somebody asks for more."""

_ORDER: Final = {key: number for number, key in enumerate((*Category, *Side))}


def to_json(
    report: Report, limit: int | None = DEFAULT_LIMIT, left_out: LeftOut | None = None
) -> str:
    """Return ``report`` as JSON, with at most ``limit`` places a finding (all if ``None``).

    ``left_out`` is what a selection has left out of ``report``; it adds a key of that name.
    """
    document: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "tool": {"name": TOOL, "version": __version__},
    }
    findings = tuple(
        replace(finding, locations=finding.locations[:limit]) for finding in report.findings
    )
    document |= _object(replace(report, findings=findings))
    recipe = {side: report.recipe.get(side, {}) for side in Side}
    document["recipe"] = _value(recipe)
    lines = {side: report.recipe_lines.get(side, ()) for side in Side}
    document["recipe_lines"] = _value(lines)
    if left_out is not None:
        document["left_out"] = _value(left_out)
    text = _written(document, "\n")
    # The one control character that JSON lets stand as it is.
    return text.replace("\x7f", "\\u007f") + "\n"


def _written(value: object, line: str) -> str:
    """Return what ``json.dumps`` with an indent of two writes, in half of its time.

    The compiled encoder of the standard library knows no indents.  ``line`` is a line feed and the
    indent of the value.
    """
    if isinstance(value, str):
        return _quoted(value)
    inner = line + "  "
    if value and isinstance(value, dict):
        items = [f"{inner}{_quoted(key)}: {_written(item, inner)}" for key, item in value.items()]
        return "{" + ",".join(items) + line + "}"
    if value and isinstance(value, list):
        return "[" + ",".join([inner + _written(item, inner) for item in value]) + line + "]"
    # Offsets and counts are most of a report; a bool is an int, and is not written as one.
    return str(value) if type(value) is int else json.dumps(value, allow_nan=False)


_quoted: Final = json.encoder.encode_basestring_ascii


def _object(thing: object) -> dict[str, object]:
    kind = type(thing)
    made: dict[str, object] = {}
    for key in KEYS[kind]:
        value = getattr(thing, key)
        if value is None and (kind, key) in MAY_BE_ABSENT:
            continue
        made[key] = _value(value)
    return made


def _value(value: object) -> object:
    if type(value) in KEYS:
        return _object(value)
    if isinstance(value, Span):
        return [value.start, value.stop]
    if isinstance(value, Mapping):
        keys = sorted(value, key=lambda key: _ORDER.get(key, 0))
        return {str(key): _value(value[key]) for key in keys}
    if isinstance(value, tuple):
        return [_value(item) for item in value]
    return value
