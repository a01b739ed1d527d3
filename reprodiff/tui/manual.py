"""The help page, made from the keys themselves."""

from reprodiff.model import Severity
from reprodiff.tui.chunks import SIGNS, Chunk
from reprodiff.tui.keys import Keyboard, Topic, names
from reprodiff.tui.sources.pages import BLANK, Block, heading, text

_MEANING = {
    Severity.ALARM: "the artifact contradicts itself or hides something",
    Severity.REVIEW: "may change behaviour, or what people get",
    Severity.BENIGN: "cannot change what is installed or how it runs",
}
_WIDTH = 20


def manual(keyboard: Keyboard) -> list[Block]:
    """Return the help page."""
    blocks: list[Block] = []
    for topic in Topic:
        found = [key for key in keyboard.keys if key.topic is topic]
        if not found:
            continue
        blocks.append(heading(topic.value))
        for key in found:
            keys = "  ".join(names(key.keys))
            blocks.append(text(key.help, lead=[Chunk(f"  {keys:<{_WIDTH}}", "key")]))
        blocks.append(BLANK)
    blocks.append(heading("Signs"))
    for severity, meaning in _MEANING.items():
        word = f"  {SIGNS[severity]} {severity.value}"
        lead = [Chunk(f"{word:<{_WIDTH + 2}}", f"severity-{severity.value}")]
        blocks.append(text(meaning, lead=lead))
    for sign, meaning in (
        ("↳", "follows from the finding it stands under"),
        ("- +", "a line that only A has, only B has"),
        ("··", "bytes that a side does not have"),
        ("▌", "the difference at hand"),
    ):
        blocks.append(text(meaning, lead=[Chunk(f"  {sign:<{_WIDTH}}", "key")]))
    return blocks
