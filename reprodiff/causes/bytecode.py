"""Compiled Python: recorded times and paths, noise of the serialiser, and code that changed."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.formats.parsing.sourcehash import ALGORITHM
from reprodiff.model import Category, Confidence, Difference, Severity, Side

_PEP_552: Final = "PEP 552"

MTIME: Final = Cause(
    id="pyc-source-mtime",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="time of the source in pyc headers",
    blame=Blame.LEAF,
    doc=Doc(
        what="A timestamp pyc records the modification time of its source, and that differs. The "
        "code behind the header is compared by itself, object by object.",
        recognised="Bytes 8 to 11 of a pyc whose flags say timestamp differ.",
        why="Installers give sources the moment of the installation and compile them then.",
        fix=(
            (
                "pip",
                "export SOURCE_DATE_EPOCH=... during the install: pyc are then checked by hash",
            ),
            ("uv", "the same, with `--compile-bytecode`"),
            ("compileall", "python -m compileall --invalidation-mode unchecked-hash DIR"),
            ("pip", "pip install --no-compile"),
        ),
        mistaken_for="Changed code: the time says nothing of it, and never hides it here.",
        sources=(_PEP_552,),
    ),
)

SOURCE_ECHO: Final = Cause(
    id="pyc-source-record",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="size or hash of the source in pyc headers",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="A pyc records the size or the hash of its source, and that differs because the "
        "source does.",
        recognised="The source stands in the same artifact, differs, and has the recorded size or "
        "hash on each side. A hash of Python before 3.11 is not made here, and is only likely.",
        why="It follows from the source.",
        fix=(("", "nothing to fix here: see the finding on the source"),),
        mistaken_for="A pyc that was not made from its source: a size or hash that is not that of "
        "the source is reported as changed bytecode.",
        sources=(_PEP_552,),
    ),
)

MODE: Final = Cause(
    id="pyc-invalidation-mode",
    category=Category.BYTECODE,
    severity=Severity.BENIGN,
    title="pyc checked by time, by hash, or not at all",
    blame=Blame.LEAF,
    doc=Doc(
        what="The pyc files say in another way how Python tells that they are current. Their code "
        "is compared by itself.",
        recognised="The flags word of both is one of the three that PEP 552 defines: 0 timestamp, "
        "1 unchecked hash, 3 checked hash; size and hash are those of the source beside it. Where "
        "they are not, or one side is never checked, it is for review: Python then runs the source "
        "on one side, and on the other the bytecode, whatever its source says.",
        why="py_compile and compileall check by hash when SOURCE_DATE_EPOCH is set; Python itself, "
        "writing __pycache__ on import, never does.",
        fix=(
            ("any", "set SOURCE_DATE_EPOCH on both sides, or on neither"),
            ("compileall", "python -m compileall --invalidation-mode checked-hash DIR"),
        ),
        mistaken_for="Changed code.",
        sources=(_PEP_552,),
    ),
)

OTHER_PYTHON: Final = Cause(
    id="pyc-other-python",
    category=Category.BYTECODE,
    severity=Severity.REVIEW,
    title="bytecode of another Python version",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The magic numbers differ: the files were made by two versions of Python, and their "
        "code cannot be compared. The older interpreter ignores the newer file, and the other way.",
        recognised="The first four bytes differ.",
        why="The builds or installs ran under two interpreters.",
        fix=(("any", "use the same Python version for both, down to the minor"),),
        mistaken_for="Changed code. The name's tag (cpython-311) may say otherwise; the magic "
        "number decides.",
        sources=("PEP 3147", "CPython Lib/importlib/_bootstrap_external.py"),
    ),
)

PATH: Final = Cause(
    id="pyc-build-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="path of the source in bytecode (co_filename)",
    blame=Blame.LEAF,
    doc=Doc(
        what="Code objects name the file they were compiled from, by its path at that time. "
        "Tracebacks show it; the code does not depend on it.",
        recognised="co_filename differs, both paths end in the same file name, and the two "
        "directories in front go together throughout the artifact.",
        why="compileall and installers compile files where they lie.",
        fix=(
            ("compileall", "python -m compileall -s STRIPDIR -p PREPENDDIR (3.9 or later)"),
            ("py_compile", "py_compile.compile(file, dfile=...)"),
            ("any", "do not ship __pycache__ in wheels; install both trees to one path"),
        ),
        mistaken_for="Changed code: a path of another length moves everything behind it.",
        sources=("https://docs.python.org/3/library/compileall.html",),
    ),
)

SET_ORDER: Final = Cause(
    id="pyc-set-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="constant sets stored in hash order",
    blame=Blame.LEAF,
    doc=Doc(
        what="A constant set in the code has the same elements in another order. A set has no "
        "order when it is used.",
        recognised="The elements are equal as values and types, each as often.",
        why="Up to CPython 3.10 the compiler stores sets in the order of their hashes, which "
        "change from process to process.",
        fix=(
            ("any", "PYTHONHASHSEED=0 while compiling (CPython 3.10 and older)"),
            ("any", "CPython 3.11 or later sorts them"),
        ),
        mistaken_for="A changed constant.",
        sources=("https://github.com/python/cpython/pull/27926",),
    ),
)

REFS: Final = Cause(
    id="pyc-marshal-references",
    category=Category.BYTECODE,
    severity=Severity.BENIGN,
    title="equal objects serialised another way",
    blame=Blame.LEAF,
    doc=Doc(
        what="The two files load to equal objects, but store them otherwise: what is marked for "
        "later reference, what is stored again, which strings are interned.",
        recognised="Both are read completely and compared by value and type, and the bytes that "
        "differ are marks, reference numbers or type codes of equal values.",
        why="The serialiser marks an object only if something else holds it at that moment, so "
        "earlier imports and threads change the output.",
        fix=(
            ("any", "compile each file in a fresh single-threaded process"),
            ("add-determinism", "add-det --handler pyc FILE"),
        ),
        mistaken_for="Changed code.",
        sources=("https://github.com/python/cpython/issues/78274",),
    ),
)

LINES: Final = Cause(
    id="pyc-line-numbers",
    category=Category.BYTECODE,
    severity=Severity.REVIEW,
    title="line numbers in bytecode",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The code is the same but its line numbers differ: the sources differ in layout or "
        "comments.",
        recognised="Only the line tables and first line numbers of code objects differ.",
        why="Other sources, another generator, or lines added above.",
        fix=(("git", "build both from the same commit"),),
        mistaken_for="Changed code: what runs is the same, what a traceback shows is not.",
        sources=("CPython Objects/lnotab_notes.txt",),
    ),
)

CODE: Final = Cause(
    id="pyc-code-changed",
    category=Category.BYTECODE,
    severity=Severity.REVIEW,
    title="bytecode changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Code objects differ in what they do: instructions, constants, names, or which "
        "functions there are. Python runs this, not the source beside it.",
        recognised="Both files are read object by object; the place names the code object.",
        why="Another source, another compiler version under the same magic number, or bytecode "
        "that does not come from the source it lies beside.",
        fix=(
            ("any", "compile again from the sources: python -m compileall -f DIR"),
            ("any", "do not ship __pycache__ in wheels"),
        ),
        mistaken_for="A time or path: those stand in fields of their own and are reported apart.",
        sources=("CPython Python/marshal.c",),
    ),
)

TRAILING: Final = Cause(
    id="pyc-trailing-bytes",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="bytes behind the code of a pyc",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A pyc has bytes behind its code object. Python never reads them.",
        recognised="The root object ends before the file does, on one side or differently.",
        why="A damaged file, or something hidden.",
        fix=(("any", "compile again from the sources: python -m compileall -f DIR"),),
        mistaken_for="Changed code.",
        sources=("CPython Python/marshal.c",),
    ),
)

_PYCACHE: Final = re.compile(r"^(?P<dir>.*/|)__pycache__/(?P<name>[^/.]+)\.[^/]+\.py[co]$")


def source_of(path: str) -> str:
    """Return the path of the source that a pyc is compiled from (PEP 3147)."""
    found = _PYCACHE.match(path)
    return f"{found['dir']}{found['name']}.py" if found else path[:-1]


def _mtime(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(MTIME, facts)


def _record(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A size and a hash must be those of the source, which must differ."""
    for fact in facts:
        source = source_of(fact.path)
        if source not in scene.differing and source not in scene.partner:
            yield Claim(CODE, [fact])
            continue
        if fact.what == "pyc.source-size":
            found = (
                scene.digest(Side.A, source, "sha256"),
                scene.digest(Side.B, scene.partner.get(source, source), "sha256"),
            )
            true = all(
                each is not None and each[1] & 0xFFFFFFFF == value
                for each, value in zip(found, (fact.a, fact.b), strict=True)
            )
            yield Claim(SOURCE_ECHO, [fact], follows=(source,)) if true else Claim(CODE, [fact])
        elif (told := _hashes(fact, scene, source)) is not None:
            yield Claim(SOURCE_ECHO, [fact], follows=(source,)) if told else Claim(CODE, [fact])
        else:
            yield Claim(SOURCE_ECHO, [fact], Confidence.LIKELY, follows=(source,))


