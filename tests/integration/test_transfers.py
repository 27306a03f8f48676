"""Wallet transfers: out of one account, held, into the other or back; once, and to the fen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import AccountEntry, AuditEvent, InsuredPerson, PersonalAccount, Staff
from accounts.models.account import EntryKind
from accounts.models.audit import AuditKind
from accounts.services.closing import close_record
from accounts.services.jobs import enqueue_once_a_day, run_job
from accounts.services.ledger import Posting, carry_over_year, post_entries
from accounts.services.ledger_proof import check_ledger
from accounts.services.staff import nightly_staff
from families.models import MutualAidGroup
from families.services.changes import dissolve_group
from settlement.models import WalletTransfer
from settlement.models.transfer import ReturnCause
from settlement.rules.transfers import FailureKind, Rule
from settlement.services import transfer_answers
from settlement.services.transfer_answers import accept_transfer, return_transfer, return_unaccepted
from settlement.services.transfer_refusals import (
    BalanceTooLow,
    NotAllowed,
    OrderUnreadable,
    OtherBureau,
    TransferAnswered,
    TransferIdTaken,
    TransferRefused,
)
from settlement.services.transfers import TransferUnderWay, transfer_wallet
from tests.factories import (
    NOON,
    START,
    make_account,
    make_group,
    make_person,
    make_policy,
    make_staff,
    make_suspension,
    make_transfer,
    release_member,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)
TODAY = NOON.date()
TOMORROW = TODAY + DAY


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def family(clerk: Staff) -> MutualAidGroup:
    """The owner with 1,000 yuan of this year, a spouse with an empty account, a child without one."""
    return make_group("12*", "20", by=clerk)


def member(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.get(seat=seat).person


def balance(person: InsuredPerson) -> tuple[str, str]:
    account = PersonalAccount.objects.get(person=person)
    return f"{account.prior_years}", f"{account.current_year}"


def put(person: InsuredPerson, prior: str, current: str) -> None:
    """Another balance than the factory's."""
    account = PersonalAccount.objects.get(person=person)
    change = Posting(
        account.pk, EntryKind.ADJUSTMENT, START, "put", Decimal(prior) - account.prior_years,
        Decimal(current) - account.current_year,
    )  # fmt: skip
    post_entries(postings=[change], by=make_staff("supervisor"))


def failing(refusal: pytest.ExceptionInfo[NotAllowed]) -> set[Rule]:
    return {finding.rule for finding in refusal.value.findings}


# Asking


def test_the_money_leaves_at_once_and_arrives_in_the_current_year_when_it_is_accepted(
    family: MutualAidGroup, clerk: Staff
) -> None:
    payer, payee = member(family, 1), member(family, 2)
    transfer = make_transfer(family, by=clerk, amount="200.00")
    assert (balance(payer), balance(payee)) == (("0.00", "800.00"), ("0.00", "0.00"))
    assert (transfer.state, transfer.business_date, transfer.group) == ("waiting", TODAY, family)

    accept_transfer(transfer_id=transfer.transfer_id, at=NOON + HOUR, by=clerk)

    transfer.refresh_from_db()
    assert (balance(payer), balance(payee)) == (("0.00", "800.00"), ("0.00", "200.00"))
    assert (transfer.state, transfer.answered_by, transfer.answered_at) == ("accepted", clerk, NOON + HOUR)
    assert (transfer.out_entry.kind, transfer.in_entry.kind, transfer.back_entry) == ("207", "107", None)
    assert check_ledger(by=make_staff("supervisor")).violations == []


@pytest.mark.parametrize(
    ("order", "left"), [("prior_first", ("0.00", "500.00")), ("current_first", ("300.00", "200.00"))]
)
def test_it_is_taken_from_the_buckets_in_the_order_of_the_policy_and_goes_back_into_them(
    family: MutualAidGroup, clerk: Staff, order: str, left: tuple[str, str]
) -> None:
    make_policy(bucket_order=order)
    payer = member(family, 1)
    put(payer, "300.00", "700.00")
    transfer = make_transfer(family, by=clerk, amount="500.00")
    assert balance(payer) == left
    return_transfer(
        transfer_id=transfer.transfer_id, cause=ReturnCause.REFUSED, reason="不需要", at=NOON + HOUR, by=clerk
    )
    assert balance(payer) == ("300.00", "700.00")
    transfer.refresh_from_db()
    assert (transfer.state, transfer.return_cause, transfer.reason) == ("returned", "refused", "不需要")
    assert transfer.back_entry.kind == "109"


