"""Reversals as cases: asked for by one person, decided by another, every share back where it came from, once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import PersonalAccount, Staff
from accounts.services.ledger_proof import check_ledger
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from settlement.models import ReversalCase, Settlement
from settlement.models.reversal import ReversalState
from settlement.services.refusals import AlreadyReversed, OriginalUnknown
from settlement.services.reversals import (
    AskedBefore,
    approve_reversal,
    ask_reversal,
    reject_reversal,
    withdraw_reversal,
)
from settlement.services.settling import as_sent, record_settlement
from tests.factories import make_group, make_settlement, make_staff, reversal_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def settled(clerk: Staff) -> Settlement:
    """300 yuan of a child without an account, paid by the owner's 1,000."""
    child = make_group("20", by=clerk).members.get(seat=2).person
    return make_settlement(child, "300.00", by=clerk)


def balance() -> Decimal:
    account = PersonalAccount.objects.get()
    return account.prior_years + account.current_year


def test_an_approved_case_pays_every_share_back_today_under_its_own_number(
    clerk: Staff, reviewer: Staff, settled: Settlement
) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    assert balance() == 700
    done = approve_reversal(case_id=case.pk, by=reviewer)
    assert done.reversal is not None
    assert (done.state, done.reversal.setl_id, done.reversal.reverses) == ("approved", case.number, settled)
    assert (done.reversal.business_date, done.reversal.acct_mulaid_pay) == (timezone.localdate(), -300)
    assert balance() == 1000
    assert check_ledger(by=make_staff("supervisor")).violations == []


def test_who_asked_never_decides(clerk: Staff, settled: Settlement) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    with pytest.raises(OwnWork):
        approve_reversal(case_id=case.pk, by=clerk)
    with pytest.raises(OwnWork):
        reject_reversal(case_id=case.pk, reason="x", by=clerk)
    assert balance() == 700


def test_a_settlement_has_one_open_case_and_the_second_is_told(clerk: Staff, settled: Settlement) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    with pytest.raises(AskedBefore) as refusal:
        ask_reversal(settlement_id=settled.pk, reason="重复结算", by=make_staff("clerk"))
    assert refusal.value.case == case


def test_a_refused_or_withdrawn_case_leaves_the_settlement_and_another_may_follow(
    clerk: Staff, reviewer: Staff, settled: Settlement
) -> None:
    first = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    reject_reversal(case_id=first.pk, reason="并非重复", by=reviewer)
    second = ask_reversal(settlement_id=settled.pk, reason="金额有误", by=clerk)
    with pytest.raises(NotYours):
        withdraw_reversal(case_id=second.pk, reason="x", by=make_staff("clerk"))
    withdraw_reversal(case_id=second.pk, reason="家属撤回", by=clerk)
    states = list(ReversalCase.objects.order_by("pk").values_list("state", "decision"))
    assert states == [("rejected", "并非重复"), ("withdrawn", "家属撤回")]
    assert balance() == 700


def test_a_reversal_by_the_feed_meanwhile_closes_the_case_and_says_by_which(
    clerk: Staff, reviewer: Staff, settled: Settlement
) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    feed = record_settlement(new=reversal_of(as_sent(settled)), by=clerk)
    done = approve_reversal(case_id=case.pk, by=reviewer)
    assert (done.state, done.reversal) == (ReversalState.REJECTED, None)
    assert feed.setl_id in done.decision
    assert (balance(), Settlement.objects.count()) == (1000, 2)


def test_what_is_reversed_or_a_reversal_itself_is_not_asked_for_again(
    clerk: Staff, reviewer: Staff, settled: Settlement
) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    reversal = approve_reversal(case_id=case.pk, by=reviewer).reversal
    assert reversal is not None
    with pytest.raises(AlreadyReversed):
        ask_reversal(settlement_id=settled.pk, reason="再次", by=clerk)
    with pytest.raises(OriginalUnknown):
        ask_reversal(settlement_id=reversal.pk, reason="再次", by=clerk)
    with pytest.raises(AlreadyDecided):
        approve_reversal(case_id=case.pk, by=reviewer)


def test_nobody_reaches_a_settlement_or_case_of_another_region(
    clerk: Staff, reviewer: Staff, settled: Settlement
) -> None:
    stranger = make_staff("reviewer", "330100")
    with pytest.raises(Settlement.DoesNotExist):
        ask_reversal(settlement_id=settled.pk, reason="x", by=make_staff("clerk", "330100"))
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    with pytest.raises(ReversalCase.DoesNotExist):
        approve_reversal(case_id=case.pk, by=stranger)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settlement_reversalcase SET state = 'approved', reviewed_by_id = {reviewer}, decided_at = now()",
        "UPDATE settlement_reversalcase SET state = 'approved', reviewed_by_id = {reviewer}, decided_at = now(),"
        " reversal_id = settlement_id",
        "UPDATE settlement_reversalcase SET reason = 'y'",
        "UPDATE settlement_reversalcase SET handled_by_id = {reviewer}",
        "DELETE FROM settlement_reversalcase",
    ],
)
def test_a_case_is_not_decided_by_raw_sql(statement: str, clerk: Staff, reviewer: Staff, settled: Settlement) -> None:
    case = ask_reversal(settlement_id=settled.pk, reason="重复结算", by=clerk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(reviewer=reviewer.pk))
    case.refresh_from_db()
    assert (case.state, case.reason) == (ReversalState.SUBMITTED, "重复结算")
