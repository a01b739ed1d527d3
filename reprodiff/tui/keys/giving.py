"""Getting things out: copies, files and pictures."""

from typing import Final

from reprodiff.tui.keys.base import Key, Topic, Where

GIVING: Final = (
    Key(
        "copy.fix",
        "copy_fix",
        "Copy the fix",
        "Copy what to paste to remove the cause",
        Topic.GIVE,
        "copy fix",
        (Where.FINDINGS, Where.REASON),
    ),
    Key(
        "copy.finding",
        "copy_finding",
        "Copy the finding, or the page",
        "Copy the finding as Markdown, with its fix and your note; of a page, what is to be pasted "
        "or else its text",
        Topic.GIVE,
        "copy",
        (Where.PAGE,),
        page=True,
    ),
    Key("copy.path", "copy_path", "Copy the path", "Copy the path of the file", Topic.GIVE),
    Key(
        "give.export",
        "export",
        "Export",
        "Write what is shown to a file: Markdown, text, JSON, HTML, or what was decided",
        Topic.GIVE,
    ),
    Key(
        "give.screenshot",
        "screenshot",
        "Picture",
        "Write a picture of the screen (SVG)",
        Topic.GIVE,
    ),
)
