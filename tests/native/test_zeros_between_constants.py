"""What leads to zeros between constants leads to one place of the other side, and to no other."""

import struct
from pathlib import Path
from typing import Final

from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build

_CODE: Final = r"""
__asm__(".section .rodata\n"
        ".balign 8\n.long 77, 78, 79\nempty: .byte 0\n"
        "@ALIGN@path: .asciz \"@PATH@/code.c\"\n"
        ".text\n");
extern const char empty[] __attribute__((visibility("hidden")));
extern const char path[] __attribute__((visibility("hidden")));
int puts(const char *);
int run(void) { return puts(empty) + puts(path); }
"""


def test_an_empty_string_in_front_of_zeros_is_where_it_is(tmp_path: Path) -> None:
    """Compilers align long strings, so that on one side zeros follow the empty one."""
    a, b = (
        build(tmp_path / name, "-O2", _CODE.replace("@PATH@", path).replace("@ALIGN@", align))
        for name, path, align in (
            ("a", "/tmp/short", ""), ("b", "/tmp/something/longer/than/that", r".balign 8\n"),
        )
    )  # fmt: skip
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")
    raw, elf = b.read_bytes(), parse(memoryview(b.read_bytes()))
    text, rodata = elf.named(".text"), elf.named(".rodata")
    assert text is not None
    assert rodata is not None
    empty = rodata.addr + raw.index(b"\0\0\0\0/tmp", rodata.body.start) - rodata.body.start
    code = bytes(elf.content(text))
    (at,) = (
        place
        for place in range(3, len(code) - 4)
        if code[place - 2] == 0x8D  # lea register, [rip + distance]
        and text.addr + place + 4 + struct.unpack_from("<i", code, place)[0] == empty
    )
    at += text.body.start
    changed = tmp_path / "changed.so"
    for step in (-4, -1, 1, 2, 3, 4):
        moved = struct.unpack_from("<i", raw, at)[0] + step
        changed.write_bytes(raw[:at] + struct.pack("<i", moved) + raw[at + 4 :])
        assert report(a, changed).verdict is Verdict.DIFFERENT, step
