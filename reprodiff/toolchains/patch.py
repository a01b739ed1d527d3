"""Settings put into the files a project has, with their comments and form kept.

Texts in, texts out: nothing is read from disk here, and nothing written.
"""

import re
import tomllib
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, Final

_REQUIREMENT: Final = re.compile(r"^\s*([A-Za-z0-9][A-Za-z0-9._-]*)")
_SECTION: Final = re.compile(r"^\[(?P<name>[^\]]+)\]\s*$")
_KEY: Final = re.compile(r"^(?P<key>[A-Za-z0-9_.-]+)\s*[=:]")
_CHECKOUT: Final = re.compile(r"^(?P<indent>\s*)(?:- )?uses:\s*['\"]?actions/checkout@")
_DEPTH: Final = re.compile(r"^\s*fetch-depth:\s*\d+")


def patched(
    place: str, language: str, texts: Sequence[str], project: Mapping[str, str]
) -> tuple[str, str, str] | None:
    """Return a file's name, its text before and after the settings; ``None`` if it is no file.

    A file that cannot be read as what it is stays as it is: the caller prints the settings.
    """
    unix = {name: text.replace("\r\n", "\n") for name, text in project.items()}
    done = _patched(place, language, texts, unix)
    if done is None:
        return None
    name, before, after = done
    # A file keeps its own line ends.
    if "\r\n" in project.get(name, ""):
        after = after.replace("\n", "\r\n")
    return name, project.get(name, before), after


def _patched(
    place: str, language: str, texts: Sequence[str], project: Mapping[str, str]
) -> tuple[str, str, str] | None:
    if place.startswith(".github/"):
        return _workflow(texts, project)
    before = project.get(place, "")
    match place, language:
        case (_, "toml"):
            after = _toml(before, texts)
        case (_, "ini"):
            after = _ini(before, texts)
        case (".gitattributes", _):
            after = _attributes(before, texts)
        case (_, "python") if place.endswith(".py"):
            after = _module(before, texts)
        case ("CMakeLists.txt", _):
            after = _cmake(before, texts)
        case _:
            return None
    return None if after is None else (place, before, after)


# -- TOML ---------------------------------------------------------------------------------------


def _toml(before: str, texts: Sequence[str]) -> str | None:
    # Keeps comments, order and quotes; loaded only when a patch is asked for.
    import tomlkit  # noqa: PLC0415
    from tomlkit.exceptions import TOMLKitError  # noqa: PLC0415

    try:
        document = tomlkit.parse(before)
        wanted = document.unwrap()
        for text in texts:
            values = tomlkit.parse(text).unwrap()
            _put(document, values, ())
            _put(wanted, values, ())
        # Where dotted keys stand for tables, a table put into them gets a wrong heading.
        for after in (tomlkit.dumps(document), "\n\n".join((before.rstrip("\n"), *texts)) + "\n"):
            if _says(after, wanted):
                return after
    except (TOMLKitError, TypeError, ValueError):
        return None
    return None


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    """Whether a text is TOML with these values and no others."""
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _put(
    target: MutableMapping[str, Any], values: Mapping[str, Any], path: tuple[str, ...]
) -> None:
    """Set ``values`` in a table; a table that both have is gone into."""
    import tomlkit  # noqa: PLC0415

    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            if not isinstance(target.get(key), MutableMapping):
                # A table that only holds others needs no heading of its own.
                only_tables = all(isinstance(each, Mapping) for each in value.values())
                target[key] = tomlkit.table(is_super_table=only_tables)
            _put(target[key], value, here)
        elif here == ("build-system", "requires") and isinstance(target.get(key), list):
            _require(target[key], value)
        elif here == ("build-system", "build-backend") and _keeps_backend(target, str(value)):
            continue
        elif target.get(key) != value:
            target[key] = value


def _keeps_backend(system: Mapping[str, Any], wanted: str) -> bool:
    """Whether the backend that a project names stays.

    One of the project's own, one in the tree, or one that wraps another is not ours to replace; a
    known one is, where another is asked for.
    """
    from reprodiff.toolchains.registry import all_tools  # noqa: PLC0415 - hardly ever needed

    named = str(system.get("build-backend", ""))
    if not named or "backend-path" in system:
        return bool(named)
    word = _first_word(named)
    known = {backend for tool in all_tools() for backend in tool.backends}
    return word not in known or word == _first_word(wanted)


def _first_word(backend: str) -> str:
    return re.split(r"[.:]", backend, maxsplit=1)[0]


def _require(listed: list[Any], wanted: Sequence[str]) -> None:
    """Replace requirements of the same name, append others."""
    for requirement in wanted:
        name = _name(requirement)
        for number, old in enumerate(listed):
            if _name(str(old)) == name:
                listed[number] = requirement
                break
        else:
            listed.append(requirement)


def _name(requirement: str) -> str:
    found = _REQUIREMENT.match(requirement)
    return re.sub(r"[-_.]+", "-", found[1]).lower() if found else ""


# -- other files --------------------------------------------------------------------------------


