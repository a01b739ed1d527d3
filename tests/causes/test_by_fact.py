"""Causes that one kind of fact gives by itself: the rule claims the fact, and nothing else does."""

import pytest

from tests.causes.facts import claims, fact

FACTS = {
    "abi3-violation": "platform.abi3",
    "elf-debug-compression": "elf.compression",
    "elf-symbol-order": "elf.order",
    "generated-version-file": "python.constants",
    "native-order": "pe.order",
    "platform-policy-drift": "platform.policy",
    "platform-tag-mismatch": "platform.tag",
    "pure-with-compiled": "platform.purelib",
    "pyc-set-order": "pyc.set-order",
    "system-libraries": "platform.system-library",
    "windows-runtime": "platform.runtime",
}


@pytest.mark.parametrize("cause", sorted(FACTS))
def test_the_fact_gives_the_cause_and_no_other(cause: str) -> None:
    one = fact(FACTS[cause], "a", "b")._replace(note="equal")
    assert [claim.cause.id for claim in claims([one])] == [cause]
