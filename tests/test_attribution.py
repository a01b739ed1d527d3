"""Rules claim facts in the order of blame, and claims gather into findings."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.attribution import Collector, attribute, locate, totals
from reprodiff.causes.base import Blame, Cause, Claim, Doc, Prefixes, Rule, Scene, SideScene
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Category,
    Confidence,
    Difference,
    Finding,
    Severity,
    Span,
    SpansIn,
)

DOC = Doc("what", "recognised", "why", (("any", "fix"),), "mistaken for")
INFO = ArtifactInfo("demo.whl", ArtifactKind.WHEEL)


def scene() -> Scene:
    return Scene(SideScene(INFO), SideScene(INFO))


def cause(
    identity: str = "some-cause",
    category: Category = Category.TIMESTAMPS,
    severity: Severity = Severity.BENIGN,
    blame: Blame = Blame.LEAF,
) -> Cause:
    return Cause(identity, category, severity, f"title of {identity}", blame, DOC)


def fact(
    what: str = "zip.time", path: str = "a.py", inside: str = "time", size: int = 2
) -> Difference:
    return Difference(what, path, inside, 1, 2, Span(0, size), Span(0, size), weight=size)


def rule(name: str, takes: str, rank: int, *claims: Claim) -> Rule:
    return Rule(name, (cause(),), (takes,), rank, lambda _facts, _scene: claims)


class Recorder:
    """A rule's function that claims nothing and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[Difference] = []

    def __call__(self, facts: Sequence[Difference], scene: Scene) -> Iterable[Claim]:
        del scene
        self.shown += facts
        return ()


# -- rules ----------------------------------------------------------------------------------------


def test_what_one_rule_claims_is_gone_for_the_next() -> None:
    first, second = fact(path="a.py"), fact(path="b.py")
    later = Recorder()
    rules = [
        rule("early", "zip.time", 1, Claim(cause(), [first])),
        Rule("late", (cause(),), ("zip.",), 2, later),
    ]
    claims, rest = attribute([first, second], rules, scene())
    assert [list(claim.differences) for claim in claims] == [[first]]
    assert later.shown == [second]
    assert rest == [second]


def test_a_fact_that_narrower_ones_were_cut_from_is_done_with() -> None:
    line = fact("text.line", inside="line 1")
    token = line._replace(span_a=Span(0, 1))
    claim = Claim(cause(), [token], consumed=(line,))
    _, rest = attribute([line], [rule("lines", "text.line", 1, claim)], scene())
    assert rest == []


def test_a_fact_equal_to_a_claimed_one_is_not_claimed_with_it() -> None:
    """Two facts may read the same: only the one that the rule took is gone."""
    one, two = fact(), fact()
    _, rest = attribute([one, two], [rule("r", "zip.time", 1, Claim(cause(), [one]))], scene())
    assert len(rest) == 1
    assert rest[0] is two


@pytest.mark.parametrize(
    ("takes", "what", "wanted"),
    [
        ("zip.time", "zip.time", True),
        ("zip.time", "zip.times", False),
        ("zip.time", "zip.time.more", False),
        ("derived.", "derived.zip.crc", True),
        ("derived.", "derived", False),
    ],
)
def test_a_rule_wants_kinds_by_name_or_by_what_they_start_with(
    takes: str, what: str, wanted: bool
) -> None:
    assert rule("r", takes, 1).wants(what) is wanted


def test_a_rule_is_not_asked_about_kinds_it_does_not_want() -> None:
    asked = Recorder()
    attribute([fact("zip.mode")], [Rule("r", (cause(),), ("zip.time",), 1, asked)], scene())
    assert asked.shown == []


# -- findings -------------------------------------------------------------------------------------


def collected(*claims: tuple[Claim, int], limit: int | None = None) -> tuple[Finding, ...]:
    collector = Collector(Prefixes(), limit)
    for claim, weight in claims:
        collector.add(claim, "", weight)
    return collector.findings()


def test_one_cause_is_one_finding_however_many_places() -> None:
    facts = [fact(path=f"m{n}.py") for n in range(5000)]
    (finding,) = collected(*((Claim(cause(), [each]), 2) for each in facts), limit=10)
    assert finding.location_count == 5000
    assert len(finding.locations) == 10
    assert finding.bytes == 10_000
    (whole,) = collected(*((Claim(cause(), [each]), 2) for each in facts))
    assert len(whole.locations) == 5000
    assert whole.id == finding.id


