"""Pages that code for AArch64 makes in one block and completes in others are followed there."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.formats.elf.reader import parse
from reprodiff.formats.machine.aarch64flow import OTHER, states, written
from reprodiff.model import Verdict
from tests.native.builders import need, pair

pytestmark = pytest.mark.slow

LLD = "--target=aarch64-linux-gnu -nostdlib -ffreestanding -fuse-ld=lld"


def _code() -> Iterator[str]:
    """Write functions that report errors at a common end, as Cython does, with switches between."""
    yield "extern void *make(const char *, int); extern int use(void *, int);"
    yield "extern int report(const char *, int, int); static const char *name; static int line;"
    yield "static struct { void *a[40]; long n[40]; } st;"
    for f in range(4):
        yield f"int f{f}(int x) {{ void *t = 0; int r = 0; long sum = 0;"
        for k in range(12):
            yield (
                f'if (x & {1 << k}) {{ t = make("name_{f}_{k}", x + {k}); if (!t) {{'
                f" name = __FILE__; line = {k * 3 + f}; goto bad; }}"
                f" st.a[{(k * 5 + f) % 40}] = t; }}"
                f" else if (st.n[{(k * 7 + f) % 40}] > x) r += use(st.a[{k * 3}], {k});"
            )
            if k % 5 == 4:
                yield (
                    f"switch (x >> {k % 3} & 7) {{ case 0: r += use(t, {k}); break;"
                    f" case 1: r -= 3; break; case 2: sum += st.n[{k}]; break;"
                    f" case 3: st.n[{k}] = r; break;"
                    " case 5: r ^= report(name, line, 1); break; case 6: r += 77; break; }"
                )
        yield "for (int i = 0; i < x; i++) { sum += st.n[i % 40]; use(st.a[i & 31], i); }"
        yield f'return r + (int)sum; bad: report("f{f}", 1, line); name = "gone"; return -1; }}'


CODE = "\n".join(_code())


@pytest.mark.parametrize(
    ("compiler", "options"),
    [
        ("clang", f"{LLD} -O1"),
        ("clang", f"{LLD} -O2"),
        ("aarch64-linux-gnu-gcc", "-O2"),
        ("aarch64-linux-gnu-gcc", "-Os"),
    ],
)
def test_pages_that_other_blocks_complete_are_proven_and_slips_in_them_are_not(
    tmp_path: Path, compiler: str, options: str
) -> None:
    if "lld" in options:
        need("ld.lld")
    # The order of lld's strings hangs on the path that is shown: always the same here.
    options += f" -ffile-prefix-map={tmp_path}=/tmp/build/in/a/place/as/shown"
    a, b = pair(tmp_path, options, code=CODE, compiler=compiler)
    assert compare(str(a), str(b)).verdict is Verdict.EQUIVALENT
    assert compare(str(b), str(a)).verdict is Verdict.EQUIVALENT
    raw = b.read_bytes()
    text = parse(memoryview(raw)).named(".text")
    assert text is not None
    other = a.read_bytes()
    body = parse(memoryview(other)).named(".text")
    assert body is not None
    # Words that differ in the two are those that refer to something.
    places = [
        at
        for at in range(0, text.body.size, 4)
        if raw[text.body.start + at : text.body.start + at + 4]
        != other[body.body.start + at : body.body.start + at + 4]
    ]
    changed = tmp_path / "changed.so"
    rng = random.Random(3)  # noqa: S311
    for _ in range(40):
        at = text.body.start + rng.choice(places)
        word = int.from_bytes(raw[at : at + 4], "little") ^ (1 << rng.randrange(5, 22))
        changed.write_bytes(raw[:at] + word.to_bytes(4, "little") + raw[at + 4 :])
        assert compare(str(a), str(changed)).verdict is Verdict.DIFFERENT, hex(at)
    # A word that stayed as it is in A refers to something else now.
    for place in rng.sample(places, 40):
        at, own = text.body.start + place, body.body.start + place
        changed.write_bytes(raw[:at] + other[own : own + 4] + raw[at + 4 :])
        assert compare(str(a), str(changed)).verdict is Verdict.DIFFERENT, hex(at)


@pytest.mark.parametrize(
    ("word", "registers"),
    [
        (0xF9400001, (1,)),  # ldr x1, [x0]
        (0xF9000001, ()),  # str x1, [x0]
        (0xA9400801, (1, 2)),  # ldp x1, x2, [x0]
        (0xA8C10801, (1, 2, 0)),  # ldp x1, x2, [x0], #16
        (0xF8410C01, (1, 0)),  # ldr x1, [x0, #16]!
        (0xF81F0C01, (0,)),  # str x1, [x0, #-16]!
        (0xFD400001, ()),  # ldr d1, [x0]
        (0x94000001, (0, 1)),  # bl
        (0xD63F0000, (0, 1)),  # blr x0
        (0xD61F0000, ()),  # br x0
        (0x91000421, (1,)),  # add x1, x1, #1
        (0x9E660001, (1,)),  # fmov x1, d0
    ],
)
def test_what_an_instruction_writes_is_known(word: int, registers: tuple[int, ...]) -> None:
    assert written(word) == registers


def test_a_page_reaches_all_blocks_that_it_may_reach() -> None:
    adrp, add, branch = 0x90000001, 0x91000021, 0xB4000040  # cbz x0, two on
    # adrp x1; cbz x0, 3; adrp x1 (another); 3: add x1, x1, #0
    found = states([adrp, branch, adrp, add], {0: 1, 2: 1})
    assert found[3] == {1: frozenset({0, 2})}
    # On one way the register was written otherwise.
    found = states([adrp, branch, 0xAA0003E1, add], {0: 1})
    assert found[3] == {1: frozenset({0}) | OTHER}
