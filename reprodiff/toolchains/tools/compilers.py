"""GCC and Clang, called by a backend that follows CFLAGS (setuptools, CMake, meson)."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, SPEC, Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import ELF, MACHO, MINGW, UNIX

_GCC: Final = "https://gcc.gnu.org/onlinedocs/gcc/"
_MAP: Final = "-ffile-prefix-map=$PWD=."

TOOL: Final = Tool(
    id="gcc-clang",
    role=Role.COMPILER,
    docs=_GCC,
    knobs=(
        Knob(
            slug="prefix-map",
            causes=(
                *("elf-build-path", "elf-build-id-only", "elf-debug-link"),
                *("pe-build-path", "macho-build-path", "macho-oso"),
            ),
            title="Map the build directory to a dot",
            formats=UNIX,
            where=Where.FLAGS,
            snippet=f'export CFLAGS="${{CFLAGS:-}} {_MAP}"\n'
            f'export CXXFLAGS="${{CXXFLAGS:-}} {_MAP}"',
            why="Debug information and __FILE__ then hold a path that is the same everywhere. "
            "-fdebug-prefix-map alone leaves __FILE__.",
            since="GCC 8, Clang 10",
            docs=_GCC + "Overall-Options.html",
            names=("-ffile-prefix-map",),
        ),
        Knob(
            slug="epoch",
            causes=("elf-build-time", "pe-build-time", "macho-build-time"),
            title="Set SOURCE_DATE_EPOCH for the compiler",
            formats=UNIX,
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="__DATE__ and __TIME__ then tell that time. GCC takes __TIMESTAMP__ from the file "
            "all the same.",
            since="GCC 7, Clang 16",
            docs=SPEC,
        ),
        Knob(
            slug="date-time-error",
            causes=("elf-build-time", "pe-build-time", "macho-build-time"),
            title="Let the compiler refuse __DATE__ and __TIME__",
            formats=UNIX,
            where=Where.FLAGS,
            snippet='export CFLAGS="${CFLAGS:-} -Werror=date-time"',
            why="It names every place that uses the macros.",
            since="GCC 4.9",
            docs=_GCC + "Preprocessor-Options.html",
            names=("-Werror=date-time",),
            advice=True,
        ),
        Knob(
            slug="no-debug",
            causes=(
                "elf-debug-info",
                "native-debug-info",
                "elf-debug-compression",
                "macho-uuid",
                "macho-oso-time",
            ),
            title="Build without debug information",
            formats=UNIX,
            where=Where.FLAGS,
            snippet='export CFLAGS="${CFLAGS:-} -g0"',
            why="CPython's own -g otherwise goes into every extension module.",
            docs=_GCC + "Debugging-Options.html",
            names=("-g0",),
        ),
        Knob(
            slug="build-id",
            causes=("elf-build-id-random",),
            title="Let the linker hash the contents for the build-id",
            where=Where.FLAGS,
            snippet='export LDFLAGS="${LDFLAGS:-} -Wl,--build-id=sha1"',
            why="With --build-id=uuid it is a random number, new in every link.",
            docs="https://sourceware.org/binutils/docs/ld/Options.html",
        ),
        Knob(
            slug="strip",
            causes=(
                *("elf-stripped", "native-stripped", "elf-debug-info", "native-debug-info"),
                *("elf-lto-random-seed", "native-temp-object"),
            ),
            title="Strip both while linking",
            formats=(ELF, MINGW),
            where=Where.FLAGS,
            snippet='export LDFLAGS="${LDFLAGS:-} -Wl,-s"',
            why="Symbols and debug information are then in neither.",
            docs="https://sourceware.org/binutils/docs/ld/Options.html",
        ),
        Knob(
            slug="strip-macos",
            causes=("native-debug-info", "native-temp-object"),
            title="Leave debug information and local symbols out (macOS)",
            formats=(MACHO,),
            where=Where.FLAGS,
            snippet='export LDFLAGS="${LDFLAGS:-} -Wl,-S -Wl,-x"',
            why="Apple's linker passes -s over; these two do the same for what is not exported.",
            docs="https://keith.github.io/xcode-man-pages/ld.1.html",
        ),
        Knob(
            slug="no-gz",
            causes=("elf-debug-compression",),
            title="Leave debug sections uncompressed",
            formats=(ELF, MINGW),
            where=Where.FLAGS,
            snippet='export CFLAGS="${CFLAGS:-} -gz=none"',
            why="Linkers and distributions have other defaults for it.",
            docs=_GCC + "Debugging-Options.html",
            names=("-gz=none",),
        ),
        Knob(
            slug="no-record-switches",
            causes=(
                "elf-toolchain",
                "native-toolchain",
            ),
            title="Leave the command line out of debug information",
            formats=(ELF, MINGW),
            where=Where.FLAGS,
            snippet='export CFLAGS="${CFLAGS:-} -gno-record-gcc-switches"',
            why="DW_AT_producer otherwise lists the flags of the build.",
            docs=_GCC + "Debugging-Options.html",
            names=("-gno-record-gcc-switches",),
        ),
        Knob(
            slug="oso-prefix",
            causes=("macho-oso", "macho-oso-time", "macho-uuid"),
            title="Shorten object paths, and leave their times out (macOS)",
            formats=(MACHO,),
            where=Where.FLAGS,
            snippet='export LDFLAGS="${LDFLAGS:-} -Wl,-oso_prefix,$PWD/"\nexport ZERO_AR_DATE=1',
            why="Debug symbols of a Mach-O name every object file with its time. Both are needed.",
            docs="https://reproducible-builds.org/docs/build-path/",
        ),
        Knob(
            slug="deployment-target",
            causes=("macho-minos", "wheel-tags", "deployment-target"),
            title="Name the oldest macOS that is supported",
            formats=(MACHO,),
            where=Where.ENVIRONMENT,
            snippet="export MACOSX_DEPLOYMENT_TARGET=11.0",
            tags=("macosx",),
            why="The default is that of the Python or the SDK at hand.",
            docs="https://packaging.python.org/en/latest/specifications/"
            "platform-compatibility-tags/",
        ),
        Knob(
            slug="mingw",
            causes=("pe-timestamp", "pe-image-base"),
            title="Let GNU ld leave time and file name out of DLLs",
            formats=(MINGW,),
            where=Where.FLAGS,
            snippet='export LDFLAGS="${LDFLAGS:-} -Wl,--no-insert-timestamp '
            '-Wl,--disable-auto-image-base"',
            why="The header holds the clock, and the image base is a hash of the output's name.",
            docs="https://sourceware.org/binutils/docs/ld/Options.html",
            names=("--no-insert-timestamp", "--disable-auto-image-base"),
        ),
    ),
)
