#!/usr/bin/env python3
"""Measure reprodiff beside the tools one would otherwise use: ratios, in one run.

    python benchmarks/run.py                    all of them, some minutes
    python benchmarks/run.py trees repacked     only these
    python benchmarks/run.py --write            put the table into benchmarks/README.md

Needs a Unix system.  sha256sum and diffoscope are measured where they are installed; what is
missing is left out, and said.
"""

import argparse
import concurrent.futures
import json
import multiprocessing
import platform
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import inputs
from measure import TEMPORARY, Cost, compare, environment, run_once

HERE: Final = Path(__file__).resolve().parent
README: Final = HERE / "README.md"
MARKS: Final = ("<!-- results -->", "<!-- end of results -->")
DIFFOSCOPE_PATIENCE: Final = 60.0
"""Seconds that diffoscope is given for the large wheel."""
COMPILED_PATIENCE: Final = 600.0
"""Seconds that diffoscope is given for a pair of compiled wheels."""

Made = TypeVar("Made")


class Row(NamedTuple):
    """One line of the table."""

    what: str
    beside: str
    ratio: str
    bar: str
    verdict: str


class Bench(NamedTuple):
    """What all measurements need to know."""

    scratch: Path
    repeat: int
    small: bool
    """Tiny inputs, to try the scripts: nothing is judged by time or memory."""
    diffoscope: str | None
    variables: Mapping[str, str]

    def make(self, function: Callable[..., Made], *arguments: object) -> Made:
        """Make inputs in another process: what this one holds counts for those it measures."""
        spawn = multiprocessing.get_context("spawn")
        with concurrent.futures.ProcessPoolExecutor(1, spawn) as pool:
            return pool.submit(function, *arguments).result()

    def measure(self, **commands: Sequence[str]) -> dict[str, Cost]:
        """Measure commands beside each other."""
        return compare(commands, self.variables, self.repeat)

    def judge(self, *, good: bool) -> str:
        """Return the verdict on a bar."""
        return "tiny input" if self.small else "PASS" if good else "over"


class WrongReportError(Exception):
    """A report does not say what is known of the pair: then its speed means nothing."""


# -- commands ------------------------------------------------------------------------------------


def reprodiff(*arguments: object) -> list[str]:
    """Return the command line of the program that is measured: the one of this interpreter."""
    script = Path(sys.executable).with_name("reprodiff")
    start = [str(script)] if script.is_file() else [sys.executable, "-m", "reprodiff"]
    return [*start, *map(str, arguments)]


def as_json(pair: inputs.Pair) -> list[str]:
    """Return the command for a JSON report on ``pair``."""
    return reprodiff(pair.a, pair.b, "--format", "json")


def python(code: str) -> list[str]:
    """Return the command for a line of Python."""
    return [sys.executable, "-c", code]


def report(bench: Bench, pair: inputs.Pair) -> Any:  # noqa: ANN401  (JSON is anything)
    """Return the report on ``pair``, to check that the right thing is measured."""
    done = subprocess.run(
        as_json(pair), env=dict(bench.variables), capture_output=True, check=False
    )
    if done.returncode not in {0, 1}:
        raise WrongReportError(done.stderr.decode(errors="replace"))
    return json.loads(done.stdout)


def expect(found: object, wanted: object, what: str) -> None:
    """Raise :class:`WrongReportError` unless the report says what it must."""
    if found != wanted:
        raise WrongReportError(f"{what}: {found!r}, not {wanted!r}")


# -- measurements --------------------------------------------------------------------------------


def start(bench: Bench) -> Iterator[Row]:
    """What a start costs, of the interpreter and of the command."""
    tiny = bench.make(inputs.large_wheels, bench.scratch / "tiny", 3, 100)
    costs = bench.measure(
        python=python("pass"),
        rich=python("import rich.console"),
        version=reprodiff("--version"),
        help=reprodiff("--help"),
        json=as_json(tiny),
        text=reprodiff(*tiny),
    )
    base = costs.pop("python")
    for name, what in (
        ("rich", "python, `import rich.console`"),
        ("version", "`reprodiff --version`"),
        ("help", "`reprodiff --help`"),
        ("json", "JSON, wheels of 6 members"),
        ("text", "text, wheels of 6 members"),
    ):
        cost = costs[name]
        ratio = f"{cost.cpu / base.cpu:.1f} times it, {cost.memory:.0f} MB"
        yield Row(what, f"python, `pass` ({base.memory:.0f} MB)", ratio, "", "")


