"""Order, compression and dialect of archives: what the writer chose, not what it was given."""

from collections.abc import Iterator, Sequence
from typing import Final

from reprodiff.causes.base import Blame, Cause, Claim, Doc, Rule, Scene
from reprodiff.model import Category, Confidence, Difference, Severity

_APPNOTE: Final = "APPNOTE.TXT (zip file format specification)"
_SAME_WRITER: Final = (("any", "build both sides with the same backend and repair tool, pinned"),)

ORDER: Final = Cause(
    id="archive-order",
    category=Category.ORDERING,
    severity=Severity.BENIGN,
    title="members in another order",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same members stand in another order in the archive, on disk or in the directory "
        "at its end. Each name stands there once, so every reader finds the same files.",
        recognised="The names of the members that both sides have form the same set and another "
        "sequence, and no name comes twice.",
        why="A backend or repair tool that walks a directory without sorting takes the order of "
        "the file system. Another backend sorts by another rule: pdm-backend and meson-python "
        "put dist-info first, most put it last.",
        fix=(
            ("delvewheel", "1.13.2 does not sort: rewrite the wheel with repairwheel"),
            ("delocate", "0.13.0 does not sort: rewrite the wheel with repairwheel"),
            ("scikit-build-core", "1.1.2 does not sort dist-info/licenses: rewrite the wheel"),
            ("auditwheel", "6.2.0 or later sorts"),
            ("maturin", "1.7.5 or later sorts"),
            ("own code", "dirnames.sort() and sorted(filenames) in every walk"),
            ("GNU tar", "--sort=name"),
        ),
        mistaken_for="Another tool: if WHEEL names another generator, that is the cause, not the "
        "file system.",
        sources=("https://reproducible-builds.org/docs/archives/",),
    ),
)

LEVEL: Final = Cause(
    id="compression-level",
    category=Category.COMPRESSION,
    severity=Severity.BENIGN,
    title="other compression method or level",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same content is compressed with another method, or with another level of the "
        "same method.",
        recognised="Both sides decompress to the same bytes, compared in full. The methods "
        "differ, or zlib makes each side's stream again at a level, and the levels differ.",
        why="An option of the tool: auditwheel `-z`, maturin `--compression-level`, `wheel pack`.",
        fix=(
            ("auditwheel", "the same `-z LEVEL` (AUDITWHEEL_ZIP_COMPRESSION_LEVEL) on both sides"),
            ("maturin", "the same `--compression-level` (1.8.4 or later) on both sides"),
            *_SAME_WRITER,
        ),
        mistaken_for="Other content. Bits 1 and 2 of the flags repeat the level and follow it.",
        sources=(_APPNOTE + " 4.4.5", "RFC 1951"),
    ),
)

IMPLEMENTATION: Final = Cause(
    id="compression-implementation",
    category=Category.COMPRESSION,
    severity=Severity.BENIGN,
    title="compressed by another implementation",
    blame=Blame.LEAF,
    doc=Doc(
        what="The same content gives another compressed stream: another implementation of "
        "deflate, or other flush points.",
        recognised="Both sides decompress to the same bytes, compared in full, and no level of "
        "zlib makes both streams.",
        why="zlib-ng in place of zlib in the interpreter (Windows from CPython 3.14, some "
        "distributions, conda), or a writer in Rust or Go with a deflate of its own.",
        fix=(
            ("any", "pin the interpreter that writes the archive, down to its zlib"),
            ("maturin", "`--compression-method stored` (1.8.7 or later) takes the stream out"),
        ),
        mistaken_for="A change in a few members only: small members compress alike everywhere, so "
        "an implementation shows on the larger ones.",
        sources=("RFC 1951",),
    ),
)

