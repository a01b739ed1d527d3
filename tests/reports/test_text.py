import os
import re
import subprocess
import sys

import pytest
from rich.cells import cell_len  # noqa: TID253 - what is tested has loaded it

from reprodiff.model import (
    Category,
    Confidence,
    Fix,
    Location,
    Report,
    Severity,
    Verdict,
)
from reprodiff.reports.selection import LeftOut
from reprodiff.reports.text import to_text
from tests.reports.factory import FIX, HOSTILE, finding, full, hostile, place, report, times
from tests.reports.platforms import with_platform, with_platforms

SGR = re.compile(r"\x1b\[[0-9;]*m")


def body(shown: str, after: str) -> list[str]:
    """Return the lines that stand under the line that starts with ``after``."""
    lines = shown.splitlines()
    start = next(n for n, line in enumerate(lines) if line.strip().startswith(after))
    return lines[start + 1 :]


def without_fixes(whole: Report) -> Report:
    return Report(whole.verdict, whole.a, whole.b, whole.summary, whole.findings)


def test_the_answers_come_in_the_order_of_the_questions() -> None:
    shown = to_text(full())
    order = [
        "● DIFFERENT  1 alarm, 2 findings to review",
        "A dist/demo-1.0-py3-none-any.whl",
        "B rebuilt/demo-1.0-py3-none-any.whl",
        "4 causes found · 3 need you · 7 bytes unexplained",
        "3,311 bytes differ:",
        "Alarms (1)",
        "✖ alarm",
        "To review (2)",
        "▲ review",
        "↳ Record row follows",
        "Benign (1)",
        "○ benign",
        "What to change",
        "export SOURCE_DATE_EPOCH=$(git log -1 --pretty=%ct)",
        "To build each side again as it is",
        "Problems (1)",
        "the section table is cut off",
    ]
    places = [shown.index(words) for words in order]
    assert places == sorted(places)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_verdict_is_the_first_word(verdict: Verdict) -> None:
    findings = () if verdict is Verdict.IDENTICAL else (times(),)
    assert to_text(report(findings, verdict)).startswith(f"● {verdict.value.upper()}  ")


def test_a_typical_pair_fills_one_screen() -> None:
    benign = [
        finding(
            name,
            Category.ARCHIVE_FORMAT,
            Severity.BENIGN,
            locations=[place("demo/__init__.py", "system", "0", "3")],
            count=40,
        )
        for name in ("zip-system", "zip-version")
    ]
    shown = to_text(report([times(), *benign]), compact=True)
    without = shown[: shown.index("What to change")]
    assert len(without.splitlines()) <= 24


def test_a_benign_finding_takes_few_lines_unless_asked_for_more() -> None:
    shown = to_text(report([times()]))
    assert shown.count("demo/module_") == 1
    assert "demo/module_0.py  time  " in shown
    assert "… and 811 more" in shown
    asked = to_text(report([times()]), 15, compact=False)
    assert asked.count("demo/module_") == 15
    assert "… and 797 more (--limit 0 shows all)" in asked
    assert "more" not in to_text(report([times(20)]), None, compact=False)


def test_places_stand_in_columns() -> None:
    rows = [place("a.py", "mode", "644", "600"), place("longer/name.py", "mtime", "1", "2")]
    shown = to_text(report([finding(locations=rows)]))
    assert "    a.py            mode   644 → 600\n" in shown
    assert "    longer/name.py  mtime  1 → 2\n" in shown


def test_the_changed_part_of_a_value_is_marked_without_colour() -> None:
    rows = [
        place("a.py", "time", "07:00:00", "07:02:00"),
        place("b.py", "name", "x[0]", "x[1]"),
        place("c.py", "name", "cat", "dog"),
        place("d.py", "name", "", "dog"),
    ]
    shown = to_text(report([finding(locations=rows)]))
    assert "07:[00]:00 → 07:[02]:00" in shown
    # Brackets of the value's own are not to be taken for marks.
    assert "x[0] → x[1]" in shown
    assert "cat → dog" in shown
    assert "(none) → dog" in shown


def test_lines_of_text_stand_below_each_other_with_the_change_underlined() -> None:
    shown = to_text(report([finding(locations=[place(a="value = 1", b="value = 22")])]))
    assert body(shown, "demo/core.py  line 12")[:3] == [
        "      - value = 1",
        "      + value = 22",
        "                ^^",
    ]


def test_with_colour_the_change_is_marked_by_style_alone() -> None:
    shown = to_text(report([finding(locations=[place(a="value = 1", b="value = 22")])]), color=True)
    assert "\x1b[1;4;31m1\x1b[0m" in shown
    assert "\x1b[1;4;32m22\x1b[0m" in shown
    assert "^" not in shown


