from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Confidence, Severity, Verdict
from tests.causes.builds import (
    FILES,
    INFO,
    alarms,
    both_ways,
    causes,
    compare_wheels,
    found,
    record,
    row,
    rows,
    tree,
    wheel,
)

CHANGED = {**FILES, "demo/units.py": b"MILE = 1609.443\n"}
ECHO = "record-row-follows"
LIE = "record-contradiction"
UNITS = [("demo/units.py", "RECORD row")]


def test_rows_that_are_true_of_changed_files_are_their_echo(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, FILES, CHANGED)
    assert causes(report) == {"source-changed", ECHO}
    echo, source = found(report, ECHO), found(report, "source-changed")
    assert (echo.severity, echo.confidence) == (Severity.BENIGN, Confidence.PROVEN)
    assert echo.derived_from == (source.id,)
    assert alarms(report) == {}


def test_a_file_exchanged_behind_an_equal_record_is_an_alarm(tmp_path: Path) -> None:
    honest = record(rows(FILES))
    report = compare_wheels(tmp_path, FILES, CHANGED, (honest, honest))
    assert alarms(report) == {LIE: UNITS}
    (place,) = found(report, LIE).locations
    assert place.a == ""  # A is true
    assert row("", FILES["demo/units.py"]).split(",")[1] in place.b
    assert row("", CHANGED["demo/units.py"]).split(",")[1] in place.b
    assert report.findings[0].cause == LIE


def test_a_row_that_changed_to_a_lie_is_no_echo(tmp_path: Path) -> None:
    lie = record(rows({**CHANGED, "demo/units.py": b"else\n"}))
    report = compare_wheels(tmp_path, FILES, CHANGED, (None, lie))
    assert ("demo/units.py", "RECORD row") in alarms(report)[LIE]
    assert ECHO not in causes(report)


def test_a_wrong_size_is_a_lie_though_the_hash_is_right(tmp_path: Path) -> None:
    lie = record([f"{line}0" if "units" in line else line for line in rows(CHANGED)])
    report = compare_wheels(tmp_path, FILES, CHANGED, (None, lie))
    assert ("demo/units.py", "RECORD row") in alarms(report)[LIE]


def test_a_row_that_differs_for_an_equal_file_is_a_lie(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, FILES, FILES, (None, record(rows(CHANGED))))
    assert ("demo/units.py", "RECORD row") in alarms(report)[LIE]
    assert ECHO not in causes(report)


def test_true_rows_beside_a_lie_stay_echoes(tmp_path: Path) -> None:
    b = {**CHANGED, "demo/table.py": b"ROWS = 4\n"}
    lie = record(rows({**b, "demo/table.py": b"else\n"}))
    report = compare_wheels(tmp_path, FILES, b, (None, lie))
    assert ("demo/table.py", "RECORD row") in alarms(report)[LIE]
    assert [at.inside for at in found(report, ECHO).locations] == ["row demo/units.py"]


def test_a_path_in_another_case_is_a_lie_beside_a_true_row(tmp_path: Path) -> None:
    lie = record([line.replace("demo/table", "demo/Table") for line in rows(CHANGED)])
    report = compare_wheels(tmp_path, FILES, CHANGED, (None, lie))
    places = alarms(report)[LIE]
    assert ("demo/Table.py", "RECORD row") in places  # listed, not there
    assert ("demo/table.py", "RECORD row") in places  # there, not listed


def test_a_lie_among_rows_in_another_order_is_an_alarm(tmp_path: Path) -> None:
    lie = record(rows({**FILES, "demo/units.py": b"else\n"})[::-1])
    report = compare_wheels(tmp_path, FILES, FILES, (None, lie))
    assert {"record-order", LIE} <= causes(report)
    assert report.verdict is Verdict.DIFFERENT


def test_rows_in_another_order_are_equivalent(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, FILES, FILES, (None, record(rows(FILES)[::-1])))
    assert causes(report) == {"record-order"}
    assert report.verdict is Verdict.EQUIVALENT


def test_other_line_endings_are_equivalent(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, FILES, FILES, (None, record(rows(FILES), "\r\n")))
    assert causes(report) == {"record-spelling"}
    assert report.verdict is Verdict.EQUIVALENT


def test_another_algorithm_for_the_same_bytes_says_the_same(tmp_path: Path) -> None:
    other = record(
        [*(row(path, data, "sha512") for path, data in FILES.items()), f"{INFO}/RECORD,,"]
    )
    report = compare_wheels(tmp_path, FILES, FILES, (None, other))
    assert causes(report) == {"record-spelling"}
    assert report.verdict is Verdict.EQUIVALENT


