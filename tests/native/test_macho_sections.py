"""Sections of Mach-O files that stand in another order leave nothing over."""

from pathlib import Path
from typing import Final

import pytest

from reprodiff.model import Verdict
from tests.native.asking import causes, places, report
from tests.native.test_macho_pairs import build

_USED: Final = "__attribute__((used, section"
_FIRST: Final = f'{_USED}("__TEXT,__first"))) static const int first[] = {{3, 5, 7, 11, 13, 17}};\n'
_SECOND: Final = f'{_USED}("__TEXT,__second"))) static const char second[] = "longer by a few";\n'
_CODE: Final = 'extern int puts(const char *);\nint entry(int x) { return puts("x") + x; }\n'


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_sections_in_another_order_are_told_and_leave_nothing_over(
    tmp_path: Path, machine: str
) -> None:
    a = build(tmp_path / "one", machine, code=_FIRST + _SECOND + _CODE)
    b = build(tmp_path / "two", machine, code=_SECOND + _FIRST + _CODE)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT  # load commands list them in that order
    assert "native-tables-changed" in causes(found)
    assert {"__TEXT,__first", "__TEXT,__second"} <= places(found, "native-layout-follows")
    assert found.summary.ledger.unexplained_bytes == 0
    raw = b.read_bytes()
    at = raw.index(b"longer by a few")
    changed = tmp_path / "changed"
    changed.write_bytes(raw[:at] + b"L" + raw[at + 1 :])
    assert "native-data-changed" in causes(report(a, changed))
