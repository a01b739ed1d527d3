"""Whether a path is a folder of artifacts."""

from pathlib import Path

_SUFFIXES = (".whl", ".tar.gz")
_INSTALLED = (".dist-info", ".egg-info")


def is_house(path: str) -> bool:
    """Whether ``path`` is a directory with artifacts in it, and no installed tree."""
    try:
        names = [entry.name for entry in Path(path).iterdir()]
    except (OSError, ValueError):
        return False
    return any(name.endswith(_SUFFIXES) for name in names) and not any(
        name.endswith(_INSTALLED) for name in names
    )
