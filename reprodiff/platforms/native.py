"""The facts on one native file, whatever its format."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from reprodiff.errors import ReprodiffError
from reprodiff.model import Span
from reprodiff.platforms.names import library_name
from reprodiff.platforms.versions import versions
from reprodiff.records import dataclass, field, replace

ELF_MAGIC: Final = b"\x7fELF"
_MACHO_MAGICS: Final = frozenset({
    b"\xce\xfa\xed\xfe", b"\xcf\xfa\xed\xfe", b"\xfe\xed\xfa\xce", b"\xfe\xed\xfa\xcf",
    b"\xca\xfe\xba\xbe", b"\xca\xfe\xba\xbf",
})  # fmt: skip
MAX_NAMES: Final = 20_000
"""Versions that are read of one file."""
MAX_NEEDED: Final = 1_000
"""Needed libraries that are read of one file."""
MAX_PATHS: Final = 64
"""Entries of a search path that are read of one file."""


class Need(NamedTuple):
    """A version that a library must have, and one symbol of it that needs it (or none)."""

    library: str
    version: str
    """As the file has it: ``GLIBC_2.28``."""
    symbol: str
    weak: bool
    """Whether the loader goes on without the version (VER_FLG_WEAK)."""


@dataclass(frozen=True, slots=True)
class Native:
    """What one native file needs; names are as the file has them, and not safe to print."""

    format: str
    """``elf``, ``pe`` or ``macho``."""
    machines: tuple[str, ...]
    """Processors as platform tags name them; several in a universal binary."""
    soname: str = ""
    needed: tuple[str, ...] = ()
    rpath: tuple[str, ...] = ()
    runpath: tuple[str, ...] = ()
    needs: tuple[Need, ...] = ()
    imports: frozenset[str] = frozenset()
    """Symbols that must come from elsewhere and are not weak."""
    provides: frozenset[str] = frozenset()
    """Symbols named as Python's that the file itself defines for others."""
    imported_from: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Windows: the symbols by the library they are imported from."""
    init: str = ""
    """The name of the Python module that the file initialises."""
    floors: Mapping[str, str] = field(default_factory=dict)
    """Oldest system by machine: macOS by architecture, Windows by the subsystem version."""
    libc: str = ""
    """``glibc``, ``musl`` or nothing."""
    isa: str = ""
    """The x86-64 level that the file says it needs: ``v2``, ``v3``, ``v4``."""
    build_id: str = ""
    version: str = ""
    """The version that a field of the format gives: LC_ID_DYLIB, VS_FIXEDFILEINFO."""
    constants: tuple[Span, ...] = ()
    """Where in the file constants are, and with them the strings that name versions."""
    contents: tuple[Span, ...] = ()
    """Where in the file code and data are that tools which edit names and paths leave alone."""
    versions: Mapping[str, str] = field(default_factory=dict)
    """Version by project, as the constants say; only for files that differ."""
    digest: bytes = b""
    """Digest of ``contents``; only for files that differ."""

    def family(self, name: str) -> Iterator[Need]:
        """Yield the needs of one family of versions, optional ones left out."""
        start = name + "_"
        return (need for need in self.needs if need.version.startswith(start) and not need.weak)


def module_name(symbols: Iterable[str]) -> str:
    """Return the Python module that a file with these symbols initialises (PEP 489)."""
    for symbol in sorted(symbols):
        for start in ("PyInit_", "PyInitU_"):
            if symbol.startswith(start):
                return symbol.removeprefix(start)
    return ""


def read_native(data: memoryview, path: str = "", *, deep: bool = False) -> Native | None:
    """Return the facts on a native file, ``None`` if it is none or too damaged for any.

    ``deep`` asks for the versions and the digest as well, which take reading all of it.
    """
    reader = _reader(bytes(data[:4]))
    if reader is None:
        return None
    try:
        found = reader(data)
    except ReprodiffError:
        return None
    if found is None or not deep:
        return found
    digest = hashlib.sha256()
    for place in found.contents:
        digest.update(data[place.start : place.stop])
    said: dict[str, str] = {}
    for place in found.constants:
        said |= versions(data[place.start : place.stop], library_name(path))
    return replace(found, versions=said, digest=digest.digest() if found.contents else b"")


def _reader(head: bytes) -> Callable[[memoryview], Native | None] | None:
    # One format in a run is the rule: the other readers are not loaded.
    if head == ELF_MAGIC:
        from reprodiff.platforms.elf import read_elf  # noqa: PLC0415

        return read_elf
    if head[:2] == b"MZ":
        from reprodiff.platforms.pe import read_pe  # noqa: PLC0415

        return read_pe
    if head in _MACHO_MAGICS:
        from reprodiff.platforms.macho import read_macho  # noqa: PLC0415

        return read_macho
    return None
