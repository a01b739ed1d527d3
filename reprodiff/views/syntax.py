"""Text in the colours of its language, for a window of lines.

Grammars are regular expressions, and a hostile file can make one run for ever: so it runs in a
child process, and not for long.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from reprodiff import sandbox

TASK: Final = "reprodiff.views.syntax:coloured"
LIMITS: Final = sandbox.ChildLimits(seconds=3, cpu_seconds=3)

LANGUAGES: Final = {
    ".py": "python",
    ".pyi": "python",
    ".pyx": "cython",
    ".pxd": "cython",
    ".json": "json",
    ".ipynb": "json",
    ".toml": "toml",
    ".ini": "ini",
    ".cfg": "ini",
    ".yml": "yaml",
    ".yaml": "yaml",
    ".c": "c",
    ".h": "c",
    ".cpp": "cpp",
    ".cc": "cpp",
    ".hpp": "cpp",
    ".rs": "rust",
    ".js": "javascript",
    ".css": "css",
    ".html": "html",
    ".xml": "xml",
    ".svg": "xml",
    ".sh": "bash",
    ".rst": "rst",
    ".md": "markdown",
}
"""Names of grammars by the suffix of a path."""

KEYWORD, STRING, COMMENT, NUMBER, NAME = "keyword", "string", "comment", "number", "name"
KINDS: Final = (KEYWORD, STRING, COMMENT, NUMBER, NAME)

Runs = list[tuple[int, int, str]]
"""Parts of a line: first character, the one behind the last, and one of :data:`KINDS`."""


def language(path: str) -> str:
    """Return the grammar for a path; empty where none is known."""
    base = path.rpartition("/")[2].lower()
    if base in {"entry_points.txt", "pyproject.toml"}:
        return "ini" if base.startswith("entry") else "toml"
    dot = base.rfind(".")
    return LANGUAGES.get(base[dot:], "") if dot >= 0 else ""


def ask(grammar: str, lines: Sequence[str]) -> list[Runs] | None:
    """Return the coloured parts of each line; ``None`` where that fails or takes too long."""
    text = "\n".join(line.replace("\n", " ") for line in lines)
    payload = text.encode("utf-8", "surrogatepass")
    answer = sandbox.run(TASK, {"grammar": grammar}, payload, LIMITS)
    if isinstance(answer, sandbox.Failure):
        return None
    return [[(start, stop, kind) for start, stop, kind in runs] for runs in answer.meta["lines"]]


# -- in the child


def coloured(meta: Mapping[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return for each line its coloured parts."""
    from pygments.lexers import get_lexer_by_name  # noqa: PLC0415  (in the child only)

    text = bytes(payload).decode("utf-8", "surrogatepass")
    lexer = get_lexer_by_name(str(meta["grammar"]), stripnl=False, ensurenl=False)
    lines: list[Runs] = [[]]
    column = 0
    for token, value in lexer.get_tokens(text):
        kind = _kind(token)
        for number, part in enumerate(value.split("\n")):
            if number:
                lines.append([])
                column = 0
            if part and kind:
                lines[-1].append((column, column + len(part), kind))
            column += len(part)
    return {"lines": lines}, b""


def _kind(token: object) -> str:
    from pygments import token as tokens  # noqa: PLC0415  (in the child only)

    for kind, family in (
        (STRING, tokens.String),
        (COMMENT, tokens.Comment),
        (NUMBER, tokens.Number),
        (KEYWORD, tokens.Keyword),
        (KEYWORD, tokens.Operator.Word),
        (NAME, tokens.Name.Function),
        (NAME, tokens.Name.Class),
        (NAME, tokens.Name.Decorator),
        (NAME, tokens.Name.Builtin),
        (KEYWORD, tokens.Name.Tag),
        (NAME, tokens.Name.Attribute),
        (KEYWORD, tokens.Generic.Heading),
    ):
        if token in family:
            return kind
    return ""
