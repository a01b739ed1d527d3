"""Rust puts the length of a path beside its address: both follow where the path is another one."""

import random
import subprocess
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.formats.elf.entries import relocations
from reprodiff.formats.elf.reader import SHT_RELA, Elf, parse
from reprodiff.model import Verdict
from tests.native.asking import assert_proven
from tests.native.builders import need
from tests.native.test_systematic_slips import _elf_bodies, _missed_words

pytestmark = pytest.mark.slow

CODE = """
#[no_mangle] pub extern "C" fn idx(i: usize) -> u32 { let a = [1, 2, 3, 4]; a[i] }
#[no_mangle] pub extern "C" fn div(a: i32, b: i32) -> i32 { a / b + a.checked_add(b).unwrap() }
#[no_mangle] pub extern "C" fn run(n: u32) -> usize {
    if n > 1000 { panic!("too many {}", n) }
    let v: Vec<String> = (0..n).map(|i| format!("{}-x", i)).collect();
    v[3].len() + v.iter().map(|s| s.len()).sum::<usize>()
}
"""


ASSERTING = (
    CODE
    + """
pub trait Go { fn go(&self, x: i32) -> i32; }
struct A;
struct B(i32);
impl Go for A { fn go(&self, x: i32) -> i32 { x + 1 } }
impl Go for B { fn go(&self, x: i32) -> i32 { assert!(x < 1000); x * self.0 } }
#[no_mangle] pub extern "C" fn all(k: i32) -> i32 {
    let all: Vec<Box<dyn Go>> = vec![Box::new(A), Box::new(B(k))];
    all.iter().map(|g| g.go(k)).sum()
}
"""
)


def build(place: Path, options: str, code: str = CODE, linker: str = "bfd") -> Path:
    place.mkdir(parents=True)
    source = place / "code.rs"
    source.write_text(code, encoding="utf-8")
    made = subprocess.run(
        [need("rustc"), "--edition", "2021", "--crate-type", "cdylib", *options.split(),
         *(["-C", f"link-arg=-fuse-ld={linker}"] if linker else ()),
         "-o", "lib.so", str(source)],
        cwd=place, capture_output=True, check=False, timeout=300,
    )  # fmt: skip
    if made.returncode:
        pytest.skip(made.stderr.decode(errors="replace")[-300:])
    return place / "lib.so"


def lengths(elf: Elf, path: bytes) -> list[int]:
    """Return where in the file the length of a path stands, behind its address."""
    found: list[int] = []
    data = bytes(elf.data)
    for table in elf.sections:
        if table.type != SHT_RELA:
            continue
        for item in relocations(elf, table):
            home = next((s for s in elf.sections if s.mapped and s.body.size
                         and s.addr <= item.offset < s.addr + s.size), None)  # fmt: skip
            if home is None:
                continue
            at = home.body.start + item.offset - home.addr + 8
            if int.from_bytes(data[at : at + 8], "little") == len(path):
                found.append(at)
    return found


@pytest.mark.parametrize("options", ["-O -C strip=symbols", "-C opt-level=s -C strip=symbols"])
def test_paths_of_another_length_in_panics_are_proven(tmp_path: Path, options: str) -> None:
    a = build(tmp_path / "one", options)
    b = build(tmp_path / "number-two" / "demo", options)
    found = compare(str(a), str(b))
    assert found.verdict is Verdict.EQUIVALENT, [
        (f.cause, f.locations[:3]) for f in found.findings if f.severity.value != "benign"
    ]
    assert "elf-build-path" in {finding.cause for finding in found.findings}
    # Whichever side it is that holds the length of the other one's path.
    for file, other in ((b, a), (a, b)):
        slipped(file, other)


@pytest.mark.parametrize("linker", ["bfd", "", "lld"])
def test_a_path_that_nothing_parts_from_a_message_in_front_of_it_is_proven(
    tmp_path: Path, linker: str
) -> None:
    options = "-O -C strip=symbols"
    a = build(tmp_path / "one", options, ASSERTING, linker)
    b = build(tmp_path / "number-two" / "demo", options, ASSERTING, linker)
    assert_proven(compare(str(a), str(b)), "elf-build-path")
    raw, path = b.read_bytes(), str(b.with_name("code.rs")).encode()
    if linker == "bfd":
        assert b"assertion failed: x < 1000" + path in raw
    slipped(b, a)
    changed = b.with_name("changed.so")
    # A letter of the message, of what follows the path, and of its last component.
    for at in (raw.index(b": x < 1000") + 2, raw.index(b"too many "), raw.index(path) - 2):
        changed.write_bytes(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])
        assert compare(str(a), str(changed)).verdict is Verdict.DIFFERENT
    assert _missed_words(a, b, _elf_bodies(a, b), 6, random.Random(21)) == []  # noqa: S311


def slipped(file: Path, other: Path) -> None:
    raw = file.read_bytes()
    places = lengths(parse(memoryview(raw)), str(file.with_name("code.rs")).encode())
    assert len(places) >= 3
    own = len(str(other.with_name("code.rs")))
    changed = file.with_name("changed.so")
    rng = random.Random(2)  # noqa: S311
    for at in places[:3]:
        # A length that is wrong, and the one that was right for the other path.
        for value in (raw[at] ^ (1 << rng.randrange(8)), own):
            changed.write_bytes(raw[:at] + bytes([value]) + raw[at + 1 :])
            report = compare(str(other), str(changed))
            assert report.verdict is Verdict.DIFFERENT, (hex(at), value)
            inside = [x.inside for f in report.findings for x in f.locations]
            assert any(place.startswith(".data.rel.ro") for place in inside)
