"""CPython: its compiler to bytecode, and what build scripts in it have to mind."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, Knob, Role, Tool, Where

_COMPILEALL: Final = "https://docs.python.org/3/library/compileall.html"

TOOL: Final = Tool(
    id="python",
    role=Role.COMPILER,
    docs=_COMPILEALL,
    knobs=(
        Knob(
            slug="no-pycache",
            causes=("pyc-*",),
            title="Ship no bytecode",
            where=Where.CHECKOUT,
            snippet="find . -name __pycache__ -type d -prune -exec rm -rf {} +",
            why="Installers compile by themselves; bytecode in a wheel or sdist is of no use.",
            docs="https://docs.python.org/3/library/py_compile.html",
            kinds=("wheel", "sdist"),
        ),
        Knob(
            slug="checked-hash",
            causes=("pyc-source-mtime", "pyc-invalidation-mode"),
            title="Compile bytecode that is checked by hash, not by time",
            where=Where.FLAGS,
            file="build command",
            snippet='python -m compileall -f --invalidation-mode checked-hash "${DIR:?name it}"',
            why="The header then holds a hash of the source in place of its time.",
            since="CPython 3.7",
            docs=_COMPILEALL,
            names=("--invalidation-mode",),
        ),
        Knob(
            slug="epoch",
            causes=("pyc-source-mtime", "pyc-invalidation-mode"),
            title="Set SOURCE_DATE_EPOCH while bytecode is compiled",
            where=Where.ENVIRONMENT,
            snippet=EPOCH,
            why="compileall and py_compile then write bytecode that is checked by hash.",
            since="CPython 3.7",
            docs="https://docs.python.org/3/library/py_compile.html",
            names=("SOURCE_DATE_EPOCH",),
        ),
        Knob(
            slug="strip-dir",
            causes=("pyc-build-path",),
            title="Compile with a path of the installation, not of the build",
            where=Where.FLAGS,
            file="build command",
            snippet='python -m compileall -f -s "$PWD" -p / "${DIR:?name it}"',
            why="Code objects name the file they were compiled from.",
            since="CPython 3.9",
            docs=_COMPILEALL,
        ),
        Knob(
            slug="recompile",
            causes=("pyc-code-changed", "pyc-trailing-bytes", "pyc-marshal-references"),
            title="Compile again from the sources, in one process",
            where=Where.FLAGS,
            file="build command",
            snippet='python -m compileall -f -j 1 "${DIR:?name it}"',
            why="Bytecode that does not come from the source beside it must not stay.",
            docs=_COMPILEALL,
        ),
        Knob(
            slug="time-in-code",
            causes=("text-build-time",),
            title="Take the time from SOURCE_DATE_EPOCH where your code writes it",
            where=Where.SOURCE,
            snippet="import os\nimport time\n\n"
            'built = time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))',
            why="The variable only helps where something reads it. Best of all, leave the time "
            "out.",
            docs="https://reproducible-builds.org/docs/source-date-epoch/",
        ),
        Knob(
            slug="sorted",
            causes=(
                *("line-order", "set-order-in-text", "list-order", "metadata-order"),
                *("data-order", "archive-order", "elf-symbol-order", "native-order", "ar-order"),
            ),
            title="Sort what your code lists",
            where=Where.SOURCE,
            snippet="import pathlib\n\n"
            'sources = sorted(str(path) for path in pathlib.Path("src").glob("*.c"))',
            why="Sets, directory listings and glob have no order of their own.",
            docs="https://reproducible-builds.org/docs/stable-inputs/",
        ),
        Knob(
            slug="newline",
            causes=("line-endings", "text-form"),
            title="Name line ends and encoding where your code writes text",
            where=Where.SOURCE,
            snippet="from pathlib import Path\n\n"
            'Path("generated.txt").write_text("text\\n", encoding="utf-8", newline="\\n")',
            why="Without them Python follows the system.",
            since="CPython 3.10",
            docs="https://docs.python.org/3/library/pathlib.html",
        ),
        Knob(
            slug="json",
            causes=("data-form", "data-order"),
            title="Fix the form of JSON that your code writes",
            where=Where.SOURCE,
            snippet="import json\n\n"
            "text = json.dumps({}, indent=2, sort_keys=True, ensure_ascii=True)",
            why="Order, indent and escapes otherwise follow the library and its defaults.",
            docs="https://docs.python.org/3/library/json.html",
        ),
        Knob(
            slug="uuid",
            causes=("random-uuid", "object-address"),
            title="Name things by what they are, not by chance",
            where=Where.SOURCE,
            snippet="import uuid\n\n"
            'build = uuid.uuid5(uuid.NAMESPACE_URL, "https://example.org/project/1.0")',
            why="uuid4 and the address in repr(object) are new in every run.",
            docs="https://docs.python.org/3/library/uuid.html",
        ),
        Knob(
            slug="relative-paths",
            causes=("build-path", "random-temp-dir"),
            title="Write paths relative to the package",
            where=Where.SOURCE,
            snippet="from pathlib import Path\n\nhere = Path(__file__).parent",
            why="sys.executable, sys.prefix and include directories are of the machine that "
            "builds.",
            docs="https://reproducible-builds.org/docs/build-path/",
        ),
    ),
)