_STALE: Final = (
    "Size or hash of one side are not those of the source beside it: Python compiles that anew, "
    "and takes the bytecode as it is on the other side."
)
_KNOWN_MODES: Final = frozenset({"timestamp", "unchecked-hash", "checked-hash"})


def _hashes(fact: Difference, scene: Scene, source: str) -> bool | None:
    """Whether both hashes are those of the two sources; ``None`` where that cannot be told."""
    found = [_expected(fact, side, scene, source) for side in Side]
    if None in found:
        return None
    return found == [fact.a, fact.b]


def _expected(fact: Difference, side: Side, scene: Scene, source: str) -> str | None:
    """Return the hash that one side's source has for the Python of a pyc."""
    path = source if side is Side.A else scene.partner.get(source, source)
    found = scene.digest(side, path, f"{ALGORITHM}{fact.note}") if fact.note else None
    return found[0].hex() if found else None


def _is_stale(fact: Difference, scene: Scene) -> bool | None:
    """Whether Python would compile a source anew instead of taking one of two headers for valid.

    ``None`` where that cannot be told.  Where there is no source, nothing is compared with it.
    """
    source = source_of(fact.path)
    unknown = False
    for side, own, value in zip(Side, (scene.a, scene.b), (fact.a, fact.b), strict=True):
        path = source if side is Side.A else scene.partner.get(source, source)
        if path not in own.paths:
            continue
        mode, _, rest = str(value).partition(" ")
        if mode == "timestamp":
            found = scene.digest(side, path, "sha256")
            expected = None if found is None else f"{found[1] & 0xFFFFFFFF} bytes"
            rest = rest.rpartition(", ")[2]
        else:
            expected = _expected(fact, side, scene, source)
        unknown = unknown or expected is None
        if expected is not None and rest and rest != expected:
            return True
    return None if unknown else False


