import hashlib
import random
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.engine import compare
from reprodiff.errors import ReprodiffError
from reprodiff.formats.base import Content
from reprodiff.formats.pe import FORMAT
from reprodiff.formats.pe.checks import checksum
from reprodiff.model import (
    ArtifactKind,
    Difference,
    Report,
    Severity,
    Span,
    Verdict,
)
from tests.formats.pe.images import (
    CHECKSUM,
    OPTIONAL,
    PE,
    RDATA,
    RELOC,
    STRINGS,
    TEXT,
    Recipe,
    make,
    resum,
)
from tests.formats.verdicts import equivalent, kinds, swapped

Bytes = bytes | bytearray
Run = Callable[[Bytes, Bytes], Report]
BASE = Recipe()
OTHER = {
    "pe-timestamp": replace(BASE, stamp=BASE.stamp + 4321),
    "pe-image-base": replace(BASE, base=0x1_C000_0000),
    "pe-pdb-path": replace(BASE, pdb=b"C:\\b\\demo\\build\\demo.pdb"),
    "pe-guid": replace(BASE, guid=bytes(range(16, 32))),
    "pe-build-path": replace(BASE, source=b"/tmp/build-bbb/src/demo.c"),
    "pe-build-time": replace(BASE, stamp=BASE.stamp + 86400, date=b"Nov 15 2023"),
}


@pytest.fixture
def report(tmp_path: Path) -> Run:
    def run(a: Bytes, b: Bytes) -> Report:
        (tmp_path / "a.pyd").write_bytes(a)
        (tmp_path / "b.pyd").write_bytes(b)
        return compare(str(tmp_path / "a.pyd"), str(tmp_path / "b.pyd"))

    return run


def causes(report: Report) -> set[str]:
    return {finding.cause for finding in report.findings}


def content(a: Bytes, b: Bytes) -> Content:
    return Content("x.pyd", "x.pyd", memoryview(a), memoryview(b), ArtifactKind.FILE)


def facts(a: Bytes, b: Bytes) -> list[Difference]:
    return list(FORMAT.compare(content(a, b)))


@pytest.mark.parametrize("plus", [True, False])
@pytest.mark.parametrize("cause", sorted(OTHER))
def test_one_benign_cause_is_proven_to_the_last_byte(report: Run, cause: str, plus: bool) -> None:
    found = report(make(replace(BASE, plus=plus)), make(replace(OTHER[cause], plus=plus)))
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    assert cause in causes(found)
    assert found.summary.ledger.unexplained_bytes == 0
    allowed = {cause, "pe-checksum-follows"}
    if cause == "pe-build-time":
        allowed.add("pe-timestamp")
    assert causes(found) <= allowed


def test_a_time_is_counted_once_with_all_its_copies(report: Run) -> None:
    found = report(make(BASE), make(OTHER["pe-timestamp"]))
    finding = next(f for f in found.findings if f.cause == "pe-timestamp")
    assert finding.location_count == 1
    assert finding.locations[0].inside == "TimeDateStamp in 3 places"


def test_a_time_left_in_the_tables_is_told_where_the_header_was_cleared(report: Run) -> None:
    pair = [make(BASE), make(OTHER["pe-timestamp"])]
    for data in pair:
        data[PE + 8 : PE + 12] = bytes(4)
        resum(data)
    found = report(*pair)
    assert found.verdict is Verdict.EQUIVALENT
    assert causes(found) == {"pe-timestamp", "pe-checksum-follows"}
    pair[1][RDATA + 4] ^= 1  # two tables that do not agree
    resum(pair[1])
    assert report(*pair).verdict is Verdict.DIFFERENT


def test_under_brepro_the_stamp_is_a_hash(report: Run) -> None:
    one = replace(BASE, brepro=True, stamp=0xF6734E3C)
    found = report(make(one), make(replace(one, stamp=0x2B067180)))
    assert "pe-content-hash" in causes(found)
    assert "pe-timestamp" not in causes(found)


def test_a_number_that_is_no_time_stays_unexplained(report: Run) -> None:
    found = report(make(BASE), make(replace(BASE, stamp=0xF6734E3C)))
    assert found.verdict is Verdict.DIFFERENT
    assert found.summary.ledger.unexplained_bytes > 0


def test_bytes_appended_behind_a_changed_time_are_found(report: Run) -> None:
    other = replace(OTHER["pe-timestamp"], overlay=bytes(4096))
    found = report(make(BASE), make(other))
    overlay = next(f for f in found.findings if f.cause == "pe-overlay")
    assert overlay.severity is Severity.ALARM
    assert overlay.bytes == 4096
    assert "pe-timestamp" in causes(found)


def test_a_checksum_left_untrue_on_one_side_is_an_alarm(report: Run) -> None:
    b = make(OTHER["pe-timestamp"])
    b[STRINGS + 40] ^= 1
    found = report(make(BASE), b)
    untrue = next(f for f in found.findings if f.cause == "pe-checksum-untrue")
    assert untrue.severity is Severity.ALARM