def test_severity_and_confidence_keep_findings_apart() -> None:
    one = Claim(cause(), [fact()])
    findings = collected(
        (one, 1),
        (replace(one, confidence=Confidence.LIKELY), 1),
        (replace(one, severity=Severity.REVIEW), 1),
    )
    assert len(findings) == len({finding.id for finding in findings}) == 3


def test_what_matters_most_is_first_and_echoes_are_last() -> None:
    claims = [
        Claim(cause("echo", Category.CHECKSUMS, blame=Blame.CONSEQUENCE), [fact()]),
        Claim(cause("time"), [fact()]),
        Claim(cause("toolchain", Category.TOOLCHAIN, Severity.REVIEW, Blame.SOURCE), [fact()]),
        Claim(cause("content", Category.CONTENT, Severity.REVIEW, Blame.SOURCE), [fact()]),
        Claim(
            cause("review-echo", Category.METADATA, Severity.REVIEW, Blame.CONSEQUENCE), [fact()]
        ),
        Claim(cause("alarm", Category.INTEGRITY, Severity.ALARM, Blame.INTEGRITY), [fact()]),
    ]
    findings = collected(*((claim, 1) for claim in claims))
    assert [finding.cause for finding in findings] == [
        *("alarm", "content", "toolchain", "review-echo", "time", "echo")
    ]
    assert collected(*((claim, 1) for claim in reversed(claims))) == findings


def test_what_is_proven_and_larger_comes_first_among_its_like() -> None:
    claims = [
        (Claim(cause("small"), [fact()]), 1),
        (Claim(cause("large"), [fact()]), 9),
        (Claim(cause("likely"), [fact()], Confidence.LIKELY), 99),
    ]
    assert [finding.cause for finding in collected(*claims)] == ["large", "small", "likely"]


def test_an_echo_names_the_findings_it_follows_from() -> None:
    source = cause("source", Category.CONTENT, Severity.REVIEW, Blame.SOURCE)
    echo = cause("echo", Category.CHECKSUMS, blame=Blame.CONSEQUENCE)
    findings = collected(
        (Claim(source, [fact(path="a.py")]), 1),
        (Claim(cause("other"), [fact(path="b.py")]), 1),
        (Claim(echo, [fact(path="RECORD")], follows=("a.py",)), 1),
    )
    ids = {finding.cause: finding.id for finding in findings}
    (last,) = (finding for finding in findings if finding.cause == "echo")
    assert last.derived_from == (ids["source"],)


def test_what_follows_from_the_layout_names_what_changed_it() -> None:
    order = cause("order", Category.ORDERING)
    grown = Difference("text.line", "a.py", "line 1", "x", "xyz", Span(0, 1), Span(0, 3))
    echo = cause("echo", Category.CHECKSUMS, blame=Blame.CONSEQUENCE)
    findings = collected(
        (Claim(order, [fact()]), 1),
        (Claim(cause("content", Category.CONTENT), [grown]), 1),
        (Claim(cause("time"), [fact()]), 1),
        (Claim(echo, [fact()], follows=("*",)), 1),
    )
    ids = {finding.cause: finding.id for finding in findings}
    (last,) = (finding for finding in findings if finding.cause == "echo")
    assert set(last.derived_from) == {ids["order"], ids["content"]}


def test_nothing_follows_from_itself_or_from_an_echo() -> None:
    echo = cause("echo", Category.CHECKSUMS, blame=Blame.CONSEQUENCE)
    findings = collected(
        (Claim(echo, [fact(path="a.py")], follows=("a.py",)), 1),
        (Claim(cause("time"), [fact(path="a.py")], follows=("a.py",)), 1),
    )
    by_cause = {finding.cause: finding for finding in findings}
    assert by_cause["time"].derived_from == ()
    assert by_cause["echo"].derived_from == (by_cause["time"].id,)


