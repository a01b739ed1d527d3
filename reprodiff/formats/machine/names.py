"""Names of functions and objects in facts, made readable where they are mangled."""

import re
from collections.abc import Sequence
from typing import Final

from reprodiff import sandbox
from reprodiff.model import Difference, Value

_MANGLED: Final = re.compile(r"(?<![\w$?@])(?:_{1,3}Z|_R|\?)[\w.$@?]+")
_NAMED: Final = ("code", "function", "order", "symbols", "data", "instructions", "table")
"""Kinds of facts that name functions; what strings say is left as it is."""
_MOST: Final = 20_000
_LONGEST: Final = 4096


def readable(facts: Sequence[Difference]) -> list[Difference]:
    """Return facts with demangled names; as they are where that cannot be done."""
    wanted: dict[str, None] = {}
    for fact in facts:
        if fact.what.rpartition(".")[2] in _NAMED:
            for value in (fact.inside, fact.a, fact.b):
                for name in _names(_text(value)):
                    wanted.setdefault(name)
    names = list(wanted)[:_MOST]
    if not names:
        return list(facts)
    answer = sandbox.run("reprodiff.formats.machine.demangling:demangle", {"names": names})
    if isinstance(answer, sandbox.Failure):
        return list(facts)
    known = dict(zip(names, answer.meta["names"], strict=True))
    return [
        _renamed(fact, known) if fact.what.rpartition(".")[2] in _NAMED else fact for fact in facts
    ]


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

    inside = rename(fact.inside)
    return fact._replace(inside=str(inside), a=rename(fact.a), b=rename(fact.b))
