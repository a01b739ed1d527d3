"""Rules on native files that are not two builds of one thing: other interpreter, other library.

What such files differ in is not proven to come from that, so that it stays to be reviewed; but it
is one finding, and what differs in files that should be the same stays on top.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Claim, Rule, Scene
from reprodiff.causes.native_causes import OTHER_KIND
from reprodiff.causes.platform_causes import (
    INTERPRETER,
    INTERPRETER_CODE,
    INTERPRETER_NAME,
    PLATFORM_CODE,
)
from reprodiff.causes.vendored_causes import (
    CHANGED,
    CODE,
    PATCHED,
    REBUILT,
    RENAMED,
    SAME_CODE,
    UPDATED,
)
from reprodiff.model import Confidence, Difference

# PEP 3149 (.cpython-311-x86_64-linux-gnu.so, .cpython-311.pyc), Windows (.cp311-win_amd64.pyd).
_TAG: Final = re.compile(r"\.(?P<tag>(?:cpython-|cp)(?P<digits>\d+)t?)(?=[-.])[^/]*$")
_TAKES: Final = tuple(
    f"{family}.{kind}"
    for family in ("elf", "pe", "macho")
    for kind in (
        *("code", "data", "debug", "function", "instructions", "order", "section", "string"),
        *("names", "symbol", "symbols", "table"),
    )
)
_NAMED: Final = frozenset(
    {"pe.imports", "pe.import-name", "pe.own-name", "macho.install-name", "macho.code-identifier"}
)
"""Facts on names, which may carry the tag of the interpreter."""
_APART: Final = (".comment", ".note", ".gnu_debug")
"""Sections with a cause of their own."""
# Paths and times have causes of their own.
_SPECIAL: Final = re.compile(rb"[/\\]|\d\d:\d\d:\d\d|[A-Z][a-z]{2} [ \d]\d \d{4}")


_TAGS: Final = (":interpreter-tags", ":wheel-tags")


def follows_libraries() -> tuple[str, ...]:
    """Return what the names and contents of vendored libraries follow from."""
    return tuple(
        f":{cause.id}" for cause in (UPDATED, REBUILT, CHANGED, PATCHED, SAME_CODE, RENAMED)
    )


def other_interpreter(a: str, b: str) -> tuple[str, str] | None:
    """Return the tags of interpreters that two names have, if they are two."""
    one, two = _TAG.search(a), _TAG.search(b)
    if one is None or two is None or one["tag"] == two["tag"]:
        return None
    return one["tag"], two["tag"]


def _other_library(a: str, b: str) -> bool:
    """Whether two names are those of one vendored library of two builds."""
    from reprodiff.platforms.names import is_vendored, parts  # noqa: PLC0415

    if a == b or not (is_vendored(a) and is_vendored(b)):
        return False
    one, two = parts(a), parts(b)
    return (one.hash, one.version) != (two.hash, two.version)


def _another_release(scene: Scene) -> bool:
    """Whether a vendored library without a hash in its name says that it is another version."""
    from reprodiff.platforms.names import is_vendored, parts  # noqa: PLC0415

    paths = scene.path, scene.path_b
    if not all(is_vendored(path) and not parts(path).hash for path in paths):
        return False
    from reprodiff.platforms.headers import header_version  # noqa: PLC0415
    from reprodiff.platforms.versions import own_version, versions  # noqa: PLC0415

    headed = header_version(scene.data_a), header_version(scene.data_b)
    if all(headed) and headed[0] != headed[1]:
        return True
    said = []
    for path, data in zip(paths, (scene.data_a, scene.data_b), strict=True):
        name = parts(path).name
        said.append(own_version(name, versions(data, name)))
    return bool(said[0][0] and said[1][0]) and said[0] != said[1] and said[0][1] == said[1][1]


def _contents(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    tags = other_interpreter(scene.path, scene.path_b)
    mine = [fact for fact in facts if _ordinary(fact)]
    if tags is not None or other_platform(scene):
        mine = [fact for fact in facts if _ordinary(fact) or _of_headers(fact)]
    if tags is not None:
        if mine:
            yield Claim(
                INTERPRETER_CODE,
                mine,
                Confidence.LIKELY,
                explanation="Extension modules are for two interpreters, and compiled against the "
                "headers of each. What else may have changed in them cannot be told.",
                follows=_TAGS,
            )
    elif mine and other_platform(scene):
        yield Claim(PLATFORM_CODE, mine, Confidence.LIKELY, follows=_TAGS)
    elif mine and (_other_library(scene.path, scene.path_b) or _another_release(scene)):
        yield Claim(CODE, mine, follows=follows_libraries())


def other_platform(scene: Scene) -> bool:
    """Whether the wheels are for two systems or processors, and have none in common."""
    from reprodiff.platforms.tags import read_tags  # noqa: PLC0415

    one, two = (
        {(tag.system, machine) for tag in read_tags(side.info.tags) for machine in tag.machines}
        for side in (scene.a, scene.b)
    )
    return bool(one and two) and one.isdisjoint(two)


def _own_version(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take what the header of a vendored library that is another one has of name and version."""
    mine = [
        fact
        for fact in facts
        if fact.what in {"pe.own-name", "pe.image-base"}
        or fact.what == "macho.signature-form"
        or (fact.inside.startswith("LC_ID_DYLIB ") and fact.inside.endswith(" version"))
    ]
    if other_platform(scene):
        bases = [fact for fact in mine if fact.what == "pe.image-base"]
        bases += _imported_by_both(facts)
        if bases:
            yield Claim(PLATFORM_CODE, bases, Confidence.LIKELY, follows=_TAGS)
        return
    if mine and (_other_library(scene.path, scene.path_b) or _another_release(scene)):
        yield Claim(CODE, mine, follows=follows_libraries())


