"""Two artifacts that were opened, made comparable: or the reason why they are not."""

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.artifacts.tree import TreeArtifact
from reprodiff.errors import InputError
from reprodiff.formats.parsing.archivenames import archive_name
from reprodiff.model import ArtifactKind, MemberType


def aligned(a: Artifact, b: Artifact) -> tuple[Artifact, Artifact]:
    """Return what to compare of two opened artifacts; the caller still closes ``a`` and ``b``.

    A wheel and an installed tree become the wheel and what the tree has of its distribution.
    Raises :class:`~reprodiff.errors.InputError` where two inputs cannot be compared, or one
    holds many things and the other is one of them.
    """
    if a.kind is ArtifactKind.WHEEL and isinstance(b, TreeArtifact):
        return a, _against(a, b)
    if b.kind is ArtifactKind.WHEEL and isinstance(a, TreeArtifact):
        return _against(b, a), b
    for one, other in ((a, b), (b, a)):
        if isinstance(one, TreeArtifact):
            _check(one, other)
    return a, b


def _against(wheel: Artifact, tree: TreeArtifact) -> Artifact:
    if tree.kind is ArtifactKind.WHEELHOUSE:
        raise _one_of(tree, wheel)
    from reprodiff.artifacts.installed import installed_view  # noqa: PLC0415

    return installed_view(wheel, tree)


def _check(directory: TreeArtifact, other: Artifact) -> None:
    """Refuse pairs of a directory and something else that have nothing to do with each other."""
    if directory.kind is ArtifactKind.WHEELHOUSE and other.kind is not ArtifactKind.WHEELHOUSE:
        if other.kind is ArtifactKind.TREE:
            raise InputError(
                f"'{directory.path}' is a folder of wheels and sdists, '{other.path}' is not",
                "compare two such folders, or one wheel with an installed tree",
            )
        raise _one_of(directory, other)
    if other.kind is ArtifactKind.FILE:
        raise InputError(
            f"'{directory.path}' is a directory and '{other.path}' is a single file",
            "give two directories, two files, or a wheel and the tree it is installed in",
        )


def _one_of(folder: TreeArtifact, other: Artifact) -> InputError:
    """Return the error on a folder of artifacts against one artifact, with the one to take."""
    twin = _twin(folder, other)
    start = folder.path if folder.path.endswith("/") else f"{folder.path}/"
    return InputError(
        f"'{folder.path}' is a folder of wheels and sdists, '{other.path}' is a single file",
        f"compare it with '{start}{twin.path}'"
        if twin
        else "the folder has none of that name, version and tags: give two files or two folders",
    )


def _twin(folder: TreeArtifact, other: Artifact) -> Member | None:
    base = other.path.rpartition("/")[2]
    wanted = archive_name(base)
    found = [
        member
        for member in folder.members
        if member.type is MemberType.FILE and "/" not in member.path
        if member.path == base or (wanted and _same(member.path, wanted))
    ]
    found.sort(key=lambda member: (member.path != base, member.path))
    return found[0] if found else None


def _same(path: str, wanted: tuple[object, ...]) -> bool:
    found = archive_name(path)
    return found is not None and tuple(found)[:3] == wanted[:3]
