"""What changes where an artifact installs: the causes with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_POLICIES: Final = "https://peps.python.org/pep-0600/"
_IMAGE: Final = (
    ("any", "pin the build image by digest, and the packages installed in it by version"),
    ("cibuildwheel", "CIBW_MANYLINUX_X86_64_IMAGE with the image's @sha256 digest"),
)

POLICY: Final = Cause(
    id="platform-policy-drift",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="the binaries meet another platform policy",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="What the native files of the two sides need fits two different manylinux policies, "
        "whatever their tags say: one of them runs on systems where the other does not.",
        recognised="For each policy, every symbol version that a native file needs, every library "
        "that is not brought along and every symbol it uses is held against what the policy "
        "allows. The strictest policy with nothing against it is the one that is met.",
        why="It follows from the symbols and libraries that are needed: see the finding on them.",
        fix=(
            *_IMAGE,
            ("auditwheel", "`auditwheel repair --plat manylinux_2_28_x86_64` on both sides"),
        ),
        mistaken_for="The tags in the file name: they are what was promised, this is what is "
        "needed. musl does not version its symbols, so that musllinux policies cannot be told "
        "apart.",
        sources=(_POLICIES, "PEP 513", "PEP 571", "PEP 599", "PEP 656"),
    ),
)

CEILING: Final = Cause(
    id="symbol-ceiling",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="native code needs other versions of system libraries",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The newest symbol version that native files need of glibc, libstdc++ or libgcc "
        "differs. The loader refuses a file on a system whose library does not have it.",
        recognised="The version requirements of each ELF file (.gnu.version_r) are read as the "
        "loader reads them; the highest of each family is compared. The symbols that need it are "
        "named.",
        why="The builds ran on systems with other versions of these libraries, or the code calls "
        "functions that only newer ones have.",
        fix=(
            *_IMAGE,
            ("gcc", "-static-libstdc++ -static-libgcc leave only glibc"),
            ("C", '`__asm__(".symver memcpy,memcpy@GLIBC_2.2.5")` asks for an older version'),
        ),
        mistaken_for="The version of the compiler: the same one asks for other symbols on another "
        "system.",
        sources=("Linux Standard Base Core 5.0, Symbol Versioning", "ld.so(8)"),
    ),
)

SYSTEM_LIBRARY: Final = Cause(
    id="system-libraries",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="libraries that must be on the system",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Native files of one side need a library that they do not bring along and that the "
        "other side does not need.",
        recognised="The libraries that native files name as needed are looked for in the artifact "
        "as the loader would (RPATH, RUNPATH, names); those that are not there are compared.",
        why="Another set of options was found at build time, a library was linked statically on "
        "one side, or the repair tool was told to leave it out (--exclude).",
        fix=(
            ("auditwheel", "`auditwheel repair` grafts what the policy does not allow"),
            ("any", "the same optional dependencies in both build environments"),
        ),
        mistaken_for="A vendored library under another name, which is paired with its partner.",
        sources=("ld.so(8)",),
    ),
)

RUNTIME: Final = Cause(
    id="windows-runtime",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="runtime libraries of the compiler on Windows",
    blame=Blame.SOURCE,
    doc=Doc(
        what="One side needs a runtime library (vcruntime140_1.dll, msvcp140.dll, ...) that the "
        "other does not. Python itself brings only some of them.",
        recognised="The libraries in the import and delay-import tables, without those that are in "
        "the artifact.",
        why="Another compiler or linker, /MD against /MT, or C++ code in one build only.",
        fix=(
            ("MSVC", "the same toolset on both sides (`vcvarsall.bat x64 -vcvars_ver=14.38`)"),
            ("delvewheel", "`delvewheel repair` brings msvcp140.dll along"),
        ),
        mistaken_for="Python's own library, which goes with the interpreter tag.",
        sources=("https://learn.microsoft.com/cpp/windows/latest-supported-vc-redist",),
    ),
)

TARGET: Final = Cause(
    id="deployment-target",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="oldest macOS or Windows that binaries are built for",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The compiler was told of another oldest system, and may use what only newer ones "
        "have.",
        recognised="LC_BUILD_VERSION or LC_VERSION_MIN_MACOSX of each slice; the subsystem version "
        "of a PE file.",
        why="MACOSX_DEPLOYMENT_TARGET is not set, so that it comes from the interpreter or the "
        "system of the build; Rust and CMake have defaults of their own.",
        fix=(
            ("macOS", "export MACOSX_DEPLOYMENT_TARGET=11.0, the same on both sides"),
            ("CMake", "-DCMAKE_OSX_DEPLOYMENT_TARGET=11.0"),
            ("MSVC", "/SUBSYSTEM:WINDOWS,6.01"),
        ),
        mistaken_for="The tag in the file name, which is compared by itself.",
        sources=("Apple, mach-o/loader.h", "Microsoft, PE Format"),
    ),
)

TAG: Final = Cause(
    id="platform-tag-mismatch",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="tags that promise what the binaries do not keep",
    blame=Blame.SOURCE,
    doc=Doc(
        what="On one side the tags of the wheel and its native files contradict each other, or the "
        "file name and WHEEL do. Installers go by the tags, and put it where it does not run.",
        recognised="Needed glibc versions against the version in the tag, processors, C library "
        "and interpreter of the modules against the tags, the oldest macOS, and what the policy "
        "allows. It is an alarm where the loader or Python is sure to refuse the file: a newer "
        "glibc than promised, another processor, C library or interpreter. What both sides have "
        "alike is no difference, and is listed with the platforms only.",
        why="The tag was set by hand (`wheel tags`, --plat-name), the file was renamed, or a "
        "repair tool was not run.",
        fix=(
            ("auditwheel", "`auditwheel repair` sets the tag that the binaries meet"),
            ("delocate", "`delocate-wheel --require-target-macos-version 11.0`"),
            ("wheel", "no `wheel tags` on wheels with native code"),
        ),
        mistaken_for="A wheel that is merely for newer systems: that is the tag's to say.",
        sources=("PEP 425", "PEP 600", "PEP 656"),
    ),
)

ABI3: Final = Cause(
    id="abi3-violation",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="abi3 modules that use more than the stable ABI",
    blame=Blame.SOURCE,
    doc=Doc(
        what="On one side a module claims the stable ABI by its name or tag and imports symbols of "
        "Python that are not in it, or that came with a later version than the tag says. It may "
        "fail to load on versions it is offered for.",
        recognised="The undefined symbols that start with Py or _Py, against the list of the "
        "stable ABI with the version that added each.",
        why="Py_LIMITED_API is not defined or is higher than the tag (`py_limited_api`), or a "
        "macro reaches into private functions.",
        fix=(
            ("setuptools", "`[bdist_wheel] py_limited_api = cp311` and Py_LIMITED_API=0x030b0000"),
            ("PyO3", 'the feature "abi3-py311" that the tag names'),
            ("Cython", "3.1 or later, with CYTHON_LIMITED_API"),
        ),
        mistaken_for="Symbols of the module itself: only what it imports counts.",
        sources=("PEP 384", "PEP 652", "https://docs.python.org/3/c-api/stable.html"),
    ),
)

PURE: Final = Cause(
    id="pure-with-compiled",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="compiled modules in a wheel that says it is pure",
    blame=Blame.SOURCE,
    doc=Doc(
        what="On one side the tags are for any platform, or WHEEL says Root-Is-Purelib, and there "
        "are compiled modules inside.",
        recognised="Files that initialise a Python module, in a wheel whose tags end in any or "
        "whose WHEEL says that it is pure.",
        why="The backend was not told of the modules: they were built before, or came as data.",
        fix=(
            ("setuptools", "declare ext_modules; has_ext_modules() of the distribution"),
            ("hatchling", "build hook: `build_data['pure_python'] = False`, infer_tag"),
        ),
        mistaken_for="Executables that are data, such as launchers.",
        sources=("PEP 427",),
    ),
)

NAME_FOLLOWS: Final = Cause(
    id="vendored-name-follows",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="names of vendored libraries follow",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="A file needs or is a vendored library, whose name differs: the repair tool puts a "
        "hash of the library into it.",
        recognised="The two names are those of two libraries that are paired, one in each "
        "artifact.",
        why="It follows from the library: see the finding on it.",
        fix=(("", "nothing to fix here: see the library"),),
        mistaken_for="Another library that is needed, which is a finding of its own.",
        sources=("https://github.com/pypa/auditwheel",),
    ),
)

INTERPRETER: Final = Cause(
    id="interpreter-tags",
    category=Category.PLATFORM,
    severity=Severity.REVIEW,
    title="wheels for two interpreters",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The wheels are for two versions of Python on the same platforms. Modules and their "
        "names differ by that.",
        recognised="The tags differ, and are the same for each platform once the parts for "
        "interpreter and ABI are left out.",
        why="Two interpreters built them.",
        fix=(("any", "compare wheels for one interpreter, if the sources are what matters"),),
        mistaken_for="Tags that drift: another platform is told by itself.",
        sources=("PEP 425",),
    ),
)

INTERPRETER_NAME: Final = Cause(
    id="interpreter-name-follows",
    category=Category.PLATFORM,
    severity=Severity.BENIGN,
    title="names that follow the interpreter or the platform",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="File names and strings carry the tag or the version of the interpreter that each "
        "side is for, and names of modules that of the platform.",
        recognised="The tags of the wheels differ, each name has the tag of its side, and without "
        "it the two are equal.",
        why="It follows from the tags.",
        fix=(("", "nothing to fix here: compare wheels for one interpreter"),),
        mistaken_for="A module that was renamed.",
        sources=("PEP 3149", "PEP 384"),
    ),
)

INTERPRETER_CODE: Final = Cause(
    id="compiled-for-other-interpreter",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="modules compiled for another interpreter",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Extension modules were compiled against the headers of two versions of Python: "
        "macros and inline functions of the two make other code of the same sources. Whether the "
        "sources differ as well cannot be seen from it.",
        recognised="The wheels are tagged for two interpreters and the file is an extension module "
        "of each. All that its code, data and symbols differ in is put here, and none of it is "
        "proven to come from the interpreter. Libraries, RPATH, strings with paths, times and "
        "bytes behind the end are told by themselves.",
        why="The two wheels are for two versions of Python.",
        fix=(("any", "compare wheels for one interpreter to see what changed in the sources"),),
        mistaken_for="Changed sources, and these for it: the finding is to be reviewed.",
        sources=("PEP 425",),
    ),
)

PLATFORM_CODE: Final = Cause(
    id="compiled-for-other-platform",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="native code for another system or processor",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Modules and libraries were compiled for two C libraries, two processors or two "
        "systems: other headers, compilers and instructions make other code of the same sources. "
        "Whether the sources differ as well cannot be seen from it.",
        recognised="The platform tags of the wheels have no system and processor in common "
        "(manylinux and musllinux, win32 and win_amd64). All that code, data and symbols of a "
        "native file differ in is put here, and none of it is proven to come from the platform. "
        "Libraries, RPATH, strings with paths, times and bytes behind the end are told by "
        "themselves.",
        why="The two wheels are for two platforms.",
        fix=(("any", "compare wheels for one platform to see what changed in the sources"),),
        mistaken_for="Changed sources, and these for it: the finding is to be reviewed.",
        sources=("PEP 425", "PEP 600", "PEP 656"),
    ),
)
