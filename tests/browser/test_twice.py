"""The same thing twice, from one desk or two: one case, and whoever comes second is told who was first."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from accounts.models import InsuredPerson, Staff
from families.models import CaseLine, RegistrationCase
from families.models.case import CaseState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.factories import make_person, make_staff

SEND_TWICE = """async () => {
  const form = document.getElementById('family');
  const send = () => fetch(form.action, {method: 'POST', body: new FormData(form)});
  const answers = await Promise.all([send(), send()]);
  return answers.map((answer) => [answer.status, new URL(answer.url).pathname]);
}"""


@pytest.fixture
def owner(clerk: Staff) -> InsuredPerson:
    return make_person("秦户主", current="1000.00", by=clerk)


@pytest.fixture
def spouse(clerk: Staff) -> InsuredPerson:
    return make_person("秦配偶", gender="2", insutype="390")


def filled(desk: Desk, owner: InsuredPerson, spouse: InsuredPerson) -> Desk:
    desk.go(f"/counter/persons/{owner.pk}/")
    desk.add_member(1, spouse.certno, "10")
    return desk


@pytest.fixture
def counter(desk_of: OpenDesk, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson) -> Desk:
    return filled(desk_of(clerk), owner, spouse)


def one_case(state: CaseState = CaseState.DRAFT) -> RegistrationCase:
    case = RegistrationCase.objects.get()
    assert case.state == state
    assert CaseLine.objects.filter(case=case).count() == 2
    return case


def test_a_double_click_on_save_and_on_submit_makes_one_case(counter: Desk) -> None:
    counter.page.get_by_role("button", name="保存并打印").dblclick()
    counter.page.wait_for_url("**/counter/cases/*/")
    one_case()
    counter.page.get_by_role("button", name="已签字，提交复核").dblclick()
    counter.sees("已提交，待他人复核。")
    one_case(CaseState.SUBMITTED)


def test_going_back_and_saving_again_makes_no_second_case(counter: Desk) -> None:
    case = counter.save()
    counter.page.go_back()
    counter.page.get_by_role("button", name="保存").first.click()
    counter.sees(case.number)
    assert one_case().pk == case.pk


def test_the_same_form_sent_twice_at_once_makes_one_case(counter: Desk) -> None:
    answers = counter.page.evaluate(SEND_TWICE)
    case = one_case()
    assert answers == [[200, f"/counter/cases/{case.pk}/"]] * 2


def test_a_second_window_of_the_same_clerk_is_told_of_the_first(
    counter: Desk, owner: InsuredPerson, spouse: InsuredPerson, clerk: Staff
) -> None:
    second = filled(counter.window(), owner, spouse)
    case = counter.save()
    second.press("保存")
    second.sees(f"该家庭已有在办业务{case.number}，经办人：{clerk}。")
    expect(second.page.locator(".gj-family .found")).to_have_text(["秦户主", "秦配偶"])
    one_case()


def test_the_same_draft_in_two_windows_is_not_overwritten_without_a_word(counter: Desk) -> None:
    case = counter.save()
    second = counter.window()
    second.go(f"/counter/cases/{case.pk}/")
    version = counter.page.locator("[name=version]")
    shown = version.input_value()
    counter.page.locator("[name=agent_name]").fill("先改的人")
    counter.press("保存修改")
    expect(version).not_to_have_value(shown)
    second.page.locator("[name=agent_name]").fill("后改的人")
    second.press("保存修改")
    second.sees(f"业务{case.number}已在其他窗口修改")
    expect(second.page.locator("[name=agent_name]")).to_have_value("后改的人")
    assert one_case().agent_name == "先改的人"


def test_of_two_desks_the_second_is_told_who_has_the_family(
    counter: Desk, desk_of: OpenDesk, owner: InsuredPerson, spouse: InsuredPerson, clerk: Staff
) -> None:
    other = filled(desk_of(make_staff("clerk", "421000", "linzuo")), owner, spouse)
    case = counter.save()
    other.press("保存")
    other.sees(f"该家庭已有在办业务{case.number}，经办人：{clerk}。")
    assert one_case().handled_by == clerk


def test_of_two_editors_of_a_person_the_second_is_told_who_changed_what(
    desk_of: OpenDesk, clerk: Staff, owner: InsuredPerson
) -> None:
    first, second = desk_of(clerk), desk_of(make_staff("clerk", "421000", "linzuo"))
    first.go(f"/persons/{owner.pk}/event/")
    second.go(f"/persons/{owner.pk}/")
    first.page.locator("[name=kind]").select_option("ended")
    first.page.locator("[name=note]").fill("单位停保")
    first.press("登记")
    first.sees("单位停保")

    second.page.locator("#contact [name=mobile]").fill("16012345678")
    second.press("今日核实")
    second.sees(f"在您操作期间，{clerk}修改了")
    second.sees("参保状态")
    expect(second.page.locator("#contact [name=mobile]")).to_have_value("16012345678")
    owner.refresh_from_db()
    assert (owner.status, owner.mobile == "16012345678") == ("4", False)

    second.press("今日核实")
    expect(second.page.locator("#contact [name=mobile]")).to_have_value("")
    owner.refresh_from_db()
    assert (owner.status, owner.mobile) == ("4", "16012345678")


def test_of_two_status_changes_the_second_keeps_what_was_typed(
    desk_of: OpenDesk, clerk: Staff, owner: InsuredPerson
) -> None:
    first, second = desk_of(clerk), desk_of(make_staff("clerk", "421000", "linzuo"))
    first.go(f"/persons/{owner.pk}/")
    second.go(f"/persons/{owner.pk}/event/")
    first.page.locator("#contact [name=mobile]").fill("16012345678")
    first.press("今日核实")
    expect(first.page.locator("#contact [name=mobile]")).to_have_value("")

    second.page.locator("[name=kind]").select_option("ended")
    second.page.locator("[name=happened_on]").fill("2026-02-03")
    second.page.locator("[name=note]").fill("终止参保")
    second.press("登记")
    second.sees(f"在您操作期间，{clerk}修改了")
    for name, typed in (("kind", "ended"), ("happened_on", "2026-02-03"), ("note", "终止参保")):
        expect(second.page.locator(f"[name={name}]")).to_have_value(typed)
    owner.refresh_from_db()
    assert owner.status == "1"
