"""rustc and cargo, whatever calls them."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

TOOL: Final = Tool(
    id="rust",
    role=Role.COMPILER,
    docs="https://doc.rust-lang.org/rustc/",
    knobs=(
        Knob(
            slug="remap",
            causes=("elf-build-path", "elf-build-id-only", "pe-build-path", "macho-build-path"),
            title="Map build directories for rustc",
            where=Where.FLAGS,
            snippet='export RUSTFLAGS="--remap-path-prefix=$PWD=. '
            '--remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"',
            why="Panic messages and debug information hold the paths of sources.",
            docs="https://doc.rust-lang.org/rustc/command-line-arguments.html",
            names=("--remap-path-prefix",),
        ),
        Knob(
            slug="no-debug",
            causes=("elf-debug-info", "native-debug-info"),
            title="Leave debug information out of the release profile",
            where=Where.SOURCE,
            file="Cargo.toml",
            language="toml",
            snippet='[profile.release]\ndebug = false\nstrip = "debuginfo"',
            why="That of Rust's own library comes with it; strip takes it out again.",
            since="cargo 1.59",
            docs="https://doc.rust-lang.org/cargo/reference/profiles.html",
        ),
        Knob(
            slug="strip",
            causes=(
                "elf-symbols",
                "native-symbols",
                "elf-rust-symbol-hash",
                "elf-lto-random-seed",
            ),
            title="Strip symbols in the release profile",
            where=Where.SOURCE,
            file="Cargo.toml",
            language="toml",
            snippet='[profile.release]\nstrip = "symbols"',
            why="Symbol names hold hashes of the path of each crate.",
            since="cargo 1.59",
            docs="https://doc.rust-lang.org/cargo/reference/profiles.html",
        ),
    ),
)
