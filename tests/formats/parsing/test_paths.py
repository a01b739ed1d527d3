import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.paths import (
    find_paths,
    find_temporary_names,
    split_paths,
)


def paths(line: str) -> list[str]:
    data = line.encode()
    return [data[start:stop].decode() for start, stop in find_paths(data)]


def temporary(text: str) -> list[tuple[str, str]]:
    data = text.encode()
    return [
        (
            data[name.start : name.random_start].decode(),
            data[name.random_start : name.stop].decode(),
        )
        for name in find_temporary_names(data)
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('dir = "/tmp/build/x.c";', ["/tmp/build/x.c"]),
        ("gcc -I/usr/include -L/opt/a/lib,/b/c", ["/usr/include", "/opt/a/lib", "/b/c"]),
        ("-I/usr/include", ["/usr/include"]),
        ("PATH=/usr/bin:/home/u/bin;/a/b", ["/usr/bin", "/home/u/bin", "/a/b"]),
        ("-ffile-prefix-map=/tmp/a=.", ["/tmp/a"]),
        ("#!/opt/venv/bin/python3.11", ["/opt/venv/bin/python3.11"]),
        ("(in /usr/lib/x).", ["/usr/lib/x"]),
        ("see /usr/lib/python3.11.", ["/usr/lib/python3.11"]),
        ("in /a/b\x00/c/d\x00", ["/a/b", "/c/d"]),
        ("<path>/a/b</path>", ["/a/b"]),
        ("cwd: /build", ["/build"]),
        ("/café/bär", ["/café/bär"]),
        ('"/home/my user/a b/c"', ["/home/my user/a b/c"]),
        ("'/usr/bin/gcc -O2 /x/y'", ["/usr/bin/gcc", "/x/y"]),
        ('"/a/b c', ["/a/b"]),
        (r"C:\Users\me\x.c, D:/a/b", [r"C:\Users\me\x.c", "D:/a/b"]),
        (r"['C:\\hosted\\tool cache\\x', 1]", [r"C:\\hosted\\tool cache\\x"]),
        ("path+file:///tmp/bldA/p#demo@1.0", ["path+file:///tmp/bldA/p"]),
        ('{"url":"file:///C:/a%20b/x"}', ["file:///C:/a%20b/x"]),
    ],
)
def test_paths_end_where_they_end(line: str, expected: list[str]) -> None:
    assert paths(line) == expected


@pytest.mark.parametrize(
    "line",
    [
        "a/b ../a/b ./a ~/a/b $HOME/a ${X}/a/b %TMP%/a/b @rpath/a/b",
        "https://example.com/a/b",
        "</div> // comment /* c */ #/definitions/x x.whl!/a/b",
        "1/2 n/a text/html /1/2 /",
        "cl /O2 /GL /W3 /Fo:x",
        r"print('a:\n') '\n/a'",
    ],
)
def test_what_is_relative_or_no_path_is_left_alone(line: str) -> None:
    assert paths(line) == []


@given(st.text(max_size=60) | st.text("/ab\\ :\"'C.-@", max_size=40))
def test_paths_are_found_left_to_right(line: str) -> None:
    data = line.encode("utf-8", "surrogatepass")
    at = 0
    for start, stop in find_paths(data):
        assert at <= start < stop <= len(data)
        at = stop


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/tmp/pip-build-env-u59wrkvo/overlay", ("pip-build-env-", "u59wrkvo")),
        ("/tmp/pip-build-env-abcdefgh/overlay", ("pip-build-env-", "abcdefgh")),
        ("pip-req-build-ab_d1fgh", ("pip-req-build-", "ab_d1fgh")),
        ("/x/pip-ephem-wheel-cache-a1b2c3d4/y", ("pip-ephem-wheel-cache-", "a1b2c3d4")),
        ("/home/u/build-env-bjey6b7g/bin/python", ("build-env-", "bjey6b7g")),
        ("build-via-sdist-k2j3h4g5/demo", ("build-via-sdist-", "k2j3h4g5")),
        ("/root/.cache/uv/builds-v0/.tmpA1b2C3/bin", (".tmp", "A1b2C3")),
        ("/tmp/tmpabcdefgh/x", ("tmp", "abcdefgh")),
        ("/var/tmp2/tmpab1defgh", ("tmp", "ab1defgh")),
        (r"C:\Users\me\AppData\Local\Temp\tmpabcdefgh\x", ("tmp", "abcdefgh")),
        ("/x/.mesonpy-a1b2c3d4/", (".mesonpy-", "a1b2c3d4")),
        ("ccXyZ123.o", ("cc", "XyZ123")),
        ("/tmp/rustcAbC12x/a.o", ("rustc", "AbC12x")),
        ("/tmp/tmp.aB3dE5fG7h", ("tmp.", "aB3dE5fG7h")),
    ],
)
def test_random_names_are_cut_where_they_are_random(text: str, expected: tuple[str, str]) -> None:
    assert temporary(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "/src/pip-wheel-metadata/x",
        "pip-install-packages",
        "tmpfilename = tmp_count1",
        "/src/tmpdirectory/x",
        "/src/.tmpfolder",
        "/tmp/pip-build-env-u59wrkvo1/x",
        "/tmp/pip-build-env-U59WRKVO/x",
        "my_tmpab1defgh",
        "/x/mytmpab1defgh",
        "ccflags.c",
        "rustcompiler",
    ],
)
def test_names_that_are_words_are_not_random(text: str) -> None:
    assert temporary(text) == []


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ("/tmp/a/pkg/x.c", "/home/b/pkg/x.c", ("/tmp/a", "/home/b", "/pkg/x.c")),
        ("/tmp/a1/x", "/tmp/b1/x", ("/tmp/a1", "/tmp/b1", "/x")),
        (r"C:\a\y", r"D:\b\c\y", (r"C:\a", r"D:\b\c", r"\y")),
        ("/x/y", "/t/x/y", ("", "/t", "/x/y")),
        ("/x/y", "/x/y", ("", "", "/x/y")),
        ("/a/x.c", "/a/y.c", ("/a/x.c", "/a/y.c", "")),
        ("y", "xy", ("y", "xy", "")),
        ("", "/a", ("", "/a", "")),
        ("a/x", r"b\x", ("a/x", r"b\x", "")),
    ],
)
def test_the_common_ending_is_of_whole_components(
    a: str, b: str, expected: tuple[str, str, str]
) -> None:
    assert split_paths(a, b) == expected
    assert split_paths(b, a) == (expected[1], expected[0], expected[2])


@given(st.text("/ab\\", max_size=12), st.text("/ab\\", max_size=12))
def test_prefixes_and_suffix_make_the_paths_again(a: str, b: str) -> None:
    split = split_paths(a, b)
    assert (split.prefix_a + split.suffix, split.prefix_b + split.suffix) == (a, b)
    assert split.suffix[:1] in ("", "/", "\\") or a == b
