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
from reprodiff.formats.macho import FORMAT
from reprodiff.model import ArtifactKind, Difference, Report, Severity, Verdict
from tests.formats.macho.images import CSTRING, LINKEDIT, TEXT, Recipe, fat, make, resign
from tests.formats.verdicts import equivalent, kinds, swapped

Bytes = bytes | bytearray
Run = Callable[[Bytes, Bytes], Report]

BASE = Recipe()
LONGER = replace(BASE, source=b"/tmp/build-aaa/src/demo.c", objects=b"/tmp/build-longer/obj/demo.o")
OTHER = {
    "macho-uuid": replace(BASE, uuid=bytes(range(16, 32))),
    "macho-build-path": replace(
        BASE, source=b"/tmp/build-bbb/src/demo.c", objects=b"/tmp/build-bbb/obj/demo.o"
    ),
    "macho-oso": replace(BASE, objects=b"/tmp/build-bbb/obj/demo.o"),
    "macho-oso-time": replace(BASE, mtime=BASE.mtime + 4321),
    "macho-strings-moved": LONGER,
}


@pytest.fixture
def report(tmp_path: Path) -> Run:
    def run(a: Bytes, b: Bytes) -> Report:
        (tmp_path / "a.so").write_bytes(a)
        (tmp_path / "b.so").write_bytes(b)
        return compare(str(tmp_path / "a.so"), str(tmp_path / "b.so"))

    return run


def causes(report: Report) -> set[str]:
    return {finding.cause for finding in report.findings}


def content(a: Bytes, b: Bytes) -> Content:
    return Content("x.so", "x.so", memoryview(a), memoryview(b), ArtifactKind.FILE)


def facts(a: Bytes, b: Bytes) -> list[Difference]:
    return list(FORMAT.compare(content(a, b)))


def said(a: Bytes, b: Bytes) -> str:
    return " ".join(str(f.a) + str(f.b) for f in facts(a, b) if f.what == "macho.damage")


@pytest.mark.parametrize("shape", [("<", True), (">", True), ("<", False), (">", False)])
@pytest.mark.parametrize("cause", sorted(OTHER))
def test_one_benign_cause_is_proven_to_the_last_byte(
    report: Run, cause: str, shape: tuple[str, bool]
) -> None:
    pair = [replace(each, order=shape[0], wide=shape[1]) for each in (BASE, OTHER[cause])]
    found = report(make(pair[0]), make(pair[1]))
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    if cause == "macho-strings-moved" and shape[0] == "<":
        cause = "native-layout-follows"  # of the shapes that all of the file is followed in
    assert {cause, "macho-code-signature"} <= causes(found)
    assert found.summary.ledger.unexplained_bytes == 0


@pytest.mark.parametrize(
    ("cause", "other", "severity"),
    [
        ("macho-rpath", replace(BASE, rpath=b"/opt/homebrew/lib"), Severity.REVIEW),
        ("macho-rpath", replace(BASE, rpath=b"/opt/homebrew/lib/and/further"), Severity.REVIEW),
        ("macho-install-name", replace(BASE, install=b"/tmp/x/libdemo.dylib"), Severity.REVIEW),
        ("macho-minos", replace(BASE, minos=12 << 16), Severity.REVIEW),
        ("macho-sdk", replace(BASE, sdk=15 << 16), Severity.REVIEW),
        ("macho-signature", replace(BASE, identifier=b"dem2"), Severity.REVIEW),
        ("macho-signature", replace(BASE, identifier=b"a-longer-name"), Severity.REVIEW),
        ("macho-code-changed", replace(BASE, code=4), Severity.REVIEW),
    ],
)
def test_what_is_for_review_is_named_and_leaves_nothing_over(
    report: Run, cause: str, other: Recipe, severity: Severity
) -> None:
    found = report(make(BASE), make(other))
    assert found.verdict is Verdict.DIFFERENT
    finding = next(f for f in found.findings if f.cause == cause)
    assert finding.severity is severity
    assert found.summary.ledger.unexplained_bytes == 0, found.findings


def test_another_name_in_a_signature_of_more_pages_leaves_nothing_over(report: Run) -> None:
    objects = b"/tmp/build-" + b"b" * 4200 + b"/obj/demo.o"
    a, b = make(BASE), make(replace(BASE, objects=objects, identifier=b"dem2"))
    found = report(a, b)
    assert {"macho-signature", "macho-code-signature"} <= causes(found)
    assert found.summary.ledger.unexplained_bytes == 0
    b[b.rfind(b"\xfa\xde\x0c\x02") + 15] ^= 1  # flags
    assert report(a, b).summary.ledger.unexplained_bytes > 0


def test_a_page_changed_behind_the_signature_is_an_alarm(report: Run) -> None:
    b = make(BASE)
    b[CSTRING + len(BASE.source) + 8] ^= 1
    found = report(make(BASE), b)
    untrue = next(f for f in found.findings if f.cause == "macho-signature-untrue")
    assert untrue.severity is Severity.ALARM


