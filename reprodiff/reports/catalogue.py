"""The catalogue of causes and the page of tools, as Markdown for ``docs``.

``python -m reprodiff.reports.catalogue causes`` prints one of them; both are made from the same
data as ``reprodiff explain`` and the fixes of a report.
"""

import re
import sys
from collections.abc import Iterator
from typing import Final

from reprodiff.causes.base import Cause
from reprodiff.causes.registry import CAUSES
from reprodiff.model import Category
from reprodiff.reports.explain import grouped
from reprodiff.reports.markdown import fence
from reprodiff.reports.words import paragraphs, title
from reprodiff.toolchains.base import Role, Tool
from reprodiff.toolchains.registry import all_tools

_CODE: Final = re.compile(r"`([^`]+)`")
_CAUSES_HEAD: Final = """\
All {} causes that reprodiff knows, by category, as `reprodiff explain CAUSE` shows them.
[Tools](tools.md) has the same settings by tool. `make docs` makes both pages."""
_TOOLS_HEAD: Final = """\
The tools that reprodiff knows: how each is recognised, what it makes the same by itself,
which settings remove which [causes](causes.md), and what nothing in it removes.
`make docs` makes this page."""
_FENCES: Final = {"shell": "sh", "batch": "bat", "gitattributes": ""}
_ROLES: Final = {
    Role.BACKEND: "Build backends",
    Role.PLUGIN: "Plug-ins of backends",
    Role.REPAIR: "Repair tools",
    Role.INSTALLER: "Installers",
    Role.DRIVER: "What runs a build",
    Role.COMPILER: "Compilers and linkers",
    Role.HAND: "Hand tools",
}


def causes_page() -> str:
    """Return every cause under the fixed headings, by category."""
    by_category: dict[Category, list[Cause]] = {}
    for cause in CAUSES.values():
        by_category.setdefault(cause.category, []).append(cause)
    lines = ["# Causes", "", _CAUSES_HEAD.format(len(CAUSES)), ""]
    for category in Category:
        if category in by_category:
            ids = ", ".join(f"[`{c.id}`](#{c.id})" for c in by_category[category])
            lines += [f"- **{category.value}**: {ids}"]
    for category in Category:
        if category in by_category:
            lines += ["", f"## {category.value}"]
            for cause in by_category[category]:
                lines += ["", *_cause(cause)]
    return "\n".join(lines) + "\n"


def _cause(cause: Cause) -> Iterator[str]:
    doc = cause.doc
    yield f"### {cause.id}"
    yield ""
    yield f"{_prose(title(cause.title))}; usually {cause.severity.value}."
    for heading, text in (
        ("What it is", doc.what),
        ("How it is recognised", doc.recognised),
        ("Why it happens", doc.why),
    ):
        yield ""
        yield f"**{heading}.** {_paragraphs(text)}"
    yield ""
    yield "**How to fix it.**"
    for group in grouped(cause):
        yield ""
        tools = f"*{escape(group.tools)}*: " if group.tools else ""
        facts = f" ({escape(group.facts)})" if group.facts else ""
        yield f"- {tools}{_prose(group.change)}{facts}"
        if group.snippet:
            yield ""
            yield "\n".join(
                f"  {line}".rstrip() for line in fence(group.snippet.splitlines()).splitlines()
            )
    yield ""
    yield f"**What it is mistaken for.** {_paragraphs(doc.mistaken_for)}"
    if doc.sources:
        yield ""
        yield f"**Sources.** {'; '.join(_source(source) for source in doc.sources)}"


def _paragraphs(text: str) -> str:
    return "\n\n".join(_prose(paragraph) for paragraph in paragraphs(text))


def _prose(text: str) -> str:
    """Return text with its `code` kept and everything else shown as it is."""
    parts = _CODE.split(text)
    return "".join(f"`{part}`" if n % 2 else escape(part) for n, part in enumerate(parts))


def escape(text: str) -> str:
    """Return our own words as Markdown; they are no artifact's, so only signs are minded."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*")
    return text.replace("__", "\\_\\_")


def _source(source: str) -> str:
    return f"<{source}>" if re.fullmatch(r"https://\S+", source) else _prose(source)


# -- tools ----------------------------------------------------------------------------------------


def tools_page() -> str:
    """Return every tool: how it is recognised, what it does by itself, its settings and limits."""
    by_role: dict[Role, list[Tool]] = {}
    for tool in all_tools():
        by_role.setdefault(tool.role, []).append(tool)
    lines = ["# Tools", "", _TOOLS_HEAD]
    for role, heading in _ROLES.items():
        if role in by_role:
            lines += ["", f"## {heading}"]
            for tool in by_role[role]:
                lines += ["", *_tool(tool)]
    return "\n".join(lines) + "\n"


def _tool(tool: Tool) -> Iterator[str]:
    yield f"### {tool.id}"
    yield ""
    yield f"<{tool.docs}>"
    if marks := list(_recognition(tool)):
        yield ""
        yield f"Recognised by {'; '.join(marks)}."
    if tool.habits:
        yield ""
        yield "By itself it makes the same:"
        yield ""
        for habit in tool.habits:
            since = f" (since {escape(habit.since)})" if habit.since else ""
            yield f"- {_prose(habit.what)}{since}"
    for knob in tool.knobs:
        yield ""
        since = f"; since {escape(knob.since)}" if knob.since else ""
        yield f"**{_prose(knob.title)}** (`{tool.id}-{knob.slug}`; {escape(knob.place)}{since})"
        yield ""
        yield f"{_prose(knob.why)} Removes {_links(knob.causes)}."
        yield ""
        language = _FENCES.get(knob.dialect, knob.dialect)
        yield fence(knob.text.splitlines(), language)
    for limit in tool.limits:
        yield ""
        yield f"**No remedy in it.** {_prose(limit.reason)} Concerns {_links(limit.causes)}."


def _recognition(tool: Tool) -> Iterator[str]:
    if tool.generators:
        yield "the Generator of WHEEL (" + ", ".join(f"`{name}`" for name in tool.generators) + ")"
    if tool.build_backend:
        yield f"build-backend `{tool.build_backend}` in an sdist"
    if tool.zip_test or tool.tar_test:
        yield "the habits of its archives"
    for mark in dict.fromkeys(member.why for member in tool.members):
        yield _prose(mark)


def _links(causes: tuple[str, ...]) -> str:
    return ", ".join(
        f"[`{cause}`](causes.md#{cause})" if cause in CAUSES else f"`{cause}`" for cause in causes
    )


if __name__ == "__main__":
    sys.stdout.write({"causes": causes_page, "tools": tools_page}[sys.argv[1]]())
