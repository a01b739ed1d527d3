"""The table "what changed for the people who install it": B instead of A."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from reprodiff.drift import BundledLibrary, PlatformChange
from reprodiff.model import Severity
from reprodiff.platforms.contradictions import abi3_floor, claims_abi3
from reprodiff.platforms.names import is_vendored
from reprodiff.platforms.native import Native
from reprodiff.platforms.policies import IT
from reprodiff.platforms.sides import SideFacts, wheel_needs
from reprodiff.platforms.systems import CXXABI, GLIBCXX, MACOS, VISUAL_CPP, key, left_behind
from reprodiff.platforms.tagrows import Row, listed, tag_rows
from reprodiff.platforms.versions import KNOWN, projects
from reprodiff.text import plain

_FAMILIES: Final = {
    "GLIBC": ("libc", "glibc needed"),
    "GLIBCXX": ("symbols", "libstdc++ (GLIBCXX)"),
    "CXXABI": ("symbols", "C++ runtime (CXXABI)"),
    "GCC": ("symbols", "libgcc (GCC)"),
    "ZLIB": ("symbols", "zlib of the system (ZLIB)"),
    "LIBATOMIC": ("symbols", "libatomic"),
}


def rows(
    a: SideFacts, b: SideFacts, libraries: Iterable[BundledLibrary]
) -> tuple[PlatformChange, ...]:
    """Return what changed, what decides whether it installs at all first."""
    return tuple(
        PlatformChange(kind, plain(subject), plain(one), plain(two), plain(effect), severity)
        for kind, subject, one, two, effect, severity in (
            *tag_rows(a, b),
            *_machines(a, b),
            *_policy(a, b),
            *_needs(a, b),
            *_systems(a, b),
            *_abi3(a, b),
            *_purelib(a, b),
            *_libraries(
                libraries, alike=not elsewhere(a, b) and (not a.machine or comparable(a, b))
            ),
            *_linked(a, b),
        )
    )


_PROCESSORS: Final = {
    "win_amd64": "x86_64",
    "win32": "i686",
    "win_arm64": "aarch64",
    "arm64": "aarch64",
}
"""Names that Windows and macOS have for the processors of Linux."""


def _machines(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    one, two = (
        sorted({machine for native in side.natives.values() for machine in native.machines})
        for side in (a, b)
    )
    if {_PROCESSORS.get(name, name) for name in one} == {_PROCESSORS.get(n, n) for n in two}:
        return  # one processor under the names of two systems
    if one != two and one and two:
        lost = [name for name in one if name not in two]
        gained = [name for name in two if name not in one]
        effect = f"B has nothing for {listed(lost)}." if lost else f"B also has {listed(gained)}."
        yield "machine", "processors", listed(one), listed(two), effect, Severity.REVIEW
    elif bool(one) != bool(two):
        effect = "B has compiled code, A has none." if two else "A has compiled code, B has none."
        yield "machine", "compiled code", listed(one), listed(two), effect, Severity.REVIEW


def comparable(a: SideFacts, b: SideFacts) -> bool:
    """Whether versions of system libraries can be compared: one processor, one C library."""
    return bool(a.machine) and a.machine == b.machine and bool(a.libc) and a.libc == b.libc


def elsewhere(a: SideFacts, b: SideFacts) -> bool:
    """Whether two sides are for two processors or C libraries: all was built for each of them."""
    one, two = ({m for n in side.natives.values() for m in n.machines} for side in (a, b))
    return bool(one and two and one.isdisjoint(two)) or bool(a.libc and b.libc and a.libc != b.libc)


def _policy(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    if not comparable(a, b) or a.policy == b.policy:
        return
    if b.policy.startswith("linux_"):
        effect = f"B meets no policy: {_first(b.met.reasons)}."
    elif a.policy.startswith("linux_"):
        effect = f"B meets a policy, A met none: {_first(a.met.reasons)}."
    elif _level(a.policy) < _level(b.policy):
        effect = f"B could not be tagged {a.policy}: {_first(b.met.reasons)}."
    else:
        effect = f"B could be tagged {b.policy}, A could not."
    yield "policy", "policy that the binaries meet", a.policy, b.policy, effect, Severity.REVIEW


def _first(reasons: tuple[str, ...]) -> str:
    more = f" (and {len(reasons) - 1} more)" if len(reasons) > 1 else ""
    return f"{reasons[0]}{more}" if reasons else "nothing tells why"


def _level(policy: str) -> tuple[int, ...]:
    return tuple(int(part) for part in policy.split("_") if part.isdigit())


def _needs(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    one, two = wheel_needs(a), wheel_needs(b)
    for family in sorted({*one, *two}, key=lambda name: (name != "GLIBC", name)):
        old, new = one.get(family, ""), two.get(family, "")
        if old == new:
            continue
        if family.startswith(("macOS", "Windows")):
            if old and new:
                yield _floor(family, old, new)
            continue
        if not comparable(a, b):
            continue
        kind, subject = _FAMILIES.get(family, ("symbols", f"versions of {family}"))
        effect = _effect(family, old, new)
        if new and key(new) > key(old):
            effect += _because(b, f"{family}_{new}")
        yield kind, subject, old, new, effect, Severity.REVIEW
    if a.libc and b.libc and a.libc != b.libc:
        effect = f"B runs on systems with {b.libc} only, A on those with {a.libc}."
        yield "libc", "C library", a.libc, b.libc, effect, Severity.REVIEW


def _because(side: SideFacts, version: str) -> str:
    """Return who needs a version, and for which symbols, as a sentence behind another."""
    users: dict[str, list[str]] = {}
    for path, native in side.natives.items():
        for need in native.needs:
            if need.version == version and not need.weak and need.symbol:
                users.setdefault(path.rpartition("/")[2] or IT, []).append(need.symbol)
    if not users:
        return ""
    first = min(users)
    more = f" and {len(users) - 1} more" if len(users) > 1 else ""
    verb = "need" if more else "needs"
    return f" {first}{more} {verb} {listed(sorted(users[first]), 3)}."


def _effect(family: str, old: str, new: str) -> str:
    """Return what another ceiling of symbol versions means."""
    if not new:
        return "B needs none of these versions any more."
    if family == "GLIBC":
        if old and key(new) < key(old):
            more = left_behind(new, old)
            return "B runs on older systems too" + (f": {listed(more)}." if more else ".")
        gone = left_behind(old, new)
        return (
            f"B no longer loads on {listed(gone)}."
            if gone
            else f"B no longer loads where glibc is older than {new}."
        )
    release = {"GLIBCXX": GLIBCXX, "CXXABI": CXXABI}.get(family, {}).get(new, "")
    if release:
        return f"B needs libstdc++ of GCC {release} or later."
    if family == "GCC":
        return f"B needs libgcc of GCC {new} or later."
    if not old:
        return f"B needs {family}_{new}, A needs none of these versions."
    if old and key(new) < key(old):
        return f"B is content with {family}_{new}."
    return f"B needs {family}_{new}, which older systems lack."


def _floor(family: str, old: str, new: str) -> Row:
    """Return the row on the oldest macOS or Windows that binaries are built for."""
    system = family.partition(" ")[0]
    kind = system.lower()
    if key(new) > key(old):
        lost = [v for v in MACOS if kind == "macos" and key(old) <= key(v) < key(new)]
        effect = f"B was not built for {system} older than {new}"
        span = f"{lost[0]} to {lost[-1]}" if len(lost) > 2 else " and ".join(lost)
        effect += f": {span} {'is' if len(lost) == 1 else 'are'} left out." if lost else "."
    else:
        effect = f"B was built for {system} {new} and later, A for {old} and later."
    subject = f"oldest {family.replace(' ', ' on ')}"
    return kind, subject, old, new, effect, Severity.REVIEW


def system_libraries(side: SideFacts) -> dict[str, frozenset[str]]:
    """Return the libraries that a side needs of the system, and who needs them."""
    return dict(side.links.external)


def _systems(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    one, two = system_libraries(a), system_libraries(b)
    if not same_system(a, b):
        return
    for name in sorted({*one, *two}):
        if (name in one) == (name in two) or is_everywhere(name):
            continue
        users = listed([path or IT for path in sorted(one.get(name) or two[name])], 2)
        kind = "windows" if name in VISUAL_CPP else "system-library"
        short = name.rpartition("/")[2]
        what = f"{short} ({VISUAL_CPP[name]})" if name in VISUAL_CPP else short
        effect = (
            f"B needs {what} on the system, for {users}."
            if name in two
            else f"B does not need {short} of the system any more."
        )
        mark = ("needed", "") if name in one else ("", "needed")
        yield kind, f"{short} of the system", *mark, effect, Severity.REVIEW


def is_everywhere(name: str) -> bool:
    """Whether a library is on every system of its kind, or is Python's own.

    Python's own on Windows goes with the interpreter tag.
    """
    return bool(_EVERYWHERE.fullmatch(name))


_EVERYWHERE: Final = re.compile(
    r"lib(?:c|m|pthread|dl|rt|util|resolv|anl)\.so\.\d"
    r"|/usr/lib/libSystem\.B\.dylib"
    r"|(?:kernel32|ntdll|user32|advapi32)\.dll|api-ms-win-[\w-]+\.dll|python3\d*t?(?:_d)?\.dll"
)


def same_system(a: SideFacts, b: SideFacts) -> bool:
    """Whether two sides are for one kind of system, so that their libraries can be compared."""
    one, two = ({native.format for native in side.natives.values()} for side in (a, b))
    return one == two and a.libc == b.libc


def _abi3(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    one, two = (
        any(claims_abi3(side, path, native) for path, native in side.natives.items())
        for side in (a, b)
    )
    if one != two:
        effect = (
            f"B claims to run on CPython {abi3_floor(b) or '3.2'} and later, A on one version."
            if two
            else "B runs on one version of CPython, A claimed all from its floor on."
        )
        marks = ("abi3" if one else "one version", "abi3" if two else "one version")
        yield "abi3", "stable ABI", *marks, effect, Severity.REVIEW


def _purelib(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    one, two = a.recorded.purelib, b.recorded.purelib
    if one and two and one != two:
        effect = "Installers put B into another directory where pure and platform files go apart."
        yield "purelib", "Root-Is-Purelib", one, two, effect, Severity.REVIEW


def _libraries(libraries: Iterable[BundledLibrary], *, alike: bool) -> Iterator[Row]:
    """One row for each library, but one for all those of one project and change."""
    groups: dict[tuple[str, str, str, str], list[BundledLibrary]] = {}
    for library in libraries:
        if library.change not in {"updated", "added", "dropped"}:
            continue
        project = _project(library)
        versions = (library.version_a, library.version_b)
        if not project and library.change != "updated":
            key_of = (library.change, "", "", "")
        else:
            key_of = (library.change, project or library.name, *versions)
        groups.setdefault(key_of, []).append(library)
    for (change, name, one, two), group in groups.items():
        names = listed(sorted({library.name for library in group}))
        subject = f"{name} ({names})" if name and names != name else names
        if change == "updated":
            effect = f"B brings along another version of {name}."
            yield "library", subject, one, two, effect, Severity.REVIEW
        elif change == "added":
            effect = f"B brings {names} along, A does not."
            yield "library", subject, "", two or "bundled", effect, Severity.REVIEW
        else:
            effect = f"B does not bring {names} along any more."
            yield "library", subject, one or "bundled", "", effect, Severity.REVIEW
    if not alike:
        return  # of course they were built again for another system
    # What the project's own libraries differ in is told by their bytes.
    rest = [each for each in libraries if is_vendored(each.path_a)]
    for change, said in (
        ("changed", "Other code, and no word of a version"),
        ("rebuilt", "The same version, built again"),
        ("patched", "The same file, edited in another way after it was linked"),
        ("same-code", "Equal code and constants, in another file"),
    ):
        named_here = [each.name for each in rest if each.change == change]
        if named_here:
            count = (
                f"{len(named_here)} bundled {'library' if len(named_here) == 1 else 'libraries'}"
            )
            effect = f"{said}: {listed(named_here)}."
            what = "with equal code" if change == "same-code" else change
            yield "library", f"{count} {what}", "", "", effect, Severity.REVIEW


def _project(library: BundledLibrary) -> str:
    return next(iter(projects(library.name)), "")


def _linked(a: SideFacts, b: SideFacts) -> Iterator[Row]:
    """Rows on what is linked into modules: projects that modules name with another version."""
    one, two = _inside(a.natives), _inside(b.natives)
    for known in KNOWN:
        old, new = one.get(known.project, set()), two.get(known.project, set())
        if len(old) == len(new) == 1 and old != new:
            (before,), (after,) = old, new
            effect = f"B has {known.project} {after} linked into its modules, A {before}."
            yield "library", f"{known.project} (linked in)", before, after, effect, Severity.REVIEW


def _inside(natives: Mapping[str, Native]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for native in natives.values():
        if native.init:
            for project, version in native.versions.items():
                found.setdefault(project, set()).add(version)
    return found
