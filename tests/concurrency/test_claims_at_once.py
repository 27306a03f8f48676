"""Two people at one claim or one case of reversal: whoever is second is told so, and money moves once."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import AccountEntry, Staff
from settlement.models import Claim, ReversalCase, Settlement
from settlement.services.claims import approve_claim, save_claim, withdraw_claim
from settlement.services.reversals import approve_reversal, ask_reversal, withdraw_reversal
from settlement.services.settling import as_sent, record_settlement
from tests.concurrency.threads import at_once, kinds
from tests.factories import claim_input, make_person, make_settlement, make_staff, reversal_of, submitted_claim

pytestmark = pytest.mark.usefixtures("committed_db")
ROUNDS = range(5)


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewers(committed_db: None) -> list[Staff]:
    return [make_staff("reviewer", "421000") for _ in range(2)]


def test_a_claim_approved_by_two_at_once_is_paid_once(clerk: Staff, reviewers: list[Staff]) -> None:
    for _ in ROUNDS:
        person = make_person(current="500.00", by=clerk)
        claim = submitted_claim(person, by=clerk)
        answers = at_once(*[partial(approve_claim, claim_id=claim.pk, by=by) for by in reviewers])
        assert kinds(answers) == {"Claim": 1, "AlreadyDecided": 1}
        assert AccountEntry.objects.filter(account=person.account, kind="201").count() == 1


def test_a_claim_approved_and_withdrawn_at_once_is_one_of_the_two(clerk: Staff, reviewers: list[Staff]) -> None:
    for _ in ROUNDS:
        claim = submitted_claim(make_person(current="500.00", by=clerk), by=clerk)
        answers = at_once(
            partial(approve_claim, claim_id=claim.pk, by=reviewers[0]),
            partial(withdraw_claim, claim_id=claim.pk, reason="x", by=clerk),
        )
        assert kinds(answers) == {"Claim": 1, "AlreadyDecided": 1}
        claim.refresh_from_db()
        assert (claim.state == "approved") == Settlement.objects.filter(setl_id=claim.number).exists()


def test_one_invoice_taken_in_at_two_desks_at_once_is_one_claim(clerk: Staff) -> None:
    desks = [clerk, make_staff("clerk")]
    for number in ROUNDS:
        person = make_person(insutype="390")
        works = [partial(save_claim, form=claim_input(person, invoice_number=f"one-{number}"), by=by) for by in desks]
        assert kinds(at_once(*works)) == {"Claim": 1, "ClaimedBefore": 1}


def test_a_double_click_saves_one_claim(clerk: Staff) -> None:
    for _ in ROUNDS:
        work = partial(save_claim, form=claim_input(make_person(insutype="390")), by=clerk)
        assert kinds(at_once(work, work)) == {"Claim": 2}
    assert Claim.objects.count() == len(ROUNDS)


def test_a_reversal_asked_for_at_two_desks_at_once_is_one_case(clerk: Staff) -> None:
    for _ in ROUNDS:
        settled = make_settlement(make_person(insutype="390"), by=clerk)
        work = partial(ask_reversal, settlement_id=settled.pk, reason="x", by=clerk)
        assert kinds(at_once(work, work)) == {"ReversalCase": 1, "AskedBefore": 1}


def test_a_reversal_approved_by_two_or_withdrawn_at_once_pays_back_once(clerk: Staff, reviewers: list[Staff]) -> None:
    for _ in ROUNDS:
        person = make_person(current="500.00", by=clerk)
        settled = make_settlement(person, by=clerk)
        case = ask_reversal(settlement_id=settled.pk, reason="x", by=clerk)
        answers = at_once(
            *[partial(approve_reversal, case_id=case.pk, by=by) for by in reviewers],
            partial(withdraw_reversal, case_id=case.pk, reason="x", by=clerk),
        )
        assert kinds(answers) == {"ReversalCase": 1, "AlreadyDecided": 2}
        assert Settlement.objects.filter(reverses=settled).count() <= 1


def test_a_reversal_approved_while_the_feed_sends_its_own_pays_back_once(
    clerk: Staff, reviewers: list[Staff]
) -> None:
    for _ in ROUNDS:
        settled = make_settlement(make_person(current="500.00", by=clerk), by=clerk)
        case = ask_reversal(settlement_id=settled.pk, reason="x", by=clerk)
        feed = reversal_of(as_sent(settled))
        at_once(
            partial(approve_reversal, case_id=case.pk, by=reviewers[0]),
            partial(record_settlement, new=feed, by=clerk),
        )
        case = ReversalCase.objects.get(pk=case.pk)
        (reversal,) = Settlement.objects.filter(reverses=settled)
        assert (case.state, case.reversal) in [("approved", reversal), ("rejected", None)]
