"""Wallet transfers at once: one business id is one transfer, one answer is the answer, and no fen is made or lost."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from accounts.models import AccountEntry, AuditEvent, PersonalAccount, Staff
from accounts.models.audit import AuditKind
from accounts.services.closing import close_record
from accounts.services.ledger import post_entries
from accounts.services.ledger_proof import check_ledger
from families.models import MutualAidGroup
from families.services.changes import release_members
from families.services.groups import lock_persons
from settlement.models import WalletTransfer
from settlement.models.transfer import ReturnCause
from settlement.rules.facts import Buckets
from settlement.rules.transfers import FailureKind, Rule
from settlement.selectors.transfers import asked_for
from settlement.services.transfer_answers import accept_transfer, return_transfer, return_unaccepted
from settlement.services.transfer_refusals import NotAllowed, SystemFault
from settlement.services.transfers import posting_of, transfer_wallet
from tests.concurrency.threads import at_once, kinds, one_after_another
from tests.factories import NOON, make_group, make_person, make_policy, make_staff, make_transfer

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = NOON.date()
TOMORROW = TODAY + dt.timedelta(days=1)


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def family(clerk: Staff) -> Iterator[MutualAidGroup]:
    """The owner with 1,000 yuan, a spouse with an empty account; at the end both are proven from their entries."""
    yield make_group("12*", by=clerk)
    assert check_ledger(by=make_staff("supervisor", "421000")).violations == []


def held(group: MutualAidGroup) -> tuple[Decimal, Decimal, Decimal]:
    """What the payer has, what is under way, what the payee has: the sum is always the same."""
    payer, payee = (PersonalAccount.objects.get(person__memberships=group.members.get(seat=seat)) for seat in (1, 2))
    under_way = sum((one.amount for one in WalletTransfer.objects.waiting()), Decimal(0))
    return payer.current_year, under_way, payee.current_year


def test_fifty_times_the_same_number_at_once_are_one_transfer_and_fifty_equal_answers(
    family: MutualAidGroup, clerk: Staff
) -> None:
    works = [partial(make_transfer, family, by=clerk, transfer_id="ZZ-1")] * 50
    answers = one_after_another(works, threads=25)
    assert kinds(answers) == {"WalletTransfer": 50}
    assert len({(one.pk, one.state, one.amount, one.asked_at, one.out_entry_id) for one in answers}) == 1  # type: ignore[union-attr]
    assert AccountEntry.objects.filter(kind="207").count() == 1
    assert held(family) == (Decimal(900), Decimal(100), Decimal(0))


def test_of_one_number_with_two_contents_at_once_one_is_done_and_the_other_refused_and_audited(
    family: MutualAidGroup, clerk: Staff
) -> None:
    works = [
        partial(make_transfer, family, by=clerk, transfer_id="ZZ-1", amount=amount) for amount in ("10.00", "20.00")
    ]
    assert kinds(at_once(*works)) == {"WalletTransfer": 1, "TransferIdTaken": 1}
    assert AuditEvent.objects.filter(kind=AuditKind.CONFLICT).count() == 1


def test_two_transfers_of_the_whole_balance_at_once_are_one(family: MutualAidGroup, clerk: Staff) -> None:
    works = [partial(make_transfer, family, by=clerk, amount="1000.00")] * 2
    assert kinds(at_once(*works)) == {"WalletTransfer": 1, "BalanceTooLow": 1}
    assert held(family) == (Decimal(0), Decimal(1000), Decimal(0))


def test_of_eight_at_once_as_many_pass_as_a_day_allows(family: MutualAidGroup, clerk: Staff) -> None:
    assert kinds(at_once(*[partial(make_transfer, family, by=clerk)] * 8)) == {"WalletTransfer": 3, "NotAllowed": 5}
    assert held(family) == (Decimal(700), Decimal(300), Decimal(0))


def test_control_counting_before_the_lock_lets_more_pass_than_a_day_allows(
    family: MutualAidGroup, clerk: Staff
) -> None:
    """The same steps, the count read first: both see none, both pass."""
    make_policy(transfers_per_day=1)
    payer, payee = (family.members.get(seat=seat).person for seat in (1, 2))
    counted = threading.Barrier(2)

    def unlocked(number: int) -> int:
        made = asked_for(payer=payer, payee=payee, amount=Decimal(1), purpose="care", at=NOON).made
        counted.wait(timeout=20)
        with transaction.atomic():
            leaving = posting_of(
                f"T{number}", "out", account_id=payer.account.pk, day=TODAY, change=Buckets(current_year=Decimal(-1))
            )
            (entry,) = post_entries(postings=[leaving], by=clerk)
            WalletTransfer.objects.create(
                transfer_id=f"T{number}", payer=payer.account, payee=payee, group=family, amount=1, prior_part=0,
                current_part=1, purpose="care", business_date=TODAY, asked_at=NOON, handled_by=clerk, out_entry=entry,
            )  # fmt: skip
        return made

    assert at_once(partial(unlocked, 1), partial(unlocked, 2)) == [0, 0]
    assert WalletTransfer.objects.count() == 2


def test_two_windows_that_accept_at_once_accept_once(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = make_transfer(family, by=clerk)
    works = [
        partial(accept_transfer, transfer_id=transfer.transfer_id, at=NOON, by=make_staff("clerk")) for _ in range(6)
    ]
    answers = at_once(*works)
    assert kinds(answers) == {"WalletTransfer": 6}
    assert len({(one.answered_by_id, one.in_entry_id) for one in answers}) == 1  # type: ignore[union-attr]
    assert held(family) == (Decimal(900), Decimal(0), Decimal(100))


def test_accepting_refusing_taking_back_and_the_morning_at_once_are_one_answer(
    family: MutualAidGroup, clerk: Staff
) -> None:
    for _round in range(3):
        transfer = make_transfer(family, by=clerk)
        answer = {"transfer_id": transfer.transfer_id, "at": NOON, "by": clerk}
        answers = at_once(
            partial(accept_transfer, **answer),
            partial(return_transfer, cause=ReturnCause.REFUSED, reason="x", **answer),
            partial(return_transfer, cause=ReturnCause.WITHDRAWN, reason="x", **answer),
            partial(return_unaccepted, day=TOMORROW, by=clerk),
        )
        assert sum(isinstance(one, WalletTransfer) or one == 1 for one in answers) == 1
        transfer.refresh_from_db()
        assert (transfer.in_entry_id is None) != (transfer.back_entry_id is None)
        assert sum(held(family)) == Decimal(1000)


def test_three_mornings_at_once_give_each_transfer_back_once(
    family: MutualAidGroup, clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.services.transfer_answers.CHUNK", 2)
    for _ in range(3):
        make_transfer(family, by=clerk)
    answers = at_once(*[partial(return_unaccepted, day=TOMORROW, by=clerk)] * 3)
    assert sum(answers) == 3  # type: ignore[arg-type]
    assert held(family) == (Decimal(1000), Decimal(0), Decimal(0))


def test_who_is_released_in_that_moment_was_paid_before_or_is_not_paid(family: MutualAidGroup, clerk: Staff) -> None:
    payee = family.members.get(seat=2).person_id
    payer = family.members.get(seat=1).person_id
    released, transfer = at_once(
        partial(release_members, group_id=family.pk, person_ids=[payee], day=TODAY, reason="x", by=clerk),
        partial(transfer_between, payer, payee, clerk),
    )
    assert not isinstance(released, Exception)
    if isinstance(transfer, NotAllowed):
        assert {one.rule for one in transfer.findings} == {Rule.ONE_FAMILY}
    else:
        assert isinstance(transfer, WalletTransfer)


def transfer_between(payer: int, payee: int, clerk: Staff) -> WalletTransfer:
    return transfer_wallet(
        transfer_id="ZZ-1", payer_id=payer, payee_id=payee, amount=Decimal(1), purpose="care", at=NOON, by=clerk
    )


def test_a_record_that_is_merged_in_that_moment_leaves_no_money_under_way(
    family: MutualAidGroup, clerk: Staff
) -> None:
    record, survivor = family.members.get(seat=1).person, make_person(by=clerk)
    payee = family.members.get(seat=2).person

    def merge() -> None:
        with transaction.atomic():
            lock_persons([record.pk, survivor.pk])
            close_record(record=record, survivor=survivor, source="merge:1", by=clerk)

    answers = at_once(merge, partial(transfer_between, record.pk, payee.pk, clerk))
    assert kinds(answers) in ({"NoneType": 1, "NotAllowed": 1}, {"TransferUnderWay": 1, "WalletTransfer": 1})
    assert not WalletTransfer.objects.waiting().filter(payer__person__merged_into__isnull=False).exists()


# What the system may fail


WAITING = (
    "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')"
)


@contextmanager
def held_elsewhere(account: PersonalAccount, *, then: MutualAidGroup | None = None) -> Iterator[None]:
    """Another connection holds the account; once somebody waits for it, it asks for the group as well."""
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT id FROM accounts_personalaccount WHERE id = %s FOR UPDATE", [account.pk])
            taken.set()
            if then is None:
                done.wait(timeout=20)
                return
            cursor.execute(WAITING)
            while not cursor.fetchone()[0]:
                cursor.execute(WAITING)
            cursor.execute("SELECT id FROM families_mutualaidgroup WHERE id = %s FOR UPDATE", [then.pk])

    def hold_and_leave() -> None:
        try:
            hold()
        finally:
            connection.close()

    holder = threading.Thread(target=hold_and_leave)
    holder.start()
    assert taken.wait(timeout=20)
    try:
        yield
    finally:
        done.set()
        holder.join()


def test_an_account_that_somebody_holds_too_long_is_a_system_fault_and_the_same_number_passes_afterwards(
    family: MutualAidGroup, clerk: Staff
) -> None:
    account = family.members.get(seat=1).person.account
    with held_elsewhere(account), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        try:
            with pytest.raises(SystemFault) as fault:
                make_transfer(family, by=clerk, transfer_id="ZZ-1")
        finally:
            cursor.execute("SET lock_timeout = '10s'")
    assert (fault.value.kind, bool(fault.value.advice)) == (FailureKind.SYSTEM, True)
    assert held(family) == (Decimal(1000), Decimal(0), Decimal(0))
    make_transfer(family, by=clerk, transfer_id="ZZ-1")
    assert held(family) == (Decimal(900), Decimal(100), Decimal(0))


def test_a_deadlock_with_somebody_who_locks_the_other_way_round_is_tried_again(
    family: MutualAidGroup, clerk: Staff
) -> None:
    """The transfer is first to wait, so first to be looked at by PostgreSQL after a second, and gives way."""
    account = family.members.get(seat=2).person.account
    with held_elsewhere(account, then=family):
        transfer = make_transfer(family, by=clerk)
    assert transfer.state == "waiting"
    assert held(family) == (Decimal(900), Decimal(100), Decimal(0))
