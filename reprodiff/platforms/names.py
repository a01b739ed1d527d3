"""The names of native files: what is version, what a hash of a repair tool, what neither.

auditwheel puts eight hexadecimal digits behind a library's name (twice if a wheel was repaired
twice), delvewheel thirty-two; delocate keeps names; NumPy's builds for Windows had thirty-two
letters of their own.  Their folders are ``NAME.libs``, ``.libs`` and ``.dylibs``.
"""

import re
from typing import Final

from reprodiff.records import NamedTuple

_NATIVE: Final = re.compile(r"\.(?:so|pyd|dll|dylib)(?:\.[0-9]+)*$", re.IGNORECASE)
_FOLDER: Final = re.compile(r"(?:^|/)(?:[^/]+)?\.(?:libs|dylibs)/[^/]+$")
_PARTS: Final = re.compile(
    r"(?P<name>.+?)"
    # A state of git, and the compiler: libopenblas64__v0.3.23-246-g3d31191b-gcc_10_3_0.dll
    r"(?:_*_v(?P<git>[0-9]+(?:\.[0-9]+)+-[0-9]+-g[0-9a-f]{7,40})(?:-gcc(?:_[0-9]+)+)?)?"
    # A hash of 32 letters, and the kind of compiler: libopenblas.FB5A...F43H.gfortran-win_amd64.dll
    r"(?:\.(?P<letters>(?-i:[A-Z2-7]{32}))(?:\.gfortran-win(?:32|_amd64))?)?"
    # On Windows also 1_1-x64.
    r"(?:[.-](?![0-9]{8}[-.]|[0-9]{32}\.)(?P<before>[0-9]+(?:[._][0-9]+)*)(?:-x64|-x86|-arm64)?)?"
    r"(?P<hash>(?:-[0-9a-f]{8})+(?=[-.0-9]*\.so)|-[0-9a-f]{32}(?=\.dll$))?"
    r"(?:[.-](?P<after>[0-9]+(?:\.[0-9]+)*))?\.(?:so|dll|dylib|pyd)(?:\.(?P<behind>[0-9][0-9.]*))?",
    re.IGNORECASE,
)


class Parts(NamedTuple):
    """A library's file name taken apart."""

    name: str
    """Without hash and version: ``libssl``."""
    hash: str
    """The hexadecimal digits of the repair tool."""
    version: str
    """Of the file's interface or release, as its name has it: ``1.1``."""


def looks_native(path: str) -> bool:
    """Whether a name is that of an extension module or a shared library."""
    return bool(_NATIVE.search(path))


def is_vendored(path: str) -> bool:
    """Whether a file lies where repair tools put libraries."""
    return bool(_FOLDER.search(path)) and looks_native(path)


def parts(path: str) -> Parts:
    """Take a library's file name apart; a name of another form is all name."""
    base = path.rpartition("/")[2]
    found = _PARTS.fullmatch(base)
    if found is None:
        return Parts(base, "", "")
    version = found["git"] or found["behind"] or found["before"] or found["after"] or ""
    digits = (found["hash"] or "").strip("-") or found["letters"] or ""
    return Parts(found["name"], digits, version.strip(".").replace("_", "."))


def library_name(path: str) -> str:
    """Return a library's name without hash and version."""
    return parts(path).name
