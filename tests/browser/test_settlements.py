"""A family asks why this account paid, and the clerk reads it to them, without the mouse."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from accounts.models import InsuredPerson, Staff
from families.models import MutualAidGroup
from settlement.models import Settlement
from settlement.services.institutions import import_institutions
from tests.browser.conftest import OpenDesk
from tests.browser.desk import DRAWN, Desk
from tests.factories import make_group, make_policy, make_settlement, make_staff

WAIT = 60_000


@pytest.fixture
def desk(desk_of: OpenDesk, clerk: Staff) -> Desk:
    return desk_of(clerk)


@pytest.fixture
def settlement(clerk: Staff) -> Settlement:
    """A child's bill of 1,200 yuan: the father holds 1,000, of which 100 stay, the mother nothing."""
    make_policy("421000", reserve_floor="100.00")
    group: MutualAidGroup = make_group("12*", "20", by=clerk)
    _father, _mother, child = (member.person for member in group.members.order_by("seat"))
    return make_settlement(child, "1200.00", fund="300.00", by=clerk, dise_name="急性支气管炎")


def test_from_the_number_on_the_slip_to_why_each_account_paid_by_keys_alone(
    desk: Desk, settlement: Settlement
) -> None:
    page, keys = desk.page, desk.page.keyboard
    desk.go("/settlements/")
    keys.type(settlement.setl_id)  # the first field has the focus
    keys.press("Enter")
    page.wait_for_url(f"**/settlements/{settlement.pk}/")
    rows = page.locator("#why tbody tr")
    expect(rows).to_have_count(4)
    own, father, mother, cash = (rows.nth(number) for number in range(4))
    expect(own).to_contain_text("无个人账户")
    expect(father).to_contain_text(re.compile(r"户主.*父母.*1000\.00.*900\.00.*900\.00.*100\.00", re.DOTALL))
    expect(father).to_contain_text("100.00元")
    expect(father).to_contain_text("§reserve_floor")
    expect(mother).to_contain_text("账户余额已用完")
    expect(cash).to_contain_text("300.00")
    desk.sees("急性支气管炎")


def follow(page: Page, accesskey: str) -> None:
    """The link with an access key: the driver's own Alt does not reach the browser's menu of keys."""
    page.locator(f"[accesskey={accesskey}]").press("Enter")


def test_the_pages_of_a_person_are_one_key_apart(desk: Desk, settlement: Settlement) -> None:
    page, keys = desk.page, desk.page.keyboard
    father = InsuredPerson.objects.get(memberships__seat=1)
    desk.go(f"/persons/{father.pk}/")
    follow(page, "z")
    page.wait_for_url(f"**/persons/{father.pk}/account/")
    page.evaluate(DRAWN)
    desk.sees("-900.00")
    keys.type("20260301")
    keys.press("Enter")
    page.wait_for_url("**/account/?since=20260301*")
    desk.sees("成员1 · ")
    page.evaluate(DRAWN)
    follow(page, "x")
    page.wait_for_url(f"**/persons/{father.pk}/care/")
    desk.sees("没有符合条件的结算")
    page.evaluate(DRAWN)
    follow(page, "b")
    page.wait_for_url(f"**/persons/{father.pk}/")


def test_a_supervisor_loads_a_feed_and_the_same_file_again_changes_nothing(
    desk_of: OpenDesk, roster: None, samples: Path
) -> None:
    supervisor = make_staff("supervisor", "421000", "zhuguan")
    institutions = (samples / "institutions.csv").read_bytes()
    import_institutions(content=institutions, name="institutions.csv", by=supervisor)
    desk = desk_of(supervisor)
    for time in ("first", "again"):
        desk.go("/settlements/load/")
        desk.page.locator("[name=file]").set_input_files(samples / "settlements.csv")
        desk.page.keyboard.press("Control+Enter")
        desk.page.wait_for_url("**/settlements/feeds/*/")
        expect(desk.page.locator(".gj-badge").first).to_have_class("gj-badge done", timeout=WAIT)
        desk.sees("全部入账。" if time == "first" else "文件中的结算均已入账，没有变化。")
    assert Settlement.objects.count() == 720
