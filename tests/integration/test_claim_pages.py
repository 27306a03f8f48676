"""The pages of claims, reversals and the simulator: what they tell, whom, and what they refuse to take."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.links import links_to
from accounts.models import AuditEvent, ClosedDay, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from families.models import MutualAidGroup
from settlement.models import Claim, ReversalCase, Settlement
from settlement.services.reversals import ask_reversal
from tests.factories import (
    make_claim,
    make_group,
    make_institution,
    make_settlement,
    make_staff,
    submitted_claim,
)
from tests.files.scans import pdf, picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    return make_group("20", by=clerk)


@pytest.fixture
def child(group: MutualAidGroup) -> InsuredPerson:
    return group.members.get(seat=2).person


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def typed(**fields: str) -> dict[str, str]:
    """A form as a clerk types it."""
    values = {
        "key": str(uuid4()), "version": "0", "invoice_number": "FP1", "settled_on": "2026-03-16",
        "institution_name": "外省医院", "med_type": "21", "starts_on": "2026-03-10", "ends_on": "2026-03-16",
        "cause": "referral", "filing_number": "ZZ1", "filed_on": "2026-03-09", "medfee_sumamt": "1000",
        "inscp_scp_amt": "1000", "fund_pay_sumamt": "700", "psn_part_amt": "300", "acct_used": "on",
    }  # fmt: skip
    return values | fields


def test_the_form_tells_while_it_is_typed_whether_it_adds_up_and_who_would_pay(
    clerk: Staff, child: InsuredPerson
) -> None:
    desk, address = signed_in(clerk), f"/persons/{child.pk}/claim/preview/"
    wrong = desk.post(address, typed(psn_part_amt="250")).content.decode()
    assert "少50.00元" in wrong
    assert "户主" not in wrong
    right = desk.post(address, typed()).content.decode()
    assert "户主" in right
    assert "300.00" in right
    assert not Claim.objects.exists()


def test_a_typed_form_becomes_a_claim_and_a_loaded_institution_is_found_by_its_code(
    clerk: Staff, child: InsuredPerson
) -> None:
    hospital = make_institution("330100")
    form = typed(institution_code=hospital.pk.lower(), institution_name="")
    answer = signed_in(clerk).post(f"/persons/{child.pk}/claim/", form)
    claim = Claim.objects.get()
    assert answer.headers["Location"] == f"/claims/{claim.pk}/edit/"
    assert (claim.institution, claim.institution_name, claim.place) == (hospital, "", hospital.name)
    assert (claim.person, claim.handled_by, claim.state) == (child, clerk, "draft")


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"institution_name": ""}, "请填写机构编码或名称。"),
        ({"institution_name": "", "institution_code": "H99999900001"}, "目录中没有该编码，请填写机构名称。"),
        ({"ends_on": "2026-03-09"}, "就诊结束日期早于开始日期。"),
        ({"settled_on": "2026-03-09"}, "发票日期早于就诊开始日期。"),
        ({"settled_on": str(timezone.localdate() + dt.timedelta(days=1))}, "日期不能晚于今天。"),
        ({"filing_number": ""}, "请按备案表填写。"),
        ({"cause": "other"}, "请说明原因。"),
        ({"cause": "other", "cause_note": "证件11010519491231002X"}, "请勿在原因中填写证件号码"),
        ({"psn_part_amt": "300.005"}, "最多保留两位小数。"),
        ({"medfee_sumamt": "0", "inscp_scp_amt": "0", "fund_pay_sumamt": "", "psn_part_amt": ""}, "金额不能为零。"),
        ({"med_type": "91"}, "91 不在可用的选项中"),
    ],
)
def test_a_form_that_cannot_be_kept_says_where_and_keeps_what_was_typed(
    fields: dict[str, str], told: str, clerk: Staff, child: InsuredPerson
) -> None:
    answer = signed_in(clerk).post(f"/persons/{child.pk}/claim/", typed(**fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="FP1"' in page
    assert told in page
    assert not Claim.objects.exists()


def test_another_clerk_reads_a_claim_and_cannot_change_it(clerk: Staff, child: InsuredPerson) -> None:
    claim = make_claim(child, by=clerk)
    colleague = signed_in(make_staff("clerk"))
    assert colleague.get(f"/claims/{claim.pk}/").status_code == 200
    form = typed(key=str(claim.submission_key), version="1", dr_name="x")
    assert colleague.post(f"/claims/{claim.pk}/edit/", form).status_code == 302
    colleague.post(f"/claims/{claim.pk}/submit/", form)
    colleague.post(f"/claims/{claim.pk}/withdraw/", {"reason": "xx"})
    claim.refresh_from_db()
    assert (claim.dr_name, claim.state) == ("", "draft")


def test_the_second_of_two_windows_is_told_and_may_save_again(clerk: Staff, child: InsuredPerson) -> None:
    claim = make_claim(child, by=clerk)
    desk, address = signed_in(clerk), f"/claims/{claim.pk}/edit/"
    form = typed(key=str(claim.submission_key), version="1")
    assert desk.post(address, form | {"dr_name": "沈"}).status_code == 302
    answer = desk.post(address, form | {"dr_name": "韩"})
    assert answer.status_code == 422
    assert "已在其他窗口修改" in answer.content.decode()
    assert 'name="version" value="2"' in answer.content.decode()
    assert desk.post(address, form | {"dr_name": "韩", "version": "2"}).status_code == 302
    assert Claim.objects.get().dr_name == "韩"


def test_scans_are_taken_in_and_hostile_files_are_told_beside_their_name(clerk: Staff, child: InsuredPerson) -> None:
    claim = make_claim(child, by=clerk)
    files = [
        SimpleUploadedFile("fp.jpg", picture()),
        SimpleUploadedFile("qd.pdf", pdf(pages=2)),
        SimpleUploadedFile("x.html", b"<html><script>"),
    ]
    desk = signed_in(clerk)
    answer = desk.post(
        f"/claims/{claim.pk}/documents/", {"kind": "invoice", "files": files}, headers={"X-Requested-With": "fetch"}
    )
    assert (answer.status_code, claim.documents.count()) == (422, 2)
    assert "x.html" in answer.content.decode()
    shown = desk.get(f"/claim-documents/{claim.documents.get(number=1).pk}/")
    assert shown.headers["Content-Security-Policy"].endswith("sandbox")
    assert shown.headers["Content-Disposition"] == f'inline; filename="{claim.number}-1.jpg"'
    look = AuditEvent.objects.filter(kind=AuditKind.LOOK, person=child).latest("sequence")
    assert look.detail == {"case": claim.number, "document": 1}


def test_the_reviewer_approves_what_the_page_showed_and_prints_the_decision(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, "300.00", fund="700.00", by=clerk)
    desk = signed_in(reviewer)
    assert desk.get(f"/claims/{claim.pk}/decision.pdf").status_code == 302
    desk.post(f"/claims/{claim.pk}/approve/", {"seen": "0" * 16})
    assert not Settlement.objects.exists()
    seen = desk.get(f"/claims/{claim.pk}/").context["seen"]
    desk.post(f"/claims/{claim.pk}/approve/", {"seen": seen})
    assert Settlement.objects.get().setl_id == claim.number
    for paper, who in (("decision", desk), ("form", signed_in(clerk))):
        printed = who.get(f"/claims/{claim.pk}/{paper}.pdf")
        assert (printed.status_code, printed.content[:5]) == (200, b"%PDF-")
    assert AuditEvent.objects.filter(kind=AuditKind.PRINT, person=child).count() == 2


def test_a_claim_of_a_signed_day_is_booked_on_the_next_and_the_reviewer_is_told(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    claim = submitted_claim(child, by=clerk)
    ClosedDay.objects.create(region=child.region, business_date=claim.settled_on, closed_by=reviewer)
    desk = signed_in(reviewer)
    seen = desk.get(f"/claims/{claim.pk}/").context["seen"]
    page = desk.post(f"/claims/{claim.pk}/approve/", {"seen": seen}, follow=True).content.decode()
    assert "2026-03-16已日结，记入其后首个未日结日2026-03-17" in page


def test_sending_back_needs_a_reason_and_leads_to_the_next(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    first, second = submitted_claim(child, by=clerk), submitted_claim(child, "5.00", by=clerk)
    desk = signed_in(reviewer)
    assert desk.post(f"/claims/{first.pk}/send-back/", {"reason": ""}).status_code == 422
    answer = desk.post(f"/claims/{first.pk}/send-back/", {"reason": "清单缺页"})
    assert answer.headers["Location"] == f"/claims/{second.pk}/"
    assert "清单缺页" in signed_in(clerk).get(f"/claims/{first.pk}/edit/").content.decode()


def test_a_reviewer_finds_what_waits_and_a_clerk_the_own_work(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    waiting, draft = submitted_claim(child, by=clerk), make_claim(child, by=clerk)
    colleague = make_staff("clerk")

    def numbers(staff: Staff, address: str = "/claims/") -> list[str]:
        return [claim.number for claim in signed_in(staff).get(address).context["page"].object_list]

    assert numbers(reviewer) == [waiting.number]
    assert numbers(clerk) == [waiting.number, draft.number]
    assert numbers(colleague) == []
    assert numbers(colleague, "/claims/?state=draft") == [draft.number]
    assert numbers(colleague, f"/claims/?state=draft&office={clerk.office}&age=today") == [draft.number]
    assert numbers(colleague, "/claims/?state=waved") == []
    assert numbers(make_staff("reviewer", "330100"), "/claims/?state=") == []


def test_a_reversal_goes_from_the_settlement_to_its_decision_by_two_people(
    clerk: Staff, reviewer: Staff, child: InsuredPerson
) -> None:
    settled = make_settlement(child, by=clerk)
    desk = signed_in(clerk)
    assert desk.post(f"/settlements/{settled.pk}/reverse/", {"reason": ""}).status_code == 422
    asked = desk.post(f"/settlements/{settled.pk}/reverse/", {"reason": "重复结算"})
    case = ReversalCase.objects.get()
    assert asked.headers["Location"] == case.get_absolute_url()
    assert case.number in desk.get(f"/settlements/{settled.pk}/reverse/").content.decode()
    assert desk.post(f"/reversals/{case.pk}/approve/").status_code == 403
    review = signed_in(reviewer)
    assert [one.number for one in review.get("/reversals/").context["page"].object_list] == [case.number]
    review.post(f"/reversals/{case.pk}/approve/")
    assert Settlement.objects.get(reverses=settled).setl_id == case.number


def test_a_reversal_of_ones_own_with_both_roles_is_not_offered(clerk: Staff, child: InsuredPerson) -> None:
    case = ask_reversal(settlement_id=make_settlement(child, by=clerk).pk, reason="x", by=clerk)
    clerk.groups.add(make_staff("reviewer").groups.get())
    desk = signed_in(Staff.objects.get(pk=clerk.pk))
    assert f"/reversals/{case.pk}/approve/" not in desk.get(f"/reversals/{case.pk}/").content.decode()
    desk.post(f"/reversals/{case.pk}/approve/")
    assert Settlement.objects.count() == 1


def test_the_simulator_tells_who_would_pay_and_takes_nothing(
    clerk: Staff, child: InsuredPerson, group: MutualAidGroup
) -> None:
    desk = signed_in(clerk)
    asked = {"person": child.pk, "amount": "1200", "usage": "outpatient", "day": "2026-03-16"}
    for address in (f"/persons/{child.pk}/simulate/", f"/groups/{group.pk}/simulate/"):
        simulation = desk.get(address, asked).context["simulation"]
        assert [(line.name, str(line.one.paid)) for line in simulation.lines] == [
            (child.name, "0.00"), ("户主", "1000.00"),
        ]  # fmt: skip
        assert str(simulation.allocation.cash) == "200.00"
    assert desk.get(f"/persons/{child.pk}/simulate/", asked | {"amount": "x"}).context["simulation"] is None
    assert not Settlement.objects.exists()


def test_the_page_of_a_person_shows_the_links_that_the_staff_member_may_follow(
    clerk: Staff, child: InsuredPerson
) -> None:
    shown = {
        staff.username.split("-")[0]: [url for _link, url in links_to("person", child.pk, staff)]
        for staff in (clerk, make_staff("auditor"), make_staff("administrator"))
    }
    simulate, claim = f"/persons/{child.pk}/simulate/", f"/persons/{child.pk}/claim/"
    assert shown["clerk"][:2] == [simulate, claim]
    assert (shown["auditor"], shown["administrator"]) == ([simulate], [])
    page = signed_in(clerk).get(f"/persons/{child.pk}/").content.decode()
    assert f'href="{claim}"' in page
