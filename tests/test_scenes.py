"""What rules may know of a pair: gathered from the members, on both sides alike."""

import io
import tarfile
from pathlib import Path

from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact
from reprodiff.causes.base import Prefixes, Scene
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.pairing import pair
from reprodiff.scenes import make_scene
from tests.artifacts.zipformat.build import Made, archive


def scene(a: Artifact, b: Artifact) -> Scene:
    differing: set[str] = set()
    pairing = pair(a.members, b.members, lambda _side, _member: None)
    made = make_scene(
        a, b, identify(a), identify(b), pairing, Prefixes(), lambda _s, _p, _a: None, differing
    )
    differing.add("seen later")
    return made


def opened(path: Path, data: bytes) -> Artifact:
    path.write_bytes(data)
    return open_artifact(str(path), Limits())


def tarred(*members: tuple[str, int, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as made:
        for name, mtime, owner in members:
            info = tarfile.TarInfo(name)
            info.mtime, info.uname = mtime, owner
            made.addfile(info)
    return out.getvalue()


def test_both_sides_tell_their_files_times_and_owners(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "a.tar", tarred(("d-1/a.py", 100, "ci"), ("d-1/b.py", 50, "ci"))) as a,
        opened(tmp_path / "b.tar", tarred(("d-1/a.py", 100, "me"), ("d-1/c.py", 100, ""))) as b,
    ):
        made = scene(a, b)
    assert made.a.paths == {"d-1/a.py", "d-1/b.py"}
    assert made.a.times == (50, 100)
    assert made.a.mtimes == {"d-1/a.py": 100, "d-1/b.py": 50}
    assert made.b.times == (100,)
    assert made.a.owners == {"ci"}
    assert made.b.owners == {"me"}
    assert made.a.zoned
    assert made.only_a == {"d-1/b.py"}
    assert made.only_b == {"d-1/c.py"}
    assert made.differing == {"seen later"}


def test_times_of_a_zip_are_clock_readings_without_a_zone(tmp_path: Path) -> None:
    members = Made(name=b"d/", data=b""), Made(name=b"d/a.py")
    with opened(tmp_path / "a.zip", archive(*members)) as a:
        made = scene(a, a)
    assert not made.a.zoned
    assert len(made.a.times) == 1
    assert made.a.paths == {"d/a.py"}


def test_members_under_other_names_have_their_partner(tmp_path: Path) -> None:
    with (
        opened(tmp_path / "a.zip", archive(Made(name=b"d-1.dist-info/WHEEL", data=b"a"))) as a,
        opened(tmp_path / "b.zip", archive(Made(name=b"d-2.dist-info/WHEEL", data=b"b"))) as b,
    ):
        made = scene(a, b)
    assert made.partner == {"d-1.dist-info/WHEEL": "d-2.dist-info/WHEEL"}
    assert made.only_a == made.only_b == frozenset()


def test_a_scene_with_a_member_at_hand_shares_everything_else(tmp_path: Path) -> None:
    with opened(tmp_path / "a.zip", archive(Made())) as a:
        made = scene(a, a)
        here = made.at(("p", "q"), (memoryview(b"1"), memoryview(b"2")), "same")
    assert (here.path, here.path_b, here.syntax) == ("p", "q", "same")
    assert (bytes(here.data_a), bytes(here.data_b)) == (b"1", b"2")
    assert here.prefixes is made.prefixes
    assert here.differing is made.differing
    assert here.digest(Side.A, "p", "sha256") is None
