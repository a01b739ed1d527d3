from reprodiff.drift import BundledLibrary
from reprodiff.model import Difference
from reprodiff.platforms.changes import rows
from reprodiff.platforms.native import Native
from reprodiff.platforms.sides import SideFacts
from reprodiff.platforms.spelling import spelled
from reprodiff.platforms.systems import left_behind
from tests.platforms.sides import elf, macho, side

LINUX = "cp311-cp311-manylinux_2_17_x86_64"
MODULE = "demo/_speed.cpython-311-x86_64-linux-gnu.so"


def told(a: SideFacts, b: SideFacts) -> dict[str, tuple[str, str, str]]:
    return {row.subject: (row.a, row.b, row.effect) for row in rows(a, b, ())}


def module(native: Native, tag: str = LINUX) -> SideFacts:
    return side({MODULE: native}, tag)


def windows(*needed: str) -> SideFacts:
    native = Native("pe", ("win_amd64",), needed=needed, init="_speed", floors={"win_amd64": "6.0"})
    return side({"demo/_speed.pyd": native}, "cp311-cp311-win_amd64")


def test_a_raised_glibc_names_systems_symbols_and_files() -> None:
    found = told(
        module(elf("memcpy@GLIBC_2.14", init="m")),
        module(elf("memcpy@GLIBC_2.14", "fcntl64@GLIBC_2.28", init="m")),
    )
    old, new, effect = found["glibc needed"]
    assert (old, new) == ("2.14", "2.28")
    assert "CentOS 7 (2.17)" in effect
    assert "Debian 10" not in effect
    assert "fcntl64" in effect
    assert MODULE.rpartition("/")[2] in effect
    assert found["policy that the binaries meet"][:2] == (
        *("manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    )


def test_a_tag_that_promises_nothing_is_taken_everywhere() -> None:
    bare, named = module(elf(init="m"), "cp311-cp311-linux_x86_64"), module(elf(init="m"))
    effect = told(bare, named)["platform tag"][2]
    assert effect.startswith("Installers take B where glibc is 2.17 or later, A on every Linux")
    effect = told(named, bare)["platform tag"][2]
    assert effect.startswith("Installers take A where glibc is 2.17 or later, B on every Linux")
    other = module(elf(machine="aarch64", init="m"), "cp311-cp311-manylinux_2_17_aarch64")
    assert "on every Linux" not in told(bare, other)["platform tag"][2]


def test_a_lowered_glibc_is_no_loss() -> None:
    found = told(module(elf("@GLIBC_2.28", init="m")), module(elf("@GLIBC_2.17", init="m")))
    assert found["glibc needed"][2].startswith("B runs on older systems too")


def test_versions_of_two_processors_or_c_libraries_are_not_compared() -> None:
    arm = side(
        {MODULE: elf("@GLIBC_2.17", machine="aarch64", init="m")},
        "cp311-cp311-manylinux_2_17_aarch64",
    )
    musl = side(
        {MODULE: elf(needed=("libc.musl-x86_64.so.1",), libc="musl", init="m")},
        "cp311-cp311-musllinux_1_2_x86_64",
    )
    here = module(elf("@GLIBC_2.14", init="m"))
    assert set(told(here, arm)) == {"platform tag", "processors"}
    assert set(told(here, musl)) == {"platform tag", "C library"}


def test_a_newer_libstdcxx_is_told_by_the_release_of_gcc() -> None:
    found = told(
        module(elf("@GLIBC_2.17", "x@GLIBCXX_3.4.19", needed=("libstdc++.so.6",), init="m")),
        module(elf("@GLIBC_2.17", "y@GLIBCXX_3.4.29", needed=("libstdc++.so.6",), init="m")),
    )
    old, new, effect = found["libstdc++ (GLIBCXX)"]
    assert (old, new) == ("3.4.19", "3.4.29")
    assert "GCC 11.1" in effect


def test_the_runtime_of_cxx_and_libgcc_are_told_by_the_release_of_gcc() -> None:
    libraries = ("libstdc++.so.6", "libgcc_s.so.1")
    found = told(
        module(elf("@GLIBC_2.17", needed=libraries, init="m")),
        module(elf("@GLIBC_2.17", "y@CXXABI_1.3.9", "z@GCC_3.0", needed=libraries, init="m")),
    )
    assert found["C++ runtime (CXXABI)"][2].startswith("B needs libstdc++ of GCC 5.1 or later.")
    assert found["libgcc (GCC)"][2].startswith("B needs libgcc of GCC 3.0 or later.")


def test_names_of_cxx_are_told_as_programmers_write_them() -> None:
    needs = "_ZNKSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEE4sizeEv@GLIBCXX_3.4.21"
    found = rows(
        module(elf("@GLIBC_2.17", "_Znwm@GLIBCXX_3.4", needed=("libstdc++.so.6",), init="m")),
        module(elf("@GLIBC_2.17", needs, needed=("libstdc++.so.6",), init="m")),
        (),
    )
    fact = Difference("platform.ceiling", "", "GLIBCXX", "3.4", "3.4.21", note=f"{needs} is needed")
    changes, (noted,) = spelled(found, [fact])
    effect = next(change.effect for change in changes if change.subject.startswith("libstdc++"))
    assert effect.endswith(f"{MODULE.rpartition('/')[2]} needs std::string::size() const.")
    assert noted.note == "std::string::size() const@GLIBCXX_3.4.21 is needed"
    assert spelled(changes, [noted]) == (changes, (noted,))


def test_versions_of_a_bundled_library_are_none_of_the_system() -> None:
    def facts(version: str) -> SideFacts:
        natives = {
            MODULE: elf(f"@{version}", needed=("libstdc++.so.6",), rpath=("$ORIGIN",), init="m"),
            "demo/libstdc++.so.6": elf("@GLIBC_2.17"),
        }
        return side(natives, LINUX)

    # The policies are about all of them; auditwheel holds that so, too.
    found = told(facts("GLIBCXX_3.4.19"), facts("GLIBCXX_3.4.29"))
    assert set(found) == {"policy that the binaries meet"}


def test_macos() -> None:
    found = told(
        side({"_speed.so": macho("m", x86_64="10.9")}, "cp311-cp311-macosx_10_9_x86_64"),
        side({"_speed.so": macho("m", x86_64="11.0")}, "cp311-cp311-macosx_11_0_x86_64"),
    )
    assert (
        found["platform tag"][2]
        == "Installers take B where macOS is 11.0 or later, A from 10.9 on."
    )
    assert found["oldest macOS on x86_64"][:2] == ("10.9", "11.0")
    assert "10.9 to 10.15 are left out" in found["oldest macOS on x86_64"][2]


def test_the_runtime_of_visual_cpp_is_named() -> None:
    found = told(
        windows("python311.dll", "vcruntime140.dll"),
        windows("python312.dll", "vcruntime140.dll", "vcruntime140_1.dll"),
    )
    assert list(found) == ["vcruntime140_1.dll of the system"]
    assert "Visual C++ 2019" in found["vcruntime140_1.dll of the system"][2]


def test_tags_of_one_policy_under_two_names_are_one() -> None:
    both = side({}, LINUX, "cp311-cp311-manylinux2014_x86_64")
    newer = side({}, "cp311-cp311-manylinux_2_28_x86_64")
    assert told(both, newer)["platform tag"][:2] == (
        *("manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
    )


def test_interpreters() -> None:
    found = told(side({}, "cp311-cp311-win32"), side({}, "cp312-cp312-win32"))
    assert found == {"interpreter tag": ("cp311", "cp312", "B is for CPython 3.12, A for 3.11.")}
    stable = told(side({}, "cp311-cp311-win32"), side({}, "cp39-abi3-win32"))
    assert stable["ABI tag"][:2] == ("cp311", "abi3")


def test_systems_that_a_newer_glibc_leaves_behind() -> None:
    assert left_behind("2.17", "2.27") == ("CentOS 7 (2.17)", "Amazon Linux 2 (2.26)")
    assert left_behind("2.28", "2.28") == ()
    assert left_behind("2.28", "2.17") == ()


def test_a_processor_has_other_names_on_windows_and_is_the_same() -> None:
    pe = Native("pe", ("win_amd64",), init="_speed", floors={"win_amd64": "6.0"})
    windows_side = side({"demo/_speed.cp311-win_amd64.pyd": pe}, "cp311-cp311-win_amd64")
    assert "processors" not in told(windows_side, module(elf("@GLIBC_2.5", init="_speed")))
    other = Native("pe", ("win_arm64",), init="_speed", floors={"win_arm64": "6.2"})
    arm = side({"demo/_speed.cp311-win_arm64.pyd": other}, "cp311-cp311-win_arm64")
    assert "processors" in told(arm, module(elf("@GLIBC_2.5", init="_speed")))


def test_what_was_built_for_two_processors_was_of_course_built_again() -> None:
    rebuilt = BundledLibrary("libx", "rebuilt", "d.libs/libx.so", "d.libs/libx.so", "1.0", "1.0")
    one = side({MODULE: macho("m", x86_64="10.9")}, "cp311-cp311-macosx_10_9_x86_64")
    two = side({MODULE: macho("m", arm64="11.0")}, "cp311-cp311-macosx_11_0_arm64")
    both = side({MODULE: macho("m", x86_64="10.9", arm64="11.0")}, "cp311-cp311-macosx_11_0_arm64")
    for a, b, expected in ((one, two, 0), (one, both, 1), (one, one, 1)):
        told = [row.subject for row in rows(a, b, (rebuilt,)) if "rebuilt" in row.subject]
        assert len(told) == expected