def test_a_change_deep_inside_a_long_line_is_shown() -> None:
    long = "x" * 350
    shown = to_text(report([finding(locations=[place(a=f"{long}cat", b=f"{long}dog")])]), width=60)
    assert "xxxcat" in shown
    assert "xxxdog" in shown
    assert max(map(cell_len, shown.splitlines())) <= 60


def test_places_of_one_file_share_its_name() -> None:
    same = [place(inside=f"line {n}", a="", b=f"new {n}") for n in (1, 2)]
    shown = to_text(report([finding(locations=same)]))
    assert body(shown, "demo/core.py")[:4] == [
        "      line 1",
        "        + new 1",
        "      line 2",
        "        + new 2",
    ]


def test_what_several_files_have_alike_is_told_once() -> None:
    long = "GCC: (GNU) {} and so many words that they have no room beside the path of the file"
    values = [long.format(version) for version in ("10.2.1", "14.2.1")]
    places = [place(f"demo/{name}.so", ".comment", *values) for name in ("a", "bcd", "e")]
    other = place("demo/f.so", ".comment", values[0], long.format("8.5.0"))
    lines = body(to_text(report([finding(locations=[*places, other])])), "demo/a.so")
    assert lines[0].endswith("demo/bcd.so  .comment")
    assert lines[1].endswith("demo/e.so    .comment")
    assert [line.split()[0] for line in lines[2:9]] == [
        "-",
        "+",
        "^^",
        "demo/f.so",
        "-",
        "+",
        "^^^^^^",
    ]
    # No more is said to be alike than is: not a file with two places, nor places without a value.
    two = [place("demo/a.so", inside, *values) for inside in (".comment", ".other")]
    assert to_text(report([finding(locations=[*two, *places[1:]])])).count("10.2.1") == 3
    bare = [place(f"demo/{name}.so", ".x" * 60, "", "") for name in "ab"]
    assert len(body(to_text(report([finding(locations=bare)])), "demo/a.so")) > 1


def test_a_long_path_is_never_cut() -> None:
    path = "/".join(["directory"] * 30)
    for width in (60, 100, 200):
        shown = to_text(report([finding(locations=[place(path, "mode", "1", "2")])]), width=width)
        assert path in re.sub(r"\n +", "", shown)


def test_a_place_outside_all_members_has_a_name() -> None:
    assert "(the wheel itself)  comment  1 → 2" in to_text(
        report([finding(locations=[place("", "comment", "1", "2")])])
    )


def test_spaces_at_the_end_of_a_line_are_kept() -> None:
    shown = to_text(report([finding(locations=[place(a="x", b="x  ")])]))
    assert "      + x  \n         ^^\n" in shown


def test_echoes_are_one_line_each_unless_they_need_a_person() -> None:
    root = finding("root", severity=Severity.REVIEW)
    benign = finding("benign-echo", severity=Severity.BENIGN, follows=(root.id,))
    review = finding(
        "review-echo", follows=(root.id,), locations=[place("echo.py", "mode", "1", "2")]
    )
    shown = to_text(report([root, benign, review]))
    assert "    ↳ Benign echo  benign-echo" in shown
    assert "This is why benign-echo" not in shown
    assert "    ↳ review  Review echo  review-echo" in shown
    assert "        This is why review-echo was found.\n        echo.py  mode  1 → 2" in shown
    assert "To review (1)" in shown


def test_every_finding_names_severity_cause_and_confidence_without_colour() -> None:
    one = finding("some-cause", confidence=Confidence.LIKELY, count=1234, weight=5)
    line = next(x for x in to_text(report([one])).splitlines() if "some-cause" in x)
    assert line.startswith("▲ review  Some cause  some-cause")
    assert line.endswith("likely · 1,234 places · 5 bytes")


def test_what_was_left_out_is_said() -> None:
    shown = to_text(report([times()]), left_out=LeftOut(2, 1200, "--only timestamps"))
    assert "left out by --only timestamps: 2 findings, 1,200 places" in shown


def test_a_snippet_is_never_broken() -> None:
    line = "export CFLAGS='" + "-ffile-prefix-map=$PWD=. " * 5 + "'"
    fix = Fix(FIX.id, "setuptools", "Map the path", "build flags", f"{line}\n\tnext", "Because.")
    whole = report([times()])
    shown = to_text(
        Report(whole.verdict, whole.a, whole.b, whole.summary, whole.findings, (fix,)), width=60
    )
    assert f"    {line}\n        next\n" in shown
    assert "setuptools · build flags · not checked" in shown


def test_a_recipe_shows_what_differs_for_both_sides() -> None:
    shown = to_text(full())
    assert "SOURCE_DATE_EPOCH  A: 1700000000" in shown
    assert "SOURCE_DATE_EPOCH  B: 1700000120" in shown
    assert "  umask  022\n" in shown


