import configparser
from importlib.metadata import EntryPoint, EntryPoints

import pytest
from hypothesis import given

from reprodiff.formats.base import Content
from reprodiff.formats.listing import FORMAT, entry_point_facts, list_facts
from reprodiff.formats.parsing.entrypoints import object_reference
from reprodiff.model import ArtifactKind, Difference
from tests.formats.accounts import account, kinds, mirrored, said
from tests.formats.mutations import pairs

PATH = "demo-1.0.dist-info/entry_points.txt"
POOL = [
    *(b"[console_scripts]", b"[gui_scripts]", b"[pytest11]", b"a = m:f", b"a=m:f", b"a = m : f"),
    *(b"b = m:g", b"a = m:g", b"# note", b"", b"; x = y", b" a = m:f", b"c = m [x,y]"),
    *(b"c = m [y, x]", b"A = m:f", b"broken", b"[gui_scripts] ; x", b" [pytest11]"),
    b"x = y\x0cz = q",
]
TEXT = b"[console_scripts]\na = m:f\nb = m:g\n"


def facts(a: bytes, b: bytes) -> list[Difference]:
    found = entry_point_facts(PATH, a, b)
    assert account(a, b, found).explained
    return found


def by_interpreter(data: bytes) -> object:
    """What importlib.metadata finds."""
    text = plain(data)
    try:
        found = list(EntryPoints._from_text(text))  # type: ignore[attr-defined]
    except TypeError:
        return None
    points: list[EntryPoint] = found
    return {(each.group, each.name, object_reference(each.value)) for each in points}


def by_installers(data: bytes) -> object:
    """What configparser finds."""
    parser = configparser.RawConfigParser(delimiters=("=",), default_section="")
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    try:
        parser.read_string(plain(data))
    except configparser.Error:
        return None
    return {
        (section, name, object_reference(value))
        for section in parser.sections()
        for name, value in parser.items(section)
    }


def plain(data: bytes) -> str:
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode("utf-8", "surrogateescape")


