"""Bills at once: one number is one settlement, one original one reversal, and no family pays more than it has."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import InsuredPerson, PersonalAccount, Region, Staff
from accounts.services.ledger_proof import check_ledger
from families.models import MutualAidGroup
from families.services.changes import add_member, dissolve_group, release_members
from families.services.groups import NewMember, create_group
from settlement.models import Settlement, SettlementShare
from settlement.rules.bills import NewSettlement
from settlement.services import settling
from settlement.services.ground import Ground
from settlement.services.refusals import SystemBusy
from settlement.services.settling import record_settlement
from tests.concurrency.threads import at_once, kinds, one_after_another
from tests.factories import START, make_bill, make_institution, make_person, make_policy, make_staff, reversal_of

pytestmark = pytest.mark.usefixtures("committed_db")
THREADS = 12


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk", "421000")


def family(by: Staff, owner: str = "1000.00", spouse: str = "50.00", limit: str | None = None) -> MutualAidGroup:
    """An owner and a spouse who share, and a child with no account."""
    persons = [make_person("户主", current=owner, by=by), make_person("配偶", gender="2", current=spouse, by=by)]
    persons.append(make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1)))
    owners, spouses, child = persons
    members = [
        NewMember(owners.pk, "01", START, 1, Decimal(limit) if limit else None),
        NewMember(spouses.pk, "12", START, 2),
        NewMember(child.pk, "20", START),
    ]
    return create_group(region=Region.objects.get(pk="421002"), members=members, by=by)


def member(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.select_related("person").get(seat=seat).person


def bills(person: InsuredPerson, count: int, amount: str, **fields: Any) -> list[NewSettlement]:
    hospital = make_institution()
    return [make_bill(person, amount, institution_id=hospital.pk, **fields) for _ in range(count)]


def recording(new: NewSettlement, by: Staff) -> partial[Settlement]:
    return partial(record_settlement, new=new, by=by)


def balances() -> list[Decimal]:
    return list(PersonalAccount.objects.order_by("pk").values_list("current_year", flat=True))


@pytest.fixture(autouse=True)
def proven(committed_db: None) -> Iterator[None]:
    yield
    assert check_ledger(by=make_staff("auditor", "100000")).violations == []


def test_one_bill_sent_fifty_times_at_once_is_one_settlement_and_fifty_equal_answers(clerk: Staff) -> None:
    child = member(family(clerk), 3)
    answers = one_after_another([recording(make_bill(child, "30.00"), clerk)] * 50, threads=THREADS)
    assert kinds(answers) == {"Settlement": 50}
    assert len({(answer.pk, answer.acct_mulaid_pay) for answer in answers}) == 1  # type: ignore[union-attr]
    assert (Settlement.objects.count(), SettlementShare.objects.count(), balances()) == (1, 1, [970, 50])


def test_one_reversal_sent_fifty_times_at_once_gives_back_once(clerk: Staff) -> None:
    bill = make_bill(member(family(clerk), 3), "30.00")
    record_settlement(new=bill, by=clerk)
    answers = one_after_another([recording(reversal_of(bill), clerk)] * 50, threads=THREADS)
    assert kinds(answers) == {"Settlement": 50}
    assert len({answer.pk for answer in answers}) == 1  # type: ignore[union-attr]
    assert (Settlement.objects.count(), balances()) == (2, [1000, 50])


def test_of_fifty_reversals_of_one_settlement_at_once_one_is_taken(clerk: Staff) -> None:
    bill = make_bill(member(family(clerk), 3), "30.00")
    record_settlement(new=bill, by=clerk)
    answers = one_after_another([recording(reversal_of(bill), clerk) for _ in range(50)], threads=THREADS)
    assert kinds(answers) == {"Settlement": 1, "AlreadyReversed": 49}
    assert (Settlement.objects.count(), balances()) == (2, [1000, 50])


def test_a_bill_and_its_reversal_at_once_leave_the_account_as_it_was(clerk: Staff) -> None:
    child = member(family(clerk), 3)
    for bill in bills(child, 10, "30.00"):
        answers = at_once(recording(bill, clerk), recording(reversal_of(bill), clerk))
        assert kinds(answers) in ({"Settlement": 2}, {"Settlement": 1, "OriginalUnknown": 1})
        reversed_ = len([answer for answer in answers if isinstance(answer, Settlement)]) == 2
        if not reversed_:
            record_settlement(new=reversal_of(bill), by=clerk)
    assert balances() == [1000, 50]


def test_bills_of_a_whole_family_at_once_take_what_the_limit_and_the_accounts_hold_and_no_fen_more(
    clerk: Staff,
) -> None:
    """The owner shares 100.00, the spouse has 50.00: the family pays 150.00 of the 280.00, whoever comes first."""
    child = member(family(clerk, limit="100.00"), 3)
    answers = one_after_another([recording(bill, clerk) for bill in bills(child, 40, "7.00")], threads=THREADS)
    assert kinds(answers) == {"Settlement": 40}
    paid = [(answer.acct_mulaid_pay, answer.psn_cash_pay) for answer in answers]  # type: ignore[union-attr]
    assert [sum(column) for column in zip(*paid, strict=True)] == [150, 130]
    assert balances() == [900, 0]


def test_everybody_of_several_families_at_once_and_in_both_orders(clerk: Staff) -> None:
    """One payer in two groups, and settlements of many in one transaction: locks are taken in one order."""
    make_policy(one_group_per_person=False, annual_limit_payer="120.00")
    first, second = family(clerk, owner="1000.00", spouse="1000.00"), family(clerk, owner="0.00", spouse="1000.00")
    shared = NewMember(member(first, 2).pk, "30", START, 5)
    add_member(group_id=second.pk, member=shared, by=clerk)
    asked = [
        bill
        for round_ in zip(*(bills(member(group, 3), 20, "10.00") for group in (first, second)), strict=True)
        for bill in round_
    ]

    def together(some: list[NewSettlement]) -> list[Any]:
        with transaction.atomic():
            return settling.settle(bills=some, by=clerk)

    works: list[Any] = [
        partial(together, asked[:10]),
        partial(together, asked[9::-1]),
        partial(together, asked[5:15]),
    ]
    works += [recording(bill, clerk) for bill in asked[10:]]
    answers = one_after_another(works, threads=THREADS)
    assert kinds(answers) == {"list": 3, "Settlement": 30}
    assert Settlement.objects.count() == 40
    for account in PersonalAccount.objects.all():
        drawn = sum(share.amount for share in account.shares.filter(position__gt=0))
        assert drawn <= 120


def test_bills_while_the_family_binds_releases_and_dissolves(clerk: Staff) -> None:
    group = family(clerk)
    child, today = member(group, 3), timezone.localdate()
    newcomer = make_person("弟弟", current="500.00", by=clerk, born_on=dt.date(1990, 1, 1))
    at = timezone.now()
    works: list[Any] = [recording(bill, clerk) for bill in bills(child, 24, "20.00", settled_at=at)]
    joining = NewMember(newcomer.pk, "73", today, 3)
    works.insert(8, partial(add_member, group_id=group.pk, member=joining, by=clerk))
    release = {"group_id": group.pk, "day": today, "reason": "x", "by": clerk}
    works.insert(12, partial(release_members, person_ids=[member(group, 2).pk], **release))
    works.insert(20, partial(dissolve_group, **release))
    answers = one_after_another(works, threads=THREADS)
    settled = [answer for answer in answers if isinstance(answer, Settlement)]
    assert len(settled) == 24
    refused = {"GroupDissolved", "NotEligible"}
    assert set(kinds(answers)) <= {"Settlement", "GroupMember", "MutualAidGroup"} | refused
    # What was settled in a moment of the family's is not undone by the release of the same day.
    assert {answer.group_id for answer in settled} <= {group.pk, None}
    assert make_and_settle(child, clerk).psn_cash_pay == 1


def make_and_settle(person: InsuredPerson, by: Staff) -> Settlement:
    return record_settlement(new=make_bill(person, "1.00", settled_at=timezone.now()), by=by)


# Controls: what the locks are for


class _Slow(Ground):
    """Reads everything, and then lets others go first."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        time.sleep(0.3)


