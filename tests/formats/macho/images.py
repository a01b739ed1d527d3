"""Small Mach-O files made field by field, signed page by page."""

import hashlib
import struct
from dataclasses import dataclass

TEXT, CSTRING, SECTIONS_END, LINKEDIT = 0x800, 0x900, 0xA00, 0x1000
PAGE = 4096


@dataclass(frozen=True)
class Recipe:
    uuid: bytes = bytes(range(16))
    minos: int = 11 << 16
    sdk: int = 14 << 16
    install: bytes = b"@rpath/libdemo.dylib"
    rpath: bytes = b"@loader_path/.dylibs"
    source: bytes = b"/tmp/build-aaa/src/demo.c"
    objects: bytes = b"/tmp/build-aaa/obj/demo.o"
    mtime: int = 1_700_000_000
    identifier: bytes = b"demo"
    signed: bool = True
    order: str = "<"
    wide: bool = True
    code: int = 3


def make(recipe: Recipe) -> bytearray:
    """A dylib with code, a string, a few symbols with stabs, and a signature by the linker."""
    r = recipe
    strings, symbols = _symbols(r)
    string_at = LINKEDIT + len(symbols)
    signature_at = (string_at + len(strings) + 15) // 16 * 16
    size = _signature_size(r, signature_at) if r.signed else 0
    end = signature_at + size if r.signed else string_at + len(strings)
    commands = [
        _segment(r, b"__TEXT", 0, LINKEDIT, LINKEDIT, sections=True),
        _segment(r, b"__LINKEDIT", LINKEDIT, end - LINKEDIT, -(-(end - LINKEDIT) // PAGE) * PAGE),
        struct.pack(f"{r.order}2I", 0x1B, 24) + r.uuid,
        struct.pack(f"{r.order}8I", 0x32, 32, 1, r.minos, r.sdk, 1, 3, 0x3E80000),
        _string(r, 0xD, struct.pack(f"{r.order}3I", 1, 0x10000, 0x10000), r.install),
        _string(r, 0x8000001C, b"", r.rpath),
        struct.pack(
            f"{r.order}6I", 2, 24, LINKEDIT, len(symbols) // (16 if r.wide else 12),
            *(string_at, len(strings)),
        ),
    ]  # fmt: skip
    if r.signed:
        commands.append(struct.pack(f"{r.order}4I", 0x1D, 16, signature_at, size))
    body = b"".join(commands)
    data = bytearray(end)
    magic = 0xFEEDFACF if r.wide else 0xFEEDFACE
    head = (magic, 0x100000C, 0, 6, len(commands), len(body), 0x85)
    struct.pack_into(f"{r.order}7I", data, 0, *head)
    start = 32 if r.wide else 28
    data[start : start + len(body)] = body
    data[TEXT : TEXT + 64] = bytes((7 * i + r.code) % 256 for i in range(64))
    text = r.source + b"\0limit=100\0"
    data[CSTRING : CSTRING + len(text)] = text
    data[LINKEDIT : LINKEDIT + len(symbols)] = symbols
    data[string_at : string_at + len(strings)] = strings
    if r.signed:
        sign(data, r.identifier, signature_at)
    return data


def _segment(
    r: Recipe, name: bytes, at: int, size: int, vmsize: int, *, sections: bool = False
) -> bytes:
    parts = ((b"__text", TEXT, 0x80000400), (b"__cstring", CSTRING, 2)) if sections else ()
    form = "4Q2i2I" if r.wide else "4I2i2I"
    body = name.ljust(16, b"\0")
    body += struct.pack(r.order + form, at, vmsize, at, size, 5, 5, len(parts), 0)
    for own, place, flags in parts:
        body += own.ljust(16, b"\0") + name.ljust(16, b"\0")
        wide = struct.pack(f"{r.order}{'2Q' if r.wide else '2I'}", place, 0x100)
        body += wide + struct.pack(
            f"{r.order}{'8I' if r.wide else '7I'}",
            place,
            0,
            0,
            0,
            flags,
            *(0,) * (3 if r.wide else 2),
        )
    return struct.pack(f"{r.order}2I", 0x19 if r.wide else 1, 8 + len(body)) + body


def _string(r: Recipe, cmd: int, fields: bytes, text: bytes) -> bytes:
    head = 12 + len(fields)
    size = (head + len(text) + 1 + 7) // 8 * 8
    raw = struct.pack(f"{r.order}3I", cmd, size, head) + fields + text
    return raw.ljust(size, b"\0")


def _symbols(r: Recipe) -> tuple[bytes, bytes]:
    strings, symbols = bytearray(b" \0"), b""
    form = f"{r.order}IBBH{'Q' if r.wide else 'I'}"
    for text, kind, value in (
        (r.source, 0x64, 0),
        (r.objects, 0x66, r.mtime),
        (b"_demo", 0x24, TEXT),
        (b"_PyInit_demo", 0x0F, TEXT),
    ):
        symbols += struct.pack(form, len(strings), kind, 1, 0, value)
        strings += text + b"\0"
    return bytes(strings.ljust((len(strings) + 7) // 8 * 8, b"\0")), symbols


def _signature_size(r: Recipe, limit: int) -> int:
    pages = (limit + PAGE - 1) // PAGE
    return (20 + 44 + len(r.identifier) + 1 + 32 * pages + 15) // 16 * 16


def sign(data: bytearray, identifier: bytes, at: int) -> None:
    """Write the signature of everything before ``at``."""
    pages = (at + PAGE - 1) // PAGE
    first = 44 + len(identifier) + 1
    directory = struct.pack(
        ">9I4BI", 0xFADE0C02, first + 32 * pages, 0x20001, 2, first, 44, 0, pages, at,
        *(32, 2, 0, 12, 0),
    )  # fmt: skip
    directory += identifier + b"\0"
    for number in range(pages):
        directory += hashlib.sha256(data[number * PAGE : min((number + 1) * PAGE, at)]).digest()
    blob = struct.pack(">5I", 0xFADE0CC0, 20 + len(directory), 1, 0, 20) + directory
    data[at : at + len(blob)] = blob


def resign(data: bytearray, identifier: bytes = b"demo") -> None:
    """Make the signature true again."""
    at = data.rfind(b"\xfa\xde\x0c\xc0")
    sign(data, identifier, at)


def fat(*slices: tuple[int, bytes | bytearray]) -> bytearray:
    """A universal binary of ``(cpu, slice)``."""
    at = end = 0x1000
    table, body = b"", bytearray(at)
    for cpu, part in slices:
        table += struct.pack(">2i3I", cpu, 0, at, len(part), 12)
        body[at:] = part.ljust((len(part) + 0xFFF) // 0x1000 * 0x1000, b"\0")
        end = at + len(part)
        at = len(body)
    head = struct.pack(">2I", 0xCAFEBABE, len(slices)) + table
    body[: len(head)] = head
    return body[:end]
