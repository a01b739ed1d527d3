"""Two builds of the same Python package differ; say why, prove it, and say what to change.

The public interface is small:

- :func:`compare` runs the whole pipeline on two artifacts and returns a :class:`Report`;
- the names of :mod:`reprodiff.model` are the words a report is made of.

Importing this package costs almost nothing: the engine is loaded on the first use of
:func:`compare`.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reprodiff.engine import compare
    from reprodiff.model import (
        Category,
        Confidence,
        Difference,
        Finding,
        Fix,
        Location,
        Problem,
        Report,
        Severity,
        Verdict,
    )

__version__ = "0.1.0"

__all__ = [
    "Category",
    "Confidence",
    "Difference",
    "Finding",
    "Fix",
    "Location",
    "Problem",
    "Report",
    "Severity",
    "Verdict",
    "__version__",
    "compare",
]


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562), so that ``import reprodiff`` stays cheap."""
    if name in __all__:
        module = "reprodiff.engine" if name == "compare" else "reprodiff.model"
        value: object = getattr(import_module(module), name)
    else:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    globals()[name] = value
    return value
