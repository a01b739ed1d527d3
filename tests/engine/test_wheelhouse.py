"""Folders of wheels and sdists: which goes with which, and what is in them."""

import io
import tarfile
from pathlib import Path

import pytest

from reprodiff.engine import compare
from reprodiff.errors import InputError
from reprodiff.formats.parsing.archivenames import archive_key
from tests.engine.installing import DATA, INFO, NAME, PAYLOAD, by_cause, mirrored, wheel

LATER = (2025, 5, 6, 7, 8, 0)


def sdist(path: Path, data: bytes = b"x = 1\n") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, content in (
            ("demo_pkg-1.0/PKG-INFO", PAYLOAD[f"{INFO}/METADATA"]),
            ("demo_pkg-1.0/demo.py", data),
        ):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def houses(tmp_path: Path) -> tuple[Path, Path]:
    for side in ("a", "b"):
        (tmp_path / side).mkdir()
    return tmp_path / "a", tmp_path / "b"


def test_artifacts_are_compared_from_within(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    wheel(houses[1] / NAME, {"demo_pkg/more.py": b"NUMBERS = (1, 2, 4)\n"}, time=LATER)
    for house in houses:
        sdist(house / "demo_pkg-1.0.tar.gz", house.name.encode() + b" = 1\n")
    report = mirrored(*houses)
    assert (report.a.kind, report.verdict) == ("wheelhouse", "different")
    changed = {place.path for place in by_cause(report)["source-changed"][0].locations}
    assert changed == {
        f"{NAME}!/demo_pkg/more.py",
        "demo_pkg-1.0.tar.gz!/demo_pkg-1.0/demo.py",
    }
    assert report.summary.ledger.unexplained_bytes == 0
    assert (report.summary.members.a, report.summary.members.differing) == (2, 2)


def test_other_times_alone_are_equivalent(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    wheel(houses[1] / NAME, time=LATER)
    report = mirrored(*houses)
    assert report.verdict == "equivalent"
    (times,) = by_cause(report)["zip-member-mtime"]
    assert times.locations[0].path.startswith(f"{NAME}!/")


def test_record_is_checked_inside(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    good = (wheel(houses[1] / NAME)).read_bytes()
    # The member's stored bytes and its two checksums are exchanged, RECORD is left as it was.
    import zipfile  # noqa: PLC0415

    with zipfile.ZipFile(houses[1] / NAME, "w") as target, zipfile.ZipFile(io.BytesIO(good)) as old:
        for entry in old.infolist():
            data = old.read(entry)
            target.writestr(entry, b"x = 2\n" if entry.filename.endswith("extra.py") else data)
    (lie,) = by_cause(mirrored(*houses))["record-contradiction"]
    assert lie.severity == "alarm"
    assert lie.locations[0].path == f"{NAME}!/{DATA}/purelib/demo_extra.py"


@pytest.mark.parametrize(
    ("one", "other", "severity"),
    [
        ("demo_pkg-1.0-py3-none-any.whl", "Demo.Pkg-1.0-py3-none-any.whl", "benign"),
        ("demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.0.0-py3-none-any.whl", "benign"),
        ("demo_pkg-1.0-py2.py3-none-any.whl", "demo_pkg-1.0-py3.py2-none-any.whl", "benign"),
        ("demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.0-1-py3-none-any.whl", "review"),
        ("demo_pkg-1.0-1-py3-none-any.whl", "demo_pkg-1.0-2-py3-none-any.whl", "review"),
    ],
)
def test_one_wheel_under_two_names_is_one_pair(
    houses: tuple[Path, Path], one: str, other: str, severity: str
) -> None:
    wheel(houses[0] / one)
    wheel(houses[1] / other, time=LATER)
    report = mirrored(*houses)
    (name,) = by_cause(report)["artifact-file-name"]
    assert name.severity == severity
    assert "member-on-one-side" not in by_cause(report)
    assert "zip-member-mtime" in by_cause(report), "the two were opened"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.1-py3-none-any.whl"),
        ("demo_pkg-1.0-py3-none-any.whl", "other_pkg-1.0-py3-none-any.whl"),
        ("demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.0-cp311-none-any.whl"),
        ("demo_pkg-1.0.tar.gz", "demo_pkg-1.0.zip"),
    ],
)
def test_other_artifacts_are_not_two_builds_of_one_thing(one: str, other: str) -> None:
    assert archive_key(one.encode()) != archive_key(other.encode())


def test_what_one_folder_lacks_is_told(houses: tuple[Path, Path]) -> None:
    for house in houses:
        wheel(house / NAME)
    wheel(houses[1] / "demo_pkg-1.1-py3-none-any.whl", time=LATER)
    report = mirrored(*houses)
    (only,) = by_cause(report)["member-on-one-side"]
    assert [place.path for place in only.locations] == ["demo_pkg-1.1-py3-none-any.whl"]
    assert report.summary.members.only_b == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("demo_pkg-1.0-py3-none-any.whl", "demo_pkg-1.1-py3-none-any.whl"),
        ("demo_pkg-1.0-cp311-cp311-win32.whl", "demo_pkg-1.0-cp312-cp312-win32.whl"),
        (
            "demo_pkg-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
            "demo_pkg-1.0-cp311-cp311-manylinux_2_28_x86_64.whl",
        ),
        (
            "demo_pkg-1.0-cp311-cp311-macosx_10_9_x86_64.whl",
            "demo_pkg-1.1-cp39-abi3-macosx_11_0_x86_64.whl",
        ),
        ("demo_pkg-1.0-cp311-cp311-win32.whl", "demo_pkg-1.0-py3-none-any.whl"),
    ],
)
def test_another_release_is_compared_under_its_own_name(
    houses: tuple[Path, Path], one: str, other: str
) -> None:
    wheel(houses[0] / one)
    said = f"Metadata-Version: 2.1\nName: demo-pkg\nVersion: {other.split('-')[1]}\n".encode()
    changed = {"demo_pkg/more.py": b"NUMBERS = (1, 2, 4)\n", f"{INFO}/METADATA": said}
    wheel(houses[1] / other, changed)
    report = mirrored(*houses)
    found = by_cause(report)
    assert "member-on-one-side" not in found
    (name,) = found["artifact-release"]
    assert name.severity == "review"
    assert (name.locations[0].a, name.locations[0].b) == (one, other)
    assert f"{one}!/demo_pkg/more.py" in {p.path for p in found["source-changed"][0].locations}
    ids = {each.id: each.cause for each in report.findings}
    roots = {"not-the-same-project", "interpreter-tags", "wheel-tags"}
    assert name.derived_from, "the version or the tags are the reason"
    assert {ids[root] for root in name.derived_from} <= roots