def test_another_algorithm_hides_no_lie(tmp_path: Path) -> None:
    lies = {**FILES, "demo/units.py": b"else\n"}
    other = record(
        [*(row(path, data, "sha512") for path, data in lies.items()), f"{INFO}/RECORD,,"]
    )
    report = compare_wheels(tmp_path, FILES, FILES, (None, other))
    assert ("demo/units.py", "RECORD row") in alarms(report)[LIE]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda lines: lines[:1] + lines[2:], "demo/units.py"),  # a file without a row
        (lambda lines: [*lines, "demo/gone.py,sha256=AAAA,1"], "demo/gone.py"),
        (lambda lines: [*lines, lines[1]], "demo/units.py"),  # two rows
        (lambda lines: [*lines, "../evil.py,sha256=AAAA,1"], "../evil.py"),
        (lambda lines: [*lines, "/etc/evil,sha256=AAAA,1"], "/etc/evil"),
        (lambda lines: [*lines[:1], "demo/units.py,,", *lines[2:]], "demo/units.py"),
    ],
)
def test_a_record_that_is_wrong_by_itself_is_an_alarm(
    tmp_path: Path, change: object, place: str
) -> None:
    assert callable(change)
    lie = record(change(rows(FILES)))
    report = compare_wheels(tmp_path / "one", FILES, FILES, (None, lie))
    assert place in {path for path, _ in alarms(report)[LIE]}
    # On both sides alike, and with another member changed, it is still wrong.
    lie_b = record(change(rows({**FILES, "demo/table.py": b"ROWS = 4\n"})))
    report = compare_wheels(
        tmp_path / "both", FILES, {**FILES, "demo/table.py": b"ROWS = 4\n"}, (lie, lie_b)
    )
    both = [at for at in found(report, LIE).locations if at.path == place]
    assert both
    assert all(at.a and at.b for at in both if at.inside == "RECORD row")


def test_signatures_of_record_need_no_rows(tmp_path: Path) -> None:
    signed = {**FILES, f"{INFO}/RECORD.jws": b"{}", f"{INFO}/RECORD.p7s": b"\x00"}
    listing = record(rows(FILES))
    report = compare_wheels(
        tmp_path, signed, {**signed, f"{INFO}/RECORD.jws": b"[]"}, (listing,) * 2
    )
    assert alarms(report) == {}


def test_a_line_that_is_no_row_is_an_alarm(tmp_path: Path) -> None:
    report = compare_wheels(tmp_path, FILES, FILES, (None, record([*rows(FILES), "what is this"])))
    assert alarms(report) == {LIE: [(f"{INFO}/RECORD", "row 7")]}


def test_a_new_file_brings_its_row_and_a_moved_one_takes_it_along(tmp_path: Path) -> None:
    b = {k.replace("table", "tables"): v for k, v in FILES.items()} | {"demo/new.py": b"NEW = 1\n"}
    report = compare_wheels(tmp_path, FILES, b)
    assert alarms(report) == {}
    echo = found(report, ECHO)
    assert {at.inside for at in echo.locations} == {
        *("row demo/new.py", "row demo/table.py", "row demo/tables.py"),
    }
    roots = {found(report, "member-renamed").id, found(report, "member-on-one-side").id}
    assert set(echo.derived_from) == roots


def test_rows_follow_the_directory_of_another_version(tmp_path: Path) -> None:
    files = {k.replace("1.0", "1.1"): v.replace(b"1.0\n", b"1.1\n") for k, v in FILES.items()}
    a = wheel(tmp_path / "demo-1.0-py3-none-any.whl", FILES)
    b = wheel(tmp_path / "demo-1.1-py3-none-any.whl", files, info="demo-1.1.dist-info")
    report = both_ways(a, b, renamed=True)
    assert alarms(report) == {}
    assert found(report, ECHO).confidence is Confidence.PROVEN
    lying = wheel(
        tmp_path / "lie" / "demo-1.1-py3-none-any.whl",
        files,
        record(rows({**files, "demo-1.1.dist-info/WHEEL": b""}, "demo-1.1.dist-info")),
        info="demo-1.1.dist-info",
    )
    assert LIE in alarms(compare(str(a), str(lying)))


