"""Every view of real pairs: what is in it, what it looks like, and that nothing in it acts."""

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from docs.tour import ROOT, sample
from reprodiff.engine import Options, run
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.shell import ReprodiffApp
from reprodiff.tui.sources.base import View
from reprodiff.tui.sources.dumps import BytesSource
from reprodiff.tui.worker import serve
from tests.tui.driving import Driver, drive
from tests.tui.factory import ListFeed
from tests.tui.snapshots import check, check_all
from tests.tui.test_evidence_actions import lines
from tests.tui.test_looks import SIZES

if TYPE_CHECKING:
    from reprodiff.tui.records import Record

NATIVE = "hidden-change-in-native"
BYTECODE = "hidden-change-in-pyc"
EVIL = "\x1b]0;pwned\x07\x1b[2J\u202e[red]"

needs_samples = pytest.mark.skipif(
    not (ROOT / "samples" / NATIVE).is_dir(), reason="an sdist is shipped without the samples"
)


def app_on(paths: dict[Side, str], theme: str | None = None) -> ReprodiffApp:
    sent: list[list[Record]] = []
    serve(sent.append, run, paths[Side.A], paths[Side.B], Options(location_limit=None))
    feed = ListFeed(sent)
    return ReprodiffApp(Comparison(paths, Limits(), lambda: feed, feed=feed), theme=theme)


@pytest.fixture(autouse=True)
def at_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)  # so that paths on the screen are the same everywhere


async def seen(driver: Driver, view: View) -> None:
    """Go on from view to view until ``view`` is there."""
    for _ in View:
        await driver.settled()
        if lines(driver).source.view is view:
            return
        before = lines(driver).source
        await driver.press("v")
        await driver.until(lambda: lines(driver).source is not before)  # noqa: B023
    raise AssertionError(f"there is no view {view}:\n{driver.text}")


@needs_samples
@pytest.mark.parametrize("size", SIZES)
def test_machine_code_of_both_sides(size: tuple[int, int]) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("machine code changed")
        await driver.press("enter")
        await driver.settled()
        await driver.sees("0x1000", "0x1100", "demo_fits")
        assert lines(driver).source.view is View.CODE
        await check_all(driver, "code")

    drive(scenario, app_on(sample(NATIVE)), size)


@needs_samples
@pytest.mark.parametrize(
    ("view", "size", "theme"),
    [
        (View.HEADER, (80, 24), "textual-light"),
        (View.PARTS, (120, 40), "ansi-dark"),
        (View.BYTES, (200, 60), "textual-dark"),
        (View.BYTES, (120, 40), "ansi-dark"),
    ],
)
def test_other_views_of_a_library(view: View, size: tuple[int, int], theme: str) -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("machine code changed")
        await driver.press("enter")
        await seen(driver, view)
        await driver.settled()
        check(driver.app, f"native-{view.name.lower()}-{size[0]}-{theme}")

    drive(scenario, app_on(sample(NATIVE), theme), size)


@needs_samples
def test_no_byte_of_a_pair_without_anything_unexplained_stands_out() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("EQUIVALENT")
        await driver.press("B")
        await driver.settled()
        source = lines(driver).source
        assert isinstance(source, BytesSource)
        layout = lines(driver).layout_now
        roles = {
            chunk.role
            for at in range(source.height(layout))
            for chunk in source.line(at, layout)
            if chunk.text.strip()
        }
        assert source._known.complete
        assert {"claim-0", "claim-1", "claim-2"} <= roles
        assert not roles & {"unclaimed", "a-changed", "b-changed"}

    drive(scenario, app_on(sample("native-debug-path")), (160, 48))


def test_a_byte_that_nothing_accounts_for_stands_out(tmp_path: Path) -> None:
    paths = {Side.A: tmp_path / "a.bin", Side.B: tmp_path / "b.bin"}
    data = bytes(range(256)) * 16
    paths[Side.A].write_bytes(data)
    paths[Side.B].write_bytes(data[:1000] + b"!" + data[1001:])

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("B")
        await driver.settled()
        source, layout = lines(driver).source, lines(driver).layout_now
        loud = {
            chunk.text
            for at in range(source.height(layout))
            for chunk in source.line(at, layout)
            if chunk.role == "unclaimed"
        }
        assert loud == {"e8", "21", ".", "!"}

    drive(scenario, app_on({side: str(path) for side, path in paths.items()}), (160, 48))


