"""INI files that say the same, and one that hides a change beside its new form."""

import pytest

from reprodiff.formats.base import Content
from reprodiff.formats.ini import FORMAT
from reprodiff.model import ArtifactKind

A = b"[metadata]\nname = demo\nversion = 1.0\n\n[egg_info]\ntag_build =\ntag_date = 0\n"


def kinds(a: bytes, b: bytes) -> list[str]:
    content = Content("setup.cfg", "setup.cfg", memoryview(a), memoryview(b), ArtifactKind.SDIST)
    assert FORMAT.applies(content)
    return [fact.what for fact in FORMAT.compare(content)]


def test_another_order_and_comments_say_the_same() -> None:
    b = b"[egg_info]\ntag_date = 0\ntag_build = \n\n; made by hand\n"
    b += b"[metadata]\nversion=1.0\nname=demo\n"
    assert kinds(A, b) == ["ini.format"]


def test_line_endings_alone_are_text() -> None:
    assert kinds(A, A.replace(b"\n", b"\r\n")) == ["text.eol"]


@pytest.mark.parametrize(
    "b",
    [
        b"[egg_info]\ntag_date = 1\ntag_build =\n[metadata]\nversion=1.0\nname=demo\n",
        b"[metadata]\nname=demo\nversion=1.0\nname=demo\n[egg_info]\ntag_build=\ntag_date=0\n",
        b"[metadata]\nname=demo\nversion=1.0\n[egg_infos]\ntag_build=\ntag_date=0\n",
        b"[metadata]\nname=demo\nversion=1.0\nstray\n[egg_info]\ntag_build=\ntag_date=0\n",
    ],
)
def test_another_value_section_or_a_key_twice_is_no_other_form(b: bytes) -> None:
    assert "ini.format" not in kinds(A, b)