@pytest.mark.parametrize("cause", sorted(OTHER))
def test_no_hidden_byte_passes_beside_a_benign_cause(cause: str) -> None:
    a, b = make(BASE), make(OTHER[cause])
    uuid = b.find(OTHER[cause].uuid)
    # Fields that are free to hold any id, path or time of their kind; they are claimed as such.
    free = {*range(uuid, uuid + 16), *range(CSTRING, CSTRING + len(BASE.source))}
    free |= {*range(LINKEDIT + 16 + 8, LINKEDIT + 32)}
    strings = LINKEDIT + 4 * 16
    free |= {*range(strings + 2, strings + 2 + len(OTHER[cause].source + OTHER[cause].objects) + 1)}
    positions = [at for at in range(0, b.rfind(b"\xfa\xde\x0c\xc0"), 7) if at not in free]
    missed = []
    for at in positions:
        changed = bytearray(b)
        changed[at] ^= 0x55
        resign(changed)
        if equivalent(FORMAT, content(a, changed)):
            missed.append(at)
    assert missed == []
    assert len(positions) > 500


def test_slices_are_compared_one_by_one(report: Run) -> None:
    intel, arm = make(BASE), make(BASE)
    a = fat((0x1000007, intel), (0x100000C, arm))
    b = fat((0x1000007, intel), (0x100000C, make(OTHER["macho-uuid"])))
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    place = next(f for f in found.findings if f.cause == "macho-uuid").locations[0]
    assert place.inside == "arm64: LC_UUID"


def test_slices_of_another_size_move_the_next_ones(report: Run) -> None:
    longer = replace(LONGER, objects=b"/tmp/build-longer/" + b"o" * 1200 + b"/demo.o")
    base = replace(BASE, objects=b"/tmp/build-short/" + b"o" * 1200 + b"/demo.o", signed=False)
    a = fat((0x1000007, make(base)), (0x100000C, make(BASE)))
    b = fat((0x1000007, make(replace(longer, signed=False))), (0x100000C, make(BASE)))
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT, found.findings
    b[0x900] = 1  # between the table and the first slice
    assert report(a, b).verdict is Verdict.DIFFERENT


def test_another_alignment_of_a_slice_is_told(report: Run) -> None:
    a = fat((0x1000007, make(BASE)), (0x100000C, make(BASE)))
    b = bytearray(a)
    b[8 + 20 + 19] = 13
    found = report(a, b)
    (place,) = (place for finding in found.findings for place in finding.locations)
    assert (found.verdict, place.inside) == (Verdict.DIFFERENT, "arm64: alignment of the slice")
    assert found.summary.ledger.unexplained_bytes == 0


def test_an_architecture_on_one_side_only_is_said(report: Run) -> None:
    a = fat((0x1000007, make(BASE)), (0x100000C, make(BASE)))
    b = fat((0x1000007, make(BASE)))
    finding = next(f for f in report(a, b).findings if f.cause == "macho-slice")
    assert finding.locations[0].a == "arm64"


# -- hostile ------------------------------------------------------------------------------------


def test_a_java_class_is_no_universal_binary() -> None:
    java = b"\xca\xfe\xba\xbe" + struct.pack(">HH", 0, 52) + bytes(100)
    assert not FORMAT.applies(content(java, java))


def test_two_to_the_31_load_commands_end_with_the_bytes() -> None:
    b = make(BASE)
    struct.pack_into("<I", b, 16, 1 << 31)
    assert "fewer load commands" in said(make(BASE), b)


def test_a_load_command_of_no_size_ends_the_walk() -> None:
    b = make(BASE)
    struct.pack_into("<I", b, 36, 0)
    assert "impossible size" in said(make(BASE), b)


def test_two_to_the_30_architectures_are_damage() -> None:
    one, two = (bytearray(fat((7, make(BASE)))) for _ in range(2))
    struct.pack_into(">I", two, 4, 1 << 30)
    assert "more slices" in said(one, two)


def test_a_universal_binary_in_another_is_not_opened() -> None:
    inner = fat((7, make(BASE)))
    other = fat((7, make(OTHER["macho-uuid"])))
    assert "no Mach-O file" in said(fat((12, inner)), fat((12, other)))


def test_a_symbol_table_over_code_explains_nothing(report: Run) -> None:
    pair = []
    for code in (3, 4):
        data = make(replace(BASE, signed=False, code=code))
        at = data.find(struct.pack("<2I", 2, 24))
        struct.pack_into("<2I", data, at + 8, TEXT, 4)
        struct.pack_into("<IBBHQ", data, TEXT, 2, 0x66, 1, 0, 1_700_000_000 + code)
        pair.append(data)
    found = report(*pair)
    assert found.verdict is Verdict.DIFFERENT
    assert "macho-oso-time" not in causes(found)


@settings(max_examples=200)
@given(st.data())
def test_any_truncation_or_corruption_is_read_without_an_error(data: st.DataObject) -> None:
    universal = data.draw(st.booleans())
    other = make(data.draw(st.sampled_from([*OTHER.values()])))
    a = fat((7, make(BASE))) if universal else make(BASE)
    b = fat((7, other)) if universal else other
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.one_of(st.integers(0, 0x300), st.integers(0, len(b) - 1)))
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
