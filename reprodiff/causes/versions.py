"""Versions that depend on when, where and from how complete a checkout they were read."""

import re
from typing import Final, NamedTuple

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.causes.environment import COMMIT, SCM_VERSION
from reprodiff.model import Category, Confidence, Severity

_SCM: Final = "https://setuptools-scm.readthedocs.io/"
_VCS_BUILD: Final = (
    (
        "GitHub Actions",
        "actions/checkout with `fetch-depth: 0`, so that tags and history are there",
    ),
    ("git", "`.git_archival.txt` with `export-subst`, for builds from `git archive`"),
    ("setuptools-scm", "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_NAME=1.2.3; hatch-vcs reads it too"),
)

SCM_HISTORY: Final = Cause(
    id="scm-version-history",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="version from a checkout without its history",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The version was read from version control, and one checkout lacked tags or commits, "
        "or there was nothing to read it from.",
        recognised="Both versions name the same commit and differ in the release or in the number "
        "of commits since it; or one of them is what tools fall back to (0.0.0, 0+unknown, "
        "0.1.dev1+g..., 0+untagged) and the other is not. The second is likely, not proven.",
        why="A shallow clone has no tags to count from, and an archive of the sources has no "
        "repository at all.",
        fix=_VCS_BUILD,
        mistaken_for="Another release. The sources may well be the same: compare the rest.",
        sources=(_SCM, "git-describe(1)"),
    ),
)

SCM_ABBREV: Final = Cause(
    id="scm-abbrev",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="commit id in the version, abbreviated to another length",
    blame=Blame.LEAF,
    doc=Doc(
        what="The version holds the id of the commit, and the two abbreviate it differently.",
        recognised="The versions are equal but for the id, and one id is the beginning of the "
        "other.",
        why="git chooses the length by the number of objects it has, so that a shallow clone "
        "abbreviates to fewer digits than a full one.",
        fix=(
            ("git", "`git config core.abbrev 12`, or `git describe --abbrev=12`"),
            ("versioneer", "builds from full clones on both sides"),
            ("setuptools-scm", "version 10 cuts the id itself, and is not affected"),
        ),
        mistaken_for="Another commit: an id of which the other is no beginning is one.",
        sources=("git-config(1), core.abbrev",),
    ),
)

TAG_DATE: Final = Cause(
    id="egg-info-tag-date",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="build day in the version",
    blame=Blame.LEAF,
    doc=Doc(
        what="The version ends in a day, and the two are of different days.",
        recognised="Both versions are equal without eight digits that are a date, behind dev, "
        "post, a hyphen or a plus sign. A release that is named after its day looks the same, so "
        "this is likely and not proven.",
        why="setup.cfg asks for it with tag_date, and setuptools takes the local day of the build; "
        "SOURCE_DATE_EPOCH has no say. A wheel built from the sdist keeps the day of the sdist.",
        fix=(
            ("setuptools", "setup.cfg: `[egg_info]` with `tag_date = 0` and `tag_build =`"),
            ("any", "build the wheel from the sdist on both sides"),
        ),
        mistaken_for="Two nightly releases, which are two releases.",
        sources=("setuptools, egg_info command",),
    ),
)

CAUSES: Final = (SCM_VERSION, SCM_HISTORY, SCM_ABBREV, COMMIT, TAG_DATE)
"""All that :func:`explain_version` may answer."""

# Version+local as setuptools-scm, hatch-vcs, pdm-backend and versioneer write it.
_LOCAL: Final = re.compile(r"(?P<public>[^+]*)(?:\+(?P<local>[A-Za-z0-9._-]*))?")
_NODE: Final = re.compile(r"g[0-9a-f]{4,40}|[0-9a-f]{40}")
_DAY: Final = re.compile(r"d20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])")
_COUNT: Final = re.compile(r"(?:\.dev|\.post|\+)[0-9]+")
_FALLBACK: Final = re.compile(
    r"0(?:\.0){0,2}|0\+unknown|0\+untagged\..*|0\.0\.0\+unknown|0\.1\.dev[0-9]+(?:\+.*)?"
)
_DISTANCE: Final = re.compile(r"[0-9]{1,9}|untagged")
"""Commits since the tag, as versioneer puts them into the local part."""
_TAGGED: Final = re.compile(
    r"(?P<head>.*?(?:\.?dev|\.?post|[-+]))(?P<day>20[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))"
)
_MAX: Final = 200


class _Version(NamedTuple):
    public: str
    node: str
    day: str
    dirty: bool
    """versioneer says that there were changes."""
    distance: str
    rest: tuple[str, ...]
    """What else the local part has."""


def explain_version(a: str, b: str) -> tuple[Cause, Confidence] | None:
    """Return why two versions of one project differ, ``None`` if they are simply two versions."""
    if a == b or max(len(a), len(b)) > _MAX:
        return None
    one, two = _read(a), _read(b)
    if one is None or two is None:
        return None
    if one.rest == two.rest:
        found = _same_sources(one, two) if one.public == two.public else _other_public(one, two)
        if found is not None:
            return found, Confidence.PROVEN
    if bool(_FALLBACK.fullmatch(a)) is not bool(_FALLBACK.fullmatch(b)):
        return SCM_HISTORY, Confidence.LIKELY
    tag_a, tag_b = _TAGGED.fullmatch(a), _TAGGED.fullmatch(b)
    if tag_a and tag_b and tag_a["head"] == tag_b["head"]:
        return TAG_DATE, Confidence.LIKELY
    return None


def _read(version: str) -> _Version | None:
    found = _LOCAL.fullmatch(version)
    if found is None:
        return None
    node = day = distance = ""
    dirty = False
    rest: list[str] = []
    for part in (found["local"] or "").split("."):
        if not node and _NODE.fullmatch(part):
            node = part.removeprefix("g")
        elif not day and _DAY.fullmatch(part):
            day = part
        elif part == "dirty" and node:
            dirty = True
        elif _DISTANCE.fullmatch(part) and not node:
            distance = f"{distance}.{part}"
        elif part:
            rest.append(part)
    return _Version(found["public"], node, day, dirty, distance, tuple(rest))


def _same_sources(one: _Version, two: _Version) -> Cause | None:
    """Judge versions that differ only in commit id or day."""
    if one.node == two.node:
        if one.day != two.day or one.dirty is not two.dirty:
            return SCM_VERSION
        return SCM_HISTORY if one.node and one.distance != two.distance else None
    if not one.node or not two.node:
        # A clean checkout of a tag has the tag alone; the other has no commits on top of it.
        other = two if two.node else one
        return SCM_VERSION if other.dirty and other.distance == ".0" else None
    if one.node.startswith(two.node) or two.node.startswith(one.node):
        return SCM_ABBREV if one.day == two.day else SCM_VERSION
    return COMMIT


def _other_public(one: _Version, two: _Version) -> Cause | None:
    """Judge versions whose release or count of commits differs."""
    if not one.node or not two.node:
        return None
    if one.node.startswith(two.node) or two.node.startswith(one.node):
        return SCM_HISTORY
    same_release = _COUNT.sub("", one.public) == _COUNT.sub("", two.public)
    return COMMIT if same_release else None
