from collections.abc import Mapping
from dataclasses import replace

import pytest

from reprodiff.artifacts.base import Member
from reprodiff.drift import BundledLibrary
from reprodiff.model import MemberType
from reprodiff.pairing import MemberPair, Pairing
from reprodiff.platforms.libraries import compare_libraries
from reprodiff.platforms.native import Native
from tests.platforms.sides import elf, side

A, B = "d.libs/libssl-11111111.so.3", "d.libs/libssl-22222222.so.3"


def library(version: str = "", digest: bytes = b"", **versions: str) -> Native:
    return replace(elf(soname="libssl.so.3"), version=version, digest=digest, versions=versions)


def compared(
    one: Native,
    two: Native,
    paths: tuple[str, str] = (A, B),
    packages: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {}),
    *,
    differ: bool = True,
) -> BundledLibrary:
    members = [Member(path, path.encode(), MemberType.FILE, 9, 0) for path in paths]
    pairing = Pairing((MemberPair(members[0], members[1], "vendored"),), (), ())
    (found,) = compare_libraries(
        (side({paths[0]: one}), packages[0]),
        (side({paths[1]: two}), packages[1]),
        pairing,
        {paths[0]} if differ else set(),
    )
    return found


def test_a_library_says_its_own_version() -> None:
    found = compared(library(OpenSSL="3.0.8"), library(OpenSSL="3.0.13"))
    assert (found.change, found.version_a, found.version_b) == ("updated", "3.0.8", "3.0.13")
    found = compared(library(OpenSSL="3.0.8"), library(OpenSSL="3.0.8"))
    assert (found.change, found.version_a) == ("rebuilt", "3.0.8")
    # What is linked into it is not what it is.
    found = compared(library(zlib="1.3"), library(zlib="1.3.1"))
    assert found.change == "changed"


def test_equal_code_is_an_edit_only_of_one_file() -> None:
    found = compared(library(digest=b"x"), library(digest=b"x"))
    assert found.change == "same-code"
    copied = compared(library(digest=b"x"), library(digest=b"x"), (A, A))
    assert copied.change == "patched"
    assert "same hash (11111111)" in copied.evidence[0]
    linked = replace(library(digest=b"x"), build_id="ab" * 20)
    assert compared(linked, linked).change == "patched"
    assert compared(linked, replace(linked, build_id="cd" * 20)).change == "same-code"
    assert compared(library(digest=b"x"), library(digest=b"y")).change == "changed"


def test_equal_bytes() -> None:
    assert compared(library(), library(), differ=False).change == "renamed"
    assert compared(library(), library(), (A, A), differ=False).change == "same"


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("9.9", "9.10", "updated"),
        ("9.9", "9.9", "changed"),
        ("14.40.33810.0", "14.40.33810.0", "rebuilt"),
        ("14.38.1.0", "14.40.33810.0", "updated"),
    ],
)
def test_a_version_in_a_header(old: str, new: str, change: str) -> None:
    assert compared(library(old), library(new)).change == change


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ("libx-11111111.so.1.2.3", "libx-22222222.so.1.2.3", "rebuilt"),
        ("libx-11111111.so.1.2.3", "libx-22222222.so.1.2.4", "updated"),
        ("libx-11111111.so.1", "libx-22222222.so.1.2.4", "changed"),
        ("libx-11111111.so.1", "libx-22222222.so.1", "changed"),
        ("libx-11111111.so", "libx-22222222.so.1.2.4", "changed"),
        ("libz.1.3.1.dylib", "libz.1.3.1.zlib-ng.dylib", "changed"),
    ],
)
def test_versions_in_file_names_are_the_last_word(old: str, new: str, change: str) -> None:
    paths = (f"d.libs/{old}", f"d.libs/{new}")
    assert compared(library(), library(), paths).change == change


def test_an_sbom_names_the_package() -> None:
    packages = ({"openssl-libs": "1:3.0.7"}, {"openssl-libs": "1:3.2.2"})
    found = compared(library(), library(), packages=packages)
    assert found.change == "updated"
    assert found.evidence == ("The SBOMs name openssl-libs: 1:3.0.7 in A, 1:3.2.2 in B.",)
    other = ("d.libs/libfoo-11111111.so.3", "d.libs/libfoo-22222222.so.3")
    assert compared(library(), library(), other, packages).change == "changed"


def test_two_states_of_git_in_the_names_are_two_versions() -> None:
    paths = (
        "d/.libs/libopenblas64__v0.3.23-246-g3d31191b-gcc_10_3_0.dll",
        "d.libs/libopenblas64__v0.3.23-293-gc2f4bdbb-gcc_10_3_0-65e29aac85b9409a6008e2dc84b1cc09.dll",
    )
    said = library(OpenBLAS="0.3.23")
    found = compared(said, said, paths)
    assert (found.change, found.version_b) == ("updated", "0.3.23-293-gc2f4bdbb")
    assert compared(said, said, (paths[0], paths[0])).change == "rebuilt"


def test_a_library_without_a_version_has_that_of_its_project_beside_it() -> None:
    """libssl has no text with its version; it is built with libcrypto."""
    names = ("d/.dylibs/libcrypto.3.dylib", "d/.dylibs/libssl.3.dylib", "e/.dylibs/libssl.3.dylib")
    sides = []
    for version, digest in (("3.1.2", b"x"), ("3.3.2", b"y")):
        natives = {
            name: replace(
                elf(soname=name.rpartition("/")[2]),
                digest=digest,
                versions={"OpenSSL": version} if "crypto" in name else {},
            )
            for name in names
        }
        sides.append(side(natives))
    members = [Member(name, name.encode(), MemberType.FILE, 9, 0) for name in names]
    pairing = Pairing(tuple(MemberPair(member, member) for member in members), (), ())
    found = {
        each.path_a: each
        for each in compare_libraries((sides[0], {}), (sides[1], {}), pairing, set(names))
    }
    beside = found[names[1]]
    assert (beside.change, beside.version_a, beside.version_b) == ("updated", "3.1.2", "3.3.2")
    assert beside.evidence[-1].startswith("Likely: ")
    assert found[names[2]].change == "changed", "another folder is another build"
