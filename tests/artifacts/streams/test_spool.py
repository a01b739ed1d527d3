from functools import partial
from pathlib import Path

import pytest

from reprodiff.artifacts.streams.spool import Spool
from reprodiff.errors import LimitError
from reprodiff.limits import Budget, Limits

PARTS = [b"abc", b"", b"defghij", b"k" * 40]


@pytest.mark.parametrize("memory", [0, 3, 9, 10, 50, 51])
def test_the_bytes_are_the_same_wherever_they_are_kept(memory: int, tmp_path: Path) -> None:
    with Spool(Limits(), 50, memory=memory) as spool:
        for part in PARTS:
            spool.write(part)
        payload = spool.finish()
    with payload as view:
        assert bytes(view) == b"".join(PARTS)
        assert view.readonly
        assert spool.size == 50


def test_a_slice_outlives_its_payload() -> None:
    with Spool(Limits(), 50, memory=0) as spool:
        spool.write(b"content")
        payload = spool.finish()
    kept = payload.view[3:]
    payload.close()
    payload.close()
    assert bytes(kept) == b"tent"


def test_nothing_taken_in_is_an_empty_payload() -> None:
    with Spool(Limits(), 0, memory=0) as spool, spool.finish() as view:
        assert bytes(view) == b""


def test_a_budget_is_shared() -> None:
    limits = Limits(max_total_bytes=10)
    budget = Budget(limits)
    with Spool(limits, 10, budget) as first:
        first.write(b"123456")
    with Spool(limits, 10, budget) as second, pytest.raises(LimitError):
        second.write(b"12345")


def test_a_directory_that_cannot_be_written_is_a_limit_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    with Spool(Limits(), 10, memory=0) as spool, pytest.raises(LimitError) as refused:
        spool.write(b"content")
    assert "TMPDIR" in refused.value.hint


def test_a_full_disk_is_a_limit_and_leaving_does_not_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    monkeypatch.setattr("tempfile.TemporaryFile", partial(full.open, "w+b"))
    with Spool(Limits(), 10, memory=0) as spool:
        with pytest.raises(LimitError):
            spool.write(bytes(100_000))
        with pytest.raises(LimitError):
            spool.finish()
