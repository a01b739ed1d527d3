"""Facts on what RECORD files say of members, and on members that no RECORD speaks of.

They are checked member by member and side by side, whether RECORD itself differs or not: a member
that was exchanged in a finished wheel leaves two RECORD files that are equal, one of them untrue.
Nothing is hashed for members that are the same on both sides.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.errors import ReprodiffError
from reprodiff.formats.parsing.record import MAX_ROWS, parse_record
from reprodiff.formats.parsing.recorded import (
    Digest,
    Row,
    Truth,
    describe,
    judge,
    member_path,
    needs_no_hash,
)
from reprodiff.model import ArtifactKind, Difference, MemberType, Problem, Side
from reprodiff.pairing import Pairing
from reprodiff.text import plain

_TAIL: Final = ".dist-info/RECORD"
_INSIDE: Final = "RECORD row"


@dataclass(slots=True)
class _Book:
    """All that the RECORD files of one side say."""

    side: Side
    wheel: bool
    rows: dict[str, Row] = field(default_factory=dict)
    """By display path of the member; of several rows the first."""
    said: dict[tuple[str, str], str] = field(default_factory=dict)
    """(kind of fact, display path) -> what is wrong."""


@dataclass(slots=True)
class Recorded:
    """What was found; ``problems`` are RECORD files that could not be read."""

    facts: list[Difference] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def recorded(
    a: Artifact, b: Artifact, pairing: Pairing, differing: Collection[str], digest: Digest
) -> Recorded:
    """Check RECORD files against the members of their own side.

    Kinds: ``record.untrue`` (hash or size is not that of the file), ``record.unhashed`` (a
    wheel's row without a hash), ``record.absent`` (a row for a file that is not there),
    ``record.unlisted`` (a wheel's file without a row), ``record.twice`` (two rows for a path) and
    ``record.outside`` (a wheel's row that leads out of it).  ``differing`` has the paths in A of
    pairs whose content differs; their rows are checked, those of one-sided members, and those
    that are not the same on both sides.

    An installed tree owes less: files come to it from elsewhere, bytecode is written at run time,
    scripts lie beside it.
    """
    found = Recorded()
    books = [_read(artifact, side, found) for artifact, side in ((a, Side.A), (b, Side.B))]
    partner = {pair.b.path: pair.a.path for pair in pairing.pairs}
    in_b = {one: two for two, one in partner.items()}
    for book, artifact, only, check in (
        (books[0], a, pairing.only_a, set(differing)),
        (books[1], b, pairing.only_b, {in_b.get(path, path) for path in differing}),
    ):
        check |= {member.path for member in only if member.type is MemberType.FILE}
        other, names = (books[1], in_b) if book is books[0] else (books[0], partner)
        check |= _other_rows(book, other, names)
        _verify(book, artifact, check, digest)
        if book.wheel:
            _unlisted(book, artifact)
    found.facts = list(_facts(books[0], books[1], partner))
    return found


def _read(artifact: Artifact, side: Side, found: Recorded) -> _Book:
    """Read the RECORD files that speak for one side."""
    book = _Book(side, artifact.kind is ArtifactKind.WHEEL)
    if artifact.kind is ArtifactKind.SDIST:
        return book
    present = {m.path for m in artifact.members if m.type is not MemberType.DIRECTORY}
    whole = {m.path for m in artifact.members}
    files: dict[str, list[tuple[str | None, Row]]] = {}
    for member in artifact.members:
        if member.type is not MemberType.FILE or not member.path.endswith(_TAIL):
            continue
        if book.wheel and member.path.count("/") > 1:
            continue  # data of the package: what it lists need not be there
        try:
            with artifact.read(member) as view:
                read = parse_record(bytes(view), MAX_ROWS)
        except ReprodiffError as error:
            found.problems.append(Problem(member.path, "compare", plain(error), side))
            continue
        files[member.path] = [
            (member_path(member.path, row.path, artifact.location), _row(row))
            for row in read.rows
            if not row.error
        ]
    for path in _speaking(files):
        _enter(book, path, files[path], present, whole, damaged=artifact.damaged)
    return book


def _row(row: object) -> Row:
    from reprodiff.formats.parsing.record import RecordRow

    assert isinstance(row, RecordRow)
    return Row(row.path, row.hash, "" if row.size is None else str(row.size))
