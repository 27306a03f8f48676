"""Postings at once: no fen is made or lost, nobody waits for ever, and what is sent twice is posted once."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction

from accounts.acting import acting
from accounts.models import AccountEntry, AuditEvent, InsuredPerson, PersonalAccount, Staff
from accounts.models.audit import AuditKind
from accounts.services.adjustments import decide_adjustment, request_adjustment
from accounts.services.audit import record_event, verify_chain
from accounts.services.ledger import Posting, carry_over_year, credit_month, post_entries
from accounts.services.ledger_proof import check_ledger
from tests.concurrency.threads import at_once, kinds, one_after_another
from tests.factories import make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = dt.date(2026, 3, 16)


def account_with(current: str, by: Staff) -> PersonalAccount:
    return make_person(current=current, by=by).account


def spending(account: PersonalAccount, yuan: str, source: str) -> Posting:
    return Posting(account.pk, "201", TODAY, source, current_change=Decimal(yuan))


def balance(account: PersonalAccount) -> Decimal:
    account.refresh_from_db()
    return account.current_year


def assert_proven(by: Staff) -> None:
    assert check_ledger(by=by).violations == []


def test_two_debits_of_the_whole_balance_at_once_are_one() -> None:
    supervisor = make_staff("supervisor", "421000")
    for _ in range(10):
        account = account_with("100.00", supervisor)
        works = [
            partial(post_entries, postings=[spending(account, "-100.00", f"setl:{n}")], by=supervisor)
            for n in range(2)
        ]
        assert kinds(at_once(*works)) == {"list": 1, "InsufficientBalance": 1}
        assert (balance(account), account.entry_count) == (Decimal("0.00"), 2)
    assert_proven(supervisor)


def test_fifty_identical_postings_at_once_are_one_entry_and_fifty_equal_answers() -> None:
    supervisor = make_staff("supervisor", "421000")
    account = account_with("100.00", supervisor)
    work = partial(post_entries, postings=[spending(account, "-30.00", "setl:1")], by=supervisor)
    answers = one_after_another([work] * 50, threads=25)
    assert kinds(answers) == {"list": 50}
    assert len({entry.pk for entries in answers for entry in entries}) == 1  # type: ignore[union-attr]
    assert (balance(account), account.entries.count()) == (Decimal("70.00"), 2)


def test_postings_over_four_accounts_in_both_orders_do_not_deadlock_and_add_up() -> None:
    supervisor = make_staff("supervisor", "421000")
    accounts = [account_with("1000.00", supervisor) for _ in range(4)]

    def four(number: int) -> list[AccountEntry]:
        """Everybody pays 1 yuan, in an order of its own; every fifth pays 0.50 back."""
        order = accounts if number % 2 else accounts[::-1]
        yuan = "0.50" if number % 5 == 0 else "-1.00"
        return post_entries(postings=[spending(account, yuan, f"s{number}") for account in order], by=supervisor)

    answers = one_after_another([partial(four, number) for number in range(200)], threads=8)
    assert kinds(answers) == {"list": 200}
    assert [balance(account) for account in accounts] == [Decimal("860.00")] * 4
    assert_proven(supervisor)


def test_control_locking_in_the_order_given_deadlocks() -> None:
    """The same four accounts without the order of the primary key: PostgreSQL has to break a tie."""
    supervisor = make_staff("supervisor", "421000")
    accounts = [account_with("1000.00", supervisor) for _ in range(4)]

    def unsorted(order: list[PersonalAccount]) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for account in order:
                cursor.execute("SELECT id FROM accounts_personalaccount WHERE id = %s FOR UPDATE", [account.pk])
                cursor.execute("SELECT pg_sleep(0.05)")

    answers = at_once(partial(unsorted, accounts), partial(unsorted, accounts[::-1]))
    assert kinds(answers) == {"NoneType": 1, "OperationalError": 1}
    assert "deadlock" in str(answers)


def test_control_reading_before_locking_loses_an_update_and_the_ledger_refuses_it() -> None:
    """Read, wait, write: the second writer starts from a balance that is gone; its entry has the same number."""
    supervisor = make_staff("supervisor", "421000")
    account = account_with("100.00", supervisor)

    def unlocked(source: str) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            read = PersonalAccount.objects.get(pk=account.pk)
            cursor.execute("SELECT pg_sleep(0.2)")
            AccountEntry.objects.create(
                account=read,
                sequence=read.entry_count + 1,
                kind="201",
                prior_change=0,
                current_change=-60,
                prior_after=0,
                current_after=read.current_year - 60,
                business_date=TODAY,
                source=source,
                posted_by=supervisor,
            )
            PersonalAccount.objects.filter(pk=account.pk).update(
                current_year=read.current_year - 60, entry_count=read.entry_count + 1
            )

    assert kinds(at_once(partial(unlocked, "a"), partial(unlocked, "b"))) == {"NoneType": 1, "IntegrityError": 1}
    assert balance(account) == Decimal("40.00")
    assert_proven(supervisor)


def test_a_month_credited_by_two_workers_at_once_is_credited_once_and_counted_once() -> None:
    supervisor = make_staff("supervisor", "421000")
    amounts = {account_with("1.00", supervisor).pk: Decimal("50.00") for _ in range(40)}
    answers = at_once(*[partial(credit_month, month=TODAY, amounts=amounts, by=supervisor)] * 3)
    assert sorted(answers) == [0, 0, 40]  # type: ignore[type-var]
    assert set(PersonalAccount.objects.values_list("current_year", flat=True)) == {Decimal("51.00")}
    assert_proven(supervisor)


def test_a_year_carried_over_by_two_workers_at_once_is_carried_over_once() -> None:
    supervisor = make_staff("supervisor", "421000")
    for _ in range(40):
        account_with("50.00", supervisor)
    answers = at_once(*[partial(carry_over_year, year=2026, by=supervisor)] * 3)
    assert sorted(answers) == [0, 0, 40]  # type: ignore[type-var]
    assert set(PersonalAccount.objects.values_list("prior_years", "current_year")) == {(Decimal("50.00"), Decimal(0))}
    assert_proven(supervisor)


def test_an_adjustment_approved_by_two_reviewers_at_once_is_posted_once() -> None:
    clerk, reviewers = make_staff("clerk"), [make_staff("reviewer") for _ in range(2)]
    account = account_with("100.00", make_staff("supervisor", "421000"))
    adjustment = request_adjustment(
        account=account, prior_change=Decimal(0), current_change=Decimal(-30), reason="x", key=uuid4(), by=clerk
    )
    works = [
        partial(decide_adjustment, adjustment_id=adjustment.pk, approve=True, decision="", by=reviewer)
        for reviewer in reviewers
    ]
    assert kinds(at_once(*works)) == {"AccountAdjustment": 1, "AlreadyDecided": 1}
    assert balance(account) == Decimal("70.00")


def test_an_adjustment_asked_for_ten_times_at_once_is_one() -> None:
    clerk = make_staff("clerk")
    account = account_with("100.00", make_staff("supervisor", "421000"))
    work = partial(
        request_adjustment, account=account, prior_change=Decimal(0), current_change=Decimal(-30), reason="x",
        key=uuid4(), by=clerk,
    )  # fmt: skip
    answers = at_once(*[work] * 10)
    assert kinds(answers) == {"AccountAdjustment": 10}
    assert account.adjustments.count() == 1


def test_events_recorded_by_many_at_once_make_one_chain() -> None:
    clerk = make_staff("clerk")
    works = [partial(record_event, AuditKind.CHECK, by=clerk, number=number) for number in range(80)]
    assert kinds(one_after_another(works, threads=8)) == {"AuditEvent": 80}
    assert sorted(AuditEvent.objects.values_list("sequence", flat=True)) == list(range(1, 81))
    assert verify_chain() == []


def test_each_thread_acts_in_its_own_name_and_nobody_is_named_afterwards() -> None:
    staff = [make_staff("clerk") for _ in range(6)]
    persons = [make_person(insutype="390") for _ in staff]

    def rename(person: InsuredPerson, by: Staff) -> None:
        with acting(by, channel="page"):
            for number in range(10):
                InsuredPerson.objects.filter(pk=person.pk).update(psn_type=str(number))
        InsuredPerson.objects.filter(pk=person.pk).update(psn_type="after")

    at_once(*[partial(rename, person, by) for person, by in zip(persons, staff, strict=True)])
    for person, by in zip(persons, staff, strict=True):
        trail = type(person).pgh_event_model.objects.filter(pgh_obj_id=person.pk, pgh_label="update")  # type: ignore[attr-defined]
        named = [(event.pgh_context or {}).get("staff") for event in trail.order_by("pgh_id")]
        assert named == [by.pk] * 10 + [None]
