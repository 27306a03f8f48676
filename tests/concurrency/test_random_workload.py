"""A bureau on a bad day: eight clerks at once on three families that share their people, for a while.

They settle, send again, reverse, credit, bind, release, suspend and resume, each as a seed says. After every second
one snapshot of the database must prove itself; at the end what was acknowledged is stored, and nothing else.
`WORKLOAD_SECONDS=600 WORKLOAD_SEED=7 pytest -s tests/concurrency/test_random_workload.py` runs it for longer.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Region, Staff
from accounts.services.ledger import Posting, post_entries
from accounts.services.ledger_proof import check_ledger
from accounts.services.persons import ChangedMeanwhile
from accounts.services.status_events import EventKind, EventRefused, StatusEvent, record_event_of_person
from families.models import GroupMember, MutualAidGroup
from families.services.changes import add_member, release_members
from families.services.groups import GroupDissolved, NewMember, NotEligible, create_group
from settlement.models import Settlement, SettlementShare
from settlement.rules.bills import NewSettlement
from settlement.services.refusals import SettlementRefused, SystemBusy
from settlement.services.settling import record_settlement
from tests.factories import START, make_bill, make_institution, make_person, make_policy, make_staff, reversal_of

SECONDS = float(os.environ.get("WORKLOAD_SECONDS", "8"))
SEED = int(os.environ.get("WORKLOAD_SEED", "1"))
WORKERS, OWNERS, CHILDREN = 8, 3, 9
LIMITS = {"annual_limit_payer": "900.00", "annual_limit_beneficiary": "700.00", "visit_limit": "80.00"}
SHARED = Decimal("400.00")  # what each owner shares in a year
REFUSALS = (SettlementRefused, NotEligible, GroupDissolved, EventRefused, ChangedMeanwhile)
OPENING = Decimal("120.00")


@dataclass
class Bureau:
    """The people of the families, and what the workers were told."""

    by: Staff
    persons: list[InsuredPerson]
    groups: list[MutualAidGroup]
    hospital: str
    today: dt.date = field(default_factory=timezone.localdate)
    lock: threading.Lock = field(default_factory=threading.Lock)
    settled: dict[str, tuple[NewSettlement, Settlement]] = field(default_factory=dict)
    credited: set[str] = field(default_factory=set)
    credits: Decimal = Decimal(0)
    done: Counter[str] = field(default_factory=Counter)
    unexpected: list[BaseException] = field(default_factory=list)

    def some_settlement(self, chance: random.Random) -> NewSettlement | None:
        with self.lock:
            return chance.choice(list(self.settled.values()))[0] if self.settled else None

    def acknowledge(self, bill: NewSettlement, answer: Settlement) -> None:
        with self.lock:
            known = self.settled.setdefault(bill.setl_id, (bill, answer))[1]
        assert (known.pk, known.acct_pay, known.acct_mulaid_pay) == (
            answer.pk,
            answer.acct_pay,
            answer.acct_mulaid_pay,
        )


def settle(bureau: Bureau, chance: random.Random) -> None:
    day = timezone.now() - dt.timedelta(days=chance.choice((0, 0, 0, 1, 30)))
    bill = make_bill(
        chance.choice(bureau.persons),
        str(Decimal(chance.randint(0, 6_000)).scaleb(-2)),
        setl_id=f"S{chance.getrandbits(80):020x}",
        institution_id=bureau.hospital,
        settled_at=day,
        acct_used=chance.random() < 0.95,
        in_full=chance.random() < 0.1,
    )
    bureau.acknowledge(bill, record_settlement(new=bill, by=bureau.by))


def send_again(bureau: Bureau, chance: random.Random) -> None:
    bill = bureau.some_settlement(chance)
    if bill is not None:
        bureau.acknowledge(bill, record_settlement(new=bill, by=bureau.by))


def reverse(bureau: Bureau, chance: random.Random) -> None:
    bill = bureau.some_settlement(chance)
    if bill is not None:
        back = reversal_of(bill, setl_id=f"R{chance.getrandbits(80):020x}")
        bureau.acknowledge(back, record_settlement(new=back, by=bureau.by))


def credit(bureau: Bureau, chance: random.Random) -> None:
    """Several accounts in one posting, in any order."""
    source = f"credit:{chance.getrandbits(80):020x}"
    accounts = chance.sample(list(PersonalAccount.objects.values_list("pk", flat=True)), 4)
    yuan = Decimal(chance.randint(1, 2_000)).scaleb(-2)
    postings = [Posting(pk, "101", bureau.today, source, current_change=yuan) for pk in accounts]
    post_entries(postings=postings, by=bureau.by)
    with bureau.lock:
        bureau.credited.add(source)
        bureau.credits += 4 * yuan


def bind(bureau: Bureau, chance: random.Random) -> None:
    place = chance.randrange(OWNERS, len(bureau.persons))
    person, group = bureau.persons[place], chance.choice(bureau.groups)
    joining = NewMember(person.pk, "20", bureau.today, place + 1 if person.insutype == "310" else None)
    add_member(group_id=group.pk, member=joining, by=bureau.by)


def release(bureau: Bureau, chance: random.Random) -> None:
    group = chance.choice(bureau.groups)
    running = GroupMember.objects.filter(group=group, seat__gt=1, left_on=None).values_list("person", flat=True)
    chosen = chance.sample(list(running), 1) if running else []
    if chosen:
        release_members(group_id=group.pk, person_ids=chosen, day=bureau.today, reason="x", by=bureau.by)


def suspend_or_resume(bureau: Bureau, chance: random.Random) -> None:
    person = InsuredPerson.objects.get(pk=chance.choice(bureau.persons).pk)
    kinds = (EventKind.ENDED, EventKind.RESUMED, EventKind.RESUMED, EventKind.CARD_LENDING, EventKind.CARD_RETURNED)
    event = StatusEvent(chance.choice(kinds), bureau.today, "x")
    record_event_of_person(person_id=person.pk, version=person.version, event=event, by=bureau.by)


WORK: dict[Callable[[Bureau, random.Random], None], int] = {
    settle: 50, send_again: 8, reverse: 16, credit: 9, bind: 7, release: 4, suspend_or_resume: 6,
}  # fmt: skip


def work(bureau: Bureau, number: int, until: float) -> None:
    chance = random.Random(SEED * 1_000 + number)
    try:
        while time.monotonic() < until and not bureau.unexpected:
            (act,) = chance.choices(list(WORK), list(WORK.values()))
            try:
                act(bureau, chance)
                bureau.done[act.__name__] += 1
            except SystemBusy:
                raise
            except REFUSALS as refusal:
                bureau.done[type(refusal).__name__] += 1
    except BaseException as fault:
        bureau.unexpected.append(fault)
    finally:
        connection.close()


@pytest.fixture
def bureau(committed_db: None) -> Bureau:
    """Three owners, each with a family of their own; nine children who come and go between them."""
    make_policy(one_group_per_person=False, **LIMITS)
    by = make_staff("supervisor", "421000")
    holds = {"current": str(OPENING), "by": by}
    owners = [make_person(f"户主{n}", born_on=dt.date(1960, 1, 1), **holds) for n in range(OWNERS)]
    children = [
        make_person(f"孩子{n}", born_on=dt.date(1990, 1, 1), **(holds if n % 3 else {"insutype": "390"}))
        for n in range(CHILDREN)
    ]
    region = Region.objects.get(pk="421002")
    groups = [
        create_group(
            region=region,
            members=[
                NewMember(owner.pk, "01", START, 1, SHARED),
                *(NewMember(child.pk, "20", START) for child in children[place * 3 : place * 3 + 2]),
            ],
            by=by,
        )
        for place, owner in enumerate(owners)
    ]
    return Bureau(by, [*owners, *children], groups, make_institution().pk)


def test_eight_clerks_at_once_leave_every_second_a_database_that_proves_itself(bureau: Bureau) -> None:
    until = time.monotonic() + SECONDS
    workers = [threading.Thread(target=work, args=(bureau, number, until)) for number in range(WORKERS)]
    for worker in workers:
        worker.start()
    proofs = 0
    try:
        while any(worker.is_alive() for worker in workers):
            time.sleep(1)
            prove(bureau)
            proofs += 1
    except BaseException as fault:
        bureau.unexpected.append(fault)
    for worker in workers:
        worker.join()
    assert bureau.unexpected == []
    prove(bureau)
    assert_nothing_else_is_stored(bureau)
    print(f"seed {SEED}, {SECONDS:.0f} s, {proofs} proofs:", dict(bureau.done.most_common()))  # noqa: T201
    assert bureau.done["settle"] > SECONDS
    assert {act.__name__ for act in WORK} <= set(bureau.done)


def prove(bureau: Bureau) -> None:
    """One moment of the database, whatever goes on meanwhile."""
    with bureau.lock:
        acknowledged, credited = set(bureau.settled), set(bureau.credited)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        assert check_ledger(by=bureau.by).violations == []
        assert acknowledged <= set(Settlement.objects.values_list("setl_id", flat=True))
        assert credited <= set(AccountEntry.objects.filter(kind="101").values_list("source", flat=True))
        assert not PersonalAccount.objects.filter(Q(prior_years__lt=0) | Q(current_year__lt=0)).exists()
        assert_shares_add_up()
        assert_limits_hold()
        assert_no_money_made_or_lost()


def assert_shares_add_up() -> None:
    own, family = (
        Coalesce(Sum(F("shares__prior_years") + F("shares__current_year"), filter=which), Decimal(0))
        for which in (Q(shares__position=0), Q(shares__position__gt=0))
    )
    assert not Settlement.objects.annotate(own=own, family=family).exclude(
        acct_pay=F("own"), acct_mulaid_pay=F("family")
    )
    moved = AccountEntry.objects.filter(kind__in=("201", "205", "109"))
    assert moved.count() == SettlementShare.objects.count()


def assert_limits_hold() -> None:
    """Of what was paid for others, less what came back, by account and by patient."""
    family = SettlementShare.objects.filter(position__gt=0).order_by()
    drawn = Sum("prior_years") + Sum("current_year")
    by_account = dict(family.values_list("account__person__name").annotate(drawn=drawn))
    by_patient = dict(family.values_list("settlement__person").annotate(drawn=drawn))
    assert all(0 <= amount <= Decimal(LIMITS["annual_limit_payer"]) for amount in by_account.values())
    assert all(amount <= SHARED for name, amount in by_account.items() if name.startswith("户主"))
    assert all(0 <= amount <= Decimal(LIMITS["annual_limit_beneficiary"]) for amount in by_patient.values())
    assert not Settlement.objects.filter(acct_mulaid_pay__gt=Decimal(LIMITS["visit_limit"])).exists()


def assert_no_money_made_or_lost() -> None:
    held = total(PersonalAccount.objects.all(), "prior_years", "current_year")
    given = total(AccountEntry.objects.filter(kind__in=("101", "113")), "prior_change", "current_change")
    paid = total(Settlement.objects.all(), "acct_pay", "acct_mulaid_pay")
    assert held == given - paid


def total(rows: Any, *columns: str) -> Decimal:
    summed: Sequence[Decimal | None] = rows.aggregate(**{name: Sum(name) for name in columns}).values()
    return sum((amount or Decimal(0) for amount in summed), Decimal(0))


def assert_nothing_else_is_stored(bureau: Bureau) -> None:
    stored = {one.setl_id: one for one in Settlement.objects.all()}
    assert set(stored) == set(bureau.settled)
    for setl_id, (_bill, answer) in bureau.settled.items():
        one = stored[setl_id]
        assert (one.pk, one.acct_pay, one.acct_mulaid_pay) == (answer.pk, answer.acct_pay, answer.acct_mulaid_pay)
    credited = AccountEntry.objects.filter(kind="101")
    assert set(credited.values_list("source", flat=True)) == bureau.credited
    assert total(credited, "current_change") == bureau.credits
