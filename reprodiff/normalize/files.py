"""From a path to a canonical file, or to its digest: the only part that touches a disk."""

import contextlib
import os
from pathlib import Path

from reprodiff.artifacts.opening import open_artifact
from reprodiff.errors import InputError
from reprodiff.limits import Limits
from reprodiff.normalize.archives import canonical
from reprodiff.normalize.rules import Rules
from reprodiff.normalize.sinks import Hashing
from reprodiff.records import dataclass, replace

PASSES = 3
"""How often a member may be read: to see whether it changes, for what it names, to write it."""


@dataclass(frozen=True, slots=True)
class Written:
    """A canonical form: its digest in hexadecimal, and its size in bytes."""

    sha256: str
    size: int


def digest(path: str, rules: Rules, limits: Limits) -> Written:
    """Return the digest of the canonical form of the artifact at ``path``; nothing is written.

    Raises what :func:`~reprodiff.normalize.archives.canonical` raises, and
    :class:`~reprodiff.errors.InputError` for what cannot be opened.
    """
    sink = Hashing()
    _run(path, sink, rules, limits)
    return Written(sink.sha256, sink.size)


def write(path: str, target: Path, rules: Rules, limits: Limits, *, force: bool) -> Written:
    """Write the canonical form of the artifact at ``path`` to ``target``, whole or not at all.

    An existing ``target`` is replaced only with ``force``, and never if it is the input.
    Raises what :func:`digest` raises; :class:`OSError` where the file cannot be written.
    """
    check_target(path, target, force=force)
    draft = target.with_name(f".{target.name[:80]}.{os.getpid()}.part")
    # Made here and nowhere before: a link that somebody left there is not followed.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    handle = os.open(draft, flags, 0o666)
    try:
        with os.fdopen(handle, "wb") as file:
            sink = Hashing(file.write)
            _run(path, sink, rules, limits)
            file.flush()
            os.fsync(file.fileno())
        _publish(draft, target, force=force)
    finally:
        with contextlib.suppress(FileNotFoundError):
            draft.unlink()
    return Written(sink.sha256, sink.size)


def check_target(path: str, target: Path, *, force: bool) -> None:
    """Raise :class:`~reprodiff.errors.InputError` if ``target`` must not be written."""
    if not target.exists() and not target.is_symlink():
        return
    with contextlib.suppress(OSError):
        if target.samefile(path):
            raise InputError(
                f"'{target}' is the input itself", "give another directory: inputs stay as they are"
            )
    if target.is_dir():
        raise InputError(f"'{target}' is a directory", "give the name of a file in it")
    if not force:
        raise InputError(f"'{target}' is there already", "give --force to replace it")


def _publish(draft: Path, target: Path, *, force: bool) -> None:
    """Give the finished file its name."""
    if not force:
        # Unlike a rename, a link does not replace what came into being meanwhile.
        try:
            os.link(draft, target)
        except FileExistsError:
            raise InputError(f"'{target}' is there already", "give --force to replace it") from None
        except OSError:
            # A file system without hard links.
            pass
        else:
            return
    draft.replace(target)


def _run(path: str, sink: Hashing, rules: Rules, limits: Limits) -> None:
    more = replace(limits, max_total_bytes=limits.max_total_bytes * PASSES)
    with open_artifact(path, more) as artifact:
        canonical(artifact, sink, rules, limits)
