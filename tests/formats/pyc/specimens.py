"""Marshal data written and read by other means than the program's, for tests to be held against.

A ``Box`` is one object; the same box in two places is a shared object.  ``parse`` reads data that
are known to be good, recursively; ``write`` stores a box in any of the ways that mean the same.
"""

import struct
from dataclasses import dataclass, field
from typing import Any

MAGIC = {"3.8": 3413, "3.9": 3425, "3.10": 3439, "3.11": 3495, "3.12": 3531, "3.13": 3571,
         "3.14": 3627}  # fmt: skip
OLD = ("3.8", "3.9", "3.10")

OLD_SCALARS = ("argcount", "posonlyargcount", "kwonlyargcount", "nlocals", "stacksize", "flags")
OLD_OBJECTS = ("code", "consts", "names", "varnames", "freevars", "cellvars", "filename", "name",
               "lnotab")  # fmt: skip
NEW_SCALARS = ("argcount", "posonlyargcount", "kwonlyargcount", "stacksize", "flags")
NEW_OBJECTS = ("code", "consts", "names", "localsplusnames", "localspluskinds", "filename", "name",
               "qualname", "linetable", "exceptiontable")  # fmt: skip

UNFLAGGED = "NFT.S0"


@dataclass(eq=False)
class Box:
    """``kind`` is the type code; ``raw`` what follows it, or ``inside`` the objects in it."""

    kind: str
    raw: bytes = b""
    inside: list["Box"] = field(default_factory=list)
    line: bytes = b""


def scalars(version: str) -> tuple[str, ...]:
    return OLD_SCALARS if version in OLD else NEW_SCALARS


def objects(version: str) -> tuple[str, ...]:
    return OLD_OBJECTS if version in OLD else NEW_OBJECTS


LINE_PLACE = 8
"""How many objects of a code object stand in front of ``co_firstlineno``, in every version."""


def box(value: Any) -> Box:  # noqa: C901, PLR0911  (one return for each type)
    if isinstance(value, Box):
        return value
    singletons = {None: "N", Ellipsis: ".", StopIteration: "S"}
    if value is None or value is Ellipsis or value is StopIteration:
        return Box(singletons[value])
    if isinstance(value, bool):
        return Box("T" if value else "F")
    if isinstance(value, int):
        return Box("i", struct.pack("<i", value)) if -(2**31) <= value < 2**31 else long(value)
    if isinstance(value, float):
        return Box("g", struct.pack("<d", value))
    if isinstance(value, complex):
        return Box("y", struct.pack("<dd", value.real, value.imag))
    if isinstance(value, str):
        if not value.isascii():
            return string(value, "u")
        return string(value, "z" if len(value) < 256 else "a")
    if isinstance(value, bytes):
        return Box("s", struct.pack("<i", len(value)) + value)
    if isinstance(value, tuple):
        return Box(")" if len(value) < 256 else "(", inside=[box(each) for each in value])
    if isinstance(value, list):
        return Box("[", inside=[box(each) for each in value])
    if isinstance(value, dict):
        return Box("{", inside=[box(each) for pair in value.items() for each in pair])
    assert isinstance(value, slice)
    return Box(":", inside=[box(value.start), box(value.stop), box(value.step)])


def string(value: str, kind: str) -> Box:
    raw = value.encode("utf-8" if kind in "ut" else "latin-1", "surrogatepass")
    size = bytes([len(raw)]) if kind in "zZ" else struct.pack("<i", len(raw))
    return Box(kind, size + raw)


def long(value: int) -> Box:
    digits = []
    rest = abs(value)
    while rest:
        digits.append(rest & 0x7FFF)
        rest >>= 15
    size = len(digits) if value > 0 else -len(digits)
    return Box("l", struct.pack(f"<i{len(digits)}H", size, *digits))


def a_set(*items: Any, kind: str = ">") -> Box:
    return Box(kind, inside=[box(item) for item in items])


def code(version: str = "3.11", **given: Any) -> Box:
    """Return a code object; what is not given has a value that does for any."""
    name = given.get("name", "<module>")
    usual: dict[str, Any] = dict.fromkeys(objects(version), ())
    usual |= {"code": b"d\0S\0", "filename": "m.py", "name": name, "qualname": name}
    usual |= dict.fromkeys(("linetable", "lnotab", "exceptiontable", "localspluskinds"), b"")
    usual |= dict.fromkeys(scalars(version), 0) | {"line": 1} | given
    raw = b"".join(struct.pack("<i", usual[each]) for each in scalars(version))
    inside = [box(usual[each]) for each in objects(version)]
    return Box("c", raw, inside, struct.pack("<i", usual["line"]))


def module(*consts: Any, version: str = "3.11", **given: Any) -> Box:
    return code(version, consts=tuple(box(each) for each in consts), **given)


def pyc(body: bytes | Box, version: str = "3.11", flags: int = 0, rest: bytes = bytes(8)) -> bytes:
    data = body if isinstance(body, bytes) else write(body)
    magic = struct.pack("<H", MAGIC[version]) + b"\r\n"
    return magic + struct.pack("<I", flags) + rest + data


