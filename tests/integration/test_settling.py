"""Settling a bill, as the counter would tell it: who pays, on which day's family, what comes back, what is refused.

The family of every test: 户主 (rank 1), 配偶 (rank 2) and 父亲 (rank 3) share their accounts with one another and
with 孩子, who has none; bound since March 2025. An account is written as prior years + current year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.models import AccountEntry, AuditEvent, InsuredPerson, PersonalAccount, Region, Staff
from accounts.models.audit import AuditKind
from accounts.services.closing import NoAccountToTakeOver
from accounts.services.ledger import carry_over_year
from accounts.services.ledger_proof import check_ledger
from families.models import MutualAidGroup, PersonMatch
from families.models.case import CaseKind
from families.models.match import Certainty
from families.services.changes import change_group, dissolve_group, release_members
from families.services.groups import NewMember, create_group
from families.services.merging import merge_persons, request_merge
from families.services.plans import GroupChange
from settlement.models import Settlement, SettlementKind, SettlementShare
from settlement.rules.allocation import Reason
from settlement.rules.amounts import Amounts
from settlement.rules.stored import from_stored
from settlement.services.refusals import (
    AlreadyReversed,
    AmountsDoNotAddUp,
    Fault,
    NotCovered,
    NotItsMirror,
    OriginalUnknown,
    PersonUnknown,
    SameIdOtherContent,
    SettlementRefused,
)
from settlement.services.settling import as_sent, record_settlement, settle
from tests.factories import (
    make_bill,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_suspension,
    reversal_of,
    terms_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

BOUND = dt.date(2025, 3, 1)
OWN, CASH = "本人", "现金"


@dataclass(frozen=True)
class Household:
    group: MutualAidGroup
    owner: InsuredPerson
    spouse: InsuredPerson
    father: InsuredPerson
    child: InsuredPerson


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk", "421000")


Bind = Callable[..., Household]


@pytest.fixture
def household(clerk: Staff) -> Bind:
    """`owner`, `spouse`, `father`: what their accounts hold, `800+300`; `limit`: what the owner shares in a year."""

    def bind(
        owner: str = "0+1000", spouse: str = "0+500", father: str = "0+300", *, limit: str | None = None
    ) -> Household:
        persons = [
            holder("户主", owner, clerk),
            holder("配偶", spouse, clerk, gender="2"),
            holder("父亲", father, clerk, born_on=dt.date(1955, 1, 1)),
            make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1)),
        ]
        ranks, relations = (1, 2, 3, None), ("01", "12", "51", "20")
        members = [
            NewMember(person.pk, relation, BOUND, rank, Decimal(limit) if limit and rank == 1 else None)
            for person, relation, rank in zip(persons, relations, ranks, strict=True)
        ]
        return Household(create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk), *persons)

    return bind


def holder(name: str, holds: str, by: Staff, **fields: Any) -> InsuredPerson:
    prior, current = holds.split("+")
    return make_person(name, prior=prior, current=current, by=by, **fields)


def at(day: str, time: str = "09:00") -> dt.datetime:
    return timezone.make_aware(dt.datetime.fromisoformat(f"{day} {time}"))


def told(settlement: Settlement) -> dict[str, str]:
    """Who paid, in order, in yuan; of a reversal who gets back."""
    paid = {}
    for share in settlement.shares.select_related("account__person").order_by("position"):
        paid[share.account.person.name if share.position else OWN] = str(share.amount)
    if settlement.psn_cash_pay:
        paid[CASH] = str(settlement.psn_cash_pay)
    return paid


def buckets(settlement: Settlement) -> list[tuple[str, str]]:
    shares = settlement.shares.order_by("position")
    return [(str(share.prior_years), str(share.current_year)) for share in shares]


def holds(person: InsuredPerson) -> str:
    account = PersonalAccount.objects.get(person=person)
    return f"{account.prior_years}+{account.current_year}"


def why(settlement: Settlement) -> list[Reason]:
    return [from_stored(one).reason for one in settlement.considerations]


@pytest.fixture(autouse=True)
def proven(db: None) -> Any:
    """After every test the ledger proves itself, and every settlement is what its shares say."""
    yield
    assert check_ledger(by=make_staff("auditor", "100000")).violations == []


# Who pays


def test_the_own_account_pays_first_and_the_years_before_before_the_current_one(
    household: Bind, clerk: Staff
) -> None:
    family = household(owner="40+1000")
    paid = make_settlement(family.owner, "100.00", by=clerk)
    assert (told(paid), buckets(paid)) == ({OWN: "100.00"}, [("40.00", "60.00")])
    assert (paid.acct_pay, paid.acct_mulaid_pay, paid.psn_cash_pay) == (100, 0, 0)
    assert holds(family.owner) == "0.00+940.00"


def test_then_the_family_pays_in_its_order_and_the_rest_is_cash(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+30", spouse="0+20", father="5+5")
    paid = make_settlement(family.child, "65.00", by=clerk)
    assert told(paid) == {"户主": "30.00", "配偶": "20.00", "父亲": "10.00", CASH: "5.00"}
    assert why(paid) == [Reason.NO_ACCOUNT, Reason.EMPTY, Reason.EMPTY, Reason.EMPTY]
    own = make_settlement(family.spouse, "1.00", by=clerk)
    assert told(own) == {CASH: "1.00"}


def test_the_own_account_goes_before_the_family_also_for_a_payer(household: Bind, clerk: Staff) -> None:
    """The father draws on the owner, not on the owner's wife: in-laws share nothing."""
    family = household(owner="0+10", spouse="0+500", father="0+30")
    assert told(make_settlement(family.father, "50.00", by=clerk)) == {OWN: "30.00", "户主": "10.00", CASH: "10.00"}


