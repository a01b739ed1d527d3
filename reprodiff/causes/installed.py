"""Installed trees: what installers note, add and leave behind."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Claim, Rule, Scene
from reprodiff.causes.installed_causes import (
    CACHE,
    COMPILED,
    EDITABLE,
    FILES,
    INSTALLER,
    LOCATION,
    ORIGIN,
    STARTUP_CHANGED,
)
from reprodiff.causes.membership import BYTECODE
from reprodiff.causes.scripts import own_interpreter
from reprodiff.formats.parsing.shebang import split_command
from reprodiff.model import Confidence, Difference, Severity, Side, Span

_SITE: Final = r"^(?:(?:.*/)?(?:site|dist)-packages/|[^/]+\.data/(?:pure|plat)lib/)?"
_PTH: Final = re.compile(_SITE + r"[^/]+\.pth$")
_EDITABLE: Final = re.compile(_SITE + r"__editable__[^/]*\.(?:py|pth)$")
_EDITABLE_MODULE: Final = re.compile(
    _SITE + r"(?:__pycache__/)?__editable__[^/]*_finder(?:\.[\w-]+)?\.pyc?$"
)
_RUN: Final = re.compile(rb"(?m)^import[ \t]")
_ENVIRONMENT: Final = re.compile(
    r"^(?P<dir>.*/|)(?:pyvenv\.cfg|(?:bin|Scripts)/(?:[Aa]ctivate(?:\.\w+|_this\.py)?"
    r"|deactivate\.\w+|pydoc\.bat))$"
)
_PROMPT: Final = re.compile(r"(?i)prompt|\bPS1\b")


def _sides(facts: Sequence[Difference]) -> str:
    only_a = sum(fact.b is None for fact in facts)
    only_b = sum(fact.a is None for fact in facts)
    return f"Only in A: {only_a}; only in B: {only_b}." if only_a or only_b else ""


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(INSTALLER, facts)


def _caches(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    times = [fact for fact in facts if fact.what == "installer.cache-time"]
    others = [fact for fact in facts if fact.what != "installer.cache-time"]
    if times:
        yield Claim(CACHE, times)
    if others:
        yield Claim(CACHE, others, severity=Severity.REVIEW)


def _origins(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    if any(fact.what == "origin.editable" for fact in facts):
        yield Claim(EDITABLE, facts, explanation="One side is an editable install.")
        return
    benign = all(_same_origin(fact) for fact in facts)
    yield Claim(ORIGIN, facts, severity=None if benign else Severity.REVIEW)


def _same_origin(fact: Difference) -> bool:
    """Whether two values can be those of one archive that lies at two local places."""
    a, b = str(fact.a), str(fact.b)
    if fact.what == "origin.url":
        return a.startswith("file:///") and b.startswith("file:///")
    hashes_a, hashes_b = ({each.lower() for each in value.split(", ") if each} for value in (a, b))
    return fact.what == "origin.hashes" and (
        not hashes_a or not hashes_b or bool(hashes_a & hashes_b)
    )


def _added(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Files of an installer; a script is one only with an interpreter of its own tree."""
    made: list[Difference] = []
    compiled: list[Difference] = []
    foreign: list[Difference] = []
    stubs: list[Difference] = []
    for fact in facts:
        if fact.what == "installed.bytecode":
            compiled.append(fact)
            continue
        if fact.what in {"installed.note", "installed.mode"}:
            made.append(fact)
            continue
        tree = scene.a if fact.b is None else scene.b
        program, rest = split_command(str(fact.a if fact.b is None else fact.b))
        if rest or not own_interpreter(program, tree):
            foreign.append(fact)
        elif fact.what == "installed.launcher":
            stubs.append(fact)
        else:
            made.append(fact)
    if made:
        yield Claim(FILES, made, explanation=_sides(made))
    if compiled:
        yield Claim(COMPILED, compiled, explanation=_sides(compiled))
    if stubs:
        text = "They call their entry points; the programs in front were not checked."
        yield Claim(FILES, stubs, Confidence.LIKELY, explanation=text)
    if foreign:
        text = (
            "These scripts call their entry points, but with an interpreter that lies outside of "
            "what is compared."
        )
        yield Claim(FILES, foreign, severity=Severity.REVIEW, explanation=text)


