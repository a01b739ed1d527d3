"""Limits and errors: each says which, and survives the way between processes."""

import pickle
from dataclasses import fields

import pytest

from reprodiff.errors import (
    DamagedError,
    InputError,
    LimitError,
    ReprodiffError,
    UnsupportedError,
)
from reprodiff.limits import Budget, Limits

ERRORS = (
    ReprodiffError("what", "hint"),
    InputError("what", "hint"),
    DamagedError("what", "hint", 7),
    UnsupportedError("what"),
    LimitError("what", "hint", "max_ratio"),
)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_comes_back_whole_from_another_process(error: ReprodiffError) -> None:
    back = pickle.loads(pickle.dumps(error))  # noqa: S301  (what a worker sends)
    assert type(back) is type(error)
    assert vars(back) == vars(error)
    assert str(back) == "what"
    assert isinstance(back, ReprodiffError)


@pytest.mark.parametrize(
    "limit", [field.name for field in fields(Limits) if field.name.startswith("max_")]
)
def test_every_limit_has_words_of_its_own(limit: str) -> None:
    error = Limits().reached(limit)
    assert error.limit == limit
    assert error.message
    assert error.hint


def test_a_limit_says_how_much_is_allowed() -> None:
    assert "1,000,000" in Limits().reached("max_entries").message
    assert "250" in Limits().reached("max_ratio").message


def test_a_budget_counts_to_the_byte() -> None:
    budget = Budget(Limits(max_total_bytes=10))
    budget.spend(4)
    budget.spend(6)
    with pytest.raises(LimitError) as caught:
        budget.spend(1)
    assert caught.value.limit == "max_total_bytes"
    assert budget.spent == 11


def test_a_budget_ends_with_its_time() -> None:
    with pytest.raises(LimitError) as caught:
        Budget(Limits(max_seconds=-1)).spend(0)
    assert caught.value.limit == "max_seconds"
