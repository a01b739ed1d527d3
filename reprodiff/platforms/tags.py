"""What the tags of a wheel promise.  Sources: PEP 425, PEP 600, PEP 656, PEP 427."""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

_LEGACY: Final = {"manylinux1": (2, 5), "manylinux2010": (2, 12), "manylinux2014": (2, 17)}
_LINUX: Final = re.compile(
    r"(?P<kind>manylinux|musllinux)_(?P<major>\d+)_(?P<minor>\d+)_(?P<arch>\w+)"
    r"|(?P<old>manylinux(?:1|2010|2014))_(?P<old_arch>\w+)|linux_(?P<plain>\w+)"
)
_MACOS: Final = re.compile(r"macosx_(?P<major>\d+)_(?P<minor>\d+)_(?P<arch>\w+)")
_UNIVERSAL: Final = {
    "universal2": ("x86_64", "arm64"),
    "universal": ("i386", "ppc", "x86_64", "ppc64"),
    "intel": ("i386", "x86_64"),
    "fat": ("i386", "ppc"),
    "fat3": ("i386", "ppc", "x86_64"),
    "fat64": ("ppc64", "x86_64"),
}


class Tag(NamedTuple):
    """One expanded tag of a wheel, and what its platform promises."""

    python: str
    abi: str
    platform: str
    system: str
    """``manylinux``, ``musllinux``, ``linux``, ``macos``, ``windows``, ``any`` or ``other``."""
    version: str
    """Of glibc, musl or macOS, where the tag has one."""
    machines: tuple[str, ...]

    @property
    def cpython(self) -> str:
        """The version of CPython that the tag is for: ``3.11``; empty for any other."""
        found = re.fullmatch(r"cp(\d)(\d+)", self.python)
        return f"{found[1]}.{found[2]}" if found else ""


def read_tag(text: str) -> Tag | None:
    """Return what a tag promises, ``None`` if it does not have three parts."""
    parts = text.split("-")
    if len(parts) != 3:
        return None
    python, abi, platform = parts
    system, version, machines = _platform(platform)
    return Tag(python, abi, platform, system, version, machines)


def read_tags(texts: Iterable[str]) -> tuple[Tag, ...]:
    """Return what each tag promises; those that cannot be read are left out."""
    return tuple(tag for text in texts if (tag := read_tag(text)) is not None)


def newer_name(platform: str) -> str:
    """Return a platform tag under the newer name of its policy: manylinux2014 is 2_17."""
    found = _LINUX.fullmatch(platform)
    if found is None or not found["old"]:
        return platform
    major, minor = _LEGACY[found["old"]]
    return f"manylinux_{major}_{minor}_{found['old_arch']}"


def _platform(text: str) -> tuple[str, str, tuple[str, ...]]:
    if text == "any":
        return "any", "", ()
    if text.startswith("win"):
        return "windows", "", (text,)
    if found := _MACOS.fullmatch(text):
        arch = found["arch"]
        return "macos", f"{found['major']}.{found['minor']}", _UNIVERSAL.get(arch, (arch,))
    found = _LINUX.fullmatch(text)
    if found is None:
        return "other", "", ()
    if found["plain"]:
        return "linux", "", _linux(found["plain"])
    if found["old"]:
        major, minor = _LEGACY[found["old"]]
        return "manylinux", f"{major}.{minor}", _linux(found["old_arch"])
    return found["kind"], f"{found['major']}.{found['minor']}", _linux(found["arch"])


def _linux(machine: str) -> tuple[str, ...]:
    """Return a processor as ELF files can tell it: not which of its family."""
    return (_FAMILIES.get(machine, machine),)


_FAMILIES: Final = {
    **dict.fromkeys(("armv6l", "armv8l", "arm"), "armv7l"),
    **dict.fromkeys(("i386", "i486", "i586"), "i686"),
}
