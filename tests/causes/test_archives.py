"""Order, compression, dialect and bookkeeping of archives: a writer's habit, or something else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.model import Difference, Value
from tests.causes.facts import benign, claims, fact, judged, rest, scene


@pytest.mark.parametrize("bits", [0x0002, 0x0004, 0x0006, 0x0008, 0x0800, 0x080E])
def test_flags_that_say_nothing_of_the_content_are_dialect(bits: int) -> None:
    assert judged([fact("zip.flags", 0, bits)]) == benign("zip-dialect")
    assert judged([fact("zip.flags", 0x0800, 0x0800 ^ bits)]) == benign("zip-dialect")


@pytest.mark.parametrize("bit", [0, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15])
def test_flags_that_a_reader_acts_on_are_unexplained(bit: int) -> None:
    facts = [fact("zip.flags", 0, 1 << bit), fact("zip.flags", 0x0800, 0x0008 | 1 << bit)]
    assert rest(facts) == facts


@pytest.mark.parametrize(
    ("what", "a", "b"),
    [
        ("zip.system", 3, 0),
        ("zip.system", 3, 19),
        ("zip.create-version", 20, 63),
        ("zip.extract-version", 10, 45),
        ("zip.dos-attributes", 0, 0x20),
        ("zip.dos-attributes", 0x21, 0),
        ("zip.internal-attributes", 0, 1),
    ],
)
def test_fields_that_tell_the_writer_are_dialect(what: str, a: int, b: int) -> None:
    assert judged([fact(what, a, b)]) == benign("zip-dialect")
    assert judged([fact(what, b, a)]) == benign("zip-dialect")


@pytest.mark.parametrize(
    ("what", "a", "b"),
    [
        ("zip.system", 3, 20),
        ("zip.create-version", 20, 64),
        ("zip.extract-version", 20, 64),  # CPython refuses to read it
        ("zip.extract-version", 20, 0x0114),
        ("zip.dos-attributes", 0, 0x10),  # says that the file is a directory
        ("zip.dos-attributes", 0, 0x02),
        ("zip.dos-attributes", 0, 0x0100),
        ("zip.internal-attributes", 0, 2),
        ("zip.internal-attributes", 1, 0x8001),
        ("zip.disk", 0, 1),
        ("zip.data", "", ""),
        ("gzip.flags", 8, 0x28),
        ("gzip.extra", None, b"x"),
        ("gzip.members", 1, 2),
        ("tar.field", b"", b"x"),
        ("tar.pad", b"", b"x"),
        ("tar.device", 1, 2),
        ("tar.type", b"0", b"7"),
        ("tar.pax-other", b"1", b"2"),
    ],
)
def test_values_that_the_formats_do_not_know_are_unexplained(what: str, a: Value, b: Value) -> None:
    facts = [fact(what, a, b), fact(what, b, a)]
    assert rest(facts) == facts


def test_the_directory_bit_of_a_directory_is_dialect() -> None:
    assert judged([fact("zip.dos-attributes", 0, 0x10, "demo/")]) == benign("zip-dialect")


@pytest.mark.parametrize(
    ("a", "b", "cause"),
    [
        ("deflate level 6", "deflate level 9", "compression-level"),
        ("stored", "deflate level 6", "compression-level"),
        ("deflate not by zlib", "zstd", "compression-level"),
        ("deflate level 6", "deflate not by zlib", "compression-implementation"),
        ("deflate not by zlib", "deflate not by zlib", "compression-implementation"),
        ("deflate level 1/2", "deflate level 1/2", "compression-implementation"),
        ("deflate", "deflate", "compression-implementation"),
    ],
)
def test_a_level_is_named_only_where_both_streams_are_known(a: str, b: str, cause: str) -> None:
    for one, other in ((a, b), (b, a)):
        assert judged([fact("zip.stream", one, other)]) == benign(cause)


def test_each_habit_is_a_finding_of_its_own() -> None:
    facts = [
        fact("zip.order", 1, 2),
        fact("tar.order", 1, 2),
        fact("zip.method", 0, 8),
        fact("member.directory", None, "directory"),
        fact("tar.magic", b"ustar\0", b"ustar "),
        fact("gzip.os", 3, 255),
        fact("gzip.name", None, b"x.tar"),
    ]
    assert sorted(judged(facts)) == sorted(
        benign("archive-order", 2)
        + benign("compression-level")
        + benign("directory-entries")
        + benign("tar-dialect")
        + benign("gzip-header", 2)
    )


@pytest.mark.parametrize(
    "what", ["zip.comment", "zip.archive-comment", "gzip.comment", "tar.pax.comment"]
)
def test_comments_are_for_review_wherever_they_stand(what: str) -> None:
    assert judged([fact(what, b"1", b"2")]) == [("archive-comment", "review", "proven", 1)]


def test_extra_fields_that_are_not_understood_are_for_review() -> None:
    assert judged([fact("zip.extra", None, b"x")]) == [("zip-extra-field", "review", "proven", 1)]


@pytest.mark.parametrize("kind", ["contradiction", "hidden", "duplicate", "name"])
def test_what_contradicts_itself_is_an_alarm(kind: str) -> None:
    (found,) = judged([fact(f"integrity.{kind}", "a", None)])
    assert found[1:3] == ("alarm", "proven")


# -- bookkeeping ----------------------------------------------------------------------------------


def test_checksums_of_what_differs_follow_and_name_their_root() -> None:
    facts = [fact("derived.zip.crc", 1, 2), fact("derived.zip.size", 3, 4)]
    (claim,) = claims(facts, scene(differing=["a.py"]))
    assert claim.cause.id == "archive-bookkeeping"
    assert claim.follows == ("a.py",)


def test_checksums_of_what_is_equal_lie() -> None:
    """The content was compared and is the same: one of the two checksums is untrue."""
    for what in ("derived.zip.crc", "derived.zip.size"):
        facts = [fact(what, 1, 2)]
        assert judged(facts, scene(differing=["other.py"])) == [
            ("archive-contradiction", "alarm", "proven", 1)
        ]


def test_offsets_follow_the_layout() -> None:
    facts = [fact("derived.zip.offset", 1, 2), fact("derived.tar.chksum", b"1", b"2")]
    (claim,) = claims(facts)
    assert claim.cause.id == "archive-bookkeeping"
    assert claim.follows == ("*",)


def test_a_value_that_is_not_true_of_its_side_is_no_echo() -> None:
    lie = fact("derived.tar.chksum", b"1", b"2")._replace(note="the header's checksum is wrong")
    true = fact("derived.tar.chksum", b"1", b"2")
    assert sorted(judged([lie, true])) == [
        ("archive-bookkeeping", "benign", "proven", 1),
        ("archive-contradiction", "alarm", "proven", 1),
    ]


@given(
    st.sampled_from(
        ["zip.flags", "zip.system", "zip.extract-version", "zip.dos-attributes", "gzip.flags"]
    ),
    st.integers(0, 0xFFFF),
    st.integers(0, 0xFFFF),
)
def test_what_is_claimed_of_a_field_holds_both_ways(what: str, a: int, b: int) -> None:
    one: list[Difference] = [fact(what, a, b)]
    assert judged(one) == judged([fact(what, b, a)])
    assert len(judged(one)) + len(rest(one)) == 1
