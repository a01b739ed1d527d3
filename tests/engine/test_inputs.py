"""What somebody may give by mistake: one clear line that says what to do, or a comparison."""

import os
import sys
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.errors import InputError
from tests.engine.installing import DATA, INFO, NAME, PAYLOAD, by_cause, mirrored, wheel
from tests.engine.installing import tree as make_tree

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


@pytest.fixture
def built(tmp_path: Path) -> Path:
    return wheel(tmp_path / "dist" / NAME)


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    return make_tree(tmp_path / "unpacked", PAYLOAD)


def refused(a: Path | str, b: Path | str) -> InputError:
    """Return the error of both orders, which has to be one line and to say what to do."""
    errors = []
    for pair in ((a, b), (b, a)):
        with pytest.raises(InputError) as caught:
            compare(str(pair[0]), str(pair[1]))
        errors.append(caught.value)
    assert errors[0].message == errors[1].message
    assert "\n" not in errors[0].message
    assert errors[0].hint
    return errors[0]


def test_a_file_against_a_directory_is_refused(tmp_path: Path, unpacked: Path) -> None:
    (tmp_path / "x.txt").write_bytes(b"x")
    assert "is a directory" in refused(tmp_path / "x.txt", unpacked).message


def test_a_wheel_that_the_tree_does_not_hold_is_refused(built: Path, tmp_path: Path) -> None:
    root = make_tree(tmp_path / "tree", {"other.py": b"", "other-1.0.dist-info/METADATA": b""})
    assert "does not hold demo-pkg 1.0" in refused(built, root).message


def test_a_tree_that_holds_another_version_says_which(built: Path, tmp_path: Path) -> None:
    root = make_tree(tmp_path / "tree", {"Demo.Pkg-1.2.dist-info/METADATA": b""})
    assert "holds demo-pkg 1.2, not 1.0" in refused(built, root).message


def test_a_tree_that_holds_it_twice_asks_for_one(built: Path, tmp_path: Path) -> None:
    root = make_tree(
        tmp_path / "tree",
        {f"lib/python3.{n}/site-packages/{INFO}/METADATA": b"" for n in (11, 12)},
    )
    error = refused(built, root)
    assert "more than once" in error.message
    assert "'lib/python3.11/site-packages' and 'lib/python3.12/site-packages'" in error.message


def test_a_dist_info_directory_is_not_what_is_installed(built: Path, unpacked: Path) -> None:
    error = refused(built, unpacked / INFO)
    assert ".dist-info directory of a distribution" in error.message
    assert "directory that it is in" in error.hint


def test_two_dist_info_directories_can_be_compared(unpacked: Path, tmp_path: Path) -> None:
    other = make_tree(tmp_path / "other", {**PAYLOAD, f"{INFO}/METADATA": b"Name: evil\n"})
    assert mirrored(unpacked / INFO, other / INFO).verdict == "different"


def test_a_wheel_without_dist_info_cannot_be_found_in_a_tree(
    tmp_path: Path, unpacked: Path
) -> None:
    gone: dict[str, bytes | None] = {name: None for name in PAYLOAD if name.startswith(INFO)}
    broken = wheel(tmp_path / "x-1.0-py3-none-any.whl", gone)
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("x.py", b"")
    assert "has no .dist-info directory" in refused(broken, unpacked).message


def test_an_unpacked_wheel_is_a_tree_of_it(built: Path, unpacked: Path) -> None:
    report = mirrored(built, unpacked)
    assert report.summary.members.only_b == 0
    # Only RECORD, which nobody wrote, is missing.
    (only,) = by_cause(report)["member-on-one-side"]
    assert [place.path for place in only.locations] == [f"{INFO}/RECORD"]


@posix
def test_names_in_a_wheel_never_lead_out_of_the_tree(tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"TOP = 'secret'\n")
    root = make_tree(tmp_path / "top" / "tree", PAYLOAD)
    (root / "linked").symlink_to(tmp_path)
    names = (
        *("../../secret.py", f"{DATA}/data/../../secret.py", f"{DATA}/purelib/../../secret.py"),
        *("linked/secret.py", f"{DATA}/data/linked/secret.py", f"{DATA}/scripts/../../secret.py"),
        os.fspath(tmp_path / "secret.py"),
    )
    evil = wheel(tmp_path / NAME, dict.fromkeys(names, b"TOP = 'guess'\n"))
    report = compare(str(evil), str(root))
    shown = repr([f.locations for f in report.findings])
    assert "secret'" not in shown.replace("TOP = 'guess'", "")
    assert report.verdict == "different"