def _ini(before: str, texts: Sequence[str]) -> str:
    """Set keys of sections in an INI file; what is there stays as it is written."""
    lines = before.splitlines()
    for text in texts:
        section = ""
        for line in text.splitlines():
            if found := _SECTION.match(line):
                section = found["name"]
            elif key := _KEY.match(line):
                _set(lines, section, key["key"], line)
    return _ended(lines)


def _set(lines: list[str], section: str, key: str, line: str) -> None:
    start = next((n for n, old in enumerate(lines) if _heads(old, section)), None)
    if start is None:
        lines += ["", f"[{section}]", line] if lines else [f"[{section}]", line]
        return
    stop = next((n for n in range(start + 1, len(lines)) if _SECTION.match(lines[n])), len(lines))
    for number in range(start + 1, stop):
        found = _KEY.match(lines[number])
        if found and found["key"] == key:
            lines[number] = line
            return
    while stop > start + 1 and not lines[stop - 1].strip():
        stop -= 1
    lines.insert(stop, line)


def _heads(line: str, section: str) -> bool:
    found = _SECTION.match(line)
    return found is not None and found["name"] == section


def _attributes(before: str, texts: Sequence[str]) -> str:
    """Put general rules first, because later lines of the file go before them."""
    lines = before.splitlines()
    for text in texts:
        pattern = text.split()[0]
        rest = [line for line in lines if line.split()[:1] != [pattern]]
        lines = [text, *rest] if text not in lines else lines
    return _ended(lines)


def _module(before: str, texts: Sequence[str]) -> str | None:
    """Write a module that a tool looks for; one that is there is somebody's code."""
    wanted = _ended("\n\n\n".join(texts).splitlines())
    if not before:
        return wanted
    return before if all(text in before for text in texts) else None


def _cmake(before: str, texts: Sequence[str]) -> str | None:
    """Put commands behind ``project()``."""
    found = re.search(r"^[ \t]*project\s*\([^)]*\)[^\n]*\n?", before, re.MULTILINE | re.IGNORECASE)
    if found is None:
        return None
    fresh = [text for text in texts if text not in before]
    if not fresh:
        return before
    head = before[: found.end()]
    head += "" if head.endswith("\n") else "\n"
    return head + "\n" + "\n".join(fresh) + "\n" + before[found.end() :]


def _workflow(texts: Sequence[str], project: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Put steps behind the checkout of the first workflow that builds a distribution."""
    names = sorted(name for name in project if name.startswith(".github/workflows/"))
    building = [name for name in names if re.search(r"build|wheel|publish", project[name])]
    for name in building:
        before = project[name]
        lines = before.splitlines()
        place = next((n for n, line in enumerate(lines) if _CHECKOUT.match(line)), None)
        if place is None:
            continue
        for text in texts:
            if "actions/checkout" in text:
                _full_depth(lines, place)
            elif text.startswith("- run:"):
                _step(lines, place, text)
            elif text.startswith("env:"):
                _environment(lines, text)
        return name, before, _ended(lines)
    return None


def _item(lines: Sequence[str], place: int) -> tuple[int, int, int]:
    """Return the indent, first and last line (exclusive) of the step that line ``place`` is of."""
    first = place
    while first > 0 and not lines[first].lstrip().startswith("- "):
        first -= 1
    indent = len(lines[first]) - len(lines[first].lstrip())
    stop = first + 1
    while stop < len(lines):
        line = lines[stop]
        if line.strip() and len(line) - len(line.lstrip()) <= indent:
            break
        stop += 1
    while stop > first + 1 and not lines[stop - 1].strip():
        stop -= 1
    return indent, first, stop


def _step(lines: list[str], place: int, text: str) -> None:
    indent, _, stop = _item(lines, place)
    fresh = [" " * indent + line for line in text.splitlines()]
    if fresh[0] not in lines:
        lines[stop:stop] = fresh


def _full_depth(lines: list[str], place: int) -> None:
    indent, first, stop = _item(lines, place)
    for number in range(first, stop):
        if _DEPTH.match(lines[number]):
            lines[number] = re.sub(r"\d+", "0", lines[number], count=1)
            return
    given = next((n for n in range(first, stop) if lines[n].strip() == "with:"), None)
    pad = " " * (indent + 2)
    if given is None:
        lines[stop:stop] = [f"{pad}with:", f"{pad}  fetch-depth: 0"]
    else:
        inner = len(lines[given]) - len(lines[given].lstrip()) + 2
        lines.insert(given + 1, " " * inner + "fetch-depth: 0")


def _environment(lines: list[str], text: str) -> None:
    """Add variables to the workflow's own ``env``, or give it one in front of its jobs."""
    wanted = text.splitlines()[1:]
    top = next((n for n, line in enumerate(lines) if line.rstrip() == "env:"), None)
    if top is None:
        jobs = next((n for n, line in enumerate(lines) if line.startswith("jobs:")), len(lines))
        lines[jobs:jobs] = ["env:", *wanted, ""]
        return
    known = {line.split(":")[0].strip() for line in lines[top + 1 :] if line.startswith("  ")}
    fresh = [line for line in wanted if line.split(":")[0].strip() not in known]
    lines[top + 1 : top + 1] = fresh


def _ended(lines: Sequence[str]) -> str:
    return "\n".join(lines) + "\n" if lines else ""
