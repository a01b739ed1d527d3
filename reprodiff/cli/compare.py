"""``reprodiff A B``: compare, and say what was found."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from reprodiff import __version__
from reprodiff.cli.arguments import Arguments, Command, Option, Paths
from reprodiff.cli.errors import UsageError
from reprodiff.cli.options import DEBUG, FORMAT, HELP, LIMIT_OPTIONS, limits, whole
from reprodiff.cli.outputs import Format, Target, Writer, check, places_wanted, targets
from reprodiff.cli.selecting import selection
from reprodiff.cli.status import Exit, FailOn, exit_status
from reprodiff.cli.streams import PROGRAM, say, write_stdout
from reprodiff.cli.terminal import Color, Terminal
from reprodiff.events import Done, Event
from reprodiff.limits import Limits
from reprodiff.model import Report
from reprodiff.records import dataclass

if TYPE_CHECKING:
    from reprodiff.baseline import Entry

_HEAD: Final = """\
Usage: reprodiff A B [options]            say why two builds of a package differ
       reprodiff explain [CAUSE]          say what a cause is and how to fix it
       reprodiff normalize IN... -o OUT   write artifacts in canonical form
       reprodiff recipe ARTIFACT          print how to build it again as it is

A and B: wheels, sdists, installed trees, folders of artifacts, zip or tar.
"""
_MENTIONED: Final = frozenset(
    {"--debug", "--exit-zero", "--help", "--print-completion", "--print-schema", "--version"}
)
_TAIL: Final = """\

Also: --debug (tracebacks), --exit-zero, --print-schema, --version, -h, --help
Limits (sizes take K, M, G): --max-member-size --max-total-size --max-ratio
  --max-entries --max-depth --timeout. Completion: --print-completion SHELL
Exit status: 0 identical, or nothing from --fail-on up; 1 different; 2 error.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """What the command line asks for."""

    artifacts: tuple[str, ...]
    format: Format | None
    output: tuple[str, ...]
    tui: bool | None
    color: Color | None
    limit: int | None
    only: tuple[str, ...]
    ignore: tuple[str, ...]
    baseline: str | None
    fail_on: FailOn | None
    exit_zero: bool
    quiet: bool
    normalize: bool
    watch: bool
    limits: Limits
    source: str | None = None

    def of_a_report(self) -> tuple[str, ...]:
        """Return the options given that only a written report can follow."""
        given = {
            "--format": self.format,
            "--output": self.output,
            "--color": self.color,
            "--limit": self.limit is not None,
            "--only": self.only,
            "--ignore": self.ignore,
            "--fail-on": self.fail_on,
            "--quiet": self.quiet,
            "--normalize": self.normalize,
        }
        return tuple(option for option, value in given.items() if value)


def _version(_command: Command, _word: str) -> str:
    return f"{PROGRAM} {__version__}\n"


def _schema(_command: Command, _word: str) -> str:
    from reprodiff.reports.schema import shipped  # noqa: PLC0415 - a rare wish

    return shipped()


def _completion(_command: Command, shell: str) -> str:
    from reprodiff.cli.completion import script  # noqa: PLC0415 - once for a shell

    return script(shell)


_OPTIONS: Final = (
    Option(
        FORMAT,
        "text, json, markdown, html, sarif",
        "FORMAT",
        read=Format,
        choices=tuple(Format),
    ),
    Option(
        ("-o", "--output"),
        "write to FILE (.txt .json .md .html .sarif)",
        "FILE",
        repeatable=True,
        paths=Paths.FILES,
    ),
    Option(("--tui",), "the app, or never (default: on a terminal)", opposite="--no-tui"),
    Option(("--watch",), "in the app, compare again when a file changes"),
    Option(("--color",), "auto, always or never", "WHEN", read=Color, choices=tuple(Color)),
    Option(("--limit",), "places shown for each finding (0: all)", "N", read=whole(0)),
    Option(
        ("--only",), "show a category, a cause or paths such as '*.so'", "WHAT", repeatable=True
    ),
    Option(("--ignore",), "leave out the same; repeatable", "WHAT", repeatable=True),
    Option(("--baseline",), "leave out what FILE accepts, with reasons", "FILE", paths=Paths.FILES),
    Option(
        ("--fail-on",),
        "exit 1 from: any (default), review, alarm",
        "LEVEL",
        read=FailOn,
        choices=tuple(FailOn),
    ),
    Option(("--exit-zero",), "exit 0 whatever differs"),
    Option(("--normalize",), "say if the canonical forms are the same bytes"),
    Option(
        ("--source",),
        "the project: print changes as patches of its files",
        "DIR",
        paths=Paths.FOLDERS,
    ),
    Option(("-q", "--quiet"), "only errors, files and the exit status"),
    *LIMIT_OPTIONS,
    DEBUG,
    Option(("--print-schema",), "print the JSON Schema of --format json", tell=_schema),
    Option(
        ("--print-completion",),
        "print what makes a shell complete: bash, zsh, fish",
        "SHELL",
        choices=("bash", "fish", "zsh"),
        tell=_completion,
    ),
    Option(("--version",), "print the version", tell=_version),
    HELP,
)


def _compare(arguments: Arguments) -> int:
    return execute(_request(arguments), Terminal.here())


