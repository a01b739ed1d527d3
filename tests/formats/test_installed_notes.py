import json
import py_compile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats import installer, registry
from reprodiff.formats.base import Content
from reprodiff.formats.compiled import check, source_of
from reprodiff.formats.installer import installer_name, is_cache_note
from reprodiff.formats.parsing.archivenames import archive_key, archive_name
from reprodiff.formats.parsing.directurl import parse_direct_url
from reprodiff.model import ArtifactKind, Difference

INFO = "lib/python3.11/site-packages/demo-1.0.dist-info"


def facts(name: str, a: bytes, b: bytes) -> list[Difference]:
    path = f"{INFO}/{name}"
    content = Content(path, path, memoryview(a), memoryview(b), ArtifactKind.TREE)
    assert installer.FORMAT.applies(content)
    return list(registry.compare(content).facts)


def as_json(document: object) -> bytes:
    return json.dumps(document).encode()


def test_the_names_of_two_installers_are_one_fact() -> None:
    (fact,) = facts("INSTALLER", b"pip\n", b"uv")
    assert (fact.what, fact.a, fact.b) == ("installer.name", "pip", "uv")


@pytest.mark.parametrize("other", [b"pip", b"pip\nimport evil\n", b"", b"two words\n"])
def test_an_installer_file_that_is_no_name_is_compared_as_text(other: bytes) -> None:
    assert {fact.what.partition(".")[0] for fact in facts("INSTALLER", b"pip\n", other)} == {"text"}


def test_a_url_is_all_that_differs_and_has_its_own_place() -> None:
    a, b = (as_json({"url": f"file:///{x}/d.whl", "archive_info": {}}) for x in ("a", "bb"))
    (fact,) = facts("direct_url.json", a, b)
    assert (fact.what, fact.a, fact.b) == ("origin.url", "file:///a/d.whl", "file:///bb/d.whl")
    assert fact.span_a is not None
    assert a[slice(*fact.span_a)] == b'"file:///a/d.whl"'


def test_the_notes_of_pip_and_uv_say_the_same_but_for_the_hash() -> None:
    digest = "0" * 64
    pip = {"archive_info": {"hash": f"sha256={digest}", "hashes": {"sha256": digest}}}
    a, b = as_json({**pip, "url": "file:///d"}), as_json({"url": "file:///d", "archive_info": {}})
    assert [(f.what, f.a, f.b) for f in facts("direct_url.json", a, b)] == [
        ("origin.hashes", f"sha256={digest}", "")
    ]


def test_the_same_in_another_form_is_left_to_json() -> None:
    a = as_json({"url": "file:///d", "archive_info": {}})
    assert {fact.what for fact in facts("direct_url.json", a, a.replace(b" ", b""))} == {
        "json.format"
    }


@pytest.mark.parametrize(
    "document",
    [
        {"url": "u"},
        {"url": 1, "archive_info": {}},
        {"url": "u", "archive_info": []},
        {"url": "u", "archive_info": {}, "dir_info": {}},
        {"url": "u", "archive_info": {"evil": 1}},
        {"url": "u", "archive_info": {"hashes": {"sha256": 1}}},
        {"url": "u", "archive_info": {}, "evil": 1},
        {"url": "u", "dir_info": {"editable": "yes"}},
        {"url": "u", "vcs_info": {"vcs": None}},
        {"url": "u", "archive_info": {}, "subdirectory": 1},
        [],
    ],
)
def test_a_document_that_is_not_as_specified_is_not_understood(document: object) -> None:
    assert parse_direct_url(as_json(document)) is None


def test_a_name_that_stands_twice_is_not_understood() -> None:
    assert parse_direct_url(b'{"url": "a", "url": "b", "archive_info": {}}') is None


@given(st.binary(max_size=100))
def test_any_bytes_can_be_read(data: bytes) -> None:
    assert parse_direct_url(data) is None
    installer_name(data)
    is_cache_note(data)
    archive_name(data.decode("latin-1"))
    archive_key(data)


