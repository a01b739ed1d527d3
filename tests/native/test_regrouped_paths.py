"""Headers that Clang names by what they share with the build directory, and the rest."""

from pathlib import Path
from typing import Final

import pytest

from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build

_HEADER: Final = "static inline int twice(int x) { return x * 2 + 4096; }\n"
_CODE: Final = """
#include <stdio.h>
#include "twice.h"
int entry(int x) { puts(__FILE__); return twice(x); }
"""


def test_a_header_with_another_share_of_the_build_directory_is_the_same(tmp_path: Path) -> None:
    headers = tmp_path / "shared" / "inc"
    headers.mkdir(parents=True)
    (headers / "twice.h").write_text(_HEADER, encoding="utf-8")
    options = f"-g -gdwarf-5 -O2 -I{headers}"
    a = build(tmp_path / "shared" / "build" / "demo", options, code=_CODE, compiler="clang")
    b = build(tmp_path / "elsewhere" / "demo", options, code=_CODE, compiler="clang")
    raw = b.read_bytes()
    rest, common = b"\0shared/inc/twice.h\0", f"\0{tmp_path}\0".encode()
    if rest not in raw or common not in raw:
        pytest.skip("this compiler names headers in another way")
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")
    changed = tmp_path / "changed.so"
    for text, inside in ((rest, 3), (rest, len(rest) - 3), (common, len(common) - 2)):
        at = raw.index(text) + inside
        changed.write_bytes(raw[:at] + b"#" + raw[at + 1 :])
        assert report(a, changed).verdict is Verdict.DIFFERENT, (text, inside)


def test_a_directory_with_a_dot_in_front_is_none_with_an_ending(tmp_path: Path) -> None:
    """As meson-python makes them up, below two build directories."""
    a = build(tmp_path / "one" / ".mesonpy-ab12cd9f", "-g -O2", compiler="clang")
    b = build(tmp_path / "number" / "two" / ".mesonpy-z8y7x6wv", "-g -O2", compiler="clang")
    assert_proven(report(a, b), "elf-build-path")
