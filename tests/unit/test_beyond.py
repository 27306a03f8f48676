"""Which relations and pairs a policy refuses: the other side of what it admits."""

from __future__ import annotations

from families.rules.beyond import refused_pairs, refused_relations
from families.rules.policy import Policy


def test_by_default_nobody_but_the_spouses_parents_and_others_is_refused() -> None:
    assert refused_relations(Policy()) == {
        "near_relatives": {"99"},
        "allow_parents_in_law": {"53", "54", "55", "56"},
    }


def test_each_kind_left_out_refuses_its_codes() -> None:
    narrow = refused_relations(Policy(near_relatives=frozenset({"spouse", "parent", "child"})))
    assert narrow["near_relatives"] == {
        *("41", "42", "43", "44"), *("61", "62", "63", "64"), *("71", "73", "75", "77"), "99",
    }  # fmt: skip


def test_parents_in_law_are_refused_under_their_own_parameter_alone() -> None:
    admitted = refused_relations(Policy(allow_parents_in_law=True, near_relatives=frozenset({"spouse"})))
    assert admitted["allow_parents_in_law"] == set()
    assert not {"53", "54", "55", "56"} & admitted["near_relatives"]


def test_pairs_are_of_members_who_are_admitted_themselves() -> None:
    narrow = Policy(near_relatives=frozenset({"spouse", "child"}))
    refused = refused_pairs(narrow)["near_relatives"]
    assert "2030" in refused, "brother and sister, both children of the owner"
    assert "0120" not in refused
    assert not {pair for pair in refused if "71" in (pair[:2], pair[2:])}


def test_what_a_family_may_declare_is_not_refused() -> None:
    assert "4142" not in refused_pairs(Policy())["near_relatives"]