def test_what_the_fund_pays_is_taken_from_nobody(household: Bind, clerk: Staff) -> None:
    paid = make_settlement(household().child, "20.00", fund="80.00", by=clerk)
    assert (told(paid), paid.medfee_sumamt, paid.fund_pay_sumamt) == ({"户主": "20.00"}, 100, 80)


@pytest.mark.parametrize(
    ("region", "insutype", "expected"),
    [("421002", "310", {OWN: "50.00", CASH: "10.00"}), ("421002", "390", {CASH: "60.00"})],
)
def test_without_a_group_there_is_the_own_account_or_cash(
    region: str, insutype: str, expected: dict[str, str], clerk: Staff
) -> None:
    alone = make_person(region=region, insutype=insutype, current="50.00" if insutype == "310" else "0", by=clerk)
    paid = make_settlement(alone, "60.00", by=clerk)
    assert (told(paid), paid.group, paid.insutype, paid.region_id) == (expected, None, insutype, region)


def test_a_payer_insured_in_another_city_pays_as_well(clerk: Staff) -> None:
    child = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    owner = make_person("户主", region="420106", current="70.00", by=clerk)
    members = [NewMember(owner.pk, "01", BOUND, 1), NewMember(child.pk, "20", BOUND)]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    paid = make_settlement(child, "60.00", by=clerk)
    assert (told(paid), paid.shares.get().entry.posted_by) == ({"户主": "60.00"}, clerk)


@pytest.mark.parametrize(
    ("amount", "fields", "reason"),
    [("0.00", {}, Reason.NOT_NEEDED), ("80.00", {"acct_used": False}, Reason.ACCOUNTS_NOT_USED)],
)
def test_a_bill_of_nothing_and_one_without_the_accounts_move_no_money(
    amount: str, fields: dict[str, Any], reason: Reason, household: Bind, clerk: Staff
) -> None:
    family = household()
    entries = AccountEntry.objects.count()
    paid = make_settlement(family.owner, amount, by=clerk, **fields)
    assert (paid.psn_cash_pay, paid.shares.count(), AccountEntry.objects.count()) == (Decimal(amount), 0, entries)
    assert why(paid)[1:] == [reason] * 2
    back = record_settlement(new=reversal_of(as_sent(paid)), by=clerk)
    assert (back.psn_cash_pay, AccountEntry.objects.count()) == (-Decimal(amount), entries)


