"""PAIR: which member of A is which member of B.

Rules come first, each one to one: the same name; the same name once the project's own name and
version are taken out of ``*.dist-info`` and top directories; for wheels and sdists the same
project, version and tags; the same name without the tag of the interpreter; for libraries the
same name without hash, version and folder.  Only then does content decide: a file that moved
unchanged.  What is left stands on one side only, and is said.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from reprodiff.artifacts.base import Member
from reprodiff.formats.parsing.archivenames import archive_key, release_keys
from reprodiff.model import MemberType, Side
from reprodiff.platforms.names import is_vendored, looks_native, parts
from reprodiff.records import dataclass

Fingerprint = Callable[[Side, Member], bytes | None]
"""Returns a digest of a member's content, ``None`` if it cannot be read."""


@dataclass(frozen=True, slots=True)
class MemberPair:
    """Two members that are the same thing.

    ``how`` is ``name``, ``project`` (the project's own directory has another name), ``archive``
    (a wheel or sdist of the same project, version and tags), ``release`` (one of another version
    or for other tags, and the only one on each side that it could be), ``abi-tag``,
    ``vendored`` (a library under another hash, version or folder), ``similar`` (a library whose
    name starts alike, for want of a better partner) or ``content`` (moved unchanged).
    """

    a: Member
    b: Member
    how: str = "name"


@dataclass(frozen=True, slots=True)
class Pairing:
    """How the members of both sides go together; every member is in exactly one place."""

    pairs: tuple[MemberPair, ...]
    only_a: tuple[Member, ...]
    only_b: tuple[Member, ...]


_INFO_DIRECTORY: Final = re.compile(
    rb"^((?:[^/]+/)*?)([^/]+?)(-[^/-]+)?\.(dist-info|data|egg-info)(?=/|$)"
)
# delvewheel's list of the order in which libraries are loaded, named after project and version.
_LOAD_ORDER: Final = re.compile(rb"(.*\.libs/\.load-order-[^/]+?)-[0-9][^/-]*")
# The tag of the interpreter in the names of extension modules and bytecode:
# PEP 3149 (.cpython-311-x86_64-linux-gnu.so), PEP 384 (.abi3.so), Windows (.cp311-win_amd64.pyd).
_ABI_TAG: Final = re.compile(
    rb"\.(?:cpython-\d+[a-z]*(?:-[\w-]+)?|cp\d+t?-[\w]+|pypy\d+-pp\d+(?:-[\w-]+)?|abi3(?:t)?)(?=\.(?:so|pyd|pyc|dylib)$)"
)


def pair(a: Sequence[Member], b: Sequence[Member], fingerprint: Fingerprint) -> Pairing:
    """Pair the members of two artifacts; ``fingerprint`` is asked only for what rules left over."""
    pairs: list[MemberPair] = []
    rest_a, rest_b = _by_key(a, b, lambda member: member.raw, "name", pairs)
    if rest_a and rest_b:
        for key_of in _project_keys(a, b):
            strip_a, strip_b = _top_directory(a), _top_directory(b)
            rest_a, rest_b = _by_keys(
                rest_a,
                rest_b,
                _below(key_of, strip_a),
                _below(key_of, strip_b),
                "project",
                pairs,
            )
    if rest_a and rest_b:
        rest_a, rest_b = _by_key(rest_a, rest_b, lambda m: archive_key(m.raw), "archive", pairs)
        rest_a, rest_b = _by_key(rest_a, rest_b, _abi_key, "abi-tag", pairs)
    if rest_a and rest_b:
        rest_a, rest_b = _by_release((a, b), rest_a, rest_b, pairs)
        rest_a, rest_b = _by_key(rest_a, rest_b, _load_order_key, "project", pairs)
    for key_of_library in _LIBRARY_KEYS:
        if rest_a and rest_b:
            rest_a, rest_b = _by_key(rest_a, rest_b, key_of_library, "vendored", pairs)
    if rest_a and rest_b:
        rest_a, rest_b = _by_likeness(rest_a, rest_b, pairs)
    if rest_a and rest_b:
        rest_a, rest_b = _by_content(rest_a, rest_b, fingerprint, pairs)
    order = {id(member): number for number, member in enumerate(a)}
    pairs.sort(key=lambda pair: order[id(pair.a)])
    return Pairing(tuple(pairs), tuple(rest_a), tuple(rest_b))


def _by_key(
    a: Iterable[Member],
    b: Iterable[Member],
    key: Callable[[Member], bytes | None],
    how: str,
    pairs: list[MemberPair],
) -> tuple[list[Member], list[Member]]:
    return _by_keys(a, b, key, key, how, pairs)


