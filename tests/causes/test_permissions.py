"""Modes and owners: what follows a umask, what is a policy, and what changes what can be run."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprodiff.model import ArtifactKind, Difference, Value
from tests.causes.facts import Judged, benign, claims, fact, judged, rest, scene

REG, DIR = stat.S_IFREG, stat.S_IFDIR
KINDS = ("zip.mode", "tar.mode", "tree.mode")


def modes(*pairs: tuple[Value, Value], what: str = "zip.mode") -> list[Difference]:
    return [fact(what, a, b, f"m{n}", "mode") for n, (a, b) in enumerate(pairs)]


def said(cause: str, severity: str, count: int = 1) -> Judged:
    return [(cause, severity, "proven", count)]


@pytest.mark.parametrize("what", KINDS)
def test_one_mask_that_gives_every_mode_is_a_umask(what: str) -> None:
    facts = modes((0o100644, 0o100600), (0o100755, 0o100700), (0o100664, 0o100600), what=what)
    assert judged(facts) == benign("mode-umask", 3)
    assert "A umask with 0o075 more on side B" in claims(modes((0o775, 0o700)))[0].explanation
    assert "side A" in claims(modes((0o600, 0o644)))[0].explanation


def test_modes_that_no_mask_gives_are_a_policy() -> None:
    facts = modes((0o100644, 0o100664), (0o100664, 0o100644))
    assert judged(facts) == benign("mode-policy", 2)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (0o100755, 0o100644),
        (0o100644, 0o100744),
        (0o100755, 0o100655),
        (0o100644, 0o100645),
        (0o100644, 0o100654),
        (0o755, 0o100755),
        (0o100700, 0o600),
    ],
)
def test_an_executable_bit_is_never_part_of_a_umask(a: int, b: int) -> None:
    for one, other in ((a, b), (b, a)):
        assert judged(modes((one, other))) == said("mode-executable", "review")
        beside = modes((one, other), (0o100644, 0o100600))
        assert judged(beside) == said("mode-executable", "review") + benign("mode-umask")


@pytest.mark.parametrize(("a", "b"), [(0o100755, 0o100750), (0o100711, 0o100755)])
def test_who_else_may_run_it_follows_a_umask(a: int, b: int) -> None:
    assert judged(modes((a, b))) == benign("mode-umask")


@pytest.mark.parametrize("bits", [0o4000, 0o2000, 0o1000, 0o6000])
def test_set_id_and_sticky_bits_are_an_alarm(bits: int) -> None:
    assert judged(modes((0o100755, 0o100755 | bits))) == said("mode-special-bits", "alarm")
    assert judged(modes((0o644 | bits, 0o600), what="tar.mode")) == (
        said("mode-special-bits", "alarm")
    )


def test_directories_inherit_the_set_group_id_bit_and_no_other() -> None:
    assert judged(modes((DIR | 0o755, DIR | 0o2755))) == benign("mode-policy")
    assert judged(modes((DIR | 0o755, DIR | 0o1755))) == said("mode-special-bits", "alarm")
    assert judged(modes((DIR | 0o755, DIR | 0o4755))) == said("mode-special-bits", "alarm")


def test_a_missing_file_type_is_a_writers_habit_where_nothing_can_be_run() -> None:
    assert judged(modes((0o100644, 0o644))) == benign("mode-without-file-type")
    assert judged(modes((0o100644, 0o600))) == benign("mode-umask")


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (0o100644, 0o120777),
        (0o100644, 0o010644),
        (0o040755, 0o100755),
        (0o100644, 0o160644),
        (0o644, -1),
        (0o644, 1 << 70),
        (0o644, None),
        (0o644, b"evil"),
    ],
)
def test_another_file_type_and_what_is_no_mode_are_unexplained(a: Value, b: Value) -> None:
    for one, other in ((a, b), (b, a)):
        facts = modes((one, other))
        assert rest(facts) == facts


@pytest.mark.parametrize(
    ("what", "severity"), [("zip.mode", "benign"), ("tar.mode", "review"), ("tree.mode", "review")]
)
def test_what_its_owner_may_not_read_is_for_review_where_modes_are_kept(
    what: str, severity: str
) -> None:
    assert judged(modes((0o100644, 0o100044), what=what)) == said("mode-policy", severity)
    assert judged(modes((0o100644, 0), what=what))[0][1] == severity
    shut = modes((DIR | 0o755, DIR | 0o655), what=what)
    assert judged(shut) == said("mode-policy", severity)


def test_no_umask_takes_rights_from_the_owner() -> None:
    assert judged(modes((0o100644, 0o100444))) == benign("mode-policy")


def test_a_file_that_everybody_may_write_in_a_tree_is_for_review() -> None:
    tree = scene(ArtifactKind.TREE)
    facts = modes((0o100644, 0o100646), what="tree.mode")
    assert judged(facts, tree) == said("mode-umask", "review")
    assert judged(modes((0o100644, 0o100664), what="tree.mode"), tree) == benign("mode-umask")


MODES = st.integers(0, 0o7777) | st.integers(0, 0xFFFF)


@given(MODES, MODES)
def test_nothing_benign_changes_what_can_be_run(a: int, b: int) -> None:
    if a == b:
        return
    for cause, severity, _, _ in judged(modes((a, b))):
        if severity == "benign":
            assert not (a ^ b) & 0o5000, cause
            if not stat.S_ISDIR(a):
                assert bool(a & 0o111) == bool(b & 0o111), cause
                assert not (a ^ b) & 0o2100, cause
            assert stat.S_IFMT(a) == stat.S_IFMT(b) or {stat.S_IFMT(a), stat.S_IFMT(b)} == {0, REG}


@given(st.lists(st.tuples(MODES, MODES).filter(lambda pair: pair[0] != pair[1]), max_size=5))
def test_both_sides_are_judged_alike(pairs: list[tuple[int, int]]) -> None:
    facts = modes(*pairs)
    back = [each._replace(a=each.b, b=each.a) for each in facts]
    assert sorted(judged(facts)) == sorted(judged(back))
    assert sum(count for *_, count in judged(facts)) + len(rest(facts)) == len(facts)


def test_owners_are_one_benign_finding() -> None:
    facts = [
        fact("tar.uid", 0, 1234, inside="uid"),
        fact("tar.uname", b"root", b"", inside="user"),
        fact("zip.extra-owner", b"a", b"b", inside="extra"),
        fact("tree.gname", "wheel", "staff", inside="group"),
    ]
    assert judged(facts) == benign("member-owner", 4)


@pytest.mark.parametrize("value", [-1, 1 << 32, 1 << 60, None, b"evil"])
@pytest.mark.parametrize("what", ["tar.uid", "tar.gid"])
def test_a_number_that_no_system_has_is_no_owner(what: str, value: Value) -> None:
    """Readers stop at a header whose numbers they cannot take: members behind it are lost."""
    facts = [fact(what, 0, value), fact(what, value, 1000)]
    assert rest(facts) == facts
    assert judged([*facts, fact(what, 0, 1000)]) == benign("member-owner")
