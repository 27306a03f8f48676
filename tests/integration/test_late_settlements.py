"""A bill that came after its day was signed is booked later and compared with the statement of its own day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from accounts.models import Staff
from settlement.days import without_statement
from settlement.models import Discrepancy, Institution, Reconciliation, Settlement, StatementTotal
from settlement.models.discrepancy import Ending
from settlement.selectors.day_figures import institutions_of_day, is_every_statement_here
from settlement.services.comparing import compare_totals
from settlement.services.daily_close import close_day
from settlement.services.deciding import decide
from settlement.services.reconciling import reconcile
from settlement.services.settling import record_settlement
from tests.factories import make_bill, make_institution, make_person, make_settlement, make_staff, tell_statement

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
MONDAY = dt.date(2026, 3, 16)


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def hospital() -> Institution:
    return make_institution("421002")


def late_bill(hospital: Institution, clerk: Staff, supervisor: Staff) -> Settlement:
    """Reported and missed on Monday, which is signed as Tuesday is; then it comes, and Wednesday's books have it."""
    patient = make_person(current="500.00", by=clerk)
    sound = make_settlement(patient, institution_id=hospital.pk, by=clerk)
    bill = make_bill(patient, "1.00", institution_id=hospital.pk, setl_id="S-LATE")
    tell_statement(sound, by=clerk, extra=bill.setl_id)
    reconcile(day=MONDAY, by=supervisor)
    missing = Discrepancy.objects.get()
    assert (missing.code, missing.setl_id) == ("2", "S-LATE")
    decide(chosen={missing.pk: missing.version}, reason="centre_enters", note="", by=supervisor)
    close_day(day=MONDAY, by=supervisor)
    reconcile(day=MONDAY + DAY, by=supervisor)
    close_day(day=MONDAY + DAY, by=supervisor)
    late = record_settlement(new=bill, by=clerk)
    assert (late.business_date, late.day_of_service) == (MONDAY + 2 * DAY, MONDAY)
    return late


def held() -> list[tuple[dt.date, str, str]]:
    rows = Discrepancy.objects.filter(closed_at=None)
    return sorted(rows.values_list("business_date", "setl_id", "code"))


def test_a_late_bill_agrees_on_its_own_day_and_is_missed_on_none(
    hospital: Institution, clerk: Staff, supervisor: Staff
) -> None:
    late = late_bill(hospital, clerk, supervisor)
    other = make_settlement(late.person, institution_id=hospital.pk, settled_at=_at(MONDAY + 2 * DAY), by=clerk)
    tell_statement(other, by=clerk)
    wednesday = reconcile(day=MONDAY + 2 * DAY, by=supervisor)
    assert (wednesday.run.compared, wednesday.run.balanced, held()) == (1, 1, [])
    monday = Reconciliation.objects.get(business_date=MONDAY, kind="3202")
    assert (monday.compared, monday.balanced) == (2, 2)
    ended = Discrepancy.objects.get().decisions.get()
    assert ended.ending == Ending.AGREES
    assert reconcile(day=MONDAY, by=supervisor).run.balanced == 2
    assert held() == []


def test_a_late_bill_closes_the_old_difference_also_where_its_institution_told_nothing_on_the_later_day(
    hospital: Institution, clerk: Staff, supervisor: Staff
) -> None:
    late_bill(hospital, clerk, supervisor)
    assert reconcile(day=MONDAY + 2 * DAY, by=supervisor).run.compared == 0
    assert held() == []
    reconcile(day=MONDAY, by=supervisor)
    assert held() == []


def test_a_late_bill_that_is_told_otherwise_differs_on_its_own_day(
    hospital: Institution, clerk: Staff, supervisor: Staff
) -> None:
    late = late_bill(hospital, clerk, supervisor)
    sound = Settlement.objects.exclude(pk=late.pk).get()
    tell_statement(sound, late, day=MONDAY, by=clerk, fund_pay_sumamt=Decimal("7.00"))
    reconcile(day=MONDAY + 2 * DAY, by=supervisor)
    assert (MONDAY, "S-LATE", "3") in held()
    assert {day for day, _number, _code in held()} == {MONDAY}


def test_figures_totals_and_missing_statements_count_a_late_bill_on_its_own_day(
    hospital: Institution, clerk: Staff, supervisor: Staff
) -> None:
    late_bill(hospital, clerk, supervisor)
    wednesday = MONDAY + 2 * DAY
    assert [one.figures.settled for one in institutions_of_day(MONDAY, under="100000")] == [2]
    assert institutions_of_day(wednesday, under="100000") == []
    assert is_every_statement_here(wednesday)
    assert without_statement(supervisor, wednesday) == []
    totals = [_total(hospital, day, supervisor) for day in (MONDAY, wednesday)]
    counted = [one.ours["setl_count"] for one in compare_totals(totals)]
    assert counted == [2, 0]


def test_an_unsigned_day_is_compared_as_it_is_booked(hospital: Institution, clerk: Staff, supervisor: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    for at in (_at(MONDAY, 0, 0), _at(MONDAY, 23, 59), _at(MONDAY + DAY, 0, 0)):
        make_settlement(patient, "1.00", institution_id=hospital.pk, settled_at=at, by=clerk)
    assert Settlement.objects.settled_on(MONDAY).count() == 2
    tell_statement(*Settlement.objects.settled_on(MONDAY), day=MONDAY, by=clerk)
    done = reconcile(day=MONDAY, by=supervisor)
    assert (done.run.compared, done.run.balanced) == (2, 2)


def _at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), timezone.get_default_timezone())


def _total(hospital: Institution, day: dt.date, by: Staff) -> StatementTotal:
    zero = Decimal("0.00")
    return StatementTotal.objects.create(
        institution=hospital, starts_on=day, ends_on=day + DAY, insutype="310", clr_type="11", medfee_sumamt=zero,
        fund_pay_sumamt=zero, acct_pay=zero, setl_count=0, loaded_by=by,
    )  # fmt: skip
