from itertools import pairwise

import pytest

from reprodiff.platforms.native import Native
from reprodiff.platforms.policies import named, policies
from tests.platforms.sides import elf, side


@pytest.mark.parametrize(
    ("native", "policy"),
    [
        (elf("memcpy@GLIBC_2.2.5"), "manylinux_2_5_x86_64"),
        (elf("memcpy@GLIBC_2.14"), "manylinux_2_17_x86_64"),
        (elf("fcntl64@GLIBC_2.28"), "manylinux_2_28_x86_64"),
        (elf("@GLIBC_2.17", "x@GLIBCXX_3.4.20"), "manylinux_2_24_x86_64"),
        (elf("@GLIBC_2.17", "x@GCC_4.8.0"), "manylinux_2_17_x86_64"),
        (elf("@GLIBC_2.99"), "linux_x86_64"),
        (elf("@GLIBC_2.17", machine="aarch64"), "manylinux_2_17_aarch64"),
        (elf("@GLIBC_2.5", machine="i686"), "manylinux_2_5_i686"),
        (elf("@GLIBC_PRIVATE"), "linux_x86_64"),
    ],
)
def test_the_newest_symbol_version_decides(native: Native, policy: str) -> None:
    assert side({"demo.so": native}).policy == policy


def test_what_the_loader_can_do_without_counts_for_nothing() -> None:
    assert side({"demo.so": elf("@GLIBC_2.36", weak=True)}).policy == "manylinux_2_5_x86_64"


def test_a_library_that_is_not_there_meets_no_policy_and_is_named() -> None:
    facts = side({"demo.so": elf("@GLIBC_2.5", needed=("libc.so.6", "libfoo.so.1"), init="demo")})
    assert facts.policy == "linux_x86_64"
    assert facts.met.reasons == ("demo.so needs libfoo.so.1, which it does not bring along",)


def test_a_library_that_the_loader_does_not_find_meets_no_policy() -> None:
    natives = {
        "demo.so": elf("@GLIBC_2.5", needed=("libx.so",), rpath=("$ORIGIN/lib",), init="demo"),
        "demo.libs/libx.so": elf("@GLIBC_2.5"),
    }
    facts = side(natives)
    assert facts.policy == "linux_x86_64"
    assert facts.met.reasons == ("demo.so needs libx.so, which is not where the loader looks",)
    assert "libx.so" not in facts.links.external
    natives["lib/libx.so"] = natives.pop("demo.libs/libx.so")
    assert side(natives).policy == "manylinux_2_5_x86_64"


def test_a_library_of_some_policies_only() -> None:
    facts = side({"demo.so": elf("@GLIBC_2.5", needed=("libc.so.6", "libmvec.so.1"))})
    assert facts.policy == "manylinux_2_24_x86_64"


def test_a_private_symbol_of_zlib_meets_no_policy() -> None:
    native = elf("@GLIBC_2.5", needed=("libz.so.1", "libc.so.6"), imports=("inflate_table",))
    assert side({"demo.so": native}).policy == "linux_x86_64"
    # The same name from elsewhere is no symbol of zlib.
    assert side({"demo.so": elf("@GLIBC_2.5", imports=("inflate_table",))}).policy != "linux_x86_64"


def test_a_symbol_that_came_late_into_a_library_holds_for_strict_policies_only() -> None:
    native = elf("@GLIBC_2.5", needed=("libz.so.1", "libc.so.6"), imports=("uncompress2",))
    assert side({"demo.so": native}).policy == "manylinux_2_34_x86_64"


def test_a_newer_processor_meets_no_policy() -> None:
    assert side({"demo.so": elf("@GLIBC_2.5", isa="v3")}).policy == "linux_x86_64"


def test_musl_has_one_answer() -> None:
    native = elf(needed=("libc.musl-x86_64.so.1",), libc="musl")
    assert side({"demo.so": native}).policy == "musllinux_x86_64"
    native = elf(needed=("libc.musl-x86_64.so.1", "libfoo.so"), libc="musl")
    assert side({"demo.so": native}).policy == "linux_x86_64"


def test_files_for_another_processor_are_data() -> None:
    facts = side(
        {
            "demo.so": elf("@GLIBC_2.5", init="demo"),
            "kernels/gpu.so": elf("@GLIBC_2.99", machine="machine 224", libc=""),
        }
    )
    assert facts.policy == "manylinux_2_5_x86_64"


def test_every_policy_allows_what_the_stricter_ones_do() -> None:
    for machine in ("x86_64", "i686", "aarch64", "ppc64le", "s390x", "armv7l"):
        found = policies("glibc", machine)
        assert len(found) >= 13
        for strict, loose in pairwise(found):
            assert strict.libraries <= loose.libraries
            for family, versions in strict.versions.items():
                assert versions <= loose.versions[family]


def test_a_policy_is_found_by_both_its_names() -> None:
    policy = named("manylinux2014_aarch64")
    assert policy is not None
    assert policy is named("manylinux_2_17_aarch64")
    assert policy.alias == "manylinux2014_aarch64"
    assert named("manylinux_2_99_x86_64") is None
    assert named("win_amd64") is None
