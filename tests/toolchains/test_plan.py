"""The plan: few changes, each once, by the file they go into, and what they leave."""

from dataclasses import replace

import pytest

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
    ToolTrace,
)
from reprodiff.toolchains.base import EPOCH
from reprodiff.toolchains.fixes import UNKNOWN, Advised, with_fixes
from reprodiff.toolchains.trials import Trial, checked, parse

WHEEL = ArtifactKind.WHEEL


def finding(cause: str, weight: int = 1, path: str = "demo.py") -> Finding:
    return Finding(
        id=f"id-{cause}",
        cause=cause,
        category=Category.TIMESTAMPS,
        severity=CAUSES[cause].severity,
        confidence=Confidence.PROVEN,
        title=cause,
        explanation="",
        locations=(Location(path, "", "", ""),),
        location_count=1,
        bytes=weight,
    )


def made_by(
    tool: str, version: str = "1.0", kind: ArtifactKind = WHEEL, tags: tuple[str, ...] = ()
) -> ArtifactInfo:
    return ArtifactInfo(
        "demo.whl", kind, name="demo", version="1.0", tags=tags, made_by=MadeBy(tool, version)
    )


def advise(*causes: str, a: ArtifactInfo, b: ArtifactInfo | None = None, **more: object) -> Advised:
    project = more.get("project")
    assert project is None or isinstance(project, dict)
    return with_fixes([finding(cause) for cause in causes], CAUSES, a, b or a, project=project)


def test_pinning_a_backend_is_no_remedy_for_a_time_that_one_side_sets_or_a_changed_field() -> None:
    a, b = made_by("hatchling", "1.32.0"), made_by("hatchling", "1.33.0")
    done = advise("wheel-generator", "zip-mtime-default", "metadata-field", a=a, b=b)
    by_cause = {each.cause: each.fixes for each in done.findings}
    assert by_cause["wheel-generator"][0] == "pins-backend"
    assert "pins-backend" not in by_cause["zip-mtime-default"] + by_cause["metadata-field"]
    assert "hatchling-epoch" in by_cause["zip-mtime-default"]


def test_one_setting_that_several_tools_have_is_one_line() -> None:
    traces = (
        ToolTrace("setuptools", "84.2.1", "backend"),
        ToolTrace("auditwheel", "6.8.2", "repair"),
    )
    one = ArtifactInfo("x.whl", WHEEL, tools=traces)
    plan = advise("zip-member-mtime", a=one).plan
    (change,) = plan.changes
    assert change.text == EPOCH
    assert set(change.fixes) >= {"setuptools-epoch", "auditwheel-epoch"}
    # The repair wrote the archive last.
    assert advise("zip-member-mtime", a=one).findings[0].fixes[0] == "auditwheel-epoch"


def test_the_setting_that_covers_most_is_taken_and_its_rivals_are_not() -> None:
    done = advise("random-uuid", "text-build-time", "zip-mtime-default", a=made_by("maturin"))
    (change,) = done.plan.changes
    assert change.text == EPOCH
    assert len(change.findings) == 3


def test_arguments_of_one_command_make_one_command() -> None:
    done = advise("elf-random-temp-dir", "build-path", "elf-build-path", a=made_by("meson", "0.22"))
    (text,) = [c.text for c in done.plan.changes if c.file == "build command"]
    assert text.count("pip wheel") == 1
    assert text.startswith("python -m pip wheel --no-deps -w dist ")
    assert text.endswith(" .")
    assert "-Cbuild-dir=build" in text


def test_tables_of_one_file_are_written_once() -> None:
    one = ArtifactInfo("x.whl", WHEEL, tools=(ToolTrace("maturin", "1.16", "backend"),))
    done = with_fixes(
        [finding("vendored-library"), finding("macho-slice"), finding("build-path")], CAUSES, one
    )
    text = next(c.text for c in done.plan.changes if c.file == "pyproject.toml")
    headings = [line for line in text.splitlines() if line.startswith("[")]
    assert len(headings) == len(set(headings)) == 3


def test_what_comes_after_a_build_is_for_what_the_build_cannot_do() -> None:
    tree = ArtifactInfo("tree", ArtifactKind.TREE, tools=(ToolTrace("pip", "26.3", "installer"),))
    done = advise("tree-mtime", "mode-umask", a=tree)
    places = [(change.file, change.findings) for change in done.plan.changes]
    assert ("after the build", ("id-tree-mtime",)) in places
    assert ("install command", ("id-mode-umask",)) in places
    assert "pip 26.3 sets no other" in done.findings[0].no_fix


