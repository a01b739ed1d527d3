"""The generated pages are those that the data gives: `make docs` makes them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from reprodiff.reports.catalogue import causes_page, tools_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(("name", "page"), [("causes", causes_page), ("tools", tools_page)])
def test_the_page_is_up_to_date(
    name: str, page: Callable[[], str], pytestconfig: pytest.Config
) -> None:
    path = DOCS / f"{name}.md"
    if pytestconfig.getoption("--update-docs"):
        path.write_text(page(), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == page(), "run `make docs`"
