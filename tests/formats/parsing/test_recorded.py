import hashlib
from base64 import urlsafe_b64encode

import pytest

from reprodiff.formats.parsing.recorded import (
    Digest,
    Row,
    Truth,
    describe,
    judge,
    member_path,
    needs_no_hash,
    oddity,
)
from reprodiff.model import Side

DATA = b"content\n"


def coded(algorithm: str, data: bytes = DATA) -> str:
    digest = urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
    return f"{algorithm}={digest}"


def digest(side: Side, path: str, algorithm: str) -> tuple[bytes, int] | None:
    if path == "unread.py":
        return None
    return hashlib.new(algorithm, DATA).digest(), len(DATA)


def truth(row: Row, member: str = "x.py", *, wheel: bool = True) -> Truth:
    found: Digest = digest
    return judge(row, Side.A, member, found, wheel=wheel)


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512", "md5", "blake2b"])
def test_a_true_hash_is_true_in_every_algorithm(algorithm: str) -> None:
    assert truth(Row(coded(algorithm), "8", "x.py")) is Truth.TRUE
    assert truth(Row(coded(algorithm, b"other"), "8", "x.py")) is Truth.UNTRUE


def test_a_size_that_is_given_must_be_right() -> None:
    assert truth(Row(coded("sha256"), "", "x.py")) is Truth.TRUE
    assert truth(Row(coded("sha256"), "9", "x.py")) is Truth.UNTRUE
    assert truth(Row("", "9", "x.py"), wheel=False) is Truth.UNTRUE


@pytest.mark.parametrize(
    "hashed",
    [
        "sha256=",
        "sha256=!!!",
        "shake_128=AAAA",
        "nonsense=AAAA",
        coded("sha256")[:-1],
        coded("sha256") + "A",
        "md5=" + coded("sha256").partition("=")[2],
    ],
)
def test_a_hash_that_cannot_be_checked_is_not_true(hashed: str) -> None:
    assert truth(Row(hashed, "8", "x.py")) is Truth.UNTRUE


def test_other_spellings_of_a_true_hash_are_true() -> None:
    assert truth(Row(coded("sha256") + "=", "8", "x.py")) is Truth.TRUE
    assert truth(Row("sha256=" + hashlib.sha256(DATA).hexdigest(), "8", "x.py")) is Truth.TRUE


def test_only_record_and_its_signatures_need_no_hash_in_a_wheel() -> None:
    assert truth(Row("", "", "x.py")) is Truth.UNHASHED
    assert truth(Row("", "8", "x.py")) is Truth.UNHASHED
    assert truth(Row("", "", "x.py"), wheel=False) is Truth.SILENT
    for name in ("RECORD", "RECORD.jws", "RECORD.p7s"):
        assert needs_no_hash(f"demo-1.0.dist-info/{name}")
        assert truth(Row("", "", f"demo-1.0.dist-info/{name}")) is Truth.SILENT
    assert not needs_no_hash("demo/RECORD")


def test_a_file_that_cannot_be_read_proves_nothing() -> None:
    assert truth(Row(coded("sha256"), "8", "unread.py"), "unread.py") is Truth.UNREAD


def test_a_lie_is_described_with_both_values() -> None:
    said = describe(Row("sha256=AAAA", "7", "x.py"), Side.A, "x.py", digest)
    assert said == f"RECORD: sha256=AAAA, 7 bytes; file: {coded('sha256')}, 8 bytes"
    odd = describe(Row("odd=AAAA", "", "x.py"), Side.A, "x.py", digest)
    assert odd == "RECORD: odd=AAAA, no bytes"


@pytest.mark.parametrize(
    ("record", "row", "root", "expected"),
    [
        ("d-1.dist-info/RECORD", "d/x.py", "", "d/x.py"),
        ("d-1.dist-info/RECORD", "./d//x.py", "", "d/x.py"),
        ("d-1.dist-info/RECORD", "../x", "", None),
        ("d-1.dist-info/RECORD", "d/../../x", "", None),
        ("d-1.dist-info/RECORD", "..", "", None),
        ("d-1.dist-info/RECORD", "/etc/passwd", "", None),
        ("d-1.dist-info/RECORD", "C:/x", "", None),
        ("d-1.dist-info/RECORD", "..x/y", "", "..x/y"),
        ("lib/site-packages/d-1.dist-info/RECORD", "../../bin/x", "", "bin/x"),
        ("lib/site-packages/d-1.dist-info/RECORD", "../../../bin/x", "", None),
        ("lib/site-packages/d-1.dist-info/RECORD", "/venv/bin/x", "/venv", "bin/x"),
        ("lib/site-packages/d-1.dist-info/RECORD", "/venv/../x", "/venv", None),
        ("lib/site-packages/d-1.dist-info/RECORD", "/venv-b/bin/x", "/venv", None),
        ("d-1.dist-info/RECORD", "a\\b", "", "a\\\\b"),
        ("d-1.dist-info/RECORD", "a\x1b[0m", "", "a\\x1b[0m"),
    ],
)
def test_a_row_names_the_member_at_its_place(
    record: str, row: str, root: str, expected: str | None
) -> None:
    assert member_path(record, row, root) == expected


@pytest.mark.parametrize(
    ("digest", "odd"),
    [
        (urlsafe_b64encode(hashlib.sha256(b"x").digest()).rstrip(b"=").decode(), False),
        (urlsafe_b64encode(hashlib.sha256(b"x").digest()).decode(), True),
        # Hexadecimal digits are base64, too: installers that check refuse them.
        (hashlib.sha256(b"x").hexdigest(), True),
    ],
)
def test_a_true_row_is_odd_where_installers_that_check_it_refuse_it(digest: str, odd: bool) -> None:
    row = Row(f"sha256={digest}", "1", "demo/a.py")
    found = hashlib.sha256(b"x").digest(), 1
    assert judge(row, Side.A, "demo/a.py", lambda *_: found, wheel=True) is Truth.TRUE
    assert bool(oddity(row)) is odd
