"""Releases of backends: an index that has a newer one in the second build."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from pure import BACKENDS, project
from room import PIP, WORLD, Job

# By name in TOOLS: the requirement without a version, and the releases before and now.
_RELEASES = {
    "setuptools": ("setuptools", "75.8.2", "84.2.1"),
    "hatchling": ("hatchling", "1.26.3", "1.33.0"),
    "flit": ("flit_core", "3.9.0", "4.2.0"),
    "poetry": ("poetry-core", "2.0.1", "2.5.0"),
    "pdm": ("pdm-backend", "2.3.3", "2.5.0"),
    "uv": ("uv_build", "0.8.24", "0.13.6"),
}
# As anybody runs it: the backend is fetched into an environment of its own.
_READY = "unset PIP_NO_BUILD_ISOLATION"


def cases() -> Iterator[Case]:
    """All of them."""
    for tool, (package, before, now) in _RELEASES.items():
        files = project(tool)
        text = str(files["pyproject.toml"]).replace(f"{package}=={now}", package)
        files = {**files, "pyproject.toml": text}
        old, new = f"{package}=={before}", f"{package}=={now}"
        job = Job(files, ("pip",), PIP, ready=_READY, wheels=(old,))
        yield Case(
            BACKENDS[tool][0],
            f"{package} {before} and {now}",
            "wheel",
            "release of the backend",
            job,
            WORLD,
            WORLD,
            job_b=replace(job, wheels=(old, new)),
        )
