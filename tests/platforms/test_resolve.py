from reprodiff.platforms.resolve import link
from tests.platforms.sides import elf


def test_a_library_is_found_by_the_rpath_of_who_loaded_its_user() -> None:
    # auditwheel leaves RPATH out of libraries that need no other folder than their loader's.
    links = link(
        {
            "pkg/mod.so": elf(needed=("libone.so",), rpath=("$ORIGIN/../pkg.libs",), init="mod"),
            "pkg.libs/libone.so": elf(needed=("libtwo.so",)),
            "pkg.libs/libtwo.so": elf(needed=("libc.so.6", "ld-linux-x86-64.so.2")),
        }
    )
    assert links.users == {
        "pkg.libs/libone.so": frozenset({"pkg/mod.so"}),
        "pkg.libs/libtwo.so": frozenset({"pkg.libs/libone.so"}),
    }
    assert links.external == {"libc.so.6": frozenset({"pkg.libs/libtwo.so"})}


def test_rpath_counts_before_a_namesake_in_another_folder() -> None:
    links = link(
        {
            "b/mod.so": elf(needed=("libx.so",), runpath=("${ORIGIN}/lib",), init="mod"),
            "a/libx.so": elf(needed=()),
            "b/lib/libx.so": elf(needed=()),
        }
    )
    assert list(links.users) == ["b/lib/libx.so"]


def test_a_library_that_something_else_must_load_first_is_there_all_the_same() -> None:
    links = link({"mod.so": elf(needed=("libx.so",), init="m"), "lib/libx.so": elf(needed=())})
    assert links.external == {}
    assert links.loose == {"libx.so": frozenset({"mod.so"})}


def test_a_path_out_of_the_artifact_finds_nothing() -> None:
    links = link({"mod.so": elf(needed=("libx.so",), runpath=("/usr/lib", "$ORIGIN/../../.."))})
    assert set(links.external) == {"libx.so"}


def test_libraries_that_need_each_other_end() -> None:
    links = link({"liba.so": elf(needed=("libb.so",)), "libb.so": elf(needed=("liba.so",))})
    assert links.users == {"liba.so": frozenset({"libb.so"}), "libb.so": frozenset({"liba.so"})}
