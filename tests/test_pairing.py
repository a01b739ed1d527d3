"""Which member goes with which: by name, by rule, and only then by content; one to one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.base import Member
from reprodiff.model import MemberType, Side
from reprodiff.pairing import Pairing, pair

Content = dict[str, str]
"""Name -> content; a name that ends in a slash is a directory."""


def members(files: list[tuple[str, str]]) -> list[Member]:
    return [
        Member(
            name,
            name.encode(),
            MemberType.DIRECTORY if name.endswith("/") else MemberType.FILE,
            len(content),
            index,
        )
        for index, (name, content) in enumerate(files)
    ]


def paired(a: list[tuple[str, str]], b: list[tuple[str, str]]) -> Pairing:
    def content(side: Side, member: Member) -> bytes:
        files = a if side is Side.A else b
        return files[member.index][1].encode()

    return pair(members(a), members(b), content)


def by_name(a: Content, b: Content) -> Pairing:
    return paired(list(a.items()), list(b.items()))


def told(found: Pairing) -> list[tuple[str, str, str]]:
    return [(each.a.path, each.b.path, each.how) for each in found.pairs]


def left(found: Pairing) -> tuple[list[str], list[str]]:
    return [each.path for each in found.only_a], [each.path for each in found.only_b]


def test_the_same_name_is_the_same_member_whatever_it_holds() -> None:
    found = by_name({"a.py": "1", "b.py": "2"}, {"b.py": "1", "a.py": "2"})
    assert told(found) == [("a.py", "a.py", "name"), ("b.py", "b.py", "name")]
    assert left(found) == ([], [])


def test_of_several_members_of_a_name_the_first_goes_with_the_first() -> None:
    found = paired([("m", "1"), ("m", "2"), ("m", "3")], [("m", "4"), ("m", "5")])
    assert [(each.a.index, each.b.index) for each in found.pairs] == [(0, 0), (1, 1)]
    assert [each.index for each in found.only_a] == [2]


def test_a_name_that_differs_in_case_or_form_is_another() -> None:
    found = by_name({"demo/A.py": "1", "demo/\u00e9": "2"}, {"demo/a.py": "3", "demo/e\u0301": "4"})
    assert told(found) == []


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("demo-1.0.dist-info/METADATA", "demo-1.1.dist-info/METADATA"),
        ("demo-1.0.data/scripts/run", "demo-1.1.data/scripts/run"),
        ("src/demo.egg-info/PKG-INFO", "src/Demo.egg-info/PKG-INFO"),
        ("my_demo-1.0.dist-info/WHEEL", "My.Demo-1.0.dist-info/WHEEL"),
        ("demo-1.0.dist-info/", "demo-1.0+local.dist-info/"),
    ],
)
def test_the_projects_own_directory_may_have_another_version(a: str, b: str) -> None:
    found = by_name({a: "one", "x/a.py": "1"}, {b: "two", "x/a.py": "1"})
    assert (a, b, "project") in told(found)


def test_the_top_directory_of_an_sdist_may_have_another_version() -> None:
    a = {"demo-1.0/": "", "demo-1.0/PKG-INFO": "1", "demo-1.0/demo/a.py": "2"}
    b = {"demo-1.1/": "", "demo-1.1/PKG-INFO": "3", "demo-1.1/demo/a.py": "4"}
    found = by_name(a, b)
    assert {how for _, _, how in told(found)} == {"project"}
    assert left(found) == ([], [])


def test_projects_of_a_tree_of_many_are_not_mixed_up() -> None:
    """What is left over of one project is not taken for what is left over of another."""
    a = {"one-1.dist-info/METADATA": "1", "two-1.dist-info/METADATA": "2"}
    b = {"six-1.dist-info/METADATA": "3", "two-2.dist-info/METADATA": "4"}
    found = by_name(a, b)
    assert told(found) == [("two-1.dist-info/METADATA", "two-2.dist-info/METADATA", "project")]
    assert left(found) == (["one-1.dist-info/METADATA"], ["six-1.dist-info/METADATA"])


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("m.cpython-311-x86_64-linux-gnu.so", "m.cpython-312-x86_64-linux-gnu.so"),
        ("m.cpython-311-x86_64-linux-gnu.so", "m.abi3.so"),
        ("m.cp311-win_amd64.pyd", "m.cp313t-win_amd64.pyd"),
        ("__pycache__/m.cpython-311.pyc", "__pycache__/m.cpython-312.pyc"),
    ],
)
def test_the_interpreters_tag_may_differ(a: str, b: str) -> None:
    found = by_name({a: "1", "n.so": "2"}, {b: "3", "n.so": "4"})
    assert (a, b, "abi-tag") in told(found)


def test_an_extension_does_not_pair_with_a_file_without_a_tag() -> None:
    found = by_name({"m.cpython-311-x86_64-linux-gnu.so": "1"}, {"m.so": "2"})
    assert told(found) == []


def test_a_file_that_moved_unchanged_is_found_by_its_content() -> None:
    found = by_name({"old/a.py": "same"}, {"new/b.py": "same", "new/c.py": "else"})
    assert told(found) == [("old/a.py", "new/b.py", "content")]
    assert left(found) == ([], ["new/c.py"])


def test_copies_pair_only_where_the_base_name_tells_them_apart() -> None:
    top = {"top.py": "one"}
    a = {**top, "p/x.py": "same", "p/y.py": "same", "p/z.py": "same"}
    b = {**top, "q/y.py": "same", "q/v.py": "same", "q/w.py": "same"}
    found = by_name(a, b)
    assert told(found)[1:] == [("p/y.py", "q/y.py", "content")]
    assert left(found) == (["p/x.py", "p/z.py"], ["q/v.py", "q/w.py"])
    assert told(by_name(a, {**top, "q/v.py": "same"}))[1:] == []


def test_empty_files_and_directories_have_no_content_to_go_by() -> None:
    found = by_name({"a/__init__.py": "", "d/": ""}, {"b/__init__.py": "", "e/": ""})
    assert told(found) == []


def test_what_cannot_be_read_is_not_paired_by_content() -> None:
    a, b = members([("a", "x")]), members([("b", "x")])
    assert pair(a, b, lambda _side, _member: None).pairs == ()


def test_content_is_asked_for_only_where_rules_leave_something_over() -> None:
    def asked(side: Side, member: Member) -> bytes:
        raise AssertionError((side, member))

    same = members([("a.py", "x"), ("demo-1.dist-info/R", "y")])
    assert len(pair(same, members([("a.py", "z"), ("demo-2.dist-info/R", "w")]), asked).pairs) == 2
    # Nor for files of a size that the other side does not have.
    assert pair(members([("a", "12")]), members([("b", "123")]), asked).pairs == ()


def test_very_many_copies_do_not_take_very_long() -> None:
    count = 30_000
    a = [("top.py", "one"), *((f"a/{n}.py", "same") for n in range(count))]
    b = [("top.py", "one"), *((f"b/{n}.py", "same") for n in range(count))]
    found = paired(a, b)
    assert {how for _, _, how in told(found)[1:]} == {"content"}
    assert len(found.pairs) == count + 1
    assert all(each.a.path[1:] == each.b.path[1:] for each in found.pairs[1:])


NAMES = st.sampled_from(
    [
        *("a.py", "b.py", "d/a.py", "d/", "demo-1.dist-info/R", "demo-2.dist-info/R"),
        *("other-1.dist-info/R", "m.cpython-311.pyc", "m.cpython-312.pyc"),
        *("l/liba-00ec42fe.so.1", "l/liba-154567c4.so.1", "l/liba-154567c4.so.2"),
        *("demo-1.0-py3-none-any.whl", "demo-2.0-py3-none-any.whl"),
    ]
)
FILES = st.lists(st.tuples(NAMES, st.sampled_from(["", "1", "2"])), max_size=8)


@settings(max_examples=300)
@given(FILES, FILES)
def test_every_member_is_in_exactly_one_place(
    a: list[tuple[str, str]], b: list[tuple[str, str]]
) -> None:
    found = paired(a, b)
    assert sorted([each.a.index for each in found.pairs] + [m.index for m in found.only_a]) == (
        list(range(len(a)))
    )
    assert sorted([each.b.index for each in found.pairs] + [m.index for m in found.only_b]) == (
        list(range(len(b)))
    )
    assert [each.a.index for each in found.pairs] == sorted(each.a.index for each in found.pairs)


@settings(max_examples=300)
@given(FILES, FILES)
def test_a_and_b_changed_over_pair_the_same(
    a: list[tuple[str, str]], b: list[tuple[str, str]]
) -> None:
    found, back = paired(a, b), paired(b, a)
    assert sorted((each.a.index, each.b.index, each.how) for each in found.pairs) == sorted(
        (each.b.index, each.a.index, each.how) for each in back.pairs
    )
    assert (found.only_a, found.only_b) == (back.only_b, back.only_a)
