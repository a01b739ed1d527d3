"""Where the bytes of a container contradict its format."""

from typing import NamedTuple


class Damage(NamedTuple):
    """One contradiction; what could be read in spite of it is given all the same."""

    offset: int
    """The byte, counted from the start of the container, at which it shows."""
    message: str
    """What is wrong, as a sentence; holds no text from inside the container."""
