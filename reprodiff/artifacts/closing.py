"""What can be closed can stand in a ``with`` statement."""

from abc import abstractmethod
from types import TracebackType
from typing import Self


class Closing:
    """A context manager that closes itself in the end."""

    __slots__ = ()

    @abstractmethod
    def close(self) -> None:
        """Let go of what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
