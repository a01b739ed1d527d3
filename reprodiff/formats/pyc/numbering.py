"""One number for each value, shared by two graphs: equal numbers are equal values, exactly.

A leaf gets its number by its content, a container by its type and the numbers inside it, so the
whole work is linear however often parts are shared.  Objects that contain themselves get none;
they are compared pair by pair where they are met.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from reprodiff.formats.pyc.marshal import Graph
from reprodiff.formats.pyc.values import Key, floats, integer, leaf_key

NO_NUMBER: Final = -1
"""Number of an object that contains itself, or something that does."""

# What is known of a value, for sets.  Plain values are equal in Python only to themselves (1, True
# and 1.0 are three values here, one element of a set there).  The hash of a scattered value differs
# from run to run.
_PLAIN: Final = 1
_SCATTERED: Final = 2
_TRAITS: Final = {
    **dict.fromkeys(("str", "bytes", "None", "Ellipsis"), _PLAIN | _SCATTERED),
    "int": _PLAIN,
}


class Numbering:
    """Gives out the numbers.  The same for all graphs that are to be compared."""

    def __init__(self) -> None:
        self._by_raw: dict[bytes, int] = {}
        self._by_key: dict[Key, int] = {}
        self._traits = bytearray()
        self._numeric: dict[int, complex | None] = {}

    def of(self, key: Key, traits: int = 0) -> int:
        """Return the number of ``key``, a new one if it has not been seen."""
        found = self._by_key.get(key)
        if found is None:
            found = self._by_key[key] = len(self._by_key)
            self._traits.append(traits)
        return found

    def number(self, graph: Graph) -> Sequence[int]:
        """Return the number of each token's value; of a reference, of what it refers to."""
        data, ends = graph.data, graph.ends
        known = self._by_raw.get
        found = [known(data[start:stop]) for start, stop in pairwise(graph.starts)]
        for node in graph.lines:
            found[node] = self.of(("line", graph.raw(node)))
        for node, number in enumerate(found):
            if number is None and node not in ends and graph.type_code(node) != 0x72:
                found[node] = self._leaf(graph, node)
        for node, stop in ends.items():
            inside: list[int] = []
            at = node + 1
            while at < stop:
                number = found[at]
                if number is None:
                    # Nothing is known of an object that is still open: it would contain itself.
                    number = found[graph.resolve(at)]
                    found[at] = number = NO_NUMBER if number is None else number
                inside.append(number)
                at = ends.get(at, at + 1)
            found[node] = self._container(graph, node, inside)
        return [NO_NUMBER if number is None else number for number in found]

    def any_order(self, inside: Sequence[int]) -> bool:
        """Whether the order of these elements of a set has no meaning, and may vary by chance.

        It may where a hash differs from run to run: of strings, bytes and, in older versions,
        None and Ellipsis.  It has meaning where two elements are equal in Python although they
        are different values, since the first one stays.
        """
        traits = [self._traits[number] for number in inside]
        if len(set(inside)) < len(inside) or not any(trait & _SCATTERED for trait in traits):
            return False
        if all(trait & _PLAIN for trait in traits):
            return True
        if any(
            not self._traits[number] & _PLAIN and number not in self._numeric for number in inside
        ):
            return False
        numeric = [self._numeric[number] for number in inside if number in self._numeric]
        return None not in numeric and len(set(numeric)) == len(numeric)

    def _leaf(self, graph: Graph, node: int) -> int:
        shape = graph.shape(node)
        raw = graph.raw(node)
        number = self._by_raw[raw] = self.of(leaf_key(graph, node), _TRAITS.get(shape, 0))
        if shape == "int":
            self._numeric[number] = integer(raw)
        elif shape in {"True", "False"}:
            self._numeric[number] = shape == "True"
        elif shape in {"float", "complex"}:
            self._numeric[number] = complex(*floats(raw))
        return number

    def _container(self, graph: Graph, node: int, inside: list[int]) -> int:
        if NO_NUMBER in inside:
            return NO_NUMBER
        shape = graph.shape(node)
        if shape == "code":
            return self.of((shape, graph.raw(node)[1:], *inside))
        if shape in {"set", "frozenset"} and self.any_order(inside):
            return self.of((shape, "any order", *sorted(inside)))
        traits = 0
        if shape == "tuple":
            each = [self._traits[number] for number in inside]
            traits = _PLAIN if all(trait & _PLAIN for trait in each) else 0
            traits |= _SCATTERED if any(trait & _SCATTERED for trait in each) else 0
        return self.of((shape, *inside), traits)
