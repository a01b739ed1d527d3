"""What the checks of one pair of files work on."""

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from reprodiff.formats.machine.layout import AddressMap, AnyPair
from reprodiff.formats.machine.model import Binary
from reprodiff.formats.machine.proof import Quad, Region
from reprodiff.records import dataclass, field

File = TypeVar("File", bound=Binary)
Import = tuple[object, ...]
"""A name, and what else the loader is told of it: a version, a library."""


@dataclass(slots=True)
class Hints:
    """What a format knows of the code of two files beside its bytes."""

    got: tuple[int, int] | None = None
    """What position-independent code for 32-bit x86 counts from: an address of A and one of B."""
    thumb: frozenset[int] = frozenset()
    """Addresses in A of functions in Thumb code."""
    addends: dict[int, tuple[tuple[int, ...], tuple[int, ...]]] = field(default_factory=dict)
    """Places of words in A and B that relocations are checked for, by the number of a section."""
    pinned: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)
    """By section of A: places in A and B, and sizes, of words in code that are proven already."""
    imports: tuple[Mapping[int, Import], Mapping[int, Import]] | None = None
    """What the loader finds by name, by the addresses in A and B that code reaches it through."""
    asked: bool = False
    """Whether 32-bit x86 code counts from where each function asked for its own address."""
    located: bool = False
    """Whether all absolute addresses in code are told by relocations."""

    def imported(self, one: int, two: int) -> bool | None:
        """Whether two addresses stand for what the loader finds by one name; ``None`` if unknown.

        A name that is to come from another library or version may be the same or not.
        """
        if self.imports is None:
            return None
        known, other = self.imports[0].get(one), self.imports[1].get(two)
        if known is None or other is None or (known != other and known[0] == other[0]):
            return None
        return known == other


@dataclass(slots=True)
class Work(Generic[File]):
    """Two files, the map between them and the regions to account for."""

    a: File
    b: File
    map: AddressMap
    regions: dict[int, Region] = field(default_factory=dict)
    """By the number of the section in A."""
    resized: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Functions of A that changed, by address, with their sizes in A and B."""
    strings: list[tuple[Region, Quad]] = field(default_factory=list)
    """Strings inside of other things that stand for each other."""
    ids: list[tuple[Region, Quad]] = field(default_factory=list)
    """Ids of separate debug files."""
    added: list[tuple[bytes, bytes, Quad, Region]] = field(default_factory=list)
    """Symbols on one side, or renamed: name in A, name in B, where."""
    bare: list[tuple[bytes, bytes, Quad, Region]] = field(default_factory=list)
    """The same of names that only debuggers read: of files, sections, local data."""
    hints: Hints = field(default_factory=Hints)
    lengths: frozenset[tuple[int, int]] = frozenset()
    """Lengths of strings among constants, with their zero, of which the two are not the same."""
    bases: tuple[int, int] = (0, 0)
    """What absolute addresses in the two files have on top of those of the map."""

    def region(self, pair: AnyPair) -> Region:
        """Return the region of a section."""
        return self.regions[pair.a.index]

    def follows(self, one: int, two: int) -> bool:
        """Whether the absolute address ``two`` of B is what ``one`` of A has become."""
        return self.map.follows(one - self.bases[0], two - self.bases[1])


AnyWork = Work[Any]
