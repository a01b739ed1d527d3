"""Times that are no clock's: constants that build tools are known to write."""

from typing import Final

from reprodiff.dates import shown_date

# Times that a tool writes when nobody tells it one; see the tools' sources named in the docs.
DEFAULTS: Final[dict[int, str]] = {
    315532800: "1980-01-01, the earliest a zip can hold (uv_build, maturin, clamped epochs)",
    1451606400: "2016-01-01, the default of flit, poetry-core and pdm-backend",
    1580601600: "2020-02-02, the default of hatchling",
    1667997441: "2022-11-09 12:37:21, the default of scikit-build-core",
    1667997440: "2022-11-09 12:37:20, the default of scikit-build-core",
    1643767322: "2022-02-02 02:02:02, the default of flot",
    1153704088: "2006-07-24 01:21:28, the default of maturin",
    0: "1970-01-01, no time at all",
}


def show(seconds: int) -> str:
    """Return seconds since 1970 as ``YYYY-MM-DD HH:MM:SS`` (UTC); the number where it is none."""
    return shown_date(seconds) or str(seconds)
