from collections.abc import Hashable
from email.parser import BytesParser
from email.policy import compat32

import pytest
from hypothesis import given
from packaging.requirements import InvalidRequirement, Requirement

from reprodiff.errors import DamagedError
from reprodiff.formats.base import Content
from reprodiff.formats.metadata import FORMAT, metadata_facts
from reprodiff.formats.parsing.coremetadata import MULTIPLE
from reprodiff.model import ArtifactKind, Difference
from tests.formats.accounts import account, kinds, mirrored, said
from tests.formats.mutations import pairs

PATH = "demo-1.0.dist-info/METADATA"
FIELDS = [
    b"Metadata-Version: 2.4",
    b"Name: demo",
    b"Version: 1.0",
    b"Classifier: Topic :: Utilities",
    b"Classifier: Typing :: Typed",
    b"Project-URL: Home, https://a.example",
    b"Project-URL: Docs, https://b.example",
    b"Requires-Dist: packaging>=23",
    b'Requires-Dist: tomli>=2; python_version < "3.11"',
    b"Requires-Python: >=3.8",
    b"Keywords: length,unit",
]
POOL = [
    *FIELDS,
    b"Name: De_mo",
    b"Version: 1.1",
    b"requires-dist: tomli >= 2.0 ; python_version<'3.11'",
    b"Requires-Dist: packaging>=24",
    b"Requires-Python: >= 3.8",
    b"Keywords: unit, length",
    b"Summary: two words",
    b"Summary: two\n  words",
    b"License: MIT\n        text",
    b"X-Build: 1",
    b"X-Build: 2",
    b"",
    b"Some text.",
]
TAGS = [b"Tag: py2.py3-none-any", b"Tag: py3-none-any", b"Tag: py2-none-any", b"Build: 1"]
BENIGN = {"metadata.order", "metadata.spelling", "text.eol", "text.final-newline"}


def text(lines: list[bytes], body: bytes = b"", end: bytes = b"\n") -> bytes:
    return b"".join(line + end for line in lines) + (end + body if body else b"")


def facts(a: bytes, b: bytes, *, wheel: bool = False) -> list[Difference]:
    found = metadata_facts(PATH, a, b, wheel=wheel)
    assert account(a, b, found).explained
    return found


def is_free(fact: Difference) -> bool:
    """Whether a fact on order is on one that means nothing."""
    name = fact.inside.lower()
    return fact.what != "metadata.order" or name in MULTIPLE | {"fields", "keywords"}


def read(data: bytes) -> dict[str, list[str]]:
    """What Python's own reader finds, each value in one spelling, free lists sorted."""
    plain = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    message = BytesParser(policy=compat32).parsebytes(plain)
    found: dict[str, list[str]] = {"": [str(message.get_payload()).rstrip("\n")]}
    for name, value in message.items():
        found.setdefault(name.lower(), []).append(one_spelling(name.lower(), str(value)))
    return {name: sorted(v) if name in MULTIPLE else v for name, v in found.items()}


def one_spelling(name: str, value: str) -> str:
    value = " ".join(value.split())
    if name == "keywords":
        return ",".join(sorted(word.strip() for word in value.split(",")))
    if name == "name":
        return value.lower().replace("_", "-")
    if name == "requires-python":
        return value.replace(" ", "")
    if name == "requires-dist":
        try:
            return str(Requirement(value)).replace("2.0", "2")
        except InvalidRequirement:
            return value
    return value


