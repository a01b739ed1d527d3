"""What installers leave behind, in trees made by hand; in each a change that must not hide."""

import io
import json
import py_compile
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest

from reprodiff.causes import installed, scripts, wheelhouse
from reprodiff.causes.base import Prefixes, Scene, SideScene
from reprodiff.causes.scripts import own_place
from reprodiff.model import ArtifactInfo, ArtifactKind, Difference, Finding, Report
from tests.engine.installing import by_cause, mirrored, tree, wheel

SITE = "lib/python3.11/site-packages"
INFO = f"{SITE}/demo-1.0.dist-info"
BASE: Mapping[str, bytes] = {
    f"{SITE}/demo.py": b"x = 1\n",
    f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
}
WRAPPER = b"import sys\nfrom demo.cli import main\nif __name__ == '__main__':\n"
PIP = WRAPPER + b"    sys.argv[0] = sys.argv[0].removesuffix('.exe')\n    sys.exit(main())\n"
PLAIN = WRAPPER + b"    sys.exit(main())\n"


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "a" / "env", tmp_path / "b" / "other-env"


def compared(roots: tuple[Path, Path], a: Mapping[str, bytes], b: Mapping[str, bytes]) -> Report:
    for root, files in zip(roots, (a, b), strict=True):
        tree(root, {**BASE, **files})
    return mirrored(*roots)


def only(report: Report, cause: str) -> Finding:
    found = by_cause(report)
    assert len(found[cause]) == 1, found
    return found[cause][0]


def script(root: Path, body: bytes, program: str = "bin/python") -> bytes:
    return f"#!{root / program}\n".encode() + body


def scripted(
    roots: tuple[Path, Path], programs: tuple[str, str], bodies: tuple[bytes, bytes]
) -> Report:
    a, b = (
        {"bin/demo": script(root, body, program)}
        for root, body, program in zip(roots, bodies, programs, strict=True)
    )
    return compared(roots, a, b)


def test_the_own_interpreter_of_each_tree_is_benign(roots: tuple[Path, Path]) -> None:
    report = scripted(roots, ("bin/python", "bin/python"), (PIP, PIP))
    found = only(report, "script-shebang")
    assert (found.severity, found.confidence) == ("benign", "proven")
    assert report.verdict == "equivalent"


def test_two_names_of_one_interpreter_are_no_more_than_likely(roots: tuple[Path, Path]) -> None:
    report = scripted(roots, ("bin/python", "bin/python3.11"), (PIP, PIP))
    found = only(report, "script-shebang")
    assert (found.severity, found.confidence) == ("benign", "likely")
    assert report.verdict == "different"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("/usr/bin/python3", "/opt/evil/bin/python3"),
        ("/usr/bin/env python3", "/usr/bin/env evil"),
        ("/bin/sh", "/bin/bash"),
    ],
)
def test_an_interpreter_outside_of_the_trees_is_for_review(
    roots: tuple[Path, Path], one: str, other: str
) -> None:
    # As many scripts as would prove a pair of directories, if they had a vote.
    a, b = (
        {f"bin/demo{n}": f"#!{program}\n".encode() + PIP for n in range(5)}
        for program in (one, other)
    )
    found = only(compared(roots, a, b), "script-shebang")
    assert (found.severity, found.location_count) == ("review", 5)


@pytest.mark.parametrize("ending", ["/../../evil/python", "//bin/python", "/bin/../../x"])
def test_a_path_that_leads_out_of_the_tree_again_is_for_review(
    roots: tuple[Path, Path], ending: str
) -> None:
    a, b = ({"bin/demo": f"#!{root}{ending}\n".encode() + PIP} for root in roots)
    assert only(compared(roots, a, b), "script-shebang").severity == "review"


def test_an_argument_that_differs_is_for_review(roots: tuple[Path, Path]) -> None:
    report = scripted(roots, ("bin/python", "bin/python -i"), (PIP, PIP))
    assert only(report, "script-shebang").severity == "review"


def test_trees_that_were_moved_are_told_by_the_paths_in_other_files(
    roots: tuple[Path, Path], tmp_path: Path
) -> None:
    def moved(home: Path) -> dict[str, bytes]:
        files: dict[str, bytes] = {"bin/demo": script(home, PIP)}
        for name in ("one", "two", "three"):
            source = home / SITE / f"{name}.py"
            source.parent.mkdir(parents=True, exist_ok=True)
            source.write_bytes(b"x = 1\n")
            target = tmp_path / "out.pyc"
            mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
            py_compile.compile(str(source), cfile=str(target), invalidation_mode=mode)
            files[f"{SITE}/{name}.py"] = b"x = 1\n"
            files[f"{SITE}/__pycache__/{name}.cpython-311.pyc"] = target.read_bytes()
        return files

    report = compared(roots, moved(tmp_path / "build" / "x"), moved(tmp_path / "build" / "yy"))
    found = only(report, "script-shebang")
    assert (found.severity, found.confidence) == ("benign", "proven")


