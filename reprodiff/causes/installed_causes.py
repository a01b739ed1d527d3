"""Causes of differences between installed trees, with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_RECORDING: Final = "Recording installed projects specification"
_DIRECT_URL: Final = "Recording the direct URL origin of installed distributions specification"

INSTALLER: Final = Cause(
    id="installer-name",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="name of the installer",
    blame=Blame.LEAF,
    doc=Doc(
        what="INSTALLER names the tool that installed the distribution, and the two trees were "
        "installed by two tools. Nothing runs differently for it.",
        recognised="Both files hold one word, and the words differ.",
        why="One side was installed with pip, the other with uv, poetry or conda. pip ends the "
        "line, uv does not.",
        fix=(("any", "install both with the same installer, pinned"),),
        mistaken_for="Another distribution: the files it installed are compared by themselves.",
        sources=(_RECORDING, "PEP 376"),
    ),
)

ORIGIN: Final = Cause(
    id="install-origin",
    category=Category.ENVIRONMENT,
    severity=Severity.BENIGN,
    title="where the distribution was installed from",
    blame=Blame.LEAF,
    doc=Doc(
        what="direct_url.json notes the file, directory or repository that the distribution was "
        "installed from, and that differs. Two local paths are benign; another host, commit, kind "
        "of source or archive is for review.",
        recognised="Both documents have the form of the specification and nothing else. A hash "
        "that only one of them has says nothing; two hashes without a common one are two "
        "archives.",
        why="The distribution was installed from a path or URL instead of an index by name; then "
        "installers write the file, and pip adds the hash of the archive.",
        fix=(
            ("pip", "`pip install --no-index --find-links DIR NAME==VERSION` writes no such file"),
            ("uv", "`uv pip install --no-index --find-links DIR NAME==VERSION`"),
            ("any", "install both from the same path"),
        ),
        mistaken_for="Other content: what was installed is compared by itself.",
        sources=(_DIRECT_URL, "PEP 610"),
    ),
)

CACHE: Final = Cause(
    id="installer-cache",
    category=Category.TIMESTAMPS,
    severity=Severity.BENIGN,
    title="uv's note on what it installed from",
    blame=Blame.LEAF,
    doc=Doc(
        what="uv_cache.json keeps the time of the local file or directory that was installed, so "
        "that uv knows when to build it again. Another time is benign; another commit, tag or "
        "variable is for review.",
        recognised="Both files are objects with uv's own names; only values below `timestamp` "
        "differ.",
        why="The distribution was installed from a local path, and that has another time.",
        fix=(
            (
                "uv",
                "`uv pip install --no-index --find-links DIR NAME==VERSION` writes no such file",
            ),
            ("any", 'give the file one time: `touch -d "@$SOURCE_DATE_EPOCH" FILE`'),
        ),
        mistaken_for="Other content: what was installed is compared by itself.",
        sources=("https://docs.astral.sh/uv/concepts/cache/",),
    ),
)

FILES: Final = Cause(
    id="installer-files",
    category=Category.MEMBERSHIP,
    severity=Severity.BENIGN,
    title="files that an installer adds",
    blame=Blame.LEAF,
    doc=Doc(
        what="One side has files that do not come from the distribution but from the installer: "
        "INSTALLER, REQUESTED, direct_url.json, uv_cache.json, RECORD, and scripts for entry "
        "points.",
        recognised="Notes are read and have the form that installers give them. Scripts must call "
        "the entry point of their name, and do nothing else, with an interpreter of the tree. "
        "What does not pass is a finding of its own.",
        why="Every installer keeps book in its own way: REQUESTED says that somebody asked for "
        "the distribution by name, direct_url.json that it came from a path or URL.",
        fix=(("", "nothing to fix against a wheel; two trees agree if one command made both"),),
        mistaken_for="Files that the distribution lost or gained.",
        sources=(_RECORDING, "PEP 376", "PEP 610"),
    ),
)

COMPILED: Final = Cause(
    id="installer-bytecode",
    category=Category.MEMBERSHIP,
    severity=Severity.BENIGN,
    title="bytecode that an installer compiled",
    blame=Blame.LEAF,
    doc=Doc(
        what="One side has .pyc files that do not come from the distribution: they are what its "
        "sources compile to.",
        recognised="Each file is held against what its source compiles to with the Python that "
        "runs this program. What differs, or cannot be checked because another Python made it, is "
        "reported as bytecode on one side only.",
        why="pip compiles what it installs, uv does not unless told to, and Python does when a "
        "module is first imported.",
        fix=(
            ("pip", "`pip install --no-compile`, where the other side has no bytecode"),
            ("uv", "`uv pip install --compile-bytecode`, where the other side has bytecode"),
        ),
        mistaken_for="Bytecode that a wheel brings, and that need not come from its sources.",
        sources=("PEP 3147", "PEP 552"),
    ),
)

EDITABLE: Final = Cause(
    id="editable-install",
    category=Category.MEMBERSHIP,
    severity=Severity.REVIEW,
    title="an editable install",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A distribution was installed as a link to its sources. Its code is not in the tree: "
        "it is whatever stands in that directory now, so trees with it cannot be compared.",
        recognised="direct_url.json says `editable`, or there are files named `__editable__`, by "
        "which setuptools leads imports to the sources. A .pth file that is on one side only is "
        "an alarm besides: it runs whenever Python starts.",
        why="`pip install -e`, or a project manager that installs its own project that way.",
        fix=(
            ("pip", "`pip install .` without `-e`"),
            ("uv", "`uv sync --no-editable`, `uv pip install .` without `-e`"),
            ("poetry", "build a wheel and install that"),
        ),
        mistaken_for="A defect of the build: nothing was built.",
        sources=("PEP 660", _DIRECT_URL),
    ),
)

STARTUP_CHANGED: Final = Cause(
    id="startup-file-changed",
    category=Category.CONTENT,
    severity=Severity.REVIEW,
    title="start-up file changed",
    blame=Blame.SOURCE,
    doc=Doc(
        what="A .pth file in site-packages says something else. Python reads it whenever it "
        "starts: a line is a directory to import from, or, if it begins with `import`, code "
        "that is run.",
        recognised="Lines of a file with the suffix .pth at the top of a tree or of site-packages "
        "differ. It is an alarm where a line that differs is code.",
        why="An editable install of sources that lie elsewhere, another version of the package "
        "that brought the file, or an attack.",
        fix=(("any", "compare trees without editable installs; read the lines"),),
        mistaken_for="A trace of the build: a path in such a file is used, not just recorded.",
        sources=("https://docs.python.org/3/library/site.html",),
    ),
)

LOCATION: Final = Cause(
    id="environment-location",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="where the virtual environment lies",
    blame=Blame.LEAF,
    doc=Doc(
        what="The files of a virtual environment itself (pyvenv.cfg, activate and its kin, links) "
        "name the directory it lies in, or show its name in the prompt.",
        recognised="The lines are equal once each side's own directory, and in lines on the prompt "
        "its name, is taken out; or both links lead to the same place below their own tree.",
        why="The environments were made at two places.",
        fix=(
            ("any", "create both environments at the same path, for example /opt/venv"),
            ("venv", "`python -m venv --prompt NAME DIR` gives both one name"),
            ("any", "compare the two site-packages directories instead"),
        ),
        mistaken_for="Another interpreter: a line that names anything else is reported as changed.",
        sources=("PEP 405", "https://docs.python.org/3/library/venv.html"),
    ),
)
