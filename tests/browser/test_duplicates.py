"""A person registered twice: two people settle it by the keyboard alone."""

from __future__ import annotations

import datetime as dt

from playwright.sync_api import expect

from accounts.models import InsuredPerson, Staff
from accounts.rules.identity import check_digit
from families.models import PersonMatch
from families.models.match import MatchState
from tests.browser.conftest import OpenDesk
from tests.factories import make_person

FIRST17 = "42100219610508123"
NUMBER15 = "421002610508123"
SAME = {"name": "秦建国", "name_key": "qin jian guo", "born_on": dt.date(1961, 5, 8)}


def test_a_clerk_asks_a_reviewer_confirms_and_the_old_number_finds_the_record_that_stays(
    desk_of: OpenDesk, clerk: Staff, reviewer: Staff
) -> None:
    stays = make_person(certno=FIRST17 + check_digit(FIRST17), current="10.00", by=clerk, **SAME)
    closed = make_person(certno=NUMBER15, current="5.00", by=clerk, **SAME)
    counter = desk_of(clerk)
    counter.go("/duplicates/")
    keys = counter.page.keyboard
    counter.page.get_by_role("button", name="立即查找").focus()
    keys.press("Enter")
    expect(counter.page.locator(".gj-badge.done")).to_be_visible(timeout=60_000)
    counter.sees("新增疑似重复1对")

    counter.go("/duplicates/")
    expect(counter.page.get_by_role("link", name="秦建国")).to_be_focused()
    keys.press("Enter")
    counter.page.wait_for_url("**/duplicates/*/")
    counter.sees("15位号码即18位号码去掉世纪位和校验位")
    expect(counter.page.get_by_role("radio").first).to_be_focused()
    keys.press("Space")
    keys.press("Tab")
    keys.type("一代证与二代证为同一人")
    keys.press("Control+Enter")
    counter.sees("已申请合并，待他人确认。")
    expect(counter.page.get_by_role("button", name="确认合并")).to_have_count(0)

    review = desk_of(reviewer)
    review.go("/duplicates/?state=merge_requested")
    expect(review.page.get_by_role("link", name="秦建国")).to_be_focused()
    review.page.keyboard.press("Enter")
    expect(review.page.get_by_role("button", name="确认合并")).to_be_focused()
    review.page.keyboard.press("Enter")
    review.sees(f"已合并：此后以{stays.psn_no}办理。")
    assert PersonMatch.objects.get().state == MatchState.MERGED
    assert InsuredPerson.objects.get(pk=closed.pk).merged_into == stays

    counter.go("/counter/")
    counter.page.get_by_role("textbox").first.fill(NUMBER15)
    keys.press("Enter")
    counter.page.wait_for_url(f"**/counter/persons/{stays.pk}/")
    counter.sees("另有档案（已并入）")
    counter.sees("15.00")