@given(pairs(POOL, 10))
def test_all_that_differs_is_told(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    try:
        found = metadata_facts(PATH, a, b)
    except DamagedError:
        return  # compared as text
    assert bool(found) == (a != b)
    assert account(a, b, found).explained


@given(pairs(POOL, 10))
def test_what_is_called_the_same_is_the_same_to_installers(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    try:
        found = metadata_facts(PATH, a, b)
    except DamagedError:
        return
    if kinds(found) <= BENIGN and all(map(is_free, found)):
        assert read(a) == read(b)


@given(pairs([*POOL, *TAGS], 10))
def test_changing_the_sides_over_mirrors_the_facts(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    try:
        found = metadata_facts(PATH, a, b, wheel=True)
    except DamagedError:
        return
    assert mirrored(metadata_facts(PATH, b, a, wheel=True)) == said(found)


def test_fields_of_one_name_in_another_order_are_told_by_their_name() -> None:
    moved = [*FIELDS[:3], FIELDS[4], FIELDS[3], *FIELDS[5:]]
    (fact,) = facts(text(FIELDS), text(moved))
    assert (fact.what, fact.inside) == ("metadata.order", "Classifier")
    assert fact.b == ("Typing :: Typed", "Topic :: Utilities")


def test_the_order_of_different_fields_is_another_fact() -> None:
    (fact,) = facts(text(FIELDS), text([*FIELDS[1:], FIELDS[0]]))
    assert (fact.what, fact.inside) == ("metadata.order", "fields")


def test_a_changed_requirement_among_moved_ones_is_told() -> None:
    a = text([*FIELDS[:7], b"Requires-Dist: a>=1", b"Requires-Dist: b>=1", b"Requires-Dist: c>=1"])
    b = text([*FIELDS[:7], b"Requires-Dist: c>=1", b"Requires-Dist: b>=2", b"Requires-Dist: a>=1"])
    found = facts(a, b)
    assert kinds(found) == {"metadata.order", "metadata.field"}
    (changed,) = (fact for fact in found if fact.what == "metadata.field")
    assert (changed.inside, changed.a, changed.b) == ("Requires-Dist", "b>=1", "b>=2")


def test_an_added_address_among_moved_ones_is_told() -> None:
    moved = [*FIELDS[:5], FIELDS[6], b"Project-URL: Pay, https://evil.example", FIELDS[5]]
    found = facts(text(FIELDS[:7]), text(moved))
    assert kinds(found) == {"metadata.order", "metadata.field"}
    (added,) = (fact for fact in found if fact.what == "metadata.field")
    assert (added.inside, added.a, added.b) == ("Project-URL", None, "Pay, https://evil.example")


def test_a_field_whose_order_is_read_is_not_told_as_one_of_many() -> None:
    a = text([*FIELDS, b"Version: 6.6.6"])
    b = text([*FIELDS[:2], b"Version: 6.6.6", *FIELDS[3:], b"Version: 1.0"])
    found = facts(a, b)
    assert ("metadata.order", "Version") in {(fact.what, fact.inside) for fact in found}
    assert not all(map(is_free, found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b'Requires-Dist: tomli>=2; extra == "x"', b"Requires-Dist: tomli >=2.0 ; extra == 'x'"),
        (b"Requires-Dist: a-b", b"Requires-Dist: A_B"),
        (b"Requires-Python: >=3.8,<4", b"Requires-Python: <4, >=3.8"),
        (b"Provides-Extra: a_b", b"Provides-Extra: a-b"),
        (b"Keywords: a,b", b"Keywords: a, b"),
        (b"Summary: two words", b"Summary: two\n        words"),
        (b"Classifier: x", b"classifier:  x"),
    ],
)
def test_another_spelling_of_a_field_is_no_other_field(one: bytes, other: bytes) -> None:
    assert kinds(facts(text([*FIELDS, one]), text([*FIELDS, other]))) == {"metadata.spelling"}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (b"Requires-Dist: tomli>=2", b"Requires-Dist: tomli>2"),
        (b"Requires-Dist: tomli===1.0", b"Requires-Dist: tomli===1"),
        (b"Requires-Dist: tomli~=1.0", b"Requires-Dist: tomli~=1.0.0"),
        (b"Requires-Dist: tomli[a]", b"Requires-Dist: tomli[a,b]"),
        (
            b"Requires-Dist: tomli @ https://a.example/x",
            b"Requires-Dist: tomli @ https://b.example/x",
        ),
        (
            b'Requires-Dist: tomli; python_version < "3.11"',
            b'Requires-Dist: tomli; python_full_version < "3.11"',
        ),
        (b"Requires-Dist: no requirement", b"Requires-Dist: no  requirement"),
        (b"Version: 1.0", b"Version: 1.0.0"),
        (b"License: a  b", b"License: a b"),
        (b"Summary: a b", b"Summary: a\xc2\xa0b"),
        (b"Keywords: a b", b"Keywords: a,b"),
    ],
)
def test_what_may_mean_something_else_is_a_changed_field(one: bytes, other: bytes) -> None:
    found = facts(text([*FIELDS[:2], one]), text([*FIELDS[:2], other]))
    assert kinds(found) == {"metadata.field"}


