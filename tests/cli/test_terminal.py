"""Colour, width, signs, and when the app starts."""

import io
import sys
from collections.abc import Mapping
from dataclasses import replace
from types import ModuleType

import pytest

from reprodiff.cli import compare
from reprodiff.cli.errors import UsageError
from reprodiff.cli.main import main
from reprodiff.cli.progress import Watch
from reprodiff.cli.terminal import Color, Terminal
from reprodiff.errors import InputError
from reprodiff.events import Found, Opened, Paired, Progress
from reprodiff.limits import Limits
from reprodiff.model import MemberCounts, Side
from tests.cli.conftest import Call, Engine
from tests.reports.factory import HOSTILE, artifact, full, times

TTY = Terminal(stdin=True, stdout=True, stderr=True, environment={"TERM": "xterm-256color"})
PIPE = Terminal(stdin=False, stdout=False, stderr=False)


def within(terminal: Terminal, **environment: str) -> Terminal:
    return replace(terminal, environment={**terminal.environment, **environment})


@pytest.mark.parametrize(
    ("environment", "on_terminal", "in_pipe"),
    [
        ({}, True, False),
        ({"NO_COLOR": "1"}, False, False),
        ({"NO_COLOR": ""}, True, False),
        ({"FORCE_COLOR": "1"}, True, True),
        ({"FORCE_COLOR": "0"}, False, False),
        ({"FORCE_COLOR": ""}, True, False),
        ({"CLICOLOR_FORCE": "1"}, True, True),
        ({"CLICOLOR": "0"}, False, False),
        ({"CLICOLOR": "1"}, True, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False, False),
        ({"TERM": "dumb"}, False, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True, True),
    ],
)
def test_colour_follows_the_usual_variables(
    environment: Mapping[str, str], on_terminal: bool, in_pipe: bool
) -> None:
    for terminal, expected in ((TTY, on_terminal), (PIPE, in_pipe)):
        here = within(terminal, **environment)
        assert here.color(Color.AUTO) is expected
        assert here.color(Color.ALWAYS) is True
        assert here.color(Color.NEVER) is False


