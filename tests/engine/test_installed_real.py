"""Trees that real installers made, from one wheel, without a network."""

import marshal
import py_compile
import shutil
import sys
import zipfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from tests.engine.installing import (
    DATA,
    INFO,
    NAME,
    all_proven_benign,
    by_cause,
    mirrored,
    pip,
    pip_environment,
    site,
    uv,
    uv_environment,
    wheel,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="makes environments with links")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.mktemp("wheel") / NAME)


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    """Two environments under one name in two directories, installed by pip, and copies."""
    root = tmp_path_factory.mktemp("two")
    for name in ("one", "another"):
        env = pip_environment(root / name / "env", built)
        shutil.copytree(env, root / name / "copy", symlinks=True)
    return root


@pytest.fixture
def two(pristine: Path) -> tuple[Path, Path]:
    """The two environments as they were installed, whatever another test did to them."""
    for name in ("one", "another"):
        shutil.rmtree(pristine / name / "env")
        shutil.copytree(pristine / name / "copy", pristine / name / "env", symlinks=True)
    return pristine / "one" / "env", pristine / "another" / "env"


@pytest.fixture(scope="module")
def by_pip(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    return pip_environment(tmp_path_factory.mktemp("pip") / "env", built)


@pytest.fixture(scope="module")
def by_uv(tmp_path_factory: pytest.TempPathFactory, built: Path) -> Path:
    return uv_environment(tmp_path_factory.mktemp("uv") / "env", built)


def test_two_installs_by_pip_are_equivalent_scripts_and_bytecode_included(
    two: tuple[Path, Path],
) -> None:
    report = mirrored(*two)
    assert report.verdict == "equivalent"
    assert all_proven_benign(report)
    found = by_cause(report)
    assert {place.path for place in found["script-shebang"][0].locations} == {
        "bin/demo",
        "bin/demo-tool",
    }
    assert found["pyc-build-path"][0].location_count == 4
    assert report.summary.ledger.unexplained_bytes == 0


def test_two_environments_of_another_name_are_equivalent(tmp_path: Path, built: Path) -> None:
    a, b = (pip_environment(tmp_path / name, built) for name in ("env-a", "b"))
    report = mirrored(a, b)
    assert report.verdict == "equivalent"
    (place,) = by_cause(report)["environment-location"]
    assert {"bin/activate", "bin/activate.fish", "pyvenv.cfg"} <= {
        each.path for each in place.locations
    }


def test_one_constant_of_a_pyc_is_found_beside_time_and_path(two: tuple[Path, Path]) -> None:
    (pyc,) = site(two[1]).glob("demo_pkg/__pycache__/more.*.pyc")
    data = pyc.read_bytes()
    code = marshal.loads(data[16:])  # noqa: S302 - our own file
    hidden = code.replace(
        co_consts=tuple((9, 2, 3) if c == (1, 2, 3) else c for c in code.co_consts)
    )
    pyc.write_bytes(data[:16] + marshal.dumps(hidden))
    report = mirrored(*two)
    assert report.verdict == "different"
    first = report.findings[0]
    assert first.cause == "pyc-code-changed"
    assert [
        place.path.endswith(f"more.{sys.implementation.cache_tag}.pyc") for place in first.locations
    ]
    assert {f.severity for f in report.findings[1:]} == {"benign"}


def test_a_changed_script_is_found_beside_its_changed_interpreter(two: tuple[Path, Path]) -> None:
    script = two[1] / "bin" / "demo"
    script.write_bytes(script.read_bytes().replace(b"sys.exit(main())", b"main();sys.exit(main())"))
    report = mirrored(*two)
    assert report.verdict == "different"
    found = by_cause(report)
    assert found["source-changed"][0].locations[0].path == "bin/demo"
    assert found["script-shebang"][0].severity == "benign"
    # RECORD still has the hash of the script as it was installed.
    assert found["record-contradiction"][0].severity == "alarm"


def test_an_interpreter_of_somebody_else_is_for_review(two: tuple[Path, Path]) -> None:
    for name in ("demo", "demo-tool"):
        script = two[1] / "bin" / name
        lines = script.read_bytes().split(b"\n", 1)
        script.write_bytes(b"#!/tmp/evil/bin/python\n" + lines[1])
    found = by_cause(mirrored(*two))["script-shebang"]
    assert [finding.severity for finding in found] == ["review"]
    assert found[0].location_count == 2


def test_an_extra_pth_file_is_an_alarm_and_first(two: tuple[Path, Path]) -> None:
    (site(two[1]) / "zz.pth").write_bytes(b"import os; os.system('true')\n")
    report = mirrored(*two)
    assert report.verdict == "different"
    assert (report.findings[0].cause, report.findings[0].severity) == ("startup-hook", "alarm")


def test_pip_against_uv_is_explained_to_the_last_byte(by_pip: Path, by_uv: Path) -> None:
    report = mirrored(site(by_pip), site(by_uv))
    assert report.summary.ledger.unexplained_bytes == 0
    found = by_cause(report)
    assert [f.severity for f in found["installer-name"]] == ["benign"]
    assert [f.severity for f in found["install-origin"]] == ["benign"]
    for (added,) in (found["installer-files"], found["installer-bytecode"]):
        assert (added.severity, added.confidence) == ("benign", "proven")
    assert sum(place.path.endswith(".pyc") for place in added.locations) == 4
    assert "member-on-one-side" not in found
    assert "pyc-presence" not in found


def test_the_wrappers_of_pip_and_uv_are_the_same_call(by_pip: Path, by_uv: Path) -> None:
    (same,) = by_cause(compare(str(by_pip), str(by_uv)))["script-wrapper-template"]
    assert (same.severity, same.confidence) == ("benign", "proven")
    assert [place.path for place in same.locations] == ["bin/demo"]
    assert "demo_pkg.cli:main" in same.explanation


def test_bytecode_on_one_side_that_is_not_its_source_is_for_review(two: tuple[Path, Path]) -> None:
    for pyc in site(two[1]).rglob("*.pyc"):
        pyc.unlink()
    (target,) = site(two[0]).glob("demo_pkg/__pycache__/cli.*.pyc")
    other = site(two[0]).parent / "cli.py"
    other.write_bytes(b"def main():\n    raise SystemExit(7)\n")
    py_compile.compile(str(other), cfile=str(target), doraise=True)
    other.unlink()
    report = mirrored(*two)
    (unlike,) = by_cause(report)["pyc-presence"]
    assert unlike.severity == "review"
    assert [place.path.rpartition("/")[2] for place in unlike.locations] == [target.name]
    assert unlike.evidence == (f"{unlike.locations[0].path} is not what its source compiles to",)
    assert by_cause(report)["installer-bytecode"][0].location_count == 3


@pytest.mark.parametrize("top", ["prefix", "site-packages"])
@pytest.mark.parametrize("tool", ["pip", "uv"])
def test_a_wheel_is_equivalent_to_what_was_installed_from_it(
    tool: str, top: str, built: Path, request: pytest.FixtureRequest
) -> None:
    root: Path = request.getfixturevalue(f"by_{tool}")
    report = mirrored(built, root if top == "prefix" else site(root))
    assert report.verdict == "equivalent"
    assert all_proven_benign(report)
    assert (report.b.name, report.b.version) == ("demo-pkg", "1.0")
    counts = report.summary.members
    assert counts.only_a == 0
    assert counts.a == 12
    found = by_cause(report)
    assert f"{DATA}/scripts/demo" in {p.path for p in found["installer-files"][0].locations}
    assert [p.path for p in found["script-shebang"][0].locations] == [f"{DATA}/scripts/demo-tool"]
    # What the installer does to RECORD is not taken for the habit of a checkout or a backend.
    assert found["record-rewritten"][0].derived_from == (found["installer-files"][0].id,)
    assert not {"record-order", "line-endings"} & set(found)
    assert found["wheel-and-tree"][0].no_fix.startswith("nothing to fix")


def test_a_record_with_other_line_ends_in_a_wheel_is_not_the_work_of_an_installer(
    tmp_path: Path, built: Path
) -> None:
    other = tmp_path / "other" / built.name
    other.parent.mkdir()
    with zipfile.ZipFile(built) as source, zipfile.ZipFile(other, "w") as made:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename.endswith("/RECORD"):
                data = data.replace(b"\n", b"\r\n")
            made.writestr(entry, data)
    found = by_cause(mirrored(built, other))
    assert found["record-spelling"][0].locations[0].inside.startswith("line endings")
    assert not {"record-rewritten", "line-endings"} & set(found)


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("lib/*/site-packages/demo_pkg/cli.py", b"def main():\n    return 1\n"),
        ("lib/*/site-packages/demo_extra.py", b"x = 2\n"),
        ("share/demo/note.txt", b"DATA\n"),
        ("include/site/*/demo-pkg/demo.h", b"#define X 2\n"),
    ],
)
def test_a_changed_file_is_found_behind_everything_that_pip_added(
    two: tuple[Path, Path], built: Path, path: str, data: bytes
) -> None:
    (changed,) = two[0].glob(path)
    changed.write_bytes(data)
    report = mirrored(built, site(two[0]))
    assert report.verdict == "different"
    assert any(
        finding.severity != "benign"
        and any(place.path.endswith(changed.name) for place in finding.locations)
        for finding in report.findings[:2]
    )


