"""What assemblers align code with."""

import re
from typing import Final

_NOPS: Final = re.compile(
    rb"(?:(?:\x66|\x2e|\x48|\x67|\x64)*(?:\x0f\x1f(?:[\x00\xc0]|\x40\x00|\x44\x00\x00|\x80\x00{4}|\x84\x00{5})|\x90)"
    rb"|\xcc|\x00|\x8d\x76\x00|\x8d\xb6\x00\x00\x00\x00|\x8d\xb4\x26\x00\x00\x00\x00)*+",
)
_ARM: Final = re.compile(rb"(?:\x1f\x20\x03\xd5|\x00\x00\x00\x00)*+")


def is_padding(code: bytes) -> bool:
    """Whether code does nothing: no-operations of x86 or AArch64, traps, zeros."""
    return _NOPS.fullmatch(code) is not None or _ARM.fullmatch(code) is not None


def padding_size(code: bytes) -> int:
    """Return how many bytes at the start of ``code`` are padding."""
    found = _NOPS.match(code), _ARM.match(code)
    return max(each.end() for each in found if each is not None)
