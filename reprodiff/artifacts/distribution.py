"""Where one distribution of an installed tree lies, and where a wheel's files are installed to.

Names are those of members, ``/`` between the parts.  Nothing here looks at a disk.
"""

import re
from collections.abc import Iterable, Iterator
from posixpath import join, normpath
from typing import Final

from reprodiff.errors import InputError
from reprodiff.formats.parsing.archivenames import canonical_name, canonical_version
from reprodiff.records import dataclass
from reprodiff.text import plain

_INFO: Final = re.compile(
    r"(?P<info>(?:(?P<site>.*)/)?(?P<name>[^/-]+)-(?P<version>[^/-]+)\.dist-info)/[^/]+"
)
_SITES: Final = frozenset({"site-packages", "dist-packages"})
# Where a site directory lies below its prefix (sysconfig's schemes posix_prefix, venv, nt; Debian).
_BELOW_PREFIX: Final = re.compile(
    r"(?P<prefix>.*)/(?:[Ll]ib|lib64)/(?:(?P<python>(?:python|pypy)\d+\.\d+t?)/|python3/)?"
    r"(?:site|dist)-packages"
)


@dataclass(frozen=True, slots=True)
class Project:
    """A distribution as the names of its directories have it."""

    name: str
    version: str
    info: str
    """The dist-info directory: below the root of the wheel, or of the tree."""
    site: str = ""
    """The directory that the dist-info directory is in, ``""`` for the root."""

    @property
    def stem(self) -> str:
        """What dist-info and data directories begin with."""
        return self.info.rpartition("/")[2].removesuffix(".dist-info")

    @property
    def key(self) -> tuple[str, str]:
        """Name and version in one spelling."""
        return canonical_name(self.name), canonical_version(self.version)


def projects(paths: Iterable[str]) -> dict[str, Project]:
    """Return all distributions by their dist-info directory, in the order of the members."""
    found: dict[str, Project] = {}
    for path in paths:
        match = _INFO.fullmatch(path)
        if match and match["info"] not in found:
            found[match["info"]] = Project(
                match["name"], match["version"], match["info"], match["site"] or ""
            )
    return found


def find_project(wanted: Project, held: Iterable[Project], tree: str) -> Project:
    """Return the distribution of a tree that a wheel is compared with.

    Raises :class:`~reprodiff.errors.InputError` if the tree, shown as ``tree``, does not hold it,
    or holds it more than once.
    """
    name = plain(wanted.key[0], 80)
    version = plain(wanted.version, 80)
    same = [each for each in held if canonical_name(each.name) == wanted.key[0]]
    # Copies that other projects bring along lie deeper than what is installed.
    top = [each for each in same if not each.site or each.site.rpartition("/")[2] in _SITES]
    candidates = top or same
    found = [each for each in candidates if each.key == wanted.key]
    if len(found) == 1:
        return found[0]
    if found:
        places = " and ".join(sorted(f"'{plain(each.site or '.', 80)}'" for each in found[:4]))
        raise InputError(
            f"'{tree}' holds {name} {version} more than once: in {places}",
            "give one of these directories",
        )
    if candidates:
        others = ", ".join(sorted({plain(each.version, 40) for each in candidates[:4]}))
        raise InputError(
            f"'{tree}' holds {name} {others}, not {version}",
            "compare it with the wheel that was installed",
        )
    raise InputError(
        f"'{tree}' does not hold {name} {version}: it has no such .dist-info directory",
        "give the directory it is installed in: site-packages, or the top of an environment",
    )


@dataclass(frozen=True, slots=True)
class Scheme:
    """Absolute directories of an installation."""

    site: str
    prefix: str
    python: str = ""
    """``python3.11`` and the like where the site directory says so."""


def scheme(site: str) -> Scheme:
    """Return the scheme of an absolute site directory; one by itself is its own prefix."""
    found = _BELOW_PREFIX.fullmatch(site)
    if found is None:
        return Scheme(site, site)
    return Scheme(site, found["prefix"] or "/", found["python"] or "")


