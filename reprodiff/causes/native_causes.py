"""What makes two ELF files differ: the causes with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_EPOCH: Final = "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"
_PREFIX_MAP: Final = 'export CFLAGS="-ffile-prefix-map=$PWD=."'
_BUILD_PATH_URL: Final = "https://reproducible-builds.org/docs/build-path/"

BUILD_PATH: Final = Cause(
    id="elf-build-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="build directory in native code or its debug information",
    blame=Blame.LEAF,
    doc=Doc(
        what="A library holds the directory that it was compiled in: in debug information, or in "
        "a string that __FILE__, an assertion or a panic message put there.",
        recognised="Two strings stand for each other that are one path below two directories, and "
        "those two go together wherever one of them stands. A path of another length moves what "
        "is behind it; every word that refers there was checked against where it went. Pieces of "
        "such a path that a compiler made constants or numbers of are told where both paths have "
        "one length, and eight bytes in a row are those of the path on both sides.",
        why="The compiler ran with -g, or the build tool passed absolute paths to it.",
        fix=(
            ("gcc, clang", f"`{_PREFIX_MAP}` (GCC 8, Clang 10 or later) covers both"),
            ("gcc, clang", "`-fdebug-prefix-map` covers debug information only, not __FILE__"),
            ("CMake", "add_compile_options(-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)"),
            ("rustc", 'RUSTFLAGS="--remap-path-prefix=$HOME/.cargo=/cargo"'),
            ("any", "build both in the same directory"),
        ),
        mistaken_for="Changed code: tables and displacements differ by the length of the path.",
        sources=(_BUILD_PATH_URL, "DWARF 5 section 3.1.1"),
    ),
)

TEMP_DIR: Final = Cause(
    id="elf-random-temp-dir",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="random temporary directory in native code",
    blame=Blame.LEAF,
    doc=Doc(
        what="A library holds the random directory that a build tool compiled it in.",
        recognised="Both strings have a name as pip, build, uv or tempfile make them, and only its "
        "random part differs.",
        why="Build frontends work in a fresh random directory, and the compiler wrote it down.",
        fix=(
            ("gcc, clang", f"`{_PREFIX_MAP}`"),
            ("meson-python", "`-Cbuild-dir=build`"),
            ("scikit-build-core", '`build-dir = "build/{wheel_tag}"`'),
        ),
        mistaken_for="A directory that somebody chose.",
        sources=("https://github.com/pypa/pip/issues/9604",),
    ),
)

BUILD_TIME: Final = Cause(
    id="elf-build-time",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="build time in native code (__DATE__, __TIME__)",
    blame=Blame.LEAF,
    doc=Doc(
        what="A library holds the date or time at which it was compiled.",
        recognised="Both strings are times in the form of __DATE__, __TIME__ or __TIMESTAMP__, and "
        "the text around them is equal.",
        why="The sources use one of these macros.",
        fix=(
            ("gcc, clang", f"`{_EPOCH}` (GCC 7, Clang 16 or later)"),
            ("own code", "leave the macros out; -Wdate-time -Werror finds them"),
            ("gcc", "GCC takes __TIMESTAMP__ from the file: touch -d @$SOURCE_DATE_EPOCH FILE"),
        ),
        mistaken_for="The release date of a bundled library, which is part of its sources.",
        sources=("https://reproducible-builds.org/docs/source-date-epoch/",),
    ),
)

_NOT_OFF: Final = (
    "any",
    "not `--build-id=none`: it hides what leaks, and debuggers then find no symbols",
)

BUILD_ID: Final = Cause(
    id="elf-build-id-follows",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="build-id of a library that differs elsewhere",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The build-id is a hash of what was linked, and something else in the file differs.",
        recognised="The GNU build-id note differs, and so does another part of the file.",
        why="It follows from the other difference.",
        fix=(("", "nothing to fix here: see what else differs"), _NOT_OFF),
        mistaken_for="A cause of its own.",
        sources=("ld(1), --build-id",),
    ),
)

BUILD_ID_ONLY: Final = Cause(
    id="elf-build-id-only",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="build-id alone: what it was made from has been removed",
    blame=Blame.LEAF,
    doc=Doc(
        what="Nothing in the two files differs but the build-id. It was made from something that "
        "differed when they were linked and is not in them any more.",
        recognised="Every byte outside of the GNU build-id note is equal, or moved as it must.",
        why="Debug information with a build directory, stripped after linking; a build RPATH that "
        "CMake or patchelf edited at install; symbol names (Rust) that were stripped; or an id "
        "that is random by request (--build-id=uuid).",
        fix=(
            ("gcc, clang", f"`{_PREFIX_MAP}`"),
            ("CMake", "-DCMAKE_BUILD_RPATH_USE_ORIGIN=ON (CMake 3.14 or later)"),
            ("cargo", '--remap-path-prefix together with `strip = "symbols"`'),
            _NOT_OFF,
        ),
        mistaken_for="A random number: a linker's default id is a hash, and never random.",
        sources=("ld(1), --build-id", "CMake BUILD_RPATH_USE_ORIGIN"),
    ),
)

LAYOUT: Final = Cause(
    id="elf-layout-follows",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="code and tables moved, unchanged",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Addresses, offsets and sizes differ because something in front of what they refer "
        "to has another length. They refer to the same things.",
        recognised="A map from each part of A to the same part of B is built from sections, "
        "strings and functions; each differing word is decoded (addresses, displacements, "
        "offsets, tables), and equals the mapped value.",
        why="It follows from the string that has another length.",
        fix=(("", "nothing to fix here: see what has another length"),),
        mistaken_for="Changed code: a word that refers to anything else is reported as such.",
        sources=("System V ABI", "DWARF 5", "Linux Standard Base Core 5.0, chapter 10"),
    ),
)

DEBUG_LINK: Final = Cause(
    id="elf-debug-link",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="checksum of the separate debug file",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The library names its separate debug file with a checksum, and that differs.",
        recognised="The name in .gnu_debuglink is equal, the four bytes behind it differ.",
        why="The debug file differs, for example by the build directory.",
        fix=(("gcc, clang", f"`{_PREFIX_MAP}`"),),
        mistaken_for="Changed code.",
        sources=(
            "https://sourceware.org/gdb/current/onlinedocs/gdb.html/Separate-Debug-Files.html",
        ),
    ),
)

RUNPATH: Final = Cause(
    id="elf-rpath",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.REVIEW,
    title="RPATH or RUNPATH: where libraries are looked for",
    blame=Blame.LEAF,
    doc=Doc(
        what="The two files look for their libraries in other directories. The loader uses them.",
        recognised="DT_RPATH or DT_RUNPATH differs.",
        why="A build directory was linked in (-rpath), or a repair tool wrote its own.",
        fix=(
            ("CMake", "set(CMAKE_INSTALL_RPATH $ORIGIN), or CMAKE_SKIP_RPATH"),
            ("meson", "install_rpath: '$ORIGIN' for what looks beside itself, else none"),
            ("patchelf", "patchelf --remove-rpath FILE"),
        ),
        mistaken_for="A harmless build path: whoever can write to that directory can load code.",
        sources=("ld.so(8)",),
    ),
)

TOOLCHAIN: Final = Cause(
    id="elf-toolchain",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="compiler, linker or their flags",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files say that they were made by other tools, or with other flags.",
        recognised="The strings of .comment differ, or DW_AT_producer in the debug information.",
        why="The builds ran in two images, or one of them was updated.",
        fix=(
            ("any", "pin the image by digest, and the versions of compiler and linker"),
            ("gcc", "-gno-record-gcc-switches leaves flags out of the debug information"),
        ),
        mistaken_for="Changed sources: other tools make other code of the same sources.",
        sources=("readelf -p .comment",),
    ),
)

NEEDED: Final = Cause(
    id="elf-needed",
    category=Category.VENDORED_LIBRARIES,
    severity=Severity.REVIEW,
    title="names of libraries: what is needed, what a library calls itself",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files need other libraries, or go by another name themselves.",
        recognised="DT_NEEDED or DT_SONAME differs.",
        why="A repair tool puts a hash of the library into its name; or another version, or other "
        "options were linked.",
        fix=(("any", "build and repair both in the same image"),),
        mistaken_for="A random name: the hash is that of the library's content.",
        sources=("https://github.com/pypa/auditwheel",),
    ),
)

DEBUG_INFO: Final = Cause(
    id="elf-debug-info",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="debug information or symbols say something else",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One side has debug information or a symbol table that the other lacks, or they "
        "describe other code, or cannot be shown to describe the same.",
        recognised="A section for debugging is on one side only; or words in it refer to something "
        "else than where the map says they should.",
        why="Other sources or flags, or a build that strips.",
        fix=(("gcc, clang", "the same -g on both sides, or strip both (`-Wl,-s`)"),),
        mistaken_for="A build directory, which is reported by itself.",
        sources=("DWARF 5",),
    ),
)

DEBUG_COMPRESSION: Final = Cause(
    id="elf-debug-compression",
    category=Category.COMPRESSION,
    severity=Severity.BENIGN,
    title="compressed debug sections",
    blame=Blame.LEAF,
    doc=Doc(
        what="Debug sections are stored compressed on one side, or in another way.",
        recognised="Inflated, the two are equal or differ only in what other findings account for.",
        why="The -gz default of the distribution, or what is compressed differs.",
        fix=(("gcc, clang", "-gz=none"),),
        mistaken_for="Other debug information.",
        sources=("System V ABI, Elf64_Chdr",),
    ),
)

CODE: Final = Cause(
    id="native-code-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="machine code changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Functions differ in their instructions, or refer to other things.",
        recognised="Both are decoded instruction by instruction. Displacements and branch targets "
        "are compared by what they refer to; what still differs is a change.",
        why="Other sources, another compiler or other flags.",
        fix=(("any", "build both from the same commit in the same image"),),
        mistaken_for="Code that has only moved.",
        sources=(),
    ),
)

DATA: Final = Cause(
    id="native-data-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="data in native code changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Constants, strings or tables of a library differ.",
        recognised="Bytes of a data section differ, and are no reference that only moved.",
        why="Other sources, another compiler or other flags.",
        fix=(("any", "build both from the same commit in the same image"),),
        mistaken_for="A build path or time, which are recognised by their form.",
        sources=(),
    ),
)

TABLES: Final = Cause(
    id="native-tables-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="linker tables that follow changed code, or lead elsewhere",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Headers, symbol, relocation or unwind tables differ, and not only by what moved.",
        recognised="A word in them is not the mapped value, or the tables have other entries.",
        why="It follows from changed code or symbols; without those, look at it.",
        fix=(("", "see the changed functions"),),
        mistaken_for="Tables that differ only by what moved.",
        sources=("System V ABI",),
    ),
)

SYMBOLS: Final = Cause(
    id="elf-symbols",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="symbols added, removed or renamed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files have other functions or objects by name.",
        recognised="Names in the symbol tables differ.",
        why="Other sources or flags; in Rust, a hash of the package's path is part of names.",
        fix=(
            ("rust", 'strip = "symbols" in [profile.release], with --remap-path-prefix'),
            ("any", "build both from the same commit, with the same compiler and flags"),
        ),
        mistaken_for="Another order of the same symbols.",
        sources=(),
    ),
)

ORDER: Final = Cause(
    id="elf-symbol-order",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="functions in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same functions stand in another order.",
        recognised="Functions of one name on each side, out of turn.",
        why="Objects were linked in the order of a directory listing or of parallel jobs.",
        fix=(("setuptools", "sources=sorted(glob.glob(...))"),),
        mistaken_for="Changed code. Constructors run in this order, so look at it.",
        sources=("https://reproducible-builds.org/docs/stable-inputs/",),
    ),
)

OVERLAY: Final = Cause(
    id="elf-overlay",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="bytes behind the end of an ELF file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A file goes on behind the last thing that its headers speak of.",
        recognised="Bytes behind the last section, segment and header table differ.",
        why="Something was appended: a payload, a signature, or a damaged download.",
        fix=(("any", "build again, and find out what appends to the file"),),
        mistaken_for="Padding.",
        sources=("System V ABI, chapter 4",),
    ),
)

DAMAGED: Final = Cause(
    id="elf-damaged",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="damaged ELF file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="The headers of a file speak of more than the file has, or contradict each other.",
        recognised="A table or section reaches beyond the end of the file.",
        why="It was cut short, or its headers were changed.",
        fix=(("any", "build or download it again"),),
        mistaken_for="A format that is not supported.",
        sources=("System V ABI, chapter 4",),
    ),
)

OTHER_KIND: Final = Cause(
    id="elf-other-machine",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="compiled file for another machine, or of another kind",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The two files are for other processors or systems, or one is a program and one a "
        "library.",
        recognised="Class, byte order, machine or type in the ELF header differ, or one is an ELF "
        "file and the other Mach-O or PE.",
        why="The builds were for two platforms.",
        fix=(("any", "compare builds for one platform"),),
        mistaken_for="Changed code: code for two machines is not compared.",
        sources=("System V ABI, chapter 4",),
    ),
)
