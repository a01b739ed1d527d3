"""Scripts: the program that runs them, which an installer fills in, apart from what they do."""

from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.shebang import Shebang, parse_shebang
from reprodiff.formats.parsing.wrapper import parse_wrapper
from reprodiff.formats.python import syntax
from reprodiff.formats.text import MAX_TEXT, Part, text_facts
from reprodiff.model import Difference, Span

_SHELL_LINES: Final = 3
"""Lines of the form that shell and Python both read."""


def wrapper_fact(
    content: Content, a: bytes, b: bytes, spans: tuple[Span, Span]
) -> Difference | None:
    """Return the fact that two generated scripts call the same; ``None`` if they are not that.

    ``a`` and ``b`` are the sources without the lines that name the interpreter.
    """
    name_b = content.path_b.rpartition("/")[2]
    one = parse_wrapper(a, content.base.removesuffix(".exe"))
    two = parse_wrapper(b, name_b.removesuffix(".exe"))
    if one is None or two is None or one.object != two.object:
        return None
    note = "" if one.guarded == two.guarded else "one side imports it only when run"
    return Difference(
        "script.wrapper", content.path, "calls", one.object, two.object, *spans, note=note
    )


def _wrapper(content: Content, a: bytes, b: bytes, spans: tuple[Span, Span]) -> Difference | None:
    """Return what :func:`wrapper_fact` does, unless the first lines end in two ways.

    The system takes a CR in front of the line feed for a part of the interpreter's name.
    """
    if a.startswith(b"\r") is not b.startswith(b"\r"):
        return None
    return wrapper_fact(content, a, b, spans)


def _compare(content: Content) -> list[Difference]:
    one, two = parse_shebang(content.a), parse_shebang(content.b)
    if one is None or two is None:
        return []
    facts: list[Difference] = []
    at_a, at_b = one.span.stop, two.span.stop
    if content.a[:at_a] != content.b[:at_b]:
        facts.append(
            Difference(
                "script.shebang",
                content.path,
                "interpreter",
                one.command,
                two.command,
                one.span,
                two.span,
                note="" if one.command != two.command else "written another way",
            )
        )
    rest_a, rest_b = bytes(content.a[at_a:]), bytes(content.b[at_b:])
    if rest_a == rest_b:
        return facts
    spans = Span(at_a, len(content.a)), Span(at_b, len(content.b))
    if (same := _wrapper(content, rest_a, rest_b, spans)) is not None:
        return [*facts, same]
    python = one.runs_python and two.runs_python
    if python:
        state = syntax(rest_a, rest_b)
        facts.append(Difference("python.syntax", content.path, "syntax tree", state, ""))
    # The rest begins with the ending of the last line that names the interpreter.
    first = _lines(one), _lines(two)
    part = Part(content.path, rest_a, rest_b, at_a, at_b, python=python, first=first)
    return facts + text_facts(part)


def _lines(found: Shebang) -> int:
    return _SHELL_LINES if found.shell else 1


def _applies(content: Content) -> bool:
    """Whether both are scripts whose first lines differ, or that an installer generated."""
    if max(len(content.a), len(content.b)) > MAX_TEXT:
        return False
    if bytes(content.a[:2]) != b"#!" or bytes(content.b[:2]) != b"#!":
        return False
    one, two = parse_shebang(content.a), parse_shebang(content.b)
    if one is None or two is None:
        return False
    if content.a[: one.span.stop] != content.b[: two.span.stop]:
        return True
    rests = bytes(content.a[one.span.stop :]), bytes(content.b[two.span.stop :])
    return _wrapper(content, *rests, (one.span, two.span)) is not None


FORMAT: Final = Format("script", _applies, _compare)
