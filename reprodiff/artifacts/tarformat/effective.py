"""What applies to an entry: its header, then global records, long names and its own records.

The order is POSIX's: a record of the entry's own wins over a global one, and both over the
header.  A GNU long name stands between them.  Where that order decides something that another
reader decides otherwise, an anomaly says so.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from reprodiff.artifacts.tarformat.entries import Extension
from reprodiff.artifacts.tarformat.header import Dialect, TarHeader, parse_number
from reprodiff.artifacts.tarformat.oddities import Notes, Oddity
from reprodiff.artifacts.tarformat.pax import integer, is_decimal

LARGEST_OCTAL: Final = 8**11
"""From this size on a header cannot hold it in octal, and a pax record has to."""

KEYWORDS: Final = frozenset(
    {b"path", b"linkpath", b"uname", b"gname", b"mtime", b"uid", b"gid", b"size"}
)
"""The pax keywords that take the place of a header field."""

_NO_PAD: Final = bytes(12)
_NO_PREFIX: Final = bytes(155)
_NUMBERS: Final = ("mode", "uid", "gid", "mtime", "devmajor", "devminor")


class Values:
    """The values of one entry while they are put together."""

    __slots__ = (
        "devmajor",
        "devminor",
        "gid",
        "gname",
        "header",
        "header_size",
        "index",
        "link",
        "mode",
        "mtime_text",
        "path",
        "size",
        "size_overridden",
        "uid",
        "uname",
    )

    def __init__(self, header: int, index: int) -> None:
        self.header = header
        self.index = index
        self.path = b""
        self.link = b""
        self.mode: int | None = None
        self.uid: int | None = None
        self.gid: int | None = None
        self.size: int | None = None
        self.header_size: int | None = None
        self.size_overridden = False
        self.mtime_text: str | None = None
        self.uname = b""
        self.gname = b""
        self.devmajor: int | None = 0
        self.devminor: int | None = 0


def from_header(
    header: TarHeader, dialect: Dialect, position: int, index: int, notes: Notes
) -> Values:
    """Read the fields of a header block; what is no number is damage and ``None``."""
    values = Values(position, index)
    path, link = header.name.rstrip(b"\0"), header.linkname.rstrip(b"\0")
    hidden = header.pad != _NO_PAD
    if b"\0" in path or b"\0" in link:
        hidden = True
        path, link = path.partition(b"\0")[0], link.partition(b"\0")[0]
    if header.prefix != _NO_PREFIX:
        if dialect is Dialect.USTAR:
            prefix, _, rest = header.prefix.partition(b"\0")
            hidden = hidden or bool(rest.strip(b"\0"))
            path = prefix + b"/" + path if prefix else path
        elif header.typeflag != b"S":
            notes.odd(Oddity.GNU_PREFIX, position, index)
    values.path, values.link = path, link
    values.mode = parse_number(header.mode)
    values.uid = parse_number(header.uid)
    values.gid = parse_number(header.gid)
    values.size = values.header_size = parse_number(header.size)
    mtime = parse_number(header.mtime)
    values.mtime_text = None if mtime is None else str(mtime)
    if dialect is Dialect.V7:
        # There is nothing but padding behind the link name; GNU tar has zeros for the devices.
        hidden = hidden or _any_text(header[9:13]) or _any_text(header[15:])
        hidden = hidden or bool((header.devmajor + header.devminor).strip(b"\x000"))
    else:
        hidden = _owner_and_device(values, header) or hidden
    _note_no_numbers(values, notes)
    if hidden:
        notes.odd(Oddity.HIDDEN_IN_FIELD, position, index)
    return values


def _any_text(fields: tuple[bytes, ...]) -> bool:
    return bool(b"".join(fields).strip(b"\0"))


def _owner_and_device(values: Values, header: TarHeader) -> bool:
    """Read what v7 does not have; whether there is more in a text field than its text."""
    uname, gname = header.uname.rstrip(b"\0"), header.gname.rstrip(b"\0")
    hidden = b"\0" in uname or b"\0" in gname
    if hidden:
        uname, gname = uname.partition(b"\0")[0], gname.partition(b"\0")[0]
    values.uname, values.gname = uname, gname
    values.devmajor = parse_number(header.devmajor)
    values.devminor = parse_number(header.devminor)
    return hidden


def _note_no_numbers(values: Values, notes: Notes) -> None:
    mode, uid, gid, mtime = values.mode, values.uid, values.gid, values.mtime_text
    found = (mode, uid, gid, mtime, values.devmajor, values.devminor)
    if None in found:
        wrong = [name for name, value in zip(_NUMBERS, found, strict=True) if value is None]
        at = values.header
        notes.damage(at, f"the header at byte {at} has no number in: {', '.join(wrong)}")


def apply_extensions(
    values: Values,
    local: Sequence[Extension],
    global_values: Mapping[bytes, bytes],
    notes: Notes,
) -> None:
    """Let global records, long names and local records change what the header says.

    ``global_values`` are the global records in force, of :data:`KEYWORDS` only.
    """
    own = {record.key: record.value for each in local for record in each.records}
    # An empty value takes the global one away.
    _apply_pax(values, {k: v for k, v in global_values.items() if own.get(k, v)}, notes)
    paths = [each.value for each in local if each.typeflag == b"L" and each.value]
    links = [each.value for each in local if each.typeflag == b"K" and each.value]
    for path in paths:
        _override_path(values, path, notes)
    for link in links:
        _override_link(values, link, notes)
    if own:
        _apply_pax(values, own, notes)
    if any(path != values.path for path in paths) or any(link != values.link for link in links):
        notes.odd(Oddity.NAME_CONFLICT, values.header, values.index)


def _apply_pax(values: Values, records: Mapping[bytes, bytes], notes: Notes) -> None:
    """Apply the keywords that POSIX defines for what a header holds; empty ones change nothing."""
    if name := records.get(b"GNU.sparse.name"):
        # The header's name is made up where there is this one: no contradiction.
        values.path = name
    elif path := records.get(b"path"):
        _override_path(values, path, notes)
    if link := records.get(b"linkpath"):
        _override_link(values, link, notes)
    values.uname = records.get(b"uname") or values.uname
    values.gname = records.get(b"gname") or values.gname
    if time := records.get(b"mtime"):
        if is_decimal(time):
            values.mtime_text = time.decode("ascii")
        else:
            _no_pax_number(values, "mtime", notes)
    if owner := records.get(b"uid"):
        values.uid = _integer(values, "uid", owner, notes)
    if group := records.get(b"gid"):
        values.gid = _integer(values, "gid", group, notes)
    if text := records.get(b"size"):
        _override_size(values, text, notes)


def _override_size(values: Values, text: bytes, notes: Notes) -> None:
    size = integer(text)
    if size is None or size < 0:
        # Where the next header is, the header's own size is the better guess.
        _no_pax_number(values, "size", notes)
        return
    ordinary = size >= LARGEST_OCTAL and values.header_size in (0, None)
    values.size_overridden = size != values.header_size and not ordinary
    values.size = size


def _integer(values: Values, key: str, value: bytes, notes: Notes) -> int | None:
    number = integer(value)
    if number is None:
        _no_pax_number(values, key, notes)
    return number


def _no_pax_number(values: Values, key: str, notes: Notes) -> None:
    notes.damage(values.header, f"the pax {key} of the entry at byte {values.header} is no number")


def _override_path(values: Values, path: bytes, notes: Notes) -> None:
    if _contradicts(values.path, path):
        notes.odd(Oddity.PATH_OVERRIDE, values.header, values.index, values.path)
    values.path = path


def _override_link(values: Values, link: bytes, notes: Notes) -> None:
    if _contradicts(values.link, link):
        notes.odd(Oddity.LINK_OVERRIDE, values.header, values.index, values.link)
    values.link = link


def _contradicts(short: bytes, long: bytes) -> bool:
    """Whether a header's name differs from one that it could have held as it is.

    Names that are long or not ASCII are why there are extended headers; what writers put into
    the header then, cut or transcribed, is theirs to choose.
    """
    if len(long) > 100 or not long.isascii():
        return False
    return short.rstrip(b"/") != long.rstrip(b"/")
