"""Hostile files inside an honest wheel: RECORD, metadata, bytecode, data, machine code, text."""

import importlib.util
import marshal
import re
import struct
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from reprodiff.engine import compare
from reprodiff.model import Report, Severity, Verdict
from reprodiff.reports.json import to_json
from reprodiff.reports.markdown import to_markdown
from tests.causes.builds import (
    FILES,
    INFO,
    METADATA,
    Files,
    compare_wheels,
    record,
    row,
    rows,
    verdicts,
    wheel,
)
from tests.hostile.support import assert_harmless, told

Records = tuple[bytes | None, bytes | None]
EVIL = "\x1b]52;c;ZXZpbA==\x07\x1b[2J\u202egnp\u200b\x9b31m"


def compare_contents(where: Path, name: str, a: bytes, b: bytes) -> Report:
    """Compare two wheels that differ in one file, and hold that the report says so."""
    report = compare_wheels(where, {**FILES, name: a}, {**FILES, name: b})
    assert_harmless(report)
    assert any(place.path == name for each in report.findings for place in each.locations)
    return report


def compare_much(where: Path, a: Files, b: Files, records: Records = (None, None)) -> Report:
    """The same for so much that the places told are cut, which ends them elsewhere for B and A."""
    one = wheel(where / "a" / "demo-1.0-py3-none-any.whl", a, records[0])
    two = wheel(where / "b" / "demo-1.0-py3-none-any.whl", b, records[1])
    report, back = compare(str(one), str(two)), compare(str(two), str(one))
    assert_harmless(report)
    assert verdicts(report) == verdicts(back)
    assert report.summary.ledger == back.summary.ledger
    return report


# -- 29: RECORD -----------------------------------------------------------------------------------


def lying_records() -> Iterator[tuple[str, bytes, str]]:
    honest = rows(FILES)
    units = FILES["demo/units.py"]
    others = [line for line in honest if not line.startswith("demo/units.py")]
    yield "a wrong hash", record([*others, row("demo/units.py", units + b"x")]), "alarm"
    yield "a missing row", record(others), "alarm"
    yield "a row that leads out", record([*honest, row("../../evil.py", b"x")]), "alarm"
    yield "an absolute row", record([*honest, row("/etc/evil", b"x")]), "alarm"
    yield "a row of nothing", record([*honest, row("demo/not-there.py", b"x")]), "alarm"
    yield "two rows", record([*honest, row("demo/units.py", b"other")]), "alarm"
    yield "two equal rows", record([*honest, row("demo/units.py", units)]), "alarm"
    yield "a quote that is not closed", record([*honest, '"demo/x.py,sha256=,']), "review"
    yield "a line ending in a path", record([*honest, '"demo/a\nb.py",,']), "alarm"
    yield "nothing", b"", "alarm"
    yield "bytes that are no text", b"\xff\xfe\0\0" * 50, "review"
    yield "commas", b"," * 5000 + b"\n", "review"
    yield "many rows", record([row(f"d/{n}.py", b"") for n in range(5_000)]), "alarm"


@pytest.mark.parametrize(
    ("listing", "least"), [pytest.param(*case[1:], id=case[0]) for case in lying_records()]
)
def test_29_a_record_that_lies(tmp_path: Path, listing: bytes, least: str) -> None:
    report = compare_much(tmp_path, FILES, FILES, (None, listing))
    ranks = [each.severity.rank for each in report.findings]
    assert max(ranks) >= Severity(least).rank
    assert report.verdict is Verdict.DIFFERENT


def test_29_two_records(tmp_path: Path) -> None:
    """One of another project is a file like any other; a second of the same name an alarm."""
    extra = {**FILES, "other-1.0.dist-info/RECORD": b"demo/units.py,sha256=AAAA,1\n"}
    report = compare_wheels(tmp_path, FILES, extra)
    assert_harmless(report)
    assert report.verdict is Verdict.DIFFERENT


# -- 30, 31: metadata -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "more",
    [
        pytest.param(b"\n" + b"word word\n" * 100_000, id="a long description"),
        pytest.param(b"Classifier: a :: b\n" * 10_000, id="many fields"),
        pytest.param(b"Keywords: a\0b\n", id="a NUL"),
        pytest.param(b"Keywords: \xff\xfe\n", id="no UTF-8"),
        pytest.param(b"Keywords: a\n" + b" b\n" * 20_000, id="a folded value"),
        pytest.param(b"no field at all\n", id="no field"),
        pytest.param(f"Summary: {EVIL}\n".encode(), id="escape sequences"),
        pytest.param(b"X" * 200_000 + b": y\n", id="a long name"),
        pytest.param(b"Name: other\n", id="a second name"),
    ],
)
def test_30_metadata_that_goes_on(tmp_path: Path, more: bytes) -> None:
    report = compare_contents(tmp_path, f"{INFO}/METADATA", METADATA, METADATA + more)
    assert report.verdict is Verdict.DIFFERENT


