"""Artifacts that contradict themselves, or show one reader what they hide from another."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import Category, Difference, Severity

_REBUILD: Final = (
    (
        "any",
        "rebuild the artifact from its sources; treat this one as tampered with until explained",
    ),
)

CONTRADICTION: Final = Cause(
    id="archive-contradiction",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="the archive contradicts itself",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="Two places of one archive that must agree do not: the header in front of a member "
        "and its entry in the central directory, a checksum and the content, a count and what is "
        "counted. Two readers may unpack two different things from it.",
        recognised="Both places are read and compared within one side; legal exceptions (a data "
        "descriptor, zip64 placeholders) are left out.",
        why="A broken writer, a damaged file, or an attack on the difference between readers.",
        fix=_REBUILD,
        mistaken_for="A difference between the two builds: this one needs no second build to show.",
        sources=("APPNOTE.TXT 4.3.7 and 4.3.12",),
    ),
)

HIDDEN: Final = Cause(
    id="archive-hidden-data",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="bytes that no member accounts for",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="The archive holds bytes outside its members and headers: in front of the first one, "
        "between two, behind the end, or a whole member that the directory does not list.",
        recognised="The ranges of all headers and members are added up; what is left over is shown "
        "with its place and size.",
        why="An archive that was appended to, a launcher put in front (zipapp, .exe scripts), or a "
        "payload that some readers see and others do not.",
        fix=_REBUILD,
        mistaken_for="Padding: alignment tools pad inside extra fields, tar pads with zero bytes, "
        "and neither is part of this finding.",
        sources=("APPNOTE.TXT 4.3.6",),
    ),
)

DUPLICATE: Final = Cause(
    id="duplicate-members",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="two members with one name",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A name stands more than once in the archive. Which of the members is installed "
        "depends on the reader; pip leaves the last one, others take the first.",
        recognised="Names are counted as they are recorded. All of the members are compared, the "
        "first with the first and so on.",
        why="A build hook that writes a file twice, an archive that was appended to, or an attack "
        "on the difference between readers.",
        fix=(("own code", "write each file once"), *_REBUILD),
        mistaken_for="Names that differ in case or Unicode form only: those clash on some file "
        "systems, and are reported as a clash.",
        sources=("https://docs.python.org/3/library/zipfile.html",),
    ),
)

UNSAFE_NAME: Final = Cause(
    id="unsafe-member-name",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="a member's name leads outside, or clashes",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A member's name would leave the directory it is unpacked into, holds control "
        "characters, is reserved on some system, or is the same as another's in all but case or "
        "Unicode form. Readers that trust it overwrite other files.",
        recognised="The name has a `..` component, is absolute, has a drive letter, a NUL or "
        "control character, or folds to the name of another member.",
        why="Tampering, or a build on a file system that keeps apart what others do not.",
        fix=_REBUILD,
        mistaken_for="Unusual but harmless names: spaces and non-ASCII letters are not reported.",
        sources=("https://snyk.io/research/zip-slip-vulnerability", "PEP 706"),
    ),
)


def _give(cause: Cause) -> "_Give":
    return _Give(cause)


class _Give:
    """A rule's function that gives all facts it is shown to one cause."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def __call__(self, facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        notes = sorted({fact.note for fact in facts if fact.note})
        yield Claim(self._cause, facts, evidence=tuple(notes[:6]))


RULES: Final = (
    Rule("contradictions", (CONTRADICTION,), ("integrity.contradiction",), 1, _give(CONTRADICTION)),
    Rule("hidden", (HIDDEN,), ("integrity.hidden",), 2, _give(HIDDEN)),
    Rule("duplicates", (DUPLICATE,), ("integrity.duplicate",), 3, _give(DUPLICATE)),
    Rule("names", (UNSAFE_NAME,), ("integrity.name",), 4, _give(UNSAFE_NAME)),
)
