"""Facts on which members there are, whatever the container."""

from collections.abc import Iterator

from reprodiff.artifacts.base import Artifact, Member
from reprodiff.model import ArtifactInfo, Difference, MemberType, Span, SpansIn
from reprodiff.pairing import MemberPair, Pairing


def compare(a: Artifact, b: Artifact, pairing: Pairing) -> Iterator[Difference]:
    """Yield members of one side only, renamed ones, and those of another type or link target.

    ``member.only`` weighs the member's content; ``member.directory`` is an entry for a directory
    that has members of its own and says nothing else, so that leaving it out loses nothing.
    """
    yield from _one_sided(a, b, pairing)
    for pair in pairing.pairs:
        one, two = pair.a, pair.b
        if one.raw != two.raw:
            yield Difference("member.renamed", one.path, "name", one.path, two.path, note=pair.how)
        if one.type is not two.type:
            yield Difference(
                "member.type",
                one.path,
                "type",
                one.type.value,
                two.type.value,
                weight=max(one.size, two.size, 1),
            )
        elif one.link != two.link:
            yield Difference(
                "member.link",
                one.path,
                "link target",
                one.link,
                two.link,
                weight=max(len(one.link), len(two.link)),
            )


def _one_sided(a: Artifact, b: Artifact, pairing: Pairing) -> Iterator[Difference]:
    for artifact, other, members, is_a in (
        (a, b, pairing.only_a, True),
        (b, a, pairing.only_b, False),
    ):
        filled = _filled_directories(artifact)
        for member in members:
            implied = member.type is MemberType.DIRECTORY and member.raw.rstrip(b"/") in filled
            odd = _oddity(artifact, member) if implied else ""
            what = "member.directory" if implied and not odd else "member.only"
            size = max(member.size, 0)
            span = Span(0, size) if member.type is MemberType.FILE else None
            value = f"{_describe(member)}, with {odd}" if odd else _describe(member)
            yield Difference(
                what,
                member.path,
                "",
                value if is_a else None,
                None if is_a else value,
                span if is_a else None,
                None if is_a else span,
                note="damaged" if other.may_hold(member.raw) else "",
                weight=size if member.type is MemberType.FILE else 0,
                spans_in=SpansIn.MEMBER,
            )


def _oddity(artifact: Artifact, member: Member) -> str:
    # Loads the readers of all archives, and few pairs have such an entry.
    from reprodiff.formats.containers.directories import oddity  # noqa: PLC0415

    return oddity(artifact, member)


def _describe(member: Member) -> str:
    if member.type is MemberType.FILE:
        return f"file, {member.size} bytes" if member.size >= 0 else "file"
    return f"{member.type} to {member.link}" if member.link else str(member.type)


def _filled_directories(artifact: Artifact) -> set[bytes]:
    """Return the names of all directories that hold a member, without a slash at the end.

    ``.`` is the directory that is unpacked into.
    """
    filled = {b"."} if len(artifact.members) > 1 else set()
    for member in artifact.members:
        parent = member.raw.rstrip(b"/").rpartition(b"/")[0]
        while parent and parent not in filled:
            filled.add(parent)
            parent = parent.rpartition(b"/")[0]
    return filled


def project(a: ArtifactInfo, b: ArtifactInfo) -> Iterator[Difference]:
    """Yield where the two are not the same kind of thing, project or version."""
    if a.kind is not b.kind:
        yield Difference("artifact.kind", "", "kind", a.kind.value, b.kind.value)
    if a.name and b.name and a.name != b.name:
        yield Difference("artifact.name", "", "project", a.name, b.name)
    elif a.version and b.version and a.version != b.version:
        yield Difference("artifact.version", "", "version", a.version, b.version)
    if a.tags and b.tags and a.tags != b.tags:
        yield Difference("artifact.tags", "", "tags", " ".join(a.tags), " ".join(b.tags))


def unread(a: Artifact, b: Artifact, suspect: MemberPair) -> Difference:
    """Return the fact that two members differ as stored and cannot be read."""
    stored_a, stored_b = a.stored(suspect.a), b.stored(suspect.b)
    size_a = len(stored_a[1]) if stored_a else 0
    size_b = len(stored_b[1]) if stored_b else 0
    return Difference(
        "member.unread",
        suspect.a.path,
        "stored bytes",
        f"{size_a} bytes",
        f"{size_b} bytes",
        weight=max(size_a, size_b, 1),
    )
