"""Which claim a byte belongs to."""

import io
import zipfile

from hypothesis import given
from hypothesis import strategies as st

from reprodiff.model import ArtifactKind, Side, Span
from reprodiff.views.claims import Claim, Claims, ask

SPANS = st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda x: Span(x[0], x[0] + x[1]))


def test_of_claims_inside_each_other_the_inner_one_counts() -> None:
    claims = Claims([Claim(1, Span(0, 10), Span(0, 10)), Claim(2, Span(4, 6), Span(4, 6))])
    assert [claims.at(Side.A, at) for at in (0, 3, 4, 5, 6, 9, 10)] == [1, 1, 2, 2, 1, 1, None]
    assert claims.numbers == [1, 2]


@given(st.lists(SPANS, max_size=12))
def test_every_claimed_byte_has_a_claim_that_covers_it_and_no_other_has_one(
    spans: list[Span],
) -> None:
    claims = Claims(Claim(number, span, Span(0, 0)) for number, span in enumerate(spans))
    for at in range(85):
        number = claims.at(Side.A, at)
        covering = [n for n, span in enumerate(spans) if span.start <= at < span.stop]
        assert (number in covering) if covering else number is None
        assert claims.at(Side.B, at) is None


def test_a_claim_overlaps_only_where_it_does_on_both_sides() -> None:
    claims = Claims([Claim(0, Span(10, 20), Span(110, 120))])
    assert claims.overlaps(Span(15, 16), Span(115, 116))
    assert not claims.overlaps(Span(15, 16), Span(0, 5))
    assert not claims.overlaps(Span(20, 21), Span(110, 120))


def _zip(minute: int) -> memoryview:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo("demo.py", (2024, 5, 6, 7, minute, 0)), b"x = 1\n")
    return memoryview(buffer.getvalue())


def test_the_facts_on_containers_have_both_of_their_headers() -> None:
    stated = ask("", ArtifactKind.ZIP, _zip(0), _zip(30), container=True)
    (time,) = [fact for fact in stated if fact.what == "zip.time"]
    assert time.path == "demo.py"
    assert len(time.spans) == 2


def test_what_is_no_archive_states_nothing() -> None:
    assert ask("", ArtifactKind.ZIP, memoryview(b""), memoryview(b"x"), container=True) == []
