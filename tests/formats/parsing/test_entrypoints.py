import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.entrypoints import object_reference, parse_entry_points


@given(st.binary(max_size=80) | st.text("[]=a \t\n\r#;\u2028", max_size=60).map(str.encode))
def test_lines_tile_the_input_and_values_lie_where_they_say(data: bytes) -> None:
    lines = parse_entry_points(data)
    assert b"".join(data[line.start : line.stop] for line in lines) == data
    for line in lines:
        if line.kind == "entry":
            value = data[line.value_span.start : line.value_span.stop]
            assert value.decode("utf-8", "surrogateescape") == line.value
            assert line.start <= line.value_span.start <= line.value_span.stop <= line.body_stop


def test_groups_and_entries_are_read() -> None:
    lines = parse_entry_points(b"[a]\nx = m:f \n# no\n\n[b]\nx=n\n")
    assert [line.kind for line in lines] == [
        *("section", "entry", "comment", "blank", "section", "entry")
    ]
    assert [(line.section, line.name, line.value) for line in lines if line.kind == "entry"] == [
        ("a", "x", "m:f"),
        ("b", "x", "n"),
    ]
    assert not any(line.odd for line in lines)


@pytest.mark.parametrize(
    "data",
    [
        *(b"[a]\n x = y\n", b"[a]\nx = y\nx = z\n", b"[a]\n[b]\n[a]\n", b"x = y\n", b"[a]\nx\n"),
        *(b"[a]\n;x = y\n", b"[a]\nx = y\n [b]\n", b"[a]\nx = y\x0bz = q\n", b"[a] b\nx = y\n"),
        "[a]\nx = y\u2028z = q\n".encode(),
        b"[[a]]\n",
    ],
)
def test_lines_on_which_readers_do_not_agree_are_marked(data: bytes) -> None:
    assert any(line.odd for line in parse_entry_points(data))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("m:f", "m : f", True),
        ("m:f [x, y]", "m:f[y,x]", True),
        ("m", "m:f", False),
        ("m:f", "m:F", False),
        ("m:f", "m:f [x]", False),
        ("m:f()", "m:f( )", False),
    ],
)
def test_references_are_the_same_if_they_lead_to_one_object(
    one: str, other: str, same: bool
) -> None:
    assert (object_reference(one) == object_reference(other)) is same
