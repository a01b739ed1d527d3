"""Results that other tools give wrong or hide, each made in code and held here.

A difference in a summary must not switch the comparison of bytes off; duplicates and members on
one side are said; equal files are never called different; the output is the same every time.
"""

import marshal
import struct
import time
import warnings
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from reprodiff.engine import Options, compare
from reprodiff.limits import Limits
from reprodiff.model import Category, Finding, Report, Severity, Verdict
from reprodiff.reports.json import to_json
from tests.artifacts.tarformat import build as tars
from tests.artifacts.zipformat.build import Made, archive
from tests.causes.builds import FILES, Files, compare_wheels, found, record, row, rows, wheel

PYC = "demo/__pycache__/units.cpython-311.pyc"
MAGIC = struct.pack("<H", 3495) + b"\r\n"  # CPython 3.11; the bytes below are written by hand


def pyc(code: bytes, *, mtime: int = 1_700_000_000, size: int = 20, hashed: bytes = b"") -> bytes:
    if hashed:
        return MAGIC + struct.pack("<L", 3) + hashed + code
    return MAGIC + struct.pack("<LLL", 0, mtime, size) + code


def constant(value: int) -> bytes:
    """A tuple of one number: data of one size, whatever the number is."""
    return b")\x01i" + struct.pack("<l", value)


def compare_bytecode(where: Path, a: bytes, b: bytes) -> Report:
    return compare_wheels(where, {**FILES, PYC: a}, {**FILES, PYC: b})


def of(report: Report, category: Category) -> list[Finding]:
    return [each for each in report.findings if each.category is category]


def test_h1_a_changed_time_does_not_hide_changed_code_of_one_size(tmp_path: Path) -> None:
    a, b = pyc(constant(1), mtime=1), pyc(constant(2), mtime=2)
    assert len(a) == len(b)
    report = compare_bytecode(tmp_path, a, b)
    assert found(report, "pyc-source-mtime").bytes <= 4
    assert report.verdict is Verdict.DIFFERENT
    changed = [each for each in report.findings if each.severity is not Severity.BENIGN]
    assert {place.path for each in changed for place in each.locations} == {PYC}


def test_h1_a_changed_time_alone_stays_one(tmp_path: Path) -> None:
    report = compare_bytecode(tmp_path, pyc(constant(1), mtime=1), pyc(constant(1), mtime=2))
    assert found(report, "pyc-source-mtime").bytes <= 4
    assert report.verdict is Verdict.EQUIVALENT


def test_h1_real_code_changes_beside_the_time(tmp_path: Path) -> None:
    """Two functions whose code has one size, compiled by the interpreter at hand."""
    import importlib.util  # noqa: PLC0415

    def compiled(source: str, mtime: int) -> bytes:
        code = marshal.dumps(compile(source, "demo/units.py", "exec", dont_inherit=True))
        return importlib.util.MAGIC_NUMBER + struct.pack("<LLL", 0, mtime, 20) + code

    a, b = compiled("def f(x): return x + 1\n", 1), compiled("def f(x): return x + 2\n", 2)
    assert len(a) == len(b)
    report = compare_bytecode(tmp_path, a, b)
    assert found(report, "pyc-code-changed").severity is Severity.REVIEW
    assert found(report, "pyc-source-mtime").severity is Severity.BENIGN


def test_h2_a_hash_in_a_header_is_no_time_and_no_size(tmp_path: Path) -> None:
    one, two = b"\x9a\xf1\x54\x94\x0a\x40\x2b\x74", b"\x36\x0a\x3c\xc1\x51\xd8\x1f\xe9"
    a, b = pyc(constant(1), hashed=one), pyc(constant(2), hashed=two)
    report = compare_bytecode(tmp_path, a, b)
    assert of(report, Category.TIMESTAMPS) == []
    shown = {text for f in report.findings for place in f.locations for text in (place.a, place.b)}
    assert any(one.hex() in text for text in shown)
    assert not any("1997" in text or "2490475482" in text for text in shown)
    assert report.verdict is Verdict.DIFFERENT


