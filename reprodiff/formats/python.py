"""Python source: text, and whether the syntax tree is the same."""

import ast
from typing import Final

from reprodiff.formats.base import Content, Format
from reprodiff.formats.parsing.lines import is_text
from reprodiff.formats.text import Part, text_facts
from reprodiff.model import Difference

MAX_SOURCE: Final = 4 << 20
"""Larger sources are compared as text only, in bytes."""
MAX_DEPTH: Final = 90
"""Brackets inside each other that are parsed; the interpreter's own bound is about twice that."""

_SUFFIXES: Final = frozenset({".py", ".pyi", ".pyw"})


def syntax(a: bytes, b: bytes) -> str:
    """Say whether two sources have the same syntax tree: ``same``, ``other`` or ``unknown``.

    The running interpreter's grammar decides; a source that it does not know is ``unknown``.
    """
    if max(len(a), len(b)) > MAX_SOURCE or not (_shallow(a) and _shallow(b)):
        return "unknown"
    try:
        tree_a, tree_b = _parse(a), _parse(b)
        return "same" if ast.dump(tree_a) == ast.dump(tree_b) else "other"
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "unknown"


def _parse(source: bytes) -> ast.Module:
    import warnings  # noqa: PLC0415

    with warnings.catch_warnings():
        # An invalid escape sequence in an artifact is none of the user's business here.
        warnings.simplefilter("ignore")
        return ast.parse(source)


def _shallow(source: bytes) -> bool:
    """Whether brackets and runs of prefix operators are no deeper than sources really are."""
    depth = deepest = run = longest = 0
    for byte in source:
        if byte in b"([{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b")]}":
            depth -= 1
        if byte in b"-+~":
            run += 1
            longest = max(longest, run)
        elif byte not in b" \t":
            run = 0
    return deepest <= MAX_DEPTH and longest <= 2000


def _compare(content: Content) -> list[Difference]:
    a, b = bytes(content.a), bytes(content.b)
    facts = text_facts(Part(content.path, a, b, python=True))
    return [Difference("python.syntax", content.path, "syntax tree", syntax(a, b), ""), *facts]


def _applies(content: Content) -> bool:
    if content.suffix not in _SUFFIXES and not _python_script(content):
        return False
    return is_text(bytes(content.a[: 1 << 16])) and is_text(bytes(content.b[: 1 << 16]))


def _python_script(content: Content) -> bool:
    """Whether both sides start with a line that names a Python interpreter."""
    heads = [bytes(data[:256]).partition(b"\n")[0] for data in (content.a, content.b)]
    return all(head.startswith(b"#!") and b"python" in head for head in heads)


FORMAT: Final = Format("python", _applies, _compare)
