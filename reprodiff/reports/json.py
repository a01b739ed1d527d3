"""The JSON report: the stable interface for other programs.

Its keys and their order are those of :mod:`reprodiff.reports.shape`; ``schema.json`` beside this
file is its JSON Schema.  Everything but ASCII is written as an escape, so that nothing in it can
act on a terminal or depend on an encoding.
"""

import json
from collections.abc import Mapping
from typing import Final

from reprodiff import __version__
from reprodiff.model import SCHEMA_VERSION, Category, Report, Side
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
    findings = tuple(
        replace(finding, locations=finding.locations[:limit]) for finding in report.findings
    )
    document: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "tool": _Members({"name": TOOL, "version": __version__}),
        **_fields(replace(report, findings=findings)),
        "recipe": {side: report.recipe.get(side, {}) for side in Side},
        "recipe_lines": {side: report.recipe_lines.get(side, ()) for side in Side},
    }
    if left_out is not None:
        document["left_out"] = left_out
    text = _written(_Members(document), "\n")
    # The one control character that JSON lets stand as it is.
    return text.replace("\x7f", "\\u007f") + "\n"


class _Members(dict[str, object]):
    """An object of JSON whose keys stand in the order they have."""


def _fields(thing: object) -> _Members:
    """Return what of a record is written."""
    kind = type(thing)
    made = _Members()
    for key in KEYS[kind]:
        value = getattr(thing, key)
        if value is not None or (kind, key) not in MAY_BE_ABSENT:
            made[key] = value
    return made


_quoted: Final = json.encoder.encode_basestring_ascii


def _written(value: object, line: str) -> str:
    """Return ``value`` as ``json.dumps`` writes it with an indent of two, in half of its time.

    The compiled encoder of the standard library knows no indents.  ``line`` is a line feed and the
    indent of the value.
    """
    if isinstance(value, str):
        return _quoted(value)
    kind = type(value)
    # Offsets and counts are most of a report; a bool is an int, and is not written as one.
    if kind is int:
        return str(value)
    if value is None:
        return "null"
    inner = line + "  "
    if kind in KEYS:
        value = _fields(value)
    elif isinstance(value, Mapping) and kind is not _Members:
        value = {key: value[key] for key in sorted(value, key=lambda key: _ORDER.get(key, 0))}
    if value and isinstance(value, dict):
        items = [f"{inner}{_quoted(key)}: {_written(item, inner)}" for key, item in value.items()]
        return "{" + ",".join(items) + line + "}"
    if value and isinstance(value, (tuple, list)):
        return "[" + ",".join([inner + _written(item, inner) for item in value]) + line + "]"
    return json.dumps(value, allow_nan=False)
