"""Names as programmers write them."""

import pytest

from reprodiff.formats.machine.demangling import demangle
from reprodiff.formats.machine.names import readable
from reprodiff.model import Difference


@pytest.mark.parametrize(
    ("mangled", "plain"),
    [
        ("_ZN3Two2goEi", "Two::go(int)"),
        ("_ZN3Two2goEi.cold", "Two::go(int) (.cold)"),
        ("_ZN4core9panicking5panic17h0123456789abcdefE", "core::panicking::panic"),
        (
            "_ZN9hashbrown3raw21RawTable$LT$T$C$A$GT$14reserve_rehash17h0123456789abcdefE",
            "hashbrown::raw::RawTable<T,A>::reserve_rehash",
        ),
        ("_RNvCs1234_7mycrate3foo", "mycrate::foo"),
        ("?f@@YAHH@Z", "int __cdecl f(int)"),
        ("plain_name", "plain_name"),
        ("_Z", "_Z"),
        ("_R" + "9" * 300, "_R" + "9" * 300),
    ],
)
def test_a_name(mangled: str, plain: str) -> None:
    meta, _ = demangle({"names": [mangled]}, memoryview(b""))
    assert meta["names"] == [plain]


def test_facts_show_names_and_strings_stay_as_they_are() -> None:
    facts = [
        Difference("elf.code", "x.so", "_ZN3Two2goEi", "mov eax, 1", "mov eax, 2"),
        Difference("elf.function", "x.so", ".text", b"_ZN3One2goEi", None),
        Difference("elf.data", "x.so", ".rodata _ZTI4Base", b"\x01", b"\x02"),
        Difference("elf.string", "x.so", ".rodata+0x1", b"_ZN3One2goEi", b"_ZN3Two2goEi"),
    ]
    shown = readable(facts)
    assert [fact.inside for fact in shown[:3]] == [
        "Two::go(int)", ".text", ".rodata typeinfo for Base",
    ]  # fmt: skip
    assert shown[1].a == "One::go(int)"
    assert shown[3] == facts[3]


def test_bytes_of_tables_and_data_are_no_names() -> None:
    raw = (b"strc\0_ZN3One2goEi\0", b"_ZN3Two2goEi\0abc")
    facts = [Difference(f"elf.{kind}", "x.so", ".dynstr+0x57", *raw) for kind in ("table", "data")]
    facts.append(Difference("elf.table", "x.so", ".got entry", "_ZN3One2goEi", "_ZN3Two2goEi"))
    shown = readable(facts)
    assert shown[:2] == facts[:2]
    assert (shown[2].a, shown[2].b) == ("One::go(int)", "Two::go(int)")
