"""Trees as a stranger may leave them: nothing hangs, nothing is followed, all is told."""

import os
import socket
import stat
import sys
from pathlib import Path

import pytest

from reprodiff.artifacts import tree as module
from reprodiff.artifacts.tree import MAX_COPIED, TreeArtifact, read_file
from reprodiff.engine import Options, compare
from reprodiff.errors import DamagedError, LimitError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Report
from tests.engine.installing import by_cause, mirrored, tree

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX file system")


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    files = {"pkg/a.py": b"a = 1\n", "pkg/b.py": b"b = 1\n"}
    return tree(tmp_path / "a", files), tree(tmp_path / "b", files)


def opened(root: Path, limits: Limits | None = None) -> TreeArtifact:
    return TreeArtifact(root, str(root), limits or Limits(), ArtifactKind.TREE)


def of_type(report: Report) -> dict[str, tuple[str, str]]:
    places = [p for finding in by_cause(report)["member-type"] for p in finding.locations]
    return {place.path: (place.a, place.b) for place in places}


@posix
def test_links_are_members_and_are_not_followed(tmp_path: Path) -> None:
    root = tree(tmp_path / "a", {"pkg/a.py": b"a = 1\n"})
    (root / "loop").symlink_to(".")
    (root / "pkg" / "up").symlink_to(root)
    (root / "gone").symlink_to("nowhere")
    (root / "secret").symlink_to("/etc/passwd")
    found = {member.path: (member.type, member.link) for member in opened(root).members}
    assert found == {
        "gone": (MemberType.SYMLINK, "nowhere"),
        "loop": (MemberType.SYMLINK, "."),
        "pkg": (MemberType.DIRECTORY, ""),
        "pkg/a.py": (MemberType.FILE, ""),
        "pkg/up": (MemberType.SYMLINK, str(root)),
        "secret": (MemberType.SYMLINK, "/etc/passwd"),
    }


@posix
def test_a_link_that_leads_elsewhere_is_told(roots: tuple[Path, Path]) -> None:
    (roots[0] / "pkg" / "x").symlink_to("a.py")
    (roots[1] / "pkg" / "x").symlink_to("b.py")
    assert of_type(mirrored(*roots)) == {"pkg/x": ("a.py", "b.py")}


@posix
def test_a_fifo_in_place_of_a_file_is_told_and_does_not_hang(roots: tuple[Path, Path]) -> None:
    (roots[1] / "pkg" / "a.py").unlink()
    os.mkfifo(roots[1] / "pkg" / "a.py")
    assert of_type(mirrored(*roots)) == {"pkg/a.py": ("file", "fifo")}


@posix
def test_two_fifos_are_the_same_and_one_alone_is_told(roots: tuple[Path, Path]) -> None:
    for root in roots:
        os.mkfifo(root / "both")
    os.mkfifo(roots[0] / "alone")
    (only,) = by_cause(mirrored(*roots))["member-on-one-side"]
    assert [(place.path, place.a) for place in only.locations] == [("alone", "fifo")]


@posix
def test_a_socket_is_told(roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(roots[1] / "pkg")  # a socket's path may have about 100 characters
    Path("a.py").unlink()
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("a.py")
        assert of_type(mirrored(*roots)) == {"pkg/a.py": ("file", "other")}


@posix
def test_a_device_is_told_and_never_read(roots: tuple[Path, Path]) -> None:
    for name, minor in (("zero", 5), ("full", 7)):
        (roots[1] / "pkg" / name).write_bytes(b"")
        try:
            os.mknod(roots[0] / "pkg" / name, stat.S_IFCHR | 0o644, os.makedev(1, minor))
        except PermissionError:
            pytest.skip("needs the right to make device nodes")
    assert of_type(mirrored(*roots)) == {
        "pkg/zero": ("device", "file"),
        "pkg/full": ("device", "file"),
    }


@posix
def test_a_file_that_turned_into_a_fifo_meanwhile_is_refused(tmp_path: Path) -> None:
    root = tree(tmp_path / "a", {"x": b"data"})
    artifact = opened(root)
    (root / "x").unlink()
    os.mkfifo(root / "x")
    with pytest.raises(DamagedError, match="not a regular file"):
        artifact.read(artifact.members[0])
    assert artifact.stored(artifact.members[0]) is None


def test_a_file_that_went_away_meanwhile_is_refused(tmp_path: Path) -> None:
    root = tree(tmp_path / "a", {"x": b"data"})
    artifact = opened(root)
    (root / "x").unlink()
    with pytest.raises(DamagedError, match="no such file"):
        artifact.read(artifact.members[0])


def test_a_file_that_became_shorter_meanwhile_is_refused_and_does_not_kill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"x" * 100_000)
    real = os.read

    def shorter(handle: int, size: int) -> bytes:
        os.truncate(path, 50_000)
        return real(handle, min(size, 60_000))

    monkeypatch.setattr("reprodiff.artifacts.tree.os.read", shorter)
    with pytest.raises(DamagedError, match="shorter"):
        read_file(path, "x", Limits())


