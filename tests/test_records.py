"""The data classes of this program against those of the standard library."""

import copy
import dataclasses
import pickle
import subprocess
import sys
import typing
from collections.abc import Callable
from typing import Any

import pytest

from reprodiff.records import NamedTuple, dataclass, field, replace


@dataclass(frozen=True, slots=True)
class Fixed:
    """A record that cannot change."""

    name: str
    size: int = 0
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Loose:
    """A record that gathers."""

    name: str
    found: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A record whose values are given by name."""

    size: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Single:
    """A record that is only itself."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Longer(Fixed):
    """A record that extends another."""

    more: bool = False


def test_a_record_extends_another() -> None:
    record = Longer("a", 1, ("x",), more=True)
    assert [it.name for it in dataclasses.fields(record)] == ["name", "size", "tags", "more"]
    assert record != Fixed("a", 1, ("x",))
    assert replace(record, size=2) == Longer("a", 2, ("x",), more=True)
    assert not hasattr(record, "__dict__")


def test_a_copy_may_differ_in_some_values_and_in_none_that_is_not_there() -> None:
    record = Fixed("a", 3)
    assert replace(record, size=4) == Fixed("a", 4) == dataclasses.replace(record, size=4)
    assert replace(record) == record
    with pytest.raises(TypeError):
        replace(record, other=1)  # type: ignore[call-arg]


def test_a_default_that_all_records_would_share_is_refused() -> None:
    defaults: list[object] = [[], dataclasses.field(default_factory=list)]
    for default in defaults:
        with pytest.raises(TypeError, match=r"needs a field\(\)"):
            dataclass()(type("Bad", (), {"__annotations__": {"x": list}, "x": default}))


@pytest.mark.parametrize("make", [dataclass, dataclasses.dataclass])
def test_methods_of_the_class_itself_stay(make: Any) -> None:
    """Both make the same of a class that has methods of its own."""

    @make(frozen=True)
    class Own:
        x: int

        def __init__(self, x: int) -> None:
            object.__setattr__(self, "x", 2 * x)

        def __repr__(self) -> str:
            return "own"

        def __hash__(self) -> int:
            return 7

    body = {"__annotations__": {"x": int}, "__eq__": lambda _, other: other == "equal"}
    equal: Any = make(frozen=True)(type("Equal", (), body))
    assert (Own(1).x, repr(Own(1)), hash(Own(1)), Own(1) == Own(1)) == (2, "own", 7, True)
    assert equal(1) == "equal"
    assert hash(equal(1)) == hash((1,))


@pytest.mark.parametrize(
    ("annotations", "body", "reason"),
    [
        ({"x": int, "y": int}, {"x": 1}, "has no default"),
        ({"x": typing.ClassVar[int]}, {"x": 1}, "is no field"),
        ({"x": typing.ClassVar}, {}, "is no field"),
        ({"x": int}, {"__post_init__": lambda _: None}, "nothing would call"),
    ],
)
def test_what_is_not_there_is_refused(
    annotations: dict[str, object], body: dict[str, object], reason: str
) -> None:
    with pytest.raises(TypeError, match=reason):
        dataclass()(type("Bad", (), {"__annotations__": annotations, **body}))


def test_values_by_name_alone_need_no_order_of_defaults() -> None:
    @dataclass(frozen=True, kw_only=True)
    class Loosely:
        x: int = 1
        y: int

    assert repr(Loosely(y=2)).endswith("Loosely(x=1, y=2)")


def test_a_field_without_a_default_behind_inherited_ones_is_refused() -> None:
    with pytest.raises(TypeError, match="one before it has"):
        dataclass()(type("Bad", (Fixed,), {"__annotations__": {"more": int}}))


@pytest.mark.parametrize("record", [Fixed("a", 1, ("x",)), Longer("a"), Named(), Loose("a", ["x"])])
def test_a_record_survives_copies_of_all_kinds(record: object) -> None:
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(record, protocol)) == record  # noqa: S301
    assert copy.copy(record) == copy.deepcopy(record) == record
    assert dataclasses.replace(record) == record  # type: ignore[type-var]


def test_a_record_is_no_other_with_the_same_values() -> None:
    values: object = ("a", 0, ())
    assert Fixed("a") != values
    assert Fixed("a") != Longer("a")
    assert Fixed.__eq__(Fixed("a"), "a") is NotImplemented


def test_nothing_is_imported_for_it() -> None:
    code = "import sys, reprodiff.records; print({'dataclasses', 'inspect'} & set(sys.modules))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "set()\n"


def test_values_come_by_place_by_name_and_by_default() -> None:
    assert Fixed("a") == Fixed(name="a", size=0, tags=())
    assert repr(Fixed("a", tags=("x",))) == "Fixed(name='a', size=0, tags=('x',))"
    first, second = Loose("a"), Loose("a")
    first.found.append("x")
    assert second.found == []
    assert first != second


