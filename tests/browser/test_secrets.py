"""Full numbers are shown for a reason alone; what lies in another region is not there."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accounts.models import AuditEvent, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from families.models import RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, submit_case
from families.services.drafts import save_case
from tests.browser.conftest import OpenDesk
from tests.factories import START, make_person, make_staff


def test_a_number_is_shown_for_a_reason_and_the_auditor_reads_who_asked(desk_of: OpenDesk, clerk: Staff) -> None:
    person = make_person("秦户主", by=clerk)
    desk = desk_of(clerk)
    desk.go(f"/persons/{person.pk}/")
    desk.does_not_see(person.certno)
    desk.page.get_by_text("查看完整证件号码和电话").click()
    reason = desk.page.locator("#numbers [name=reason]")
    desk.page.get_by_role("button", name="查看").click()
    desk.does_not_see(person.certno)
    reason.fill("参保人要求核对")
    desk.page.get_by_role("button", name="查看").click()
    desk.sees(person.certno)
    desk.sees("仅显示本次，查看原因已记录。")
    event = AuditEvent.objects.get(kind=AuditKind.REVEAL)
    assert (event.staff, event.person) == (clerk, person)
    desk.page.reload()
    desk.does_not_see(person.certno)

    auditor = desk_of(make_staff("auditor", "420000", "jihe"))
    auditor.go(f"/persons/{person.pk}/trail/")
    line = auditor.page.get_by_role("row").filter(has_text="查看完整证件号码")
    expect(line).to_contain_text(str(clerk))
    expect(line).to_contain_text("参保人要求核对")
    auditor.does_not_see(person.certno)


@pytest.fixture
def elsewhere(committed_db: None) -> RegistrationCase:
    """A family of another province, in force."""
    clerk, reviewer = make_staff("clerk", "330100"), make_staff("reviewer", "330100")
    owner = make_person("杭州人", region="330100", current="100.00", by=clerk)
    wife = make_person("杭州妻", region="330100", gender="2", insutype="390")
    lines = [
        LineInput(person_id=owner.pk, relation="01", shares=True, rank=1, starts_on=START),
        LineInput(person_id=wife.pk, relation="12", shares=False, starts_on=START),
    ]
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=clerk)
    submit_case(case_id=case.pk, by=clerk)
    return approve_case(case_id=case.pk, by=reviewer)


def test_a_person_of_another_region_and_all_that_belongs_to_them_is_not_there(
    desk_of: OpenDesk, elsewhere: RegistrationCase
) -> None:
    person: InsuredPerson = elsewhere.owner
    desk = desk_of(make_staff("clerk", "421002", "jingban"))
    for address in (
        f"/persons/{person.pk}/",
        f"/persons/{person.pk}/family/",
        f"/accounts/{person.account.pk}/adjust/",
        f"/admin/accounts/insuredperson/{person.pk}/change/",
        f"/admin/accounts/insuredperson/{person.pk}/history/",
        f"/admin/accounts/personalaccount/{person.account.pk}/change/",
        f"/admin/families/mutualaidgroup/{elsewhere.group_id}/change/",
        f"/admin/families/registrationcase/{elsewhere.pk}/change/",
        f"/counter/persons/{person.pk}/",
        f"/counter/cases/{elsewhere.pk}/",
        f"/cases/{elsewhere.pk}/",
        f"/cases/{elsewhere.pk}/form.pdf",
        f"/cases/{elsewhere.pk}/receipt.pdf",
        f"/groups/{elsewhere.group_id}/",
    ):
        assert (address, desk.go(address)) == (address, 404)
        desk.does_not_see(person.name)
    desk.sees("未找到页面")
    for text in (person.certno, person.psn_no, person.name, elsewhere.number, elsewhere.group.number):
        desk.go("/counter/")
        desk.page.locator(".gj-find [name=text]").fill(text)
        desk.page.keyboard.press("Enter")
        desk.sees("本区划内未查到此人")
    for address in ("insuredperson", "personalaccount"):
        desk.go(f"/admin/accounts/{address}/")
        desk.does_not_see(person.name)
