"""Pairs are proven whatever the lengths of their build paths are, and by whatever linker.

Where a path is longer all that is behind it moves, by how much depends on what it is aligned to,
and lld puts strings into the order of their hashes.
"""

import random
import struct
from pathlib import Path
from typing import Final

import pytest

from reprodiff.formats.elf.entries import relocations
from reprodiff.formats.elf.reader import SHF_COMPRESSED, Elf, parse
from reprodiff.formats.elf.words import elf_hash
from reprodiff.model import Severity, Verdict
from tests.native.asking import assert_proven, places, report
from tests.native.builders import C_CODE, CXX_CODE, need, pair
from tests.native.test_systematic_slips import _elf_bodies, _missed_words

pytestmark = pytest.mark.slow

STRINGS: Final = (
    C_CODE
    + r"""
#include <assert.h>
static __thread int one = 5; __thread long two;
static char buffer[300]; int zeroed[40];
const unsigned char blank[8] = {0};
static void __attribute__((constructor)) init(void) { two = 3; buffer[3] = 1; }
int *get(void) { one++; assert(two > one); return &one; }
extern void use(const char *, ...);
void f(int x) { use("", "a", "b", "ab", "abc", "%d", __FILE__, "no", "off", "on"); assert(x); }
void g(int x) { use("q", "", __FILE__ ": in g", "ty", "u", blank); assert(x > 1); }
int h(int x) { switch (x) { case 0: use("i"); return 4; case 1: use("o"); return 5;
    case 2: use(__FILE__ "2"); return 1; case 3: use("p"); return 8; case 4: use("as"); return 3;
    case 5: use("df"); return 2; default: use("gh"); return 12; } }
void k(double d) { if (d > 1.5) use("jk", __FILE__ " k", d * 3.25); else
    use("zx", "cv", __FILE__ " and more text behind it so that it is long", d * 0.1); }
const char *list[] = {"m1", "m2", __FILE__ " list", "m3", "", "m4"};
"""
)
_CXX: Final = (
    CXX_CODE
    + r"""
#include <cassert>
#include <map>
#include <string>
#include <vector>
template <class T> T total(const std::vector<T> &v) {
    T s{}; for (auto &x : v) s += x; assert(v.size() < 1000); return s; }
template int total<int>(const std::vector<int> &);
static std::map<std::string, int> known = {{"alpha", 1}, {"beta", 2}, {"gamma", 3}};
struct Loud { Loud() { std::puts("up"); } ~Loud() { std::puts("down"); } };
static Loud loud; thread_local Loud mine;
extern "C" int look(const char *k) {
    auto it = known.find(k); if (it == known.end()) throw std::out_of_range(k);
    (void)&mine; return it->second; }
"""
)
_KINDS: Final = [
    ("gcc", "-g -O2"),
    ("gcc", "-g -O2 -fuse-ld=lld"),
    ("gcc", "-O2 -s -fuse-ld=gold"),
    ("gcc", "-g -gz -O2 -ffunction-sections -Wl,--gc-sections -Wl,-z,norelro"),
    ("clang", "-g -O2"),
    ("clang", "-g -O2 -fuse-ld=lld"),
    ("clang", "-O2 -s -fuse-ld=lld -Wl,-O2 -Wl,--hash-style=both"),
    ("g++", "-g -gdwarf-4 -O1 -fuse-ld=lld"),
    ("g++", "-O2 -fuse-ld=gold"),
    ("clang++", "-g -Os -Wl,-z,norelro"),
    ("clang++", "-g -gz -O2 -fuse-ld=lld -Wl,-z,now"),
    ("i686-linux-gnu-gcc", "-O2 -Wl,-z,norelro"),
    ("aarch64-linux-gnu-gcc", "-g -O2"),
]


def _pair(place: Path, options: str, code: str, compiler: str) -> tuple[Path, Path]:
    if "lld" in options:
        need("ld.lld")
    if "gold" in options:
        need("ld.gold")
    place.mkdir()
    return pair(place, options, code=code, compiler=compiler)


