"""A view of one object in marshal data, for those who look at a file rather than compare two."""

from collections.abc import Mapping

from reprodiff.formats.pyc.code import FIRST_LINE
from reprodiff.formats.pyc.marshal import Graph
from reprodiff.formats.pyc.values import floats, integer, show, text
from reprodiff.model import Span
from reprodiff.records import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """An object where it stands; a reference is followed by :meth:`resolved`."""

    graph: Graph
    number: int

    @property
    def shape(self) -> str:
        """What it is: ``code``, ``tuple``, ``str``, … , ``ref`` for a reference."""
        return self.graph.shape(self.number)

    @property
    def span(self) -> Span:
        """Its bytes with everything inside it."""
        return self.graph.span(self.number)

    @property
    def token(self) -> Span:
        """Its own bytes only: of a container, type and count."""
        return self.graph.token(self.number)

    def resolved(self) -> "Node":
        """Return the object a reference refers to, or the node itself."""
        return Node(self.graph, self.graph.resolve(self.number))

    def children(self) -> tuple["Node", ...]:
        """Return the objects of a container as they stand; of a code object, see :meth:`fields`.

        Those of a dictionary are its keys and values in turn.
        """
        if self.shape == "code":
            return tuple(self.fields().values())
        found = tuple(Node(self.graph, number) for number in self.graph.children(self.number))
        return found[:-1] if self.shape == "dict" else found

    def fields(self) -> Mapping[str, "Node"]:
        """Return the objects of a code object by the names of their fields."""
        names = self.graph.layout.fields
        numbers = self.graph.children(self.number)
        return {
            name: Node(self.graph, number)
            for name, number in zip(names, numbers, strict=True)
            if name != FIRST_LINE
        }

    def integers(self) -> Mapping[str, int]:
        """Return the plain integers of a code object by the names of their fields."""
        layout = self.graph.layout
        raw = self.graph.raw(self.number)
        found = {
            name: int.from_bytes(raw[at : at + 4], "little", signed=True)
            for name, at in zip(layout.scalars, range(1, layout.head_size, 4), strict=True)
        }
        place = layout.fields.index(FIRST_LINE)
        line = list(self.graph.children(self.number))[place]
        found[FIRST_LINE] = int.from_bytes(self.graph.raw(line), "little", signed=True)
        return found

    def value(self) -> str | bytes | int | float | complex | None:
        """Return a string, bytes, number or bool; None for anything else.

        An integer of more than 75 bits is None too: use :meth:`show`.
        """
        shape = self.shape
        raw = self.graph.raw(self.number)
        if shape == "str":
            return text(self.graph, self.number)
        if shape == "bytes":
            return raw[5:]
        if shape == "int":
            return integer(raw)
        if shape in {"float", "complex"}:
            parts = floats(raw)
            return parts[0] if shape == "float" else complex(*parts)
        return {"True": True, "False": False}.get(shape)

    def show(self, limit: int = 200) -> str:
        """Return the object as one line of at most ``limit`` characters and an ellipsis."""
        return show(self.graph, self.number, limit)
