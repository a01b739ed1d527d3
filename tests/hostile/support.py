"""What every hostile input is held to: an answer, both ways, and nothing in it that acts."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from reprodiff.engine import compare
from reprodiff.errors import InputError
from reprodiff.model import Report
from reprodiff.reports.json import to_json
from reprodiff.reports.shape import MULTILINE

# Control bytes, and characters that hide or turn the direction: none may reach a person.
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def put(where: Path, side: str, suffix: str, data: bytes) -> str:
    folder = where / side
    folder.mkdir(exist_ok=True)
    path = folder / f"demo{suffix}"
    path.write_bytes(data)
    return str(path)


def answer(where: Path, a: bytes, b: bytes, suffix: str) -> Report | None:
    """Compare both ways; ``None`` if the input is refused, which must be so both ways.

    Nothing may be written: no name inside an archive is ever a place on disk.
    """
    one, two = put(where, "a", suffix, a), put(where, "b", suffix, b)
    there = sorted(path for path in where.rglob("*"))
    report, back = compared(one, two), compared(two, one)
    assert sorted(path for path in where.rglob("*")) == there
    if report is None or back is None:
        assert report is back
        return None
    assert_harmless(report)
    assert_harmless(back)
    assert report.verdict is back.verdict
    assert report.summary.ledger == back.summary.ledger
    return report


def compared(a: str, b: str) -> Report | None:
    """Compare; a refusal must be one safe sentence, and is ``None``."""
    try:
        return compare(a, b)
    except InputError as error:
        refusal = f"{error} {error.hint}"
    assert len(refusal) > 10
    assert _ACTING.search(refusal) is None
    return None


def told(report: Report) -> set[str]:
    """Causes of all findings, and ``problem`` if something could not be read."""
    said = {finding.cause for finding in report.findings}
    return said | {"problem"} if report.problems else said


def assert_harmless(report: Report) -> None:
    for text in strings(report):
        assert _ACTING.search(text) is None, text[:200]
    assert to_json(report).isascii()


def strings(thing: object) -> Iterator[str]:
    if isinstance(thing, str):
        yield thing
    elif dataclasses.is_dataclass(thing):
        for field in dataclasses.fields(thing):
            value = getattr(thing, field.name)
            if (type(thing), field.name) in MULTILINE:
                # Snippets are made to be copied, line by line; nothing else may break a line.
                value = value.replace("\n", " ")
            yield from strings(value)
    elif isinstance(thing, dict):
        for key, value in thing.items():
            yield from strings(key)
            yield from strings(value)
    elif isinstance(thing, (tuple, list)):
        for item in thing:
            yield from strings(item)
