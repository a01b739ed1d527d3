"""Static archives: what their headers record of objects, their order, and what follows."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import Category, Difference, Severity

_AR: Final = "GNU binutils manual, ar"
_DETERMINISTIC: Final = (
    ("GNU ar", "ARFLAGS=Dcr and `ranlib -D`: zero for times and owners"),
    ("objcopy", "objcopy --enable-deterministic-archives FILE.a"),
    ("macOS", "ZERO_AR_DATE=1 in the environment of ar, ranlib and libtool"),
)

TIMES: Final = Cause(
    id="ar-times",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="times of objects in static archives",
    blame=Blame.LEAF,
    doc=Doc(
        what="A static archive records when each object, and its index, was last modified.",
        recognised="Columns 16 to 27 of a member's header hold another number of seconds, or none "
        "on one side.",
        why="ar copies the time from the file, unless it was built or told to be deterministic; "
        "Debian and Fedora build it so, others and macOS do not.",
        fix=_DETERMINISTIC,
        mistaken_for="Other objects: their contents are compared by themselves.",
        sources=(_AR,),
    ),
)

OWNER: Final = Cause(
    id="ar-owner",
    category=Category.OWNERSHIP,
    severity=Severity.BENIGN,
    title="owners of objects in static archives",
    blame=Blame.LEAF,
    doc=Doc(
        what="A static archive records user and group number of each object. Linkers do not read "
        "them.",
        recognised="Columns 28 to 39 of a member's header hold other numbers, or none on one side.",
        why="ar copies them from the file, unless it is deterministic.",
        fix=_DETERMINISTIC,
        mistaken_for="Owners of installed files: those are not taken from here.",
        sources=(_AR,),
    ),
)

MODE: Final = Cause(
    id="ar-mode",
    category=Category.PERMISSIONS,
    severity=Severity.BENIGN,
    title="modes of objects in static archives",
    blame=Blame.LEAF,
    doc=Doc(
        what="A static archive records the mode of each object. Linkers do not read it.",
        recognised="Columns 40 to 47 of a member's header hold another octal number, or none on "
        "one side.",
        why="ar copies the mode, which follows the umask, unless it is deterministic.",
        fix=_DETERMINISTIC,
        mistaken_for="Modes of installed files.",
        sources=(_AR,),
    ),
)

ORDER: Final = Cause(
    id="ar-order",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="order of objects in static archives",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same objects stand in another order. Where two define one symbol, the linker "
        "takes the first, and the order of code and of initialisers may follow.",
        recognised="The members pair by name, and their ranks differ.",
        why="The build lists objects in the order in which the file system does.",
        fix=(
            ("make", "$(sort $(wildcard *.c))"),
            ("own code", "sorted(glob.glob(...)) where objects or sources are listed"),
        ),
        mistaken_for="Other objects.",
        sources=("https://reproducible-builds.org/docs/stable-inputs/",),
    ),
)

FORMAT: Final = Cause(
    id="ar-format",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="static archive written by another tool",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same names or numbers are written in another way: GNU or BSD long names, "
        "padding, spaces.",
        recognised="A header field has other bytes for the same value, and the member pairs by its "
        "name.",
        why="ar of GNU binutils, of LLVM, of macOS and lib.exe write archives differently.",
        fix=(("any", "use the same ar on both sides: AR=llvm-ar or AR=gcc-ar"),),
        mistaken_for="Other members.",
        sources=(_AR, "Microsoft, PE Format"),
    ),
)

FOLLOWS: Final = Cause(
    id="ar-index-follows",
    category=Category.CHECKSUMS,
    severity=Severity.BENIGN,
    title="index and sizes of a static archive follow",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The symbol index holds the offset of the member that defines each symbol, and a "
        "header the size of its content. They differ because contents, names or order do.",
        recognised="Both indexes are read: every offset is that of a member, and each symbol is in "
        "the member of the same name; of a symbol that is called after the bytes of a string, as "
        "compilers for Windows do, the member has such a string. A size is that of the content. A "
        "table of long names holds names of members and nothing else.",
        why="It follows from the members.",
        fix=(("", "nothing to fix here: see the members"),),
        mistaken_for="Other symbols: those are reported apart.",
        sources=(_AR,),
    ),
)

INDEX: Final = Cause(
    id="ar-index-changed",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="symbols of a static archive changed",
    blame=Blame.CONSEQUENCE,
    doc=Doc(
        what="The index names other symbols, puts one into another member, stands on one side "
        "only, or holds bytes that belong to no symbol or name. Linkers look symbols up there.",
        recognised="The indexes are read and compared symbol by symbol, the tables name by name.",
        why="Other objects, ranlib run on one side only, or an index that was not brought up to "
        "date.",
        fix=(("any", "ranlib -D FILE.a, on both sides"),),
        mistaken_for="Offsets that follow from the members.",
        sources=(_AR,),
    ),
)


THIN: Final = Cause(
    id="ar-thin",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="objects of a thin archive are elsewhere",
    blame=Blame.LEAF,
    doc=Doc(
        what="A thin archive names objects that are files elsewhere, and their sizes; it is of no "
        "use without them. The size of one differs, or one side alone is thin.",
        recognised="The archive starts with !<thin>. The objects themselves are not looked for: "
        "nothing but what the archive holds is compared.",
        why="ar was told to make it so (`ar rcT`, `llvm-ar --thin`) for the use inside of a build.",
        fix=(
            ("GNU ar", "without T: `ar rcsD FILE.a *.o`"),
            ("any", "`ar -M` with CREATE, ADDLIB and SAVE makes an ordinary archive of a thin one"),
        ),
        mistaken_for="An ordinary archive, whose objects are compared one by one.",
        sources=(_AR,),
    ),
)


def _all(cause: Cause, *takes: str) -> Rule:
    """Return the rule that puts every fact of some kinds down to one cause."""

    def apply(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        del scene
        yield Claim(cause, facts)

    return Rule(cause.id, (cause,), takes, 25, apply)


def _follows(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Sizes follow from their members, index and names from all that changed the layout."""
    differing = tuple(sorted(scene.differing))
    for fact in facts:
        yield Claim(FOLLOWS, [fact], follows=(fact.path,) if fact.path else ("*", *differing))


RULES: Final = (
    _all(TIMES, "ar.time"),
    _all(OWNER, "ar.uid", "ar.gid"),
    _all(MODE, "ar.mode"),
    _all(ORDER, "ar.order"),
    _all(FORMAT, "ar.encoding"),
    _all(THIN, "ar.thin"),
    _all(INDEX, "ar.index", "ar.index-only", "ar.names", "ar.names-only"),
    Rule(
        "ar-index-follows",
        (FOLLOWS,),
        ("derived.ar.size", "derived.ar.index", "derived.ar.names"),
        # Before the rule for all that is derived.
        89,
        _follows,
    ),
)
