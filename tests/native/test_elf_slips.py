"""One byte slipped into a benign pair must never stay unseen, wherever it is in the file."""

import random
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from reprodiff.errors import ReprodiffError
from reprodiff.formats.elf.compare import compare as compare_elf
from reprodiff.formats.elf.entries import notes, symbols
from reprodiff.formats.elf.reader import (
    PT_GNU_RELRO,
    PT_TLS,
    SHF_COMPRESSED,
    SHT_NOBITS,
    SHT_NOTE,
    SHT_NULL,
    Elf,
    parse,
)
from reprodiff.formats.elf.symbols import functions
from reprodiff.formats.machine.padding import is_padding
from reprodiff.model import Report, Severity, Span, Verdict
from tests.native.asking import report
from tests.native.builders import C_CODE, CXX_CODE, build, need, pair

pytestmark = pytest.mark.slow

_FREESTANDING: Final = C_CODE.replace(
    "#include <stdio.h>", "int puts(const char *); int printf(const char *, ...);"
)
_ARM: Final = "--target=aarch64-linux-gnu -nostdlib -ffreestanding -fuse-ld=lld -O2 -g"
_VALUES: Final = (1, 0x80, 0xFF)
_THREADS: Final = (
    C_CODE + "static __thread int one = 5; __thread long two;\nint get(void) { return one; }"
)


def areas(elf: Elf) -> list[Span]:
    """Return the parts of a file, big or small: tables by their entries, sections, gaps."""
    size = 64 if elf.bits == 64 else 52
    found = [Span(0, size), *(s.header for s in elf.segments), *(s.header for s in elf.sections)]
    filled = [s.body for s in elf.sections if s.type not in {SHT_NULL, SHT_NOBITS}]
    found += [body for body in filled if body.size]
    at = 0
    gaps: list[Span] = []
    for start, stop in sorted(found):
        if start > at:
            gaps.append(Span(at, start))
        at = max(at, stop)
    return [*found, *gaps]


def exempt(elf: Elf, mark: bytes) -> set[int]:
    """Return the places that say nothing, or another build path.

    These are the hash in the build-id note, the texts that hold the build path, and what pads
    functions (operands of no-operations).
    """
    places: set[int] = set()
    for section in elf.sections:
        body = section.body
        if section.type == SHT_NOTE:
            for note in notes(elf, section):
                if (note.name, note.type) == (b"GNU", 3):
                    places.update(range(*note.desc))
        if section.code:
            for item in functions(elf, section):
                tail = Span(body.start + item.start + item.size, body.start + item.stop)
                if is_padding(bytes(elf.data[tail.start : tail.stop])):
                    places.update(range(*tail))
        at = body.start
        for text in bytes(elf.content(section)).split(b"\0"):
            if mark in text:
                places.update(range(at, at + len(text)))
            at += len(text) + 1
    return places


def slips(raw: bytes, mark: bytes, count: int) -> Iterator[tuple[int, bytes]]:
    """Yield the file with one byte changed: each part in turn, at a place by chance."""
    elf = parse(memoryview(raw))
    outside = exempt(elf, mark)
    rng = random.Random(20)  # noqa: S311
    parts = [span for span in areas(elf) if not outside.issuperset(range(*span))]
    rng.shuffle(parts)
    for number in range(count):
        span = parts[number % len(parts)]
        at = rng.choice([place for place in range(*span) if place not in outside])
        value = raw[at] ^ _VALUES[number % 3]
        yield at, raw[:at] + bytes([value]) + raw[at + 1 :]


