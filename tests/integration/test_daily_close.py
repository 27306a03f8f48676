"""A signed day takes no posting: whatever comes late gets the next open day and says so."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import AccountEntry, AuditEvent, ClosedDay, Staff
from accounts.models.account import EntryKind
from accounts.services.business_days import BusinessDays, open_day
from accounts.services.ledger import Posting, SourceConflict, credit_month, post_entries
from accounts.services.ledger_proof import check_ledger
from accounts.services.rights import RightMissing
from families.services.groups import create_group
from settlement.days import day_of, days_of, without_statement
from settlement.models import Discrepancy, Settlement
from settlement.services.claims import approve_claim
from settlement.services.daily_close import (
    ClosedAlready,
    DayNotOver,
    DifferencesOpen,
    NotCompared,
    ReopenedAlready,
    close_day,
    reopen_day,
)
from settlement.services.deciding import DaySigned, decide, end_decision
from settlement.services.reconciling import reconcile
from settlement.services.settling import record_settlement
from settlement.services.transfer_answers import return_unaccepted
from tests.factories import (
    make_bill,
    make_difference,
    make_family,
    make_group,
    make_person,
    make_settlement,
    make_staff,
    make_transfer,
    reversal_of,
    submitted_claim,
    tell_statement,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 3, 16)


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


def closed(*days: dt.date, region: str = "421000") -> None:
    """As a signature leaves it."""
    by = make_staff("supervisor", region)
    for day in days:
        ClosedDay.objects.create(region_id=region, business_date=day, closed_by=by)


def compared(day: dt.date, by: Staff) -> None:
    reconcile(day=day, by=by)


def test_a_day_is_signed_when_it_was_compared_and_nothing_of_it_is_open(clerk: Staff, supervisor: Staff) -> None:
    settled = make_settlement(make_person(current="500.00", by=clerk), by=clerk)
    tell_statement(settled, by=clerk)
    with pytest.raises(NotCompared):
        close_day(day=MONDAY, by=supervisor)
    compared(MONDAY, supervisor)
    signed = close_day(day=MONDAY, by=supervisor)
    assert (signed.region_id, signed.business_date, signed.closed_by) == ("421000", MONDAY, supervisor)
    event = AuditEvent.objects.get(kind="close_day")
    assert (event.staff, event.region_id, event.detail) == (supervisor, "421000", {"day": "2026-03-16", "decided": 0})
    with pytest.raises(ClosedAlready):
        close_day(day=MONDAY, by=supervisor)
    with pytest.raises(ClosedAlready):
        close_day(day=MONDAY, by=make_staff("supervisor", "421002"))


def test_a_day_with_an_open_exception_is_not_signed_and_one_that_is_decided_does_not_stand_in_the_way(
    clerk: Staff, supervisor: Staff
) -> None:
    difference = make_difference(by=clerk)
    compared(MONDAY, supervisor)
    with pytest.raises(DifferencesOpen) as refusal:
        close_day(day=MONDAY, by=supervisor)
    assert (refusal.value.count, ClosedDay.objects.count()) == (1, 0)
    decide(chosen={difference.pk: difference.version}, reason="accepted", note="尾差", by=supervisor)
    close_day(day=MONDAY, by=supervisor)
    assert AuditEvent.objects.get(kind="close_day").detail["decided"] == 1


def test_signing_compares_once_more_and_finds_what_was_posted_since(clerk: Staff, supervisor: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    first = make_settlement(patient, by=clerk)
    tell_statement(first, by=clerk)
    compared(MONDAY, supervisor)
    make_settlement(patient, by=clerk, institution_id=first.institution_id)
    with pytest.raises(DifferencesOpen):
        close_day(day=MONDAY, by=supervisor)
    assert Discrepancy.objects.get().code == "1"


def test_only_a_day_that_is_over_is_signed_and_only_by_whoever_may(supervisor: Staff) -> None:
    for day in (timezone.localdate() + DAY, timezone.localdate() + 2 * DAY):
        with pytest.raises(DayNotOver):
            close_day(day=day, by=supervisor)
        with pytest.raises(IntegrityError, match="is not over"), transaction.atomic():
            ClosedDay.objects.create(region=supervisor.region, business_date=day, closed_by=supervisor)
    for role in ("clerk", "reviewer", "auditor", "administrator"):
        with pytest.raises(RightMissing):
            close_day(day=MONDAY, by=make_staff(role))


def test_a_settlement_of_a_signed_day_gets_the_next_open_one_with_all_its_entries(clerk: Staff) -> None:
    group = make_group("20", by=clerk)
    child = group.members.get(seat=2).person
    closed(MONDAY, MONDAY + DAY)
    settled = make_settlement(child, "300.00", by=clerk)
    assert (settled.business_date, settled.day_of_service) == (MONDAY + 2 * DAY, MONDAY)
    assert (settled.acct_mulaid_pay, settled.group) == (Decimal("300.00"), group)
    assert AccountEntry.objects.get(kind="201").business_date == MONDAY + 2 * DAY
    assert settled.shares.get().year == 2026
    assert check_ledger(by=make_staff("auditor", "100000")).violations == []


def test_the_same_bill_again_is_the_same_settlement_also_when_its_day_was_signed_between(clerk: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    before, after = make_bill(patient), make_bill(patient)
    first = record_settlement(new=before, by=clerk)
    closed(MONDAY)
    assert record_settlement(new=before, by=clerk).pk == first.pk
    moved = record_settlement(new=after, by=clerk)
    assert record_settlement(new=after, by=clerk).pk == moved.pk
    assert (first.business_date, moved.business_date) == (MONDAY, MONDAY + DAY)
    back = record_settlement(new=reversal_of(after), by=clerk)
    assert (back.reverses_id, back.business_date, back.psn_part_amt) == (moved.pk, MONDAY + DAY, Decimal("-100.00"))


def test_group_and_limits_count_as_of_the_service_though_it_is_booked_in_the_next_year(clerk: Staff) -> None:
    last = dt.date(2025, 12, 31)
    closed(last)
    at = dt.datetime(2025, 12, 31, 9, tzinfo=timezone.get_default_timezone())
    group = make_group("20", by=clerk)  # bound on 2026-03-01 only
    settled = make_settlement(group.members.get(seat=2).person, "10.00", by=clerk, settled_at=at)
    assert (settled.business_date, settled.acct_mulaid_pay, settled.group) == (dt.date(2026, 1, 1), 0, None)


@pytest.mark.parametrize(
    ("region", "moves"), [("420000", True), ("421002", True), ("421003", False), ("330100", False)]
)
def test_a_day_is_closed_for_the_region_that_signed_and_those_below(clerk: Staff, region: str, moves: bool) -> None:
    patient = make_person(current="500.00", by=clerk)
    closed(MONDAY, region=region)
    settled = make_settlement(patient, by=clerk)
    assert (settled.business_date, AccountEntry.objects.get(kind="201").business_date) == (
        (MONDAY + DAY,) * 2 if moves else (MONDAY,) * 2
    )


def test_an_entry_goes_by_the_region_of_its_account_and_a_settlement_by_that_of_the_patient(clerk: Staff) -> None:
    group = make_group("20", by=clerk)
    owner, child = (group.members.get(seat=seat).person for seat in (1, 2))
    closed(MONDAY, region="421003")
    type(owner).objects.filter(pk=owner.pk).update(region_id="421003")
    settled = make_settlement(child, "10.00", by=make_staff("clerk", "421000"))
    assert settled.business_date == MONDAY
    assert AccountEntry.objects.get(kind="201").business_date == MONDAY + DAY


def test_nothing_gets_into_a_signed_day_by_any_other_way(clerk: Staff, supervisor: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    settled = make_settlement(patient, by=clerk)
    entry = AccountEntry.objects.get(kind="201")
    closed(MONDAY)
    with pytest.raises(IntegrityError, match="the day is closed"), transaction.atomic():
        AccountEntry.objects.bulk_create(
            [
                AccountEntry(
                    account=patient.account, sequence=3, kind="110", current_change=1, prior_change=0, prior_after=0,
                    current_after=entry.current_after + 1, business_date=MONDAY, source="x", posted_by=clerk,
                )
            ]
        )  # fmt: skip
    copied = Settlement.objects.get(pk=settled.pk)
    copied.pk, copied.setl_id = None, "X1"
    with pytest.raises(IntegrityError, match="the day is closed"), transaction.atomic():
        copied.save(force_insert=True)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic():
        connection.cursor().execute("UPDATE accounts_closedday SET business_date = '2026-03-15'")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic():
        ClosedDay.objects.all().delete()


def test_every_service_that_posts_a_past_day_finds_the_next_open_one(clerk: Staff) -> None:
    closed(MONDAY, MONDAY.replace(day=1))
    person = make_person(current="500.00", by=clerk)
    assert credit_month(month=MONDAY, amounts={person.account.pk: Decimal("5.00")}, by=clerk) == 1
    assert credit_month(month=MONDAY, amounts={person.account.pk: Decimal("5.00")}, by=clerk) == 0
    assert AccountEntry.objects.get(kind="101").business_date == MONDAY.replace(day=2)
    with pytest.raises(SourceConflict):
        credit_month(month=MONDAY, amounts={person.account.pk: Decimal("6.00")}, by=clerk)
    claim = approve_claim(claim_id=submitted_claim(person, by=clerk).pk, seen=None, by=make_staff("reviewer"))
    assert claim.settlement is not None
    assert (claim.settlement.business_date, claim.settlement.day_of_service) == (MONDAY + DAY, MONDAY)


def test_a_transfer_that_goes_back_on_a_signed_day_goes_back_on_the_next(clerk: Staff) -> None:
    transfer = make_transfer(make_group("12*", by=clerk), by=clerk)
    closed(MONDAY + DAY)
    assert return_unaccepted(day=MONDAY + DAY, by=clerk) == 1
    transfer.refresh_from_db()
    assert transfer.back_entry.business_date == MONDAY + 2 * DAY


def test_a_transfer_that_goes_back_over_a_signed_new_years_eve_goes_into_prior_years(clerk: Staff) -> None:
    """The turn of the year counts as of the day that it is booked on, for the service and for the trigger."""
    eve = dt.date(2025, 12, 31)
    members = [replace(member, starts_on=eve - 9 * DAY) for member in make_family("12*", by=clerk)]
    group = create_group(region=clerk.region, members=members, by=clerk)
    transfer = make_transfer(group, by=clerk, at=dt.datetime(2025, 12, 30, 4, tzinfo=dt.UTC))
    closed(eve)
    assert return_unaccepted(day=eve, by=clerk) == 1
    transfer.refresh_from_db()
    back = transfer.back_entry
    assert (back.business_date, back.prior_change, back.current_change) == (dt.date(2026, 1, 1), 100, 0)


def test_closed_days_are_read_once_as_far_back_as_asked_and_today_is_always_open() -> None:
    today = timezone.localdate()
    closed(MONDAY)
    days = BusinessDays()
    assert (days.any_closed(since=today), days.open_day("421002", today)) == (False, today)
    assert [days.open_day("421002", MONDAY + n * DAY) for n in range(3)] == [MONDAY + n * DAY for n in (1, 1, 2)]
    assert days.open_day("330100", MONDAY) == MONDAY
    closed(MONDAY + DAY)
    assert (days.open_day("421002", MONDAY), open_day("421002", MONDAY)) == (MONDAY + DAY, MONDAY + 2 * DAY)
    closed(MONDAY - DAY)
    assert days.open_day("421002", MONDAY - DAY) == MONDAY + 2 * DAY


def test_a_day_is_reopened_with_a_reason_and_takes_postings_again(clerk: Staff, supervisor: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    closed(MONDAY)
    make_settlement(patient, by=clerk)
    signed = ClosedDay.objects.get()
    reopened = reopen_day(closed_id=signed.pk, reason="机构补报", by=supervisor)
    assert (reopened.reopened_by, reopened.reason) == (supervisor, "机构补报")
    assert AuditEvent.objects.get(kind="reopen_day").detail == {"day": "2026-03-16", "reason": "机构补报"}
    again = make_settlement(patient, by=clerk)
    assert again.business_date == MONDAY
    with pytest.raises(ReopenedAlready):
        reopen_day(closed_id=signed.pk, reason="x", by=supervisor)
    closed(MONDAY)
    assert [one.reopened_at is None for one in ClosedDay.objects.order_by("pk")] == [False, True]


def test_a_day_that_the_province_signed_is_not_reopened_by_the_city(supervisor: Staff) -> None:
    closed(MONDAY, region="420000")
    with pytest.raises(ClosedDay.DoesNotExist):
        reopen_day(closed_id=ClosedDay.objects.get().pk, reason="x", by=supervisor)
    for role in ("clerk", "auditor", "reviewer"):
        with pytest.raises(RightMissing):
            reopen_day(closed_id=ClosedDay.objects.get().pk, reason="x", by=make_staff(role, "100000"))


def test_what_was_decided_of_a_signed_day_stands(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    (decision,) = decide(
        chosen={difference.pk: difference.version}, reason="institution_corrects", note="", by=supervisor
    )
    closed(MONDAY)
    with pytest.raises(DaySigned):
        end_decision(decision_id=decision.pk, note="x", by=supervisor)


def test_the_list_of_days_tells_what_stands_against_each(clerk: Staff, supervisor: Staff) -> None:
    make_difference(by=clerk)
    compared(MONDAY, supervisor)
    closed(MONDAY + DAY, region="420000")
    closed(MONDAY + 2 * DAY, region="421002")
    told = {one.day: one for one in days_of(supervisor, MONDAY, MONDAY + 2 * DAY)}
    assert [told[day].open for day in sorted(told)] == [1, 0, 0]
    assert [told[day].run is not None for day in sorted(told)] == [True, False, False]
    assert [one.closed.region_id if one.closed else None for one in told.values()] == [None, "420000", None]
    assert [one.below for one in told.values()] == [1, 0, 0]
    assert day_of(supervisor, timezone.localdate() + DAY) is None
    silent = make_settlement(make_person(current="500.00", by=clerk), by=clerk)
    assert without_statement(supervisor, MONDAY) == [silent.institution]


def test_two_postings_of_one_source_are_one_also_when_the_day_was_signed(clerk: Staff) -> None:
    account = make_person(current="500.00", by=clerk).account
    posting = Posting(account.pk, EntryKind.ADJUSTMENT, MONDAY, "once", current_change=Decimal("1.00"))
    (first,) = post_entries(postings=[posting], by=clerk)
    closed(MONDAY)
    (again,) = post_entries(postings=[posting], by=clerk)
    assert (first.pk, first.business_date) == (again.pk, MONDAY)
