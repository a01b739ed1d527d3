"""The pairs that are compared, made anew each time and always the same."""

import base64
import hashlib
import importlib.metadata
import marshal
import os
import py_compile
import random
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from importlib.util import cache_from_source
from pathlib import Path
from typing import Final, NamedTuple

Moment = tuple[int, int, int, int, int, int]

_REGULAR = 0o100000
_NOT_CODE = frozenset({"__pycache__", "idlelib", "lib2to3", "site-packages", "test", "tests"})


class Pair(NamedTuple):
    """Two artifacts to compare."""

    a: Path
    b: Path


# -- a large wheel, its times changed ------------------------------------------------------------


def large_wheels(folder: Path, members: int, size: int) -> Pair:
    """Make two wheels of ``members`` files of ``size`` bytes that do not compress.

    Nothing differs but the recorded times.
    """
    return Pair(
        _large(folder / "a", members, size, lambda n: (2020, 1, 2, 3, 4, 2 * (n % 20))),
        _large(folder / "b", members, size, lambda n: (2021, 1, 2, 3, 5, 2 * (n % 20))),
    )


def _large(folder: Path, members: int, size: int, moment: Callable[[int], Moment]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demo-1.0-py3-none-any.whl"
    chance = random.Random(5)  # noqa: S311  (the same bytes each time, not a secret)
    rows: list[str] = []
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:

        def add(name: str, data: bytes, number: int = 0) -> None:
            archive.writestr(_info(name, moment(number), 0o644), data)
            rows.append(_row(name, data))

        for number in range(members):
            add(f"demo/part{number % 100}/file{number}.bin", chance.randbytes(size), number)
        for name, data in _DIST_INFO.items():
            add(f"demo-1.0.dist-info/{name}", data)
        own = "demo-1.0.dist-info/RECORD"
        archive.writestr(_info(own, moment(0), 0o644), _record(rows, own))
    return path


_DIST_INFO: Final = {
    "METADATA": b"Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n",
    "WHEEL": (
        b"Wheel-Version: 1.0\nGenerator: demo (1.0)\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    ),
}


def _row(name: str, data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return f"{name},sha256={digest.decode().rstrip('=')},{len(data)}\n"


def _record(rows: list[str], own: str) -> bytes:
    return "".join([*rows, f"{own},,\n"]).encode()


def _info(name: str, moment: Moment, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, moment)
    info.external_attr = (_REGULAR | mode) << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    return info


# -- a pure wheel, repacked ----------------------------------------------------------------------


def repacked_wheels(folder: Path, name: str) -> Pair:
    """Pack the installed pure package ``name`` as a wheel, twice.

    Times, modes and the order of the members differ; contents do not.  Raises
    :class:`importlib.metadata.PackageNotFoundError` if it is not installed.
    """
    files = _installed(name)
    version = importlib.metadata.version(name)
    shuffled = list(files)
    random.Random(1).shuffle(shuffled)  # noqa: S311  (the same order each time)
    return Pair(
        _pack(folder / "a", f"{name}-{version}", files, (2016, 1, 1, 0, 0, 0), 0o644),
        _pack(folder / "b", f"{name}-{version}", shuffled, (2021, 3, 4, 5, 6, 8), 0o600),
    )


def _installed(name: str) -> list[tuple[str, bytes]]:
    """Return what the package's wheel had: no bytecode, nothing that installers add."""
    found = importlib.metadata.distribution(name)
    added = {"INSTALLER", "REQUESTED", "RECORD", "direct_url.json"}
    files: list[tuple[str, bytes]] = []
    own = ""
    for each in found.files or ():
        path = each.as_posix()
        if ".dist-info/" in path and each.name == "RECORD":
            own = path
        if each.suffix == ".pyc" or each.name in added or path.startswith(".."):
            continue
        files.append((path, Path(str(each.locate())).read_bytes()))
    files.sort()
    return [*files, (own, _record([_row(*each) for each in files], own))]


def _pack(
    folder: Path, stem: str, files: list[tuple[str, bytes]], moment: Moment, mode: int
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files:
            archive.writestr(_info(name, moment, mode), data)
    return path


# -- two installed trees -------------------------------------------------------------------------


def compiled_trees(folder: Path, modules: int) -> Pair:
    """Copy modules of the standard library into two trees and compile them there.

    The two differ in where they lie and in the times of the sources: so the path and the time
    recorded in every bytecode file differ, and no code does.
    """
    library = Path(sysconfig.get_path("stdlib"))
    sources = [
        path
        for path in sorted(library.rglob("*.py"))
        if not _NOT_CODE.intersection(path.relative_to(library).parts)
    ]
    chosen = _compiling(sources, modules)
    return Pair(
        _tree(folder / "a" / "site-packages", library, chosen, 1_700_000_000),
        _tree(folder / "b" / "site-packages", library, chosen, 1_710_000_001),
    )


def _compiling(sources: list[Path], wanted: int) -> list[Path]:
    """Return the first that are whole programs; a library may hold templates of some."""
    chosen: list[Path] = []
    for path in sources:
        if len(chosen) == wanted:
            break
        try:
            compile(path.read_bytes(), path.name, "exec", dont_inherit=True)
        except SyntaxError:
            continue
        chosen.append(path)
    return chosen


def _tree(root: Path, library: Path, sources: list[Path], time: int) -> Path:
    for source in sources:
        target = root / "library" / source.relative_to(library)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        os.utime(target, (time, time))
        py_compile.compile(str(target), str(_bytecode(target)), doraise=True)
    return root


def _bytecode(source: Path) -> Path:
    # Beside the source, wherever the environment says that bytecode goes.
    return source.parent / "__pycache__" / Path(cache_from_source(str(source))).name


def with_hidden_change(tree: Path, folder: Path) -> tuple[Path, str]:
    """Copy ``tree`` and change the code of one bytecode file, but not its header or its source.

    Returns the copy and the path of the file in it.
    """
    copy = folder / "c" / tree.name
    shutil.copytree(tree, copy)
    source = max(tree.rglob("*.py"), key=lambda path: (path.stat().st_size, str(path)))
    target = copy / _bytecode(source).relative_to(tree)
    header = target.read_bytes()[:16]
    changed = compile(source.read_bytes() + b"\n_changed = 1\n", str(source), "exec")
    target.write_bytes(header + marshal.dumps(changed))
    return copy, target.relative_to(copy).as_posix()


# -- compiled wheels from the package index -------------------------------------------------------


class Published(NamedTuple):
    """Which wheel of a release: for an interpreter and a platform, as pip names them."""

    label: str
    python: str
    platform: str


PUBLISHED: Final = (
    (
        "numpy",
        "2.3.5",
        (
            Published("cp311", "311", "manylinux_2_28_x86_64"),
            Published("cp312", "312", "manylinux_2_28_x86_64"),
        ),
    ),
    (
        "pillow",
        "12.0.0",
        (
            Published("manylinux_2_28", "311", "manylinux_2_28_x86_64"),
            Published("manylinux2014", "311", "manylinux2014_x86_64"),
        ),
    ),
)


def downloaded(
    folder: Path, name: str, version: str, sides: tuple[Published, Published]
) -> Pair | None:
    """Download two wheels of a release; ``None`` if the index has not both of them."""
    found: list[Path] = []
    for number, side in enumerate(sides):
        target = folder / "published" / name / str(number)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--only-binary", ":all:", "--python-version", side.python]
        command += ["--platform", side.platform, "--dest", str(target), f"{name}=={version}"]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return None
        found += sorted(target.glob("*.whl"))[:1]
    return Pair(found[0], found[1]) if len(found) == 2 else None