class Writer:
    """Stores a box.  ``flags`` says which objects are numbered, so that they can be referred to.

    ``none``: nothing is shared, everything is written out.  ``used``: what stands in two places.
    ``all``: all that can be.  ``equal``: all, and equal strings are one.
    """

    def __init__(self, flags: str, kinds: dict[str, str]) -> None:
        self.flags = flags
        self.kinds = kinds
        self.out = bytearray()
        self.numbers: dict[object, int] = {}
        self.times: dict[int, int] = {}

    def count(self, it: Box) -> None:
        self.times[id(it)] = self.times.get(id(it), 0) + 1
        if self.times[id(it)] == 1:
            for each in it.inside:
                self.count(each)

    def put(self, it: Box) -> None:
        key: object = (it.kind, it.raw) if self.flags == "equal" and it.kind in "zZaAut" else id(it)
        if key in self.numbers:
            self.out += b"r" + struct.pack("<i", self.numbers[key])
            return
        numbered = it.kind not in UNFLAGGED and (
            self.flags in {"all", "equal"} or (self.flags == "used" and self.times[id(it)] > 1)
        )
        if numbered:
            self.numbers[key] = len(self.numbers)
        kind = self.kinds.get(it.kind, it.kind)
        self.out.append(ord(kind) | (0x80 if numbered else 0))
        self.out += it.raw
        if kind == ")":
            self.out.append(len(it.inside))
        elif kind in "([<>":
            self.out += struct.pack("<i", len(it.inside))
        for place, each in enumerate(it.inside):
            if kind == "c" and place == LINE_PLACE:
                self.out += it.line
            self.put(each)
        if kind == "{":
            self.out += b"0"


def write(it: Box, flags: str = "used", kinds: dict[str, str] | None = None) -> bytes:
    writer = Writer(flags, kinds or {})
    writer.count(it)
    writer.put(it)
    return bytes(writer.out)


class Parser:
    """Reads marshal data that are as CPython writes them; anything else raises some error."""

    def __init__(self, data: bytes, version: str) -> None:
        self.data = data
        self.version = version
        self.at = 0
        self.refs: list[Box] = []

    def take(self, size: int) -> bytes:
        assert 0 <= size <= len(self.data) - self.at
        self.at += size
        return self.data[self.at - size : self.at]

    def size(self) -> int:
        return int(struct.unpack("<i", self.take(4))[0])

    def get(self) -> Box:  # noqa: C901, PLR0912  (one branch for each type)
        byte = self.take(1)[0]
        kind = chr(byte & 0x7F)
        if kind == "r":
            return self.refs[self.size()]
        it = Box(kind)
        if byte & 0x80 and kind not in UNFLAGGED:
            self.refs.append(it)
        start = self.at
        if kind in "saAut":
            self.take(self.size())
        elif kind in "zZ":
            self.take(self.take(1)[0])
        elif kind == "l":
            self.take(2 * abs(self.size()))
        elif kind in "iIgy":
            self.take({"i": 4, "I": 8, "g": 8, "y": 16}[kind])
        elif kind in "([<>)":
            size = self.take(1)[0] if kind == ")" else self.size()
            it.inside += (self.get() for _ in range(size))
        elif kind == ":":
            it.inside += (self.get() for _ in range(3))
        elif kind == "{":
            while self.data[self.at] & 0x7F != ord("0"):
                it.inside += (self.get(), self.get())
            self.take(1)
        elif kind == "c":
            it.raw = self.take(4 * len(scalars(self.version)))
            for place in range(len(objects(self.version))):
                if place == LINE_PLACE:
                    it.line = self.take(4)
                it.inside.append(self.get())
        else:
            assert kind in UNFLAGGED
        if not it.inside and kind not in "([<>){:c":
            it.raw = self.data[start : self.at]
        return it


def parse(data: bytes, version: str = "3.11") -> Box:
    return Parser(data, version).get()


SHAPES = {**dict.fromkeys("zZaAut", "str"), **dict.fromkeys("iIl", "int"), "(": ")"}


def value(it: Box, *, ordered: bool = True) -> Any:
    """Return something that is equal for equal values only, whatever the way they are stored.

    Without ``ordered``, sets of the same elements are equal in any order.
    """
    shape = SHAPES.get(it.kind, it.kind)
    if it.kind in "ut":
        return shape, it.raw[4:].decode("utf-8", "surrogatepass")
    if shape == "str":
        return shape, it.raw[1 if it.kind in "zZ" else 4 :].decode("latin-1")
    if it.kind in "iI":
        return shape, int.from_bytes(it.raw, "little", signed=True)
    if it.kind == "l":
        size = int.from_bytes(it.raw[:4], "little", signed=True)
        digits = struct.unpack(f"<{abs(size)}H", it.raw[4:])
        number = sum(digit << 15 * place for place, digit in enumerate(digits))
        return shape, number if size > 0 else -number
    inside = tuple(value(each, ordered=ordered) for each in it.inside)
    if it.kind in "<>" and not ordered:
        inside = tuple(sorted(inside, key=repr))
    return shape, it.raw, inside, it.line
