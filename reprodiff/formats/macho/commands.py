"""Load commands of two Mach-O files: which is which, and what differs in them.

Source: Apple, mach-o/loader.h.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from reprodiff.formats.macho.image import (
    BUILD_VERSION,
    ID_DYLIB,
    LOAD_DYLIB,
    RPATH,
    SEGMENT,
    SEGMENT_64,
    SOURCE_VERSION,
    UUID,
    VERSION_MIN,
    Command,
    Image,
)
from reprodiff.formats.parsing.align import align
from reprodiff.formats.parsing.native import Pair, all_zero, fact
from reprodiff.model import Difference, Span, Value

Commands = tuple[Command | None, Command | None]
_PLATFORMS: Final = {1: "macOS", 2: "iOS", 3: "tvOS", 4: "watchOS", 6: "Mac Catalyst"}
_TOOLS: Final = {1: "clang", 2: "swift", 3: "ld", 4: "lld"}
_COUNTS: Final = Span(16, 24)
"""The header's fields that count load commands and their bytes."""
_NAMED: Final = {
    **dict.fromkeys(LOAD_DYLIB, "macho.load-dylib"),
    ID_DYLIB: "macho.install-name",
    RPATH: "macho.rpath",
}


def command_pairs(a: Image, b: Image) -> list[Commands]:
    """Return which load command goes with which, in the order of A, and those of one side.

    They pair by kind and by what they name; of what is left in one place, the first with the
    first, where there are as many on both sides or their names begin alike.
    """
    kinds = dict.fromkeys(each.cmd for each in (*a.commands, *b.commands))
    made: list[Commands] = []
    for kind in kinds:
        ones = [each for each in a.commands if each.cmd == kind]
        twos = [each for each in b.commands if each.cmd == kind]
        made += _paired((a, ones), (b, twos))
    made.sort(key=lambda pair: (pair[0] or pair[1] or a.commands[0]).at)
    return made


def _paired(a: tuple[Image, list[Command]], b: tuple[Image, list[Command]]) -> list[Commands]:
    """Pair the commands of one kind."""
    ones, twos = a[1], b[1]
    keys = [[_content(image, each) for each in known] for image, known in (a, b)]
    made: list[Commands] = []
    left_a: list[int] = []
    left_b: list[int] = []
    for op in align(keys[0], keys[1]):
        if op.tag == "equal" or op.a1 - op.a0 == op.b1 - op.b0:
            elsewhere = set(keys[0]).intersection(keys[1])
            for i, j in zip(range(op.a0, op.a1), range(op.b0, op.b1), strict=True):
                if op.tag == "equal" or elsewhere.isdisjoint((keys[0][i], keys[1][j])):
                    made.append((ones[i], twos[j]))
                else:
                    left_a.append(i)
                    left_b.append(j)
            continue
        left_a += range(op.a0, op.a1)
        left_b += range(op.b0, op.b1)
    for own in (bytes, _stem):
        waiting: dict[bytes, list[int]] = {}
        for j in reversed(left_b):
            waiting.setdefault(own(keys[1][j]), []).append(j)
        rest: list[int] = []
        for i in left_a:
            if queue := waiting.get(own(keys[0][i])):
                j = queue.pop()
                left_b.remove(j)
                made.append((ones[i], twos[j]))
            else:
                rest.append(i)
        left_a = rest
    if len(left_a) == len(left_b):
        return [*made, *((ones[i], twos[j]) for i, j in zip(left_a, left_b, strict=True))]
    return [*made, *((ones[i], None) for i in left_a), *((None, twos[j]) for j in left_b)]


def _content(image: Image, command: Command) -> bytes:
    """Return what a command is known by beside its kind: the name in it, if there is one."""
    if command.cmd in _NAMED:
        return image.text(command) or b""
    if command.cmd in {SEGMENT, SEGMENT_64}:
        return bytes(image.data[command.at + 8 : command.at + 24])
    return b""


def _stem(name: bytes) -> bytes:
    """Return how the last component of a name begins, whatever its version and hash."""
    return re.split(rb"[.-]", name.rpartition(b"/")[2], maxsplit=1)[0]


