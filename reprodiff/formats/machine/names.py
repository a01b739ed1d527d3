"""Names of functions and objects in facts, made readable where they are mangled."""

import re
from collections.abc import Sequence
from typing import Final

from reprodiff import sandbox
from reprodiff.model import Difference, Value

_MANGLED: Final = re.compile(r"(?<![\w$?@])(?:_{1,3}Z|_R|\?)[\w.$@?]+")
_NAMED: Final = ("code", "function", "order", "symbols", "data", "instructions", "table")
"""Kinds of facts that name functions; what strings say is left as it is."""
_BYTES: Final = ("data", "table")
"""Kinds of facts whose values, where they are bytes, are what stands there and no names."""
_MOST: Final = 20_000
_LONGEST: Final = 4096


def readable(facts: Sequence[Difference]) -> list[Difference]:
    """Return facts with demangled names; as they are where that cannot be done."""
    wanted: dict[str, None] = {}
    for fact in facts:
        kind = fact.what.rpartition(".")[2]
        if kind in _NAMED:
            for value in (fact.inside, *(each for each in (fact.a, fact.b) if _tells(kind, each))):
                for name in _names(_text(value)):
                    wanted.setdefault(name)
    known = demangled(list(wanted))
    if not known:
        return list(facts)
    return [
        _renamed(fact, known) if fact.what.rpartition(".")[2] in _NAMED else fact for fact in facts
    ]


def readable_texts(texts: Sequence[str]) -> list[str]:
    """Return sentences with demangled names; as they are where that cannot be done."""
    words = dict.fromkeys(name.rstrip(".") for text in texts for name in _names(text))
    known = demangled(list(words))

    def renamed(found: re.Match[str]) -> str:
        name = found[0].rstrip(".")  # which ends the sentence
        return known.get(name, name) + found[0][len(name) :]

    return [_MANGLED.sub(renamed, text) if _may_be_mangled(text) else text for text in texts]


def demangled(names: Sequence[str]) -> dict[str, str]:
    """Return names as programmers write them, by what linkers call them.

    Empty where there is none to look at, and where that cannot be done.
    """
    some = names[:_MOST]
    if not some:
        return {}
    answer = sandbox.run("reprodiff.formats.machine.demangling:demangle", {"names": some})
    if isinstance(answer, sandbox.Failure):
        return {}
    return dict(zip(some, answer.meta["names"], strict=True))


def _names(text: str) -> list[str]:
    if not _may_be_mangled(text):
        return []
    return [name for name in _MANGLED.findall(text) if len(name) <= _LONGEST]


def _may_be_mangled(text: str) -> bool:
    """Whether it is worth a search: the pattern is slow to find nothing in long lists."""
    return "_Z" in text or "_R" in text or "?" in text


def _text(value: Value) -> str:
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return value if isinstance(value, str) else ""


def _renamed(fact: Difference, known: dict[str, str]) -> Difference:
    def rename(value: Value) -> Value:
        text = _text(value)
        if not _may_be_mangled(text):
            return value
        made = _MANGLED.sub(lambda found: known.get(found[0], found[0]), text)
        return value if made == text else made

    kind = fact.what.rpartition(".")[2]
    a, b = (rename(value) if _tells(kind, value) else value for value in (fact.a, fact.b))
    return fact._replace(inside=str(rename(fact.inside)), a=a, b=b)


def _tells(kind: str, value: Value) -> bool:
    """Whether a value names something, and is not simply what stands there."""
    return kind not in _BYTES or not isinstance(value, bytes)
