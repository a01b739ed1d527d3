import pytest

from reprodiff.model import Category, Finding
from reprodiff.reports.selection import LeftOut, Selection, Words
from tests.reports.factory import finding, place, report, times


def words(*names: str, globs: tuple[str, ...] = ()) -> Words:
    return Words(frozenset(names), globs)


CONTENT = finding(
    "text-changed",
    Category.CONTENT,
    locations=[place("demo/core.py"), place("demo/sub/x.so"), place("")],
)
TIMES = times(3)
WHOLE = report([CONTENT, TIMES])


def left(selection: Selection) -> tuple[dict[str, list[str]], LeftOut | None]:
    made, out = selection.apply(WHOLE)
    assert (made.verdict, made.summary) == (WHOLE.verdict, WHOLE.summary)
    shown: dict[str, list[str]] = {}
    for one in made.findings:
        assert isinstance(one, Finding)
        assert one.location_count == len(one.locations)
        shown[one.cause] = [location.path for location in one.locations]
    return shown, out


def test_no_selection_leaves_nothing_out_and_says_nothing() -> None:
    assert Selection().apply(WHOLE) == (WHOLE, None)


@pytest.mark.parametrize("name", ["timestamps", "zip-member-mtime"])
def test_a_category_or_a_cause_selects_whole_findings(name: str) -> None:
    assert left(Selection(only=words(name)))[1] == LeftOut(1, 3, f"--only {name}")
    assert list(left(Selection(only=words(name)))[0]) == ["zip-member-mtime"]
    assert list(left(Selection(ignore=words(name)))[0]) == ["text-changed"]


@pytest.mark.parametrize(
    ("glob", "paths"),
    [
        ("*.so", ["demo/sub/x.so"]),
        ("demo/sub/", ["demo/sub/x.so"]),
        ("demo/core.py", ["demo/core.py"]),
        ("demo/*", ["demo/core.py", "demo/sub/x.so"]),
        ("demo/cor?.py", ["demo/core.py"]),
        ("DEMO/*", []),
        ("*", ["demo/core.py", "demo/sub/x.so", ""]),
    ],
)
def test_a_pattern_selects_places(glob: str, paths: list[str]) -> None:
    shown, _ = left(Selection(words("content"), words()))
    assert shown["text-changed"] == ["demo/core.py", "demo/sub/x.so", ""]
    shown, out = left(Selection(only=words("content", globs=(glob,))))
    assert shown.get("text-changed", []) == paths
    assert out is not None
    assert out.locations == 6 - len(paths)
    shown, _ = left(Selection(ignore=words(globs=(glob,))))
    others = ["demo/core.py", "demo/sub/x.so", ""]
    assert shown.get("text-changed", []) == [path for path in others if path not in paths]


def test_several_words_of_a_kind_add_up_and_the_kinds_must_agree() -> None:
    both = Selection(only=words("timestamps", "content", globs=("*.so", "*_1.py")))
    assert left(both)[0] == {
        "text-changed": ["demo/sub/x.so"],
        "zip-member-mtime": ["demo/module_1.py"],
    }


def test_ignoring_wins() -> None:
    assert left(Selection(words("content"), words("text-changed")))[0] == {}


def test_a_finding_without_places_is_not_lost_to_an_ignored_path() -> None:
    bare = Finding(
        TIMES.id,
        TIMES.cause,
        TIMES.category,
        TIMES.severity,
        TIMES.confidence,
        TIMES.title,
        TIMES.explanation,
        (),
        0,
    )
    made, _ = Selection(ignore=words(globs=("*",))).apply(report([bare]))
    assert made.findings == (bare,)
