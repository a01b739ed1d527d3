"""Which systems have which versions, to say in plain words what a newer one costs.

Sources: release notes of the distributions; "libstdc++ ABI Policy and Guidelines" of GCC;
Python's "What's New" for the systems it supports.
"""

from collections.abc import Iterable
from typing import Final

GLIBC: Final = (
    ("CentOS 5", "2.5"),
    ("CentOS 6", "2.12"),
    ("CentOS 7", "2.17"),
    ("Amazon Linux 2", "2.26"),
    ("Ubuntu 18.04", "2.27"),
    ("Debian 10", "2.28"),
    ("RHEL 8", "2.28"),
    ("Debian 11", "2.31"),
    ("Ubuntu 20.04", "2.31"),
    ("RHEL 9", "2.34"),
    ("Amazon Linux 2023", "2.34"),
    ("Ubuntu 22.04", "2.35"),
    ("Debian 12", "2.36"),
    ("RHEL 10", "2.39"),
    ("Ubuntu 24.04", "2.39"),
    ("Debian 13", "2.41"),
)
"""Distributions by the glibc they came with; what is derived from them has the same."""

GLIBCXX: Final = {
    "3.4.13": "4.4", "3.4.14": "4.5", "3.4.15": "4.6", "3.4.17": "4.7", "3.4.18": "4.8",
    "3.4.19": "4.8.3", "3.4.20": "4.9", "3.4.21": "5.1", "3.4.22": "6.1", "3.4.23": "7.1",
    "3.4.24": "7.2", "3.4.25": "8.1", "3.4.26": "9.1", "3.4.27": "9.2", "3.4.28": "9.3",
    "3.4.29": "11.1", "3.4.30": "12.1", "3.4.31": "13.1", "3.4.32": "13.2", "3.4.33": "14.1",
    "3.4.34": "15.1",
}  # fmt: skip
"""The release of GCC whose libstdc++ has a version first."""

CXXABI: Final = {
    "1.3": "3.4", "1.3.1": "4.0", "1.3.2": "4.3", "1.3.3": "4.4", "1.3.4": "4.5",
    "1.3.5": "4.6", "1.3.6": "4.7", "1.3.7": "4.8", "1.3.8": "4.9", "1.3.9": "5.1",
    "1.3.10": "6.1", "1.3.11": "7.1", "1.3.12": "9.1", "1.3.13": "11.1", "1.3.14": "13.1",
    "1.3.15": "14.1",
}  # fmt: skip
"""The same for the versions of what programs call to run C++ at all."""

MACOS: Final = ("10.9", "10.10", "10.11", "10.12", "10.13", "10.14", "10.15",
                "11.0", "12.0", "13.0", "14.0", "15.0", "26.0")  # fmt: skip

VISUAL_CPP: Final = {
    "vcruntime140.dll": "the Visual C++ 2015-2022 runtime",
    "vcruntime140_1.dll": "the Visual C++ 2019 or later runtime",
    "msvcp140.dll": "the C++ library of Visual C++ 2015-2022",
    "vcomp140.dll": "the OpenMP library of Visual C++",
    "concrt140.dll": "the Concurrency Runtime of Visual C++",
    "msvcr100.dll": "the Visual C++ 2010 runtime",
    "msvcr120.dll": "the Visual C++ 2013 runtime",
    "msvcrt.dll": "the C runtime of Windows itself",
    "ucrtbase.dll": "the Universal C Runtime",
}
"""Runtime libraries that Windows programs need, and in whose name they come."""


def key(version: str) -> tuple[int, ...]:
    """Return a version as numbers to compare; what is no number counts as 0."""
    return tuple(int(part) if part.isdigit() else 0 for part in version.split("."))


def highest(versions: Iterable[str]) -> str:
    """Return the highest version, empty if there is none."""
    return max(versions, key=key, default="")


def left_behind(a: str, b: str) -> tuple[str, ...]:
    """Return the systems whose glibc is enough for ``a`` and not for ``b``."""
    return tuple(
        f"{name} ({version})"
        for name, version in GLIBC
        if key(a) <= key(version) < key(b) or (not a and key(version) < key(b))
    )
