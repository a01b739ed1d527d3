"""Strings in place in debug information: MinGW shares none, so a path moves all behind it."""

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.machine.dwarfinfo import Shapes, units
from reprodiff.formats.pe.image import Section, read_image
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, report, run
from tests.native.builders import need
from tests.native.test_pe_pairs import CODE

pytestmark = pytest.mark.slow

_OPTIONS: Final = (
    "-g -gdwarf-4 -O2 -nostdlib -Wl,--no-insert-timestamp,--disable-auto-image-base,--entry=0"
)
_MORE: Final = r"""
struct node { struct node *next; double weight; unsigned char small; };
__declspec(dllexport) float walk(struct node *at, unsigned char *from) {
    unsigned char sum = 0;
    for (; at; at = at->next) { unsigned char one = at->small * 3; sum += one ^ *from++; }
    return sum * 0.5f;
}
"""


def _pair(tmp_path: Path) -> tuple[Path, Path]:
    tool = need("x86_64-w64-mingw32-gcc")
    sides: list[Path] = []
    for name in ("one/src", "number-two/demo/src"):
        place = tmp_path / name
        place.mkdir(parents=True)
        (place / "code.c").write_text(CODE + _MORE, encoding="utf-8")
        run(place, tool, "-shared", *_OPTIONS.split(), "-o", "ext.dll", str(place / "code.c"),
            "-lmsvcrt")  # fmt: skip
        sides.append(place / "ext.dll")
    return sides[0], sides[1]


def _debug(path: Path) -> list[Section]:
    """Return the sections for debuggers, in the order that the linker gives them."""
    image = read_image(memoryview(path.read_bytes()))
    return [section for section in image.sections if section.name.startswith(b"/")]


def _tokens(path: Path) -> Iterator[tuple[int, int, str]]:
    """Yield place in the file, size and kind of what .debug_info refers to."""
    raw = path.read_bytes()
    _ranges, info, shapes = (raw[at.span.start : at.span.stop] for at in _debug(path)[:3])
    size = struct.unpack_from("<I", info)[0] + 4
    start = _debug(path)[1].span.start
    for token in units(info[:size], Shapes(shapes, big=False, whole=True), [], types=False):
        yield start + token.at, token.size, token.kind


def test_strings_in_place_move_all_that_stands_behind_them(tmp_path: Path) -> None:
    a, b = _pair(tmp_path)
    assert_proven(report(a, b), "pe-build-path", "native-layout-follows")
    assert_proven(report(b, a), "pe-build-path", "native-layout-follows")


def test_nothing_slips_past_where_strings_in_place_moved_all(tmp_path: Path) -> None:
    a, b = _pair(tmp_path)
    raw = b.read_bytes()
    changed = b.with_name("changed.dll")
    # A path that is another one says as much as any.
    paths = {
        at + inside
        for at, size, kind in _tokens(b)
        if kind == "string" and str(tmp_path).encode() in raw[at : at + size]
        for inside in range(size - 1)
    }
    assert paths
    rng = random.Random(21)  # noqa: S311
    slips = [(at, 1) for section in _debug(b) for at in rng.sample(range(*section.span), 12)]
    # All references by themselves: to another entry of the unit, to lists, the unit's length.
    words = [(at, size) for at, size, kind in _tokens(b) if kind not in {"string", "addr"}]
    slips += rng.sample(words, min(60, len(words)))
    slips += [word for word in words if word[0] == _debug(b)[1].span.start]
    missed: list[str] = []
    for at, size in slips:
        if at in paths:
            continue
        value = int.from_bytes(raw[at : at + size], "little") ^ rng.choice((1, 2, 8))
        changed.write_bytes(raw[:at] + value.to_bytes(size, "little") + raw[at + size :])
        if report(a, changed).verdict in {Verdict.EQUIVALENT, Verdict.IDENTICAL}:
            missed.append(hex(at))
    assert missed == []


def test_references_in_a_unit_that_did_not_follow_are_seen(tmp_path: Path) -> None:
    a, b = _pair(tmp_path)
    old, raw = a.read_bytes(), b.read_bytes()
    changed = b.with_name("changed.dll")
    words = [
        (was, at, size)
        for (was, _, _), (at, size, kind) in zip(_tokens(a), _tokens(b), strict=True)
        if kind == ".debug_info" and old[was : was + size] != raw[at : at + size]
    ]
    assert len(words) > 20
    missed: list[str] = []
    for was, at, size in random.Random(22).sample(words, 20):  # noqa: S311
        changed.write_bytes(raw[:at] + old[was : was + size] + raw[at + size :])
        if report(a, changed).verdict in {Verdict.EQUIVALENT, Verdict.IDENTICAL}:
            missed.append(hex(at))
    assert missed == []
