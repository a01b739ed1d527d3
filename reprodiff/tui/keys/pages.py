"""Pages above the main screen."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

PAGES: Final = (
    Key(
        "cause.explain",
        "explain",
        "Explain this cause",
        "All that is known of this cause: how it is recognised, why it comes, what removes it",
        Topic.PAGES,
        "explain",
        (Where.FINDINGS, Where.EVIDENCE, Where.REASON),
    ),
    Key(
        "page.plan",
        "plan",
        "Fix plan",
        "What to change to remove all that can be removed, file by file",
        Topic.PAGES,
        "plan",
        (Where.FINDINGS, Where.REASON),
    ),
    Key(
        "page.recipe",
        "recipe",
        "Recipe",
        "What has to be set to build each of the two again, A beside B",
        Topic.PAGES,
    ),
    Key(
        "page.platform",
        "platform",
        "Platform",
        "What both ask of the machine: policy, symbol versions, libraries, who needs whom",
        Topic.PAGES,
    ),
)
