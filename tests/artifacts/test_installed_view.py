"""Which files of a tree belong to a wheel, and what the wheel would call them."""

import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.artifacts.distribution import (
    Layout,
    Project,
    find_project,
    inside,
    projects,
    scheme,
)
from reprodiff.artifacts.installed import InstalledView, installed_view
from reprodiff.artifacts.opening import open_artifact
from reprodiff.artifacts.tree import TreeArtifact
from reprodiff.errors import InputError
from reprodiff.formats.parsing.archivenames import archive_name, canonical_name, canonical_version
from reprodiff.limits import Limits
from tests.engine.installing import DATA, INFO, NAME, PAYLOAD, by_cause, mirrored, tree, wheel

SITE = "lib/python3.11/site-packages"

INSTALLED: Mapping[str, bytes] = {
    **{f"{SITE}/{name}": data for name, data in PAYLOAD.items() if not name.startswith(DATA)},
    f"{SITE}/demo_extra.py": PAYLOAD[f"{DATA}/purelib/demo_extra.py"],
    "bin/demo-tool": b"#!python\nimport demo_pkg\nprint(demo_pkg.VALUE)\n",
    "bin/demo-shell": PAYLOAD[f"{DATA}/scripts/demo-shell"],
    "share/demo/note.txt": PAYLOAD[f"{DATA}/data/share/demo/note.txt"],
    "include/site/python3.11/demo-pkg/demo.h": PAYLOAD[f"{DATA}/headers/demo.h"],
}


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return wheel(tmp_path / "dist" / NAME)


def view(built: Path, root: Path) -> InstalledView:
    found = open_artifact(str(root), Limits())
    assert isinstance(found, TreeArtifact)
    with open_artifact(str(built), Limits()) as artifact:
        return installed_view(artifact, found)


def names(built: Path, root: Path) -> set[str]:
    return {member.path for member in view(built, root).members}


def all_but_record() -> set[str]:
    return set(PAYLOAD)


@pytest.mark.parametrize("top", ["", "lib", SITE])
def test_every_file_of_the_wheel_is_found_from_wherever_one_looks(
    built: Path, tmp_path: Path, top: str
) -> None:
    root = tree(tmp_path / "env", INSTALLED)
    assert names(built, root / top) == all_but_record()


@pytest.mark.parametrize(
    "changes",
    [
        {SITE: "Lib/site-packages", "bin/": "Scripts/", "include/site/python3.11": "Include"},
        {SITE: "lib64/python3.11/site-packages"},
        {SITE: "local/lib/python3.11/dist-packages", "bin/": "local/bin/"}
        | {"include/site/": "local/include/", "share/": "local/share/"},
        {SITE: "usr/lib/python3/dist-packages", "bin/": "usr/bin/", "share/": "usr/share/"}
        | {"include/site": "usr/include"},
        {f"{SITE}/": "", "include/site/python3.11": "include"},
    ],
)
def test_the_layouts_of_systems_are_known(
    built: Path, tmp_path: Path, changes: dict[str, str]
) -> None:
    files: dict[str, bytes] = {}
    for name, data in INSTALLED.items():
        moved = name
        for old, new in changes.items():
            if moved.startswith(old):
                moved = new + moved[len(old) :]
                break
        files[moved] = data
    assert names(built, tree(tmp_path / "env", files)) == all_but_record()


def test_modules_in_the_other_library_directory_are_found(built: Path, tmp_path: Path) -> None:
    files = dict(INSTALLED)
    files[f"{SITE.replace('lib/', 'lib64/')}/demo_extra.py"] = files.pop(f"{SITE}/demo_extra.py")
    assert names(built, tree(tmp_path / "env", files)) == all_but_record()


def test_what_other_distributions_have_in_the_same_directories_is_left_out(
    built: Path, tmp_path: Path
) -> None:
    others = {
        f"{SITE}/demo_pkg/plugin.py": b"",
        f"{SITE}/demo_pkg/__pycache__/plugin.cpython-311.pyc": b"",
        f"{SITE}/demo_pkg/stranger.py": b"",
        f"{SITE}/plugin-1.0.dist-info/RECORD": b"demo_pkg/plugin.py,,\n",
        f"{SITE}/unrelated.py": b"",
        "bin/unrelated": b"",
        "share/demo/unrelated": b"",
    }
    found = names(built, tree(tmp_path / "env", {**INSTALLED, **others}))
    assert found - all_but_record() == {"demo_pkg/stranger.py"}