def _by_keys(
    a: Iterable[Member],
    b: Iterable[Member],
    key_a: Callable[[Member], bytes | None],
    key_b: Callable[[Member], bytes | None],
    how: str,
    pairs: list[MemberPair],
) -> tuple[list[Member], list[Member]]:
    """Pair members with equal keys, the first with the first where a key comes more than once."""
    waiting: dict[bytes, list[Member]] = defaultdict(list)
    rest_b: list[Member] = []
    for member in b:
        key = key_b(member)
        if key is None:
            rest_b.append(member)
        else:
            waiting[key].append(member)
    for queue in waiting.values():
        queue.reverse()
    rest_a: list[Member] = []
    for member in a:
        key = key_a(member)
        queue = waiting.get(key, []) if key is not None else []
        if queue:
            pairs.append(MemberPair(member, queue.pop(), how))
        else:
            rest_a.append(member)
    left = [member for queue in waiting.values() for member in reversed(queue)]
    return rest_a, sorted([*rest_b, *left], key=lambda member: member.index)


def _top_directory(members: Sequence[Member]) -> bytes:
    """Return the single directory everything is below (``demo-1.0/``), or nothing."""
    top = b""
    for member in members:
        head, slash, _ = member.raw.partition(b"/")
        if not slash and member.type is not MemberType.DIRECTORY:
            return b""
        if top and head != top:
            return b""
        top = head
    return top + b"/" if top else b""


ProjectKey = Callable[[bytes, bytes], bytes]


def _project_keys(a: Sequence[Member], b: Sequence[Member]) -> list[ProjectKey]:
    """Return how names are compared without a project's version, then without its name.

    The name may go only where each side holds one project: in a tree of many the first left over
    of one side would be taken for the first of the other.
    """
    one_each = all(len(_projects(members)) <= 1 for members in (a, b))
    return [_named_key, _project_key] if one_each else [_named_key]


def _below(key: ProjectKey, top: bytes) -> Callable[[Member], bytes | None]:
    return lambda member: key(member.raw, top)


def _projects(members: Sequence[Member]) -> set[bytes]:
    return {
        found[2].lower()
        for member in members
        if (found := _INFO_DIRECTORY.match(member.raw)) and found[4] != b"data"
    }


def _named_key(raw: bytes, top: bytes) -> bytes:
    """Take the version out of the project's own directory; write its name as PEP 503 does."""
    if top and raw.startswith(top):
        raw = b"*/" + raw[len(top) :]
    return _INFO_DIRECTORY.sub(_with_name, raw, count=1)


def _with_name(found: re.Match[bytes]) -> bytes:
    name = re.sub(rb"[-_.]+", b"-", found[2]).lower()
    return found[1] + name + b"-*." + found[4]


def _project_key(raw: bytes, top: bytes) -> bytes:
    """Take name and version out of the project's own directory."""
    if top and raw.startswith(top):
        raw = b"*/" + raw[len(top) :]
    return _INFO_DIRECTORY.sub(rb"\1*.\4", raw, count=1)


def _abi_key(member: Member) -> bytes | None:
    key, found = _ABI_TAG.subn(b"", member.raw)
    return key if found else None


def _load_order_key(member: Member) -> bytes | None:
    found = _LOAD_ORDER.fullmatch(member.raw)
    return found[1].lower() if found else None


def _by_release(
    sides: tuple[Sequence[Member], Sequence[Member]],
    a: list[Member],
    b: list[Member],
    pairs: list[MemberPair],
) -> tuple[list[Member], list[Member]]:
    """Pair wheels and sdists of one project that are another release, or for other tags.

    A key counts only where one member of each side has it, those with partners among them: in a
    folder with wheels for two interpreters nothing tells which of them another one is.
    """
    left = {member.raw: release_keys(member.raw) for member in (*a, *b)}
    if not any(left.values()):
        return a, b
    holders: list[dict[bytes, list[Member]]] = []
    for members in sides:
        held: dict[bytes, list[Member]] = defaultdict(list)
        for member in members:
            for key in left.get(member.raw) or release_keys(member.raw):
                held[key].append(member)
        holders.append(held)
    free = {id(member) for member in b}
    taken: set[int] = set()
    for level in range(max(map(len, left.values()))):
        for member in a:
            keys = left[member.raw]
            key = keys[level] if level < len(keys) else b""
            mine, others = (held.get(key, []) for held in holders)
            if id(member) not in taken and len(mine) == len(others) == 1:
                other = others[0]
                if id(other) in free:
                    pairs.append(MemberPair(member, other, "release"))
                    taken.add(id(member))
                    free.discard(id(other))
    return [m for m in a if id(m) not in taken], [m for m in b if id(m) in free]