@given(pairs(POOL))
def test_all_that_differs_is_told(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    for found in (entry_point_facts(PATH, a, b), list_facts("x.egg-info/requires.txt", a, b)):
        assert bool(found) == (a != b)
        assert account(a, b, found).explained


@given(pairs(POOL))
def test_what_is_called_the_same_is_the_same_to_all_readers(pair: tuple[bytes, bytes]) -> None:
    a, b = (POOL[0] + b"\n" + side for side in pair)
    found = entry_point_facts(PATH, a, b)
    form = {"listing.format", "text.eol", "text.final-newline"}
    if kinds(found) <= form and not any(fact.note for fact in found):
        assert by_interpreter(a) == by_interpreter(b)
        assert by_installers(a) == by_installers(b)


@given(pairs(POOL))
def test_changing_the_sides_over_mirrors_the_facts(pair: tuple[bytes, bytes]) -> None:
    a, b = pair
    assert mirrored(entry_point_facts(PATH, b, a)) == said(entry_point_facts(PATH, a, b))


@pytest.mark.parametrize(
    "other",
    [
        b"[console_scripts]\nb = m:g\na = m:f\n",
        b"[console_scripts]\na=m:f\nb=m:g\n",
        b"[console_scripts]\n\na\t=  m:f\nb = m:g\n\n[gui_scripts]\n",
        b"# made by a tool\n[console_scripts]\na = m:f\nb = m:g\n",
    ],
)
def test_the_same_entry_points_in_another_form(other: bytes) -> None:
    found = facts(TEXT, other)
    assert kinds(found) == {"listing.format"}
    assert not any(fact.note for fact in found)


def test_a_new_command_beside_another_form_is_told() -> None:
    found = facts(TEXT, b"[console_scripts]\nb=m:g\nevil=m:evil\na=m:f\n")
    assert kinds(found) == {"listing.format", "entry.point"}
    (new,) = (fact for fact in found if fact.what == "entry.point")
    assert (new.inside, new.a, new.b) == ("[console_scripts] evil", None, "m:evil")


def test_a_command_that_leads_elsewhere_is_told_with_both_places() -> None:
    (fact,) = facts(TEXT, TEXT.replace(b"a = m:f", b"a = m:evil"))
    assert (fact.what, fact.a, fact.b) == ("entry.point", "m:f", "m:evil")
    assert [TEXT[x.start : x.stop] for x, _ in fact.places()] == [b"m:f"]


def test_an_entry_in_another_group_is_another_entry() -> None:
    found = facts(TEXT, TEXT + b"[pytest11]\nc = m:c\n")
    assert "[pytest11] c" in {fact.inside for fact in found}
    moved = facts(TEXT, b"[console_scripts]\na = m:f\n[gui_scripts]\nb = m:g\n")
    assert [f.what for f in moved].count("entry.point") == 2


@pytest.mark.parametrize(
    "odd",
    [
        b"[console_scripts]\na = m:f\n b = m:g\n",  # joined to the line before by one reader
        b"[console_scripts]\na = m:f\nb = m:g\n[console_scripts]\n",
        b"[console_scripts]\nb = m:g\na = m:f\n;c = m:h\n",
        b"[console_scripts]\nb = m:g\n [console_scripts]\na = m:f\n",
        b"[console_scripts]\na = m : f\nb = m:g\n",
        b"[console_scripts]\na = m:\tf\nb = m:g\n",
        b"[console_scripts]\na = m:f\xc2\xa0\nb = m:g\n",
        b"# \xff\n[console_scripts]\na = m:f\nb = m:g\n",
    ],
)
def test_a_file_on_which_readers_do_not_agree_says_so(odd: bytes) -> None:
    found = facts(TEXT, odd)
    assert any(fact.note or fact.what == "entry.point" for fact in found)


def test_hidden_characters_in_a_changed_entry_are_told() -> None:
    changed = TEXT.replace(b"m:g", "m:g\u202e".encode())
    assert "text.hidden" in kinds(facts(TEXT, changed))


def list_kinds(name: str, a: bytes, b: bytes) -> set[str]:
    found = list_facts(f"demo.egg-info/{name}", a, b)
    assert account(a, b, found).explained
    return kinds(found)


def test_lists_are_read_as_sets() -> None:
    assert list_kinds("SOURCES.txt", b"a.py\nb.py\n", b"b.py\na.py\n") == {"list.order"}
    assert list_kinds("top_level.txt", b"a\nb\n", b"b\r\na\r\n") == {"list.order", "text.eol"}
    assert list_kinds("dependency_links.txt", b"\n", b"") == {"listing.format"}


def test_a_line_that_is_new_among_moved_ones_is_told() -> None:
    found = list_facts("demo.egg-info/top_level.txt", b"a\nb\n", b"b\nevil\na\n")
    assert kinds(found) == {"list.order", "list.entry"}
    assert [(f.inside, f.a, f.b) for f in found if f.what == "list.entry"] == [
        ("evil", None, "evil")
    ]


def test_a_requirement_in_another_section_is_another_requirement() -> None:
    a, b = b"x>=1\n\n[test]\ny\n", b"y\n\n[test]\nx>=1\n"
    assert list_kinds("requires.txt", a, b) == {"list.entry"}
    assert list_kinds("requires.txt", b"x\ny\n\n[t]\nz\n", b"y\nx\n\n[t]\nz\n") == {"list.order"}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("demo-1.0.dist-info/entry_points.txt", True),
        ("demo-1.0/demo.egg-info/SOURCES.txt", True),
        ("demo-1.0/EGG-INFO/top_level.txt", True),
        ("demo/entry_points.txt", False),
        ("demo-1.0.dist-info/licenses/requires.txt", False),
    ],
)
def test_lists_are_read_as_such_only_where_tools_write_them(path: str, expected: bool) -> None:
    data = memoryview(b"a\n")
    assert FORMAT.applies(Content(path, path, data, data, ArtifactKind.WHEEL)) is expected