def test_a_time_in_the_cache_note_is_told_from_the_rest() -> None:
    def note(second: int, commit: str | None) -> bytes:
        time = {"secs_since_epoch": second, "nanos_since_epoch": 0}
        return as_json({"timestamp": time, "commit": commit, "tags": None})

    assert [f.what for f in facts("uv_cache.json", note(1, None), note(2, None))] == [
        "installer.cache-time"
    ]
    both = facts("uv_cache.json", note(1, "abc"), note(2, "def"))
    assert [f.what for f in both] == ["installer.cache-time", "installer.cache"]
    strange = facts("uv_cache.json", note(1, None), as_json({"evil": 1}))
    assert {f.what.partition(".")[0] for f in strange} == {"json"}


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("demo/__pycache__/a.cpython-311.pyc", ("demo/a.py", 0)),
        ("__pycache__/a.cpython-311.opt-2.pyc", ("a.py", 2)),
        ("demo/__pycache__/a.b.cpython-311.pyc", ("demo/a.b.py", 0)),
        ("demo/a.pyc", None),
    ],
)
def test_where_the_source_of_a_pyc_lies(path: str, source: tuple[str, int] | None) -> None:
    assert source_of(path) == source


def compiled(tmp_path: Path, source: bytes, name: str = "demo.py", level: int = 0) -> bytes:
    path = tmp_path / name
    path.write_bytes(source)
    target = tmp_path / "out.pyc"
    py_compile.compile(str(path), cfile=str(target), optimize=level, doraise=True)
    return target.read_bytes()


SOURCE = b"'''Words.'''\n__file = 'demo.py'\ndef f(x=(1, 2)):\n    assert x\n    return {1, 'a'}\n"


@pytest.mark.parametrize("level", [0, 1, 2])
@pytest.mark.parametrize("name", ["", "demo.py", "other.py"])
def test_bytecode_of_its_source_is_known_whatever_its_path(
    tmp_path: Path, level: int, name: str
) -> None:
    assert check(SOURCE, compiled(tmp_path, SOURCE, level=level), level, name).same is True


def test_a_hash_in_the_header_makes_no_difference(tmp_path: Path) -> None:
    path = tmp_path / "demo.py"
    path.write_bytes(SOURCE)
    target = tmp_path / "out.pyc"
    mode = py_compile.PycInvalidationMode.CHECKED_HASH
    py_compile.compile(str(path), cfile=str(target), doraise=True, invalidation_mode=mode)
    assert check(SOURCE, target.read_bytes()).same is True


@pytest.mark.parametrize(
    "other",
    [
        SOURCE.replace(b"(1, 2)", b"(1, 3)"),
        SOURCE.replace(b"assert", b"return"),
        SOURCE.replace(b"Words", b"Other"),
        b"\n" + SOURCE,
    ],
)
def test_bytecode_of_another_source_is_known(tmp_path: Path, other: bytes) -> None:
    assert check(SOURCE, compiled(tmp_path, other), name="demo.py").same is False


def test_bytes_behind_the_code_are_not_what_the_source_compiles_to(tmp_path: Path) -> None:
    assert check(SOURCE, compiled(tmp_path, SOURCE) + b"evil").same is False


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xcb\x0d\r\n" + bytes(20),
        b"\xff\xff\r\n" + bytes(20),
    ],
)
def test_what_cannot_be_checked_says_why(data: bytes) -> None:
    found = check(SOURCE, data)
    assert found.same is None
    assert found.why


@pytest.mark.parametrize("source", [b"(" * 5000, b"def", b"\0", b"x = " + b"-" * 5000 + b"1"])
def test_a_source_that_does_not_compile_is_no_error(tmp_path: Path, source: bytes) -> None:
    assert check(source, compiled(tmp_path, SOURCE)).same is None


def test_a_source_is_compiled_and_never_run(tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    source = f"open({str(trap)!r}, 'w')\n".encode()
    assert check(source, compiled(tmp_path, source)).same is True
    assert not trap.exists()
