"""Traces that a build leaves in text: times, directories, users, hosts, random names."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_EPOCH: Final = "export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)"
_CODE_READS: Final = (
    "In a literal that code can read it is for review; in comments, documents and data that "
    "describes the build it is benign. Any other text file may be read by the package: there it is "
    "proven only if its line speaks of the build."
)

TEXT_TIME: Final = Cause(
    id="text-build-time",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="build time written into a file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds a date or time that differs in the two builds. " + _CODE_READS,
        recognised="Both sides have a valid time in the same notation at the same place, and the "
        "rest of the line is equal. It is proven where the line says that it was generated or "
        "built then, or where each archive records a member within minutes of it. A date without "
        "a time of the day is likely at best, and only near the archive's own times. Where the "
        "line speaks of a release, a term or a copyright, and in change logs, it is content.",
        why="A code generator, a template or the build script writes the current time.",
        fix=(
            ("any", f"`{_EPOCH}`; Sphinx, f2py, docutils and help2man follow it"),
            ("own code", 'time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))'),
            ("own code", "leave the time out"),
        ),
        mistaken_for="A date of the subject: an entry of a change log, a copyright year, a time "
        "limit in data. Those are content, however near to the build they are.",
        sources=("https://reproducible-builds.org/docs/timestamps/",),
    ),
)

PATH: Final = Cause(
    id="build-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="build directory written into a file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds an absolute path of the machine that built it. " + _CODE_READS,
        recognised="Both sides have a path at the same place, equal below two directories; the "
        "same two directories go together wherever one of them stands. A directory that goes "
        "with two others proves nothing.",
        why="A configuration generator or template writes where it ran, or a tool records the "
        "path of its input.",
        fix=(
            ("any", "build both in the same directory, for example /build in a container"),
            ("own code", "write paths relative to the package"),
            ("maturin", "`[tool.maturin.sbom]` with `rust = false` leaves paths in SBOMs out"),
        ),
        mistaken_for="A path that is used at run time: look at who reads it.",
        sources=("https://reproducible-builds.org/docs/build-path/",),
    ),
)

INTERPRETER_PATH: Final = Cause(
    id="interpreter-path",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="directory of the interpreter written into a file",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds a path below the Python that built it: where its headers, its libraries "
        "or its packages are. " + _CODE_READS,
        recognised="Both sides have a path at the same place, below the directory of two releases "
        "of Python: /opt/_internal/cpython-X in the images of manylinux and musllinux, "
        "/opt/python/cpX-cpX, the tool cache of GitHub, pyenv, uv, a framework of macOS.",
        why="The two builds ran with two releases of Python, or in two releases of an image.",
        fix=(
            ("any", "build both in the same image, pinned by its digest"),
            ("own code", "do not record sys.prefix, sys.executable or the paths of sysconfig"),
        ),
        mistaken_for="A build directory: it does not help to build in the same one.",
        sources=("https://github.com/pypa/manylinux",),
    ),
)

TEMP_PATH: Final = Cause(
    id="random-temp-dir",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="random temporary directory of a build tool",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds the name of a temporary directory that a build tool made up. "
        + _CODE_READS,
        recognised="Both sides have a name as pip, build, uv, meson-python or tempfile make them "
        "(pip-build-env-XXXXXXXX, build-env-XXXXXXXX, .tmpXXXXXX), and only the random part "
        "differs.",
        why="PEP 517 frontends build in a fresh random directory, and none lets you choose it.",
        fix=(
            (
                "pip",
                (
                    "`pip wheel --no-build-isolation ./src` from a fixed directory, with the build "
                    "requirements installed in a fixed virtual environment"
                ),
            ),
            ("meson-python", "`-Cbuild-dir=build`"),
            ("scikit-build-core", '`build-dir = "build/{wheel_tag}"`'),
            ("own code", "do not record sys.executable, sys.prefix or include directories"),
        ),
        mistaken_for="A build directory that somebody chose: that one can be kept the same.",
        sources=("https://github.com/pypa/pip/issues/9604",),
    ),
)

HOST: Final = Cause(
    id="user-or-host-name",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="user, host or locale of the build",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds the name of the user, the host or a setting of the machine that built "
        "it.",
        recognised="Both sides have one value under a name that says user, builder, host or the "
        "like, or a host name as CI services make them; the rest of the line is equal.",
        why="A configuration header or build script asks the system and writes the answer down.",
        fix=(
            ("own code", "leave it out, or write a fixed value"),
            ("any", "build in a container with a fixed user and host name (`--hostname build`)"),
        ),
        mistaken_for="A setting of the program itself: read the line.",
        sources=("https://reproducible-builds.org/docs/stable-inputs/",),
    ),
)

RANDOM_ID: Final = Cause(
    id="random-uuid",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="random identifier",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds a random UUID that is made anew for each build.",
        recognised="Both sides have a version 4 UUID at the same place, and the rest is equal.",
        why="CycloneDX asks for a serial number, and generators take a random one.",
        fix=(
            ("maturin", f"`{_EPOCH}`: 1.16 then leaves the serial number out"),
            ("maturin", "`[tool.maturin.sbom]` with `rust = false` and `auditwheel = false`"),
            ("own code", "uuid.uuid5 of something that names the build"),
        ),
        mistaken_for="An identifier of something: version 4 is random by definition, other "
        "versions are not, and are reported as content.",
        sources=("RFC 9562 section 5.4", "CycloneDX 1.5 serialNumber"),
    ),
)

OBJECT_ID: Final = Cause(
    id="object-address",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="memory address in a printed object",
    blame=Blame.LEAF,
    doc=Doc(
        what="A file holds the memory address of a Python object, as in `<function f at 0x7f...>`. "
        + _CODE_READS,
        recognised="Both sides have ` at 0x` and an address at the same place, and the rest of the "
        "line is equal. It is proven where a closing bracket follows, as in a printed object.",
        why="A default repr was written into generated text; addresses change with every run.",
        fix=(
            ("own code", "write a name instead of repr(object)"),
            ("any", "`setarch -R` keeps addresses, to check that this is the reason"),
        ),
        mistaken_for="A hexadecimal constant: without ` at ` in front it is content.",
        sources=("https://reproducible-builds.org/docs/value-initialization/",),
    ),
)

SCM_VERSION: Final = Cause(
    id="scm-dirty-version",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="version of a tree with uncommitted changes",
    blame=Blame.SOURCE,
    doc=Doc(
        what="The version was read from version control, and its local part has the day of the "
        "build, because the tree had changes that were not committed.",
        recognised="Both versions are equal but for a part dYYYYMMDD behind the commit id, or for "
        "`dirty`; or one is a release, and the other says that it is that commit with changes.",
        why="Files changed or generated before the version was asked for. The date is the symptom: "
        "two such trees may differ in more than the day.",
        fix=(
            ("git", "commit, or `git status` and add what the build writes to .gitignore"),
            ("setuptools-scm", '`[tool.setuptools_scm]` with `local_scheme = "no-local-version"`'),
            ("setuptools-scm", "SETUPTOOLS_SCM_PRETEND_VERSION_FOR_NAME=1.2.3"),
            ("setuptools-scm", f"`{_EPOCH}` fixes the day"),
        ),
        mistaken_for="Another release.",
        sources=("https://setuptools-scm.readthedocs.io/",),
    ),
)

COMMIT: Final = Cause(
    id="commit-id",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="commit id of the sources",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A file holds the id of the commit it was built from, and it differs.",
        recognised="Both sides have a commit id at the same place; if one is the beginning of the "
        "other, only the abbreviation differs.",
        why="The builds are of two commits, or git abbreviates to another length in a shallow "
        "clone.",
        fix=(
            ("git", "build both from the same commit, with full history (fetch-depth: 0)"),
            ("git", "`git config core.abbrev 12` for a fixed length"),
        ),
        mistaken_for="Noise: another commit is other sources.",
        sources=("git-describe(1)",),
    ),
)


VERSION_FILE: Final = Cause(
    id="generated-version-file",
    category=Category.ENVIRONMENT,
    severity=Severity.REVIEW,
    title="version file written by another tool version",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A module that a build tool generates to hold the version has another text, but the "
        "constants that both sides name are equal.",
        recognised="Both files say that they are generated, and both do nothing but name "
        "constants; every name that both have has the same value.",
        why="The template changed between two releases of setuptools-scm, hatch-vcs or versioneer, "
        "and the build did not pin the tool.",
        fix=(
            ("any", 'pin it: `requires = ["setuptools-scm==10.3.4"]` in `[build-system]`'),
            ("pip", "`pip wheel --build-constraint constraints.txt` with the version pinned"),
        ),
        mistaken_for="Changed source: a module that calls or imports anything is never part of "
        "this finding.",
        sources=("https://setuptools-scm.readthedocs.io/",),
    ),
)

SET_ORDER: Final = Cause(
    id="set-order-in-text",
    category=Category.ORDERING,
    severity=Severity.REVIEW,
    title="items of one line in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="A list, tuple or set written on one line has the same items in another order.",
        recognised="Between one pair of brackets stand the same items, each as often; the rest of "
        "the line is equal.",
        why="A generator wrote out a set, whose order changes with the hash seed of the process.",
        fix=(
            ("own code", "sorted(...) before the items are written"),
            ("any", "PYTHONHASHSEED=0 in the build's environment (-E and -I ignore it)"),
        ),
        mistaken_for="A changed item. The order of arguments or of a list may mean something, so "
        "this is never benign.",
        sources=("https://docs.python.org/3/using/cmdline.html",),
    ),
)