def _mode(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        known = all(
            str(value).split(" ", 1)[0].replace("_", "-") in _KNOWN_MODES
            for value in (fact.a, fact.b)
        )
        unchecked = any(str(value).startswith("unchecked") for value in (fact.a, fact.b))
        stale = _is_stale(fact, scene) if known else False
        yield Claim(
            MODE if known else CODE,
            [fact],
            Confidence.LIKELY if stale is None else Confidence.PROVEN,
            Severity.REVIEW if known and (unchecked or stale) else None,
            explanation=_STALE if stale else "",
        )


def _python(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(OTHER_PYTHON, facts)


def _paths(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        path_a, path_b = str(fact.a), str(fact.b)
        prefix_a, prefix_b, suffix = split_paths(path_a, path_b)
        if not suffix:
            yield Claim(PATH, [fact], Confidence.LIKELY)
            continue
        scene.prefixes.learn(prefix_a, prefix_b)
        yield Claim(PATH, [fact], hinge=(prefix_a, prefix_b))


def _sets(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(SET_ORDER, facts)


def _refs(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(REFS, facts)


def _lines(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(LINES, facts, follows=_source(scene))


def _code(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    source = source_of(scene.path)
    evidence: tuple[str, ...] = ()
    if source in scene.a.paths and source in scene.b.paths and source not in scene.differing:
        evidence = (f"{scene.path}: its source is the same on both sides, its code is not",)
    yield Claim(CODE, facts, evidence=evidence, follows=_source(scene))


def _source(scene: Scene) -> tuple[str, ...]:
    source = source_of(scene.path)
    return (source,) if source in scene.differing else ()


def _trailing(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(TRAILING, facts)


RULES: Final = (
    Rule("pyc-magic", (OTHER_PYTHON,), ("pyc.magic", "pyc.body-other-version"), 40, _python),
    Rule("pyc-trailing", (TRAILING,), ("pyc.trailing",), 40, _trailing),
    Rule("pyc-mtime", (MTIME,), ("pyc.mtime",), 41, _mtime),
    Rule("pyc-record", (SOURCE_ECHO, CODE), ("pyc.source-size", "pyc.source-hash"), 41, _record),
    Rule("pyc-mode", (MODE, CODE), ("pyc.flags",), 41, _mode),
    Rule("pyc-path", (PATH,), ("pyc.filename",), 42, _paths),
    Rule("pyc-sets", (SET_ORDER,), ("pyc.set-order",), 43, _sets),
    Rule("pyc-refs", (REFS,), ("pyc.refs", "pyc.interning"), 44, _refs),
    Rule("pyc-lines", (LINES,), ("pyc.line-table",), 45, _lines),
    Rule(
        "pyc-code",
        (CODE,),
        (
            *("pyc.code", "pyc.const", "pyc.names", "pyc.field", "pyc.code-added"),
            *("pyc.code-removed", "pyc.body"),
        ),
        46,
        _code,
    ),
)
