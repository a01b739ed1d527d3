"""How libraries that an artifact brings along changed: the causes with their documentation."""

from typing import Final

from reprodiff.causes.base import Blame, Cause, Doc
from reprodiff.model import Category, Severity

_HASH: Final = "https://github.com/pypa/auditwheel/issues/389"
_PIN: Final = (
    ("any", "pin the build image by digest, and the packages installed in it by version"),
    ("cibuildwheel", "CIBW_MANYLINUX_X86_64_IMAGE with the image's @sha256 digest"),
    ("Homebrew", "build the libraries from sources of a pinned version: bottles move"),
    ("vcpkg", "`builtin-baseline` in vcpkg.json pins the versions of all of them"),
)


def _cause(id: str, title: str, doc: Doc) -> Cause:  # noqa: A002 - it is the id
    return Cause(id, Category.VENDORED_LIBRARIES, Severity.REVIEW, title, Blame.SOURCE, doc)


UPDATED: Final = _cause(
    "vendored-library-updated",
    "vendored libraries in another version",
    Doc(
        what="The two sides bring along different releases of a library: fixes, and holes, differ.",
        recognised="The libraries are paired by name without hash and version. Their versions are "
        "those that they write into themselves (OpenSSL 3.0.8, LIBTIFF, Version 4.6.0), that a "
        "header has (LC_ID_DYLIB, VS_FIXEDFILEINFO), that an SBOM in dist-info names, or that the "
        "file names have.",
        why="The package was updated in the build image or in the script that builds it.",
        fix=_PIN,
        mistaken_for="The same version built again, which has the same words in it.",
        sources=(_HASH, "CycloneDX 1.4"),
    ),
)

REBUILT: Final = _cause(
    "vendored-library-rebuilt",
    "vendored libraries built again",
    Doc(
        what="The two sides bring along the same version of a library, with other code in it.",
        recognised="The libraries say the same version, and their code or constants differ. An "
        "interface version in the file name (.so.16.44.0) counts as one where the library itself "
        "says none; then it is likely only.",
        why="It was compiled by another compiler, with other flags, in another directory, or "
        "patched by the distribution.",
        fix=_PIN,
        mistaken_for="Another version: see what the code differs in.",
        sources=(_HASH,),
    ),
)

PATCHED: Final = _cause(
    "vendored-library-patched",
    "vendored libraries edited differently after they were linked",
    Doc(
        what="The same library was edited by another tool, another version of it, or with another "
        "RPATH: names, paths and tables differ.",
        recognised="All sections with code and constants are equal byte for byte, and so is the "
        "build-id, or the hash in the names of the file that the repair tool copied.",
        why="Another version of patchelf, auditwheel, delocate or delvewheel. auditwheel names the "
        "library by its bytes before it edits them, so that an equal hash goes with other bytes.",
        fix=(
            ("auditwheel", "pin auditwheel and patchelf"),
            ("delocate, delvewheel", "pin them"),
        ),
        mistaken_for="A library that was built again.",
        sources=(_HASH,),
    ),
)

SAME_CODE: Final = _cause(
    "vendored-library-same-code",
    "vendored libraries with equal code in another file",
    Doc(
        what="The code and constants of a library are the same on both sides; what is around them "
        "differs: identifiers, notes of the compiler, names, tables.",
        recognised="All sections with code and constants are equal byte for byte; nothing shows "
        "that both were edited from one file.",
        why="It was built again and came out the same, by another release of the compiler or in "
        "another directory; or repair tools edited it in two ways.",
        fix=_PIN,
        mistaken_for="Another version of it.",
        sources=(_HASH,),
    ),
)

CHANGED: Final = _cause(
    "vendored-library-changed",
    "vendored libraries with other code, version not known",
    Doc(
        what="The two sides bring along other bytes of a library, and it says no version.",
        recognised="Code or constants differ, and neither the library nor its file name nor an "
        "SBOM tells of a version.",
        why="Another build or another version of it.",
        fix=_PIN,
        mistaken_for="A library that is edited only.",
        sources=(_HASH,),
    ),
)

RENAMED: Final = _cause(
    "vendored-library-renamed",
    "vendored libraries with equal bytes under another name",
    Doc(
        what="A library has the same bytes and another name or folder.",
        recognised="The bytes are equal.",
        why="Another version of the repair tool, which names them in another way.",
        fix=(("auditwheel, delvewheel, delocate", "pin the repair tool"),),
        mistaken_for="Another library.",
        sources=(_HASH,),
    ),
)

SET: Final = _cause(
    "vendored-library-set",
    "vendored libraries on one side only",
    Doc(
        what="One side brings a library along that the other does not.",
        recognised="No library of the other side has its name without hash and version.",
        why="An optional dependency was found by one build only, a library was linked statically "
        "on one side, the policy allows to take it from the system, or the repair tool was not "
        "run.",
        fix=(
            *_PIN,
            ("auditwheel", "the same --plat and --exclude on both sides"),
        ),
        mistaken_for="A library that was renamed.",
        sources=(_HASH,),
    ),
)

CODE: Final = Cause(
    "vendored-library-code",
    Category.VENDORED_LIBRARIES,
    Severity.REVIEW,
    "code and data of vendored libraries that are another build",
    Blame.CONSEQUENCE,
    Doc(
        what="The contents of libraries that the repair tool copied in from two builds or two "
        "releases of them. What the library is now is told by the finding on it.",
        recognised="The two libraries are paired and have other hashes or versions in their names, "
        "which the repair tool takes from the file it copied; or they have no hash and say "
        "themselves that they are two versions. All that differs in code, data, "
        "symbols and tables of the two is put here; RPATH, needed libraries, build paths and bytes "
        "behind the end are told by themselves. A library under an equal hash is not.",
        why="It follows from the library.",
        fix=_PIN,
        mistaken_for="Changes of the project's own code, which are findings of their own.",
        sources=(_HASH,),
    ),
)