@needs_samples
def test_bytecode_shows_the_constant_that_changed_and_the_header_beside_it() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("enter")
        await seen(driver, View.CODE)
        await driver.sees("consts[4] 1", "consts[4] 0")
        await seen(driver, View.HEADER)
        await driver.sees("time of the source")

    drive(scenario, app_on(sample(BYTECODE)), (160, 48))


@needs_samples
def test_the_header_of_a_member_is_shown_in_both_views_of_a_zip() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("times of zip members")
        await driver.press("G", "l", "j")
        await seen(driver, View.HEADER)
        await driver.sees("Central directory header", "last modified")
        await driver.press("right_square_bracket")
        await driver.sees("Local file header")

    drive(scenario, app_on(sample("hidden-change-in-300")), (160, 60))


def _written(path: Path, members: dict[str, bytes], minute: int) -> str:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2024, 5, 6, 7, minute, 0)), data)
    return str(path)


def _hostile(tmp_path: Path) -> dict[Side, str]:
    native = b""
    if (ROOT / "samples" / NATIVE).is_dir():
        with zipfile.ZipFile(next((ROOT / "samples" / NATIVE / "a").iterdir())) as archive:
            name = next(n for n in archive.namelist() if n.endswith(".so"))
            # A symbol, and so a function, of a name that would act on a terminal.
            native = archive.read(name).replace(b"demo_fits", b"d\x1b]0;pw\x07s")
    changed = native.replace(b"\x48\x81\xff\x00\x10", b"\x48\x81\xff\x00\x11")
    text = f"x = 1\n{EVIL}\ny = 2\n".encode("utf-8", "surrogatepass")
    members = {
        f"demo/{EVIL}.py": (text, text.replace(b"y = 2", b"y = 3 " + EVIL.encode())),
        "demo/x.json": (b'{"a": "\x1b[2J"}', b'{"a": "\x1b[3J"}'),
        "demo-1.0.dist-info/RECORD": (b"a\x1b[2J,,\n", b"b\x1b[2J,,\n"),
        "demo/_x.so": (native, changed),
    }
    sides = {}
    for number, side in enumerate(Side):
        inside = {name: pair[number] for name, pair in members.items()}
        sides[side] = _written(tmp_path / f"{side}.whl", inside, number)
    return sides


def test_nothing_in_any_view_of_hostile_files_acts_on_a_terminal(tmp_path: Path) -> None:
    visited: set[View] = set()

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        count = len(driver.app._main._findings.outline)
        for _ in range(count):
            for _ in View:
                await driver.settled()
                visited.add(lines(driver).source.view)
                assert not {"\x1b", "\x07", "\u202e"} & set(driver.text), driver.text
                before = lines(driver).source
                await driver.press("v")
                await driver.pilot.pause(0.02)
                if lines(driver).source is before:
                    break
            await driver.press("j")

    drive(scenario, app_on(_hostile(tmp_path)), (160, 48))
    assert {View.TEXT, View.NORMAL, View.BYTES, View.HEADER, View.FIELDS} <= visited


def test_a_search_in_bytes_finds_text_bytes_and_offsets(tmp_path: Path) -> None:
    a = bytes(range(256)) * 40 + b"Needle" + bytes(100)
    paths = {Side.A: tmp_path / "a.bin", Side.B: tmp_path / "b.bin"}
    paths[Side.A].write_bytes(a)
    paths[Side.B].write_bytes(a.replace(b"Needle", b"needles"))

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("B")
        await driver.until(lambda: lines(driver).source.view is View.BYTES)
        await driver.settled()
        for wanted, place in (("needle", "Needle"), ("fe ff 00 01", ".."), ("0x100", "00000100")):
            lines(driver).search(wanted)
            await driver.until(lambda: lines(driver).match is not None)
            await driver.sees(place, "matches")
        lines(driver).search("not there at all")
        await driver.sees("no match")

    drive(scenario, app_on({side: str(path) for side, path in paths.items()}), (160, 48))
