"""Notes on probes, as a C++ runtime has them that is linked into an extension."""

from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.entries import notes
from reprodiff.formats.elf.reader import parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import C_CODE, pair

_PROBE: Final = r"""
#define PROBE(name) __asm__ volatile("990: nop\n" \
    ".pushsection .note.stapsdt,\"\",\"note\"\n .balign 4\n" \
    ".4byte 992f-991f, 994f-993f, 3\n991: .asciz \"stapsdt\"\n992: .balign 4\n" \
    "993: .8byte 990b\n .8byte _.stapsdt.base\n .8byte 0\n" \
    ".asciz \"demo\"\n .asciz \"" #name "\"\n .asciz \"-4@%edi\"\n" \
    "994: .balign 4\n .popsection\n" \
    ".ifndef _.stapsdt.base\n" \
    ".pushsection .stapsdt.base,\"aG\",\"progbits\",.stapsdt.base,comdat\n" \
    ".weak _.stapsdt.base\n .hidden _.stapsdt.base\n" \
    "_.stapsdt.base: .space 1\n .size _.stapsdt.base,1\n .popsection\n .endif\n")
int probed(int x) { PROBE(enter); if (x > 3) PROBE(more); return x * 5; }
"""


def test_addresses_in_notes_on_probes_follow(tmp_path: Path) -> None:
    # Without a gap between segments code moves with the constants before it.
    options = "-O2 -s -Wl,-z,noseparate-code"
    a, b = pair(tmp_path, options, code=C_CODE + _PROBE)
    raw, elf = b.read_bytes(), parse(memoryview(b.read_bytes()))
    section = elf.named(".note.stapsdt")
    if section is None:
        pytest.skip("this compiler or linker has no such notes")
    assert_proven(report(a, b), "elf-build-path", "elf-layout-follows")
    places = [note.desc.start + 8 * word for note in notes(elf, section) for word in range(3)]
    assert len(places) == 6
    changed = tmp_path / "changed.so"
    old = parse(memoryview(a.read_bytes())).named(".note.stapsdt")
    assert old is not None
    for place in places:
        stale = a.read_bytes()[place - section.body.start + old.body.start :][:8]
        for word in (
            stale,
            (int.from_bytes(raw[place : place + 8], "little") ^ 1).to_bytes(8, "little"),
        ):
            if word != raw[place : place + 8]:
                changed.write_bytes(raw[:place] + word + raw[place + 8 :])
                assert report(a, changed).verdict is Verdict.DIFFERENT, hex(place)
