"""Text: the same in another form, traces of the build, and content that changed."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes import versions
from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.comments import Comments, is_prose, is_text
from reprodiff.causes.environment import (
    HOST,
    INTERPRETER_PATH,
    OBJECT_ID,
    PATH,
    RANDOM_ID,
    SET_ORDER,
    TEMP_PATH,
    TEXT_TIME,
    VERSION_FILE,
)
from reprodiff.causes.lines import Piece, explain, speaks_of_build
from reprodiff.model import NOWHERE, Category, Confidence, Difference, Severity, Span

LINE_ENDINGS: Final = Cause(
    id="line-endings",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="line endings",
    blame=Blame.LEAF,
    doc=Doc(
        what="Lines end in another way (CRLF, LF, CR) and say the same.",
        recognised="The lines are equal without their endings. It is benign for text that reads "
        "the same, Python sources among it; for a script that the system starts by its first "
        "line, batch files and the like it is for review.",
        why="A checkout on Windows with core.autocrlf, or a file written there in text mode.",
        fix=(
            ("git", "`.gitattributes` with the line `* text=auto eol=lf`"),
            ("own code", 'open(..., "w", newline="\\n")'),
            ("any", "build on Linux, or with core.autocrlf=false"),
        ),
        mistaken_for="A rewritten file: a comparison by bytes shows every line.",
        sources=("gitattributes(5)", "https://reproducible-builds.org/docs/"),
    ),
)

TEXT_FORM: Final = Cause(
    id="text-form",
    category=Category.TEXT_FORMAT,
    severity=Severity.BENIGN,
    title="byte order mark, encoding or last newline",
    blame=Blame.LEAF,
    doc=Doc(
        what="The text is the same, but one side has a byte order mark, another encoding, or no "
        "newline at its end.",
        recognised="Decoded and without the mark, the lines are equal.",
        why="An editor or a tool on Windows adds the mark; open() without an encoding takes that "
        "of the locale.",
        fix=(
            ("own code", 'open(..., encoding="utf-8")'),
            ("any", "PYTHONUTF8=1 in the build's environment"),
        ),
        mistaken_for="Other content. A mark in front of JSON or a `#!` line does change how the "
        "file is read, and is for review.",
        sources=("PEP 263", "RFC 8259 section 8.1"),
    ),
)

ORDER: Final = Cause(
    id="line-order",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="the same lines in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file has the same lines in another order. In a list whose order means nothing that "
        "is benign; in code or data it may not be.",
        recognised="The region that differs holds the same lines on both sides, each as often.",
        why="A generator went through a set, whose order changes with the hash seed, or through a "
        "directory, whose order is the file system's; or the locale sorts another way.",
        fix=(
            ("own code", "sorted(...) wherever a set or a directory listing is written out"),
            (
                "any",
                (
                    "PYTHONHASHSEED=0 in the build's environment (scripts started with -E or -I "
                    "ignore it)"
                ),
            ),
            ("any", "LC_ALL=C.UTF-8 in the build's environment"),
        ),
        mistaken_for="Lines added and removed.",
        sources=("https://reproducible-builds.org/docs/stable-inputs/",),
    ),
)

HIDDEN: Final = Cause(
    id="hidden-characters",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="characters that a reader does not see",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A changed line holds characters that are invisible or turn the reading direction, "
        "and the other side's line does not. Code that is read one way may run another.",
        recognised="Bidirectional controls, zero-width and tag characters, fillers and control "
        "characters on lines that differ, not the same on both sides.",
        why="A copied text, or an attempt to hide a change from review.",
        fix=(("any", "remove them, and find out how they came in"),),
        mistaken_for="Right-to-left text, which needs no such controls in code.",
        sources=("CVE-2021-42574", "Unicode Technical Report 36"),
    ),
)

SOURCE: Final = Cause(
    id="source-changed",
    category=Category.CONTENT,
    severity=Severity.REVIEW,
    title="source code changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Code says something else. No other cause accounts for it.",
        recognised="Lines of a source file differ, and what differs is no trace of the build.",
        why="Other sources: another commit, a patch, a generator of another version, or tampering.",
        fix=(
            ("git", "build both from the same commit, and compare the sdist with the repository"),
        ),
        mistaken_for="A reproducibility problem. Read the change. Where the syntax tree is the "
        "same, only comments or layout changed, and that is said.",
        sources=(),
    ),
)

CONTENT: Final = Cause(
    id="text-changed",
    category=Category.CONTENT,
    severity=Severity.REVIEW,
    title="text changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A text file says something else. No other cause accounts for it.",
        recognised="Lines differ, and what differs is no trace of the build.",
        why="Other sources, a generator of another version, or tampering.",
        fix=(("git", "build both from the same commit"),),
        mistaken_for="A reproducibility problem. Read the change.",
        sources=(),
    ),
)

_CODE: Final = frozenset(
    {
        *(".py", ".pyi", ".pyx", ".pxd", ".pxi", ".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".rs"),
        *(".go", ".js", ".mjs", ".ts", ".tsx", ".jsx", ".java", ".f", ".f90", ".sh", ".bash"),
        *(
            ".ps1",
            ".bat",
            ".cmd",
            ".pl",
            ".rb",
            ".lua",
            ".r",
            ".jl",
            ".cu",
            ".cmake",
            ".m",
            ".wasm",
        ),
    }
)
"""Suffixes of files that are read by a compiler or interpreter."""
_READS_THE_SAME: Final = frozenset(
    {
        *(".py", ".pyi", ".pyx", ".pxd", ".pxi", ".txt", ".md", ".rst", ".toml", ".cfg", ".ini"),
        *(".json", ".html", ".htm", ".css", ".js", ".ts", ".xml", ".yml", ".yaml", ".c", ".h"),
        *(".cc", ".cpp", ".cxx", ".hpp", ".rs", ".go", ".java", ".svg", ".typed", ".po"),
        *(".tcss", ".j2", ".jinja", ".pc", ".cmake", ".log"),
    }
)
"""Suffixes of text in which the way a line ends means nothing to what reads it."""
_READS_THE_SAME_NAMES: Final = frozenset(
    {
        *("METADATA", "PKG-INFO", "WHEEL", "RECORD", "INSTALLER", "LICENSE", "LICENCE", "COPYING"),
        *("NOTICE", "AUTHORS", "README", "CHANGES", "CHANGELOG", "REQUESTED", "zip-safe"),
        *("not-zip-safe", "MANIFEST.in"),
    }
)
_MARK_IS_READ: Final = frozenset({".py", ".pyi", ".txt", ".md", ".rst", ".html", ".htm", ".css"})
_ORDERLESS: Final = re.compile(
    r"(?:\.egg-info|\.dist-info)/(?:SOURCES|top_level|namespace_packages|dependency_links)\.txt$"
)


def _base(path: str) -> str:
    return path.rpartition("/")[2]


def _suffix(path: str) -> str:
    stem, dot, tail = _base(path).rpartition(".")
    return dot + tail.lower() if stem and dot else ""


def _started_by_first_line(scene: Scene, *, any_suffix: bool = False) -> bool:
    """Whether a side starts with ``#!``, byte order mark aside; a module counts if asked for."""
    heads = {
        bytes(data[:5]).removeprefix(b"\xef\xbb\xbf")[:2] for data in (scene.data_a, scene.data_b)
    }
    return b"#!" in heads and (any_suffix or _suffix(scene.path) != ".py")


