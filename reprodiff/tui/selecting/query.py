"""The words of the filter: plain text, and tokens such as ``severity:review`` or ``-path:*.so``.

All words must hold.  A word with ``-`` in front must not.  ``"two words"`` are one.
"""

import re
from collections.abc import Callable, Iterable
from fnmatch import translate
from typing import Final, NamedTuple

from reprodiff.model import Category, Confidence, Finding, Severity

IS: Final = ("reviewed", "ignored", "noted", "root", "echo")
"""What ``is:`` can ask for."""
KEYS: Final = ("category", "cause", "severity", "confidence", "path", "is")
_OF_FINDING: Final = frozenset({"category", "cause", "severity", "confidence"})
_WORD: Final = re.compile(r'-?(?:[a-z]+:)?(?:"[^"]*"?|\S+)')
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "category": tuple(category.value for category in Category),
    "severity": tuple(severity.value for severity in Severity),
    "confidence": tuple(confidence.value for confidence in Confidence),
    "is": IS,
}


class Term(NamedTuple):
    """One word of the filter."""

    key: str
    """One of :data:`KEYS`, empty for plain text."""
    values: tuple[str, ...]
    """Of which one must hold; in lower case."""
    negated: bool


class Query(NamedTuple):
    """The words of a filter."""

    terms: tuple[Term, ...] = ()
    fault: str = ""
    """What is wrong with it, in words; it then finds nothing by that word."""

    def __bool__(self) -> bool:
        return bool(self.terms)

    def of_findings(self) -> list[Term]:
        """Return the words that are about findings as a whole."""
        return [t for t in self.terms if t.key in _OF_FINDING or (t.key == "is" and not _mark(t))]

    def of_places(self) -> list[Term]:
        """Return the words that are about places, or about findings or places."""
        return [t for t in self.terms if t.key in {"", "path"} or _mark(t)]


def _mark(term: Term) -> bool:
    """Whether a word asks for places that are ignored."""
    return term.key == "is" and any("ignored".startswith(value) for value in term.values)


def parse(text: str) -> Query:
    """Return the words of ``text``; whatever was typed, there is a query."""
    terms: list[Term] = []
    fault = ""
    for word in _WORD.findall(text.lower()):
        negated = word.startswith("-") and len(word) > 1
        body = word[1:] if negated else word
        key, colon, value = body.partition(":")
        key = _key(key) if colon else ""
        if not key:
            wanted = body.replace('"', "")
            if wanted and word != "-":  # which is the beginning of a word
                terms.append(Term("", (wanted,), negated))
            continue
        values = tuple(part for part in value.replace('"', "").split(",") if part)
        if not values:
            continue  # still being typed
        known = _VALUES.get(key)
        if known and not any(value in one for one in known for value in values):
            fault = f"{key}: is one of {', '.join(known)}" if len(known) < 8 else f"no such {key}"
        terms.append(Term(key, values, negated))
    return Query(tuple(terms), fault)


def _key(typed: str) -> str:
    """Return the key that was meant, which may be shortened; nothing if it is none."""
    if typed in KEYS:
        return typed
    found = [key for key in KEYS if len(typed) > 1 and key.startswith(typed)]
    return found[0] if len(found) == 1 else ""


def holds(term: Term, finding: Finding, marked: Callable[[str], bool]) -> bool:
    """Whether a word about findings holds; ``marked`` tells what ``is:`` asks of this one."""
    if term.key == "is":
        found = any(marked(one) for one in IS for value in term.values if one.startswith(value))
    else:
        own = getattr(finding, term.key).lower()
        found = any(value in own for value in term.values)
    return found != term.negated


def in_text(term: Term, finding: Finding) -> bool:
    """Whether plain text stands in the words of the finding itself."""
    own = f"{finding.title}\0{finding.cause}\0{finding.category}".lower()
    return any(value in own for value in term.values)


def matcher(term: Term) -> Callable[[str], bool]:
    """Return what tells whether a place fits, by its text (``path``, NUL, the rest)."""
    if term.key == "path":
        patterns = [_path(value) for value in term.values]

        def fits(hay: str) -> bool:
            path = hay[: hay.index("\0")]
            return any(pattern(path) for pattern in patterns)

        return fits
    if len(term.values) == 1:
        wanted = term.values[0]
        return lambda hay: wanted in hay
    return lambda hay: any(value in hay for value in term.values)


def _path(value: str) -> Callable[[str], bool]:
    """Return what tells whether a path fits: a pattern as in a shell, or a part of it."""
    if not any(sign in value for sign in "*?["):
        return lambda path: value in path
    compiled = re.compile(translate(value + "*" if value.endswith("/") else value))
    return lambda path: compiled.match(path) is not None


def suggestion(text: str, causes: Iterable[str]) -> str | None:
    """Return ``text`` with its last word completed, or ``None`` if nothing begins so."""
    if not text or text[-1].isspace():
        return None
    last = text.rsplit(None, 1)[-1]
    start = text[: len(text) - len(last)]
    sign = "-" if last.startswith("-") else ""
    key, colon, value = last.removeprefix("-").partition(":")
    if not colon:
        found = next((one for one in KEYS if len(key) > 1 and one.startswith(key.lower())), None)
        return f"{start}{sign}{found}:" if found else None
    first, comma, typed = value.rpartition(",")
    known = tuple(sorted(causes)) if key == "cause" else _VALUES.get(key, ())
    found = next((one for one in known if typed and one.startswith(typed.lower())), None)
    return f"{start}{sign}{key}:{first}{comma}{found}" if found else None
