"""Magic numbers of pyc files and what they say about the file.

Source: Lib/importlib/_bootstrap_external.py (up to 3.13), Include/internal/pycore_magic_number.h
(from 3.14) and PC/launcher.c of CPython. From 3.11 on, Python 3.n owns the 50 numbers that start
at 2900 + 50n; releases of one minor version share one number, the others belong to its alphas,
betas and candidates.
"""

from typing import NamedTuple

from reprodiff.formats.pyc.code import CODE_3_8, CODE_3_10, CODE_3_11, CodeLayout

SUFFIX = b"\r\n"
"""The two bytes behind every magic number since Python 1.5."""

PEP_552_FIRST = 3392
"""First number (3.7a4) with the flags word of PEP 552 behind the magic number."""

SLICE_FIRST = 3608
"""First number (3.14a1) whose marshal data can hold slices."""


class MagicRange(NamedTuple):
    """Magic numbers ``first`` to ``last`` belong to ``version``.

    ``layout`` is None where code objects were stored otherwise than in the release: alphas of 3.8
    and 3.11, and 3.7, which is named but not read.
    """

    first: int
    last: int
    version: str
    layout: CodeLayout | None


MAGIC_RANGES = (
    MagicRange(3392, 3394, "3.7", None),
    MagicRange(3400, 3409, "3.8", None),
    MagicRange(3410, 3419, "3.8", CODE_3_8),  # release: 3413
    MagicRange(3420, 3429, "3.9", CODE_3_8),  # release: 3425
    MagicRange(3430, 3449, "3.10", CODE_3_10),  # release: 3439
    MagicRange(3450, 3493, "3.11", None),  # several tables came and went before 3.11a7
    MagicRange(3494, 3499, "3.11", CODE_3_11),  # release: 3495
    MagicRange(3500, 3549, "3.12", CODE_3_11),  # release: 3531
    MagicRange(3550, 3599, "3.13", CODE_3_11),  # release: 3571
    MagicRange(3600, 3649, "3.14", CODE_3_11),  # release: 3627
    MagicRange(3650, 3699, "3.15", CODE_3_11),  # the layout as in its alphas
)


def magic_range(magic: int) -> MagicRange | None:
    """Return the row that holds ``magic``, or None for a number that is not CPython 3.7 to 3.15."""
    for row in MAGIC_RANGES:
        if row.first <= magic <= row.last:
            return row
    return None
