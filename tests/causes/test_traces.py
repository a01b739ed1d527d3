"""Traces of a build in text: each claim beside a real change that it must not hide."""

from pathlib import Path

import pytest

from reprodiff.causes.comments import Comments, is_prose
from reprodiff.engine import compare
from reprodiff.model import Confidence, Finding, Report, Severity, Span, Verdict
from tests.causes.builds import FILES, verdicts, wheel

BENIGN, REVIEW, ALARM = Severity.BENIGN, Severity.REVIEW, Severity.ALARM
PROVEN, LIKELY = Confidence.PROVEN, Confidence.LIKELY


def compare_texts(where: Path, name: str, a: str | bytes, b: str | bytes) -> Report:
    """Compare two wheels that differ in one text; changed over they are judged alike."""
    paths: list[str] = []
    for side, text in (("a", a), ("b", b)):
        data = text.encode() if isinstance(text, str) else text
        path = wheel(where / side / "demo-1.0-py3-none-any.whl", {**FILES, name: data})
        paths.append(str(path))
    report, back = compare(paths[0], paths[1]), compare(paths[1], paths[0])
    assert verdicts(report) == verdicts(back)
    assert report.summary.ledger == back.summary.ledger
    return report


def only(report: Report) -> Finding:
    """The one finding on the text itself."""
    (finding,) = (
        each
        for each in report.findings
        if each.cause not in {"archive-bookkeeping", "record-row-follows"}
    )
    return finding


def told(report: Report) -> tuple[str, Severity, Confidence]:
    finding = only(report)
    return finding.cause, finding.severity, finding.confidence


# -- times ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Built on 2024-01-01 10:00:00", "Built on 2025-12-31 23:59:59"),
        ("generated: 1700000000", "generated: 1800000000"),
        ("build_date=Mon, 01 Jan 2024 10:00:00 GMT", "build_date=Tue, 02 Jan 2024 11:00:00 GMT"),
        ("compiled Jan  1 2024 10:00:00", "compiled Dec 31 2024 11:00:00"),
    ],
)
def test_a_time_that_the_line_calls_that_of_the_build_is_proven(
    tmp_path: Path, a: str, b: str
) -> None:
    assert told(compare_texts(tmp_path, "demo/a.md", a, b)) == ("text-build-time", BENIGN, PROVEN)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("## 1.0 (2024-01-01)", "## 1.0 (2025-01-01)"),
        ("Copyright 2024-01-01, created by me", "Copyright 2025-01-01, created by me"),
        ("created by me, expires 2024-01-01", "created by me, expires 2099-01-01"),
        ("build is valid until 2024-01-01", "build is valid until 2099-01-01"),
        ("released 2024-01-01 from build 7", "released 2025-01-01 from build 7"),
        ("not_before=2024-01-01 # generated", "not_before=2034-01-01 # generated"),
    ],
)
def test_a_date_of_the_subject_is_content(tmp_path: Path, a: str, b: str) -> None:
    report = compare_texts(tmp_path, "demo/a.md", a, b)
    assert told(report) == ("text-changed", REVIEW, PROVEN)


@pytest.mark.parametrize("name", ["CHANGELOG.md", "docs/changes.rst", "NEWS", "HISTORY-1.x.txt"])
@pytest.mark.parametrize("line", ["1.0 ({})", "built {} 00:00:02"])
def test_a_date_in_a_change_log_is_content_however_near_the_build(
    tmp_path: Path, name: str, line: str
) -> None:
    a, b = (line.replace("{}", date) for date in ("2020-02-02", "2020-02-01"))
    assert told(compare_texts(tmp_path, f"demo/{name}", a, b)) == ("text-changed", REVIEW, PROVEN)


def test_a_bare_date_is_likely_only_near_the_times_of_the_archive(tmp_path: Path) -> None:
    near = compare_texts(tmp_path, "demo/a.md", "at 2020-02-02", "at 2020-02-01")
    assert told(near) == ("text-build-time", BENIGN, LIKELY)
    assert near.verdict is Verdict.DIFFERENT
    far = compare_texts(tmp_path, "demo/a.md", "at 2020-02-02", "at 2021-02-01")
    assert told(far) == ("text-changed", REVIEW, PROVEN)


