"""Facts on two Mach-O files of one architecture: ids, versions, names, stabs, signature."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from reprodiff.formats.machine.names import readable
from reprodiff.formats.machine.sides import is_swapped, turned
from reprodiff.formats.macho.commands import command_facts, command_pairs
from reprodiff.formats.macho.image import (
    ARCHITECTURES,
    UUID,
    Image,
    Section,
)
from reprodiff.formats.macho.proof import Proof, is_taken_apart
from reprodiff.formats.macho.signature import Signature, read_signature, skeleton
from reprodiff.formats.macho.symbols import symbol_facts
from reprodiff.formats.parsing.native import Pair, changed_runs, fact, string_pairs
from reprodiff.ledger import merge
from reprodiff.model import Difference, Span


def compare_images(a: Image, b: Image, path: str) -> list[Difference]:
    """Return all that differs in two images; spans are those of the images' own data.

    ``macho.place`` names the place of bytes that nothing else accounts for.
    """
    if is_swapped(a.data, b.data):
        return turned(_compared(b, a, path))
    return _compared(a, b, path)


def _compared(a: Image, b: Image, path: str) -> list[Difference]:
    alike = (a.cpu, a.wide, a.word(12)) == (b.cpu, b.wide, b.word(12))
    if a.cpu != b.cpu and a.cpu in ARCHITECTURES and b.cpu in ARCHITECTURES:
        # Nothing in the two stands for anything in the other.
        names = [ARCHITECTURES[image.cpu] for image in (a, b)]
        whole = [(Span(0, len(a.data)), Span(0, len(b.data)))]
        return [fact(("macho.slice", path, "processor"), names, whole)]
    if not (is_taken_apart(a) and is_taken_apart(b) and alike):
        return _in_place(a, b, path)
    damage: tuple[list[str], list[str]] = ([*a.damage], [*b.damage])
    found = [*command_facts(a, b, path), *_signatures(a, b, damage, path)]
    contents = [merge(each.span for each in image.sections) for image in (a, b)]
    found = [each for each in found if each.what != "macho.place" and not _within(each, contents)]
    found += readable(Proof(path, (a, b), found, damage).facts())
    return [*found, *_damage(damage, path)]


def _damage(damage: tuple[list[str], list[str]], path: str) -> Iterator[Difference]:
    said = ["; ".join(dict.fromkeys(each)) or None for each in damage]
    if said[0] or said[1]:
        yield Difference("macho.damage", path, "structure", said[0], said[1])


def _in_place(a: Image, b: Image, path: str) -> list[Difference]:
    """Compare object files and files of other machines, in which what moves is not followed."""
    damage: tuple[list[str], list[str]] = ([*a.damage], [*b.damage])
    found = [*command_facts(a, b, path), *symbol_facts(a, b, damage, path)]
    found += _signatures(a, b, damage, path)
    # No table may claim bytes that are also content of a section.
    contents = [merge(each.span for each in image.sections) for image in (a, b)]
    found = [each for each in found if each.what == "macho.place" or not _within(each, contents)]
    shapes = [[(s.name, s.span, s.executable) for s in image.sections] for image in (a, b)]
    if shapes[0] == shapes[1]:
        covered = [pair for each in found if each.what != "macho.place" for pair in each.places()]
        found += _sections(a, b, covered, path)
    else:
        found += _code(a, b, path)
    return [*_places(a, b, path), *found, *_damage(damage, path)]


def _within(found: Difference, contents: Sequence[Sequence[Span]]) -> bool:
    """Whether a fact is about bytes of a section, on either side."""
    for sides in found.places():
        for span, content in zip(sides, contents, strict=True):
            at = bisect_left(content, span.stop, key=lambda each: each.start) - 1
            if span.size and at >= 0 and content[at].stop > span.start:
                return True
    return False


def _raw(image: Image, span: Span) -> bytes:
    return bytes(image.data[span.start : span.stop])


# -- the signature ------------------------------------------------------------------------------


def _signatures(
    a: Image, b: Image, damage: tuple[list[str], list[str]], path: str
) -> Iterator[Difference]:
    one, two = read_signature(a, damage[0]), read_signature(b, damage[1])
    if one is None or two is None:
        return
    yield Difference("macho.place", path, "code signature", None, None, one.span, two.span)
    if one.true is not two.true:
        values = tuple(None if each.true else "not of this file" for each in (one, two))
        yield fact(("macho.signature-untrue", path, "code signature"), values)
    if _raw(a, one.span) == _raw(b, two.span):
        return
    if one.true and two.true:
        yield from _hashes(a, b, one, two, path)
        if _form(one) != _form(two):
            shown = [_shown(each) for each in (one, two)]
            yield fact(
                ("macho.signature-form", path, "code signature"), shown, [(one.span, two.span)]
            )
    for each_a, each_b in zip(one.directories, two.directories, strict=False):
        if each_a.identifier != each_b.identifier:
            spans = (each_a.identifier_span, each_b.identifier_span)
            values_id = (each_a.identifier, each_b.identifier)
            heads = [_before_uuid(i, value) for i, value in zip((a, b), values_id, strict=True)]
            note = "uuid" if heads[0] == heads[1] is not None else ""
            yield fact(("macho.code-identifier", path, "identifier"), values_id, [spans], note)
    if (one.cms.size or two.cms.size) and _raw(a, one.cms) != _raw(b, two.cms):
        sizes = [f"{each.cms.size} bytes" if each.cms.size else None for each in (one, two)]
        if one.cms.size and two.cms.size:
            yield fact(("macho.cms", path, "signature"), sizes, [(one.cms, two.cms)])


def _form(signature: Signature) -> tuple[tuple[int, int], ...]:
    """Return the kinds of code directories, and how long the names in them are."""
    return tuple((each.type, len(each.identifier)) for each in signature.directories)


def _shown(signature: Signature) -> str:
    hashes = sum(len(each.slots) for each in signature.directories)
    names = sorted({each.identifier for each in signature.directories})
    text = b", ".join(names).decode("utf-8", "replace")
    count = len(signature.directories)
    noun = "code directory" if count == 1 else "code directories"
    return f"{count} {noun}, {hashes} true hashes, for {text}"


def _before_uuid(image: Image, identifier: bytes) -> bytes | None:
    """Return what stands in an identifier before the file's own LC_UUID; ``None`` without it.

    codesign writes the letters UUID and the id in hexadecimal digits behind the name.
    """
    ids = [
        _raw(image, Span(command.at + 8, command.at + 24)).hex()
        for command in image.commands
        if command.cmd == UUID and command.size == 24
    ]
    end = f"-{b'UUID'.hex()}{ids[0] if len(ids) == 1 else ''}".encode()
    return identifier.removesuffix(end) if len(ids) == 1 and identifier.endswith(end) else None


def _hashes(a: Image, b: Image, one: Signature, two: Signature, path: str) -> Iterator[Difference]:
    """The hashes that differ, all of which are true of their own side."""
    counts = [sum(len(d.slots) for d in each.directories) for each in (one, two)]
    values = [f"{count} true hashes" for count in counts]
    if counts[0] != counts[1]:
        # Files of other sizes have other numbers of pages, and that is all but the names.
        if _form(one) == _form(two) and skeleton(a, one) == skeleton(b, two):
            inside = "hashes of the code signature"
            yield fact(("macho.code-hashes", path, inside), values, _beside_names(one, two))
        return
    parts: list[Pair] = []
    for each_a, each_b in zip(one.directories, two.directories, strict=False):
        if each_a.type != each_b.type or len(each_a.slots) != len(each_b.slots):
            return
        places = [*zip(each_a.slots, each_b.slots, strict=True), (each_a.limit, each_b.limit)]
        if each_a.segment is not None and each_b.segment is not None:
            places.append((each_a.segment, each_b.segment))
        parts += [(x, y) for x, y in places if _raw(a, x) != _raw(b, y)]
    if parts:
        inside = f"{len(parts)} hashes of the code signature"
        yield fact(("macho.code-hashes", path, inside), values, sorted(parts))


def _beside_names(one: Signature, two: Signature) -> list[Pair]:
    """Return all of two signatures but the names of what is signed, which are told apart."""
    names = zip(one.directories, two.directories, strict=True)
    parts: list[Pair] = []
    at_a, at_b = one.span.start, two.span.start
    for span_a, span_b in sorted((x.identifier_span, y.identifier_span) for x, y in names):
        parts.append((Span(at_a, span_a.start), Span(at_b, span_b.start)))
        at_a, at_b = span_a.stop, span_b.stop
    return [*parts, (Span(at_a, one.span.stop), Span(at_b, two.span.stop))]


# -- what is in the sections --------------------------------------------------------------------


def _sections(a: Image, b: Image, covered: Sequence[Pair], path: str) -> Iterator[Difference]:
    stop = 0
    for section in sorted(a.sections, key=lambda each: each.span):
        # Sections that overlap say the same bytes twice.
        if not section.span.size or section.span.start < stop:
            continue
        stop = section.span.stop
        spans = (section.span, section.span)
        if section.executable:
            for run_a, run_b in changed_runs(a.data, b.data, spans, covered, merge=16):
                inside = _inside(section, run_a)
                values = [_raw(i, r).hex(" ")[:96] for i, r in ((a, run_a), (b, run_b))]
                yield fact(("macho.code", path, inside), values, [(run_a, run_b)])
            continue
        runs = changed_runs(a.data, b.data, spans, covered)
        for found in string_pairs(a.data, b.data, spans, runs):
            inside = _inside(section, found.span_a)
            pair = (found.span_a, found.span_b)
            yield fact(("macho.string", path, inside), (found.a, found.b), [pair])


def _code(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """Sections of instructions that stand elsewhere, or are of another size: each as a whole."""
    stops = [0, 0]
    others = {section.name: section for section in reversed(b.sections)}
    for one in a.sections:
        two = others.get(one.name)
        if two is None or not one.executable or not two.executable:
            continue
        spans = (one.span, two.span)
        in_turn = all(span.size and span.start >= at for span, at in zip(spans, stops, strict=True))
        if in_turn and _raw(a, one.span) != _raw(b, two.span):
            stops = [span.stop for span in spans]
            sizes = [f"{span.size} bytes" for span in spans]
            yield fact(("macho.code", path, one.name), sizes, [spans])


def _inside(section: Section, span: Span) -> str:
    return f"{section.name}+{span.start - section.span.start:#x}"


def _places(a: Image, b: Image, path: str) -> Iterator[Difference]:
    """Yield what names the place of bytes that nothing accounts for, from coarse to fine."""
    for one, two in zip(a.segments, b.segments, strict=False):
        if one.name == two.name and one.span.size and two.span.size:
            name = one.name.decode("utf-8", "replace")
            yield Difference("macho.place", path, name, None, None, one.span, two.span)
    for own, other in zip(a.sections, b.sections, strict=False):
        if own.name == other.name and own.span.size and other.span.size:
            yield Difference("macho.place", path, own.name, None, None, own.span, other.span)
    head = Span(0, a.header_size)
    yield Difference("macho.place", path, "header", None, None, head, Span(0, b.header_size))
    for command, twin in command_pairs(a, b):
        if command is not None and twin is not None:
            spans = (command.span, twin.span)
            yield fact(("macho.place", path, command.name), (None, None), [spans])
