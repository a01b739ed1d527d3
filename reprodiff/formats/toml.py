"""TOML: files that say the same; everything else about them is text."""

from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.ini import in_order, same_toml, toml_data
from reprodiff.formats.text import Part, text_facts
from reprodiff.model import Difference, Span


def _compare(content: Content) -> list[Difference]:
    a, b = bytes(content.a), bytes(content.b)
    facts = text_facts(Part(content.path, a, b))
    if not any(fact.what in {"text.line", "text.block", "text.order"} for fact in facts):
        return facts
    data_a, data_b = toml_data(a), toml_data(b)
    if data_a is not None and data_b is not None and same_toml(data_a, data_b):
        whole = (Span(0, len(a)), Span(0, len(b)))
        note = "" if in_order(data_a, data_b) else "order"
        form = Difference("toml.format", content.path, "document", "", "", *whole, note=note)
        # Comments are no data, and may hide something all the same.
        return [form, *(fact for fact in facts if fact.what == "text.hidden")]
    return facts


FORMAT: Final = Format("toml", lambda content: content.suffix == ".toml", _compare)
