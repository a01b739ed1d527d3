"""Folders of wheels and sdists: one project under two file names."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.formats.parsing.archivenames import ArchiveName, archive_name
from reprodiff.model import Category, Difference, Severity
from reprodiff.text import MAX_SHOWN, plain

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
        mistaken_for="Another release, or a wheel for another platform, whose version or tags are "
        "not the same.",
        sources=("PEP 427", "PEP 440", "PEP 503", "PEP 625"),
    ),
)

RELEASE: Final = Cause(
    id="artifact-release",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="artifacts of another release or for other tags",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="One folder has a wheel or sdist of a project where the other has another version of "
        "it, or a wheel for another platform or interpreter. The two are compared with each other.",
        recognised="Neither folder has a file of the same project, version and tags for it, and "
        "each has just one that it can be: the same tags, else the same interpreter on the same "
        "kind of system, else the same kind of system, else the only wheel of the project.",
        why="The folders were filled at different times or for different systems: requirements "
        "that are not pinned, another `pip download --platform`, another build image.",
        fix=(
            ("pip", "pip download --require-hashes -r requirements.txt, of one file"),
            ("any", "compare folders that were built from the same versions, for the same tags"),
        ),
        mistaken_for="An artifact that is missing: one of several that it could be is told as "
        "being on one side only.",
        sources=("PEP 427", "PEP 425", "PEP 625"),
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
    others = [fact for fact in facts if fact.note == "release"]
    if others:
        yield Claim(RELEASE, others, explanation=_versions(others), follows=_ROOTS)
    if spelled:
        yield Claim(FILE_NAME, spelled)
    if tagged:
        text = "The build tags differ, and installers prefer the higher one."
        yield Claim(FILE_NAME, tagged, severity=Severity.REVIEW, explanation=text)


def _name(path: object) -> ArchiveName | None:
    return archive_name(str(path).rpartition("/")[2])


_ROOTS: Final = (":not-the-same-project", ":interpreter-tags", ":wheel-tags")
_NAMED: Final = 10


def _versions(facts: Sequence[Difference]) -> str:
    """Say which projects are there in two versions, and how many pairs differ in tags only."""
    said: dict[str, None] = {}
    tagged = 0
    for fact in facts:
        one, two = _name(fact.a), _name(fact.b)
        if one is not None and two is not None and one.version != two.version:
            said[f"{one.name}: {one.version} in A, {two.version} in B"] = None
        else:
            tagged += 1
    shown = [*said][:_NAMED]
    if len(said) > _NAMED:
        shown.append(f"and {len(said) - _NAMED} more")
    if tagged:
        files = "1 pair is" if tagged == 1 else f"{tagged} pairs are"
        shown.append(f"{files} of one version, for other tags")
    return plain("; ".join(shown) + ".", MAX_SHOWN)


RULES: Final = (Rule("file-names", (FILE_NAME, RELEASE), ("member.renamed",), 9, _renamed),)