@pytest.mark.parametrize(
    "entry",
    [
        b"../../evil = os:system",
        b"a\\nb = os:system",
        b"/bin/sh = os:system",
        b"x = ../evil:main",
        f"{EVIL} = os:system".encode(),
    ],
)
def test_31_an_entry_point_with_a_name_of_its_own(tmp_path: Path, entry: bytes) -> None:
    name = f"{INFO}/entry_points.txt"
    honest = b"[console_scripts]\ndemo = demo:main\n"
    report = compare_contents(tmp_path, name, honest, honest + entry + b"\n")
    assert "entry-points" in told(report)
    assert max(each.severity.rank for each in report.findings) == Severity.ALARM.rank


# -- 32 to 35: machine code and bytecode ----------------------------------------------------------


def elf(**fields: int) -> bytes:
    """An ELF header whose counts and offsets are what a case says, and nothing behind it."""
    values = {"shoff": 64, "phoff": 64, "shentsize": 64, "shnum": 3, "phnum": 1, "strndx": 1}
    values |= fields
    head = b"\x7fELF" + bytes((fields.get("width", 2), fields.get("order", 1), 1)) + bytes(9)
    return head + struct.pack(
        "<HHIQQQIHHHHHH",
        *(3, 62, 1, 0, values["phoff"], values["shoff"], 0, 64, 56, values["phnum"]),
        *(values["shentsize"], values["shnum"], values["strndx"]),
    )


def pe(sections: int, behind: bytes = b"") -> bytes:
    coff = struct.pack("<HHIIIHH", 0x8664, sections, 1, 0, 0, 240, 0x2022)
    return (
        b"MZ"
        + bytes(58)
        + struct.pack("<I", 64)
        + b"PE\0\0"
        + coff
        + b"\x0b\2"
        + bytes(238)
        + behind
    )


def macho(commands: int, size: int) -> bytes:
    return b"\xcf\xfa\xed\xfe" + struct.pack("<IIIIIII", 0x01000007, 3, 6, commands, size, 0, 0)


BINARIES = {
    "32 an entry size of zero": ("demo/x.so", elf(shentsize=0)),
    "32 sections beyond the end": ("demo/x.so", elf(shoff=10**12)),
    "32 too many sections": ("demo/x.so", elf(shnum=65535)),
    "32 too many segments": ("demo/x.so", elf(phnum=65535)),
    "32 names in no section": ("demo/x.so", elf(strndx=65535)),
    "32 32 bits": ("demo/x.so", elf(width=1)),
    "32 big-endian": ("demo/x.so", elf(order=2)),
    "32 no sections": ("demo/x.so", elf(shoff=0, shnum=0)),
    "32 only the magic": ("demo/x.so", b"\x7fELF"),
    "33 65,535 sections": ("demo/x.pyd", pe(65535)),
    "33 escape sequences": ("demo/x.pyd", pe(1, b"RSDS" + bytes(20) + EVIL.encode() + b"\0")),
    "33 only the magic": ("demo/x.pyd", b"MZ"),
    "34 too many commands": ("demo/x.dylib", macho(2**31, 8) + bytes(64)),
    "34 a command of no size": ("demo/x.dylib", macho(2, 16) + bytes(64)),
    "34 too many slices": (
        "demo/x.dylib",
        b"\xca\xfe\xba\xbe" + struct.pack(">I", 2**30) + bytes(64),
    ),
    "34 a Java class": (
        "demo/x.dylib",
        b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 52) + bytes(64),
    ),
    "34 fat in fat": (
        "demo/x.dylib",
        (b"\xca\xfe\xba\xbe" + struct.pack(">I5I", 1, 7, 3, 28, 60, 0)) * 2,
    ),
}


@pytest.mark.parametrize(("name", "binary"), BINARIES.values(), ids=BINARIES.keys())
def test_32_to_34_machine_code_that_is_damaged(tmp_path: Path, name: str, binary: bytes) -> None:
    """Neither parser nor program falls; and a byte changed behind the damage is seen."""
    random = Random(len(binary))  # noqa: S311
    behind = random.randbytes(300)
    for other in (binary + b"x" + behind[1:], binary + behind + b"appended", behind, b"x"):
        report = compare_contents(tmp_path, name, binary + behind, other)
        assert report.verdict is Verdict.DIFFERENT


HEADER = importlib.util.MAGIC_NUMBER + bytes(12)
CODE = HEADER + marshal.dumps(compile("x = 1", "demo/x.py", "exec"))


