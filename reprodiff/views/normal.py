"""Text members in a normal form: what has no meaning (order, line endings) is put away.

For people to look at, beside the raw form; nothing is proven by it.  A text that cannot be read
as what its name says is normalised as plain text.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from reprodiff.formats.parsing.lines import decode

MAX_BYTES: Final = 8 << 20
"""Largest text that is normalised."""
_BAG: Final = frozenset({
    "classifier", "dynamic", "keywords", "license-file", "platform", "project-url",
    "provides-dist", "provides-extra", "requires-dist", "requires-external", "tag",
})  # fmt: skip
"""Fields of metadata that may stand several times, and whose order has no meaning."""


class Normal(NamedTuple):
    """A text in its normal form, and in words what was done to it."""

    text: str
    how: str


def normal(path: str, data: memoryview) -> Normal | None:
    """Return the normal form of a member; ``None`` if it is too large."""
    if len(data) > MAX_BYTES:
        return None
    text = _plain_text(data)
    for applies, how, normalise in _FORMS:
        if applies(path):
            try:
                return Normal(normalise(text), how)
            except (ValueError, RecursionError, csv.Error):
                break
    return Normal(text, "line endings, byte order mark and final newline put away")


def _plain_text(data: memoryview) -> str:
    text = decode(bytes(data)).text.removeprefix("\ufeff")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if not text or text.endswith("\n") else text + "\n"


def _record(text: str) -> str:
    """Sort the rows by path; quote only what needs it."""
    rows = list(csv.reader(io.StringIO(text), strict=True))
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(sorted(rows))
    return out.getvalue()


def _metadata(text: str) -> str:
    """Sort the fields by name, those of one name as they stand unless their order says nothing."""
    head, blank, body = text.partition("\n\n")
    fields: list[list[str]] = []
    for line in head.splitlines():
        if line[:1] in {" ", "\t"} and fields:
            fields[-1].append(line)
        else:
            fields.append([line])

    def key(field: list[str]) -> tuple[str, str]:
        name = field[0].partition(":")[0].strip().casefold()
        return name, field[0] if name in _BAG else ""

    lines = [line for field in sorted(fields, key=key) for line in field]
    return "\n".join(lines) + (blank + body if blank else "\n")


def _ini(text: str) -> str:
    """Sort the sections, and the lines in each; comments and blank lines are left out."""
    sections: dict[str, list[str]] = {"": []}
    at = ""
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare[0] in "#;":
            continue
        if bare[0] == "[":
            at = bare
            sections.setdefault(at, [])
        elif line[0] in " \t" and sections[at]:
            sections[at][-1] += f"\n{line}"
        else:
            sections[at].append(line)
    parts = [
        "\n".join([*([title] if title else []), *sorted(lines)])
        for title, lines in sorted(sections.items())
        if title or lines
    ]
    return "\n\n".join(parts) + "\n"


class _Object(list[tuple[str, object]]):
    """The members of a JSON object, also those of one name."""


def _json(text: str) -> str:
    """Sort the members of objects by name and indent everything; arrays keep their order."""
    value = json.loads(text, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number)
    return "".join(_dumped(value, 0)) + "\n"


class _Number(str):
    """A number as it is written."""

    __slots__ = ()


def _dumped(value: object, depth: int) -> Iterator[str]:
    pad = "  " * (depth + 1)
    if isinstance(value, _Object):
        if not value:
            yield "{}"
            return
        yield "{"
        for number, (name, inner) in enumerate(sorted(value, key=lambda item: item[0])):
            yield f"{',' if number else ''}\n{pad}{json.dumps(name, ensure_ascii=False)}: "
            yield from _dumped(inner, depth + 1)
        yield "\n" + "  " * depth + "}"
    elif isinstance(value, list):
        if not value:
            yield "[]"
            return
        yield "["
        for number, inner in enumerate(value):
            yield f"{',' if number else ''}\n{pad}"
            yield from _dumped(inner, depth + 1)
        yield "\n" + "  " * depth + "]"
    elif isinstance(value, _Number):
        yield str(value)
    else:
        yield json.dumps(value, ensure_ascii=False)


def _named(*names: str) -> Callable[[str], bool]:
    return lambda path: path.rpartition("/")[2] in names


_FORMS: Final[tuple[tuple[Callable[[str], bool], str, Callable[[str], str]], ...]] = (
    (_named("RECORD"), "rows sorted by path, line endings put away", _record),
    (
        _named("METADATA", "PKG-INFO", "WHEEL"),
        "fields sorted by name, line endings put away",
        _metadata,
    ),
    (
        lambda path: path.lower().endswith((".json", ".ipynb")),
        "members of objects sorted by name, everything indented",
        _json,
    ),
    (
        lambda path: path.lower().endswith((".ini", ".cfg", "/entry_points.txt")),
        "sections and the lines in them sorted, comments left out",
        _ini,
    ),
)
