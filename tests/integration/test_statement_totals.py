"""Totals of institutions (3201): who may send them, what replaces what, and how they stand beside our own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.models import Code, Staff
from accounts.services.rights import RightMissing
from settlement.models import Institution, Reconciliation, StatementTotal
from settlement.services.comparing import compare_totals, reconcile_totals, stmt_rslt_of
from settlement.services.settling import record_settlement
from settlement.services.statements import load_statement
from settlement.services.total_rows import COLUMNS, NewTotal
from settlement.services.totals import load_totals, record_totals
from tests.factories import make_bill, make_institution, make_person, make_staff, reversal_of, zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.date(2026, 3, 16)
ROW = {
    "stmt_begndate": "2026-03-16",
    "stmt_enddate": "2026-03-16",
    "insutype": "310",
    "clr_type": "11",
    "medfee_sumamt": "100.00",
    "fund_pay_sumamt": "40.00",
    "acct_pay": "60.00",
    "fixmedins_setl_cnt": "1",
}


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def hospital() -> Institution:
    return make_institution()


def table(*rows: dict[str, str]) -> bytes:
    return "\n".join([",".join(COLUMNS), *(",".join(row[name] for name in COLUMNS) for row in rows)]).encode()


def loaded(*rows: dict[str, str], by: Staff) -> Any:
    return load_totals(content=table(*rows), name="totals.csv", by=by)


def row_of(hospital: Institution, **cells: str) -> dict[str, str]:
    return {"fixmedins_code": hospital.pk} | ROW | cells


def total_of(hospital: Institution, **fields: Any) -> NewTotal:
    values = {
        "institution_id": hospital.pk, "starts_on": DAY, "ends_on": DAY + dt.timedelta(days=1), "insutype": "310",
        "clr_type": "11", "medfee_sumamt": Decimal("100.00"), "fund_pay_sumamt": Decimal("40.00"),
        "acct_pay": Decimal("60.00"), "setl_count": 1,
    } | fields  # fmt: skip
    return NewTotal(**values)


def answers(by: Staff) -> list[tuple[str, list[str]]]:
    compared = compare_totals(StatementTotal.objects.counting().for_staff(by).order_by("clr_type", "insutype"))
    return [(one.stmt_rslt, one.differing) for one in compared]


def test_a_total_that_agrees_needs_no_detail(supervisor: Staff, hospital: Institution) -> None:
    person = make_person(current="500.00", by=supervisor)
    record_settlement(new=make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk), by=supervisor)
    assert loaded(row_of(hospital), by=supervisor).created == 1
    (one,) = compare_totals(StatementTotal.objects.all())
    assert (one.stmt_rslt, one.differing, one.days_asked) == ("0", [], [])
    run = reconcile_totals(day=DAY, by=supervisor)
    assert (run.kind, run.compared, run.balanced) == ("3201", 1, 1)
    assert reconcile_totals(day=DAY, by=supervisor) == run
    assert Reconciliation.objects.count() == 1


def test_a_reversal_nets_amounts_and_takes_a_settlement_away(supervisor: Staff, hospital: Institution) -> None:
    person = make_person(current="500.00", by=supervisor)
    wrong = make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk)
    for bill in (wrong, reversal_of(wrong), make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk)):
        record_settlement(new=bill, by=supervisor)
    loaded(row_of(hospital), by=supervisor)
    assert answers(supervisor) == [("0", [])]


def test_each_kind_of_care_is_cleared_as_the_table_says(supervisor: Staff, hospital: Institution) -> None:
    person = make_person(current="500.00", by=supervisor)
    for med_type in ("11", "14", "21", "53"):
        usage = "inpatient" if med_type == "21" else "outpatient"
        bill = make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk, med_type=med_type, usage=usage)
        record_settlement(new=bill, by=supervisor)
    figures = {"medfee_sumamt": "200.00", "fund_pay_sumamt": "80.00", "acct_pay": "120.00", "fixmedins_setl_cnt": "2"}
    loaded(
        row_of(hospital, **figures), row_of(hospital, clr_type="21"), row_of(hospital, clr_type="99"), by=supervisor
    )
    assert answers(supervisor) == [("0", [])] * 3
    Code.objects.create(
        table="med_type_clr", code="53", name_zh="11", name_en="11", version="x", region_id=hospital.region_id
    )
    assert [answer for answer, _fields in answers(supervisor)] == ["1", "0", "2"]


def test_a_total_that_differs_asks_for_the_detail_of_the_days_that_have_none(
    supervisor: Staff, hospital: Institution
) -> None:
    loaded(row_of(hospital, stmt_enddate="2026-03-18"), by=supervisor)
    name = f"{hospital.pk}_20260317_3202.zip"
    load_statement(content=zipped("S1\tM1\tP1\t1\t1\t0\t0"), name=name, by=supervisor)
    (one,) = compare_totals(StatementTotal.objects.all())
    assert one.stmt_rslt == "2"
    assert one.differing == ["medfee_sumamt", "fund_pay_sumamt", "acct_pay", "setl_count"]
    assert one.days_asked == [DAY, DAY + dt.timedelta(days=2)]
    assert reconcile_totals(day=DAY + dt.timedelta(days=2), by=supervisor).balanced == 0
    assert reconcile_totals(day=DAY + dt.timedelta(days=3), by=supervisor).compared == 0


def test_another_insurance_type_and_the_day_after_do_not_count(supervisor: Staff, hospital: Institution) -> None:
    person = make_person(current="500.00", by=supervisor)
    record_settlement(new=make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk), by=supervisor)
    nothing = dict.fromkeys(("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "fixmedins_setl_cnt"), "0")
    before = {"stmt_begndate": "2026-03-15", "stmt_enddate": "2026-03-15"}
    loaded(row_of(hospital, insutype="390", **nothing), row_of(hospital, **before, **nothing), by=supervisor)
    assert answers(supervisor) == [("0", [])] * 2


@pytest.mark.parametrize(
    ("pairs", "answer"),
    [([(1, 1), (2, 2)], "0"), ([(2, 1), (2, 2)], "1"), ([(1, 2), (2, 2)], "2"), ([(2, 1), (1, 2)], "3")],
)
def test_the_answer_says_which_side_has_more(pairs: list[tuple[int, int]], answer: str) -> None:
    assert stmt_rslt_of((Decimal(ours), Decimal(theirs)) for ours, theirs in pairs) == answer


def test_the_same_again_changes_nothing_and_a_later_one_takes_its_place(
    supervisor: Staff, hospital: Institution
) -> None:
    loaded(row_of(hospital), by=supervisor)
    again = loaded(row_of(hospital), by=supervisor)
    assert (again.created, again.unchanged, again.changed_nothing) == (0, 1, True)
    loaded(row_of(hospital, medfee_sumamt="101.00"), by=supervisor)
    assert list(StatementTotal.objects.order_by("pk").values_list("medfee_sumamt", "counts")) == [
        (Decimal("100.00"), False),
        (Decimal("101.00"), True),
    ]


def test_every_fault_of_every_row_is_told_and_nothing_is_written(supervisor: Staff, hospital: Institution) -> None:
    elsewhere = make_institution("330100")
    faulty = row_of(
        elsewhere, stmt_begndate="2026-02-30", insutype="000", clr_type="x", medfee_sumamt="1e3", acct_pay="1.005",
        fixmedins_setl_cnt="1.5",
    )  # fmt: skip
    result = loaded(
        row_of(hospital), faulty, row_of(hospital, stmt_enddate="2026-03-15"), row_of(hospital), by=supervisor
    )
    assert [(error.row, error.column, error.code) for error in result.errors] == [
        (3, "fixmedins_code", "unknown_institution"),
        (3, "stmt_begndate", "date_invalid"),
        (3, "insutype", "code_unknown"),
        (3, "clr_type", "code_unknown"),
        (3, "medfee_sumamt", "amount_invalid"),
        (3, "acct_pay", "amount_invalid"),
        (3, "fixmedins_setl_cnt", "count_invalid"),
        (4, "stmt_enddate", "date_invalid"),
        (5, "fixmedins_code", "duplicate_row"),
    ]
    assert not StatementTotal.objects.exists()
    assert loaded(by=supervisor).errors == []


def test_nobody_but_a_supervisor_records_totals_or_compares_them(hospital: Institution) -> None:
    for role in ("clerk", "reviewer", "auditor", "administrator"):
        staff = make_staff(role)
        with pytest.raises(RightMissing):
            record_totals(totals=[total_of(hospital)], by=staff)
        with pytest.raises(RightMissing):
            reconcile_totals(day=DAY, by=staff)


def test_the_database_keeps_what_a_total_said(supervisor: Staff, hospital: Institution) -> None:
    record_totals(totals=[total_of(hospital)], by=supervisor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM settlement_statementtotalevent")
        assert cursor.fetchone() == (1,)
