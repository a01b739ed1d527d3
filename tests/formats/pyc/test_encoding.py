"""Equal values stored otherwise, and what must not be taken for that."""

import marshal
import sys
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reprodiff.formats.pyc import FactKind, read_pyc
from tests.formats.pyc.specimens import (
    MAGIC,
    Box,
    a_set,
    box,
    code,
    long,
    module,
    parse,
    pyc,
    string,
    value,
    write,
)
from tests.formats.pyc.test_compare import SOURCE, checked, kinds, only

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
WAYS = ("none", "used", "all", "equal")
ENCODING = {"refs", "interning", "set-order"}
# The other type code of equal strings and tuples, where the length is stored alike.
OTHER_KINDS = {"z": "Z", "Z": "z", "a": "A", "A": "a", "u": "t", "t": "u"}


def real() -> bytes:
    return marshal.dumps(compile(SOURCE, "m.py", "exec"))


@pytest.mark.parametrize("one", WAYS)
@pytest.mark.parametrize("two", WAYS)
def test_real_code_stored_in_two_ways(one: str, two: str) -> None:
    it = parse(real(), RUNNING)
    found = checked(pyc(write(it, one), RUNNING), pyc(write(it, two), RUNNING))
    assert set(kinds(found)) <= {"refs"}
    if one == two:
        assert found.facts == ()
    assert found.residue_equal


@pytest.mark.parametrize("one", WAYS)
@pytest.mark.parametrize("two", WAYS)
@pytest.mark.parametrize(("old", "new"), [("literal", "litera1"), ("m * n", "m + n")])
def test_a_change_in_code_stored_otherwise_is_seen(one: str, two: str, old: str, new: str) -> None:
    changed = marshal.dumps(compile(SOURCE.replace(old, new), "m.py", "exec"))
    a = pyc(write(parse(real(), RUNNING), one), RUNNING)
    b = pyc(write(parse(changed, RUNNING), two), RUNNING)
    found = checked(a, b)
    assert {"code", "const"} & set(kinds(found))
    assert found.residue_equal


@pytest.mark.parametrize("two", WAYS)
def test_a_path_in_code_stored_otherwise(two: str) -> None:
    moved = marshal.dumps(compile(SOURCE, "/elsewhere/m.py", "exec"))
    a = pyc(write(parse(real(), RUNNING), "used"), RUNNING)
    found = checked(a, pyc(write(parse(moved, RUNNING), two), RUNNING))
    assert set(kinds(found)) <= {"filename", "refs"}
    count = 6 if sys.version_info < (3, 12) else 5  # comprehensions were functions
    assert only(found, FactKind.FILENAME).count == count
    assert found.residue_equal


@pytest.mark.parametrize("version", MAGIC)
def test_noise_in_every_version(version: str) -> None:
    shared = box(("n", 5))
    it = module(shared, code(version, name="f", names=shared), "s", version=version)
    found = checked(pyc(write(it, "used"), version), pyc(write(it, "none"), version))
    assert kinds(found) == ["refs"]
    assert found.residue_equal


def test_a_flag_is_one_byte() -> None:
    found = checked(pyc(write(box(("one", 2)), "none")), pyc(write(box(("one", 2)), "all")))
    fact = only(found, FactKind.REFS)
    assert [(x.size, y.size) for x, y in fact.parts] == [(1, 1)] * 3
    assert (fact.a, fact.b) == ("0 numbered, 0 references", "3 numbered, 0 references")


def test_a_reference_and_a_copy_have_the_bytes_of_both() -> None:
    shared = box(("n", 5))
    it = module(shared, shared)
    found = checked(pyc(write(it, "used")), pyc(write(it, "none")))
    sizes = [(x.size, y.size) for x, y in only(found, FactKind.REFS).parts]
    assert sizes == [(1, 1), (5, 2 + 3 + 5)]


@pytest.mark.parametrize("text", ["name", "n" * 300, "é", ""])
def test_an_interned_string_is_the_same_string(text: str) -> None:
    it = module(text, names=(text,))
    found = checked(pyc(write(it, "none")), pyc(write(it, "none", OTHER_KINDS)))
    assert kinds(found) == ["interning"]
    assert found.residue_equal
    assert all(x.size == y.size == 1 for x, y in found.facts[0].parts)
    assert f"{found.facts[0].a}, interned" == found.facts[0].b
    changed = write(module(text + "!", names=(text,)), "none", OTHER_KINDS)
    assert {"const", "interning"} <= set(kinds(checked(pyc(write(it, "none")), pyc(changed))))


@pytest.mark.parametrize(
    ("one", "two", "kind"),
    [
        (string("abc", "z"), string("abc", "a"), "interning"),
        (string("abc", "z"), string("abc", "u"), "interning"),
        (string("é", "z"), string("é", "u"), "interning"),
        (box(7), long(7), "refs"),
        (box(0), long(0), "refs"),
        (box(-7), Box("I", (-7).to_bytes(8, "little", signed=True)), "refs"),
        (long(-(2**40)), Box("I", (-(2**40)).to_bytes(8, "little", signed=True)), "refs"),
        (box(0.25), Box("f", b"\x040.25"), "refs"),
        (box(-0.0), Box("f", b"\x02-0"), "refs"),
        (box(1j), Box("x", b"\x010\x011"), "refs"),
        (box((1, 2)), Box("(", inside=[box(1), box(2)]), "refs"),
        (a_set("a", 1), Box(">", inside=[string("a", "Z"), box(1)]), "interning"),
    ],
)
def test_one_value_in_two_encodings(one: Box, two: Box, kind: str) -> None:
    found = checked(pyc(module(one)), pyc(module(two)))
    assert kinds(found) == [kind]
    assert found.residue_equal
    assert found.facts[0].parts


