"""Recorded times: zip, tar, gzip headers, and files on disk.

A header field that both sides fill with a valid time cannot change what is installed: the field
is the whole of the difference, and that is checked.  *Which* time it is (a clock, a checkout, a
tool's constant, another zone) is said only as far as the values show it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.known_times import DEFAULTS, show
from reprodiff.dates import exact_seconds_of
from reprodiff.model import Category, Difference, Severity

SDE: Final = "SOURCE_DATE_EPOCH"

_SOURCES: Final = (
    "APPNOTE.TXT 4.4.6 (date and time fields of zip)",
    "https://reproducible-builds.org/docs/source-date-epoch/",
)
_EXPORT: Final = f"export {SDE}=$(git log -1 --format=%ct)"

ZIP_MTIME: Final = Cause(
    id="zip-member-mtime",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times of zip members",
    blame=Blame.LEAF,
    doc=Doc(
        what="The modification times that the zip archive records for its members differ. "
        "Installers do not keep them, and nothing reads them when the package runs.",
        recognised="Both sides have a valid DOS date and time in the field; the same value stands "
        "in the local header and in the central directory of each side.",
        why="A backend that is told no time takes the clock for files it generates and the "
        "checkout's time for files it copies. Git keeps no times, so two clones never agree. A "
        "repair tool that is told none stamps every member with the moment of the repair.",
        fix=(
            ("setuptools", f"`{_EXPORT}` before the build (wheel 0.27 or later)"),
            ("flit", f"`{_EXPORT}` before the build (flit_core 0.8 or later)"),
            ("meson-python", f"`{_EXPORT}` before the build"),
            ("scikit-build-core", "`wheel.reproducible = true` (1.0 or later), or the variable"),
            ("auditwheel", "export the same variable for the repair step too (5.1 or later)"),
            ("delvewheel", "export the same variable for the repair step too (1.5.3 or later)"),
            ("delocate", "export the same variable for the repair step too (0.10.5 or later)"),
            ("cibuildwheel", 'CIBW_ENVIRONMENT_PASS_LINUX: "SOURCE_DATE_EPOCH"'),
            ("uv_build", "nothing to do: it always writes 1980-01-01"),
        ),
        mistaken_for="A change of content: a time alone never changes a member's bytes. An odd "
        "epoch is stored one second lower, because DOS times count in steps of two seconds.",
        sources=_SOURCES,
    ),
)

ZIP_ZONE: Final = Cause(
    id="zip-mtime-timezone",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="zip times written in two time zones",
    blame=Blame.LEAF,
    doc=Doc(
        what="Every time that differs does so by the same multiple of a quarter of an hour: the "
        "same instants, written as local time in two zones. A DOS time has no zone of its own.",
        recognised="One difference for all members, at most 26 hours and a multiple of 15 "
        "minutes, over at least two different times; members with a constant time do not take "
        "part.",
        why="The writer converts to local time: ZipInfo.from_file (flit without an epoch, "
        "delvewheel, delocate, whey), Info-ZIP, and flot even with an epoch.",
        fix=(
            ("any", "TZ=UTC in the build's environment"),
            ("flit", f"`{_EXPORT}`: its times are then written in UTC"),
            ("flot", "TZ=UTC; the epoch alone does not help with 0.7.3"),
        ),
        mistaken_for="Two builds that happen to lie whole hours apart: those have a single time "
        "each, and are reported as plain times.",
        sources=_SOURCES,
    ),
)

ZIP_ROUNDING: Final = Cause(
    id="zip-mtime-rounding",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="zip times rounded another way",
    blame=Blame.LEAF,
    doc=Doc(
        what="Times differ by the two seconds of one DOS step and in one direction only: an odd "
        "second was rounded down by one writer and up by the other.",
        recognised="Every time that differs does so by exactly two seconds, always in the same "
        "direction, over at least two different times, and the containers have the habits of two "
        "writers.",
        why="DOS times count in steps of two seconds. CPython rounds down, Info-ZIP rounds up.",
        fix=(("any", f"an even {SDE}, or the same zip writer on both sides"),),
        mistaken_for="A clock that moved: two builds two seconds apart with one time each are "
        "reported as plain times.",
        sources=_SOURCES,
    ),
)

ZIP_DEFAULT: Final = Cause(
    id="zip-mtime-default",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="one side has the tool's default time",
    blame=Blame.LEAF,
    doc=Doc(
        what="On one side all times that differ are a constant that build tools are known to "
        "write when they are told no time; the other side was told one, or took it elsewhere.",
        recognised="One single value on one side, and it stands in the table of known defaults; "
        "the other side's values are others.",
        why=f"{SDE} reached one build and not the other: an isolated or containerised build does "
        "not see the variable unless it is passed on. An epoch before 1980 is clamped to "
        "1980-01-01 by most backends; poetry-core falls back to 2016-01-01.",
        fix=(
            ("any", f"set {SDE} on both sides, or on neither"),
            ("cibuildwheel", 'CIBW_ENVIRONMENT_PASS_LINUX: "SOURCE_DATE_EPOCH"'),
            ("uv_build", "it ignores the variable: rebuild the other side without one"),
        ),
        mistaken_for="A clock set to the past. uv_build and maturin write 1980-01-01 on purpose.",
        sources=_SOURCES,
    ),
)

ZIP_EXTRA_TIME: Final = Cause(
    id="zip-extra-times",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times in zip extra fields",
    blame=Blame.LEAF,
    doc=Doc(
        what="Extra fields hold times at a finer grain than the header: Unix seconds (0x5455) or "
        "NTFS ticks of 100 ns (0x000a). They differ.",
        recognised="The field has the layout of its id on both sides, and only its times differ.",
        why="Info-ZIP, ditto, 7-Zip and .NET add them. The access time in a local 0x5455 field "
        "changes whenever the file is read.",
        fix=(
            ("Info-ZIP", "zip -X leaves the fields out"),
            ("any", "write the archive with Python's zipfile, which adds none"),
        ),
        mistaken_for="A time zone: if these times are equal while DOS times differ, the zone is "
        "the cause.",
        sources=("Info-ZIP proginfo/extrafld.txt",),
    ),
)

TAR_MTIME: Final = Cause(
    id="tar-member-mtime",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times of tar members",
    blame=Blame.LEAF,
    doc=Doc(
        what="The modification times that the tar archive records for its members differ, in the "
        "header, in a pax record, or in both.",
        recognised="Both sides have a number in the field that is a valid time.",
        why="setuptools regenerates egg-info for every sdist and never looks at the epoch; flit "
        "and pdm-backend copy the checkout's times when they are told none. Times taken as "
        "floating point also bring a pax record with the fraction of a second.",
        fix=(
            (
                "setuptools",
                (
                    "no knob: repack with `reprodiff`'s canonical form, or build the sdist "
                    "with setuptools-reproducible (it drops executable bits)"
                ),
            ),
            ("flit", f"`{_EXPORT}` (flit_core 0.12 or later)"),
            ("pdm-backend", f"`{_EXPORT}` for the members; the gzip header keeps the clock"),
            (
                "GNU tar",
                'tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner',
            ),
        ),
        mistaken_for="Another archive layout: a pax record for the fraction makes the archive "
        "longer and moves everything behind it.",
        sources=("POSIX.1-2017 pax, ustar interchange format", _SOURCES[1]),
    ),
)

GZIP_MTIME: Final = Cause(
    id="gzip-mtime",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="time in the gzip header",
    blame=Blame.LEAF,
    doc=Doc(
        what="The four bytes MTIME of the gzip header differ. Nothing that unpacks the file uses "
        "them.",
        recognised="The field differs; it is covered by no checksum unless FHCRC is set.",
        why="tarfile and GzipFile write the clock unless they are handed a time; tarfile cannot "
        "be handed one before Python 3.15. pdm-backend and setuptools use it that way.",
        fix=(
            (
                "pdm-backend",
                "no knob in 2.5.0: gunzip the sdist and compress it again with `gzip -n`",
            ),
            ("setuptools", "no knob: gunzip the sdist and compress it again with `gzip -n`"),
            ("flit", "flit_core 3.9 or later writes a constant"),
            ("poetry-core", "1.1.0 or later writes 0"),
        ),
        mistaken_for="Other content: the compressed bytes behind the header are the same.",
        sources=("RFC 1952 section 2.3.1",),
    ),
)

TREE_MTIME: Final = Cause(
    id="tree-mtime",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="modification times of files on disk",
    blame=Blame.LEAF,
    doc=Doc(
        what="Files of the two trees have other modification times.",
        recognised="The file system's mtime differs.",
        why="Installers give files the moment of the installation; they do not keep the times "
        "of the archive.",
        fix=(
            ("any", 'find TREE -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +'),
            (
                "container images",
                (
                    "let the image builder clamp the times "
                    "(`SOURCE_DATE_EPOCH` with BuildKit's `rewrite-timestamp=true`)"
                ),
            ),
        ),
        mistaken_for="Stale bytecode: a timestamp pyc is checked against the time of its source, "
        "so times that are changed later make Python compile again.",
        sources=("PEP 3147", "PEP 552"),
    ),
)


# Members share a few times, as a rule.
@lru_cache(maxsize=1024)
def _seconds(value: object) -> int | None:
    """Return a DOS time (y, m, d, h, m, s) as seconds, as if it were UTC; ``None`` if invalid."""
    if not isinstance(value, tuple) or len(value) != 6:
        return None
    if value[1:3] == (0, 0) and value == (1980, 0, 0, 0, 0, 0):
        return 315532800  # an all-zero field: the tool wrote none
    try:
        return exact_seconds_of([int(part) for part in value])
    except (ValueError, TypeError):
        return None


def _zip_times(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    known: list[tuple[Difference, int, int]] = []
    for fact in facts:
        a, b = _seconds(fact.a), _seconds(fact.b)
        if a is not None and b is not None:
            known.append((fact, a, b))
    if not known:
        return
    deltas = Counter(b - a for _, a, b in known)
    distinct = min(len({a for _, a, _ in known}), len({b for _, _, b in known}))
    mine = [fact for fact, _, _ in known]
    if len(deltas) == 1 and distinct > 1:
        (delta,) = deltas
        if delta % 900 == 0 and abs(delta) <= 26 * 3600:
            yield Claim(ZIP_ZONE, mine, explanation=_zone_text(delta))
            return
        if abs(delta) == 2 and scene.a.writer != scene.b.writer:
            yield Claim(ZIP_ROUNDING, mine, explanation="All times differ by one DOS step of 2 s.")
            return
    times_a, times_b = {a for _, a, _ in known}, {b for _, _, b in known}
    constant = _default(times_a, times_b)
    if constant is not None:
        yield Claim(
            ZIP_DEFAULT,
            mine,
            explanation=f"One side has a single time, {constant}.",
            evidence=_evidence(times_a, times_b),
        )
        return
    yield Claim(
        ZIP_MTIME,
        mine,
        explanation=_story(len(times_a), len(times_b)),
        evidence=(*_evidence(times_a, times_b), *_unchanged(mine, scene)),
    )


def _zone_text(delta: int) -> str:
    hours = abs(delta) / 3600
    return f"All times that differ do so by {hours:g} hours: one instant in two time zones."


def _default(a: set[int], b: set[int]) -> str | None:
    for mine, other in ((a, b), (b, a)):
        if len(mine) == 1 and not mine & other:
            (value,) = mine
            # Two known constants: both tools had no epoch, and the tools themselves differ.
            if value in DEFAULTS and value != 0:
                return DEFAULTS[value]
    return None


def _story(count_a: int, count_b: int) -> str:
    if count_a == count_b == 1:
        return (
            "Each side has one time for all members that differ: the moment of a build or repair."
        )
    return (
        "The times that differ are many: those of the checkout for copied files, the clock for "
        "generated ones."
    )


def _evidence(a: set[int], b: set[int]) -> tuple[str, ...]:
    return tuple(f"{side}: {_range(times)}" for side, times in (("A", a), ("B", b)))


def _range(times: Iterable[int]) -> str:
    ordered = sorted(times)
    if len(ordered) == 1:
        return show(ordered[0])
    return f"{len(ordered)} times from {show(ordered[0])} to {show(ordered[-1])}"


def _unchanged(facts: Sequence[Difference], scene: Scene) -> tuple[str, ...]:
    paths = {fact.path for fact in facts}
    kept = {
        time
        for path, time in scene.a.mtimes.items()
        if path not in paths and path in scene.b.mtimes
    }
    if len(kept) == 1:
        (time,) = kept
        if time in DEFAULTS:
            return (f"members with an unchanged time have {DEFAULTS[time]}",)
    return ()


def _whole(value: object) -> float | None:
    """Return a recorded number of seconds, ``None`` if it is no time."""
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if isinstance(value, str) and _DECIMAL.fullmatch(value):
        return float(value)
    return None


# As POSIX writes it; float() alone would take underscores, spaces and exponents too.
_DECIMAL: Final = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{0,40})?")


def _numbers(cause: Cause, unit: float = 1.0) -> Rule:
    """Return the rule for a field that holds seconds (divided by ``unit``) since 1970."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        mine = [f for f in facts if all(_plausible(f.what, v, unit) for v in (f.a, f.b))]
        if not mine:
            return
        a = {int((_whole(f.a) or 0) / unit) for f in mine}
        b = {int((_whole(f.b) or 0) / unit) for f in mine}
        yield Claim(cause, mine, evidence=_evidence(a, b))

    return Rule(cause.id, (cause,), _TAKES[cause.id], 20, apply)


def _plausible(what: str, value: object, unit: float) -> bool:
    """Whether a value is a time between the years 1970 and 2200, or a record that is absent."""
    if value is None:
        return what.startswith("tar.pax.")
    seconds = _whole(value)
    return seconds is not None and 0 <= seconds / unit < 7_258_118_400


_TAKES: Final = {
    "tar-member-mtime": ("tar.mtime", "tar.pax.mtime", "tar.pax.atime", "tar.pax.ctime"),
    "gzip-mtime": ("gzip.mtime",),
    "tree-mtime": ("tree.time",),
}


def _extra_times(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(ZIP_EXTRA_TIME, facts)


RULES: Final = (
    Rule(
        "zip-times", (ZIP_MTIME, ZIP_ZONE, ZIP_ROUNDING, ZIP_DEFAULT), ("zip.time",), 20, _zip_times
    ),
    Rule("zip-extra-times", (ZIP_EXTRA_TIME,), ("zip.extra-time",), 20, _extra_times),
    _numbers(TAR_MTIME),
    _numbers(GZIP_MTIME),
    _numbers(TREE_MTIME, unit=1e9),
)
