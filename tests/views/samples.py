"""Members of the sample pairs."""

import zipfile
from functools import cache
from pathlib import Path

_SAMPLES = Path(__file__).parents[2] / "samples"


def wheel(sample: str, side: str) -> Path:
    """Return the artifact of one side of a sample."""
    (found,) = (_SAMPLES / sample / side).iterdir()
    return found


@cache
def member(sample: str, side: str, ending: str) -> bytes:
    """Return the first member of a wheel that ends so and differs, else the first."""
    archives = [zipfile.ZipFile(wheel(sample, each)) for each in "ab"]
    names = [name for name in archives[0].namelist() if name.endswith(ending)]
    differing = [n for n in names if archives[0].read(n) != archives[1].read(n)]
    data = archives["ab".index(side)].read((differing or names)[0])
    for archive in archives:
        archive.close()
    return data


def pair(sample: str, ending: str) -> tuple[memoryview, memoryview]:
    """Return a member of both sides."""
    return (
        memoryview(member(sample, "a", ending)),
        memoryview(member(sample, "b", ending)),
    )