def test_tools_are_told_from_the_linker_version_and_the_rich_header(report: Run) -> None:
    found = report(make(BASE), make(replace(BASE, linker=(14, 40), rich=0x4321)))
    assert {"pe-linker-version", "pe-rich-header"} <= causes(found)
    assert found.summary.ledger.unexplained_bytes == 0
    rich = next(f for f in found.findings if f.cause == "pe-rich-header")
    assert (rich.locations[0].a, rich.locations[0].b) == ("260.4660 x3", "260.17185 x3")


def test_a_longer_rich_header_explains_the_headers_behind_it(report: Run) -> None:
    b = make(BASE)
    # Move all headers by eight bytes, as one more entry of the Rich header does.
    end = OPTIONAL + 240 + 3 * 40
    b[PE + 8 : end + 8] = b[PE:end]
    struct.pack_into("<I", b, 60, PE + 8)
    struct.pack_into("<I", b, 0x40 + 20, 7 ^ 0x5A5A1234)
    b[PE : PE + 8] = bytes(8)
    field = Span(CHECKSUM + 8, CHECKSUM + 12)
    struct.pack_into("<I", b, field.start, checksum(memoryview(b), field))
    found = report(make(BASE), b)
    assert causes(found) == {"pe-rich-header", "pe-checksum-follows"}, found.findings
    assert found.summary.ledger.unexplained_bytes == 0


def test_a_pdb_path_of_another_length_is_told_with_its_size_field(report: Run) -> None:
    a = make(replace(BASE, pdb=b"/tmp/aaa/w.pdb", source=b"demo.c", date=b""))
    b = make(replace(BASE, pdb=b"/tmp/bbbb/w.pdb", source=b"demo.c", date=b""))
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    assert causes(found) == {"pe-pdb-path", "pe-checksum-follows", "native-layout-follows"}
    b[RDATA + 0x80 + 24 + 17] = 1  # behind the longer path, where A has padding
    resum(b)
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_an_id_that_lies_in_code_explains_nothing(report: Run) -> None:
    pair = []
    for number in (1, 2):
        data = make(BASE)
        record = b"RSDS" + bytes([number]) * 16 + struct.pack("<I", 1) + b"x.pdb\0"
        data[TEXT + 100 : TEXT + 100 + len(record)] = record
        struct.pack_into("<II", data, RDATA + 0x40 + 20, 0x1064, TEXT + 100)
        resum(data)
        pair.append(data)
    found = report(*pair)
    assert found.verdict is Verdict.DIFFERENT
    assert "pe-code-changed" in causes(found)


def test_an_absolute_word_that_does_not_follow_the_base_is_code_that_changed(report: Run) -> None:
    b = make(OTHER["pe-image-base"])
    struct.pack_into("<Q", b, TEXT + 64, 0x1_C000_0000 + 0x2208)
    resum(b)
    found = report(make(BASE), b)
    assert found.verdict is Verdict.DIFFERENT
    assert "pe-code-changed" in causes(found)


@pytest.mark.parametrize("cause", sorted(OTHER))
def test_no_hidden_byte_passes_beside_a_benign_cause(cause: str) -> None:
    # Fields that are free to hold any value of their kind are left out: what they say is a name,
    # an id or a time, and nothing tells one value from another.
    a, b = make(BASE), make(OTHER[cause])
    free = {*range(RDATA + 0x80 + 4, RDATA + 0x80 + 24)}
    free |= {*range(RDATA + 0x80 + 24, RDATA + 0x80 + 24 + len(BASE.pdb))}
    free |= {*range(STRINGS, STRINGS + len(BASE.source) + len(BASE.date) + 1)}
    positions = [at for at in range(0, len(b), 5) if at not in free]
    missed = []
    for at in positions:
        changed = bytearray(b)
        changed[at] ^= 0x55
        resum(changed)
        if changed != b and equivalent(FORMAT, content(a, changed)):
            missed.append(at)
    assert missed == []
    assert len(positions) > 400


def test_the_checksum_is_that_of_the_definition() -> None:
    rng = random.Random(7)  # noqa: S311
    for size in (512, 70_000):
        data = bytearray(rng.randbytes(size))
        data[100:104] = bytes(4)
        total = 0
        for (word,) in struct.iter_unpack("<H", data):
            total += word
            total = (total & 0xFFFF) + (total >> 16)
        assert checksum(memoryview(data), Span(100, 104)) == total + size


# -- hostile ------------------------------------------------------------------------------------


def said(a: Bytes, b: Bytes) -> str:
    return " ".join(str(f.a) + str(f.b) for f in facts(a, b) if f.what == "pe.damage")


def test_65535_sections_are_read_as_far_as_the_file_goes() -> None:
    b = make(BASE)
    struct.pack_into("<H", b, PE + 6, 0xFFFF)
    assert "section table runs past the end" in said(make(BASE), b)


def test_a_debug_directory_behind_the_end_is_damage(report: Run) -> None:
    b = make(BASE)
    struct.pack_into("<II", b, OPTIONAL + 112 + 48, 0x7FFFFFF0, 28 * 4)
    assert "debug directory leads out" in said(make(BASE), b)
    found = report(make(BASE), b)
    assert next(f for f in found.findings if f.cause == "pe-damaged").severity is Severity.ALARM


