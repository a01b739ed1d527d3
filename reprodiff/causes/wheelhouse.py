"""Folders of wheels and sdists: one project under two file names."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.formats.parsing.archivenames import ArchiveName, archive_name
from reprodiff.model import Category, Difference, Severity

FILE_NAME: Final = Cause(
    id="artifact-file-name",
    category=Category.METADATA,
    severity=Severity.BENIGN,
    title="file names of wheels and sdists",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A wheel or sdist has another file name on the other side, though project, version "
        "and tags are the same. Another spelling is benign; a build tag is for review, because "
        "installers prefer the higher one.",
        recognised="Both names are read as the specifications have them: names of projects are "
        "equal without regard to case, dash, dot and underscore, versions if they mean the same, "
        "tags as a set. What is in the two is compared.",
        why="Backends before PEP 625 and PEP 427's present form kept dots and capitals; build "
        "tags are given by hand, or by services that build a wheel again.",
        fix=(
            ("setuptools", "69.3 or later writes sdists as PEP 625 has it"),
            ("any", "pin the backend; leave `--build-number` out, or give both the same"),
        ),
        mistaken_for="An artifact that is missing: one of another version or with other tags is "
        "reported as being on one side only.",
        sources=("PEP 427", "PEP 440", "PEP 503", "PEP 625"),
    ),
)


def _renamed(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    spelled: list[Difference] = []
    tagged: list[Difference] = []
    for fact in facts:
        names = _name(fact.a), _name(fact.b)
        if fact.note == "archive" and None not in names:
            (spelled if names[0] == names[1] else tagged).append(fact)
    if spelled:
        yield Claim(FILE_NAME, spelled)
    if tagged:
        text = "The build tags differ, and installers prefer the higher one."
        yield Claim(FILE_NAME, tagged, severity=Severity.REVIEW, explanation=text)


def _name(path: object) -> ArchiveName | None:
    return archive_name(str(path).rpartition("/")[2])


RULES: Final = (Rule("file-names", (FILE_NAME,), ("member.renamed",), 9, _renamed),)
