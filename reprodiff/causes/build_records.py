"""What a generated module says of the build: numpy's and scipy's ``__config__.py``.

Meson fills a template with what it knows of compilers, libraries and the interpreter; code reads it
only to show it.  Source: numpy/__config__.py.in and scipy/__config__.py.in.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.causes.environment import OBJECT_ID
from reprodiff.model import Category, Difference, Severity

TOOL_VERSION: Final = Cause(
    id="recorded-tool-version",
    category=Category.TOOLCHAIN,
    severity=Severity.REVIEW,
    title="version of a compiler, library or interpreter in a generated module",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A module that the build writes records which tools and libraries it found, and "
        "another version of one.",
        recognised="The file is a `__config__.py` that says it is generated; of a line only the "
        'quoted value of "version" differs, and both stand in the entry of the same compiler, '
        "library or of Python itself, by its name and by the keys it is below.",
        why="The builds ran in two images, or with other versions of what they link.",
        fix=(("any", "pin the image by digest, and the versions of compiler and libraries"),),
        mistaken_for="Changed source: any other line of the module is still told as that.",
        sources=("https://numpy.org/doc/stable/reference/generated/numpy.show_config.html",),
    ),
)

PROCESSOR: Final = Cause(
    id="recorded-processor",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="processor of the build machine in a generated module",
    blame=Blame.LEAF,
    doc=Doc(
        what="A module that the build writes records how OpenBLAS was built, and with that the "
        "processor of the machine.",
        recognised="The file is a `__config__.py` that says it is generated; of the line on the "
        "configuration of OpenBLAS only the name of the core or MAX_THREADS differs, and both "
        "cores are ones that OpenBLAS knows.",
        why="OpenBLAS puts the core that it ran on, and the number of threads that it found, into "
        "its pkg-config file.",
        fix=(
            ("openblas", "`make TARGET=PRESCOTT DYNAMIC_ARCH=1 NUM_THREADS=64`"),
            ("any", "build on machines of one kind"),
        ),
        mistaken_for="Other options of the library: those are in the same line, and are equal.",
        sources=("https://github.com/OpenMathLib/OpenBLAS",),
    ),
)


def _records(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    if scene.path.rpartition("/")[2] != "__config__.py":
        return
    # Few artifacts have such a file, and all that have text load this one.
    from reprodiff.causes.recorded import recorded  # noqa: PLC0415

    for fact, what, told in recorded(facts, scene):
        if what == "processor":
            yield Claim(PROCESSOR, [fact])
        elif what == "address":
            yield Claim(OBJECT_ID, [fact], severity=Severity.REVIEW, explanation=_EXPLAINED)
        else:
            yield Claim(TOOL_VERSION, [fact], evidence=(told,), follows=_FOLLOWS[what])


_FOLLOWS: Final = {
    "Compilers": (":elf-toolchain", ":native-toolchain", ":pe-rich-header", ":wheel-tags"),
    "Build Dependencies": (":wheel-tags",),
    "Python Information": (":interpreter-tags", ":wheel-tags"),
}
_EXPLAINED: Final = (
    "Meson calls a dependency that has no name after the address of the object in memory, which "
    "is another one in each run."
)

RULES: Final = (
    Rule("build-records", (TOOL_VERSION, PROCESSOR, OBJECT_ID), ("text.line",), 58, _records),
)
