"""``dataclass`` as in the standard library, for a program that starts often and runs briefly.

The standard decorator writes source code for six methods of every class and compiles it whenever
the module is loaded.  For the classes that one report needs, that is a third of its run.  This one
leaves the fields, the slots and what belongs to them (``fields``, ``replace``, pattern matching)
to the standard decorator and gives all classes the same plain methods, which need no compiler.
To a type checker the two are one and the same.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass
else:
    import dataclasses

    _MISSING = dataclasses.MISSING
    _set = object.__setattr__
    Record = TypeVar("Record")

    def dataclass(
        *, frozen: bool = False, slots: bool = False, eq: bool = True, kw_only: bool = False
    ) -> Callable[[type[Record]], type[Record]]:
        """Make a class a data class; the options mean what they do in the standard library."""

        def decorate(cls: type[Record]) -> type[Record]:
            made = dataclasses.dataclass(
                init=False, repr=False, eq=False, slots=slots, kw_only=kw_only
            )(cls)
            fields = dataclasses.fields(made)
            names = tuple(field.name for field in fields)
            made.__init__ = _init(fields, 0 if kw_only else len(fields))
            made.__repr__ = _represent
            if eq:
                made.__eq__ = _equal
                made.__hash__ = _hash if frozen else None
            if frozen:
                made.__setattr__ = _refuse_to_set
                made.__delattr__ = _refuse_to_delete
            if slots:
                made.__getstate__ = _state
                made.__setstate__ = _restore
            made.__match_args__ = () if kw_only else names
            return made

        return decorate

    def _init(fields: tuple[Any, ...], positional: int) -> Callable[..., None]:
        plan = tuple((field.name, field.default, field.default_factory) for field in fields)
        names = tuple(field.name for field in fields[:positional])

        def __init__(self: Any, /, *given: Any, **named: Any) -> None:  # noqa: ANN401, N807
            if len(given) > positional:
                message = f"{type(self).__name__} takes {positional} values, not {len(given)}"
                raise TypeError(message)
            for name, value in zip(names, given, strict=False):
                _set(self, name, value)
            for name, default, factory in plan[len(given) :]:
                if name in named:
                    _set(self, name, named.pop(name))
                elif default is not _MISSING:
                    _set(self, name, default)
                elif factory is not _MISSING:
                    _set(self, name, factory())
                else:
                    message = f"{type(self).__name__} needs a value for {name!r}"
                    raise TypeError(message)
            if named:
                message = f"{type(self).__name__} has no use for {', '.join(named)}"
                raise TypeError(message)

        return __init__

    def _values(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
        return tuple([getattr(self, name) for name in self.__dataclass_fields__])

    def _represent(self: Any) -> str:  # noqa: ANN401
        values = zip(self.__dataclass_fields__, _values(self), strict=True)
        return f"{type(self).__qualname__}({', '.join(f'{name}={it!r}' for name, it in values)})"

    def _equal(self: Any, other: object) -> bool:  # noqa: ANN401
        if type(other) is not type(self):
            return NotImplemented
        return self is other or _values(self) == _values(other)

    def _hash(self: Any) -> int:  # noqa: ANN401
        return hash(_values(self))

    def _refuse_to_set(self: Any, name: str, _value: object) -> None:  # noqa: ANN401
        message = f"{type(self).__name__} cannot be changed: {name!r} is set"
        raise dataclasses.FrozenInstanceError(message)

    def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ANN401
        message = f"{type(self).__name__} cannot be changed: {name!r} is deleted"
        raise dataclasses.FrozenInstanceError(message)

    def _state(self: Any) -> tuple[Any, ...]:  # noqa: ANN401
        return _values(self)

    def _restore(self: Any, state: tuple[Any, ...]) -> None:  # noqa: ANN401
        for name, value in zip(self.__dataclass_fields__, state, strict=True):
            _set(self, name, value)


__all__ = ["dataclass"]
