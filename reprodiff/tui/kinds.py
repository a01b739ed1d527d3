"""Whether a place speaks of what a container records, or of what is inside its members."""

from reprodiff.model import Location, SpansIn


def in_container(location: Location) -> bool:
    """Whether the spans of a place are in the bytes of the container that holds its member."""
    return location.spans_in in {SpansIn.ARCHIVE, SpansIn.UNPACKED}
