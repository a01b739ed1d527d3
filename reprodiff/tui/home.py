"""The user's own folders and files."""

from collections.abc import Mapping
from pathlib import Path

import platformdirs

_NAME = "reprodiff"


def state_folder() -> Path:
    """Return where marks, notes and recent pairs are kept."""
    return platformdirs.user_state_path(_NAME, appauthor=False)


def config_file(environment: Mapping[str, str]) -> Path:
    """Return the file of the user's settings; ``REPRODIFF_CONFIG`` names another."""
    if named := environment.get("REPRODIFF_CONFIG"):
        return Path(named)
    return platformdirs.user_config_path(_NAME, appauthor=False) / "config.toml"
