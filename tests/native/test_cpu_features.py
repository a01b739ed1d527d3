"""Code for other processors is named as such, with the functions, and by what it asks for."""

import shutil
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.model import Confidence, Finding, Report, Severity, Verdict
from tests.native.builders import build

CODE = r"""
#include <stddef.h>
MARK double dot(const double *a, const double *b, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
    return sum;
}
void add(float *x, const float *y, size_t n) { for (size_t i = 0; i < n; i++) x[i] += y[i] * 2; }
int bits(unsigned long x) { return __builtin_popcountl(x); }
int plain(int x) { return x * 77 + 3; }
int swap(int *x) { return __atomic_exchange_n(x, 5, 5); }
"""


def built(tmp_path: Path, name: str, options: str, **how: str) -> Path:
    made = build(tmp_path / "src", options, how.pop("code", CODE.replace("MARK", "")), **how)
    return Path(shutil.move(made, tmp_path / name))


def features(report: Report) -> Finding | None:
    causes = {"elf-cpu-features", "native-cpu-features"}
    found = [f for f in report.findings if f.cause in causes]
    assert all(f.severity is Severity.REVIEW for f in found)
    assert all(f.confidence is Confidence.LIKELY for f in found)
    assert len(found) < 2
    return found[0] if found else None


def changed(report: Report) -> set[str]:
    return {
        place.inside
        for finding in report.findings
        if finding.cause in {"native-code-changed", "pe-code-changed"}
        for place in finding.locations
    }


@pytest.mark.parametrize(
    ("compiler", "options", "one", "two", "expected", "word"),
    [
        ("gcc", "-O3", "-march=x86-64", "-march=x86-64-v3", {"dot", "add", "bits"}, "x86-64-v3"),
        ("gcc", "-O3 -g", "-march=x86-64", "-march=x86-64-v2", {"bits"}, "POPCNT"),
        ("clang", "-O2", "-march=x86-64", "-march=x86-64-v4", {"dot", "add", "bits"}, "x86-64-v"),
        (
            "aarch64-linux-gnu-gcc", "-O3 -mno-outline-atomics",
            "-march=armv8-a", "-march=armv8.1-a", {"swap"}, "LSE atomics",
        ),
        (
            "x86_64-w64-mingw32-gcc", "-O3",
            "-march=x86-64", "-march=x86-64-v3", {"dot", "add", "bits"}, "x86-64-v3",
        ),
    ],
)  # fmt: skip
def test_another_march_is_named_with_what_it_asks_for(
    tmp_path: Path, compiler: str, options: str, one: str, two: str, expected: set[str], word: str
) -> None:
    a = built(tmp_path, "a.so", f"{options} {one}", compiler=compiler)
    b = built(tmp_path, "b.so", f"{options} {two}", compiler=compiler)
    report = compare(str(a), str(b))
    assert report.verdict is Verdict.DIFFERENT
    found = features(report)
    assert found is not None
    assert expected <= {place.inside for place in found.locations}
    assert "plain" not in {place.inside for place in found.locations}
    assert any(line.startswith("only B uses") and word in line for line in found.evidence)
    assert expected <= changed(report)


def test_one_function_for_another_processor_is_named(tmp_path: Path) -> None:
    a = built(tmp_path, "a.so", "-O3")
    b = built(tmp_path, "b.so", "-O3",
              code=CODE.replace("MARK", '__attribute__((target("avx2")))'))  # fmt: skip
    found = features(compare(str(b), str(a)))
    assert found is not None
    assert [(p.inside, p.a, p.b) for p in found.locations] == [("dot", "AVX", "baseline")]


def test_versions_of_a_function_are_named(tmp_path: Path) -> None:
    a = built(tmp_path, "a.so", "-O3")
    mark = '__attribute__((target_clones("avx2", "default")))'
    b = built(tmp_path, "b.so", "-O3", code=CODE.replace("MARK", mark))
    found = features(compare(str(a), str(b)))
    assert found is not None
    assert [place.b for place in found.locations] == ["dot.avx2"]


@pytest.mark.parametrize("march", ["-march=x86-64", "-march=x86-64-v3"])
def test_a_changed_constant_asks_for_no_other_processor(tmp_path: Path, march: str) -> None:
    a = built(tmp_path, "a.so", f"-O3 {march}")
    code = CODE.replace("MARK", "").replace("x * 77", "x * 79")
    report = compare(str(a), str(built(tmp_path, "b.so", f"-O3 {march}", code=code)))
    assert features(report) is None
    assert {"plain"} <= changed(report)


def test_a_constant_beside_another_march_stays_with_the_changed_code(tmp_path: Path) -> None:
    a = built(tmp_path, "a.so", "-O3 -march=x86-64")
    code = CODE.replace("MARK", "").replace("x * 77", "x * 79")
    report = compare(str(a), str(built(tmp_path, "b.so", "-O3 -march=x86-64-v3", code=code)))
    assert features(report) is not None
    assert "plain" in changed(report)
