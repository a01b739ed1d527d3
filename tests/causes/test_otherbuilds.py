from collections.abc import Mapping

from reprodiff.causes.base import Scene
from reprodiff.model import ArtifactInfo, ArtifactKind
from tests.causes.facts import claims, fact, judged, scene

A = "demo/_speed.cpython-311-x86_64-linux-gnu.so"
B = "demo/_speed.cpython-312-x86_64-linux-gnu.so"
LIB_A, LIB_B = "demo.libs/libx-11111111.so.1", "demo.libs/libx-22222222.so.1"


def at(a: str, b: str, partner: Mapping[str, str] | None = None) -> Scene:
    return scene(ArtifactKind.WHEEL, (), path=a, path_b=b, partner=partner or {})


def tagged(a: str, b: str) -> Scene:
    made = at(A, B)
    made.a.info, made.b.info = (
        ArtifactInfo("demo.whl", ArtifactKind.WHEEL, tags=(tag,)) for tag in (a, b)
    )
    return made


CODE = fact("elf.code", "mov", "add", A, "work")
LIBRARY_CODE = CODE._replace(path=LIB_A)


def test_modules_for_two_interpreters_are_one_finding_to_review() -> None:
    facts = [
        CODE,
        fact("elf.symbols", "_PyUnicode_Ready", None, A, ".dynsym"),
        fact("elf.data", b"1", b"2", A, ".data"),
        fact("elf.table", b"1", b"2", A, ".gnu.hash"),
        fact("elf.string", b"keyword", b"keywords", A, ".rodata"),
    ]
    assert judged(facts, at(A, B)) == [("compiled-for-other-interpreter", "review", "likely", 5)]


def test_the_same_module_of_one_interpreter_is_changed_code() -> None:
    assert [cause for cause, *_ in judged([CODE], at(A, A))] == ["native-code-changed"]


def test_what_no_interpreter_explains_is_told_by_itself() -> None:
    facts = [
        fact("elf.overlay", b"", b"payload", A, "end"),
        fact("elf.needed", b"libc.so.6", b"libevil.so", A, ".dynstr"),
        fact("elf.runpath", b"$ORIGIN", b"/tmp", A, ".dynstr"),
        fact("elf.comment", b"GCC 12", b"GCC 13", A, ".comment"),
    ]
    assert {cause for cause, *_ in judged(facts, at(A, B))} == {
        "elf-overlay",
        "elf-needed",
        "elf-rpath",
        "elf-toolchain",
    }


def test_a_build_id_beside_changed_code_of_another_interpreter_follows_from_it() -> None:
    found = judged([CODE, fact("elf.build-id", b"1", b"2", A, ".note")], at(A, B))
    assert "elf-build-id-follows" in {cause for cause, *_ in found}


def test_strings_that_only_name_the_interpreter_follow_it() -> None:
    name = fact("elf.string", b"x/_speed.cpython-311-z.so", b"x/_speed.cpython-312-z.so", A, "s")
    assert judged([name], at(A, B)) == [("interpreter-name-follows", "benign", "proven", 1)]
    dll = fact("pe.imports", "python311.dll", "python312.dll", "_speed.cp311-win_amd64.pyd")
    where = at("_speed.cp311-win_amd64.pyd", "_speed.cp312-win_amd64.pyd")
    assert judged([dll], where) == [("interpreter-name-follows", "benign", "proven", 1)]


def test_a_name_beside_another_change_does_not_follow() -> None:
    for a, b in (
        (b"v1 cpython-311", b"v2 cpython-312"),
        (b"cpython-311", b"cpython-313"),
        (b"cpython-310 x", b"cpython-312 x"),
        (b"no interpreter", b"no Interpreter"),
    ):
        found = judged([fact("elf.string", a, b, A, "s")], at(A, B))
        assert "interpreter-name-follows" not in {cause for cause, *_ in found}


def test_file_names_follow_tags_that_are_theirs() -> None:
    renamed = fact("member.renamed", A, B, A)._replace(note="abi-tag")
    good = tagged("cp311-cp311-linux_x86_64", "cp312-cp312-linux_x86_64")
    assert judged([renamed], good) == [("interpreter-name-follows", "benign", "proven", 1)]
    wrong = tagged("cp311-cp311-linux_x86_64", "cp311-cp311-linux_x86_64")
    assert judged([renamed], wrong) == [("member-renamed", "review", "proven", 1)]