@pytest.mark.parametrize(
    "make",
    [
        Fixed,
        lambda: Fixed("a", 1, (), 2),  # type: ignore[call-arg]
        lambda: Fixed("a", name="b"),  # type: ignore[misc]
        lambda: Fixed("a", other=1),  # type: ignore[call-arg]
        lambda: Named(1),  # type: ignore[call-arg]
    ],
)
def test_wrong_values_are_type_errors(make: Callable[[], object]) -> None:
    with pytest.raises(TypeError):
        make()


def test_a_frozen_record_stays_as_it_is() -> None:
    record: Any = Fixed("a")
    with pytest.raises(dataclasses.FrozenInstanceError):
        record.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError):
        del record.name
    with pytest.raises(AttributeError):
        Loose("a").other = 1  # type: ignore[attr-defined]


def test_equality_and_hash_are_by_value_unless_told_otherwise() -> None:
    assert {Fixed("a"), Fixed("a"), Fixed("b")} == {Fixed("b"), Fixed("a")}
    assert Single() != Single()
    assert len({Single(), Single()}) == 2
    with pytest.raises(TypeError):
        hash(Loose("a"))


def test_the_tools_of_the_standard_library_work() -> None:
    record = Fixed("a", 3)
    assert dataclasses.replace(record, size=4) == Fixed("a", 4)
    assert [it.name for it in dataclasses.fields(record)] == ["name", "size", "tags"]
    assert dataclasses.asdict(record) == {"name": "a", "size": 3, "tags": ()}
    assert pickle.loads(pickle.dumps(record)) == record  # noqa: S301
    assert copy.deepcopy(Loose("a", ["x"])) == Loose("a", ["x"])
    match record:
        case Fixed(name, size):
            assert (name, size) == ("a", 3)
        case _:
            pytest.fail("a record takes part in pattern matching")


class Pair(NamedTuple):
    """A tuple with names."""

    first: int
    second: str = "b"
    third: bytes | None = None

    @property
    def twice(self) -> int:
        """Twice the first."""
        return 2 * self.first


class Standard(typing.NamedTuple):
    """The same of the standard library."""

    first: int
    second: str = "b"
    third: bytes | None = None


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ((1,), {}),
        ((1, "x"), {}),
        ((1, "x", b"y"), {}),
        ((), {"first": 1}),
        ((1,), {"third": b"y"}),
        ((1, "x"), {"third": b"y"}),
    ],
)
def test_a_named_tuple_is_what_that_of_the_standard_library_is(
    given: tuple[Any, ...], named: dict[str, Any]
) -> None:
    made: Any = Pair(*given, **named)
    standard: Any = Standard(*given, **named)
    assert tuple(made) == tuple(standard)
    assert hash(made) == hash(standard)
    assert (made.first, made.second, made.third, made.twice) == (*standard, 2)
    assert repr(made) == repr(standard).replace("Standard", "Pair")
    assert made._asdict() == standard._asdict()
    assert made._replace(second="z") == standard._replace(second="z")
    assert type(made._replace(first=2)) is Pair
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made  # noqa: S301
    assert not hasattr(made, "__dict__")
    match made:
        case Pair(first, second, third):
            assert (first, second, third) == tuple(standard)
        case _:
            pytest.fail("a named tuple takes part in pattern matching")


def test_the_class_of_a_named_tuple_is_as_in_the_standard_library() -> None:
    assert issubclass(Pair, tuple)
    assert Pair._fields == Pair.__match_args__ == Standard._fields
    assert Pair._field_defaults == Standard._field_defaults
    assert Pair.__doc__ == "A tuple with names."
    assert Pair._make([1, "x", b""]) == (1, "x", b"")


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (Pair, TypeError),
        (lambda: Pair(1, "", b"", 2), TypeError),  # type: ignore[call-arg]
        (lambda: Pair(1, first=2), TypeError),  # type: ignore[misc]
        (lambda: Pair(1, other=2), TypeError),  # type: ignore[call-arg]
        (lambda: Pair._make([1]), TypeError),
        (lambda: Pair(1)._replace(other=2), ValueError),  # type: ignore[call-arg]
        (lambda: setattr(Pair(1), "first", 2), AttributeError),
    ],
)
def test_wrong_values_of_a_named_tuple_are_errors(
    make: Callable[[], object], error: type[Exception]
) -> None:
    with pytest.raises(error):
        make()


def test_a_named_tuple_with_another_base_is_refused() -> None:
    with pytest.raises(TypeError, match="cannot be anything else"):
        type(NamedTuple)("Bad", (NamedTuple, object), {"__annotations__": {}})  # type: ignore[misc]


def test_a_default_before_a_field_without_one_is_refused() -> None:
    body = {"__annotations__": {"a": int, "b": int}, "a": 1}
    with pytest.raises(TypeError, match="default before"):
        type(NamedTuple)("Bad", (), body)  # type: ignore[misc]
