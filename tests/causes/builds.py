"""Small wheels and trees, honest unless a test makes them lie."""

import hashlib
import zipfile
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from pathlib import Path

from reprodiff.engine import compare
from reprodiff.model import Finding, Report, Severity, Verdict

Files = Mapping[str, bytes]

INFO = "demo-1.0.dist-info"
WHEEL = b"Wheel-Version: 1.0\nGenerator: tool 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
METADATA = b"Metadata-Version: 2.4\nName: demo\nVersion: 1.0\n"
FILES: Files = {
    "demo/__init__.py": b"",
    "demo/units.py": b"MILE = 1609.344\n",
    "demo/table.py": b"ROWS = 3\n",
    f"{INFO}/METADATA": METADATA,
    f"{INFO}/WHEEL": WHEEL,
}


def row(path: str, data: bytes, algorithm: str = "sha256") -> str:
    digest = urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    return f"{path},{algorithm}={digest},{len(data)}"


def rows(files: Files, info: str = INFO) -> list[str]:
    """The rows of an honest RECORD."""
    return [*(row(path, data) for path, data in files.items()), f"{info}/RECORD,,"]


def record(lines: Sequence[str], end: str = "\n") -> bytes:
    return "".join(line + end for line in lines).encode()


def wheel(path: Path, files: Files, listing: bytes | None = None, info: str = INFO) -> Path:
    """Write a wheel; RECORD is an honest one unless ``listing`` is given."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = dict(files)
    content[f"{info}/RECORD"] = record(rows(files, info)) if listing is None else listing
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in content.items():
            entry = zipfile.ZipInfo(name, (2020, 2, 2, 0, 0, 0))
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, data)
    return path


def tree(path: Path, files: Files) -> Path:
    """Write an installed tree as it is given."""
    for name, data in files.items():
        place = path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return path


def compare_wheels(
    where: Path,
    a: Files,
    b: Files,
    records: tuple[bytes | None, bytes | None] = (None, None),
) -> Report:
    one = wheel(where / "a" / "demo-1.0-py3-none-any.whl", a, records[0])
    two = wheel(where / "b" / "demo-1.0-py3-none-any.whl", b, records[1])
    return both_ways(one, two)


def both_ways(a: Path, b: Path, *, renamed: bool = False) -> Report:
    """Compare, and hold the report against that of A and B changed over.

    ``renamed`` says that members have other names on the two sides, which are told by A's.
    """
    report, back = compare(str(a), str(b)), compare(str(b), str(a))
    assert verdicts(report) == verdicts(back)
    if renamed:
        return report
    assert sorted((f.cause, *places(f)) for f in report.findings if f.cause not in _NUMBERED) == (
        sorted(
            (f.cause, *sorted((path, inside, two, one) for path, inside, one, two in places(f)))
            for f in back.findings
            if f.cause not in _NUMBERED
        )
    )
    return report


# Places that carry names or numbers of the side that is called A.
_NUMBERED = frozenset({"archive-bookkeeping", "member-renamed"})


def verdicts(report: Report) -> tuple[Verdict, list[tuple[str, str, str]]]:
    return report.verdict, sorted(
        (finding.cause, finding.severity.value, finding.confidence.value)
        for finding in report.findings
    )


def places(finding: Finding) -> list[tuple[str, str, str, str]]:
    return sorted((at.path, at.inside, at.a, at.b) for at in finding.locations)


def found(report: Report, cause: str) -> Finding:
    """The one finding of a cause."""
    (finding,) = (each for each in report.findings if each.cause == cause)
    return finding


def causes(report: Report) -> set[str]:
    """Causes of all findings, without what the archive computes from its members."""
    return {each.cause for each in report.findings} - {"archive-bookkeeping"}


def alarms(report: Report) -> dict[str, list[tuple[str, str]]]:
    """Causes of alarms with their places."""
    return {
        each.cause: sorted((at.path, at.inside) for at in each.locations)
        for each in report.findings
        if each.severity is Severity.ALARM
    }
