"""Vendored libraries and extension modules pair by rule and one to one; likeness comes last."""

import pytest

from reprodiff.artifacts.base import Member
from reprodiff.model import MemberType, Side
from reprodiff.pairing import Pairing, pair


def members(*names: str) -> list[Member]:
    return [
        Member(name, name.encode(), MemberType.FILE, 100 + index, index)
        for index, name in enumerate(names)
    ]


def paired(a: list[str], b: list[str]) -> Pairing:
    def digest(side: Side, member: Member) -> bytes:
        return f"{side}{member.path}".encode()

    return pair(members(*a), members(*b), digest)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("p.libs/libXau-00ec42fe.so.6.0.0", "p.libs/libXau-154567c4.so.6.0.0"),
        ("p.libs/libz-00ec42fe.so.1.2.11", "p.libs/libz-154567c4.so.1.3.1"),
        (
            "s.libs/libgfortran-040039e1-0352e75f.so.5.0.0",
            "s.libs/libgfortran-83c28eba.so.5.0.0",
        ),
        (
            "p.libs/msvcp140-0123456789abcdef0123456789abcdef.dll",
            "p.libs/msvcp140-fedcba9876543210fedcba9876543210.dll",
        ),
        # delocate keeps names, versions and all.
        ("p/.dylibs/libopenjp2.2.5.2.dylib", "p/.dylibs/libopenjp2.2.5.3.dylib"),
        ("p/.dylibs/libXau.6.0.0.dylib", "p/.dylibs/libXau.6.dylib"),
        # Another folder: auditwheel below the package, or beside it; before and after a repair.
        ("p/.libs/libz-00ec42fe.so.1.2.11", "p.libs/libz-154567c4.so.1.2.11"),
        ("p.libs/libz.so.1", "p.libs/libz-154567c4.so.1.3.1"),
        # A version behind the name, or a hash without letters.
        ("p.libs/libgeos-3.12.1-00ec42fe.so", "p.libs/libgeos-3.13.0-154567c4.so"),
        ("p.libs/libz-12345678.so.1", "p.libs/libz-87654321.so.1"),
        ("p/lib/libcudart.so.11.0", "p/lib/libcudart.so.12"),
    ],
)
def test_a_library_pairs_under_another_hash_or_version(a: str, b: str) -> None:
    found = paired([a], [b])
    assert [(each.a.path, each.b.path, each.how) for each in found.pairs] == [(a, b, "vendored")]


def test_libraries_with_like_names_keep_apart() -> None:
    a = ["p.libs/libsharpyuv-f85d91c0.so.0.1.2", "p.libs/libwebpmux-83c74882.so.3.1.2"]
    b = ["p.libs/libwebpmux-7f11e5ce.so.3.1.2", "p.libs/libwebp-d8b9687f.so.7.2.0"]
    found = paired(a, b)
    assert [(each.a.path, each.b.path) for each in found.pairs] == [(a[1], b[0])]
    assert [member.path for member in found.only_a] == [a[0]]
    assert [member.path for member in found.only_b] == [b[1]]


def test_the_closer_name_of_two_copies_pairs_first() -> None:
    a = ["p.libs/libgcc_s-a3a07607-e69b4851.so.1", "p.libs/libgcc_s-a3a07607.so.1"]
    b = ["p.libs/libgcc_s-b0000000.so.1", "p.libs/libgcc_s-b0000000-c0000000.so.1"]
    found = paired(a, b)
    assert {(each.a.path, each.b.path) for each in found.pairs} == {(a[0], b[1]), (a[1], b[0])}


def test_likeness_is_the_last_resort_for_vendored_libraries_and_is_said() -> None:
    a, b = ["p/.dylibs/libz.1.3.1.dylib"], ["p/.dylibs/libz.1.3.1.zlib-ng.dylib"]
    assert [each.how for each in paired(a, b).pairs] == ["similar"]
    # Two that would do are no partner.
    assert not paired(a, [*b, "p/.dylibs/libz.zng.dylib"]).pairs


def test_a_file_that_is_no_library_does_not_pair_by_its_version() -> None:
    for a, b in (
        ("p/data-1.bin", "p/data-2.bin"),
        ("p/model.so", "q/model.so"),
        ("p/lib/liba.so", "q/lib/liba.so"),
    ):
        found = paired([a, "setup.cfg"], [b, "setup.cfg"])
        assert [each.a.path for each in found.pairs] == ["setup.cfg"]


