"""What a command takes: one table, from which parsing, help and completion derive.

Options may stand before, between and after the operands.  A long one has its value after ``=`` or
as the next word, a short one right behind its letter or as the next word; short ones without a
value may share a dash; ``--`` ends the options.  Names are never abbreviated, so that a call keeps
its meaning when an option is added.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from reprodiff.cli.errors import UsageError, did_you_mean
from reprodiff.records import dataclass


class Paths(Enum):
    """Which paths a shell offers for a word."""

    NONE = ""
    FILES = "file"
    FOLDERS = "dir"


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a command."""

    names: tuple[str, ...]
    """The short one before the long one."""
    help: str = ""
    metavar: str = ""
    """What stands for its value in the help; an option without one is a flag."""
    read: Callable[[str], object] = str
    """Makes the value of a word; raises :class:`ValueError` with what is wrong with it."""
    choices: Sequence[str] = ()
    default: str | None = None
    repeatable: bool = False
    """Whether all its values count, as a tuple; else the last one does."""
    opposite: str = ""
    """The name that makes a flag false; without either it is ``None``, not false."""
    variable: str = ""
    """The environment variable that holds its value where it is not given."""
    paths: Paths = Paths.NONE
    """What its value may be a path of."""
    tell: "Callable[[Command, str], str] | None" = None
    """Returns a text to print instead of doing anything, made of the command and the value."""

    @property
    def key(self) -> str:
        """Return the name under which its value is found."""
        return self.names[-1].lstrip("-").replace("-", "_")

    @property
    def all_names(self) -> tuple[str, ...]:
        """Return every name it can be called by."""
        return (*self.names, self.opposite) if self.opposite else self.names

    def value(self, word: str) -> object:
        """Return the value that ``word`` gives; raise :class:`UsageError` if it gives none."""
        if self.choices and word not in self.choices:
            known = ", ".join(f"'{choice}'" for choice in self.choices)
            raise self._refusal(f"{word!r} is not one of {known}")
        try:
            return self.read(word)
        except ValueError as error:
            raise self._refusal(str(error)) from error

    def _refusal(self, reason: str) -> UsageError:
        names = " / ".join(f"'{name}'" for name in self.names)
        return UsageError(f"invalid value for {names}: {reason}")


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it takes and what it does."""

    name: str
    """The word that calls it; empty for the comparison, which needs none."""
    run: "Callable[[Arguments], int]"
    """Does it and returns the exit status."""
    options: tuple[Option, ...]
    operands: str
    """Its operands as a line of its help writes them."""
    most: int | None = None
    """How many operands it takes at most; ``None`` for any number."""
    paths: Paths = Paths.FILES
    """What an operand may be a path of."""
    words: Callable[[], Sequence[str]] = tuple
    """Returns what an operand may be that is no path, as far as it can be listed."""
    about: str = ""
    """What it does, in paragraphs."""
    head: str = ""
    """The help up to the options, where it is not made of ``operands`` and ``about``."""
    tail: str = ""
    """The help behind the options."""
    mentioned: frozenset[str] = frozenset()
    """The options of which ``tail`` says enough: they have no line of their own."""

    @property
    def help_hint(self) -> str:
        """Return where to read what the command takes."""
        return f"see reprodiff {self.name}{' ' if self.name else ''}--help"

    def option(self, name: str) -> Option | None:
        """Return the option of a name."""
        return next((option for option in self.options if name in option.all_names), None)


@dataclass(frozen=True, slots=True)
class Given:
    """An option as it was given."""

    option: Option
    name: str
    word: str
    """Its value as it was written, empty for a flag."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What was given to a command."""

    operands: tuple[str, ...]
    values: Mapping[str, Any]
    """The value of every option by its key."""


def parse(command: Command, words: Sequence[str]) -> Arguments | str:
    """Return what ``words`` give to ``command``, or the text that is to be printed instead.

    Raises :class:`UsageError` if they are not what it takes.
    """
    operands, given = split(command, words)
    try:
        for each in given:
            if each.option.tell is not None:
                return each.option.tell(command, str(each.option.value(each.word)))
        values = {it.key: _value(it, given) for it in command.options if it.tell is None}
    except UsageError as error:
        raise UsageError(error.message, command.help_hint) from error
    if command.most is not None and (more := operands[command.most :]):
        many = "s" if len(more) > 1 else ""
        message = f"got unexpected extra argument{many} ({' '.join(more)})"
        raise UsageError(message, command.help_hint)
    return Arguments(tuple(operands), values)


def split(command: Command, words: Sequence[str]) -> tuple[list[str], list[Given]]:
    """Tell operands and options apart.

    Raises :class:`UsageError` for an option that is not there, or without the value it needs.
    """
    operands: list[str] = []
    given: list[Given] = []
    rest = iter(words)
    for word in rest:
        if word == "--":
            operands.extend(rest)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            given.append(_given(command, name, value if equals else None, rest))
        elif word.startswith("-") and word != "-":
            given.extend(_cluster(command, word[1:], rest))
        else:
            operands.append(word)
    return operands, given


def _cluster(command: Command, letters: str, rest: Iterator[str]) -> Iterator[Given]:
    """Read what stands behind one dash: flags, and one option that takes the rest as its value."""
    for number, letter in enumerate(letters, 1):
        option = command.option(f"-{letter}")
        if option is not None and option.metavar:
            yield _given(command, f"-{letter}", letters[number:] or None, rest)
            return
        yield _given(command, f"-{letter}", None, rest)


def _given(command: Command, name: str, value: str | None, rest: Iterator[str]) -> Given:
    """Return an option with the value that stands behind it, or that is the next word."""
    option = command.option(name)
    if option is None:
        known = [each for it in command.options for each in it.all_names]
        hint = did_you_mean(name, known) or command.help_hint
        raise UsageError(f"there is no option {name}", hint)
    if not option.metavar:
        if value is not None:
            raise UsageError(f"option '{name}' does not take a value", command.help_hint)
        return Given(option, name, "")
    word = next(rest, None) if value is None else value
    if word is None:
        raise UsageError(f"option '{name}' requires an argument", command.help_hint)
    return Given(option, name, word)


def _value(option: Option, given: Sequence[Given]) -> object:
    mine = [each for each in given if each.option is option]
    if not option.metavar:
        unsaid = None if option.opposite else False
        return mine[-1].name != option.opposite if mine else unsaid
    # All are read, so that a wrong one is refused even if a later one counts.
    values = [option.value(each.word) for each in mine]
    if option.repeatable:
        return tuple(values)
    if not values and option.variable and (word := os.environ.get(option.variable)):
        return option.value(word)
    return values[-1] if values else option.default
