"""Rules on what changes where an artifact installs."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.platform_causes import (
    ABI3,
    CEILING,
    POLICY,
    PURE,
    RUNTIME,
    SYSTEM_LIBRARY,
    TAG,
    TARGET,
)
from reprodiff.model import Confidence, Difference, Severity
from reprodiff.platforms.names import is_vendored, parts


def _policy(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    said = "; ".join(f"{fact.a!s} in A, {fact.b!s} in B" for fact in facts)
    yield Claim(
        POLICY,
        facts,
        explanation=f"The strictest policy that the native files meet: {said}.",
        follows=(f":{CEILING.id}", f":{SYSTEM_LIBRARY.id}"),
    )


def _ceiling(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    whole = [fact for fact in facts if not fact.path]
    said = "; ".join(
        f"{fact.inside}: {fact.a or 'none'!s} in A, {fact.b or 'none'!s} in B" for fact in whole
    )
    files = len({fact.path for fact in facts if fact.path})
    text = f"Highest version needed by the whole artifact: {said}." if said else ""
    if files and not whole:
        text = "Single files need other versions; the highest of the whole artifact is the same."
    yield Claim(
        CEILING,
        [*whole, *(fact for fact in facts if fact.path)],
        explanation=text,
        evidence=tuple(part for fact in whole for part in fact.note.split("; ") if part),
    )


def _contradiction(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """A certain one is an alarm: the file does not load where the tag says it does."""
    del scene
    cause = {"platform.tag": TAG, "platform.abi3": ABI3, "platform.purelib": PURE}
    for what, named in cause.items():
        mine = [fact for fact in facts if fact.what == what]
        sure = [fact for fact in mine if fact.note == "certain"]
        rest = [fact for fact in mine if fact.note != "certain"]
        for some, severity in ((sure, Severity.ALARM), (rest, None)):
            if some:
                sentences = tuple(_sentence(fact) for fact in some)
                yield Claim(named, some, severity=severity, evidence=sentences)


def _sentence(fact: Difference) -> str:
    side, text = ("A", fact.a) if fact.a is not None else ("B", fact.b)
    place = f"{fact.path}: " if fact.path else ""
    return f"In {side}, {place}{text!s}."


def _system(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Libraries that one side needs of the system; one that the other brings along follows it."""
    brought = {
        "".join((parts(path).name, ".so", f".{parts(path).version}" if parts(path).version else ""))
        for path in scene.only_a | scene.only_b
        if is_vendored(path)
    }
    all_brought = all(fact.inside in brought for fact in facts)
    follows = (":vendored-library-set",) if all_brought else ()
    yield Claim(SYSTEM_LIBRARY, facts, Confidence.PROVEN, follows=follows)


def _plainly(name: str, cause: Cause, what: str) -> Rule:
    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts, Confidence.PROVEN)

    return Rule(name, (cause,), (what,), 60, apply)


RULES: Final = (
    Rule("platform-policy", (POLICY,), ("platform.policy",), 60, _policy),
    Rule("platform-ceiling", (CEILING,), ("platform.ceiling",), 60, _ceiling),
    Rule(
        "platform-contradiction",
        (TAG, ABI3, PURE),
        ("platform.tag", "platform.abi3", "platform.purelib"),
        60,
        _contradiction,
    ),
    Rule("platform-system", (SYSTEM_LIBRARY,), ("platform.system-library",), 60, _system),
    _plainly("platform-runtime", RUNTIME, "platform.runtime"),
    _plainly("platform-target", TARGET, "platform.floor"),
)