def test_an_equal_name_pairs_before_a_hash_is_dropped() -> None:
    a = ["p.libs/liba-11111111.so.1", "p.libs/liba-22222222.so.1"]
    b = ["p.libs/liba-22222222.so.1", "p.libs/liba-33333333.so.1"]
    found = paired(a, b)
    assert {(each.a.path, each.b.path, each.how) for each in found.pairs} == {
        (a[1], b[0], "name"),
        (a[0], b[1], "vendored"),
    }


def test_an_extension_module_pairs_across_interpreters() -> None:
    a = ["p/_x.cpython-311-x86_64-linux-gnu.so", "p/_y.cpython-311-x86_64-linux-gnu.so"]
    b = ["p/_y.cpython-312-x86_64-linux-gnu.so", "p/_x.abi3.so"]
    found = paired(a, b)
    assert {(each.a.path, each.b.path, each.how) for each in found.pairs} == {
        (a[0], b[1], "abi-tag"),
        (a[1], b[0], "abi-tag"),
    }


def test_a_tree_of_many_projects_never_pairs_one_project_with_another() -> None:
    a = ["pip-23.2.1.dist-info/METADATA", "wheel-0.40.dist-info/METADATA"]
    b = ["packaging-26.3.dist-info/METADATA", "wheel-0.48.dist-info/METADATA"]
    found = paired(a, b)
    assert [(each.a.path, each.b.path) for each in found.pairs] == [(a[1], b[1])]


def test_one_project_pairs_with_itself_under_another_spelling() -> None:
    a, b = ["Foo.Bar-1.0.dist-info/METADATA"], ["foo_bar-1.0.dist-info/METADATA"]
    assert len(paired(a, b).pairs) == 1


MODULES = """
_core/_multiarray_tests _core/_multiarray_umath _core/_operand_flag_tests _core/_rational_tests
_core/_simd _core/_struct_ufunc_tests _core/_umath_tests fft/_pocketfft_umath linalg/_umath_linalg
linalg/lapack_lite random/_bounded_integers random/_common random/_generator random/_mt19937
random/_pcg64 random/_philox random/_sfc64 random/bit_generator random/mtrand
"""
LIBRARIES = """
libXau 00ec42fe 154567c4 6.0.0
libavif 4aef22a8 01e67780 16.3.0
libbrotlicommon c43ca8d5 c55a5f7a 1.1.0
libbrotlidec 38f4425f 2ced2f3a 1.1.0
libfreetype 3be5a348 5bb46249 6.20.4
libharfbuzz f081fce0 525aa570 0.61210.0
libjpeg d7c4122a a41b0190 62.4.0
liblcms2 930c9228 cc10e42f 2.0.17
liblzma ea98dcb5 64b7ab39 5.8.1
libopenjp2 a0b2093f 94e588ba 2.5.4
libpng16 ad184e76 00127801 16.50.0
libsharpyuv f85d91c0 95d8a097 0.1.2
libtiff 56c1bbc6 295fd75c 6.2.0
libwebp 15463320 d8b9687f 7.2.0
libwebpdemux 65067297 747f2b49 2.0.17
libwebpmux 83c74882 7f11e5ce 3.1.2
libxcb 46a603a8 64009ff3 1.1.0
libzstd 96175704 761a17b6 1.5.7
"""


def test_all_modules_of_a_release_pair_across_interpreters() -> None:
    a, b = (
        [f"numpy/{name}.cpython-{tag}-x86_64-linux-gnu.so" for name in MODULES.split()]
        for tag in ("311", "312")
    )
    found = paired(a, b[::-1])
    assert sorted((each.a.path, each.b.path) for each in found.pairs) == list(
        zip(a, b, strict=True)
    )
    assert not found.only_a
    assert not found.only_b


def test_all_vendored_libraries_of_a_release_pair_across_their_hashes() -> None:
    rows = [line.split() for line in LIBRARIES.split("\n") if line]
    a, b = ([f"pillow.libs/{row[0]}-{row[side]}.so.{row[3]}" for row in rows] for side in (1, 2))
    found = paired(a, b[::-1])
    assert len(rows) == 18
    assert {(each.a.path, each.b.path) for each in found.pairs} == set(zip(a, b, strict=True))
