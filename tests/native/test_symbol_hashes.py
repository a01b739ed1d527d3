"""Hashes in names of symbols are benign where a build made all of them anew, and not one alone."""

from pathlib import Path

import pytest

from reprodiff.model import Confidence, Verdict
from tests.native.asking import assert_proven, report
from tests.native.builders import build

_CODE = r"""
#define USED __attribute__((noinline, used))
USED static int one(int x) __asm__("_ZN4demo3one17hONEE");
USED static int two(int x) __asm__("_ZN4demo3two17hTWOE.llvm.SEED");
USED static int three(int x) __asm__("_ZN4demo5three17hTHREEE.llvm.SEEX");
static int one(int x) { return x * 3; }
static int two(int x) { return x * 5; }
static int three(int x) { return one(x) + two(x); }
int run(int x) { return three(x); }
"""
_HASHES = ("0123456789abcdef", "aaaabbbbccccdddd", "1111222233334444", "12345678901", "12345678901")


def _with(hashes: tuple[str, ...]) -> str:
    code = _CODE
    for word, value in zip(("ONE", "TWO", "THREE", "SEED", "SEEX"), hashes, strict=True):
        code = code.replace(f"h{word}E", f"h{value}E").replace(f".{word}", f".{value}")
    return code


@pytest.mark.parametrize(
    ("hashes", "sure"),
    [
        (("0000000000000001", "0000000000000002", "0000000000000003", "77", "77"), True),
        ((*_HASHES[:3], "987", "987"), True),
        ((*_HASHES[:2], "1111222233334445", *_HASHES[3:]), False),
        ((*_HASHES[:4], "12345678902"), False),
        (("0000000000000001", "0000000000000002", "0000000000000003", "77", "76"), False),
        (("0000000000000001", "0000000000000001", "0000000000000003", "77", "77"), False),
    ],
)
def test_hashes_that_others_speak_against_are_only_likely(
    tmp_path: Path, hashes: tuple[str, ...], *, sure: bool
) -> None:
    a = build(tmp_path / "one", "-O2", _with(_HASHES))
    b = build(tmp_path / "two", "-O2", _with(hashes))
    found = report(a, b)
    if sure:
        assert_proven(found)
        return
    assert found.verdict is Verdict.DIFFERENT
    assert Confidence.LIKELY in {finding.confidence for finding in found.findings}
