import dis
import importlib.util
import marshal
import struct
import sys
import sysconfig
import types
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.errors import ReprodiffError
from reprodiff.formats.pyc import Node, PycError, disassemble, read_pyc
from reprodiff.formats.pyc.magic import MAGIC_RANGES
from tests.formats.pyc.specimens import (
    MAGIC,
    Box,
    a_set,
    box,
    code,
    long,
    module,
    pyc,
    string,
    value,
    write,
)

RUNNING = f"{sys.version_info.major}.{sys.version_info.minor}"
SOURCE = '''
"""Docstring."""
import os
LIMIT = 10**30
def f(a, /, b=(1, 2.5), *, c="é", **rest):
    if a in {"x", "y", None}:
        return lambda: (b, c, -0.0, 1j, ...)
class C:
    x: int = -1
    async def m(self):
        return [b"bytes" async for _ in self if f"{_!r}"]
'''


def compiled(source: str, name: str = "m.py") -> bytes:
    return pyc(marshal.dumps(compile(source, name, "exec")), RUNNING)


def root_of(data: bytes) -> Node:
    read = read_pyc(data)
    assert read.body_error is None
    assert read.root is not None
    return read.root


# The header


def test_the_running_python_is_known_by_its_magic_number() -> None:
    read = read_pyc(importlib.util.MAGIC_NUMBER + bytes(12) + b"N")
    assert read.header.version == RUNNING
    assert read.body_error is None


def test_ranges_of_magic_numbers_do_not_overlap() -> None:
    for row, after in pairwise(MAGIC_RANGES):
        assert row.first <= row.last < after.first


@pytest.mark.parametrize("version", MAGIC)
def test_a_timestamp_header(version: str) -> None:
    header = read_pyc(pyc(b"N", version, rest=struct.pack("<II", 1_700_000_000, 77))).header
    assert (header.version, header.flags, header.mode) == (version, 0, "timestamp")
    assert (header.mtime, header.source_size, header.source_hash) == (1_700_000_000, 77, None)
    assert header.magic_number == MAGIC[version]


@pytest.mark.parametrize(("flags", "mode"), [(1, "unchecked-hash"), (3, "checked-hash")])
def test_a_hash_is_never_read_as_a_time(flags: int, mode: str) -> None:
    header = read_pyc(pyc(b"N", flags=flags, rest=b"\x40\xe1\x57\x34abcd")).header
    assert (header.mode, header.mtime, header.source_size) == (mode, None, None)
    assert header.source_hash == b"\x40\xe1\x57\x34abcd"


def test_flags_that_are_not_defined_give_no_meaning_to_what_follows() -> None:
    header = read_pyc(pyc(b"N", flags=6)).header
    assert (header.flags, header.mode, header.mtime, header.source_hash) == (6, None, None, None)


@pytest.mark.parametrize(
    ("magic", "version"),
    [
        (struct.pack("<H", 62211) + b"\r\n", None),  # 2.7, whose header is shorter
        (struct.pack("<H", 3379) + b"\r\n", None),  # 3.6, likewise
        (struct.pack("<H", 3495) + b"\n\n", None),
        (b"\0\0\0\0", None),
        (struct.pack("<H", 3394) + b"\r\n", "3.7"),
        (struct.pack("<H", 3460) + b"\r\n", "3.11"),  # an alpha with another code object
    ],
)
def test_a_body_of_another_format_is_not_guessed_at(magic: bytes, version: str | None) -> None:
    read = read_pyc(magic + bytes(12) + b"N")
    assert read.header.version == version
    assert read.body is None
    assert read.root is None
    assert read.trailing is None
    assert read.body_error is not None


@pytest.mark.parametrize("size", range(16))
def test_a_file_that_ends_inside_its_header_is_refused(size: int) -> None:
    with pytest.raises(PycError) as caught:
        read_pyc(pyc(b"N")[:size])
    assert caught.value.offset == size


def test_the_error_is_one_the_program_knows() -> None:
    assert issubclass(PycError, ReprodiffError)


# Objects