def large(bench: Bench) -> Iterator[Row]:
    """A wheel of 190 MB whose times alone differ."""
    count, size = (40, 100) if bench.small else (12_000, 16_000)
    pair = bench.make(inputs.large_wheels, bench.scratch / "large", count, size)
    found = report(bench, pair)
    expect(len(found["findings"]), 1, "findings on times")
    expect(found["findings"][0]["location_count"], count + 3, "members with another time")
    what = f"{count + 3:,} members, {pair.a.stat().st_size / 1e6:.0f} MB, times differ"
    costs = bench.measure(
        ours=as_json(pair),
        rich=python("import rich.console"),
        hashlib=python(_HASH.format(*map(str, pair))),
        **({"sha256sum": ["sha256sum", *map(str, pair)]} if shutil.which("sha256sum") else {}),
    )
    ours = costs["ours"]
    if "sha256sum" in costs:
        allowed = 1.3 * costs["sha256sum"].cpu + costs["rich"].cpu
        yield Row(
            what,
            "1.3 times `sha256sum` of both, and python, `import rich.console`",
            f"{ours.cpu / allowed:.2f} times it",
            "at most 1",
            bench.judge(good=ours.cpu <= allowed),
        )
        ratio = f"{ours.cpu / costs['sha256sum'].cpu:.2f} times it"
        yield Row(what, "`sha256sum` of both", ratio, "", "")
    else:
        yield Row(what, "`sha256sum` of both", "not installed", "", "left out")
    ratio = f"{ours.cpu / costs['hashlib'].cpu:.2f} times it"
    yield Row(what, "python, `hashlib.sha256` of both", ratio, "", "")
    memory = f"{ours.memory:.0f} MB"
    yield Row(what, "memory", memory, "under 200 MB", bench.judge(good=ours.memory < 200))
    if bench.diffoscope:
        other = run_once([bench.diffoscope, *map(str, pair)], bench.variables, DIFFOSCOPE_PATIENCE)
        more = "" if other.finished else "more than "
        ratio = f"{more}{other.cpu / ours.cpu:.0f} times faster"
        ended = "" if other.finished else f", ended after {DIFFOSCOPE_PATIENCE:.0f} s"
        yield Row(what, f"diffoscope{ended}", ratio, "", "")


_HASH: Final = """
import hashlib
for path in ({!r}, {!r}):
    with open(path, "rb") as file:
        hashlib.file_digest(file, "sha256")
"""


def trees(bench: Bench) -> Iterator[Row]:
    """Two installed trees with 550 bytecode files."""
    count = 5 if bench.small else 550
    pair = bench.make(inputs.compiled_trees, bench.scratch / "trees", count)
    found = report(bench, pair)
    expect(found["summary"]["members"]["differing"], count, "bytecode files that differ")
    expect(found["verdict"], "equivalent", "verdict on paths and times")
    hidden, path = bench.make(inputs.with_hidden_change, pair.b, bench.scratch / "trees")
    changed = report(bench, inputs.Pair(pair.a, hidden))["findings"]
    graver = [
        place["path"] for it in changed if it["severity"] != "benign" for place in it["locations"]
    ]
    expect(set(graver), {path}, "places to review where the code of one file was changed")
    yield from _beside_diffoscope(
        bench, f"installed trees, {count} bytecode files, each compared", pair, 10
    )


def repacked(bench: Bench) -> Iterator[Row]:
    """A small pure wheel, packed again with other times, modes and order."""
    pair = bench.make(inputs.repacked_wheels, bench.scratch / "repacked", "rich")
    found = report(bench, pair)
    expect(found["verdict"], "equivalent", "verdict on times, modes and order")
    expect(found["summary"]["members"]["differing"], 0, "members that differ")
    count, size = found["summary"]["members"]["a"], pair.a.stat().st_size / 1000
    what = f"pure wheel, {count} members, {size:.0f} kB, repacked"
    yield from _beside_diffoscope(bench, what, pair, 8)


def published(bench: Bench) -> Iterator[Row]:
    """Compiled wheels from the package index: two interpreters, two platforms."""
    for name, version, sides in inputs.PUBLISHED:
        what = f"{name} {version}, {' and '.join(side.label for side in sides)}"
        pair = None if bench.small else inputs.downloaded(bench.scratch, name, version, sides)
        if pair is None:
            yield Row(what, "diffoscope", "not downloaded", "15 times faster", "left out")
            continue
        found = report(bench, pair)
        expect(found["verdict"], "different", "verdict on other builds")
        expect(len(found["findings"]) < 100, wanted=True, what="findings in tens")
        ours = bench.measure(ours=as_json(pair))["ours"]
        memory = f"{ours.memory:.0f} MB in the largest process"
        yield Row(what, "memory", memory, "under 500 MB", bench.judge(good=ours.memory < 500))
        if not bench.diffoscope:
            yield Row(what, "diffoscope", "not installed", "15 times faster", "left out")
            continue
        command = [bench.diffoscope, *map(str, pair)]
        other = run_once(command, bench.variables, COMPILED_PATIENCE)
        ratio = other.cpu / ours.cpu
        shown = f"{'' if other.finished else 'more than '}{ratio:.0f} times faster"
        ended = "" if other.finished else f", ended after {COMPILED_PATIENCE:.0f} s"
        verdict = bench.judge(good=ratio >= 15) if other.finished or ratio >= 15 else "not known"
        yield Row(what, f"diffoscope{ended}", shown, "15 times faster", verdict)