def test_the_same_again_is_the_same_transfer_also_when_it_was_answered_meanwhile(
    family: MutualAidGroup, clerk: Staff
) -> None:
    first = make_transfer(family, by=clerk, transfer_id="ZZ-1")
    accept_transfer(transfer_id="ZZ-1", at=NOON, by=clerk)
    again = make_transfer(family, by=make_staff("clerk"), transfer_id="ZZ-1", at=NOON + 30 * DAY)
    assert (again.pk, again.state, again.asked_at) == (first.pk, "accepted", NOON)
    assert AccountEntry.objects.filter(source__startswith="transfer:").count() == 2
    assert balance(member(family, 1)) == ("0.00", "900.00")


@pytest.mark.parametrize(
    ("other", "differs"),
    [
        ({"amount": "100.01"}, "amount"),
        ({"purpose": "premium"}, "purpose"),
        ({"payee": 3}, "payee"),
        ({"payer": 2, "payee": 1}, "payer, payee"),
    ],
)
def test_the_same_number_with_other_content_is_refused_and_audited(
    family: MutualAidGroup, clerk: Staff, other: dict[str, Any], differs: str
) -> None:
    make_transfer(family, by=clerk, transfer_id="ZZ-1")
    before = AccountEntry.objects.count()
    seats = {f"{key}_id": member(family, seat).pk for key, seat in other.items() if isinstance(seat, int)}
    rest = {key: value for key, value in other.items() if not isinstance(value, int)}
    with pytest.raises(TransferIdTaken) as refusal:
        make_transfer(family, by=clerk, transfer_id="ZZ-1", **seats, **rest)
    event = AuditEvent.objects.get(kind=AuditKind.CONFLICT)
    assert (event.detail, event.staff) == ({"transfer": "ZZ-1", "differs": differs}, clerk)
    assert (refusal.value.kind, AccountEntry.objects.count()) == (FailureKind.DATA, before)
    assert WalletTransfer.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": "0"},
        {"amount": "-1"},
        {"amount": "1.005"},
        {"amount": "NaN"},
        {"amount": "1e3"},
        {"purpose": "gift"},
        {"purpose": ""},
        {"transfer_id": ""},
        {"transfer_id": "x" * 41},
        {"transfer_id": "a b"},
        {"transfer_id": "T1\n"},
        {"payee_id": 99999999},
        {"payer_id": 99999999},
    ],
)
def test_what_is_no_number_amount_purpose_or_person_is_refused_and_moves_nothing(
    family: MutualAidGroup, clerk: Staff, wrong: dict[str, Any]
) -> None:
    with pytest.raises(OrderUnreadable) as refusal:
        make_transfer(family, by=clerk, **wrong)
    assert refusal.value.kind is FailureKind.DATA
    assert refusal.value.advice
    assert not WalletTransfer.objects.exists()
    assert balance(member(family, 1)) == ("0.00", "1000.00")


def test_a_balance_too_low_is_told_apart_from_wrong_data_and_each_says_what_to_do(
    family: MutualAidGroup, clerk: Staff
) -> None:
    with pytest.raises(BalanceTooLow) as low:
        make_transfer(family, by=clerk, amount="1000.01")
    with pytest.raises(NotAllowed) as both:
        make_transfer(family, by=clerk, amount="2000.01")
    assert (low.value.kind, both.value.kind) == (FailureKind.BALANCE, FailureKind.DATA)
    assert "1000.00" in str(low.value)
    assert low.value.advice
    assert Rule.TRANSFER_LIMIT in failing(both)


def test_every_limit_is_that_of_the_payers_region_on_the_day(family: MutualAidGroup, clerk: Staff) -> None:
    make_policy("421002", effective_on=TODAY, transfer_limit="50.00", reserve_floor="960.00")
    make_policy("330100", transfer_limit="1.00")
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, amount="50.01")
    assert failing(refusal) == {Rule.TRANSFER_LIMIT, Rule.RESERVE_FLOOR}
    (limit,) = [finding for finding in refusal.value.findings if finding.rule is Rule.TRANSFER_LIMIT]
    assert limit.origin is not None
    assert limit.origin.citation == "§transfer_limit"
    make_transfer(family, by=clerk, amount="40.00")
    make_transfer(family, by=clerk, amount="900.00", at=NOON - DAY)


