"""A bounded reader of marshal data: bytes in, a graph of objects with byte spans out.

Source of the format: Python/marshal.c of CPython.  The data is a pre-order row of tokens.  A token
is one object's own bytes: all of a string or number, only type and count of a container, only
type and integers of a code object.  ``co_firstlineno``, which stands between two objects of a
code object, is a token of its own.  Tokens tile the data without gaps, so one list of start
offsets gives the span of every object.

Nothing is executed or built from the data: a value is decoded when somebody asks for it.  The work
is linear in the bytes read, nesting is held in lists (and limited as CPython limits it), and no
count is believed before it is compared with the bytes that are left.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from struct import Struct, error
from typing import Final

from reprodiff.formats.pyc.code import CodeLayout
from reprodiff.formats.pyc.errors import PycError
from reprodiff.model import Span
from reprodiff.records import dataclass

MAX_NODES: Final = 500_000
"""Objects in one file.  Real files have up to about 50,000; to compare two files takes up to about
600 bytes of memory for each object."""

MAX_DEPTH: Final = 2_000
"""Containers inside each other: CPython's own bound (MAX_MARSHAL_STACK_DEPTH)."""

FLAG_REF: Final = 0x80
"""Bit of the type byte: the object gets the next reference number."""

SHAPES: Final[Mapping[int, str]] = {
    **dict.fromkeys(b"zZaAut", "str"),
    **dict.fromkeys(b"iIl", "int"),
    **dict.fromkeys(b"fg", "float"),
    **dict.fromkeys(b"xy", "complex"),
    **dict.fromkeys(b")(", "tuple"),
    **dict(
        zip(b"s[{<>c:", ("bytes", "list", "dict", "set", "frozenset", "code", "slice"), strict=True)
    ),
    **dict(
        zip(
            b"NFT.Sr0",
            ("None", "False", "True", "Ellipsis", "StopIteration", "ref", "null"),
            strict=True,
        )
    ),
}
"""What an object is, by its type byte without FLAG_REF; several encodings may share a shape."""

# What the main loop does with a type byte.  Integers, because it is asked once for each token.
(_BAD, _CONST, _FIXED, _SHORT, _LONG, _TEXT, _REF, _SMALL, _COUNTED,
 _SEALED_COUNTED, _SLICE, _CODE, _DICT, _NULL, _BIGINT, _TEXT_NUMBER) = range(16)  # fmt: skip

_STEPS: Final = {
    **dict.fromkeys(b"NFT.S", _CONST),
    **dict.fromkeys(b"iIgy", _FIXED),
    **dict.fromkeys(b"zZ", _SHORT),
    **dict.fromkeys(b"saA", _LONG),
    **dict.fromkeys(b"ut", _TEXT),
    **dict.fromkeys(b"([<", _COUNTED),
    **dict.fromkeys(b"fx", _TEXT_NUMBER),
    **dict(
        zip(
            b"r)>:c{0l",
            (_REF, _SMALL, _SEALED_COUNTED, _SLICE, _CODE, _DICT, _NULL, _BIGINT),
            strict=True,
        )
    ),
}
_STEP: Final = bytes(_STEPS.get(code & 0x7F, _BAD) for code in range(256))
_SIZES: Final = {ord("i"): 5, ord("I"): 9, ord("g"): 9, ord("y"): 17}
_SIZE: Final = bytes(_SIZES.get(code & 0x7F, 1) for code in range(256))

# What happens when the objects of the innermost open container are all read.
(_CLOSE, _UNSEAL, _BEFORE_NAMES, _BEFORE_LINE, _AFTER_KEY, _AFTER_VALUE) = range(6)