def test_paths_of_nested_archives_are_told_whole() -> None:
    collector = Collector(Prefixes())
    collector.add(Claim(cause(), [fact(path="x.py")]), "data.zip!/", 1)
    collector.add(Claim(cause(), [fact(path="")]), "data.zip!/", 1)
    collector.add(Claim(cause(), [fact(path="")]), "", 1)
    (finding,) = collector.findings()
    assert [place.path for place in finding.locations] == ["data.zip!/x.py", "data.zip", ""]


def test_places_and_sentences_are_safe_text() -> None:
    evil = Difference("zip.name", "a.py", "na\x1bme", b"\x1b]0;x\x07", ("\u202e", 1))
    place = locate(evil, "a.py", headers=True)
    assert (place.inside, place.a, place.b) == ("na\\x1bme", "\\x1b]0;x\\x07", "\\u202e, 1")
    claim = Claim(cause(), [evil], explanation="from \x1b[2J", evidence=("seen \u202e",))
    (finding,) = collected((claim, 1))
    assert finding.explanation == "from \\x1b[2J"
    assert finding.evidence == ("seen \\u202e",)


def test_a_finding_without_a_story_of_its_own_has_that_of_its_cause() -> None:
    (finding,) = collected((Claim(cause(), [fact()]), 1))
    assert finding.explanation == DOC.what


def test_what_is_new_or_has_grown_is_told_as_it_comes() -> None:
    collector = Collector(Prefixes())
    collector.add(Claim(cause("one"), [fact()]), "", 1)
    assert [finding.cause for finding in collector.fresh()] == ["one"]
    assert list(collector.fresh()) == []
    collector.add(Claim(cause("two"), [fact()]), "", 1)
    collector.add(Claim(cause("one"), [fact()]), "", 1)
    assert {f.cause: f.location_count for f in collector.fresh()} == {"one": 2, "two": 1}


# -- what hangs on a pair of directories ----------------------------------------------------------


def hung(prefixes: Prefixes, *pairs: tuple[str, str], sure: Confidence) -> tuple[Finding, ...]:
    collector = Collector(prefixes)
    for pair in pairs:
        prefixes.learn(*pair)
        collector.add(Claim(cause(), [fact()], sure, hinge=pair), "", 1)
    return collector.findings()


def test_a_pair_that_others_contradict_is_no_more_than_likely() -> None:
    pairs = [("/tmp/a", "/home/x"), ("/tmp/a", "/home/y"), ("/opt/q", "/opt/r")]
    findings = hung(Prefixes(), *pairs, sure=Confidence.PROVEN)
    assert {f.confidence: f.location_count for f in findings} == {
        Confidence.PROVEN: 1,
        Confidence.LIKELY: 2,
    }


def test_the_last_vote_settles_the_first_claim() -> None:
    prefixes = Prefixes()
    collector = Collector(prefixes)
    prefixes.learn("/tmp/a", "/tmp/b")
    collector.add(Claim(cause(), [fact()], hinge=("/tmp/a", "/tmp/b")), "", 1)
    (before,) = collector.findings()
    prefixes.learn("/tmp/a", "/tmp/c")
    (after,) = collector.findings()
    assert (before.confidence, after.confidence) == (Confidence.PROVEN, Confidence.LIKELY)


@pytest.mark.parametrize(("votes", "sure"), [(2, Confidence.LIKELY), (3, Confidence.PROVEN)])
def test_three_places_that_agree_prove_a_pair(votes: int, sure: Confidence) -> None:
    pairs = [("/srv/a", "/srv/b")] * votes
    (finding,) = hung(Prefixes(), *pairs, sure=Confidence.LIKELY)
    assert (finding.confidence, finding.location_count) == (sure, votes)


@pytest.mark.parametrize(
    ("one", "two", "contradicted"),
    [
        (("/a", "/b"), ("/a/x", "/b/x"), False),
        (("/a", "/b"), ("/a/x", "/b/y"), True),
        (("/a", "/b"), ("/a/x", "/c"), True),
        (("/a", "/b"), ("/c", "/b/x"), True),
        (("/a", "/b"), ("/ax", "/bx"), False),
        (("/a", "/b"), ("/a", "/c"), True),
        (("/a", "/b"), ("/c", "/b"), True),
        (("/a/b", "/c"), ("/d", "/e"), False),
        (("/a", "/b"), ("/a/tmp/tmpk3x9_ab1/build", "/b/tmp/tmpzz81_qq2/build"), False),
        (("/a", "/b"), ("/a/tmp/tmpk3x9_ab1/build", "/b/tmp/tmpzz81_qq2/other"), True),
    ],
)
def test_directories_below_others_must_lie_at_the_same_place(
    one: tuple[str, str], two: tuple[str, str], contradicted: bool
) -> None:
    for first, second in ((one, two), (one[::-1], two[::-1])):
        prefixes = Prefixes()
        prefixes.learn(*first)
        prefixes.learn(*second)
        assert prefixes.contradicted(*second) is contradicted


