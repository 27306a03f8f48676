"""Clearing between regions: each debt as a person would work it out, the samples against their own key, and scope."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import InsuredPerson, RegionMove, Staff
from accounts.services.import_persons import import_persons
from families.models import MutualAidGroup
from families.services.changes import add_member
from families.services.groups import NewMember
from families.services.imports.loading import load_registrations
from settlement import listing
from settlement.rules.clearing import balances
from settlement.selectors.clearing import debts_of, items_of, unplaced
from settlement.services.feed import load_settlements
from settlement.services.institutions import import_institutions
from settlement.services.settling import record_settlement
from tests.factories import (
    START,
    make_bill,
    make_group,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    reversal_of,
)

MARCH = dt.date(2026, 3, 1)
SHASHI, JINGZHOU, WUHAN, HANGZHOU = "421002", "421003", "420106", "330100"
Debts = dict[tuple[str, str], tuple[str, str, str, int]]


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk", "421000")


@pytest.fixture
def family(clerk: Staff) -> MutualAidGroup:
    """An owner with 1,000 yuan in Shashi and a child without an account in Jingzhou district."""
    group = make_group(by=clerk)
    child = make_person("孩子", region=JINGZHOU, insutype="390", born_on=dt.date(2015, 1, 1))
    add_member(group_id=group.pk, member=NewMember(child.pk, "20", START), by=clerk)
    return group


def member(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.get(seat=seat).person


def debts(region: str = "100000", first: dt.date = MARCH) -> Debts:
    """By owing and owed: fund, own accounts, family accounts, settlements."""
    return {
        (one.owing, one.owed): (str(one.fund), str(one.own), str(one.family), one.settlements)
        for one in debts_of(first, staff=make_staff("supervisor", region))
    }


def hospital(region: str) -> dict[str, Any]:
    return {"institution_id": make_institution(region).pk}


@pytest.mark.django_db
def test_each_payer_owes_its_part_to_the_region_of_the_hospital(family: MutualAidGroup, clerk: Staff) -> None:
    make_settlement(member(family, 2), "30.00", fund="70.00", by=clerk, **hospital(WUHAN))
    make_settlement(member(family, 1), "40.00", fund="60.00", by=clerk, **hospital(WUHAN))
    assert debts() == {
        (JINGZHOU, WUHAN): ("70.00", "0.00", "0.00", 1),
        (SHASHI, WUHAN): ("60.00", "40.00", "30.00", 2),
    }


@pytest.mark.django_db
def test_at_home_only_the_others_owe_and_what_is_paid_in_cash_nobody_owes(
    family: MutualAidGroup, clerk: Staff
) -> None:
    make_settlement(member(family, 2), "30.00", fund="70.00", by=clerk, **hospital(JINGZHOU))
    make_settlement(member(family, 1), "40.00", fund="60.00", by=clerk, **hospital(SHASHI))
    make_settlement(member(family, 1), "40.00", acct_used=False, by=clerk, **hospital(WUHAN))
    assert debts() == {(SHASHI, JINGZHOU): ("0.00", "0.00", "30.00", 1)}


@pytest.mark.django_db
def test_a_reversal_takes_back_in_its_own_month(family: MutualAidGroup, clerk: Staff) -> None:
    at = dt.datetime(2026, 3, 31, 23, 30, tzinfo=timezone.get_default_timezone())
    bill = make_bill(member(family, 2), "30.00", fund="70.00", settled_at=at, **hospital(SHASHI))
    record_settlement(new=bill, by=clerk)
    record_settlement(new=reversal_of(bill), by=clerk)
    assert debts() == {(JINGZHOU, SHASHI): ("70.00", "0.00", "0.00", 1)}
    assert debts(first=dt.date(2026, 4, 1)) == {(JINGZHOU, SHASHI): ("-70.00", "0.00", "0.00", 1)}


@pytest.mark.django_db
def test_a_claim_and_a_premium_are_paid_by_the_patients_region_wherever_the_hospital_lies(
    family: MutualAidGroup, clerk: Staff
) -> None:
    child = member(family, 2)
    make_settlement(child, "30.00", fund="70.00", kind="claim", by=clerk, **hospital(WUHAN))
    premium = {"kind": "premium", "institution_id": None, "med_type": "", "usage": "resident_premium"}
    make_settlement(child, "400.00", by=clerk, **premium)
    assert debts() == {(SHASHI, JINGZHOU): ("0.00", "0.00", "430.00", 2)}


@pytest.mark.django_db
def test_who_moved_since_owes_from_where_they_were_insured_then(family: MutualAidGroup, clerk: Staff) -> None:
    """The patient's region is kept with the settlement, the payer's is told by the first move after it."""
    owner = member(family, 1)
    make_settlement(member(family, 2), "30.00", by=clerk, **hospital(WUHAN))
    for moves_on, here, there in (("2026-03-16", SHASHI, JINGZHOU), ("2026-03-17", SHASHI, HANGZHOU)):
        RegionMove.objects.create(
            person=owner, from_region_id=here, region_id=there, moves_on=moves_on, note="x", recorded_by=clerk,
            applied_at=timezone.now(),
        )  # fmt: skip
    InsuredPerson.objects.filter(pk=owner.pk).update(region=HANGZHOU)
    assert debts() == {(SHASHI, WUHAN): ("0.00", "0.00", "30.00", 1)}


@pytest.mark.django_db
def test_a_hospital_whose_region_is_not_loaded_is_told_beside_and_in_no_pair(
    family: MutualAidGroup, clerk: Staff
) -> None:
    make_settlement(member(family, 2), "30.00", fund="5.00", by=clerk, **hospital(WUHAN))
    with connection.cursor() as cursor:
        cursor.execute("UPDATE settlement_institution SET region_id = NULL")
    assert debts() == {}
    assert unplaced(MARCH, staff=make_staff("supervisor", "421000")) == (Decimal("35.00"), 1)
    assert unplaced(MARCH, staff=make_staff("supervisor", HANGZHOU)) == (Decimal(0), 0)


@pytest.mark.django_db
def test_a_region_sees_the_pairs_of_which_it_is_one_side(family: MutualAidGroup, clerk: Staff) -> None:
    make_settlement(member(family, 2), "30.00", fund="70.00", by=clerk, **hospital(WUHAN))
    seen = {region: set(debts(region)) for region in ("420000", "421000", WUHAN, SHASHI, JINGZHOU, HANGZHOU)}
    both = {(JINGZHOU, WUHAN), (SHASHI, WUHAN)}
    assert seen == {
        "420000": both, "421000": both, WUHAN: both, SHASHI: {(SHASHI, WUHAN)}, JINGZHOU: {(JINGZHOU, WUHAN)},
        HANGZHOU: set(),
    }  # fmt: skip


# The samples: against their own key, added up here by other means


@pytest.mark.usefixtures("committed_db")
def test_the_feed_of_the_samples_clears_as_its_key_adds_up(samples: Path) -> None:
    supervisor = load_samples(samples)
    expected = added_up(samples)
    found = debts_of(MARCH, staff=supervisor)
    assert {(one.owing, one.owed): [one.fund, one.own, one.family] for one in found} == expected
    sums = balances(found)
    assert sum(one.owes for one in sums) == sum(one.is_owed for one in sums) == sum(map(sum, expected.values()))
    for one in found:
        items, _older = everything(one.owing, one.owed)
        assert [sum(getattr(item, name) for item in items) for name in ("fund", "own", "family")] == [
            one.fund, one.own, one.family,
        ]  # fmt: skip
        assert len(items) == one.settlements == len({item.pk for item in items})


def load_samples(samples: Path) -> Staff:
    clerk, reviewer = make_staff("clerk", "421000"), make_staff("reviewer", "421000")
    supervisor = make_staff("supervisor", "421000")
    files = ("persons.csv", "registrations.xlsx", "institutions.csv", "settlements.csv")
    persons, families, institutions, bills = ((samples / name).read_bytes() for name in files)
    import_persons(content=persons, name="persons.csv", by=clerk)
    load_registrations(content=families, name="registrations.xlsx", only_valid=True, reviewer=reviewer, by=clerk)
    import_institutions(content=institutions, name="institutions.csv", by=supervisor)
    load_settlements(content=bills, name="settlements.csv", by=supervisor)
    return supervisor


def added_up(samples: Path) -> dict[tuple[str, str], list[Decimal]]:
    """From the files alone: who paid what by the key, where they are insured by the roster, where by the code."""
    key = json.loads((samples / "expected.json").read_text())["shares"]
    home = {row["psn_no"]: row["insu_admdvs"] for row in rows_of(samples / "persons.csv")}
    total: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for row in rows_of(samples / "settlements.csv"):
        paid = key[row["setl_id"]]
        place, insured = row["fixmedins_code"][1:7], home[row["psn_no"]]
        parts = [(insured, 0, row["fund_pay_sumamt"]), (insured, 1, paid["own"])]
        for owing, column, amount in [*parts, *((home[payer], 2, amount) for payer, amount in paid["family"])]:
            if owing != place and Decimal(amount):
                total[owing, place][column] += Decimal(amount)
    return dict(total)


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8-sig") as text:
        return list(csv.DictReader(text))


def everything(owing: str, owed: str) -> tuple[list[Any], int]:
    """Every page of a pair."""
    items, before, pages = [], None, 0
    while pages == 0 or before:
        page, before = items_of(MARCH, owing=owing, owed=owed, before=before)
        items, pages = [*items, *page], pages + 1
    return items, pages


@pytest.mark.django_db
def test_the_list_behind_a_figure_goes_on_from_a_place_in_it(
    family: MutualAidGroup, clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("settlement.selectors.clearing.ROWS", 2)
    place = hospital(WUHAN)
    bills = [make_settlement(member(family, 2), "1.00", by=clerk, **place) for _number in range(5)]
    items, pages = everything(SHASHI, WUHAN)
    assert ([item.pk for item in items], pages) == ([one.pk for one in reversed(bills)], 3)


# Pages


def signed_in(role: str, region: str) -> Client:
    client = Client()
    client.force_login(make_staff(role, region), backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(client: Client, owing: str, owed: str, **more: str) -> Any:
    return client.get("/clearing/items/", {"month": "2026-03", "owing": owing, "owed": owed, **more})


@pytest.mark.django_db
def test_the_page_says_who_pays_whom_and_leads_to_the_settlements(family: MutualAidGroup, clerk: Staff) -> None:
    paid = make_settlement(member(family, 2), "30.00", fund="1234.00", by=clerk, **hospital(SHASHI))
    for role in ("supervisor", "auditor"):
        client = signed_in(role, "421000")
        shown = client.get("/clearing/", {"month": "2026-03"}).content.decode()
        assert f"/clearing/items/?month=2026-03&amp;owing={JINGZHOU}&amp;owed={SHASHI}" in shown
        assert shown.count("1234.00") >= 3
        assert f'href="/settlements/{paid.pk}/"' in page(client, JINGZHOU, SHASHI).content.decode()


@pytest.mark.django_db
def test_the_other_side_sees_number_and_amount_of_a_settlement_and_neither_its_page_nor_its_patient(
    family: MutualAidGroup, clerk: Staff
) -> None:
    paid = make_settlement(member(family, 2), "30.00", fund="1234.00", by=clerk, **hospital(WUHAN))
    shown = page(signed_in("supervisor", WUHAN), JINGZHOU, WUHAN).content.decode()
    assert paid.setl_id in shown
    assert "1234.00" in shown
    assert f"/settlements/{paid.pk}/" not in shown
    assert member(family, 2).name not in shown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("owing", "owed", "more"),
    [
        (JINGZHOU, HANGZHOU, {}), (SHASHI, "999999", {}), ("", "", {}), (SHASHI, JINGZHOU, {"month": "2026-13"}),
        (SHASHI, JINGZHOU, {"before": "x"}), (SHASHI, JINGZHOU, {"before": "９-9"}),
        (SHASHI, "' OR 1=1 --", {}),
    ],
)  # fmt: skip
def test_what_is_no_pair_of_ones_own_is_not_there(regions: None, owing: str, owed: str, more: dict[str, str]) -> None:
    assert page(signed_in("supervisor", SHASHI), owing, owed, **more).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("month", ["2026-13", "26-03", "２０２６-03", "x", "2026-03-01"])
def test_a_month_that_is_none_is_told_on_the_page(regions: None, month: str) -> None:
    shown = signed_in("supervisor", SHASHI).get("/clearing/", {"month": month})
    assert (shown.status_code, "月份请按 2026-03 的格式填写" in shown.content.decode()) == (200, True)


@pytest.mark.django_db
def test_a_month_that_takes_too_long_is_given_up_and_says_so(
    family: MutualAidGroup, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_args: object, **_values: object) -> None:
        raise listing.TooBroad

    monkeypatch.setattr("settlement.selectors.clearing._asked", too_long)
    client = signed_in("supervisor", SHASHI)
    for shown in (client.get("/clearing/"), page(client, SHASHI, JINGZHOU)):
        assert (shown.status_code, "汇总耗时过长" in shown.content.decode()) == (200, True)


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["clerk", "reviewer", "administrator"])
def test_nobody_else_sees_what_regions_owe(regions: None, role: str) -> None:
    client = signed_in(role, "421000")
    assert client.get("/clearing/").status_code == page(client, SHASHI, JINGZHOU).status_code == 403


@pytest.mark.django_db
def test_how_a_region_counts_family_money_in_files_changes_no_debt(family: MutualAidGroup, clerk: Staff) -> None:
    make_policy(mulaid_in_acct_pay=True)
    make_settlement(member(family, 2), "30.00", by=clerk, **hospital(WUHAN))
    assert debts() == {(SHASHI, WUHAN): ("0.00", "0.00", "30.00", 1)}