def test_small_files_and_large_ones_are_read_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_COPIED > 1 << 20
    monkeypatch.setattr(module, "MAX_COPIED", 10)
    for data in (b"", b"123", b"1234567890", b"12345678901" * 50):
        (tmp_path / "x").write_bytes(data)
        with read_file(tmp_path / "x", "x", Limits()) as view:
            assert bytes(view) == data


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"12345")
    with pytest.raises(LimitError):
        read_file(tmp_path / "x", "x", Limits(max_member_bytes=4))


def refuse(monkeypatch: pytest.MonkeyPatch, function: str, *names: str) -> None:
    """Let the system refuse what is called so: who runs tests may be allowed everything."""
    real = getattr(os, function)

    def refusing(path: object, *rest: object) -> object:
        text = os.fsdecode(path) if isinstance(path, (bytes, str)) else str(path)
        if text.endswith(names):
            raise PermissionError(13, "Permission denied")
        return real(path, *rest)

    monkeypatch.setattr(f"reprodiff.artifacts.tree.os.{function}", refusing)


def test_a_file_that_may_not_be_read_is_a_problem(
    roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    (roots[1] / "pkg" / "a.py").write_bytes(b"a = 2\n")
    refuse(monkeypatch, "open", str(Path("b") / "pkg" / "a.py"))
    report = compare(str(roots[0]), str(roots[1]))
    assert report.verdict == "incomplete"
    assert [(p.path, p.side, p.message) for p in report.problems] == [
        ("pkg/a.py", "b", "cannot read pkg/a.py: permission denied")
    ]


def test_a_directory_that_may_not_be_listed_hides_only_what_is_in_it(
    roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree(roots[0], {"extra.py": b"x\n", "pkg/only.py": b"y\n", "pkg.py": b"z\n"})
    refuse(monkeypatch, "scandir", os.fspath(roots[1] / "pkg"))
    report = compare(str(roots[0]), str(roots[1]))
    assert [(p.path, p.side) for p in report.problems] == [("pkg", "b")]
    found = {
        place.path: finding.confidence
        for finding in by_cause(report)["member-on-one-side"]
        for place in finding.locations
    }
    sure = {path for path, confidence in found.items() if confidence == "proven"}
    assert {"pkg/a.py", "pkg/b.py", "pkg/only.py"} <= found.keys()
    assert sure == {"extra.py", "pkg.py"}, "what the listed part does not have is not there"
    assert report.verdict == "different"


def test_a_tree_that_may_not_be_listed_in_part_is_incomplete_not_different(
    roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(monkeypatch, "scandir", os.fspath(roots[1] / "pkg"))
    assert compare(str(roots[0]), str(roots[1])).verdict == "incomplete"


def test_too_many_entries_are_a_problem_not_a_wait(roots: tuple[Path, Path]) -> None:
    for number in range(20):
        (roots[0] / f"f{number}").write_bytes(b"")
    report = compare(str(roots[0]), str(roots[1]), Options(limits=Limits(max_entries=5)))
    assert ["more than 5 entries" in p.message for p in report.problems] == [True]
    assert report.problems[0].side == "a"


@posix
def test_directories_deeper_than_a_path_may_be_are_no_error(tmp_path: Path) -> None:
    root = tmp_path / "a"
    root.mkdir()
    here = os.open(root, os.O_RDONLY)
    try:
        for _ in range(60):
            os.mkdir("d" * 100, dir_fd=here)
            below = os.open("d" * 100, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = below
        artifact = opened(root)
    finally:
        os.close(here)
    assert 0 < len(artifact.members) <= 60
    assert artifact.problems or len(artifact.members) == 60
    assert all("name too long" in problem.message for problem in artifact.problems)


@posix
def test_names_that_act_on_a_terminal_are_shown_escaped(roots: tuple[Path, Path]) -> None:
    (roots[0] / "pkg" / "x\x1b]52;c;evil\x07.py").write_bytes(b"")
    (only,) = by_cause(mirrored(*roots))["member-on-one-side"]
    assert "\x1b" not in only.locations[0].path
    assert "\\x1b" in only.locations[0].path


def test_times_of_files_and_directories_are_benign(roots: tuple[Path, Path]) -> None:
    for path in (roots[0] / "pkg", roots[0] / "pkg" / "a.py"):
        os.utime(path, (1, 1))
    report = mirrored(*roots)
    assert report.verdict == "equivalent"
    assert {f.cause for f in report.findings} == {"tree-mtime"}


@posix
def test_an_executable_bit_is_found_beside_a_umask(roots: tuple[Path, Path]) -> None:
    (roots[1] / "pkg" / "a.py").chmod(0o600)
    (roots[1] / "pkg" / "b.py").chmod(0o744)
    found = by_cause(mirrored(*roots))
    assert [p.path for p in found["mode-executable"][0].locations] == ["pkg/b.py"]
    assert found["mode-executable"][0].severity == "review"


def test_a_tree_is_its_own_twin(roots: tuple[Path, Path]) -> None:
    report = compare(str(roots[0]), str(roots[0]))
    assert report.verdict == "identical"
    assert report.findings == ()


def test_where_a_tree_lies_is_known_whatever_it_is_called(
    roots: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(roots[0])
    for name in (".", "./", "pkg/.."):
        artifact = TreeArtifact(Path(name), name, Limits(), ArtifactKind.TREE)
        assert artifact.location == os.fspath(roots[0])
