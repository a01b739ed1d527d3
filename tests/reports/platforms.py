"""A platform section made in code; its texts can be chosen by somebody hostile."""

from dataclasses import replace

from reprodiff.drift import (
    BundledLibrary,
    Ceiling,
    NativeMember,
    PlacedPlatform,
    Platform,
    PlatformChange,
    PlatformSide,
    SymbolNeed,
)
from reprodiff.model import Report, Severity


def platform(text: str = "libssl") -> Platform:
    """Return a platform section in which every field has something."""
    a = PlatformSide(
        tags=("cp311-cp311-manylinux_2_17_x86_64",),
        recorded_tags=("cp311-cp311-manylinux_2_17_x86_64",),
        purelib="false",
        policy="manylinux_2_17_x86_64",
        policy_alias="manylinux2014_x86_64",
        limits=(f"{text} needs GLIBC_2.17",),
        machines=("x86_64",),
        needs={"GLIBC": "2.17"},
        system_libraries=("libc.so.6", text),
        contradictions=(f"{text} is for another processor",),
    )
    need = SymbolNeed(text, "GLIBC_2.28", "libc.so.6", ("demo/_speed.so", text), 2)
    return Platform(
        a=a,
        b=replace(a, policy="manylinux_2_28_x86_64", policy_alias="", needs={"GLIBC": "2.28"}),
        changes=(
            PlatformChange(
                *("libc", "glibc needed", "2.17", "2.28"),
                "B no longer loads on CentOS 7, which has glibc 2.17.",
                Severity.REVIEW,
            ),
            PlatformChange("library", text, "1.1.1", "", f"{text} is gone.", Severity.REVIEW),
        ),
        ceilings=(Ceiling("GLIBC", "2.17", "2.28", (), (need,)),),
        libraries=(
            BundledLibrary(
                name=text,
                change="updated",
                path_a=f"demo.libs/{text}-1234abcd.so",
                path_b=f"demo.libs/{text}.so",
                version_a="1.1.1",
                version_b="3.0.8",
                needed_by_a=("demo/_speed.so",),
                needed_by_b=(text,),
                evidence=(f"{text} says so",),
            ),
        ),
        members=(
            NativeMember(
                path_a="demo/_speed.so",
                path_b="demo/_speed.so",
                format="elf",
                needs_a={"GLIBC": "2.17"},
                needs_b={"GLIBC": "2.28"},
                libraries_a=("libc.so.6",),
                libraries_b=("libc.so.6", text),
            ),
        ),
    )


def with_platform(report: Report, text: str = "libssl") -> Report:
    return replace(report, platform=platform(text))


def with_platforms(report: Report, text: str = "libssl") -> Report:
    """Return the report of two folders: two wheels with what is the same but for a sentence."""
    one = platform(text)
    libc, library = one.changes
    because = replace(libc, effect=f"{libc.effect} {text} needs fcntl64.")
    paths = ("demo-1.0-cp311-cp311-win32.whl", f"{text}.whl")
    return replace(
        report,
        platforms=(
            PlacedPlatform(paths[0], paths[0], replace(one, changes=(library, libc))),
            PlacedPlatform(paths[1], paths[0], replace(one, changes=(because,))),
        ),
    )
