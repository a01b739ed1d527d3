"""Choosing two artifacts, and two folders of them."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from reprodiff.engine import Options
from reprodiff.limits import Limits
from reprodiff.model import Side
from reprodiff.tui.comparison import Comparison
from reprodiff.tui.house.detecting import is_house
from reprodiff.tui.house.records import HouseDone, Item, Judged, Listed
from reprodiff.tui.house.worker import judged, listed, serve
from reprodiff.tui.records import Failed, Record
from reprodiff.tui.screens.house import HouseScreen
from reprodiff.tui.screens.main import MainScreen
from reprodiff.tui.screens.picker import PickerScreen, typed_path
from reprodiff.tui.settings import Memory
from reprodiff.tui.shell import HouseStart, Makers, ReprodiffApp
from tests.tui.driving import Driver, drive
from tests.tui.factory import CONTENTS, ListFeed, Shelf, findings, records, report

SAMPLES = Path(__file__).parents[2] / "samples"
HOSTILE = "evil\x1b]0;pwned\x07[red].whl"


class Opened:
    """Makes comparisons over made-up records, and knows which."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self.refuse = False
        self.items: list[list[object]] = []

    def comparison(self, paths: dict[Side, str]) -> Comparison:
        self.pairs.append((paths[Side.A], paths[Side.B]))
        feed = ListFeed(records(report(findings())))
        if self.refuse:
            feed = ListFeed([[Failed("cannot open it", "check the path", refused=True)]])
        return Comparison(paths, Limits(), lambda: feed, library=Shelf(CONTENTS))

    def house(self, paths: dict[Side, str]) -> "HouseFeed":
        return HouseFeed(self.items)


class HouseFeed:
    """Records of two folders that are there already."""

    def __init__(self, batches: list[list[object]]) -> None:
        self._batches = batches

    def records(self) -> Iterator[list[Record]]:
        yield from self._batches  # type: ignore[misc]

    def stop(self) -> None:
        """Nothing runs."""


ITEMS = (
    Item("a.whl", "x/a.whl", "y/a.whl"),
    Item(HOSTILE.encode("unicode_escape").decode(), "x/e.whl", "y/e.whl"),
    Item("gone.whl", "x/gone.whl", ""),
    Item("late.whl", "x/late.whl", "y/late.whl"),
)
TOLD: list[list[object]] = [
    [Listed(ITEMS)],
    [Judged(0, "identical", "")],
    [Judged(1, "equivalent", "2 benign")],
    [Judged(3, "different", "1 alarm, 2 to review", 1), HouseDone()],
]


def picker(folder: Path, opened: Opened, chosen: str = "") -> ReprodiffApp:
    return ReprodiffApp(
        None,
        makers=Makers(opened.comparison, opened.house),
        chosen=chosen,
        memory=Memory(folder / "memory.json"),
    )


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = tmp_path / "here"
    (here / "dist").mkdir(parents=True)
    for name in ("one.whl", "two.whl", "notes.txt", HOSTILE, "dist/deep.whl"):
        (here / name).write_bytes(b"x" * 1234)
    monkeypatch.chdir(here)
    return here


async def picks(driver: Driver, *texts: str) -> None:
    await driver.until(lambda: isinstance(driver.app.screen, PickerScreen))
    await driver.sees("Compare two builds", *texts)


def test_two_files_of_a_folder_are_chosen_with_the_arrows(folder: Path) -> None:
    opened = Opened()

    async def scenario(driver: Driver) -> None:
        await picks(driver, "one.whl", "two.whl", "1.2 kB", "choose the first")
        lines = driver.text.splitlines()
        order = [
            next(n for n, line in enumerate(lines) if x in line)
            for x in ("one.whl", "two.whl", "dist/", "notes.txt")
        ]
        assert order == sorted(order)
        await driver.press("down", "enter")
        await driver.sees("choose the second")
        await driver.press("down", "down", "enter")
        await driver.sees("DIFFERENT")
        await driver.press("escape")
        await picks(driver, "choose the first", "one.whl  ↔")
        await driver.press("enter")
        await driver.sees("DIFFERENT")

    app = drive(scenario, picker(folder, opened))
    assert opened.pairs == [(str(folder / "one.whl"), str(folder / "two.whl"))] * 2
    assert app.outcome == 1


def test_a_name_is_filtered_and_a_path_is_typed_or_dropped(folder: Path) -> None:
    opened = Opened()

    async def scenario(driver: Driver) -> None:
        await picks(driver)
        await driver.press(*"tw", "enter")
        await driver.sees("choose the second")
        assert isinstance(driver.app.screen, PickerScreen)
        assert driver.app.screen.first == str(folder / "two.whl")
        await driver.press(*"no/such.whl", "enter")
        await driver.sees("There is no no/such.whl")
        await driver.press("escape", *"'dist/deep.whl'", "enter")
        await driver.sees("DIFFERENT")

    drive(scenario, picker(folder, opened))
    assert opened.pairs == [(str(folder / "two.whl"), "dist/deep.whl")]


def test_with_one_artifact_only_the_other_is_asked_for(folder: Path) -> None:
    opened = Opened()

    async def scenario(driver: Driver) -> None:
        await picks(driver, "choose the second")
        await driver.press(*"one", "enter")
        await driver.sees("DIFFERENT")

    drive(scenario, picker(folder, opened, "given.whl"))
    assert opened.pairs == [("given.whl", str(folder / "one.whl"))]


