"""Rebuild published wheels from their sdists by the printed recipe, unedited; count what comes out.

``python benchmarks/recipes.py [--write] [NAME ...]`` needs the package index and takes some twenty
minutes for all.  ``--write`` puts the table into ``docs/recipes.md``.

The packages were chosen before any was tried: of the most downloaded pure packages those that are
built with hatchling, flit, setuptools, poetry-core and pdm-backend, the most downloaded first.
Every one of them stays in the table whatever comes out.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import venv
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from reprodiff.engine import compare

HATCHLING = (
    "urllib3",
    "platformdirs",
    "attrs",
    "filelock",
    "fsspec",
    "pygments",
    "pydantic",
    "httpx",
)
FLIT = ("idna", "typing-extensions", "packaging", "click", "jinja2", "werkzeug", "pyparsing")
SETUPTOOLS = (
    *("boto3", "botocore", "requests", "certifi", "six", "python-dateutil", "s3transfer", "pytz"),
)
POETRY = ("rich", "tomlkit", "rsa", "poetry-core")
PDM = ("fastapi", "typer", "fastapi-cli")
PACKAGES = (*HATCHLING, *FLIT, *SETUPTOOLS, *POETRY, *PDM)

DOCUMENT = Path(__file__).parents[1] / "docs" / "recipes.md"
BEGIN, END = "<!-- table: begin -->", "<!-- table: end -->"
TRIED = 8
"""Newest releases that are looked at for one whose wheel and sdist can be had."""
TIMEOUT = 600
"""Seconds for one download or build."""


class Row(NamedTuple):
    """What came out for one package."""

    name: str
    version: str = ""
    made_by: str = ""
    outcome: str = ""
    """``identical``, ``same members``, ``same payload``, ``other`` or ``not built``."""
    causes: tuple[str, ...] = ()


def run(*command: str | Path, cwd: Path, env: dict[str, str] | None = None) -> str:
    """Run a program and return what it said; raise ``RuntimeError`` with the end of it."""
    done = subprocess.run(
        [*map(str, command)],
        cwd=cwd,
        env={**os.environ, **(env or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).strip()[-300:])
    return done.stdout


def only(folder: Path, pattern: str) -> Path:
    """Return the one file that fits."""
    (found,) = folder.glob(pattern)
    return found


def contents(wheel: Path) -> dict[str, bytes]:
    """Return the members of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def payload(members: dict[str, bytes]) -> dict[str, bytes]:
    """Return what is not in dist-info."""
    return {name: data for name, data in members.items() if ".dist-info/" not in name}


def fetch(name: str, python: Path, folder: Path) -> tuple[Path, Path]:
    """Download the newest release whose wheel and sdist the index hands out."""
    said = run(python, "-m", "pip", "index", "versions", name, cwd=folder)
    listed = next(line for line in said.splitlines() if line.startswith("Available versions:"))
    versions = [version.strip() for version in listed.partition(":")[2].split(",")]
    get = (python, "-m", "pip", "download", "--no-deps", "--quiet", "--dest")
    for version in versions[:TRIED]:
        wheels, sdists = folder / version / "wheel", folder / version / "sdist"
        try:
            run(*get, wheels, "--only-binary", ":all:", f"{name}=={version}", cwd=folder)
            run(*get, sdists, "--no-binary", ":all:", f"{name}=={version}", cwd=folder)
        except RuntimeError:
            # No sdist there, or the index lacks what it is built with.
            continue
        return only(wheels, "*.whl"), only(sdists, "*.tar.gz")
    raise RuntimeError(f"none of the newest {TRIED} releases can be downloaded whole")


def rebuild(name: str, python: Path, folder: Path) -> Row:
    """Download, print the recipe, run it, and compare."""
    row = Row(name, outcome="not built")
    try:
        wheel, sdist = fetch(name, python, folder)
        row = row._replace(version=wheel.name.split("-")[1])
        recipe = run(
            sys.executable, "-m", "reprodiff", "recipe", wheel, "--sdist", sdist, cwd=folder
        )
        (folder / "rebuild.sh").write_text(recipe, encoding="utf-8")
        with zipfile.ZipFile(wheel) as archive:
            info = next(n for n in archive.namelist() if n.endswith(".dist-info/WHEEL"))
            text = archive.read(info).decode()
        made = next(line for line in text.splitlines() if line.startswith("Generator:"))
        row = row._replace(made_by=made.partition(":")[2].strip())
        run("sh", "rebuild.sh", cwd=folder, env={"SOURCE": str(sdist), "PYTHON": str(python)})
        rebuilt = only(folder / "rebuilt", "*.whl")
    except (RuntimeError, ValueError, OSError, subprocess.TimeoutExpired, StopIteration) as error:
        said = " ".join(str(error).split())
        return row._replace(causes=(said[-160:] or type(error).__name__,))
    return judge(row, wheel, rebuilt)


def judge(row: Row, wheel: Path, rebuilt: Path) -> Row:
    """Compare a rebuilt wheel with the published one."""
    if wheel.read_bytes() == rebuilt.read_bytes():
        return row._replace(outcome="identical")
    ours, theirs = contents(wheel), contents(rebuilt)
    outcome = "other"
    if ours == theirs:
        outcome = "same members"
    elif payload(ours) == payload(theirs):
        outcome = "same payload"
    report = compare(str(wheel), str(rebuilt))
    roots = dict.fromkeys(each.cause for each in report.findings if not each.derived_from)
    return row._replace(outcome=outcome, causes=tuple(roots))


def table(rows: Sequence[Row]) -> Iterator[str]:
    """Yield the table and the counts as Markdown."""
    built = len(rows)
    same = sum(row.outcome == "identical" for row in rows)
    members = same + sum(row.outcome == "same members" for row in rows)
    code = members + sum(row.outcome == "same payload" for row in rows)
    yield f"Of {built} packages, {same} came out bit for bit as published ({same / built:.0%})."
    yield f"{members} have identical members ({members / built:.0%}),"
    yield f"and {code} install the same files apart from dist-info ({code / built:.0%})."
    yield ""
    yield "| package | published wheel made by | outcome | what differs |"
    yield "| --- | --- | --- | --- |"
    for row in rows:
        causes = ", ".join(f"`{cause}`" for cause in row.causes)
        yield f"| {row.name} {row.version} | {row.made_by} | {row.outcome} | {causes} |"


def main() -> None:
    """Rebuild all, or those that are named."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", default=PACKAGES)
    parser.add_argument("--write", action="store_true", help=f"put the table into {DOCUMENT.name}")
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it there")
    chosen = parser.parse_args()
    rows: list[Row] = []
    with tempfile.TemporaryDirectory() as temporary:
        base = chosen.keep or Path(temporary)
        base.mkdir(parents=True, exist_ok=True)
        venv.create(base / "python", with_pip=True)
        python = (base / "python" / "bin" / "python").absolute()
        run(python, "-m", "pip", "install", "--quiet", "--upgrade", "pip>=25.3", cwd=base)
        for name in chosen.names:
            folder = base / name
            folder.mkdir(exist_ok=True)
            row = rebuild(name, python, folder.absolute())
            print(f"{row.name} {row.version}: {row.outcome} {' '.join(row.causes)}", flush=True)
            rows.append(row)
    text = "\n".join(table(rows))
    print(text)
    if chosen.write:
        whole = DOCUMENT.read_text(encoding="utf-8")
        head, tail = whole.split(BEGIN)[0], whole.split(END)[1]
        DOCUMENT.write_text(f"{head}{BEGIN}\n{text}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
