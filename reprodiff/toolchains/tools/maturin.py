"""maturin."""

import re
from typing import Final

from reprodiff.toolchains.base import Habit, Knob, Member, Role, Tool, Where, epoch
from reprodiff.toolchains.marks import TarTraits, ZipTraits

_DOCS: Final = "https://www.maturin.rs/"
_REMAP: Final = (
    'export RUSTFLAGS="--remap-path-prefix=$PWD=. '
    '--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"'
)


def _zip(traits: ZipTraits) -> str:
    if traits.record_mode == 0o100644 and traits.one_time == 315532800:
        return "RECORD with mode 644, all times 1980-01-01"
    return ""


def _tar(traits: TarTraits) -> str:
    return "all times 2006-07-24" if traits.one_time == 1153704088 else ""


TOOL: Final = Tool(
    id="maturin",
    role=Role.BACKEND,
    package="maturin",
    docs=_DOCS,
    generators=("maturin",),
    backends=("maturin",),
    build_backend="maturin",
    fields=(
        "Classifier Requires-Dist Provides-Extra License-File Summary Author "
        "Author-email License Requires-Python Description-Content-Type Project-URL"
    ),
    constants=(315532800, 1153704088),
    zip_test=_zip,
    tar_test=_tar,
    members=(
        Member(
            re.compile(r"\.dist-info/sboms/[^/]+\.cyclonedx\.json$"),
            "a bill of materials of cargo",
            version=">=1.12",
        ),
    ),
    habits=(
        Habit("times of wheels: 1980-01-01, or SOURCE_DATE_EPOCH", "0.14.5"),
        Habit("order of RECORD", "1.8.4"),
        Habit("order of vendored libraries", "1.7.5"),
        Habit("sdists: times 2006-07-24, owners", "1.10"),
    ),
    knobs=(
        epoch(
            "0.14.5, 1.16 (SBOM)",
            causes=(
                *("zip-mtime-default", "random-uuid", "text-build-time", "tar-member-mtime"),
                *("zip-member-mtime", "zip-mtime-rounding"),
            ),
            why="Times are then that of the commit, and the bill of materials has neither clock "
            "nor serial number.",
        ),
        Knob(
            slug="no-rust-sbom",
            causes=("build-path", "random-uuid", "text-build-time"),
            title="Leave the bill of materials of cargo out",
            where=Where.PYPROJECT,
            snippet="[tool.maturin.sbom]\nrust = false",
            why="Its bom-ref values hold the absolute path of the checkout, with "
            "SOURCE_DATE_EPOCH too.",
            since="1.12",
            docs=_DOCS + "config.html",
            names=("sbom", "rust"),
        ),
        Knob(
            slug="compression",
            causes=("compression-level",),
            title="Name the compression level",
            where=Where.FLAGS,
            file="build command",
            command="maturin build --release --out dist",
            arguments=("--compression-level 6",),
            target="",
            why="The default may change with the release.",
            since="1.8.4",
            docs=_DOCS,
            names=("--compression-level",),
        ),
        Knob(
            slug="stored",
            causes=("compression-implementation",),
            title="Store members without compression",
            where=Where.FLAGS,
            file="build command",
            command="maturin build --release --out dist",
            arguments=("--compression-method stored",),
            target="",
            why="Another deflate implementation then has nothing to write otherwise.",
            since="1.8.7",
            docs=_DOCS,
            names=("--compression-method",),
        ),
        Knob(
            slug="remap",
            causes=("elf-build-path", "elf-build-id-only", "pe-build-path", "macho-build-path"),
            title="Map build directories for rustc",
            where=Where.FLAGS,
            snippet=_REMAP,
            why="Panic messages and debug information hold the paths of sources. Strip symbols "
            "too: their hashes depend on the path.",
            docs="https://doc.rust-lang.org/rustc/command-line-arguments.html",
        ),
        Knob(
            slug="strip",
            causes=(
                *("elf-symbols", "native-symbols", "elf-rust-symbol-hash"),
                *("elf-lto-random-seed", "elf-build-id-only"),
            ),
            title="Strip symbols in the release profile",
            where=Where.SOURCE,
            file="Cargo.toml",
            language="toml",
            snippet='[profile.release]\nstrip = "symbols"\ncodegen-units = 1',
            why="Symbol names hold hashes of the path of each crate.",
            since="cargo 1.59",
            docs="https://doc.rust-lang.org/cargo/reference/profiles.html",
        ),
    ),
)
