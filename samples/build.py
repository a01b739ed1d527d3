#!/usr/bin/env python3
"""Build the sample pairs again, with the real tools that made them.

    python samples/build.py                                         all of them
    python samples/build.py umask-setuptools-wheel pyc-build-path   only these
    python samples/build.py --check                                 compare, and write nothing

Needs Linux, and pip with a package index: the tools are pinned, and installed on first use. Some
samples need more: a C compiler, git, cargo, zip, unzip, patch, user namespaces, a tmpfs at
/dev/shm, CPython 3.11. A sample that lacks something is skipped with a line that says what.
"""

import argparse
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pairs_containers
import pairs_contents
import pairs_elf
import pairs_macho
import pairs_metadata
import pairs_native
import pairs_pe
from facts import differing, facts, texts
from worlds import BuildError, Skip, Workshop

Recipe = Callable[[Workshop], tuple[Path, Path]]

HERE = Path(__file__).resolve().parent
MODULES = (
    *(
        pairs_containers,
        pairs_metadata,
        pairs_contents,
        pairs_native,
        pairs_elf,
        pairs_pe,
        pairs_macho,
    ),
)
RECIPES: Mapping[str, Recipe] = {
    recipe.__name__.replace("_", "-"): recipe for module in MODULES for recipe in module.RECIPES
}
VERDICTS = ("identical", "equivalent", "different")
# The category that a label has to name when a facet of the container differs anywhere.
FACETS = {
    "gzip header": "timestamps",
    "header": "archive-format",
    "mode": "permissions",
    "order": "ordering",
    "owner": "ownership",
    "stream": "compression",
    "time": "timestamps",
}


def _foreign(path: Path, machine: Iterable[Path]) -> list[str]:
    """The directories of this machine that an artifact names, which it must not."""
    names = {str(place) for place in machine if place.parts[1:2] not in {(), ("usr",)}}
    return sorted(name for name in names for text in texts(path) if name.encode() in text)


def _build(name: str, tools: Path, scratch: Path) -> tuple[Path, Path]:
    pair = RECIPES[name](Workshop(tools, scratch))
    machine = (HERE, tools, scratch, Path.home(), Path(sys.base_prefix))
    for artifact in pair:
        if found := _foreign(artifact, machine):
            raise BuildError(f"{artifact.name} names {', '.join(found)}, of this machine")
    return pair


def _label(name: str) -> dict[str, Any]:
    path = HERE / name / "label.toml"
    try:
        return tomllib.loads(path.read_text())
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise BuildError(f"{path}: {error}") from error


def _committed(name: str) -> tuple[Path, Path]:
    label = _label(name)
    return HERE / name / label["a"], HERE / name / label["b"]


def _label_faults(name: str) -> list[str]:
    """What is wrong with a label, as far as the artifacts alone can tell."""
    label = _label(name)
    a, b = _committed(name)
    faults = []
    lines = differing(a, b)
    expected = {entry["category"] for entry in label.get("expect", [])}
    faults += [
        f"{facet} differs and {FACETS[facet]} is not expected"
        for facet in sorted({line.rpartition(": ")[2] for line in lines} & FACETS.keys())
        if FACETS[facet] not in expected
    ]
    if label["verdict"] not in VERDICTS:
        faults.append(f"verdict {label['verdict']!r} is none of {', '.join(VERDICTS)}")
    if (label["verdict"] == "identical") != (not lines):
        faults.append("verdict and bytes contradict each other")
    known = facts(a).keys() | facts(b).keys()
    named = (path for entry in label.get("expect", []) for path in entry.get("paths", []))
    faults += [f"no member {path!r}" for path in named if path.partition("!/")[0] not in known]
    return faults


def _check(name: str, pair: tuple[Path, Path]) -> list[str]:
    """How a pair built again differs from the committed one in kind; empty for not at all."""
    if missing := [path for path in _committed(name) if not path.is_file()]:
        return [f"no such file: {path}" for path in missing]
    committed, again = differing(*_committed(name)), differing(*pair)
    faults = [f"no longer differs: {line}" for line in committed if line not in again]
    faults += [f"differs now: {line}" for line in again if line not in committed]
    return faults + _label_faults(name)


def _store(name: str, pair: tuple[Path, Path]) -> None:
    for side, artifact in zip("ab", pair, strict=True):
        home = HERE / name / side
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        shutil.copyfile(artifact, home / artifact.name)


def _one(name: str, tools: Path, *, check: bool) -> bool:
    """Build one sample and say how it went; False for a fault."""
    with tempfile.TemporaryDirectory(prefix="sample-") as scratch:
        Path(scratch).chmod(0o755)
        try:
            pair = _build(name, tools, Path(scratch))
            faults = _check(name, pair) if check else []
        except Skip as reason:
            print(f"{name}: skipped, {reason}")
            return True
        except BuildError as error:
            print(f"{name}: FAILED, {error}")
            return False
        if not check:
            _store(name, pair)
            sizes = " and ".join(f"{path.stat().st_size:,}" for path in pair)
            print(f"{name}: built, {sizes} bytes")
        elif faults:
            print("\n    ".join([f"{name}: DIFFERS", *faults]))
        else:
            old = [path.read_bytes() for path in _committed(name)]
            same = old == [path.read_bytes() for path in pair]
            print(f"{name}: {'byte for byte the same' if same else 'the same differences'}")
        return not faults


def main() -> int:
    """Run the command line; 1 if a sample failed or is not what was committed."""
    parser = argparse.ArgumentParser(description="Build the sample pairs again.")
    parser.add_argument("names", nargs="*", metavar="name", help="samples to build (default: all)")
    parser.add_argument("--check", action="store_true", help="compare with what is committed")
    parser.add_argument("--list", action="store_true", help="print the names and stop")
    parser.add_argument(
        "--tools",
        type=Path,
        default=Path(tempfile.gettempdir()) / "sample-tools",
        help="where the pinned tools are installed and kept (default: %(default)s)",
    )
    options = parser.parse_args()
    if unknown := [name for name in options.names if name not in RECIPES]:
        parser.error(f"no sample is named {', '.join(unknown)}; --list prints the names")
    if options.list:
        print("\n".join(sorted(RECIPES)))
        return 0
    os.umask(0o022)  # what is prepared for a build; the build itself gets that of its world
    options.tools.mkdir(parents=True, exist_ok=True)
    names = options.names or sorted(RECIPES)
    results = [_one(name, options.tools.resolve(), check=options.check) for name in names]
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
