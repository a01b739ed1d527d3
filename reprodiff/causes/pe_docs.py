"""The causes found in Portable Executables, with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_FORMAT: Final = "Microsoft, PE Format"
_EPOCH: Final = "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"
_BREPRO: Final = "/Brepro for link, cl and lib: LDFLAGS or `add_link_options(/Brepro)`"

TIMESTAMP: Final = Cause(
    id="pe-timestamp",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="link time in PE headers",
    blame=Blame.LEAF,
    doc=Doc(
        what="TimeDateStamp of the COFF header holds the second in which the file was linked, and "
        "export, debug, resource and load tables repeat it.",
        recognised="Both headers hold a time between 1990 and 2100, or none, and no REPRO entry "
        "says that it is a hash. A copy counts only where it is the header's own value on both "
        "sides, or where the header was cleared and all tables agree; a table with another time is "
        "no more than likely.",
        why="Linkers write the clock: link.exe and lld-link by default, GNU ld unless told not to.",
        fix=(
            ("GNU ld", f"-Wl,--no-insert-timestamp, or {_EPOCH}"),
            ("MSVC", _BREPRO),
            ("lld-link", "/Brepro or /timestamp:N"),
        ),
        mistaken_for="A hash of the contents: with /Brepro the same field holds one.",
        sources=(_FORMAT, "GNU ld manual, --insert-timestamp"),
    ),
)

CONTENT_HASH: Final = Cause(
    id="pe-content-hash",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="hash of the contents in PE headers (/Brepro)",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="Linked with /Brepro, TimeDateStamp and its copies hold a hash of the contents.",
        recognised="Both sides have a REPRO entry in the debug directory, and every copy equals "
        "the header's value.",
        why="The contents differ, so the hash does.",
        fix=(("", "nothing to fix here: see what else differs in the file"),),
        mistaken_for="A link time.",
        sources=(_FORMAT,),
    ),
)

CHECKSUM: Final = Cause(
    id="pe-checksum-follows",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="CheckSum of a PE file follows",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The optional header holds a sum over the whole file, and that differs because the "
        "file does.",
        recognised="The sum is computed anew for each side, and is what the header says, or the "
        "header says 0: none.",
        why="It follows from any other difference.",
        fix=(("", "nothing to fix here: see what else differs in the file"),),
        mistaken_for="A difference of its own: a sum that is not true is reported apart.",
        sources=(_FORMAT,),
    ),
)

CONTRIBUTIONS: Final = Cause(
    id="pe-contributions",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="list of what the linker put where",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The debug data of type POGO list the ranges of memory that sections of objects make "
        "up, by name. No loader reads them.",
        recognised="On both sides the list is taken apart to its end, each range lies behind the "
        "one before it and in a section of the file. It is likely only: that each number is what "
        "the linker wrote cannot be shown.",
        why="It follows from code and data of another size.",
        fix=(("", "nothing to fix here: see what else differs in the file"),),
        mistaken_for="Hidden data: a list with a byte too many is reported as unexplained.",
        sources=(_FORMAT,),
    ),
)

CHECKSUM_UNTRUE: Final = Cause(
    id="pe-checksum-untrue",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="CheckSum of a PE file is not true",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="The sum in the header of one side is not that of its bytes: something edited the "
        "file after it was linked. Untrue on both sides, it is for review.",
        recognised="The sum is computed anew for each side. 0 means that there is none.",
        why="Tools that edit a linked file (strip, resource editors, signers) may leave the old "
        "sum; so does tampering.",
        fix=(
            ("delvewheel", "repair with a version that recomputes it (1.7 or later)"),
            ("any", "link again instead of editing the file"),
        ),
        mistaken_for="A sum that follows from a change made before or while linking.",
        sources=(_FORMAT,),
    ),
)

PDB_PATH: Final = Cause(
    id="pe-pdb-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="path of the PDB in PE debug data",
    blame=Blame.LEAF,
    doc=Doc(
        what="The CodeView record names the file with the debug information, by its path at link "
        "time. Only debuggers read it.",
        recognised="Both paths are absolute and equal below two directories, and those two go "
        "together throughout the artifact.",
        why="Linking with /DEBUG, which CMake's RelWithDebInfo and debug builds of setuptools do.",
        fix=(
            ("MSVC", "/PDBALTPATH:%_PDB% writes the name without its directory"),
            ("lld-link", "/pdbaltpath:%_PDB%; /Brepro alone leaves the path"),
            ("any", "link without /DEBUG"),
        ),
        mistaken_for="Data of the program.",
        sources=("Microsoft, /PDBALTPATH (Use Alternate PDB Path)",),
    ),
)

GUID: Final = Cause(
    id="pe-guid",
    category=Category.BUILD_IDS,
    severity=Severity.BENIGN,
    title="id of the PDB in PE debug data",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The CodeView record has a GUID and an age that say which PDB, or which build, "
        "belongs to the file.",
        recognised="The record starts with RSDS or NB10, is of the same form on both sides, and "
        "lies outside of code.",
        why="link.exe makes it up for each link; with /Brepro, and in GNU ld with --build-id, it "
        "is a hash of the contents; lld makes it as a hash of the PDB. Where nothing else differs "
        "it is random, or made from a PDB or debug information that is not in the file.",
        fix=(
            ("MSVC", _BREPRO),
            ("lld-link", "/Brepro makes it a hash of the contents"),
            ("any", "link without /DEBUG"),
        ),
        mistaken_for="Data of the program.",
        sources=(_FORMAT,),
    ),
)

IMAGE_BASE: Final = Cause(
    id="pe-image-base",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="preferred load address of a PE file",
    blame=Blame.LEAF,
    doc=Doc(
        what="ImageBase differs, and with it every absolute address in the file. The loader adds "
        "the difference to each of them, so what runs is the same. A file that cannot be moved is "
        "for review.",
        recognised="Every word counted stands where both relocation tables have an entry, and is "
        "equal on both sides once ImageBase is taken off.",
        why="GNU ld for MinGW makes the address of a DLL out of the name given with -o.",
        fix=(
            ("gcc", "-Wl,--disable-auto-image-base, or -Wl,--image-base=0x180000000"),
            ("any", "link with the same relative output path"),
        ),
        mistaken_for="Changed code and data all over the file.",
        sources=("GNU ld manual, --enable-auto-image-base",),
    ),
)

LINKER: Final = Cause(
    id="pe-linker-version",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="version of the linker in PE headers",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The files were linked by different linkers, or versions of one.",
        recognised="MajorLinkerVersion or MinorLinkerVersion of the optional header differs. 2.x "
        "is GNU ld, 14.x that of Visual Studio 2015 and later, and lld-link says 14.0.",
        why="The builds ran with different toolchains.",
        fix=(
            ("GitHub Actions", "pin the runner image: `runs-on: windows-2022`"),
            ("any", "pin the version of Visual Studio or of binutils"),
        ),
        mistaken_for="Changed sources: look at code only when the tools are the same.",
        sources=(_FORMAT,),
    ),
)

RICH: Final = Cause(
    id="pe-rich-header",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="Microsoft tools recorded in the Rich header or in an object",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The Rich header lists the compilers, assemblers and linkers that made the parts, by "
        "build number, with how many objects each made; an object has its own in the symbol "
        "@comp.id. Debug data of type VC feature counts the objects compiled with /GS, /sdl and "
        "guards.",
        recognised="The block before the PE header is decoded with its key; the place shows "
        "product, build and count of each entry. In an object, the value of @comp.id differs.",
        why="Another update of Visual Studio, or other objects linked in: a build number that "
        "differs says the first, a count that differs the second.",
        fix=(
            ("GitHub Actions", "pin the runner image: `runs-on: windows-2022`"),
            ("any", "pin the toolset: vcvarsall -vcvars_ver=14.x"),
        ),
        mistaken_for="Hidden data: its layout is known and is decoded here.",
        sources=("Microsoft linker, /EMITTOOLVERSIONINFO",),
    ),
)

SIGNATURE: Final = Cause(
    id="pe-signature",
    category=Category.CHECKSUMS,
    severity=Severity.REVIEW,
    title="Authenticode signature",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The file is signed on one side only, or both are and the signatures differ: in "
        "signer, time or what they cover.",
        recognised="The certificate table differs. Where it holds the digest of the file it stands "
        "in, on each side, it signs that file; who signed is not looked at.",
        why="A signature covers the contents and a time.",
        fix=(
            ("any", "compare unsigned files: signtool remove /s, osslsigncode remove-signature"),
            ("any", "publish the unsigned build, or its digest, beside the signed one"),
        ),
        mistaken_for="An echo: bytes can be hidden in a certificate table without breaking it.",
        sources=("Microsoft, Windows Authenticode Portable Executable Signature Format",),
    ),
)

SIGNATURE_UNTRUE: Final = Cause(
    id="pe-signature-untrue",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="Authenticode signature of another file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="One side carries a signature that does not hold the digest of its own bytes.",
        recognised="The Authenticode digest of the file (SHA-256, SHA-1, SHA-384) is computed anew "
        "and looked for in the certificate table.",
        why="The file was changed after it was signed: by a repair tool, or by somebody.",
        fix=(("any", "sign last, after every tool that edits the file"),),
        mistaken_for="A signature with another digest algorithm, which is rare.",
        sources=("Microsoft, Windows Authenticode Portable Executable Signature Format",),
    ),
)

OVERLAY: Final = Cause(
    id="pe-overlay",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="bytes behind the end of a PE file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="Behind the last section there are bytes that no header speaks of. The loader never "
        "reads them. On both sides, and different, they are for review.",
        recognised="Sections, symbol table and certificates are taken off; what is left differs.",
        why="Self-extracting programs and installers carry their payload there; so does whoever "
        "wants to hide something.",
        fix=(("any", "link again, and compare with what the linker wrote"),),
        mistaken_for="Padding, or a signature: both are known and taken off first.",
        sources=(_FORMAT,),
    ),
)

BUILD_PATH: Final = Cause(
    id="pe-build-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="build directory in strings of a PE file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A string in a data section holds an absolute path of the machine that built it: "
        "`__FILE__`, an assertion, a panic message.",
        recognised="Both strings stand for each other in the map of the two files and are equal "
        "but for two directories, which go together throughout the artifact. What another "
        "length moves is checked word by word, and reported apart.",
        why="The compiler was given an absolute path of the source.",
        fix=(
            ("gcc, clang", "-ffile-prefix-map=$PWD=."),
            ("MSVC", "/pathmap:SRC=. with /experimental:deterministic"),
            ("rustc", "--remap-path-prefix=$PWD=."),
        ),
        mistaken_for="A path that is used at run time: look at who reads it.",
        sources=("https://reproducible-builds.org/docs/build-path/",),
    ),
)

BUILD_TIME: Final = Cause(
    id="pe-build-time",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="compile time in strings of a PE file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A string in a data section holds the date or time of compilation: `__DATE__`, "
        "`__TIME__`, `__TIMESTAMP__`.",
        recognised="Both are valid times in one notation, at the same place. It is proven where "
        "each lies close to the link time in the header of its own file, or the archive records "
        "a member of that time; else it is likely.",
        why="The sources use these macros.",
        fix=(
            ("gcc, clang 16", _EPOCH + "; not for `__TIMESTAMP__` in gcc"),
            ("MSVC", '/Brepro for cl, or define the macros: /D__DATE__=\\"...\\"'),
            ("own code", "leave the time out; -Werror=date-time finds the places"),
        ),
        mistaken_for="A date of the subject.",
        sources=("https://reproducible-builds.org/docs/timestamps/",),
    ),
)

CODE: Final = Cause(
    id="pe-code-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="machine code of a PE file changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Functions differ in their instructions, or refer to other things.",
        recognised="Functions are told apart by symbols, exports and unwind information, and "
        "decoded instruction by instruction. Displacements, branch targets and relocated addresses "
        "are compared by what they refer to; what still differs is a change, named by its function "
        "or its place in the section.",
        why="Other sources, another compiler or other flags.",
        fix=(("any", "build both from the same commit with the same toolchain"),),
        mistaken_for="Code that has only moved, or is loaded elsewhere: with another ImageBase "
        "the relocated words differ as well, and are counted there.",
        sources=(_FORMAT,),
    ),
)

IMPORTS: Final = Cause(
    id="pe-imports",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="libraries that a PE file loads",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The import tables name different libraries: what one side needs to be loaded, the "
        "other does not.",
        recognised="The names in both import directories are compared as sets, without regard to "
        "case. The bytes of the tables are accounted for by themselves.",
        why="Another Python (python311.dll, python312.dll), another C runtime, another way to "
        "link, or a repair tool that gave a library another name.",
        fix=(
            ("any", "build for the same Python with the same toolchain"),
            ("CPython", "build for the stable ABI: python3.dll serves every version"),
        ),
        mistaken_for="Changed code.",
        sources=(_FORMAT,),
    ),
)

DAMAGED: Final = Cause(
    id="pe-damaged",
    category=Category.INTEGRITY,
    severity=Severity.ALARM,
    title="damaged PE file",
    blame=Blame.INTEGRITY,
    doc=Doc(
        what="A PE file contradicts itself: a table leads out of the file, or in a circle. On both "
        "sides alike it is for review.",
        recognised="Every table is read within the bounds of the file, and each place only once.",
        why="A truncated download, a tool that edited the file badly, or a file made to break its "
        "readers.",
        fix=(("any", "build or download it again"),),
        mistaken_for="A format that is not known: nothing in a sound file leads out of it.",
        sources=(_FORMAT,),
    ),
)