def test_a_time_beside_that_of_the_archive_is_that_of_the_build(tmp_path: Path) -> None:
    near = compare_texts(tmp_path, "demo/a.md", "at 2020-02-02 00:00:01", "at 2020-02-02 00:03:00")
    assert told(near) == ("text-build-time", BENIGN, PROVEN)
    far = compare_texts(tmp_path, "demo/a.md", "at 2020-02-02 00:00:01", "at 2020-02-04 00:03:00")
    assert told(far) == ("text-build-time", BENIGN, LIKELY)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("Built 2024-01-01 by me", "Built 2024-01-02 by you"),
        ("Built 2024-01-01", "Built 2024-02-30"),
        ("Built 2024-01-01", "Built 2024/01/02"),
        ("Built 2024-01-01", "Built 1700000000"),
        ("Built 2024-01-01, x=1", "Built 2024-01-02, x=2"),
        ("Built 2024-01-01", "Built 2024-01-01T10:00"),
        ("Built 2024-01-01", "Built  2024-01-02"),
        ("Built 2024-01-01", "Built 2024-01-02\nrm -rf ~"),
    ],
)
def test_another_change_in_the_line_is_never_taken_for_the_time(
    tmp_path: Path, a: str, b: str
) -> None:
    report = compare_texts(tmp_path, "demo/a.md", a, b)
    changed = [each for each in report.findings if each.cause == "text-changed"]
    assert changed
    assert changed[0].severity is REVIEW


# -- who reads it ---------------------------------------------------------------------------------

DATE = ("built 2024-01-01", "built 2024-01-02")


@pytest.mark.parametrize(
    ("name", "line", "severity", "confidence"),
    [
        ("demo/a.py", "# {}\nx = 1\n", BENIGN, PROVEN),
        ("demo/a.py", "x = '{}'\n", REVIEW, PROVEN),
        ("demo/a.py", '"""{}"""\n', REVIEW, PROVEN),
        ("demo/a.py", "# {}\nx = (\n", REVIEW, PROVEN),
        ("demo/a.pyi", "x: int  # {}\n", BENIGN, PROVEN),
        ("demo/a.c", "// {}\nint x;\n", BENIGN, PROVEN),
        ("demo/a.c", "/*\n * {}\n */\nint x;\n", BENIGN, PROVEN),
        ("demo/a.h", '#define D "{}"\n', REVIEW, PROVEN),
        ("demo/a.c", '/* x */ char *d = "{}";\n', REVIEW, PROVEN),
        ("demo/a.c", 'int y;\n*d = "{}";\n', REVIEW, PROVEN),
        ("demo/a.c", 'char *d = "\\\n// {}\\\n";\n', REVIEW, PROVEN),
        ("demo/a.c", 'char *d = "// {}";\n', REVIEW, PROVEN),
        ("demo/a.cpp", 'auto d = R"(\n// {}\n)";\n', BENIGN, LIKELY),
        ("demo/a.c", "#include </x//{}>\n", REVIEW, PROVEN),
        ("demo/a.sh", "cat <<E\n# {}\nE\n", BENIGN, LIKELY),
        ("demo/a.sh", "echo '{}'\n", REVIEW, PROVEN),
        ("demo/a.js", "`\n// {}\n`\n", BENIGN, LIKELY),
        ("demo/a.js", "--x; log('{}')\n", REVIEW, PROVEN),
        ("demo/a.rs", "// {}\n", BENIGN, LIKELY),
        ("demo/a.cfg", "[a]\nb = 1 # {}\n", REVIEW, PROVEN),
        ("demo/a.yml", "a: |\n  # {}\n", BENIGN, LIKELY),
        ("demo/a.csv", "# {}\n", REVIEW, PROVEN),
        ("demo/a.xml", "<!-- {} -->\n", BENIGN, LIKELY),
        ("demo/a.xml", "<!-- {} --><a/>\n", REVIEW, PROVEN),
        ("demo/a.html", "<script>d = '{}'</script>\n", REVIEW, PROVEN),
        ("demo/a.md", "{}\n", BENIGN, PROVEN),
        ("demo/a.txt", "{}\n", BENIGN, PROVEN),
        ("demo/README", "{}\n", BENIGN, PROVEN),
        ("demo/CMakeLists.txt", "set(D '{}')\n", REVIEW, PROVEN),
        ("requirements-dev.txt", "x @ {}\n", REVIEW, PROVEN),
        ("demo/unknown", "{}\n", REVIEW, PROVEN),
        ("demo/unknown.xyz", "# {}\n", REVIEW, PROVEN),
    ],
)
def test_a_trace_is_benign_only_where_no_program_reads_it(
    tmp_path: Path, name: str, line: str, severity: Severity, confidence: Confidence
) -> None:
    a, b = (line.replace("{}", date) for date in DATE)
    report = compare_texts(tmp_path, name, a, b)
    assert told(report) == ("text-build-time", severity, confidence)
    assert (report.verdict is Verdict.EQUIVALENT) == (severity is BENIGN and confidence is PROVEN)


