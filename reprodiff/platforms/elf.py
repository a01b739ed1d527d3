"""What an ELF file needs, read as the loader reads it: by segments, not by section names.

Sources: System V ABI (gABI), chapter 5; Linux Standard Base Core 5.0, "Symbol Versioning";
GNU property notes, "Linux Extensions to gABI".
"""

import struct
from collections.abc import Iterator
from typing import Final

from reprodiff.formats.elf.entries import notes
from reprodiff.formats.elf.reader import (
    PT_LOAD,
    SHT_DYNSYM,
    SHT_NOTE,
    SHT_PROGBITS,
    Elf,
    Section,
    parse,
)
from reprodiff.platforms.native import MAX_NAMES, MAX_NEEDED, MAX_PATHS, Native, Need, module_name

_PT_DYNAMIC: Final = 2
_PT_INTERP: Final = 3
_NEEDED, _HASH, _STRTAB, _SYMTAB, _STRSZ, _SONAME, _RPATH, _RUNPATH = 1, 4, 5, 6, 10, 14, 15, 29
_GNU_HASH, _VERSYM, _VERNEED, _VERNEEDNUM = 0x6FFFFEF5, 0x6FFFFFF0, 0x6FFFFFFE, 0x6FFFFFFF
_WEAK_VERSION: Final = 2
_WEAK_BINDING: Final = 2
_MAX_SYMBOLS: Final = 2_000_000
_ISA_NEEDED: Final = 0xC0008002

_GLIBC: Final = frozenset({
    "libc.so.6", "libc.so.6.1", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1",
})  # fmt: skip
_EDITED: Final = frozenset({".interp", ".got", ".got.plt"})
"""Sections that change with the place of the dynamic table, or name the loader."""

# What platform tags call a machine, by e_machine, bits and byte order (big).
_MACHINES: Final = {
    (3, 32, False): "i686",
    (62, 64, False): "x86_64",
    (183, 64, False): "aarch64",
    (40, 32, False): "armv7l",
    (21, 64, False): "ppc64le",
    (21, 64, True): "ppc64",
    (22, 64, True): "s390x",
    (243, 64, False): "riscv64",
    (258, 64, False): "loongarch64",
}


def read_elf(data: memoryview) -> Native:
    """Return what an ELF file needs; what is damaged is left out.

    Raises :class:`~reprodiff.errors.DamagedError` if it has no ELF header.
    """
    elf = parse(data)
    return _Loader(elf).native()