@dataclass(frozen=True, slots=True)
class Layout:
    """How names of a wheel and places on disk go together."""

    wheel: Project
    tree: Project
    scheme: Scheme
    headers: tuple[str, ...] = ()
    """Directories below ``include`` in which headers of Pythons are: ``site/python3.11``."""

    def places(self, name: str) -> Iterator[str]:
        """Yield where a member of the wheel may have been installed, the likeliest first."""
        site, prefix = self.scheme.site, self.scheme.prefix
        stem, _, rest = name.partition("/")
        if stem == self.wheel.info:
            yield join(site, self.tree.info.rpartition("/")[2], rest)
        elif stem == f"{self.wheel.stem}.data":
            kind, _, rest = rest.partition("/")
            match kind:
                case "purelib" | "platlib":
                    yield join(site, rest)
                    yield from self._twin(rest)
                case "scripts":
                    yield from (join(prefix, folder, rest) for folder in ("bin", "Scripts"))
                case "data":
                    yield join(prefix, rest)
                case "headers":
                    yield from self._headers(rest)
                case _:
                    pass
            yield join(site, name)  # unpacked, not installed
        else:
            yield join(site, name)
            yield from self._twin(name)

    def _twin(self, rest: str) -> Iterator[str]:
        """Systems with two library directories keep pure and native modules apart."""
        for one, other in (("lib64/", "lib/"), ("lib/", "lib64/")):
            below = inside(self.scheme.site, self.scheme.prefix)
            if below is not None and below.startswith(one):
                yield join(self.scheme.prefix, other + below[len(one) :], rest)

    def _headers(self, rest: str) -> Iterator[str]:
        own = [f"site/{self.scheme.python}", self.scheme.python] if self.scheme.python else []
        spelled = dict.fromkeys((self.wheel.name, canonical_name(self.wheel.name)))
        for folder in ("include", "Include"):
            for below in (*own, *self.headers, "site", ""):
                for name in spelled:
                    yield normpath(join(self.scheme.prefix, folder, below, name, rest))

    def name(self, place: str) -> str | None:
        """Return what a wheel would call a file at an absolute place, ``None`` if out of reach."""
        site, prefix = self.scheme.site, self.scheme.prefix
        data = f"{self.wheel.stem}.data"
        inner = inside(place, prefix)
        if inner is not None and (site == prefix or inside(place, site) is None):
            folder, _, script = inner.partition("/")
            if folder in {"bin", "Scripts"} and script and "/" not in script:
                return f"{data}/scripts/{script}"
        own = inside(place, site)
        if own is not None:
            info = self.tree.info.rpartition("/")[2] + "/"
            if own.startswith(info):
                return f"{self.wheel.info}/{own[len(info) :]}"
            return own
        return None if inner is None else f"{data}/data/{inner}"

    def listed(self, row: str) -> str | None:
        """Return the absolute place that a row of RECORD names, ``None`` if out of reach.

        pip moves what it installs with ``--target`` after it wrote RECORD, and rows for scripts
        keep the path they had before.
        """
        place = normpath(join(self.scheme.site, row))
        if inside(place, self.scheme.prefix) is not None:
            return place
        parts = row.split("/")
        while parts and parts[0] == "..":
            parts = parts[1:]
        if self.scheme.site != self.scheme.prefix or not parts or ".." in parts or row[:1] == "/":
            return None
        place = normpath(join(self.scheme.prefix, *parts))
        return place if inside(place, self.scheme.prefix) is not None else None


def inside(place: str, directory: str) -> str | None:
    """Return what ``place`` adds to ``directory``, ``None`` if it does not lie below it."""
    start = directory.rstrip("/") + "/"
    return place[len(start) :] if place.startswith(start) and len(place) > len(start) else None
