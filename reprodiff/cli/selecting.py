"""The words of ``--only`` and ``--ignore``: a category, a cause or a pattern for paths."""

from collections.abc import Sequence
from functools import cache

from reprodiff.cli.errors import UsageError, did_you_mean
from reprodiff.model import Category
from reprodiff.reports.selection import Selection, Words


def selection(only: Sequence[str], ignore: Sequence[str]) -> Selection:
    """Return what the options select; raise :class:`UsageError` for a word that means nothing."""
    return Selection(_words(only, "--only"), _words(ignore, "--ignore"))


def _words(given: Sequence[str], option: str) -> Words:
    names: set[str] = set()
    globs: list[str] = []
    for word in given:
        if any(sign in word for sign in "*?[/"):
            globs.append(word)
        elif word in set(Category) or word in _cause_names():
            names.add(word)
        else:
            known = {*(category.value for category in Category), *_cause_names()}
            raise UsageError(
                f"{option} {word}: no category and no cause has this name",
                did_you_mean(word, known)
                or "`reprodiff explain` lists them; a path needs a / or a *, as in '*/RECORD'",
            )
    return Words(frozenset(names), tuple(globs))


@cache
def _cause_names() -> frozenset[str]:
    # Loaded only where a word is no category.
    from reprodiff.causes.registry import CAUSES  # noqa: PLC0415

    return frozenset(CAUSES)