def test_control_without_the_accounts_locked_two_bills_spend_one_balance_and_the_ledger_refuses(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = member(family(clerk, owner="10.00", spouse="0.00"), 3)
    works = [recording(bill, clerk) for bill in bills(child, 2, "10.00")]
    monkeypatch.setattr(settling, "Ground", lambda *some, **options: _Slow(*some, **options | {"lock": False}))
    assert kinds(at_once(*works)) == {"Settlement": 1, "IntegrityError": 1}
    monkeypatch.setattr(settling, "Ground", Ground)
    assert kinds(at_once(*works)) == {"Settlement": 2}
    assert balances() == [0, 0]


def test_control_without_its_number_locked_the_same_bill_twice_at_once_is_an_error(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = recording(make_bill(member(family(clerk), 3), "10.00"), clerk)
    monkeypatch.setattr(settling, "LOCK_NUMBERS", "SELECT pg_sleep(0.1) WHERE %s::text[] IS NOT NULL")
    monkeypatch.setattr(settling, "Ground", _Slow)
    assert kinds(at_once(work, work)) == {"Settlement": 1, "IntegrityError": 1}


# Locks that others hold


@contextmanager
def held(group: MutualAidGroup) -> Iterator[None]:
    """Somebody works on the family and does not end; who waits gives up after a tenth of a second."""
    locked, done = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            list(MutualAidGroup.objects.select_for_update().filter(pk=group.pk))
            locked.set()
            done.wait(20)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    locked.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '100ms'")
    try:
        yield
    finally:
        done.set()
        holder.join()
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")


def test_who_cannot_have_the_family_in_time_is_told_to_send_the_same_again(clerk: Staff) -> None:
    group = family(clerk)
    bill = make_bill(member(group, 3), "10.00")
    with held(group), pytest.raises(SystemBusy) as refusal:
        record_settlement(new=bill, by=clerk)
    assert refusal.value.fault == "system"
    assert (Settlement.objects.count(), balances()) == (0, [1000, 50])
    assert record_settlement(new=bill, by=clerk).acct_mulaid_pay == 10


def test_a_feed_that_cannot_have_a_family_in_time_ends_in_words_and_goes_on_where_it_stood(
    samples: Path, tmp_path: Path, clerk: Staff
) -> None:
    supervisor = make_staff("supervisor", "421000")
    group = family(clerk)
    child, hospital = member(group, 3), make_institution()
    head, row = (samples / "settlements.csv").read_text().splitlines()[:2]
    values = row.split(",")
    values[4:6] = child.psn_no, hospital.pk
    file = tmp_path / "settlements.csv"
    file.write_text("\n".join([head, ",".join(values)]))
    load = partial(call_command, "load_settlements", str(file), staff=supervisor.username)
    with held(group), pytest.raises(CommandError, match="忙") as refusal:
        load()
    assert (refusal.value.returncode, Settlement.objects.count()) == (1, 0)
    load()
    assert Settlement.objects.get().acct_mulaid_pay == Decimal("404.30")