def test_tags_of_two_interpreters_are_no_drift_of_platforms() -> None:
    def cause(a: str, b: str) -> list[str]:
        return [found for found, *_ in judged([fact("artifact.tags", a, b, "", "tags")])]

    assert cause("cp311-cp311-win32", "cp312-cp312-win32") == ["interpreter-tags"]
    assert cause("cp311-cp311-win32", "cp312-cp312-win_amd64") == ["wheel-tags"]
    assert cause("cp311-cp311-win32", "py3-none-win32") == ["wheel-tags"]


def test_the_code_of_a_library_of_another_build_is_under_the_library() -> None:
    (claim,) = claims([LIBRARY_CODE], at(LIB_A, LIB_B))
    assert claim.cause.id == "vendored-library-code"
    assert ":vendored-library-updated" in claim.follows


def test_changed_code_under_an_equal_hash_stays_changed_code() -> None:
    # auditwheel's hash says that both were copied from the same file.
    assert [cause for cause, *_ in judged([LIBRARY_CODE], at(LIB_A, LIB_A))] == [
        "native-code-changed"
    ]


def test_names_of_vendored_libraries_follow_where_they_are_paired() -> None:
    partner = {LIB_A: LIB_B, A: B}
    name = fact("elf.needed", b"libx-11111111.so.1", b"libx-22222222.so.1", A, ".dynstr")
    assert judged([name], at(A, A, partner=partner)) == [
        ("vendored-name-follows", "benign", "proven", 1)
    ]
    other = name._replace(b=b"liby-22222222.so.1")
    assert judged([other], at(A, A, partner=partner))[0][0] == "elf-needed"


def test_a_vendored_library_on_one_side_is_told_apart_from_other_files() -> None:
    library = fact("member.only", "file, 9 bytes", None, LIB_A, "")
    assert judged([library])[0][0] == "vendored-library-set"
    assert judged([library._replace(path="demo/extra.py")])[0][0] == "member-on-one-side"
    damaged = library._replace(note="damaged")
    assert judged([damaged]) == [("member-on-one-side", "review", "possible", 1)]


def for_platforms(a: str, b: str, paths: tuple[str, str]) -> Scene:
    made = at(*paths)
    made.a.info, made.b.info = (
        ArtifactInfo("demo.whl", ArtifactKind.WHEEL, tags=(f"cp311-cp311-{tag}",)) for tag in (a, b)
    )
    return made


MUSL = "demo/_speed.cpython-311-x86_64-linux-musl.so"
WINDOWS = "demo/_speed.cp311-win32.pyd", "demo/_speed.cp311-win_amd64.pyd"


def test_modules_for_two_systems_are_one_finding_to_review() -> None:
    where = for_platforms("manylinux_2_17_x86_64", "musllinux_1_2_x86_64", (A, MUSL))
    assert judged([CODE], where) == [("compiled-for-other-platform", "review", "likely", 1)]
    rename = fact("member.renamed", A, MUSL, A, "name")._replace(note="abi-tag")
    assert judged([rename], where) == [("interpreter-name-follows", "benign", "proven", 1)]
    base = fact("pe.image-base", "0x10000000", "0x180000000", WINDOWS[0])
    name = fact("pe.own-name", b"_speed.cp311-win32.pyd", b"_speed.cp311-win_amd64.pyd", WINDOWS[0])
    where = for_platforms("win32", "win_amd64", WINDOWS)
    assert {cause for cause, *_ in judged([base], where)} == {"compiled-for-other-platform"}
    assert {cause for cause, *_ in judged([name], where)} == {"interpreter-name-follows"}
    other = name._replace(b=b"_evil.pyd")
    assert {cause for cause, *_ in judged([other], where)} == {"native-own-name"}