def test_three_a_day_those_that_came_back_included_and_the_next_day_begins_anew(
    family: MutualAidGroup, clerk: Staff
) -> None:
    for _ in range(3):
        transfer = make_transfer(family, by=clerk, amount="1.00")
        return_transfer(
            transfer_id=transfer.transfer_id, cause=ReturnCause.WITHDRAWN, reason="金额有误", at=NOON, by=clerk
        )
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, amount="1.00")
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.fact) == (Rule.TRANSFERS_PER_DAY, 3)
    make_transfer(family, by=clerk, amount="1.00", at=NOON + DAY)


def test_quiet_hours_are_those_of_the_moment_that_is_given(family: MutualAidGroup, clerk: Staff) -> None:
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, at=NOON + 10 * HOUR)
    (finding,) = refusal.value.findings
    assert (finding.rule, finding.earliest_at) == (Rule.QUIET_HOURS, NOON + 18 * HOUR)
    make_transfer(family, by=clerk, at=NOON + 10 * HOUR - dt.timedelta(microseconds=1))


def suspend(cause: str, seat: int) -> Callable[[MutualAidGroup, Staff], None]:
    return lambda group, _clerk: make_suspension(member(group, seat), cause, TODAY) and None


def leave(group: MutualAidGroup, clerk: Staff) -> None:
    release_member(member_id=group.members.get(seat=2).pk, day=TODAY, reason="x", by=clerk)


@pytest.mark.parametrize(
    ("happened", "rule"),
    [
        (suspend("suspended", 1), Rule.PAYER_INSURED),
        (suspend("death", 1), Rule.PAYER_INSURED),
        (suspend("card_lending", 1), Rule.PAYER_CARD),
        (suspend("ended", 2), Rule.PAYEE_INSURED),
        (suspend("card_lending", 2), Rule.PAYEE_CARD),
        (leave, Rule.ONE_FAMILY),
    ],
)
def test_who_takes_no_part_that_day_neither_pays_nor_is_paid_and_the_day_before_did(
    family: MutualAidGroup, clerk: Staff, happened: Callable[[MutualAidGroup, Staff], None], rule: Rule
) -> None:
    payee = member(family, 2)
    happened(family, clerk)
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, payee_id=payee.pk) if rule is not Rule.ONE_FAMILY else transfer_wallet(
            transfer_id="T", payer_id=member(family, 1).pk, payee_id=payee.pk, amount=Decimal(1), purpose="care",
            at=NOON, by=clerk,
        )  # fmt: skip
    assert failing(refusal) == {rule}
    assert not WalletTransfer.objects.exists()


def test_money_leaves_no_family(family: MutualAidGroup, clerk: Staff) -> None:
    stranger = make_person("路人", by=clerk)
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, payee_id=stranger.pk)
    assert failing(refusal) == {Rule.ONE_FAMILY}
    dissolve_group(group_id=family.pk, day=TODAY, reason="x", by=clerk)
    with pytest.raises(NotAllowed) as refusal:
        transfer_wallet(
            transfer_id="T", payer_id=member(family, 1).pk, payee_id=member(family, 2).pk, amount=Decimal(1),
            purpose="care", at=NOON, by=clerk,
        )  # fmt: skip
    assert failing(refusal) == {Rule.ONE_FAMILY}


def test_who_has_no_account_is_told_how_the_family_pays_instead(family: MutualAidGroup, clerk: Staff) -> None:
    child = member(family, 3)
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, payee_id=child.pk)
    assert failing(refusal) == {Rule.PAYEE_ACCOUNT}
    assert "共济" in refusal.value.advice
    with pytest.raises(NotAllowed) as refusal:
        make_transfer(family, by=clerk, payer_id=child.pk, payee_id=member(family, 2).pk)
    assert Rule.PAYER_ACCOUNT in failing(refusal)


def test_nobody_asks_for_a_payer_outside_the_own_region(family: MutualAidGroup) -> None:
    with pytest.raises(OrderUnreadable):
        make_transfer(family, by=make_staff("clerk", "330100"))
    make_transfer(family, by=make_staff("clerk", "421000"))


# The answer