def _beside_diffoscope(bench: Bench, what: str, pair: inputs.Pair, bar: int) -> Iterator[Row]:
    if not bench.diffoscope:
        cost = bench.measure(ours=as_json(pair))["ours"]
        yield Row(what, "diffoscope", "not installed", f"{bar} times faster", "left out")
        yield Row(what, "memory", f"{cost.memory:.0f} MB", "", "")
        return
    costs = bench.measure(ours=as_json(pair), diffoscope=[bench.diffoscope, *map(str, pair)])
    ours, other = costs["ours"], costs["diffoscope"]
    ratio = other.cpu / ours.cpu
    verdict = bench.judge(good=ratio >= bar)
    yield Row(what, "diffoscope", f"{ratio:.1f} times faster", f"{bar} times faster", verdict)
    memory = f"{ours.memory:.0f} MB, diffoscope {other.memory:.0f} MB"
    yield Row(what, "memory", memory, "", "")


BENCHMARKS: Final[Mapping[str, Callable[[Bench], Iterator[Row]]]] = {
    "start": start,
    "large": large,
    "trees": trees,
    "repacked": repacked,
    "published": published,
}


# -- the table -----------------------------------------------------------------------------------


def table(rows: Sequence[Row]) -> str:
    """Return the rows as a Markdown table."""
    lines = [("what", "beside", "measured", "bar", ""), *rows]
    widths = [max(len(line[number]) for line in lines) for number in range(len(Row._fields))]

    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(map(str.ljust, cells, widths))} |"

    rule = [("-" * width) for width in widths]
    return "\n".join(map(line, [lines[0], rule, *lines[1:]]))


def conditions(bench: Bench) -> str:
    """Say in general words on what the figures were taken."""
    parts = [
        f"{platform.python_implementation()} {platform.python_version()}",
        f"{platform.system()} on {platform.machine()}",
        f"best of {bench.repeat}",
    ]
    for name, command in (("diffoscope", bench.diffoscope), ("", shutil.which("sha256sum"))):
        if command:
            done = subprocess.run([command, "--version"], capture_output=True, check=False)
            said = done.stdout.decode(errors="replace").splitlines()[:1]
            parts += [line if line.startswith(name) else f"{name} {line}" for line in said]
    return ", ".join(parts)


def write(text: str) -> None:
    """Put ``text`` between the marks of the README."""
    first, last = MARKS
    whole = README.read_text(encoding="utf-8")
    pattern = re.compile(f"{re.escape(first)}.*?{re.escape(last)}", re.DOTALL)
    new = pattern.sub(lambda _: f"{first}\n\n{text}\n\n{last}", whole)
    README.write_text(new, encoding="utf-8")


def main() -> int:
    """Measure what was asked for; return 1 if something is over its bar or reported wrongly."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", choices=[*BENCHMARKS, []], metavar="NAME")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each command (5)")
    parser.add_argument("--diffoscope", metavar="COMMAND", help="where it is, if not on the path")
    parser.add_argument("--small", action="store_true", help="tiny inputs, to try the scripts")
    parser.add_argument("--scratch", metavar="FOLDER", help="where inputs go, and stay")
    parser.add_argument("--write", action="store_true", help="put the table into the README")
    options = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        scratch = Path(options.scratch or folder).resolve()
        bench = Bench(
            scratch,
            options.repeat,
            options.small,
            shutil.which(options.diffoscope or "diffoscope"),
            environment(scratch),
        )
        for name in options.names or BENCHMARKS:
            try:
                for row in BENCHMARKS[name](bench):
                    rows.append(row)
                    print(*filter(None, row), sep=" | ", flush=True)
            except WrongReportError as error:
                print(f"{name}: {error}", file=sys.stderr)
                return 1
        shutil.rmtree(scratch / TEMPORARY, ignore_errors=True)
        text = f"{table(rows)}\n\n{conditions(bench)}"
    print(f"\n{text}")
    if options.write:
        write(text)
    return int(any(row.verdict == "over" for row in rows))


if __name__ == "__main__":
    sys.exit(main())
