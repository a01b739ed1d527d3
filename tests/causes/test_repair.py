"""What repair tools write into a wheel, and what of it hides nothing."""

import pytest

from reprodiff.model import ArtifactKind, Difference, Span
from tests.causes.facts import Judged, benign, fact, judged, scene

RECORD = "demo-1.0.dist-info/DELVEWHEEL"
DLLS = (
    "demo.libs/geos-23a442ac2dc21ec50035b705fec97a5a.dll",
    "demo.libs/geos-601667c569b99092781bd4af7fecde0b.dll",
)
PATCH = """\"\"\"Demo.\"\"\"


# start delvewheel patch
def _delvewheel_patch_1_8_0():
    import os
    if os.path.isdir(libs_dir := os.path.join(os.path.dirname(__file__), 'demo.libs')):
        os.add_dll_directory(libs_dir)


_delvewheel_patch_1_8_0()
del _delvewheel_patch_1_8_0
# end delvewheel patch

VALUE = 1
"""


def lines(path: str, a: str, b: str) -> Judged:
    """What the rules say of two texts whose lines differ one by one."""
    facts: list[Difference] = []
    at = [0, 0]
    for one, two in zip(a.splitlines(), b.splitlines(), strict=True):
        if one != two:
            spans = (Span(at[0], at[0] + len(one)), Span(at[1], at[1] + len(two)))
            facts.append(Difference("text.line", path, "line", one, two, *spans))
        at = [at[0] + len(one) + 1, at[1] + len(two) + 1]
    where = scene(ArtifactKind.WHEEL, (), path=path, path_b=path, partner=dict([DLLS]))
    where.data_a, where.data_b = memoryview(a.encode()), memoryview(b.encode())
    return judged(facts, where)


def test_another_version_of_the_repair_tool_is_named() -> None:
    found = lines(RECORD, "Version: 1.8.0\n", "Version: 1.10.0\n")
    assert found == [("repair-tool", "review", "proven", 1)]


def test_other_arguments_are_for_review_and_other_names_are_not() -> None:
    one = r"Arguments: ['C:\\tmp\\delvewheel', 'repair', '-w', 'C:\\tmp\\out', 'a\\demo-1.0.whl']"
    again = one.replace("demo-1.0", "demo-1.1")
    assert lines(RECORD, one, again) == benign("repair-tool")
    more = one.replace("'repair'", "'repair', '--analyze-existing'")
    assert lines(RECORD, one, more) == [("repair-tool", "review", "proven", 1)]
    assert "repair-tool" not in {cause for cause, *_ in lines("demo/x.txt", one, more)}


def test_a_patch_that_differs_in_its_name_alone_follows_the_tool() -> None:
    found = lines("demo/__init__.py", PATCH, PATCH.replace("1_8_0", "1_10_0"))
    assert found == benign("repair-patch-name", 3)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("os.add_dll_directory(libs_dir)", "os.system('evil')"),
        ("demo.libs", "dem0.libs"),
        ("del _delvewheel_patch_1_10_0", "del _delvewheel_patch_1_9_0"),
    ],
)
def test_a_change_inside_the_patch_is_changed_code(old: str, new: str) -> None:
    other = PATCH.replace("1_8_0", "1_10_0").replace(old, new)
    assert {cause for cause, *_ in lines("demo/__init__.py", PATCH, other)} == {"source-changed"}


def test_a_change_beside_the_patch_is_told_by_itself() -> None:
    other = PATCH.replace("1_8_0", "1_10_0").replace("VALUE = 1", "VALUE = 2")
    found = lines("demo/__init__.py", PATCH, other)
    assert ("source-changed", "review", "proven", 1) in found
    assert ("repair-patch-name", "benign", "proven", 3) in found


def test_names_of_paired_libraries_in_text_follow_them() -> None:
    one, two = (path.rpartition("/")[2] for path in DLLS)
    order = "demo.libs/.load-order-demo-1.0"
    assert lines(order, one, two) == benign("vendored-name-follows")
    for other in (f"{two} x", two.replace("geos", "geoz"), f"x{two}"):
        found = lines(order, one, other)
        assert "vendored-name-follows" not in {cause for cause, *_ in found}


def test_imports_of_paired_libraries_follow_them() -> None:
    one, two = (path.rpartition("/")[2] for path in DLLS)
    where = scene(ArtifactKind.WHEEL, (), partner=dict([DLLS]))
    for what, a, b in (
        ("pe.imports", one, two.upper()),
        ("pe.import-name", one.encode(), two.encode()),
    ):
        assert judged([fact(what, a, b, "demo/x.pyd")], where) == benign("vendored-name-follows")
    for a, b in ((one, f"{two} evil.dll"), (f"{one} good.dll", two), (one, one.upper())):
        found = judged([fact("pe.imports", a, b, "demo/x.pyd")], where)
        assert [cause for cause, *_ in found] == ["pe-imports"]


def test_the_version_that_a_file_was_linked_to_follows_the_library() -> None:
    path = "demo/.dylibs/libwebp.7.dylib"
    where = scene(ArtifactKind.WHEEL, ())
    where.a.paths = where.b.paths = frozenset({path})

    def linked(name: str) -> Judged:
        version = fact("macho.load-dylib", "9.9.0", "9.10.0", "demo/x.so", "LC_LOAD_DYLIB version")
        return judged([version._replace(note=f"{name}\n{name}")], where)

    assert linked("@loader_path/.dylibs/libwebp.7.dylib") == benign("vendored-name-follows")
    assert linked("/usr/lib/libSystem.B.dylib")[0][0] == "macho-sdk"
    assert linked("/opt/lib/libother.dylib")[0][0] == "macho-install-name"


def test_an_identifier_that_ends_in_the_id_of_the_file_follows_it() -> None:
    name = fact("macho.code-identifier", b"libx-55", b"libx-56", "demo/.dylibs/libx.dylib")
    assert judged([name._replace(note="uuid")]) == benign("macho-uuid")
    assert judged([name])[0][0] == "macho-signature"


@pytest.mark.parametrize(
    ("a", "b", "cause"),
    [
        (None, "delocate 0.13.0", "repair-tool"),
        ("delocate 0.12.0", "delocate 0.13.0", "repair-tool"),
        ("setuptools (80.9.0)", "delocate 0.13.0", "wheel-generator"),
        ("delocate 0.13.0", "delocate 0.13.0 and more", "wheel-generator"),
        (None, "flit 3.9", "wheel-generator"),
    ],
)
def test_a_generator_that_repairs_is_no_other_backend(a: str | None, b: str, cause: str) -> None:
    found = judged([fact("wheel.generator", a, b, "demo-1.0.dist-info/WHEEL", "Generator")])
    assert found == [(cause, "review", "proven", 1)]
