"""``reprodiff recipe``: what a rebuild of one artifact has to set."""

from contextlib import ExitStack
from typing import Final

from reprodiff.cli.arguments import Arguments, Command, Option, Paths
from reprodiff.cli.errors import UsageError
from reprodiff.cli.options import DEBUG, FORMAT, HELP, LIMIT_OPTIONS, limits
from reprodiff.cli.streams import write_stdout
from reprodiff.text import plain

_EXAMPLE: Final = "reprodiff recipe dist/demo-1.0-py3-none-any.whl > rebuild.sh"
_ABOUT: Final = """\
Print what a rebuild of a wheel or sdist has to set, as a script for a POSIX shell.

Nothing is built. Every line says how sure it is and why. Run the script with SOURCE set to the
sdist or the directory of the sources; it writes to the directory `rebuilt`.
"""


def _recipe(arguments: Arguments) -> int:
    # Only here is it needed.
    from reprodiff.artifacts.identity import identify  # noqa: PLC0415
    from reprodiff.artifacts.opening import open_artifact  # noqa: PLC0415
    from reprodiff.model import ArtifactKind  # noqa: PLC0415
    from reprodiff.reports.recipe import to_json, to_shell  # noqa: PLC0415
    from reprodiff.toolchains.recipe import recipe as read  # noqa: PLC0415
    from reprodiff.toolchains.recognise import with_tools  # noqa: PLC0415
    from reprodiff.toolchains.sources import with_sdist  # noqa: PLC0415

    values = arguments.values
    if not arguments.operands or not (path := arguments.operands[0]):
        raise UsageError("there is no artifact to read a recipe from", _EXAMPLE)
    bounds = limits(values)
    with ExitStack() as stack:
        artifact = stack.enter_context(open_artifact(path, bounds))
        info = with_tools(identify(artifact), artifact)
        if info.kind not in {ArtifactKind.WHEEL, ArtifactKind.SDIST}:
            raise UsageError(
                f"'{plain(path)}' is a {info.kind.value}, which nobody builds",
                "give a wheel or an sdist",
            )
        lines = read(artifact, info)
        if values["sdist"]:
            sdist = stack.enter_context(open_artifact(values["sdist"], bounds))
            if sdist.kind is not ArtifactKind.SDIST:
                raise UsageError(f"'{plain(values['sdist'])}' is no sdist", "give a .tar.gz")
            lines = with_sdist(lines, artifact, sdist)
    write_stdout(to_json(info, lines) if values["format"] == "json" else to_shell(info, lines))
    return 0


COMMAND: Final = Command(
    "recipe",
    _recipe,
    (
        Option(
            ("--sdist",),
            "the sdist it is to be built from: tells time zones and build requirements",
            "FILE",
            paths=Paths.FILES,
        ),
        Option(FORMAT, "shell or json", "FORMAT", choices=("shell", "json"), default="shell"),
        *LIMIT_OPTIONS,
        DEBUG,
        HELP,
    ),
    "[ARTIFACT]",
    most=1,
    about=_ABOUT,
)
