"""Remedies that fit the artifacts at hand."""

from dataclasses import replace

from reprodiff.causes.registry import CAUSES
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Confidence,
    Finding,
    Location,
    MadeBy,
    Severity,
)
from reprodiff.toolchains.base import EPOCH
from reprodiff.toolchains.fixes import MOST, with_fixes


def finding(cause: str, *, derived: bool = False) -> Finding:
    return Finding(
        id=cause,
        cause=cause,
        category=Category.TIMESTAMPS,
        severity=Severity.BENIGN,
        confidence=Confidence.PROVEN,
        title="",
        explanation="",
        locations=(),
        location_count=0,
        derived_from=("root",) if derived else (),
    )


def made_by(tool: str) -> ArtifactInfo:
    return ArtifactInfo("x.whl", ArtifactKind.WHEEL, made_by=MadeBy(tool, "1"))


def test_the_remedy_for_the_tool_that_made_it_stands_first() -> None:
    done = with_fixes([finding("zip-member-mtime")], CAUSES, made_by("flit"))
    (got,), fixes = done.findings, done.fixes
    assert fixes[0].tool == "flit_core"
    assert got.fixes == tuple(fix.id for fix in fixes)
    assert fixes[0].snippet == EPOCH
    assert (fixes[0].where, fixes[0].file) == ("environment", "environment")
    assert fixes[0].causes == ("zip-member-mtime",)


def test_another_tools_remedy_is_not_given() -> None:
    fixes = with_fixes([finding("gzip-mtime")], CAUSES, made_by("hatchling")).fixes
    assert fixes
    assert {fix.tool for fix in fixes} & {"setuptools", "flit_core", "poetry-core"} == set()


def test_a_backend_is_known_by_either_of_its_names() -> None:
    for name in ("flit", "flit_core", "flit-core"):
        fixes = with_fixes([finding("zip-member-mtime")], CAUSES, made_by(name)).fixes
        assert fixes[0].id == "flit_core-epoch"


def test_what_follows_from_a_root_cause_has_no_remedy_of_its_own() -> None:
    done = with_fixes([finding("mode-umask", derived=True)], CAUSES, made_by("flit"))
    assert (done.findings[0].fixes, done.fixes, done.plan.changes) == ((), (), ())


def test_a_finding_gets_a_handful_at_most_and_ids_are_those_of_the_fixes() -> None:
    roots = [finding(cause) for cause in sorted(CAUSES)]
    done = with_fixes(roots, CAUSES, made_by("setuptools"), made_by("flit"))
    found, fixes = done.findings, done.fixes
    assert all(len(each.fixes) <= MOST for each in found)
    assert {fix.id for fix in fixes} == {id_ for each in found for id_ in each.fixes}
    assert len({fix.id for fix in fixes}) == len(fixes)


def test_what_two_fixes_say_in_the_same_words_is_said_once() -> None:
    done = with_fixes([finding("elf-rpath")], CAUSES, made_by("scikit-build-core"))
    titles = [fix.title for fix in done.fixes]
    assert titles.count("Keep the build directory out of RPATH") == 1
    done = with_fixes([finding("native-code-changed")], CAUSES)
    titles = [fix.title.lower() for fix in done.fixes]
    assert sum("build both from" in title for title in titles) == 1


def test_debug_information_of_rust_is_left_out_by_its_own_profile() -> None:
    for cause in ("elf-debug-info", "native-debug-info"):
        fixes = with_fixes([finding(cause)], CAUSES, made_by("maturin")).fixes
        assert any("debug = false" in fix.snippet for fix in fixes)
        assert not any("CFLAGS" in fix.snippet for fix in fixes)


def test_the_machine_of_ci_is_not_where_a_manylinux_wheel_is_compiled() -> None:
    for tag, given in (("manylinux_2_28_x86_64", False), ("linux_x86_64", True)):
        info = ArtifactInfo("x.whl", ArtifactKind.WHEEL, tags=(f"cp311-cp311-{tag}",))
        ids = {fix.id for fix in with_fixes([finding("elf-toolchain")], CAUSES, info).fixes}
        assert ("github-actions-runner-linux" in ids) is given


def test_advice_that_repeats_a_setting_in_other_words_is_left_out() -> None:
    info = ArtifactInfo("x.whl", ArtifactKind.WHEEL, tags=("cp311-cp311-manylinux_2_28_x86_64",))
    for cause in ("symbol-ceiling", "vendored-library-rebuilt", "pyc-presence"):
        titles = [fix.title for fix in with_fixes([finding(cause)], CAUSES, info).fixes]
        assert titles
        assert not any(title.startswith(("pin the build image", "do not ship")) for title in titles)


def paths(*values: tuple[str, str]) -> Finding:
    places = tuple(Location("x.so", ".debug_line", a, b, None, None) for a, b in values)
    return replace(finding("elf-build-path"), locations=places, location_count=len(places))


def test_directories_of_the_compiler_are_not_mapped_but_come_with_the_image() -> None:
    info = ArtifactInfo("x.whl", ArtifactKind.WHEEL, tags=("cp311-cp311-manylinux_2_28_x86_64",))
    tools = ("/usr/lib/gcc/x86_64-linux-gnu/12/include", "/usr/lib/gcc/x86_64-linux-gnu/13/include")
    ids = {fix.id for fix in with_fixes([paths(tools)], CAUSES, info).fixes}
    assert ids == {"vendored-library-rebuilt-1"}, "what is installed in the image"
    ids = {fix.id for fix in with_fixes([paths(tools, ("/tmp/a", "/tmp/b"))], CAUSES, info).fixes}
    assert "gcc-clang-prefix-map" in ids


def test_a_wheel_that_one_folder_alone_has_is_no_matter_of_a_build() -> None:
    folder = ArtifactInfo("dist", ArtifactKind.WHEELHOUSE)
    here, inside = (
        replace(finding("member-on-one-side"), locations=(Location(path, "", "", "", None, None),))
        for path in ("demo-1.0-py3-none-any.whl", "demo-1.0-py3-none-any.whl!/demo/x.py")
    )
    done = with_fixes([here], CAUSES, folder)
    assert done.fixes == ()
    assert done.findings[0].no_fix.startswith("nothing to fix in an artifact")
    assert with_fixes([inside], CAUSES, folder).fixes