# Sets


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (("a", "b", "c"), ("c", "a", "b")),
        ((b"a", None, 1), (1, b"a", None)),
        (("a", 1, 2.5, 1j), (2.5, 1j, "a", 1)),
        (("a", ("b", 1)), (("b", 1), "a")),
        ((True, "a"), ("a", True)),
    ],
)
def test_sets_in_another_order(one: tuple[Any, ...], two: tuple[Any, ...]) -> None:
    found = checked(pyc(module(a_set(*one))), pyc(module(a_set(*two))))
    fact = only(found, FactKind.SET_ORDER)
    assert kinds(found) == ["set-order"]
    assert fact.place == "const 0 of <module>"
    assert found.residue_equal


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ((8, 0), (0, 8)),  # integers have the same order in every run
        ((1.5, 2.5), (2.5, 1.5)),
        (("a", 1, True), ("a", True, 1)),  # one element, and it is the first
        (("a", 0.0, -0.0), ("a", -0.0, 0.0)),
        (("a", 2**80, 2.0**80), ("a", 2.0**80, 2**80)),
        (("a", (1,), (True,)), ("a", (True,), (1,))),
        (("a", "a", "b"), ("a", "b", "a")),
        (("a", "b"), ("a", "c")),
        (("a", "b"), ("a", "b", "b")),
        (("a", "b"), ("b",)),
    ],
)
def test_sets_whose_order_means_something_or_whose_elements_differ(
    one: tuple[Any, ...], two: tuple[Any, ...]
) -> None:
    found = checked(pyc(module(a_set(*one))), pyc(module(a_set(*two))))
    assert kinds(found) == ["const"]
    assert found.residue_equal


def test_a_set_in_another_order_hides_no_change_beside_it() -> None:
    a = module(a_set("a", "b"), "c", code(name="f"))
    b = module(a_set("b", "a"), "d", code(name="f", code=b"\1\0"))
    assert kinds(checked(pyc(a), pyc(b))) == ["code", "const", "set-order"]


def test_strings_first_met_in_a_set_are_referred_to_later() -> None:
    names = [box(name) for name in "abc"]
    a = module(a_set(*names), names=tuple(names))
    b = module(a_set(*names[::-1]), names=tuple(names))
    found = checked(pyc(a), pyc(b))
    assert kinds(found) == ["set-order", "refs"]
    assert found.residue_equal
    b = module(a_set(*names[::-1]), names=(names[0], names[2], names[1]))
    assert {"names", "set-order"} <= set(kinds(checked(pyc(a), pyc(b))))


# Any values in any encoding, against a reader of another make


LEAVES = (
    st.sampled_from([None, True, False, 0, 1, 1.0, 0.0, -0.0, 2**70, b"", b"x", "", "x", "é", ...])
    | st.text(max_size=3)
    | st.integers(-3, 3)
)


@st.composite
def trees(draw: st.DrawFn) -> Box:
    """Return a code object; parts of it may stand in several places."""
    pool = [box(leaf) for leaf in draw(st.lists(LEAVES, min_size=1, max_size=6))]
    for _ in range(draw(st.integers(0, 6))):
        inside = draw(st.lists(st.sampled_from(pool), max_size=4))
        kind = draw(st.sampled_from([")", "(", "[", ">", "c", "{"]))
        if kind == "c":
            name = draw(st.sampled_from(["f", "g"]))
            path = draw(st.sampled_from(["m.py", "/a/m.py", "/b/m.py"]))
            pool.append(code(name=name, consts=tuple(inside), filename=path))
        elif kind == "{":
            pool.append(Box("{", inside=[each for one in inside for each in (one, pool[0])]))
        else:
            pool.append(Box(kind, inside=inside))
    return module(*draw(st.lists(st.sampled_from(pool), max_size=4)), pool[-1])


@given(trees(), trees(), st.sampled_from(WAYS), st.sampled_from(WAYS), st.booleans())
@settings(max_examples=200)
def test_any_two_trees(one: Box, two: Box, way: str, other: str, same: bool) -> None:
    two = one if same else two
    a, b = pyc(write(one, way)), pyc(write(two, other, OTHER_KINDS))
    found = checked(a, b)
    assert found.residue_equal
    assert found.complete
    said_as_it_is({fact.kind.value for fact in found.facts}, one, two)


def said_as_it_is(said: set[str], one: Box, two: Box) -> None:
    """Hold the kinds of fact against another reader's values.

    Where it matters whether a set's order has a meaning, either answer is let pass here.
    """
    if value(one, ordered=False) != value(two, ordered=False):
        assert said - ENCODING
    elif value(one) == value(two):
        assert not said - ENCODING


@given(st.data())
@settings(max_examples=200)
def test_changed_bytes_of_real_code_are_seen_for_what_they_are(data: st.DataObject) -> None:
    original = pyc(write(parse(real(), RUNNING), "used"), RUNNING)
    changed = bytearray(original)
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(16, len(changed) - 1))
        changed[at] = data.draw(st.sampled_from([changed[at] ^ 0x80, 0x72, 0, 1, 0x7A, 0x5A]))
    assume(changed != original)
    found = checked(original, bytes(changed))
    if found.body == "unread":
        assert found.error_b is not None
        assert not found.residue_equal
        return
    assert found.residue_equal
    end = read_pyc(bytes(changed)).body
    assert end is not None
    said = {fact.kind.value for fact in found.facts} - {"trailing"}
    other = parse(bytes(changed[16:]), RUNNING)
    try:
        value(other)
    except RecursionError:  # something now contains itself, as nothing did before
        assert said - ENCODING
    else:
        said_as_it_is(said, parse(original[16:], RUNNING), other)
