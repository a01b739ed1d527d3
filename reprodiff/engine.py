"""The pipeline: open, pair, compare, attribute, prove.  The only file that knows the order.

The engine is a generator of events, so that a face fills while the work runs.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Final

from reprodiff.artifacts.aligning import aligned
from reprodiff.artifacts.base import Artifact
from reprodiff.artifacts.identity import identify
from reprodiff.artifacts.opening import open_artifact, open_nested
from reprodiff.athand import AtHand
from reprodiff.attribution import Collector, attribute, totals
from reprodiff.causes import registry as causes
from reprodiff.causes.base import Claim, Prefixes, Scene
from reprodiff.digests import Digests
from reprodiff.equality import equal, relaxing
from reprodiff.errors import ReprodiffError
from reprodiff.events import Done, Event, Found, Opened, Paired, Progress, Trouble
from reprodiff.formats import registry as formats
from reprodiff.formats.base import Content
from reprodiff.formats.containers import container_facts, slack_fact, stream_fact
from reprodiff.formats.containers.hooks import one_sided_entry_points
from reprodiff.formats.containers.members import unread
from reprodiff.formats.containers.recorded import recorded
from reprodiff.leftover import left_over, untold
from reprodiff.model import (
    ArtifactInfo,
    Confidence,
    Difference,
    Finding,
    MemberCounts,
    MemberType,
    PlacedPlatform,
    Platform,
    Problem,
    RecipeLine,
    Report,
    Severity,
    Side,
    Summary,
    Verdict,
)
from reprodiff.options import Options
from reprodiff.pairing import MemberPair, Pairing, pair
from reprodiff.platforms.drifting import drifted
from reprodiff.records import dataclass, replace
from reprodiff.scenes import make_scene
from reprodiff.text import plain
from reprodiff.toolchains.fixes import with_fixes
from reprodiff.toolchains.recognise import with_tools

__all__ = ["DERIVED", "Options", "compare", "run"]

DERIVED: Final = "derived."
"""Kinds of facts that start so are looked at last: the format computes them from others."""


def compare(a: str, b: str, options: Options | None = None) -> Report:
    """Compare two artifacts and return the whole report.

    Raises :class:`~reprodiff.errors.InputError` if one of them cannot be opened at all.
    """
    for event in run(a, b, options):
        if isinstance(event, Done):
            return event.report
    raise AssertionError("a run ends with Done")


def run(a: str, b: str, options: Options | None = None) -> Iterator[Event]:
    """Compare two artifacts and yield what is found as it is found; the last event is ``Done``.

    Raises :class:`~reprodiff.errors.InputError` before the first event if an input cannot be
    opened at all.
    """
    options = options or Options()
    with ExitStack() as stack:
        side_a = stack.enter_context(open_artifact(a, options.limits))
        side_b = stack.enter_context(open_artifact(b, options.limits))
        for event in _Session(options, *aligned(side_a, side_b)).run():
            if isinstance(event, Done) and options.normalize:
                # Loaded only where it is asked for.
                from reprodiff.normalize.compare import with_normalized  # noqa: PLC0415

                report = with_normalized(event.report, side_a, side_b, options.limits)
                yield Done(report)
            else:
                yield event


@dataclass(frozen=True, slots=True)
class _Two:
    """Two containers, and where they stand in those they were given in."""

    a: Artifact
    b: Artifact
    info_a: ArtifactInfo
    info_b: ArtifactInfo
    where: str = ""
    """What stands before the paths of their members, as A has them."""
    where_b: str = ""
    depth: int = 0

    def sides(self) -> tuple[tuple[Side, Artifact], tuple[Side, Artifact]]:
        return (Side.A, self.a), (Side.B, self.b)


@dataclass(frozen=True, slots=True)
class _Work:
    """What is learnt of two containers while their members are compared."""

    scene: Scene
    at_hand: AtHand
    late: list[Difference]
    """Facts that are judged when it is known which members differ."""
    differing: set[str]


class _Session:
    """One comparison: what it has seen so far."""

    def __init__(self, options: Options, a: Artifact, b: Artifact) -> None:
        self._options = options
        self._a, self._b = a, b
        self._info_a, self._info_b = with_tools(identify(a), a), with_tools(identify(b), b)
        self._prefixes = Prefixes()
        self._collector = Collector(self._prefixes, options.location_limit)
        self._problems: dict[Problem, None] = {}
        self._inside: list[ArtifactInfo] = []
        self._counts = MemberCounts()
        self._platform: Platform | None = None
        self._platforms: list[PlacedPlatform] = []

    def run(self) -> Iterator[Event]:
        yield Opened(Side.A, self._info_a)
        yield Opened(Side.B, self._info_b)
        a, b = self._a, self._b
        same = bool(self._info_a.sha256) and self._same_bytes(a, b)
        if same:
            count = len(a.members)
            self._counts = MemberCounts(count, count, identical=count)
            yield Paired(self._counts)
        else:
            yield from self._container(_Two(a, b, self._info_a, self._info_b))
        yield Done(self._report(same=same))

    def _same_bytes(self, a: Artifact, b: Artifact) -> bool:
        if self._info_a.sha256 != self._info_b.sha256 or a.data is None or b.data is None:
            return False
        return equal(a.data, b.data, relaxing(a, b))

    def _report(self, *, same: bool) -> Report:
        found = self._collector.findings()
        recipes = self._recipes() if found else {}
        lines = (line for side in recipes.values() for line in side if line.key == "compiler")
        advised = with_fixes(
            found,
            self._collector.causes(),
            self._info_a,
            self._info_b,
            inside=self._inside,
            project=self._options.project,
            compilers={line.member: line.value for line in lines},
            members=self._counts.a,
        )
        findings = advised.findings
        categories, ledger = totals(findings)
        problems = tuple(self._problems)
        if same:
            verdict = Verdict.IDENTICAL
        elif any(_matters(finding) for finding in findings):
            verdict = Verdict.DIFFERENT
        elif problems:
            verdict = Verdict.INCOMPLETE
        elif not findings:
            verdict = Verdict.IDENTICAL
        elif all(finding.confidence is Confidence.PROVEN for finding in findings):
            verdict = Verdict.EQUIVALENT
        else:
            verdict = Verdict.DIFFERENT
        return Report(
            verdict=verdict,
            a=self._info_a,
            b=self._info_b,
            summary=Summary(self._counts, categories, ledger),
            findings=findings,
            fixes=advised.fixes,
            problems=problems,
            plan=advised.plan,
            recipe={side: {each.key: each.value for each in recipes[side]} for side in recipes},
            recipe_lines=recipes,
            platform=self._platform,
            platforms=tuple(self._platforms) or None,
        )

    def _recipes(self) -> Mapping[Side, tuple[RecipeLine, ...]]:
        # What rebuilds an artifact is only asked where something differs.
        from reprodiff.toolchains.recipe import recipe  # noqa: PLC0415

        sides = ((Side.A, self._a, self._info_a), (Side.B, self._b, self._info_b))
        return {side: recipe(artifact, info) for side, artifact, info in sides}

    def _trouble(self, problem: Problem) -> Iterator[Event]:
        if problem not in self._problems:
            self._problems[problem] = None
            yield Trouble(problem)

    # -- containers ---------------------------------------------------------------------------

    def _container(self, two: _Two) -> Iterator[Event]:
        a, b, where = two.a, two.b, two.where
        before = self._collector.claims
        for side, artifact in two.sides():
            for problem in artifact.problems:
                yield from self._trouble(
                    replace(problem, path=where + problem.path, side=problem.side or side)
                )
        digests = Digests(a, b)
        pairing = pair(a.members, b.members, digests.fingerprint)
        suspects, same = _suspects(a, b, pairing)
        differing: set[str] = set()
        scene = make_scene(
            a, b, two.info_a, two.info_b, pairing, self._prefixes, digests, differing
        )
        if not where:
            yield self._paired(two, pairing, same)
        early: list[Difference] = []
        late: list[Difference] = []
        for fact in container_facts(a, b, pairing, two.info_a, two.info_b):
            (late if fact.what.startswith(DERIVED) else early).append(fact)
        yield from self._claim(early, scene, where)
        relax = relaxing(a, b)
        work = _Work(scene, AtHand(digests), late, differing)
        for number, suspect in enumerate(suspects):
            yield Progress(number, len(suspects), where + suspect.a.path)
            yield from self._suspect(two, suspect, work)
            relax(suspect.a.size)
        yield from self._whole(two, pairing, work, digests)
        if not where:
            equal = same + sum(suspect.a.path not in differing for suspect in suspects)
            self._counts = replace(
                self._counts, identical=equal, differing=len(pairing.pairs) - equal
            )
        yield from self._claim(late, scene, where)
        if self._collector.claims == before and not self._problems:
            # They are not the same bytes, so there is something to tell.
            yield from self._claim(untold(a, b), scene, where)

    def _paired(self, two: _Two, pairing: Pairing, same: int) -> Paired:
        self._counts = MemberCounts(
            a=len(two.a.members),
            b=len(two.b.members),
            identical=same,
            differing=len(pairing.pairs) - same,
            only_a=len(pairing.only_a),
            only_b=len(pairing.only_b),
        )
        return Paired(self._counts)

    def _whole(self, two: _Two, pairing: Pairing, work: _Work, digests: Digests) -> Iterator[Event]:
        """Tell what can be told only when the members are known."""
        a, b, where = two.a, two.b, two.where
        record = recorded(a, b, pairing, work.differing, digests)
        for problem in record.problems:
            yield from self._trouble(replace(problem, path=where + problem.path))
        hooks = one_sided_entry_points(a, b, pairing)
        yield from self._claim([*record.facts, *hooks], work.scene, where)
        infos = two.info_a, two.info_b
        drift = drifted(a, b, pairing, infos, work.differing, work.at_hand.natives)
        if drift is not None:
            yield from self._claim(drift.facts, work.scene, where)
            if where:
                paths = where.removesuffix("!/"), two.where_b.removesuffix("!/")
                self._platforms.append(PlacedPlatform(*paths, drift.platform))
            else:
                self._platform = drift.platform

    def _claim(self, facts: Sequence[Difference], scene: Scene, where: str) -> Iterator[Event]:
        """Attribute facts on containers, which carry their own weight."""
        claims, rest = attribute(facts, causes.rules_for, scene)
        for claim in claims:
            weight = sum(fact.weight for fact in claim.differences)
            self._collector.add(claim, where, weight, headers=True)
        if rest:
            claim = Claim(causes.UNEXPLAINED, rest)
            self._collector.add(claim, where, sum(fact.weight for fact in rest), headers=True)
        yield from self._fresh()

    def _fresh(self) -> Iterator[Event]:
        for finding in self._collector.fresh():
            yield Found(finding)

    # -- members ------------------------------------------------------------------------------

    def _suspect(self, two: _Two, suspect: MemberPair, work: _Work) -> Iterator[Event]:
        """Compare one pair of files whose stored bytes are not known to be equal."""
        a, b, where = two.a, two.b, two.where
        with ExitStack() as stack:
            views: list[memoryview] = []
            for (side, artifact), member in zip(two.sides(), (suspect.a, suspect.b), strict=True):
                try:
                    views.append(stack.enter_context(artifact.read(member)))
                except ReprodiffError as error:
                    problem = Problem(where + member.path, "compare", plain(error), side)
                    yield from self._trouble(problem)
            if len(views) < len(Side):
                work.differing.add(suspect.a.path)
                yield from self._claim([unread(a, b, suspect)], work.scene, where)
                return
            data_a, data_b = views
            if (hidden := slack_fact(a, b, suspect)) is not None:
                yield from self._claim([hidden], work.scene, where)
            if equal(data_a, data_b):
                if (stored := stream_fact(a, b, suspect, data_a)) is not None:
                    work.late.append(stored)
                return
            work.differing.add(suspect.a.path)
            work.at_hand.learn(Side.A, a, suspect.a, data_a)
            work.at_hand.learn(Side.B, b, suspect.b, data_b)
            content = Content(suspect.a.path, suspect.b.path, data_a, data_b, a.kind)
            nested = open_nested(
                (suspect.a.path, suspect.b.path),
                (data_a, data_b),
                self._options.limits,
                two.depth + 1,
                stack,
            )
            if isinstance(nested, Problem):
                yield from self._trouble(replace(nested, path=where + nested.path))
            elif nested is not None:
                info_a, info_b = (with_tools(identify(each), each) for each in nested)
                self._inside += [info_a, info_b]
                inside = f"{where}{suspect.a.path}!/"
                in_b = f"{two.where_b}{suspect.b.path}!/"
                yield from self._container(
                    _Two(*nested, info_a, info_b, inside, in_b, two.depth + 1)
                )
                return
            yield from self._content(content, work.scene, where)

    def _content(self, content: Content, scene: Scene, where: str) -> Iterator[Event]:
        """Attribute the facts on one pair of contents, and let the ledger check the claims."""
        # Many pairs differ in nothing but their containers.
        from reprodiff.ledger import balance  # noqa: PLC0415

        facts, problem = formats.compare(content)
        for note in (problem, *(fact.note for fact in facts if fact.what == formats.PROBLEM)):
            if note:
                yield from self._trouble(Problem(where + content.path, "compare", note))
        syntax = next((str(fact.a) for fact in facts if fact.what == "python.syntax"), "")
        here = scene.at((content.path, content.path_b), (content.a, content.b), syntax)
        claims, rest = attribute(facts, causes.rules_for, here)
        account = balance(
            content.a,
            content.b,
            [[place for fact in claim.differences for place in fact.places()] for claim in claims],
        )
        for claim, weight in zip(claims, account.claimed, strict=True):
            self._collector.add(claim, where, weight)
        if not account.explained:
            left = [left_over(content, pair, rest) for pair in account.left_over]
            self._collector.add(Claim(causes.UNEXPLAINED, left), where, account.unexplained)
        yield from self._fresh()


def _matters(finding: Finding) -> bool:
    """Whether a finding is a difference for sure: what damage may have made is none."""
    benign = finding.severity is Severity.BENIGN
    return not benign and finding.confidence is not Confidence.POSSIBLE


def _suspects(a: Artifact, b: Artifact, pairing: Pairing) -> tuple[list[MemberPair], int]:
    """Return the pairs of files whose stored bytes differ, and how many pairs are equal.

    Equal stored bytes under the same encoding are equal content; nothing is inflated for them.
    Files that others must be known for (RECORD) come last.
    """
    suspects: list[MemberPair] = []
    same = 0
    relax = relaxing(a, b)
    for candidate in pairing.pairs:
        one, other = candidate.a, candidate.b
        if one.type is not MemberType.FILE or other.type is not MemberType.FILE:
            same += one.type is other.type and one.link == other.link
            continue
        stored_a, stored_b = a.stored(one), b.stored(other)
        if stored_a is None or stored_b is None or stored_a[0] != stored_b[0]:
            suspects.append(candidate)
        elif equal(stored_a[1], stored_b[1], relax):
            same += 1
        else:
            suspects.append(candidate)
    suspects.sort(key=lambda candidate: (formats.is_last(candidate.a.path), candidate.a.index))
    return suspects, same