def test_the_color_option_reaches_the_report(
    call: Call, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.report = full()
    assert "\x1b" not in call("a", "b").out
    assert "\x1b[" in call("a", "b", "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[" in call("a", "b").out
    assert "\x1b" not in call("a", "b", "--color", "never").out
    assert "\x1b" not in call("a", "b", "-f", "json", "--color", "always").out


@pytest.mark.parametrize(
    ("columns", "width"),
    [("60", 60), ("160", 160), ("", 100), ("wide", 100), ("0", 100), ("-5", 100), ("9" * 99, 100)],
)
def test_the_width_of_a_pipe_is_that_of_the_variable_or_a_constant(
    columns: str, width: int
) -> None:
    assert within(PIPE, COLUMNS=columns).width == width


def test_the_width_reaches_the_report(
    call: Call, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.report = full()
    monkeypatch.setenv("COLUMNS", "60")
    narrow = call("a", "b").out
    assert max(map(len, narrow.splitlines())) <= 60
    monkeypatch.setenv("COLUMNS", "160")
    assert call("a", "b").out != narrow


@pytest.mark.parametrize(
    ("encoding", "unicode"),
    [("utf-8", True), ("UTF8", True), ("ascii", False), ("cp1252", False), ("bogus", False)],
)
def test_signs_need_an_encoding_that_has_them(encoding: str, unicode: bool) -> None:
    assert replace(PIPE, encoding=encoding).unicode is unicode


def test_a_closed_or_missing_stream_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdin", closed)
    monkeypatch.setattr(sys, "stderr", None)
    here = Terminal.here()
    assert (here.stdin, here.stderr) == (False, False)


# -- the app


class App:
    """A stand-in for the app: what it was started with, and what it answers."""

    def __init__(self) -> None:
        self.started: list[tuple[str, str, object]] = []
        self.status = 1
        self.watching = False

    def run_app(self, a: str, b: str, options: object, *, watch: bool, baseline: str | None) -> int:
        self.started.append((a, b, options))
        self.watching = watch
        return self.status


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> App:
    made = App()
    module = ModuleType("reprodiff.tui.app")
    module.__dict__.update(run_app=made.run_app)
    monkeypatch.setitem(sys.modules, "reprodiff.tui.app", module)
    return made


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> list[Terminal]:
    """Say what the program runs in; the list holds it."""
    held = [TTY]
    monkeypatch.setattr(Terminal, "here", classmethod(lambda _cls: held[0]))
    return held


def test_somebody_at_a_terminal_gets_the_app(
    call: Call, app: App, engine: Engine, terminal: list[Terminal]
) -> None:
    assert terminal == [TTY]
    assert call("a", "b") == (1, "", "")
    assert [started[:2] for started in app.started] == [("a", "b")]
    assert engine.asked == []


def test_the_status_of_the_app_is_that_of_the_command(
    call: Call, app: App, terminal: list[Terminal]
) -> None:
    assert terminal == [TTY]
    for status, options, expected in (
        (0, (), 0),
        (1, (), 1),
        (1, ("--exit-zero",), 0),
        (2, ("--exit-zero",), 2),
        (130, (), 130),
    ):
        app.status = status
        assert call("a", "b", *options).status == expected


def test_limits_reach_the_app(call: Call, app: App, terminal: list[Terminal]) -> None:
    assert terminal == [TTY]
    call("a", "b", "--max-entries", "5")
    ((_, _, options),) = app.started
    assert getattr(options, "limits").max_entries == 5  # noqa: B009 - of the stand-in's type


@pytest.mark.parametrize(
    "where",
    [
        replace(TTY, stdin=False),
        replace(TTY, stdout=False),
        replace(TTY, stderr=False),
        within(TTY, TERM="dumb"),
        within(TTY, TERM=""),
        within(TTY, CI="true"),
        within(TTY, CI="1"),
    ],
    ids=range(7),
)
def test_anything_but_a_real_terminal_gets_the_report(
    call: Call, app: App, engine: Engine, terminal: list[Terminal], where: Terminal
) -> None:
    terminal[0] = where
    assert call("a", "b").out
    assert (app.started, len(engine.asked)) == ([], 1)


@pytest.mark.parametrize(
    "options",
    [
        ("--no-tui",),
        ("--format", "text"),
        ("-o", "-"),
        ("--color", "never"),
        ("--limit", "0"),
        ("--only", "content"),
        ("--ignore", "content"),
        ("--fail-on", "review"),
        ("--quiet",),
    ],
)
def test_an_option_that_shapes_the_report_asks_for_it(
    call: Call, app: App, engine: Engine, terminal: list[Terminal], options: tuple[str, ...]
) -> None:
    assert terminal == [TTY]
    call("a", "b", *options)
    assert (app.started, len(engine.asked)) == ([], 1)
    if options != ("--no-tui",):
        assert call("a", "b", "--tui", *options).status == 2


def test_the_app_can_be_asked_for_where_ci_is_set(
    call: Call, app: App, terminal: list[Terminal]
) -> None:
    terminal[0] = within(TTY, CI="true")
    assert call("a", "b", "--tui").status == 1
    assert len(app.started) == 1


@pytest.mark.parametrize("given", [(), ("a.whl",)])
def test_what_is_not_named_is_chosen_in_the_app(
    call: Call, app: App, terminal: list[Terminal], given: tuple[str, ...]
) -> None:
    assert call(*given).status == 1
    assert [(a, b) for a, b, _ in app.started] == [(*given, "", "")[:2]]
    assert call(*given, "--quiet").status == 2
    terminal[0] = PIPE
    assert call(*given).status == 2
    assert len(app.started) == 1


def test_watching_is_for_the_app(call: Call, app: App, terminal: list[Terminal]) -> None:
    assert call("a", "b", "--watch").status == 1
    assert app.watching
    assert "--watch and --quiet exclude" in call("a", "b", "--watch", "-q").err
    terminal[0] = PIPE
    assert "leave out --watch" in call("a", "b", "--watch").err


def test_the_app_is_refused_where_it_would_hang() -> None:
    request = compare.Request(
        artifacts=("a", "b"),
        format=None,
        output=(),
        tui=True,
        color=None,
        limit=None,
        only=(),
        ignore=(),
        baseline=None,
        fail_on=None,
        exit_zero=False,
        normalize=False,
        quiet=False,
        watch=False,
        limits=Limits(),
    )
    for where in (replace(TTY, stdin=False), within(TTY, TERM="dumb"), PIPE):
        with pytest.raises(UsageError, match="needs a terminal"):
            compare.execute(request, where)


# -- progress


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_for_long_work_and_leaves_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("TERM", "xterm")
    with Watch(patience=3600) as watch:
        watch.see(Opened(Side.A, artifact()))
        watch.see(Paired(MemberCounts(2, 2)))
        watch.see(Progress(3, 40, "demo/first.py"))
        watch._start()
        watch.see(Found(times()))
        watch.see(Progress(7, 40, f"[red]{HOSTILE}"))
        assert watch._bar is not None
        watch._bar.refresh()
    shown = screen.getvalue()
    assert "3/40" in shown
    assert "7/40" in shown
    assert "demo/first.py" in shown
    assert "[red]\\x1b]0;owned" in shown
    assert "\x1b]0" not in shown
    # The last thing done is to wipe the line.
    assert shown.rstrip("\r\n").endswith("\x1b[2K")


def test_work_that_is_over_in_time_draws_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    with Watch(patience=3600) as watch:
        watch.see(Progress(1, 2, "x"))
    watch._start()
    assert screen.getvalue() == ""


def test_an_error_or_an_interrupt_takes_the_progress_away(
    engine: Engine, terminal: list[Terminal], monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal[0] = TTY
    made: list[Watch] = []
    real = Watch.__enter__

    def enter(self: Watch) -> Watch:
        made.append(real(self))
        self._start()
        return self

    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(Watch, "__enter__", enter)
    engine.error = InputError("no")
    assert main(["a", "b", "--no-tui"]) == 2
    (watch,) = made
    assert watch._bar is not None
    assert watch._bar.finished is False
    assert not watch._bar.live.is_started
    assert screen.getvalue().endswith("reprodiff: error: no\n")


@pytest.mark.parametrize(
    ("where", "options", "enabled"),
    [
        (TTY, ("--no-tui",), True),
        (TTY, ("--quiet",), False),
        (replace(TTY, stdout=False), (), True),
        (replace(TTY, stderr=False), (), False),
        (within(TTY, TERM="dumb"), (), False),
        (within(TTY, CI="true"), (), False),
    ],
    ids=range(6),
)
def test_progress_is_for_somebody_who_watches(
    call: Call,
    terminal: list[Terminal],
    monkeypatch: pytest.MonkeyPatch,
    where: Terminal,
    options: tuple[str, ...],
    enabled: bool,
) -> None:
    terminal[0] = where
    watched: list[Watch] = []
    monkeypatch.setattr(Watch, "see", lambda self, _event: watched.append(self))
    call("a", "b", *options)
    assert bool(watched) is enabled
