"""Mode bits and owners: a umask, a policy, an executable bit."""

import stat
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import ArtifactKind, Category, Confidence, Difference, Severity

_MODE_SOURCES: Final = (
    "APPNOTE.TXT 4.4.15 (external file attributes)",
    "https://github.com/pypa/wheel/issues/362",
    "https://github.com/pypa/auditwheel/issues/578",
)

UMASK: Final = Cause(
    id="mode-umask",
    category=Category.PERMISSIONS,
    severity=Severity.BENIGN,
    title="read and write bits follow a umask",
    blame=Blame.LEAF,
    doc=Doc(
        what="Permission bits differ by one mask over all members that differ: what one side has "
        "more, a umask took from the other. Whether a file is executable is the same.",
        recognised="One mask m gives every differing mode of one side from the other's "
        "(mode & ~m), and takes nothing from the owner; the owner's execute bit is equal "
        "everywhere, and no execute bit stands without it.",
        why="The backend copies the modes of the checkout, and those follow the umask at the time "
        "of the clone; files it generates follow the umask of the build. setuptools, "
        "meson-python, scikit-build-core, delvewheel and delocate do so, auditwheel for the "
        "directories it makes.",
        fix=(
            (
                "any",
                (
                    "`umask 022` before the clone and before the build, and "
                    "`chmod -R u=rwX,go=rX .` on the sources"
                ),
            ),
            ("scikit-build-core", "`wheel.reproducible = true` (1.0 or later)"),
            ("flit", "flit_core 0.12 or later writes 644 and 755"),
            (
                "hatchling, poetry-core, pdm-backend, uv_build, maturin",
                "they write 644 and 755 by themselves",
            ),
        ),
        mistaken_for="A lost executable bit, which is never part of this finding. Members with a "
        "constant mode (setuptools writes RECORD as 0o664) do not take part.",
        sources=_MODE_SOURCES,
    ),
)

POLICY: Final = Cause(
    id="mode-policy",
    category=Category.PERMISSIONS,
    severity=Severity.BENIGN,
    title="read and write bits set by another policy",
    blame=Blame.LEAF,
    doc=Doc(
        what="Read and write bits differ, but by no single mask: one side's tool sets them its own "
        "way. Whether a file is executable is the same on both sides.",
        recognised="Only read and write bits, or execute bits of group and others that follow the "
        "owner's, differ, and the set-group-id bit of directories, which they inherit; the owner's "
        "execute bit is equal everywhere. It is for review where a tar or a tree gives the owner "
        "no right to read a file or to enter a directory on one side.",
        why="Backends that normalise write 644 and 755, pdm-backend 600 for RECORD, meson-python "
        "664 for metadata; Windows reports 666 for every file.",
        fix=(("any", "build both sides with the same backend and version, on the same system"),),
        mistaken_for="A umask: that would take the same bits from every member.",
        sources=_MODE_SOURCES,
    ),
)

EXECUTABLE: Final = Cause(
    id="mode-executable",
    category=Category.PERMISSIONS,
    severity=Severity.REVIEW,
    title="a file is executable on one side only",
    blame=Blame.LEAF,
    doc=Doc(
        what="The executable bit differs. Installers keep it: the file can be run after one "
        "install and not after the other.",
        recognised="An execute bit is set on one side and none, or not the owner's, on the other.",
        why="A checkout without file modes (core.fileMode=false, Windows, a zip download of the "
        "repository), or a normaliser that forces 0644 on everything.",
        fix=(
            ("git", "git update-index --chmod=+x FILE"),
            ("any", "build on a system that has executable bits"),
            (
                "setuptools-reproducible",
                "do not use it for a package that ships executables: it writes 0644 for all",
            ),
        ),
        mistaken_for="A umask, which never takes the owner's execute bit alone.",
        sources=_MODE_SOURCES,
    ),
)

SPECIAL: Final = Cause(
    id="mode-special-bits",
    category=Category.PERMISSIONS,
    severity=Severity.ALARM,
    title="set-user-id, set-group-id or sticky bit differs",
    blame=Blame.LEAF,
    doc=Doc(
        what="A member has a set-user-id, set-group-id or sticky bit on one side only. No Python "
        "package needs one, and a set-user-id file runs with its owner's rights.",
        recognised="One of the mode bits 0o7000 differs; the set-group-id bit of a directory "
        "does not count, because directories inherit it.",
        why="A build directory with the set-group-id bit, or tampering.",
        fix=(("any", "chmod ug-s,-t FILE before the build; find out who set it"),),
        mistaken_for="Permission bits that follow a umask: a umask never touches these.",
        sources=("POSIX.1-2017 sys/stat.h",),
    ),
)