def double(path: Path, bodies: Sequence[bytes]) -> str:
    """A wheel in which one name stands more than once; RECORD tells of the last."""
    listing = record([*rows(FILES), row("m.py", bodies[-1])])
    wheel(path, FILES, listing)
    with zipfile.ZipFile(path, "a") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # zipfile says that the name is there already
        for body in bodies:
            archive.writestr(zipfile.ZipInfo("m.py", (2020, 2, 2, 0, 0, 0)), body)
    return str(path)


def test_h5_the_second_member_of_a_name_is_compared_too(tmp_path: Path) -> None:
    a = double(tmp_path / "a" / "demo-1.0-py3-none-any.whl", [b"m = 1\n", b"m = 2\n"])
    b = double(tmp_path / "b" / "demo-1.0-py3-none-any.whl", [b"m = 1\n", b"m = 3\n"])
    report = compare(a, b)
    assert found(report, "duplicate-members").severity is Severity.ALARM
    assert ("m = 2", "m = 3") in {
        (place.a, place.b) for place in found(report, "source-changed").locations
    }
    assert report.verdict is Verdict.DIFFERENT


def test_h9_a_member_without_a_partner_is_never_silent(tmp_path: Path) -> None:
    without = {name: data for name, data in FILES.items() if name != "demo/table.py"}
    report = compare_wheels(tmp_path, FILES, {**without, "demo/other.py": b"OTHER = 1\n"})
    told = {place.path for place in found(report, "member-on-one-side").locations}
    assert told == {"demo/table.py", "demo/other.py"}


def test_h10_without_time_nothing_equal_is_called_different(tmp_path: Path) -> None:
    """What there is no time for is named; files that are byte for byte the same are not."""
    same = {f"demo/same{n}.py": b"x = %d\n" % n for n in range(20)}
    a = wheel(tmp_path / "a" / "demo.whl", {**FILES, **same})
    b = wheel(tmp_path / "b" / "demo.whl", {**FILES, **same, "demo/units.py": b"MILE = 1\n"})
    report = compare(str(a), str(b), Options(Limits(max_seconds=0)))
    # Places of headers move with what is in front of them, and that is said as such.
    said = [each for each in report.findings if each.cause != "archive-bookkeeping"]
    told = {place.path for each in said for place in each.locations}
    told |= {problem.path for problem in report.problems}
    assert "demo/units.py" in told
    assert told.isdisjoint(same)
    assert report.summary.members.identical >= len(same)
    assert report.verdict is not Verdict.EQUIVALENT


def test_h11_two_runs_give_the_same_report(tmp_path: Path) -> None:
    changed = {**FILES, "demo/units.py": b"MILE = 1\n", "demo/new.py": b"NEW = 1\n"}
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", FILES)
    b = wheel(tmp_path / "b" / "demo-1.0-py3-none-any.whl", changed)
    first = to_json(compare(str(a), str(b)))
    time.sleep(0.01)
    assert to_json(compare(str(a), str(b))) == first
    assert str(tmp_path) in first
    for line in first.splitlines():
        assert "/tmp/tmp" not in line


def test_h12_one_flipped_byte_is_told_of_its_member_alone(tmp_path: Path) -> None:
    """A bad CRC of one member leaves all others compared, and is put down to nothing else."""
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", FILES)
    changed = {**FILES, "demo/table.py": b"ROWS = 4\n"}
    b = wheel(tmp_path / "b" / "demo-1.0-py3-none-any.whl", changed)
    data = bytearray(b.read_bytes())
    data[data.index(b"MILE = 1609") + 7] ^= 1
    b.write_bytes(data)
    report = compare(str(a), str(b))
    assert [problem.path for problem in report.problems] == ["demo/units.py"]
    assert [place.path for place in found(report, "source-changed").locations] == ["demo/table.py"]
    assert of(report, Category.COMPRESSION) == []
    assert report.verdict is not Verdict.EQUIVALENT


