import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.formats.parsing.tokens import (
    MAX_LINE,
    RECOGNISERS,
    Kind,
    Token,
    find,
    parse_time,
    tokenise,
)

SHA256 = hashlib.sha256(b"").hexdigest()
RECORD_HASH = base64.urlsafe_b64encode(hashlib.sha256(b"").digest()).rstrip(b"=").decode()
UUID = "12345678-1234-4234-8234-123456789abc"
PIECES = st.lists(
    st.sampled_from(
        [
            *(" ", "a", "/", "-", "@", "+g", '"', "0x", ".", ":", "\\", "_", "é", "\x00"),
            *("2026-11-21", "10:11:12", "/tmp/x", "1.2.3", UUID, SHA256, RECORD_HASH),
            *("root@ip-10-0-0-1", "abc1234", " at 0x7f00aa", "pip-req-build-a1b2c3d4"),
        ]
    ),
    max_size=12,
).map(lambda pieces: "".join(pieces).encode())


def seen(line: str) -> list[tuple[Kind, str]]:
    return [(token.kind, token.value) for token in tokenise(line.encode()) if token.kind != "text"]


@given(PIECES | st.binary(max_size=100))
def test_tokens_tile_the_line(line: bytes) -> None:
    tokens = tokenise(line)
    assert b"".join(line[token.start : token.stop] for token in tokens) == line
    at = 0
    before = ""
    for token in tokens:
        assert token.start == at < token.stop
        assert token.value.encode("utf-8", "surrogateescape") == line[token.start : token.stop]
        assert (before, token.kind) != ("text", "text")
        at, before = token.stop, token.kind


@given(PIECES)
def test_every_kind_finds_its_tokens_in_order(line: bytes) -> None:
    for kind in RECOGNISERS:
        at = 0
        for token in find(kind, line):
            assert at <= token.start < token.stop
            at = token.stop
    assert find("text", line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '"Nov 21 2026" "10:11:12" root@buildkitsandbox:/tmp/build-env-abcd1234/x',
            [
                ("datetime", "Nov 21 2026"),
                ("datetime", "10:11:12"),
                ("user-host", "root@buildkitsandbox"),
                ("path", "/tmp/build-env-abcd1234/x"),
            ],
        ),
        (f'"urn:uuid:{UUID}", {{{UUID.upper()}}}', [
            ("uuid", f"urn:uuid:{UUID}"),
            ("uuid", UUID.upper()),
        ]),
        (f"x.py,sha256={RECORD_HASH},0", [("digest", RECORD_HASH)]),
        (f"{RECORD_HASH} sha1:{hashlib.sha1(b'', usedforsecurity=False).hexdigest()}", [
            ("digest", RECORD_HASH),
            ("digest", "da39a3ee5e6b4b0d3255bfef95601890afd80709"),
        ]),
        (f"sha512-{base64.b64encode(hashlib.sha512().digest()).decode()}", [
            ("digest", base64.b64encode(hashlib.sha512().digest()).decode()),
        ]),
        ("<function f at 0x7f3b2c1d0e50>", [("object-id", "0x7f3b2c1d0e50")]),
        ("mask 0x7f3b2c1d", []),
        ("commit abc1234, v1.2-5-gdeadbee", [
            ("git-id", "abc1234"),
            ("version", "v1.2"),
            ("git-id", "deadbee"),
        ]),
        ("effaced defaced 1234567 deadbeef", []),
        ("0.1.dev1+g1234567.d20261121", [("scm-version", "0.1.dev1+g1234567.d20261121")]),
        ("0+unknown 1.0+cu121 2.0.0rc1.post2", [
            ("scm-version", "0+unknown"),
            ("version", "1.0+cu121"),
            ("version", "2.0.0rc1.post2"),
        ]),
        ("on fv-az123-456 and ip-10-0-0-1.ec2.internal", [
            ("host", "fv-az123-456"),
            ("host", "ip-10-0-0-1.ec2.internal"),
        ]),
        ("runner@runnervmf4ws1 root@1a2b3c4d5e6f", [
            ("user-host", "runner@runnervmf4ws1"),
            ("user-host", "root@1a2b3c4d5e6f"),
        ]),
        ("numpy@2.0.0rc1 @decorator a @ b", [("version", "2.0.0rc1")]),
        ("in .mesonpy-a1b2c3d4/x", [("temporary-name", ".mesonpy-a1b2c3d4")]),
        ("plain words, 42 and 3", []),
    ],
)  # fmt: skip
def test_tokens_are_told_apart(line: str, expected: list[tuple[Kind, str]]) -> None:
    assert seen(line) == expected


def test_the_longest_claim_holds_and_the_inner_ones_can_be_asked_for() -> None:
    line = f"/tmp/pip-build-env-a1b2c3d4/demo-1.0+g1234567/{SHA256}".encode()
    (token,) = tokenise(line)
    assert token == Token("path", 0, len(line), line.decode())
    assert [inner.value for inner in find("temporary-name", line)] == ["pip-build-env-a1b2c3d4"]
    assert [inner.value for inner in find("scm-version", line)] == ["1.0+g1234567"]
    assert [inner.value for inner in find("digest", line)] == [SHA256]


@pytest.mark.parametrize(
    "text",
    [
        "TestThatSomethingVeryLongIsAccepted_WithNamA",
        "a" * 43,
        SHA256[:-1],
        SHA256 + "0",
        "0" * 64,
        RECORD_HASH[:-1] + "V",
        UUID + "0",
        UUID[:-1],
    ],
)
def test_what_only_has_the_length_is_no_digest_and_no_uuid(text: str) -> None:
    assert not {"digest", "uuid"} & {kind for kind, _ in seen(text)}


def test_a_time_token_can_be_read() -> None:
    (token,) = find("datetime", b"on 2026-11-21T00:00:00Z")
    read = parse_time(token)
    assert read is not None
    assert read.utc_seconds == 1795219200
    assert parse_time(Token("text", 0, 1, "x")) is None


def test_very_long_lines_are_read_up_to_the_cut() -> None:
    filler = b"x " * ((MAX_LINE - 20) // 2)
    whole = filler + b"10:11:12 "
    assert [token.kind for token in tokenise(whole)] == ["text", "datetime", "text"]
    crossing = whole.ljust(MAX_LINE - 4) + b"20:21:22 30:31:32 10:11:12"
    kinds = [token.kind for token in tokenise(crossing)]
    assert kinds == ["text", "datetime", "text"]
    ending = filler + b" " * (MAX_LINE - len(filler) - 10) + b"2026-11-21"
    assert [token.kind for token in tokenise(ending)] == ["text", "datetime"]
    assert [token.kind for token in tokenise(ending + b"1")] == ["text"]


@pytest.mark.parametrize(
    "unit",
    [
        *(b"a", b"/", b"a/", b"/a", b"\\", b"0", b"a-", b"a@", b"1.", b"1a.", b'"/a b'),
        *(b"C:\\x\\ y", b"2026-11-21 ", b"Sat Nov ", b"sha256=", b"12345678-1234-", b"\xff"),
    ],
)
def test_monotonous_lines_come_to_an_end(unit: bytes) -> None:
    line = unit * (MAX_LINE // len(unit))
    assert b"".join(line[token.start : token.stop] for token in tokenise(line)) == line
