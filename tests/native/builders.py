"""Real shared objects, compiled while the tests run; skipped where there is no compiler."""

import shutil
import subprocess
from pathlib import Path

import pytest

C_CODE = r"""
#include <stdio.h>
static const int table[] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31};
const char *names[] = {"alpha", "beta", "gamma", "delta"};
static int counter = 77;
double scale = 2.5;
int limited(int x) { return x > 4096 ? 4096 : x * 3 + counter; }
static int chosen(int x) {
    switch (x) {
    case 0: return limited(1);
    case 1: return puts("one");
    case 2: return limited(7) + 2;
    case 3: return table[x + 2];
    case 4: return puts("four four four");
    case 5: return limited(x * 2);
    case 6: return counter += 2;
    default: return -1;
    }
}
int entry(int x) {
    printf("%s %d %s\n", __FILE__, chosen(x), names[x & 3]);
    puts("a string that is long enough to stand among the aligned ones of its section");
    return (int)(x * scale * 1.375) + table[x % 10];
}
"""
CXX_CODE = r"""
#include <cstdio>
#include <stdexcept>
static const char *where = __FILE__;
struct Base { virtual int go(int) = 0; virtual ~Base() {} };
struct One : Base { int go(int x) override {
    if (x > 100) throw std::runtime_error(where);
    return x + 1; } };
struct Two : Base { int go(int x) override { switch (x) {
    case 0: return 5; case 1: return std::puts("hello"); case 2: return 77;
    case 3: return std::puts("three"); case 4: return x * x; default: return 0; } } };
extern "C" int run(int k) {
    Base *all[] = {new One, new Two};
    int sum = 0;
    try { for (auto *p : all) sum += p->go(k); }
    catch (const std::exception &e) { std::puts(e.what()); sum = -1; }
    catch (int i) { sum = i; }
    for (auto *p : all) delete p;
    return sum;
}
double power(double a) { double r = 1; for (int i = 0; i < 5; i++) r *= a; return r * 1.0625; }
"""


def need(*tools: str) -> str:
    """Return the first tool that is there; skip the test, saying so, if none is."""
    for tool in tools:
        if found := shutil.which(tool):
            return found
    pytest.skip(f"needs {' or '.join(tools)}")


def build(place: Path, options: str = "-g -O2", code: str = C_CODE, compiler: str = "gcc") -> Path:
    """Compile ``code`` in the directory ``place``, by its absolute path."""
    tool = need(compiler)
    place.mkdir(parents=True, exist_ok=True)
    source = place / ("code.cc" if "+" in compiler else "code.c")
    source.write_text(code, encoding="utf-8")
    out = place / "lib.so"
    command = [tool, "-shared", "-fPIC", *options.split(), "-o", str(out), str(source)]
    made = subprocess.run(command, cwd=place, capture_output=True, check=False, timeout=120)
    if made.returncode:
        pytest.skip(f"{compiler} {options}: {made.stderr.decode(errors='replace')[-200:]}")
    return out


def pair(tmp_path: Path, options: str = "-g -O2", **how: str) -> tuple[Path, Path]:
    """Compile the same code in two directories whose names have different lengths."""
    return (
        build(tmp_path / "one" / "src", options, **how),
        build(tmp_path / "number-two" / "demo" / "src", options, **how),
    )
