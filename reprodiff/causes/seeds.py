"""What ends names in tables that no loader reads: hashes of crates and modules, random seeds."""

import re
from typing import Final

from reprodiff.causes.base import Cause
from reprodiff.causes.native_docs import RANDOM_SEED, RUST_HASH

# Rust's hash of a crate (legacy and v0 mangling); the seed of an object of GCC's LTO, in symbols
# and in names of sections; LLVM's hash of a module.
_VARYING: Final = (
    (RUST_HASH, re.compile(rb"()(?<=17h)[0-9a-f]{16}(?=E)|()(?<=Cs)[0-9A-Za-z]{8,13}(?=_)")),
    (RANDOM_SEED, re.compile(rb"()(?<=\.)[0-9a-f]{8}\Z|()(?<=\.llvm\.)[0-9]{1,20}\Z")),
    (RANDOM_SEED, re.compile(rb"\A(\.(?:rela?\.)?gnu\.(?:debug)?lto_.*\.)[0-9a-f]{1,16}\Z")),
)


def varying(a: bytes, b: bytes) -> Cause | None:
    """Return why two names differ that are the same but for such a part, else ``None``."""
    for cause, varies in _VARYING:
        if varies.search(a) and varies.sub(rb"\1", a) == varies.sub(rb"\1", b):
            return cause
    return None