@pytest.mark.parametrize(
    ("it", "shape", "expected"),
    [
        (box(True), "True", True),
        (box(False), "False", False),
        (box(None), "None", None),
        (box(...), "Ellipsis", None),
        (box(StopIteration), "StopIteration", None),
        (box(-5), "int", -5),
        (Box("I", struct.pack("<q", -(2**40))), "int", -(2**40)),
        (long(2**40), "int", 2**40),
        (long(-(2**74)), "int", -(2**74)),
        (long(0), "int", 0),
        (box(1.5), "float", 1.5),
        (Box("f", b"\x041e-3"), "float", 0.001),
        (box(1 - 2j), "complex", 1 - 2j),
        (Box("x", b"\x011\x02-2"), "complex", 1 - 2j),
        (box(b"\0\xff"), "bytes", b"\0\xff"),
        (box("plain"), "str", "plain"),
        (box("p" * 300), "str", "p" * 300),
        (box("é\ud800"), "str", "é\ud800"),
        (string("é", "z"), "str", "é"),
        (string("kept", "Z"), "str", "kept"),
        (string("kept", "A"), "str", "kept"),
        (string("é", "t"), "str", "é"),
    ],
)
def test_every_leaf(it: Box, shape: str, expected: object) -> None:
    for flags in ("none", "all"):
        data = pyc(write(it, flags))
        root = root_of(data)
        assert root.shape == shape
        assert root.value() == expected
        assert type(root.value()) is type(expected)
        assert data[root.span.start : root.span.stop] == data[16:]


def test_a_number_too_big_to_be_made_is_shown_by_its_size() -> None:
    root = root_of(pyc(long(2**3000)))
    assert root.value() is None
    assert root.show() == "<integer of 201 digits of 15 bits>"


@pytest.mark.parametrize(
    ("it", "shown"),
    [
        (box((1, (2,), ())), "(1, (2,), ())"),
        (box(tuple(range(300))), "(0, 1, 2, 3, 4, 5, 6…"),
        (box([1, "a"]), "[1, 'a']"),
        (box({"a": 1, 2: None}), "{'a': 1, 2: None}"),
        (a_set("a", 2), "frozenset({'a', 2})"),
        (a_set("a", kind="<"), "{'a'}"),
        (box(1.5 + 2j), "1.5 2.0"),
        (code(name="f"), "<code f>"),
        (code(name=("f",)), "<code ?>"),
        (Box("g", bytes.fromhex("010000000000f87f")), "nan:010000000000f87f"),
    ],
)
def test_every_container_is_shown_in_one_line(it: Box, shown: str) -> None:
    assert root_of(pyc(it)).show(20 if "…" in shown else 200) == shown


def test_slices_belong_to_3_14() -> None:
    it = box(slice(1, None, "x"))
    assert root_of(pyc(it, "3.14")).show() == "slice(1, None, 'x')"
    assert read_pyc(pyc(it, "3.13")).body_error is not None


def test_children_have_spans_that_tile_their_container() -> None:
    data = pyc(box((1, "two", (3, b"four"))))
    root = root_of(data)
    one, two, three = root.children()
    assert root.token.stop == one.span.start
    assert one.span.stop == two.span.start
    assert two.span.stop == three.span.start
    assert three.span.stop == root.span.stop == len(data)
    assert data[two.span.start : two.span.stop] == b"z\x03two"
    assert [child.value() for child in three.children()] == [3, b"four"]


def test_a_reference_leads_to_the_object_itself() -> None:
    shared = box("shared")
    first, second = root_of(pyc(box((shared, shared)))).children()
    assert (first.shape, second.shape) == ("str", "ref")
    assert second.resolved() == first
    assert second.span.size == 5


@pytest.mark.parametrize("version", MAGIC)
def test_fields_of_a_code_object(version: str) -> None:
    counts = {"argcount": 3, "posonlyargcount": 1, "kwonlyargcount": 2, "stacksize": 9, "flags": 67}
    # The line is chosen so that its bytes could be taken for a reference.
    it = code(version, name="f", filename="dir/m.py", line=0x72, names=("n",), **counts)
    root = root_of(pyc(it, version))
    found = root.integers()
    assert {f"co_{name}": count for name, count in counts.items()}.items() <= found.items()
    assert found["co_firstlineno"] == 0x72
    fields = root.fields()
    assert fields["co_filename"].value() == "dir/m.py"
    assert fields["co_name"].value() == "f"
    assert fields["co_names"].show() == "('n',)"
    assert ("co_qualname" in fields) == (version not in {"3.8", "3.9", "3.10"})
    assert ("co_lnotab" in fields) == (version in {"3.8", "3.9"})
    assert ("co_nlocals" in found) == (version in {"3.8", "3.9", "3.10"})
    assert root.children() == tuple(fields.values())


def test_bytes_behind_the_root_are_found() -> None:
    data = pyc(module("x"))
    assert read_pyc(data).trailing is None
    assert read_pyc(data + b"evil").trailing == (len(data), len(data) + 4)


def test_a_view_of_memory_is_as_good_as_bytes() -> None:
    assert read_pyc(memoryview(pyc(b"N"))).root is not None


# Against the interpreter's own reader


