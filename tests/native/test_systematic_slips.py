"""Slips with a system: header fields by small steps, and words that did not follow a move.

A byte by chance seldom makes what a wrong tool would: a size one too many, an address of the
section beside it, a reference left as it was while all around it moved.
"""

import random
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import pytest

from reprodiff.formats.elf.reader import SHT_NOBITS, SHT_NOTE, SHT_NULL, Elf, parse
from reprodiff.formats.macho.image import read_image as read_macho
from reprodiff.formats.pe.image import read_image as read_pe
from reprodiff.model import Span, Verdict
from tests.native.asking import report
from tests.native.builders import CXX_CODE, need, pair
from tests.native.test_macho_pairs import build as build_macho
from tests.native.test_pe_pairs import mingw

pytestmark = pytest.mark.slow

_SAME: Final = frozenset({Verdict.IDENTICAL, Verdict.EQUIVALENT})
_FAR: Final = (1, -1, 2, -2, 4, -4, 8, -8, 16, -16, 64)
_NEAR: Final = (1, -1, 2, -2)
_SECTION: Final = {
    "name": (0, 4, _FAR), "type": (4, 4, _NEAR), "flags": (8, 8, _NEAR), "addr": (16, 8, _FAR),
    "offset": (24, 8, _FAR), "size": (32, 8, _FAR), "link": (40, 4, _NEAR), "info": (44, 4, _NEAR),
    "align": (48, 8, _NEAR), "entsize": (56, 8, _NEAR),
}  # fmt: skip
_SEGMENT: Final = {
    "type": (0, 4), "flags": (4, 4), "offset": (8, 8), "vaddr": (16, 8), "paddr": (24, 8),
    "filesz": (32, 8), "memsz": (40, 8), "align": (48, 8),
}  # fmt: skip
_SYMBOL: Final = {
    "name": (0, 4), "info": (4, 1), "other": (5, 1), "shndx": (6, 2), "value": (8, 8),
    "size": (16, 8),
}  # fmt: skip


class Field(NamedTuple):
    """A number in a file, and by how much to change it."""

    name: str
    at: int
    size: int
    steps: tuple[int, ...]


def _elf_fields(elf: Elf, rng: random.Random) -> Iterator[Field]:
    for section in elf.sections:
        for name, (at, size, steps) in _SECTION.items():
            yield Field(f"{section.name} {name}", section.header.start + at, size, steps)
    for number, segment in enumerate(elf.segments):
        for name, (at, size) in _SEGMENT.items():
            yield Field(f"segment {number} {name}", segment.header.start + at, size, _FAR)
    for at in range(24, 64, 8):
        yield Field(f"header+{at}", at, 8, _FAR)
    dynamic, table = elf.named(".dynamic"), elf.named(".dynsym")
    assert dynamic is not None
    assert table is not None
    for at in range(dynamic.body.start, dynamic.body.stop, 8):
        yield Field(f".dynamic+{at - dynamic.body.start:#x}", at, 8, _FAR)
    symbols = range(table.body.start, table.body.stop, 24)
    for entry in rng.sample(symbols, min(8, len(symbols))):
        for name, (at, size) in _SYMBOL.items():
            yield Field(f"symbol at {entry:#x} {name}", entry + at, size, _NEAR)


def _pe_fields(raw: bytes) -> Iterator[Field]:
    start = struct.unpack_from("<I", raw, 60)[0]
    count, optional = struct.unpack_from("<H", raw, start + 6) + struct.unpack_from(
        "<H", raw, start + 20
    )
    table = start + 24 + optional
    for at in range(0, table, 4):
        yield Field(f"header+{at:#x}", at, 4, (1, -1, 0x100, 0x10000))
    for at in range(table, table + 40 * count, 4):
        name = f"section {(at - table) // 40}+{(at - table) % 40}"
        yield Field(name, at, 4, (1, -1, 4, -4, 0x200, -0x200))


def _macho_fields(raw: bytes) -> Iterator[Field]:
    """Yield the words of the load commands, but for LC_UUID: any id is as good as another."""
    image = read_macho(memoryview(raw))
    (outside,) = (range(c.at + 8, c.at + c.size) for c in image.commands if c.name == "LC_UUID")
    for at in range(0, image.commands_stop, 4):
        if at not in outside:
            yield Field(f"commands+{at:#x}", at, 4, _FAR)


def _streams(path: Path) -> set[int]:
    """Return where the sizes of streams for the loader are: the last zero of one is easily lost."""
    at = {c.name: c.at for c in read_macho(memoryview(path.read_bytes())).commands}
    info = at["LC_DYLD_INFO_ONLY"]
    return {info + 12, info + 20, info + 36, info + 44, at["LC_FUNCTION_STARTS"] + 12}


def _missed_steps(a: Path, b: Path, fields: list[Field], rng: random.Random) -> list[str]:
    raw = b.read_bytes()
    changed = b.with_name("changed")
    missed: list[str] = []
    for field in fields:
        step = rng.choice(field.steps)
        value = int.from_bytes(raw[field.at : field.at + field.size], "little") + step
        data = (value % (1 << 8 * field.size)).to_bytes(field.size, "little")
        changed.write_bytes(raw[: field.at] + data + raw[field.at + field.size :])
        if report(a, changed).verdict in _SAME:
            missed.append(f"{field.name} {step:+}")
    return missed


