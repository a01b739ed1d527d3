"""Tables for linkers: symbols by their numbers, and checksums of sections.

Sources: LLVM, "Extensions", SHT_LLVM_ADDRSIG and its section for COFF; Microsoft, "PE Format", the
.sxdata section; the sections for /guard as the compilers write them.  No document has ``.chks64``:
in what Microsoft's compiler writes it is the first eight bytes of the SHA-256 of each section, in
their order, and zeros for itself.
"""

import hashlib
import struct
from collections.abc import Mapping
from typing import Final

from reprodiff.formats.coff.parts import PartPair, Work
from reprodiff.formats.coff.reader import Object
from reprodiff.formats.machine.proof import Quad

SUMS: Final = ".chks64"
_SUM: Final = 8
_LEB: Final = ".llvm_addrsig"
_WORDS: Final = frozenset({".sxdata", ".gfids$y", ".giats$y", ".gljmp$y", ".gehcont$y"})


def check_indices(work: Work, pair: PartPair, numbers: Mapping[int, int]) -> None:
    """Check a table of numbers of symbols; ``numbers`` leads from those of A to those of B."""
    region = work.region(pair)
    if pair.name in _WORDS and len(region.a) == len(region.b):
        for at in range(0, len(region.a) - 3, 4):
            one, two = (struct.unpack_from("<I", raw, at)[0] for raw in (region.a, region.b))
            region.word(at, at, 4, numbers.get(one) == two)
    elif pair.name == _LEB:
        ones, twos = _numbers(region.a), _numbers(region.b)
        whole = Quad(0, len(region.a), 0, len(region.b))
        # The order says nothing, but a tool that writes it keeps it.
        if ones is None or twos is None or [numbers.get(x) for x in ones] != twos:
            region.wrong.append(whole)
        elif region.a != region.b:
            region.moved.append(whole)


def check_sums(work: Work, pair: PartPair) -> None:
    """Check the checksums of all sections: true ones follow from what is compared by itself."""
    region = work.region(pair)
    true = _sums(work.a.object), _sums(work.b.object)
    if (region.a, region.b) == true:
        if region.a != region.b:
            region.moved.append(Quad(0, len(region.a), 0, len(region.b)))
        return
    for at in range(0, max(len(region.a), len(region.b)), _SUM):
        sides = zip((region.a, region.b), true, strict=True)
        if any(raw[at : at + _SUM] != sums[at : at + _SUM] for raw, sums in sides):
            region.wrong.append(Quad(*(min(x, len(raw)) for raw in (region.a, region.b)
                                       for x in (at, at + _SUM))))  # fmt: skip


def _sums(source: Object) -> bytes:
    """Return what the checksums of an object's sections are."""
    return b"".join(
        bytes(_SUM)
        if section.name == SUMS.encode()
        else hashlib.sha256(source.body(section)).digest()[:_SUM]
        for section in source.sections
    )


def _numbers(raw: bytes) -> list[int] | None:
    """Return numbers in ULEB128, ``None`` if one is not in its shortest form."""
    found: list[int] = []
    value = shift = 0
    for byte in raw:
        value |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            if shift > 7 and not byte:
                return None
            found.append(value)
            value = shift = 0
    return found if not shift else None
