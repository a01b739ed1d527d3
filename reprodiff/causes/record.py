"""RECORD: rows that follow from their files, contradict them, or are written in another way."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.sites import is_installed
from reprodiff.formats.parsing.recorded import Row, Truth, judge, member_path, oddity
from reprodiff.model import ArtifactKind, Category, Confidence, Difference, Severity, Side

_WHEEL_SPEC: Final = "Binary distribution format specification, The .dist-info directory"
_RECORD_SPEC: Final = "Recording installed projects specification, The RECORD file"
_RECORD: Final = re.compile(r"\.dist-info/RECORD$")

FOLLOWS: Final = Cause(
    id="record-row-follows",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="RECORD rows follow their files",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Rows of RECORD differ because the files they name do. RECORD holds the path, a hash "
        "and the size of each file, so every changed, added or renamed file changes its row.",
        recognised="On each side the file was read, and its hash and size are what the row of that "
        "side says; the file itself differs, has another name, or is on one side only.",
        why="It follows from the findings named as its root.",
        fix=(("", "nothing to fix here: when the files agree, so do their rows"),),
        mistaken_for="A change of its own. A row that is not true of its file is no echo but an "
        "alarm, and a row whose file lies outside of what was compared is for review.",
        sources=(_WHEEL_SPEC, _RECORD_SPEC, "PEP 376"),
    ),
)

CONTRADICTION: Final = Cause(
    id="record-contradiction",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="RECORD contradicts the files",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="RECORD says something that is not so: a hash or size that its file does not have, a "
        "file that is not there, two rows for one path, a path that leads out of the wheel; or a "
        "wheel has a file that RECORD does not list. Installers do not check the hashes, so such "
        "a wheel installs without a word.",
        recognised="Each side is checked by itself: rows of all files that differ, are on one side "
        "only or have other rows, against the file's true hash and size; and all rows of a "
        "wheel against its list of files. Exempt are RECORD and its signatures, and in an "
        "installed tree bytecode, files of other origin and paths outside of it.",
        why="A file was exchanged in the finished wheel and RECORD left as it was: by a step that "
        "strips, signs or patches after the build, or by somebody who hides a change.",
        fix=(
            ("any", "build again from the sources, and compare with the wheel that was published"),
            ("wheel", "`wheel unpack` refuses such a wheel; `wheel pack` writes RECORD anew"),
            ("repairwheel", "makes RECORD anew whenever it writes a wheel"),
            ("own code", "make changes before the wheel is packed, or rewrite RECORD behind them"),
        ),
        mistaken_for="An ordinary difference between two builds: honest builds that differ have "
        "RECORD files that differ alike.",
        sources=(_WHEEL_SPEC, "PEP 427", "PEP 491"),
    ),
)

ORDER: Final = Cause(
    id="record-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="RECORD rows in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="RECORD has the same rows in another order. It is read as a set: installers look rows "
        "up by their path.",
        recognised="Rows are paired by path. Those that stand out of turn are equal byte for byte, "
        "or differ only in fields that have findings of their own.",
        why="The tool writes rows in the order in which it meets the files, and does not sort what "
        "the file system lists. Usually the members of the archive stand in the same order; if "
        "those agree, RECORD was written again by itself.",
        fix=(
            ("delvewheel", "1.13.2 has no option for it: rewrite the wheel with repairwheel"),
            ("delocate", "0.13.0 has no option for it: rewrite the wheel with repairwheel"),
            ("poetry-core", "1.5.0 or later sorts"),
            ("maturin", "1.8.4 or later sorts"),
            ("wheel", "0.30 or later sorts"),
            ("own code", "sort the rows by path before they are written"),
        ),
        mistaken_for="Rows added and removed. Backends sort by different rules; if WHEEL names "
        "another generator, that is the reason.",
        sources=(_RECORD_SPEC,),
    ),
)

REWRITTEN: Final = Cause(
    id="record-rewritten",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="RECORD as its installer writes it",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="An installer does not copy RECORD: it writes the file anew, with its own order of "
        "rows, line endings and quotes, and with rows for what it adds.",
        recognised="The rows are the same, and only their order, their line endings or the quotes "
        "around a field differ. INSTALLER stands beside RECORD on a side that is a tree.",
        why="One side is a wheel, or the trees were installed by two tools: pip ends the lines "
        "with CRLF, uv with LF, and each sorts in its own way.",
        fix=(("", "nothing to fix against a wheel; two trees agree if one command made both"),),
        mistaken_for="Text that a checkout on Windows changed.",
        sources=(_RECORD_SPEC, "RFC 4180"),
    ),
)

SPELLING: Final = Cause(
    id="record-spelling",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="RECORD says the same in other words",
    blame=Blame.LEAF,
    doc=Doc(
        what="Rows say the same and are written in another way: quotes around a path, other line "
        "endings, or another hash algorithm for the same file. An empty line, padding behind a "
        "hash, an algorithm in capitals or a weak one, and a row without a size are for review: "
        "pip fails at the first, other installers refuse the rest.",
        recognised="Read as CSV the fields are equal, with lines that end in LF or CRLF; or the "
        "hashes are of different algorithms and each is true of the same bytes.",
        why="Another tool, or another version of it, wrote RECORD: flit and auditwheel end its "
        "lines with CRLF, on any system.",
        fix=(("any", "build both sides with the same backend, repair tool and installer, pinned"),),
        mistaken_for="Other files: these are the same.",
        sources=("RFC 4180", _RECORD_SPEC),
    ),
)

COVERAGE: Final = Cause(
    id="record-coverage",
    category=Category.METADATA,
    severity=Severity.REVIEW,
    title="RECORD of an installed tree lists more on one side",
    blame=Blame.LEAF,
    doc=Doc(
        what="One installer wrote rows into RECORD that the other did not, for files that both "
        "trees have or that lie outside of what was compared. Uninstalling removes what is "
        "listed, so it would leave different files behind.",
        recognised="A row is on one side only, and its file is not: it stands in both trees, in "
        "neither, or out of reach.",
        why="pip lists the bytecode it compiles and uv compiles none; scripts are listed by a "
        "path relative to site-packages or by an absolute one.",
        fix=(
            ("pip", "`pip install --no-compile`, where the other side has no bytecode"),
            ("uv", "`uv pip install --compile-bytecode`, where the other side has bytecode"),
            ("any", "install both with the same installer, pinned"),
            ("any", "compare the trees from the top of the environment: scripts are in it then"),
        ),
        mistaken_for="Files added or removed, which are findings of their own.",
        sources=(_RECORD_SPEC, "PEP 627"),
    ),
)


class _Judged(NamedTuple):
    """One row of one side: the member it names, and whether it is true of it."""

    member: str | None
    truth: Truth | None
    """``None`` where the file is out of reach or not there."""


def _judge(row: Row, side: Side, scene: Scene) -> _Judged:
    own, record = (scene.a, scene.path) if side is Side.A else (scene.b, scene.path_b)
    wheel = own.info.kind is ArtifactKind.WHEEL and is_installed(record, scene)
    member = member_path(record, row.path, own.root)
    if member is None or member not in own.paths:
        return _Judged(member, Truth.UNTRUE if wheel else None)
    truth = judge(row, side, member, scene.digest, wheel=wheel)
    if truth is Truth.UNTRUE and not wheel and member.endswith(".pyc"):
        # Python writes bytecode anew when its header does not fit; RECORD is not told.
        return _Judged(member, None)
    return _Judged(member, truth)


def _row(value: object) -> Row | None:
    return value if isinstance(value, Row) else None


class _Sorted:
    """Facts by what they come to."""

    def __init__(self, *, installed: bool) -> None:
        self.unknown: list[Difference] = []
        # A copy inside of a package lists files that were never copied along: it contradicts
        # nothing, and proves nothing.
        self.lies: list[Difference] = [] if installed else self.unknown
        self.coverage: list[Difference] = [] if installed else self.unknown
        self.follows: list[Difference] = []
        self.roots: set[str] = set()
        self.same: list[Difference] = []
        self.odd: dict[str, list[Difference]] = {}
        """True rows that some installers refuse, by the reason."""

    def claims(self) -> Iterator[Claim]:
        if self.lies and self.lies is not self.unknown:
            yield Claim(CONTRADICTION, self.lies)
        if self.follows:
            yield Claim(
                FOLLOWS,
                self.follows,
                explanation="Each of these rows has the true hash and size of its own side's file.",
                follows=tuple(sorted(self.roots)),
            )
        if self.same:
            yield Claim(SPELLING, self.same)
        for reason, facts in sorted(self.odd.items()):
            text = f"The rows are true, and one side has {reason}: some installers refuse that."
            yield Claim(SPELLING, facts, severity=Severity.REVIEW, explanation=text)
        if self.coverage and self.coverage is not self.unknown:
            yield Claim(COVERAGE, self.coverage)
        if self.unknown:
            yield Claim(
                FOLLOWS,
                self.unknown,
                Confidence.LIKELY,
                Severity.REVIEW,
                explanation=_BESIDE
                if all("../" in fact.inside for fact in self.unknown)
                else "These rows name files that could not be read or lie outside of what "
                "was compared, or stand in a copy of another project: nothing shows that they "
                "are true.",
            )


_BESIDE: Final = (
    "These rows name files beside the tree, which were not compared, such as scripts, whose first "
    "line holds the path of the interpreter. The folder that has both (bin and lib) shows whether "
    "the rows are true."
)


def _rows(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Tell rows that echo their files from rows that contradict them."""
    found = _Sorted(installed=is_installed(scene.path, scene))
    origin = {b: a for a, b in scene.partner.items()}
    for fact in facts:
        a, b = _row(fact.a), _row(fact.b)
        if a and b:
            both = _judge(a, Side.A, scene), _judge(b, Side.B, scene)
            _both(fact, both, scene, found, _odd(a, b, scene))
        elif a:
            _one(fact, _judge(a, Side.A, scene), scene, found, Side.A)
        elif b:
            judged = _judge(b, Side.B, scene)
            if judged.member is not None:
                judged = judged._replace(member=origin.get(judged.member, judged.member))
            _one(fact, judged, scene, found, Side.B)
    yield from found.claims()


