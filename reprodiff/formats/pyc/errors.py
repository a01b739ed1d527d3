"""The one error the pyc reader raises."""

from reprodiff.errors import DamagedError


class PycError(DamagedError):
    """The bytes are not a readable pyc file; ``offset`` is the place in the file, in bytes."""
