"""What a changed string in native code is put down to, and what never is."""

import pytest

from reprodiff.causes.base import Claim, Scene, SideScene
from reprodiff.causes.native import RULES
from reprodiff.model import ArtifactInfo, ArtifactKind, Confidence, Difference, Severity, Span


def claim(a: bytes, b: bytes, note: str = "", what: str = "elf.string") -> Claim:
    info = ArtifactInfo("x.so", ArtifactKind.FILE)
    scene = Scene(SideScene(info), SideScene(info), path="x.so")
    fact = Difference(what, "x.so", ".rodata+0x0", a, b, Span(0, len(a)), Span(0, len(b)), note)
    (found,) = [
        made for rule in RULES if rule.name != "elf-build-id" and rule.wants(what)
        for made in rule.apply([fact], scene)
    ]  # fmt: skip
    return found


@pytest.mark.parametrize(
    ("a", "b", "cause"),
    [
        (b"/tmp/one/src/x.c", b"/home/ci/work/src/x.c", "elf-build-path"),
        (b"Nov 21 2026", b"Dec  1 2026", "elf-build-time"),
        (b"built Nov 21 2026 01:02:03", b"built Nov 22 2026 11:12:13", "elf-build-time"),
        (b"Sat Nov 21 01:02:03 2026", b"Sun Nov 22 01:02:03 2026", "elf-build-time"),
        (
            b"/tmp/pip-req-build-1a2b3c4d/x.c",
            b"/tmp/pip-req-build-9z8y7x6w/x.c",
            "elf-random-temp-dir",
        ),
    ],
)
def test_a_trace_of_the_build_is_benign(a: bytes, b: bytes, cause: str) -> None:
    found = claim(a, b)
    assert (found.cause.id, found.confidence) == (cause, Confidence.PROVEN)
    assert found.cause.severity is Severity.BENIGN
    assert claim(b, a).cause is found.cause


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (b"allowed", b"refused"),
        (b"/tmp/one/src/x.c: ok", b"/home/ci/work/src/x.c: no"),
        (b"Nov 21 2026 stable", b"Nov 22 2026 broken"),
        (b"/tmp/one/src/x.c", b"/tmp/one/src/y.c"),
        (b"1.2.3", b"1.2.4"),
    ],
)
def test_a_change_beside_a_trace_is_for_review(a: bytes, b: bytes) -> None:
    found = claim(a, b)
    assert (found.severity or found.cause.severity) is Severity.REVIEW or (
        found.confidence is not Confidence.PROVEN
    )


def test_a_directory_in_debug_information_needs_no_common_end() -> None:
    found = claim(b"/tmp/one", b"/home/ci/work", note="debug")
    assert (found.cause.id, found.confidence) == ("elf-build-path", Confidence.PROVEN)
    assert claim(b"/opt/one", b"/srv/two", note="debug").confidence is Confidence.LIKELY


def test_another_compiler_is_named() -> None:
    found = claim(b"GNU C17 12.2.0 -O2 -g", b"GNU C17 13.1.0 -O3 -g", note="debug")
    assert found.cause.id == "elf-toolchain"
    assert claim(b"GCC: 12", b"GCC: 13", what="elf.comment").cause.id == "elf-toolchain"


def test_a_runpath_is_never_benign_even_if_it_looks_like_a_build_path() -> None:
    found = claim(b"/tmp/one/lib", b"/tmp/two/lib", what="elf.runpath")
    assert (found.cause.id, found.cause.severity) == ("elf-rpath", Severity.REVIEW)
