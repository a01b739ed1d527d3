"""A compiled file as the proof sees it: sections at addresses, whatever format they come from."""

from abc import abstractmethod
from typing import Final, Protocol

from reprodiff.model import Span
from reprodiff.records import dataclass

X86, X86_64, AARCH64, ARM = "x86", "x86-64", "aarch64", "32-bit Arm"
"""Architectures whose code is known here; others go by a name of their own."""


class Part(Protocol):
    """A section: bytes of the file that stand at an address."""

    @property
    def index(self) -> int:
        """Its number in its file."""

    @property
    def name(self) -> str:
        """Its name, not always the only one of that name."""

    @property
    def addr(self) -> int:
        """Where it is loaded."""

    @property
    def size(self) -> int:
        """Bytes in memory."""

    @property
    def body(self) -> Span:
        """Its bytes in the file, cut to what is there."""

    @property
    def alloc(self) -> bool:
        """Whether it is part of the memory image."""

    @property
    def mapped(self) -> bool:
        """Whether its addresses are its own."""

    @property
    def code(self) -> bool:
        """Whether it holds machine instructions."""

    @property
    def constant(self) -> bool:
        """Whether it is loaded, and neither code nor changed when the program runs."""

    @property
    def bare(self) -> bool:
        """Whether it has no bytes in the file, but zeros in memory."""

    @property
    def data(self) -> bool:
        """Whether it holds what the program itself defines, and no table of the linker."""


class Binary(Protocol):
    """What a whole file says of itself."""

    @property
    def arch(self) -> str:
        """The architecture of its code."""

    @property
    def bits(self) -> int:
        """Size of an address, in bits."""

    @property
    def word(self) -> int:
        """Size of an address, in bytes."""

    @property
    def big(self) -> bool:
        """Whether the most significant byte comes first."""


class LittleEndian:
    """What files have in common whose least significant byte comes first."""

    __slots__ = ()

    @property
    @abstractmethod
    def bits(self) -> int:
        """Size of an address, in bits."""

    @property
    def word(self) -> int:
        """Size of an address, in bytes."""
        return self.bits // 8

    @property
    def big(self) -> bool:
        """Whether the most significant byte comes first: never."""
        return False


STRINGS: Final = "string table"
"""What is no section of a COFF file: the strings of the table of symbols."""
PADDING: Final = "padding of "
"""In front of the name of a section, for what fills its last block up in the file."""


@dataclass(frozen=True, slots=True)
class CoffPart:
    """What parts of COFF files have in common, be they objects or images."""

    index: int
    name: str
    addr: int
    size: int
    body: Span

    @property
    def debug(self) -> bool:
        """Whether it is there for debuggers only."""
        return self.name.removeprefix(PADDING).startswith(".debug") or self.name == STRINGS

    @property
    def alloc(self) -> bool:
        """Whether the program itself may read it."""
        return not self.debug
