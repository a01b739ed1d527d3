"""Where installed projects are looked for, as opposed to copies of them inside of packages."""

import re
from typing import Final

from reprodiff.causes.base import Scene
from reprodiff.model import ArtifactKind

# The directories installers put projects into; a wheel puts there what is at its top.
_SITE: Final = re.compile(r"^$|(?:^|/)(?:site|dist)-packages$|^[^/]+\.data/(?:pure|plat)lib$")


def is_installed(path: str, scene: Scene) -> bool:
    """Whether a file of dist-info or egg-info belongs to a project that is, or gets, installed.

    ``path`` is the display path of the file.  An sdist installs nothing as it is, and a package
    may bring copies of other projects (setuptools does), which the interpreter does not look for.
    """
    kinds = {scene.a.info.kind, scene.b.info.kind}
    if ArtifactKind.SDIST in kinds:
        return False
    root = path.rpartition("/")[0].rpartition("/")[0]
    if _SITE.search(root):
        return True
    if kinds == {ArtifactKind.WHEEL}:
        return False
    parents = [root[:at] for at in range(len(root) + 1) if root[at : at + 1] in {"/", ""}]
    return not any(
        f"{parent}/__init__.py" in side.paths for parent in parents for side in (scene.a, scene.b)
    )