def test_a_file_that_was_added_or_taken_away_is_found(two: tuple[Path, Path], built: Path) -> None:
    package = site(two[0]) / "demo_pkg"
    (package / "more.py").unlink()
    (package / "deep").mkdir()
    (package / "deep" / "extra.py").write_bytes(b"pass\n")
    (site(two[0]) / "unrelated.py").write_bytes(b"pass\n")
    report = mirrored(built, two[0])
    (only,) = by_cause(report)["member-on-one-side"]
    assert {place.path for place in only.locations} == {
        "demo_pkg/more.py",
        "demo_pkg/deep/extra.py",
    }


def test_a_script_that_calls_something_else_is_no_wrapper_of_the_entry_point(
    two: tuple[Path, Path], built: Path
) -> None:
    script = two[0] / "bin" / "demo"
    script.write_bytes(script.read_bytes().replace(b"demo_pkg.cli", b"demo_pkg.evil"))
    report = mirrored(built, two[0])
    assert report.verdict == "different"
    assert [p.path for p in by_cause(report)["member-on-one-side"][0].locations] == [
        f"{DATA}/scripts/demo"
    ]


def test_two_targets_of_pip_are_equivalent_though_the_paths_in_bytecode_are_random(
    tmp_path: Path, built: Path
) -> None:
    for name in ("a", "b"):
        pip("install", "--no-index", "--no-deps", "--target", tmp_path / name, built)
    report = mirrored(tmp_path / "a", tmp_path / "b")
    assert report.verdict == "equivalent"
    assert all_proven_benign(report)
    # The interpreter that the scripts name lies outside of a directory like that.
    against = mirrored(built, tmp_path / "a")
    assert against.verdict == "different"
    assert {f.cause for f in against.findings if f.severity != "benign"} == {
        "installer-files",
        "script-shebang",
    }
    assert against.summary.members.only_a == 0


def test_two_targets_of_uv_are_equivalent(tmp_path: Path, built: Path) -> None:
    for name in ("a", "b"):
        uv(
            *("pip", "install", "--no-deps", "--python", sys.executable),
            *("--target", tmp_path / name, built),
        )
    report = mirrored(tmp_path / "a", tmp_path / "b")
    assert report.verdict in {"equivalent", "identical"}
    assert all_proven_benign(report)


def test_a_wheel_that_is_not_in_the_tree_is_one_clear_line(by_pip: Path, tmp_path: Path) -> None:
    from reprodiff.errors import InputError  # noqa: PLC0415

    other = wheel(
        tmp_path / "demo_pkg-2.0-py3-none-any.whl",
        {f"{INFO}/METADATA": None, f"{INFO}/WHEEL": None, f"{INFO}/entry_points.txt": None}
        | {"demo_pkg-2.0.dist-info/METADATA": b"Name: demo-pkg\nVersion: 2.0\n"},
    )
    with pytest.raises(InputError, match=r"holds demo-pkg 1\.0, not 2\.0") as caught:
        compare(str(other), str(by_pip))
    assert "\n" not in str(caught.value)
    assert caught.value.hint
