"""What the user has set: other keys, a theme; and what the app remembers by itself."""

import json
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from reprodiff.errors import InputError
from reprodiff.text import plain
from reprodiff.tui.keys.base import names
from reprodiff.tui.keys.tables import KEYS
from reprodiff.tui.triage.keeping import read_text, write_text

_SIGNS: Final = {
    "solidus": "slash",
    "reverse_solidus": "backslash",
    "commercial_at": "at",
    "hyphen_minus": "minus",
    "plus_sign": "plus",
    "low_line": "underscore",
}
"""Signs that Textual calls otherwise than Unicode does."""
MAX_RECENT: Final = 12


@dataclass(frozen=True)
class Settings:
    """What a file of settings says, and what is wrong with it."""

    theme: str = ""
    keys: Mapping[str, str] = field(default_factory=dict)
    """Keys by the ids of actions, with commas between."""
    faults: tuple[str, ...] = ()
    """A sentence for each thing that cannot be followed; the rest is."""


def load(path: Path) -> Settings:
    """Return the settings of a file, the defaults where there is none."""
    try:
        text = read_text(path)
    except InputError as error:
        return Settings(faults=(f"The settings are not used: {error}.",))
    if not text:
        return Settings()
    import tomllib  # noqa: PLC0415  (only where there are settings)

    try:
        document = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        return Settings(faults=(f"The settings are not used: {plain(path)}: {plain(error, 120)}.",))
    faults = [
        f"{plain(path)}: there is no setting {plain(key, 60)!r}; there are theme and [keys]."
        for key in document
        if key not in {"theme", "keys"}
    ]
    theme = document.get("theme", "")
    if not isinstance(theme, str):
        faults.append(f"{plain(path)}: theme must be a string.")
        theme = ""
    table = document.get("keys", {})
    if not isinstance(table, dict):
        faults.append(f"{plain(path)}: keys must be a table: begin it with [keys].")
        table = {}
    keys, wrong = _keys(dict(_flat(table, "")))
    faults += [f"{plain(path)}: {sentence}" for sentence in wrong]
    return Settings(theme, keys, tuple(faults))


def _flat(table: Mapping[str, object], before: str) -> Iterator[tuple[str, object]]:
    """Yield the entries of a table; what stands without quotes has become tables in it."""
    for key, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")
        else:
            yield before + key, value


def _keys(given: Mapping[str, object]) -> tuple[dict[str, str], list[str]]:
    ids = [key.id for key in KEYS]
    faults: list[str] = []
    taken: dict[str, str] = {}
    for one, value in given.items():
        if one not in ids:
            from difflib import get_close_matches  # noqa: PLC0415  (hardly ever needed)

            close = get_close_matches(one, ids, 1)
            hint = f"; did you mean {close[0]}" if close else ""
            faults.append(f"there is no action {plain(one, 60)!r}{hint}.")
        elif not isinstance(value, str) or not value.strip():
            faults.append(f'the key of {one} must be a string such as "ctrl+x".')
        else:
            taken[one] = ",".join(_name(part) for part in value.split(",") if part.strip())
    used: dict[str, str] = {}
    for key in KEYS:
        for name in taken.get(key.id, key.keys).split(","):
            if name in used and (key.id in taken or used[name] in taken):
                mine = key.id if key.id in taken else used[name]
                other = used[name] if mine == key.id else key.id
                shown = names(name)[0]
                faults.append(f"{plain(shown)} of {mine} is the key of {other}: give that another.")
                taken.pop(mine, None)
            used.setdefault(name, key.id)
    return taken, faults


def _name(key: str) -> str:
    """Return a key as Textual names it: a sign by its name."""
    key = key.strip()
    *held, last = key.split("+") if key != "+" else ["+"]
    if len(last) == 1 and not last.isalnum():
        name = unicodedata.name(last, "").lower().replace("-", "_").replace(" ", "_")
        last = _SIGNS.get(name, name) or last
    return "+".join([*(part.lower() for part in held), last])


class Memory:
    """What the app remembers from one time to the next: the theme, and pairs that were opened.

    Whatever goes wrong with it is no reason to bother anybody.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def _read(self) -> dict[str, object]:
        if self._path is None:
            return {}
        try:
            document = json.loads(read_text(self._path) or "{}")
        except (InputError, ValueError, RecursionError):
            return {}
        return document if isinstance(document, dict) else {}

    def _write(self, document: dict[str, object]) -> None:
        if self._path is None:
            return
        try:
            write_text(self._path, json.dumps(document, indent=1) + "\n")
        except InputError:
            return

    @property
    def theme(self) -> str:
        """The theme that was chosen last, empty if none was."""
        theme = self._read().get("theme", "")
        return theme if isinstance(theme, str) else ""

    def keep_theme(self, theme: str) -> None:
        """Remember a theme."""
        document = self._read()
        if document.get("theme") != theme:
            self._write({**document, "theme": theme})

    @property
    def recent(self) -> tuple[tuple[str, str], ...]:
        """Pairs that were opened, the latest first."""
        found = self._read().get("recent", [])
        if not isinstance(found, list):
            return ()
        return tuple(
            (pair[0], pair[1])
            for pair in found
            if isinstance(pair, list) and len(pair) == 2 and all(isinstance(x, str) for x in pair)
        )[:MAX_RECENT]

    def keep_pair(self, a: str, b: str) -> None:
        """Remember a pair as the latest."""
        pairs = [(a, b), *(pair for pair in self.recent if pair != (a, b))]
        self._write({**self._read(), "recent": [list(pair) for pair in pairs[:MAX_RECENT]]})