@pytest.mark.parametrize(
    ("name", "a", "b"),
    [
        ("demo/models.txt", "/home/alice/x/y.bin\n", "/home/bob/x/y.bin\n"),
        ("demo/socket.txt", "/tmp/tmpabcd1234/sock\n", "/tmp/tmpzzzz9876/sock\n"),
        ("demo/until.txt", "2020-02-02 00:00:00\n", "2020-02-02 00:05:00\n"),
        (
            "demo/key.txt",
            "8b9e7f0a-1111-4222-8333-944445555666\n",
            "8b9e7f0a-1111-4222-8333-944445555667\n",
        ),
        ("demo/key.txt", b"secret\n", b"\xef\xbb\xbfsecret\n"),
        ("demo/key.txt", b"secret\n", b"secret"),
    ],
)
def test_a_text_that_the_package_may_read_is_only_likely_to_be_prose(
    tmp_path: Path, name: str, a: str | bytes, b: str | bytes
) -> None:
    report = compare_texts(tmp_path, name, a, b)
    assert told(report)[1:] == (BENIGN, LIKELY)
    assert report.verdict is Verdict.DIFFERENT
    assert told(compare_texts(tmp_path, "demo/README.txt", a, b))[1:] == (BENIGN, PROVEN)


@pytest.mark.parametrize("name", ["demo/run.py", "demo-1.0.data/scripts/run", "demo/run.sh"])
def test_the_first_line_of_a_script_is_read_by_the_system(tmp_path: Path, name: str) -> None:
    a, b = (f"#!/home/{user}/env/bin/python\nx = 1\n" for user in ("alice", "bob"))
    report = compare_texts(tmp_path, name, a, b)
    assert only(report).severity is REVIEW
    assert report.verdict is Verdict.DIFFERENT


def test_comments_of_c_are_found_by_reading_all_of_it() -> None:
    code = b'char a[] = "/*"; /* one */ int b; // two \\\n three\nchar c = \'"\'; // four\n'
    comments = Comments(".c", memoryview(code))
    for word, inside in ((b"one", True), (b"three", True), (b"four", True), (b"int b", False)):
        at = code.index(word)
        sure = comments.certainty("", Span(at, at + len(word)))
        assert (sure is PROVEN) == inside, word
    at = code.index(b'"/*"')
    assert comments.certainty("", Span(at, at + 4)) is None


@pytest.mark.parametrize(
    ("code", "certainty"),
    [
        (b'int a = 1\'000; char *s = "\'/*";\nchar *d = "HERE"; /* c */\n', None),
        (b'char *s = u8\'/\' + "/*"; d = "HERE"; /* c */\n', None),
        (b"auto n = 0x1'f; // HERE\n", PROVEN),
        (b'/* a *\\\n/ char *d = "HERE"; /* c */\n', LIKELY),
        (b'/* a *\\ \n/ char *d = "HERE"; /* c */\n', LIKELY),
        (b'/* a *??/\n/ char *d = "HERE"; /* c */\n', LIKELY),
        (b'x = R\\\n"x("; /* )x"; char *d = "HERE"; /* c */\n', LIKELY),
        (b'// a\r char *d = "HERE";\n', None),
        (b'// a\r\n char *d = "HERE";\n', None),
        (b"// a \\\r\n HERE\r\n", PROVEN),
    ],
)
def test_code_that_is_dressed_up_as_a_comment_of_c(
    code: bytes, certainty: Confidence | None
) -> None:
    """No certainty where compilers would read another text than a plain search for comments."""
    at = code.index(b"HERE")
    assert Comments(".hpp", memoryview(code)).certainty("", Span(at, at + 4)) is certainty


