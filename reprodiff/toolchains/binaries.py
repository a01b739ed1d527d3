"""Which kinds of binaries a finding is about, so that no setting of another linker is given."""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from reprodiff.model import Location

ELF: Final = "elf"
MACHO: Final = "macho"
MSVC: Final = "msvc"
MINGW: Final = "mingw"
PE: Final = (MSVC, MINGW)
UNIX: Final = (ELF, MACHO, MINGW)
"""What GCC and Clang build under the options of GCC."""

_PE: Final = re.compile(r"\.(?:pyd|dll|exe|lib)$", re.IGNORECASE)
_MACHO: Final = re.compile(r"\.dylib$|-darwin\.so$")
_SHARED: Final = re.compile(r"\.(?:so(?:\.[0-9]+)*|a|o)$")
_SYSTEMS: Final = (("win", PE), ("macosx", (MACHO,)), ("linux", (ELF,)), ("manylinux", (ELF,)),
                   ("musllinux", (ELF,)))  # fmt: skip

# The tools that causes speak of, and what they make.
_MADE_BY: Final = {
    **dict.fromkeys(("patchelf", "auditwheel", "cibuildwheel"), (ELF,)),
    **dict.fromkeys(("ld64", "ld (xcode 15)", "codesign", "delocate", "macos"), (MACHO,)),
    **dict.fromkeys(("homebrew",), (MACHO,)),
    **dict.fromkeys(("msvc", "lld-link", "vcpkg"), (MSVC,)),
    **dict.fromkeys(("delvewheel",), PE),
    **dict.fromkeys(("gnu ld", "gcc", "gnu ar", "objcopy"), (ELF, MINGW)),
    **dict.fromkeys(("clang", "clang 16"), UNIX),
}


def binaries(
    places: Sequence[Location], platforms: Iterable[str], compilers: Mapping[str, str]
) -> frozenset[str]:
    """Return the kinds of binaries that places are in; nothing where that is not known.

    ``platforms`` are the platform tags of both artifacts, and ``compilers`` what native files
    say of theirs, by path.
    """
    tagged = {kind for tag in platforms for start, kinds in _SYSTEMS if tag.startswith(start)
              for kind in kinds}  # fmt: skip
    found: set[str] = set()
    for place in places:
        path = place.path
        if _PE.search(path):
            found.update(PE)
        elif _MACHO.search(path):
            found.add(MACHO)
        elif _SHARED.search(path):
            found.update(tagged - {*PE} or {ELF})
    found = found or tagged
    own = [place.path for place in places if ".libs/" not in place.path]
    if found.issuperset(PE) and (own or not places):
        # A library that was copied in may be of another compiler.
        told = {each.partition(" ")[0] for each in compilers.values()}
        if told & {"MSVC", "GNU"}:
            found -= {MINGW} if "GNU" not in told else {MSVC} if "MSVC" not in told else set()
    return frozenset(found)


def suits(tools: Iterable[str], kinds: AbstractSet[str]) -> bool:
    """Whether one of some tools, named as causes do, makes such binaries, or any."""
    return not kinds or any(not kinds.isdisjoint(_MADE_BY.get(tool, kinds)) for tool in tools)