def library_numbers(a: Image, b: Image) -> Mapping[int, int]:
    """Return which library of B each of A is, by the numbers that symbols have for them."""
    numbers = [
        {each.at: number for number, each in enumerate(
            (each for each in image.commands if each.cmd in LOAD_DYLIB), 1)}
        for image in (a, b)
    ]  # fmt: skip
    return {
        numbers[0][one.at]: numbers[1][two.at]
        for one, two in command_pairs(a, b)
        if one is not None and two is not None and one.at in numbers[0]
    }


def command_facts(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """Yield what differs in the load commands; the room behind them follows."""
    pairs = command_pairs(a, b)
    order = _turned(pairs)
    resized = False
    for one, two in pairs:
        if one is None or two is None:
            yield from _one_sided((a, b), (one, two), pairs, path)
            resized = True
        elif _raw(a, one.span) != _raw(b, two.span):
            yield from _command(a, b, one, two, path)
            resized = resized or one.size != two.size
    for kind in dict.fromkeys(one.cmd for one, _ in order):
        mine = [(one, two) for one, two in order if one.cmd == kind]
        lists = [
            b", ".join(image.text(each) or b"" for each in image.commands if each.cmd == kind)
            for image in (a, b)
        ]
        parts: list[Pair] = []
        for one, two in mine:
            at_a, at_b = _place(a, pairs, 0, two), _place(b, pairs, 1, one)
            parts += [(one.span, Span(at_b, at_b)), (Span(at_a, at_a), two.span)]
        name = mine[0][0].name
        yield fact((_NAMED[kind], path, f"order of {name}"), lists, parts)
    if resized:
        yield from _room(a, b, path)


def _turned(pairs: Sequence[Commands]) -> list[tuple[Command, Command]]:
    """Return the named commands of one kind that stand in another order on the two sides."""
    found: list[tuple[Command, Command]] = []
    both = [(one, two) for one, two in pairs if one is not None and two is not None]
    for kind in dict.fromkeys(one.cmd for one, _ in both if one.cmd in _NAMED):
        mine = sorted((one, two) for one, two in both if one.cmd == kind)
        furthest = -1
        for one, two in mine:
            if two.at < furthest:
                found.append((one, two))
            furthest = max(furthest, two.at)
    return found


def _place(image: Image, pairs: Sequence[Commands], side: int, other: Command) -> int:
    """Return where a command of the other side would stand in ``image``, which is ``side``."""
    before = [
        (pair[side], pair[1 - side])
        for pair in pairs
        if pair[side] is not None and pair[1 - side] is not None
    ]
    stops = [own.at + own.size for own, far in before if own and far and far.at < other.at]
    return max(stops, default=image.header_size)


def _raw(image: Image, span: Span) -> bytes:
    return bytes(image.data[span.start : span.stop])


def _one_sided(
    images: tuple[Image, Image], pair: Commands, pairs: Sequence[Commands], path: str
) -> Iterator[Difference]:
    """A load command that only one side has; its place on the other is where it would stand."""
    side = int(pair[0] is None)
    command = pair[side]
    if command is None:
        return
    at = _place(images[1 - side], pairs, 1 - side, command)
    empty = Span(at, at)
    spans = (empty, command.span) if side else (command.span, empty)
    text = images[side].text(command) if command.cmd in _NAMED else command.name
    values = (None, text) if side else (text, None)
    yield fact((_NAMED.get(command.cmd, "macho.command"), path, command.name), values, [spans])


def _room(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """What follows from load commands of another size: the header's counts, and room behind."""
    if any(_miscounted(image) for image in (a, b)):
        return
    if _raw(a, _COUNTS) == _raw(b, _COUNTS):
        return
    parts: list[Pair] = [(_COUNTS, _COUNTS)]
    room = [Span(image.commands_stop, image.first_content()) for image in (a, b)]
    zeros = all_zero(a.data, room[0]) and all_zero(b.data, room[1])
    if zeros and room[0].stop == room[1].stop:
        parts.append((room[0], room[1]))
    values = (f"{a.word(20)} bytes", f"{b.word(20)} bytes")
    yield fact(("macho.room", path, "size of the load commands"), values, parts)


def _miscounted(image: Image) -> bool:
    """Whether the header counts other load commands than there are."""
    said = image.word(16), image.word(20)
    return said != (len(image.commands), image.commands_stop - image.header_size)


def _command(a: Image, b: Image, one: Command, two: Command, path: str) -> Iterator[Difference]:
    fields: list[tuple[str, str, int, int, Value, Value]] = []
    if one.cmd == UUID and one.size == two.size == 24:
        ids = [_raw(image, Span(c.at + 8, c.at + 24)).hex() for image, c in ((a, one), (b, two))]
        fields.append(("macho.uuid", "LC_UUID", 8, 16, ids[0], ids[1]))
    elif one.cmd == BUILD_VERSION and one.size == two.size >= 24:
        fields += _build_version(a, b, one, two)
    elif one.cmd in VERSION_MIN and one.size == two.size == 16:
        for what, name, offset in (("macho.minos", "minimum system", 8), ("macho.sdk", "SDK", 12)):
            values = [_version(i.word(c.at + offset)) for i, c in ((a, one), (b, two))]
            fields.append((what, name, offset, 4, values[0], values[1]))
    elif one.cmd == SOURCE_VERSION and one.size == two.size == 16:
        values = [_raw(i, Span(c.at + 8, c.at + 16)).hex() for i, c in ((a, one), (b, two))]
        fields.append(("macho.sdk", "source version", 8, 8, values[0], values[1]))
    elif one.cmd in _NAMED:
        yield from _named(a, b, one, two, path)
    for what, name, offset, width, value_a, value_b in fields:
        if value_a != value_b:
            spans = [Span(c.at + offset, c.at + offset + width) for c in (one, two)]
            yield fact((what, path, name), (value_a, value_b), [(spans[0], spans[1])])


def _named(a: Image, b: Image, one: Command, two: Command, path: str) -> Iterator[Difference]:
    """The name in the command, with the size field if that differs, and other fields apart."""
    text_a, text_b = a.text(one), b.text(two)
    start = a.word(one.at + 8)
    if text_a is None or text_b is None or start != b.word(two.at + 8):
        return
    what = _NAMED[one.cmd]
    if _raw(a, Span(one.at + start, one.at + one.size)) != _raw(
        b, Span(two.at + start, two.at + two.size)
    ):
        parts = [(Span(one.at + start, one.at + one.size), Span(two.at + start, two.at + two.size))]
        if one.size != two.size:
            parts.insert(0, (Span(one.at + 4, one.at + 8), Span(two.at + 4, two.at + 8)))
        yield fact((what, path, one.name), (text_a, text_b), parts)
    if one.cmd == RPATH or start < 24:
        return
    for name, offset in (("current version", 16), ("compatibility version", 20)):
        values = [_version(i.word(c.at + offset)) for i, c in ((a, one), (b, two))]
        if values[0] != values[1]:
            spans = [Span(c.at + offset, c.at + offset + 4) for c in (one, two)]
            named = b"\n".join((text_a, text_b)).decode("utf-8", "surrogateescape")
            yield fact((what, path, f"{one.name} {name}"), values, [(spans[0], spans[1])], named)


def _version(value: int) -> str:
    return f"{value >> 16}.{value >> 8 & 0xFF}.{value & 0xFF}"


def _build_version(
    a: Image, b: Image, one: Command, two: Command
) -> list[tuple[str, str, int, int, Value, Value]]:
    sides = ((a, one), (b, two))
    platforms = [i.word(c.at + 8) for i, c in sides]
    named = [_PLATFORMS.get(each, f"platform {each}") for each in platforms]
    fields: list[tuple[str, str, int, int, Value, Value]] = [
        ("macho.minos", "platform", 8, 4, named[0], named[1])
    ]
    for what, name, offset in (("macho.minos", "minimum system", 12), ("macho.sdk", "SDK", 16)):
        values = [_version(i.word(c.at + offset)) for i, c in sides]
        fields.append((what, name, offset, 4, values[0], values[1]))
    for number in range((one.size - 24) // 8):
        at = 24 + 8 * number
        tools = [
            f"{_TOOLS.get(i.word(c.at + at), i.word(c.at + at))} {_version(i.word(c.at + at + 4))}"
            for i, c in sides
        ]
        fields.append(("macho.sdk", "tool", at, 8, tools[0], tools[1]))
    return fields