@pytest.mark.parametrize(
    ("path", "prose"),
    [
        ("demo/paths.txt", False),
        ("demo/README.txt", True),
        ("docs/paths.txt", True),
        ("README.md", True),
        ("demo/LICENSE", True),
        ("demo/notes.rst", True),
        ("a-1.dist-info/licenses/LICENSE.txt", True),
        ("a-1.dist-info/top_level.txt", False),
        ("a.egg-info/SOURCES.txt", False),
        ("demo/CMakeLists.txt", False),
        ("constraints.txt", False),
        ("demo/a.py", False),
        ("demo/config", False),
        (".txt", False),
    ],
)
def test_prose_is_told_by_its_name(path: str, prose: bool) -> None:
    assert is_prose(path) is prose


# -- directories ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("/tmp/aaa/demo/x.c", "/home/ci/work/demo/x.c"),
        ("C:\\Users\\me\\src\\x.c", "C:\\Users\\you\\src\\x.c"),
        ("path+file:///home/a/crate#demo@1.0", "path+file:///home/b/crate#demo@1.0"),
        ('"/tmp/a b/demo/x.c"', '"/home/c d/demo/x.c"'),
    ],
)
def test_one_path_below_two_build_directories_is_proven(tmp_path: Path, a: str, b: str) -> None:
    report = compare_texts(tmp_path, "demo/a.md", f"from {a} here\n", f"from {b} here\n")
    assert told(report)[1:] == (BENIGN, PROVEN)


def test_other_directories_are_likely_until_three_places_agree(tmp_path: Path) -> None:
    lines = [("/srv/one/a.c", "/mnt/two/a.c"), ("/srv/one/b.c", "/mnt/two/b.c")]
    for more, confidence in (([], LIKELY), ([("/srv/one/c.c", "/mnt/two/c.c")], PROVEN)):
        a, b = ("".join(f"see {each[side]}\n" for each in [*lines, *more]) for side in (0, 1))
        report = compare_texts(tmp_path, "demo/a.md", a, b)
        assert told(report) == ("build-path", BENIGN, confidence)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("/tmp/aaa/demo/x.c", "/home/ci/demo/y.c"),
        ("/tmp/aaa/demo/x.c", "/home/ci/evil"),
        ("/usr/bin/python", "/usr/bin/evil"),
        ("/tmp/aaa/x.c 1", "/tmp/bbb/x.c 2"),
        ("/tmp/aaa/x.c", "/tmp/bbb/x.c /tmp/evil"),
        ("/tmp/aaa/x.c", "../../x.c"),
    ],
)
def test_another_file_is_no_build_directory(tmp_path: Path, a: str, b: str) -> None:
    report = compare_texts(tmp_path, "demo/a.md", f"run {a}\n", f"run {b}\n")
    assert report.verdict is Verdict.DIFFERENT
    assert not any(
        each.cause == "build-path" and each.severity is BENIGN and each.confidence is PROVEN
        for each in report.findings
    )


def test_directories_that_contradict_each_other_prove_nothing(tmp_path: Path) -> None:
    """One directory of A that is two of B: somebody changed one of the paths."""
    a = "see /tmp/a/x.c\nsee /tmp/a/y.c\nsee /tmp/a/z.c\n"
    b = "see /tmp/b/x.c\nsee /tmp/b/y.c\nsee /tmp/evil/z.c\n"
    report = compare_texts(tmp_path, "demo/a.md", a, b)
    assert report.verdict is Verdict.DIFFERENT
    assert {each.confidence for each in report.findings if each.cause == "build-path"} == {LIKELY}
    honest = compare_texts(tmp_path, "demo/a.md", a, b.replace("evil", "b"))
    assert told(honest) == ("build-path", BENIGN, PROVEN)