@pytest.mark.parametrize(("compiler", "options"), _KINDS)
def test_a_path_of_another_length_is_proven_for_each_place_it_moves_things_to(
    tmp_path: Path, compiler: str, options: str
) -> None:
    code = _CXX if "+" in compiler else STRINGS
    if "aarch64" in compiler:
        code = code.replace('"",', "")  # an empty string there is the end of any other
    for length in (1, 4, 9, 14) if "+" in compiler else (1, 3, 6, 8, 11, 13, 16):
        found = report(*_pair(tmp_path / ("x" * length), options, code, compiler))
        assert_proven(found)


@pytest.mark.parametrize("options", ["-g -O2", "-O2 -fuse-ld=lld"])
def test_a_path_in_so_many_places_that_what_follows_moves_by_pages_is_proven(
    tmp_path: Path, options: str
) -> None:
    lines = "".join(f'extern const char *s{n}; const char *s{n} = __FILE__ ":{n}";\n'
                    for n in range(700))  # fmt: skip
    a, b = _pair(tmp_path / "x", options, C_CODE + lines, "gcc")
    assert_proven(report(a, b))
    texts = [parse(memoryview(path.read_bytes())).named(".text") for path in (a, b)]
    assert texts[0] is not None
    assert texts[1] is not None
    assert texts[1].addr - texts[0].addr >= 0x1000 or "lld" not in options


@pytest.mark.parametrize(
    ("compiler", "options"),
    [
        ("gcc", "-O2 -fuse-ld=lld"),
        ("clang", "-g -O2 -fuse-ld=lld"),
        ("g++", "-O2 -fuse-ld=gold"),
    ],
)
def test_words_that_did_not_follow_strings_in_another_order_are_seen(
    tmp_path: Path, compiler: str, options: str
) -> None:
    code = _CXX if "+" in compiler else STRINGS
    a, b = _pair(tmp_path / "x", options, code, compiler)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    assert _missed_words(a, b, _elf_bodies(a, b), 12, random.Random(17)) == []  # noqa: S311


def _swapped(raw: bytes, one: bytes, two: bytes) -> bytes:
    """Return a file with two strings of one size in each other's place."""
    assert len(one) == len(two)
    assert raw.count(b"\0" + one + b"\0") == raw.count(b"\0" + two + b"\0") == 1
    raw = raw.replace(b"\0" + one + b"\0", b"\0<mark>\0")
    return raw.replace(b"\0" + two + b"\0", b"\0" + one + b"\0").replace(
        b"\0<mark>\0", b"\0" + two + b"\0"
    )


@pytest.mark.parametrize(("one", "two"), [(b"jk", b"zx"), (b"ab", b"on"), (b"m1", b"m3")])
@pytest.mark.parametrize("length", [2, 5, 11])
def test_a_string_in_the_place_of_another_is_found_in_whatever_order_they_are(
    tmp_path: Path, one: bytes, two: bytes, length: int
) -> None:
    a, b = _pair(tmp_path / ("x" * length), "-O2 -fuse-ld=lld", STRINGS, "clang")
    assert report(a, b).verdict is Verdict.EQUIVALENT
    changed = b.with_name("changed.so")
    changed.write_bytes(_swapped(b.read_bytes(), one, two))
    assert report(a, changed).verdict is Verdict.DIFFERENT


def test_a_hash_of_a_version_that_is_not_that_of_its_name_is_seen(tmp_path: Path) -> None:
    """gold names the base version of a library by where it was written to."""
    a, b = _pair(tmp_path / "x", "-O2 -fuse-ld=gold", C_CODE, "gcc")
    raw = bytearray(b.read_bytes())
    table = parse(memoryview(bytes(raw))).named(".gnu.version_d")
    assert table is not None
    at = table.body.start + 8
    assert struct.unpack_from("<I", raw, at) == (elf_hash(str(b).encode()),)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    raw[at] ^= 1
    changed = b.with_name("changed.so")
    changed.write_bytes(raw)
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert any(
        place.startswith(".gnu.version_d") for place in places(found, "native-tables-changed")
    )


