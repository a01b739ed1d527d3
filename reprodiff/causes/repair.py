"""What repair tools write into a wheel: their own records, and code that finds the libraries."""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.otherbuilds import follows_libraries
from reprodiff.causes.platform_causes import NAME_FOLLOWS
from reprodiff.causes.vendored import name_pairs
from reprodiff.model import Category, Difference, Severity
from reprodiff.text import MAX_SHOWN, plain

REPAIR_TOOL: Final = Cause(
    id="repair-tool",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="another repair tool, or another call of it",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The tool that copied libraries into the wheel was another version, or was called "
        "with other options: which libraries it takes, and how they are loaded, may differ.",
        recognised="The file DELVEWHEEL in dist-info has the version and the arguments. Only "
        "arguments that differ in more than directories and in the wheel's own name are put here. "
        "Or a line Generator in WHEEL names a repair tool beside the backend, as delocate adds it.",
        why="The build does not pin the repair tool, or one side was not repaired.",
        fix=(
            ("delvewheel", "pip install delvewheel==1.13.2, the same on both sides"),
            ("delocate", "pip install delocate==0.13.0, the same on both sides"),
        ),
        mistaken_for="The directories in the arguments, which are build paths.",
        sources=(
            "https://github.com/adang1345/delvewheel",
            "https://github.com/matthew-brett/delocate",
        ),
    ),
)

PATCH_NAME: Final = Cause(
    id="repair-patch-name",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="start-up code of the repair tool under its version's name",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="delvewheel puts a function into __init__.py that finds the libraries, named after "
        "its own version. The function is called once and deleted.",
        recognised="The block between the two comments of delvewheel is the same on both sides "
        "once the numbers in that one name are left out, and it stands there once. A block that "
        "differs in anything else is changed code.",
        why="Another version of delvewheel.",
        fix=(("", "nothing to fix here: see the finding on the repair tool"),),
        mistaken_for="Changed code: what the function does is compared byte for byte.",
        sources=("https://github.com/adang1345/delvewheel",),
    ),
)

_BLOCK: Final = re.compile(
    rb"# start delvewheel patch\r?\n(?P<code>.*?)\r?\n# end delvewheel patch", re.DOTALL
)
_FUNCTION: Final = re.compile(rb"_delvewheel_(?:init_)?patch_\d+(?:_\d+)*")
_TOOL: Final = re.compile(r"(?:auditwheel|delocate|delvewheel|repairwheel)(?: [\w.+!-]*)?")
_MAX_TEXT: Final = 4 << 20
_ARGUMENTS: Final = re.compile(r"Arguments: (\[.*\])\s*")
_MAX_ARGUMENTS: Final = 16 << 10


def _generator(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take lines Generator that name repair tools and nothing else."""
    del scene
    for fact in facts:
        told = [plain(value) for value in (fact.a, fact.b)]
        if any(told) and all(not each or _TOOL.fullmatch(each) for each in told):
            text = f"Generator: {told[0] or 'none'} in A, {told[1] or 'none'} in B."
            yield Claim(REPAIR_TOOL, [fact], explanation=plain(text, MAX_SHOWN))


def _record(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the version in DELVEWHEEL, and arguments that are not the same call."""
    if not scene.path.endswith(".dist-info/DELVEWHEEL"):
        return
    for fact in facts:
        one, two = str(fact.a or ""), str(fact.b or "")
        if one.startswith("Version: ") and two.startswith("Version: "):
            versions = one.partition(": ")[2], two.partition(": ")[2]
            text = plain(f"delvewheel {versions[0]} in A, {versions[1]} in B.", MAX_SHOWN)
            yield Claim(REPAIR_TOOL, [fact], explanation=text)
        elif (call_a := _called(one)) is not None and (call_b := _called(two)) is not None:
            if call_a != call_b:
                yield Claim(REPAIR_TOOL, [fact])
            elif _wheels(one) != _wheels(two):
                text = "The same arguments, for wheels and directories of other names."
                yield Claim(REPAIR_TOOL, [fact], severity=Severity.BENIGN, explanation=text)


def _called(line: str) -> tuple[str, ...] | None:
    """Return the arguments without directories and without the name of the wheel."""
    arguments = _arguments(line)
    if arguments is None:
        return None
    bases = [re.split(r"[\\/]", each)[-1] for each in arguments]
    return tuple("*.whl" if base.endswith(".whl") else base for base in bases)


def _wheels(line: str) -> list[str]:
    bases = [re.split(r"[\\/]", each)[-1] for each in _arguments(line) or ()]
    return [base for base in bases if base.endswith(".whl")]


def _arguments(line: str) -> list[str] | None:
    found = _ARGUMENTS.fullmatch(line)
    if found is None or len(line) > _MAX_ARGUMENTS or line.count("[") > 1:
        return None
    try:
        said = ast.literal_eval(found[1])
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return None
    return said if isinstance(said, list) and all(isinstance(x, str) for x in said) else None


def _patch(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take lines of the block that delvewheel writes, if the block is the same but for a name."""
    if not scene.path.endswith(".py") or max(len(scene.data_a), len(scene.data_b)) > _MAX_TEXT:
        return
    blocks = [list(_BLOCK.finditer(bytes(data))) for data in (scene.data_a, scene.data_b)]
    if not len(blocks[0]) == len(blocks[1]) == 1:
        return
    one, two = blocks[0][0], blocks[1][0]
    names = [set(_FUNCTION.findall(block["code"])) for block in (one, two)]
    bare = [_FUNCTION.sub(b"*", block["code"]) for block in (one, two)]
    if not len(names[0]) == len(names[1]) == 1 or bare[0] != bare[1]:
        return
    mine = [
        fact
        for fact in facts
        if fact.span_a is not None
        and fact.span_b is not None
        and one.start() <= fact.span_a.start <= fact.span_a.stop <= one.end()
        and two.start() <= fact.span_b.start <= fact.span_b.stop <= two.end()
    ]
    if mine:
        yield Claim(PATCH_NAME, mine, follows=(f":{REPAIR_TOOL.id}",))


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take lines that are equal once the names of paired libraries are put for each other."""
    pairs = name_pairs(scene)
    mine = [fact for fact in facts if pairs and _renamed(fact, scene, pairs)]
    if mine:
        yield Claim(NAME_FOLLOWS, mine, follows=follows_libraries())


def _renamed(fact: Difference, scene: Scene, pairs: set[tuple[str, str]]) -> bool:
    if fact.span_a is None or fact.span_b is None or fact.span_a.size > _MAX_TEXT:
        return False
    one = bytes(scene.data_a[fact.span_a.start : fact.span_a.stop])
    two = bytes(scene.data_b[fact.span_b.start : fact.span_b.stop])
    named = {a.encode("utf-8", "surrogateescape"): b for a, b in pairs}
    found = re.compile(
        rb"(?<![\w.-])(?:" + b"|".join(map(re.escape, sorted(named, reverse=True))) + rb")(?![\w-])"
    )
    turned, count = found.subn(lambda m: named[m[0]].encode("utf-8", "surrogateescape"), one)
    return count > 0 and turned == two


RULES: Final = (
    # Before what says that another backend made the wheel.
    Rule("repair-generator", (REPAIR_TOOL,), ("wheel.generator",), 42, _generator),
    Rule("repair-record", (REPAIR_TOOL,), ("text.line",), 54, _record),
    Rule("repair-patch", (PATCH_NAME,), ("text.line", "text.block"), 54, _patch),
    Rule("vendored-names-text", (NAME_FOLLOWS,), ("text.line", "text.block"), 55, _names),
)