def plain(it: object) -> Any:
    """Return a loaded value with its types, in a form that ``seen`` has too."""
    if isinstance(it, types.CodeType):
        # Names of 3.11 and later; where they are absent so they are in the file.
        fields = [name for name in _FIELDS if hasattr(it, name)]
        return {name: plain(getattr(it, name)) for name in fields} | {
            "locals": {*it.co_varnames, *it.co_cellvars, *it.co_freevars}
        }
    if isinstance(it, tuple):
        return ("tuple", *(plain(each) for each in it))
    if isinstance(it, frozenset):
        return "frozenset", sorted(repr(plain(each)) for each in it)
    if isinstance(it, slice):
        return "slice", plain(it.start), plain(it.stop), plain(it.step)
    return type(it).__name__, repr(it)


_FIELDS = ("co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_stacksize", "co_flags",
           "co_firstlineno", "co_code", "co_consts", "co_names", "co_filename", "co_name",
           "co_qualname", "co_linetable", "co_exceptiontable")  # fmt: skip


def seen(node: Node) -> Any:
    node = node.resolved()
    if node.shape == "code":
        fields = node.fields()
        found: dict[str, Any] = {name: seen(fields[name]) for name in _FIELDS if name in fields}
        found |= {name: plain(number) for name, number in node.integers().items()}
        names = fields["co_localsplusnames"].resolved().children()
        return found | {"locals": {name.resolved().value() for name in names}}
    if node.shape == "tuple":
        return ("tuple", *(seen(each) for each in node.children()))
    if node.shape == "frozenset":
        return "frozenset", sorted(repr(seen(each)) for each in node.children())
    if node.shape == "slice":
        return ("slice", *(seen(each) for each in node.children()))
    if node.shape in {"None", "Ellipsis"}:
        return {"None": ("NoneType", "None"), "Ellipsis": ("ellipsis", "Ellipsis")}[node.shape]
    found_value = node.value()
    if found_value is None:  # an integer of any size
        start, stop = node.token
        found_value = value(Box("l", node.graph.data[start + 1 : stop]))[1]
    return type(found_value).__name__, repr(found_value)


