"""Data classes and named tuples as in the standard library, but quick to load.

The standard decorator writes source code for six methods of every class and compiles it whenever
the module is loaded, and its module brings half a compiler along (``inspect``, ``ast``, ``dis``,
``tokenize``); a named tuple compiles one method.  For the classes that one report needs, that was
half of its run.  Here all classes share the same plain methods, and nothing is imported.  To a type
checker these and those of the standard library are one and the same; its functions (``fields``,
``replace``, ``asdict``) work on data classes too, which pay for the standard module only then.

What is there is what this program uses: ``frozen``, ``slots``, ``eq`` and ``kw_only``, defaults and
their factories, methods of a class's own, and data classes that extend others.  What is not there
is refused when the class is made: ``__post_init__``, ``ClassVar``, more bases of a named tuple.
Lost without a word are signatures for ``inspect``, a docstring made of one, and ``copy.replace``.
A standard named tuple is made somewhat quicker if its values have names or defaults: where tuples
are made by the million it is the better one.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self, TypeVar

if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
    from typing import NamedTuple
else:
    try:
        # As ``collections`` does: a property in C.
        from _collections import _tuplegetter
    except ImportError:
        from operator import itemgetter

        def _tuplegetter(number: int, text: str) -> property:
            return property(itemgetter(number), doc=text)

    _set = object.__setattr__
    _MISSING: Final = object()
    Record = TypeVar("Record")

    class _Field:
        """One field: its name, and where its value comes from if none is given."""

        __slots__ = ("default", "factory", "name")

        def __init__(self, default: object = _MISSING, factory: object = _MISSING) -> None:
            self.name = ""
            self.default = default
            self.factory = factory

    class _StandardFields:
        """The fields of a class as the standard library knows them, made when it asks for them."""

        __slots__ = ("_fields", "_made")

        def __init__(self, fields: tuple[_Field, ...]) -> None:
            self._fields = fields
            self._made: dict[str, Any] | None = None

        def __get__(self, _record: object, _cls: type) -> dict[str, Any]:
            if self._made is None:
                self._made = self._make()
            return self._made

        def _make(self) -> dict[str, Any]:
            import dataclasses  # noqa: PLC0415 - whoever asks has loaded it

            body: dict[str, Any] = {"__doc__": ""}
            for it in self._fields:
                if it.factory is not _MISSING:
                    body[it.name] = dataclasses.field(default_factory=it.factory)
                elif it.default is not _MISSING:
                    body[it.name] = it.default
            body["__annotations__"] = {it.name: Any for it in self._fields}
            same = dataclasses.dataclass(init=False, repr=False, eq=False, kw_only=True)
            return same(type("Same", (), body)).__dataclass_fields__

    def field(*, default_factory: Callable[[], Any]) -> Any:  # noqa: ANN401
        """Give a field a default that is made anew for each record."""
        return _Field(factory=default_factory)

    def replace(record: Record, /, **changes: object) -> Record:
        """Return a copy of ``record`` with some values changed."""
        for name in record.__record_names__:
            if name not in changes:
                changes[name] = getattr(record, name)
        return type(record)(**changes)

    def dataclass(
        *, frozen: bool = False, slots: bool = False, eq: bool = True, kw_only: bool = False
    ) -> Callable[[type[Record]], type[Record]]:
        """Make a class a data class; the options mean what they do in the standard library."""

        def decorate(cls: type[Record]) -> type[Record]:
            own, fields = _fields(cls)
            if not kw_only:
                _check_order(cls, fields)
            names = tuple(it.name for it in fields)
            made = _with_slots(cls, own) if slots else cls
            made.__record_fields__ = fields
            made.__record_names__ = names
            made.__dataclass_fields__ = _StandardFields(fields)
            made.__match_args__ = () if kw_only else names
            offered = {
                "__init__": _init(fields, 0 if kw_only else len(fields)),
                "__repr__": _represent,
            }
            if eq:
                offered["__eq__"] = _equal
                # A class with an __eq__ and no __hash__ has None for it.
                if cls.__dict__.get("__hash__") is None:
                    made.__hash__ = _hash if frozen else None
            for name, method in offered.items():
                if name not in cls.__dict__:
                    setattr(made, name, method)
            if frozen:
                made.__setattr__ = _refuse_to_set
                made.__delattr__ = _refuse_to_delete
            if slots:
                made.__getstate__ = _values
                made.__setstate__ = _restore
            return made

        return decorate

    def _fields(cls: type) -> tuple[tuple[str, ...], tuple[_Field, ...]]:
        """Return the names of the fields that ``cls`` adds, and all its fields."""
        found: dict[str, _Field] = {}
        for base in cls.__mro__[:0:-1]:
            found.update({it.name: it for it in base.__dict__.get("__record_fields__", ())})
        own = tuple(cls.__annotations__)
        if hasattr(cls, "__post_init__"):
            raise TypeError(f"{cls.__name__} has a __post_init__, which nothing would call")
        for name, kind in cls.__annotations__.items():
            if kind is ClassVar or getattr(kind, "__origin__", None) is ClassVar:
                raise TypeError(f"{cls.__name__}.{name} is no field: leave its annotation out")
            value = cls.__dict__.get(name, _MISSING)
            if isinstance(value, _Field):
                # The class itself has no such value.
                delattr(cls, name)
            elif type(value).__hash__ is None or type(value).__module__ == "dataclasses":
                raise TypeError(f"{cls.__name__}.{name} needs a field() of this module")
            found[name] = value if isinstance(value, _Field) else _Field(value)
            found[name].name = name
        return own, tuple(found.values())

    def _check_order(cls: type, fields: tuple[_Field, ...]) -> None:
        """Refuse a field without a default behind one that has one."""
        optional = False
        for it in fields:
            given = it.default is _MISSING and it.factory is _MISSING
            if given and optional:
                raise TypeError(f"{cls.__name__}.{it.name} has no default, one before it has")
            optional = optional or not given

    def _with_slots(cls: type[Record], own: tuple[str, ...]) -> type[Record]:
        """Return the same class with slots, which cannot be added to one that is there."""
        left_out = {*own, "__dict__", "__weakref__"}
        body = {key: value for key, value in cls.__dict__.items() if key not in left_out}
        made = type(cls)(cls.__name__, cls.__bases__, {**body, "__slots__": own})
        made.__qualname__ = cls.__qualname__
        return made

    def _init(fields: tuple[_Field, ...], positional: int) -> Callable[..., None]:
        plan = tuple((it.name, it.default, it.factory) for it in fields)
        names = tuple(it.name for it in fields[:positional])

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
        return tuple([getattr(self, name) for name in self.__record_names__])

    def _represent(self: Any) -> str:  # noqa: ANN401
        values = zip(self.__record_names__, _values(self), strict=True)
        return f"{type(self).__qualname__}({', '.join(f'{name}={it!r}' for name, it in values)})"

    def _equal(self: Any, other: object) -> bool:  # noqa: ANN401
        if type(other) is not type(self):
            return NotImplemented
        return self is other or _values(self) == _values(other)

    def _hash(self: Any) -> int:  # noqa: ANN401
        return hash(_values(self))

    def _refuse_to_set(self: Any, name: str, _value: object) -> None:  # noqa: ANN401
        raise _frozen(self, f"{name!r} is set")

    def _refuse_to_delete(self: Any, name: str) -> None:  # noqa: ANN401
        raise _frozen(self, f"{name!r} is deleted")

    def _frozen(self: Any, what: str) -> AttributeError:  # noqa: ANN401
        from dataclasses import FrozenInstanceError  # noqa: PLC0415 - only a mistake gets here

        return FrozenInstanceError(f"{type(self).__name__} cannot be changed: {what}")

    def _restore(self: Any, state: tuple[Any, ...]) -> None:  # noqa: ANN401
        for name, value in zip(self.__record_names__, state, strict=True):
            _set(self, name, value)

    # -- named tuples ------------------------------------------------------------------------------

    class _Tuple(tuple):
        """What all named tuples are and can."""

        __slots__ = ()
        _fields: tuple[str, ...] = ()
        _field_defaults: Mapping[str, Any] = {}

        def __new__(cls, /, *given: Any, **named: Any) -> Self:  # noqa: ANN401
            missing = len(cls._fields) - len(given)
            if missing or named:
                if named or not 0 < missing <= len(cls._last):
                    given = _completed(cls, given, named)
                else:
                    given += cls._last[-missing:]
            return tuple.__new__(cls, given)

        @classmethod
        def _make(cls, values: Iterable[Any]) -> Self:
            made = tuple.__new__(cls, values)
            if len(made) != len(cls._fields):
                message = f"{cls.__name__} has {len(cls._fields)} values, not {len(made)}"
                raise TypeError(message)
            return made

        def _replace(self, /, **changes: Any) -> Self:  # noqa: ANN401
            values = [changes.pop(*pair) for pair in zip(self._fields, self, strict=True)]
            if changes:
                raise ValueError(f"{type(self).__name__} has no {', '.join(changes)}")
            return self._make(values)

        def _asdict(self) -> dict[str, Any]:
            return dict(zip(self._fields, self, strict=True))

        def __getnewargs__(self) -> tuple[Any, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            values = ", ".join(f"{name}={it!r}" for name, it in self._asdict().items())
            return f"{type(self).__name__}({values})"

    def _completed(cls: type[_Tuple], given: Sequence[Any], named: dict[str, Any]) -> list[Any]:
        """Return all values of a tuple of which some have names or defaults."""
        values = list(given)
        for name in cls._fields[len(given) :]:
            if name in named:
                values.append(named.pop(name))
            elif name in cls._field_defaults:
                values.append(cls._field_defaults[name])
            else:
                raise TypeError(f"{cls.__name__} needs a value for {name!r}")
        if named:
            raise TypeError(f"{cls.__name__} has no use for {', '.join(named)}")
        if len(values) > len(cls._fields):
            raise TypeError(f"{cls.__name__} takes {len(cls._fields)} values, not {len(values)}")
        return values

    class _TupleMaker(type):
        """Makes the class of a named tuple of a class body."""

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if len(bases) > 1:
                raise TypeError(f"{name} is a named tuple, and cannot be anything else")
            made = type(name, (_Tuple,), {**body, "__slots__": ()})
            names = tuple(made.__annotations__)
            made._fields = made.__match_args__ = names
            defaults = {key: body[key] for key in names if key in body}
            if names[len(names) - len(defaults) :] != tuple(defaults):
                raise TypeError(f"{name} has a default before a field that has none")
            made._field_defaults = defaults
            made._last = tuple(defaults.values())  # noqa: SLF001 - its own
            for number, key in enumerate(names):
                setattr(made, key, _tuplegetter(number, ""))
            return made

    NamedTuple = type.__new__(_TupleMaker, "NamedTuple", (), {})


__all__ = ["NamedTuple", "dataclass", "field", "replace"]
