"""What two artifacts ask of the machine they are installed on, as data.

Part of the model (:mod:`reprodiff.model`): immutable, and all of its text safe to print.  Versions
are text as the files have them (``2.17``, ``3.4.29``, ``11.0``), empty where a side has none.
"""

from collections.abc import Mapping

from reprodiff.records import dataclass, field
from reprodiff.vocabulary import Severity


@dataclass(frozen=True, slots=True)
class PlatformChange:
    """One line on what changed for the people who install it."""

    kind: str
    """What it is about: ``policy``, ``libc``, ``symbols``, ``system-library``, ``machine``,
    ``macos``, ``windows``, ``python``, ``abi3``, ``tags``, ``purelib`` or ``library``; of folders
    of artifacts ``wheels`` and ``version``."""
    subject: str
    """The same in words, short: ``glibc needed``, ``OpenSSL (libssl)``."""
    a: str
    b: str
    effect: str
    """What it does to somebody who installs B instead of A, in one sentence."""
    severity: Severity


@dataclass(frozen=True, slots=True)
class SymbolNeed:
    """A symbol that a system library must have in a certain version."""

    symbol: str
    """Empty where the file asks for the version, but no symbol of it does."""
    version: str
    """The name of the version, with its family: ``GLIBC_2.28``."""
    library: str
    """The library that has to have it: ``libc.so.6``."""
    members: tuple[str, ...]
    """Who needs it: display paths, the first few."""
    member_count: int
    """How many members need it."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The highest version of one family of symbols that each side needs."""

    family: str
    """``GLIBC``, ``GLIBCXX``, ``CXXABI``, ``GCC``, ..."""
    a: str
    b: str
    set_by_a: tuple[SymbolNeed, ...] = ()
    """The symbols that need the version in ``a``."""
    set_by_b: tuple[SymbolNeed, ...] = ()


@dataclass(frozen=True, slots=True)
class BundledLibrary:
    """A library that an artifact brings along, and how it changed."""

    name: str
    """Its name without hash and version: ``libssl``."""
    change: str
    """``same`` (equal bytes), ``renamed`` (equal bytes under another name), ``patched`` (one file,
    edited in two ways), ``same-code`` (equal code and constants in another file), ``rebuilt`` (the
    same version, other code), ``updated`` (another version), ``changed`` (other code, version not
    known), ``added`` or ``dropped``."""
    path_a: str
    path_b: str
    version_a: str
    version_b: str
    needed_by_a: tuple[str, ...] = ()
    """Display paths of the members that name it as needed."""
    needed_by_b: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    """What shows the change, in sentences."""


@dataclass(frozen=True, slots=True)
class NativeMember:
    """A native file of the artifact and what it needs, A beside B."""

    path_a: str
    """Display path; empty where this side has no such file."""
    path_b: str
    format: str
    """``elf``, ``pe`` or ``macho``."""
    needs_a: Mapping[str, str] = field(default_factory=dict)
    """Highest version it needs by family: of symbols (``GLIBC``), ``macOS``, ``Windows``."""
    needs_b: Mapping[str, str] = field(default_factory=dict)
    libraries_a: tuple[str, ...] = ()
    """The libraries it names as needed."""
    libraries_b: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlatformSide:
    """What one side says of where it installs, and what its binaries need."""

    tags: tuple[str, ...] = ()
    """The tags in its file name, one by one."""
    recorded_tags: tuple[str, ...] = ()
    """The tags in its WHEEL file."""
    purelib: str = ""
    """Root-Is-Purelib as WHEEL has it."""
    policy: str = ""
    """The strictest platform tag that the binaries meet: ``manylinux_2_17_x86_64``; ``linux_...``
    where they meet no policy; empty where that cannot be said."""
    policy_alias: str = ""
    """The older name of the same policy: ``manylinux2014_x86_64``."""
    limits: tuple[str, ...] = ()
    """Why it is no stricter policy, in sentences."""
    machines: tuple[str, ...] = ()
    """What processors the binaries are for: ``x86_64``, ``aarch64``, ``arm64``."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """Highest version needed by family, over all members."""
    system_libraries: tuple[str, ...] = ()
    """Libraries that it needs and does not bring along."""
    contradictions: tuple[str, ...] = ()
    """Where tags, WHEEL and binaries contradict each other, in sentences."""


@dataclass(frozen=True, slots=True)
class Platform:
    """What both sides ask of the machine they are installed on, and what changed in it."""

    a: PlatformSide
    b: PlatformSide
    changes: tuple[PlatformChange, ...] = ()
    """What changed for the people who install it; what matters most first."""
    ceilings: tuple[Ceiling, ...] = ()
    """Families of versions that either side needs."""
    libraries: tuple[BundledLibrary, ...] = ()
    """Libraries that the artifacts bring along; those that changed first."""
    members: tuple[NativeMember, ...] = ()
    """The native files of both sides, in the order of A."""


@dataclass(frozen=True, slots=True)
class PlacedPlatform:
    """The same for a pair of artifacts that stand inside of the two: wheels in two folders."""

    path_a: str
    """Display path of the artifact in A."""
    path_b: str
    platform: Platform
