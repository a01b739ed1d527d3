"""Random names of the objects that a compiler made only to link them at once."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.native import string_claim
from reprodiff.causes.native_causes import BUILD_PATH, DEBUG_INFO, SYMBOLS, TEMP_DIR
from reprodiff.causes.native_docs import RUST_HASH
from reprodiff.causes.seeds import contradicted
from reprodiff.model import Category, Confidence, Difference, Severity

TEMP_OBJECT: Final = Cause(
    id="native-temp-object",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="random name of an object that was made only to be linked",
    blame=Blame.LEAF,
    doc=Doc(
        what="The symbol table for debuggers names an object that existed only while the compiler "
        "ran, by the random name that it made up: ccAbCdEf.o (GCC) or name-1a2b3c.o (Clang).",
        recognised="Both names have that form and are equal but for the six random characters, in "
        "a table that no loader reads; in ELF files only symbols of type FILE have such names. "
        "Every other byte is accounted for by itself. Two names that agree in most of those "
        "characters are only likely: chance does not make such.",
        why="One command compiled and linked. GNU ld writes down the name of an object whose "
        "source, an assembler one without .file, has none in it; linkers for macOS write down "
        "that of every object with debug information.",
        fix=(
            ("gcc, clang", "compile each source with `-c -o name.o` first, then link these"),
            ("gcc, clang", "leave the names out while linking: `-Wl,-s`, or strip afterwards"),
            ("own code", '`.file "name.s"` at the head of the assembler source'),
        ),
        mistaken_for="A build path: -ffile-prefix-map has no effect on it, and neither has "
        "-frandom-seed.",
        sources=("gcc(1), -save-temps", "System V ABI, chapter 4, STT_FILE"),
    ),
)

# mkstemps of the C library and of GCC's libiberty take six of these 62; LLVM takes six digits.
# Of one crate all modules have one hash, in hexadecimal digits or (until 2024) in base 36.
_FORMS: Final = (
    (TEMP_OBJECT, 2, re.compile(
        rb"((?:.*/)?cc)([0-9A-Za-z]{6})((?:\.ltrans[0-9]{1,5}\.ltrans)?\.o)", re.DOTALL)),
    (TEMP_OBJECT, 3, re.compile(rb"(.+-)([0-9a-f]{6})(\.o)", re.DOTALL)),
    (RUST_HASH, 5, re.compile(rb"(.+\.)([0-9a-z]{7,16})(-cgu\.[0-9]{1,4})", re.DOTALL)),
    (RUST_HASH, 5, re.compile(rb"()((?=[a-z]*+[0-9])[0-9a-z]{20,25})()")),
)  # fmt: skip
"""Forms of names, and how many of the characters made up two may share by chance."""


class _Made(NamedTuple):
    cause: Cause
    confidence: Confidence
    names: tuple[bytes, bytes]
    """What was made up, on both sides."""


def _objects(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    found = [(fact, _made(fact.a, fact.b)) for fact in facts]
    hashes = {made.names for _, made in found if made is not None and made.cause is RUST_HASH}
    torn = contradicted(hashes)
    for fact, made in found:
        if made is None:
            yield string_claim(fact, scene)
        elif made.names in torn:
            yield Claim(made.cause, [fact], Confidence.LIKELY)
        else:
            yield Claim(made.cause, [fact], made.confidence)


def made_up(a: object, b: object) -> Confidence | None:
    """Return how sure it is that two names of objects differ by chance alone.

    ``None`` if they differ by anything else.  In front of both may stand one directory.
    """
    made = _made(a, b)
    return made.confidence if made is not None and made.cause is TEMP_OBJECT else None


def _made(a: object, b: object) -> _Made | None:
    if not isinstance(a, bytes) or not isinstance(b, bytes):
        return None
    for cause, shared, form in _FORMS:
        one, two = form.fullmatch(a), form.fullmatch(b)
        if one is None or two is None or one.group(1, 3) != two.group(1, 3):
            continue
        alike = sum(x == y for x, y in zip(one[2], two[2], strict=False))
        confidence = Confidence.PROVEN if alike <= shared else Confidence.LIKELY
        return _Made(cause, confidence, (one[2], two[2]))
    return None


RULES: Final = (
    Rule(
        "native-object-names",
        (TEMP_OBJECT, RUST_HASH, BUILD_PATH, TEMP_DIR, DEBUG_INFO, SYMBOLS),
        ("elf.object-name",),
        48,
        _objects,
    ),
)