def test_an_address_that_gold_wrote_for_a_symbol_is_held_against_it(tmp_path: Path) -> None:
    a, b = _pair(tmp_path / "x", "-O2 -fuse-ld=gold", CXX_CODE, "g++")
    assert report(a, b).verdict is Verdict.EQUIVALENT
    raw = b.read_bytes()
    elf = parse(memoryview(raw))
    held, table = elf.named(".data.rel.ro"), elf.named(".rela.dyn")
    assert held is not None
    assert table is not None
    changed = b.with_name("changed.so")
    tried = 0
    for item in relocations(elf, table):
        inside = item.offset - held.addr
        if item.type != 1 or not 0 <= inside < held.size:
            continue
        at = held.body.start + inside
        if int.from_bytes(raw[at : at + 8], "little") < 0x100:
            continue
        changed.write_bytes(raw[:at] + bytes([raw[at] ^ 4]) + raw[at + 1 :])
        tried += 1
        assert report(a, changed).verdict is Verdict.DIFFERENT
    assert tried >= 4


def _bss_that_parts(tmp_path: Path) -> tuple[Path, Path, Elf, Elf]:
    """Return a pair in which .bss starts at an end in A, and further behind it in B."""
    for length in range(1, 40):
        a, b = _pair(tmp_path / ("x" * length), "-O1 -fuse-ld=lld", _CXX, "g++")
        one, two = (parse(memoryview(path.read_bytes())) for path in (a, b))
        apart = []
        for elf in (one, two):
            bss = elf.named(".bss")
            assert bss is not None
            apart.append(bss.addr - max(s.addr + s.size for s in elf.sections
                                        if s.mapped and s.index < bss.index))  # fmt: skip
        if not apart[0] and apart[1]:
            return a, b, one, two
    pytest.skip("no path length makes a gap in front of .bss")


def test_a_variable_that_is_read_from_in_front_of_its_section_is_found(tmp_path: Path) -> None:
    """The end of what is in front of .bss is no place to read from, be it one with its start."""
    a, b, _, two = _bss_that_parts(tmp_path)
    text, bss = two.named(".text"), two.named(".bss")
    assert text is not None
    assert bss is not None
    end = max(s.addr + s.size for s in two.sections if s.mapped and s.index < bss.index)
    raw = bytearray(b.read_bytes())
    code = bytes(two.content(text))
    # cmp byte ptr [rip + completed.0], 0
    moves = ((at, struct.unpack_from("<i", code, at + 2)[0]) for at in range(len(code) - 7)
             if code[at : at + 2] == b"\x80\x3d")  # fmt: skip
    at = next(at for at, move in moves if text.addr + at + 7 + move == bss.addr)
    struct.pack_into("<i", raw, text.body.start + at + 2, end - (text.addr + at + 7))
    changed = b.with_name("changed.so")
    changed.write_bytes(raw)
    assert report(a, b).verdict is Verdict.EQUIVALENT
    found = report(a, changed)
    assert found.verdict is Verdict.DIFFERENT
    assert {f.cause for f in found.findings if f.severity is not Severity.BENIGN} == {
        "native-code-changed"
    }


def test_the_alignment_of_a_compressed_section_is_looked_at(tmp_path: Path) -> None:
    a, b = pair(tmp_path, "-g -gz -O2")
    raw = bytearray(b.read_bytes())
    section = parse(memoryview(bytes(raw))).named(".debug_info")
    assert section is not None
    assert section.flags & SHF_COMPRESSED
    raw[section.header.start + 51] ^= 1
    changed = b.with_name("changed.so")
    changed.write_bytes(raw)
    assert report(a, changed).verdict is Verdict.DIFFERENT