def _bytecode(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    # What is not like its source is named one by one, what was not checked is counted.
    unlike = [fact for fact in facts if fact.what == "installed.bytecode-unlike"]
    unchecked = Counter(fact.note for fact in facts if fact.what != "installed.bytecode-unlike")
    evidence = [f"{fact.path} {fact.note}" for fact in unlike]
    evidence += [f"{count} not checked: {why}" for why, count in sorted(unchecked.items())]
    yield Claim(BYTECODE, facts, explanation=_sides(facts), evidence=tuple(evidence))


def _editable(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    mine = [
        fact
        for fact in facts
        if fact.what == "installed.editable"
        or (not fact.note and _EDITABLE_MODULE.match(fact.path))
    ]
    if mine:
        yield Claim(EDITABLE, mine, explanation="One side is an editable install.")


def _startup(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Changed lines of a .pth, and of what setuptools writes for an editable install."""
    editable, hook = _EDITABLE.match(scene.path), _PTH.match(scene.path)
    code = [fact for fact in facts if hook and _runs(fact, scene)]
    others = [fact for fact in facts if fact not in code]
    if code:
        yield Claim(STARTUP_CHANGED, code, severity=Severity.ALARM)
    if others and editable:
        yield Claim(EDITABLE, others, explanation="Both are editable installs, of two directories.")
    elif others and hook:
        yield Claim(STARTUP_CHANGED, others)


def _runs(fact: Difference, scene: Scene) -> bool:
    return any(
        _RUN.search(bytes(data[span.start : span.stop]))
        for places in fact.places()
        for data, span in zip((scene.data_a, scene.data_b), places, strict=True)
    )


def _environment(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    found = _ENVIRONMENT.match(scene.path)
    if found is None or scene.path != scene.path_b or not scene.a.root or not scene.b.root:
        return
    own_a, own_b = (
        f"{side.root.rstrip('/')}/{found['dir']}".rstrip("/") for side in (scene.a, scene.b)
    )
    mine = [
        fact
        for fact in facts
        if fact.span_a is not None
        and fact.span_b is not None
        and _pieces(scene.data_a, fact.span_a, own_a) == _pieces(scene.data_b, fact.span_b, own_b)
    ]
    if mine:
        yield Claim(LOCATION, mine)


def _pieces(data: memoryview, span: Span, place: str) -> list[tuple[str, str]]:
    """Cut a line at an environment's own directory, and at its name in a line on the prompt."""
    line = bytes(data[span.start : span.stop]).decode("utf-8", "surrogateescape")
    name = re.escape(place.rpartition("/")[2])
    # A name behind $( or a back quote is a command.
    if _PROMPT.search(line):
        shown = rf"(?<![\w.+`-])(?<!\$\(){name}(?![\w.+-])"
    else:
        shown = rf'(?<=[^$]\(){name}(?=\) )|(?<="){name}(?=")'
    own = re.escape(place) + r"(?![\w.+-])|" + shown
    parts = re.split(f"({own})", line)
    return [
        ("text", part) if not number % 2 else ("directory" if part == place else "name", "")
        for number, part in enumerate(parts)
    ]


def _links(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Links that lead to the same place of their own tree."""
    mine: list[Difference] = []
    for fact in facts:
        places = [
            str(target).removeprefix(side.root.rstrip("/") + "/")
            for target, side in ((fact.a, scene.a), (fact.b, scene.b))
            if side.root
        ]
        outside = any(
            str(target) == place for target, place in zip((fact.a, fact.b), places, strict=False)
        )
        if len(places) == len(Side) and not outside and places[0] == places[1]:
            mine.append(fact)
    if mine:
        yield Claim(LOCATION, mine)


RULES: Final = (
    Rule(
        "installer-files",
        (FILES, COMPILED),
        (
            *("installed.note", "installed.bytecode", "installed.script", "installed.launcher"),
            "installed.mode",
        ),
        9,
        _added,
    ),
    Rule(
        "installed-bytecode",
        (BYTECODE,),
        ("installed.bytecode-unlike", "installed.bytecode-unchecked"),
        9,
        _bytecode,
    ),
    Rule("editable", (EDITABLE,), ("installed.editable", "member.only"), 9, _editable),
    Rule("environment-links", (LOCATION,), ("member.link",), 9, _links),
    Rule("installer-name", (INSTALLER,), ("installer.name",), 30, _names),
    Rule("installer-cache", (CACHE,), ("installer.cache", "installer.cache-time"), 30, _caches),
    Rule("install-origin", (ORIGIN, EDITABLE), ("origin.",), 30, _origins),
    Rule(
        "startup-files",
        (EDITABLE, STARTUP_CHANGED),
        ("text.line", "text.block", "text.order"),
        48,
        _startup,
    ),
    Rule("environment", (LOCATION,), ("text.line",), 58, _environment),
)