@pytest.mark.parametrize("width", [60, 80, 160])
@pytest.mark.parametrize("make", [full, hostile, report])
def test_no_line_is_wider_than_the_page(make: object, width: int) -> None:
    assert callable(make)
    whole = without_fixes(make())
    for unicode in (True, False):
        for limit in (None, 1):
            shown = to_text(whole, limit, width=width, unicode=unicode, compact=limit is None)
            assert max(map(cell_len, shown.splitlines())) <= width
    if width == 160:
        assert max(map(cell_len, to_text(whole, width=width).splitlines())) <= width


def test_wide_characters_are_counted_as_wide() -> None:
    wide = [
        place("数据/文件.py", "line 1", "値" * 80, "値" * 79 + "x"),
        place("x", "n", "漢", "字"),
    ]
    shown = to_text(report([finding(locations=wide)]), width=60)
    assert max(map(cell_len, shown.splitlines())) <= 60


def test_ascii_is_enough_where_there_is_no_more() -> None:
    assert to_text(full(), unicode=False).isascii()
    for verdict in Verdict:
        assert to_text(report([times()], verdict), unicode=False).isascii()


def test_what_changes_for_people_stands_before_the_findings() -> None:
    shown = to_text(with_platform(full()))
    assert "glibc needed  2.17 → 2.28" in shown
    assert "B no longer loads on CentOS 7, which has glibc 2.17." in shown
    assert shown.index("glibc needed") < shown.index("Alarms")
    assert "On both sides: libssl is for another processor" in shown
    assert "glibc needed" not in to_text(full())


def test_what_two_wheels_in_folders_have_in_common_is_told_once() -> None:
    """Sentences that are true of one alone are left out where both are meant."""
    shown = to_text(with_platforms(full()))
    told = shown[: shown.index("Alarms")]
    assert told.count("glibc needed") == 1
    assert "B no longer loads on CentOS 7, which has glibc 2.17.\n    in demo, libssl\n" in told
    assert "libssl is gone.\n    in demo\n" in told
    assert "fcntl64" not in told
    assert "is for another processor. (demo, libssl)" in told.replace("processor (", "processor. (")


def test_hostile_text_neither_acts_nor_hides() -> None:
    for color in (False, True):
        shown = to_text(with_platform(hostile(), HOSTILE), None, color=color, compact=False)
        rest = SGR.sub("", shown)
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202e\u2066]", rest)
        joined = re.sub(r"\n +", "", rest)
        assert "[red]x[/red]" in joined
        assert ":skull:" in joined
        assert "\\x1b]0;owned" in joined
    assert "\x1b" not in to_text(hostile())


def test_text_that_looks_like_colour_gets_none() -> None:
    named = finding(locations=[place("[bold red]x[/]", "[link=https://e.example]", "1", "2")])
    shown = to_text(report([named]), color=True)
    assert "[bold red]x[/]" in SGR.sub("", shown)
    assert "\x1b]8" not in shown


def test_colour_is_the_only_escape_and_says_nothing_of_its_own() -> None:
    shown = to_text(full(), color=True)
    assert "\x1b" not in SGR.sub("", shown)
    for word in ("DIFFERENT", "alarm", "review", "benign", "proven", "unexplained"):
        assert word in to_text(full(), color=False)


def test_a_finding_with_many_places_is_shown_in_no_more_lines_than_asked_for() -> None:
    many = [Location(f"f{n}", "mode", "1", "2") for n in range(5000)]
    shown = to_text(report([finding(locations=many)]))
    assert len(re.findall(r"(?m)^    f\d+ ", shown)) == 10
    assert "… and 4,990 more" in shown


_PRINT = """
import sys
sys.stdout.reconfigure(encoding="utf-8", newline="")
from reprodiff.reports.json import to_json
from reprodiff.reports.markdown import to_markdown
from reprodiff.reports.text import to_text
from tests.reports.factory import full
from tests.reports.platforms import with_platform, with_platforms
print(to_text(full()), to_markdown(full()), to_json(full()))
"""


def test_the_surroundings_change_no_byte_of_a_report() -> None:
    outputs = set()
    for environment in (
        {"PYTHONHASHSEED": "0", "COLUMNS": "40", "NO_COLOR": "1", "TZ": "Asia/Tokyo"},
        {"PYTHONHASHSEED": "7", "FORCE_COLOR": "1", "TERM": "xterm-256color", "LC_ALL": "C"},
    ):
        run = subprocess.run(
            [sys.executable, "-c", _PRINT],
            env={**os.environ, **environment},
            capture_output=True,
            check=True,
            timeout=120,
        )
        outputs.add(run.stdout)
    assert len(outputs) == 1


def test_a_finding_from_a_text_report_can_be_told_from_an_echo() -> None:
    whole = full()
    roots = [one for one in whole.findings if not one.derived_from]
    shown = to_text(whole)
    assert len(re.findall(r"(?m)^[✖▲○] ", shown)) == len(roots)