LibraryKey = Callable[[Member], bytes | None]


def _library_key(*, folder: bool, version: bool, hashes: bool) -> LibraryKey:
    """Return how libraries are compared: with or without folder, version, number of hashes.

    Without the folder only libraries in the folders of repair tools have a key; elsewhere only
    those with a hash or a version in their names.
    """

    def key(member: Member) -> bytes | None:
        path = member.raw.decode("utf-8", "surrogateescape")
        if not looks_native(path):
            return None
        vendored = is_vendored(path)
        named = parts(path)
        if not vendored and (not folder or not (named.hash or named.version)):
            return None
        base = path.rpartition("/")[2]
        directory = path[: len(path) - len(base)] if folder else ""
        kind = base[len(named.name) :].lower()
        kind = next((end for end in (".so", ".dll", ".dylib", ".pyd") if end in kind), "")
        text = f"{directory}\0{named.name}\0{kind}"
        if version:
            text += f"\0{named.version}"
        if hashes:
            text += f"\0{named.hash.count('-') + bool(named.hash)}"
        return text.encode("utf-8", "surrogateescape")

    return key


_LIBRARY_KEYS: Final = (
    _library_key(folder=True, version=True, hashes=True),
    _library_key(folder=True, version=True, hashes=False),
    _library_key(folder=True, version=False, hashes=False),
    _library_key(folder=False, version=True, hashes=False),
    _library_key(folder=False, version=False, hashes=False),
)


def _by_likeness(
    a: list[Member], b: list[Member], pairs: list[MemberPair]
) -> tuple[list[Member], list[Member]]:
    """Pair vendored libraries whose names start alike, where just one of each side does.

    It is the last resort, and said: ``libz.1.3.1.dylib`` with ``libz.1.3.1.zlib-ng.dylib``.
    """

    def stems(members: list[Member]) -> dict[str, list[Member]]:
        found: dict[str, list[Member]] = defaultdict(list)
        for member in members:
            if is_vendored(member.path):
                found[re.split(r"[.-]", member.path.rpartition("/")[2], maxsplit=1)[0]].append(
                    member
                )
        return found

    left, right = stems(a), stems(b)
    taken: set[int] = set()
    for stem, mine in left.items():
        others = right.get(stem, [])
        if len(mine) == len(others) == 1:
            pairs.append(MemberPair(mine[0], others[0], "similar"))
            taken |= {id(mine[0]), id(others[0])}
    return [m for m in a if id(m) not in taken], [m for m in b if id(m) not in taken]


def _by_content(
    a: Sequence[Member],
    b: Sequence[Member],
    fingerprint: Fingerprint,
    pairs: list[MemberPair],
) -> tuple[list[Member], list[Member]]:
    """Pair files that are the same bytes under another name, where just one candidate fits.

    Several copies of the same bytes pair only if they have the same base name: which of them
    moved where is not known otherwise.
    """
    sizes_b = {m.size for m in b if m.type is MemberType.FILE and m.size > 0}
    wanted_a = [m for m in a if m.type is MemberType.FILE and m.size in sizes_b]
    sizes_a = {m.size for m in wanted_a}
    wanted_b = [m for m in b if m.type is MemberType.FILE and m.size in sizes_a]
    groups_a, groups_b = (
        _groups(Side.A, wanted_a, fingerprint),
        _groups(Side.B, wanted_b, fingerprint),
    )
    taken_a: set[int] = set()
    taken_b: set[int] = set()

    def take(one: Member, other: Member) -> None:
        pairs.append(MemberPair(one, other, "content"))
        taken_a.add(one.index)
        taken_b.add(other.index)

    for digest, group_a in groups_a.items():
        group_b = groups_b.get(digest, [])
        if len(group_a) == len(group_b) == 1:
            take(group_a[0], group_b[0])
            continue
        bases_a, bases_b = _by_base(group_a), _by_base(group_b)
        for base, twins in bases_a.items():
            same = bases_b.get(base, [])
            if len(same) == len(twins) == 1:
                take(twins[0], same[0])
    return (
        [m for m in a if m.index not in taken_a],
        [m for m in b if m.index not in taken_b],
    )


def _by_base(members: Iterable[Member]) -> dict[bytes, list[Member]]:
    found: dict[bytes, list[Member]] = defaultdict(list)
    for member in members:
        found[member.raw.rpartition(b"/")[2]].append(member)
    return found


def _groups(
    side: Side, members: Iterable[Member], fingerprint: Fingerprint
) -> dict[bytes, list[Member]]:
    groups: dict[bytes, list[Member]] = defaultdict(list)
    for member in members:
        digest = fingerprint(side, member)
        if digest is not None:
            groups[digest].append(member)
    return groups
