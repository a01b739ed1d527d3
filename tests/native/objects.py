"""Objects of several formats: how they are compiled, and what is slipped into one."""

import random
import struct
from collections.abc import Collection, Sequence
from pathlib import Path

from reprodiff.formats.base import Content, Format
from reprodiff.model import ArtifactKind
from tests.formats.verdicts import equivalent
from tests.native.asking import run
from tests.native.builders import need


def compiled(
    place: Path, compilers: tuple[str, str], flags: Sequence[str], options: str, code: str
) -> Path:
    """Compile ``code`` in the directory ``place``, by its absolute path.

    ``compilers`` are those for C and for C++.
    """
    plus = "class" in code or "struct" in code
    place.mkdir(parents=True, exist_ok=True)
    source = place / ("code.cc" if plus else "code.c")
    source.write_text(code, encoding="utf-8")
    out = place / "code.o"
    tool = need(compilers[plus])
    run(place, tool, *flags, *options.split(), "-c", str(source), "-o", str(out))
    return out


def missed(
    form: Format,
    sides: tuple[Path, Path],
    kinds: Collection[str],
    *,
    seed: int,
    count: int = 120,
    free: Collection[int] = (),
) -> list[str]:
    """Return where a byte or word that is another one does not keep two objects from being equal.

    ``kinds`` are those of facts on bytes of which nothing tells one value from another; ``free``
    are places of such.
    """
    a, b = (side.read_bytes() for side in sides)

    def content(other: bytes | bytearray) -> Content:
        return Content("x.o", "x.o", memoryview(a), memoryview(other), ArtifactKind.FILE)

    assert equivalent(form, content(b))
    spans = [s for f in form.compare(content(b)) if f.what in kinds for _, s in f.places()]
    taken = {*free, *(at for span in spans for at in range(span.start, span.stop))}
    rng = random.Random(seed)  # noqa: S311
    found = []
    for at in rng.sample([at for at in range(len(b) - 4) if at not in taken], count):
        changed = bytearray(b)
        if at % 4 or taken & {*range(at, at + 4)}:
            changed[at] ^= 1 << rng.randrange(8)
        else:
            value = struct.unpack_from("<I", b, at)[0]
            struct.pack_into("<I", changed, at, value + rng.choice((-4, -1, 1, 4, 16)) & 0xFFFFFFFF)
        if equivalent(form, content(changed)):
            found.append(hex(at))
    return found