DIRECTORIES: Final = Cause(
    id="directory-entries",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="entries for directories on one side",
    blame=Blame.LEAF,
    doc=Doc(
        what="One archive has entries of their own for directories, the other has only the files "
        "in them. Unpacking gives the same tree.",
        recognised="The member is a directory, other members of its side lie below it, and its "
        "entry says nothing else: no special bits, comment, link, or field that is not understood.",
        why="auditwheel, delvewheel, delocate and uv_build write such entries for wheels, "
        "setuptools for sdists; other tools do not.",
        fix=(("any", "compare repaired wheels with repaired wheels; pin the backend"),),
        mistaken_for="An empty directory, which is content of its own and is reported as a member "
        "of one side.",
        sources=(_APPNOTE,),
    ),
)

WRITER: Final = Cause(
    id="zip-dialect",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="zip fields that tell the writer",
    blame=Blame.LEAF,
    doc=Doc(
        what="Fields differ that only say which program on which system wrote the archive: the "
        "version and system it was made by, the version needed to read it, flags for UTF-8 names "
        "and data descriptors, DOS attributes, the text bit, forced zip64 fields.",
        recognised="Only those fields and bits differ, and hold values the specification gives "
        "them, up to version 6.3; names decode to the same text, and sizes and checksums are those "
        "of the content.",
        why="Another backend, version or repair tool: 20 in 'made by' is CPython or Rust, 30 "
        "Info-ZIP, 63 uv_build; system 0 is Windows, 3 Unix.",
        fix=_SAME_WRITER,
        mistaken_for="Tampering. Values that a reader acts on (method, name, encryption) are not "
        "part of this finding.",
        sources=(_APPNOTE + " 4.4",),
    ),
)

TAR_DIALECT: Final = Cause(
    id="tar-dialect",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="tar fields that tell the writer",
    blame=Blame.LEAF,
    doc=Doc(
        what="The two tar archives say the same in another dialect: ustar, GNU or pax magic, a "
        "name in a pax record instead of the header, numbers padded another way, padding at the "
        "end of the archive, pax records that describe the writer, `./` in front of every name.",
        recognised="The effective name, size, link, type and content of every member are equal; "
        "only their encoding differs, and padding is zero bytes. In an sdist `./` in front of "
        "the names is for review: pip takes the first part of a name for the sdist's folder and "
        "does not find the project in it.",
        why="CPython writes pax since 3.8, GNU tar its own format; Rust writers end the archive "
        "after two blocks, CPython pads to 10,240 bytes. `tar c ./demo-1.0` writes the dot.",
        fix=(
            ("CPython tarfile", "format=tarfile.PAX_FORMAT or tarfile.USTAR_FORMAT, by name"),
            *_SAME_WRITER,
        ),
        mistaken_for="Other members: sizes and offsets move with every pax record.",
        sources=("POSIX.1-2017 pax", "GNU tar manual, Tar Internals"),
    ),
)

GZIP_HEADER: Final = Cause(
    id="gzip-header",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.BENIGN,
    title="gzip name, system and level bytes",
    blame=Blame.LEAF,
    doc=Doc(
        what="The gzip header names another original file or system, or hints at another level. "
        "Unpacking does not depend on it.",
        recognised="Only FNAME, FHCRC, OS, XFL or the five flag bits of RFC 1952 differ.",
        why="A writer that was given a path writes its name, one that was given a file object "
        "does not; the OS byte depends on the writer and, in gzip.compress, on the Python version.",
        fix=(
            ("gzip", "gzip -n"),
            ("CPython gzip", 'GzipFile(filename="", fileobj=..., mtime=...)'),
        ),
        mistaken_for="Other content: the compressed bytes behind the header are compared by "
        "themselves. A temporary file's name in FNAME is a leak of the build's paths.",
        sources=("RFC 1952 section 2.3.1",),
    ),
)

