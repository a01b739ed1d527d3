"""What values of core metadata fields mean, so that two spellings of one meaning are known as one.

Sources: Core metadata specifications; Dependency specifiers (PEP 508); Version specifiers
(PEP 440); Names and normalization (PEP 503, PEP 685); Platform compatibility tags (PEP 425).
"""

import re
from collections.abc import Hashable, Iterable
from itertools import product
from typing import Final

MAX_VALUE: Final = 4096
"""Longer values mean only themselves, in characters."""
_MAX_BRACKETS: Final = 20
_MAX_TAGS: Final = 10_000

MULTIPLE: Final = frozenset(
    {
        *("classifier", "dynamic", "license-file", "platform", "supported-platform"),
        *("project-url", "provides-dist", "provides-extra", "obsoletes-dist", "requires-dist"),
        *("requires-external", "provides", "obsoletes", "requires", "import-name"),
        *("import-namespace", "tag"),
    }
)
"""Fields that may come more than once, and whose order means nothing."""
_VERBATIM: Final = frozenset({"description", "license"})
_SPACE: Final = re.compile(r"[ \t\r\n]+")
_SEPARATORS: Final = re.compile(r"[-_.]+")


def canonical_name(text: str) -> str:
    """Return a project or extra name as it is compared (PEP 503, PEP 685)."""
    return _SEPARATORS.sub("-", text).lower()


def meaning(key: str, value: str) -> Hashable:
    """Return what a field's value means: equal for two values only if readers take them alike.

    ``key`` is the field's name in lower case.
    """
    match key:
        case "requires-dist":
            return _requirement(value)
        case "requires-python":
            return _specifiers(value)
        case "name" | "provides-extra":
            return canonical_name(value)
        case "keywords" if "," in value:
            return tuple(keywords(value))
        case "dynamic":
            return value.lower()
        case _ if key in _VERBATIM:
            return value
        case _:
            return _SPACE.sub(" ", value)


def identity(key: str, value: str) -> Hashable:
    """Return what makes a value of a field the successor of another, ``None`` if nothing does."""
    if key == "requires-dist":
        found = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", value)
        return canonical_name(found[0]) if found else None
    if key == "project-url":
        return value.partition(",")[0].strip().lower()
    return None if key in MULTIPLE else key


def keywords(value: str) -> list[str]:
    """Return the keywords of a list that is separated by commas."""
    return [word.strip(" \t\r\n") for word in value.split(",")]


def expanded_tags(values: Iterable[str]) -> frozenset[str] | None:
    """Return all tags that compressed ones stand for, ``None`` if one is no tag or they are many.

    ``py2.py3-none-any`` stands for ``py2-none-any`` and ``py3-none-any``.
    """
    tags: set[str] = set()
    for value in values:
        parts = [part.split(".") for part in value.split("-")]
        if len(parts) != 3 or len(parts[0]) * len(parts[1]) * len(parts[2]) > _MAX_TAGS:
            return None
        tags.update("-".join(one) for one in product(*parts))
        if len(tags) > _MAX_TAGS:
            return None
    return frozenset(tags)


def _requirement(value: str) -> Hashable:
    """Return a requirement as data; as it stands if it is none or cannot be told for sure."""
    if not _can_be_read(value):
        return value
    # Loaded only where two requirements differ.
    from packaging.requirements import InvalidRequirement, Requirement  # noqa: PLC0415

    try:
        read = Requirement(value)
    except (InvalidRequirement, RecursionError):
        return value
    marker = str(read.marker) if read.marker else ""
    extras = frozenset(read.extras)
    return canonical_name(read.name), extras, read.specifier, read.url or "", marker


def _specifiers(value: str) -> Hashable:
    if not _can_be_read(value):
        return value
    from packaging.specifiers import InvalidSpecifier, SpecifierSet  # noqa: PLC0415

    try:
        return SpecifierSet(value)
    except InvalidSpecifier:
        return value


def _can_be_read(value: str) -> bool:
    # "===" compares text, and "1.0" and "1" are two texts; a library may take them for one.
    return len(value) <= MAX_VALUE and value.count("(") <= _MAX_BRACKETS and "===" not in value