def _request(arguments: Arguments) -> Request:
    values = arguments.values
    return Request(
        artifacts=arguments.operands,
        format=values["format"],
        output=values["output"],
        tui=values["tui"],
        color=values["color"],
        limit=values["limit"],
        only=values["only"],
        ignore=values["ignore"],
        baseline=values["baseline"],
        fail_on=values["fail_on"],
        exit_zero=values["exit_zero"],
        quiet=values["quiet"],
        normalize=values["normalize"],
        watch=values["watch"],
        limits=limits(values),
        source=values["source"],
    )


COMMAND: Final = Command(
    "", _compare, _OPTIONS, "A B", head=_HEAD, tail=_TAIL, mentioned=_MENTIONED
)


def execute(request: Request, terminal: Terminal) -> int:
    """Do what ``request`` asks for and return the exit status."""
    if len(request.artifacts) < 2 and _wants_app(request, terminal):
        return _show_app(request.artifacts[0] if request.artifacts else "", "", request)
    a, b = _two(request.artifacts)
    if _wants_app(request, terminal):
        return _show_app(a, b, request)
    found = targets(request.output, request.format)
    check(found, (a, b))
    chosen = selection(request.only, request.ignore)
    accepted = _accepted(request)
    all_places = chosen.looks_at_paths or accepted is not None
    wanted = None if all_places else places_wanted(found, request.limit)
    report, taken = _run(a, b, request, terminal, wanted), None
    if accepted is not None and request.baseline is not None:
        from reprodiff.cli.accepting import without_accepted  # noqa: PLC0415

        report, taken = without_accepted(report, accepted, request.baseline)
    report, left_out = chosen.apply(report)
    if taken is not None:
        left_out = taken if left_out is None else taken.and_then(left_out)
    writer = Writer(
        report, left_out, request.limit, terminal, terminal.color(request.color or Color.AUTO)
    )
    status = exit_status(report, request.fail_on or FailOn.ANY, selected=left_out is not None)
    _write(writer, found, quiet=request.quiet)
    return Exit.SAME if request.exit_zero else status


def _accepted(request: Request) -> "tuple[Entry, ...] | None":
    """Return what a baseline accepts; ``None`` if there is none."""
    if request.baseline is None:
        return None
    from reprodiff.cli.accepting import entries  # noqa: PLC0415 - hardly ever asked for

    return entries(request.baseline)


def _two(artifacts: Sequence[str]) -> tuple[str, str]:
    match artifacts:
        case [a, b]:
            return a, b
        case []:
            raise UsageError("two artifacts to compare are missing", "reprodiff A.whl B.whl")
        case [a]:
            raise UsageError(
                f"there is nothing to compare {a!r} with",
                "name two builds of the same package: reprodiff A.whl B.whl",
            )
        case _:
            raise UsageError(
                f"{len(artifacts)} artifacts are too many",
                "name two; to compare many at once, put each set into a folder",
            )


def _wants_app(request: Request, terminal: Terminal) -> bool:
    """Whether to show the app: asked for, or nothing speaks for a report and somebody is there."""
    others = request.of_a_report()
    if request.tui or request.watch:
        if others:
            raise UsageError(
                f"{'--tui' if request.tui else '--watch'} and {others[0]} exclude each other",
                "the app shows no written report",
            )
        if not terminal.interactive:
            raise UsageError(
                "the app needs a terminal for input, output and errors",
                f"leave out {'--tui' if request.tui else '--watch'} to get the report as text",
            )
        return True
    return request.tui is None and not others and terminal.interactive and not terminal.unattended


def _show_app(a: str, b: str, request: Request) -> int:
    # Loads Textual, which nothing else here does.
    from reprodiff.options import Options  # noqa: PLC0415
    from reprodiff.tui.app import run_app  # noqa: PLC0415

    _accepted(request)
    options = Options(limits=request.limits, project=_project(request))
    status = run_app(a, b, options, watch=request.watch, baseline=request.baseline)
    return Exit.SAME if request.exit_zero and status == Exit.DIFFERENT else status


def _run(a: str, b: str, request: Request, terminal: Terminal, places: int | None) -> Report:
    # Loads all that reads artifacts.
    from reprodiff.engine import Options, run  # noqa: PLC0415

    attended = terminal.stderr and not terminal.dumb and not terminal.unattended
    options = Options(
        limits=request.limits,
        location_limit=places,
        normalize=request.normalize,
        project=_project(request),
    )
    events = run(a, b, options)
    if not attended or request.quiet:
        return _last(events)
    # Nobody else has a use for threads.
    from reprodiff.cli.progress import Watch  # noqa: PLC0415

    with Watch() as watch:
        return _last(events, watch.see)


def _last(events: Iterable[Event], see: Callable[[Event], None] | None = None) -> Report:
    """Return the report that ends a run; ``see`` gets what comes before."""
    for event in events:
        if isinstance(event, Done):
            return event.report
        if see is not None:
            see(event)
    raise AssertionError("a run ends with Done")


def _project(request: Request) -> Mapping[str, str] | None:
    if request.source is None:
        return None
    from reprodiff.cli.source import read_project  # noqa: PLC0415 - hardly ever asked for

    return read_project(request.source)


def _write(writer: Writer, found: Sequence[Target], *, quiet: bool) -> None:
    files = [target for target in found if not target.to_stdout]
    for target in files:
        writer.write_file(target)
    for target in found:
        if target.to_stdout and not quiet:
            write_stdout(writer.render(target))
    if files and len(files) == len(found) and not quiet:
        from reprodiff.reports.words import counts  # noqa: PLC0415

        verdict = writer.report.verdict.value
        names = ", ".join(target.path for target in files)
        say(f"{verdict}: {', '.join(counts(writer.report))}; written to {names}")
