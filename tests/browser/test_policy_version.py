"""A policy version with the keyboard alone: drafted by one supervisor, looked at and published by another."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Region, Staff
from families.models import RegionPolicy
from families.models.policy import PolicyState
from families.selectors import policy_on
from tests.browser.conftest import OpenDesk
from tests.browser.test_keyboard import Keyboard
from tests.factories import make_draft, make_group, make_policy, make_staff

CITY = "421000"


@pytest.fixture
def drafter(committed_db: None) -> Staff:
    return make_staff("supervisor", CITY, "zhuguan")


@pytest.fixture
def second(committed_db: None) -> Staff:
    return make_staff("supervisor", CITY, "fuzhuguan")


def test_a_version_is_drafted_looked_at_and_published_without_touching_the_mouse(
    desk_of: OpenDesk, drafter: Staff, second: Staff
) -> None:
    make_policy(CITY, max_members=8)
    group = make_group("12", "20", "30", by=drafter)
    day = timezone.localdate() + dt.timedelta(days=40)
    desk = desk_of(drafter)
    keys = Keyboard(desk.page)
    desk.go("/policies/")
    keys.press("Enter")
    desk.page.wait_for_url(f"**/policies/regions/{CITY}/")
    keys.tab_to("新版本")
    keys.press("Enter")
    desk.page.wait_for_url("**/begin/")
    keys.type("headcount")
    keys.press("Tab")
    keys.type(str(day))
    keys.press("Control+Enter")
    desk.page.wait_for_url("**/edit/")
    members = desk.page.locator("[name=max_members-value]")
    for _ in range(20):
        if members.evaluate("one => one === document.activeElement"):
            break
        keys.press("Tab")
    keys.press("Control+a")
    keys.type("3")
    keys.press("Control+Enter")
    desk.sees("已保存。请查看影响范围，再由他人发布。")
    keys.tab_to("影响范围")
    keys.press("Enter")
    desk.page.wait_for_url("**/impact/")
    desk.sees("由您起草或修改，须由他人发布。 可以发布的人员： fuzhuguan")
    expect(desk.page.get_by_role("button", name="发布")).to_have_count(0)

    draft = RegionPolicy.objects.get(state=PolicyState.DRAFT)
    other = desk_of(second)
    publishing = Keyboard(other.page)
    other.go(f"/policies/{draft.pk}/")
    publishing.press("Enter")
    other.page.wait_for_url("**/impact/")
    publishing.press("Enter")
    other.page.wait_for_url("**/groups/?parameter=max_members")
    other.sees(group.number)
    other.sees("4名成员")
    publishing.press("Shift+Tab")
    publishing.press("Enter")
    other.page.wait_for_url("**/impact/")
    publishing.press("Control+Enter")
    other.sees("已发布。已建立的关系不受中断")
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == (PolicyState.PUBLISHED, second)
    city = Region.objects.get(pk=CITY)
    assert [policy_on(city, on).max_members for on in (day - dt.timedelta(days=1), day)] == [8, 3]


def test_of_two_editors_the_second_is_told_and_nothing_typed_is_lost(
    desk_of: OpenDesk, drafter: Staff, second: Staff
) -> None:
    draft = make_draft(CITY, by=drafter, max_members=6)
    first, other = desk_of(drafter), desk_of(second)
    for desk in (first, other):
        desk.go(f"/policies/{draft.pk}/edit/")
    first.page.locator("[name=max_members-value]").fill("7")
    first.press("保存草案")
    first.sees("已保存。")
    other.page.locator("[name=max_members-value]").fill("5")
    other.press("保存草案")
    other.sees("zhuguan已修改本草案。您填写的内容仍保留，请核对后再次保存。")
    expect(other.page.locator("[name=max_members-value]")).to_have_value("5")
    assert draft.settings.get().value == 7
    other.press("保存草案")
    other.sees("已保存。")
    assert draft.settings.get().value == 5


def test_a_value_of_its_own_opens_its_fields_and_says_what_is_wrong(desk_of: OpenDesk, drafter: Staff) -> None:
    draft = make_draft(CITY, by=drafter)
    desk = desk_of(drafter)
    desk.go(f"/policies/{draft.pk}/edit/")
    limit = desk.page.locator("[name=visit_limit-value]")
    expect(limit).to_be_hidden()
    desk.page.locator("[name=visit_limit-own]").check()
    limit.fill("500.005")
    desk.press("保存草案")
    expect(desk.page.locator("#visit_limit .error")).to_have_text(["最多保留两位小数。", "请填写设定该值的依据。"])
    expect(limit).to_have_value("500.005")
