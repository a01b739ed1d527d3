"""What mold writes otherwise: zeros of threads, and strings in sections of their own."""

from pathlib import Path
from typing import Final

from reprodiff.formats.elf.reader import PHDR, PT_TLS, SHDR, parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import C_CODE, need, pair

_ZEROS: Final = "\nstatic __thread int depth; int deeper(void) { return ++depth; }\n"


def _nowhere(path: Path) -> Path:
    """Let the zeros of threads be at offset zero of a file, with the segments that start there."""
    raw = bytearray(path.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    zeros = elf.named(".tbss")
    assert zeros is not None
    at = zeros.header.start + SHDR[64]["offset"].at
    raw[at : at + 8] = bytes(8)
    threads = [s for s in elf.segments if s.type == PT_TLS]
    assert [s.vaddr for s in threads] == [zeros.addr]
    for segment in threads:
        at = segment.header.start + PHDR[64]["offset"].at
        raw[at : at + 8] = bytes(8)
    edited = path.with_name("edited.so")
    edited.write_bytes(raw)
    return edited


def test_a_segment_of_zeros_is_where_the_header_of_its_section_says(tmp_path: Path) -> None:
    # Without a gap between segments they move with the constants before them.
    a, b = pair(tmp_path, "-O2 -s -Wl,-z,noseparate-code", code=C_CODE + _ZEROS)
    one, two = _nowhere(a), _nowhere(b)
    assert_proven(report(one, two), "elf-build-path", "elf-layout-follows")
    assert report(one, b).verdict is Verdict.DIFFERENT
    assert report(a, two).verdict is Verdict.DIFFERENT


def test_libraries_that_mold_links_are_proven(tmp_path: Path) -> None:
    need("mold")
    options = "-g -O2 -fuse-ld=mold"
    for place in ("build/it", "deeper/down/than/that"):
        a, b = pair(tmp_path / place, options, code=C_CODE + _ZEROS)
        assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
        raw, changed = b.read_bytes(), tmp_path / "changed.so"
        elf = parse(memoryview(raw))
        strings = elf.named(".rodata.str")
        assert strings is not None
        at = strings.header.start + SHDR[64]["size"].at
        for step in (1, -1, 8, -8):
            size = (strings.size + step).to_bytes(8, "little")
            changed.write_bytes(raw[:at] + size + raw[at + 8 :])
            assert report(a, changed).verdict is Verdict.DIFFERENT, step
