"""Real linker output for macOS: what is the same is proven, what is not is named."""

import hashlib
import os
import random
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from reprodiff.formats.base import Content
from reprodiff.formats.macho import FORMAT
from reprodiff.formats.macho.fields import field
from reprodiff.formats.macho.image import SIGNATURE, read_image
from reprodiff.model import ArtifactKind, Severity, Verdict
from tests.formats.verdicts import equivalent
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import need
from tests.views.samples import member, wheel

C_CODE = r"""
extern int puts(const char *);
extern int printf(const char *, ...);
static const int table[] = {3, 5, 7, 11, 13, 17, 19, 23, 29, 31};
const char *names[] = {"alpha", "beta", "gamma", "delta"};
static int counter = 77;
double scale = 2.5;
int limited(int x) { return x > 4096 ? 4096 : x * 3 + counter; }
__attribute__((noinline)) static int chosen(int x) {
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
    puts(__FILE__); puts(names[x & 3]);
    printf("a string that is long enough to stand among the aligned ones %d\n", x);
    return (int)(x * scale * 1.375) + table[x % 10] + chosen(x);
}
"""
CXX_CODE = r"""
extern "C" int puts(const char *);
static const char *where = __FILE__;
struct Base { virtual int go(int) = 0; };
struct One : Base { int go(int x) override { if (x > 100) throw where; return x + 1; } };
struct Two : Base { int go(int x) override {
    switch (x) { case 0: return 5; case 1: return puts("hello"); case 2: return 77;
    case 3: return puts("three"); case 4: return x * x; default: return 0; } } };
One a; Two b;
extern "C" int run(int k) {
    Base *all[] = {&a, &b};
    int sum = 0;
    try { for (auto *p : all) sum += p->go(k); }
    catch (const char *e) { puts(e); sum = -1; }
    catch (int i) { sum = i; }
    return sum;
}
"""
LINK = ("-dylib", "-platform_version", "macos", "11.0", "11.0", "-undefined", "dynamic_lookup")


def build(place: Path, machine: str, options: str = "-O2", code: str = C_CODE) -> Path:
    """Compile and link ``code`` in the directory ``place``, by its absolute path."""
    clang, linker = need("clang"), need("ld64.lld", "ld64.lld-14", "ld64.lld-15", "ld64.lld-16")
    objcopy = need("llvm-objcopy", "llvm-objcopy-14", "llvm-objcopy-15", "llvm-objcopy-16")
    place.mkdir(parents=True, exist_ok=True)
    source = place / ("code.cc" if "class" in code or "struct" in code else "code.c")
    source.write_text(code, encoding="utf-8")
    made = str(place / "code.o")
    target = f"{machine}-apple-macos11"
    run(place, clang, "-target", target, *options.split(), "-c", str(source), "-o", made)
    # lld 14 copies this section from objects as it is, leading nowhere; systems use the other one.
    run(place, objcopy, "--remove-section", "__TEXT,__eh_frame", made)
    when = 1_700_000_000 + len(str(place))  # the linker records it with -g
    os.utime(made, (when, when))
    run(place, linker, *LINK, "-arch", machine, "-o", "ext.so", made)
    return place / "ext.so"


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
@pytest.mark.parametrize(
    ("options", "code"), [("-O2", C_CODE), ("-O1 -g", C_CODE), ("-O2", CXX_CODE)]
)
def test_a_build_path_of_another_length_is_proven(
    tmp_path: Path, machine: str, options: str, code: str
) -> None:
    a = build(tmp_path / "one" / "src", machine, options, code)
    b = build(tmp_path / "number-two" / "demo" / "src", machine, options, code)
    assert_proven(report(a, b), "macho-build-path", "macho-uuid", "native-layout-follows")
    assert_proven(report(b, a), "macho-build-path", "macho-uuid", "native-layout-follows")


