"""The labelled pairs under samples/, and which of their labels need more than is analysed yet."""

import tomllib
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from reprodiff.engine import Options, compare
from reprodiff.model import Report, Severity

ROOT = Path(__file__).parents[2] / "samples"
ALL_PLACES = Options(location_limit=None)


@dataclass(frozen=True, eq=False)
class Sample:
    """One pair and what its label says of it."""

    name: str
    a: Path
    b: Path
    label: dict[str, Any]

    @property
    def verdict(self) -> str:
        verdict: str = self.label["verdict"]
        return verdict

    @cached_property
    def report(self) -> Report:
        return compare(str(self.a), str(self.b), ALL_PLACES)

    @cached_property
    def swapped(self) -> Report:
        return compare(str(self.b), str(self.a), ALL_PLACES)


@cache
def samples() -> tuple[Sample, ...]:
    found: list[Sample] = []
    for path in sorted(ROOT.glob("*/label.toml")):
        label = tomllib.loads(path.read_text(encoding="utf-8"))
        found.append(
            Sample(path.parent.name, path.parent / label["a"], path.parent / label["b"], label)
        )
    return tuple(found)


def named(*verdicts: str) -> list[Sample]:
    """Samples whose label has one of these verdicts."""
    return [sample for sample in samples() if sample.verdict in verdicts]


def worst(report: Report) -> Severity:
    return max((finding.severity for finding in report.findings), key=lambda each: each.rank)
