"""Fixes that say the same thing in other words, or in the same."""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeVar

Item = TypeVar("Item")
_WORD: Final = re.compile(r"[a-z0-9_=./+-]+")
_SMALL: Final = frozenset({"a", "an", "the", "in", "of", "to", "its", "do"})
_ALIKE: Final = {
    "same": "one",
    "identical": "one",
    "pin": "name",
    "not": "no",
    "__pycache__": "bytecode",
}


def distinct(items: Iterable[Item], said: Callable[[Item], tuple[str, bool]]) -> Iterator[Item]:
    """Yield ``items`` without those that say what one before them says.

    ``said`` returns the title of an item, and whether it is a setting.  Several tools have a
    setting of one title, and advice often says in a sentence what a setting does: then all words of
    the setting are in it.
    """
    before: list[set[str]] = []
    for item in items:
        title, setting = said(item)
        words = {_ALIKE.get(word, word) for word in _WORD.findall(title.lower())} - _SMALL
        if not any(each == words or (not setting and each <= words) for each in before):
            before.append(words)
            yield item
