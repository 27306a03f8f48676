"""A second pair of eyes: who decides, who cannot, and what the clerk sees of it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import expect

from accounts.models import Staff
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import CaseState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.factories import make_person

REASON = "成员关系与户口簿登记不符"


@pytest.fixture
def counter(desk_of: OpenDesk, clerk: Staff) -> Desk:
    return desk_of(clerk)


@pytest.fixture
def submitted(counter: Desk, clerk: Staff) -> RegistrationCase:
    owner = make_person("秦户主", current="1000.00", by=clerk)
    counter.go(f"/counter/persons/{owner.pk}/")
    counter.add_member(1, make_person("秦配偶", gender="2", insutype="390").certno, "10")
    case = counter.save()
    counter.press("已签字，提交复核")
    counter.sees("已提交，待他人复核。")
    return case


def test_a_case_sent_back_stands_with_its_reason_on_the_clerks_first_page(
    counter: Desk, desk_of: OpenDesk, reviewer: Staff, submitted: RegistrationCase
) -> None:
    review = desk_of(reviewer)
    review.go(f"/cases/{submitted.pk}/")
    review.page.locator("[name=reason]").fill(REASON)
    review.press("退回")
    review.sees("已退回并注明原因。")
    counter.go("/")
    panel = counter.page.locator("section", has=counter.page.get_by_role("heading", name="退回给我的业务"))
    for words in (submitted.number, REASON, str(reviewer)):
        expect(panel).to_contain_text(words)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.reason, submitted.group) == (CaseState.REJECTED, REASON, None)


def test_sending_back_without_a_reason_is_refused(
    desk_of: OpenDesk, reviewer: Staff, submitted: RegistrationCase
) -> None:
    review = desk_of(reviewer)
    review.go(f"/cases/{submitted.pk}/")
    review.press("退回")
    expect(review.page.locator("[name=reason]:invalid")).to_be_visible()
    submitted.refresh_from_db()
    assert submitted.state == CaseState.SUBMITTED


def test_a_submitted_case_is_taken_back_by_its_clerk_with_a_reason(
    counter: Desk, submitted: RegistrationCase
) -> None:
    counter.page.get_by_text("撤回业务").click()
    counter.page.locator("[name=reason]").fill("家属要求改日再办")
    counter.press("撤回")
    counter.sees("已撤回。")
    counter.sees("家属要求改日再办")
    submitted.refresh_from_db()
    assert submitted.state == CaseState.WITHDRAWN


def test_a_clerk_never_sees_a_button_to_approve_and_may_not_send_its_form(
    counter: Desk, submitted: RegistrationCase
) -> None:
    expect(counter.page.get_by_role("button", name="通过")).to_have_count(0)
    expect(counter.page.get_by_role("button", name="退回")).to_have_count(0)
    assert counter.go("/cases/") == 403
    assert posted(counter, f"/cases/{submitted.pk}/approve/") == 403
    submitted.refresh_from_db()
    assert submitted.state == CaseState.SUBMITTED


def test_who_handled_a_case_cannot_approve_it_with_both_roles_either(
    counter: Desk, clerk: Staff, submitted: RegistrationCase
) -> None:
    clerk.groups.add(Group.objects.get(name="reviewer"))
    counter.go(f"/cases/{submitted.pk}/")
    counter.sees("由您本人经办，须由他人复核。")
    expect(counter.page.get_by_role("button", name="通过")).to_have_count(0)
    assert posted(counter, f"/cases/{submitted.pk}/approve/") == 200
    submitted.refresh_from_db()
    assert (submitted.state, MutualAidGroup.objects.count()) == (CaseState.SUBMITTED, 0)


def posted(desk: Desk, address: str) -> int:
    """Send a form that no page shows; returns the status after redirects."""
    send = """async (address) => {
      const token = document.cookie.split('; ').find((one) => one.startsWith('csrftoken=')).split('=')[1];
      return (await fetch(address, {method: 'POST', headers: {'X-CSRFToken': token}})).status;
    }"""
    return int(desk.page.evaluate(send, address))
