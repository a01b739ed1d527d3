"""The symbols that MinGW leaves say how long what each object has of a section is."""

import struct
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.pe.image import read_image
from reprodiff.formats.pe.symbols import SIZE, symbols
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.test_pe_pairs import mingw

_CODE: Final = r"""
#define __USE_MINGW_ANSI_STDIO 1
#include <stdio.h>
#include <stdlib.h>
__declspec(dllexport) int go(const char *text) {
    double d = strtod(text, 0);
    printf("%.17g %s %La\n", d, __FILE__, (long double)d);
    return (int)d;
}
"""


def _pair(tmp_path: Path, machine: str, length: int) -> list[Path]:
    options = "-O2 -Wl,--no-insert-timestamp,--disable-auto-image-base"
    paths = [(name, f'"/tmp/{"a" * length}/{shown}/code.c"')
             for name, shown in (("a", "one"), ("b", "number-two/demo"))]  # fmt: skip
    return [
        mingw(tmp_path / name, machine, options, _CODE.replace("__FILE__", path))
        for name, path in paths
    ]


@pytest.mark.parametrize(("machine", "length"), [("i686", 2), ("i686", 3), ("x86_64", 1)])
def test_a_length_follows_a_path_that_is_followed_by_zeros_on_one_side(
    tmp_path: Path, machine: str, length: int
) -> None:
    a, b = _pair(tmp_path, machine, length)
    assert_proven(report(a, b), "pe-build-path")
    assert_proven(report(b, a), "pe-build-path")
    raw = b.read_bytes()
    lengths = [symbol.at + SIZE for symbol in symbols(read_image(memoryview(raw)))
               if symbol.name == b".rdata" and any(symbol.more[:4])]  # fmt: skip
    assert len(lengths) >= 3
    changed = tmp_path / "changed.dll"
    for at in lengths[:3]:
        for step in (-1, 4):
            data = struct.pack("<I", struct.unpack_from("<I", raw, at)[0] + step)
            changed.write_bytes(raw[:at] + data + raw[at + 4 :])
            assert report(a, changed).verdict is Verdict.DIFFERENT, (hex(at), step)
