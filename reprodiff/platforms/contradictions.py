"""Where the tags of one side, its WHEEL file and its binaries do not agree.

Only what a reader of the files can be sure of is called certain: the loader refuses a version of
glibc that is not there, and Python does not load a module for another processor or interpreter.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from reprodiff.platforms.abi3 import outside, since
from reprodiff.platforms.native import Native
from reprodiff.platforms.policies import breaches, named, said
from reprodiff.platforms.sides import SideFacts, wanted
from reprodiff.platforms.systems import key
from reprodiff.platforms.tags import Tag

_SUFFIX: Final = re.compile(r"\.(?:cpython-|cp)(\d)(\d+)t?[-.][^/]*$")
_PYTHON_DLL: Final = re.compile(r"python(\d)(\d+)t?(?:_d)?\.dll")
_SHOWN: Final = 5


class Contradiction(NamedTuple):
    """One disagreement; ``path`` is empty where it is about the artifact itself."""

    kind: str
    """``tag``, ``abi3`` or ``purelib``."""
    path: str
    subject: str
    claim: str
    """What the tags or names say."""
    fact: str
    """What the files say."""
    certain: bool

    @property
    def sentence(self) -> str:
        """Claim and fact in one sentence."""
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.claim}, but {self.fact}."


def contradictions(side: SideFacts) -> tuple[Contradiction, ...]:
    """Return all disagreements of one side."""
    found: dict[tuple[str, str, str], Contradiction] = {}
    for one in (
        *_recorded(side),
        *_libc(side),
        *_machines(side),
        *_interpreters(side),
        *_macos(side),
        *_pure(side),
        *_abi3(side),
    ):
        found.setdefault((one.kind, one.path, one.subject), one)
    return tuple(found.values())


def _listed(items: Iterable[str]) -> str:
    """Return the first few of ``items`` in words."""
    known = list(items)
    more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
    return ", ".join(known[:_SHOWN]) + more


def _recorded(side: SideFacts) -> Iterator[Contradiction]:
    names, inside = set(side.names), set(side.recorded.tags)
    if names and inside and names != inside:
        yield Contradiction(
            "tag", "", "tags of the file name",
            f"the file name has {_listed(sorted(names))}",
            f"WHEEL has {_listed(sorted(inside))}",
            certain=False,
        )  # fmt: skip


def _libc(side: SideFacts) -> Iterator[Contradiction]:
    """Hold manylinux and musllinux tags against the versions and libraries that are needed."""
    linux = [tag for tag in side.tags if tag.system in {"manylinux", "musllinux"}]
    if not linux:
        return
    system = linux[0].system
    other = "musl" if system == "manylinux" else "glibc"
    for path, native in side.natives.items():
        if native.format == "elf" and native.libc == other and native.init:
            yield Contradiction(
                "tag", path, "C library", f"the tag {linux[0].platform} is for another C library",
                f"it needs {other}", certain=True,
            )  # fmt: skip
    lowest = min(linux, key=lambda tag: key(tag.version))
    if system == "manylinux":
        yield from _glibc(side, lowest)
    policy = named(lowest.platform)
    if policy is not None and side.machine in lowest.machines:
        elves = {p: n for p, n in side.natives.items() if side.machine in n.machines}
        wrong = [
            text for text in breaches(policy, wanted(elves, side.links)) if "@GLIBC_" not in text
        ]
        if wrong:
            yield Contradiction(
                "tag", "", "what the policy allows", f"the tag {lowest.platform} does not allow it",
                _listed(wrong), certain=False,
            )  # fmt: skip


def _glibc(side: SideFacts, tag: Tag) -> Iterator[Contradiction]:
    for path, native in side.natives.items():
        high = [n for n in native.family("GLIBC") if key(n.version[6:]) > key(tag.version)]
        if high and side.machine in native.machines:
            top = max(high, key=lambda need: key(need.version[6:]))
            yield Contradiction(
                "tag", path, "glibc", f"the tag {tag.platform} promises glibc {tag.version}",
                f"it needs {said(top)}", certain=True,
            )  # fmt: skip


def _machines(side: SideFacts) -> Iterator[Contradiction]:
    """Hold the processors of extension modules against those of the tags."""
    promised = {machine for tag in side.tags for machine in tag.machines}
    for path, native in side.natives.items():
        if not promised or not native.init:
            continue
        missing = promised.difference(native.machines)
        # One tag for two processors needs both; several tags may each have their own files.
        alone = len(native.machines) == 1 and set(native.machines) <= promised
        if missing and not (alone and native.format != "macho"):
            tags = _listed(sorted({tag.platform for tag in side.tags}))
            yield Contradiction(
                "tag", path, "processor", f"the tag {tags} is for {_listed(sorted(promised))}",
                f"it is for {_listed(native.machines)}", certain=True,
            )  # fmt: skip


def _interpreters(side: SideFacts) -> Iterator[Contradiction]:
    """Hold the interpreter in a module's name and imports against the tags."""
    versions = {tag.cpython for tag in side.tags}
    if not versions or "" in versions:
        return
    stable = any(tag.abi == "abi3" for tag in side.tags)
    for path, native in side.natives.items():
        if not native.init:
            continue
        claim = f"the tags are for CPython {_listed(sorted(versions, key=key))}"
        name = _SUFFIX.search(path)
        if name and not stable and f"{name[1]}.{name[2]}" not in versions:
            fact = f"its name is for CPython {name[1]}.{name[2]}, which alone imports it"
            yield Contradiction("tag", path, "interpreter", claim, fact, certain=True)
            continue
        for library in native.needed if native.format == "pe" else ():
            found = _PYTHON_DLL.fullmatch(library)
            if found and not stable and f"{found[1]}.{found[2]}" not in versions:
                fact = f"it needs {library}"
                yield Contradiction("tag", path, "interpreter", claim, fact, certain=True)


