"""How one case is tried: build twice, compare, apply each fix as printed, build again, compare."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from room import Change, Job, NotDone, Room, change_of, knob_of
from table import FAILED, NORMALIZED, REBUILT, SAME, Row
from worlds import BuildError, World

from reprodiff.engine import Options, compare
from reprodiff.model import Finding, Fix, Report, Verdict
from reprodiff.toolchains.base import Where


@dataclass(frozen=True, slots=True)
class Case:
    """Two builds that one thing sets apart.

    Attributes:
        tool: id of the tool that the case is about, as reprodiff calls it.
        version: its version and that of its helpers.
        kind: "wheel", "sdist" or "tree".
        varied: what sets the two builds apart, in words.
        job: how both are made.
        a: world of the first build.
        b: world of the second one.
        job_b: how the second one is made, if otherwise.
        causes: the causes to try; all that are found if empty.
        fixes: ids of the fixes to try; for each cause the first that can be applied if empty.
    """

    tool: str
    version: str
    kind: str
    varied: str
    job: Job
    a: World
    b: World
    job_b: Job | None = None
    causes: tuple[str, ...] = ()
    fixes: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What its rows are known by."""
        return self.tool, self.kind, self.varied

    @property
    def name(self) -> str:
        """How the command line calls it."""
        return "/".join(self.key)


def run(room: Room, case: Case, keep: Path | None = None) -> list[Row]:
    """Try a case; its first two builds are copied into ``keep``.

    Raises:
        Skip: this machine lacks something that the case needs.
        BuildError: the first two builds failed; what fails after a fix is an outcome.
    """
    jobs = (case.job, case.job_b or case.job)
    pair = [room.build(job, world) for job, world in zip(jobs, (case.a, case.b), strict=True)]
    if keep is not None:
        for side, made in zip("ab", pair, strict=True):
            there = keep / case.name.replace(" ", "-") / side / made.name
            there.parent.mkdir(parents=True, exist_ok=True)
            (shutil.copytree if made.is_dir() else shutil.copy2)(made, there)
    before = _compare(pair, case)
    roots = _roots(before)
    if case.causes:
        missing = [cause for cause in case.causes if cause not in roots]
        if missing:
            found = ", ".join(sorted(roots)) or "nothing"
            return [_row(case, FAILED, cause, note=f"found {found}") for cause in missing]
    if not roots:
        return [_row(case, SAME)]
    rows: list[Row] = []
    done: dict[str, Report | str] = {}
    for cause in case.causes or sorted(roots):
        finding = roots[cause]
        fixes, reason = _chosen(before, finding, case)
        if not fixes:
            rows.append(_row(case, FAILED, cause, note=reason))
        for fix in fixes:
            if fix.id not in done:
                done[fix.id] = _again(room, case, fix)
            rows.append(_judge(case, cause, fix, before, done[fix.id]))
    return rows


def _compare(pair: list[Path], case: Case) -> Report:
    texts = {name: text for name, text in case.job.files.items() if isinstance(text, str)}
    return compare(str(pair[0]), str(pair[1]), Options(project=texts))


def _roots(report: Report) -> dict[str, Finding]:
    """The findings by cause, without what follows from them: for those the plan has nothing."""
    left = {each.finding for each in report.plan.left}
    return {
        each.cause: each
        for each in report.findings
        if not each.derived_from and (each.fixes or each.id in left)
    }


def _row(case: Case, outcome: str, cause: str = "", fix: str = "", note: str = "") -> Row:
    return Row(case.tool, case.version, case.kind, case.varied, outcome, cause, fix, note)


def _chosen(report: Report, finding: Finding, case: Case) -> tuple[list[Fix], str]:
    """The fixes to try for a finding, or why there is none."""
    by_id = {fix.id: fix for fix in report.fixes}
    printed = [by_id[id_] for id_ in finding.fixes]
    if case.fixes:
        wanted = [fix for fix in printed if fix.id in case.fixes and _removes(fix, finding)]
        return wanted, f"prints {', '.join(finding.fixes) or 'no fix'}"
    reason = finding.no_fix or "no fix is printed"
    for fix in printed:
        try:
            change_of(fix, case.job)
        except NotDone as why:
            reason = f"{fix.id}: {why}"
        else:
            return [fix], ""
    return [], reason


def _removes(fix: Fix, finding: Finding) -> bool:
    knob = knob_of(fix.id)
    return knob is not None and knob.removes(finding.cause)


def _again(room: Room, case: Case, fix: Fix) -> Report | str:
    """Compare what both builds give with a fix; or say why they give nothing."""
    try:
        made: list[Path] = []
        for job, world in ((case.job, case.a), (case.job_b or case.job, case.b)):
            change: Change = change_of(fix, job)
            made.append(room.build(job, world, change))
    except NotDone as why:
        return f"{fix.id}: {why}"
    except BuildError as error:
        return f"the build fails with it: {str(error).splitlines()[-1]}"
    return _compare(made, case)


def _judge(case: Case, cause: str, fix: Fix, before: Report, after: Report | str) -> Row:
    if isinstance(after, str):
        return _row(case, FAILED, cause, fix.id, after)
    left, had = set(_roots(after)), set(_roots(before))
    if cause in left:
        return _row(case, FAILED, cause, fix.id, "it still differs")
    if left - had:
        return _row(case, FAILED, cause, fix.id, f"new: {', '.join(sorted(left - had))}")
    outcome = NORMALIZED if fix.where == Where.POST else REBUILT
    same = after.verdict is Verdict.IDENTICAL and after.a.sha256 == after.b.sha256
    if case.kind == "tree":
        same = after.verdict is Verdict.IDENTICAL
    note = "bit for bit the same" if same else f"left: {', '.join(sorted(left)) or 'nothing'}"
    return _row(case, outcome, cause, fix.id, note)