def _endings(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        name, suffix = _base(fact.path), _suffix(fact.path)
        same = suffix in _READS_THE_SAME or name in _READS_THE_SAME_NAMES
        shebang = _started_by_first_line(scene) or (
            bytes(scene.data_a[:2]) == b"#!" and "CR" in f"{fact.a!r}{fact.b!r}"
        )
        if shebang:
            text = "The first line names the interpreter, and a CR at its end becomes part of it."
            yield Claim(LINE_ENDINGS, [fact], severity=Severity.REVIEW, explanation=text)
        elif suffix in {".bat", ".cmd", ".ps1", ".sh", ".bash"}:
            yield Claim(LINE_ENDINGS, [fact], severity=Severity.REVIEW)
        else:
            # A lone CR ends a line for Python and people, not for every compiler.
            kinds = {*str(fact.a).split(", "), *str(fact.b).split(", ")}
            lone = "CR" in kinds and suffix not in {".py", ".pyi", ".md", ".rst", ".txt"}
            sure = same and "other" not in kinds and not lone
            yield Claim(LINE_ENDINGS, [fact], Confidence.PROVEN if sure else Confidence.LIKELY)


def _form(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        suffix, name = _suffix(fact.path), _base(fact.path)
        review = False
        sure = suffix in _READS_THE_SAME or name in _READS_THE_SAME_NAMES
        # Whoever reads a text as a whole gets the mark and the last newline with it.
        sure = sure and (is_prose(fact.path) or not is_text(fact.path))
        if fact.what == "text.bom":
            review = suffix not in _MARK_IS_READ or _started_by_first_line(scene, any_suffix=True)
        elif fact.what == "text.encoding":
            review = suffix != ".py" or not _same_syntax(scene)
        yield Claim(
            TEXT_FORM,
            [fact],
            Confidence.PROVEN if sure else Confidence.LIKELY,
            Severity.REVIEW if review else None,
        )


def _same_syntax(scene: Scene) -> bool:
    return scene.syntax == "same"


def _hidden(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    changed = [fact for fact in facts if fact.a != fact.b]
    if changed:
        yield Claim(HIDDEN, changed)


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        free = _ORDERLESS.search(fact.path) is not None
        yield Claim(ORDER, [fact], severity=Severity.BENIGN if free else None)


def _version_file(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the whole of a generated module whose constants are equal; all its lines go with it."""
    del scene
    whole = [fact for fact in facts if fact.what == "python.constants" and fact.note == "equal"]
    if whole:
        yield Claim(VERSION_FILE, whole, consumed=tuple(facts))


def _lines(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take each changed line apart; what no predicate holds for is a change of content."""
    plain: list[Difference] = []
    unread = _Unread(scene)
    for fact in facts:
        pieces = _pieces(fact, scene)
        if pieces is None:
            plain.append(fact)
            continue
        for piece, part in pieces:
            judgement = piece.judgement
            if judgement is None:
                plain.append(part)
                continue
            # A trace that code can read is for review; one that nothing reads is benign.
            quiet = unread.certainty(part, fact) if judgement.benign else None
            sure = judgement.confidence
            yield Claim(
                judgement.cause,
                [part],
                max(sure, quiet or sure, key=lambda confidence: confidence.rank),
                Severity.REVIEW if judgement.benign and quiet is None else None,
                consumed=(fact,),
                hinge=judgement.hinge,
            )
    if plain:
        yield _content(plain, facts, scene)


def _pieces(fact: Difference, scene: Scene) -> list[tuple[Piece, Difference]] | None:
    """Return the parts of a changed line with their places, ``None`` for a block of lines."""
    if fact.what != "text.line" or fact.span_a is None or fact.span_b is None:
        return None
    at_a, at_b = fact.span_a.start, fact.span_b.start
    line_a = bytes(scene.data_a[at_a : fact.span_a.stop])
    line_b = bytes(scene.data_b[at_b : fact.span_b.stop])
    return [
        (
            piece,
            fact._replace(
                span_a=Span(at_a + piece.start_a, at_a + piece.stop_a),
                span_b=Span(at_b + piece.start_b, at_b + piece.stop_b),
            ),
        )
        for piece in explain(line_a, line_b, scene)
    ]


class _Unread:
    """Tells which places of a file no program reads: comments and prose."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        suffix = _suffix(scene.path)
        self._a, self._b = Comments(suffix, scene.data_a), Comments(suffix, scene.data_b)

    def certainty(self, part: Difference, line: Difference) -> Confidence | None:
        """Say how sure it is that nothing reads ``part`` of ``line``; ``None`` if something may."""
        scene = self._scene
        # The system reads the first line of a script.
        if _started_by_first_line(scene, any_suffix=True) and line.span_a and line.span_a.start < 4:
            return None
        if scene.syntax:
            return Confidence.PROVEN if _same_syntax(scene) else None
        if is_prose(part.path):
            return Confidence.PROVEN
        if is_text(part.path):
            told = speaks_of_build(str(line.a)) and speaks_of_build(str(line.b))
            return Confidence.PROVEN if told else Confidence.LIKELY
        one = self._a.certainty(str(line.a), part.span_a or NOWHERE)
        two = self._b.certainty(str(line.b), part.span_b or NOWHERE)
        return None if one is None or two is None else max(one, two, key=lambda c: c.rank)


def _content(plain: Sequence[Difference], facts: Sequence[Difference], scene: Scene) -> Claim:
    code = _suffix(scene.path) in _CODE or bytes(scene.data_a[:2]) == b"#!"
    evidence: tuple[str, ...] = ()
    if scene.syntax == "same":
        evidence = (f"{scene.path}: the syntax tree is the same; comments or layout changed",)
    elif scene.syntax == "other":
        evidence = (f"{scene.path}: the syntax tree changed",)
    return Claim(SOURCE if code else CONTENT, plain, evidence=evidence, consumed=tuple(facts))


RULES: Final = (
    Rule("hidden-characters", (HIDDEN,), ("text.hidden",), 50, _hidden),
    Rule("line-endings", (LINE_ENDINGS,), ("text.eol",), 51, _endings),
    Rule(
        "text-form",
        (TEXT_FORM,),
        ("text.bom", "text.encoding", "text.final-newline"),
        52,
        _form,
    ),
    Rule(
        "version-file",
        (VERSION_FILE,),
        ("python.constants", "text.line", "text.block", "text.order"),
        49,
        _version_file,
    ),
    Rule("line-order", (ORDER,), ("text.order",), 53, _order),
    Rule(
        "lines",
        (
            *(TEXT_TIME, PATH, INTERPRETER_PATH, TEMP_PATH, HOST, RANDOM_ID, OBJECT_ID),
            *versions.CAUSES,
            *(SET_ORDER, SOURCE, CONTENT),
        ),
        ("text.line", "text.block"),
        59,
        _lines,
    ),
)