class _Loader:
    """The file as the loader sees it: addresses, and the tables that the dynamic section names."""

    def __init__(self, elf: Elf) -> None:
        self.elf = elf
        self.data = elf.data
        self.loads = [s for s in elf.segments if s.type == PT_LOAD]
        self.tags: dict[int, list[int]] = {}
        for tag, value in self._dynamic():
            self.tags.setdefault(tag, []).append(value)
        self.provides: set[str] = set()
        self.strings = b""
        if (at := self._at(self._one(_STRTAB))) is not None:
            self.strings = bytes(self.data[at : at + self._one(_STRSZ)])

    def native(self) -> Native:
        elf = self.elf
        machine = _MACHINES.get((elf.machine, elf.bits, elf.big), f"machine {elf.machine}")
        needed = tuple(map(self.text, self.tags.get(_NEEDED, [])[:MAX_NEEDED]))
        versions = dict(self._versions())
        imports, by_version = self._symbols(frozenset(versions))
        needs: list[Need] = []
        for index, (library, version, weak) in versions.items():
            users = by_version.get(index) or [""]
            needs += [Need(library, version, symbol, weak) for symbol in users]
        return Native(
            format="elf",
            machines=(machine,),
            soname="".join(map(self.text, self.tags.get(_SONAME, [])[:1])),
            needed=needed,
            rpath=self._paths(_RPATH),
            runpath=self._paths(_RUNPATH),
            needs=tuple(needs),
            imports=frozenset(imports),
            provides=frozenset(self.provides),
            init=module_name(self.provides),
            libc=self._libc(needed, needs),
            isa=self._isa() if machine == "x86_64" else "",
            build_id=self._build_id(),
            constants=tuple(s.body for s in self._kept() if not s.code),
            contents=tuple(s.body for s in self._kept()),
        )

    def _kept(self) -> Iterator[Section]:
        """Yield the sections whose content a tool that edits names and paths leaves alone."""
        for section in self.elf.sections:
            if section.type == SHT_PROGBITS and section.alloc and section.name not in _EDITED:
                yield section

    def text(self, offset: int) -> str:
        """Return the string at an offset of the dynamic string table."""
        stop = self.strings.find(b"\0", offset, offset + 4096)
        raw = self.strings[offset : stop if stop >= 0 else offset + 4096]
        return raw.decode("utf-8", "surrogateescape")

    def _one(self, tag: int) -> int:
        return self.tags.get(tag, [0])[0]

    def _at(self, address: int) -> int | None:
        """Return where the bytes of an address stand in the file."""
        for load in self.loads:
            if address and load.vaddr <= address < load.vaddr + load.filesz:
                at = load.offset + address - load.vaddr
                return at if at < len(self.data) else None
        return None

    def _dynamic(self) -> Iterator[tuple[int, int]]:
        found = next((s for s in self.elf.segments if s.type == _PT_DYNAMIC), None)
        if found is None:
            return
        word = self.elf.word
        form = struct.Struct(self.elf.order + ("QQ" if word == 8 else "II"))
        start = min(found.offset, len(self.data))
        size = min(found.filesz, len(self.data) - start) // form.size * form.size
        for tag, value in form.iter_unpack(self.data[start : start + size]):
            if not tag:
                return
            yield tag, value

    def _paths(self, tag: int) -> tuple[str, ...]:
        return tuple(
            path
            for offset in self.tags.get(tag, [])[:8]
            for path in self.text(offset).split(":")[:MAX_PATHS]
            if path
        )

    def _versions(self) -> Iterator[tuple[int, tuple[str, str, bool]]]:
        """Yield (index, (library, version, weak)) for each version that is needed."""
        at = self._at(self._one(_VERNEED))
        head = struct.Struct(self.elf.order + "HHIII")
        entry = struct.Struct(self.elf.order + "IHHII")
        left = MAX_NAMES
        for _ in range(min(self._one(_VERNEEDNUM), MAX_NAMES)):
            if at is None or at + head.size > len(self.data):
                return
            _version, count, file, first, step = head.unpack_from(self.data, at)
            inner = at + first
            for _number in range(count):
                if inner + entry.size > len(self.data) or not left:
                    return
                left -= 1
                _hash, flags, index, name, more = entry.unpack_from(self.data, inner)
                weak = bool(flags & _WEAK_VERSION)
                yield index & 0x7FFF, (self.text(file), self.text(name), weak)
                if not more:
                    break
                inner += more
            if not step:
                return
            at += step

    def _symbols(self, wanted: frozenset[int]) -> tuple[set[str], dict[int, list[str]]]:
        """Return strong undefined symbols, and symbols by needed version."""
        imports: set[str] = set()
        by_version: dict[int, list[str]] = {}
        at, versions = self._at(self._one(_SYMTAB)), self._at(self._one(_VERSYM))
        count = self._count(at)
        if at is None or not count:
            return imports, by_version
        wide = self.elf.bits == 64
        form = struct.Struct(self.elf.order + ("IBBHQQ" if wide else "IIIBBH"))
        count = min(count, (len(self.data) - at) // form.size, _MAX_SYMBOLS)
        indexes: tuple[int, ...] = ()
        if versions is not None:
            known = min(count, (len(self.data) - versions) // 2)
            indexes = struct.unpack_from(f"{self.elf.order}{known}H", self.data, versions)
        for number, item in enumerate(form.iter_unpack(self.data[at : at + count * form.size])):
            name, info, section = item[0], item[1 if wide else 3], item[3 if wide else 5]
            if section:
                if self.strings.startswith((b"Py", b"_Py"), name):
                    self.provides.add(self.text(name))
                continue
            if not name:
                continue
            index = indexes[number] & 0x7FFF if number < len(indexes) else 0
            if index in wanted:
                by_version.setdefault(index, []).append(self.text(name))
            if info >> 4 != _WEAK_BINDING:
                imports.add(self.text(name))
        return imports, by_version

    def _count(self, at: int | None) -> int:
        """Return how many dynamic symbols there are: no tag says so itself."""
        for section in self.elf.sections:
            if section.type == SHT_DYNSYM and section.body.start == at:
                return section.body.size // (24 if self.elf.bits == 64 else 16)
        if (table := self._at(self._one(_HASH))) is not None:
            return self.elf.number(table + 4, 4)
        if (table := self._at(self._one(_GNU_HASH))) is not None:
            return self._hashed(table)
        return 0

    def _hashed(self, table: int) -> int:
        """Return the number of symbols by the GNU hash table: the end of its last chain."""
        buckets, first, bloom = (self.elf.number(table + 4 * n, 4) for n in range(3))
        start = table + 16 + bloom * self.elf.word
        if start >= len(self.data):
            return 0
        buckets = min(buckets, (len(self.data) - start) // 4, _MAX_SYMBOLS)
        order = self.elf.order
        heads = struct.unpack_from(f"{order}{buckets}I", self.data, start)
        last = max(heads, default=0)
        if last < first:
            return first
        at = start + 4 * buckets + 4 * (last - first)
        while at + 4 <= len(self.data) and last < _MAX_SYMBOLS:
            last += 1
            if self.elf.number(at, 4) & 1:
                break
            at += 4
        return last

    def _libc(self, needed: tuple[str, ...], needs: list[Need]) -> str:
        interpreter = ""
        for segment in self.elf.segments:
            if segment.type == _PT_INTERP:
                raw = bytes(self.data[segment.offset : segment.offset + min(segment.filesz, 256)])
                interpreter = raw.rstrip(b"\0").decode("utf-8", "replace")
        musl = "libc.so" in needed or any(name.startswith("libc.musl-") for name in needed)
        if musl or "/ld-musl" in interpreter:
            return "musl"
        # A library of GCC may have versions that are named GLIBC, whatever the C library.
        parts = {need.library for need in needs if need.version.startswith("GLIBC_")}
        return "glibc" if not _GLIBC.isdisjoint({*needed, *parts}) else ""

    def _isa(self) -> str:
        """Return the level of x86-64 that a GNU property asks for beyond the first."""
        for section in self.elf.sections:
            if section.type != SHT_NOTE:
                continue
            for note in notes(self.elf, section):
                if note.name != b"GNU" or note.type != 5:
                    continue
                at, stop = note.desc
                while at + 8 <= stop:
                    kind, size = self.elf.number(at, 4), self.elf.number(at + 4, 4)
                    if kind == _ISA_NEEDED and size == 4:
                        bits = self.elf.number(at + 8, 4)
                        levels = ((8, "v4"), (4, "v3"), (2, "v2"))
                        return next((name for bit, name in levels if bits & bit), "")
                    at += 8 + -(-size // 8) * 8
        return ""

    def _build_id(self) -> str:
        for section in self.elf.sections:
            if section.type == SHT_NOTE and section.name == ".note.gnu.build-id":
                for note in notes(self.elf, section):
                    if note.name == b"GNU" and note.type == 3:
                        return bytes(self.data[note.desc.start : note.desc.stop]).hex()
        return ""