def _imported_by_both(facts: Sequence[Difference]) -> list[Difference]:
    """Return names of libraries that stand at other places only: both sides import them."""
    alone = {
        name
        for fact in facts
        if fact.what == "pe.imports"
        for value in (fact.a, fact.b)
        for name in str(value or "").lower().split()
    }
    return [
        fact
        for fact in facts
        if fact.what == "pe.import-name"
        and fact.a is not None
        and fact.b is not None
        and alone.isdisjoint(
            {_raw(value).decode("ascii", "replace").lower() for value in (fact.a, fact.b)}
        )
    ]


def _own_names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take strings of modules that name the interpreter, and are equal but for that."""
    tags = other_interpreter(scene.path, scene.path_b)
    elsewhere = tags is None and scene.path != scene.path_b and other_platform(scene)
    names = [
        fact
        for fact in facts
        if (tags is not None and _same_but(fact, tags))
        or (elsewhere and fact.what in _NAMED and _own_name(fact, scene))
    ]
    if names:
        yield Claim(INTERPRETER_NAME, names, follows=_TAGS)


def _own_name(fact: Difference, scene: Scene) -> bool:
    """Whether a name in a module is the file name of its side."""
    bases = [path.rpartition("/")[2].encode() for path in (scene.path, scene.path_b)]
    return [_raw(fact.a), _raw(fact.b)] == bases


def _ordinary(fact: Difference) -> bool:
    """Whether a fact is on code or data, and of no kind with a cause of its own."""
    if fact.inside.startswith(_APART):
        return False
    if fact.what.endswith(".string"):
        # Where strings have no end of their own (Rust), a path is one of many in a text.
        return not any(
            isinstance(value, bytes) and len(value) <= _LONG and _SPECIAL.search(value)
            for value in (fact.a, fact.b)
        )
    return True


_LONG: Final = 300


def _of_headers(fact: Difference) -> bool:
    """Whether strings of debug information name directories of headers, or are relative.

    Of another interpreter other headers are used, so that the lists of them do not go together.
    """
    texts = [_raw(value) for value in (fact.a, fact.b) if value is not None]
    return (
        fact.what == "elf.string"
        and fact.inside.startswith(".debug_line")
        and all(_HEADERS.match(text) or not text.startswith(b"/") for text in texts)
    )


_HEADERS: Final = re.compile(
    rb"/opt/_internal/[^/]+/include(?:/|\Z)|/opt/rh/[^/]+/root/usr/(?:include|lib)(?:/|\Z)"
    rb"|/usr/(?:local/)?(?:include|lib/gcc)(?:/|\Z)"
)


def _same_but(fact: Difference, tags: tuple[str, str]) -> bool:
    """Whether two strings or names are equal but for the interpreter they are for."""
    if not fact.what.endswith(".string") and fact.what not in _NAMED:
        return False
    one, two = _marked(_raw(fact.a), tags[0]), _marked(_raw(fact.b), tags[1])
    return b"\0*" in one and one == two


# In names of modules (cpython-311, cp311) and of Python's own library on Windows (python311.dll).
# and with more of the version in paths of its headers (cpython-3.11.10/include/python3.11).
_INTERPRETER: Final = re.compile(rb"(cpython-|cp|python)(3)(?:\.(\d+)(?:\.\d+)?|(\d+))")


def _marked(text: bytes, tag: str) -> bytes:
    """Return ``text`` with a mark where it names the interpreter of ``tag``."""
    mine = tag.removesuffix("t").rpartition("cp")[2].removeprefix("ython-").encode()

    def bare(found: re.Match[bytes]) -> bytes:
        digits = found[2] + (found[3] or found[4])
        return found[1] + b"\0*" if digits == mine else found[0]

    return _INTERPRETER.sub(bare, text)


def _raw(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value or "").encode("utf-8", "surrogateescape")


def _tags(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take tags that differ in interpreter and ABI alone, of two versions of CPython."""
    del scene
    mine = []
    for fact in facts:
        one, two = (
            {tuple(tag.split("-", 2)) for tag in _SPLIT.split(_listed(value)) if tag}
            for value in (fact.a, fact.b)
        )
        # A floor of the stable ABI is no interpreter that a wheel was built for.
        known = all(
            len(tag) == 3 and _CPYTHON.fullmatch(tag[0]) and not tag[1].startswith("abi3")
            for tag in (*one, *two)
        )
        if one and two and known and {tag[2] for tag in one} == {tag[2] for tag in two}:
            mine.append(fact)
    if mine:
        yield Claim(
            INTERPRETER,
            mine,
            explanation=" ".join(
                f"{fact.inside}: {_listed(fact.a)} in A, {_listed(fact.b)} in B."
                for fact in mine[:1]
            ),
        )


