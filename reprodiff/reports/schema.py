"""The JSON Schema of the JSON report, made from the model.

``python -m reprodiff.reports.schema`` prints what belongs into ``schema.json`` beside this file.
A reader must put up with keys it does not know: new ones come without a new ``schema_version``.
"""

import ast
import inspect
import json
import sys
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, get_args, get_origin, get_type_hints

from reprodiff.model import SCHEMA_VERSION, Report, Side, Span
from reprodiff.reports.selection import LeftOut
from reprodiff.reports.shape import KEYS, MAY_BE_ABSENT, TOOL

FILE: Final = "schema.json"

_TEXT: Final = {"type": "string"}
_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"


def shipped() -> str:
    """Return the schema as it is shipped with the package."""
    return files("reprodiff.reports").joinpath(FILE).read_text(encoding="utf-8")


def make() -> dict[str, Any]:
    """Return the schema as the model has it now."""
    definitions: dict[str, Any] = {}
    report = _object(Report, definitions)
    _reference(LeftOut, definitions)
    envelope = {
        "schema_version": {
            "const": SCHEMA_VERSION,
            "description": "Counts breaking changes.",
        },
        "tool": {
            "type": "object",
            "description": "What wrote this report.",
            "properties": {"name": {"const": TOOL}, "version": _TEXT},
            "required": ["name", "version"],
        },
    }
    left_out = {
        "$ref": "#/$defs/LeftOut",
        "description": "There only if findings were chosen with --only or --ignore.",
    }
    return {
        "$schema": _DIALECT,
        "title": "reprodiff report",
        "description": report["description"],
        "type": "object",
        "properties": {**envelope, **report["properties"], "left_out": left_out},
        "required": [*envelope, *report["required"]],
        "$defs": dict(sorted(definitions.items())),
    }


def render() -> str:
    """Return :func:`make` as the text of the shipped file."""
    return json.dumps(make(), indent=2, ensure_ascii=True) + "\n"


def _object(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    hints = get_type_hints(kind)
    words = _field_words(kind)
    properties = {}
    for key in KEYS[kind]:
        absent = (kind, key) in MAY_BE_ABSENT
        schema = _schema(hints[key], definitions, may_be_null=not absent)
        properties[key] = {**schema, "description": words[key]} if key in words else schema
    if kind is Report:
        properties["recipe"] = _recipe()
    return {
        "description": _first_paragraph(kind),
        "type": "object",
        "properties": properties,
        "required": [key for key in KEYS[kind] if (kind, key) not in MAY_BE_ABSENT],
    }


def _schema(hint: Any, definitions: dict[str, Any], *, may_be_null: bool) -> dict[str, Any]:  # noqa: ANN401 - a type hint is whatever was written
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is str:
        return _TEXT
    if hint is bool:
        return {"type": "boolean"}
    if hint is int:
        return {"type": "integer", "minimum": 0}
    if type(None) in arguments:
        (one,) = (argument for argument in arguments if argument is not type(None))
        schema = _schema(one, definitions, may_be_null=False)
        return {"anyOf": [schema, {"type": "null"}]} if may_be_null else schema
    if origin is tuple:
        return {"type": "array", "items": _schema(arguments[0], definitions, may_be_null=False)}
    if origin is Mapping:
        keys, values = (_schema(part, definitions, may_be_null=False) for part in arguments)
        return {"type": "object", "propertyNames": keys, "additionalProperties": values}
    return _reference(hint, definitions)


def _reference(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    """Put the schema of ``kind`` into ``definitions``; return what refers to it there."""
    if kind.__name__ not in definitions:
        if kind is Span:
            definitions[kind.__name__] = {
                "description": _first_paragraph(Span),
                "type": "array",
                "prefixItems": [{"type": "integer", "minimum": 0}] * 2,
                "minItems": 2,
                "items": False,
            }
        elif issubclass(kind, StrEnum):
            definitions[kind.__name__] = {
                "description": _first_paragraph(kind),
                "enum": [member.value for member in kind],
            }
        else:
            definitions[kind.__name__] = _object(kind, definitions)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _recipe() -> dict[str, Any]:
    settings = {"type": "object", "additionalProperties": _TEXT}
    return {
        "description": "What must be set to build each side again as it is.",
        "type": "object",
        "properties": {side.value: settings for side in Side},
        "required": [side.value for side in Side],
    }


def _first_paragraph(kind: type) -> str:
    text = inspect.cleandoc(kind.__doc__ or "").partition("\n\n")[0]
    return " ".join(text.split())


@cache
def _field_words(kind: type) -> Mapping[str, str]:
    """Return the docstrings that stand under the fields of ``kind`` in its source."""
    (tree,) = ast.parse(inspect.getsource(kind)).body
    assert isinstance(tree, ast.ClassDef)  # noqa: S101 - a class's source is a class
    words: dict[str, str] = {}
    for field, after in zip(tree.body, tree.body[1:], strict=False):
        match field, after:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(text))),
            ):
                words[name] = " ".join(text.split())
            case _:
                pass
    return words


if __name__ == "__main__":
    sys.stdout.write(render())
