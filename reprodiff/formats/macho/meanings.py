"""Whether what __LINKEDIT tells the loader means the same in two files, however it is encoded.

Source: Apple, mach-o/loader.h and mach-o/fixup-chains.h.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from reprodiff.formats.macho.linkedit import (
    Export,
    bindings,
    chained,
    function_starts,
    rebases,
)
from reprodiff.formats.macho.parts import File, Work

_AGAIN: Final = 8
"""EXPORT_SYMBOL_FLAGS_REEXPORT."""


def same_meaning(  # noqa: PLR0911
    work: Work,
    name: str,
    exported: Sequence[Mapping[bytes, Export]],
    libraries: Mapping[int, int],
) -> bool | None:
    """Whether one kind of data in __LINKEDIT means the same on both sides; ``None`` if unknown.

    ``exported`` are the exports of both, and ``libraries`` leads from the numbers of libraries that
    A loads to those of B.
    """
    follows = work.map.follows
    if name == "rebase":
        return _alike(work, rebases(work.a), rebases(work.b))
    if name == "chained fixups":
        ones, twos = chained(work.a), chained(work.b)
        if ones is None or twos is None:
            return False
        kinds = [
            {at: (x.target is None, _led(x.symbol, known if x.target is None else {}))
             for at, x in each.items()}
            for each, known in ((ones, libraries), (twos, {}))
        ]  # fmt: skip
        return _alike(work, kinds[0], kinds[1])
    if name in {"bind", "weak bind", "lazy bind"}:
        bound = bindings(work.a, name), bindings(work.b, name)
        if bound[0] is None or bound[1] is None or len(bound[0]) != len(bound[1]):
            return False
        return all(
            follows(x.at, y.at)
            and ((x.symbol[0], *_led(x.symbol[1:], libraries)), x.entry) == (y.symbol, y.entry)
            for x, y in zip(bound[0], bound[1], strict=True)
        )
    if name in {"exports", "exports trie"}:
        a, b = exported
        return list(a) == list(b) and all(
            (x.flags, _led(x.other, libraries if x.flags & _AGAIN else {}), x.address is None)
            == (y.flags, y.other, y.address is None)
            and (x.address is None or y.address is None or follows(x.address, y.address))
            for x, y in zip(a.values(), b.values(), strict=True)
        )
    if name == "function starts":
        starts = function_starts(work.a), function_starts(work.b)
        if starts[0] is None or starts[1] is None or len(starts[0]) != len(starts[1]):
            return False
        return all(follows(x, y) for x, y in zip(starts[0], starts[1], strict=True))
    if name == "data in code":
        sides = _marked(work.a), _marked(work.b)
        return len(sides[0]) == len(sides[1]) and all(
            x[1] == y[1] and follows(x[0], y[0]) for x, y in zip(*sides, strict=True)
        )
    return None


def _led(symbol: tuple[object, ...], libraries: Mapping[int, int]) -> tuple[object, ...]:
    """Return what begins with the number of a library, with that of the same one in B."""
    number = symbol[0] if symbol else None
    if not isinstance(number, int):
        return symbol
    return libraries.get(number, number), *symbol[1:]


def _alike(
    work: Work, ones: Mapping[int, object] | None, twos: Mapping[int, object] | None
) -> bool:
    """Whether two sets of addresses are the same in the map, with what goes with each."""
    if ones is None or twos is None or len(ones) != len(twos):
        return False
    return all(
        any(twos.get(place) == kind for place in work.map.addresses(at))
        for at, kind in ones.items()
    )


def _marked(file: File) -> list[tuple[int, bytes]]:
    """Return the runs of data in code: their addresses, and their length and kind."""
    data = file.linked("data in code")
    return [
        (file.base + int.from_bytes(data[at : at + 4], "little"), data[at + 4 : at + 8])
        for at in range(0, len(data) - 7, 8)
    ]