def test_resource_directories_in_a_circle_are_walked_once() -> None:
    b = make(BASE)
    struct.pack_into("<II", b, OPTIONAL + 112 + 16, 0x2100, 64)
    struct.pack_into("<IIHHHH", b, RDATA + 0x100, 0, 5, 0, 0, 0, 1)
    struct.pack_into("<II", b, RDATA + 0x110, 1, 0x80000000)
    assert "linked twice" in said(make(BASE), b)


def test_relocation_blocks_of_no_size_end_the_walk() -> None:
    b = make(OTHER["pe-image-base"])
    struct.pack_into("<II", b, RELOC, 0x1000, 0)
    assert "impossible size" in said(make(BASE), b)


@pytest.mark.parametrize("size", [70, PE + 12, OPTIONAL + 20, OPTIONAL + 150, TEXT + 10, RELOC + 4])
def test_a_file_cut_off_anywhere_is_said_to_be_damaged(report: Run, size: int) -> None:
    found = report(make(BASE), make(BASE)[:size])
    assert "pe-damaged" in causes(found)
    assert found.verdict is Verdict.DIFFERENT


def test_escape_sequences_in_a_pdb_path_stay_inside(report: Run) -> None:
    b = make(replace(BASE, pdb=b"D:\\a\\\x1b]52;c;eA==\x07\\w.pdb"))
    found = report(make(BASE), b)
    shown = "".join(x.a + x.b for f in found.findings for x in f.locations)
    assert "\x1b" not in shown
    assert "\\x1b" in shown


@settings(max_examples=200)
@given(st.data())
def test_any_truncation_or_corruption_is_read_without_an_error(data: st.DataObject) -> None:
    a = make(BASE)
    b = make(data.draw(st.sampled_from([*OTHER.values()])))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.one_of(st.integers(0, RDATA + 0xA0), st.integers(0, len(b) - 1)))
        wild = data.draw(st.sampled_from([0, 0xFF, 0x80, 0x7F, None]))
        b[at] = data.draw(st.integers(0, 255)) if wild is None else wild
    if data.draw(st.booleans()):
        del b[data.draw(st.integers(0, len(b))) :]
    if not FORMAT.applies(content(a, b)):
        return
    try:
        found = facts(a, b)
    except ReprodiffError:
        return
    assert kinds(swapped(found)) == kinds(facts(b, a))


# -- the end of the file ------------------------------------------------------------------------


def signed(data: bytearray, of: bytes | None = None) -> bytearray:
    """Add a certificate table that holds the digest of ``of``, by default of the file itself."""
    table = len(data)
    entry = OPTIONAL + 112 + 8 * 4
    struct.pack_into("<II", data, entry, table, 64)
    digest = hashlib.sha256()
    source = bytes(data) if of is None else of
    digest.update(source[: OPTIONAL + 64] + source[OPTIONAL + 68 : entry] + source[entry + 8 :])
    data += struct.pack("<IHH", 64, 0x200, 2) + digest.digest() + bytes(24)
    resum(data)
    return data


def test_a_signature_on_one_side_is_for_review_and_nothing_else_differs(report: Run) -> None:
    found = report(make(BASE), signed(make(BASE)))
    assert causes(found) == {"pe-signature", "pe-checksum-follows"}
    assert found.verdict is Verdict.DIFFERENT
    assert found.summary.ledger.unexplained_bytes == 0


def test_a_signature_of_another_file_is_an_alarm(report: Run) -> None:
    other = make(OTHER["pe-guid"])
    found = report(signed(make(BASE)), signed(other, of=bytes(make(BASE))))
    untrue = next(f for f in found.findings if f.cause == "pe-signature-untrue")
    assert untrue.severity is Severity.ALARM


def test_libraries_that_only_one_side_loads_are_named(report: Run) -> None:
    pair = []
    for name in (b"python311.dll", b"python312.dll"):
        data = make(BASE)
        struct.pack_into("<II", data, OPTIONAL + 112 + 8, 0x2100, 40)
        struct.pack_into("<I", data, RDATA + 0x100 + 12, 0x2180)
        data[RDATA + 0x180 : RDATA + 0x180 + len(name)] = name
        resum(data)
        pair.append(data)
    found = next(f for f in report(*pair).findings if f.cause == "pe-imports")
    assert (found.locations[0].a, found.locations[0].b) == ("python311.dll", "python312.dll")


def test_an_import_whose_name_is_nowhere_is_damage() -> None:
    b = make(BASE)
    struct.pack_into("<II", b, OPTIONAL + 112 + 8, 0x2100, 40)
    struct.pack_into("<I", b, RDATA + 0x100 + 12, 0x7FFFFFFF)
    assert "name of an import" in said(make(BASE), b)


def test_imports_up_to_the_end_of_a_section_end_there() -> None:
    b = make(BASE)
    struct.pack_into("<II", b, OPTIONAL + 112 + 8, 0x2300, 40)
    for at in range(RDATA + 0x300, RELOC, 20):
        struct.pack_into("<I", b, at + 12, 0x2200)
    assert "import directory leads out" in said(make(BASE), b)
