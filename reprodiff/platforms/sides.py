"""One side: its tags, what WHEEL says, its native files and how they need each other."""

from collections.abc import Mapping
from typing import NamedTuple

from reprodiff.model import ArtifactInfo
from reprodiff.platforms.native import Native
from reprodiff.platforms.policies import Met, Wanted, meets
from reprodiff.platforms.recorded import Recorded
from reprodiff.platforms.resolve import Links, link
from reprodiff.platforms.systems import highest
from reprodiff.platforms.tags import Tag, read_tags


class SideFacts(NamedTuple):
    """All that is known of one side."""

    names: tuple[str, ...]
    """The tags in the file name."""
    tags: tuple[Tag, ...]
    """The same, taken apart; those of WHEEL where the name has none."""
    recorded: Recorded
    natives: Mapping[str, Native]
    links: Links
    machine: str
    """Of all its ELF files, where they agree."""
    libc: str
    met: Met

    @property
    def policy(self) -> str:
        """The strictest platform tag that the binaries meet; empty where there is no ELF file."""
        if not self.machine or not self.libc:
            return ""
        if self.met.policy is None:
            return f"linux_{self.machine}"
        return f"musllinux_{self.machine}" if self.libc == "musl" else self.met.policy.name


def wanted(natives: Mapping[str, Native], links: Links) -> Wanted:
    """Return what some of the files that ``links`` are about want of the system."""
    external, loose = (
        {name: paths & natives.keys() for name, paths in found.items() if paths & natives.keys()}
        for found in (links.external, links.loose)
    )
    return Wanted(natives, external, loose)


def side_facts(info: ArtifactInfo, said: Recorded, natives: Mapping[str, Native]) -> SideFacts:
    """Put together what is known of one side."""
    elves = {path: native for path, native in natives.items() if native.format == "elf"}
    links = link(natives)
    # Files that are not for the processor of the modules are data to them (kernels, firmware).
    first = [native for native in elves.values() if native.init] or list(elves.values())
    machines = {machine for native in first for machine in native.machines}
    # A module may need a library of its own alone, which needs the C library in its turn.
    libcs = {native.libc for native in first if native.libc} or {
        native.libc for native in elves.values() if native.libc
    }
    machine = machines.pop() if len(machines) == 1 else ""
    libc = libcs.pop() if len(libcs) == 1 else ""
    mine = {path: native for path, native in elves.items() if machine in native.machines}
    met = meets(libc, machine, wanted(mine, links)) if mine else Met(None, ())
    return SideFacts(
        info.tags,
        read_tags(info.tags or said.tags),
        said,
        natives,
        links,
        machine,
        libc,
        met,
    )


def needs(native: Native, links: Links | None = None) -> dict[str, str]:
    """Return the highest version a file needs by family, of libraries that come with the system.

    Without ``links`` those of bundled libraries are there as well.
    """
    families: dict[str, list[str]] = {}
    for need in native.needs:
        family, sep, version = need.version.partition("_")
        outside = links is None or need.library in links.external
        if sep and version[:1].isdigit() and outside and not need.weak:
            families.setdefault(family, []).append(version)
    found = {family: highest(versions) for family, versions in sorted(families.items())}
    if native.format == "macho":
        found |= {f"macOS {machine}": floor for machine, floor in native.floors.items() if floor}
    elif native.format == "pe":
        found["Windows"] = highest(native.floors.values())
    return found


def wheel_needs(side: SideFacts) -> dict[str, str]:
    """Return the highest version that any file of a side needs, by family."""
    families: dict[str, list[str]] = {}
    for native in side.natives.values():
        for family, version in needs(native, side.links).items():
            families.setdefault(family, []).append(version)
    return {family: highest(families[family]) for family in sorted(families)}