def _listed(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")


_SPLIT: Final = re.compile(r"[,\s]+")
_CPYTHON: Final = re.compile(r"cp3\d+")


def _names(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take file names that differ in the tag of the interpreter or platform, as the wheels do."""
    elsewhere = other_platform(scene)
    named = [
        fact
        for fact in facts
        if elsewhere and fact.note == "abi-tag" and _same_interpreter(str(fact.a), str(fact.b))
    ]
    mine = named + [
        fact
        for fact in facts
        if fact.note == "abi-tag"
        and (tags := other_interpreter(str(fact.a), str(fact.b))) is not None
        and _promised(tags[0], scene.a.info.tags)
        and _promised(tags[1], scene.b.info.tags)
    ]
    if mine:
        yield Claim(INTERPRETER_NAME, mine, follows=_TAGS)


def _same_interpreter(a: str, b: str) -> bool:
    one, two = _TAG.search(a), _TAG.search(b)
    return one is not None and two is not None and one["tag"] == two["tag"]


def _promised(tag: str, tags: Sequence[str]) -> bool:
    """Whether an interpreter's tag in a file name is one of the tags of the wheel."""
    name = tag.replace("cpython-", "cp").removesuffix("t")
    return any(name in each.split("-", 1)[0].split(".") for each in tags)


_C_LIBRARY: Final = re.compile(
    rb"lib(?:c|m|pthread|dl|rt|resolv|util|nsl|anl|crypt)\.so\.\d|libc\.musl-\w+\.so\.1|libc\.so"
    rb"|ld-(?:linux|musl)-[\w.-]+"
)


def _c_libraries(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Take the parts of the C library that modules for two systems need."""
    if not other_platform(scene):
        return
    mine = [
        fact
        for fact in facts
        if all(value is None or _C_LIBRARY.fullmatch(_raw(value)) for value in (fact.a, fact.b))
    ]
    if mine:
        yield Claim(PLATFORM_CODE, mine, Confidence.LIKELY, follows=_TAGS)


def _kinds(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(OTHER_KIND, facts, follows=_TAGS)


RULES: Final = (
    Rule("c-libraries", (PLATFORM_CODE,), ("elf.needed",), 46, _c_libraries),
    Rule("elf-kind", (OTHER_KIND,), ("elf.kind", "native.kind"), 48, _kinds),
    Rule(
        "vendored-versions",
        (CODE, PLATFORM_CODE),
        (
            *("macho.install-name", "macho.signature-form", "pe.own-name", "pe.image-base"),
            *("pe.imports", "pe.import-name"),
        ),
        45,
        _own_version,
    ),
    Rule("interpreter-tags", (INTERPRETER,), ("wheel.tag", "artifact.tags"), 42, _tags),
    Rule(
        "interpreter-names-inside",
        (INTERPRETER_NAME,),
        (*sorted(_NAMED), "pe.string", "macho.string"),
        45,
        _own_names,
    ),
    # Behind the rule on build-ids (47), which has to see whether anything else differs; in front
    # of those on code by their names.
    Rule("build-names", (INTERPRETER_NAME,), ("elf.string",), 48, _own_names),
    Rule("builds-of-others", (INTERPRETER_CODE, PLATFORM_CODE, CODE), _TAKES, 48, _contents),
    Rule("interpreter-names", (INTERPRETER_NAME,), ("member.renamed",), 10, _names),
)
