from reprodiff.platforms.contradictions import Contradiction, contradictions
from reprodiff.platforms.native import Native
from reprodiff.platforms.sides import SideFacts
from tests.platforms.sides import elf, macho, side

MODULE = "demo/_speed.cpython-311-x86_64-linux-gnu.so"
TAG = "cp311-cp311-manylinux_2_17_x86_64"


def only(facts: SideFacts) -> Contradiction:
    (found,) = contradictions(facts)
    return found


def test_a_wheel_that_keeps_what_its_tags_promise() -> None:
    module = elf("memcpy@GLIBC_2.14", init="_speed")
    assert contradictions(side({MODULE: module}, TAG)) == ()
    both = (TAG, "cp311-cp311-manylinux2014_x86_64")
    assert contradictions(side({MODULE: module}, *both)) == ()
    # A policy newer than needed is no contradiction: it promises less.
    assert contradictions(side({MODULE: module}, "cp311-cp311-manylinux_2_28_x86_64")) == ()


def test_a_newer_glibc_than_the_tag_promises_is_certain() -> None:
    found = only(side({MODULE: elf("fcntl64@GLIBC_2.28", init="_speed")}, TAG))
    assert (found.kind, found.subject, found.certain) == ("tag", "glibc", True)
    assert "fcntl64@GLIBC_2.28" in found.fact
    assert "glibc 2.17" in found.claim


def test_of_several_tags_the_oldest_is_the_promise() -> None:
    tags = ("cp311-cp311-manylinux_2_12_x86_64", TAG)
    assert only(side({MODULE: elf("memcpy@GLIBC_2.14", init="_speed")}, *tags)).certain


def test_a_version_that_the_loader_can_do_without_contradicts_nothing() -> None:
    module = elf("fcntl64@GLIBC_2.28", init="_speed", weak=True)
    assert contradictions(side({MODULE: module}, TAG)) == ()


def test_what_the_policy_does_not_allow_is_to_be_reviewed() -> None:
    module = elf("@GLIBC_2.5", "x@GLIBCXX_3.4.29", needed=("libstdc++.so.6",), init="_speed")
    found = only(side({MODULE: module}, TAG))
    assert found.certain is False
    assert "GLIBCXX_3.4.29" in found.fact
    module = elf("@GLIBC_2.5", needed=("libcurl.so.4", "libc.so.6"), init="_speed")
    assert "libcurl.so.4" in only(side({MODULE: module}, TAG)).fact


def test_another_c_library_processor_or_interpreter_is_certain() -> None:
    musl = elf(needed=("libc.musl-x86_64.so.1",), libc="musl", init="_speed")
    assert {c.subject for c in contradictions(side({MODULE: musl}, TAG)) if c.certain} == {
        "C library"
    }
    arm = elf("@GLIBC_2.17", machine="aarch64", init="_speed")
    assert {c.subject for c in contradictions(side({MODULE: arm}, TAG)) if c.certain} == {
        "processor"
    }
    wrong = elf("@GLIBC_2.5", init="_speed")
    path = MODULE.replace("311", "312")
    found = only(side({path: wrong}, TAG))
    assert (found.subject, found.certain) == ("interpreter", True)


def test_a_family_of_processors_is_no_contradiction() -> None:
    arm = elf("@GLIBC_2.17", machine="armv7l", init="_speed")
    path = "demo/_speed.so"
    assert contradictions(side({path: arm}, "cp311-cp311-linux_armv6l")) == ()
    assert contradictions(side({path: arm}, "cp311-cp311-linux_aarch64")) != ()


def test_a_module_for_python_3_or_abi3_may_have_any_name() -> None:
    module = elf("@GLIBC_2.5", init="_speed")
    for name in ("demo/_speed.so", "demo/_speed.abi3.so"):
        assert contradictions(side({name: module}, TAG)) == ()


def test_a_windows_module_that_needs_the_library_of_another_python() -> None:
    module = Native("pe", ("win_amd64",), needed=("python312.dll", "kernel32.dll"), init="_speed")
    facts = side({"demo/_speed.pyd": module}, "cp311-cp311-win_amd64")
    assert "python312.dll" in only(facts).fact
    stable = Native("pe", ("win_amd64",), needed=("python3.dll",), init="_speed")
    assert contradictions(side({"demo/_speed.pyd": stable}, "cp39-abi3-win_amd64")) == ()


def test_macos() -> None:
    def found(tag: str, native: Native) -> list[tuple[str, bool]]:
        facts = side({"demo/_speed.so": native}, f"cp311-cp311-{tag}")
        return [(one.subject, one.certain) for one in contradictions(facts)]

    both = macho("_speed", x86_64="10.9", arm64="11.0")
    assert found("macosx_10_9_universal2", both) == []
    assert found("macosx_10_9_universal2", macho("_speed", x86_64="10.9")) == [("processor", True)]
    assert found("macosx_11_0_arm64", macho("_speed", arm64="14.0")) == [("macOS on arm64", False)]
    assert found("macosx_11_0_arm64", macho("_speed", arm64="10.15")) == []
    # More than the tag asks for does no harm.
    assert found("macosx_11_0_arm64", both) == []


def test_abi3() -> None:
    def found(tag: str, *imports: str) -> list[str]:
        module = elf("@GLIBC_2.5", imports=imports, init="_speed")
        facts = side({"demo/_speed.abi3.so": module}, f"{tag}-manylinux_2_17_x86_64")
        assert all(one.kind == "abi3" and not one.certain for one in contradictions(facts))
        return [one.fact for one in contradictions(facts)]

    assert found("cp38-abi3", "PyLong_FromLong", "malloc", "_Py_Dealloc", "Pyx_own", "Pygame") == []
    assert found("cp311-abi3", "PyObject_GetBuffer") == []
    (text,) = found("cp38-abi3", "PyObject_GetBuffer")
    assert "3.11" in text
    (text,) = found("cp311-abi3", "_PyLong_AsByteArray")
    assert "_PyLong_AsByteArray" in text


def test_what_a_bundled_library_provides_is_not_taken_from_python() -> None:
    module = elf("@GLIBC_2.5", imports=("PyOwn_Helper",), needed=("libown.so",), init="_speed")
    helper = elf("@GLIBC_2.5", provides=("PyOwn_Helper",))
    tag = "cp38-abi3-manylinux_2_17_x86_64"
    both = {"demo/_speed.abi3.so": module, "demo/libown.so": helper}
    assert "abi3" not in {one.kind for one in contradictions(side(both, tag))}
    del both["demo/libown.so"]
    assert "abi3" in {one.kind for one in contradictions(side(both, tag))}


def test_pure_wheels_with_compiled_modules() -> None:
    module = elf("@GLIBC_2.5", init="_speed")
    kinds = [
        (one.kind, one.subject)
        for one in contradictions(side({"_speed.so": module}, "py3-none-any", purelib="true"))
    ]
    assert kinds == [("purelib", "platform"), ("purelib", "Root-Is-Purelib")]
    # An executable that comes along as data says nothing of the wheel.
    tool = elf("@GLIBC_2.5")
    assert contradictions(side({"data/tool": tool}, "py3-none-any", purelib="true")) == ()


def test_the_file_name_against_wheel() -> None:
    facts = side({}, TAG, recorded=("cp311-cp311-linux_x86_64",))
    found = only(facts)
    assert "linux_x86_64" in found.fact
    assert found.certain is False
