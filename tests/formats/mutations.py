"""Files made of lines, and small changes to them: what a hostile or a sloppy tool would do."""

from hypothesis import strategies as st

Lines = list[bytes]


@st.composite
def pairs(draw: st.DrawFn, pool: list[bytes], most: int = 7) -> tuple[bytes, bytes]:
    """Draw two files of lines from ``pool``, the second a changed copy of the first."""
    lines = draw(st.lists(st.sampled_from(pool), max_size=most))
    changed = lines[:]
    for _ in range(draw(st.integers(0, 3))):
        changed = draw(_step(changed, pool))
    return draw(_joined(lines)), draw(_joined(changed))


@st.composite
def _step(draw: st.DrawFn, lines: Lines, pool: list[bytes]) -> Lines:
    kind = draw(st.sampled_from(["drop", "add", "shuffle", "replace", "spoil"]))
    at = draw(st.integers(0, max(len(lines) - 1, 0)))
    if kind == "add" or not lines:
        return [*lines[:at], draw(st.sampled_from(pool)), *lines[at:]]
    if kind == "drop":
        return lines[:at] + lines[at + 1 :]
    if kind == "shuffle":
        return draw(st.permutations(lines))
    if kind == "replace":
        return [*lines[:at], draw(st.sampled_from(pool)), *lines[at + 1 :]]
    line = lines[at]
    where = draw(st.integers(0, max(len(line) - 1, 0)))
    byte = draw(st.sampled_from([b"x", b" ", b"", b'"', b",", b"=", b"A", b"\xff"]))
    return [*lines[:at], line[:where] + byte + line[where + 1 :], *lines[at + 1 :]]


@st.composite
def _joined(draw: st.DrawFn, lines: Lines) -> bytes:
    ending = draw(st.sampled_from([b"\n", b"\n", b"\r\n", b"mixed"]))
    ends = st.sampled_from([b"\n", b"\r\n", b"\r"])
    out = b"".join(line + (draw(ends) if ending == b"mixed" else ending) for line in lines)
    return out.rstrip(b"\r\n") if draw(st.integers(0, 3)) == 0 else out
