"""What each relation asks for under `proof_mode`, and what counts as given."""

from __future__ import annotations

import pytest

from families.rules.kinship import RELATIONS
from families.rules.proofs import Paper, Proof, asked_proofs, missing_proofs

FAMILY = {1: "01", 2: "12", 3: "20", 4: "52"}


def missing(*papers: Paper, **asked: object) -> list[tuple[str, tuple[int, ...]]]:
    proofs = asked_proofs(FAMILY, proof_mode="documents", **asked)  # type: ignore[arg-type]
    return [(proof.about, proof.positions) for proof in missing_proofs(proofs, papers)]


def test_a_commitment_letter_asks_for_nothing_more() -> None:
    assert asked_proofs(FAMILY, proof_mode="commitment", has_agent=True, declared=[(2, 3)]) == ()


@pytest.mark.parametrize("kind", ["marriage_certificate", "household_register"])
def test_a_spouse_is_proved_by_either_paper(kind: str) -> None:
    proof = Proof("relation", (2,), ("marriage_certificate", "household_register"))
    assert proof in asked_proofs(FAMILY, proof_mode="documents")
    assert missing_proofs([proof], [Paper(kind, 2)]) == ()
    assert missing_proofs([proof], [Paper(kind)]) == ()


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("10", {"marriage_certificate", "household_register"}),
        ("20", {"household_register", "birth_certificate"}),
        ("51", {"household_register", "birth_certificate"}),
        ("73", {"household_register", "kinship_proof"}),
        ("61", {"household_register", "kinship_proof"}),
        ("44", {"household_register", "kinship_proof"}),
        ("99", {"kinship_proof"}),
    ],
)
def test_each_relation_has_its_papers(code: str, kinds: set[str]) -> None:
    [proof] = [one for one in asked_proofs({1: "01", 2: code}, proof_mode="documents") if one.about == "relation"]
    assert set(proof.any_of) == kinds


@pytest.mark.parametrize("code", [code for code in RELATIONS if code != "01"])
def test_no_relation_is_left_without_a_paper(code: str) -> None:
    proofs = asked_proofs({1: "01", 2: code}, proof_mode="documents")
    assert [proof.any_of for proof in proofs if proof.about == "relation"] != [()]


def test_one_household_register_proves_the_whole_family_but_nobodys_identity() -> None:
    assert missing(Paper("household_register")) == [("identity", (position,)) for position in FAMILY]


def test_a_card_is_the_card_of_one_person() -> None:
    cards = [Paper("id_card", position) for position in (1, 2, 3)]
    assert missing(*cards, Paper("id_card"), Paper("household_register")) == [("identity", (4,))]


def test_a_register_of_one_member_proves_that_member_alone() -> None:
    cards = [Paper("id_card", position) for position in FAMILY]
    assert missing(*cards, Paper("household_register", 2)) == [("relation", (3,)), ("relation", (4,))]


def test_a_paper_of_somebody_who_left_the_form_proves_nothing() -> None:
    proofs = asked_proofs({1: "01"}, proof_mode="documents")
    assert missing_proofs(proofs, [Paper("id_card", 0)]) == proofs


def test_a_declared_pair_needs_a_proof_of_kinship_of_either() -> None:
    everything = [Paper("id_card", position) for position in FAMILY] + [Paper("household_register")]
    assert missing(*everything, declared=[(4, 3)]) == [("declared", (4, 3))]
    for paper in (Paper("kinship_proof"), Paper("kinship_proof", 3), Paper("kinship_proof", 4)):
        assert missing(*everything, paper, declared=[(4, 3)]) == []
    assert missing(*everything, Paper("kinship_proof", 2), declared=[(4, 3)]) == [("declared", (4, 3))]


def test_an_agent_brings_a_power_of_attorney_and_a_card_of_their_own() -> None:
    everything = [Paper("id_card", position) for position in FAMILY] + [Paper("household_register")]
    assert missing(*everything, has_agent=True) == [("authority", ()), ("agent", ())]
    assert missing(*everything, Paper("power_of_attorney"), Paper("agent_id"), has_agent=True) == []


def test_whoever_died_shows_a_death_certificate_and_no_card() -> None:
    others = [Paper("id_card", position) for position in (1, 2, 3)] + [Paper("household_register")]
    assert missing(*others, deceased=[4]) == [("death", (4,))]
    assert missing(*others, Paper("death_certificate", 4), deceased=[4]) == []
    assert missing(*others, Paper("death_certificate"), deceased=[4]) == [("death", (4,))]