def test_an_answer_is_given_once_and_again_it_is_the_same(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    other = make_staff("clerk")
    first = accept_transfer(transfer_id=transfer.transfer_id, at=NOON, by=clerk)
    again = accept_transfer(transfer_id=transfer.transfer_id, at=NOON + HOUR, by=other)
    assert (again.answered_by, again.answered_at, again.in_entry_id) == (clerk, NOON, first.in_entry_id)
    with pytest.raises(TransferAnswered) as refusal:
        return_transfer(transfer_id=transfer.transfer_id, cause=ReturnCause.REFUSED, reason="x", at=NOON, by=other)
    assert str(clerk) in str(refusal.value)
    assert balance(member(family, 2)) == ("0.00", "100.00")


def test_what_went_back_is_not_accepted_any_more(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    give_back = {"transfer_id": transfer.transfer_id, "reason": "x", "at": NOON, "by": clerk}
    for _ in range(2):
        return_transfer(cause=ReturnCause.WITHDRAWN, **give_back)
    with pytest.raises(TransferAnswered):
        return_transfer(cause=ReturnCause.REFUSED, **give_back)
    with pytest.raises(TransferAnswered):
        accept_transfer(transfer_id=transfer.transfer_id, at=NOON, by=clerk)
    assert balance(member(family, 1)) == ("0.00", "1000.00")


def test_after_six_in_the_morning_it_is_too_late_though_no_job_has_run(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    with pytest.raises(NotAllowed) as refusal:
        accept_transfer(transfer_id=transfer.transfer_id, at=NOON + 18 * HOUR, by=clerk)
    assert failing(refusal) == {Rule.IN_TIME}
    assert "2026-03-17 06:00" in str(refusal.value)
    accept_transfer(transfer_id=transfer.transfer_id, at=NOON + 18 * HOUR - dt.timedelta(seconds=1), by=clerk)


def test_a_payee_whose_card_was_lent_meanwhile_accepts_nothing(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    make_suspension(member(family, 2), "card_lending", TODAY)
    with pytest.raises(NotAllowed) as refusal:
        accept_transfer(transfer_id=transfer.transfer_id, at=NOON, by=clerk)
    assert failing(refusal) == {Rule.PAYEE_CARD}
    assert return_unaccepted(day=TOMORROW, by=clerk) == 1


def test_each_is_heard_by_the_own_bureau_and_seen_by_both(clerk: Staff) -> None:
    """The spouse is insured in the next district: accepted there, taken back here, seen in both and nowhere else."""
    family = make_group("12*", by=clerk)
    spouse = member(family, 2)
    InsuredPerson.objects.filter(pk=spouse.pk).update(region="421003")
    there, elsewhere = make_staff("clerk", "421003"), make_staff("clerk", "330100")
    transfer = make_transfer(family, by=clerk)
    answer = {"transfer_id": transfer.transfer_id, "at": NOON}
    with pytest.raises(OtherBureau) as refusal:
        accept_transfer(by=clerk, **answer)
    assert "荆州区" in str(refusal.value)
    with pytest.raises(OtherBureau):
        return_transfer(by=clerk, cause=ReturnCause.REFUSED, reason="x", **answer)
    with pytest.raises(OtherBureau):
        return_transfer(by=there, cause=ReturnCause.WITHDRAWN, reason="x", **answer)
    with pytest.raises(WalletTransfer.DoesNotExist):
        accept_transfer(by=elsewhere, **answer)
    accept_transfer(by=there, **answer)
    seen = [staff for staff in (clerk, there, elsewhere) if WalletTransfer.objects.for_staff(staff).exists()]
    assert seen == [clerk, there]


# The morning


def test_the_next_morning_what_nobody_answered_goes_back_once(family: MutualAidGroup, clerk: Staff) -> None:
    payer = member(family, 1)
    put(payer, "30.00", "970.00")
    waiting = [make_transfer(family, by=clerk, amount=amount) for amount in ("50.00", "7.00")]
    accepted = make_transfer(family, by=clerk, amount="1.00")
    accept_transfer(transfer_id=accepted.transfer_id, at=NOON, by=clerk)
    today = make_transfer(family, by=clerk, amount="2.00", at=NOON + DAY)

    assert return_unaccepted(day=TODAY, by=clerk) == 0
    assert [return_unaccepted(day=TOMORROW, by=clerk) for _ in range(2)] == [2, 0]

    for transfer in (*waiting, accepted, today):
        transfer.refresh_from_db()
    assert [one.state for one in (*waiting, accepted, today)] == ["returned", "returned", "accepted", "waiting"]
    assert (waiting[0].return_cause, waiting[0].answered_at) == ("unanswered", NOON + 18 * HOUR)
    assert balance(payer) == ("30.00", "967.00")
    assert check_ledger(by=make_staff("supervisor")).violations == []


def test_a_morning_that_was_missed_is_made_up_for(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    assert return_unaccepted(day=TODAY + 5 * DAY, by=clerk) == 1
    transfer.refresh_from_db()
    assert transfer.back_entry.business_date == TODAY + 5 * DAY


def test_more_than_a_step_holds_goes_back_too(
    family: MutualAidGroup, clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer_answers, "CHUNK", 2)
    for _ in range(3):
        make_transfer(family, by=clerk, amount="1.00")
    assert return_unaccepted(day=TOMORROW, by=clerk) == 3
    assert balance(member(family, 1)) == ("0.00", "1000.00")


@pytest.mark.parametrize("carried_over_first", [True, False])
def test_what_was_under_way_over_new_year_is_of_prior_years_like_the_rest_of_the_account(
    family: MutualAidGroup, clerk: Staff, carried_over_first: bool
) -> None:
    supervisor = make_staff("supervisor", "421000")
    eve = NOON.replace(month=12, day=31)
    make_transfer(family, by=clerk, amount="400.00", at=eve)
    works = [
        lambda: carry_over_year(year=2026, by=supervisor),
        lambda: return_unaccepted(day=dt.date(2027, 1, 1), by=clerk),
    ]
    for work in works if carried_over_first else works[::-1]:
        work()
    assert balance(member(family, 1)) == ("1000.00", "0.00")


def test_the_job_of_a_morning_runs_once_in_the_name_of_the_night(family: MutualAidGroup, clerk: Staff) -> None:
    make_transfer(family, by=clerk)
    by = nightly_staff()
    assert by is not None
    job = enqueue_once_a_day(kind="return_transfers", by=by, business_date=TOMORROW)
    run_job(job.pk)
    run_job(job.pk)
    job.refresh_from_db()
    transfer = WalletTransfer.objects.get()
    assert (job.state, job.result, job.attempts) == ("done", {"transfers_returned": 1}, 1)
    assert (transfer.state, transfer.answered_by) == ("returned", nightly_staff())
    assert transfer.back_entry.posted_by == nightly_staff()


# Two records of one person


@pytest.mark.parametrize("seat", [1, 2])
def test_a_record_whose_money_is_under_way_is_not_merged_before_it_has_arrived_or_is_back(
    family: MutualAidGroup, clerk: Staff, seat: int
) -> None:
    record, survivor = member(family, seat), make_person("同一人", by=clerk)
    transfer = make_transfer(family, by=clerk, amount="1000.00")
    merge = {"record": record, "survivor": survivor, "source": "merge:1", "by": make_staff("supervisor")}
    with pytest.raises(TransferUnderWay) as refusal:
        close_record(**merge)
    assert transfer.transfer_id in str(refusal.value)
    return_unaccepted(day=TOMORROW, by=clerk)
    close_record(**merge)


def test_a_merged_record_neither_pays_nor_is_paid(family: MutualAidGroup, clerk: Staff) -> None:
    for seat, rule in ((1, Rule.PAYER_RECORD), (2, Rule.PAYEE_RECORD)):
        record, survivor = member(family, seat), make_person("同一人", insutype="390", by=clerk)
        make_account(survivor)
        close_record(record=record, survivor=survivor, source="merge:1", by=make_staff("supervisor"))
        with pytest.raises(NotAllowed) as refusal:
            make_transfer(family, by=clerk)
        assert rule in failing(refusal)


def test_every_refusal_has_a_kind_a_sentence_and_something_to_do(family: MutualAidGroup, clerk: Staff) -> None:
    refused: list[TransferRefused] = []
    for order in ({"amount": "1e3"}, {"amount": "1500.00"}, {"payee_id": make_person().pk}, {"at": NOON + 11 * HOUR}):
        with pytest.raises(TransferRefused) as refusal:
            make_transfer(family, by=clerk, **order)
        refused.append(refusal.value)
    assert all(one.kind in FailureKind and str(one) and one.advice for one in refused)
