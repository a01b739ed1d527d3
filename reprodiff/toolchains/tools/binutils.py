"""ar, ranlib and objcopy: static archives."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import ELF, MACHO, MINGW

_DOCS: Final = "https://sourceware.org/binutils/docs/binutils/"
_AR: Final = ("ar-times", "ar-owner", "ar-mode")

TOOL: Final = Tool(
    id="binutils",
    role=Role.COMPILER,
    docs=_DOCS,
    knobs=(
        Knob(
            slug="deterministic",
            causes=(*_AR, "ar-index-changed"),
            title="Let ar write zero for times and owners",
            formats=(ELF, MINGW),
            where=Where.FLAGS,
            snippet="export ARFLAGS=Dcr",
            why="D is the default of most distributions, but not of all.",
            docs=_DOCS + "ar.html",
        ),
        Knob(
            slug="zero-ar-date",
            causes=_AR,
            title="Let Apple's ar and ranlib write zero for times",
            formats=(MACHO,),
            where=Where.FLAGS,
            snippet="export ZERO_AR_DATE=1",
            why="They do not know D; libtool and the linker follow the variable, too.",
            docs="https://reproducible-builds.org/docs/archives/",
        ),
        Knob(
            slug="objcopy",
            causes=_AR,
            title="Take times and owners out of an archive that is there",
            formats=(ELF, MINGW),
            where=Where.POST,
            snippet="find build -name '*.a' -exec objcopy --enable-deterministic-archives {} +",
            why="For archives that another tool wrote.",
            docs=_DOCS + "objcopy.html",
            names=("--enable-deterministic-archives",),
        ),
        Knob(
            slug="same-ar",
            causes=("ar-format",),
            title="Use one ar for both builds",
            formats=(ELF, MINGW),
            where=Where.FLAGS,
            snippet="export AR=gcc-ar",
            why="GNU, LLVM and Apple write long names and the index each in their own way.",
            docs=_DOCS + "ar.html",
        ),
    ),
)
