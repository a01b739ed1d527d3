"""Portable Executables: recorded times and ids, paths, what follows them, and what was changed."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Cause, Claim, Rule, Scene
from reprodiff.causes.compiled import structure_rules
from reprodiff.causes.compiled_docs import OWN_NAME
from reprodiff.causes.environment import INTERPRETER_PATH, PATH, TEMP_PATH, TEXT_TIME
from reprodiff.causes.identifiers import guid_made, id_rule
from reprodiff.causes.lines import Piece, explain
from reprodiff.causes.pe_docs import (
    BUILD_PATH,
    BUILD_TIME,
    CHECKSUM,
    CHECKSUM_UNTRUE,
    CODE,
    CONTENT_HASH,
    CONTRIBUTIONS,
    DAMAGED,
    GUID,
    IMAGE_BASE,
    IMPORTS,
    LINKER,
    OVERLAY,
    PDB_PATH,
    RICH,
    SIGNATURE,
    SIGNATURE_UNTRUE,
    TIMESTAMP,
)
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.formats.parsing.times import instant
from reprodiff.model import Confidence, Difference, Severity

_FIRST, _LAST = 631_152_000, 4_102_444_800  # the years 1990 and 2100
_DAY: Final = 86_400
_ZONES: Final = 14 * 3600


def _is_time(value: object) -> bool:
    """Whether a TimeDateStamp is a time somebody may have linked at, or left out."""
    return value == 0 or (isinstance(value, int) and _FIRST <= value < _LAST)


def _times(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        if not (_is_time(fact.a) and _is_time(fact.b)):
            continue
        sure = fact.what == "pe.timestamp" and fact.note == "time"
        yield Claim(TIMESTAMP, [fact], Confidence.PROVEN if sure else Confidence.LIKELY)


def _hashes(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(CONTENT_HASH, facts, follows=(scene.path,))


def _checksum(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        if fact.what == "pe.checksum":
            yield Claim(CHECKSUM, [fact], follows=(scene.path,))
        elif fact.note == "one":
            yield Claim(CHECKSUM_UNTRUE, [fact])
        else:
            yield Claim(CHECKSUM_UNTRUE, [fact], severity=Severity.REVIEW)


def _pdb(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        paths = [
            value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else ""
            for value in (fact.a, fact.b)
        ]
        prefix_a, prefix_b, suffix = split_paths(*paths)
        if not suffix or not all(path[:1] == "/" or path[1:2] == ":" for path in paths):
            yield Claim(PDB_PATH, [fact], Confidence.LIKELY)
            continue
        scene.prefixes.learn(prefix_a, prefix_b)
        yield Claim(PDB_PATH, [fact], hinge=(prefix_a, prefix_b))


def _image_base(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        yield Claim(IMAGE_BASE, [fact], severity=None if fact.note else Severity.REVIEW)


def _signature(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        if fact.what == "pe.signature-untrue":
            yield Claim(SIGNATURE_UNTRUE, [fact])
        else:
            yield Claim(SIGNATURE, [fact], Confidence.LIKELY, follows=(scene.path,))


def _overlay(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        one_sided = fact.a is None or fact.b is None
        yield Claim(OVERLAY, [fact], severity=None if one_sided else Severity.REVIEW)


def _damage(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        yield Claim(DAMAGED, [fact], severity=None if fact.a != fact.b else Severity.REVIEW)


def _string(fact: Difference, scene: Scene) -> Claim | None:
    return string_claim(fact, scene, BUILD_PATH, BUILD_TIME)


def string_claim(fact: Difference, scene: Scene, path: Cause, time: Cause) -> Claim | None:
    """Put a string of equal length down to a build path or time; ``None`` if it is neither."""
    if not isinstance(fact.a, bytes) or not isinstance(fact.b, bytes):
        return None
    pieces = explain(fact.a, fact.b, scene)
    judged = [piece.judgement for piece in pieces if piece.judgement is not None]
    if len(judged) != len(pieces) or len({judgement.hinge for judgement in judged}) != 1:
        return None
    causes = {judgement.cause for judgement in judged}
    weakest = max((judgement.confidence for judgement in judged), key=lambda each: each.rank)
    if causes <= {PATH, INTERPRETER_PATH, TEMP_PATH}:
        return Claim(path, [fact], weakest, hinge=judged[0].hinge)
    if causes != {TEXT_TIME}:
        return None
    if all(_near_stamp(fact, piece, scene) for piece in pieces):
        weakest = Confidence.PROVEN
    return Claim(time, [fact], weakest)


def _near_stamp(fact: Difference, piece: Piece, scene: Scene) -> bool:
    """Whether a time in a string is that of the file's own link, on both sides.

    The compiler writes local time of an unknown zone, up to a day before the link; of a clock
    time without a date only minutes and seconds can be compared.
    """
    for value, span, data in (
        (fact.a, (piece.start_a, piece.stop_a), scene.data_a),
        (fact.b, (piece.start_b, piece.stop_b), scene.data_b),
    ):
        if not isinstance(value, bytes):
            return False
        found = instant(value[slice(*span)])
        stamp = _stamp(data)
        if found is None or not stamp or not _is_time(stamp):
            return False
        if found.utc_seconds is None:
            hour, minute, second = (int(part) for part in value[slice(*span)][:8].split(b":"))
            before = (stamp - (hour * 3600 + minute * 60 + second)) % 900
            if 120 < before < 895:
                return False
        elif not -_ZONES <= stamp - found.utc_seconds <= _ZONES + 2 * _DAY:
            return False
    return True


def _stamp(data: memoryview) -> int:
    """Return TimeDateStamp of a PE file, 0 for anything else."""
    if bytes(data[:2]) != b"MZ":
        return 0
    start = int.from_bytes(data[60:64], "little")
    return int.from_bytes(data[start + 8 : start + 12], "little")


def _all(cause: Cause, *takes: str) -> Rule:
    """Return the rule that puts every fact of some kinds down to one cause."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts)

    return Rule(cause.id, (cause,), takes, 47, apply)


