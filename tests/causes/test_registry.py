"""Families are loaded for the facts at hand, and none is left out."""

from importlib import import_module

from reprodiff.causes import registry


def test_every_rule_is_loaded_for_every_kind_of_fact_it_takes() -> None:
    for rule in registry.rules():
        for kind in rule.takes:
            assert rule in registry.rules_for([kind]), (rule.name, kind)


def test_some_rules_in_the_order_of_all() -> None:
    order = [rule.name for rule in registry.rules()]
    some = [rule.name for rule in registry.rules_for(["zip.time", "text.line", "derived.zip.crc"])]
    assert some == [name for name in order if name in some]
    assert len(some) < len(order)


def test_rules_have_names_of_their_own_and_causes_have_documentation() -> None:
    names = [rule.name for rule in registry.rules()]
    assert len(set(names)) == len(names)
    for cause in registry.CAUSES.values():
        assert cause.title
        doc = cause.doc
        assert all((doc.what, doc.recognised, doc.why, doc.fix, doc.mistaken_for)), cause.id


def test_all_causes_of_a_family_are_those_of_its_rules() -> None:
    for family, _ in registry._FAMILIES:
        for rule in import_module(f"reprodiff.causes.{family}").RULES:
            assert all(cause.id in registry.CAUSES for cause in rule.causes)
