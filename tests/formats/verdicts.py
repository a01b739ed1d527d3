"""The verdict on one pair of contents, without files; and facts with A and B changed over."""

from reprodiff.attribution import attribute
from reprodiff.causes import registry
from reprodiff.causes.base import Scene, SideScene
from reprodiff.errors import ReprodiffError
from reprodiff.formats.base import Content, Format
from reprodiff.ledger import balance
from reprodiff.model import ArtifactInfo, ArtifactKind, Confidence, Difference, Severity


def equivalent(form: Format, content: Content) -> bool:
    """Whether every difference is a proven benign cause, by the engine's own way of counting."""
    side = SideScene(ArtifactInfo("x", ArtifactKind.FILE))
    scene = Scene(side, side, path=content.path, path_b=content.path_b)
    scene.data_a, scene.data_b = content.a, content.b
    if not form.applies(content):
        return False
    try:
        found = list(form.compare(content))
    except ReprodiffError:
        return False
    claims, _ = attribute(found, registry.rules(), scene)
    account = balance(
        content.a, content.b, [[p for f in c.differences for p in f.places()] for c in claims]
    )
    benign = all(
        (c.severity or c.cause.severity) is Severity.BENIGN
        and ((c.hinge and scene.prefixes.settle(*c.hinge, c.confidence)) or c.confidence)
        is Confidence.PROVEN
        for c in claims
    )
    return account.explained and benign


def kinds(found: list[Difference]) -> list[tuple[object, ...]]:
    return sorted((f.what, f.inside, repr(f.a), repr(f.b), [*f.places()]) for f in found)


def swapped(found: list[Difference]) -> list[Difference]:
    return [
        f._replace(
            a=f.b,
            b=f.a,
            span_a=f.span_b,
            span_b=f.span_a,
            parts=tuple((y, x) for x, y in f.parts),
        )
        for f in found
    ]
