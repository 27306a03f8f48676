"""Claims: who would pay is told, what was submitted is decided by another person, and the same bill is paid once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import InsuredPerson, PersonalAccount, Staff
from accounts.services.ledger import Posting, post_entries
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.models import MutualAidGroup
from families.services.cases import NotAsSeen
from settlement.models import Claim, Settlement
from settlement.models.claim import ClaimState
from settlement.papers.claims import decision_of
from settlement.rules.facts import Bill
from settlement.services.claim_duplicates import duplicates_of
from settlement.services.claim_papers import PapersMissing
from settlement.services.claims import (
    ClaimChanged,
    ClaimedBefore,
    NeverCovered,
    NotBefore,
    approve_claim,
    reject_claim,
    return_claim,
    save_claim,
    seen_as,
    simulation_of,
    submit_claim,
    withdraw_claim,
)
from settlement.services.refusals import AmountsDoNotAddUp, PersonUnknown, SameIdOtherContent
from settlement.services.reversals import approve_reversal, ask_reversal
from settlement.services.settling import record_settlement
from settlement.services.simulating import differences, simulate
from settlement.trail import steps_of
from tests.factories import (
    claim_input,
    make_bill,
    make_claim,
    make_claim_document,
    make_group,
    make_institution,
    make_person,
    make_settlement,
    make_staff,
    make_suspension,
    release_member,
    submitted_claim,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

DAY = dt.date(2026, 3, 16)


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    """An owner with 1,000 yuan and a child without an account, bound on 1 March 2026."""
    return make_group("20", by=clerk)


@pytest.fixture
def child(group: MutualAidGroup) -> InsuredPerson:
    return group.members.get(seat=2).person


@pytest.fixture
def payer(group: MutualAidGroup) -> InsuredPerson:
    return group.members.get(seat=1).person


def balance(person: InsuredPerson) -> Decimal:
    account = PersonalAccount.objects.get(person=person)
    return account.prior_years + account.current_year


def take(person: InsuredPerson, amount: str, by: Staff) -> None:
    posting = Posting(person.account.pk, "110", DAY, f"test:{amount}", current_change=-Decimal(amount))
    post_entries(postings=[posting], by=by)


# Who pays.


def test_an_approved_claim_is_a_settlement_under_its_own_number(
    clerk: Staff, reviewer: Staff, child: InsuredPerson, payer: InsuredPerson
) -> None:
    claim = submitted_claim(child, "300.00", fund="700.00", by=clerk)
    done = approve_claim(claim_id=claim.pk, by=reviewer)
    settled = Settlement.objects.get(setl_id=claim.number)
    assert (done.state, done.settlement, done.reviewed_by) == (ClaimState.APPROVED, settled, reviewer)
    assert (settled.kind, settled.business_date, settled.institution) == ("claim", DAY, None)
    assert (settled.acct_pay, settled.acct_mulaid_pay, settled.psn_cash_pay) == (0, 300, 0)
    assert balance(payer) == 700


def test_a_lent_card_does_not_stop_the_own_account_from_paying_a_claim(clerk: Staff, reviewer: Staff) -> None:
    person = make_person(current="500.00", by=clerk)
    make_suspension(person, "card_lending", DAY)
    bill = Bill(Decimal(100), "inpatient")
    assert simulate(person=person, bill=bill, day=DAY, by=clerk).allocation.cash == 100
    claim = submitted_claim(person, by=clerk)
    assert approve_claim(claim_id=claim.pk, by=reviewer).settlement.acct_pay == 100  # type: ignore[union-attr]


def test_the_family_of_the_day_of_the_invoice_pays_also_when_it_parted_since(
    clerk: Staff, reviewer: Staff, group: MutualAidGroup, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, by=clerk)
    member = group.members.get(seat=2)
    release_member(member_id=member.pk, day=dt.date(2026, 4, 1), reason="requested", by=clerk)
    assert approve_claim(claim_id=claim.pk, by=reviewer).settlement.acct_mulaid_pay == 100  # type: ignore[union-attr]


def test_a_family_bound_after_the_visit_pays_nothing_for_it(clerk: Staff, child: InsuredPerson) -> None:
    before = dt.date(2026, 2, 20)
    claim = make_claim(child, by=clerk, starts_on=before, ends_on=before, settled_on=before)
    simulation = simulation_of(claim, by=clerk)
    assert (simulation.allocation.payers, simulation.allocation.cash) == ((), 100)


def test_a_claim_without_the_accounts_is_paid_in_cash(clerk: Staff, reviewer: Staff, child: InsuredPerson) -> None:
    claim = submitted_claim(child, by=clerk, acct_used=False)
    assert approve_claim(claim_id=claim.pk, by=reviewer).settlement.psn_cash_pay == 100  # type: ignore[union-attr]


def test_what_is_simulated_is_what_is_settled(clerk: Staff, child: InsuredPerson) -> None:
    simulated = simulate(person=child, bill=Bill(Decimal(1200), "outpatient"), day=DAY, by=clerk)
    settled = make_settlement(child, "1200.00", by=clerk)
    assert (settled.acct_mulaid_pay, settled.psn_cash_pay) == (
        simulated.allocation.family_amount,
        simulated.allocation.cash,
    )
    assert [line.name for line in simulated.lines] == [child.name, "户主"]


def test_nobody_simulates_for_a_person_of_another_region(child: InsuredPerson) -> None:
    with pytest.raises(PersonUnknown):
        simulate(person=child, bill=Bill(Decimal(1), "outpatient"), day=DAY, by=make_staff("clerk", "330100"))


# What cannot be kept, or sent.


def test_a_form_that_does_not_add_up_is_not_kept(clerk: Staff, child: InsuredPerson) -> None:
    form = claim_input(child)
    with pytest.raises(AmountsDoNotAddUp):
        save_claim(form=replace(form, amounts=replace(form.amounts, fund_pay_sumamt=Decimal(1))), by=clerk)
    with pytest.raises(NeverCovered):
        save_claim(form=replace(form, med_type="91"), by=clerk)
    with pytest.raises(NotBefore):
        save_claim(form=replace(form, settled_on=timezone.localdate() + dt.timedelta(days=1)), by=clerk)
    assert not Claim.objects.exists()


def test_the_same_form_sent_twice_is_one_claim(clerk: Staff, child: InsuredPerson) -> None:
    form = claim_input(child)
    assert save_claim(form=form, by=clerk) == save_claim(form=form, by=clerk)


def test_of_two_windows_the_second_is_told(clerk: Staff, child: InsuredPerson) -> None:
    form = claim_input(child)
    first = save_claim(form=form, by=clerk)
    save_claim(form=replace(form, version=first.version, dr_name="沈"), by=clerk)
    with pytest.raises(ClaimChanged):
        save_claim(form=replace(form, version=first.version, dr_name="韩"), by=clerk)
    with pytest.raises(ClaimChanged):
        submit_claim(claim_id=first.pk, version=first.version, by=clerk)
    first.refresh_from_db()
    assert (first.dr_name, first.state) == ("沈", ClaimState.DRAFT)


def test_a_claim_without_its_papers_is_not_sent(clerk: Staff, child: InsuredPerson) -> None:
    claim = make_claim(child, by=clerk)
    make_claim_document(claim, by=clerk, kind="invoice")
    with pytest.raises(PapersMissing) as missing:
        submit_claim(claim_id=claim.pk, version=claim.version, by=clerk)
    assert missing.value.kinds == ["fee_list", "filing"]


def test_nobody_else_sends_or_withdraws_it(clerk: Staff, child: InsuredPerson) -> None:
    claim = make_claim(child, by=clerk)
    colleague = make_staff("clerk")
    with pytest.raises(NotYours):
        submit_claim(claim_id=claim.pk, version=claim.version, by=colleague)
    with pytest.raises(NotYours):
        withdraw_claim(claim_id=claim.pk, reason="x", by=colleague)
    with pytest.raises(NotYours):
        make_claim_document(claim, by=colleague)


# The decision.


def test_a_claim_sent_back_is_corrected_and_sent_again_and_the_reason_is_kept(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, by=clerk)
    return_claim(claim_id=claim.pk, reason="清单缺页", by=reviewer)
    claim.refresh_from_db()
    form = claim_input(child, key=claim.submission_key, version=claim.version, invoice_number="新")
    again = save_claim(form=form, by=clerk)
    submit_claim(claim_id=again.pk, version=again.version, by=clerk)
    claim.refresh_from_db()
    assert (claim.state, claim.reason, claim.reviewed_by) == (ClaimState.SUBMITTED, "清单缺页", None)
    approve_claim(claim_id=claim.pk, by=reviewer)
    steps = [(step.who, step.why) for step in steps_of(claim)]
    assert steps == [
        (str(clerk), ""), (str(clerk), ""), (str(reviewer), "清单缺页"), (str(clerk), ""), (str(reviewer), ""),
    ]  # fmt: skip


def test_whoever_handled_it_never_decides_it(clerk: Staff, child: InsuredPerson) -> None:
    claim = submitted_claim(child, by=clerk)
    for decide in (approve_claim, lambda **it: reject_claim(reason="x", **it)):
        with pytest.raises(OwnWork):
            decide(claim_id=claim.pk, by=clerk)
    assert not Settlement.objects.exists()


def test_what_would_be_paid_otherwise_since_it_was_submitted_is_told(
    clerk: Staff, child: InsuredPerson, payer: InsuredPerson
) -> None:
    claim = submitted_claim(child, "800.00", by=clerk)
    take(payer, "500.00", make_staff("supervisor"))
    told = differences(claim.submitted_preview, simulation_of(claim, by=clerk))
    assert told == ["户主：提交时800.00元，现为500.00元", "现金自付：提交时0.00元，现为300.00元"]


def test_what_is_booked_is_what_the_reviewer_was_shown(
    clerk: Staff, reviewer: Staff, child: InsuredPerson, payer: InsuredPerson
) -> None:
    claim = submitted_claim(child, "800.00", by=clerk)
    seen = seen_as(claim, simulation_of(claim, by=reviewer))
    take(payer, "500.00", make_staff("supervisor"))
    with pytest.raises(NotAsSeen):
        approve_claim(claim_id=claim.pk, seen=seen, by=reviewer)
    claim.refresh_from_db()
    assert (claim.state, Settlement.objects.count(), balance(payer)) == (ClaimState.SUBMITTED, 0, 500)
    seen = seen_as(claim, simulation_of(claim, by=reviewer))
    assert approve_claim(claim_id=claim.pk, seen=seen, by=reviewer).state == ClaimState.APPROVED


def test_a_decided_claim_is_decided_once(clerk: Staff, reviewer: Staff, child: InsuredPerson) -> None:
    claim = submitted_claim(child, by=clerk)
    approve_claim(claim_id=claim.pk, by=reviewer)
    for again in (approve_claim, lambda **it: reject_claim(reason="x", **it)):
        with pytest.raises(AlreadyDecided):
            again(claim_id=claim.pk, by=reviewer)
    with pytest.raises(AlreadyDecided):
        withdraw_claim(claim_id=claim.pk, reason="x", by=clerk)
    assert Settlement.objects.count() == 1


def test_a_number_that_a_feed_took_first_refuses_the_approval(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, by=clerk)
    record_settlement(new=make_bill(child, "1.00", setl_id=claim.number), by=clerk)
    with pytest.raises(SameIdOtherContent):
        approve_claim(claim_id=claim.pk, by=reviewer)
    claim.refresh_from_db()
    assert claim.state == ClaimState.SUBMITTED


# The same bill twice.


def test_the_same_invoice_of_a_person_is_claimed_once(clerk: Staff, child: InsuredPerson) -> None:
    first = make_claim(child, by=clerk)
    with pytest.raises(ClaimedBefore, match=first.number):
        make_claim(child, by=make_staff("clerk"), invoice_number=first.invoice_number)


def test_an_invoice_that_is_paid_is_not_paid_again_until_it_was_reversed(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    first = submitted_claim(child, by=clerk)
    approve_claim(claim_id=first.pk, by=reviewer)
    with pytest.raises(ClaimedBefore):
        submitted_claim(child, by=clerk, invoice_number=first.invoice_number)
    settled = Settlement.objects.get(setl_id=first.number)
    case = ask_reversal(settlement_id=settled.pk, reason="录入错误", by=clerk)
    approve_reversal(case_id=case.pk, by=reviewer)
    second = Claim.objects.get(invoice_number=first.invoice_number, state=ClaimState.DRAFT)
    submit_claim(claim_id=second.pk, version=second.version, by=clerk)
    assert approve_claim(claim_id=second.pk, by=reviewer).state == ClaimState.APPROVED


def test_a_visit_that_was_settled_online_is_not_claimed(clerk: Staff, child: InsuredPerson) -> None:
    hospital = make_institution()
    online = make_settlement(child, by=clerk, institution_id=hospital.pk, mdtrt_id="V1")
    place = {"institution_id": hospital.pk, "institution_name": ""}
    with pytest.raises(ClaimedBefore, match=online.setl_id):
        submitted_claim(child, by=clerk, mdtrt_id="V1", **place)


def test_the_same_amount_in_the_same_days_and_an_invoice_of_somebody_else_are_told(
    clerk: Staff, child: InsuredPerson, payer: InsuredPerson
) -> None:
    hospital = make_institution()
    online = make_settlement(child, by=clerk, institution_id=hospital.pk)
    other = make_claim(payer, by=clerk, invoice_number="一号")
    claim = submitted_claim(child, by=clerk, invoice_number="一号", institution_id=hospital.pk, institution_name="")
    told = {(one.number, one.certain) for one in duplicates_of(claim, by=clerk)}
    assert told == {(online.setl_id, False), (other.number, False)}


def test_a_duplicate_of_another_region_is_named_without_a_way_to_it(clerk: Staff, child: InsuredPerson) -> None:
    elsewhere = make_staff("clerk", "330100")
    other = make_claim(make_person(region="330100"), by=elsewhere, invoice_number="一号")
    (told,) = duplicates_of(make_claim(child, by=clerk, invoice_number="一号"), by=clerk)
    assert (told.number, told.row) == (other.number, None)


# Round the rules, by raw SQL.


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settlement_claim SET state = 'approved' WHERE id = {claim}",
        "UPDATE settlement_claim SET psn_part_amt = 1, medfee_sumamt = 1, inscp_scp_amt = 1 WHERE id = {claim}",
        "UPDATE settlement_claim SET handled_by_id = {reviewer} WHERE id = {claim}",
        "UPDATE settlement_claim SET state = 'draft' WHERE id = {claim}",
        "UPDATE settlement_claim SET state = 'returned', reviewed_by_id = handled_by_id, decided_at = now(),"
        " reason = 'x' WHERE id = {claim}",
        "DELETE FROM settlement_claim WHERE id = {claim}",
    ],
)
def test_a_submitted_claim_is_not_changed_behind_the_reviewers_back(
    statement: str, clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, by=clerk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(claim=claim.pk, reviewer=reviewer.pk))
    claim.refresh_from_db()
    assert (claim.state, claim.handled_by) == (ClaimState.SUBMITTED, clerk)


def test_the_decision_on_paper_tells_who_paid_and_hides_the_number(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, "300.00", fund="700.00", by=clerk)
    paper = decision_of(approve_claim(claim_id=claim.pk, by=reviewer), by=reviewer)
    assert [(share["name"], share["amount"]) for share in paper["shares"]] == [("户主", Decimal("300.00"))]
    assert "*" in paper["masked_number"]
    assert (paper["approved"], paper["reviewed_by"], paper["cash"]) == (True, str(reviewer), 0)
