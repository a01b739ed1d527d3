"""Whole comparisons of wheels with real shared objects, compiled while the tests run."""

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from reprodiff.drift import Platform
from reprodiff.engine import compare
from reprodiff.model import Finding, Report, Severity
from tests.causes.builds import FILES, INFO, wheel
from tests.native.builders import need

TAG = "cp311-cp311-manylinux_2_17_x86_64"
MODULE = "demo/_speed.cpython-311-x86_64-linux-gnu.so"
SOURCE = "int answer(void); void *PyInit__speed(void) { return (void *)(long)answer(); }"


def shared(
    folder: Path, code: str, *libraries: Path, soname: str = "", options: tuple[str, ...] = ()
) -> Path:
    """Compile one shared object, linked against ``libraries`` by their names."""
    tool = need("gcc")
    folder.mkdir(parents=True, exist_ok=True)
    source = folder / "code.c"
    source.write_text(code, encoding="utf-8")
    out = folder / (soname or "module.so")
    command = [tool, "-shared", "-fPIC", "-O1", "-nostdlib", "-Wl,--build-id=none", *options]
    command += [f"-Wl,-soname,{soname}"] if soname else []
    made = subprocess.run(
        [*command, "-o", str(out), str(source), *map(str, libraries)],
        capture_output=True,
        check=False,
        timeout=60,
        cwd=folder,
    )
    if made.returncode:
        pytest.skip(made.stderr.decode(errors="replace")[-200:])
    return out


def library(folder: Path, soname: str, code: str) -> Path:
    return shared(folder, code, soname=soname)


def build(tmp_path: Path, side: str, files: Mapping[str, bytes], tag: str = TAG) -> Path:
    said = f"Wheel-Version: 1.0\nGenerator: tool 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n"
    content = {**FILES, f"{INFO}/WHEEL": said.encode(), **files}
    return wheel(tmp_path / side / f"demo-1.0-{tag}.whl", content)


def grafted(tmp_path: Path, side: str, soname: str, version: str, extra: str = "") -> Path:
    """Return a wheel with a module and the library it needs, as a repair tool leaves them."""
    code = (
        f'const char *v = "libpng version {version}\\n"; int answer(void) {{ return 42; }}{extra}'
    )
    lib = library(tmp_path / side / "lib", soname, code)
    rpath = ("-Wl,-rpath,$ORIGIN/../demo.libs", "-Wl,--disable-new-dtags")
    module = shared(tmp_path / side / "mod", SOURCE, lib, options=rpath)
    return build(
        tmp_path,
        side,
        {MODULE: module.read_bytes(), f"demo.libs/{soname}": lib.read_bytes()},
    )


def found(report: Report, cause: str) -> Finding:
    (one,) = (finding for finding in report.findings if finding.cause == cause)
    return one


def section(report: Report) -> Platform:
    assert report.platform is not None
    return report.platform


def test_an_updated_library_is_the_root_and_its_names_follow(tmp_path: Path) -> None:
    a = grafted(tmp_path, "a", "libpng16-aaaaaaaa.so.16", "1.6.43")
    b = grafted(tmp_path, "b", "libpng16-bbbbbbbb.so.16", "1.6.44")
    report = compare(str(a), str(b))
    root = found(report, "vendored-library-updated")
    assert root.severity is Severity.REVIEW
    assert not root.derived_from
    assert any("libpng 1.6.43 in A, 1.6.44 in B" in text for text in root.evidence)
    for echo in ("vendored-library", "vendored-name-follows", "vendored-library-code"):
        assert root.id in found(report, echo).derived_from, echo
    assert not {"elf-needed", "native-code-changed", "native-data-changed"} & {
        finding.cause for finding in report.findings
    }
    (one,) = section(report).libraries
    assert (one.name, one.change, one.version_a, one.version_b) == (
        *("libpng16", "updated", "1.6.43", "1.6.44"),
    )
    assert one.needed_by_a == (MODULE,)
    assert [(row.kind, row.a, row.b) for row in section(report).changes] == [
        ("library", "1.6.43", "1.6.44")
    ]