_i4 = Struct("<i").unpack_from
_u4 = Struct("<I").unpack_from
_FLOAT_TEXT: Final = re.compile(
    rb"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?|inf(?:inity)?|nan)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Graph:
    """Marshal data as it stands: token by token, with what is inside what.

    An object is known by its token's number.  ``starts`` has the offset of each token and, behind
    the last, ``end``, the offset behind the root object.  ``ends`` has, for each container, the
    number of the token behind its last one; containers stand in it in the order in which they
    were complete, inner ones first.  ``refs`` has the object of each reference number and
    ``uses`` how often it is referred to.  ``filenames`` and ``lines`` are the tokens in the place
    of ``co_filename`` and ``co_firstlineno``, one for each code object.
    """

    data: bytes
    layout: CodeLayout
    starts: Sequence[int]
    ends: Mapping[int, int]
    refs: Sequence[int]
    uses: Sequence[int]
    filenames: Sequence[int]
    lines: Sequence[int]

    @property
    def end(self) -> int:
        """Offset behind the root object."""
        return self.starts[-1]

    def type_code(self, node: int) -> int:
        """Return the type byte without FLAG_REF.  Has no meaning for ``co_firstlineno``."""
        return self.data[self.starts[node]] & 0x7F

    def shape(self, node: int) -> str:
        """Return what the object is, as in :data:`SHAPES`."""
        return SHAPES[self.type_code(node)]

    def raw(self, node: int) -> bytes:
        """Return the bytes of the token."""
        return self.data[self.starts[node] : self.starts[node + 1]]

    def token(self, node: int) -> Span:
        """Return the span of the object's own bytes."""
        return Span(self.starts[node], self.starts[node + 1])

    def span(self, node: int) -> Span:
        """Return the span of the object with everything inside it."""
        return Span(self.starts[node], self.starts[self.ends.get(node, node + 1)])

    def resolve(self, node: int) -> int:
        """Return the object a reference refers to; any other object is returned as it is."""
        start = self.starts[node]
        if self.data[start] & 0x7F == 0x72:
            return self.refs[int(_u4(self.data, start + 1)[0])]
        return node

    def children(self, node: int) -> Iterator[int]:
        """Yield what stands directly inside: objects as they stand, references unresolved.

        For a code object these are the fields of its layout, ``co_firstlineno`` included; for a
        dictionary keys and values in turn and the null object that ends it.
        """
        ends = self.ends
        stop = ends.get(node, 0)
        at = node + 1
        while at < stop:
            yield at
            at = ends.get(at, at + 1)


def read_marshal(  # noqa: C901, PLR0912, PLR0915  (one loop, asked once for each token)
    data: bytes,
    start: int,
    layout: CodeLayout,
    *,
    slices: bool = True,
    max_nodes: int = MAX_NODES,
) -> Graph:
    """Read the object at offset ``start``; bytes behind it are left alone.

    ``slices`` says whether the type ``:`` of 3.14 exists.  Raises :class:`PycError` where CPython
    would refuse the data for its form: an unknown type, a count or size beyond the end, a
    reference forwards or to an object that is not complete, a null object out of place, an
    unnormalised number, text that is not UTF-8, more nesting than :data:`MAX_DEPTH`; and for more
    than ``max_nodes`` objects.
    """
    end = len(data)
    steps, sizes = _STEP, _SIZE
    head_size, before = layout.head_size, len(layout.before)
    naming, tail = len(layout.naming), len(layout.tail)
    starts: list[int] = []
    refs: list[int] = []
    uses: list[int] = []
    ends: dict[int, int] = {}
    filenames: list[int] = []
    lines: list[int] = []
    # The open containers: their token, what comes when they are full, and how many objects their
    # own container still lacks.  ``unsealed`` are those that must not be referred to yet.
    owners: list[int] = []
    actions: list[int] = []
    lefts: list[int] = []
    unsealed: set[int] = set()
    add, ref, use = starts.append, refs.append, uses.append
    left = 1
    pos = start
    try:
        while True:
            while not left:
                if not actions:
                    if pos > end:
                        raise IndexError  # noqa: TRY301  (handled as any reading beyond the end)
                    add(pos)
                    return Graph(data, layout, starts, ends, refs, uses, filenames, lines)
                action = actions[-1]
                if action <= _UNSEAL:
                    owner = owners.pop()
                    actions.pop()
                    left = lefts.pop()
                    ends[owner] = len(starts)
                    if action == _UNSEAL:
                        unsealed.discard(owner)
                elif action == _BEFORE_NAMES:
                    filenames.append(len(starts))
                    actions[-1] = _BEFORE_LINE
                    left = naming
                elif action == _BEFORE_LINE:
                    lines.append(len(starts))
                    add(pos)
                    pos += 4
                    actions[-1] = _UNSEAL
                    left = tail
                else:
                    actions[-1] = _AFTER_VALUE if action == _AFTER_KEY else _AFTER_KEY
                    left = 1
                if len(starts) + left > max_nodes:
                    raise PycError(f"more than {max_nodes} objects", offset=starts[-1])
            code = data[pos]
            add(pos)
            left -= 1
            step = steps[code]
            if step == _REF:
                number = _u4(data, pos + 1)[0]
                if number >= len(refs):
                    raise PycError("a reference to an object that is not there", offset=pos)
                if refs[number] in unsealed:
                    raise PycError("a reference to an object that is not complete", offset=pos)
                uses[number] += 1
                pos += 5
                continue
            if step == _CONST:
                pos += 1
                continue
            if step == _NULL and actions and actions[-1] == _AFTER_KEY:
                actions[-1] = _CLOSE
                pos += 1
                continue
            if code & 0x80:
                ref(len(starts) - 1)
                use(0)
            if step == _SHORT:
                pos += 2 + data[pos + 1]
                continue
            if step == _FIXED:
                pos += sizes[code]
                continue
            if step in (_LONG, _TEXT):
                count = _i4(data, pos + 1)[0]
                if not 0 <= count <= end - pos - 5:
                    raise PycError("a string is longer than the file", offset=pos)
                if step == _TEXT:
                    data[pos + 5 : pos + 5 + count].decode("utf-8", "surrogatepass")
                pos += 5 + count
                continue
            if step == _BIGINT:
                pos = _skip_integer(data, pos)
                continue
            if step == _TEXT_NUMBER:
                pos = _skip_text_number(data, pos)
                continue
            # What remains has objects inside.
            if step == _SMALL:
                count, size, action = data[pos + 1], 2, _CLOSE
            elif step in (_COUNTED, _SEALED_COUNTED):
                count, size = _i4(data, pos + 1)[0], 5
                action = _CLOSE if step == _COUNTED else _UNSEAL
            elif step == _CODE:
                count, size, action = before, head_size, _BEFORE_NAMES
            elif step == _SLICE and slices:
                count, size, action = 3, 1, _UNSEAL
            elif step == _DICT:
                count, size, action = 1, 1, _AFTER_KEY
            else:
                raise PycError("an unknown type, or a null object out of place", offset=pos)
            if not 0 <= count <= end - pos - size:
                raise PycError("a count is larger than the file", offset=pos)
            if len(lefts) >= MAX_DEPTH:
                raise PycError(f"objects nested more than {MAX_DEPTH} deep", offset=pos)
            if len(starts) + count > max_nodes:
                raise PycError(f"more than {max_nodes} objects", offset=pos)
            if (action == _UNSEAL or step == _CODE) and code & 0x80:
                unsealed.add(len(starts) - 1)
            owners.append(len(starts) - 1)
            actions.append(action)
            lefts.append(left)
            left = count
            pos += size
    except (IndexError, error):
        # Of what reaches beyond the end, the first object; else the one that should stand here.
        at = pos if pos <= end else next(at for at in reversed(starts) if at < end)
        raise PycError("an object is cut off", offset=at) from None
    except UnicodeDecodeError:
        raise PycError("a string that is not UTF-8", offset=starts[-1]) from None


def _skip_integer(data: bytes, pos: int) -> int:
    """Return the offset behind a TYPE_LONG: digits of 15 bits, the number of them signed."""
    stop: int = pos + 5 + 2 * abs(_i4(data, pos + 1)[0])
    if stop > len(data):
        raise PycError("a number is longer than the file", offset=pos)
    digits = data[pos + 5 : stop]
    if digits and (max(digits[1::2]) > 0x7F or digits[-2:] == b"\0\0"):
        raise PycError("a number that is not normalised", offset=pos)
    return stop


def _skip_text_number(data: bytes, pos: int) -> int:
    """Return the offset behind a TYPE_FLOAT or TYPE_COMPLEX: one or two texts with a length."""
    at = pos + 1
    for _ in range(1 if data[pos] & 0x7F == 0x66 else 2):
        stop = at + 1 + data[at]
        if not _FLOAT_TEXT.fullmatch(data[at + 1 : stop]):
            raise PycError("a number that is not one", offset=pos)
        at = stop
    return at
