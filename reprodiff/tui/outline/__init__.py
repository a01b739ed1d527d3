"""The rows of the list of findings, grouped in one of several ways."""

from reprodiff.tui.outline.base import (
    PROBLEMS,
    Address,
    Folds,
    Grouping,
    Kind,
    Outline,
    Row,
)

__all__ = ["PROBLEMS", "Address", "Folds", "Grouping", "Kind", "Outline", "Row"]