def _odd(a: Row, b: Row, scene: Scene) -> str:
    """Say what only one of two wheels has in a row and some installers refuse."""
    if {scene.a.info.kind, scene.b.info.kind} != {ArtifactKind.WHEEL}:
        return ""
    one, two = oddity(a), oddity(b)
    return "" if one == two else " and ".join(filter(None, (one, two)))


def _both(
    fact: Difference, judged: tuple[_Judged, _Judged], scene: Scene, found: _Sorted, odd: str
) -> None:
    """Sort a row that both sides have; ``odd`` is what is wrong with one that is true."""
    (member_a, truth_a), (member_b, truth_b) = judged
    if Truth.UNTRUE in {truth_a, truth_b} or Truth.UNHASHED in {truth_a, truth_b}:
        found.lies.append(fact)
    elif member_a is None or not {truth_a, truth_b}.isdisjoint({None, Truth.UNREAD}):
        found.unknown.append(fact)
    elif scene.partner.get(member_a, member_a) != member_b:
        found.unknown.append(fact)  # two files that are not the same thing
    elif odd:
        found.odd.setdefault(odd, []).append(fact)
    elif member_a in scene.differing and member_a != scene.path:
        found.follows.append(fact)
        found.roots.add(member_a)
    elif member_a != member_b:
        # The directory has another name; what it is named after stands for the container.
        found.follows.append(fact)
        found.roots.add("")
    else:
        found.same.append(fact)


