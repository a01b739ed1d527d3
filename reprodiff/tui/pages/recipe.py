"""The recipe: what has to be set to build each of the two again, A beside B."""

from reprodiff.model import RecipeLine, Side
from reprodiff.text import plain
from reprodiff.tui.store import Store
from reprodiff.views.tables import TableRow, heading, note, row

INTRODUCTION = "What the two artifacts themselves tell of how they were built, A beside B."


def recipe_rows(store: Store) -> list[TableRow]:
    """Return the recipe of both sides as a table, with how sure each line is."""
    report = store.report
    if report is None:
        return []
    lines = {side: _by_key(report.recipe_lines.get(side, ())) for side in Side}
    keys = list(dict.fromkeys(key for side in Side for key in lines[side]))
    rows: list[TableRow] = [heading("To build one again"), note(INTRODUCTION)] if keys else []
    for key in keys:
        one, two = lines[Side.A].get(key), lines[Side.B].get(key)
        rows.append(row(key, one.value if one else None, two.value if two else None))
        told = dict.fromkeys(_told(line) for line in (one, two) if line is not None)
        if len(told) == 1:
            rows += [note(words) for words in told]
        else:
            sides = zip("AB", (one, two), strict=True)
            rows += [note(f"{side}: {_told(line)}") for side, line in sides if line is not None]
    return rows


def recipe_text(store: Store) -> str:
    """Return the recipe as lines to paste: once if both sides have the same, else each by name."""
    report = store.report
    if report is None:
        return ""
    texts = [
        "".join(f"{key}={value}\n" for key, value in report.recipe.get(side, {}).items())
        for side in Side
    ]
    if texts[0] == texts[1]:
        return texts[0]
    infos = (report.a, report.b)
    parts = [
        f"# {side.upper()}: {plain(info.path)}\n{text or '# nothing is known'}"
        for side, info, text in zip(Side, infos, texts, strict=True)
    ]
    return "\n".join(parts)


def _by_key(lines: tuple[RecipeLine, ...]) -> dict[str, RecipeLine]:
    return {line.key: line for line in lines}


def _told(line: RecipeLine) -> str:
    return f"{line.confidence.value}: {line.reason}" if line.reason else line.confidence.value
