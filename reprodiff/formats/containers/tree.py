"""Facts on the members of two directory trees: what the file system records of them."""

from collections.abc import Iterator

from reprodiff.artifacts.tree import TreeArtifact, TreeEntry
from reprodiff.model import Difference, MemberType
from reprodiff.pairing import Pairing


def compare(a: TreeArtifact, b: TreeArtifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield what differs in mode, time, owner and hard links of paired members.

    A symbolic link has a mode and a time of its own that nothing reads; they are left out.
    Facts of a tree weigh nothing: they are not bytes of any file.
    """
    for pair in pairing.pairs:
        entry_a, entry_b = a.entries[pair.a.index], b.entries[pair.b.index]
        if entry_a == entry_b or pair.a.type is not pair.b.type:
            continue
        path = pair.a.path
        if pair.a.type is not MemberType.SYMLINK:
            if entry_a.mode != entry_b.mode:
                yield Difference("tree.mode", path, "mode", entry_a.mode, entry_b.mode)
            if entry_a.mtime_ns != entry_b.mtime_ns:
                yield Difference("tree.time", path, "mtime", entry_a.mtime_ns, entry_b.mtime_ns)
        yield from _owners(path, entry_a, entry_b)
        if entry_a.links != entry_b.links:
            yield Difference("tree.links", path, "hard links", entry_a.links, entry_b.links)
        elif entry_a.links > 1:
            first_a, first_b = a.first_link[entry_a.inode], b.first_link[entry_b.inode]
            if first_a != first_b:
                yield Difference("tree.links", path, "hard link of", first_a, first_b)


def _owners(path: str, a: TreeEntry, b: TreeEntry) -> Iterator[Difference]:
    for what, inside, one, other in (
        ("tree.uid", "uid", a.uid, b.uid),
        ("tree.gid", "gid", a.gid, b.gid),
        ("tree.uname", "user", a.owner, b.owner),
        ("tree.gname", "group", a.group, b.group),
    ):
        if one != other:
            yield Difference(what, path, inside, one, other)
