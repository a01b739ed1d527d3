"""The screens beside the main one: fix plan, recipe, platform; and why a finding is there."""

from dataclasses import replace

import pytest

from reprodiff.drift import (
    BundledLibrary,
    Ceiling,
    NativeMember,
    PlacedPlatform,
    Platform,
    PlatformChange,
    PlatformSide,
    SymbolNeed,
)
from reprodiff.model import Change, Confidence, Fix, Left, Plan, RecipeLine, Report, Severity, Side
from reprodiff.tui.fixing import removed, snippet
from reprodiff.tui.pages.plan import plan_text
from reprodiff.tui.pages.platform import platform_rows
from reprodiff.tui.pages.recipe import recipe_text
from reprodiff.tui.shell import ReprodiffApp
from reprodiff.tui.store import Store
from tests.tui.driving import Driver, drive, make_app
from tests.tui.factory import FIX, ListFeed, findings, records, report

PLAN = Plan(
    (
        Change(
            "pyproject.toml",
            "pyproject.toml",
            "toml",
            "[tool.x]\nreproducible = true",
            ("fix-times",),
            ("f07",),
            800,
        ),
    ),
    (Left("f01", "somebody has to look at it"),),
)
PLATFORM = Platform(
    a=PlatformSide(
        tags=("cp311-manylinux_2_17_x86_64",),
        policy="manylinux_2_17_x86_64",
        policy_alias="manylinux2014_x86_64",
        system_libraries=("libc.so.6",),
    ),
    b=PlatformSide(
        tags=("cp311-manylinux_2_17_x86_64",),
        policy="manylinux_2_28_x86_64",
        limits=("fcntl64 is in glibc since 2.28",),
        system_libraries=("libc.so.6", "libgcc_s.so.1"),
        contradictions=("the tag promises more than the binaries keep",),
    ),
    changes=(
        PlatformChange("libc", "glibc needed", "2.17", "2.28", "No CentOS 7.", Severity.REVIEW),
    ),
    ceilings=(
        Ceiling(
            "GLIBC",
            "2.17",
            "2.28",
            (),
            (SymbolNeed("fcntl64", "GLIBC_2.28", "libc.so.6", ("demo/x.so",), 3),),
        ),
    ),
    libraries=(
        BundledLibrary(
            "libssl", "updated", "d.libs/libssl-1.so", "d.libs/libssl-2.so", "3.0.1", "3.0.2"
        ),
    ),
    members=(
        NativeMember("demo/x.so", "demo/x.so", "elf", libraries_a=("libc.so.6",), libraries_b=()),
    ),
)
RECIPE = {
    Side.A: (RecipeLine("umask", "022", Confidence.PROVEN, "all modes are what it leaves"),),
    Side.B: (
        RecipeLine("umask", "077", Confidence.PROVEN, "all modes are what it leaves"),
        RecipeLine("TZ", "UTC", Confidence.LIKELY, "every time is even"),
    ),
}


def whole(**more: object) -> Report:
    return replace(report(findings()), **more)  # type: ignore[arg-type]


def app_of(**more: object) -> ReprodiffApp:
    return make_app(whole=whole(**more))


def store_of(made: Report) -> Store:
    store = Store()
    for batch in records(made):
        store.apply(batch)
    return store


def test_the_plan_says_what_to_change_what_goes_with_it_and_what_stays() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("p")
        await driver.sees(
            "1 change",
            "1. pyproject.toml",
            "reproducible = true",
            "removes 1 finding, 3 places, 800 differing bytes",
            "zip member times",
            "checked by normalising",
            "What will still differ",
            "source text changed: somebody has to look at it",
        )
        await driver.press("escape")
        await driver.sees("Findings")

    drive(scenario, app_of(plan=PLAN))


def test_a_plan_says_of_each_setting_how_it_is_known_to_work() -> None:
    fixes = (
        Fix("one", "auditwheel", "Set the epoch", "environment", "", "", checked="rebuilt"),
        Fix("two", "gcc-clang", "Leave debug information out", "environment", "", ""),
    )
    change = Change("environment", "environment", "shell", "x=1", ("one", "two"), ("f07",), 800)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("p")
        await driver.sees(
            "Set the epoch · auditwheel · checked by rebuilding",
            "Leave debug information out · gcc-clang · not checked on this pair",
            "For: zip member times.",
        )

    drive(scenario, app_of(plan=Plan((change,)), fixes=fixes))


def test_a_plan_of_nothing_says_so() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("p")
        await driver.sees("No change of settings is known")

    drive(scenario)


def test_while_the_analysis_runs_there_is_no_plan_yet() -> None:
    batches = records(whole(plan=PLAN))
    feed = ListFeed(batches, hold=len(batches) - 1)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "source text changed")
        await driver.press("p")
        await driver.sees("it is still running")
        await driver.press("escape", "m")
        await driver.sees("it is still running")
        await driver.press("escape", "P")
        await driver.sees("it is still running")
        feed.release()

    drive(scenario, make_app(feed))