def _contributions(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    yield Claim(CONTRIBUTIONS, facts, Confidence.LIKELY, follows=(scene.path,))


RULES: Final = (
    Rule("pe-times", (TIMESTAMP,), ("pe.timestamp", "pe.time-field"), 47, _times),
    Rule("pe-hashes", (CONTENT_HASH,), ("pe.content-hash", "pe.repro-hash"), 47, _hashes),
    id_rule(GUID, "pe", guid_made),
    Rule(
        "pe-checksum",
        (CHECKSUM, CHECKSUM_UNTRUE),
        ("pe.checksum", "pe.checksum-untrue"),
        47,
        _checksum,
    ),
    Rule("pe-pdb-path", (PDB_PATH,), ("pe.pdb-path",), 46, _pdb),
    Rule("pe-image-base", (IMAGE_BASE,), ("pe.image-base",), 47, _image_base),
    Rule(
        "pe-signature",
        (SIGNATURE, SIGNATURE_UNTRUE),
        ("pe.signature", "pe.signature-untrue"),
        47,
        _signature,
    ),
    Rule("pe-overlay", (OVERLAY,), ("pe.overlay",), 47, _overlay),
    Rule("pe-damage", (DAMAGED,), ("pe.damage",), 47, _damage),
    Rule("pe-contributions", (CONTRIBUTIONS,), ("pe.contributions",), 47, _contributions),
    _all(LINKER, "pe.linker-version"),
    _all(RICH, "pe.rich"),
    _all(IMPORTS, "pe.imports", "pe.import-name"),
    _all(OWN_NAME, "pe.own-name"),
    *structure_rules("pe", BUILD_PATH, BUILD_TIME, CODE, _string),
)
