import io
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.errors import ReprodiffError
from reprodiff.formats import launcher, registry, script
from reprodiff.formats.base import Content
from reprodiff.formats.launcher import parse_launcher
from reprodiff.formats.parsing.shebang import parse_shebang, split_command
from reprodiff.formats.parsing.wrapper import parse_wrapper
from reprodiff.model import ArtifactKind, Difference, Span

OLD = b"""\
# -*- coding: utf-8 -*-
import re
import sys
from demo.cli import main
if __name__ == '__main__':
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""
PIP = b"""\
import sys
from demo.cli import main
if __name__ == '__main__':
    sys.argv[0] = sys.argv[0].removesuffix('.exe')
    sys.exit(main())
"""
UV = b"""\
# -*- coding: utf-8 -*-
import sys
from demo.cli import main
if __name__ == "__main__":
    if sys.argv[0].endswith("-script.pyw"):
        sys.argv[0] = sys.argv[0][:-11]
    elif sys.argv[0].endswith(".exe"):
        sys.argv[0] = sys.argv[0][:-4]
    sys.exit(main())
"""
DISTLIB = b"""\
# -*- coding: utf-8 -*-
import re
import sys
if __name__ == '__main__':
    from demo.cli import main
    sys.argv[0] = re.sub(r'(-script\\.pyw|\\.exe)?$', '', sys.argv[0])
    sys.exit(main())
"""
POETRY = b"""\
import sys
from demo.cli import main

if __name__ == '__main__':
    sys.exit(main())
