"""Try the fixes: every one applied as reprodiff prints it, and both artifacts built again.

``python trials/run.py [--write] [WORD ...]`` needs Linux and, the first time, the package index.
``--write`` puts the outcome into ``docs/trials.md`` and the file that gives fixes their marks.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "samples"))
sys.path.insert(0, str(ROOT / "trials"))

import checkouts  # noqa: E402 - found beside this file
import contents  # noqa: E402
import foreign  # noqa: E402
import native  # noqa: E402
import pins  # noqa: E402
import pure  # noqa: E402
import repairs  # noqa: E402
import table  # noqa: E402
import trees  # noqa: E402
from method import Case, run  # noqa: E402
from room import Room  # noqa: E402
from worlds import BuildError, Skip, Workshop  # noqa: E402


def cases() -> Iterator[Case]:
    """All cases, in the order of the table."""
    yield from pure.cases()
    yield from native.cases()
    yield from foreign.cases()
    yield from contents.cases()
    yield from checkouts.cases()
    yield from pins.cases()
    yield from repairs.cases()
    yield from trees.cases()


def main() -> int:
    """Run the command line; 1 if a trial failed."""
    parser = argparse.ArgumentParser(description="Try the fixes by building again.")
    parser.add_argument(
        "words", nargs="*", metavar="word", help="run the cases whose names have it"
    )
    parser.add_argument("--list", action="store_true", help="print the names of the cases and stop")
    parser.add_argument("--write", action="store_true", help="write the table and the marks")
    parser.add_argument(
        "--tools",
        type=Path,
        default=Path(tempfile.gettempdir()) / "sample-tools",
        help="where the pinned tools are installed and kept (default: %(default)s)",
    )
    parser.add_argument("--keep", type=Path, help="put the first two builds of each case here")
    options = parser.parse_args()
    chosen = [case for case in cases() if all(word in case.name for word in options.words)]
    if options.list:
        print("\n".join(case.name for case in chosen))
        return 0
    os.umask(0o022)
    options.tools.mkdir(parents=True, exist_ok=True)
    rows: list[table.Row] = []
    for case in chosen:
        rows += _one(case, options.tools.resolve(), options.keep)
    if options.write:
        order = [case.key for case in cases()]
        table.write(table.merged(table.read(), rows, order))
    counts = Counter(row.outcome for row in rows)
    print(", ".join(f"{count} {name}" for name, count in sorted(counts.items())))
    return 1 if counts[table.FAILED] else 0


def _one(case: Case, tools: Path, keep: Path | None) -> list[table.Row]:
    start = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="trial-") as scratch:
        Path(scratch).chmod(0o755)
        try:
            rows = run(Room(Workshop(tools, Path(scratch)), tools), case, keep)
        except Skip as reason:
            print(f"{case.name}: SKIPPED, {reason}")
            return []
        except BuildError as error:
            print(f"{case.name}: NOT BUILT, {str(error).splitlines()[-1]}")
            return []
    took = time.monotonic() - start
    print(f"{case.name}: {took:.1f} s")
    for row in rows:
        print("   ", " | ".join(filter(None, (row.outcome, row.cause, row.fix, row.note))))
    sys.stdout.flush()
    return rows


if __name__ == "__main__":
    sys.exit(main())