def _macos(side: SideFacts) -> Iterator[Contradiction]:
    promised: dict[str, str] = {}
    for tag in side.tags:
        for machine in tag.machines if tag.system == "macos" else ():
            floor = max(tag.version, "11.0", key=key) if machine == "arm64" else tag.version
            promised[machine] = min(promised.get(machine, floor), floor, key=key)
    for path, native in side.natives.items():
        for machine, floor in native.floors.items() if native.format == "macho" else ():
            if floor and machine in promised and key(floor) > key(promised[machine]):
                yield Contradiction(
                    "tag", path, f"macOS on {machine}",
                    f"the tags promise macOS {promised[machine]} on {machine}",
                    f"it was built for macOS {floor} or later", certain=False,
                )  # fmt: skip


def _pure(side: SideFacts) -> Iterator[Contradiction]:
    modules = [path for path, native in side.natives.items() if native.init]
    if not modules:
        return
    if side.tags and all(tag.system == "any" for tag in side.tags):
        yield Contradiction(
            "purelib", "", "platform", "the tags are for any platform",
            f"it has compiled modules: {_listed(modules)}", certain=False,
        )  # fmt: skip
    if side.recorded.purelib == "true":
        yield Contradiction(
            "purelib", "", "Root-Is-Purelib", "WHEEL says that it is pure Python",
            f"it has compiled modules: {_listed(modules)}", certain=False,
        )  # fmt: skip


def python_imports(native: Native) -> frozenset[str]:
    """Return the symbols that a module imports from Python."""
    if native.format != "pe":
        return native.imports
    return frozenset().union(
        *(names for library, names in native.imported_from.items() if library.startswith("python"))
    )


def claims_abi3(side: SideFacts, path: str, native: Native) -> bool:
    """Whether a module says that it keeps to the stable ABI: by its name or by all tags."""
    tagged = bool(side.tags) and all(tag.abi == "abi3" for tag in side.tags)
    return bool(native.init) and (".abi3." in path.rpartition("/")[2] or tagged)


def abi3_floor(side: SideFacts) -> str:
    """Return the oldest CPython that the tags claim together with abi3."""
    floors = [tag.cpython for tag in side.tags if tag.abi == "abi3" and tag.cpython]
    return min(floors, key=key, default="")


def _abi3(side: SideFacts) -> Iterator[Contradiction]:
    floor = abi3_floor(side)
    # What another file of the artifact brings along is its own, whatever it is called.
    own = frozenset().union(*(native.provides for native in side.natives.values()))
    for path, native in side.natives.items():
        if not claims_abi3(side, path, native):
            continue
        imports = python_imports(native) - own
        wrong = outside(imports, floor)
        claim = f"it claims the stable ABI of CPython {floor}" if floor else "it claims abi3"
        never = [one.symbol for one in wrong if not one.added]
        later = [f"{one.symbol} (since {one.added})" for one in wrong if one.added]
        if never:
            fact = f"it imports what is in no stable ABI: {_listed(never)}"
            yield Contradiction("abi3", path, "stable ABI", claim, fact, certain=False)
        if later:
            fact = f"it needs that of CPython {since(imports)}: {_listed(later)}"
            yield Contradiction(
                "abi3", path, "version of the stable ABI", claim, fact, certain=False
            )