@pytest.mark.parametrize(
    ("compiler", "options", "code", "count"),
    [
        ("gcc", "-g -O2", C_CODE, 150),
        ("gcc", "-g -O2 strip", C_CODE, 150),
        ("gcc", "-g -O2 -c -no-pie", C_CODE, 150),
        ("gcc", "-g -gdwarf-4 -O2", C_CODE, 150),
        ("clang", "-g -O2", C_CODE, 150),
        ("clang", "-g -O2 -c", C_CODE, 150),
        ("clang", _ARM, _FREESTANDING, 150),
        ("g++", "-g -O2", CXX_CODE, 120),
        ("g++", "-g -O2 -c -no-pie", CXX_CODE, 120),
        ("i686-linux-gnu-gcc", "-g -O2", C_CODE, 120),
        ("i686-linux-gnu-gcc", "-O2 strip", C_CODE, 80),
        ("i686-linux-gnu-gcc", "-g -gdwarf-4 -O2 -c", C_CODE, 80),
        ("aarch64-linux-gnu-g++", "-g -O2", CXX_CODE, 80),
        ("clang", "-g -gz -O2 -fuse-ld=lld", C_CODE, 80),
        ("clang++", "-g -gpubnames -gdwarf-5 -O2 -fuse-ld=lld", CXX_CODE, 80),
        ("gcc", "-g -gsplit-dwarf -gdwarf-4 -O2", C_CODE, 80),
        ("gcc", "-g -O3 -flto", C_CODE, 80),
    ],
)
def test_no_byte_slips_past_the_proof_anywhere(
    tmp_path: Path, compiler: str, options: str, code: str, count: int
) -> None:
    if "lld" in options:
        need("ld.lld")
    a, b = pair(tmp_path, options.removesuffix(" strip"), code=code, compiler=compiler)
    if options.endswith(" strip"):
        for path in (a, b):
            subprocess.run([need("strip"), str(path)], check=True)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    changed = tmp_path / "changed"
    missed: list[str] = []
    tried = 0
    for at, data in slips(b.read_bytes(), str(tmp_path).encode(), count):
        changed.write_bytes(data)
        tried += 1
        if report(a, changed).verdict in {Verdict.EQUIVALENT, Verdict.IDENTICAL}:
            missed.append(hex(at))
    assert tried == count
    assert missed == []


