"""From a path, or from bytes inside another artifact, to an opened artifact.

What an input is, is decided by its bytes; its name decides only what it *should* be, so that a
broken download is refused with a reason instead of being compared as a heap of bytes.
"""

import os
import stat
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

from reprodiff.artifacts.ar import ArArtifact, is_ar
from reprodiff.artifacts.base import Artifact, Payload, Source
from reprodiff.artifacts.single import FileArtifact
from reprodiff.artifacts.tree import TreeArtifact, map_file
from reprodiff.errors import DamagedError, InputError, LimitError, ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import ArtifactKind, MemberType, Problem
from reprodiff.records import replace
from reprodiff.text import plain

ZIP_SUFFIXES: Final = (".whl", ".zip", ".egg", ".jar", ".npz", ".pyz")
TAR_SUFFIXES: Final = (
    *(".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz"),
    *(".tar.zst", ".tzst", ".tar.lzma"),
)
ARTIFACT_SUFFIXES: Final = (*ZIP_SUFFIXES, *TAR_SUFFIXES)

_SPECIAL: Final = (
    (stat.S_ISFIFO, "a fifo"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a character device"),
    (stat.S_ISBLK, "a block device"),
)


def open_artifact(path: str, limits: Limits) -> Artifact:
    """Open a wheel, an sdist, a tree, a wheelhouse, any zip or tar, or a single file.

    Raises :class:`~reprodiff.errors.InputError` with what is wrong and what to do where nothing
    of it can be read.  The caller closes the artifact.
    """
    shown = plain(path)
    try:
        found = os.stat(path)  # noqa: PTH116  (a path as typed, "" included)
    except OSError as error:
        raise InputError(f"cannot open '{shown}': {_reason(error)}", "check the path") from error
    except ValueError as error:
        raise InputError(f"cannot open '{shown}': not a path", "check the path") from error
    for test, what in _SPECIAL:
        if test(found.st_mode):
            raise InputError(
                f"cannot open '{shown}': it is {what}, not a file or directory",
                "give a wheel, an sdist, a directory or a file",
            )
    if stat.S_ISDIR(found.st_mode):
        return _open_directory(path, shown, limits)
    try:
        payload = map_file(path, shown, replace(limits, max_member_bytes=1 << 62))
    except ReprodiffError as error:
        raise InputError(str(error), error.hint or "check that you may read it") from error
    try:
        return _open_file(payload, shown, limits)
    except BaseException:
        payload.close()
        raise


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or directory"
    return (error.strerror or "the system refuses").lower()


def _open_directory(root: str, shown: str, limits: Limits) -> Artifact:
    try:
        names = sorted(os.listdir(root))  # noqa: PTH208
    except OSError as error:
        raise InputError(f"cannot list '{shown}': {_reason(error)}", "check its mode") from error
    if not names:
        raise InputError(f"'{shown}' is an empty directory", "give a tree with files in it")
    wheelhouse = any(name.endswith((".whl", ".tar.gz")) for name in names) and not any(
        name.endswith((".dist-info", ".egg-info")) for name in names
    )
    kind = ArtifactKind.WHEELHOUSE if wheelhouse else ArtifactKind.TREE
    from pathlib import Path  # noqa: PLC0415 - a report on two files has no use for it

    return TreeArtifact(Path(root), shown, limits, kind)


def _open_file(payload: Payload, shown: str, limits: Limits) -> Artifact:
    source = Source(payload.view, shown, limits)
    lower = shown.lower()
    if not len(source.data) and lower.endswith(ARTIFACT_SUFFIXES):
        raise InputError(f"'{shown}' is empty", "build or download it again")
    artifact = open_bytes(source, strict=lower.endswith(ARTIFACT_SUFFIXES))
    # A compressed file with no archive in it is a single file too.
    if lower.endswith(ARTIFACT_SUFFIXES) and artifact.kind is ArtifactKind.FILE:
        artifact.close()
        wanted = "zip" if lower.endswith(ZIP_SUFFIXES) else "tar"
        raise InputError(
            f"'{shown}' is not a {wanted} archive, though its name says so",
            "check the download; rename it to compare it as a plain file",
        )
    artifact.holds(payload)
    return artifact


def open_bytes(source: Source, *, strict: bool = False) -> Artifact:
    """Open bytes as what they are; bytes that are no container become a single file.

    With ``strict`` a container that cannot be read at all raises
    :class:`~reprodiff.errors.InputError`; without, it is a single file too.
    """
    opener = _opener(source.data, source.path)
    if opener is None:
        return FileArtifact(source)
    try:
        return opener(source)
    except (InputError, DamagedError) as error:
        if strict:
            raise InputError(
                f"cannot read '{source.path}': {error}",
                error.hint or "build or download it again",
            ) from error
        return FileArtifact(source)
    except LimitError as error:
        if strict:
            raise InputError(f"cannot read '{source.path}': {error}", error.hint) from error
        raise


def _opener(data: memoryview, path: str) -> Callable[[Source], Artifact] | None:
    from reprodiff.artifacts.zip import ZipArtifact, ends_like_zip, looks_like_zip  # noqa: PLC0415

    # A zip may have something in front: a .pyz has a line that names its interpreter.
    called_zip = path.lower().endswith(ZIP_SUFFIXES)
    if looks_like_zip(data) or (called_zip and ends_like_zip(data)):
        return ZipArtifact
    if is_ar(data):
        return ArArtifact
    from reprodiff.artifacts.streams.codecs import detect  # noqa: PLC0415
    from reprodiff.artifacts.tar import open_compressed  # noqa: PLC0415
    from reprodiff.artifacts.tarformat.reader import is_tar  # noqa: PLC0415

    if is_tar(data) or detect(data) is not None:
        return open_compressed
    return None


def open_nested(
    paths: tuple[str, str],
    contents: tuple[memoryview, memoryview],
    limits: Limits,
    depth: int,
    stack: ExitStack,
) -> tuple[Artifact, Artifact] | Problem | None:
    """Open two members as containers if both are; they are closed with ``stack``.

    Each has a path of its own: the name of a wheel says its version and tags.

    Returns a problem where they are archives but a limit keeps them closed, ``None`` where they
    are not both containers of one family.
    """
    path = paths[0]
    opener_a, opener_b = map(_opener, contents, paths)
    if opener_a is None or opener_b is None or opener_a is not opener_b:
        return None
    if depth > limits.max_nesting:
        return Problem(
            path,
            "open",
            f"archives lie more than {limits.max_nesting} deep in each other: compared as bytes",
        )
    opened: list[Artifact] = []
    for data, name, opener in zip(contents, paths, (opener_a, opener_b), strict=True):
        try:
            opened.append(stack.enter_context(opener(Source(data, name, limits, depth))))
        except LimitError as error:
            return Problem(path, "open", f"{error}: compared as bytes")
        except ReprodiffError:
            return None
    return opened[0], opened[1]


def member_bytes(artifact: Artifact, path: str) -> Payload:
    """Return the plain bytes of a member by its display path, nested ones as ``outer!/inner``.

    Raises a :class:`~reprodiff.errors.ReprodiffError` where there is none or it cannot be read.
    """
    outer, nested, inner = path.partition("!/")
    wanted = next(
        (m for m in artifact.members if m.path == outer and m.type is MemberType.FILE), None
    )
    if wanted is None:
        raise InputError(f"there is no file '{outer}' in it")
    payload = artifact.read(wanted)
    if not nested:
        return payload
    opener = _opener(payload.view, outer)
    if opener is None:
        payload.close()
        raise InputError(f"'{outer}' is no archive")
    opened = opener(Source(payload.view, outer, Limits()))
    found = member_bytes(opened, inner)
    return found.keeping(opened, payload)
