"""Objects that hold intermediate code for link-time optimisation instead of instructions."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import Category, Confidence, Difference, Severity

CODE: Final = Cause(
    id="lto-code",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="intermediate code of link-time optimisation differs",
    blame=Blame.LEAF,
    doc=Doc(
        what="An object, most often in a static archive, holds the compiler's own form of the "
        "code: LLVM bitcode, the sections .gnu.lto_ of GCC, or an object of Microsoft's /GL. That "
        "form differs. Linkers make machine code of it.",
        recognised="The file starts as bitcode does, or the section is named so. Blocks or "
        "sections that differ are told, with texts that only one side has; what they mean is not "
        "followed, so it is never proven to be the same.",
        why="The form holds the name of the source and the build directory, GCC a random seed for "
        "each object; other code and another compiler change it as well. It is of no use to "
        "another release of the compiler.",
        fix=(
            ("gcc", "`-frandom-seed=NAME`, another one for each source, with -ffile-prefix-map"),
            ("gcc", "fat objects: `strip --strip-lto FILE.a`, or `objcopy -R '.gnu.lto_*' FILE.a`"),
            ("gcc, clang", "`-fno-lto` for objects that are shipped in an archive"),
            ("clang", "compile by a relative path: the name of the source is in the bitcode"),
        ),
        mistaken_for="Changed machine code: a fat object has that too, and it is compared.",
        sources=(
            "gcc(1), -flto, -ffat-lto-objects, -frandom-seed",
            "https://llvm.org/docs/BitCodeFormat.html",
        ),
    ),
)


def _code(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(CODE, facts, Confidence.LIKELY)


RULES: Final = (Rule("lto-code", (CODE,), ("lto.code",), 50, _code),)