def test_what_stands_in_the_reserved_word_of_a_compressed_section_is_seen(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -gz -O2")
    raw = bytearray(b.read_bytes())
    section = parse(memoryview(bytes(raw))).named(".debug_line_str")
    assert section is not None
    assert section.flags & SHF_COMPRESSED
    raw[section.body.start + 7] ^= 0x80
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    assert report(a, changed).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("place", ["e_phoff", "sh_addr", "sh_offset", "st_name", "bss size"])
def test_high_bytes_of_fields_without_a_reader_are_seen(tmp_path: Path, place: str) -> None:
    """What no tool reads in an object file (an address, the place of nothing) counts as well."""
    a, b = pair(tmp_path, "-g -O2 -c -no-pie")
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    bss, text, table = elf.named(".bss"), elf.named(".text"), elf.named(".symtab")
    assert bss is not None
    assert text is not None
    assert table is not None
    at = {
        "e_phoff": 32 + 6,
        "sh_addr": text.header.start + 16 + 5,
        "sh_offset": bss.header.start + 24 + 4,
        "st_name": table.body.start + 24 * 2 + 3,
        "bss size": bss.header.start + 32,
    }[place]
    raw[at] ^= 0x40
    changed = tmp_path / "changed.o"
    changed.write_bytes(raw)
    assert report(a, changed).verdict is Verdict.DIFFERENT


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
def test_sections_that_grow_by_what_stands_between_them_are_seen(
    tmp_path: Path, compiler: str
) -> None:
    """Zeros behind a section, taken in by its size or left out of it, are no part of what moved."""
    if compiler == "clang":
        need("ld.lld")
    options = "-g -O2" if compiler == "gcc" else "-g -O2 -fuse-ld=lld"
    a, b = pair(tmp_path, options, code=_THREADS, compiler=compiler)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    raw = b.read_bytes()
    changed = tmp_path / "changed.so"
    missed: list[tuple[str, str, int]] = []
    for section in parse(memoryview(raw)).sections[1:]:
        fields = {"addr": 16, "size": 32} | ({"offset": 24} if section.type == SHT_NOBITS else {})
        for name, offset in fields.items():
            at = section.header.start + offset
            for step in (-4, -1, 1, 8):
                value = int.from_bytes(raw[at : at + 8], "little") + step
                if value < 0:
                    continue
                changed.write_bytes(raw[:at] + value.to_bytes(8, "little") + raw[at + 8 :])
                if report(a, changed).verdict is Verdict.EQUIVALENT:
                    missed.append((section.name, name, step))
    assert missed == []


@pytest.mark.parametrize(
    "more", ["", "int *set(int to) { one = to; two++; return &one; }"], ids=["zeros", "both"]
)
def test_segments_of_threads_are_proven_for_paths_of_every_length(
    tmp_path: Path, more: str
) -> None:
    """What lld pads in front of thread-local data depends on how long the build path is."""
    need("ld.lld")
    missed: list[tuple[int, int, int, int]] = []
    tried = 0
    for length in range(16):
        place = tmp_path / ("x" * (1 + length))
        place.mkdir()
        a, b = pair(place, "-g -O2 -fuse-ld=lld", code=_THREADS + more, compiler="clang")
        assert report(a, b).verdict is Verdict.EQUIVALENT, length
        raw = b.read_bytes()
        changed = place / "changed.so"
        for segment in parse(memoryview(raw)).segments if length % 5 == 0 else ():
            if segment.type not in {PT_TLS, PT_GNU_RELRO}:
                continue
            for field in (8, 16, 32, 40):
                at = segment.header.start + field
                old = int.from_bytes(raw[at : at + 8], "little")
                for step in (-4, 1, 16, 0x1000):
                    value = ((old + step) % (1 << 64)).to_bytes(8, "little")
                    changed.write_bytes(raw[:at] + value + raw[at + 8 :])
                    tried += 1
                    if report(a, changed).verdict is Verdict.EQUIVALENT:
                        missed.append((length, segment.type, field, step))
    assert tried == 128
    assert missed == []


@pytest.mark.parametrize("table", [".dynsym", ".symtab"])
def test_a_slipped_value_of_a_symbol_is_named_and_nothing_else(tmp_path: Path, table: str) -> None:
    a, b = pair(tmp_path, "-g -O2")
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    section = elf.named(table)
    assert section is not None
    symbol = next(item for item in symbols(elf, section) if item.name == b"limited")
    raw[symbol.at + 8] ^= 4
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    (finding,) = (each for each in found.findings if each.severity is not Severity.BENIGN)
    (place,) = finding.locations
    assert place.inside == f"{table} limited: value"
    assert int(place.a, 16) ^ int(place.b, 16) >= 4


@pytest.mark.parametrize("name", [".got", ".got.plt"])
def test_a_slipped_slot_of_a_symbol_is_named_by_it(tmp_path: Path, name: str) -> None:
    a, b = pair(tmp_path, "-g -O2 -Wl,-z,lazy")
    raw = bytearray(b.read_bytes())
    section = parse(memoryview(bytes(raw))).named(name)
    assert section is not None
    raw[section.body.stop - 8] ^= 8
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    (finding,) = (f for f in report(a, changed).findings if f.severity is not Severity.BENIGN)
    (place,) = finding.locations
    assert re.fullmatch(rf"\{name} [a-z_]+: slot", place.inside)
    assert int(place.a, 16) ^ int(place.b, 16) >= 8


@pytest.mark.parametrize("options", ["-g -O2", "-O2 -fuse-ld=lld"])
def test_a_slip_in_data_of_threads_is_named_by_its_variable(tmp_path: Path, options: str) -> None:
    if "lld" in options:
        need("ld.lld")
    code = C_CODE + "__thread char first[4] = {1, 2, 3}; __thread long second = 7;"
    a, b = pair(tmp_path, options, code=code)
    raw = b.read_bytes()
    elf = parse(memoryview(raw))
    section = elf.named(".tdata")
    assert section is not None
    table = elf.named(".dynsym")
    assert table is not None
    changed = tmp_path / "changed.so"
    for symbol in [item for item in symbols(elf, table) if item.type == 6]:
        at = section.body.start + symbol.value + 1
        changed.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
        (finding,) = (f for f in report(a, changed).findings if f.severity is not Severity.BENIGN)
        (place,) = finding.locations
        assert place.inside == f".tdata {symbol.name.decode()}"


@pytest.mark.parametrize(
    ("table", "field", "size", "name"),
    [
        ("segment", 4, 4, "program header GNU_STACK: flags"),
        ("section", 44, 4, "section header .text: info"),
    ],
)
def test_a_slipped_header_is_named_by_its_field(
    tmp_path: Path, table: str, field: int, size: int, name: str
) -> None:
    a, b = pair(tmp_path, "-g -O2")
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    stack = next(each for each in elf.segments if each.type == 0x6474E551)
    section = elf.named(".text")
    assert section is not None
    at = (stack if table == "segment" else section).header.start + field
    raw[at] ^= 1
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    (finding,) = (f for f in report(a, changed).findings if f.severity is not Severity.BENIGN)
    (place,) = finding.locations
    assert place.inside == name
    assert int(place.b, 16) == int.from_bytes(raw[at : at + size], "little")


def test_no_place_reads_the_same_on_both_sides(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2")
    changed = tmp_path / "changed.so"
    alike: list[tuple[str, str]] = []
    for _, data in slips(b.read_bytes(), str(tmp_path).encode(), 120):
        changed.write_bytes(data)
        for finding in report(a, changed).findings:
            if finding.severity is not Severity.BENIGN:
                alike += [(x.inside, x.a) for x in finding.locations if x.a and x.a == x.b]
    assert alike == []


def test_what_code_refers_to_is_named_behind_what_it_does(tmp_path: Path) -> None:
    a = build(tmp_path / "one" / "src", "-O2")
    code = C_CODE.replace('puts("one")', 'puts("two")').replace("x * 3 +", "x * 5 +")
    b = build(tmp_path / "two" / "src", "-O2", code.replace("names[x & 3]", '"gamma"'))
    (finding,) = (f for f in report(a, b).findings if f.cause == "native-code-changed")
    shown = [place.b.startswith("refers to") for place in finding.locations]
    assert shown == sorted(shown)
    assert "limited" in {place.inside for place in finding.locations}


def test_a_debug_section_under_the_name_of_another_is_not_stripped(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2")
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    one, two = elf.named(".debug_loclists"), elf.named(".debug_rnglists")
    assert one is not None
    assert two is not None
    raw[two.header.start : two.header.start + 4] = raw[one.header.start : one.header.start + 4]
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    assert report(a, changed).verdict is Verdict.DIFFERENT


def test_bytes_in_the_padding_between_sections_are_reported(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2")
    raw = bytearray(b.read_bytes())
    elf = parse(memoryview(bytes(raw)))
    known = [Span(0, 64), *(s.header for s in elf.segments)]
    known += [span for s in elf.sections for span in (s.header, s.body)]
    covered = {at for span in known for at in range(*span)}
    gap = next(at for at in range(len(raw)) if at not in covered and not raw[at])
    raw[gap] = 0x90
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw)
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert any(
        location.inside.startswith("between sections")
        for finding in found.findings
        if finding.cause == "native-data-changed"
        for location in finding.locations
    )


@pytest.mark.parametrize("options", ["-g -O2", "-g -gdwarf-4 -O2"])
def test_a_line_program_that_starts_elsewhere_is_seen(tmp_path: Path, options: str) -> None:
    a, b = pair(tmp_path, options)
    raw = b.read_bytes()
    section = parse(memoryview(raw)).named(".debug_line")
    assert section is not None
    at = section.body.start + (6 if "dwarf-4" in options else 8)
    changed = tmp_path / "changed.so"
    for step in (1, 2, 255):
        changed.write_bytes(raw[:at] + bytes([raw[at] + step & 255]) + raw[at + 1 :])
        assert report(a, changed).verdict is Verdict.DIFFERENT


def _account(found: Report) -> object:
    return (
        found.verdict,
        found.summary.ledger,
        sorted((f.cause, f.severity, f.confidence, f.location_count) for f in found.findings),
    )


@pytest.mark.parametrize("options", ["-g -O2", "-g -O2 -c -no-pie"])
def test_swapped_sides_give_the_same_account(tmp_path: Path, options: str) -> None:
    a, b = pair(tmp_path, options)
    raw = b.read_bytes()
    rng = random.Random(4)  # noqa: S311
    changed = tmp_path / "changed"
    for number in range(40):
        copy = bytearray(raw)
        for _ in range(8 if number % 2 else 1):
            copy[rng.randrange(len(copy))] ^= rng.choice(_VALUES)
        changed.write_bytes(copy)
        assert _account(report(a, changed)) == _account(report(changed, a))


@pytest.mark.parametrize(
    ("options", "code", "compiler"),
    [("-g -O2", C_CODE, "gcc"), ("-g -O2 -c -no-pie", CXX_CODE, "g++")],
)
def test_damaged_files_raise_nothing_unexpected(
    tmp_path: Path, options: str, code: str, compiler: str
) -> None:
    sides = [path.read_bytes() for path in pair(tmp_path, options, code=code, compiler=compiler)]
    rng = random.Random(5)  # noqa: S311
    compared = 0
    for number in range(150):
        copies = [bytearray(raw) for raw in sides]
        for copy in copies:
            for _ in range(rng.randrange(1, 40)):
                low = rng.choice((32, len(copy) * 3 // 4))
                copy[rng.randrange(low, len(copy))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF))
            if number % 3 == 0:
                del copy[rng.randrange(1, len(copy)) :]
        try:
            facts = compare_elf("x", memoryview(bytes(copies[0])), memoryview(bytes(copies[1])))
        except ReprodiffError:
            continue
        compared += bool(facts)
    assert compared > 50


def test_a_directory_of_the_system_that_stays_elsewhere_has_not_moved(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -O2", code=CXX_CODE, compiler="g++")
    raw = b.read_bytes()
    places = [found.start() for found in re.finditer(rb"\0/usr/include/[^\0]+\0", raw)]
    if len(places) < 3:
        pytest.skip("the headers of the system are elsewhere")
    changed = tmp_path / "changed.so"
    changed.write_bytes(raw[: places[0] + 3] + b"q" + raw[places[0] + 4 :])
    assert report(a, b).verdict is Verdict.EQUIVALENT
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert "elf-build-path" in {f.cause for f in found.findings if f.confidence.value == "likely"}