@pytest.mark.parametrize(
    ("a", "b", "proven"),
    [
        ("/tmp/pip-build-env-abc1_def/lib", "/tmp/pip-build-env-zyx9_wvu/lib", True),
        ("/tmp/build-env-abc1_def/lib", "/tmp/build-env-zyx9_wvu/lib", True),
        ("/tmp/tmpabc1_def/x.c", "/tmp/tmpzyx9_wvu/x.c", True),
        ("/tmp/.tmpAbC123/x.c", "/tmp/.tmpZyX987/x.c", True),
        ("/tmp/pip-build-env-abc1_def/lib", "/tmp/pip-build-env-zyx9_wvu/evil", False),
        ("/tmp/pip-build-env-abc1_def/lib", "/tmp/evil-build-env-zyx9_wvu/lib", False),
    ],
)
def test_random_directories_of_tools_differ_in_their_random_part(
    tmp_path: Path, a: str, b: str, proven: bool
) -> None:
    report = compare_texts(tmp_path, "demo/a.md", f"in {a}\n", f"in {b}\n")
    causes = {each.cause for each in report.findings}
    assert ("random-temp-dir" in causes) is proven


# -- names and ids --------------------------------------------------------------------------------

V4 = ("3b241101-e2bb-4255-8caf-4136c566a962", "9a7b330a-a736-41e1-97d5-6ea5de1f0d2e")
V1 = ("3b241101-e2bb-1255-8caf-4136c566a962", "9a7b330a-a736-11e1-97d5-6ea5de1f0d2e")


def test_a_random_uuid_is_noise_and_any_other_is_content(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.md", f"id {V4[0]}\n", f"id {V4[1]}\n")
    assert told(report) == ("random-uuid", BENIGN, PROVEN)
    for a, b in (V1, (V4[0], V1[1]), (V4[0], V4[1][:-1])):
        report = compare_texts(tmp_path, "demo/a.md", f"id {a}\n", f"id {b}\n")
        assert told(report)[0] == "text-changed"


def test_only_a_printed_object_has_an_address_that_means_nothing(tmp_path: Path) -> None:
    a, b = "<function f at 0x7f0123456789>", "<function f at 0x7f9876543210>"
    assert told(compare_texts(tmp_path, "demo/a.md", a, b)) == ("object-address", BENIGN, PROVEN)
    a, b = "write the register at 0x1000 to stop", "write the register at 0x2000 to stop"
    assert told(compare_texts(tmp_path, "demo/a.md", a, b))[2] is LIKELY
    assert (
        told(compare_texts(tmp_path, "demo/a.md", "x = 0x1000", "x = 0x2000"))[0] == "text-changed"
    )


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ('BUILD_USER = "root"', 'BUILD_USER = "ci"'),
        ("hostname: fv-az1-2", "hostname: fv-az3-4"),
        ("locale=de_DE.UTF-8", "locale=C"),
        ("by root@buildkitsandbox here", "by me@runnervmabc here"),
    ],
)
def test_users_and_hosts_are_likely_and_for_review(tmp_path: Path, a: str, b: str) -> None:
    report = compare_texts(tmp_path, "demo/a.md", a, b)
    assert told(report) == ("user-or-host-name", REVIEW, LIKELY)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ('BUILD_USER = "root"', 'BUILD_USER = "ci"; evil()'),
        ('BUILD_USER = "root"', 'ROOT_USER = "ci"'),
        ('LIMIT = "1"', 'LIMIT = "2"'),
        ('BUILD_USER = "root"', "BUILD_USER = 'ci'"),
    ],
)
def test_anything_more_than_the_name_is_content(tmp_path: Path, a: str, b: str) -> None:
    assert told(compare_texts(tmp_path, "demo/a.md", a, b))[0] == "text-changed"