"""


def content(a: bytes, b: bytes, path: str = "bin/demo", path_b: str = "") -> Content:
    return Content(path, path_b or path, memoryview(a), memoryview(b), ArtifactKind.TREE)


def facts(a: bytes, b: bytes, path: str = "bin/demo") -> list[Difference]:
    return list(script.FORMAT.compare(content(a, b, path)))


@pytest.mark.parametrize(
    ("data", "command", "stop"),
    [
        (b"#!/usr/bin/python3\nx", "/usr/bin/python3", 18),
        (b"#! /usr/bin/env  python3 \r\nx", "/usr/bin/env  python3", 25),
        (b"#!python", "python", 8),
        (
            b"#!/bin/sh\n'''exec' \"/a b/bin/python\" \"$0\" \"$@\"\n' '''\nimport sys\n",
            '"/a b/bin/python"',
            52,
        ),
    ],
)
def test_the_interpreter_is_read_from_one_line_or_three(
    data: bytes, command: str, stop: int
) -> None:
    found = parse_shebang(data)
    assert found is not None
    assert (found.command, found.span) == (command, Span(0, stop))


@pytest.mark.parametrize(
    "data",
    [b"", b"#", b"#!", b"#!  \n", b"import sys", b"\xef\xbb\xbf#!/bin/sh\n", b"#!" + b"x" * 9000],
)
def test_what_names_no_interpreter_is_none(data: bytes) -> None:
    assert parse_shebang(data) is None


def test_a_shell_script_is_not_taken_for_the_form_that_shell_and_python_both_read() -> None:
    found = parse_shebang(b"#!/bin/sh\n'''exec' /x/python -c 'evil' \"$0\"\n' '''\n")
    assert found is not None
    assert found.command == "/bin/sh"


def test_the_program_is_told_from_its_arguments() -> None:
    assert split_command('"C:\\Program Files\\python.exe" -E') == (
        "C:\\Program Files\\python.exe",
        "-E",
    )
    assert split_command("/usr/bin/env python3") == ("/usr/bin/env", "python3")


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(data: bytes) -> None:
    for head in (b"", b"#!", b"#!/bin/sh\n'''exec' "):
        found = parse_shebang(head + data)
        assert found is None or found.span.stop <= len(head + data)
    assert parse_wrapper(data, "demo") is None


@pytest.mark.parametrize("source", [OLD, PIP, UV, DISTLIB, POETRY])
def test_the_wrappers_of_all_installers_are_known(source: bytes) -> None:
    found = parse_wrapper(source, "demo")
    assert found is not None
    assert found.object == "demo.cli:main"
    assert found.guarded == (source is DISTLIB)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"sys.exit(main())", b"sys.exit(main(1))"),
        (b"sys.exit(main())", b"sys.exit(other())"),
        (b"sys.exit(main())", b"sys.exit(main() or 1)"),
        (b"sys.exit(main())", b"main(); sys.exit(main())"),
        (b"sys.exit(main())", b"os._exit(main())"),
        (b"import sys\n", b"import sys, os\n"),
        (b"import sys\n", b"import evil as sys\n"),
        (b"import sys\n", b"import re\n"),
        (b"import sys\n", b"import sys\nprint()\n"),
        (b"import main", b"import main as main"),
        (b"import main", b"import main, other"),
        (b"from demo.cli", b"from .cli"),
        (b"import main", b"import sys"),
        (b"'.exe'", b"'.com'"),
        (b"'__main__'", b"'main'"),
        (b"==", b"!="),
        (b"sys.exit(main())\n", b"sys.exit(main())\nelse:\n    print()\n"),
        (b"sys.exit(main())\n", b"sys.exit(main())\nprint()\n"),
        (b"import sys\n", b"# coding: utf-7\nimport sys\n"),
        (b"import sys\n", b"# \xe2\x80\xae\nimport sys\n"),
        (b"import sys\n", b"import sys;" + b"(" * 3000),
    ],
)
def test_a_wrapper_with_anything_more_is_none(old: bytes, new: bytes) -> None:
    assert old in PIP
    found = parse_wrapper(PIP.replace(old, new), "demo")
    if new == b"import main as main":
        return  # says the same in more words, and is not looked at further
    assert found is None


def test_a_wrapper_that_tidies_up_with_a_module_it_lacks_is_none() -> None:
    assert parse_wrapper(OLD.replace(b"import re\n", b""), "demo") is None


@pytest.mark.parametrize("name", ["demo.exe", "demo-script.pyw", "demo.py"])
def test_a_script_whose_own_name_is_tidied_up_is_none(name: str) -> None:
    assert parse_wrapper(PIP, name) is None


def test_the_interpreter_is_a_fact_of_its_own_and_the_rest_is_compared() -> None:
    a = b"#!/a/bin/python\nimport demo\nprint(1)\n"
    b = b"#!/bb/bin/python\nimport demo\nprint(2)\n"
    found = {fact.what: fact for fact in facts(a, b)}
    assert set(found) == {"script.shebang", "python.syntax", "text.line"}
    assert found["script.shebang"][3:7] == (
        *("/a/bin/python", "/bb/bin/python"),
        *(Span(0, 15), Span(0, 16)),
    )
    assert found["text.line"].inside == "line 3"
    assert found["text.line"].span_b == Span(29, 37)
    assert found["python.syntax"].a == "other"


def test_the_ending_of_the_first_line_is_compared_too() -> None:
    a, b = b"#!/a/bin/python\r\nx = 1\n", b"#!/b/bin/python\nx = 1\n"
    found = [fact for fact in facts(a, b) if fact.what == "text.eol"]
    assert [fact.places() for fact in found] == [((Span(15, 17), Span(15, 16)),)]


def test_lines_behind_the_long_form_keep_their_numbers() -> None:
    head = b"#!/bin/sh\n'''exec' %b \"$0\" \"$@\"\n' '''\n"
    a, b = (head % each + b"print(%d)\n" % len(each) for each in (b"/a/python", b"/bbb/python"))
    found = {fact.what: fact.inside for fact in facts(a, b)}
    assert found["text.line"] == "line 4"


def test_two_wrappers_of_one_object_are_one_fact_and_of_two_objects_are_text() -> None:
    head = b"#!/a/bin/python\n"
    same = facts(head + OLD, b"#!/b/bin/python\n" + UV)
    assert [fact.what for fact in same] == ["script.shebang", "script.wrapper"]
    other = facts(head + OLD, head + UV.replace(b"demo.cli", b"evil.cli"))
    assert "script.wrapper" not in {fact.what for fact in other}
    assert "text.block" in {fact.what for fact in other}


def test_wrappers_under_one_interpreter_are_looked_at_as_well() -> None:
    head = b"#!/a/bin/python\n"
    pair = content(head + PIP, head + UV)
    assert [fact.what for fact in registry.compare(pair).facts] == ["script.wrapper"]


def test_a_wrapper_whose_first_line_ends_in_another_way_is_no_wrapper() -> None:
    """The system looks for an interpreter with a CR at the end of its name."""
    for one, two in ((b"\n", b"\r\n"), (b"\r\n", b"\n")):
        found = facts(b"#!/a/bin/python" + one + PIP, b"#!/a/bin/python" + two + PIP)
        assert "script.wrapper" not in {fact.what for fact in found}
        assert any(fact.what.startswith("text.") for fact in found)


def test_the_long_form_is_none_where_its_lines_end_in_cr() -> None:
    head = b"#!/bin/sh\n'''exec' /a/python \"$0\" \"$@\"\n' '''\n"
    assert [fact.what for fact in facts(head + PIP, b"#!/a/python\n" + PIP)] == ["script.shebang"]
    (first, *_) = facts(head + PIP, head.replace(b"\n", b"\r\n") + PIP)
    assert (first.what, first.a, first.b) == ("script.shebang", "/a/python", "/bin/sh")


def zipped(source: bytes, second: int = 0) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(zipfile.ZipInfo("__main__.py", (2024, 1, 1, 0, 0, second)), source)
    return stream.getvalue()


def distlib_launcher(
    path: bytes, source: bytes, second: int = 0, stub: bytes = b"MZ stub"
) -> bytes:
    return stub + b"#!" + path + b"\r\n" + zipped(source, second)


def uv_launcher(path: bytes, source: bytes) -> bytes:
    return b"MZ stub" + zipped(source) + path + len(path).to_bytes(4, "little") + b"UVSC"


def launcher_facts(a: bytes, b: bytes) -> dict[str, Difference]:
    pair = content(a, b, "Scripts/demo.exe")
    return {fact.what: fact for fact in launcher.FORMAT.compare(pair)}


def test_a_launcher_is_taken_apart() -> None:
    a = distlib_launcher(b"C:\\a\\Scripts\\python.exe", OLD)
    b = distlib_launcher(b"C:\\bb\\Scripts\\python.exe", OLD, 2)
    found = launcher_facts(a, b)
    assert set(found) == {"script.shebang", "zip.time"}
    assert found["script.shebang"].b == "C:\\bb\\Scripts\\python.exe"
    places = found["zip.time"].places()
    assert len(places) == 2
    for one, two in places:
        assert a[one.start : one.stop] != b[two.start : two.stop]


def test_another_program_in_front_is_said() -> None:
    a = distlib_launcher(b"C:\\a\\python.exe", OLD)
    b = distlib_launcher(b"C:\\a\\python.exe", OLD, stub=b"MZ evil")
    assert set(launcher_facts(a, b)) == {"launcher.program"}


def test_the_script_in_a_launcher_is_compared() -> None:
    a = distlib_launcher(b"C:\\a\\python.exe", OLD)
    assert set(launcher_facts(a, distlib_launcher(b"C:\\a\\python.exe", PIP))) == {"script.wrapper"}
    other = PIP.replace(b"demo.cli", b"evil.cli")
    assert set(launcher_facts(a, distlib_launcher(b"C:\\a\\python.exe", other))) == {
        "launcher.script"
    }


def test_the_launchers_of_two_installers_are_compared_part_by_part() -> None:
    path = b"C:\\a\\python.exe"
    assert parse_launcher(uv_launcher(path, UV)) is not None
    found = launcher_facts(distlib_launcher(path, OLD), uv_launcher(path, UV))
    assert found["script.shebang"].note == "written another way"
    assert found["script.wrapper"].a == "demo.cli:main"


@pytest.mark.parametrize(
    "data",
    [
        b"MZ",
        b"MZ" + zipped(OLD),
        distlib_launcher(b"C:\\python.exe", OLD) + b"x",
        uv_launcher(b"C:\\python.exe", OLD)[:-1],
        uv_launcher(b"C:\\python.exe", OLD).replace(b"UVSC", b"UVPY"),
        distlib_launcher(b"C:\\python.exe", OLD).replace(b"__main__.py", b"__evil__.py"),
        distlib_launcher(b"C:\\python.exe", OLD)[:-22] + b"PK\5\6" + b"\xff" * 18,
    ],
)
def test_what_no_installer_writes_is_no_launcher(data: bytes) -> None:
    try:
        assert parse_launcher(data) is None
    except ReprodiffError:
        return


@given(st.binary(max_size=80), st.integers(0, 400))
def test_a_damaged_launcher_raises_nothing_else(junk: bytes, at: int) -> None:
    data = distlib_launcher(b"C:\\python.exe", OLD)
    try:
        parse_launcher(data[:at] + junk + data[at + len(junk) :])
    except ReprodiffError:
        return