def test_a_module_that_a_backend_calls_is_written_where_there_is_none() -> None:
    sdist = made_by("pdm-backend", "2.5.0", ArtifactKind.SDIST)
    (text,) = [c.text for c in advise("gzip-mtime", a=sdist, project={}).plan.changes]
    assert text.startswith("--- /dev/null\n+++ b/pdm_build.py\n")
    mine = {"pdm_build.py": "def pdm_build_initialize(context):\n    pass\n"}
    (change,) = advise("gzip-mtime", a=sdist, project=mine).plan.changes
    assert change.text.startswith("def pdm_build_finalize")
    done = {"pdm_build.py": f"{change.text}\n"}
    (change,) = advise("gzip-mtime", a=sdist, project=done).plan.changes
    assert change.text.startswith("# pdm_build.py has it already")


def test_packing_by_another_program_is_for_those_who_packed_by_hand() -> None:
    alone = made_by("setuptools", "84.2.1")
    packed = replace(alone, tools=(ToolTrace("Info-ZIP", "", "hand tool"),))
    for b, offered in ((alone, False), (packed, True)):
        ids = {fix.id for fix in advise("zip-dialect", a=alone, b=b).fixes}
        assert ("archivers-wheel-pack" in ids) is offered


@pytest.mark.parametrize(
    ("path", "offered"), [("demo-1.0.dist-info/RECORD", True), ("demo/notes.txt", False)]
)
def test_another_release_of_the_backend_is_blamed_for_its_own_files(
    path: str, offered: bool
) -> None:
    found = [finding("line-endings", path=path), finding("wheel-generator")]
    a, b = made_by("flit", "3.9.0"), made_by("flit", "4.2.0")
    done = with_fixes(found, CAUSES, a, b)
    assert ("pins-backend-files" in {fix.id for fix in done.fixes}) is offered
    assert len(done.plan.changes) == (1 if offered else 2)


def test_a_file_that_names_rustc_gets_the_flags_of_rustc() -> None:
    one = made_by("setuptools", "84.2.1")
    found = [finding("elf-build-path", path="demo/x.so")]
    for told, first in (("rustc version 1.95.0; GCC: 12.2", "rust-remap"), ("GCC: 12.2", None)):
        done = with_fixes(found, CAUSES, one, one, compilers={"demo/x.so": told})
        assert (done.fixes[0].id == first) is (first is not None)


@pytest.mark.parametrize(
    ("versions", "offered"),
    [(("57.0", "56.1"), True), (("84.2.1", "84.2.1"), False), (("57.0", "84.2.1"), True)],
)
def test_an_upgrade_is_offered_only_to_those_that_lack_it(
    versions: tuple[str, str], offered: bool
) -> None:
    a, b = (made_by("setuptools", version) for version in versions)
    ids = {fix.id for fix in advise("metadata-order", a=a, b=b).fixes}
    assert ("setuptools-sorted-licences" in ids) is offered


def test_a_backend_is_pinned_only_where_the_two_are_not_the_same() -> None:
    same = advise("metadata-order", a=made_by("setuptools", "84.2.1"))
    assert not {"pins-backend", "pins-switch"} & {fix.id for fix in same.fixes}
    other = advise(
        "wheel-generator", a=made_by("setuptools", "75.8.2"), b=made_by("setuptools", "84.2.1")
    )
    assert "setuptools==75.8.2" in other.plan.changes[0].text
    switched = advise("wheel-generator", a=made_by("hatchling", "1.27.0"), b=made_by("flit", "3.9"))
    assert switched.plan.changes[0].text == (
        '[build-system]\nrequires = ["hatchling==1.27.0"]\nbuild-backend = "hatchling.build"'
    )


def test_a_hostile_version_is_not_put_into_a_command() -> None:
    evil = made_by("setuptools", "1; rm -rf ~ #")
    done = advise("wheel-generator", a=evil, b=made_by("setuptools", "84.2.1"))
    assert not any("rm -rf ~" in change.text for change in done.plan.changes)


def test_settings_for_another_platform_are_not_offered() -> None:
    linux = made_by("setuptools", tags=("cp311-cp311-manylinux_2_28_x86_64",))
    mac = made_by("setuptools", tags=("cp311-cp311-macosx_11_0_arm64",))
    assert not any("MACOSX" in fix.snippet for fix in advise("wheel-tags", a=linux).fixes)
    assert any("MACOSX" in fix.snippet for fix in advise("wheel-tags", a=mac).fixes)


def test_an_archive_inside_the_artifact_is_not_the_backends_matter() -> None:
    inner = finding("zip-member-mtime", path="demo/data.zip!/x")
    done = with_fixes([inner], CAUSES, made_by("setuptools", "84.2.1"))
    assert "setuptools-epoch" not in {fix.id for fix in done.fixes}


def test_what_needs_a_person_is_left_with_what_to_look_at() -> None:
    (left,) = advise("source-changed", a=made_by("flit")).plan.left
    assert (left.finding, left.reason) == ("id-source-changed", "Build both from one commit")


def test_what_follows_by_itself_is_neither_changed_nor_left() -> None:
    plan = advise("archive-bookkeeping", a=made_by("flit")).plan
    assert (plan.changes, plan.left) == ((), ())


