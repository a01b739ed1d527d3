"""Reading a JSON report back.

A report may come from a stranger as an artifact may: every value is checked against the model,
and every text is made safe to show again.
"""

import json
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from typing import Any, Final, get_args, get_origin, get_type_hints

from reprodiff.errors import InputError
from reprodiff.model import SCHEMA_VERSION, Report, Span
from reprodiff.reports.shape import KEYS, MAY_BE_ABSENT, MULTILINE
from reprodiff.text import plain

_HINT: Final = "give a file that `reprodiff A B --format json` has written, whole"


def from_json(text: str | bytes) -> Report:
    """Return the report that ``text`` holds.

    Keys that are not known are passed over.  Raises :class:`~reprodiff.errors.InputError` if it
    is no report, or one of another ``schema_version``.
    """
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError("this is not JSON", _HINT) from error
    if not isinstance(document, dict) or "schema_version" not in document:
        raise InputError("this is not a report", _HINT)
    version = document["schema_version"]
    if version != SCHEMA_VERSION or isinstance(version, bool):
        raise InputError(
            f"this is a report of another schema version than {SCHEMA_VERSION}",
            "read it with the release of reprodiff that wrote it",
        )
    report = _object(Report, document, "")
    assert isinstance(report, Report)  # noqa: S101 - for the type checker
    return report


def _wrong(where: str) -> InputError:
    return InputError(f"this is not a report: {where} is missing or of the wrong type", _HINT)


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _object(kind: type, value: object, where: str) -> object:
    if not isinstance(value, dict):
        raise _wrong(where)
    hints = _hints(kind)
    made: dict[str, object] = {}
    for key in KEYS[kind]:
        if key not in value:
            if (kind, key) in MAY_BE_ABSENT:
                continue
            raise _wrong(f"{where}{key}")
        multiline = (kind, key) in MULTILINE
        made[key] = _value(hints[key], value[key], f"{where}{key}", multiline=multiline)
    return kind(**made)


def _value(hint: Any, value: object, where: str, *, multiline: bool = False) -> object:  # noqa: ANN401 - one case for each kind of hint
    origin, arguments = get_origin(hint), get_args(hint)
    if type(None) in arguments:
        if value is None:
            return None
        (hint,) = (argument for argument in arguments if argument is not type(None))
    whole = hint is int and type(value) is int and value >= 0
    if whole or (hint is bool and isinstance(value, bool)):
        return value
    if hint is str and isinstance(value, str):
        return _lines(value) if multiline else plain(value)
    if origin is tuple and isinstance(value, list):
        return tuple(
            _value(arguments[0], item, f"{where}[{number}]") for number, item in enumerate(value)
        )
    if origin is Mapping and isinstance(value, dict):
        keys, values = arguments
        return {
            _value(keys, key, where): _value(values, item, f"{where}.{plain(key, 40)}")
            for key, item in value.items()
        }
    if hint is Span:
        return _span(value, where)
    if isinstance(hint, type) and issubclass(hint, StrEnum) and isinstance(value, str):
        try:
            return hint(value)
        except ValueError as error:
            raise _wrong(where) from error
    if hint in KEYS:
        return _object(hint, value, f"{where}.")
    raise _wrong(where)


def _span(value: object, where: str) -> Span:
    match value:
        case [int(start), int(stop)] if 0 <= start <= stop:
            return Span(start, stop)
        case _:
            raise _wrong(where)


def _lines(text: str) -> str:
    """Return ``text`` safe to show; its line ends and tabs are kept."""
    return "\n".join("\t".join(map(plain, line.split("\t"))) for line in text.split("\n"))
