"""What becomes of a comparison that a format cannot bring to an end."""

import pytest

from reprodiff.errors import DamagedError
from reprodiff.formats import registry
from reprodiff.formats.base import Content, Format
from reprodiff.model import ArtifactKind, Difference

_CONTENT = Content("x.bin", "x.bin", memoryview(b"a"), memoryview(b"b"), ArtifactKind.FILE)


def _failing(error: Exception) -> Format:
    def compare(content: Content) -> list[Difference]:
        raise error

    return Format("deep", lambda content: True, compare)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (RecursionError(), "the comparison as deep failed (RecursionError): compared as bytes"),
        (MemoryError(), "the comparison as deep failed (MemoryError): compared as bytes"),
        (ValueError(), "the comparison as deep failed (ValueError): compared as bytes"),
        (DamagedError("broken"), ""),
    ],
)
def test_a_comparison_that_is_too_much_is_a_problem_and_damage_is_none(
    monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    monkeypatch.setattr(registry, "formats", lambda: (_failing(error),))
    assert registry.compare(_CONTENT) == registry.Compared((), said)


def test_another_format_that_reads_it_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    fact = Difference("text.line", "x.bin", "line 1", "a", "b")
    other = Format("text", lambda content: True, lambda content: [fact])
    monkeypatch.setattr(registry, "formats", lambda: (_failing(RecursionError()), other))
    assert registry.compare(_CONTENT) == registry.Compared((fact,), "")