def test_hidden_characters_in_a_changed_field_are_told() -> None:
    a, b = text(FIELDS), text([*FIELDS, "Requires-Dist: requ\u200bests".encode()])
    assert kinds(facts(a, b)) == {"metadata.field", "text.hidden"}


def test_a_word_that_changed_in_a_converted_description_is_told() -> None:
    a = text(FIELDS, b"# demo\nfirst\nsafe\n")
    b = text(FIELDS) + b"\n# demo\r\nfirst\r\nunsafe\r\n"
    found = facts(a, b)
    assert kinds(found) == {"text.eol", "text.line"}
    (line,) = (fact for fact in found if fact.what == "text.line")
    assert (line.inside, line.a, line.b) == ("description line 3", "safe", "unsafe")


def test_converted_fields_keep_their_changed_value() -> None:
    found = facts(text(FIELDS), text([*FIELDS[:2], b"Version: 1.1", *FIELDS[3:]], end=b"\r\n"))
    assert kinds(found) == {"text.eol", "metadata.field"}


def test_an_empty_line_at_the_end_says_nothing_and_a_description_does() -> None:
    assert kinds(facts(text(FIELDS), text(FIELDS) + b"\n")) == {"metadata.spelling"}
    assert kinds(facts(text(FIELDS), text(FIELDS, b"text\n"))) == {"metadata.field", "text.block"}


def test_lines_that_are_no_fields_are_left_to_the_comparison_of_text() -> None:
    with pytest.raises(DamagedError):
        metadata_facts(PATH, text(FIELDS), text([*FIELDS[:2], b"no field", *FIELDS[2:]]))


def wheel_facts(a: list[bytes], b: list[bytes]) -> list[tuple[str, Hashable, Hashable]]:
    base = [b"Wheel-Version: 1.0", b"Generator: x 1", b"Root-Is-Purelib: true"]
    found = facts(text([*base, *a]), text([*base, *b]), wheel=True)
    return [(fact.what, fact.a, fact.b) for fact in found]


def test_tags_are_a_set() -> None:
    ordered = [b"Tag: cp311-cp311-x", b"Tag: cp311-cp311-y"]
    assert [what for what, _, _ in wheel_facts(ordered, ordered[::-1])] == ["wheel.tag-order"]
    assert wheel_facts(ordered, ordered[:1]) == [("wheel.tag", "cp311-cp311-y", None)]


def test_compressed_tags_are_the_tags_they_stand_for() -> None:
    apart = [b"Tag: py2-none-any", b"Tag: py3-none-any"]
    assert [w for w, _, _ in wheel_facts([b"Tag: py2.py3-none-any"], apart)] == [
        "metadata.spelling"
    ]
    assert [w for w, _, _ in wheel_facts([b"Tag: py2.py3-none-any"], apart[:1])] == ["wheel.tag"]


def test_fields_of_wheel_have_facts_of_their_own() -> None:
    a = text([b"Wheel-Version: 1.0", b"Generator: a 1", b"Root-Is-Purelib: true", b"Build: 1"])
    b = text([b"Wheel-Version: 1.1", b"Generator: b 2", b"Root-Is-Purelib: false", b"Build: 2"])
    assert kinds(facts(a, b, wheel=True)) == {
        *("wheel.generator", "wheel.build", "wheel.purelib", "metadata.field"),
    }


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("demo-1.0.dist-info/METADATA", True),
        ("demo-1.0.dist-info/WHEEL", True),
        ("demo-1.0/PKG-INFO", True),
        ("demo/METADATA", False),
        ("demo/WHEEL", False),
    ],
)
def test_only_metadata_files_are_read_as_such(path: str, expected: bool) -> None:
    data = memoryview(b"Name: demo\n")
    assert FORMAT.applies(Content(path, path, data, data, ArtifactKind.WHEEL)) is expected
    binary = memoryview(b"Name: \x00\n")
    assert not FORMAT.applies(Content(path, path, data, binary, ArtifactKind.WHEEL))