def test_a_dirty_version_and_a_commit_are_for_review(tmp_path: Path) -> None:
    a, b = "v = 1.1.dev0+gabc1234.d20240101", "v = 1.1.dev0+gabc1234.d20240102"
    assert told(compare_texts(tmp_path, "demo/a.md", a, b)) == (
        "scm-dirty-version",
        REVIEW,
        PROVEN,
    )
    a, b = "commit 8f14e45fceea167a", "commit c9f0f895fb98ab91"
    assert told(compare_texts(tmp_path, "demo/a.md", a, b)) == ("commit-id", REVIEW, LIKELY)
    assert told(compare_texts(tmp_path, "demo/a.md", "v = 1.1", "v = 1.2"))[0] == "text-changed"


# -- the form of a text ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "severity", "confidence"),
    [
        ("demo/a.py", BENIGN, PROVEN),
        ("demo/a.md", BENIGN, PROVEN),
        ("demo/LICENSE", BENIGN, PROVEN),
        ("demo/a.sh", REVIEW, PROVEN),
        ("demo/a.bat", REVIEW, PROVEN),
        ("demo/a.sql", BENIGN, LIKELY),
        ("demo/Makefile.in", BENIGN, LIKELY),
        ("MANIFEST.in", BENIGN, PROVEN),
        ("demo/unknown", BENIGN, LIKELY),
    ],
)
def test_line_endings_mean_nothing_where_readers_agree(
    tmp_path: Path, name: str, severity: Severity, confidence: Confidence
) -> None:
    report = compare_texts(tmp_path, name, b"x = 1\ny = 2\n", b"x = 1\r\ny = 2\r\n")
    assert told(report) == ("line-endings", severity, confidence)


@pytest.mark.parametrize("name", ["demo/run", "demo/run.py", "demo/run.txt"])
def test_a_return_in_the_first_line_of_a_script_is_for_review(tmp_path: Path, name: str) -> None:
    a = b"#!/bin/sh\necho x\n" if name == "demo/run" else b"#!/usr/bin/python\nx = 1\n"
    report = compare_texts(tmp_path, name, a, a.replace(b"\n", b"\r\n"))
    assert max(each.severity.rank for each in report.findings) == REVIEW.rank


