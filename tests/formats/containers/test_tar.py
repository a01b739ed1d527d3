"""Facts on two tars: values, their spelling in the header, extensions, padding and the end."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from reprodiff.artifacts.opening import open_artifact
from reprodiff.artifacts.tarformat.header import parse_number
from reprodiff.engine import compare
from reprodiff.formats.containers.tarfields import (
    is_number,
    stands_for_number,
    stands_for_text,
)
from reprodiff.limits import Limits
from reprodiff.model import Report, Severity, Verdict
from tests.artifacts.tarformat import build as tars
from tests.formats.containers.opened import facts, kinds, shown

A = tars.file(b"a.py", b"a = 1\n")


def between(where: Path, a: bytes, b: bytes) -> set[str]:
    one, two = a + tars.END, b + tars.END
    return kinds(facts(where, one, two, ".tar"))


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"mode": b"0000600\0"}, "tar.mode"),
        ({"uid": b"0000000\0"}, "tar.uid"),
        ({"gid": b"0000000\0"}, "tar.gid"),
        ({"uname": b"root"}, "tar.uname"),
        ({"gname": b"root"}, "tar.gname"),
        ({"mtime": b"14524770401\0"}, "tar.mtime"),
        ({"mode": b"000644 \0"}, "tar.encoding"),
        ({"mtime": b"14524770400 "}, "tar.encoding"),
        ({"magic": b"ustar ", "version": b" \0"}, "tar.magic"),
        ({"devmajor": bytes(8)}, "tar.device-field"),
        ({"typeflag": b"\0"}, "tar.encoding"),
    ],
)
def test_a_field_is_a_fact_of_its_value_or_of_its_spelling(
    tmp_path: Path, fields: dict[str, bytes], what: str
) -> None:
    data = b"a = 1\n"
    other = tars.block(b"a.py", len(data), **fields) + tars.padded(data)
    assert between(tmp_path, A, other) == {what}


@pytest.mark.parametrize(
    "fields",
    [
        {"devmajor": b"0000001\0"},
        {"devmajor": b"evil"},
        {"devminor": b"\x80" + b"evil123"},
        {"linkname": b"evil"},
        {"magic": b"evil!!"},
        {"version": b"77"},
        {"chksum": b"0007777evil"[:8]},
        {"uid": b"1000\0evi"},
        {"uid": b"1001\0evi"},
        {"uid": b"evil"},
        {"gid": b"\xb0000000\0"},
        {"mode": b"0000600x"},
        {"mtime": b"14524770400x"},
        {"uname": b"user\0evil"},
        {"pad": b"evil"},
        {"typeflag": b"7"},
        {"typeflag": b"Z"},
    ],
)
def test_what_no_writer_puts_into_a_header_is_no_dialect(
    tmp_path: Path, fields: dict[str, bytes]
) -> None:
    first, data = tars.file(b"0.py"), b"a = 1\n"
    other = tars.block(b"a.py", len(data), **fields) + tars.padded(data)
    found = between(tmp_path, first + A, first + other)
    dialect = {"tar.magic", "tar.encoding", "tar.device-field", "tar.name-field", "tar.pax-only"}
    assert found - dialect


def test_a_time_in_a_pax_record_is_one_in_the_header_too(tmp_path: Path) -> None:
    one = tars.pax({b"mtime": b"1700000000.5"}) + A
    two = tars.pax({b"mtime": b"1700000001.5"}) + A
    assert between(tmp_path, one, two) == {"tar.mtime", "tar.pax.mtime"}


def test_a_header_below_a_record_may_only_say_what_fits(tmp_path: Path) -> None:
    """Where a record gives the value, readers pass over the header: nothing may hide in it."""
    data = b"a = 1\n"

    def under(mtime: bytes) -> bytes:
        block = tars.block(b"a.py", len(data), mtime=mtime)
        return tars.pax({b"mtime": b"1700000000.5"}) + block + tars.padded(data)

    assert between(tmp_path, under(b"14524770400\0"), under(b"00000000000\0")) == {"tar.encoding"}
    evil = between(tmp_path, under(b"14524770400\0"), under(b"12345670123\0"))
    assert evil == {"tar.field"}


def test_a_name_below_a_record_may_only_be_its_beginning(tmp_path: Path) -> None:
    path, data = b"d/" + b"x" * 120 + b".py", b"a = 1\n"

    def under(name: bytes) -> bytes:
        block = tars.block(name, len(data))
        return tars.pax({b"path": path}) + block + tars.padded(data)

    assert between(tmp_path, under(path[:100]), under(path[:90])) == {"tar.name-field"}
    assert "tar.field" in between(tmp_path, under(path[:100]), under(b"../../evil.py"))


def test_the_order_of_records_and_the_headers_of_extensions_are_dialect(tmp_path: Path) -> None:
    one = tars.pax([(b"atime", b"1"), (b"ctime", b"2")]) + A
    two = tars.pax([(b"ctime", b"2"), (b"atime", b"1")]) + A
    assert between(tmp_path, one, two) == {"tar.pax-only"}
    record = tars.record(b"atime", b"1")
    named = (
        tars.file(name, record, typeflag=b"x") + A
        for name in (b"PaxHeaders.1/a", b"././@PaxHeader")
    )
    assert between(tmp_path, *named) == {"tar.pax-only"}


@pytest.mark.parametrize(
    "fields",
    [{"linkname": b"evil"}, {"pad": b"evil"}, {"devmajor": b"0000007\0"}, {"uname": b"a\0b"}],
)
def test_nothing_hides_in_the_header_of_an_extension(
    tmp_path: Path, fields: dict[str, bytes]
) -> None:
    record = tars.record(b"atime", b"1")
    one = tars.file(b"PaxHeaders/a", record, typeflag=b"x") + A
    two = tars.file(b"PaxHeaders/a", record, typeflag=b"x", **fields) + A
    assert "tar.field" in between(tmp_path, one, two)
    # Nor where the other side has no extension, or one of another kind.
    assert "tar.field" in between(tmp_path, A, two)


def test_bytes_behind_the_records_are_hidden(tmp_path: Path) -> None:
    record = tars.record(b"atime", b"1")
    padded = tars.padded(record)
    one = tars.file(b"p", record, typeflag=b"x") + A
    two = tars.block(b"p", len(record), b"x") + padded[:-4] + b"evil" + A
    assert "integrity.hidden" in between(tmp_path, one, two)


def test_a_global_comment_and_its_place(tmp_path: Path) -> None:
    comments = [tars.pax({b"comment": text}, b"g") for text in (b"8f14e45f", b"c9f0f895")]
    b = tars.file(b"b.py", b"b = 2\n")
    assert between(tmp_path, comments[0] + A, comments[1] + A) == {"tar.global-pax"}
    moved = between(tmp_path, comments[0] + A + b, A + comments[0] + b)
    assert moved == {"tar.field"}


def test_a_directory_has_its_type_in_its_mode(tmp_path: Path) -> None:
    one, two = (tars.block(b"d/", 0, b"5", mode=mode) for mode in (b"0000755\0", b"0002755\0"))
    found = facts(tmp_path, one + A + tars.END, two + A + tars.END, ".tar")
    assert [fact[2:] for fact in shown(found)] == [("mode", 0o040755, 0o042755)]


def test_zeros_at_the_end_are_padding_and_anything_else_is_hidden(tmp_path: Path) -> None:
    short, long = A + tars.END, A + tars.END + bytes(8192)
    assert kinds(facts(tmp_path, short, long, ".tar")) == {"tar.end"}
    assert "integrity.hidden" in kinds(facts(tmp_path, short, long + b"evil", ".tar"))


def test_two_formats_of_the_standard_library_are_one_archive(tmp_path: Path) -> None:
    def written(form: int) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=form) as made:
            for path in ("d/a.py", "d/" + "long/" * 30 + "b.py", "d/\u00e9.py"):
                info = tarfile.TarInfo(path)
                info.mtime, info.uname = 1_700_000_000, "ci"
                made.addfile(info)
        return out.getvalue()

    gnu, pax = written(tarfile.GNU_FORMAT), written(tarfile.PAX_FORMAT)
    found = kinds(facts(tmp_path, gnu, pax, ".tar"))
    dialect = {"tar.magic", "tar.encoding", "tar.pax-only", "tar.name-field", "tar.device-field"}
    assert found <= {*dialect, "tar.end"}


# -- the compression around it --------------------------------------------------------------------


@pytest.mark.parametrize("suffix", [".tar.gz", ".gz"])
def test_the_gzip_header_is_told_of_archives_and_of_single_files(
    tmp_path: Path, suffix: str
) -> None:
    data = A + tars.END if suffix == ".tar.gz" else bytes(range(256)) * 99
    one, two = gzip.compress(data, mtime=1), gzip.compress(data, mtime=2)
    assert shown(facts(tmp_path, one, two, suffix)) == [("gzip.mtime", "", "gzip MTIME", 1, 2)]
    other = gzip.compress(data + b"", 1, mtime=1)
    assert kinds(facts(tmp_path, one, other, suffix)) >= {"gzip.stream"}
    assert kinds(facts(tmp_path, one, one + b"junk", suffix)) == {"integrity.hidden"}
    assert kinds(facts(tmp_path, one, one + bytes(50), suffix)) == {"tar.end"}


# -- what may stand in a field --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "value", "fits"),
    [
        (b"0000012\0", 10, True),
        (b"     12 ", 10, True),
        (b"0000000\0", 10, True),
        (b"7777777\0", 1 << 40, True),
        (b"0000013\0", 10, False),
        (b"12\0evil\0", 10, False),
        (b"evil\0\0\0\0", 10, False),
        (b"\x80\0\0\0\0\0\0\x0a", 10, True),
        (b"\x80evil\0\0\x0a", 10, False),
        (b"0000012\0", "10.5", True),
        (b"0000012\0", "99.5", False),
        (b"0000012\0", "evil", False),
    ],
)
def test_a_number_in_a_header_for_a_value_told_elsewhere(
    raw: bytes, value: object, fits: bool
) -> None:
    assert stands_for_number(raw, value) is fits
    assert is_number(raw) >= fits
    assert parse_number(raw) is not None or not fits


@pytest.mark.parametrize(
    ("raw", "value", "fits"),
    [
        (b"name", b"name", True),
        (b"na\0\0", b"name", True),
        (b"\0\0", b"name", True),
        (b"caf?", "caf\u00e9".encode(), True),
        (b"evil", b"name", False),
        (b"na\0x", b"name", False),
        (b"name", b"", False),
    ],
)
def test_a_name_in_a_header_for_one_told_elsewhere(raw: bytes, value: bytes, fits: bool) -> None:
    assert stands_for_text(raw, value) is fits


def report(where: Path, a: bytes, b: bytes) -> Report:
    one, two = where / "a.tar", where / "b.tar"
    one.write_bytes(a + tars.END)
    two.write_bytes(b + tars.END)
    return compare(str(one), str(two))


def listing(top: bytes, change: bytes = b"") -> bytes:
    return b"".join(
        [
            *([tars.block(b"./", typeflag=b"5", mode=b"0000755\0")] if top == b"./" else []),
            tars.block(top + b"p/", typeflag=b"5", mode=b"0000755\0"),
            tars.file(top + b"p/a.py", b"a = 1\n" + change),
            tars.block(top + b"p/b.py", typeflag=b"1", linkname=top + b"p/a.py"),
            tars.block(top + b"p/c.py", typeflag=b"2", linkname=b"a.py"),
        ]
    )


def test_a_dot_in_front_of_all_names_is_one_matter_of_dialect(tmp_path: Path) -> None:
    for a, b in ((b"./", b""), (b"", b"./")):
        found = report(tmp_path, listing(a), listing(b))
        assert found.verdict is Verdict.EQUIVALENT
        assert found.summary.members.identical == 4
        dialect = next(each for each in found.findings if each.cause == "tar-dialect")
        assert dialect.location_count == 1
        changed = report(tmp_path, listing(a), listing(b, b"evil()\n"))
        assert changed.verdict is Verdict.DIFFERENT
        assert changed.findings[0].cause == "source-changed"
        assert changed.findings[0].location_count == 1


def test_a_dot_in_front_of_the_folder_of_an_sdist_is_for_review(tmp_path: Path) -> None:
    info = b"Metadata-Version: 2.1\nName: demo\nVersion: 1\n"
    a, b = (tars.file(top + b"demo-1/PKG-INFO", info) for top in (b"", b"./"))
    found = report(tmp_path, a, b)
    (first, *_) = found.findings
    assert (first.cause, first.severity) == ("tar-dialect", Severity.REVIEW)


@pytest.mark.parametrize("name", [b".//etc/passwd", b"././p/a.py", b"../a.py", b"./."])
def test_names_that_are_no_less_odd_without_the_dot_keep_it(tmp_path: Path, name: bytes) -> None:
    path = tmp_path / "a.tar"
    path.write_bytes(tars.file(b"./a.py") + tars.file(name) + tars.END)
    with open_artifact(str(path), Limits()) as opened:
        assert [member.raw for member in opened.members] == [b"./a.py", name]


DIR = {"typeflag": b"5", "mode": b"0000755\0"}


@pytest.mark.parametrize(
    ("fields", "plain"),
    [
        ({}, True),
        ({"mode": b"0002700\0"}, True),
        ({"mode": b"0004755\0"}, False),
        ({"mode": b"0001755\0"}, False),
        ({"mode": b"0000644\0"}, False),
        ({"linkname": b"/etc"}, False),
        ({"uid": b"hidden"}, False),
        ({"uname": b"me\0hidden"}, False),
        ({"pad": b"hidden"}, False),
        ({"prefix": b"other"}, False),
    ],
)
def test_a_directory_of_one_side_is_no_more_than_that(
    tmp_path: Path, fields: dict[str, bytes], plain: bool
) -> None:
    """Nobody looks at what else its entry says, so it must not say anything."""
    file = tars.file(b"d/a.py", b"a = 1\n")
    found = facts(
        tmp_path,
        file + tars.END,
        tars.block(b"d/", 0, **{**DIR, **fields}) + file + tars.END,
        ".tar",
    )
    one_sided = {fact.what for fact in found if fact.what.startswith("member.")}
    assert one_sided == ({"member.directory"} if plain else {"member.only"})


@pytest.mark.parametrize(
    ("key", "value", "plain"),
    [
        (b"mtime", b"%d.5" % int("14524770400", 8), True),
        (b"SCHILY.dev", b"7", True),
        (b"SCHILY.dev", b"hidden", False),
        (b"SCHILY.xattr.user.x", b"y", False),
        (b"comment", b"hidden", False),
    ],
)
def test_neither_do_the_records_of_a_directory_of_one_side(
    tmp_path: Path, key: bytes, value: bytes, plain: bool
) -> None:
    file = tars.file(b"d/a.py", b"a = 1\n")
    record = tars.pax({key: value})
    entry = record + tars.block(b"d/", 0, typeflag=b"5", mode=b"0000755\0")
    found = facts(tmp_path, file + tars.END, entry + file + tars.END, ".tar")
    one_sided = {fact.what for fact in found if fact.what.startswith("member.")}
    assert one_sided == ({"member.directory"} if plain else {"member.only"})


@pytest.mark.parametrize(
    ("key", "value", "kind"),
    [
        (b"SCHILY.ino", b"12", "tar.pax-only"),
        (b"SCHILY.ino", b"hidden", "tar.pax-other"),
        (b"LIBARCHIVE.creationtime", b"1700000000.25", "tar.pax-only"),
        (b"LIBARCHIVE.creationtime", b"hidden", "tar.pax-other"),
        (b"hdrcharset", b"BINARY", "tar.pax-only"),
        (b"hdrcharset", b"ISO-IR 10646 2000 UTF-8", "tar.pax-only"),
        (b"hdrcharset", b"hidden", "tar.pax-other"),
        # No record of that name stands for a field, and nobody reads it.
        (b"mode", b"hidden", "tar.pax-other"),
    ],
)
def test_a_record_on_the_writer_is_one_only_in_its_form(
    tmp_path: Path, key: bytes, value: bytes, kind: str
) -> None:
    found = between(tmp_path, A, tars.pax({key: value}) + A)
    assert kind in found
    assert ("tar.pax-other" in found) is (kind == "tar.pax-other")