@pytest.mark.parametrize(
    "bytecode",
    [
        pytest.param(HEADER + b"\x29\x01" * 300_000 + b"N", id="tuples in tuples"),
        pytest.param(HEADER + b"(" + struct.pack("<i", 2**31 - 1), id="a length of 2 GB"),
        pytest.param(HEADER + b"\xa9\x01r\0\0\0\0", id="a tuple in itself"),
        pytest.param(HEADER + b"r\xff\xff\xff\x7f", id="a reference to nothing"),
        pytest.param(b"\0\0\r\n" + CODE[4:], id="another magic"),
        pytest.param(CODE[:4] + b"\1\0\0\0" + CODE[8:], id="never checked"),
        pytest.param(CODE[:4] + b"\xff\xff\xff\xff" + CODE[8:], id="unknown flags"),
        pytest.param(CODE[:10], id="half a header"),
        pytest.param(CODE + b"behind", id="bytes behind the code"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_35_bytecode_that_is_none(tmp_path: Path, bytecode: bytes) -> None:
    report = compare_contents(tmp_path, "demo/x.pyc", CODE, bytecode)
    assert report.verdict is Verdict.DIFFERENT


# -- 36 to 38: text and data ----------------------------------------------------------------------


def test_36_nothing_in_a_text_reaches_the_terminal(tmp_path: Path) -> None:
    for name in ("demo/a.py", "demo/a.txt", "demo/a.json", f"{INFO}/sboms/a.cdx.json"):
        evil = f'{{"{EVIL}": "{EVIL}"}}\n'.encode()
        compare_contents(tmp_path, name, b'{"a": "b"}\n', evil)


def test_37_markup_in_names_is_text_in_every_report(tmp_path: Path) -> None:
    name = "demo/[red]x[-red]<script>alert(1)<!--|*`=cmd.py"
    report = compare_contents(tmp_path, name, b"a = 1\n", b"a = 2\n")
    outside = re.sub(r"(?ms)^(`{3,}).*?^\1$|(`+).*?\2", "", to_markdown(report))
    assert "<script" not in outside
    assert name in str(report)
    assert to_json(report).isascii()


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(
            "[" * 100_000 + "]" * 100_000, "[" * 100_000 + "1" + "]" * 100_000, id="depth"
        ),
        pytest.param('{"x": 1e308}', '{"x": 1e309}', id="a number beyond all"),
        pytest.param('{"x": NaN}', '{"x": Infinity}', id="no numbers"),
        pytest.param('{"x": 1, "x": 2}', '{"x": 2, "x": 1}', id="a name twice"),
        pytest.param('{"x": 1}', '{"x": 1', id="not closed"),
        pytest.param('{"x": "\\ud800"}', '{"x": "\\udfff"}', id="half a character"),
        pytest.param('{"x": 1}', '\ufeff{"x": 1}', id="a byte order mark"),
    ],
)
@pytest.mark.parametrize("name", ["demo/x.json", f"{INFO}/sboms/x.cdx.json"])
def test_38_json_at_its_limits(tmp_path: Path, name: str, a: str, b: str) -> None:
    a, b = (text.replace('{"x"', '{"bomFormat": "CycloneDX", "x"') for text in (a, b))
    report = compare_contents(tmp_path, name, a.encode(), b.encode())
    assert report.verdict is Verdict.DIFFERENT


# -- 41: much of it -------------------------------------------------------------------------------


def test_41_the_same_wheel_under_another_name(tmp_path: Path) -> None:
    one = wheel(tmp_path / "demo-1.0-py3-none-any.whl", FILES)
    two = wheel(tmp_path / "other-9.9-py2-none-win32.whl", FILES)
    assert compare(str(one), str(two)).verdict is Verdict.IDENTICAL


def test_41_many_files_that_all_differ(tmp_path: Path) -> None:
    one = {f"demo/m{n}.py": b"a = %d\n" % n for n in range(1000)}
    two = {name: data + b"b = 1\n" for name, data in one.items()}
    report = compare_much(tmp_path, {**FILES, **one}, {**FILES, **two})
    assert report.summary.members.differing == 1001
    (finding,) = (each for each in report.findings if each.cause == "source-changed")
    assert finding.location_count == 1000


@pytest.mark.parametrize(
    ("a", "b"),
    [
        pytest.param(b"nop\n" * 30_000, b"nop\n" * 29_000 + b"x\n" + b"nop\n" * 999, id="one line"),
        pytest.param(
            b"".join(b"mov %d\n" % (n % 7) for n in range(12_000)),
            b"".join(b"mov %d\n" % (n % 5) for n in range(12_000)),
            id="repetitive lines",
        ),
        pytest.param(b"/tmp/a/b " * 60_000, b"/tmp/c/b " * 60_000, id="one long line"),
        pytest.param(
            b"".join(b"/tmp/a%d/x/c.py 2024-01-01\n" % n for n in range(2000)),
            b"".join(b"/tmp/b%d/x/c.py 2024-01-02\n" % n for n in range(2000)),
            id="a build path in every line",
        ),
        pytest.param(bytes(1 << 20), Random(1).randbytes(1 << 20), id="noise"),  # noqa: S311
    ],
)
def test_41_long_texts(tmp_path: Path, a: bytes, b: bytes) -> None:
    report = compare_much(tmp_path, {**FILES, "demo/x.s": a}, {**FILES, "demo/x.s": b})
    assert report.verdict is Verdict.DIFFERENT
