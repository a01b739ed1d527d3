"""Names of C++ in what is said of platforms, as programmers write them.

Symbols stay as linkers know them where programs read them (``ceilings`` in JSON).
"""

from collections.abc import Iterable, Sequence
from typing import Final

from reprodiff.drift import PlatformChange
from reprodiff.formats.machine.names import readable_texts
from reprodiff.model import Difference
from reprodiff.records import replace
from reprodiff.text import plain

_STRING: Final = "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char>>"


def spelled(
    changes: Sequence[PlatformChange], facts: Iterable[Difference]
) -> tuple[tuple[PlatformChange, ...], tuple[Difference, ...]]:
    """Return changes and facts with readable names in their sentences.

    The demangler is started only where a sentence has such a name.
    """
    known = tuple(facts)
    texts = [*(change.effect for change in changes), *(fact.note for fact in known)]
    made = [text.replace(_STRING, "std::string") for text in readable_texts(texts)]
    if made == texts:
        return tuple(changes), known
    return (
        tuple(
            replace(change, effect=plain(effect))
            for change, effect in zip(changes, made, strict=False)
        ),
        tuple(
            fact._replace(note=note) for fact, note in zip(known, made[len(changes) :], strict=True)
        ),
    )