@pytest.mark.parametrize(
    ("pairs", "sure"),
    [
        ([("/a/x", ".")], Confidence.LIKELY),
        ([("/a/x", ".")] * 3, Confidence.PROVEN),
        ([("/a/x", "."), ("/a/x", "/b/y")], Confidence.PROVEN),
        ([*([("/a/x", ".")] * 3), ("/c/z", ".")], Confidence.LIKELY),
    ],
)
def test_a_directory_that_is_a_dot_goes_with_another_one(
    pairs: list[tuple[str, str]], sure: Confidence
) -> None:
    for both in (pairs, [pair[::-1] for pair in pairs]):
        prefixes = Prefixes()
        for pair in both:
            prefixes.learn(*pair)
        assert prefixes.settle(*both[0], Confidence.LIKELY) is sure


PARTS = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(
    lambda parts: "/" + "/".join(parts)
)


@given(st.lists(st.tuples(PARTS, PARTS), min_size=1, max_size=6))
def test_a_contradiction_is_found_wherever_it_is(pairs: list[tuple[str, str]]) -> None:
    """Held against every pair there is, one by one."""
    prefixes = Prefixes()
    for one in pairs:
        prefixes.learn(*one)

    def below(path: str, directory: str) -> str | None:
        inside = path == directory or path.startswith(directory + "/")
        return path[len(directory) :] if inside else None

    for a, b in pairs:
        others = [each for each in pairs if each != (a, b)]
        expected = any(
            other_a == a or other_b == b or below(a, other_a) != below(b, other_b)
            for other_a, other_b in others
        )
        assert prefixes.contradicted(a, b) is expected


def test_a_great_many_directories_are_settled_at_once() -> None:
    pairs = [(f"/tmp/a{n}/src", f"/tmp/b{n}/src") for n in range(20_000)]
    findings = hung(Prefixes(), *pairs, ("/tmp/a7", "/tmp/other"), sure=Confidence.PROVEN)
    counts = {finding.confidence: finding.location_count for finding in findings}
    assert counts == {Confidence.PROVEN: 20_000, Confidence.LIKELY: 1}


# -- totals ---------------------------------------------------------------------------------------


def test_totals_are_sums_of_the_findings() -> None:
    unexplained = cause("unexplained", Category.UNEXPLAINED, Severity.REVIEW)
    findings = collected(
        (Claim(cause("one"), [fact(), fact()]), 5),
        (Claim(cause("two"), [fact()]), 0),
        (Claim(unexplained, [fact()]), 7),
    )
    categories, ledger = totals(findings)
    assert (
        categories[Category.TIMESTAMPS].findings,
        categories[Category.TIMESTAMPS].locations,
    ) == (
        2,
        3,
    )
    assert (ledger.differing_bytes, ledger.explained_bytes, ledger.unexplained_bytes) == (12, 5, 7)
    assert ledger.by_category == {Category.TIMESTAMPS: 5, Category.UNEXPLAINED: 7}
    assert list(categories) == sorted(categories, key=list(Category).index)


def test_a_place_says_what_its_spans_are_in() -> None:
    spans = (Span(1, 2), Span(1, 3))
    fact = Difference("x", "a.py", "field", 1, 2, *spans)
    assert locate(fact, "a.py", headers=False).spans_in is SpansIn.MEMBER
    assert locate(fact, "a.py", headers=True).spans_in is SpansIn.ARCHIVE
    unpacked = fact._replace(spans_in=SpansIn.UNPACKED)
    assert locate(unpacked, "a.py", headers=True).spans_in is SpansIn.UNPACKED
    without = fact._replace(span_a=None, span_b=None)
    assert locate(without, "a.py", headers=True).spans_in is None
