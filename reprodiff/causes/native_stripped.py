"""Sections and names that one of two ELF files alone has, most of them for debuggers."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Claim, Rule, Scene
from reprodiff.causes.native_causes import DATA, DEBUG_INFO, SYMBOLS, TOOLCHAIN
from reprodiff.causes.native_docs import STRIPPED
from reprodiff.model import Difference

_DEBUG: Final = re.compile(
    r"\.(?:z?debug_(?:abbrev|addr|aranges|cu_index|frame|gnu_pubnames|gnu_pubtypes|info|line"
    r"|line_str|loc|loclists|macinfo|macro|names|pubnames|pubtypes|ranges|rnglists|str|str_offsets"
    r"|sup|tu_index|types)|symtab|symtab_shndx|strtab|gdb_index|gnu_debuglink|gnu_debugaltlink"
    r"|stab|stabstr)"
)


def _sections(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    bare = [fact for fact in facts if _DEBUG.fullmatch(fact.inside) and not fact.note]
    if bare:
        # Who strips a file leaves none that the other has not, but for where they went.
        sides = {fact.a is None for fact in bare if fact.inside != ".gnu_debuglink"}
        yield Claim(STRIPPED if len(sides) == 1 else DEBUG_INFO, bare)
    for fact in facts:
        if fact in bare:
            continue
        if fact.inside == ".comment" and not fact.note:
            yield Claim(TOOLCHAIN, [fact])
        else:
            yield Claim(DATA, [fact])


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Names that only debuggers read go with the debug information, if one side lacks that."""
    del scene
    names = [fact for fact in facts if fact.what == "elf.names"]
    stripped = any(_DEBUG.fullmatch(fact.inside) and not fact.note
                   for fact in facts if fact.what == "elf.section")  # fmt: skip
    if names:
        yield Claim(STRIPPED if stripped else SYMBOLS, names)


RULES: Final = (
    Rule("elf-sections", (STRIPPED, DEBUG_INFO, TOOLCHAIN, DATA), ("elf.section",), 49, _sections),
    Rule("elf-names", (STRIPPED, SYMBOLS), ("elf.names", "elf.section"), 48, _names),
)
