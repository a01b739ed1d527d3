import json
import math
import random
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing.jsontext import JsonDocument, JsonError, parse_json, same_data

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=[]), max_size=6)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)
FRAGMENTS = st.lists(
    st.sampled_from(
        [bytes([mark]) for mark in b"{}[],:\"\\0.e+- \n\x00\xffx'"]
        + [
            *(b'"a"', b'"\\ud83d\\ude00"', b'"\\u12"', b'"\\x"', b"\xc3\xa9"),
            *(b"-1", b"2.5", b"1e5", b"true", b"null", b"NaN", b"Infinity"),
        ]
    ),
    max_size=9,
).map(b"".join)


def value(document: JsonDocument, index: int = 0) -> Any:
    node = document.nodes[index]
    if node.kind == "object":
        return {document.nodes[i].key: value(document, i) for i in document.children(index)}
    if node.kind == "array":
        return [value(document, i) for i in document.children(index)]
    return document.text(index) if node.kind == "string" else json.loads(document.raw(index))


@given(VALUES, st.sampled_from([None, 1, "\t"]), st.booleans(), st.booleans())
def test_what_was_written_is_read_back(
    written: Any, indent: int | str | None, ascii_only: bool, sort: bool
) -> None:
    text = json.dumps(written, indent=indent, ensure_ascii=ascii_only, sort_keys=sort)
    try:
        data = text.encode()
    except UnicodeEncodeError:  # a lone surrogate, written raw, is no UTF-8
        return
    # Two escapes that make a pair are one character to every reader.
    expected = json.loads(data)
    assert value(parse_json(data)) == expected


@given(FRAGMENTS)
@example(b"[1,]")
@example(b'{"a":1,}')
@example(b"01")
@example(b"\xef\xbb\xbf1")
@example(b"-Infinity")
def test_what_is_json_is_what_python_says(data: bytes) -> None:
    try:
        expected = json.loads(data.decode("utf-8-sig"))
    except ValueError:
        with pytest.raises(JsonError) as error:
            parse_json(data)
        assert 0 <= error.value.offset <= len(data)
    else:
        read = value(parse_json(data))
        assert read == expected or (read != read and expected != expected)  # noqa: PLR0124  # NaN


@given(VALUES, st.sampled_from([None, 2]))
def test_every_value_stands_where_it_says(written: Any, indent: int | None) -> None:
    data = json.dumps(written, indent=indent).encode()
    document = parse_json(data)
    for index, node in enumerate(document.nodes):
        assert value(parse_json(document.raw(index))) == value(document, index)
        assert index in document.find(*document.path(index))
        if node.key is not None:
            assert json.loads(data[node.key_start : node.key_stop]) == node.key
            assert data[node.key_stop : node.start].strip() == b":"
        if node.parent >= 0:
            parent = document.nodes[node.parent]
            assert parent.start < node.start < node.stop < parent.stop
            assert list(document.children(node.parent))[node.position] == index


def test_places_names_and_duplicates() -> None:
    data = b'{"metadata": {"timestamp": "2026", "timestamp": 7}, "list": [1, "b"]}'
    document = parse_json(data)
    first, second = document.find("metadata", "timestamp")
    assert (document.text(first), document.text(second)) == ("2026", "7")
    assert data[slice(*document.nodes[first].span)] == b'"2026"'
    (b,) = document.find("list", 1)
    assert document.path(b) == ("list", 1)
    assert document.find("list", 2) == document.find("metadata", 0) == document.find("none") == ()
    assert document.find("list", "x") == ()


@pytest.mark.parametrize(
    ("data", "offset"),
    [
        (b"", 0),
        (b"  ", 2),
        (b"[1 2]", 3),
        (b"[1,", 3),
        (b'{"a" 1}', 5),
        (b"{1: 2}", 1),
        (b"1 2", 2),
        (b'"a\nb"', 0),
        (b'["a\xff"]', 3),
        (b"\xff\xfe1\x00", 0),
        (b"nulls", 0),
        (b"1.2.3", 0),
    ],
)
def test_what_is_wrong_is_said_with_its_place(data: bytes, offset: int) -> None:
    with pytest.raises(JsonError) as error:
        parse_json(data)
    assert error.value.offset == offset
    assert str(error.value).endswith(f"at byte {offset}")


