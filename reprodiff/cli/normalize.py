"""``reprodiff normalize``: write artifacts in canonical form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from reprodiff.cli.arguments import Arguments, Command, Option, Paths
from reprodiff.cli.errors import UsageError
from reprodiff.cli.options import DEBUG, HELP, LIMIT_OPTIONS, limits, option_for, whole
from reprodiff.cli.status import Exit
from reprodiff.cli.streams import complain, write_stdout
from reprodiff.errors import LimitError, ReprodiffError
from reprodiff.text import plain

_SUFFIXES: Final = (".whl", ".zip", ".egg", ".tar", ".tar.gz", ".tgz")
_EXAMPLE: Final = "reprodiff normalize dist/* -o canonical/"


_ABOUT: Final = """\
Write wheels, sdists, zip and tar files in canonical form.

Prints the digest of each as sha256sum does. What contradicts itself, or whose signature would
break, is refused with all reasons; the inputs stay as they are. The options that bound what an
artifact may cost (--max-member-size and the others) are those of the comparison.
"""


def _normalize(arguments: Arguments) -> int:
    from reprodiff.normalize.rules import DEFAULT_EPOCH, Rules, canonical_time  # noqa: PLC0415

    values = arguments.values
    epoch = DEFAULT_EPOCH if values["epoch"] is None else values["epoch"]
    pairs = _targets(arguments.operands, values["output"])
    rules = Rules(
        time=canonical_time(epoch), native_ids=values["native_ids"], compress=values["compress"]
    )
    done = [_one(path, target, rules, values) for path, target in pairs]
    return Exit.SAME if all(done) else Exit.ERROR


def _targets(inputs: tuple[str, ...], output: str | None) -> list[tuple[str, Path]]:
    """Return what is written where; raise :class:`UsageError` for what cannot be meant."""
    if not inputs:
        raise UsageError(
            "there is nothing to normalise", "reprodiff normalize dist/* -o canonical/"
        )
    if not output:
        raise UsageError("there is no place to write to", f"add -o: {_EXAMPLE}")
    to_file = len(inputs) == 1 and not output.endswith(("/", "\\")) and not Path(output).is_dir()
    if to_file and output.lower().endswith(_SUFFIXES):
        return [(inputs[0], Path(output))]
    pairs = [(path, Path(output) / Path(path).name) for path in inputs]
    names = [target.name for _, target in pairs]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(
            f"two inputs are both called {plain(twice[0])!r}", "normalise them to two directories"
        )
    return pairs


def _one(path: str, target: Path, rules: Any, values: Mapping[str, Any]) -> bool:  # noqa: ANN401 - Rules, loaded late
    """Write one artifact; whether it was."""
    from reprodiff.normalize.files import write  # noqa: PLC0415

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        written = write(path, target, rules, limits(values), force=values["force"])
    except LimitError as error:
        option = option_for(error.limit)
        hint = f"raise it with {option} if you trust this file" if option else error.hint
        complain(f"cannot normalise '{plain(path)}': {error}", hint)
    except ReprodiffError as error:
        complain(f"cannot normalise '{plain(path)}': {error}", error.hint)
    except OSError as error:
        reason = (error.strerror or "the system refuses").lower()
        complain(f"cannot write '{plain(str(target))}': {reason}")
    else:
        if not values["quiet"]:
            write_stdout(f"{written.sha256}  {plain(str(target))}\n")
        return True
    return False


COMMAND: Final = Command(
    "normalize",
    _normalize,
    (
        Option(
            ("-o", "--output"),
            "directory to write to, made if it is not there; a file for a single IN",
            "OUT",
            paths=Paths.FILES,
        ),
        Option(
            ("--epoch",),
            "time of every member (default: SOURCE_DATE_EPOCH, or 315532800: 1980-01-01)",
            "SECONDS",
            read=whole(0),
            variable="SOURCE_DATE_EPOCH",
        ),
        Option(
            ("--compress",), "deflate instead of store: smaller, and about a second for each MB"
        ),
        Option(
            ("--native-ids",),
            "also build-ids, PE times and checksums, LC_UUID in native binaries",
        ),
        Option(("--force",), "replace files that are there"),
        Option(("-q", "--quiet"), "print no digests"),
        *LIMIT_OPTIONS,
        DEBUG,
        HELP,
    ),
    "IN...",
    about=_ABOUT,
)
