"""Sides made in code: native files as their readers would tell of them."""

from collections.abc import Mapping

from reprodiff.model import ArtifactInfo, ArtifactKind
from reprodiff.platforms.native import Native, Need
from reprodiff.platforms.recorded import Recorded
from reprodiff.platforms.sides import SideFacts, side_facts


def elf(
    *versions: str,
    needed: tuple[str, ...] = ("libc.so.6",),
    imports: tuple[str, ...] = (),
    machine: str = "x86_64",
    libc: str = "glibc",
    init: str = "",
    rpath: tuple[str, ...] = (),
    runpath: tuple[str, ...] = (),
    soname: str = "",
    isa: str = "",
    provides: tuple[str, ...] = (),
    weak: bool = False,
) -> Native:
    """Return an ELF file that needs ``versions``, written as ``memcpy@GLIBC_2.14``."""
    needs = []
    for text in versions:
        symbol, _, version = text.rpartition("@")
        library = {
            "GLIBCXX": "libstdc++.so.6",
            "CXXABI": "libstdc++.so.6",
            "GCC": "libgcc_s.so.1",
        }.get(version.partition("_")[0], "libc.so.6")
        needs.append(Need(library, version, symbol, weak))
    return Native(
        format="elf",
        machines=(machine,),
        soname=soname,
        needed=needed,
        rpath=rpath,
        runpath=runpath,
        needs=tuple(needs),
        imports=frozenset(imports),
        provides=frozenset(provides),
        init=init,
        libc=libc,
        isa=isa,
    )


def macho(init: str = "", **floors: str) -> Native:
    return Native("macho", tuple(floors), init=init, floors=floors)


def side(
    natives: Mapping[str, Native],
    *tags: str,
    recorded: tuple[str, ...] | None = None,
    purelib: str = "false",
) -> SideFacts:
    info = ArtifactInfo("demo.whl", ArtifactKind.WHEEL, tags=tags)
    said = Recorded(tags if recorded is None else recorded, purelib)
    return side_facts(info, said, natives)