def test_h13_a_cut_wheel_still_has_a_report(tmp_path: Path) -> None:
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", FILES)
    b = tmp_path / "demo-1.0-py3-none-any.whl"
    b.write_bytes(a.read_bytes()[:-100])
    report = compare(str(a), str(b))
    assert any("ends before" in problem.message for problem in report.problems)
    assert report.summary.members.identical >= 1
    assert of(report, Category.MEMBERSHIP) == []
    assert report.verdict is not Verdict.EQUIVALENT


def test_h14_the_size_that_is_declared_is_not_trusted(tmp_path: Path) -> None:
    """A member may say that it is huge, and be small, or the other way: neither is read blindly.

    The 2 GiB themselves are met in a process with little memory, in tests/hostile.
    """
    files: Files = {**FILES, "demo/zero.bin": bytes(3 << 20)}
    a, b = (wheel(tmp_path / side / "demo.whl", files) for side in "ab")
    for lie in (10, 0xFFFFFFF0):
        data = bytearray(a.read_bytes())
        place = data.rindex(b"demo/zero.bin")
        data[place - 46 + 24 : place - 46 + 28] = struct.pack("<L", lie)
        b.write_bytes(data)
        report = compare(str(a), str(b), Options(Limits(max_member_bytes=4 << 20)))
        assert report.verdict is Verdict.DIFFERENT
        assert any(each.severity is Severity.ALARM for each in report.findings)


def test_what_cannot_be_read_is_still_equal_to_its_copy(tmp_path: Path) -> None:
    """Encrypted members, unknown methods and sparse files are compared as they are stored."""
    secret = Made(name=b"demo/secret", data=b"x" * 40, flags=1)
    unknown = Made(name=b"demo/unknown", data=b"y" * 40, method=99)
    plain = Made(name=b"demo/a.py", data=b"a = 1\n")
    sides = (archive(secret, unknown, plain), archive(secret, unknown, replace(plain, time=7)))
    report = compare_bytes(tmp_path, *sides, ".zip")
    assert {finding.cause for finding in report.findings} == {"zip-member-mtime"}
    assert report.problems == ()
    other = archive(replace(secret, data=b"z" * 40), unknown, plain)
    told = compare_bytes(tmp_path, sides[0], other, ".zip")
    assert "not-compared" in {finding.cause for finding in told.findings}
    assert told.verdict is not Verdict.EQUIVALENT


def test_a_sparse_file_is_equal_with_its_map_only(tmp_path: Path) -> None:
    def sparse(offset: int, mtime: bytes) -> bytes:
        keys = {b"major": b"1", b"minor": b"0", b"name": b"s.bin", b"realsize": b"5000"}
        head = tars.pax({b"GNU.sparse." + key: value for key, value in keys.items()})
        parts = b"1\n%d\n5\n" % offset
        body = parts.ljust(512, b"\0") + b"hello"
        return head + tars.file(b"GNUSparseFile.0/s.bin", body, mtime=mtime) + tars.END

    one = sparse(0, b"14524770400\0")
    report = compare_bytes(tmp_path, one, sparse(0, b"14524770401\0"), ".tar")
    assert report.verdict is Verdict.EQUIVALENT
    moved = compare_bytes(tmp_path, one, sparse(9, b"14524770400\0"), ".tar")
    assert moved.verdict in {Verdict.INCOMPLETE, Verdict.DIFFERENT}


def compare_bytes(where: Path, a: bytes, b: bytes, suffix: str) -> Report:
    one, two = where / f"a{suffix}", where / f"b{suffix}"
    one.write_bytes(a)
    two.write_bytes(b)
    return compare(str(one), str(two))
