"""Console scripts that installers generate: which object of which module they call.

Every installer has its own few lines for an entry point ("Entry points specification", "Use for
scripts").  They differ in how they tidy up the name that the program sees of itself, and in
little else; so two of them that import the same object and call it run the same.  A source is
taken for such a script only if its whole syntax tree is one: any statement more makes it none.
"""

import ast
import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

MAX_WRAPPER: Final = 4096
"""Bytes of the longest source that is looked at; real ones have about 300."""

# What tidying up looks for: a program whose own name has none of these endings is left as it is.
_ENDINGS: Final = ("-script.pyw", "-script.py", "-script", ".pyw", ".py", ".exe")
_TIDY_UP: Final = (
    # pip and distlib for most of their life, installer, conda; these need the module "re"
    r"sys.argv[0] = re.sub(r'(-script\.pyw|\.exe)?$', '', sys.argv[0])",
    r"sys.argv[0] = re.sub(r'(-script\.pyw?|\.exe)?$', '', sys.argv[0])",
    # pip from 25
    "sys.argv[0] = sys.argv[0].removesuffix('.exe')",
    # uv
    """\
if sys.argv[0].endswith('-script.pyw'):
    sys.argv[0] = sys.argv[0][:-11]
elif sys.argv[0].endswith('.exe'):
    sys.argv[0] = sys.argv[0][:-4]
""",
)
_MODULES: Final = frozenset({"re", "sys"})
_CODING: Final = re.compile(rb"coding[:=][ \t]*+([-\w.]*+)")


class Wrapper(NamedTuple):
    """What a generated script does: ``module:object`` is called.

    ``guarded`` says that the module is imported only if the script is run, and not also when a
    child process of ``multiprocessing`` imports the script.
    """

    object: str
    guarded: bool


def parse_wrapper(source: bytes, script: str) -> Wrapper | None:
    """Return what ``source`` calls if it does nothing else, ``None`` for any other source.

    ``script`` is the file's name; one that tidying up would change is none, because not all
    installers tidy up the same.
    """
    if len(source) > MAX_WRAPPER or not source.isascii() or script.endswith(_ENDINGS):
        return None
    # ASCII means something else in a few encodings; nobody writes a wrapper in one.
    if any(name != b"utf-8" for name in _CODING.findall(source)):
        return None
    try:
        body = ast.parse(source.decode("ascii")).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    modules, rest = _modules(body)
    if not rest:
        return None
    *taken, guard = rest
    if not isinstance(guard, ast.If) or guard.orelse or ast.dump(guard.test) != _main_test():
        return None
    inner = guard.body
    guarded = not taken
    if guarded:
        taken, inner = inner[:1], inner[1:]
    found = _taken(taken)
    called = _called(inner, modules)
    if found is None or called is None or called.partition(".")[0] != found[1]:
        return None
    return Wrapper(f"{found[0]}:{called}", guarded)


def _modules(body: list[ast.stmt]) -> tuple[set[str], list[ast.stmt]]:
    """Return the modules imported first, under their own names, and the statements behind."""
    names: set[str] = set()
    for at, statement in enumerate(body):
        if not isinstance(statement, ast.Import):
            return names, body[at:]
        names.update(alias.asname or alias.name for alias in statement.names)
        if any(alias.asname or alias.name not in _MODULES for alias in statement.names):
            break
    return names, []


def _taken(statements: list[ast.stmt]) -> tuple[str, str] | None:
    """Return module and name of one ``from module import name``."""
    if len(statements) != 1 or not isinstance(statements[0], ast.ImportFrom):
        return None
    statement = statements[0]
    if statement.level or not statement.module or len(statement.names) != 1:
        return None
    alias = statement.names[0]
    # An object that is called as one of the two modules would take its place.
    if alias.asname or alias.name in {"*", *_MODULES}:
        return None
    return statement.module, alias.name


def _called(statements: list[ast.stmt], modules: set[str]) -> str | None:
    """Return the dotted name that is called at the end, if all before it is tidying up."""
    if not statements or len(statements) > 2:
        return None
    *before, last = statements
    if not all(_tidy_up().get(ast.dump(each), "?") in modules for each in before):
        return None
    if not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
        return None
    leave = last.value
    if "sys" not in modules or ast.dump(leave.func) != _exit():
        return None
    if leave.keywords or len(leave.args) != 1:
        return None
    call = leave.args[0]
    if not isinstance(call, ast.Call) or call.args or call.keywords:
        return None
    return _dotted(call.func)


def _dotted(expression: ast.expr) -> str | None:
    parts: list[str] = []
    while isinstance(expression, ast.Attribute):
        parts.append(expression.attr)
        expression = expression.value
    if not isinstance(expression, ast.Name):
        return None
    return ".".join([expression.id, *reversed(parts)])


@cache
def _tidy_up() -> Mapping[str, str]:
    """Return the module that each way to tidy up cannot do without."""
    return {
        ast.dump(ast.parse(text).body[0]): "re" if "re.sub" in text else "sys" for text in _TIDY_UP
    }


@cache
def _main_test() -> str:
    return ast.dump(ast.parse("__name__ == '__main__'", mode="eval").body)


@cache
def _exit() -> str:
    return ast.dump(ast.parse("sys.exit", mode="eval").body)
