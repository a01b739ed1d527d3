"""setuptools, with the ``bdist_wheel`` command it took over from wheel in 70.1."""

import re
from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Limit, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://setuptools.pypa.io/en/latest/userguide/"

# fmt: off
_RELEASES: Final = (
    ("2017-01", "32.3.1"), ("2017-02", "34.1.0"), ("2017-03", "34.3.0"),
    ("2017-04", "34.3.3"), ("2017-05", "35.0.2"), ("2017-07", "36.0.1"),
    ("2017-08", "36.2.6"), ("2017-09", "36.3.0"), ("2017-10", "36.5.0"),
    ("2017-11", "36.6.0"), ("2017-12", "38.2.3"), ("2018-01", "38.2.5"),
    ("2018-02", "38.4.0"), ("2018-03", "38.5.1"), ("2018-04", "39.0.1"),
    ("2018-05", "39.1.0"), ("2018-06", "39.2.0"), ("2018-08", "40.0.0"),
    ("2018-09", "40.2.0"), ("2018-10", "40.4.3"), ("2018-11", "40.5.0"),
    ("2018-12", "40.6.2"), ("2019-01", "40.6.3"), ("2019-02", "40.7.1"),
    ("2019-03", "40.8.0"), ("2019-05", "41.0.1"), ("2019-09", "41.2.0"),
    ("2019-11", "41.6.0"), ("2019-12", "42.0.1"), ("2020-01", "43.0.0"),
    ("2020-02", "45.1.0"), ("2020-03", "45.2.0"), ("2020-04", "46.1.3"),
    ("2020-06", "47.1.1"), ("2020-07", "47.3.1"), ("2020-08", "49.2.0"),
    ("2020-09", "50.0.0"), ("2020-10", "50.3.0"), ("2020-11", "50.3.2"),
    ("2021-01", "51.1.1"), ("2021-02", "52.0.0"), ("2021-03", "54.0.0"),
    ("2021-04", "54.2.0"), ("2021-05", "56.0.0"), ("2021-06", "57.0.0"),
    ("2021-08", "57.4.0"), ("2021-10", "58.1.0"), ("2021-11", "58.3.0"),
    ("2021-12", "59.4.0"), ("2022-01", "60.2.0"), ("2022-02", "60.6.0"),
    ("2022-03", "60.9.3"), ("2022-04", "61.3.0"), ("2022-05", "62.1.0"),
    ("2022-06", "62.3.2"), ("2022-07", "62.6.0"), ("2022-08", "63.2.0"),
    ("2022-09", "65.3.0"), ("2022-10", "65.4.1"), ("2022-11", "65.5.0"),
    ("2022-12", "65.6.3"), ("2023-02", "67.0.0"), ("2023-03", "67.4.0"),
    ("2023-04", "67.6.1"), ("2023-05", "67.7.2"), ("2023-06", "67.8.0"),
    ("2023-07", "68.0.0"), ("2023-09", "68.1.2"), ("2023-10", "68.2.2"),
    ("2023-12", "69.0.2"), ("2024-01", "69.0.3"), ("2024-03", "69.1.1"),
    ("2024-04", "69.2.0"), ("2024-05", "69.5.1"), ("2024-06", "70.0.0"),
)
"""The newest release at the start of each month, until bdist_wheel came from wheel no more."""
# fmt: on


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
    fields=(
        "Summary Author-email Maintainer-email License-Expression License Project-URL "
        "Keywords Classifier Requires-Python Description-Content-Type License-File"
    ),
    metadata=(("2.1", "<75.8"), ("2.2", ">=75.8,<77"), ("2.4", ">=77")),
    follows_umask=True,
    releases=_RELEASES,
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
            slug="reproducible-sdist",
            causes=("tar-member-mtime", "gzip-mtime", "member-owner", "tar-dialect"),
            title="Build sdists with setuptools-reproducible, which wraps setuptools",
            where=Where.PYPROJECT,
            snippet='[build-system]\nrequires = ["setuptools-reproducible"]\n'
            'build-backend = "setuptools_reproducible"',
            why="It writes SOURCE_DATE_EPOCH, or 0, for every time in the sdist and its gzip "
            "header, no owner, and modes 644 and 755; all else is setuptools. It makes every file "
            "644, programs too. Where there was no build-backend, setup.py no longer finds modules "
            "beside it: add its directory to sys.path there.",
            docs="https://github.com/wimglenn/setuptools-reproducible",
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
            "files of egg-info are made anew every time. What wraps it can do better.",
            "https://github.com/pypa/setuptools/issues/2133",
            kinds=("sdist",),
        ),
    ),
)
