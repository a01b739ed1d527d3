"""Every byte of a zip file is in exactly one region."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reprodiff.artifacts.zipformat import NO_OWNER, Region, ZipFormatError, read_zip, regions
from reprodiff.errors import LimitError
from tests.artifacts.zipformat.build import Archive, Made, archive, extra, streamed
from tests.artifacts.zipformat.strategies import ARCHIVES


def tile(data: bytes) -> list[Region]:
    found = list(regions(read_zip(data)))
    at = 0
    for region in found:
        assert region.start == at
        assert region.stop > region.start
        at = region.stop
    assert at == len(data)
    return found


def test_each_field_is_named_where_it_stands() -> None:
    field = extra(0x5455, b"\x01abcd") + extra(0xCAFE, b"")
    member = streamed(
        Made(name=b"name", data=b"data", extra=field + b"bad", comment=b"comment"), "Ls"
    )
    data = bytes(
        Archive((member,), prefix=b"prefix", between=b"gap", comment=b"remark", tail=b"tail")
    )
    found = tile(data)
    by_name = {region.name: (region.owner, data[region.start : region.stop]) for region in found}
    assert by_name["prefix"] == (NO_OWNER, b"prefix")
    assert by_name["local.signature"] == (0, b"PK\x03\x04")
    assert by_name["local.name"] == (0, b"name")
    assert by_name["local.extra.5455"] == (0, b"UT\x05\x00\x01abcd")
    assert by_name["local.extra.cafe"] == (0, b"\xfe\xca\0\0")
    assert by_name["local.extra.malformed"] == (0, b"bad")
    assert by_name["data"] == (0, b"data")
    assert by_name["descriptor.signature"] == (0, b"PK\x07\x08")
    assert by_name["descriptor.usize"] == (0, b"\x04\0\0\0")
    assert by_name["gap"] == (NO_OWNER, b"gap")
    assert by_name["central.mode"] == (0, b"\xa4\x81")
    assert by_name["central.comment"] == (0, b"comment")
    assert by_name["eocd.entries_total"] == (NO_OWNER, b"\x01\0")
    assert by_name["eocd.comment"] == (NO_OWNER, b"remark")
    assert by_name["tail"] == (NO_OWNER, b"tail")


def test_zip64_records_are_regions_of_their_own() -> None:
    data = bytes(Archive(zip64=True, extensible=b"more"))
    names = {region.name: data[region.start : region.stop] for region in tile(data)}
    assert names["eocd64.signature"] == b"PK\x06\x06"
    assert names["eocd64.extensible"] == b"more"
    assert names["locator.signature"] == b"PK\x06\x07"


def test_of_overlapping_records_the_first_owns_the_bytes() -> None:
    first, second = Made(name=b"a", data=b"1"), Made(name=b"b", data=b"2")
    data = archive(replace(first, csize=40), second)
    one, two = read_zip(data).entries
    assert one.data_start < two.local_offset < one.data_stop < two.data_stop + 46
    found = tile(data)
    (mine,) = (region for region in found if region.owner == 0 and region.name == "data")
    assert (mine.start, mine.stop) == (one.data_start, one.data_stop)
    assert not any(region.name == "local.signature" and region.owner == 1 for region in found)


def test_a_hidden_member_owns_its_bytes() -> None:
    hidden = Made(name=b"hidden", data=b"hidden data", listed=False)
    data = archive(Made(), hidden)
    (region,) = (region for region in tile(data) if region.owner == 1 and region.name == "data")
    assert data[region.start : region.stop] == b"hidden data"


@settings(max_examples=150)
@given(made=ARCHIVES, cut=st.none() | st.integers(0, 500))
def test_regions_tile_any_archive(made: Archive, cut: int | None) -> None:
    data = bytes(made)[:cut]
    try:
        tile(data)
    except (ZipFormatError, LimitError):
        assert b"PK\x05\x06" not in data[:-21]


@pytest.mark.parametrize("count", [0, 1, 50])
def test_sound_archives_have_no_gap(count: int) -> None:
    data = archive(*(Made(name=b"%d" % n, data=b"x" * n) for n in range(count)))
    assert {"gap", "prefix", "tail"} & {region.name for region in tile(data)} == set()