def test_another_wrapper_of_the_same_object_is_benign(roots: tuple[Path, Path]) -> None:
    report = scripted(roots, ("bin/python", "bin/python"), (PIP, PLAIN))
    found = only(report, "script-wrapper-template")
    assert (found.severity, found.confidence) == ("benign", "proven")
    assert report.verdict == "equivalent"


def test_an_import_that_moved_is_no_more_than_likely(roots: tuple[Path, Path]) -> None:
    guarded = (
        b"import sys\nif __name__ == '__main__':\n    from demo.cli import main\n"
        b"    sys.exit(main())\n"
    )
    report = scripted(roots, ("bin/python", "bin/python"), (PLAIN, guarded))
    assert only(report, "script-wrapper-template").confidence == "likely"
    assert report.verdict == "different"


@pytest.mark.parametrize(
    "body",
    [
        PLAIN.replace(b"demo.cli", b"evil.cli"),
        PLAIN.replace(b"sys.exit(main())", b"main()\n    sys.exit(main())"),
        PLAIN + b"print()\n",
    ],
)
def test_a_changed_script_is_found_beside_its_interpreter(
    roots: tuple[Path, Path], body: bytes
) -> None:
    report = scripted(roots, ("bin/python", "bin/python"), (PLAIN, body))
    found = by_cause(report)
    assert "script-wrapper-template" not in found
    assert report.findings[0].cause == "source-changed"
    assert report.findings[0].severity == "review"


def test_an_absolute_path_in_a_wheel_is_a_mistake_of_the_build(tmp_path: Path) -> None:
    name = "demo_pkg-1.0.data/scripts/demo-tool"
    a, b = (
        wheel(tmp_path / side / "demo_pkg-1.0-py3-none-any.whl", {name: data})
        for side, data in (("a", b"#!/tmp/x/bin/python\n"), ("b", b"#!/tmp/y/bin/python\n"))
    )
    found = only(mirrored(a, b), "script-shebang")
    assert found.severity == "review"
    assert "#!python" in found.explanation


