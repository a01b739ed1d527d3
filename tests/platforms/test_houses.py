"""What two installed trees have: distributions by name and version."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

from reprodiff.artifacts.base import Member
from reprodiff.model import MemberType
from reprodiff.platforms.houses import compare_trees

if TYPE_CHECKING:
    from reprodiff.artifacts.base import Artifact


def tree(*paths: str) -> "Artifact":
    members = [Member(path, path.encode(), MemberType.FILE, 9, 0) for path in paths]
    return cast("Artifact", SimpleNamespace(members=members))


def test_distributions_of_two_trees_are_told_by_version() -> None:
    a = tree(
        "lib/site-packages/Demo_Pkg-1.0.dist-info/METADATA",
        "same-2.0.dist-info/METADATA",
        "old-3.0.dist-info/METADATA",
        "demo_pkg/other-9.dist-info.txt",
    )
    b = tree(
        "lib/site-packages/demo_pkg-1.1.dist-info/METADATA",
        "same-2.0.0.dist-info/METADATA",
        "new-4.0.dist-info/METADATA",
    )
    assert [(row.kind, row.subject, row.a, row.b, row.effect) for row in compare_trees(a, b)] == [
        ("version", "version of demo-pkg", "1.0", "1.1", "B has another version of demo-pkg."),
        ("version", "new", "", "4.0", "B has new, A has not."),
        ("version", "old", "3.0", "", "B has nothing of old."),
    ]
    assert compare_trees(a, a) == ()