def test_what_record_lists_is_found_under_the_name_a_wheel_has_for_it(
    built: Path, tmp_path: Path
) -> None:
    rows = b"../../../bin/demo,,\nmade_at_install.py,,\n../../../etc/demo.conf,,\nmissing.py,,\n"
    more = {
        f"{SITE}/{INFO}/RECORD": rows,
        "bin/demo": b"#!/bin/sh\n",
        f"{SITE}/made_at_install.py": b"",
        "etc/demo.conf": b"",
    }
    found = names(built, tree(tmp_path / "env", {**INSTALLED, **more}))
    assert found - all_but_record() == {
        f"{INFO}/RECORD",
        f"{DATA}/scripts/demo",
        "made_at_install.py",
        f"{DATA}/data/etc/demo.conf",
    }


def test_rows_of_record_have_the_names_of_the_members(built: Path, tmp_path: Path) -> None:
    rows = (
        b"../../../bin/demo-tool,sha256=x,1\r\n"
        b'"../../../share/demo/note.txt",sha256=y,2\r\n'
        b"demo_pkg/cli.py,sha256=z,3\r\n"
        b"../../../../outside,,\r\n"
        b"bad row\r\n"
    )
    root = tree(tmp_path / "env", {**INSTALLED, f"{SITE}/{INFO}/RECORD": rows})
    found = view(built, root)
    (record,) = [member for member in found.members if member.path == f"{INFO}/RECORD"]
    with found.read(record) as data:
        assert (
            bytes(data)
            == (
                f"{DATA}/scripts/demo-tool,sha256=x,1\r\n"
                f"{DATA}/data/share/demo/note.txt,sha256=y,2\r\n"
                "demo_pkg/cli.py,sha256=z,3\r\n"
                "../../../../outside,,\r\n"
                "bad row\r\n"
            ).encode()
        )


def test_a_name_with_a_comma_stays_one_field(tmp_path: Path) -> None:
    name = f'{DATA}/data/a,"b".txt'
    built = wheel(tmp_path / NAME, {name: b"x"})
    root = tree(
        tmp_path / "env",
        {**INSTALLED, 'a,"b".txt': b"x", f"{SITE}/{INFO}/RECORD": b'"../../../a,""b"".txt",,\n'},
    )
    found = view(built, root)
    (record,) = [member for member in found.members if member.path == f"{INFO}/RECORD"]
    with found.read(record) as data:
        assert bytes(data) == f'"{DATA}/data/a,""b"".txt",,\n'.encode()


def test_another_spelling_of_the_project_is_the_same(built: Path, tmp_path: Path) -> None:
    files = {name.replace("demo_pkg-1.0", "Demo.Pkg-1.0.0"): d for name, d in INSTALLED.items()}
    assert names(built, tree(tmp_path / "env", files)) == all_but_record()


def test_a_copy_that_another_project_brings_along_is_passed_over(
    built: Path, tmp_path: Path
) -> None:
    copy = {f"{SITE}/pip/_vendor/{INFO}/METADATA": b"Name: other\n"}
    assert names(built, tree(tmp_path / "env", {**INSTALLED, **copy})) == all_but_record()


def test_a_script_that_became_executable_is_the_installers_doing(
    built: Path, tmp_path: Path
) -> None:
    with zipfile.ZipFile(built) as old:
        entries = [(entry, old.read(entry)) for entry in old.infolist()]
    with zipfile.ZipFile(built, "w") as new:
        for entry, data in entries:
            entry.external_attr = 0o100644 << 16
            new.writestr(entry, data)
    root = tree(tmp_path / "env", INSTALLED)
    (root / SITE / "demo_pkg" / "cli.py").chmod(0o755)
    found = by_cause(mirrored(built, root))
    inside_of = {p.path for p in found["installer-files"][0].locations if p.inside == "mode"}
    assert inside_of == {f"{DATA}/scripts/demo-tool", f"{DATA}/scripts/demo-shell"}
    assert [p.path for p in found["mode-executable"][0].locations] == ["demo_pkg/cli.py"]