def test_depth_and_number_of_values_are_limited() -> None:
    deep = b"[" * 1000 + b"]" * 1000
    assert len(parse_json(deep).nodes) == 1000
    assert same_data(parse_json(deep), parse_json(b" " + deep))
    for data in (b"[" * 100_000, b'{"a":' * 100_000):
        with pytest.raises(JsonError, match="nested deeper than 1000"):
            parse_json(data)
    with pytest.raises(JsonError, match="more than 10 values"):
        parse_json(b"[" + b"1," * 20 + b"1]", max_nodes=10)


@given(VALUES, st.randoms(use_true_random=False))
def test_order_escapes_and_white_space_change_nothing(
    written: Any, shuffler: random.Random
) -> None:
    def shuffled(item: Any) -> Any:
        if isinstance(item, dict):
            pairs = [(key, shuffled(inner)) for key, inner in item.items()]
            shuffler.shuffle(pairs)
            return dict(pairs)
        return [shuffled(inner) for inner in item] if isinstance(item, list) else item

    a = parse_json(json.dumps(written).encode())
    b = parse_json(json.dumps(shuffled(written), indent=1).encode())
    assert same_data(a, b)
    assert same_data(b, a)


@given(VALUES, VALUES)
def test_the_same_data_is_equal_data(x: Any, y: Any) -> None:
    a, b = parse_json(json.dumps(x).encode()), parse_json(json.dumps(y).encode())
    if same_data(a, b):
        assert repr(sort(json.loads(a.data))) == repr(sort(json.loads(b.data)))
    assert same_data(a, b) == same_data(b, a)


def sort(item: Any) -> Any:
    if isinstance(item, dict):
        return sorted((key, sort(inner)) for key, inner in item.items())
    return [sort(inner) for inner in item] if isinstance(item, list) else item


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (b'"\\u00e9\\ud83d\\ude00\\/"', '"é\U0001f600/"'.encode(), True),
        (b'"\\ud800"', b'"\\uD800"', True),
        (b'"\\ud800"', b'"\\ud801"', False),
        (b"1.0", b"1.00", True),
        (b"1.5e3", b"1500.0", True),
        (b"0.1e-1", b"0.01", True),
        (b"1e400", b"1e400", True),
        (b"1e400", b"1e401", False),
        (b"1e999999999999999999999", b"1.0e999999999999999999999", False),
        (b"9007199254740993", b"9007199254740992", False),
        (b"0.1", b"0.1000000000000000055511151231257827", False),
        (b"1", b"1.0", False),
        (b"100", b"1e2", False),
        (b"0.0", b"-0.0", False),
        (b"0.0", b"0e9", True),
        (b"NaN", b"NaN", True),
        (b"NaN", b"Infinity", False),
        (b"0", b"false", False),
        (b'"1"', b"1", False),
        (b"[1,2]", b"[2,1]", False),
        (b"[]", b"{}", False),
        (b"[1]", b"[1,1]", False),
        (b'{"a":1}', b'{"a":1,"b":1}', False),
        (b'{"a":1}', b'{"a":1,"a":1}', False),
        (b'{"a":1,"a":2}', b'{"a":1,"a":2}', False),
        (b'{"a":1,"b":2}', b'{"a":1,"c":2}', False),
        (b'[[{"a":[1]}]]', b'[[{"a":[2]}]]', False),
    ],
)
def test_same_data_is_what_no_reader_can_tell_apart(a: bytes, b: bytes, same: bool) -> None:
    assert same_data(parse_json(a), parse_json(b)) is same
    assert same_data(parse_json(b), parse_json(a)) is same


def test_numbers_keep_their_text() -> None:
    document = parse_json(b"[1e308, 1e400, NaN, -Infinity, 1.10]")
    assert [document.text(i) for i in document.children(0)] == [
        "1e308",
        "1e400",
        "NaN",
        "-Infinity",
        "1.10",
    ]
    assert math.isinf(json.loads(document.raw(2)))
