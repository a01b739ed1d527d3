"""Machines beside x86-64: what is proven there, and what is said where it cannot be."""

from pathlib import Path

import pytest

from reprodiff.model import Confidence, Severity, Verdict
from tests.native.asking import places, report
from tests.native.builders import C_CODE, build, pair

CROSS = {
    "i686": "i686-linux-gnu-gcc",
    "armv7": "arm-linux-gnueabihf-gcc",
    "ppc64le": "powerpc64le-linux-gnu-gcc",
    "s390x": "s390x-linux-gnu-gcc",
    "riscv64": "riscv64-linux-gnu-gcc",
    "aarch64": "aarch64-linux-gnu-gcc",
}
MACHINES = pytest.mark.parametrize("machine", CROSS)


@MACHINES
@pytest.mark.parametrize("options", ["-g -O2", "-O2 -s", "-g -O2 -c"])
def test_a_build_path_of_the_same_length_is_proven(
    tmp_path: Path, machine: str, options: str
) -> None:
    a, b = (
        build(tmp_path / name / "src", options, compiler=CROSS[machine]) for name in ("one", "two")
    )
    found = report(a, b)
    assert found.verdict is Verdict.EQUIVALENT, [(f.cause, f.locations[:2]) for f in found.findings]
    assert found.summary.ledger.unexplained_bytes == 0
    assert found.problems == ()
    assert places(found, "elf-build-path")


@MACHINES
def test_a_changed_constant_beside_it_is_places(tmp_path: Path, machine: str) -> None:
    a = build(tmp_path / "one" / "src", compiler=CROSS[machine])
    changed = C_CODE.replace("x * 3", "x * 9")
    b = build(tmp_path / "two" / "src", code=changed, compiler=CROSS[machine])
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "native-code-changed")
    texts = {(loc.a, loc.b) for f in found.findings if f.cause == "native-code-changed"
             for loc in f.locations if loc.inside == "limited"}  # fmt: skip
    assert all(a and b and a != b for a, b in texts)


@MACHINES
def test_a_build_path_of_another_length_is_proven_where_references_are_decoded(
    tmp_path: Path, machine: str
) -> None:
    a, b = pair(tmp_path, compiler=CROSS[machine])
    found = report(a, b)
    assert found.summary.ledger.unexplained_bytes == 0
    if machine in {"i686", "aarch64"}:
        assert found.verdict is Verdict.EQUIVALENT
        return
    assert found.verdict is Verdict.INCOMPLETE  # nothing is known to differ, and it is not proven
    doubts = [f for f in found.findings if f.severity is not Severity.BENIGN]
    assert {f.confidence for f in doubts} <= {Confidence.POSSIBLE, Confidence.LIKELY}
    assert any("not decoded" in problem.message for problem in found.problems)


@pytest.mark.parametrize("machine", ["i686", "riscv64", "s390x"])
def test_a_changed_function_in_code_that_moved_is_places(tmp_path: Path, machine: str) -> None:
    a = build(tmp_path / "one" / "src", compiler=CROSS[machine])
    changed = C_CODE.replace("x * 3 + counter", "(x ^ 3) - counter")
    b = build(tmp_path / "number-two" / "demo" / "src", code=changed, compiler=CROSS[machine])
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert "limited" in places(found, "native-code-changed")


@pytest.mark.parametrize("machine", ["armv7", "riscv64", "s390x"])
def test_a_changed_entry_of_a_named_table_is_a_change_where_code_is_not_decoded(
    tmp_path: Path, machine: str
) -> None:
    a = build(tmp_path / "one" / "src", "-O2", compiler=CROSS[machine])
    changed = C_CODE.replace("11, 13, 17", "11, 13, 16")
    b = build(tmp_path / "number-two" / "src", "-O2", code=changed, compiler=CROSS[machine])
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert ".rodata table" in places(found, "native-data-changed")
