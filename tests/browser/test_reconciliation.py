"""A supervisor works three exceptions off, two at once, signs the day and takes its report along; by keys alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pypdfium2
import pytest
from playwright.sync_api import Page, expect

from accounts.models import ClosedDay, Staff
from settlement.models import Discrepancy, DiscrepancyDecision, Settlement
from settlement.services.reconciling import reconcile
from tests.browser.conftest import OpenDesk
from tests.browser.desk import DRAWN, Desk
from tests.factories import make_institution, make_person, make_settlement, make_staff, tell_statement

MONDAY = dt.date(2026, 3, 16)


@pytest.fixture
def supervisor(committed_db: None) -> Staff:
    return make_staff("supervisor", "421000", "zhuguan")


@pytest.fixture
def desk(desk_of: OpenDesk, supervisor: Staff) -> Desk:
    return desk_of(supervisor)


@pytest.fixture
def morning(supervisor: Staff, clerk: Staff) -> list[Settlement]:
    """A hospital reports 0.50 yuan more of two bills, and a pharmacy a third one under another visit number."""
    patient = make_person(current="900.00", by=clerk)
    hospital, pharmacy = make_institution(name="市一医院"), make_institution(prefix="P", name="便民药房")
    two = [make_settlement(patient, by=clerk, institution_id=hospital.pk) for _ in range(2)]
    third = make_settlement(patient, by=clerk, institution_id=pharmacy.pk, mdtrt_id="M1")
    tell_statement(*two, by=clerk, acct_pay=Decimal("100.50"))
    tell_statement(third, by=clerk, mdtrt_id="M9")
    reconcile(day=MONDAY, by=supervisor)
    return [*two, third]


def choose(page: Page, reason: str) -> None:
    """In the list that has the focus, down to this one."""
    for _ in range(6):
        if page.evaluate("document.activeElement.value") == reason:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(reason)


def test_three_exceptions_are_worked_off_two_at_once_and_the_day_is_signed_and_reported(
    desk: Desk, morning: list[Settlement], supervisor: Staff
) -> None:
    page, keys = desk.page, desk.page.keyboard
    desk.go(f"/days/day/?day={MONDAY}")
    desk.sees("还有3项异常未处理")
    desk.go("/discrepancies/?state=todo&field=acct_pay")
    desk.sees("100.00 ≠ 100.50")
    keys.press("a")  # all of this page
    keys.press("d")
    choose(page, "accepted")
    keys.press("Tab")
    keys.type("四舍五入尾差")
    keys.press("Enter")
    desk.sees("已处理2项异常")
    assert DiscrepancyDecision.objects.filter(reason="accepted", decided_by=supervisor).count() == 2
    desk.go("/discrepancies/")
    keys.press("n")
    page.wait_for_url("**/discrepancies/*/")
    page.evaluate(DRAWN)
    expect(page.locator("tr.differs", has_text="mdtrt_id")).to_contain_text("M9")
    page.locator("[name=text]").focus()
    keys.type("已电话核实")
    keys.press("Enter")
    desk.sees("已电话核实")
    page.evaluate(DRAWN)
    choose(page, "institution_corrects")  # the first field has the focus
    page.wait_for_function("document.body.dataset.looked === 'yes'")
    keys.press("Control+Enter")
    desk.sees("已处理1项异常")
    assert not Discrepancy.objects.open().exists()
    desk.go(f"/days/day/?day={MONDAY}")
    page.wait_for_function("document.body.dataset.looked === 'yes'")
    keys.press("s")
    desk.sees("已日结，不再记入新的账务")
    assert ClosedDay.objects.get().closed_by == supervisor
    expect(page.locator("table tbody tr, table tr").filter(has_text="认可差异")).to_have_count(2)
    late = make_settlement(make_person(current="10.00", by=supervisor), "1.00", by=supervisor)
    assert late.business_date == MONDAY + dt.timedelta(days=1)
    desk.go(f"/nights/report/?day={MONDAY}")
    desk.sees("市一医院")
    paper = page.request.get(f"/nights/report.pdf?day={MONDAY}")
    assert (paper.status, paper.headers["content-type"]) == (200, "application/pdf")
    assert "市一医院" in pypdfium2.PdfDocument(paper.body())[0].get_textpage().get_text_range()
    assert desk.script_faults == []
