"""What leads to zeros between constants leads to one place of the other side, and to no other."""

import struct
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build, need
from tests.native.test_path_lengths import STRINGS

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


@pytest.mark.parametrize("length", [4, 18])
def test_constants_in_sections_of_their_own_are_aligned_anew(tmp_path: Path, length: int) -> None:
    """lld puts empty strings anywhere, and each constant behind the one before it."""
    need("ld.lld")
    options = "-O2 -fuse-ld=lld -ffunction-sections -fdata-sections"
    a, b = (
        build(
            tmp_path / name,
            f"{options} -ffile-prefix-map={tmp_path / name}=/tmp/{'a' * length}/{shown}/src",
            STRINGS,
        )
        for name, shown in (("a", "one"), ("b", "number-two/demo"))
    )
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    assert_proven(report(b, a), "elf-build-path", "elf-layout-follows")
    raw, elf = b.read_bytes(), parse(memoryview(b.read_bytes()))
    text, rodata = elf.named(".text"), elf.named(".rodata")
    assert text is not None
    assert rodata is not None
    code, data = bytes(elf.content(text)), bytes(elf.content(rodata))
    changed = tmp_path / "changed.so"
    missed = []
    tried = 0
    for at in range(len(code) - 4):
        move = struct.unpack_from("<i", code, at)[0]
        target = text.addr + at + 4 + move - rodata.addr
        if not 0 <= target < len(data) or data[target]:
            continue
        tried += 1
        for step in (-8, -1, 1, 4):
            place = text.body.start + at
            changed.write_bytes(raw[:place] + struct.pack("<i", move + step) + raw[place + 4 :])
            if report(a, changed).verdict is not Verdict.DIFFERENT:
                missed.append((hex(at), step))
    assert tried >= 5
    assert missed == []
