"""Compiled Python: times, paths and noise of the serialiser, each beside code that changed."""

import importlib.util
import marshal
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.causes.bytecode import source_of
from reprodiff.formats.base import Content
from reprodiff.formats.bytecode import FORMAT
from reprodiff.formats.parsing import sourcehash
from reprodiff.model import ArtifactKind, Confidence, Report, Severity, Verdict
from tests.causes.builds import FILES, causes, compare_wheels, found
from tests.causes.facts import fact, judged, scene

SOURCE = "def area(width, height):\n    return width * height\n\n\nUNITS = ('m', 'ft')\n"
PYC = "demo/__pycache__/area.cpython-311.pyc"


def compiled(
    source: str = SOURCE,
    filename: str = "/tmp/aaa/demo/area.py",
    *,
    flags: int = 0,
    words: tuple[int, int] = (1_700_000_000, 80),
) -> bytes:
    code = marshal.dumps(compile(source, filename, "exec", dont_inherit=True))
    return importlib.util.MAGIC_NUMBER + struct.pack("<LLL", flags, *words) + code


def compare_pyc(where: Path, a: bytes, b: bytes, *sources: str) -> Report:
    """Compare two wheels with a pyc, and with the sources of both sides if they are given."""
    one, two = dict(FILES), dict(FILES)
    for files, source in zip((one, two), sources, strict=False):
        files["demo/area.py"] = source.encode()
    return compare_wheels(where, {**one, PYC: a}, {**two, PYC: b})


def said(report: Report) -> set[str]:
    return causes(report) - {"record-row-follows", "source-changed"}


def test_a_time_of_the_source_is_noise(tmp_path: Path) -> None:
    report = compare_pyc(tmp_path, compiled(), compiled(words=(1_800_000_000, 80)))
    assert said(report) == {"pyc-source-mtime"}
    assert report.verdict is Verdict.EQUIVALENT


def test_a_path_of_another_length_moves_code_and_changes_none(tmp_path: Path) -> None:
    report = compare_pyc(
        tmp_path, compiled(), compiled(filename="/home/ci/longer/work/demo/area.py")
    )
    assert said(report) == {"pyc-build-path"}
    assert report.verdict is Verdict.EQUIVALENT


@pytest.mark.parametrize(
    "changed",
    [
        SOURCE.replace("width * height", "width + height"),
        SOURCE.replace("'ft'", "'fu'"),
        SOURCE.replace("area", "evil"),
        SOURCE.replace("height):", "length):").replace("* height", "* length"),
        SOURCE + "import os\n",
        SOURCE.replace("UNITS", "MITS_"),
    ],
)
@pytest.mark.parametrize("filename", ["/tmp/aaa/demo/area.py", "/home/ci/work/demo/area.py"])
def test_changed_code_beside_time_and_path_is_for_review(
    tmp_path: Path, changed: str, filename: str
) -> None:
    other = compiled(changed, filename, words=(1_800_000_000, 80))
    report = compare_pyc(tmp_path, compiled(), other)
    assert found(report, "pyc-code-changed").severity is Severity.REVIEW
    assert "pyc-source-mtime" in said(report)
    assert report.verdict is Verdict.DIFFERENT


def test_code_that_changed_without_its_source_is_said(tmp_path: Path) -> None:
    evil = compiled(SOURCE.replace("* height", "* 2"))
    report = compare_pyc(tmp_path, compiled(), evil, SOURCE, SOURCE)
    evidence = " ".join(found(report, "pyc-code-changed").evidence)
    assert "its source is the same on both sides" in evidence
    honest = compare_pyc(tmp_path, compiled(), evil, SOURCE, SOURCE.replace("* height", "* 2"))
    finding = found(honest, "pyc-code-changed")
    assert finding.evidence == ()
    assert finding.derived_from == (found(honest, "source-changed").id,)


def test_moved_lines_are_line_numbers(tmp_path: Path) -> None:
    moved = "\n# a comment\n" + SOURCE
    report = compare_pyc(tmp_path, compiled(), compiled(moved), SOURCE, moved)
    assert "pyc-line-numbers" in said(report)
    assert "pyc-code-changed" not in said(report)


def test_a_size_of_the_source_must_be_true(tmp_path: Path) -> None:
    """A size that follows from a changed source is an echo; any other says of another source."""
    longer = SOURCE + "# more\n"
    a, b = compiled(words=(1, len(SOURCE))), compiled(words=(1, len(longer)))
    report = compare_pyc(tmp_path, a, b, SOURCE, longer)
    assert said(report) == {"pyc-source-record"}
    lying = compare_pyc(tmp_path, a, compiled(words=(1, 9999)), SOURCE, longer)
    assert "pyc-code-changed" in said(lying)
    alone = compare_pyc(tmp_path, a, b, SOURCE, SOURCE)
    assert "pyc-code-changed" in said(alone)


