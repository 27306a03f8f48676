"""Summaries: every figure is the sum over the settlements, whatever came late, and a proof shows it."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.models import Sum
from django.utils import timezone

from accounts.models import InsuredPerson, Region, Staff
from accounts.services.jobs import enqueue_once_a_day, run_job
from accounts.services.staff import nightly_staff
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from reports.asking import narrowed
from reports.models import CounterSummary, FamilySummary, PersonsToDate, SettlementSummary, SummarizedDay
from reports.models.summary import AMOUNTS, FIGURES, By
from reports.rules.ages import groups
from reports.services.proving import note_proof, prove_summaries
from reports.services.summaries import refresh_summaries
from reports.standard import REPORTS
from reports.tables import table_of
from settlement.services.settling import record_settlement
from tests.conftest import KEPT as STANDING
from tests.factories import (
    make_bill,
    make_group,
    make_person,
    make_regions,
    make_settlement,
    make_staff,
    release_member,
    reversal_of,
)
from tests.integration.test_reconcile import settle
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = dt.date(2026, 3, 16)
LATER = dt.date(2026, 3, 31)
HERE = "421002"


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    """The samples, settled and summarized."""
    made_once("of_the_samples_settled", lambda: settle(samples), beside=STANDING)
    supervisor = Staff.objects.get(username="zhuguan")
    assert refresh_summaries(day=LATER, by=supervisor) == [DAY, LATER]
    return supervisor


def every_day() -> list[dt.date]:
    return list(SummarizedDay.objects.values_list("day", flat=True))


def proved() -> list[str]:
    return [str(one) for one in prove_summaries(days=every_day()).violations]


def rows(**of: Any) -> Any:
    return SettlementSummary.objects.filter(**({"region": "100000", "period": "day", "begins": DAY} | of))


def everything() -> list[tuple[Any, ...]]:
    """What is stored, without when it was."""
    models = (SettlementSummary, PersonsToDate, FamilySummary, CounterSummary)
    return [row for model in models for row in sorted(model.objects.values_list(), key=str)]


def bills(samples: Path) -> list[dict[str, str]]:
    with (samples / "settlements.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def counted(row: dict[str, str]) -> int:
    return -1 if row["refd_setl_flag"] == "1" else 1


def test_figures_are_those_of_the_feed_computed_apart(supervisor: Staff, samples: Path) -> None:
    feed, paid = bills(samples), json.loads((samples / "expected.json").read_text())["shares"]
    family = {one: sum((Decimal(part) for _payer, part in told["family"]), Decimal()) for one, told in paid.items()}
    for by, column in ((By.ALL, ""), (By.DISEASE, "dise_codg"), (By.MED_TYPE, "med_type"),
                       (By.INSTITUTION, "fixmedins_code")):  # fmt: skip
        visits: Counter[str] = Counter()
        fees: dict[str, Decimal] = defaultdict(Decimal)
        aid: dict[str, Decimal] = defaultdict(Decimal)
        for row in feed:
            value = row[column] if column else ""
            visits[value] += counted(row)
            fees[value] += Decimal(row["medfee_sumamt"])
            aid[value] += family[row["setl_id"]]
        stored = rows(by=by).values_list("value", "visits", "medfee_sumamt", "acct_mulaid_pay")
        assert {one[0]: one[1:] for one in stored} == {
            value: (visits[value], fees[value], aid[value]) for value in fees
        }


def test_days_months_and_years_of_a_region_are_those_of_the_report(supervisor: Staff) -> None:
    report = REPORTS["mutual-aid"]
    for region in ("421000", HERE):
        asked = {"since": "2026-03-01", "until": "2026-03-31", "region": region}
        table = table_of(report, narrowed(report, asked, staff=supervisor, today=DAY).narrowed(), most=9)
        told = dict(zip([one.key for one in report.measures], table.totals, strict=True))
        for period, begins in (("day", DAY), ("month", DAY.replace(day=1)), ("year", dt.date(2026, 1, 1))):
            row = rows(region=region, by=By.ALL, period=period, begins=begins).get()
            assert (row.visits, row.medfee_sumamt, row.acct_mulaid_pay) == (
                told["visits"], told["total"], told["family"],
            )  # fmt: skip
        persons = PersonsToDate.objects.get(region=region, day=DAY)
        assert {persons.of_day, persons.of_month, persons.of_year} == {told["persons"]}


def test_values_of_each_kind_add_up_to_the_whole(supervisor: Staff) -> None:
    whole = rows(by=By.ALL).get()
    for by in set(By) - {By.ALL, By.RELATION}:
        parts = rows(by=by).aggregate(Sum("visits"), *(Sum(name) for name in AMOUNTS))
        assert parts == {f"{name}__sum": getattr(whole, name) for name in ("visits", *AMOUNTS)}, by
    of_relations = rows(by=By.RELATION).aggregate(Sum("acct_mulaid_pay"))["acct_mulaid_pay__sum"]
    assert of_relations == whole.acct_mulaid_pay
    assert set(rows(by=By.AGE).values_list("value", flat=True)) <= set(groups())


def test_groups_and_cases_are_those_of_the_reports(supervisor: Staff) -> None:
    family = FamilySummary.objects.filter(region=HERE, day__lte=DAY).order_by("-day").first()
    assert family is not None
    held = MutualAidGroup.objects.filter(region__path__contains=HERE).on(DAY)
    assert (family.groups, family.members) == (
        held.count(),
        GroupMember.objects.on(DAY).filter(group__in=held).count(),
    )
    cases = CounterSummary.objects.filter(region="100000", period="year").aggregate(Sum("cases"))["cases__sum"] or 0
    through = timezone.make_aware(dt.datetime.combine(LATER + dt.timedelta(days=1), dt.time.min))
    assert cases == RegistrationCase.objects.filter(handled_at__lt=through).count()


def test_all_of_it_is_proved_and_once_more_changes_nothing(supervisor: Staff) -> None:
    before = everything()
    assert proved() == []
    assert refresh_summaries(day=DAY, by=supervisor) == []
    assert everything() == before


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


def refreshed(day: dt.date = LATER) -> list[dt.date]:
    return refresh_summaries(day=day, by=nightly_staff() or make_staff("supervisor"))


def visits(**of: Any) -> list[tuple[Any, ...]]:
    return sorted(rows(**of).values_list("value", "visits", "acct_mulaid_pay"))


def test_a_late_bill_and_the_reversal_of_an_old_one_are_in_the_figures_the_night_after(clerk: Staff) -> None:
    person = make_person(current="500.00", by=clerk)
    first = make_bill(person, "40.00")
    record_settlement(new=first, by=clerk)
    assert refreshed() == [DAY, LATER]
    make_settlement(person, "60.00", by=clerk)
    assert refreshed() == [DAY]
    whole = rows(by=By.ALL, period="year", begins=dt.date(2026, 1, 1)).get()
    assert (whole.visits, whole.medfee_sumamt) == (2, Decimal("100.00"))
    assert PersonsToDate.objects.get(region="100000").of_year == 1

    back = dt.datetime(2026, 3, 31, 9, tzinfo=timezone.get_default_timezone())
    record_settlement(new=reversal_of(first, settled_at=back, business_date=LATER), by=clerk)
    assert refreshed() == [DAY, LATER], "the day of the bill, because it stands no longer, and that of the reversal"
    month = rows(by=By.ALL, period="month", begins=DAY.replace(day=1)).get()
    assert (month.visits, month.medfee_sumamt) == (1, Decimal("60.00"))
    assert proved() == []
    assert refreshed() == []


def test_who_pays_for_whom_and_how_old_the_patient_is(clerk: Staff) -> None:
    group = make_group("20", "12", by=clerk)
    owner, child, spouse = (member.person for member in group.members.order_by("seat"))
    InsuredPerson.objects.filter(pk=child.pk).update(born_on=dt.date(2019, 3, 17))
    make_settlement(child, "30.00", by=clerk)
    make_settlement(spouse, "50.00", by=clerk)
    alone = make_bill(owner, "7.00")
    record_settlement(new=alone, by=clerk)
    assert refreshed() == [DAY, LATER]
    assert visits(by=By.RELATION) == [("parent", 1, Decimal("30.00")), ("spouse", 1, Decimal("50.00"))]
    assert [(age, count) for age, count, _aid in visits(by=By.AGE)] == [("00", 1), ("18", 2)], "seven tomorrow"

    GroupMember.objects.filter(group=group).update(left_on=dt.date(2026, 3, 10))
    record_settlement(new=reversal_of(alone), by=clerk)
    assert refreshed() == [DAY]
    assert visits(by=By.RELATION) == [("parent", 1, Decimal("30.00")), ("spouse", 1, Decimal("50.00"))]
    assert visits(by=By.ALL) == [("", 2, Decimal("80.00"))]


def test_what_was_corrected_since_is_no_violation_and_is_worked_out_again(clerk: Staff) -> None:
    person = make_person(current="500.00", by=clerk)
    make_settlement(person, "40.00", by=clerk)
    refreshed()
    InsuredPerson.objects.filter(pk=person.pk).update(born_on=dt.date(1940, 1, 1))
    proof = prove_summaries(days=every_day())
    assert (proof.violations, proof.outdated) == ([], [DAY])
    note_proof(proof=proof, by=clerk)
    assert refreshed() == [DAY]
    assert [age for age, _count, _aid in visits(by=By.AGE)] == ["80"]


COLUMNS = ", ".join(("region_id", "by", "period", "begins", "name", *FIGURES))
BREAKS = {
    "day": "UPDATE reports_settlementsummary SET visits = visits + 1 WHERE period = 'day' AND by = 'disease'"
    " AND region_id = '421002'",
    "a region above": "UPDATE reports_settlementsummary SET medfee_sumamt = 1 WHERE period = 'day' AND by = ''"
    " AND region_id = '420000'",
    "month": "UPDATE reports_settlementsummary SET fund_pay_sumamt = 1 WHERE period = 'month' AND by = 'kind'"
    " AND region_id = '100000'",
    "year": "DELETE FROM reports_settlementsummary WHERE period = 'year' AND by = '' AND region_id = '421000'",
    "one too many": f"INSERT INTO reports_settlementsummary (value, {COLUMNS}) SELECT 'X', {COLUMNS}"
    " FROM reports_settlementsummary WHERE period = 'day' AND by = 'disease' AND region_id = '421002'",
    "an age too many": "UPDATE reports_settlementsummary SET visits = visits + 1 WHERE period = 'day' AND by = 'age'",
    "persons": "UPDATE reports_personstodate SET of_year = of_year + 1 WHERE region_id = '421000'",
    "a day gone": "DELETE FROM reports_settlementsummary WHERE period = 'day'",
}


@pytest.mark.parametrize("broken", BREAKS)
def test_a_figure_that_somebody_changed_is_found_and_worked_out_again(broken: str, clerk: Staff) -> None:
    make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)
    refreshed()
    right = everything()
    assert proved() == []
    with connection.cursor() as cursor:
        cursor.execute(BREAKS[broken])
    night = LATER + dt.timedelta(days=1)
    job = enqueue_once_a_day(kind="refresh_summaries", by=make_staff("supervisor", "100000"), business_date=night)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, "2026-" in job.failure) == ("refused", True)
    assert refreshed()
    assert everything() == right
    assert proved() == []


def test_a_night_works_out_proves_and_says_how_much(clerk: Staff) -> None:
    make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)
    by = make_staff("supervisor", "100000")
    for night in (DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)):
        job = enqueue_once_a_day(kind="refresh_summaries", by=by, business_date=night)
        run_job(job.pk)
        job.refresh_from_db()
        assert job.state == "done"
    assert job.result == {"days_summarized": 1, "days_proved": 2}
    assert not SummarizedDay.objects.filter(proved_at=None).exists()


def test_a_posting_after_the_refresh_is_no_violation(clerk: Staff) -> None:
    person = make_person(current="500.00", by=clerk)
    make_settlement(person, "40.00", by=clerk)
    refreshed()
    make_settlement(person, "60.00", by=clerk)
    assert proved() == []
    assert refreshed() == [DAY]


def test_a_region_that_moved_in_the_tree_has_its_figures_moved(clerk: Staff) -> None:
    make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)
    refreshed()
    moved = Region.objects.get(pk="421002")
    moved.parent_id, moved.path = "420100", "100000/420000/420100/421002/"
    moved.save(update_fields=["parent", "path"])
    assert refreshed() == [DAY, LATER]
    assert not rows(region="421000").exists()
    assert rows(region="420100", by=By.ALL).get().visits == 1
    assert proved() == []
    make_regions()


def test_an_earlier_night_that_is_run_again_takes_nothing_away(clerk: Staff) -> None:
    make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)
    refreshed()
    before = everything()
    assert refreshed(DAY - dt.timedelta(days=9)) == []
    assert everything() == before


def test_families_are_counted_as_they_came_and_went(clerk: Staff) -> None:
    group = make_group("20", "12", by=clerk)
    opened = group.opened_on
    child = group.members.get(relation="20")
    release_member(member_id=child.pk, day=opened + dt.timedelta(days=9), reason="x", by=clerk)
    refreshed()
    told = FamilySummary.objects.filter(region="100000").order_by("day")
    assert list(told.values_list("day", "groups", "members", "opened", "joined", "released")) == [
        (opened, 1, 3, 1, 3, 0),
        (opened + dt.timedelta(days=9), 1, 2, 0, 0, 1),
    ]
    MutualAidGroup.objects.filter(pk=group.pk).update(dissolved_on=opened)
    refreshed()
    assert FamilySummary.objects.filter(region="100000").earliest("day").opened == 0, "it never held"