def test_of_several_wheels_none_is_taken_for_another(houses: tuple[Path, Path]) -> None:
    """A folder that lost cp310 and gained cp312 has no pair of these two."""
    for house, pythons in zip(houses, (("310", "311"), ("311", "312")), strict=True):
        for python in pythons:
            said = {"demo_pkg/more.py": f"NUMBERS = {python}\n".encode()}
            wheel(house / f"demo_pkg-1.0-cp{python}-cp{python}-win32.whl", said)
    report = mirrored(*houses)
    (only,) = by_cause(report)["member-on-one-side"]
    assert only.location_count == 2
    assert report.platform is not None
    (row,) = report.platform.changes
    assert (row.kind, row.a, row.b) == ("wheels", "cp310-cp310-win32", "cp312-cp312-win32")
    assert row.effect == (
        "B has no wheel of demo-pkg for cp310-cp310-win32. Only B has one for cp312-cp312-win32."
    )


def test_what_folders_offer_is_told(houses: tuple[Path, Path]) -> None:
    for house in houses:
        wheel(house / "demo_pkg-1.0-py3-none-any.whl")
    sdist(houses[0] / "demo_pkg-1.0.tar.gz")
    wheel(houses[1] / "other_pkg-2.0-py3-none-any.whl")
    wheel(houses[0] / "third-1.0-py3-none-any.whl")
    wheel(houses[1] / "third-1.0.1-py3-none-any.whl")
    platform = compare(str(houses[0]), str(houses[1])).platform
    assert platform is not None
    assert [(row.subject, row.a, row.b, row.effect) for row in platform.changes] == [
        ("sdist of demo-pkg", "there", "",
         "B has no sdist of demo-pkg: it installs only where a wheel fits."),
        ("other-pkg", "", "2.0", "B has other-pkg, A has not."),
        ("version of third", "1.0", "1.0.1", "B has another version of third."),
    ]  # fmt: skip


def test_platforms_of_wheels_inside_are_told_of_each(houses: tuple[Path, Path]) -> None:
    names = ("demo_pkg-1.0-cp311-cp311-win32.whl", "third-1.0-cp311-cp311-win32.whl")
    for name in names:
        wheel(houses[0] / name)
        wheel(houses[1] / name.replace("311", "312"), time=LATER)
    wheel(houses[0] / "same-1.0-cp311-cp311-win32.whl")
    wheel(houses[1] / "same-1.0-cp311-cp311-win32.whl")
    report = mirrored(*houses)
    assert report.platform is None
    assert report.platforms is not None
    assert [(each.path_a, each.path_b) for each in report.platforms] == [
        (name, name.replace("311", "312")) for name in names
    ]
    for each in report.platforms:
        assert [row.subject for row in each.platform.changes] == ["interpreter tag"]


def test_a_folder_against_a_file_says_which_file_to_take(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    single = wheel(houses[1] / "sub" / "Demo.Pkg-1.0-py3-none-any.whl")
    for pair in ((houses[0], single), (single, houses[0])):
        with pytest.raises(InputError, match="folder of wheels and sdists") as caught:
            compare(str(pair[0]), str(pair[1]))
        assert caught.value.hint == f"compare it with '{houses[0]}/{NAME}'"


def test_a_folder_without_its_twin_says_so(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    single = wheel(houses[1] / "other-1.0-py3-none-any.whl")
    with pytest.raises(InputError) as caught:
        compare(str(houses[0]), str(single))
    assert "none of that name" in caught.value.hint


def test_a_folder_against_an_installed_tree_is_refused(houses: tuple[Path, Path]) -> None:
    wheel(houses[0] / NAME)
    (houses[1] / "demo.py").write_bytes(b"")
    with pytest.raises(InputError, match="is a folder of wheels and sdists"):
        compare(str(houses[0]), str(houses[1]))
