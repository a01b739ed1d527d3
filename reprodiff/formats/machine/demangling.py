"""Names as programmers write them, from names as linkers see them; runs in a child process only.

The demanglers of LLVM (C++ of the Itanium ABI and of Microsoft, Rust) are native code, and names
are bytes of strangers.  Rust's older mangling is C++ to them, with escapes of its own and a hash at
the end.  Source: rustc's ``legacy`` symbol mangling.
"""

import re
from typing import Any, Final

import pycxxfilt  # noqa: TID253  (this module is loaded in the child only)

_HASH: Final = re.compile(r"::h[0-9a-f]{16}\Z")
_ESCAPES: Final = {
    "SP": "@", "BP": "*", "RF": "&", "LT": "<", "GT": ">", "LP": "(", "RP": ")", "C": ",",
}  # fmt: skip
_ESCAPE: Final = re.compile(
    r"\$(?:(SP|BP|RF|LT|GT|LP|RP|C)|u([0-9a-f]{1,6}))\$|(?<![.\w])_(?=\$)|\.\."
)


def demangle(meta: dict[str, Any], payload: memoryview) -> tuple[dict[str, Any], bytes]:
    """Return the readable form of each of ``names``; one that has none stays as it is."""
    del payload
    return {"names": [_readable(name) for name in meta["names"]]}, b""


def _readable(name: str) -> str:
    # What compilers add to clones (.cold, .constprop.0) stands behind the name.
    mangled, dot, rest = name.partition(".") if not name.startswith("?") else (name, "", "")
    for text, clone in ((name, ""), (mangled, dot + rest)):
        try:
            found = pycxxfilt.demangle(text)
        except ValueError:
            continue
        if found:
            plain = _HASH.sub("", found)
            return (_ESCAPE.sub(_unescaped, plain) if plain != found else found) + clone
    return name


def _unescaped(found: re.Match[str]) -> str:
    if found[1]:
        return _ESCAPES[found[1]]
    if found[2]:
        return chr(int(found[2], 16)) if int(found[2], 16) < 0x110000 else found[0]
    return "::" if found[0] == ".." else ""
