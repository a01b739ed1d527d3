"""Which platform policies a set of ELF files meets: manylinux and musllinux.

The data is in ``policies.json``; see there for where it comes from.  A policy names the symbol
versions and the libraries that a wheel may expect of a system, and symbols it may not use.
musl does not version its symbols, so that binaries cannot tell one musllinux policy from another.

Sources: PEP 513, PEP 571, PEP 599, PEP 600, PEP 656.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from reprodiff.platforms.native import Native, Need
from reprodiff.records import dataclass

LOADERS: Final = re.compile(r"ld-linux.*|ld64\.so\.[12]|ld-musl-.*")
"""The loader itself, which every system has."""

IT: Final = "the file"
"""How a file is called that is an artifact by itself."""

_MUSL: Final = re.compile(r"libc\.musl-.*\.so\.1")


@dataclass(frozen=True, slots=True)
class Policy:
    """One policy for one architecture."""

    name: str
    """With the architecture, as in a platform tag: ``manylinux_2_17_x86_64``."""
    alias: str
    """The older name of it, or nothing: ``manylinux2014_x86_64``."""
    versions: Mapping[str, frozenset[str]]
    """Allowed versions by family."""
    libraries: frozenset[str]
    forbidden: Mapping[str, frozenset[str]]
    """Symbols that may not be used, by the library they would come from."""


class Met(NamedTuple):
    """The strictest policy that is met; ``policy`` is None if there is none."""

    policy: Policy | None
    reasons: tuple[str, ...]
    """Why the next stricter one is not met, or none at all; not safe to print."""


@cache
def _data() -> Mapping[str, Sequence[Mapping[str, object]]]:
    text = files("reprodiff.platforms").joinpath("policies.json").read_text(encoding="utf-8")
    document: Mapping[str, Sequence[Mapping[str, object]]] = json.loads(text)
    return document


@cache
def policies(libc: str, machine: str) -> tuple[Policy, ...]:
    """Return the policies for a C library (``glibc``, ``musl``) and a machine, strictest first."""
    key = {"glibc": "manylinux", "musl": "musllinux"}.get(libc)
    if key is None:
        return ()
    found: list[Policy] = []
    versions: dict[str, frozenset[str]] = {}
    libraries: frozenset[str] = frozenset()
    forbidden: dict[str, frozenset[str]] = {}
    for entry in _data()[key]:
        adds = _mapping(entry["adds"]).get(machine)
        for family, more in _mapping(adds or {}).items():
            versions[family] = versions.get(family, frozenset()) | _names(more)
        libraries |= _names(entry["libraries"])
        if "forbidden" in entry:
            named = _mapping(entry["forbidden"])
            forbidden = {library: _names(symbols) for library, symbols in named.items()}
        if machine in _names(entry["architectures"]):
            alias = str(entry["alias"])
            found.append(
                Policy(
                    f"{entry['name']}_{machine}",
                    f"{alias}_{machine}" if alias else "",
                    dict(versions),
                    libraries,
                    forbidden,
                )
            )
    return tuple(found)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _names(value: object) -> frozenset[str]:
    return frozenset(map(str, value)) if isinstance(value, Iterable) else frozenset()


def named(name: str) -> Policy | None:
    """Return the policy of a platform tag, by its name or its older one."""
    found = re.fullmatch(r"(many|musl)linux(?:_\d+_\d+|1|2010|2014)_(\w+)", name)
    if found is None:
        return None
    libc = "glibc" if found[1] == "many" else "musl"
    known = policies(libc, found[2])
    return next((policy for policy in known if name in {policy.name, policy.alias}), None)


class Wanted(NamedTuple):
    """What a set of files wants of the system."""

    natives: Mapping[str, Native]
    """By path."""
    external: Mapping[str, frozenset[str]]
    """Libraries that are not brought along, and who needs them, by library."""
    loose: Mapping[str, frozenset[str]]
    """The same for those that are there, but not where the loader looks for them."""


def breaches(policy: Policy, wanted: Wanted) -> list[str]:
    """Return what of ``wanted`` a policy does not allow, one sentence each."""
    found: dict[str, None] = {}
    for path, native in wanted.natives.items():
        for need in native.needs:
            if not _allowed(policy, need):
                found.setdefault(f"{path or IT} needs {said(need)}")
        found.update(dict.fromkeys(_forbidden(policy, path, native)))
    for library, paths in wanted.external.items():
        if library not in policy.libraries and not _MUSL.fullmatch(library):
            found.setdefault(f"{min(paths) or IT} needs {library}, which it does not bring along")
    for library, paths in wanted.loose.items():
        found.setdefault(f"{min(paths) or IT} needs {library}, which is not where the loader looks")
    for path, native in wanted.natives.items():
        if native.isa:
            found.setdefault(f"{path or IT} needs a processor of x86-64-{native.isa}")
        if "PyFPE_jbuf" in native.imports:
            found.setdefault(f"{path or IT} needs a Python built with --with-fpectl (PyFPE_jbuf)")
    return list(found)


def said(need: Need) -> str:
    """Return a need in words: symbol, version and library."""
    symbol = f"{need.symbol}@" if need.symbol else ""
    return f"{symbol}{need.version} of {need.library}"


def _allowed(policy: Policy, need: Need) -> bool:
    family, _, version = need.version.partition("_")
    if need.weak or LOADERS.fullmatch(need.library) or family not in policy.versions:
        return True
    return version in policy.versions[family]


def _forbidden(policy: Policy, path: str, native: Native) -> Iterable[str]:
    for library in native.needed:
        for symbol in sorted(policy.forbidden.get(library, frozenset()) & native.imports):
            yield f"{path or IT} uses {symbol} of {library}, which not every system has"


def meets(libc: str, machine: str, wanted: Wanted) -> Met:
    """Return the strictest policy that ``wanted`` meets."""
    before: list[str] = []
    for policy in policies(libc, machine):
        wrong = breaches(policy, wanted)
        if not wrong:
            return Met(policy, tuple(before))
        before = wrong
    return Met(None, tuple(before))