def hashed(text: str, flags: int = 3) -> bytes:
    """The bytecode of ``SOURCE`` with the hash of a text."""
    first, second = struct.unpack("<2I", importlib.util.source_hash(text.encode()))
    return compiled(flags=flags, words=(first, second))


def test_a_hash_must_be_that_of_the_source(tmp_path: Path) -> None:
    longer = SOURCE + "# more\n"
    a, b = hashed(SOURCE), hashed(longer)
    report = compare_pyc(tmp_path, a, b, SOURCE, longer)
    assert found(report, "pyc-source-record").confidence is Confidence.PROVEN
    for other in (hashed("other"), a[:8] + bytes(8) + a[16:]):
        assert "pyc-code-changed" in said(compare_pyc(tmp_path, a, other, SOURCE, longer))
    assert "pyc-code-changed" in said(compare_pyc(tmp_path, a, b, SOURCE, SOURCE))


def test_a_hash_that_cannot_be_made_here_is_only_likely(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer = SOURCE + "# more\n"
    monkeypatch.setattr(sourcehash, "_FIRST", 1 << 16)
    report = compare_pyc(tmp_path, hashed(SOURCE), hashed(longer), SOURCE, longer)
    assert found(report, "pyc-source-record").confidence is Confidence.LIKELY
    report = compare_pyc(tmp_path, compiled(words=(1, len(SOURCE))), hashed(SOURCE), SOURCE, SOURCE)
    assert found(report, "pyc-invalidation-mode").confidence is Confidence.LIKELY
    assert report.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (compiled(words=(1, len(SOURCE))), hashed("other")),
        (compiled(words=(1, 9999)), hashed(SOURCE)),
    ],
)
def test_a_stale_pyc_of_another_mode_is_for_review(tmp_path: Path, a: bytes, b: bytes) -> None:
    """One side runs what the source says, the other what the bytecode does."""
    report = compare_pyc(tmp_path, a, b, SOURCE, SOURCE)
    finding = found(report, "pyc-invalidation-mode")
    assert finding.severity is Severity.REVIEW
    assert "compiles that anew" in finding.explanation


@pytest.mark.parametrize(
    ("flags", "severity", "verdict"),
    [
        (3, Severity.BENIGN, Verdict.EQUIVALENT),
        (1, Severity.REVIEW, Verdict.DIFFERENT),
    ],
)
def test_a_pyc_that_is_never_checked_runs_whatever_its_source_says(
    tmp_path: Path, flags: int, severity: Severity, verdict: Verdict
) -> None:
    stamped = compiled(words=(1, len(SOURCE)))
    report = compare_pyc(tmp_path, stamped, hashed(SOURCE, flags), SOURCE, SOURCE)
    assert found(report, "pyc-invalidation-mode").severity is severity
    assert report.verdict is verdict


def test_flags_that_nobody_defined_are_for_review(tmp_path: Path) -> None:
    report = compare_pyc(tmp_path, compiled(), compiled(flags=0x40))
    assert report.verdict is Verdict.DIFFERENT


def test_another_interpreter_is_said_and_nothing_is_compared(tmp_path: Path) -> None:
    other = struct.pack("<H", 3413) + b"\r\n" + compiled()[4:]
    report = compare_pyc(tmp_path, compiled(), other)
    assert found(report, "pyc-other-python").severity is Severity.REVIEW


def test_bytes_behind_the_code_are_an_alarm(tmp_path: Path) -> None:
    report = compare_pyc(tmp_path, compiled(), compiled() + b"hidden")
    assert found(report, "pyc-trailing-bytes").severity is Severity.ALARM


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("demo/__pycache__/a.cpython-311.pyc", "demo/a.py"),
        ("demo/__pycache__/a.cpython-311.opt-2.pyc", "demo/a.py"),
        ("__pycache__/a.pypy39.pyc", "a.py"),
        ("demo/a.pyc", "demo/a.py"),
    ],
)
def test_the_source_of_a_pyc_is_known_by_its_name(path: str, source: str) -> None:
    assert source_of(path) == source


def test_two_paths_with_nothing_in_common_are_likely() -> None:
    facts = [fact("pyc.filename", "/a/x.py", "/b/y.py", PYC)]
    assert judged(facts, scene()) == [("pyc-build-path", "benign", "likely", 1)]


GOOD = compiled()


@settings(max_examples=150)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_any_changed_byte_is_a_fact(at: int, bits: int) -> None:
    """The facts cover it with what differs, or leave it to the ledger: it is never dropped."""
    other = bytearray(GOOD)
    other[at] ^= bits
    content = Content(PYC, PYC, memoryview(GOOD), memoryview(bytes(other)), ArtifactKind.WHEEL)
    facts = list(FORMAT.compare(content))
    spans = [span for each in facts for span, _ in each.places()]
    read = not any(each.what in {"pyc.body-unread", "pyc.body-other-version"} for each in facts)
    if read and any(span.start <= at < span.stop for span in spans):
        assert all(each.a != each.b or each.what == "pyc.refs" for each in facts)