def test_an_entry_says_spending_and_a_premium_for_another_says_so(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+1000", spouse="0+10")
    visit = make_settlement(family.spouse, "20.00", by=clerk)
    premium = make_bill(
        family.child, "400.00", kind=SettlementKind.PREMIUM, med_type="", institution_id=None,
        usage="resident_premium", amounts=Amounts.all_personal(Decimal("400.00")),
    )  # fmt: skip
    paid = record_settlement(new=premium, by=clerk)
    kinds = SettlementShare.objects.order_by("entry_id").values_list("settlement", "position", "entry__kind")
    assert list(kinds) == [(visit.pk, 0, "201"), (visit.pk, 1, "201"), (paid.pk, 1, "205")]


# What the policy says


AS_EVER = {"户主": "60.00", "配偶": "20.00"}
DESIGNATED = {"med_type": "14", "usage": "designated_disease"}


@pytest.mark.parametrize(
    ("policy", "bill", "expected"),
    [
        ({}, {}, AS_EVER),
        ({"shareable_funds": "all"}, {}, AS_EVER),
        ({"shareable_funds": "prior_years"}, {}, {"户主": "40.00", "配偶": "5.00", "父亲": "5.00", CASH: "30.00"}),
        ({"reserve_floor": "0.00"}, {}, AS_EVER),
        ({"reserve_floor": "50.00"}, {}, {"户主": "10.00", "配偶": "55.00", "父亲": "15.00"}),
        ({"annual_limit_ratio": None}, {}, AS_EVER),
        ({"annual_limit_ratio": "0.5"}, {}, {"户主": "30.00", "配偶": "50.00"}),
        ({"annual_limit_ratio": "0.01"}, {}, {"户主": "0.60", "配偶": "1.05", "父亲": "1.05", CASH: "77.30"}),
        ({"annual_limit_payer": None}, {}, AS_EVER),
        ({"annual_limit_payer": "25.00"}, {}, {"户主": "25.00", "配偶": "25.00", "父亲": "25.00", CASH: "5.00"}),
        ({"annual_limit_beneficiary": "70.00"}, {}, {"户主": "60.00", "配偶": "10.00", CASH: "10.00"}),
        ({"visit_limit": None}, {}, AS_EVER),
        ({"visit_limit": "10.00"}, {}, {"户主": "10.00", CASH: "70.00"}),
        ({"visit_limit": "10.00", "visit_limit_designated_disease": False}, DESIGNATED, AS_EVER),
        (
            {"visit_limit": "10.00", "visit_limit_designated_disease": True},
            DESIGNATED,
            {"户主": "10.00", CASH: "70.00"},
        ),
        ({"usages": ["inpatient"]}, {}, {CASH: "80.00"}),
        ({"usages": ["inpatient"]}, {"med_type": "21", "usage": "inpatient"}, AS_EVER),
        ({"usages": ["checkup"]}, {"usage": "checkup"}, AS_EVER),
        ({}, {"usage": "checkup"}, {CASH: "80.00"}),
    ],
)
def test_every_parameter_that_concerns_paying_is_obeyed_and_named(
    policy: dict[str, Any], bill: dict[str, Any], expected: dict[str, str], household: Bind, clerk: Staff
) -> None:
    """A bill of 80.00 of the child."""
    make_policy(**policy)
    family = household(owner="40+20", spouse="5+100", father="5+100")
    paid = make_settlement(family.child, "80.00", by=clerk, **bill)
    assert told(paid) == expected
    for one in map(from_stored, paid.considerations[1:]):
        if one.parameter in policy:
            assert one.citation == f"§{one.parameter}"


@pytest.mark.parametrize(
    ("order", "taken"),
    [
        ("prior_first", [("5.00", "10.00"), ("25.00", "0.00")]),
        ("current_first", [("5.00", "10.00"), ("5.00", "20.00")]),
    ],
)
def test_the_bucket_that_goes_first_does_so_on_the_own_account_and_on_the_familys(
    order: str, taken: list[tuple[str, str]], household: Bind, clerk: Staff
) -> None:
    make_policy(bucket_order=order)
    family = household(owner="40+20", spouse="5+10")
    paid = make_settlement(family.spouse, "40.00", by=clerk)
    assert (told(paid), buckets(paid)) == ({OWN: "15.00", "户主": "25.00"}, taken)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("recorded", ["户主", "配偶", "父亲"]),
        ("user_sorted", ["户主", "配偶", "父亲"]),
        ("first_bound", ["户主", "父亲", "配偶"]),
        ("last_bound", ["配偶", "户主", "父亲"]),
    ],
)
def test_the_order_is_the_forms_or_the_first_or_the_last_who_was_bound(
    order: str, expected: list[str], clerk: Staff
) -> None:
    """The wife shares at the second place and was bound last."""
    make_policy(payer_order=order)
    owner, father = holder("户主", "0+10", clerk), holder("父亲", "0+10", clerk, born_on=dt.date(1955, 1, 1))
    spouse = holder("配偶", "0+10", clerk, gender="2")
    child = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    members = [
        NewMember(owner.pk, "01", BOUND, 1),
        NewMember(father.pk, "51", BOUND, 3),
        NewMember(spouse.pk, "12", BOUND + dt.timedelta(days=40), 2),
        NewMember(child.pk, "20", BOUND),
    ]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    assert list(told(make_settlement(child, "30.00", by=clerk))) == expected


def test_the_policy_is_that_of_the_day_of_the_bill_and_of_the_groups_region(household: Bind, clerk: Staff) -> None:
    make_policy(visit_limit="10.00", effective_on=dt.date(2026, 3, 1))
    make_policy("420100", visit_limit="3.00")
    family = household()
    assert told(make_settlement(family.child, "30.00", settled_at=at("2026-02-28"), by=clerk)) == {"户主": "30.00"}
    limited = make_settlement(family.child, "30.00", settled_at=at("2026-03-01", "00:00"), by=clerk)
    assert told(limited) == {"户主": "10.00", CASH: "20.00"}


@pytest.mark.parametrize(
    ("policy", "limit"),
    [
        ({}, "100.00"),
        ({"annual_limit_payer": "100.00"}, None),
        ({"annual_limit_beneficiary": "100.00"}, None),
        ({"annual_limit_ratio": "0.1"}, None),
    ],
)
def test_a_limit_of_the_year_counts_every_bill_and_is_free_again_after_a_reversal(
    policy: dict[str, Any], limit: str | None, household: Bind, clerk: Staff
) -> None:
    make_policy(**policy)
    family = household(owner="1000+0", spouse="0+0", father="0+0", limit=limit)
    first = make_bill(family.child, "80.00")
    assert told(record_settlement(new=first, by=clerk)) == {"户主": "80.00"}
    assert told(make_settlement(family.child, "50.00", by=clerk)) == {"户主": "20.00", CASH: "30.00"}
    assert told(make_settlement(family.child, "50.00", by=clerk)) == {CASH: "50.00"}
    record_settlement(new=reversal_of(first), by=clerk)
    assert told(make_settlement(family.child, "90.00", by=clerk)) == {"户主": "80.00", CASH: "10.00"}


