"""setuptools-rust: Rust extension modules for setuptools."""

from typing import Final

from reprodiff.toolchains.base import Knob, Role, Tool, Where

TOOL: Final = Tool(
    id="setuptools-rust",
    role=Role.PLUGIN,
    package="setuptools-rust",
    docs="https://setuptools-rust.readthedocs.io/",
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
        ),
    ),
)
