"""Structured data: the same said in another form or order, bills of materials, changed values."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes import versions
from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.environment import (
    HOST,
    INTERPRETER_PATH,
    OBJECT_ID,
    PATH,
    RANDOM_ID,
    TEMP_PATH,
    TEXT_TIME,
)
from reprodiff.causes.lines import Judgement, explain
from reprodiff.model import Category, Confidence, Difference, Severity

FORM: Final = Cause(
    id="data-form",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="equal data written in another form",
    blame=Blame.LEAF,
    doc=Doc(
        what="A JSON, TOML or INI file says the same in other words: white space, escapes, "
        "comments; in TOML and INI the order of tables and names, too.",
        recognised="Both files are parsed, and the data are equal as values and types. A file in "
        "which a name occurs twice is equal to nothing. For an INI file it is proven only where "
        "Python's configparser is known to read it, for another order in a TOML file only in "
        "pyproject.toml and Cargo.toml.",
        why="Another version of the library that writes it, or a backend that rewrites "
        "pyproject.toml (pdm-backend) or Cargo.toml (cargo).",
        fix=(
            ("own code", "json.dumps(..., sort_keys=True, indent=...) with everything fixed"),
            ("any", "pin the backend and the library that writes the file"),
        ),
        mistaken_for="Changed data. 1, 1.0 and true are three values here.",
        sources=("RFC 8259", "https://toml.io/en/v1.0.0"),
    ),
)

ORDER: Final = Cause(
    id="data-order",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="the same items in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="A list in a data file has the same items in another order, or an object the same "
        "names. In a bill of materials that is benign; elsewhere the order may mean something: "
        "some readers take the first name that fits.",
        recognised="Both lists hold the same items, each as often, byte for byte; both objects "
        "the same names with equal values.",
        why="A set or a directory was written out without sorting. auditwheel 6.5.0 to 6.8.1 did "
        "so for the components of its SBOM.",
        fix=(
            ("auditwheel", "6.8.2 or later sorts"),
            ("own code", "sorted(...) before the list is written"),
        ),
        mistaken_for="Items added and removed.",
        sources=("https://github.com/pypa/auditwheel/issues/729",),
    ),
)

CHANGED: Final = Cause(
    id="data-changed",
    category=Category.CONTENT,
    severity=Severity.REVIEW,
    title="data changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A data file has other values. No other cause accounts for it.",
        recognised="Values differ at the place named, and are no trace of the build.",
        why="Other sources, another version of a dependency, or tampering.",
        fix=(("git", "build both from the same commit, with pinned dependencies"),),
        mistaken_for="A reproducibility problem. Read the change.",
        sources=(),
    ),
)

_SBOM_TIME: Final = "metadata.timestamp"
_SBOM_SERIAL: Final = "serialNumber"


# INI files whose reader is known: Python's configparser. Others may see an order in them.
_CONFIGPARSER: Final = frozenset({"setup.cfg", "tox.ini", "pytest.ini", "mypy.ini"})


# TOML has no order of names; who goes through a table has one all the same. These read by name.
_BY_NAME: Final = frozenset({"pyproject.toml", "Cargo.toml", "Cargo.toml.orig"})


def _form(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        base = fact.path.rpartition("/")[2]
        known = base in _CONFIGPARSER if fact.what == "ini.format" else not fact.note
        known = known or base in _BY_NAME
        yield Claim(FORM, [fact], Confidence.PROVEN if known else Confidence.LIKELY)


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        yield Claim(ORDER, [fact], severity=Severity.BENIGN if fact.note == "sbom" else None)


def _values(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    changed: list[Difference] = []
    for fact in facts:
        found = _value(fact, scene)
        if found is None:
            changed.append(fact)
            continue
        severity = None if fact.note == "sbom" or not found.benign else Severity.REVIEW
        yield Claim(found.cause, [fact], found.confidence, severity, hinge=found.hinge)
    if changed:
        yield Claim(CHANGED, changed)


def _value(fact: Difference, scene: Scene) -> Judgement | None:
    """Put a changed value down to one trace of the build, ``None`` if it is none."""
    if fact.what == "json.member":
        return _one_sided(fact)
    if not isinstance(fact.a, str) or not isinstance(fact.b, str):
        return None
    pieces = explain(
        fact.a.encode("utf-8", "surrogatepass"), fact.b.encode("utf-8", "surrogatepass"), scene
    )
    found = [piece.judgement for piece in pieces]
    if None in found:
        return None
    judgements = [judgement for judgement in found if judgement is not None]
    # One value, one reason: a value in which two things changed is for a person to read.
    if len({judgement.cause.id for judgement in judgements}) != 1:
        return None
    weakest = max(judgements, key=lambda judgement: judgement.confidence.rank)
    if fact.note == "sbom" and fact.inside == _SBOM_TIME and weakest.cause is TEXT_TIME:
        return weakest._replace(confidence=Confidence.PROVEN)
    return weakest


def _one_sided(fact: Difference) -> Judgement | None:
    """A serial number or time that only one side's bill of materials has."""
    value = fact.a if fact.b is None else fact.b
    if fact.note != "sbom" or not isinstance(value, str):
        return None
    if fact.inside == _SBOM_SERIAL and value.startswith("urn:uuid:"):
        return Judgement(RANDOM_ID, Confidence.PROVEN)
    if fact.inside == _SBOM_TIME:
        return Judgement(TEXT_TIME, Confidence.PROVEN)
    return None


RULES: Final = (
    Rule(
        "data-form",
        (FORM,),
        ("json.format", "json.spacing", "toml.format", "ini.format"),
        55,
        _form,
    ),
    Rule("data-order", (ORDER,), ("json.order", "json.key-order"), 56, _order),
    Rule(
        "data-values",
        (
            *(TEXT_TIME, PATH, INTERPRETER_PATH, TEMP_PATH, HOST, RANDOM_ID, OBJECT_ID),
            *versions.CAUSES,
            CHANGED,
        ),
        ("json.value", "json.member"),
        57,
        _values,
    ),
)
