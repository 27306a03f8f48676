"""The days after the binding, with the keyboard alone: hand-over after a death, another order from tomorrow, a case
sent back and sent again, a case taken over from another desk."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import InsuredPerson, Staff
from accounts.services.status_events import EventKind, StatusEvent
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import CaseState
from families.selectors import group_on
from families.services.follow_ups import record_status_event
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.browser.keyboard import Keyboard
from tests.factories import make_group, make_person, make_policy, make_staff

DAY = dt.timedelta(days=1)


@pytest.fixture
def counter(desk_of: OpenDesk, clerk: Staff) -> Desk:
    return desk_of(clerk)


def person_of(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.get(seat=seat, left_on=None).person


def open_change(desk: Desk, group: MutualAidGroup, business: str) -> Keyboard:
    """From the page of the group to one kind of business."""
    desk.go(f"/groups/{group.pk}/")
    keys = Keyboard(desk.page)
    keys.tab_to(business)
    keys.press("Enter")
    desk.page.wait_for_url("**/counter/groups/**")
    return keys


def save_and_submit(desk: Desk, keys: Keyboard) -> RegistrationCase:
    """Ctrl+Enter twice: save and print, then signed and submitted."""
    expect(desk.page.locator("#verdict .gj-note.pass")).to_be_visible()
    keys.press("Control+Enter")
    desk.page.wait_for_url("**/counter/cases/*/")
    expect(desk.page.get_by_role("link", name="打印登记表")).to_be_focused()
    keys.press("Control+Enter")
    desk.page.wait_for_url("**/cases/*/")
    desk.sees("已提交，待他人复核。")
    return RegistrationCase.objects.latest("pk")


def approve(desk_of: OpenDesk, reviewer: Staff, case: RegistrationCase) -> Desk:
    review = desk_of(reviewer)
    review.go(f"/cases/{case.pk}/")
    keys = Keyboard(review.page)
    keys.tab_to("通过")
    expect(review.page.locator("body[data-looked]")).to_be_visible()
    keys.press("Control+Enter")
    review.sees(f"{case.number}（{case.owner.name}）已通过")
    case.refresh_from_db()
    return review


def order(group: MutualAidGroup, day: dt.date) -> list[tuple[str, int]]:
    return sorted(
        ((member.person.name, terms.rank) for member, terms in group_on(group, day).members if terms.rank),
        key=lambda payer: payer[1],
    )


def test_after_the_owners_death_the_spouse_takes_the_group_over(
    counter: Desk, desk_of: OpenDesk, clerk: Staff, reviewer: Staff
) -> None:
    group = make_group("12*", "20", by=clerk)
    owner, spouse = person_of(group, 1), person_of(group, 2)
    died = StatusEvent(EventKind.DEATH, timezone.localdate() - DAY, "死亡证明")
    record_status_event(person_id=owner.pk, version=owner.version, event=died, by=clerk)
    keys = open_change(counter, group, "变更户主")
    expect(counter.page.get_by_role("link", name=spouse.name)).to_be_focused()
    keys.press("Enter")
    counter.page.wait_for_url("**successor=*")
    leaves = counter.page.locator(f"[name='m{owner.pk}-leaves']")
    expect(leaves).to_be_focused()
    keys.press("Space")
    expect(leaves).to_be_checked()
    cause = counter.page.locator("[name=cause]")
    while not cause.evaluate("one => one === document.activeElement"):
        keys.press("Tab")
    for _ in range(2):
        keys.press("ArrowDown")
    expect(cause).to_have_value("death")
    case = save_and_submit(counter, keys)
    approve(desk_of, reviewer, case)
    today = timezone.localdate()
    after = group_on(group, today)
    assert [(member.person, member.relation, member.seat) for member, _terms in after.members] == [
        (spouse, "01", 1),
        (person_of(group, 3), "20", 3),
    ]
    before = group_on(group, today - 2 * DAY)
    assert [member.person for member, _terms in before.members][:2] == [owner, spouse]


def test_a_changed_order_holds_from_tomorrow_where_the_policy_says_so(
    counter: Desk, desk_of: OpenDesk, clerk: Staff, reviewer: Staff
) -> None:
    make_policy("421000", order_change_lag_days=1)
    group = make_group("12*", "51*", "20", by=clerk)
    today, was = timezone.localdate(), order(group, timezone.localdate())
    keys = open_change(counter, group, "变更成员")
    for seat, rank in ((2, "3"), (3, "2")):
        field = counter.page.locator(f"[name='m{person_of(group, seat).pk}-rank']")
        for _ in range(30):
            if field.evaluate("one => one === document.activeElement"):
                break
            keys.press("Tab")
        keys.press("Control+a")
        keys.type(rank)
    keys.press("Tab")
    case = save_and_submit(counter, keys)
    review = approve(desk_of, reviewer, case)
    swapped = [was[0], (was[2][0], 2), (was[1][0], 3)]
    assert (order(group, today), order(group, today + DAY)) == (was, swapped)
    assert case.effective_on == today + DAY
    review.go(f"/groups/{group.pk}/?day={today + DAY}")
    review.sees(swapped[1][0])


def test_a_case_sent_back_is_corrected_sent_again_and_approved(
    counter: Desk, desk_of: OpenDesk, clerk: Staff, reviewer: Staff
) -> None:
    group = make_group("12*", "20", by=clerk)
    keys = open_change(counter, group, "解除成员")
    keys.press("Space")
    cause = counter.page.locator("[name=cause]")
    while not cause.evaluate("one => one === document.activeElement"):
        keys.press("Tab")
    keys.press("ArrowDown")
    first = save_and_submit(counter, keys)
    review = desk_of(reviewer)
    review.go(f"/cases/{first.pk}/")
    rejecting = Keyboard(review.page)
    reason = review.page.locator("[name=reason]")
    while not reason.evaluate("one => one === document.activeElement"):
        rejecting.press("Tab")
    review.page.keyboard.insert_text("缺少本人签名")
    rejecting.press("Enter")
    review.sees("已退回并注明原因。")
    counter.go(f"/cases/{first.pk}/")
    counter.sees("缺少本人签名")
    keys.tab_to("更正后重新提交")
    keys.press("Enter")
    counter.page.wait_for_url("**/counter/cases/*/")
    again = save_and_submit_draft(counter, keys)
    approve(desk_of, reviewer, again)
    first.refresh_from_db()
    assert (first.state, first.reason, again.corrects) == (CaseState.REJECTED, "缺少本人签名", first)
    assert again.state == CaseState.EFFECTIVE
    assert group.members.filter(left_on=timezone.localdate()).count() == 1


def save_and_submit_draft(desk: Desk, keys: Keyboard) -> RegistrationCase:
    expect(desk.page.get_by_role("link", name="打印登记表")).to_be_focused()
    keys.press("Control+Enter")
    desk.page.wait_for_url("**/cases/*/")
    desk.sees("已提交，待他人复核。")
    return RegistrationCase.objects.latest("pk")


def test_a_case_of_another_desk_shows_its_holder_and_is_taken_over(
    counter: Desk, desk_of: OpenDesk, clerk: Staff
) -> None:
    group = make_group("12", by=clerk)
    keys = open_change(counter, group, "新增成员")
    child = make_person("秦小宝", insutype="390", born_on=dt.date(2015, 1, 1))
    expect(counter.page.locator("[name='1-number']")).to_be_focused()
    keys.type(child.certno)
    keys.press("Enter")
    expect(counter.page.locator("[name='1-relation']")).to_be_focused()
    keys.type("20")
    keys.press("Control+Enter")
    counter.page.wait_for_url("**/counter/cases/*/")
    case = RegistrationCase.objects.get(group=group)

    colleague = make_staff("clerk", "421000", "jingban2")
    other = desk_of(colleague)
    other.go(f"/counter/groups/{group.pk}/?kind=release")
    other.sees(case.number)
    other.sees(str(clerk))
    expect(other.page.locator("#family")).to_have_count(0)

    supervisor = desk_of(make_staff("supervisor", "421000"))
    supervisor.go(f"/cases/{case.pk}/")
    taking = Keyboard(supervisor.page)
    for _ in range(40):
        if supervisor.page.evaluate("() => document.activeElement.matches('summary')"):
            break
        taking.press("Tab")
    taking.press("Enter")
    to = supervisor.page.locator("[name=to]")
    while not to.evaluate("one => one === document.activeElement"):
        taking.press("Tab")
    taking.press("ArrowDown")
    taking.tab_to("改派")
    taking.press("Enter")
    supervisor.sees("该业务已转由")
    other.go(f"/counter/cases/{case.pk}/")
    submitted = save_and_submit_draft(other, Keyboard(other.page))
    assert (submitted.pk, submitted.handled_by, submitted.opened_by) == (case.pk, colleague, clerk)