@pytest.mark.parametrize(
    ("key", "seen"), [("p", "reproducible = true"), ("m", "077"), ("P", "glibc needed")]
)
def test_a_page_that_waits_for_the_end_is_made_then(key: str, seen: str) -> None:
    batches = records(whole(plan=PLAN, recipe_lines=RECIPE, platform=PLATFORM))
    feed = ListFeed(batches, hold=len(batches) - 1)

    async def scenario(driver: Driver) -> None:
        await driver.sees("COMPARING", "source text changed")
        await driver.press(key)
        await driver.sees("it is still running")
        feed.release()
        await driver.sees(seen)
        driver.lacks("it is still running")
        await driver.press("escape")
        await driver.ready("DIFFERENT")

    drive(scenario, make_app(feed))


def test_the_recipe_stands_a_beside_b_with_how_sure_it_is() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("m")
        await driver.sees("022", "077", "proven: all modes", "likely: every time is even")
        assert "022" in driver.line_with("077")

    drive(scenario, app_of(recipe_lines=RECIPE))


def test_the_platform_shows_policy_ceilings_libraries_and_who_needs_whom() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("P")
        await driver.sees(
            "glibc needed",
            "No CentOS 7",
            "manylinux_2_28_x86_64",
            "fcntl64 of libc.so.6, for demo/x.so and 2 more",
            "B: the tag promises more",
        )
        await driver.press("G")
        await driver.sees("libgcc_s.so.1", "3.0.2", "Who needs whom", "demo/x.so")

    drive(scenario, app_of(platform=PLATFORM), size=(140, 40))


def test_without_native_code_or_tags_the_platform_page_says_why_it_is_empty() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("P")
        await driver.sees("Neither tags nor native code differ")

    drive(scenario)


def test_hostile_text_in_a_plan_is_escaped() -> None:
    evil = "\x1b]0;pwned\x07[red]"
    change = Change(evil, evil, "toml", evil, (), ("f07",), 1)

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("p")
        await driver.sees("\\x1b]0;pwned\\x07[red]")
        driver.lacks("\x1b")

    drive(scenario, app_of(plan=Plan((change,))))


def test_what_is_copied_from_a_page_is_what_there_is_to_paste() -> None:
    recipe = {Side.A: {"TZ": "UTC"}, Side.B: {"TZ": "UTC"}}
    store = store_of(whole(plan=PLAN, recipe=recipe))
    assert plan_text(store) == "# pyproject.toml\n[tool.x]\nreproducible = true"
    assert recipe_text(store) == "TZ=UTC\n"
    one, other = recipe_text(store_of(whole(recipe={Side.A: {"TZ": "UTC"}}))).split("\n\n")
    assert one.startswith("# A: ")
    assert one.endswith("TZ=UTC")
    assert "nothing is known" in other
    assert plan_text(Store()) == ""


# -- why a finding is there, and what removes it


def test_what_follows_from_a_finding_is_removed_with_it() -> None:
    store = store_of(whole())
    # Finding 4 has 500 bytes; 5 and 6, which follow from it, 600 and 700.
    assert removed(store, ["f04"]) == "3 findings, 6 places, 1,800 differing bytes"
    assert removed(store, ["f05"]) == "1 finding, 2 places, 600 differing bytes"


def test_what_follows_from_a_finding_has_its_fix() -> None:
    found = [
        replace(item, fixes=("fix-times",)) if item.id == "f04" else item for item in findings()
    ]
    store = store_of(report(found))
    assert snippet(store, store.findings["f06"]) == FIX.snippet
    assert snippet(store, store.findings["f00"]) is None


def test_a_setting_of_the_plan_removes_and_advice_only_concerns() -> None:
    advice = Fix("advice", "git", "Look at `git log`", "checkout", "git log", "")
    found = [replace(item, fixes=("advice",)) if item.id == "f01" else item for item in findings()]

    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("j", "j")
        await driver.sees("Look at git log", "concerns 1 finding")
        await driver.press("G")
        await driver.sees("removes 1 finding, 3 places", "Give the build one time")

    made = replace(report(found), plan=PLAN, fixes=(FIX, advice))
    drive(scenario, make_app(whole=made), size=(120, 60))


def test_a_proven_finding_says_how_it_was_proven() -> None:
    async def scenario(driver: Driver) -> None:
        await driver.ready("DIFFERENT")
        await driver.press("G")
        await driver.sees("How it was proven")

    drive(scenario, size=(120, 80))


def test_of_two_folders_the_page_has_what_is_common_first_and_then_each_pair() -> None:
    paths = "demo-1.0-cp311-cp311-win32.whl", "third-1.0-cp311-cp311-win32.whl"
    gained = PlatformChange("library", "libthird", "", "bundled", "It is new.", Severity.REVIEW)
    placed = (
        PlacedPlatform(paths[0], paths[0], PLATFORM),
        PlacedPlatform(paths[1], "third-1.1.whl", replace(PLATFORM, changes=(gained,))),
    )
    names = [row.name for row in platform_rows(store_of(whole(platforms=placed)))]
    for name in ("glibc needed", "libthird"):
        assert names.count(name) == 2, "once for all, once for its pair"
    common = names.index(paths[0])
    assert names.index("What changes for the people who install it, all together") == 0
    assert names.index("glibc needed") < common < names.index(f"{paths[1]} with third-1.1.whl")
    assert {"in demo", "in third"} <= {*names[:common]}
