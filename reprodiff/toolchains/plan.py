"""The fix plan: the smallest set of changes that covers all findings, by the file they go into.

A greedy cover, tier by tier: what is set before a build goes before what is done to its outcome,
and that before a change of somebody's code.  In a tier the setting that covers most findings is
taken first, then the one that removes most bytes, then what is offered first for a finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from reprodiff.model import Change, Finding, Left, Plan
from reprodiff.records import NamedTuple
from reprodiff.toolchains.base import Knob
from reprodiff.toolchains.fixes import ADVICE, Option
from reprodiff.toolchains.merge import merged

LOOK: Final = "somebody has to look at it"
"""Said of a finding that nothing covers and for which no reason is stated."""


class _Move(NamedTuple):
    """A setting to make, whatever tools it is named by: same text in the same place."""

    place: str
    text: str
    tier: int
    number: int
    knob: Knob


def make_plan(
    roots: Sequence[Finding],
    options: Mapping[str, Sequence[Option]],
    reasons: Mapping[str, str],
    echoes: AbstractSet[str],
    project: Mapping[str, str] | None,
) -> tuple[Plan, Mapping[str, Sequence[str]]]:
    """Return the plan, and for each finding the ids of the fixes in it that remove it.

    ``echoes`` are findings that need no fix because they follow from others.
    """
    moves, covers, ids = _moves(roots, options)
    by_id = {finding.id: finding for finding in roots}
    open_ = {id_ for ids_ in covers.values() for id_ in ids_}
    heads = _heads(moves, roots, options)
    taken: list[tuple[_Move, tuple[str, ...]]] = []
    for tier in sorted({move.tier for move in moves}):
        while True:
            best = _best(moves, covers, open_, by_id, heads, tier)
            if best is None:
                break
            now = tuple(id_ for id_ in covers[best] if id_ in open_)
            taken.append((best, now))
            open_.difference_update(now)
    chosen: dict[str, list[str]] = {}
    for move, now in taken:
        for finding in now:
            chosen.setdefault(finding, []).extend(ids[move])
    changes = _changes(taken, ids, by_id, project)
    left = tuple(
        Left(finding.id, _why_left(finding, options.get(finding.id, ()), reasons))
        for finding in roots
        if finding.id not in chosen and finding.id not in echoes
    )
    return Plan(changes, left), chosen


def _moves(
    roots: Sequence[Finding], options: Mapping[str, Sequence[Option]]
) -> tuple[list[_Move], dict[_Move, list[str]], dict[_Move, list[str]]]:
    """Return what could be done, the findings that each covers, and the fixes it goes by."""
    moves: dict[tuple[str, str], _Move] = {}
    covers: dict[_Move, list[str]] = {}
    ids: dict[_Move, list[str]] = {}
    for finding in roots:
        for option in options.get(finding.id, ()):
            knob = option.knob
            if knob is None or knob.advice or not option.fix.snippet:
                continue
            key = (option.fix.file, option.fix.snippet)
            if key not in moves:
                moves[key] = _Move(*key, option.tier, len(moves), knob)
            move = moves[key]
            if finding.id not in covers.setdefault(move, []):
                covers[move].append(finding.id)
            if option.fix.id not in ids.setdefault(move, []):
                ids[move].append(option.fix.id)
    return list(moves.values()), covers, ids


def _heads(
    moves: Iterable[_Move], roots: Sequence[Finding], options: Mapping[str, Sequence[Option]]
) -> dict[str, _Move]:
    """Return for each finding the move that is offered first."""
    known = {(move.place, move.text): move for move in moves}
    heads: dict[str, _Move] = {}
    for finding in roots:
        for option in options.get(finding.id, ()):
            move = known.get((option.fix.file, option.fix.snippet))
            if move is not None:
                heads.setdefault(finding.id, move)
    return heads


def _best(
    moves: Iterable[_Move],
    covers: Mapping[_Move, Sequence[str]],
    open_: set[str],
    by_id: Mapping[str, Finding],
    heads: Mapping[str, _Move],
    tier: int,
) -> _Move | None:
    """Return the move of a tier that covers most of what is open."""
    ranked = [
        (
            -len(now),
            -sum(by_id[id_].bytes for id_ in now),
            -sum(heads[id_] is move for id_ in now),
            move.number,
            move,
        )
        for move in moves
        if move.tier == tier and (now := [id_ for id_ in covers[move] if id_ in open_])
    ]
    return min(ranked)[-1] if ranked else None


def _changes(
    taken: Sequence[tuple[_Move, tuple[str, ...]]],
    ids: Mapping[_Move, Sequence[str]],
    by_id: Mapping[str, Finding],
    project: Mapping[str, str] | None,
) -> tuple[Change, ...]:
    """Return one change for each file, what removes most first."""
    groups: dict[tuple[str, str], list[tuple[_Move, tuple[str, ...]]]] = {}
    for move, now in taken:
        groups.setdefault((move.place, move.knob.dialect), []).append((move, now))
    changes: list[Change] = []
    for (place, language), some in groups.items():
        findings = tuple(dict.fromkeys(id_ for _, now in some for id_ in now))
        file, text, written_in = merged(place, language, [_part(move) for move, _ in some], project)
        changes.append(
            Change(
                file=file,
                where=some[0][0].knob.where,
                language=written_in,
                text=text,
                fixes=tuple(dict.fromkeys(id_ for move, _ in some for id_ in ids[move])),
                findings=findings,
                bytes=sum(by_id[id_].bytes for id_ in findings),
            )
        )
    changes.sort(key=lambda change: (-change.bytes, -len(change.findings), change.file))
    return tuple(changes)


def _part(move: _Move) -> tuple[str, Knob]:
    return move.text, move.knob


def _why_left(finding: Finding, options: Sequence[Option], reasons: Mapping[str, str]) -> str:
    """Return why a finding stays: the stated reason, or what somebody has to look at."""
    if reason := reasons.get(finding.id):
        return reason
    advice = [option for option in options if option.tier == ADVICE or _is_advice(option)]
    if advice:
        return advice[0].fix.title
    return LOOK


def _is_advice(option: Option) -> bool:
    return option.knob is not None and option.knob.advice