def test_a_damaged_wheel_is_not_blamed_for_what_it_lost(tmp_path: Path) -> None:
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", FILES)
    b = wheel(tmp_path / "b" / "demo-1.0-py3-none-any.whl", FILES)
    data = b.read_bytes()
    b.write_bytes(data[: len(data) // 3])
    report = compare(str(a), str(b))
    assert LIE not in causes(report)


SITE = "lib/python3.11/site-packages"


def installed(version: bytes = b"1609.344") -> dict[str, bytes]:
    """An environment as pip leaves it: two projects, a script, bytecode, one vendored project."""
    files = {
        f"{SITE}/demo/units.py": b"MILE = " + version + b"\n",
        f"{SITE}/{INFO}/INSTALLER": b"pip\n",
        f"{SITE}/{INFO}/REQUESTED": b"",
        f"{SITE}/{INFO}/direct_url.json": b'{"url": "file:///a"}\n',
        "bin/demo": b"#!/venv/bin/python\n",
        f"{SITE}/other/__init__.py": b"",
        f"{SITE}/other/_vendor/old-1.dist-info/METADATA": b"Name: old\n",
    }
    listed = [
        *(
            row(path.removeprefix(f"{SITE}/"), data)
            for path, data in files.items()
            if "demo/" in path
        ),
        *(row(f"{INFO}/{n}", files[f"{SITE}/{INFO}/{n}"]) for n in ("INSTALLER", "REQUESTED")),
        row(f"{INFO}/direct_url.json", files[f"{SITE}/{INFO}/direct_url.json"]),
        "demo/__pycache__/units.cpython-311.pyc,,",
        row("../../../bin/demo", files["bin/demo"]),
        f"{INFO}/RECORD,,",
    ]
    vendored = f"{SITE}/other/_vendor/old-1.dist-info/RECORD"
    files[vendored] = b"old/gone.py,sha256=AAAA,1\n../../../bin/old,sha256=AAAA,1\n"
    files[f"{SITE}/{INFO}/RECORD"] = record(listed)
    files[f"{SITE}/other-2.dist-info/RECORD"] = record(
        [
            row("other/__init__.py", b""),
            row("other/_vendor/old-1.dist-info/METADATA", b"Name: old\n"),
            row("other/_vendor/old-1.dist-info/RECORD", files[vendored]),
            "other-2.dist-info/RECORD,,",
        ]
    )
    files[f"{SITE}/demo/__pycache__/units.cpython-311.pyc"] = b"any"
    files[f"{SITE}/easy-install.pth"] = b"\n"  # belongs to nobody
    return files


@pytest.mark.parametrize("top", ["", SITE])
def test_an_honest_environment_raises_no_alarm(tmp_path: Path, top: str) -> None:
    tree(tmp_path / "a", installed())
    b = installed(b"1609.443")
    b["bin/demo"] = b"#!/home/venv/bin/python\n"
    listing = b[f"{SITE}/{INFO}/RECORD"].decode().splitlines()
    b[f"{SITE}/{INFO}/RECORD"] = record(
        [row("../../../bin/demo", b["bin/demo"]) if "bin/" in line else line for line in listing]
    )
    b[f"{SITE}/demo/__pycache__/units.cpython-311.pyc"] = b"other"
    tree(tmp_path / "b", b)
    report = both_ways(tmp_path / "a" / top, tmp_path / "b" / top)
    assert alarms(report) == {}
    certain = {
        at.inside
        for each in report.findings
        if each.cause == ECHO and each.confidence is Confidence.PROVEN
        for at in each.locations
    }
    script = {"row ../../../bin/demo"}
    # Seen from site-packages alone, the script cannot be checked.
    assert certain == {"row demo/units.py"} | (set() if top else script)


def test_a_copy_inside_of_a_package_lists_what_it_likes(tmp_path: Path) -> None:
    copy = "other/_vendor/old-1.dist-info/RECORD"
    a = installed()
    b = {**a, f"{SITE}/{copy}": b"old/else.py,sha256=AAAA,1\nno row\n"}
    listing = b[f"{SITE}/other-2.dist-info/RECORD"].decode().splitlines()
    b[f"{SITE}/other-2.dist-info/RECORD"] = record(
        [row(copy, b[f"{SITE}/{copy}"]) if copy in line else line for line in listing]
    )
    report = both_ways(tree(tmp_path / "a", a), tree(tmp_path / "b", b))
    assert alarms(report) == {}
    assert report.verdict is Verdict.DIFFERENT
    shipped = [
        {**FILES, copy: files[f"{SITE}/{copy}"], "other/__init__.py": b""} for files in (a, b)
    ]
    report = compare_wheels(tmp_path / "wheels", shipped[0], shipped[1])
    assert alarms(report) == {}
    assert report.verdict is Verdict.DIFFERENT


def test_a_file_edited_after_installing_is_an_alarm(tmp_path: Path) -> None:
    tree(tmp_path / "a", installed())
    tree(tmp_path / "b", {**installed(), f"{SITE}/demo/units.py": b"MILE = 0\n"})
    report = both_ways(tmp_path / "a", tmp_path / "b")
    assert alarms(report) == {LIE: [(f"{SITE}/demo/units.py", "RECORD row")]}


def test_a_file_taken_out_of_one_tree_is_an_alarm_and_out_of_both_is_not(tmp_path: Path) -> None:
    whole = installed()
    thin = {path: data for path, data in whole.items() if not path.endswith("demo/units.py")}
    report = both_ways(tree(tmp_path / "a", whole), tree(tmp_path / "b", thin))
    assert alarms(report) == {LIE: [(f"{SITE}/demo/units.py", "RECORD row")]}
    tree(tmp_path / "c", {**thin, f"{SITE}/other/__init__.py": b""})
    report = both_ways(tmp_path / "b", tmp_path / "c")
    assert alarms(report) == {}


def test_a_record_cannot_be_silenced_by_another_beside_it(tmp_path: Path) -> None:
    evil = {f"{SITE}/evil-1.dist-info/RECORD": f"{INFO}/RECORD,,\n".encode()}
    tree(tmp_path / "a", {**installed(), **evil})
    tree(tmp_path / "b", {**installed(), **evil, f"{SITE}/demo/units.py": b"MILE = 0\n"})
    assert LIE in alarms(both_ways(tmp_path / "a", tmp_path / "b"))


def test_an_installer_that_lists_less_is_for_review(tmp_path: Path) -> None:
    less = installed()
    listing = less[f"{SITE}/{INFO}/RECORD"].decode().splitlines()
    less[f"{SITE}/{INFO}/RECORD"] = record([line for line in listing if ".pyc" not in line])
    report = both_ways(tree(tmp_path / "a", installed()), tree(tmp_path / "b", less))
    assert causes(report) - {"tree-mtime"} == {"record-coverage"}
    assert found(report, "record-coverage").severity is Severity.REVIEW


def test_a_record_that_cannot_be_read_is_a_problem_and_no_silence(tmp_path: Path) -> None:
    paths = []
    for side, files in (("a", FILES), ("b", CHANGED)):
        path = wheel(tmp_path / side / "demo-1.0-py3-none-any.whl", files)
        data = path.read_bytes()
        # The checksum of the archive no longer fits what is stored of RECORD.
        path.write_bytes(data.replace(b"demo/__init__.py,sha256", b"demo/__init__.py,sha257"))
        paths.append(path)
    report = both_ways(*paths)
    assert {(each.path, each.side) for each in report.problems} >= {
        (f"{INFO}/RECORD", "a"),
        (f"{INFO}/RECORD", "b"),
    }
    assert report.verdict is not Verdict.EQUIVALENT


def _altered(old: str, new: str) -> bytes:
    lines = rows(FILES)
    changed = [line.replace(old, new, 1) if "units" in line else line for line in lines]
    assert changed != lines
    return record(changed)


@pytest.mark.parametrize(
    "listing",
    [
        _altered("sha256", "SHA256"),
        _altered(",16", "=,16"),
        _altered(",16", ","),
        record([*rows(FILES), ""]),
        record([row(path, data, "md5") for path, data in FILES.items()] + [f"{INFO}/RECORD,,"]),
    ],
    ids=["capitals", "padded", "no size", "empty line", "weak"],
)
def test_a_true_row_that_installers_refuse_is_for_review(tmp_path: Path, listing: bytes) -> None:
    for side in ((None, listing), (listing, None)):
        report = compare_wheels(tmp_path, FILES, FILES, side)
        assert report.verdict is Verdict.DIFFERENT
        assert found(report, "record-spelling").severity is Severity.REVIEW


def test_a_row_that_installers_refuse_is_no_echo_of_a_changed_file(tmp_path: Path) -> None:
    files = {**FILES, "demo/units.py": FILES["demo/units.py"].replace(b"\n", b"\r\n")}
    assert compare_wheels(tmp_path, FILES, files).verdict is Verdict.EQUIVALENT
    odd = record([line.replace("sha256=", "SHA256=") for line in rows(files)])
    report = compare_wheels(tmp_path, FILES, files, (None, odd))
    assert report.verdict is Verdict.DIFFERENT


def test_a_quoted_path_says_the_same(tmp_path: Path) -> None:
    listing = _altered("demo/units.py", '"demo/units.py"')
    report = compare_wheels(tmp_path, FILES, FILES, (None, listing))
    assert causes(report) == {"record-spelling"}
    assert report.verdict is Verdict.EQUIVALENT


def test_rows_of_scripts_beside_a_tree_say_what_to_compare_instead(tmp_path: Path) -> None:
    trees: list[str] = []
    for side in ("a", "b"):
        info = tmp_path / side / "demo-1.0.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
        digest = "A" * 42 + side
        row = f"../../../bin/demo,sha256={digest},33\n"
        (info / "RECORD").write_text(row + "demo-1.0.dist-info/RECORD,,\n")
        trees.append(str(tmp_path / side))
    (finding,) = (
        each for each in compare(trees[0], trees[1]).findings if each.cause == "record-row-follows"
    )
    assert (finding.severity, finding.confidence) == (Severity.REVIEW, Confidence.LIKELY)
    assert "bin and lib" in finding.explanation
