"""A supervisor of the province goes from its dashboard down to one settlement; who is not asked sees none of it."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from accounts.models import Staff
from reports.services.summaries import refresh_summaries
from settlement.models import Settlement
from tests.browser.conftest import OpenDesk
from tests.browser.desk import DRAWN
from tests.factories import make_group, make_institution, make_settlement, make_staff

MONDAY = dt.date(2026, 3, 16)
ADDRESS = "/dashboard/?of=month&day=2026-03-16"


@pytest.fixture
def settled(committed_db: None) -> Settlement:
    """A child of Shashi was treated for influenza and its father paid; another bill in Wuhan."""
    clerk, other = make_staff("clerk", "421002"), make_staff("clerk", "420106")
    child = make_group("20", by=clerk).members.get(seat=2).person
    paid = make_settlement(child, "30.00", by=clerk, dise_codg="J10", dise_name="流行性感冒",
                           institution_id=make_institution("421002", name="市一医院").pk)  # fmt: skip
    elsewhere = make_group("20", by=other, region="420106").members.get(seat=2).person
    make_settlement(elsewhere, "70.00", by=other, dise_codg="I10", dise_name="高血压")
    refresh_summaries(day=MONDAY, by=clerk)
    return paid


def test_from_the_province_to_one_settlement_by_keys_alone(desk_of: OpenDesk, settled: Settlement) -> None:
    desk = desk_of(make_staff("supervisor", "420000"))
    page, keys = desk.page, desk.page.keyboard
    desk.go(ADDRESS)
    regions = page.locator("#by-region")
    expect(regions.locator("tfoot")).to_contain_text("100.00")
    assert page.locator("#by-month canvas").evaluate("canvas => Chart.getChart(canvas).data.labels") == [
        "2026-01", "2026-02", "2026-03",
    ]  # fmt: skip
    for name in ("荆州市", "沙市区"):
        page.locator("#by-region").get_by_role("link", name=name).focus()
        keys.press("Enter")
        expect(page.locator("#gj-main h2").first).to_contain_text(f"{name} 2026-03-01")
        page.evaluate(DRAWN)
    expect(page.locator("#by-region")).to_have_count(0)
    expect(page.locator("#by-relation")).to_contain_text("父母")
    page.locator("#by-disease").get_by_role("link", name="流行性感冒 J10").focus()
    keys.press("Enter")
    expect(page.locator("table.gj-close tbody tr")).to_have_count(1)
    page.get_by_role("link", name=settled.setl_id).focus()
    keys.press("Enter")
    page.wait_for_url(f"**/settlements/{settled.pk}/")
    page.go_back()
    page.go_back()
    page.locator("#gj-main h2").first.get_by_role("link", name="湖北省").click()
    expect(page.locator("#by-region tfoot")).to_contain_text("100.00")


def test_another_regions_supervisor_sees_only_theirs_and_a_clerk_none(
    desk_of: OpenDesk, settled: Settlement, clerk: Staff
) -> None:
    wuhan = desk_of(make_staff("supervisor", "420100"))
    wuhan.go(ADDRESS)
    expect(wuhan.page.locator("#by-disease")).to_contain_text("高血压 I10")
    expect(wuhan.page.locator("#by-disease")).not_to_contain_text("J10")
    wuhan.go(f"{ADDRESS}&region=421002")
    expect(wuhan.page.locator(".error")).to_contain_text("不在您的管辖范围内")
    expect(wuhan.page.locator("#by-disease")).to_have_count(0)

    counter = desk_of(clerk)
    assert counter.go(ADDRESS) == 403
    counter.go("/counter/")
    expect(counter.page.get_by_role("link", name="数据看板")).to_have_count(0)