def _missed_words(
    a: Path, b: Path, bodies: list[tuple[str, Span, Span]], count: int, rng: random.Random
) -> list[str]:
    """Set words of B back to what they are in A, in sections of one size; return those unseen.

    Not those in the text of the build path: four letters of one path within another make a third,
    which is as good as they are.  In sections of constants that share their size by alignment
    these are the only words without a meaning.
    """
    raw_a, raw_b = a.read_bytes(), b.read_bytes()
    changed = b.with_name("changed")
    missed: list[str] = []
    paths = _text_with(raw_b, str(b.parent).encode())
    tried = 0
    for name, one, two in bodies:
        if one.size != two.size:
            continue
        places = [
            at
            for at in range(0, one.size - 3, 4)
            if raw_a[one.start + at : one.start + at + 4]
            != raw_b[two.start + at : two.start + at + 4]
            and paths.isdisjoint(range(two.start + at, two.start + at + 4))
        ]
        for at in rng.sample(places, min(count, len(places))):
            word = raw_a[one.start + at : one.start + at + 4]
            place = two.start + at
            changed.write_bytes(raw_b[:place] + word + raw_b[place + 4 :])
            tried += 1
            if report(a, changed).verdict in _SAME:
                missed.append(f"{name}+{at:#x}")
    assert tried
    return missed


def _text_with(raw: bytes, mark: bytes) -> set[int]:
    places: set[int] = set()
    at = raw.find(mark)
    while at >= 0:
        stop = raw.index(b"\0", at)
        places.update(range(at, stop))
        at = raw.find(mark, stop)
    return places


def _elf_bodies(a: Path, b: Path) -> list[tuple[str, Span, Span]]:
    ones, twos = (parse(memoryview(path.read_bytes())).sections for path in (a, b))
    return [
        (one.name, one.body, two.body)
        for one, two in zip(ones, twos, strict=True)
        if one.type not in {SHT_NULL, SHT_NOBITS, SHT_NOTE}
    ]


@pytest.mark.parametrize(("compiler", "options"), [("gcc", "-O2 -s"), ("clang", "-O2 -s")])
def test_header_fields_changed_by_small_steps_are_seen(
    tmp_path: Path, compiler: str, options: str
) -> None:
    if compiler == "clang":
        need("ld.lld")
        options += " -fuse-ld=lld"
    a, b = pair(tmp_path, options, compiler=compiler)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    rng = random.Random(11)  # noqa: S311
    fields = list(_elf_fields(parse(memoryview(b.read_bytes())), rng))
    assert _missed_steps(a, b, fields, rng) == []


def test_header_fields_of_windows_changed_by_small_steps_are_seen(tmp_path: Path) -> None:
    options = "-O2 -s -Wl,--no-insert-timestamp,--disable-auto-image-base"
    a = mingw(tmp_path / "one", "x86_64", options)
    b = mingw(tmp_path / "number-two" / "demo", "x86_64", options)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    fields = list(_pe_fields(b.read_bytes()))
    assert _missed_steps(a, b, fields, random.Random(12)) == []  # noqa: S311


def test_load_commands_changed_by_small_steps_are_seen(tmp_path: Path) -> None:
    a = build_macho(tmp_path / "one", "x86_64")
    b = build_macho(tmp_path / "number-two" / "demo", "x86_64")
    assert report(a, b).verdict is Verdict.EQUIVALENT
    fields = list(_macho_fields(b.read_bytes()))
    rng = random.Random(13)  # noqa: S311
    assert _missed_steps(a, b, fields, rng) == []
    streams = [field._replace(steps=(-1,)) for field in fields if field.at in _streams(b)]
    assert len(streams) == 5
    assert _missed_steps(a, b, streams, rng) == []


@pytest.mark.parametrize(
    ("compiler", "options"),
    [("gcc", "-g -O2"), ("g++", "-O2 -s"), ("clang++", "-O2 -fuse-ld=lld")],
)
def test_words_that_did_not_follow_a_move_are_seen(
    tmp_path: Path, compiler: str, options: str
) -> None:
    if "lld" in options:
        need("ld.lld")
    how = {"code": CXX_CODE} if "+" in compiler else {}
    a, b = pair(tmp_path, options, compiler=compiler, **how)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    assert _missed_words(a, b, _elf_bodies(a, b), 12, random.Random(14)) == []  # noqa: S311


def test_words_of_windows_that_did_not_follow_a_move_are_seen(tmp_path: Path) -> None:
    options = "-O2 -s -Wl,--no-insert-timestamp,--disable-auto-image-base"
    a = mingw(tmp_path / "one", "x86_64", options)
    b = mingw(tmp_path / "number-two" / "demo", "x86_64", options)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    sections = [read_pe(memoryview(path.read_bytes())).sections for path in (a, b)]
    bodies = [(str(x.name), x.span, y.span) for x, y in zip(*sections, strict=True)]
    assert _missed_words(a, b, bodies, 20, random.Random(15)) == []  # noqa: S311


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
def test_words_of_macos_that_did_not_follow_a_move_are_seen(tmp_path: Path, machine: str) -> None:
    a = build_macho(tmp_path / "one", machine)
    b = build_macho(tmp_path / "number-two" / "demo", machine)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    sections = [read_macho(memoryview(path.read_bytes())).sections for path in (a, b)]
    bodies = [(str(x.name), x.span, y.span) for x, y in zip(*sections, strict=True)]
    assert _missed_words(a, b, bodies, 12, random.Random(16)) == []  # noqa: S311