def test_folders_are_gone_into_and_escape_leaves_step_by_step(folder: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await picks(driver)
        await driver.press(*"dist", "enter")
        await driver.sees("deep.whl", "../")
        await driver.press("pageup", "enter")
        await driver.sees("one.whl")
        await driver.press(*"one", "enter", *"zzz")
        await driver.sees("Nothing here has this")
        await driver.press("escape")
        await driver.sees("two.whl", "choose the second")
        await driver.press("escape")
        await driver.sees("choose the first")
        await driver.press("escape")
        await driver.until(lambda: not driver.app.is_running)

    assert drive(scenario, picker(folder, Opened())).outcome == 0


def test_an_artifact_that_cannot_be_opened_leads_back_to_choosing(folder: Path) -> None:
    opened = Opened()
    opened.refuse = True

    async def scenario(driver: Driver) -> None:
        await picks(driver)
        await driver.press(*"one", "enter", *"two", "enter")
        await driver.told("cannot open it. Check the path.")
        await picks(driver, "one.whl")

    drive(scenario, picker(folder, opened))


def test_names_and_what_is_pasted_act_on_nothing(folder: Path) -> None:
    async def scenario(driver: Driver) -> None:
        await picks(driver, "evil\\x1b]0;pwned\\x07[red].whl")
        driver.app.screen.query_one("#path").insert_text_at_cursor("\x1b]0;x\x07\u202e")  # type: ignore[attr-defined]
        await driver.sees("\\x1b]0;x\\x07\\u202e")

    drive(scenario, picker(folder, Opened()))


@pytest.mark.parametrize("typed", ["{}", " {} ", "'{}'", '"{}"', "file://{}", "{escaped}"])
def test_a_dropped_path_is_read_as_terminals_write_it(tmp_path: Path, typed: str) -> None:
    path = tmp_path / "a b.whl"
    path.write_bytes(b"")
    text = typed.format(path, escaped=str(path).replace(" ", "\\ "))
    assert typed_path(text.replace("file://", "file://")) == str(path)
    assert typed_path("file:///a%20b") == "/a b"
    assert typed_path("") == ""


# -- two folders


def house(tmp_path: Path, opened: Opened) -> ReprodiffApp:
    return ReprodiffApp(
        None,
        makers=Makers(opened.comparison, opened.house),
        house=HouseStart({Side.A: "x", Side.B: "y"}, HouseFeed(TOLD)),
        memory=Memory(tmp_path / "memory.json"),
    )


def test_two_folders_are_the_list_of_their_pairs_with_what_matters_first(tmp_path: Path) -> None:
    opened = Opened()

    async def scenario(driver: Driver) -> None:
        await driver.sees("Artifacts", "1 different · 1 equivalent · 1 identical", "only in A")
        rows = [line for line in driver.screen if ".whl" in line]
        assert ["late" in rows[0], "gone" in rows[1], "evil" in rows[2], "a.whl" in rows[3]] == [
            True
        ] * 4
        assert "1 alarm, 2 to review  different" in rows[0]
        await driver.press("j", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, MainScreen))
        await driver.sees("DIFFERENT", "RECORD denies a file")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, HouseScreen))
        await driver.press("j", "enter")
        await driver.told("nothing in B to compare it with")
        await driver.press("g", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, MainScreen))

    app = drive(scenario, house(tmp_path, opened))
    assert opened.pairs == [("x/late.whl", "y/late.whl"), ("x", "y")]
    assert app.outcome == 1


def test_folders_that_are_chosen_open_as_their_pairs(folder: Path) -> None:
    opened = Opened()
    opened.items = TOLD

    async def scenario(driver: Driver) -> None:
        await picks(driver)
        for _ in range(2):
            await driver.press("pageup", "down", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, HouseScreen))
        await driver.sees("late.whl")
        await driver.press("escape")
        await picks(driver)

    drive(scenario, picker(folder, opened))


@pytest.fixture
def houses(tmp_path: Path) -> tuple[str, str]:
    for sample, name in (("umask-setuptools-wheel", "same"), ("record-lies", "other")):
        for side in "ab":
            (tmp_path / side).mkdir(exist_ok=True)
            wheel = next((SAMPLES / sample / side).iterdir())
            shutil.copy(wheel, tmp_path / side / f"{name}-1.0-py3-none-any.whl")
    (tmp_path / "a" / "more-1.0-py3-none-any.whl").write_bytes(b"")
    return str(tmp_path / "a"), str(tmp_path / "b")


def test_the_pairs_of_two_folders_are_compared_one_by_one(houses: tuple[str, str]) -> None:
    assert all(map(is_house, houses))
    sent: list[list[object]] = []
    serve(sent.append, None, *houses, None)
    told = [record for batch in sent for record in batch]
    assert isinstance(told[0], Listed)
    assert [item.only for item in told[0].items] == [Side.A, None, None]
    verdicts = {
        told[0].items[one.number].name.split("-")[0]: one for one in told if isinstance(one, Judged)
    }
    assert verdicts["same"].verdict == "equivalent"
    assert verdicts["other"].alarms > 0
    assert told[-1] == HouseDone()


def test_a_pair_that_cannot_be_compared_does_not_end_the_others(houses: tuple[str, str]) -> None:
    Path(houses[0], "same-1.0-py3-none-any.whl").write_bytes(b"PK no zip")
    items = listed(*houses, Limits())
    bad = next(item for item in items if item.name.startswith("same"))
    from reprodiff.engine import run  # noqa: PLC0415

    told = judged(7, bad, run, Options())
    assert (told.number, told.verdict) == (7, "")
    assert "is not a zip archive" in told.words


def test_an_installed_tree_is_no_folder_of_artifacts(tmp_path: Path) -> None:
    assert not is_house(str(tmp_path))
    (tmp_path / "x.whl").write_bytes(b"")
    assert is_house(str(tmp_path))
    (tmp_path / "x-1.dist-info").mkdir()
    assert not is_house(str(tmp_path))
    assert not is_house(str(tmp_path / "none"))
