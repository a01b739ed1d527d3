"""Native files of one platform that another has under other names, and not as the same bytes."""

import re
from collections.abc import Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Difference, Severity

OTHER_PLATFORM: Final = Cause(
    id="module-for-other-platform",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="extension modules for another platform",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The two artifacts are for two platforms, and each has its own native files: a module "
        "is a .so on one and a .pyd on the other.",
        recognised="Both sides have a module of one name, once the ending and the tag of the "
        "interpreter are taken off, one for Windows (.pyd) and one for other systems (.so).",
        why="Windows, macOS and Linux load other formats, so nothing in the two can be compared.",
        fix=(("any", "compare builds for one platform"),),
        mistaken_for="A module that one side lacks: that has no partner, and is reported as such.",
        sources=("PEP 425", "PEP 3149"),
    ),
)

# .cpython-311-x86_64-linux-gnu.so, .abi3.so, .cp311-win_amd64.pyd, .pypy310-pp73-win_amd64.pyd
_MODULE: Final = re.compile(
    r"(?P<name>.+?)(?:\.(?:cpython-\d+[a-z]*(?:-[\w-]+)?|cp\d+t?-\w+|pypy\d+-pp\d+(?:-[\w-]+)?"
    r"|abi3t?))?\.(?P<kind>so|pyd)"
)


def other_platform(facts: Sequence[Difference]) -> set[str]:
    """Return the paths of native files on one side that the other side has for its platform."""
    named: dict[tuple[str, str], list[Difference]] = {}
    for fact in facts:
        found = _MODULE.fullmatch(fact.path)
        if found is not None:
            named.setdefault((found["name"], found["kind"]), []).append(fact)
    paths: set[str] = set()
    for (name, kind), mine in named.items():
        others = named.get((name, "pyd" if kind == "so" else "so"), [])
        sides = {fact.b is None for fact in mine}, {fact.b is None for fact in others}
        if len(mine) == len(others) == 1 and sides[0] != sides[1]:
            paths.add(mine[0].path)
    return paths