def library_sample() -> list[Path]:
    folder = Path(sysconfig.get_path("stdlib"))
    found = sorted(
        path
        for path in folder.rglob("*.py")
        if "site-packages" not in path.parts and path.stat().st_size < 40_000
        if not path.name.startswith("bad")
    )
    return found[:: max(len(found) // 150, 1)]


def test_the_standard_library_is_read_as_python_reads_it() -> None:
    sample = library_sample()
    assert len(sample) > 100
    read = 0
    for path in sample:
        try:
            loaded = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError):
            continue
        data = pyc(marshal.dumps(loaded), RUNNING)
        file = read_pyc(data)
        assert file.body_error is None, path
        assert file.trailing is None, path
        assert file.root is not None
        assert seen(file.root) == plain(loaded), path
        read += 1
    assert read > 100


def test_our_specimens_are_data_python_can_load() -> None:
    it = box((1, 2**80, -0.0, 1j, "é", b"x", [1], {"a": (2,)}, a_set("a", 1), string("k", "Z")))
    for flags in ("none", "used", "all", "equal"):
        loaded = marshal.loads(write(it, flags))  # noqa: S302  (made above)
        assert loaded == (1, 2**80, 0.0, 1j, "é", b"x", [1], {"a": (2,)}, {"a", 1}, "k")


# Hostile data


def error_of(body: bytes | Box, version: str = "3.11") -> PycError:
    read = read_pyc(pyc(body, version))
    assert read.body is None
    assert read.root is None
    assert read.body_error is not None
    return read.body_error


@pytest.mark.parametrize(
    ("body", "offset"),
    [
        (b"", 16),
        (b"?", 16),
        (b"\xbf", 16),
        (b"0", 16),  # a null object is only the end of a dictionary
        (b")\x010", 18),
        (b"{N0", 18),  # a key without its value
        (b")\x02N", 16),
        (b"(\xff\xff\xff\x7f", 16),
        (b"[\x00\x00\x00\x80", 16),
        (b"<\xff\xff\xff\xff", 16),
        (b">\xff\xff\xff\x7fN", 16),
        (b"s\xff\xff\xff\x7f", 16),
        (b"s\xff\xff\xff\xff", 16),
        (b"u\xff\xff\xff\x7f", 16),
        (b"a\x05\x00\x00\x00abcd", 16),
        (b"z\x05abcd", 16),
        (b"u\x02\x00\x00\x00\xc3\x28", 16),  # not UTF-8
        (b"l\xff\xff\xff\x7f", 16),
        (b"l\x00\x00\x00\x80", 16),
        (b"l\x01\x00\x00\x00\x00\x00", 16),  # leading zero
        (b"l\x02\x00\x00\x00\x00\x80\x01\x00", 16),  # a digit of 16 bits
        (b"f\x03one", 16),
        (b"f\x0b1_000_000.0", 16),
        (b"x\x011", 16),
        (b"r\x00\x00\x00\x00", 16),
        (b"\xf2\x00\x00\x00\x00", 16),
        (b")\x02\xe9\x01\x00\x00\x00r\x01\x00\x00\x00", 23),  # beyond the last
        (b")\x02r\x00\x00\x00\x00\xe9\x01\x00\x00\x00", 18),  # forwards
        (b")\x02\xe9\x01\x00\x00\x00r\xff\xff\xff\xff", 23),
        (b"\xbe\x01\x00\x00\x00r\x00\x00\x00\x00", 21),  # a frozenset in itself
        (b")\x02\xcer\x00\x00\x00\x00", 19),  # a flag gives a singleton no number
    ],
)
def test_damaged_marshal_data_say_where(body: bytes, offset: int) -> None:
    assert error_of(body).offset == offset


def test_a_code_object_cannot_refer_to_itself_before_it_is_complete() -> None:
    it = module()
    it.inside[1].inside.append(it)
    assert "not complete" in error_of(it).message


def test_a_million_tuples_inside_each_other_are_refused_at_once() -> None:
    assert "nested" in error_of(b")\x01" * 1_000_000 + b"N").message
    assert "nested" in error_of(b"\xa9\x01" * 1_000_000 + b"N").message


def test_as_many_levels_as_python_reads_are_read() -> None:
    assert root_of(pyc(b")\x01" * 2000 + b"N")).show(50) == "(" * 50 + "…"
    assert error_of(b")\x01" * 2001 + b"N").offset == 16 + 4000


def test_the_number_of_objects_is_limited() -> None:
    rows = [
        b"[\x00\x04\x00\x00" + b"N" * 1024,
        b")\x02" + b")\xc8" + b"N" * 200 + b"N",
        b"{" + b"NN" * 100 + b"0",
    ]
    for row in rows:
        read = read_pyc(pyc(row), max_nodes=150)
        assert read.body_error is not None
        assert "more than 150 objects" in read.body_error.message
        assert read_pyc(pyc(row), max_nodes=1030).body_error is None


def test_a_list_that_contains_itself_is_read_and_shown() -> None:
    it = Box("[", inside=[box(1)])
    it.inside.append(it)
    root = root_of(pyc(it))
    assert root.children()[1].resolved() == root
    assert root.show(20) == "[1, [1, [1, [1, [1, …"


def test_shared_tuples_that_unfold_to_billions_cost_nothing() -> None:
    it = box(("lol",))
    for _ in range(60):
        it = box((it, it))
    root = root_of(pyc(it))
    assert len(root.show()) == 201


def test_no_truncation_goes_unnoticed() -> None:
    data = compiled(SOURCE)
    assert read_pyc(data).body_error is None
    for size in range(16, len(data)):
        error = read_pyc(data[:size]).body_error
        assert error is not None
        assert 16 <= error.offset <= size


@given(st.data())
@settings(max_examples=150)
def test_changed_bytes_never_raise_anything_else(data: st.DataObject) -> None:
    original = bytearray(compiled(SOURCE))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(original) - 1))
        new = data.draw(st.binary(max_size=6))
        original[at : at + data.draw(st.integers(0, 6))] = new
    try:
        read = read_pyc(bytes(original))
    except PycError:
        return
    if read.root is not None:
        read.root.show()


@given(st.binary(max_size=80))
@settings(max_examples=300)
def test_no_bytes_raise_anything_else(body: bytes) -> None:
    read = read_pyc(pyc(body, "3.14"))
    if read.root is None:
        assert read.body_error is not None
        assert 16 <= read.body_error.offset <= 16 + len(body)
    else:
        assert 16 < read.root.span.stop <= 16 + len(body)


# Listing


def test_bytecode_of_the_running_python_is_listed_by_name() -> None:
    lines = disassemble(root_of(compiled("x = 1\n")), RUNNING)
    assert lines[0].split()[0] == "0"
    assert [line.split()[2] for line in lines] == [
        dis.opname[int(line.split()[1])] for line in lines
    ]
    assert any("STORE_NAME" in line for line in lines)


def test_bytecode_of_another_python_is_listed_by_number() -> None:
    root = root_of(pyc(code("3.8", code=b"d\x01S\x00\x09"), "3.8"))
    assert disassemble(root, "3.8") == ["    0 100 1", "    2  83 0", "    4   9"]


@pytest.mark.parametrize("it", [box((1, 2)), code(code=(1, 2))])
def test_what_has_no_bytecode_is_not_listed(it: Box) -> None:
    with pytest.raises(PycError):
        disassemble(root_of(pyc(it)), "3.11")