FILE_TYPE: Final = Cause(
    id="mode-without-file-type",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="file type missing from zip modes",
    blame=Blame.LEAF,
    doc=Doc(
        what="The upper bits of the mode say 'regular file' on one side and nothing on the other. "
        "The permission bits are equal, and the file is executable on neither side.",
        recognised="S_IFREG is set on one side, no type on the other; the low twelve bits are "
        "equal and hold no execute bit.",
        why="hatchling, poetry-core, pdm-backend and meson-python write generated members without "
        "the type; flit, uv_build, maturin and auditwheel write it.",
        fix=(("any", "pin the backend and the repair tool to the versions of the other side"),),
        mistaken_for="A loss of rights. For an executable member it would be one: pip sets the "
        "execute bit only where the type is there, and that is reported as an executable bit.",
        sources=_MODE_SOURCES,
    ),
)

OWNER: Final = Cause(
    id="member-owner",
    category=Category.OWNERSHIP,
    severity=Severity.BENIGN,
    title="user and group of the builder",
    blame=Blame.LEAF,
    doc=Doc(
        what="The recorded user or group differs. An installer that is not root cannot apply it, "
        "and pip and uv never do.",
        recognised="Only the fields uid, gid, uname, gname (tar), the extra field 0x7875 (zip) or "
        "the owner on disk differ.",
        why="The archive was written with the identity of whoever built it: setuptools and whey "
        "do so for sdists, Info-ZIP for zips.",
        fix=(
            ("setuptools", "setup.cfg: `[sdist]` with `owner = root` and `group = root`"),
            ("GNU tar", "--owner=0 --group=0 --numeric-owner"),
            ("Info-ZIP", "zip -X"),
            ("maturin", "1.10 or later writes none"),
        ),
        mistaken_for="A change of content. A user name can also differ under one uid: the "
        "builders' password files differ.",
        sources=("POSIX.1-2017 ustar interchange format", "Info-ZIP proginfo/extrafld.txt"),
    ),
)

_READ_WRITE: Final = 0o666


def _executable(mode: int) -> bool:
    """Whether an installer would make the file executable for its owner.

    pip looks for any execute bit on a member that says it is a regular file.
    """
    return bool(mode & 0o111)


def _follows_owner(mode: int) -> bool:
    """Whether group and others can execute only what the owner can."""
    return bool(mode & 0o100) or not mode & 0o011


