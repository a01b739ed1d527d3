"""What is in the members: generated text, settings, bytecode, other writers."""

from collections.abc import Iterator
from dataclasses import replace

from method import Case
from projects import SETUPTOOLS, Sources, generating, pure
from pure import BARE, CHECKOUT, CLOCK, DIRECTORY, SEED, UMASK, VARIATIONS, version
from room import OTHER_PLACE, SDIST, WHEEL, WORLD, Job
from worlds import DAY, EPOCH, Files, World

LATER = replace(BARE, clock=EPOCH + 2 * DAY + 3723)


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _generated()
    yield from _settings()
    yield from _bytecode()
    yield from _rewritten()


# -- what a build writes --------------------------------------------------------------------------

_DATED = """\
        built = time.gmtime()
        stamp = time.strftime("# Generated %Y-%m-%d %H:%M:%S, do not edit.\\n", built)
        write("_names.py", stamp + 'METRE = "m"\\nINCH = "in"\\n')
"""
# As Sphinx, docutils and others do.
_ASKING = _DATED.replace(
    "time.gmtime()", 'time.gmtime(int(os.environ.get("SOURCE_DATE_EPOCH", time.time())))'
)
_SET = """\
        formats = {"csv", "html", "json", "latex", "markdown", "rst", "text"}
        lines = "".join(f"    {name!r},\\n" for name in formats)
        write("_formats.py", f"FORMATS = [\\n{lines}]\\n")
"""
_WHERE = """\
        write("_config.py", f'SOURCE = "{os.getcwd()}"\\n')
"""


def _timed(files: Files, snippet: str) -> Files:
    """Take `built` from the snippet instead of the clock."""
    setup = str(files["setup.py"])
    line = next(line for line in setup.splitlines(keepends=True) if "built = " in line)
    return {**files, "setup.py": f"{snippet}\n{setup.replace(line, '')}"}


def _generated() -> Iterator[Case]:
    def case(varied: str, code: str, a: World, b: World, *causes: str) -> Case:
        job = Job(generating(code), ("setuptools",), WHEEL, use=_timed)
        fixes = {_DATED: ("python-time-in-code",), _ASKING: ("shell-epoch",)}.get(code, ())
        pins = version("setuptools")
        return Case("setuptools", pins, "wheel", varied, job, a, b, causes=causes, fixes=fixes)

    later = replace(WORLD, clock=LATER.clock)
    yield case("clock, read by its own code", _DATED, WORLD, later, "text-build-time")
    yield case("clock, read by a generator", _ASKING, BARE, LATER, "text-build-time")
    yield case("hash seed, in a generated list", _SET, *VARIATIONS[SEED])
    yield case("directory, in a generated module", _WHERE, *VARIATIONS[DIRECTORY])


# -- settings that a project may have turned off --------------------------------------------------


def _settings() -> Iterator[Case]:
    off = "[tool.hatch.build]\nreproducible = false\n"
    for kind, command in (("wheel", WHEEL), ("sdist", SDIST)):
        for varied in (CLOCK, CHECKOUT, UMASK):
            job = Job(pure("hatchling", settings=off), ("hatchling",), command)
            a, b = VARIATIONS[varied]
            yield Case(
                "hatchling",
                version("hatchling"),
                kind,
                f"{varied}, with reproducible = false",
                job,
                a,
                b,
            )


# -- bytecode -------------------------------------------------------------------------------------

_STALE = '[tool.setuptools.package-data]\ndemo = ["__pycache__/*.pyc"]\n'
_COMPILING = """\
        import compileall
        compileall.compile_dir(os.path.abspath(self.build_lib), quiet=1)
"""


def _bytecode() -> Iterator[Case]:
    def case(varied: str, job: Job, b: World, cause: str, *fixes: str) -> Case:
        pins = version("setuptools")
        return Case("setuptools", pins, "wheel", varied, job, BARE, b, causes=(cause,), fixes=fixes)

    later = replace(BARE, checkout=BARE.checkout + 3 * DAY + 61)
    other = replace(BARE, place=OTHER_PLACE)
    stale = pure("setuptools", settings=SETUPTOOLS + _STALE)
    compiled = Job(stale, ("setuptools",), WHEEL, ready='python -m compileall -q "$PWD/demo"')
    within = Job(generating(_COMPILING), ("setuptools",), WHEEL)
    no_pycache = "python-no-pycache"
    yield case(
        "times, in bytecode of the checkout", compiled, later, "pyc-source-mtime", no_pycache
    )
    yield case(
        "directory, in bytecode of the checkout", compiled, other, "pyc-build-path", no_pycache
    )
    yield case("times, in bytecode of the build", within, later, "pyc-source-mtime", "python-epoch")


# -- archives that another tool wrote -------------------------------------------------------------

_INFOZIP = """
mkdir unpacked
cd unpacked
unzip -q ../dist/*.whl
zip -q -X -D again.whl $(unzip -Z1 ../dist/*.whl)
mv again.whl ../dist/*.whl
cd ..
"""
_LEVEL = _INFOZIP.replace("-X -D", "-1 -X -D")
_DIRECTORIES = _INFOZIP.replace("-X -D again.whl $(unzip -Z1 ../dist/*.whl)", "-X -r again.whl .")
_TIMES = _INFOZIP.replace("-X -D", "-D")
_REVERSED = _INFOZIP.replace("*.whl)", "*.whl | tac)")


def _rewritten() -> Iterator[Case]:
    files: Sources = pure("setuptools", settings=SETUPTOOLS)
    job = Job(files, ("setuptools",), WHEEL, more_tools=("wheel",))
    packed = replace(job, repair=_INFOZIP)
    for varied, a, b in (
        ("Info-ZIP packed it again", job, packed),
        ("compression level of Info-ZIP", packed, replace(job, repair=_LEVEL)),
        ("order of members", packed, replace(job, repair=_REVERSED)),
        ("directory entries of Info-ZIP", packed, replace(job, repair=_DIRECTORIES)),
        ("extra fields of Info-ZIP", packed, replace(job, repair=_TIMES)),
    ):
        yield Case("setuptools", version("setuptools"), "wheel", varied, a, WORLD, WORLD, job_b=b)
