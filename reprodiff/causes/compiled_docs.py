"""The causes of differences in the structure of PE and Mach-O files, with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_MAPPED: Final = (
    "Microsoft, PE Format",
    "Apple, mach-o/loader.h",
    "DWARF 5",
)

LAYOUT: Final = Cause(
    id="native-layout-follows",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="code and tables moved, and are the same",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Addresses, displacements, sizes and offsets differ because something that they refer "
        "to has another length. They refer to the same things.",
        recognised="A map from each part of A to the same part of B is built from sections, known "
        "tables, strings and functions; each differing word is decoded (addresses, displacements, "
        "relocations, imports, exports, unwind information, symbols), and equals the mapped value.",
        why="It follows from the string that has another length.",
        fix=(("", "nothing to fix here: see what has another length"),),
        mistaken_for="Changed code: a word that refers to anything else is reported as such.",
        sources=_MAPPED,
    ),
)

CPU_FEATURES: Final = Cause(
    id="native-cpu-features",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="compiled code for other processors",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Functions use instructions that not every processor of the architecture has.",
        recognised="Functions that differ are decoded: those of one side have instructions of an "
        "extension (AVX2, POPCNT, the atomics of Armv8.1) that no function that differs has on the "
        "other side.",
        why="The build looked at the processor it ran on (-march=native, a configure test), or "
        "another compiler has other defaults.",
        fix=(
            ("gcc, clang", "-march=x86-64, never native"),
            ("MSVC", "leave /arch out"),
            ("rustc", "no -C target-cpu=native"),
        ),
        mistaken_for="Other sources: those may ask for other instructions as well.",
        sources=("https://gitlab.com/x86-psABIs/x86-64-ABI",),
    ),
)

SYMBOLS: Final = Cause(
    id="native-symbols",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="symbols of a compiled file added, removed or renamed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files have other functions or objects by name.",
        recognised="Names in the symbol tables differ.",
        why="Other sources or flags; in Rust, a hash of the package's path is part of names.",
        fix=(("any", "build both from the same commit in the same image"),),
        mistaken_for="Another order of the same symbols.",
        sources=_MAPPED,
    ),
)

ORDER: Final = Cause(
    id="native-order",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="functions or sections of a compiled file in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same functions stand in another order, or the same sections of an object.",
        recognised="Functions of one name on each side, out of turn; sections of an object by "
        "their names and what is first in them. It is benign where only constants stand elsewhere "
        "that a compiler named after their bytes (`??_C@_`, `__real@`): linkers keep one of each, "
        "wherever it comes from.",
        why="Objects were linked in the order of a directory listing or of parallel jobs; some "
        "compilers put constants in the order of their addresses in memory.",
        fix=(("setuptools", "sources=sorted(glob.glob(...))"),),
        mistaken_for="Changed code. Constructors run in this order, so look at it.",
        sources=("https://reproducible-builds.org/docs/stable-inputs/",),
    ),
)

DEBUG_INFO: Final = Cause(
    id="native-debug-info",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="debug information of a compiled file says something else",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One side has debug information or a symbol table that the other lacks, or they "
        "describe other code, or cannot be shown to describe the same.",
        recognised="A section for debugging is on one side only; or words in it refer to something "
        "else than where the map says they should.",
        why="Other sources or flags, or a build that strips.",
        fix=(
            ("any", "the same debug flags on both sides"),
            ("GNU ld", "strip both: `-Wl,-s`"),
            ("ld64", "strip both: `-Wl,-S -Wl,-x`"),
        ),
        mistaken_for="A build directory, which is reported by itself.",
        sources=("DWARF 5",),
    ),
)

STRIPPED: Final = Cause(
    id="native-stripped",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="debug information or symbols of a compiled file on one side only",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One Windows library has debug information or a table of symbols, the other has not. "
        "Nothing in it reads either.",
        recognised="What one side alone has are sections of DWARF, which the loader may throw away "
        "and to which nothing in the headers leads, and symbols with their names. Code is read as "
        "if it had moved, so that no instruction leads there. Everything else is compared by "
        "itself; the headers say no more than that these are missing.",
        why="One build ran with -g, or strip ran on one side (or -s was given to the linker).",
        fix=(
            ("gcc, clang", "the same -g on both sides"),
            ("GNU ld", "strip both: `-Wl,-s`"),
        ),
        mistaken_for="Other code: a section that may be executed or written to is never put down "
        "to this.",
        sources=("Microsoft, PE Format, Section Flags", "strip(1)"),
    ),
)

TOOLCHAIN: Final = Cause(
    id="native-toolchain",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="compiler of a compiled file, or its flags",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Debug information says that the files were made by other compilers, or with other "
        "flags.",
        recognised="DW_AT_producer differs.",
        why="The builds ran in two images, or one of them was updated.",
        fix=(("any", "pin the image by digest, and the versions of compiler and linker"),),
        mistaken_for="Changed sources: other tools make other code of the same sources.",
        sources=("DWARF 5, section 3.1.1",),
    ),
)

OWN_NAME: Final = Cause(
    id="native-own-name",
    category=Category.VENDORED_LIBRARIES,
    severity=Severity.REVIEW,
    title="the name that a library gives itself",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The export table names the library, and the two names differ.",
        recognised="The name in the export directory of a PE file differs.",
        why="It was linked under another name (-o, /OUT), for another Python, or renamed by a "
        "repair tool.",
        fix=(("any", "link with the same output name"),),
        mistaken_for="Changed code.",
        sources=("Microsoft, PE Format, Export Directory Table",),
    ),
)