def _modes(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    soft: list[Difference] = []
    groups: dict[str, list[Difference]] = {SPECIAL.id: [], EXECUTABLE.id: [], FILE_TYPE.id: []}
    for fact in facts:
        if isinstance(fact.a, int) and isinstance(fact.b, int):
            match _judge(fact.a, fact.b):
                case None:
                    continue
                case cause if cause is UMASK:
                    soft.append(fact)
                case cause:
                    groups[cause.id].append(fact)
    for cause in (SPECIAL, EXECUTABLE, FILE_TYPE):
        mine = groups[cause.id]
        if mine:
            yield Claim(cause, mine, explanation=_executable_text(mine, cause))
    if soft:
        yield from _soft(soft, scene)


def _judge(a: int, b: int) -> Cause | None:
    """Return the cause of one difference; ``UMASK`` stands for read and write bits alone.

    ``None`` is for file types other than 'regular' against 'none', and for numbers that are no
    modes: not a matter of permissions.
    """
    if min(a, b) < 0 or max(a, b) > 0xFFFF:
        return None
    type_a, type_b = stat.S_IFMT(a), stat.S_IFMT(b)
    if type_a != type_b and {type_a, type_b} != {0, stat.S_IFREG}:
        return None
    if (a ^ b) & (0o5000 if type_a == stat.S_IFDIR else 0o7000):
        return SPECIAL
    if type_a != stat.S_IFDIR:
        if _executable(a) != _executable(b) or (a ^ b) & 0o100:
            return EXECUTABLE
        if type_a != type_b and _executable(a):
            return EXECUTABLE
        if not _follows_owner(a) or not _follows_owner(b):
            return EXECUTABLE
    if type_a != type_b:
        return FILE_TYPE if (a ^ b) & 0o7777 == 0 else UMASK
    return UMASK


def _executable_text(facts: Sequence[Difference], cause: Cause) -> str:
    if cause is not EXECUTABLE:
        return ""
    gained = sum(_executable(int(f.b or 0)) and not _executable(int(f.a or 0)) for f in facts)  # type: ignore[arg-type]
    lost = sum(_executable(int(f.a or 0)) and not _executable(int(f.b or 0)) for f in facts)  # type: ignore[arg-type]
    return f"Executable only in A: {lost}; only in B: {gained}." if gained or lost else ""


def _soft(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    modes = [(_bits(fact.a), _bits(fact.b)) for fact in facts]
    evidence = _common(modes)
    mask = 0
    for a, b in modes:
        mask |= a & ~b
    forward = all(b == a & ~mask for a, b in modes)
    back = 0
    for a, b in modes:
        back |= b & ~a
    backward = all(a == b & ~back for a, b in modes)
    # Nobody's umask takes rights from the owner.
    if (forward and 0 < mask <= 0o077) or (backward and 0 < back <= 0o077):
        forward = forward and 0 < mask <= 0o077
        bits = mask if forward else back
        side = "B" if forward else "A"
        yield Claim(
            UMASK,
            facts,
            severity=_severity(facts, scene),
            explanation=f"A umask with {bits:#05o} more on side {side} gives every differing mode.",
            evidence=evidence,
        )
        return
    yield Claim(POLICY, facts, severity=_severity(facts, scene), evidence=evidence)


def _severity(facts: Sequence[Difference], scene: Scene) -> Severity | None:
    """A file on disk that others may write to on one side only is for a person to look at.

    So is what its owner may not read on one side, unless the mode is that of a zip: who unpacks
    one gives the rights himself.
    """
    trees = scene.a.info.kind is ArtifactKind.TREE
    if trees and any((_bits(f.a) ^ _bits(f.b)) & 0o002 for f in facts):
        return Severity.REVIEW
    if any(_closed(f) for f in facts):
        return Severity.REVIEW
    return None


def _closed(fact: Difference) -> bool:
    """Whether one side keeps the owner out of a file or directory."""
    if fact.what == "zip.mode" or not isinstance(fact.a, int) or not isinstance(fact.b, int):
        return False
    entered = 0o500 if stat.S_ISDIR(fact.a) else 0o400
    return bool((fact.a ^ fact.b) & entered)


def _bits(value: object) -> int:
    return value & 0o777 if isinstance(value, int) else 0


def _common(modes: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    # All are sorted: to find the first four otherwise, a module is loaded.
    counts = Counter(modes).most_common()[:4]
    return tuple(f"{a:04o} in A, {b:04o} in B: {n} members" for (a, b), n in counts)


_LAST_ID: Final = 0xFFFFFFFF


def _is_owner(fact: Difference) -> bool:
    """Whether both sides have a user or group: numbers that a system has, or anything by name."""
    if fact.what not in {"tar.uid", "tar.gid"}:
        return True
    return all(isinstance(value, int) and 0 <= value <= _LAST_ID for value in (fact.a, fact.b))


def _owner(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    mine = [fact for fact in facts if _is_owner(fact)]
    if not mine:
        return
    owners = Counter((fact.inside, str(fact.a), str(fact.b)) for fact in mine)
    evidence = tuple(
        f"{inside}: {a} in A, {b} in B ({n})" for (inside, a, b), n in sorted(owners.items())[:4]
    )
    yield Claim(OWNER, mine, Confidence.PROVEN, evidence=evidence)


RULES: Final = (
    Rule(
        "modes",
        (UMASK, POLICY, EXECUTABLE, SPECIAL, FILE_TYPE),
        ("zip.mode", "tar.mode", "tree.mode", "member.mode"),
        21,
        _modes,
    ),
    Rule(
        "owners",
        (OWNER,),
        (
            *("tar.uid", "tar.gid", "tar.uname", "tar.gname", "zip.extra-owner"),
            *("tar.pax.uid", "tar.pax.gid", "tar.pax.uname", "tar.pax.gname"),
            *("tree.uid", "tree.gid", "tree.uname", "tree.gname"),
        ),
        22,
        _owner,
    ),
)
