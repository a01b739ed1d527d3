"""Facts and scenes for rules looked at by themselves."""

from collections.abc import Iterable, Sequence

from reprodiff.attribution import attribute
from reprodiff.causes import registry
from reprodiff.causes.base import Claim, Scene, SideScene
from reprodiff.model import (
    ArtifactInfo,
    ArtifactKind,
    Confidence,
    Difference,
    Severity,
    Value,
)


def scene(
    kind: ArtifactKind = ArtifactKind.WHEEL, differing: Iterable[str] = (), **more: object
) -> Scene:
    info = ArtifactInfo("demo", kind)
    made = Scene(SideScene(info), SideScene(info), differing=frozenset(differing))
    for name, value in more.items():
        setattr(made, name, value)
    return made


def fact(what: str, a: Value, b: Value, path: str = "a.py", inside: str = "field") -> Difference:
    return Difference(what, path, inside, a, b, weight=2)


def claims(facts: Sequence[Difference], where: Scene | None = None) -> list[Claim]:
    """All claims of all rules; facts that nobody claims are left out."""
    return attribute(facts, registry.rules(), where or scene())[0]


def rest(facts: Sequence[Difference], where: Scene | None = None) -> list[Difference]:
    """What no rule claims: it is unexplained."""
    return attribute(facts, registry.rules(), where or scene())[1]


Judged = list[tuple[str, str, str, int]]


def judged(facts: Sequence[Difference], where: Scene | None = None) -> Judged:
    """(cause, severity, confidence, number of facts) of each claim."""
    return [
        (
            claim.cause.id,
            (claim.severity or claim.cause.severity).value,
            claim.confidence.value,
            len(claim.differences),
        )
        for claim in claims(facts, where)
    ]


def benign(cause: str, count: int = 1) -> Judged:
    return [(cause, Severity.BENIGN.value, Confidence.PROVEN.value, count)]
