"""One byte slipped into an artifact, and what others than reprodiff then read from it.

What "the same" means is told by the standard library alone (``zipfile``, ``tarfile``, ``email``,
``json``, ``ast``, ``marshal``), so that the two cannot be wrong in the same way.
"""

import ast
import copy
import email
import gzip
import hashlib
import importlib.util
import io
import json
import marshal
import re
import tarfile
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from random import Random
from types import CodeType
from typing import NamedTuple

_BITS = (1, 2, 4, 8, 16, 32, 64, 128, 0xFF)
_INSERTED = b' \n\r\t#,a0\xff"'


class Slip(NamedTuple):
    """An artifact with one byte changed, and where: an offset, and the member it is in if known."""

    at: int
    data: bytes
    member: str = ""
    before: bytes = b""
    after: bytes = b""


def changed(random: Random, data: bytes, at: int) -> bytes:
    made = bytearray(data)
    made[at] ^= random.choice(_BITS)
    return bytes(made)


def raw_slips(random: Random, data: bytes, count: int) -> Iterator[Slip]:
    """Change single bytes anywhere in an archive."""
    for at in sorted(random.sample(range(len(data)), min(count, len(data)))):
        yield Slip(at, changed(random, data, at))


def tar_slips(random: Random, data: bytes, count: int) -> Iterator[Slip]:
    """Change single bytes of the tar inside a .tar.gz, and make the header's checksum fit.

    Half of them are in headers, where nearly every byte has a meaning of its own.
    """
    plain = gzip.decompress(data)
    with tarfile.open(fileobj=io.BytesIO(plain)) as archive:
        heads = [info.offset_data - 512 for info in archive] + [info.offset for info in archive]
    places = [random.choice(heads) + random.randrange(512) for _ in range(count // 2)]
    places += [random.randrange(len(plain)) for _ in range(count - count // 2)]
    for at in places:
        made = bytearray(changed(random, plain, at))
        head = next((each for each in heads if each <= at < each + 512), None)
        if head is not None and not head + 148 <= at < head + 156:
            made[head + 148 : head + 156] = b" " * 8
            made[head + 148 : head + 156] = b"%06o\0 " % sum(made[head : head + 512])
        yield Slip(at, gzip.compress(bytes(made), mtime=0))


def content_slips(
    random: Random, data: bytes, count: int, *, honest: bool = True
) -> Iterator[Slip]:
    """Change, insert or delete single bytes of each member's content, ``count`` for each.

    RECORD is written anew if ``honest``, so that it says what is there.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        infos = archive.infolist()
        contents = {info.filename: archive.read(info) for info in infos}
    for name, content in contents.items():
        if name.endswith(("/RECORD", "/")) or not content:
            continue
        for _ in range(count):
            at = random.randrange(len(content))
            made = bytearray(content)
            match random.choice(["change", "insert", "delete"]):
                case "insert":
                    made.insert(at, random.choice(_INSERTED))
                case "delete":
                    del made[at]
                case _:
                    made[at] ^= random.choice(_BITS)
            if made != content:
                after = bytes(made)
                packed = _packed(infos, contents | {name: after}, name if honest else "")
                yield Slip(at, packed, name, content, after)


def _packed(infos: list[zipfile.ZipInfo], contents: dict[str, bytes], renewed: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for info in infos:
            content = contents[info.filename]
            if renewed and info.filename.endswith(".dist-info/RECORD"):
                content = _renewed(content, renewed, contents[renewed])
            archive.writestr(copy.copy(info), content)
    return out.getvalue()


def _renewed(record: bytes, name: str, content: bytes) -> bytes:
    digest = urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    row = b"%s,sha256=%s,%d" % (name.encode(), digest, len(content))
    pattern = b"(?m)^" + re.escape(name.encode()) + rb",sha256=[^\r\n]*"
    made, found = re.subn(pattern, row.replace(b"\\", rb"\\"), record)
    assert found == 1
    return made


# -- what others read -----------------------------------------------------------------------------


def unzipped(data: bytes) -> object:
    """What an installer takes from a zip: names, contents, executable bits, and comments."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [
            (
                info.filename,
                archive.read(info),
                bool(info.external_attr >> 16 & 0o111),
                info.comment,
            )
            for info in archive.infolist()
        ]
        return sorted(members), archive.comment


def untarred(data: bytes) -> object:
    """What an unpacker takes from a .tar.gz, times, owners and read and write bits aside."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        members: list[object] = []
        for info in archive:
            held = archive.extractfile(info) if info.isreg() else None
            raw = held.read() if held else b""
            content = _headers(raw) if info.name.endswith("/PKG-INFO") else raw
            bits = info.mode & (0o5100 if info.isdir() else 0o7111)
            members.append((info.name, info.type, info.linkname, bits, content))
        return members


def means_the_same(name: str, before: bytes, after: bytes) -> bool:
    """Whether two contents of a member are the same to what reads it."""
    base, suffix = name.rpartition("/")[2], name.rpartition(".")[2]
    if suffix == "pyc":
        return _pyc(before, after)
    if suffix == "py":
        return ast.dump(ast.parse(before)) == ast.dump(ast.parse(after))
    if suffix == "json":
        return _json(before) == _json(after)
    if suffix == "zip":
        return unzipped(before) == unzipped(after)
    if base in {"METADATA", "WHEEL"}:
        return _headers(before) == _headers(after)
    if base == "top_level.txt":
        return before.split() == after.split()
    if suffix in {"pyd", "so"}:
        return _without_build_id(before) == _without_build_id(after)
    return _text(before) == _text(after)


def _without_build_id(data: bytes) -> bytes:
    """Machine code without the note, GUID or UUID that identifies it, which nothing runs."""
    for before, size in ((_NOTE, 20), (b"RSDS", 20), (b"\x1b\0\0\0\x18\0\0\0", 16)):
        data = re.sub(rb"(?s)(?<=%b).{%d}" % (re.escape(before), size), b"", data)
    return data


_NOTE = b"\x04\0\0\0\x14\0\0\0\3\0\0\0GNU\0"


def _text(data: bytes) -> str:
    """Text without its mark, line endings and last newline, and without times in it."""
    text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n").rstrip("\n")
    text = re.sub(r"[A-Z][a-z]+day, \d+ [A-Z][a-z]+ \d{4}, at \d\d:\d\d:\d\d", "(time)", text)
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?", "(time)", text)


def _headers(data: bytes) -> object:
    """Names and values of fields without regard to case and spaces, and the description."""
    message = email.message_from_string(_text(data))
    fields = [(key.lower(), re.sub(r"\s", "", value).lower()) for key, value in message.items()]
    return sorted(fields), message.get_payload()


def _json(data: bytes) -> object:
    text = json.dumps(json.loads(data), sort_keys=False)
    text = re.sub(r'"urn:uuid:[0-9a-fA-F-]{36}"', '"(serial)"', text)
    text = re.sub(r'"\d{4}-\d\d-\d\dT[0-9:.]+Z"', '"(time)"', text)
    return re.sub(r'file://[^"#?]*', "file:", text)


def _pyc(before: bytes, after: bytes) -> bool:
    if before[:4] != after[:4] or after[4:8] not in {b"\0\0\0\0", b"\1\0\0\0", b"\3\0\0\0"}:
        return False
    if before[:4] != importlib.util.MAGIC_NUMBER:
        return True  # only the interpreter that wrote it can tell
    return _code(marshal.loads(before[16:])) == _code(marshal.loads(after[16:]))  # noqa: S302


_LEFT_OUT = {"co_filename", "co_lnotab"}  # the path; and what another attribute tells anew


def _code(value: object) -> object:
    """Everything of a code object but the path of its source."""
    if isinstance(value, CodeType):
        names = [name for name in dir(value) if name.startswith("co_") and name not in _LEFT_OUT]
        held = [getattr(value, name) for name in names]
        return [
            repr(each) if callable(each) else _code(each) for each in held if not callable(each)
        ]
    if isinstance(value, tuple):
        return [_code(each) for each in value]
    return (type(value), repr(value))
