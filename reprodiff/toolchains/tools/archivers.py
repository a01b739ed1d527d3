"""Hand tools: GNU tar, gzip, Info-ZIP, Python's zipfile and tarfile, strip-nondeterminism."""

from typing import Final

from reprodiff.toolchains.base import EPOCH, Knob, Role, Tool, Where

_RB: Final = "https://reproducible-builds.org/docs/archives/"

TOOL: Final = Tool(
    id="archivers",
    role=Role.HAND,
    docs=_RB,
    knobs=(
        Knob(
            slug="repack-sdist",
            causes=(
                *("tar-member-mtime", "gzip-mtime", "member-owner", "mode-umask", "tar-dialect"),
                *("archive-order", "gzip-header"),
            ),
            title="Pack the sdist again with GNU tar and gzip",
            where=Where.POST,
            snippet="for sdist in dist/*.tar.gz; do\n"
            '    mkdir -p repack && tar -xzf "$sdist" -C repack\n'
            "    tar --format=pax --pax-option=delete=atime,delete=ctime,delete=mtime \\\n"
            '        --sort=name --mtime="@${SOURCE_DATE_EPOCH:-315532800}" --owner=0 \\\n'
            "        --group=0 --numeric-owner --mode=u=rwX,go=rX -C repack -cf - \\\n"
            '        "$(basename "$sdist" .tar.gz)" | gzip -n > "$sdist.new"\n'
            '    mv "$sdist.new" "$sdist"\n'
            "done\n"
            "rm -rf repack",
            why="Order, times, owners, modes and the gzip header are then named by the command.",
            since="GNU tar 1.28",
            docs=_RB,
            kinds=("sdist", "tar"),
        ),
        Knob(
            slug="gzip-n",
            causes=("gzip-mtime", "gzip-header"),
            title="Compress the tar again without name and time",
            where=Where.POST,
            snippet="for sdist in dist/*.tar.gz; do\n"
            '    gzip -dc "$sdist" | gzip -n > "$sdist.new" && mv "$sdist.new" "$sdist"\n'
            "done",
            why="gzip -n writes neither name nor time into the header.",
            docs="https://www.gnu.org/software/gzip/manual/gzip.html",
            kinds=("sdist", "tar"),
        ),
        Knob(
            slug="wheel-pack",
            causes=(
                *("archive-order", "zip-dialect", "compression-level", "directory-entries"),
                *("zip-extra-times", "zip-extra-field", "zip-member-mtime", "member-owner"),
            ),
            title="Pack the wheel with wheel instead of zip",
            where=Where.FLAGS,
            file="pack command",
            snippet=f"{EPOCH}\n"
            "python -m wheel unpack --dest unpacked dist/*.whl\n"
            "python -m wheel pack --dest-dir dist unpacked/*",
            why="Info-ZIP wrote this archive in its own way and order. wheel pack sorts, writes "
            "SOURCE_DATE_EPOCH for every time and RECORD anew; change files between the two.",
            since="wheel 0.32",
            docs="https://wheel.readthedocs.io/en/stable/reference/wheel_pack.html",
            kinds=("wheel",),
            hand="Info-ZIP",
        ),
        Knob(
            slug="zip-x",
            causes=("zip-extra-times", "member-owner", "zip-extra-field"),
            title="Let zip write no extra fields",
            where=Where.POST,
            snippet="zip -X -r archive.zip .",
            why="Info-ZIP records atime, ctime and the user's ids in extra fields.",
            docs="https://infozip.sourceforge.net/Zip.html",
            kinds=("zip", "wheel"),
        ),
        Knob(
            slug="strip-nondeterminism",
            causes=("zip-member-mtime", "zip-extra-times", "mode-umask", "archive-order"),
            title="Let strip-nondeterminism rewrite the wheel",
            where=Where.POST,
            snippet='strip-nondeterminism --timestamp "${SOURCE_DATE_EPOCH:-315532800}" dist/*.whl',
            why="It sorts the members and sets their times and modes; it does not touch what is "
            "in a tar.",
            docs="https://salsa.debian.org/reproducible-builds/strip-nondeterminism",
            names=("--timestamp",),
            kinds=("wheel", "zip"),
        ),
        Knob(
            slug="zipfile",
            causes=("zip-dialect", "zip-extra-times", "directory-entries", "zip-member-mtime"),
            title="Write the archive with Python's zipfile",
            where=Where.SOURCE,
            file="build script",
            snippet="import zipfile\n\n\n"
            "def add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:\n"
            "    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))\n"
            "    info.create_system, info.external_attr = 3, 0o100644 << 16\n"
            "    info.compress_type = zipfile.ZIP_DEFLATED\n"
            "    archive.writestr(info, data)",
            why="It adds no extra fields, and all that it writes is named here.",
            docs="https://docs.python.org/3/library/zipfile.html",
            kinds=("wheel", "zip"),
        ),
    ),
)
