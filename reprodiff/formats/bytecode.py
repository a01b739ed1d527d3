"""Compiled Python: the header, the paths in it, and every object of the code."""

from typing import Final

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content, Format
from reprodiff.formats.pyc import PycError, compare_pyc
from reprodiff.formats.pyc.facts import Fact, FactKind
from reprodiff.model import Difference, Span


def _compare(content: Content) -> list[Difference]:
    try:
        found = compare_pyc(content.a, content.b)
    except PycError as error:
        raise DamagedError(f"not a pyc file: {error}") from error
    facts = [
        Difference(
            f"pyc.{fact.kind}",
            content.path,
            fact.place,
            fact.a,
            fact.b,
            fact.parts[0][0] if fact.parts else None,
            fact.parts[0][1] if fact.parts else None,
            note=_note(fact, found.a.magic_number, found.b.magic_number),
            parts=fact.parts,
        )
        for fact in found.facts
    ]
    if found.body in {"unread", "other-version"}:
        start = 16
        spans = (Span(start, len(content.a)), Span(start, len(content.b)))
        reason = found.error_a or found.error_b
        facts.append(
            Difference(
                f"pyc.body-{found.body}",
                content.path,
                "code",
                f"{spans[0].size} bytes",
                f"{spans[1].size} bytes",
                *spans,
                note=str(reason) if reason else "",
            )
        )
    return facts


def _note(fact: Fact, magic_a: int, magic_b: int) -> str:
    """Say of a path how many code objects have it, of a hash which magic number is its key."""
    if fact.kind is FactKind.FILENAME:
        return f"{fact.count} code objects"
    keyed = fact.kind in {FactKind.FLAGS, FactKind.SOURCE_HASH} and magic_a == magic_b
    return str(magic_a) if keyed else ""


FORMAT: Final = Format("pyc", lambda content: content.suffix in {".pyc", ".pyo"}, _compare)
