"""A wallet transfer with the keyboard alone: from the payer's page to the payee's account."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

from accounts.models import PersonalAccount, Staff
from settlement.models import WalletTransfer
from tests.browser.conftest import OpenDesk
from tests.browser.keyboard import Keyboard
from tests.factories import make_group, make_policy


def test_a_family_at_the_window_passes_money_on_without_the_mouse(desk_of: OpenDesk, clerk: Staff) -> None:
    make_policy(quiet_hours=None)  # the test is run at any hour
    group = make_group("12*", "20", by=clerk)
    payer, payee = (group.members.get(seat=seat).person for seat in (1, 2))
    desk = desk_of(clerk)
    desk.go(f"/persons/{payer.pk}/")
    keys = Keyboard(desk.page)
    keys.tab_to("办理钱包转账")
    keys.press("Enter")
    desk.page.wait_for_url("**/transfer/")
    verdict = desk.page.locator("#verdict")

    expect(desk.page.locator("[name=payee]").first).to_be_focused()
    keys.press("Space")
    keys.press("Tab")
    keys.type("5000")
    keys.press("Tab")
    expect(verdict).to_contain_text("单笔转账最多2000.00元")
    expect(verdict).to_contain_text("余额不足")
    keys.press("Shift+Tab")
    keys.type("250.5")
    keys.press("Tab")
    expect(verdict).to_contain_text("可以办理：转给成员0 250.50元")

    keys.press("Control+Enter")
    desk.sees("请向付款人核实后勾选确认。")
    assert not WalletTransfer.objects.exists()
    expect(desk.page.locator("[name=confirmed]")).to_be_focused()
    keys.press("Space")
    keys.press("Control+Enter")
    desk.page.wait_for_url("**/transfers/*/")
    desk.sees("已从账户转出250.50元。")
    expect(desk.page.get_by_role("link", name="打印回执")).to_be_focused()

    keys.press("Tab")
    keys.press("Space")
    keys.press("Control+Enter")
    desk.sees("250.50元已记入成员0的个人账户。")
    transfer = WalletTransfer.objects.get()
    assert (transfer.state, transfer.payee, transfer.answered_by) == ("accepted", payee, clerk)
    assert PersonalAccount.objects.get(person=payee).current_year == Decimal("250.50")