def test_slices_of_a_universal_binary_are_proven_one_by_one(tmp_path: Path) -> None:
    lipo = need("llvm-lipo", "llvm-lipo-14", "llvm-lipo-15", "llvm-lipo-16")
    sides = []
    for name in ("one", "number-two/demo"):
        place = tmp_path / name
        slices = [str(build(place / each, each)) for each in ("x86_64", "arm64")]
        run(place, lipo, "-create", *slices, "-output", "fat.so")
        sides.append(place / "fat.so")
    assert_proven(report(*sides), "macho-build-path", "native-layout-follows")
    changed = build(tmp_path / "three" / "arm64", "arm64", code=C_CODE.replace("x * 3", "x * 5"))
    run(changed.parent, lipo, "-create", str(tmp_path / "one" / "x86_64" / "ext.so"),
        str(changed), "-output", "fat.so")  # fmt: skip
    found = report(sides[0], changed.parent / "fat.so")
    assert found.verdict is Verdict.DIFFERENT
    assert "arm64: _limited" in places(found, "macho-code-changed")
    assert not any("x86_64" in place for place in places(found, "macho-code-changed"))


def test_a_universal_binary_is_compared_with_one_of_its_architectures(tmp_path: Path) -> None:
    lipo = need("llvm-lipo", "llvm-lipo-14", "llvm-lipo-15", "llvm-lipo-16")
    slices = [str(build(tmp_path / "one" / each, each)) for each in ("x86_64", "arm64")]
    run(tmp_path, lipo, "-create", *slices, "-output", "fat.so")
    fat = tmp_path / "fat.so"
    thin = build(tmp_path / "number-two" / "demo", "arm64")
    for sides in ((fat, thin), (thin, fat)):
        found = report(*sides)
        assert found.verdict is Verdict.DIFFERENT
        assert found.summary.ledger.unexplained_bytes == 0
        assert [f.cause for f in found.findings if f.severity is not Severity.BENIGN] == [
            "macho-slice"
        ]
        assert "x86_64" in places(found, "macho-slice")
        assert "macho-build-path" in causes(found)
    assert causes(report(fat, Path(slices[1]))) == {"macho-slice"}
    changed = build(tmp_path / "three", "arm64", code=C_CODE.replace("x * 3", "x * 5"))
    found = report(fat, changed)
    assert "arm64: _limited" in places(found, "macho-code-changed")
    # A byte in the zeros between slices is not the table's.
    raw = bytearray(fat.read_bytes())
    raw[0x200] = 0x90
    fat.write_bytes(raw)
    assert report(fat, thin).summary.ledger.unexplained_bytes >= 1


@pytest.mark.parametrize("machine", ["x86_64", "arm64"])
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("x * 3", "x * 5"), "_limited"),
        (("x > 4096", "x < 4096"), "_limited"),
        (("counter += 2", "counter -= 2"), "_chosen"),
    ],
)
def test_one_changed_instruction_beside_a_path_is_named(
    tmp_path: Path, machine: str, change: tuple[str, str], name: str
) -> None:
    a = build(tmp_path / "one", machine)
    b = build(tmp_path / "number-two" / "demo", machine, code=C_CODE.replace(*change))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert name in places(found, "macho-code-changed"), places(found, "macho-code-changed")
    assert "macho-build-path" in causes(found)


def test_one_changed_constant_in_data_beside_a_path_is_named(tmp_path: Path) -> None:
    a = build(tmp_path / "one", "arm64")
    changed = C_CODE.replace("11, 13, 17", "11, 13, 16")
    b = build(tmp_path / "number-two" / "demo", "arm64", code=changed)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "native-data-changed") == {"__TEXT,__const _table"}


def test_functions_of_cxx_are_told_by_readable_names(tmp_path: Path) -> None:
    a = build(tmp_path / "one", "arm64", code=CXX_CODE)
    b = build(tmp_path / "number-two" / "demo", "arm64", code=CXX_CODE.replace("77", "78"))
    assert places(report(a, b), "macho-code-changed") <= {"Two::go(int)", "_run"}
    assert "Two::go(int)" in places(report(a, b), "macho-code-changed")


