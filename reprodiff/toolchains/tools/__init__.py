"""The build tools, one a file; see :mod:`reprodiff.toolchains.base` for what a file holds."""
