import configparser
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reprodiff.formats.parsing.ini import Ini, parse_ini, same_toml, toml_data
from reprodiff.model import Span

LINES = st.lists(
    st.tuples(
        st.sampled_from(["", " ", "  ", "\t"]),
        st.sampled_from(
            ["[a]", "[b c]", "[a] x", "k = v", "k2=", "k3 : x=y", "#c", "; c", "", "x"]
        ),
        st.sampled_from(["\n", "\r\n", "\r"]),
    ).map("".join),
    max_size=12,
).map("".join)


def cut(data: bytes, span: Span) -> bytes:
    return data[span.start : span.stop]


def check_tiling(data: bytes, ini: Ini) -> None:
    assert b"".join(data[entry.start : entry.stop] for entry in ini.entries) == data
    for entry in ini.entries:
        if entry.kind == "option":
            assert cut(data, entry.key_span).decode("utf-8", "surrogateescape") == entry.key
            assert entry.start <= entry.key_span.start < entry.key_span.stop
            assert entry.key_span.stop < entry.value_span.start <= entry.value_span.stop
            assert entry.value_span.stop <= entry.stop
            if "\n" not in entry.value:
                written = cut(data, entry.value_span).decode("utf-8", "surrogateescape")
                assert written == entry.value


@given(LINES.map(str.encode) | st.binary(max_size=50), st.integers(1, 6) | st.just(200_000))
@example(b"[]\n[x\n", 9)
def test_entries_tile_the_input(data: bytes, limit: int) -> None:
    check_tiling(data, parse_ini(data, limit=limit))


@given(LINES)
def test_options_are_those_that_configparser_sees(text: str) -> None:
    parser = configparser.RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keep the case of keys
    ini = parse_ini(text.encode())
    try:
        parser.read_file(io.StringIO(text, newline=None))
    except configparser.Error:
        assert ini.errors
        return
    seen = {section: dict(parser.items(section)) for section in parser.sections()}
    ours: dict[str, dict[str, str]] = {}
    for entry in ini.entries:
        if entry.kind == "section":
            ours.setdefault(entry.section, {})
        elif entry.kind == "option":
            ours[entry.section][entry.key] = entry.value
    assert ours == seen


def test_entry_points_have_their_places() -> None:
    data = b"[console_scripts]\r\ndemo = demo.cli:main [extra]\r\n\r\n[x.y]\r\na:b=c.d\r\n"
    ini = parse_ini(data, delimiters=b"=")
    demo, other = ini.options
    assert (demo.section, demo.key, demo.value) == (
        "console_scripts",
        "demo",
        "demo.cli:main [extra]",
    )
    assert cut(data, demo.key_span) == b"demo"
    assert cut(data, demo.value_span) == b"demo.cli:main [extra]"
    assert (other.section, other.key, other.value) == ("x.y", "a:b", "c.d")
    assert [entry.kind for entry in ini.entries] == [
        "section",
        "option",
        "blank",
        "section",
        "option",
    ]
    assert ini.errors == ()


def test_a_value_goes_on_over_comments_and_ends_before_them() -> None:
    data = b"[o]\nlist =\n    a\n# note\n\n    b\n\n# end\nlast = 1\n"
    ini = parse_ini(data)
    listed, last = ini.options
    assert listed.value == "\na\n\nb"
    assert cut(data, listed.value_span) == b"\n    a\n# note\n\n    b"
    assert [entry.kind for entry in ini.entries] == [
        "section",
        "option",
        "blank",
        "comment",
        "option",
    ]
    assert last.value == "1"


def test_duplicates_and_strays_are_kept() -> None:
    ini = parse_ini(b"a=1\n[s]\na=2\na=3\n[s]\nstray\n=4\n[t] more\n")
    assert [(entry.section, entry.value) for entry in ini.options] == [
        ("", "1"),
        ("s", "2"),
        ("s", "3"),
    ]
    assert [entry.error for entry in ini.errors] == [
        "an option outside of any section",
        "no section, option or comment",
        "a value without a key",
        "text behind a section",
    ]


def test_very_many_lines_end_in_one_entry() -> None:
    data = b"[s]\n" + b"a=1\n" * 100
    ini = parse_ini(data, limit=10)
    assert len(ini.entries) == 11
    assert (ini.entries[-1].kind, ini.entries[-1].error) == ("bad", "too long")
    check_tiling(data, ini)
    assert len(parse_ini(b"[s]\na=1\n" + b" x\n" * 100_000).entries) == 2


@pytest.mark.parametrize(
    "data",
    [
        b"a = ",
        b"\xff",
        b"a = " + b"[" * 200 + b"]" * 200,
        b"a = " + b"{a = " * 5000,
        b".".join([b"a"] * 5000) + b" = 1",
        b"[" + b".".join([b"a"] * 200) + b"]",
        b"a = " + b"9" * 5000,
        b"#" * (4 * 1024 * 1024 + 1),
    ],
)
def test_toml_beyond_the_limits_is_no_data(data: bytes) -> None:
    assert toml_data(data) is None


def test_toml_is_read_as_data() -> None:
    assert toml_data(b'[project]\nname = "demo"\nx = [1, {y = 2.0}]\n') == {
        "project": {"name": "demo", "x": [1, {"y": 2.0}]}
    }


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        (b"a = 1\nb = [1, 2]", b"b = [\n 1, 2 ]\na = 0x1", True),
        (b"a = 1", b"a = true", False),
        (b"a = 1", b"a = 1.0", False),
        (b"a = 0.0", b"a = -0.0", False),
        (b"a = nan", b"a = nan", True),
        (b"a = [1, 2]", b"a = [2, 1]", False),
        (b"a = [1]", b"a = [1, 1]", False),
        (b"[a]\nb = 1", b"a.b = 1", True),
        (b"a = 1", b"b = 1", False),
        (b"a = 1979-05-27", b"a = 1979-05-28", False),
        (b'a = "1"', b"a = 1", False),
    ],
)
def test_toml_that_is_the_same_has_the_same_types(a: bytes, b: bytes, same: bool) -> None:
    left, right = toml_data(a), toml_data(b)
    assert left is not None
    assert right is not None
    assert same_toml(left, right) is same
    assert same_toml(right, left) is same
