"""The command line with a stand-in for the engine: no file is opened, the report is given."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import NamedTuple

import pytest

from reprodiff.cli.main import main
from reprodiff.events import Done, Event, Opened, Paired, Progress
from reprodiff.limits import Limits
from reprodiff.model import Report, Side
from tests.reports.factory import report


@dataclass(frozen=True, slots=True)
class Options:
    """The engine's options, as far as the command line sets them."""

    limits: Limits = field(default_factory=Limits)
    location_limit: int | None = 1000
    normalize: bool = False
    project: Mapping[str, str] | None = None


@dataclass
class Engine:
    """What the stand-in answers, and what it was asked."""

    report: Report = field(default_factory=report)
    error: BaseException | None = None
    asked: list[tuple[str, str, Options]] = field(default_factory=list)

    def run(self, a: str, b: str, options: Options) -> Iterator[Event]:
        self.asked.append((a, b, options))
        if self.error is not None:
            raise self.error
        yield Opened(Side.A, self.report.a)
        yield Opened(Side.B, self.report.b)
        yield Paired(self.report.summary.members)
        yield Progress(0, 1, "demo/core.py")
        yield Done(self.report)


class Result(NamedTuple):
    """What came of a call."""

    status: int
    out: str
    err: str


Call = Callable[..., Result]


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Engine:
    made = Engine()
    module = ModuleType("reprodiff.engine")
    module.__dict__.update(run=made.run, Options=Options)
    monkeypatch.setitem(sys.modules, "reprodiff.engine", module)
    return made


@pytest.fixture
def call(engine: Engine, capsys: pytest.CaptureFixture[str]) -> Call:
    def call(*arguments: str) -> Result:
        capsys.readouterr()
        status = main(arguments)
        out, err = capsys.readouterr()
        assert "Traceback" not in err or "--debug" in arguments
        return Result(status, out, err)

    return call


def refused(result: Result, message: str, hint: str = "") -> bool:
    """Whether a call was refused with ``message`` on one line and ``hint`` on the next."""
    assert result.status == 2
    assert result.out == ""
    lines = result.err.splitlines()
    assert len(lines) <= 2, result.err
    assert lines[0].startswith("reprodiff: error: ")
    assert message in lines[0], result.err
    assert hint in "\n".join(lines[1:]), result.err
    assert all(line.startswith("hint: ") for line in lines[1:])
    return True
