"""Whether two artifacts have one canonical form; nothing is written."""

from typing import Final

from reprodiff.artifacts.base import Artifact, Source
from reprodiff.artifacts.zip import ZipArtifact
from reprodiff.errors import ReprodiffError
from reprodiff.limits import Limits
from reprodiff.model import Fix, Normalized, Report, Side
from reprodiff.normalize.archives import canonical
from reprodiff.normalize.files import PASSES
from reprodiff.normalize.rules import DEFAULT_EPOCH, RefusedError, Rules
from reprodiff.normalize.sinks import Hashing
from reprodiff.records import replace
from reprodiff.toolchains.registry import load

COMMAND: Final = "reprodiff normalize "
"""What a fix begins with whose effect the comparison of canonical forms shows."""


def with_normalized(report: Report, a: Artifact, b: Artifact, limits: Limits) -> Report:
    """Return ``report`` with the digests of both canonical forms.

    The time in them is always the default, so that a report is the same whoever makes it.  Where
    they are the same, the fixes that normalise are marked as checked by that.
    """
    digests: dict[Side, str] = {}
    refused: dict[Side, tuple[str, ...]] = {}
    for side, artifact in ((Side.A, a), (Side.B, b)):
        digests[side], reasons = _digest(artifact, limits)
        if reasons:
            refused[side] = reasons
    same = bool(digests[Side.A]) and digests[Side.A] == digests[Side.B]
    kept = () if same or refused else _kept(report)
    found = Normalized(digests[Side.A], digests[Side.B], same, DEFAULT_EPOCH, refused, kept)
    fixes = tuple(map(_checked, report.fixes)) if same else report.fixes
    return replace(report, fixes=fixes, normalized=found)


def _kept(report: Report) -> tuple[str, ...]:
    """Return the causes of root findings that a canonical form does not remove."""
    (knob,) = (knob for knob in load("normalise").knobs if knob.text.startswith(COMMAND))
    roots = (each.cause for each in report.findings if not each.derived_from)
    return tuple(sorted({cause for cause in roots if not knob.removes(cause)} - _ECHOES))


_ECHOES: Final = frozenset({"archive-bookkeeping", "record-row-follows"})


def _digest(artifact: Artifact, limits: Limits) -> tuple[str, tuple[str, ...]]:
    """Return the digest of the canonical form, or nothing and the reasons."""
    sink = Hashing()
    try:
        if isinstance(artifact, ZipArtifact):
            # Read for itself: what the comparison has inflated counts for the comparison.
            more = replace(limits, max_total_bytes=limits.max_total_bytes * PASSES)
            artifact = ZipArtifact(Source(artifact.data, artifact.path, more))
        canonical(artifact, sink, Rules(), limits)
    except RefusedError as error:
        return "", error.reasons
    except ReprodiffError as error:
        return "", (str(error),)
    return sink.sha256, ()


def _checked(fix: Fix) -> Fix:
    normalises = fix.snippet.startswith(COMMAND) and fix.checked == "no"
    return replace(fix, checked="normalized") if normalises else fix
