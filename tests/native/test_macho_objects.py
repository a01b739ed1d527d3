"""Real Mach-O objects of four architectures: what is the same is proven, what is not is named."""

from pathlib import Path

import pytest

from reprodiff.formats.macho import FORMAT
from reprodiff.formats.macho.image import read_image
from reprodiff.formats.macho.parts import LINKS, read_parts
from reprodiff.model import Verdict
from tests.native.asking import assert_proven, causes, places, report, run
from tests.native.builders import need
from tests.native.objects import compiled, missed
from tests.native.test_macho_pairs import C_CODE, CXX_CODE

TARGETS = (
    "x86_64-apple-macos10.13",
    "arm64-apple-macos11",
    "i386-apple-macos10.9",
    "armv7-apple-ios9",
)


def build(place: Path, target: str, options: str = "-O2", code: str = C_CODE) -> Path:
    """Compile ``code`` to an object in the directory ``place``, by its absolute path."""
    return compiled(place, ("clang", "clang++"), ("-target", target), options, code)


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("options", "code"), [("-O2", C_CODE), ("-O1 -g", C_CODE), ("-O1 -g", CXX_CODE)]
)
def test_a_build_path_of_the_same_or_another_length_is_proven(
    tmp_path: Path, target: str, options: str, code: str
) -> None:
    a = build(tmp_path / "one" / "src", target, options, code)
    for other in ("two/src", "number-two/demo/src", "number-2/demo/src"):
        b = build(tmp_path / other, target, options, code)
        assert_proven(report(a, b), "macho-build-path")
        assert_proven(report(b, a), "macho-build-path")


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize(
    ("change", "name"),
    [
        (("x * 3", "x * 5"), "_limited"),
        (("counter += 2", "counter -= 2"), "_chosen"),
        (("names[x & 3]", "names[x & 1]"), "_entry"),
    ],
)
def test_one_changed_instruction_beside_a_path_is_named(
    tmp_path: Path, target: str, change: tuple[str, str], name: str
) -> None:
    a = build(tmp_path / "one", target)
    b = build(tmp_path / "number-two" / "demo", target, code=C_CODE.replace(*change))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert name in places(found, "macho-code-changed")
    assert "macho-build-path" in causes(found)


def test_one_changed_constant_beside_a_path_is_named(tmp_path: Path) -> None:
    a = build(tmp_path / "one", TARGETS[1])
    b = build(tmp_path / "number-two", TARGETS[1], code=C_CODE.replace("13, 17", "13, 16"))
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    assert places(found, "native-data-changed") == {"__TEXT,__const _table"}


@pytest.mark.parametrize("target", TARGETS)
def test_a_relocation_by_another_symbol_is_named_by_its_function(
    tmp_path: Path, target: str
) -> None:
    a = build(tmp_path / "one", target)
    b = build(tmp_path / "two", target)
    raw = bytearray(b.read_bytes())
    parts = read_parts(read_image(memoryview(bytes(raw)))).parts
    table = next(part for part in parts if part.name == LINKS + "__TEXT,__text")
    extern = [
        at + 4
        for at in range(table.body.start, table.body.stop, 8)
        if raw[at + 7] >> 3 & 1 and not raw[at + 3] >> 7
    ]
    numbers = [int.from_bytes(raw[at : at + 3], "little") for at in extern]
    # The last symbols are of other objects: puts becomes printf, or the other way round.
    at = next(at for at, n in zip(extern, numbers, strict=True) if n == max(numbers))
    raw[at] -= 1
    b.write_bytes(raw)
    found = report(a, b)
    assert found.verdict is Verdict.DIFFERENT
    place = next(iter(places(found, "macho-code-changed")))
    assert place.startswith(f"{LINKS}__TEXT,__text in _")


FREE = {"macho.string", "macho.uuid"}


@pytest.mark.parametrize("target", TARGETS)
def test_no_byte_or_word_that_is_slipped_in_passes_beside_a_path(
    tmp_path: Path, target: str
) -> None:
    a, b = (build(tmp_path / each, target, "-O1 -g", CXX_CODE) for each in ("one", "number-two"))
    # Another magic number is another format.
    assert missed(FORMAT, (a, b), FREE, seed=18, free=range(4)) == []


@pytest.mark.parametrize("target", TARGETS[:2])
def test_objects_in_a_static_archive_are_proven_one_by_one(tmp_path: Path, target: str) -> None:
    ar = need("llvm-ar", "llvm-ar-14", "llvm-ar-15", "llvm-ar-16")
    sides = []
    for name in ("one", "number-two/demo"):
        made = build(tmp_path / name, target, "-O2 -g")
        run(made.parent, ar, "rcs", "--format=darwin", "lib.a", "code.o")
        sides.append(made.parent / "lib.a")
    assert_proven(report(*sides), "macho-build-path", "ar-index-follows")