def test_a_platform_in_common_is_no_other_platform() -> None:
    for a, b in (
        ("manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
        ("macosx_10_9_universal2", "macosx_11_0_arm64"),
        ("any", "win32"),
    ):
        found = judged([CODE], for_platforms(a, b, (A, A)))
        assert [cause for cause, *_ in found] == ["native-code-changed"]
        rename = fact("member.renamed", A, MUSL, A, "name")._replace(note="abi-tag")
        found = judged([rename], for_platforms(a, b, (A, MUSL)))
        assert "interpreter-name-follows" not in {cause for cause, *_ in found}


def test_headers_of_two_interpreters_follow_the_tags() -> None:
    """The image has each interpreter in a directory of its own, with its full version."""
    path = b"/opt/_internal/cpython-%b/include/python%b/cpython"
    one, two = path % (b"3.11.10", b"3.11"), path % (b"3.12.7", b"3.12")
    name = fact("elf.string", one, two, A, ".debug_line")
    assert judged([name], at(A, B)) == [("interpreter-name-follows", "benign", "proven", 1)]
    for a, b in ((one, path % (b"3.12.7", b"3.13")), (one, two + b"x")):
        found = judged([fact("elf.string", a, b, A, ".debug_line")], at(A, B))
        assert "interpreter-name-follows" not in {cause for cause, *_ in found}
    # Two releases of one interpreter are two toolchains.
    other = path % (b"3.11.9", b"3.11")
    found = judged([fact("elf.string", one, other, A, ".debug_line")], at(A, A))
    assert "elf-toolchain" in {cause for cause, *_ in found}


def test_lists_of_headers_of_two_interpreters_do_not_go_together() -> None:
    """The line table names directories in the order in which headers are used."""
    one, two = b"/opt/_internal/cpython-3.11.13/include/python3.11", b"/usr/include/bits"
    rows = fact("elf.string", one, two, A, ".debug_line+0x10")
    assert judged([rows], at(A, B)) == [("compiled-for-other-interpreter", "review", "likely", 1)]
    rows = fact("elf.string", b"_speed.c", b"src/native", A, ".debug_line+0x10")
    assert judged([rows], at(A, B)) == [("compiled-for-other-interpreter", "review", "likely", 1)]
    for other in (b"/home/me/project/include", b"/usr/include-evil"):
        found = judged([fact("elf.string", one, other, A, ".debug_line+0x10")], at(A, B))
        assert "compiled-for-other-interpreter" not in {cause for cause, *_ in found}


def test_another_floor_of_the_stable_abi_is_no_other_interpreter() -> None:
    tags = fact("artifact.tags", "cp39-abi3-win32", "cp37-abi3-win32", "", "tags")
    assert [cause for cause, *_ in judged([tags], at(A, A))] == ["wheel-tags"]
    tags = fact("artifact.tags", "cp39-cp39-win32", "cp310-cp310-win32", "", "tags")
    assert [cause for cause, *_ in judged([tags], at(A, A))] == ["interpreter-tags"]


def test_imports_that_both_sides_have_are_no_other_imports() -> None:
    where = for_platforms("win32", "win_amd64", WINDOWS)
    names = b"api-ms-win-crt-heap-l1-1-0.dll", b"api-ms-win-crt-math-l1-1-0.dll"
    moved = fact("pe.import-name", *names, WINDOWS[0])
    assert judged([moved], where) == [("compiled-for-other-platform", "review", "likely", 1)]
    added = fact("pe.imports", None, names[1].decode(), WINDOWS[0])
    assert judged([moved, added], where) == [("pe-imports", "review", "proven", 2)]


def test_the_c_library_goes_with_the_system() -> None:
    where = for_platforms("manylinux_2_17_x86_64", "musllinux_1_2_x86_64", (A, MUSL))

    def needed(a: bytes | None, b: bytes | None) -> str:
        return judged([fact("elf.needed", a, b, A, "NEEDED")], where)[0][0]

    assert needed(b"libc.so.6", b"libc.musl-x86_64.so.1") == "compiled-for-other-platform"
    assert needed(b"libm.so.6", None) == "compiled-for-other-platform"
    assert needed(b"libm.so.6", b"libevil.so.1") == "elf-needed"
    assert needed(None, b"libssl.so.3") == "elf-needed"
