"""Python modules that only name constants, such as the version files that build tools write."""

import ast
from typing import Final

_TYPING: Final = frozenset({"__future__", "typing", "typing_extensions"})
# What type checkers read, and the list of names that grows with each name.
_LEFT_OUT: Final = frozenset({"VERSION_TUPLE", "COMMIT_ID", "TYPE_CHECKING", "__all__"})


def constants(tree: ast.Module) -> dict[str, str] | None:
    """Return the constants a module assigns, by name, as source text.

    ``None`` if the module does anything else: calls, defines, imports (but for typing), branches
    (but for ``if TYPE_CHECKING``).  Names of types are left out: nothing reads them at run time.
    """
    found: dict[str, str] = {}
    for statement in tree.body:
        if not _take(statement, found):
            return None
    return found


def _take(statement: ast.stmt, found: dict[str, str]) -> bool:
    match statement:
        case ast.Expr(value=ast.Constant(value=str())):
            return True
        case ast.ImportFrom(module=module, level=0):
            return module in _TYPING
        case ast.Import(names=names):
            return all(name.name in _TYPING for name in names)
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), orelse=orelse):
            return _only_types(statement.body) and all(_take(each, found) for each in orelse)
        case ast.AnnAssign(target=ast.Name(), value=None):
            return True
        case ast.AnnAssign(target=ast.Name() as target, value=value) if value is not None:
            return _assign([target], value, found)
        case ast.Assign(targets=targets, value=value):
            return _assign(targets, value, found)
        case _:
            return False


def _only_types(body: list[ast.stmt]) -> bool:
    """Whether statements that type checkers read would do nothing if they ran."""
    for statement in body:
        match statement:
            case ast.ImportFrom(module=module, level=0) if module in _TYPING:
                continue
            case ast.Import(names=names) if all(name.name in _TYPING for name in names):
                continue
            case ast.Assign(targets=[ast.Name()], value=value) if _inert(value):
                continue
            case ast.Pass():
                continue
            case _:
                return False
    return True


def _inert(value: ast.expr) -> bool:
    """Whether an expression is made of names, constants, tuples, indexes and ``|`` alone."""
    allowed = (
        *(ast.Name, ast.Constant, ast.Tuple, ast.Subscript, ast.BinOp, ast.BitOr, ast.Load),
        *(ast.List, ast.Attribute),
    )
    return all(isinstance(node, allowed) for node in ast.walk(value))


def _assign(targets: list[ast.expr], value: ast.expr, found: dict[str, str]) -> bool:
    try:
        constant = repr(ast.literal_eval(value))
    except (ValueError, TypeError, MemoryError, RecursionError):
        if not isinstance(value, ast.Name):
            return False
        constant = found.get(value.id, value.id)
        if value.id not in found and value.id not in {"object", "str", "int", "tuple"}:
            return False
    for target in targets:
        if not isinstance(target, ast.Name):
            return False
        if target.id not in _LEFT_OUT:
            found[target.id] = constant
    return True