def _resigned(data: bytearray) -> bytearray:
    """Make the hashes of the linker's signature true again."""
    image = read_image(memoryview(bytes(data)))
    command = image.find(SIGNATURE)
    if command is None:
        return data
    at = image.word(command.at + 8)
    place = at + int.from_bytes(data[at + 16 : at + 20], "big")
    first = place + int.from_bytes(data[place + 16 : place + 20], "big")
    page = 1 << data[place + 39]
    for number in range(-(-at // page)):
        digest = hashlib.sha256(data[number * page : min((number + 1) * page, at)]).digest()
        data[first + 32 * number : first + 32 * number + 32] = digest
    return data


FREE = {"macho.uuid", "macho.oso-time", "macho.oso-path", "macho.string", "macho.code-hashes"}


@pytest.mark.parametrize(
    ("machine", "options", "code"),
    [("x86_64", "-O1 -g", C_CODE), ("arm64", "-O2", C_CODE), ("arm64", "-O1 -g", CXX_CODE)],
)
def test_no_flipped_bit_passes_beside_benign_causes(
    tmp_path: Path, machine: str, options: str, code: str
) -> None:
    # Left out are bytes that hold a path, an id or a time: nothing tells one value from another.
    sides = [build(tmp_path / each, machine, options, code) for each in ("one", "number-two")]
    a, b = (side.read_bytes() for side in sides)

    def content(other: bytes | bytearray) -> Content:
        return Content("x.so", "x.so", memoryview(a), memoryview(other), ArtifactKind.FILE)

    assert equivalent(FORMAT, content(b))
    free = {
        at
        for fact in FORMAT.compare(content(b))
        if fact.what in FREE
        for _, span in fact.places()
        for at in range(span.start, span.stop)
    }
    command = read_image(memoryview(b)).find(SIGNATURE)
    end = len(b) if command is None else read_image(memoryview(b)).word(command.at + 8)
    filled = [at for at in range(4, end) if b[at] and at not in free]
    rng = random.Random(11)  # noqa: S311
    missed = []
    for at in [*rng.sample(filled, 80), *(rng.randrange(4, end) for _ in range(20))]:
        changed = bytearray(b)
        changed[at] ^= 1 << rng.randrange(8)
        if at not in free and equivalent(FORMAT, content(_resigned(changed))):
            missed.append(hex(at))
    assert missed == []


@pytest.mark.network
def test_published_extension_modules_differ_in_functions_that_are_named(tmp_path: Path) -> None:
    modules = []
    for version, platform in (
        ("311", "macosx_10_9_universal2"),
        ("312", "macosx_10_13_universal2"),
    ):
        folder = tmp_path / version
        wanted = ("--python-version", version, "--platform", platform, "--only-binary", ":all:")
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", *wanted]
        made = subprocess.run(
            [*command, "-d", str(folder), "markupsafe==3.0.2"], check=False, capture_output=True
        )
        if made.returncode:
            pytest.skip("the package index cannot be reached")
        with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
            name = next(each for each in wheel.namelist() if each.endswith(".so"))
            (folder / "speedups.so").write_bytes(wheel.read(name))
        modules.append(folder / "speedups.so")
    found = report(*modules)
    assert found.verdict is Verdict.DIFFERENT
    assert {"arm64: _escape_unicode", "x86_64: _escape_unicode"} <= places(
        found, "macho-code-changed"
    )
    assert "macho-damaged" not in causes(found)
    assert "macho-signature-untrue" not in causes(found)


@pytest.mark.network
def test_slices_for_i386_of_published_wheels_are_followed(tmp_path: Path) -> None:
    found = {
        tag: _published(tmp_path / str(number), *tag)
        for number, tag in enumerate((("1.1.1", "36"), ("1.1.1", "37"), ("1.1.0", "36")))
    }
    same = report(found["1.1.1", "36"], found["1.1.1", "37"])
    assert all(finding.severity is Severity.BENIGN for finding in same.findings)
    assert same.summary.ledger.unexplained_bytes == 0
    assert {place.partition(":")[0] for place in places(same, "macho-uuid")} == {"i386", "x86_64"}
    other = report(found["1.1.0", "36"], found["1.1.1", "36"])
    assert places(other, "macho-code-changed") == {"i386: _escape", "x86_64: _escape"}
    assert other.summary.ledger.unexplained_bytes == 0


def _published(folder: Path, version: str, python: str) -> Path:
    """Return the extension module of a release of MarkupSafe for two kinds of Intel processors."""
    wanted = (
        "--platform",
        "macosx_10_6_intel",
        "--python-version",
        python,
        "--abi",
        f"cp{python}m",
    )
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary", ":all:"]
    made = subprocess.run(
        [*command, *wanted, "-d", str(folder), f"markupsafe=={version}"],
        check=False,
        capture_output=True,
    )
    if made.returncode:
        pytest.skip("the package index cannot be reached")
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        name = next(each for each in wheel.namelist() if each.endswith(".so"))
        (folder / "speedups.so").write_bytes(wheel.read(name))
    return folder / "speedups.so"


I386_CODE = r"""
static int counter = 77;
static const int table[] = {3, 5, 7, 11};
const char *names[] = {"alpha", "beta"};
__attribute__((noinline)) static int summed(const char *p) {
    int n = 0;
    while (*p) n += *p++;
    return n + counter;
}
int limited(int x) { return x > 4096 ? 4096 : x * 3 + counter; }
int (*functions[])(int) = {limited};
double scaled(int x) { return x * 2.5 * 1.375; }
int entry(int x) {
    counter += x;
    return summed(__FILE__) + table[x & 3] + summed(names[x & 1]) + summed("another string");
}
"""


@pytest.mark.parametrize("options", ["-O0", "-O2"])
def test_a_build_path_in_a_library_for_i386_is_proven(tmp_path: Path, options: str) -> None:
    # The last linker beside Apple's that makes such files came with LLVM 13.
    linker = need("ld64.lld.darwinold", "ld64.lld.darwinold-13", "ld64.lld.darwinold-12")
    sides = []
    changed = I386_CODE.replace("x * 3", "x * 5")
    for name, code in (("one", I386_CODE), ("number-two/demo", I386_CODE), ("three", changed)):
        place = tmp_path / name
        place.mkdir(parents=True)
        (place / "code.c").write_text(code, encoding="utf-8")
        flags = ("-fno-stack-protector", "-fno-asynchronous-unwind-tables", options)
        run(place, need("clang"), "-target", "i386-apple-macosx10.7", *flags, "-c",
            str(place / "code.c"), "-o", "code.o")  # fmt: skip
        how = ("-arch", "i386", "-macosx_version_min", "10.7", "-sdk_version", "10.7")
        run(
            place,
            linker,
            "-dylib",
            *how,
            "-undefined",
            "dynamic_lookup",
            "-install_name",
            "ext.so",
            "-o",
            "ext.so",
            "code.o",
        )
        sides.append(place / "ext.so")
    assert_proven(report(sides[0], sides[1]), "macho-build-path", "native-layout-follows")
    found = report(sides[0], sides[2])
    assert "_limited" in places(found, "macho-code-changed")


@pytest.mark.parametrize("at", [72, 79])
def test_the_size_of_the_code_in_a_signature_is_held_against_it(tmp_path: Path, at: int) -> None:
    """No hash covers the field that a kernel reads (execSegLimit)."""
    a = build(tmp_path / "one", "arm64")
    b = build(tmp_path / "number-two" / "demo", "arm64")
    assert_proven(report(a, b), "macho-build-path")
    data = bytearray(b.read_bytes())
    data[data.rindex(b"\xfa\xde\x0c\x02") + at] ^= 0x10
    b.write_bytes(data)
    assert report(a, b).verdict is Verdict.DIFFERENT
    assert report(b, a).verdict is Verdict.DIFFERENT


def test_a_field_of_a_load_command_is_named_and_is_a_number() -> None:
    found = report(*(wheel("hidden-change-in-macho", side) for side in "ab"))
    tables = next(f for f in found.findings if f.cause == "native-tables-changed")
    said = [(place.inside, place.a, place.b) for place in tables.locations]
    assert said == [("LC_SEGMENT_64 __TEXT,__text: size", "0x78", "0x80")]


def test_fields_of_the_header_and_of_segments_are_named() -> None:
    image = read_image(memoryview(member("hidden-change-in-macho", "a", ".so")))
    segment = image.segments[0].command

    def name(at: int) -> str:
        known = field(image, at)
        return known.name if known else ""

    assert [name(at) for at in (0, 15, 16, 27)] == [
        *("header: magic", "header: filetype", "header: ncmds", "header: flags")
    ]
    label = "LC_SEGMENT_64 __TEXT"
    assert [name(segment.at + at) for at in (24, 55, 56, 71)] == [
        *(f"{label}: vmaddr", f"{label}: filesize", f"{label}: maxprot", f"{label}: flags")
    ]
    section = segment.at + 72
    assert [name(section + at) for at in (32, 47, 48, 79)] == [
        *(f"{label},__text: addr", f"{label},__text: size"),
        *(f"{label},__text: offset", f"{label},__text: reserved3"),
    ]
    assert name(section + 80 + 32) == f"{label},__stubs: addr"
    assert name(len(image.data)) == ""
