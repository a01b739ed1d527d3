"""Names that a canonical archive may have: those that mean one thing to every reader."""

from collections.abc import Iterable, Iterator

from reprodiff.normalize.rules import Reasons
from reprodiff.text import name as shown


def complaint(name: bytes) -> str:
    """Say what is wrong with the name of a file or directory, ``""`` if nothing is.

    A directory's name is given without the slash at its end.
    """
    if not name:
        return "a member has no name"
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return "a name is not UTF-8"
    if any(byte < 0x20 or byte == 0x7F for byte in name):
        return "a name has a control character"
    if b"\\" in name or name[1:2] == b":":
        return "a name has a backslash or a drive letter, which act on Windows"
    if name.startswith(b"/"):
        return "a path is absolute"
    parts = name.split(b"/")
    if b".." in parts:
        return "a path leads out of the archive"
    if b"" in parts or b"." in parts:
        return "a path has an empty or '.' part, which some readers take out"
    return ""


def leads_out(name: bytes, target: bytes) -> bool:
    """Whether a symbolic link called ``name`` leads out of the archive, or has no clear target."""
    if target.startswith(b"/") or complaint(target.replace(b"/", b"") or b"/"):
        return True
    depth = name.count(b"/")
    for part in target.split(b"/"):
        depth += -1 if part == b".." else part not in {b"", b"."}
        if depth < 0:
            return True
    return False


def parents(name: bytes) -> Iterator[bytes]:
    """Yield the directories that ``name`` lies in, the innermost first."""
    while (at := name.rfind(b"/")) > 0:
        name = name[:at]
        yield name


def check_clashes(files: Iterable[bytes], links: set[bytes], reasons: Reasons) -> set[bytes]:
    """Add a reason for names that cannot stand beside each other; return all directories.

    ``files`` are the names of all that is no directory, ``links`` those of symbolic links.
    """
    held = set(files)
    directories: set[bytes] = set()
    for name in sorted(held):
        for parent in parents(name):
            if parent in links:
                reasons.add("a path leads through a symbolic link", shown(name))
            elif parent in held:
                reasons.add("a name is both a file and a directory", shown(parent))
            if parent in directories:
                break
            directories.add(parent)
    return directories