COMMENT: Final = Cause(
    id="archive-comment",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.REVIEW,
    title="comment of the archive or of a member",
    blame=Blame.LEAF,
    doc=Doc(
        what="A comment differs: of the zip archive, of one of its members, of the gzip header, or "
        "a pax global comment. No installer reads it, but people and provenance tools do.",
        recognised="The comment's bytes differ.",
        why="`git archive` writes the commit id there; signing tools use it too.",
        fix=(
            ("git archive", "archive a tree id instead of a commit, or do not ship its output"),
            ("any", "write the archive without a comment"),
        ),
        mistaken_for="Noise: another commit id is evidence of other sources.",
        sources=(_APPNOTE + " 4.3.16", "git-archive(1)"),
    ),
)

UNKNOWN_EXTRA: Final = Cause(
    id="zip-extra-field",
    category=Category.ARCHIVE_FORMAT,
    severity=Severity.REVIEW,
    title="extra field that is not understood",
    blame=Blame.LEAF,
    doc=Doc(
        what="A zip extra field differs that holds neither times nor owners nor sizes. Readers "
        "that know its id may act on it.",
        recognised="The id is none of those whose content reprodiff reads.",
        why="Another writer, a signing or alignment tool, or data hidden where few look.",
        fix=(("Info-ZIP", "zip -X"), *_SAME_WRITER),
        mistaken_for="Times or owners, which have findings of their own.",
        sources=(_APPNOTE + " 4.5", "Info-ZIP proginfo/extrafld.txt"),
    ),
)

# General purpose flag bits (APPNOTE 4.4.4) that say nothing about the content: 1 and 2 the level
# of deflate, 3 a data descriptor behind the data, 11 names in UTF-8.
_HARMLESS_FLAGS: Final = 0x0002 | 0x0004 | 0x0008 | 0x0800


