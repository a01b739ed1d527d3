import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.reports.html import to_html
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain
from tests.reports.factory import HOSTILE, finding, full, hostile, place, report, times
from tests.reports.platforms import with_platform, with_platforms

_VOID = {"meta"}
_TAGS = {
    *("html", "head", "meta", "title", "style", "body", "h1", "h2", "h3", "p", "span", "strong"),
    *("code", "pre", "table", "tr", "th", "td", "div", "ul", "li", "i", "details", "summary"),
    *("mark", "a"),
}
_ATTRIBUTES = {
    *("class", "id", "open", "style", "aria-hidden", "charset", "content", "name", "lang"),
    *("href", "rel", "http-equiv"),
}


class Seen(HTMLParser):
    """What a browser would make of a page: elements, attributes, text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in _VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.texts)


CASES = {
    "identical": report(),
    "equivalent": report([times(3)]),
    "full": full(),
    "hostile": hostile(),
    "platform": with_platform(full()),
    "hostile platform": with_platform(hostile(), HOSTILE),
    "platforms": with_platforms(full()),
    "hostile platforms": with_platforms(hostile(), HOSTILE),
}


@pytest.mark.parametrize("name", CASES)
def test_a_page_is_whole_by_itself(name: str) -> None:
    page = to_html(CASES[name])
    seen = Seen(page)
    assert set(seen.tags) <= _TAGS
    assert {key for key, _ in seen.attributes} <= _ATTRIBUTES
    assert any("default-src 'none'" in value for key, value in seen.attributes if key == "content")
    assert "url(" not in page
    assert "@import" not in page
    for key, value in seen.attributes:
        if key == "href":
            assert value.startswith("https://")
        if key == "style":
            assert re.fullmatch(r"flex-grow:\d+", value)


def test_it_says_what_the_text_report_says() -> None:
    text = Seen(to_html(full())).text
    order = [
        "DIFFERENT",
        "1 alarm, 2 findings to review.",
        "dist/demo-1.0-py3-none-any.whl · wheel · 21 kB · setuptools 84.2",
        "4 causes found · 3 need you · 7 bytes unexplained",
        "timestamps: 3,248 bytes, 98%",
        "Alarms (1)",
        "To review (2)",
        "Text changed",
        "proven · 3 places · 12 bytes",
        "Both sides are the same otherwise.",
        "value = 1",
        "value = 2",
        "Record row follows",
        "Benign (1)",
        "… and 792 more",
        "Fix: Set SOURCE_DATE_EPOCH for the build",
        "What to change",
        "To build each side again as it is",
        "Problems (1)",
        "the section table is cut off",
    ]
    places = [text.index(words) for words in order]
    assert places == sorted(places)


def test_what_changed_is_marked_and_benign_findings_are_folded() -> None:
    page = to_html(full())
    assert "value = <mark>1</mark>" in page
    opened = re.findall(r'<details id="([^"]+)" open>', page)
    assert [it.id for it in full().findings if it.severity != "benign"] == opened


def test_places_are_cut_and_what_was_left_out_is_said() -> None:
    made = report([times(15)])
    assert to_html(made, 5).count("demo/module_") == 5
    assert "… and 10 more" in to_html(made, 5)
    assert to_html(made, None).count("demo/module_") == 15
    page = to_html(made, left_out=LeftOut(1, 2, "--ignore <b>"))
    assert "left out by --ignore &lt;b&gt;: 1 finding, 2 places" in page


def test_what_changes_for_people_is_a_table() -> None:
    page = to_html(with_platform(full()))
    assert "glibc needed" in page
    assert "B no longer loads on CentOS 7, which has glibc 2.17." in page
    assert "glibc needed" not in to_html(full())


def test_what_two_wheels_in_folders_have_in_common_is_one_row() -> None:
    page = to_html(with_platforms(full()))
    assert page.count("glibc needed") == 1
    assert "<th>in</th>" in page
    assert "<td>demo, libssl</td>" in page


def test_hostile_text_is_text() -> None:
    page = to_html(with_platform(hostile(), HOSTILE), None)
    assert "<script" not in page
    assert "<img" not in page
    assert plain(HOSTILE) in Seen(page).text
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", page)


@given(st.text(alphabet="<>&\"'/=a \x00\x1b\u202e", max_size=20))
def test_any_text_survives(text: str) -> None:
    made = report([finding(locations=[place(text or "x", text, text + "1", "")])])
    seen = Seen(to_html(made))
    assert set(seen.tags) <= _TAGS
    assert plain(text + "1") in seen.text


def test_what_several_places_have_alike_is_told_once() -> None:
    places = [place(f"demo/{name}.so", ".comment", "GCC 10", "GCC 14") for name in "abc"]
    shown = to_html(report([finding(locations=places)]))
    assert shown.count("GCC ") == 2
    assert all(f">demo/{name}.so</span>" in shown for name in "abc")
