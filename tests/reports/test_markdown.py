import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reprodiff.reports.markdown import code, escape, fence, to_markdown
from reprodiff.reports.selection import LeftOut
from reprodiff.text import plain
from tests.reports.factory import HOSTILE, finding, full, hostile, place, report, times
from tests.reports.platforms import with_platform, with_platforms

_OURS = re.compile(r"<!-- -->|</?details>|</?summary>")


def parser() -> MarkdownIt:
    made = MarkdownIt("gfm-like")
    assert made.linkify is not None
    # A bare name such as e.example is a link to no forge.
    made.linkify.set({"fuzzy_link": False, "fuzzy_email": False})
    return made


def tokens(text: str) -> list[Token]:
    """Return all tokens of ``text``, those inside of others too."""
    found: list[Token] = []
    waiting = parser().parse(text)
    while waiting:
        token = waiting.pop()
        found.append(token)
        waiting += token.children or []
    return found


def shown(text: str) -> str:
    """Return what a reader sees of ``text``, without any tag."""
    return "".join(
        token.content for token in reversed(tokens(text)) if token.type in {"text", "code_inline"}
    )


def test_it_says_what_the_text_report_says() -> None:
    made = to_markdown(full())
    order = [
        "## reprodiff: DIFFERENT",
        "1 alarm, 2 findings to review.",
        "- **A** `dist/demo-1.0-py3-none-any.whl` · wheel · 21 kB · setuptools 84.2",
        "4 causes found · 3 need you · 7 bytes unexplained",
        "| timestamps | 3,248 | 98% |",
        "### Alarms (1)",
        "#### ✖ alarm: Record mismatch (`record-mismatch`)",
        "### To review (2)",
        "#### ▲ review: Text changed (`text-changed`)",
        "proven · 3 places · 12 bytes",
        "- Both sides are the same otherwise.",
        " demo/core.py  line 12\n-value = 1\n+value = 2\n",
        "- ↳ Record row follows (`record-row-follows`) · proven · 1 place · 43 bytes",
        "<summary>Benign (1)</summary>",
        " … and 811 more",
        "**Fix:** Set SOURCE\\_DATE\\_EPOCH for the build",
        "### What to change",
        "export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)",
        "### To build each side again as it is",
        "### Problems (1)",
        "- `demo/broken.so` (B, compare): the section table is cut off",
    ]
    places = [made.index(words) for words in order]
    assert places == sorted(places)


def test_places_are_cut_at_the_limit() -> None:
    made = to_markdown(report([times(15)]), 5, compact=False)
    assert made.count("\n demo/module_") == 5
    assert "… and 10 more" in made
    assert to_markdown(report([times(15)]), None, compact=False).count("\n demo/module_") == 15


def test_what_was_left_out_is_said() -> None:
    made = to_markdown(report([times()]), left_out=LeftOut(1, 2, "--ignore *.so"))
    assert "left out by --ignore \\*.so: 1 finding, 2 places" in made


def test_an_identical_pair_has_neither_counts_nor_a_table() -> None:
    made = to_markdown(report())
    assert "IDENTICAL" in made
    assert "|" not in made
    assert "cause" not in made


def test_what_changes_for_people_is_a_table() -> None:
    made = to_markdown(with_platform(report(), "a|b"))
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert "| glibc needed | `2.17` | `2.28` |" in made
    assert "no longer loads on CentOS 7" in made
    assert "| what | A | B | effect |" in rows
    # A bar in a value stands for itself and ends no cell.
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 5 for row in rows if "effect" not in row)


def test_what_two_wheels_in_folders_have_in_common_is_one_row() -> None:
    made = to_markdown(with_platforms(report(), "a|b"))
    rows = [line for line in made.splitlines() if line.startswith("|")]
    assert "| what | A | B | effect | in |" in rows
    assert len([row for row in rows if row.startswith("| glibc needed |")]) == 1
    assert all(len(re.findall(r"(?<!\\)\|", row)) == 6 for row in rows if "effect" not in row)


def test_hostile_text_makes_no_link_no_picture_no_html_and_no_mention() -> None:
    made = to_markdown(with_platform(hostile(), HOSTILE), None, compact=False)
    found = tokens(made)
    assert {token.type for token in found} & {"link_open", "image", "em_open", "s_open"} == set()
    for token in found:
        if token.type in {"html_inline", "html_block"}:
            assert _OURS.sub("", token.content).strip() in {"", "Benign (1)"}
        if token.type == "text":
            assert not re.search(r"@\w", token.content)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", made)


def test_hostile_text_does_not_break_out_of_its_block() -> None:
    headings = [
        token.tag
        for token in tokens(to_markdown(with_platform(hostile(), HOSTILE)))
        if token.type == "heading_open"
    ]
    expected = [token.tag for token in tokens(to_markdown(full())) if token.type == "heading_open"]
    assert headings.count("h2") == expected.count("h2") == 1
    assert headings.count("h1") == 0


@pytest.mark.parametrize(
    "text",
    [
        HOSTILE,
        "- a",
        "12. x",
        "1) x",
        "# h",
        "====",
        "---",
        "> q",
        "    indented",
        "a\\",
        "|x|y|",
        "www.evil.com and https://evil.com",
        "&lt; &amp; &#64;",
        "~~~",
        "[x]: https://evil.com",
        "<a@evil.com>",
        ":skull: 07:00:00",
        "GH-1 #1 a#b",
    ],
)
def test_escaped_text_reads_as_it_is(text: str) -> None:
    for prefix in ("", "- "):
        made = prefix + escape(text)
        assert shown(made) == plain(text).strip()
        allowed = {"paragraph_open", "paragraph_close", "inline", "text", "html_inline"}
        allowed |= {"bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"}
        assert {token.type for token in tokens(made)} <= allowed | {"text_special"}


LINES = st.text(alphabet="ab `~#*_[]()<>!|\\&@:/.-+=1\n", max_size=30)


@given(LINES)
def test_any_text_survives_escaping(text: str) -> None:
    assert shown("x " + escape(text)) == ("x " + plain(text).strip()).rstrip()


@given(st.text(alphabet="a `|<\\", min_size=1, max_size=20))
def test_any_text_survives_as_code(text: str) -> None:
    (inline,) = [token for token in tokens(f"x {code(text)} y") if token.type == "code_inline"]
    assert inline.content.strip() == text.strip()


@given(st.lists(st.text(alphabet="a`~ ", max_size=12), max_size=5))
def test_no_line_ends_a_block_of_code(lines: list[str]) -> None:
    (block,) = [token for token in tokens(fence(lines)) if token.type == "fence"]
    assert block.content.splitlines() == lines


def test_a_name_that_starts_with_a_sign_is_not_coloured_as_a_change() -> None:
    made = to_markdown(report([finding(locations=[place("-x", "mode", "1", "2")])]))
    assert "\n -x  mode\n-1\n+2\n" in made


def test_what_several_places_have_alike_is_told_once() -> None:
    places = [place(f"demo/{name}.so", ".comment", "GCC 10", "GCC 14") for name in "abc"]
    shown = to_markdown(report([finding(locations=[*places, place("d.so", "", "GCC 9", "GCC 8")])]))
    block = shown[shown.index("```diff") :].splitlines()[1:10]
    assert block == [
        *(" demo/a.so  .comment", " demo/b.so  .comment", " demo/c.so  .comment"),
        *("-GCC 10", "+GCC 14", " d.so", "-GCC 9", "+GCC 8", "```"),
    ]