def _order(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    notes = tuple(f"{fact.inside}: {fact.note}" for fact in facts)
    yield Claim(ORDER, facts, evidence=(*notes, *writers(scene)))


def _streams(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """The engine has compared the plain bytes; the note has the levels that make each stream."""
    del scene
    levels: list[Difference] = []
    others: list[Difference] = []
    for fact in facts:
        known = isinstance(fact.a, str) and isinstance(fact.b, str)
        (levels if known and _other_level(str(fact.a), str(fact.b)) else others).append(fact)
    if levels:
        pairs = sorted({f"{fact.a!s} in A, {fact.b!s} in B" for fact in levels})
        yield Claim(LEVEL, levels, evidence=tuple(pairs[:4]))
    if others:
        yield Claim(IMPLEMENTATION, others)


def _method(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """The method as a header field; what it gives is compared by itself."""
    del scene
    yield Claim(LEVEL, facts)


def _other_level(a: str, b: str) -> bool:
    """Whether two descriptions differ in method, or both name a level and not the same."""
    method_a, _, level_a = a.partition(" ")
    method_b, _, level_b = b.partition(" ")
    both = level_a.startswith("level ") and level_b.startswith("level ")
    return method_a != method_b or (both and level_a != level_b)


def _directories(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    yield Claim(DIRECTORIES, facts)


def _zip_dialect(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    mine = [fact for fact in facts if _of_writer(fact)]
    if mine:
        kinds = sorted({fact.inside for fact in mine})
        yield Claim(WRITER, mine, evidence=(f"fields: {', '.join(kinds[:12])}", *writers(scene)))


def writers(scene: Scene) -> tuple[str, ...]:
    """Say which tools' habits the two containers have, where that is known and not the same."""
    if scene.a.writer == scene.b.writer:
        return ()
    sides = (("A", scene.a.writer), ("B", scene.b.writer))
    return tuple(f"{side} has the habits of {writer}" for side, writer in sides if writer)


# Bits that only tell the writer. DOS attributes: read-only, archive, and that a Unix mode is there.
# Internal attributes: text.
_HARMLESS_BITS: Final = {
    "zip.flags": _HARMLESS_FLAGS,
    "zip.dos-attributes": 0x8021,
    "zip.internal-attributes": 0x01,
}
_DOS_DIRECTORY: Final = 0x10
# The last system of APPNOTE 4.4.2.2 is 19, the last version 6.3: CPython's zipfile refuses to read
# a member that needs more.
_LAST: Final = {"zip.system": 19, "zip.create-version": 63, "zip.extract-version": 63}


def _of_writer(fact: Difference) -> bool:
    """Whether a field differs only in what it says of the writer."""
    bits, last = _HARMLESS_BITS.get(fact.what), _LAST.get(fact.what)
    if bits is None and last is None:
        return True
    if not isinstance(fact.a, int) or not isinstance(fact.b, int):
        return False
    if bits is None:
        # Some readers take Unix modes from Unix only: an execute bit would be lost on one side.
        crosses = fact.what == "zip.system" and fact.note == "executable"
        return max(fact.a, fact.b) <= (last or 0) and not crosses
    if fact.what == "zip.dos-attributes" and fact.path.endswith("/"):
        bits |= _DOS_DIRECTORY
    return (fact.a ^ fact.b) & ~bits == 0


def _dotted(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    del scene
    for fact in facts:
        sdist = fact.note == "sdist"
        text = "All names of one side begin with ./ and go without it here."
        if sdist:
            text += " Installers take the first part of a name for the sdist's own folder."
        yield Claim(
            TAR_DIALECT, [fact], severity=Severity.REVIEW if sdist else None, explanation=text
        )


class _Simple:
    """A rule's function that gives all facts it is shown to one cause."""

    def __init__(self, cause: Cause) -> None:
        self._cause = cause

    def __call__(self, facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
        """Claim all facts."""
        del scene
        fields = sorted({fact.inside for fact in facts})
        evidence = (f"fields: {', '.join(fields[:12])}",) if fields[0] else ()
        yield Claim(self._cause, facts, Confidence.PROVEN, evidence=evidence)


def _gzip(facts: Sequence[Difference], scene: Scene) -> Iterator[Claim]:
    """Bits 5 to 7 of FLG are reserved and must be zero."""
    mine = [
        fact
        for fact in facts
        if fact.what != "gzip.flags"
        or (isinstance(fact.a, int) and isinstance(fact.b, int) and max(fact.a, fact.b) < 0x20)
    ]
    if mine:
        yield from _Simple(GZIP_HEADER)(mine, scene)


RULES: Final = (
    Rule("order", (ORDER,), ("zip.order", "zip.directory-order", "tar.order"), 30, _order),
    Rule("method", (LEVEL,), ("zip.method",), 31, _method),
    Rule("streams", (LEVEL, IMPLEMENTATION), ("zip.stream", "gzip.stream"), 31, _streams),
    Rule("directories", (DIRECTORIES,), ("member.directory",), 32, _directories),
    Rule(
        "zip-dialect",
        (WRITER,),
        (
            *("zip.system", "zip.create-version", "zip.extract-version", "zip.flags"),
            *("zip.dos-attributes", "zip.internal-attributes", "zip.descriptor"),
            *("zip.extra-zip64", "zip.name-encoding"),
        ),
        33,
        _zip_dialect,
    ),
    Rule(
        "tar-dialect",
        (TAR_DIALECT,),
        (
            *("tar.magic", "tar.encoding", "tar.name-field", "tar.end", "tar.pax-only"),
            *("tar.device-field", "tar.pax.LIBARCHIVE.creationtime"),
        ),
        34,
        _Simple(TAR_DIALECT),
    ),
    Rule("tar-dotted", (TAR_DIALECT,), ("tar.dotted",), 34, _dotted),
    Rule(
        "gzip-header",
        (GZIP_HEADER,),
        ("gzip.name", "gzip.os", "gzip.xfl", "gzip.flags", "gzip.header-crc"),
        35,
        _gzip,
    ),
    Rule(
        "comments",
        (COMMENT,),
        ("zip.comment", "zip.archive-comment", "gzip.comment", "tar.pax.comment", "tar.global-pax"),
        36,
        _Simple(COMMENT),
    ),
    Rule("extra", (UNKNOWN_EXTRA,), ("zip.extra",), 37, _Simple(UNKNOWN_EXTRA)),
)
