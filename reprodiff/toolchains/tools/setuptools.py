"""setuptools, with the ``bdist_wheel`` command it took over from wheel in 70.1."""

import re
from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Limit, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://setuptools.pypa.io/en/latest/userguide/"


def _zip(traits: ZipTraits) -> str:
    return "RECORD with mode 664" if traits.record_mode == 0o100664 else ""


def _tar(traits: TarTraits) -> str:
    if traits.float_times and traits.directories:
        return "pax with float times, directory entries, the builder's name"
    return ""


TOOL: Final = Tool(
    id="setuptools",
    role=Role.BACKEND,
    package="setuptools",
    docs=_DOCS,
    generators=("setuptools", "bdist_wheel"),
    backends=("setuptools",),
    build_backend="setuptools.build_meta",
    pins=("wheel",),
    zip_test=_zip,
    tar_test=_tar,
    members=(
        Member(re.compile(r"\.dist-info/top_level\.txt$"), "top_level.txt in dist-info"),
        Member(re.compile(r"^[^/]+/[^/]+\.egg-info/PKG-INFO$"), "an egg-info directory"),
    ),
    habits=(
        Habit("times of wheel members, with SOURCE_DATE_EPOCH", "wheel 0.27"),
        Habit("order of members and RECORD", "wheel 0.30"),
        Habit("order of Extension and build_clib sources", "65.6.1"),
        Habit("order of licence files", "57.1"),
    ),
    knobs=(
        epoch(
            "wheel 0.27, setuptools 70.1",
            causes=("zip-member-mtime", "zip-mtime-default", "zip-mtime-rounding"),
            why="Copied files otherwise keep the times of the checkout, generated ones get the "
            "clock. It holds for wheels; sdists of setuptools pass over the variable.",
        ),
        Knob(
            slug="sdist-owner",
            causes=("member-owner",),
            title="Record a fixed owner in sdists",
            where=Where.PYPROJECT,
            file="setup.cfg",
            language="ini",
            snippet="[sdist]\nowner = root\ngroup = root",
            why="The sdist command otherwise records who ran the build. The names must exist on "
            "the machine that builds.",
            docs="https://setuptools.pypa.io/en/latest/deprecated/distutils/sourcedist.html",
            names=("owner", "group"),
            kinds=("sdist",),
        ),
        Knob(
            slug="tag-date",
            causes=("egg-info-tag-date",),
            title="Leave the day out of the version",
            where=Where.PYPROJECT,
            file="setup.cfg",
            language="ini",
            snippet="[egg_info]\ntag_build =\ntag_date = 0",
            why="tag_date adds the day of the build to the version.",
            docs="https://setuptools.pypa.io/en/latest/userguide/distribution.html",
            names=("tag_date", "tag_build"),
        ),
        Knob(
            slug="clean",
            causes=("egg-info-sources", "egg-info-list", "member-on-one-side"),
            title="Remove what earlier builds left behind",
            where=Where.ENVIRONMENT,
            file="build command",
            snippet="rm -rf build ./*.egg-info src/*.egg-info",
            why="setuptools reads build/ and SOURCES.txt of an earlier build and ships what they "
            "name.",
            docs=_DOCS + "miscellaneous.html",
        ),
        Knob(
            slug="sorted-licences",
            causes=("metadata-order",),
            title="Use a setuptools that sorts the licence files it finds",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["setuptools>=57.1"]\n'
            'build-backend = "setuptools.build_meta"',
            why="Older releases list them in the order of a set.",
            since="57.1",
            before="57.1",
            docs="https://setuptools.pypa.io/en/latest/history.html",
            names=("build_meta",),
        ),
    ),
    limits=(
        Limit(
            ("tar-member-mtime", "gzip-mtime"),
            "setuptools writes the clock into its sdists, whatever SOURCE_DATE_EPOCH says; the "
            "files of egg-info are made anew every time.",
            "https://github.com/pypa/setuptools/issues/2133",
            kinds=("sdist",),
        ),
    ),
)
