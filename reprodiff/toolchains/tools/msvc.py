"""MSVC and LLVM's linker for Windows."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where
from reprodiff.toolchains.binaries import MSVC

_DOCS: Final = "https://learn.microsoft.com/cpp/build/reference/"

TOOL: Final = Tool(
    id="msvc",
    role=Role.COMPILER,
    docs=_DOCS,
    knobs=(
        Knob(
            slug="brepro",
            causes=("pe-timestamp", "pe-guid", "pe-build-time"),
            title="Let compiler and linker write hashes in place of times",
            formats=(MSVC,),
            where=Where.CI,
            file="environment (Windows)",
            language="batch",
            snippet="set CL=%CL% /Brepro\nset LINK=%LINK% /Brepro",
            why="cl, link and lld-link read these variables in front of their command line; "
            "TimeDateStamp and the GUID are then hashes of the contents.",
            docs=_DOCS + "cl-environment-variables",
            names=("/Brepro",),
        ),
        Knob(
            slug="pdbaltpath",
            causes=("pe-pdb-path", "pe-content-hash"),
            title="Write the name of the PDB without its directory",
            formats=(MSVC,),
            where=Where.CI,
            file="environment (Windows)",
            language="batch",
            snippet="set LINK=%LINK% /PDBALTPATH:%%_PDB%%",
            why="The debug directory otherwise holds the absolute path.",
            docs=_DOCS + "pdbaltpath-use-alternate-pdb-path",
            names=("/pdbaltpath",),
        ),
        Knob(
            slug="pathmap",
            causes=("pe-build-path",),
            title="Map the source directory",
            formats=(MSVC,),
            where=Where.CI,
            file="environment (Windows)",
            language="batch",
            snippet="set CL=%CL% /experimental:deterministic /pathmap:%CD%=.",
            why="__FILE__ then holds a path that is the same everywhere.",
            docs=_DOCS + "compiler-options",
        ),
    ),
)