def test_a_file_that_has_the_setting_needs_no_patch() -> None:
    project = {".gitattributes": "* text=auto eol=lf\n"}
    (change,) = advise("line-endings", a=made_by("flit"), project=project).plan.changes
    assert change.text.startswith("# .gitattributes has it already")


def test_every_benign_cause_with_a_fix_is_covered_whatever_made_it() -> None:
    benign = [c.id for c in CAUSES.values() if c.severity is Severity.BENIGN]
    for tool in ("setuptools", "hatchling", "flit", "poetry-core", "pdm-backend", "uv", "maturin"):
        for cause in benign:
            kinds = (WHEEL, ArtifactKind.SDIST, ArtifactKind.TREE)
            found = [advise(cause, a=made_by(tool, "1.0", kind)).findings[0] for kind in kinds]
            assert all(one.fixes or one.no_fix for one in found)
            # Where a cause occurs at all, more than "not known" is said.
            assert any(one.no_fix != UNKNOWN for one in found), (tool, cause)


def test_a_fix_is_rebuilt_only_if_every_cause_was() -> None:
    known = [
        Trial("f", "one", "flit_core", "4", "rebuilt"),
        Trial("f", "two", "flit_core", "4", "normalized"),
        Trial("f", "three", "flit_core", "4", "rebuilt"),
        Trial("f", "three", "flit_core", "3", "failed"),
    ]
    tools = {"flit_core"}
    assert checked("f", ["one"], tools, known) == "rebuilt"
    assert checked("f", ["one", "two"], tools, known) == "normalized"
    assert checked("f", ["one", "three"], tools, known) == "no"
    assert checked("f", ["one", "four"], tools, known) == "no"
    assert checked("f", ["one"], {"hatchling"}, known) == "no"
    assert checked("f", [], tools, known) == "no"


def test_a_file_of_trials_is_read_and_any_other_checks_nothing() -> None:
    row = '{"fix": "f", "cause": "c", "tool": "t", "version": "1", "outcome": "rebuilt", "x": 1}'
    assert parse(f'{{"format": 1, "trials": [{row}, 3]}}') == (
        Trial("f", "c", "t", "1", "rebuilt", ""),
    )
    assert parse('{"format": 2, "trials": []}') == parse("[") == parse("[]") == ()


def test_the_tools_of_what_a_folder_holds_are_those_of_the_folder() -> None:
    folder = ArtifactInfo("dist", ArtifactKind.WHEELHOUSE)
    inner = finding("zip-member-mtime", path="demo-1.0-py3-none-any.whl!/demo.py")
    done = with_fixes([inner], CAUSES, folder, folder, inside=[made_by("flit", "3.9.0")])
    assert done.fixes[0].id == "flit_core-epoch"


def test_a_path_of_cargo_calls_for_settings_of_rust() -> None:
    rust = replace(
        finding("elf-build-path"),
        locations=(Location("x.so", "", "/home/a/.cargo/registry/src/x/lib.rs", "/root/lib.rs"),),
    )
    ids = [fix.id for fix in with_fixes([rust], CAUSES, made_by("setuptools", "84.2.1")).fixes]
    assert ids[0] == "rust-remap"
    plain = with_fixes([finding("elf-build-path")], CAUSES, made_by("setuptools", "84.2.1"))
    assert "rust-remap" not in {fix.id for fix in plain.fixes}


@pytest.mark.parametrize(
    ("times", "count", "fix"),
    [
        (("2026-11-18", "2026-11-18"), 2, "hatchling-epoch"),
        (("2026-11-18", "2026-11-17"), 2, "hatchling-reproducible"),  # of the checkout
        (("2026-11-18",), 1, "hatchling-reproducible"),  # of one file that the build wrote
    ],
)
def test_hatchling_with_reproducible_off_is_told_by_times_that_are_not_alike(
    times: tuple[str, ...], count: int, fix: str
) -> None:
    places = tuple(Location(f"demo-1.0/{n}", "", time, "") for n, time in enumerate(times))
    one = replace(finding("tar-member-mtime"), locations=places, location_count=count)
    sdist = made_by("hatchling", "1.33.0", ArtifactKind.SDIST)
    found = [one, finding("gzip-mtime", path="")]
    done = with_fixes(found, CAUSES, sdist, sdist, members=2)
    (change,) = done.plan.changes
    assert change.fixes == (fix,)
    assert len(change.findings) == 2
    # A workflow that sets the variable helps in the same cases.
    steps = "jobs:\n  build:\n    steps:\n      - uses: actions/checkout@v4\n"
    project = {".github/workflows/build.yml": steps, "pyproject.toml": ""}
    done = with_fixes(found, CAUSES, sdist, sdist, project=project, members=2)
    (change,) = done.plan.changes
    assert (change.fixes == ("github-actions-epoch",)) is (fix == "hatchling-epoch")
    assert len(change.findings) == 2