def launcher(path: Path, second: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py", (2024, 1, 1, 0, 0, second)), PIP)
    return f"MZ program#!{path}\r\n".encode() + stream.getvalue()


def test_launchers_of_two_trees_are_equivalent(roots: tuple[Path, Path]) -> None:
    a, b = (
        {"Scripts/demo.exe": launcher(root / "Scripts" / "python.exe", second)}
        for root, second in zip(roots, (0, 2), strict=True)
    )
    report = compared(roots, a, b)
    assert report.verdict == "equivalent"
    assert set(by_cause(report)) == {"script-shebang", "zip-member-mtime", "tree-mtime"}
    assert report.summary.ledger.unexplained_bytes == 0


def test_another_launcher_program_is_for_review(roots: tuple[Path, Path]) -> None:
    a, b = ({"Scripts/demo.exe": launcher(root / "Scripts" / "python.exe", 0)} for root in roots)
    b["Scripts/demo.exe"] = b["Scripts/demo.exe"].replace(b"MZ program", b"MZ  evil  ")
    assert only(compared(roots, a, b), "script-launcher").severity == "review"


def note(**values: object) -> bytes:
    return json.dumps(values).encode()


@pytest.mark.parametrize(
    ("a", "b", "severity"),
    [
        (
            note(url="file:///a/d.whl", archive_info={}),
            note(url="file:///b/d.whl", archive_info={}),
            "benign",
        ),
        (
            note(url="file:///a/d.whl", archive_info={}),
            note(url="https://h/d.whl", archive_info={}),
            "review",
        ),
        (note(url="file:///a", archive_info={}), note(url="file:///a", dir_info={}), "review"),
        (
            note(url="file:///a", archive_info={"hash": "sha256=1"}),
            note(url="file:///a", archive_info={"hash": "sha256=2"}),
            "review",
        ),
        (
            note(url="file:///a", archive_info={"hash": "sha256=1"}),
            note(url="file:///a", archive_info={"hashes": {"sha256": "1", "sha512": "2"}}),
            "benign",
        ),
        (
            note(url="https://h", vcs_info={"vcs": "git", "commit_id": "1"}),
            note(url="https://h", vcs_info={"vcs": "git", "commit_id": "2"}),
            "review",
        ),
    ],
)
def test_where_a_distribution_came_from(
    roots: tuple[Path, Path], a: bytes, b: bytes, severity: str
) -> None:
    name = f"{INFO}/direct_url.json"
    assert only(compared(roots, {name: a}, {name: b}), "install-origin").severity == severity


def test_an_editable_install_is_said(roots: tuple[Path, Path]) -> None:
    name = f"{INFO}/direct_url.json"
    a = note(url="file:///src", dir_info={})
    b = note(url="file:///src", dir_info={"editable": True})
    found = only(compared(roots, {name: a}, {name: b}), "editable-install")
    assert found.severity == "review"
    assert "editable" in found.explanation


def test_an_editable_install_on_one_side_is_said_and_its_hook_stays_an_alarm(
    roots: tuple[Path, Path],
) -> None:
    hook = b"import __editable___demo_finder; __editable___demo_finder.install()\n"
    report = compared(
        roots,
        {},
        {
            f"{INFO}/direct_url.json": note(url="file:///src", dir_info={"editable": True}),
            f"{SITE}/__editable___demo_finder.py": b"MAPPING = {}\n",
            f"{SITE}/__editable__.demo-1.0.pth": hook,
        },
    )
    assert only(report, "editable-install").location_count == 2
    assert only(report, "startup-hook").severity == "alarm"


@pytest.mark.parametrize(
    ("name", "a", "b", "cause", "severity"),
    [
        ("__editable__.d-1.pth", b"/src/a\n", b"/src/b\n", "editable-install", "review"),
        ("__editable__.d-1.pth", b"/src/a\n", b"import evil\n", "startup-file-changed", "alarm"),
        ("x.pth", b"/home/a/src\n", b"/home/b/src\n", "startup-file-changed", "review"),
        ("x.pth", b"import one\n", b"import two\n", "startup-file-changed", "alarm"),
        ("x.pth", b"/src\n", b"/src\nimport\tevil\n", "startup-file-changed", "alarm"),
    ],
)
def test_a_path_file_that_says_something_else_is_never_a_trace_of_the_build(
    roots: tuple[Path, Path], name: str, a: bytes, b: bytes, cause: str, severity: str
) -> None:
    report = compared(roots, {f"{SITE}/{name}": a}, {f"{SITE}/{name}": b})
    assert only(report, cause).severity == severity
    assert report.verdict == "different"


def test_notes_of_an_installer_on_one_side_are_benign(roots: tuple[Path, Path]) -> None:
    notes = {
        f"{INFO}/INSTALLER": b"pip\n",
        f"{INFO}/REQUESTED": b"",
        f"{INFO}/direct_url.json": note(url="file:///d", archive_info={}),
        f"{INFO}/uv_cache.json": note(timestamp=None, commit=None),
        ".lock": b"",
    }
    report = compared(roots, {}, notes)
    found = only(report, "installer-files")
    assert (found.severity, found.location_count) == ("benign", 5)
    assert report.verdict == "equivalent"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("INSTALLER", b"#!/bin/sh\nrm -rf /\n"),
        ("REQUESTED", b"payload"),
        ("direct_url.json", b"{}"),
        ("uv_cache.json", b'{"payload": 1}'),
        ("../.lock", b""),
        ("entry_points.txt", b""),
    ],
)
def test_what_only_has_the_name_of_a_note_is_for_review(
    roots: tuple[Path, Path], name: str, data: bytes
) -> None:
    report = compared(roots, {}, {f"{INFO}/{name}": data})
    assert "installer-files" not in by_cause(report)
    assert report.verdict == "different"


def test_installer_and_cache_time_are_benign_another_commit_is_not(
    roots: tuple[Path, Path],
) -> None:
    def cache(second: int, commit: str | None) -> dict[str, bytes]:
        time = {"secs_since_epoch": second, "nanos_since_epoch": 1}
        return {f"{INFO}/uv_cache.json": note(timestamp=time, commit=commit)}

    a = {**cache(1, None), f"{INFO}/INSTALLER": b"pip\n"}
    report = compared(roots, a, {**cache(2, None), f"{INFO}/INSTALLER": b"uv"})
    assert report.verdict == "equivalent"
    assert set(by_cause(report)) == {"installer-cache", "installer-name", "tree-mtime"}
    both = by_cause(compared(roots, cache(1, "abc"), cache(2, "def")))["installer-cache"]
    assert {finding.severity for finding in both} == {"benign", "review"}


