"""INI files such as setup.cfg: files that say the same; everything else about them is text."""

from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.ini import Ini, parse_ini
from reprodiff.formats.text import Part, text_facts
from reprodiff.model import Difference, Span

_SUFFIXES: Final = frozenset({".cfg", ".ini"})


def _compare(content: Content) -> list[Difference]:
    a, b = bytes(content.a), bytes(content.b)
    facts = text_facts(Part(content.path, a, b))
    if not any(fact.what in {"text.line", "text.block", "text.order"} for fact in facts):
        return facts
    data_a, data_b = _data(parse_ini(a)), _data(parse_ini(b))
    # At what is not UTF-8, be it in a comment, a reader gives up on the whole file.
    read_alike = _is_utf8(a) is _is_utf8(b)
    if data_a is not None and data_a == data_b and read_alike:
        whole = (Span(0, len(a)), Span(0, len(b)))
        form = Difference("ini.format", content.path, "document", "", "", *whole)
        # Comments are no data, and may hide something all the same.
        return [form, *(fact for fact in facts if fact.what == "text.hidden")]
    return facts


def _is_utf8(data: bytes) -> bool:
    """Whether all of ``data`` is UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _data(parsed: Ini) -> dict[tuple[str, str], str] | None:
    """Return the options as (section, key) -> value; ``None`` if two readers could disagree.

    A key that comes twice, or a line that is no option, is read in more than one way; and white
    space inside of a value is kept.
    """
    if parsed.errors:
        return None
    found: dict[tuple[str, str], str] = {}
    for option in parsed.options:
        key = (option.section, option.key)
        if key in found:
            return None
        found[key] = option.value
    return found


FORMAT: Final = Format("ini", lambda content: content.suffix in _SUFFIXES, _compare)