def test_a_change_in_the_module_stays_on_top_of_an_updated_library(tmp_path: Path) -> None:
    a = grafted(tmp_path, "a", "libpng16-aaaaaaaa.so.16", "1.6.43")
    lib = tmp_path / "b" / "lib"
    b = grafted(tmp_path, "b", "libpng16-bbbbbbbb.so.16", "1.6.44")
    changed = SOURCE.replace("answer();", "answer() + 7;")
    module = shared(
        tmp_path / "b" / "again",
        changed,
        lib / "libpng16-bbbbbbbb.so.16",
        options=("-Wl,-rpath,$ORIGIN/../demo.libs", "-Wl,--disable-new-dtags"),
    )
    name = "demo.libs/libpng16-bbbbbbbb.so.16"
    files = {MODULE: module.read_bytes(), name: (lib / name.rpartition("/")[2]).read_bytes()}
    b = build(tmp_path, "b", files)
    report = compare(str(a), str(b))
    code = found(report, "native-code-changed")
    assert {place.path for place in code.locations} == {MODULE}
    assert not code.derived_from


def test_another_library_under_the_same_hash_is_changed_code(tmp_path: Path) -> None:
    name = "libpng16-aaaaaaaa.so.16"
    a = grafted(tmp_path, "a", name, "1.6.43")
    b = grafted(tmp_path, "b", name, "1.6.43", "int hidden(int x) { return x * 3; }")
    report = compare(str(a), str(b))
    assert "vendored-library-code" not in {finding.cause for finding in report.findings}
    assert found(report, "vendored-library-rebuilt").severity is Severity.REVIEW
    assert {f.cause for f in report.findings} & {"native-code-changed", "elf-symbols"}


def test_a_library_that_is_dropped_must_be_on_the_system(tmp_path: Path) -> None:
    a = grafted(tmp_path, "a", "libpng16-aaaaaaaa.so.16", "1.6.43")
    lib = library(tmp_path / "b" / "lib", "libpng16.so.16", "int answer(void) { return 42; }")
    module = shared(tmp_path / "b" / "mod", SOURCE, lib)
    b = build(tmp_path, "b", {MODULE: module.read_bytes()})
    report = compare(str(a), str(b))
    assert found(report, "vendored-library-set").location_count == 1
    assert found(report, "system-libraries").locations[0].inside == "libpng16.so.16"
    assert section(report).b.policy == "" or section(report).b.policy.startswith("linux_")


def versioned(tmp_path: Path, side: str, version: str) -> bytes:
    """Return a module that needs ``function`` of libc.so.6 in a version of glibc."""
    folder = tmp_path / side / "libc"
    folder.mkdir(parents=True)
    (folder / "map").write_text(f"GLIBC_{version} {{ global: answer; }};\n", encoding="utf-8")
    options = (f"-Wl,--version-script={folder / 'map'}",)
    libc = shared(folder, "int answer(void) { return 1; }", soname="libc.so.6", options=options)
    return shared(tmp_path / side / "mod", SOURCE, libc).read_bytes()


def test_a_raised_ceiling_is_told_with_symbol_and_member(tmp_path: Path) -> None:
    a = build(tmp_path, "a", {MODULE: versioned(tmp_path, "a", "2.17")})
    b = build(tmp_path, "b", {MODULE: versioned(tmp_path, "b", "2.28")})
    report = compare(str(a), str(b))
    ceiling = found(report, "symbol-ceiling")
    assert ceiling.evidence == (f"answer@GLIBC_2.28 of libc.so.6 is needed by {MODULE}",)
    assert [(place.path, place.a, place.b) for place in ceiling.locations] == [
        ("", "2.17", "2.28"),
        (MODULE, "2.17", "2.28"),
    ]
    assert ceiling.id in found(report, "platform-policy-drift").derived_from
    # B's tag promises less than its module needs: the loader is sure to refuse it.
    mismatch = found(report, "platform-tag-mismatch")
    assert mismatch.severity is Severity.ALARM
    assert "promises glibc 2.17" in mismatch.evidence[0]
    glibc = next(row for row in section(report).changes if row.kind == "libc")
    assert "CentOS 7 (2.17)" in glibc.effect
    assert "answer" in glibc.effect
    assert section(report).ceilings[0].set_by_b[0].members == (MODULE,)