ACTIVATE = 'VIRTUAL_ENV="{root}"\nexport PATH="{root}/bin:$PATH"\nPS1="({name}) $PS1"\n'


def activated(root: Path, text: str = ACTIVATE) -> dict[str, bytes]:
    return {
        "bin/activate": text.format(root=root, name=root.name).encode(),
        "pyvenv.cfg": f"home = /usr/bin\ncommand = python -m venv {root}\n".encode(),
    }


def test_an_environment_names_its_own_place(roots: tuple[Path, Path]) -> None:
    report = compared(roots, activated(roots[0]), activated(roots[1]))
    assert only(report, "environment-location").location_count == 4
    assert report.verdict == "equivalent"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{root}/bin:", "{root}-evil/bin:"),
        ("{root}/bin:", "/tmp/evil:{root}/bin:"),
        ('VIRTUAL_ENV="{root}"', 'VIRTUAL_ENV="{name}"'),
        ("({name}) ", "({name}) $(evil) "),
    ],
)
def test_a_line_of_an_environment_that_says_more_is_for_review(
    roots: tuple[Path, Path], old: str, new: str
) -> None:
    assert old in ACTIVATE
    report = compared(roots, activated(roots[0]), activated(roots[1], ACTIVATE.replace(old, new)))
    assert report.verdict == "different"
    assert [f.locations[0].path for f in report.findings if f.severity != "benign"] == [
        "bin/activate"
    ]


def test_the_name_of_an_environment_is_taken_out_of_prompts_only(
    tmp_path: Path,
) -> None:
    a, b = tmp_path / "1" / "echo", tmp_path / "2" / "evil"
    tree(a, {**BASE, "bin/activate": b"echo hello\n"})
    tree(b, {**BASE, "bin/activate": b"evil hello\n"})
    assert mirrored(a, b).verdict == "different"


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ('printf "(%s)" "{name}"\n', "equivalent"),
        ('printf "%s" "({name}) "\n', "equivalent"),
        ('VIRTUAL_ENV_PROMPT="{name}"\n', "equivalent"),
        ('VIRTUAL_ENV_PROMPT="$({name})"\n', "different"),
        ("PS1=`{name}`\n", "different"),
        ("x=$({name}) y\n", "different"),
    ],
)
def test_a_name_that_is_a_command_is_no_prompt(
    roots: tuple[Path, Path], line: str, verdict: str
) -> None:
    a, b = ({"bin/activate": line.format(name=root.name).encode()} for root in roots)
    assert compared(roots, a, b).verdict == verdict


def test_links_into_the_own_tree_are_benign_and_others_are_not(
    roots: tuple[Path, Path],
) -> None:
    for root in roots:
        tree(root, BASE)
        (root / "own").symlink_to(root / "lib")
        (root / "other").symlink_to(root.parent / "elsewhere")
    report = mirrored(*roots)
    assert [p.path for p in only(report, "environment-location").locations] == ["own"]
    assert [p.path for p in only(report, "member-type").locations] == ["other"]


@pytest.mark.parametrize(
    ("path", "root", "place"),
    [
        ("/x/env/bin/python", "/x/env", "bin/python"),
        ("/x/env2/bin/python", "/x/env", None),
        ("/x/env", "/x/env", None),
        ("/x/env/../bin/python", "/x/env", None),
        ("/bin/python", "/", "bin/python"),
        ("bin/python", "", None),
        ("C:\\env\\Scripts\\python.exe", "C:\\env", "Scripts/python.exe"),
    ],
)
def test_where_a_path_lies_in_its_own_tree(path: str, root: str, place: str | None) -> None:
    assert own_place(path, root) == place


def test_a_contradicted_pair_of_directories_proves_nothing() -> None:
    prefixes = Prefixes()
    for _ in range(5):
        prefixes.learn("/one", "/two")
    prefixes.learn("/one", "/three")
    info = ArtifactInfo("x", ArtifactKind.TREE)
    scene = Scene(SideScene(info), SideScene(info), prefixes=prefixes)
    fact = Difference("script.shebang", "bin/x", "", "/one/bin/python", "/two/bin/python")
    (rule,) = [rule for rule in scripts.RULES if rule.name == "shebangs"]
    (claim,) = rule.apply([fact], scene)
    assert claim.severity == "review"


def test_every_cause_of_the_family_says_all_that_explain_shows() -> None:
    for family in (installed, scripts, wheelhouse):
        for rule in family.RULES:
            for cause in rule.causes:
                assert all((cause.doc.what, cause.doc.recognised, cause.doc.why, cause.doc.fix))
                assert cause.doc.mistaken_for
                assert cause.doc.sources