@posix
def test_rows_of_a_record_never_lead_out_of_the_prefix(built: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.py").write_bytes(b"TOP = 'secret'\n")
    site = tmp_path / "env" / "lib" / "python3.11" / "site-packages"
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "bin").symlink_to(tmp_path)
    rows = (
        "../../../../secret.py,,\n../../../bin/secret.py,,\n"
        f"{tmp_path}/secret.py,,\n../../../pyvenv.cfg,,\n"
    )
    make_tree(tmp_path / "env", {"pyvenv.cfg": b"home = x\n"})
    make_tree(site, {**PAYLOAD, f"{INFO}/RECORD": rows.encode()})
    report = compare(str(built), str(site))
    paths = {place.path for finding in report.findings for place in finding.locations}
    assert f"{DATA}/data/pyvenv.cfg" in paths, "what RECORD lists inside of the prefix is looked at"
    assert not any("TOP" in place.b for f in report.findings for place in f.locations)
    assert report.summary.members.only_b == 1


@pytest.mark.parametrize("name", ["", "nul\0byte", "missing"])
def test_a_path_that_leads_nowhere_is_refused(name: str, built: Path) -> None:
    assert "cannot open" in refused(name, built).message


def test_an_empty_directory_is_refused(tmp_path: Path, unpacked: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert "is an empty directory" in refused(tmp_path / "empty", unpacked).message


def test_a_directory_that_may_not_be_listed_is_refused(
    unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_tree(tmp_path / "other", PAYLOAD)
    real = os.listdir

    def listdir(path: Path) -> list[str]:
        if Path(path) == other:
            raise PermissionError(13, "Permission denied")
        return real(path)

    monkeypatch.setattr("reprodiff.artifacts.opening.os.listdir", listdir)
    assert refused(other, unpacked).message == f"cannot list '{other}': permission denied"


def test_a_file_that_may_not_be_read_is_refused(
    built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = wheel(tmp_path / "other" / NAME)
    real = os.open

    def guarded(path: Path, flags: int) -> int:
        if Path(path) == other:
            raise PermissionError(13, "Permission denied")
        return real(path, flags)

    monkeypatch.setattr("reprodiff.artifacts.tree.os.open", guarded)
    assert refused(other, built).message == f"cannot read {other}: permission denied"


@posix
def test_a_fifo_is_refused_without_waiting(tmp_path: Path, built: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "it is a fifo" in refused(tmp_path / "pipe", built).message


def test_an_empty_file_that_should_be_a_wheel_is_refused(tmp_path: Path, built: Path) -> None:
    (tmp_path / NAME).write_bytes(b"")
    assert "is empty" in refused(tmp_path / NAME, built).message


def test_two_packages_are_compared_and_said_to_be_two(built: Path, tmp_path: Path) -> None:
    changes: dict[str, bytes | None] = {
        f"{INFO}/METADATA": b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n"
    }
    other = wheel(tmp_path / "other-1.0-py3-none-any.whl", changes)
    (kind,) = by_cause(mirrored(built, other))["not-the-same-project"]
    assert kind.severity == "review"
    assert "demo-pkg" in kind.explanation
    assert "other" in kind.explanation


@pytest.mark.parametrize("form", ["{}/", "{}/.", "{}/../unpacked", "./."])
def test_a_directory_may_be_written_in_any_way(
    form: str, built: Path, unpacked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(unpacked)
    path = form.format(unpacked)
    assert compare(path, str(unpacked)).verdict == "identical"
    assert compare(str(built), path).summary.members.a == len(PAYLOAD) + 1


@posix
def test_a_link_to_a_wheel_is_the_wheel(built: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(built)
    report = compare(str(built), str(tmp_path / "latest"))
    assert report.verdict == "identical"
    assert report.b.kind == "wheel"


@posix
def test_a_link_to_a_directory_is_the_directory(unpacked: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(unpacked)
    assert compare(str(unpacked), str(tmp_path / "link")).verdict == "identical"
