"""The hash of a source that a hash-based pyc keeps (PEP 552)."""

from typing import Final

ALGORITHM: Final = "pyc-"
"""In front of a magic number: the name under which digests of that kind are asked for."""

_FIRST: Final = 3450
"""The first magic number of 3.11: from there on the hash is SipHash-1-3, before SipHash-2-4."""
_SUFFIX: Final = 0x0A0D0000


def source_hash(source: bytes | memoryview, magic_number: int) -> bytes | None:
    """Return the eight bytes that Python of a magic number expects of ``source``.

    ``None`` where this interpreter cannot tell: it is no CPython, or the number is older than 3.11.
    The key is the whole magic number, the one part of it that ``importlib.util.source_hash`` does
    not let anybody choose.
    """
    try:
        import _imp  # noqa: PLC0415 - asked for by few reports
    except ImportError:
        return None
    if magic_number < _FIRST or not hasattr(_imp, "source_hash"):
        return None
    return _imp.source_hash(magic_number | _SUFFIX, source)
