"""Writes the canonical form of an opened artifact, or says all the reasons why there is none."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from reprodiff.artifacts.base import Artifact, Payload, Source
from reprodiff.artifacts.streams.spool import Spool
from reprodiff.artifacts.tar import TarArtifact
from reprodiff.artifacts.zip import ZipArtifact, looks_like_zip
from reprodiff.errors import LimitError, ReprodiffError, UnsupportedError
from reprodiff.limits import Budget, Limits
from reprodiff.model import ArtifactKind, MemberType
from reprodiff.normalize.contents import NESTED, Neighbours, may_change, patches, refusal
from reprodiff.normalize.items import Item, tar_items, zip_items
from reprodiff.normalize.mentions import Mentions
from reprodiff.normalize.native import Patch
from reprodiff.normalize.record import Book, check_identity, info_directory, order
from reprodiff.normalize.rules import Reasons, RefusedError, Rules
from reprodiff.normalize.sinks import DeflatedGzip, Sink, StoredGzip
from reprodiff.normalize.tarwriter import DIRECTORY, FILE, SYMLINK, TarWriter
from reprodiff.normalize.zipwriter import ZipWriter
from reprodiff.records import replace

_KINDS = {
    MemberType.FILE: FILE,
    MemberType.SYMLINK: SYMLINK,
    MemberType.DIRECTORY: DIRECTORY,
}
_RELAX = 16 << 20
"""Bytes written before pages of the input are given back."""
_NOTHING = memoryview(b"")


def canonical(artifact: Artifact, sink: Sink, rules: Rules, limits: Limits, depth: int = 1) -> None:
    """Write the canonical form of a wheel, an sdist, a zip or a tar to ``sink``.

    What was written is worth nothing if this raises:

    Raises:
        RefusedError: With all reasons: a contradiction, damage, a signature that would break.
        UnsupportedError: It is no such archive.
        LimitError: It is larger than the limits allow.
    """
    work = _Work(artifact, rules, limits, depth)
    if isinstance(artifact, ZipArtifact):
        work.zip(artifact, sink)
    elif isinstance(artifact, TarArtifact):
        work.tar(artifact, sink)
    else:
        raise UnsupportedError(
            "only wheels, sdists and other zip and tar archives have a canonical form",
            "give .whl, .tar.gz, .zip or .tar files",
        )
    if work.reasons:
        raise RefusedError(work.reasons.all())


def is_wheel(artifact: Artifact) -> bool:
    """Whether an archive is to be held to what a wheel must be."""
    lower = artifact.path.lower()
    return lower.endswith(".whl") or (
        artifact.kind is ArtifactKind.WHEEL and not lower.endswith((".zip", ".egg"))
    )


class _Work:
    """One artifact on its way."""

    def __init__(self, artifact: Artifact, rules: Rules, limits: Limits, depth: int) -> None:
        self.reasons = Reasons()
        self._artifact = artifact
        self._rules = rules
        self._limits = limits
        self._budget = Budget(limits)
        self._depth = depth
        self._touched = 0
        self._changing: set[bytes] = set()
        self._beside = Neighbours({}, zip_times=isinstance(artifact, ZipArtifact))

    def zip(self, artifact: ZipArtifact, sink: Sink) -> None:
        """Write a wheel or another zip."""
        wheel = is_wheel(artifact)
        items = zip_items(artifact, self.reasons, wheel=wheel)
        book: Book | None = None
        if wheel:
            items = [item for item in items if item.type is not MemberType.DIRECTORY]
            items.sort(key=order)
            book = self._open_book(items)
        else:
            items.sort(key=lambda item: item.name)
        self._prepare(items, book.record if book else "")
        writer = ZipWriter(sink, self._rules.time, compress=self._rules.compress)
        for item in items:
            if book is not None and item.path == book.record:
                continue
            with self._content(item, book) as view:
                writer.add(item.name, view, item.mode, item.system)
                if book is not None:
                    book.add(item.name, view)
        if book is not None and (own := self._find(items, book.record)):
            writer.add(own.name, book.written(own.name), own.mode, own.system)
        writer.finish()

    def tar(self, artifact: TarArtifact, sink: Sink) -> None:
        """Write an sdist or another tar."""
        items = sorted(tar_items(artifact, self.reasons), key=lambda item: item.name)
        if artifact.kind is ArtifactKind.SDIST:
            self._check_sdist(items)
        self._prepare(items, "")
        around = DeflatedGzip if self._rules.compress else StoredGzip
        gzip = around(sink) if artifact.layer is not None else None
        writer = TarWriter(gzip or sink, self._rules.time)
        for item in items:
            with self._content(item, None) as view:
                writer.add(item.name, view, item.mode, _KINDS[item.type], item.link)
        writer.finish()
        if gzip is not None:
            gzip.close()

    # -- what must be true -----------------------------------------------------------------------

    def _open_book(self, items: Sequence[Item]) -> Book | None:
        info = info_directory(items, self.reasons)
        record = self._find(items, f"{info}/RECORD") if info else None
        if record is None:
            return None
        book = Book(record.path, self.reasons)
        if (data := self._bytes(record)) is not None:
            book.read(data, items)
        self._identity(self._find(items, f"{info}/METADATA"), info)
        return book

    def _check_sdist(self, items: Sequence[Item]) -> None:
        tops = {item.path.partition("/")[0] for item in items}
        if len(tops) != 1:
            self.reasons.add("the sdist has more than one directory at its top")
            return
        self._identity(self._find(items, f"{tops.pop()}/PKG-INFO"), "")

    def _identity(self, metadata: Item | None, info: str) -> None:
        if metadata is not None and (data := self._bytes(metadata)) is not None:
            file_name = self._artifact.path.rpartition("/")[2]
            check_identity(data, info, file_name, self.reasons)

    @staticmethod
    def _find(items: Sequence[Item], path: str) -> Item | None:
        return next((each for each in items if each.path == path), None)

    # -- contents --------------------------------------------------------------------------------

    def _read(self, item: Item) -> Payload | None:
        """Return a member's content as it is; ``None``, with a reason, where it cannot be had."""
        try:
            payload = self._artifact.read(item.member)
        except LimitError:
            raise
        except ReprodiffError as error:
            self.reasons.add(str(error), item.path)
            return None
        artifact = self._artifact
        if isinstance(artifact, ZipArtifact) and artifact.slack(item.member).size:
            self.reasons.add("bytes are hidden behind a member's compressed data", item.path)
        return payload

    def _bytes(self, item: Item) -> bytes | None:
        payload = self._read(item)
        if payload is None:
            return None
        with payload as view:
            return bytes(view)

    def _prepare(self, items: Sequence[Item], record: str) -> None:
        """Find the members that change and that nobody names the digest of."""
        self._beside = replace(self._beside, items={item.path: item for item in items})
        files = [item for item in items if item.type is MemberType.FILE]
        candidates = {
            number for number, item in enumerate(files) if may_change(item.path, self._rules)
        }
        mentions = Mentions()
        changing: set[int] = set()
        for number in sorted(candidates):
            payload = self._read(files[number])
            if payload is None:
                continue
            with payload as view:
                if reason := refusal(view, self._rules):
                    self.reasons.add(reason, files[number].path)
                if self._changes(files[number], view):
                    changing.add(number)
                    mentions.want(number, view)
        if changing:
            for item in files:
                if item.path != record and (payload := self._read(item)) is not None:
                    with payload as view:
                        mentions.look(view)
        self._changing = {files[number].name for number in changing - mentions.found}

    def _changes(self, item: Item, view: memoryview) -> bool:
        if item.path.endswith(NESTED):
            return looks_like_zip(view)
        return bool(patches(item, view, self._beside, self._rules, self._limits))

    @contextmanager
    def _content(self, item: Item, book: Book | None) -> Iterator[memoryview]:
        """Give the bytes to write for an item, after ``book`` has seen those that were."""
        if item.type is MemberType.DIRECTORY or item.link:
            yield _NOTHING
            return
        payload = self._read(item)
        if payload is None:
            yield _NOTHING
            return
        with ExitStack() as stack:
            view = stack.enter_context(payload)
            if book is not None:
                book.verify(item.path, view)
            if item.name in self._changing and (changed := self._changed(item, view)) is not None:
                view = stack.enter_context(changed)
            self._budget.spend(len(view))
            yield view
            self._touched += len(view)
            if self._touched >= _RELAX:
                self._touched = 0
                self._artifact.relax()

    def _changed(self, item: Item, view: memoryview) -> Payload | None:
        if item.path.endswith(NESTED):
            return self._nested(item, view)
        found = patches(item, view, self._beside, self._rules, self._limits)
        return _patched(view, found, self._limits)

    def _nested(self, item: Item, view: memoryview) -> Payload | None:
        """Return the canonical form of an archive inside; ``None`` where it has to stay as it is.

        One that contradicts itself hides nothing by that: all its bytes are kept.
        """
        if self._depth >= self._limits.max_nesting:
            return None
        left = self._limits.max_total_bytes - self._budget.spent
        limits = replace(self._limits, max_total_bytes=max(left, 1))
        try:
            with ZipArtifact(Source(view, item.path, limits, self._depth)) as inner:
                spool = Spool(limits, max(len(view), 1))
                with spool:
                    canonical(inner, _Spooled(spool), self._rules, limits, self._depth + 1)
                    return spool.finish()
        except ReprodiffError:
            return None


class _Spooled:
    """Lets a spool take views."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool

    def write(self, data: bytes | memoryview, /) -> None:
        """Take the next bytes."""
        self._spool.write(bytes(data))


def _patched(view: memoryview, found: Sequence[Patch], limits: Limits) -> Payload:
    """Return a copy of ``view`` with other bytes at some places."""
    with Spool(limits, max(len(view), 1)) as spool:
        at = 0
        for start, value in sorted(found):
            spool.write(bytes(view[at:start]))
            spool.write(value)
            at = start + len(value)
        spool.write(bytes(view[at:]))
        return spool.finish()
