"""What code of a Mach-O file calls and reads by name, through pointers that the loader fills in.

Where one file asks for other names than the other, these pointers stand elsewhere, and so do the
stubs that jump through them: what the loader is told to bind says which is which.

Source: Apple, mach-o/loader.h, mach-o/fixup-chains.h.
"""

import re
import struct
from collections.abc import Iterator, Mapping
from typing import Final

from reprodiff.formats.machine.model import AARCH64, X86_64
from reprodiff.formats.machine.work import Hints
from reprodiff.formats.macho.linkedit import bindings, chained
from reprodiff.formats.macho.parts import File, Part

_STUBS: Final = 8
"""S_SYMBOL_STUBS."""
_JUMP: Final = re.compile(rb"\xff\x25(?s:(....))")
_ADRP_X16, _LDR_X16, _BR_X16 = 0x90000010, 0xF9400210, 0xD61F0200
"""adrp x16, PAGE; ldr x16, [x16, #AT]; br x16."""

Import = tuple[object, ...]
"""A name, the number of its library as B counts them, and how it is bound."""


def hints(a: File, b: File, libraries: Mapping[int, int]) -> Hints:
    """Return what two files say of their code beside the code itself.

    ``libraries`` leads from the numbers of libraries that A loads to those of B.
    """
    made = Hints(located=a.object and b.object, asked=not (a.object and b.object))
    if a.object or b.object or a.arch != b.arch or a.arch not in {X86_64, AARCH64}:
        return made
    ones, twos = dict(_pointers(a, libraries)), dict(_pointers(b, {}))
    if list(ones.values()) != list(twos.values()):
        made.imports = {**ones, **_stubs(a, ones)}, {**twos, **_stubs(b, twos)}
    return made


def _pointers(file: File, libraries: Mapping[int, int]) -> Iterator[tuple[int, Import]]:
    """Yield the pointers that are bound to a symbol with nothing added, in their order."""
    found: dict[int, Import] = {}
    for name in ("bind", "lazy bind"):
        for each in bindings(file, name) or ():
            _kind, ordinal, symbol, flags, addend = each.symbol
            if not addend:
                found[each.at] = symbol, _number(ordinal, libraries), flags
    for at, fixup in (chained(file) or {}).items():
        if fixup.target is None:
            ordinal, weak, symbol, *added = fixup.symbol
            if not any(added):
                found[at] = symbol, _number(ordinal, libraries), weak
    # What another file may put its own in the place of is bound twice.
    for each in bindings(file, "weak bind") or ():
        found.pop(each.at, None)
    yield from sorted(found.items())


def _number(ordinal: object, libraries: Mapping[int, int]) -> object:
    return libraries.get(ordinal, ordinal) if isinstance(ordinal, int) else ordinal


def _stubs(file: File, pointers: Mapping[int, Import]) -> Mapping[int, Import]:
    jumps = _jumps if file.arch == X86_64 else _arm_jumps
    return {
        at: pointers[through]
        for part in file.parts
        if part.kind == _STUBS and not part.linked
        for at, through in jumps(part, bytes(file.image.data[part.body.start : part.body.stop]))
        if through in pointers
    }


def _jumps(part: Part, code: bytes) -> Iterator[tuple[int, int]]:
    """Yield the addresses of jumps, and of the pointers that they go through."""
    for jump in _JUMP.finditer(code):
        (move,) = struct.unpack("<i", jump[1])
        yield part.addr + jump.start(), part.addr + jump.end() + move


def _arm_jumps(part: Part, content: bytes) -> Iterator[tuple[int, int]]:
    code = struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])
    for at in range(len(code) - 2):
        page, load, jump = code[at : at + 3]
        if page & 0x9F00001F == _ADRP_X16 and load & 0xFFC003FF == _LDR_X16 and jump == _BR_X16:
            pages = (page >> 3 & 0x1FFFFC) | page >> 29 & 3
            pages -= (pages & 0x100000) << 1
            place = part.addr + 4 * at
            yield place, (place & ~0xFFF) + (pages << 12) + (load >> 10 & 0xFFF) * 8