def _one(fact: Difference, judged: _Judged, scene: Scene, found: _Sorted, side: Side) -> None:
    """Sort a row that one side has; ``judged`` names the member as A does, if A has it."""
    member, truth = judged
    own = scene.a if side is Side.A else scene.b
    other = scene.b if side is Side.A else scene.a
    only = scene.only_a if side is Side.A else scene.only_b
    renamed = member in scene.partner
    if truth is Truth.UNTRUE or truth is Truth.UNHASHED:
        found.lies.append(fact)
    elif truth is Truth.UNREAD:
        found.unknown.append(fact)
    elif truth is not None and member is not None and (member in only or renamed):
        found.follows.append(fact)
        found.roots.add(member)
    elif own.info.kind is other.info.kind is ArtifactKind.WHEEL:
        # The file is in both wheels, and RECORD of one of them does not list it.
        found.lies.append(fact)
    else:
        found.coverage.append(fact)


def _lies(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """What is wrong on one side needs no second side to be wrong."""
    copied = [fact for fact in facts if not _counts(fact, scene)]
    if copied:
        yield Claim(COVERAGE, copied)
    facts = [fact for fact in facts if _counts(fact, scene)]
    evidence = [
        f"{fact.path}: {fact.note or said!s} ({side})"
        for fact in facts
        for side, said in (("A", fact.a), ("B", fact.b))
        if said
    ]
    if facts:
        yield Claim(CONTRADICTION, facts, evidence=tuple(evidence))


def _counts(fact: Difference, scene: Scene) -> bool:
    """Whether a fact is on the RECORD of an installed project, and not on a copy of one."""
    return fact.what != "record.bad" or is_installed(fact.path, scene)


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    evidence = tuple(sorted({f"{fact.path}: {fact.note}" for fact in facts}))
    yield Claim(ORDER, facts, evidence=evidence)


def _rewritten(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """What an installer changes in the RECORD of a project that it installed."""
    trees = [side for side in (scene.a, scene.b) if side.info.kind is ArtifactKind.TREE]
    mine = [
        fact
        for fact in facts
        if _RECORD.search(fact.path)
        and is_installed(fact.path, scene)
        and any(f"{fact.path.removesuffix('RECORD')}INSTALLER" in side.paths for side in trees)
    ]
    if mine:
        follows = ":installer-files" if len(trees) < len(Side) else ":installer-name"
        yield Claim(REWRITTEN, mine, follows=(follows,))
    # A checkout has no say in how RECORD ends its lines: it is written by the build.
    ends = [fact for fact in facts if fact not in mine and _ends_differently(fact)]
    if ends:
        yield Claim(SPELLING, ends)


def _ends_differently(fact: Difference) -> bool:
    kinds = {*str(fact.a).split(", "), *str(fact.b).split(", ")}
    return fact.what == "text.eol" and bool(_RECORD.search(fact.path)) and kinds <= {"LF", "CRLF"}


def _spelling(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    quoting = [fact for fact in facts if fact.what == "record.quoting"]
    blank = [fact for fact in facts if fact.what != "record.quoting"]
    if quoting:
        yield Claim(SPELLING, quoting)
    if blank:
        text = "A line is empty: pip fails to install a wheel with such a RECORD."
        yield Claim(SPELLING, blank, severity=Severity.REVIEW, explanation=text)


RULES: Final = (
    Rule(
        "record-contradictions",
        (CONTRADICTION, COVERAGE),
        (
            *("record.untrue", "record.unhashed", "record.absent", "record.unlisted"),
            *("record.twice", "record.outside", "record.bad"),
        ),
        6,
        _lies,
    ),
    Rule(
        "record-written",
        (REWRITTEN, SPELLING),
        ("record.order", "record.quoting", "text.eol"),
        39,
        _rewritten,
    ),
    Rule("record-order", (ORDER,), ("record.order",), 40, _order),
    Rule("record-spelling", (SPELLING,), ("record.quoting", "record.blank"), 41, _spelling),
    Rule(
        "record-rows",
        (FOLLOWS, CONTRADICTION, SPELLING, COVERAGE),
        ("record.row", "record.only"),
        42,
        _rows,
    ),
)
