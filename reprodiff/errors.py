"""The errors reprodiff raises on purpose; nothing else may reach the user.

Each carries a sentence that says what is wrong and a hint that says what to do about it.  Their
text is made by this program alone: names and strings from inside an artifact stay out of it, so
that it can be printed as it is.
"""


class ReprodiffError(Exception):
    """The root of them all.

    ``message`` says what is wrong, ``hint`` what the user can do; the hint may be empty.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message


class InputError(ReprodiffError):
    """A whole input cannot be opened: it is missing, unreadable or not what it should be."""


class DamagedError(ReprodiffError):
    """The structure or the content of an artifact is broken at one place.

    ``offset`` is that place, in bytes from the start of the container, -1 where it is not known.
    """

    def __init__(self, message: str, hint: str = "", offset: int = -1) -> None:
        super().__init__(message, hint)
        # ``args`` is what a copy made in another process is built from.
        self.args = (message, hint, offset)
        self.offset = offset


class UnsupportedError(ReprodiffError):
    """The format allows it, this program cannot read it: encryption, an unknown method."""


class LimitError(ReprodiffError):
    """A limit was reached, so that the answer is incomplete.

    ``limit`` is the name of the field of :class:`~reprodiff.limits.Limits`, empty if the bound
    is not one of them (a full disk).
    """

    def __init__(self, message: str, hint: str = "", limit: str = "") -> None:
        super().__init__(message, hint)
        self.args = (message, hint, limit)
        self.limit = limit