def test_a_lone_return_ends_a_comment_for_some_compilers_only(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.c", b"// x\nint y;\n", b"// x\rint y;\n")
    assert told(report) == ("line-endings", BENIGN, LIKELY)
    report = compare_texts(tmp_path, "demo/a.py", b"# x\ny = 1\n", b"# x\ry = 1\n")
    assert told(report) == ("line-endings", BENIGN, PROVEN)


def test_a_change_beside_new_line_endings_is_told_by_itself(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.md", b"x\ny\nz\n", b"x\r\nY\r\nz\r\n")
    causes = {each.cause: each.location_count for each in report.findings}
    assert causes["text-changed"] == 1
    assert causes["line-endings"] == 1


@pytest.mark.parametrize(
    ("name", "data", "severity"),
    [
        ("demo/a.py", b"x = 1\n", BENIGN),
        ("demo/a.md", b"x\n", BENIGN),
        ("demo/run.py", b"#!/usr/bin/python\nx = 1\n", REVIEW),
        ("demo/run", b"#!/bin/sh\necho\n", REVIEW),
        ("demo/a.json", b'{"a": 1}\n', REVIEW),
        ("demo/a.cfg", b"[a]\n", REVIEW),
    ],
)
def test_a_byte_order_mark_matters_to_some_readers(
    tmp_path: Path, name: str, data: bytes, severity: Severity
) -> None:
    report = compare_texts(tmp_path, name, data, b"\xef\xbb\xbf" + data)
    assert told(report)[:2] == ("text-form", severity)


def test_another_encoding_of_the_same_module_is_benign(tmp_path: Path) -> None:
    a = "# coding: utf-8\nx = '\u00e9'\n".encode()
    b = "# coding: latin-1\nx = '\u00e9'\n".encode("latin-1")
    report = compare_texts(tmp_path, "demo/a.py", a, b)
    forms = [each for each in report.findings if each.cause == "text-form"]
    assert [each.severity for each in forms] == [BENIGN]
    # The cookie itself is a line that changed.
    assert report.verdict is Verdict.DIFFERENT
    report = compare_texts(tmp_path, "demo/a.md", "\u00e9\n", "\u00e9\n".encode("latin-1"))
    assert report.verdict is Verdict.DIFFERENT


def test_a_missing_last_newline_is_a_form(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.py", b"x = 1\n", b"x = 1")
    assert told(report) == ("text-form", BENIGN, PROVEN)
    report = compare_texts(tmp_path, "demo/a.py", b"x = 1\n", b"x = 1\n\n")
    assert told(report)[0] == "source-changed"


def test_lines_in_another_order_are_for_review(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.md", "a\nb\nc\n", "c\na\nb\n")
    assert told(report) == ("line-order", REVIEW, PROVEN)
    report = compare_texts(tmp_path, "demo/a.md", "a\nb\nc\n", "c\na\nB\n")
    assert told(report)[0] == "text-changed"


@pytest.mark.parametrize("name", ["demo/a.py", "demo/a.md", "demo/a.toml", "demo/a.sh"])
@pytest.mark.parametrize("char", ["\u202e", "\u200b", "\u2066", "\U000e0041"])
def test_an_invisible_character_in_a_change_is_an_alarm(
    tmp_path: Path, name: str, char: str
) -> None:
    report = compare_texts(tmp_path, name, "# x\n", f"# {char}x\n")
    assert ALARM in {each.severity for each in report.findings}
    assert char not in str(report)


def test_a_changed_comment_says_that_the_code_is_the_same(tmp_path: Path) -> None:
    report = compare_texts(tmp_path, "demo/a.py", "x = 1  # one\n", "x = 1  # two\n")
    assert told(report) == ("source-changed", REVIEW, PROVEN)
    assert any("syntax tree is the same" in text for text in only(report).evidence)
    report = compare_texts(tmp_path, "demo/a.py", "x = 1\n", "x = 2\n")
    assert any("syntax tree changed" in text for text in only(report).evidence)


def test_a_path_below_another_python_is_no_build_directory(tmp_path: Path) -> None:
    line = 'LIB = r"/opt/_internal/cpython-{}/lib/python{}/site-packages/openblas/lib"\n'
    a, b = line.format("3.11.10", "3.11"), line.format("3.12.7", "3.12")
    report = compare_texts(tmp_path, "demo/config.py", a, b)
    assert told(report)[:2] == ("interpreter-path", REVIEW)
    other = b.replace("openblas", "openblaz")
    changed = compare_texts(tmp_path / "other", "demo/config.py", a, other)
    assert changed.verdict is Verdict.DIFFERENT
    moved = line.replace("/opt/_internal/cpython-{}", "/home/{}/env")
    report = compare_texts(
        tmp_path / "home",
        "demo/config.py",
        moved.format("one", "3.11"),
        moved.format("two", "3.11"),
    )
    assert told(report)[0] == "build-path"


VERSION = "__version__ = version = '{}'\n__version_tuple__ = version_tuple = {}\n"


def test_a_version_file_tells_the_reason_of_its_version(tmp_path: Path) -> None:
    a = VERSION.format("1.1.dev1+g7800c4e9b", "(1, 1, 'dev1', 'g7800c4e9b')")
    b = VERSION.format("0.1.dev1+g7800c4e9b", "(0, 1, 'dev1', 'g7800c4e9b')")
    found = only(compare_texts(tmp_path, "demo/_version.py", a, b))
    assert found.cause == "scm-version-history"
    assert found.location_count == 2


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("(1, 1, 'dev1', 'g7800c4e9b')", "(1, 2)"),
        ("(1, 1, 'dev1', 'g7800c4e9b')", "(1, 1, 'dev1', 'g7800c4e9b', run())"),
        ("(1, 1)", "(1, 2)"),
    ],
)
def test_another_tuple_is_a_change(tmp_path: Path, a: str, b: str) -> None:
    texts = (VERSION.format("1.1", each) for each in (a, b))
    assert only(compare_texts(tmp_path, "demo/_version.py", *texts)).cause == "source-changed"