def test_the_limit_of_a_payer_is_one_for_the_whole_family_and_that_of_a_beneficiary_for_all_accounts(
    household: Bind, clerk: Staff
) -> None:
    make_policy(annual_limit_beneficiary="120.00")
    family = household(owner="0+1000", spouse="0+0", father="0+1000", limit="100.00")
    assert told(make_settlement(family.spouse, "70.00", by=clerk)) == {"户主": "70.00"}
    assert told(make_settlement(family.child, "70.00", by=clerk)) == {"户主": "30.00", "父亲": "40.00"}
    assert told(make_settlement(family.child, "70.00", by=clerk)) == {"父亲": "50.00", CASH: "20.00"}


def test_a_bill_of_december_that_is_reversed_in_january_counts_in_its_own_year(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+1000", spouse="0+0", father="0+0", limit="100.00")
    december = make_bill(family.child, "100.00", settled_at=at("2025-12-20"))
    record_settlement(new=december, by=clerk)
    assert told(make_settlement(family.child, "70.00", settled_at=at("2026-01-02"), by=clerk)) == {"户主": "70.00"}
    back = record_settlement(
        new=reversal_of(december, settled_at=at("2026-01-05"), business_date=dt.date(2026, 1, 5)), by=clerk
    )
    assert set(back.shares.values_list("year", flat=True)) == {2025}
    late = make_settlement(family.child, "150.00", settled_at=at("2026-01-06"), by=clerk)
    assert told(late) == {"户主": "30.00", CASH: "120.00"}
    older = make_settlement(family.child, "150.00", settled_at=at("2025-12-28"), by=clerk)
    assert told(older) == {"户主": "100.00", CASH: "50.00"}


# The family of that day


def test_the_family_is_that_of_the_day_of_the_bill(household: Bind, clerk: Staff) -> None:
    family = household()
    before = make_settlement(family.child, "10.00", settled_at=at("2025-02-28", "23:59"), by=clerk)
    assert (told(before), before.group) == ({CASH: "10.00"}, None)
    first = make_settlement(family.child, "10.00", settled_at=at("2025-03-01", "00:00"), by=clerk)
    assert (told(first), first.group) == ({"户主": "10.00"}, family.group)


def test_midnight_is_that_of_shanghai(household: Bind, clerk: Staff) -> None:
    family = household()
    eve = dt.datetime(2025, 2, 28, 15, 59, tzinfo=dt.UTC)
    assert told(make_settlement(family.child, "10.00", settled_at=eve, by=clerk)) == {CASH: "10.00"}
    midnight = make_settlement(family.child, "10.00", settled_at=eve + dt.timedelta(minutes=1), by=clerk)
    assert (told(midnight), midnight.business_date) == ({"户主": "10.00"}, BOUND)


def test_who_was_released_since_still_pays_a_bill_of_before(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+5")
    release_members(
        group_id=family.group.pk, person_ids=[family.spouse.pk], day=dt.date(2026, 3, 10), reason="x", by=clerk
    )
    of_before = make_settlement(family.child, "10.00", settled_at=at("2026-03-09"), by=clerk)
    assert told(of_before) == {"户主": "5.00", "配偶": "5.00"}
    after = make_settlement(family.child, "10.00", settled_at=at("2026-03-10"), by=clerk)
    assert told(after) == {"父亲": "10.00"}
    gone = make_settlement(family.spouse, "600.00", settled_at=at("2026-03-10"), by=clerk)
    assert (told(gone), gone.group) == ({OWN: "495.00", CASH: "105.00"}, None)


def test_a_dissolved_group_pays_for_the_days_when_it_was_one(household: Bind, clerk: Staff) -> None:
    family = household()
    dissolve_group(group_id=family.group.pk, day=dt.date(2026, 3, 10), reason="x", by=clerk)
    assert told(make_settlement(family.child, "10.00", settled_at=at("2026-03-09"), by=clerk)) == {"户主": "10.00"}
    assert told(make_settlement(family.child, "10.00", settled_at=at("2026-03-10"), by=clerk)) == {CASH: "10.00"}


def test_the_order_is_that_of_the_day_of_the_bill(household: Bind, clerk: Staff) -> None:
    family = household()
    day = dt.date(2026, 3, 10)
    turned = {family.spouse.pk: 3, family.father.pk: 2}
    terms = [
        replace(one, rank=turned.get(one.person_id, one.rank))
        for one in terms_of(family.group, day)
        if one.person_id in turned
    ]
    change_group(group_id=family.group.pk, change=GroupChange(CaseKind.CHANGE, day, terms=terms), by=clerk)
    drained = make_settlement(family.owner, "1000.00", settled_at=at("2026-03-09", "08:00"), by=clerk)
    assert told(drained) == {OWN: "1000.00"}
    assert list(told(make_settlement(family.child, "1.00", settled_at=at("2026-03-09"), by=clerk))) == ["配偶"]
    assert list(told(make_settlement(family.child, "1.00", settled_at=at("2026-03-10"), by=clerk))) == ["父亲"]


def test_an_end_that_is_planned_ends_on_its_day(clerk: Staff) -> None:
    owner = holder("户主", "0+100", clerk)
    child = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    last = dt.date(2026, 4, 1)
    members = [NewMember(owner.pk, "01", BOUND, 1), NewMember(child.pk, "20", BOUND, left_on=last)]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    assert told(make_settlement(child, "9.00", settled_at=at("2026-03-31", "23:59"), by=clerk)) == {"户主": "9.00"}
    assert told(make_settlement(child, "9.00", settled_at=at("2026-04-01", "00:00"), by=clerk)) == {CASH: "9.00"}


def test_a_suspended_payer_pays_nothing_from_that_day_on_and_again_afterwards(household: Bind, clerk: Staff) -> None:
    family = household()
    make_suspension(family.owner, "suspended", dt.date(2026, 3, 10), dt.date(2026, 3, 12))
    paying = [
        list(told(make_settlement(family.child, "1.00", settled_at=at(day), by=clerk)))
        for day in ("2026-03-09", "2026-03-10", "2026-03-11", "2026-03-12")
    ]
    assert paying == [["户主"], ["配偶"], ["配偶"], ["户主"]]


@pytest.mark.parametrize(
    ("cause", "kind", "expected", "reason"),
    [
        ("suspended", "networked", {OWN: "500.00", CASH: "100.00"}, Reason.BENEFICIARY_SUSPENDED),
        ("ended", "networked", {OWN: "500.00", CASH: "100.00"}, Reason.BENEFICIARY_SUSPENDED),
        ("card_lending", "networked", {CASH: "600.00"}, Reason.BENEFICIARY_CARD_LENDING),
        ("card_lending", "claim", {OWN: "500.00", CASH: "100.00"}, Reason.BENEFICIARY_CARD_LENDING),
    ],
)
def test_a_suspended_patient_spends_the_own_account_alone_and_a_lent_card_pays_only_at_the_counter(
    cause: str, kind: str, expected: dict[str, str], reason: Reason, household: Bind, clerk: Staff
) -> None:
    family = household()
    make_suspension(family.spouse, cause, dt.date(2026, 3, 10))
    before = make_settlement(family.spouse, "0.00", settled_at=at("2026-03-09"), by=clerk)
    assert reason not in why(before)
    paid = make_settlement(family.spouse, "600.00", settled_at=at("2026-03-10"), kind=kind, by=clerk)
    assert (told(paid), set(why(paid)[1:])) == (expected, {reason})


def test_a_payer_who_lent_the_card_is_passed_over(household: Bind, clerk: Staff) -> None:
    family = household()
    make_suspension(family.owner, "card_lending", dt.date(2026, 3, 10))
    paid = make_settlement(family.child, "1.00", by=clerk)
    assert (told(paid), why(paid)) == (
        {"配偶": "1.00"}, [Reason.NO_ACCOUNT, Reason.CARD_LENDING, Reason.PAID_IN_FULL, Reason.NOT_NEEDED],
    )  # fmt: skip


def test_of_two_families_the_longer_standing_gives_the_policy_and_each_payer_pays_once(clerk: Staff) -> None:
    make_policy("421000", one_group_per_person=False)
    make_policy("421003", visit_limit="5.00")
    child = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    mother, father = holder("母亲", "0+10", clerk, gender="2"), holder("父亲", "0+10", clerk)
    for parent, region, day in ((mother, "421002", BOUND), (father, "421003", BOUND + dt.timedelta(days=1))):
        members = [NewMember(parent.pk, "01", day, 1), NewMember(child.pk, "20", day)]
        create_group(region=Region.objects.get(pk=region), members=members, by=clerk)
    paid = make_settlement(child, "30.00", by=clerk)
    assert told(paid) == {"母亲": "10.00", "父亲": "10.00", CASH: "10.00"}
    assert paid.group is not None
    assert paid.group.region_id == "421002"


# Stored as it was decided


def test_why_each_account_paid_reads_back_as_it_was_decided(household: Bind, clerk: Staff) -> None:
    make_policy(reserve_floor="100.00", annual_limit_payer="700.00", usages=["outpatient", "inpatient"])
    family = household(owner="10+1000", spouse="0+90", father="0+300")
    paid = make_settlement(family.child, "750.00", by=clerk)
    own, owner, spouse, father = (from_stored(one) for one in paid.considerations)
    assert (own.reason, own.payer_id) == (Reason.NO_ACCOUNT, None)
    assert (owner.reason, owner.value, owner.citation) == (
        Reason.ANNUAL_LIMIT_PAYER, Decimal("700.00"), "§annual_limit_payer",
    )  # fmt: skip
    assert (spouse.reason, spouse.value, spouse.available) == (Reason.RESERVE_FLOOR, Decimal("100.00"), 0)
    assert (father.reason, father.paid) == (Reason.PAID_IN_FULL, 50)
    assert [one.payer_id for one in (owner, spouse, father)] == [family.owner.pk, family.spouse.pk, family.father.pk]
    assert (owner.before.total, owner.after.total) == (1010, 310)


# Once


def test_the_same_bill_again_is_the_same_answer_and_moves_nothing(household: Bind, clerk: Staff) -> None:
    family = household()
    bill = make_bill(family.child, "10.00")
    first, again = (record_settlement(new=bill, by=clerk) for _ in range(2))
    assert (first.pk, told(first)) == (again.pk, told(again))
    back = reversal_of(bill)
    assert record_settlement(new=back, by=clerk).pk == record_settlement(new=back, by=clerk).pk
    assert record_settlement(new=bill, by=clerk).pk == first.pk
    assert (Settlement.objects.count(), holds(family.owner)) == (2, "0.00+1000.00")


@pytest.mark.parametrize(
    "change",
    [
        {"amounts": Amounts(*map(Decimal, ("10.01", "0", "0", "0", "10.01", "0", "0", "10.01")))},
        {"amounts": Amounts(*map(Decimal, ("10", "10", "0", "0", "0", "0", "0", "10")))},
        {"amounts": Amounts(*map(Decimal, ("-10", "0", "0", "0", "-10", "0", "0", "-10")))},
        {"psn_no": "another"},
        {"settled_at": at("2026-03-16", "09:00") + dt.timedelta(microseconds=1)},
        {"business_date": dt.date(2026, 3, 17)},
        {"kind": "claim"},
        {"med_type": "12"},
        {"institution_id": "H42100299999"},
        {"mdtrt_id": "x"},
        {"dise_codg": "x"},
        {"dise_name": "x"},
        {"dr_name": "x"},
        {"acct_used": False},
        {"reverses": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_same_number_with_other_content_is_refused_and_audited(
    change: dict[str, Any], household: Bind, clerk: Staff
) -> None:
    family = household()
    bill = make_bill(family.child, "10.00")
    record_settlement(new=bill, by=clerk)
    with pytest.raises(SameIdOtherContent) as refusal:
        record_settlement(new=replace(bill, **change), by=clerk)
    assert (refusal.value.fault, refusal.value.column) == (Fault.DATA, "setl_id")
    event = AuditEvent.objects.get(kind=AuditKind.CONFLICT)
    assert (event.staff_id, event.detail) == (
        clerk.pk, {"what": "same_id_other_content", "setl_id": bill.setl_id},
    )  # fmt: skip
    assert (Settlement.objects.count(), holds(family.owner)) == (1, "0.00+990.00")


# Reversed


Later = Callable[[Household, Staff], object]
LATER = dt.date(2026, 3, 20)


def _release(family: Household, by: Staff) -> object:
    persons = [family.spouse.pk, family.child.pk]
    return release_members(group_id=family.group.pk, person_ids=persons, day=LATER, reason="x", by=by)


def _dissolve(family: Household, by: Staff) -> object:
    return dissolve_group(group_id=family.group.pk, day=LATER, reason="x", by=by)


def _suspend(family: Household, by: Staff) -> object:
    return [make_suspension(one, "card_lending", LATER) for one in (family.owner, family.spouse, family.child)]


def _tighten(_family: Household, _by: Staff) -> object:
    return make_policy(effective_on=LATER, usages=["inpatient"], reserve_floor="1000.00", visit_limit="0.00")


def _carry_over(_family: Household, _by: Staff) -> object:
    return carry_over_year(year=2026, by=make_staff("supervisor", "421000"))


def _nothing(_family: Household, _by: Staff) -> object:
    return None


@pytest.mark.parametrize("later", [_nothing, _release, _dissolve, _suspend, _tighten, _carry_over])
def test_a_reversal_gives_back_to_the_bucket_whatever_has_become_of_the_family(
    later: Later, household: Bind, clerk: Staff
) -> None:
    family = household(owner="7+3", spouse="2+1", father="4+5")
    bill = make_bill(family.child, "20.00")
    paid = record_settlement(new=bill, by=clerk)
    assert buckets(paid) == [("7.00", "3.00"), ("2.00", "1.00"), ("4.00", "3.00")]
    later(family, clerk)
    held = [holds(one) for one in (family.owner, family.spouse, family.father)]
    back = record_settlement(new=reversal_of(bill, settled_at=at("2027-01-08")), by=clerk)
    assert buckets(back) == [("-7.00", "-3.00"), ("-2.00", "-1.00"), ("-4.00", "-3.00")]
    assert told(back) == {"户主": "-10.00", "配偶": "-3.00", "父亲": "-7.00"}
    assert (back.reverses, back.group, back.person, back.region_id) == (paid, family.group, family.child, "421002")
    assert (back.acct_mulaid_pay, back.psn_cash_pay, back.considerations) == (-20, 0, [])
    assert set(back.shares.values_list("entry__kind", flat=True)) == {"109"}
    given = [[Decimal(part) for part in one.split("+")] for one in held]
    now = [[Decimal(part) for part in holds(one).split("+")] for one in (family.owner, family.spouse, family.father)]
    gained = [[after - before for after, before in zip(*pair, strict=True)] for pair in zip(now, given, strict=True)]
    assert gained == [[7, 3], [2, 1], [4, 3]]


def test_a_settlement_is_reversed_once_and_a_reversal_never(household: Bind, clerk: Staff) -> None:
    family = household()
    bill = make_bill(family.child, "10.00")
    paid = record_settlement(new=bill, by=clerk)
    back = reversal_of(bill)
    record_settlement(new=back, by=clerk)
    with pytest.raises(AlreadyReversed, match=back.setl_id):
        record_settlement(new=reversal_of(bill), by=clerk)
    with pytest.raises(OriginalUnknown):
        record_settlement(new=reversal_of(back), by=clerk)
    with pytest.raises(OriginalUnknown):
        record_settlement(new=replace(reversal_of(back), amounts=bill.amounts.negated), by=clerk)
    assert (Settlement.objects.count(), paid.reversed_by.setl_id) == (2, back.setl_id)
    assert holds(family.owner) == "0.00+1000.00"


def test_a_reversal_that_is_no_mirror_is_refused(household: Bind, clerk: Staff) -> None:
    family = household()
    bill = make_bill(family.child, "10.00")
    record_settlement(new=bill, by=clerk)
    other = make_bill(family.spouse, "10.00")
    for wrong in (
        reversal_of(bill, amounts=make_bill(family.child, "9.99").amounts.negated),
        reversal_of(bill, amounts=Amounts.all_personal(Decimal("-10.00"))),
        reversal_of(bill, kind="claim"),
        reversal_of(bill, person_id=family.spouse.pk, psn_no=other.psn_no),
        reversal_of(bill, amounts=bill.amounts),
    ):
        with pytest.raises(NotItsMirror):
            record_settlement(new=wrong, by=clerk)
    with pytest.raises(OriginalUnknown):
        record_settlement(new=reversal_of(bill, reverses="S999"), by=clerk)
    assert (Settlement.objects.count(), holds(family.owner)) == (1, "0.00+990.00")


# A person who was registered twice


def merge(closed: InsuredPerson, survivor: InsuredPerson, by: Staff) -> None:
    """Today, by two people: long after the bills of March."""
    first, second = sorted((closed, survivor), key=lambda person: person.pk)
    match = PersonMatch.objects.create(first=first, second=second, found_on=BOUND, certainty=Certainty.LIKELY)
    request_merge(match_id=match.pk, survivor_id=survivor.pk, reason="x1", by=by)
    merge_persons(match_id=match.pk, survivor_id=survivor.pk, by=make_staff("reviewer", "421000"))


@pytest.mark.parametrize("known_as", ["survivor", "closed"])
def test_a_bill_under_the_old_number_is_paid_by_the_family_of_that_day(
    known_as: str, household: Bind, clerk: Staff
) -> None:
    family = household()
    stays = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    merge(family.child, stays, clerk)
    record = {"survivor": stays, "closed": family.child}[known_as]
    bill = make_bill(stays, "10.00", person_id=record.pk, psn_no=family.child.psn_no)
    paid = record_settlement(new=bill, by=clerk)
    assert (told(paid), paid.person, paid.psn_no) == ({"户主": "10.00"}, stays, family.child.psn_no)
    assert record_settlement(new=bill, by=clerk).pk == paid.pk
    back = record_settlement(new=reversal_of(bill), by=clerk)
    assert (told(back), back.person) == ({"户主": "-10.00"}, stays)


def test_a_payer_pays_from_the_account_that_stayed_also_for_the_days_before(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+10", spouse="0+0", father="0+0")
    middle, stays = (holder("户主", holds, clerk) for holds in ("0+5", "0+7"))
    merge(family.owner, middle, clerk)
    merge(middle, stays, clerk)
    assert told(make_settlement(family.child, "30.00", by=clerk)) == {"户主": "22.00", CASH: "8.00"}
    assert [holds(one) for one in (family.owner, middle, stays)] == ["0.00+0.00"] * 3


def test_what_was_drawn_before_a_merge_counts_in_the_limits_after_it(household: Bind, clerk: Staff) -> None:
    make_policy(annual_limit_beneficiary="150.00")
    family = household(spouse="0+0", father="0+0", limit="100.00")
    first = make_bill(family.child, "80.00")
    record_settlement(new=first, by=clerk)
    stays, child = holder("户主", "0+0", clerk), make_person("孩子", insutype="390")
    merge(family.owner, stays, clerk)
    assert told(make_settlement(family.child, "50.00", by=clerk)) == {"户主": "20.00", CASH: "30.00"}
    merge(family.child, child, clerk)
    back = record_settlement(new=reversal_of(first), by=clerk)
    assert (back.shares.get().account.person, holds(stays)) == (stays, "0.00+980.00")
    assert told(make_settlement(child, "900.00", by=clerk)) == {"户主": "80.00", CASH: "820.00"}


def test_what_both_records_of_one_person_paid_comes_back_to_the_one_that_stays(clerk: Staff) -> None:
    """The owner was on the form twice, once as a brother, until somebody saw it."""
    owner, twin = holder("户主", "0+10", clerk), holder("户主", "0+5", clerk)
    child = make_person("孩子", insutype="390", born_on=dt.date(2012, 1, 1))
    mother = holder("母亲", "0+0", clerk, gender="2", born_on=dt.date(1955, 1, 1))
    members = [NewMember(owner.pk, "01", BOUND, 1), NewMember(twin.pk, "73", BOUND, 2)]
    members += [NewMember(mother.pk, "52", BOUND), NewMember(child.pk, "20", BOUND)]
    group = create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    bill = make_bill(mother, "15.00")
    assert [share.amount for share in record_settlement(new=bill, by=clerk).shares.all()] == [10, 5]
    today = timezone.localdate()
    release_members(group_id=group.pk, person_ids=[twin.pk], day=today, reason="x", by=clerk)
    merge(twin, owner, clerk)
    back = record_settlement(new=reversal_of(bill), by=clerk)
    assert [(share.account.person, share.amount) for share in back.shares.all()] == [(owner, -10), (owner, -5)]
    assert holds(owner) == "0.00+15.00"


def test_a_record_that_paid_merges_only_into_one_with_an_account(household: Bind, clerk: Staff) -> None:
    """What it paid may come back."""
    family = household(spouse="0+5")
    make_settlement(family.spouse, "5.00", by=clerk)
    with pytest.raises(NoAccountToTakeOver):
        merge(family.spouse, make_person("配偶", insutype="390", gender="2"), clerk)


# Refused


def test_amounts_that_do_not_add_up_are_refused(household: Bind, clerk: Staff) -> None:
    child = household().child
    sound = make_bill(child, "10.00").amounts
    for wrong in (
        replace(sound, medfee_sumamt=Decimal("10.01")),
        replace(sound, psn_part_amt=Decimal("9.99")),
        replace(sound, fund_pay_sumamt=Decimal("-1.00"), psn_part_amt=Decimal("11.00")),
        replace(sound, overlmt_selfpay=Decimal("0.01")),
    ):
        with pytest.raises(AmountsDoNotAddUp):
            record_settlement(new=make_bill(child, amounts=wrong), by=clerk)
    assert not Settlement.objects.exists()


@pytest.mark.parametrize(("role", "region"), [("clerk", "421003"), ("supervisor", "420100"), ("clerk", "330100")])
def test_staff_of_elsewhere_settle_for_nobody_here(role: str, region: str, household: Bind) -> None:
    stranger = make_staff(role, region)
    with pytest.raises(PersonUnknown):
        make_settlement(household().child, "10.00", by=stranger)
    assert not Settlement.objects.exists()


def test_what_must_be_paid_whole_is_refused_and_takes_nothing(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+10", spouse="0+5", father="0+0")
    bill = make_bill(family.child, "15.01", in_full=True)
    with pytest.raises(NotCovered) as refusal:
        record_settlement(new=bill, by=clerk)
    assert (refusal.value.fault, refusal.value.asked, refusal.value.covered) == (
        Fault.BALANCE, Decimal("15.01"), Decimal("15.00"),
    )  # fmt: skip
    assert (Settlement.objects.count(), holds(family.owner), holds(family.spouse)) == (0, "0.00+10.00", "0.00+5.00")
    assert told(record_settlement(new=replace(bill, in_full=False), by=clerk))[CASH] == "0.01"
    enough = make_bill(family.child, "0.00", in_full=True)
    assert record_settlement(new=enough, by=clerk).psn_cash_pay == 0


def test_a_bill_that_is_not_covered_stands_in_the_way_of_none_behind_it(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+10", spouse="0+5", father="0+0")
    bill = make_bill(family.child, "15.01", in_full=True)
    with transaction.atomic():
        first, again, in_part = settle(bills=[bill, bill, replace(bill, in_full=False)], by=clerk)
    assert [type(one) for one in (first, again, in_part)] == [NotCovered, NotCovered, Settlement]
    assert told(Settlement.objects.get())[CASH] == "0.01"


def test_every_refusal_says_whose_fault_it_is_and_what_to_do() -> None:
    assert {refusal.fault for refusal in SettlementRefused.__subclasses__()} == set(Fault)


def test_a_payer_without_account_is_no_payer_but_is_told(household: Bind, clerk: Staff) -> None:
    family = household(owner="0+0", spouse="0+0", father="0+0")
    assert told(make_settlement(family.child, "3.00", institution_id=make_institution("421003").pk, by=clerk)) == {
        CASH: "3.00"
    }