def test_what_is_wrong_with_the_wheel_itself_is_told(built: Path, tmp_path: Path) -> None:
    built.write_bytes(b"hidden" + built.read_bytes())
    report = mirrored(built, tree(tmp_path / "env", INSTALLED))
    assert report.findings[0].severity == "alarm"
    assert "archive-hidden-data" in by_cause(report)


def test_the_installed_side_is_named_after_the_distribution(built: Path, tmp_path: Path) -> None:
    report = mirrored(built, tree(tmp_path / "env", INSTALLED))
    assert (report.b.kind, report.b.name, report.b.version) == ("tree", "demo-pkg", "1.0")
    assert report.b.made_by is not None
    assert report.b.made_by.tool == "hand"


def layout(site: str) -> Layout:
    project = Project("demo", "1.0", "demo-1.0.dist-info")
    return Layout(project, project, scheme(site))


@pytest.mark.parametrize(
    ("site", "prefix", "python"),
    [
        ("/x/lib/python3.11/site-packages", "/x", "python3.11"),
        ("/x/lib64/python3.13t/site-packages", "/x", "python3.13t"),
        ("/x/lib/pypy3.10/site-packages", "/x", "pypy3.10"),
        ("/usr/lib/python3/dist-packages", "/usr", ""),
        ("C:/x/Lib/site-packages", "C:/x", ""),
        ("/lib/python3.11/site-packages", "/", "python3.11"),
        ("/x/target", "/x/target", ""),
        ("/x/site-packages", "/x/site-packages", ""),
    ],
)
def test_the_prefix_of_a_site_directory(site: str, prefix: str, python: str) -> None:
    found = scheme(site)
    assert (found.prefix, found.python) == (prefix, python)


@given(st.text(st.sampled_from("ab./\\ \0\"'"), max_size=30))
def test_no_row_of_record_leads_out_of_the_prefix(row: str) -> None:
    for site in ("/p/lib/python3.11/site-packages", "/target"):
        found = layout(site)
        place = found.listed(row)
        assert place is None or inside(place, found.scheme.prefix) is not None
        assert place is None or ".." not in place.split("/")


@given(st.text(max_size=40), st.sampled_from(["", "demo-1.0.data/", "demo-1.0.dist-info/"]))
def test_places_for_any_name_can_be_told(name: str, start: str) -> None:
    for place in layout("/p/lib/python3.11/site-packages").places(start + name):
        assert isinstance(place, str)


def test_names_of_places_lead_back() -> None:
    found = layout("/p/lib/python3.11/site-packages")
    for name in ("pkg/a.py", "demo-1.0.dist-info/METADATA", "demo-1.0.data/scripts/x"):
        assert found.name(next(iter(found.places(name)))) == name
    assert found.name("/elsewhere/x") is None


def test_a_tree_with_two_or_none_is_refused() -> None:
    wanted = Project("Demo", "1.0", "Demo-1.0.dist-info")
    held = projects(
        ["a/site-packages/demo-1.0.dist-info/X", "b/site-packages/demo-1.0.dist-info/X"]
    )
    with pytest.raises(InputError, match="more than once"):
        find_project(wanted, held.values(), "tree")
    with pytest.raises(InputError, match="does not hold demo"):
        find_project(wanted, (), "tree")


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.0", "1.0.0"), ("v1.0", "1.0"), ("1.0+Ab_1", "1.0+ab.1"), ("junk", "JUNK")],
)
def test_versions_that_mean_the_same(one: str, other: str) -> None:
    assert canonical_version(one) == canonical_version(other)


def test_names_are_read_as_they_are_written() -> None:
    assert canonical_name("Foo__Bar.-baz") == "foo-bar-baz"
    found = archive_name("Foo.Bar-1.0-2b-py2.py3-none-any.whl")
    assert found is not None
    assert (found.name, found.build, found.tags) == (
        *("foo-bar", "2b"),
        ("py2-none-any", "py3-none-any"),
    )
    assert archive_name("foo.whl") is None
    assert archive_name("a/foo-1.0-py3-none-any.whl") is None
