"""Scripts that an installer wrote: who runs them, and what the installer put around a call."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import AGREEMENT, Blame, Cause, Claim, Doc, Rule, Scene, SideScene
from reprodiff.formats.parsing.paths import split_paths
from reprodiff.formats.parsing.shebang import base_name, is_python, split_command
from reprodiff.model import ArtifactKind, Category, Confidence, Difference, Severity

_SCRIPTS_SPEC: Final = "Binary distribution format specification, Recommended installer features"
_ENTRY_POINTS: Final = "Entry points specification, Use for scripts"

SHEBANG: Final = Cause(
    id="script-shebang",
    category=Category.EMBEDDED_PATHS,
    severity=Severity.BENIGN,
    title="interpreter named by scripts",
    blame=Blame.LEAF,
    doc=Doc(
        what="The first lines of a script name the program that runs it, and they differ. It is "
        "benign where each side names the interpreter of its own environment, and for review "
        "everywhere else: another program runs the script then.",
        recognised="Proven where both paths are the same below the directory that is compared, "
        "where a wheel has the placeholder `#!python` and the tree its own interpreter, or where "
        "the two directories in front go together in at least three other places. The rest of "
        "the script is compared by itself.",
        why="Installers put the path of their own interpreter into each script. In a wheel an "
        "absolute path is a mistake of the build: installers replace `#!python` only, so the "
        "path of the build machine is installed everywhere.",
        fix=(
            ("any", "create both environments at the same path, for example /opt/venv"),
            ("uv", "`uv venv --relocatable` writes scripts that look for Python beside them"),
            ("any", "in a wheel: start files in `*.data/scripts` with exactly `#!python`"),
        ),
        mistaken_for="A changed script: what follows the first lines is not part of this finding.",
        sources=(_SCRIPTS_SPEC, "execve(2)"),
    ),
)

WRAPPER: Final = Cause(
    id="script-wrapper-template",
    category=Category.TOOLCHAIN,
    severity=Severity.BENIGN,
    title="wrapper around an entry point",
    blame=Blame.LEAF,
    doc=Doc(
        what="Installers generate a few lines of Python for each entry point, and every installer "
        "has its own. They import the same object and call it.",
        recognised="Both sources are parsed. Each one has to be nothing but the import of one "
        "object, one of the known ways to tidy up the program's name, and `sys.exit` of a call; "
        "module and object are equal. A statement more, and it is changed source code.",
        why="Another installer, or another version of it: pip took another template with 25, uv "
        "has its own, and distlib imports inside of the `if`, so that a child process of "
        "multiprocessing does not; where only one side does, the finding is no more than likely. "
        "On Windows the script lies behind a launcher, whose program is for review where it "
        "differs.",
        fix=(
            ("any", "install both with the same installer, pinned"),
            ("any", "reinstall in both: `pip install --force-reinstall --no-deps PACKAGE`"),
        ),
        mistaken_for="A changed script. One that calls another object is reported as that.",
        sources=(_ENTRY_POINTS, "distlib/scripts.py"),
    ),
)

LAUNCHER: Final = Cause(
    id="script-launcher",
    category=Category.NATIVE_CODE,
    severity=Severity.REVIEW,
    title="launcher program of scripts on Windows",
    blame=Blame.SOURCE,
    doc=Doc(
        what="Scripts on Windows are programs with the script behind them. The program, or the "
        "script in it, is another one on each side.",
        recognised="The file is taken apart into program, interpreter and zip. The program's bytes "
        "differ, or the scripts are not two wrappers of one entry point.",
        why="Another version of distlib, pip or uv brings another launcher.",
        fix=(("any", "install both with the same installer, pinned"),),
        mistaken_for="Another interpreter: its path is a finding of its own.",
        sources=("distlib/scripts.py",),
    ),
)

_OUTSIDE: Final = "The interpreter lies outside of what is compared: it is another program."
_IN_WHEEL: Final = (
    "Installers replace `#!python` only. Any other interpreter is installed as it stands."
)
_PLACEHOLDER: Final = re.compile(r"pythonw?")
_FOLDERS: Final = frozenset({"bin", "Scripts"})


def own_place(path: str, root: str) -> str | None:
    r"""Return where below ``root`` an absolute path leads, ``None`` if it leads elsewhere.

    Paths of Windows are compared with ``/`` for ``\``.
    """
    if not root:
        return None
    if "\\" in root or root[1:2] == ":":
        path, root = path.replace("\\", "/"), root.replace("\\", "/")
    start = root.rstrip("/") + "/"
    rest = path[len(start) :]
    parts = rest.split("/")
    if not path.startswith(start) or not rest or {"", ".", ".."} & set(parts):
        return None
    return rest


def _shebangs(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    for fact in facts:
        yield _shebang(fact, scene)


def _shebang(fact: Difference, scene: Scene) -> Claim:
    kinds = {scene.a.info.kind, scene.b.info.kind}
    if fact.note:
        # The same program in other words: the kernel reads the first line, a shell the three.
        sure = Confidence.PROVEN if fact.a == fact.b else Confidence.LIKELY
        return Claim(SHEBANG, [fact], sure)
    (program_a, rest_a), (program_b, rest_b) = (
        split_command(str(fact.a)),
        split_command(str(fact.b)),
    )
    if kinds == {ArtifactKind.WHEEL, ArtifactKind.TREE}:
        return _installed(fact, (program_a, program_b), (rest_a, rest_b), scene)
    if kinds != {ArtifactKind.TREE}:
        in_wheel = ArtifactKind.WHEEL in kinds
        text = _IN_WHEEL if in_wheel else ""
        return Claim(SHEBANG, [fact], severity=Severity.REVIEW, explanation=text)
    if rest_a != rest_b:
        text = "The arguments of the interpreter differ."
        return Claim(SHEBANG, [fact], severity=Severity.REVIEW, explanation=text)
    place_a, place_b = own_place(program_a, scene.a.root), own_place(program_b, scene.b.root)
    if place_a is not None and place_b is not None:
        if place_a == place_b:
            text = f"Each side names {place_a} of its own tree."
            return Claim(SHEBANG, [fact], explanation=text)
        if _same_python(place_a, place_b):
            text = "Each side names an interpreter of its own tree, under two names."
            return Claim(SHEBANG, [fact], Confidence.LIKELY, explanation=text)
    return _moved(fact, program_a, program_b, scene)


def _same_python(a: str, b: str) -> bool:
    """Whether two places are Pythons of one directory: python, python3 and the like are links."""
    folder_a, folder_b = a.rpartition("/")[0], b.rpartition("/")[0]
    return folder_a == folder_b and is_python(a) and is_python(b)


def _moved(fact: Difference, a: str, b: str, scene: Scene) -> Claim:
    """Trees that lie elsewhere than where they were installed: other places know the two roots.

    The scripts have no vote, for then three of them would prove themselves.
    """
    prefix_a, prefix_b, suffix = split_paths(a, b)
    known = scene.prefixes.votes(prefix_a, prefix_b) >= AGREEMENT
    if suffix and known and not scene.prefixes.contradicted(prefix_a, prefix_b):
        text = "The two directories in front go together in other files, too."
        return Claim(SHEBANG, [fact], explanation=text, hinge=(prefix_a, prefix_b))
    return Claim(SHEBANG, [fact], severity=Severity.REVIEW, explanation=_OUTSIDE)


def _installed(
    fact: Difference, programs: tuple[str, str], rests: tuple[str, str], scene: Scene
) -> Claim:
    """Judge what an installer made of a wheel's script."""
    first = scene.a.info.kind is ArtifactKind.WHEEL
    packed, found = programs if first else programs[::-1]
    packed_rest, found_rest = rests if first else rests[::-1]
    tree = scene.b if first else scene.a
    if not _PLACEHOLDER.fullmatch(packed):
        text = "The wheel names an interpreter of its own, and the installed script another."
        return Claim(SHEBANG, [fact], severity=Severity.REVIEW, explanation=text)
    if found_rest not in {"", packed_rest} or not own_interpreter(found, tree):
        return Claim(SHEBANG, [fact], severity=Severity.REVIEW, explanation=_OUTSIDE)
    text = "The installer put the tree's own interpreter in place of `#!python`."
    return Claim(SHEBANG, [fact], explanation=text)


def own_interpreter(program: str, tree: SideScene) -> bool:
    """Whether a program is a Python directly in the scripts directory of the tree."""
    place = own_place(program, tree.root)
    folder, _, _ = (place or "").rpartition("/")
    return folder.rpartition("/")[2] in _FOLDERS and is_python(base_name(place or ""))


def _wrappers(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        text = f"Both import and call {fact.a!s}, and do nothing else."
        sure = Confidence.LIKELY if fact.note else Confidence.PROVEN
        yield Claim(WRAPPER, [fact], sure, explanation=text)


def _launchers(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(LAUNCHER, facts)


RULES: Final = (
    Rule("shebangs", (SHEBANG,), ("script.shebang",), 30, _shebangs),
    Rule("wrappers", (WRAPPER,), ("script.wrapper",), 30, _wrappers),
    Rule("launchers", (LAUNCHER,), ("launcher.program", "launcher.script"), 30, _launchers),
)
