"""A day is signed while something of it is under way: never a posting in a closed day, never two signatures.

Each race is made to happen: one side stands still in its transaction until the other is seen to wait for a lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from threading import Event
from time import sleep
from typing import TypeVar

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import AccountEntry, ClosedDay, InsuredPerson, Staff
from accounts.services.ledger import Posting, post_entries
from settlement.models import Discrepancy, DiscrepancyDecision, Settlement
from settlement.services.daily_close import close_day
from settlement.services.deciding import confirm, decide
from settlement.services.feed import load_settlements
from settlement.services.reconciling import reconcile
from settlement.services.settling import record_settlement
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_bill, make_difference, make_person, make_staff, tell_statement

pytestmark = pytest.mark.usefixtures("committed_db")
T = TypeVar("T")
MONDAY = dt.date(2026, 3, 16)
TUESDAY = dt.date(2026, 3, 17)
PATIENCE = 60
WAITING = """
    SELECT count(*) FROM pg_locks JOIN pg_database AS own ON own.oid = pg_locks.database
     WHERE own.datname = current_database() AND locktype = 'advisory' AND NOT granted
"""


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def supervisor(committed_db: None) -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def patient(clerk: Staff) -> InsuredPerson:
    return make_person(current="1000.00", by=clerk)


def while_under_way(first: Callable[[], object], then: Callable[[], T]) -> Future[T]:
    """`then` begins while the transaction of `first` is open, and is seen to wait for it before that commits."""
    done, go_on = Event(), Event()

    def held() -> None:
        try:
            with transaction.atomic():
                first()
                done.set()
                assert go_on.wait(PATIENCE)
        finally:
            done.set()
            connection.close()

    def second() -> T:
        try:
            return then()
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(held)
        assert done.wait(PATIENCE)
        answer = pool.submit(second)
        while not _somebody_waits() and not answer.done() and not one.done():
            sleep(0.01)
        go_on.set()
        one.result()
    return answer


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return bool(cursor.fetchone()[0])


def compared(by: Staff) -> None:
    reconcile(day=MONDAY, by=by)


def test_a_posting_under_way_lands_before_the_day_is_signed(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    compared(supervisor)
    posting = partial(record_settlement, new=make_bill(patient), by=clerk)
    closed = while_under_way(posting, partial(close_day, day=MONDAY, by=supervisor)).result()
    entry = AccountEntry.objects.get(kind="201")
    assert (entry.business_date, Settlement.objects.get().business_date) == (MONDAY, MONDAY)
    assert entry.posted_at < closed.closed_at


def test_the_comparison_that_is_signed_has_seen_what_was_under_way(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    first = record_settlement(new=make_bill(patient), by=clerk)
    tell_statement(first, by=clerk)
    compared(supervisor)
    posting = partial(record_settlement, new=make_bill(patient, institution_id=first.institution_id), by=clerk)
    answer = while_under_way(posting, partial(close_day, day=MONDAY, by=supervisor))
    assert type(answer.exception()).__name__ == "DifferencesOpen"
    assert (ClosedDay.objects.count(), Discrepancy.objects.count()) == (0, 1)


def test_a_posting_that_waits_for_the_signature_is_booked_on_the_next_day(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    compared(supervisor)
    posting = partial(record_settlement, new=make_bill(patient), by=clerk)
    settled = while_under_way(partial(close_day, day=MONDAY, by=supervisor), posting).result()
    assert (settled.business_date, settled.day_of_service) == (TUESDAY, MONDAY)
    assert AccountEntry.objects.get(kind="201").business_date == TUESDAY


def test_a_feed_that_waits_for_the_signature_is_booked_on_the_next_day_and_says_so(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    compared(supervisor)
    bill = make_bill(patient)
    feed = (
        "setl_id,init_setl_id,refd_setl_flag,mdtrt_id,psn_no,fixmedins_code,med_type,setl_time,dise_codg,dise_name,"
        "dr_name,medfee_sumamt,fulamt_ownpay_amt,overlmt_selfpay,preselfpay_amt,inscp_scp_amt,fund_pay_sumamt,"
        "hosp_part_amt,psn_part_amt,acct_used_flag\n"
        f"S1,,0,M1,{patient.psn_no},{bill.institution_id},11,2026-03-16 09:00:00,,,,10,0,0,0,10,0,0,10,1\n"
        f"S2,,0,M2,{patient.psn_no},{bill.institution_id},11,2026-03-17 09:00:00,,,,10,0,0,0,10,0,0,10,1\n"
    ).encode()
    load = partial(load_settlements, content=feed, name="feed.csv", by=supervisor)
    result = while_under_way(partial(close_day, day=MONDAY, by=supervisor), load).result()
    assert (result.created, result.errors) == (2, [])
    (note,) = result.as_json()["notes"]
    assert (note["row"], note["column"], note["code"]) == (2, "setl_time", "day_closed")
    assert "2026-03-16 → 2026-03-17" in note["message"]
    assert set(Settlement.objects.values_list("business_date", flat=True)) == {TUESDAY}


def test_a_posting_without_a_second_try_is_refused_by_the_database(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    compared(supervisor)
    posting = Posting(patient.account.pk, "110", MONDAY, "x", current_change=Decimal(1))
    post = partial(post_entries, postings=[posting], by=clerk)
    answer = while_under_way(partial(close_day, day=MONDAY, by=supervisor), post)
    assert isinstance(answer.exception(), IntegrityError)
    assert not AccountEntry.objects.filter(source="x").exists()


@contextmanager
def without_triggers(named: str) -> Iterator[None]:
    def switch(to: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT tgrelid::regclass, tgname FROM pg_trigger WHERE tgname LIKE %s", [named])
            for table, name in cursor.fetchall():
                cursor.execute(f"ALTER TABLE {table} {to} TRIGGER {name}")

    switch("DISABLE")
    yield
    switch("ENABLE")


def test_control_without_the_triggers_a_posting_gets_into_the_signed_day(
    patient: InsuredPerson, clerk: Staff, supervisor: Staff
) -> None:
    compared(supervisor)
    record = partial(record_settlement, new=make_bill(patient), by=clerk)
    with without_triggers("%_on_open_day_%"):
        settled = while_under_way(partial(close_day, day=MONDAY, by=supervisor), record).result()
    assert settled.business_date == ClosedDay.objects.get().business_date


def test_a_day_signed_by_two_at_once_has_one_signature(supervisor: Staff) -> None:
    others = [supervisor, make_staff("supervisor", "421000")]
    for n in range(5):
        day = MONDAY - n * dt.timedelta(days=1)
        reconcile(day=day, by=supervisor)
        answers = at_once(*[partial(close_day, day=day, by=by) for by in others])
        assert kinds(answers) == {"ClosedDay": 1, "ClosedAlready": 1}
    assert ClosedDay.objects.count() == 5


def test_a_difference_decided_by_two_at_once_has_one_decision(clerk: Staff) -> None:
    supervisors = [make_staff("supervisor") for _ in range(2)]
    for _ in range(5):
        difference = make_difference(by=clerk)
        chosen = {difference.pk: difference.version}
        asked = {"chosen": chosen, "reason": "institution_corrects", "note": ""}
        answers = at_once(*[partial(decide, **asked, by=by) for by in supervisors])
        assert kinds(answers) == {"list": 1, "ChangedMeanwhile": 1}
        assert DiscrepancyDecision.objects.filter(discrepancy=difference).count() == 1


def test_a_decision_confirmed_by_two_at_once_is_confirmed_once(clerk: Staff) -> None:
    first, *others = (make_staff("supervisor") for _ in range(3))
    difference = make_difference(by=clerk, acct_pay=Decimal("5000.00"))
    asked = {"reason": "institution_corrects", "note": ""}
    (decision,) = decide(chosen={difference.pk: difference.version}, **asked, by=first)
    answers = at_once(*[partial(confirm, decision_id=decision.pk, by=by) for by in others])
    assert kinds(answers) == {"DiscrepancyDecision": 1, "DecisionEnded": 1}


def test_a_decision_and_a_comparison_at_once_leave_no_decision_about_values_that_are_gone(
    clerk: Staff, supervisor: Staff
) -> None:
    for n in range(5):
        difference = make_difference(by=clerk)
        settled = Settlement.objects.get(setl_id=difference.setl_id)
        tell_statement(settled, by=clerk, acct_pay=Decimal("101") + n)
        asked = {"chosen": {difference.pk: difference.version}, "reason": "institution_corrects", "note": ""}
        at_once(partial(decide, **asked, by=supervisor), partial(reconcile, day=MONDAY, by=supervisor))
        standing = DiscrepancyDecision.objects.filter(discrepancy=difference, ended_at=None)
        assert not standing.exists()
        assert Discrepancy.objects.get(pk=difference.pk).institution_value == f"{101 + n}.00"
