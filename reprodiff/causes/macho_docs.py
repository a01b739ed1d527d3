"""The causes found in Mach-O files, with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_LOADER: Final = "Apple, mach-o/loader.h"
_STAB: Final = "Apple, mach-o/stab.h"
_BLOBS: Final = "XNU, osfmk/kern/cs_blobs.h"

UUID: Final = Cause(
    id="macho-uuid",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="LC_UUID of a Mach-O file",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The linker gives the file an id, so that debug information can be found for it.",
        recognised="The 16 bytes of the load command LC_UUID differ, and with them the identifier "
        "of a code signature that ends in them, as codesign makes it. Everything else in the file "
        "is compared by itself.",
        why="The id is a hash of what was linked: with Apple's linker since Xcode 15 also of the "
        "times and paths of object files, with lld of the contents alone. With -random_uuid it is "
        "made up.",
        fix=(
            ("ld (Xcode 15)", "-Wl,-reproducible"),
            ("any", "-Wl,-S, or strip -S: without debug symbols no object path enters the hash"),
        ),
        mistaken_for="A random number: the same inputs give the same id. The form of the id tells "
        "the two apart: UUIDs of version 4 are random, those of version 3 and those of lld are "
        "hashes.",
        sources=(_LOADER,),
    ),
)

CODE_SIGNATURE: Final = Cause(
    id="macho-code-signature",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="page hashes of a code signature follow",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The code signature holds a hash of every page of the file, and pages differ.",
        recognised="Every hash is computed anew for each side and is true of that side's own "
        "pages, up to the signature; what else the signature says is compared byte by byte.",
        why="It follows from any other difference. On arm64 every file has such a signature, made "
        "by the linker without a certificate.",
        fix=(("", "nothing to fix here: see what else differs in the file"),),
        mistaken_for="A signature by somebody: that has a certificate, and is reported apart.",
        sources=(_BLOBS,),
    ),
)

SIGNATURE: Final = Cause(
    id="macho-signature",
    category=Category.CHECKSUMS,
    severity=Severity.REVIEW,
    title="code signature by another name or certificate",
    blame=Blame.LEAF,
    doc=Doc(
        what="The code signatures differ in the identifier of what was signed, in the signature "
        "by certificate, or in the kinds of hashes.",
        recognised="The identifier of a code directory or the CMS blob differs, or one side has "
        "other code directories. All hashes are true of their own side.",
        why="Without -i, codesign takes the identifier from the file's name or Info.plist; a "
        "signature by certificate holds a time.",
        fix=(
            ("codesign", "codesign -s - -i IDENTIFIER FILE"),
            ("any", "compare unsigned files: codesign --remove-signature"),
        ),
        mistaken_for="Page hashes that follow from other changes.",
        sources=(_BLOBS,),
    ),
)

SIGNATURE_UNTRUE: Final = Cause(
    id="macho-signature-untrue",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="code signature is not true of its file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="On one side the hashes of the code signature are not those of the pages. macOS ends "
        "a process that loads such a page.",
        recognised="Every page hash is computed anew, on both sides.",
        why="The file was changed after it was signed: by install_name_tool, strip or a repair "
        "tool that does not sign again, or by somebody.",
        fix=(
            ("codesign", "codesign -f -s - FILE after the last change"),
            ("delocate", "a version that signs again (0.10 or later)"),
        ),
        mistaken_for="Another signature.",
        sources=(_BLOBS,),
    ),
)

OSO_PATH: Final = Cause(
    id="macho-oso",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="paths of object files and sources in debug symbols",
    blame=Blame.LEAF,
    doc=Doc(
        what="The symbol table names the object files (N_OSO) and sources (N_SO) with debug "
        "information, by their paths. Only debuggers read them.",
        recognised="The symbols are the same one by one, but for such strings; the paths are "
        "equal below two directories, which go together throughout the artifact.",
        why="Linking objects that were compiled with -g.",
        fix=(
            ("ld64, lld", "-Wl,-oso_prefix,$PWD/ and ZERO_AR_DATE=1: both are needed"),
            ("any", "-Wl,-S, or strip -S FILE before it is signed"),
            ("clang", "-ffile-prefix-map=$PWD=. for the sources"),
        ),
        mistaken_for="Paths that are used at run time.",
        sources=(_STAB,),
    ),
)

OSO_TIME: Final = Cause(
    id="macho-oso-time",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times of object files in debug symbols",
    blame=Blame.LEAF,
    doc=Doc(
        what="Each N_OSO symbol holds the time at which its object file was last modified.",
        recognised="The symbols are the same one by one, and only values of N_OSO symbols differ.",
        why="Linking objects that were compiled with -g.",
        fix=(
            ("ld64, lld", "ZERO_AR_DATE=1 in the environment of the linker"),
            ("any", "-Wl,-S, or strip -S FILE before it is signed"),
        ),
        mistaken_for="Addresses: of other symbols the value is one, and must be equal.",
        sources=(_STAB,),
    ),
)

STRING_TABLE: Final = Cause(
    id="macho-strings-moved",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="names of symbols at other offsets",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="A path in the string table has another length, so that the names behind it stand "
        "elsewhere, and the end of the file as well.",
        recognised="Symbol by symbol, kind, value and name are equal; every byte of the string "
        "table belongs to a name or is zero; the sizes of table, segment and signature are true.",
        why="It follows from the paths of object files.",
        fix=(("", "nothing to fix here: see the paths"),),
        mistaken_for="Other symbols.",
        sources=("Apple, mach-o/nlist.h",),
    ),
)

INSTALL_NAME: Final = Cause(
    id="macho-install-name",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.REVIEW,
    title="name by which a library is loaded",
    blame=Blame.LEAF,
    doc=Doc(
        what="The library's own name, or that of a library it loads, differs, or one side has one "
        "more. The loader opens what stands there.",
        recognised="LC_ID_DYLIB or LC_LOAD_DYLIB (or its weak, lazy or re-exported kin) differs.",
        why="Linked without -install_name @rpath/..., linked to Homebrew in another place, or "
        "repaired by another tool.",
        fix=(
            ("any", "-install_name @rpath/libx.dylib when linking the library"),
            ("delocate", "delocate-wheel copies the libraries in and rewrites the names"),
        ),
        mistaken_for="A build path nobody reads.",
        sources=(_LOADER,),
    ),
)

RPATH: Final = Cause(
    id="macho-rpath",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.REVIEW,
    title="search path of the loader (LC_RPATH)",
    blame=Blame.LEAF,
    doc=Doc(
        what="A directory in which the loader looks for libraries differs, or only one side has "
        "it.",
        recognised="The load command LC_RPATH differs.",
        why="Build tools add their build directory, for tests, and do not always take it out.",
        fix=(
            ("CMake", "-DCMAKE_BUILD_WITH_INSTALL_RPATH=ON"),
            ("delocate", "delocate-wheel --sanitize-rpaths"),
        ),
        mistaken_for="A build path nobody reads.",
        sources=(_LOADER,),
    ),
)

MINOS: Final = Cause(
    id="macho-minos",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="oldest system a Mach-O file runs on",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Platform or minimum version differs: one of the two does not run where the other "
        "does. The wheel's tag should say the same.",
        recognised="LC_BUILD_VERSION or LC_VERSION_MIN_* differs in platform or minimum version.",
        why="Another MACOSX_DEPLOYMENT_TARGET, or none and another Python or Xcode.",
        fix=(("any", "export MACOSX_DEPLOYMENT_TARGET=11.0"),),
        mistaken_for="The version of the SDK, which does not decide where it runs.",
        sources=(_LOADER,),
    ),
)

SDK: Final = Cause(
    id="macho-sdk",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="SDK and tools of a Mach-O file",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files were linked against different SDKs, or by different linkers. Some system "
        "libraries behave by the SDK's version.",
        recognised="SDK, tool or source version in LC_BUILD_VERSION, LC_VERSION_MIN_* or "
        "LC_SOURCE_VERSION differs.",
        why="Another Xcode.",
        fix=(
            ("GitHub Actions", "pin the runner image and `sudo xcode-select -s`"),
            ("any", "pin Xcode, or SDKROOT"),
        ),
        mistaken_for="Changed sources: look at code only when the tools are the same.",
        sources=(_LOADER,),
    ),
)

SLICE: Final = Cause(
    id="macho-slice",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="architecture on one side only",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One file has code for a processor that the other has not: an architecture of a "
        "universal binary, or the only one.",
        recognised="Slices are paired by CPU type and subtype; a file of one architecture is one "
        "slice. Those of one architecture are compared with each other; of two files for two "
        "processors nothing is.",
        why="Another ARCHFLAGS, or a repair that thinned the file out.",
        fix=(
            ("setuptools", 'ARCHFLAGS="-arch x86_64 -arch arm64"'),
            ("cibuildwheel", 'CIBW_ARCHS_MACOS="universal2"'),
        ),
        mistaken_for="Changed code.",
        sources=("Apple, mach-o/fat.h",),
    ),
)

FAT_LAYOUT: Final = Cause(
    id="macho-fat-layout",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="places of slices in a universal binary",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Slices have another size, so that the next ones stand elsewhere.",
        recognised="The same architectures in the same order; the slices and zeros between them "
        "fill both files. The slices are compared by themselves.",
        why="It follows from what differs in the slices.",
        fix=(("", "nothing to fix here: see the slices"),),
        mistaken_for="Hidden bytes between slices: there are only zeros.",
        sources=("Apple, mach-o/fat.h",),
    ),
)

BUILD_PATH: Final = Cause(
    id="macho-build-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="build directory in strings of a Mach-O file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A string in a data section holds an absolute path of the machine that built it: "
        "`__FILE__`, an assertion, a panic message, a directory in DWARF.",
        recognised="Both strings stand for each other in the map of the two files and are equal "
        "but for two directories, which go together throughout the artifact. What another "
        "length moves is checked word by word, and reported apart.",
        why="The compiler was given an absolute path of the source.",
        fix=(
            ("clang", "-ffile-prefix-map=$PWD=."),
            ("rustc", "--remap-path-prefix=$PWD=."),
        ),
        mistaken_for="A path that is used at run time: look at who reads it.",
        sources=("https://reproducible-builds.org/docs/build-path/",),
    ),
)

BUILD_TIME: Final = Cause(
    id="macho-build-time",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="compile time in strings of a Mach-O file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A string in a data section holds the date or time of compilation: `__DATE__`, "
        "`__TIME__`, `__TIMESTAMP__`.",
        recognised="Both are valid times in one notation, at the same place. It is proven where "
        "the archive records members of those times; else it is likely.",
        why="The sources use these macros.",
        fix=(
            ("clang 16", "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"),
            ("own code", "leave the time out; -Werror=date-time finds the places"),
        ),
        mistaken_for="A date of the subject.",
        sources=("https://reproducible-builds.org/docs/timestamps/",),
    ),
)

CODE: Final = Cause(
    id="macho-code-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="machine code of a Mach-O file changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Functions differ in their instructions, or refer to other things.",
        recognised="Functions are told apart by symbols, exports and the list of their starts, and "
        "compared instruction by instruction. Displacements, branch targets and pages are compared "
        "by what they refer to; what still differs is a change, named by its function.",
        why="Other sources, another compiler or other flags.",
        fix=(("any", "build both from the same commit with the same toolchain"),),
        mistaken_for="A path or time: those stand in data.",
        sources=(_LOADER,),
    ),
)

DAMAGED: Final = Cause(
    id="macho-damaged",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="damaged Mach-O file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A Mach-O file contradicts itself: a command of no size, a table that leads out of "
        "the file, a slice that is none. On both sides alike it is for review.",
        recognised="Every table is read within the bounds of the file.",
        why="A truncated download, a tool that edited the file badly, or a file made to break its "
        "readers.",
        fix=(("any", "build or download it again"),),
        mistaken_for="A format that is not known: nothing in a sound file leads out of it.",
        sources=(_LOADER,),
    ),
)