def test_what_both_sides_have_wrong_alike_is_no_difference(tmp_path: Path) -> None:
    module = versioned(tmp_path, "a", "2.28")
    a = build(tmp_path, "a", {MODULE: module})
    b = build(tmp_path, "b", {MODULE: module + b""})
    assert compare(str(a), str(b)).platform is None
    b = build(tmp_path, "b", {MODULE: module + b"\0"})
    report = compare(str(a), str(b))
    assert "platform-tag-mismatch" not in {finding.cause for finding in report.findings}
    assert section(report).a.contradictions == section(report).b.contradictions != ()


def test_other_tags_on_equal_files(tmp_path: Path) -> None:
    module = versioned(tmp_path, "a", "2.17")
    a = build(tmp_path, "a", {MODULE: module})
    b = build(tmp_path, "b", {MODULE: module}, "cp311-cp311-manylinux_2_28_x86_64")
    report = compare(str(a), str(b))
    (row,) = section(report).changes
    assert (row.kind, row.severity) == ("tags", Severity.REVIEW)
    assert "not on CentOS 7 (2.17)" in row.effect
    assert section(report).a.policy == section(report).b.policy == "manylinux_2_17_x86_64"


def test_a_pair_without_native_code_has_no_platform_section(tmp_path: Path) -> None:
    a = wheel(tmp_path / "a" / "demo-1.0-py3-none-any.whl", FILES)
    b = wheel(tmp_path / "b" / "demo-1.0-py3-none-any.whl", {**FILES, "demo/units.py": b"X = 1\n"})
    assert compare(str(a), str(b)).platform is None


@pytest.mark.parametrize(("old", "new", "folded"), [("1.6.43", "1.6.44", True), ("1.6", "", False)])
def test_a_library_without_a_hash_folds_only_by_its_own_words(
    tmp_path: Path, old: str, new: str, folded: bool
) -> None:
    name = "libpng16.so.16"
    a = grafted(tmp_path, "a", name, old)
    b = grafted(tmp_path, "b", name, new, "int more(int x) { return x * 3; }")
    causes = {finding.cause for finding in compare(str(a), str(b)).findings}
    assert ("vendored-library-code" in causes) is folded
    assert bool(causes & {"native-data-changed", "elf-symbols"}) is not folded


def test_two_single_files(tmp_path: Path) -> None:
    files = []
    for name, version in (("a", "2.17"), ("b", "2.28")):
        path = tmp_path / name / "speed.so"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(versioned(tmp_path, name, version))
        files.append(str(path))
    report = compare(files[0], files[1])
    assert found(report, "symbol-ceiling").evidence == (
        "answer@GLIBC_2.28 of libc.so.6 is needed by the file",
    )
    policy = next(row for row in section(report).changes if row.kind == "policy")
    assert (policy.a, policy.b) == ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64")
    assert "the file needs answer@GLIBC_2.28" in policy.effect


def test_files_that_are_equal_are_not_looked_at(tmp_path: Path) -> None:
    module = versioned(tmp_path, "a", "2.17")
    a = build(tmp_path, "a", {MODULE: module})
    b = build(tmp_path, "b", {MODULE: module, "demo/units.py": b"MILE = 1\n"})
    assert compare(str(a), str(b)).platform is None


def test_a_library_of_the_project_itself_is_told_by_its_bytes_alone(tmp_path: Path) -> None:
    def made(side: str, options: tuple[str, ...]) -> Path:
        lib = shared(tmp_path / side, "int answer(void) { return 1; }", soname="libown.so",
                     options=options)  # fmt: skip
        return build(tmp_path, side, {"demo/libown.so": lib.read_bytes()})

    a = made("a", ("-Wl,--build-id=0x11111111",))
    b = made("b", ("-Wl,--build-id=0x22222222",))
    report = compare(str(a), str(b))
    assert report.verdict == "equivalent"
    assert section(report).libraries[0].change == "same-code"
    assert section(report).changes == ()
