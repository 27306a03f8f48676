"""A family of three with the keyboard alone, from signing in to the receipt."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from accounts.models import AuditEvent, Staff
from accounts.models.audit import AuditKind
from families.models import GroupMember, RegistrationCase
from families.models.case import CaseState
from tests.browser.conftest import OpenDesk
from tests.browser.keyboard import Keyboard
from tests.browser.papers import family

MOST_KEYS = 160


def test_a_family_of_three_is_bound_reviewed_and_receipted_without_touching_the_mouse(
    desk_of: OpenDesk,
    clerk: Staff,
    reviewer: Staff,
    roster: None,
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows = family("GJ00100000")[:2]
    counter = desk_of(None)
    page, keys = counter.page, Keyboard(counter.page)
    counter.go("/")
    keys.sign_in(clerk)
    page.wait_for_url("**/counter/")
    expect(page.locator(".gj-find [name=text]")).to_be_focused()
    begun = keys.pressed
    keys.type(rows[0].owner)
    keys.press("Enter")
    page.wait_for_url("**/counter/persons/*/")
    for position, row in enumerate(rows, start=1):
        expect(page.locator(f"[name='{position}-number']")).to_be_focused()
        keys.type(row.number)
        keys.press("Enter")
        expect(page.locator(f"[name='{position}-relation']")).to_be_focused()
        keys.type(row.relation)
        expect(page.locator(f"[name='{position}-relation']")).to_have_value(row.relation)
        keys.press("Enter")
    keys.press("Control+Enter")
    page.wait_for_url("**/counter/cases/*/")
    expect(page.get_by_role("link", name="打印登记表")).to_be_focused()
    with page.context.expect_page() as printed:
        keys.press("Enter")
    printed.value.close()
    page.bring_to_front()
    keys.press("Control+Enter")
    page.wait_for_url("**/cases/*/")
    counter.sees("已提交，待他人复核。")
    assert page.context.pages == [page], "Ctrl+Enter on the link to the form opened it again"
    at_counter = keys.pressed - begun
    case = RegistrationCase.objects.get()
    assert case.state == CaseState.SUBMITTED

    review = desk_of(None)
    approving = Keyboard(review.page)
    review.go("/")
    approving.sign_in(reviewer)
    review.page.wait_for_url("**/cases/")
    expect(review.page.get_by_role("link", name=case.number)).to_be_focused()
    approving.press("Enter")
    review.page.wait_for_url(f"**/cases/{case.pk}/")
    expect(review.page.get_by_role("button", name="通过")).to_be_visible()
    approving.tab_to("通过")
    expect(review.page.locator("body[data-looked]")).to_be_visible()
    approving.press("Control+Enter")
    review.sees(f"{case.number}（{case.owner.name}）已通过")

    keys.tab_to("窗口经办")
    keys.press("Enter")
    page.wait_for_url("**/counter/")
    keys.tab_to("回执")
    with page.context.expect_page():
        keys.press("Enter")
    case.refresh_from_db()
    assert (case.state, case.reviewed_by) == (CaseState.EFFECTIVE, reviewer)
    assert GroupMember.objects.filter(group=case.group).count() == 3
    assert printed_by(page, clerk, papers=2) == {"receipt", "registration_form"}
    with capsys.disabled():
        print(f"\n{at_counter} keys at the counter, {keys.pressed} with signing in and receipt")  # noqa: T201
    assert at_counter < MOST_KEYS


def printed_by(page: Page, staff: Staff, *, papers: int) -> set[str]:
    """What the trail says was printed, once it names that many papers; each is made in a window of its own.

    A browser may ask for the same paper twice, once to show and once to keep it: the trail then says so.
    """
    events = AuditEvent.objects.filter(kind=AuditKind.PRINT, staff=staff)
    found: set[str] = set()
    for _ in range(50):
        found = set(events.values_list("detail__paper", flat=True))
        if len(found) >= papers:
            break
        page.wait_for_timeout(200)
    return found
