"""Several settings for one file as one text, or as a patch of the file that the project has."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from reprodiff.toolchains.base import Knob

_TABLE: Final = re.compile(r"^\[(?P<name>[^\]]+)\]$")
DIFF: Final = "diff"


def merged(
    place: str,
    language: str,
    parts: Sequence[tuple[str, Knob]],
    project: Mapping[str, str] | None,
) -> tuple[str, str, str]:
    """Return the file, the text that goes into it, and what the text is written in.

    Where ``project`` (names to texts) is given, the text for a file of it, or for one that it is to
    have, is a unified diff; where nothing is left to change in it, that is said in a comment.
    """
    texts = list(dict.fromkeys(text for text, _ in parts))
    if project is not None:
        # Only where the project's files are given.
        from reprodiff.toolchains.patch import patched  # noqa: PLC0415

        done = patched(place, language, texts, project)
        if done is not None:
            name, before, after = done
            if before == after:
                return name, f"# {name} has it already: build both sides from it", language
            return name, unified(name, before, after), DIFF
    match language:
        case "toml" | "ini":
            return place, _tables(texts), language
        case "shell":
            return place, _shell(parts), language
        case _:
            return place, "\n".join(texts), language


def unified(name: str, before: str, after: str) -> str:
    """Return a unified diff that ``patch -p1`` and ``git apply`` take; empty if both are equal."""
    import difflib  # noqa: PLC0415 - only where the project's files are given

    old = before.splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    source = f"a/{name}" if before else "/dev/null"
    lines = [
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
        for line in difflib.unified_diff(old, new, source, f"b/{name}")
    ]
    return "".join(lines).rstrip("\n")


def _tables(texts: Sequence[str]) -> str:
    """Return settings with each table once, in the order in which the tables come."""
    tables: dict[str, list[str]] = {}
    for text in texts:
        name = ""
        for line in text.splitlines():
            if found := _TABLE.match(line):
                name = found["name"]
                tables.setdefault(name, [])
            elif line and line not in tables.setdefault(name, []):
                tables[name].append(line)
    blocks = ["\n".join([f"[{name}]", *lines] if name else lines) for name, lines in tables.items()]
    return "\n\n".join(block for block in blocks if block)


def _shell(parts: Sequence[tuple[str, Knob]]) -> str:
    """Return lines of shell, each once; arguments of one command make one command, at the end."""
    lines: list[str] = []
    commands: dict[str, tuple[list[str], str]] = {}
    for text, knob in parts:
        if not knob.command:
            known = set(lines)
            block = text.splitlines()
            # A loop or a line that goes on is kept whole; single settings are not repeated.
            whole = any(line.endswith("\\") or line.startswith((" ", "for ")) for line in block)
            lines += block if whole else [line for line in block if line not in known]
            continue
        arguments, target = commands.setdefault(knob.command, ([], ""))
        arguments += [argument for argument in knob.arguments if argument not in arguments]
        # Placeholders are filled in the text, so what follows the arguments there is the target.
        named = text.removeprefix(" ".join((knob.command, *knob.arguments))).strip()
        # An installation by name takes the place of one of a file.
        if not target or "*" not in named:
            commands[knob.command] = (arguments, named)
    made = [" ".join((command, *args, to)).rstrip() for command, (args, to) in commands.items()]
    return "\n".join([*lines, *made])
