"""Facts on what RECORD files say of members, and on members that no RECORD speaks of.

They are checked member by member and side by side, whether RECORD itself differs or not: a member
that was exchanged in a finished wheel leaves two RECORD files that are equal, one of them untrue.
Nothing is hashed for members that are the same on both sides.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Final

from reprodiff.artifacts.base import Artifact
from reprodiff.errors import ReprodiffError
from reprodiff.formats.parsing.record import parse_record
from reprodiff.formats.parsing.recorded import (
    Digest,
    Row,
    Truth,
    as_row,
    describe,
    judge,
    member_path,
    needs_no_hash,
)
from reprodiff.model import ArtifactKind, Difference, MemberType, Problem, Side
from reprodiff.pairing import Pairing
from reprodiff.records import dataclass, field
from reprodiff.text import name, plain

_TAIL: Final = ".dist-info/RECORD"
_NONE: Final[Sequence[Row]] = ()

_Resolved = list[tuple[str | None, Row]]
_Known = dict[tuple[str, str, bytes], _Resolved]
"""Rows by path, location of the tree and digest: the two sides often have the same RECORD."""


@dataclass(slots=True)
class _Book:
    """All that the RECORD files of one side say."""

    side: Side
    wheel: bool
    damaged: bool
    paths: frozenset[str]
    """Display paths of all members that are no directories."""
    rows: dict[str, list[Row]] = field(default_factory=dict)
    """By display path of the member."""
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    """(display path, kind of fact) -> what is wrong."""


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
    scripts lie beside it.  An sdist owes nothing.
    """
    found = Recorded()
    if ArtifactKind.SDIST in {a.kind, b.kind}:
        return found
    known: _Known = {}
    book_a, book_b = _read(a, Side.A, found, known), _read(b, Side.B, found, known)
    in_a = {pair.b.path: pair.a.path for pair in pairing.pairs}
    in_b = {pair.a.path: pair.b.path for pair in pairing.pairs}
    for book, other, names, only, changed in (
        (book_a, book_b, in_b, pairing.only_a, differing),
        (book_b, book_a, in_a, pairing.only_b, [in_b.get(path, path) for path in differing]),
    ):
        check = {*changed, *(member.path for member in only)}
        for path, rows in book.rows.items():
            others = other.rows.get(names.get(path, path), _NONE)
            if rows != others and not _alike(rows, others):
                check.add(path)
        _verify(book, check, digest)
    found.facts += _facts(book_a, book_b, in_a)
    return found


def _alike(rows: Sequence[Row], others: Sequence[Row]) -> bool:
    """Whether rows say the same of a file, whatever it is called on either side."""
    return [row[:2] for row in rows] == [row[:2] for row in others]


def _read(artifact: Artifact, side: Side, found: Recorded, known: _Known) -> _Book:
    """Read the RECORD files that speak for one side; ``known`` has what was read before."""
    book = _Book(
        side,
        artifact.kind is ArtifactKind.WHEEL,
        artifact.damaged,
        frozenset(m.path for m in artifact.members if m.type is not MemberType.DIRECTORY),
    )
    files: dict[str, _Resolved] = {}
    for member in artifact.members:
        if member.type is not MemberType.FILE or not member.path.endswith(_TAIL):
            continue
        if book.wheel and member.path.count("/") > 1:
            continue  # data of the package: what it lists need not be there
        try:
            with artifact.read(member) as view:
                data = bytes(view)
        except ReprodiffError as error:
            found.problems.append(Problem(member.path, "compare", plain(error), side))
            continue
        key = (member.path, artifact.location, sha256(data).digest())
        if key not in known:
            known[key] = [
                (member_path(member.path, row.path, artifact.location), as_row(row))
                for row in parse_record(data).rows
                if not row.error
            ]
        files[member.path] = known[key]
    speaking = _speaking(files)
    for rows in speaking:
        _enter(book, rows)
    if book.wheel and speaking:
        for path in sorted(book.paths - book.rows.keys()):
            if not needs_no_hash(path):
                book.wrong[path, "record.unlisted"] = "there, and not listed"
    return book


def _speaking(files: Mapping[str, _Resolved]) -> list[_Resolved]:
    """Return the rows of RECORD files that speak for an installed project.

    One that another project, installed further up, lists among its own files is data: projects
    ship copies of others.
    """
    listed: dict[str, list[str]] = {}
    for path, rows in files.items():
        for member, _ in rows:
            if member is not None and member != path and member in files:
                listed.setdefault(member, []).append(_root(path))
    return [
        rows
        for path, rows in files.items()
        if not any(_root(path).startswith(root and root + "/") for root in listed.get(path, ()))
        or not _root(path)
    ]


def _root(record: str) -> str:
    """Return the directory that a RECORD's paths are relative to."""
    return record.rpartition("/")[0].rpartition("/")[0]


def _enter(book: _Book, rows: _Resolved) -> None:
    """Take the rows of one RECORD, and note what is wrong with them by themselves."""
    seen: dict[str, Row] = {}
    for member, row in rows:
        if book.wheel and (member is None or ".." in row.path.split("/")):
            shown = name(row.path.encode("utf-8", "surrogateescape"))
            book.wrong[shown, "record.outside"] = "the path leads out of the wheel"
        if member is None:
            continue
        before = seen.setdefault(member, row)
        if before is not row and (book.wheel or before[:2] != row[:2]):
            book.wrong[member, "record.twice"] = "listed more than once"
        book.rows.setdefault(member, []).append(row)
        if member not in book.paths:
            if not book.damaged and (book.wheel or not member.endswith(".pyc")):
                book.wrong[member, "record.absent"] = "listed, and not there"
        elif book.wheel and not row.hash and not needs_no_hash(row.path):
            book.wrong[member, "record.unhashed"] = "listed without a hash"


def _verify(book: _Book, check: Collection[str], digest: Digest) -> None:
    """Compare what the rows of some members say with the members."""
    for path in sorted(check):
        rows = book.rows.get(path, _NONE)
        if path not in book.paths or (not book.wheel and path.endswith(".pyc")):
            continue
        untrue = [
            row
            for row in rows
            if judge(row, book.side, path, digest, wheel=book.wheel) is Truth.UNTRUE
        ]
        # Two projects of one tree may list the same file; the one installed last is right.
        if untrue and (book.wheel or len(untrue) == len(rows)):
            said = describe(untrue[0], book.side, path, digest)
            book.wrong[path, "record.untrue"] = said


def _facts(a: _Book, b: _Book, in_a: Mapping[str, str]) -> Iterator[Difference]:
    """Yield what is wrong; what is wrong alike on both sides is one fact."""
    wrong_b = {(in_a.get(path, path), kind): said for (path, kind), said in b.wrong.items()}
    for path, kind in sorted(a.wrong.keys() | wrong_b.keys()):
        said_a, said_b = a.wrong.get((path, kind)), wrong_b.get((path, kind))
        if said_a and said_b and kind == "record.absent" and not (a.wheel or b.wheel):
            continue  # somebody thinned both trees out; that is no difference
        yield Difference(kind, path, "RECORD row", said_a, said_b)
