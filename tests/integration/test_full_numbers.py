"""Full ID numbers in lists: a reason always, a second person above a number of rows, and no way round either."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
import python_calamine
from django.conf import LazySettings
from django.test import Client

from accounts.models import AuditEvent, InsuredPerson, Job, Region, Staff
from accounts.services.jobs import enqueue, run_job
from accounts.services.rights import RightMissing
from families.models import GroupMember
from families.services.groups import NewMember, create_group
from reports.exporting import ask_for_export
from reports.files import Form
from reports.full_numbers import (
    NoSuchRows,
    NotToDecide,
    ReasonMissing,
    ask_for_full_numbers,
    decide_full_numbers,
)
from reports.lists import MEMBERS
from reports.models import FullNumbersRequest
from reports.models.full_numbers import NumbersState
from tests.factories import START, make_group, make_numbers_request, make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
AS_OF = {"day": START.isoformat()}


@pytest.fixture
def city() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def province() -> Staff:
    return make_staff("supervisor", "420000")


@pytest.fixture
def family(city: Staff) -> list[InsuredPerson]:
    """Three members of a group of the district 421002."""
    group = make_group("12*", "20", by=make_staff("clerk"))
    return [member.person for member in group.members.order_by("seat")]


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked(by: Staff, *, reason: str = "核对身份", form: Form = Form.CSV, **fields: str) -> FullNumbersRequest:
    return ask_for_full_numbers(listed=MEMBERS, asked=fields or AS_OF, form=form, reason=reason, by=by)


def done(request: FullNumbersRequest) -> Job:
    request.refresh_from_db()
    assert request.job is not None
    run_job(request.job.pk)
    request.job.refresh_from_db()
    return request.job


def numbers_in(job: Job) -> list[str]:
    lines = csv.reader(io.StringIO(job.file.content.decode("utf-8-sig")))
    return [line[4].removeprefix("\t").strip("'=\"\t") for line in lines][1:]


def test_few_rows_are_exported_by_one_person_with_the_reason_in_the_file_and_the_trail(
    city: Staff, family: list[InsuredPerson]
) -> None:
    request = asked(city, form=Form.XLSX)
    assert (request.state, request.rows) == (NumbersState.ALONE, 3)
    job = done(request)
    book = python_calamine.load_workbook(io.BytesIO(job.file.content))
    lines = book.get_sheet_by_index(0).to_python()
    assert [line[4] for line in lines[1:]] == [person.certno for person in family]
    told = {str(label): value for label, value in book.get_sheet_by_name("说明").to_python()}
    assert told["完整号码用途"] == "核对身份"
    trail = AuditEvent.objects.filter(kind="export", detail__full_numbers=request.pk).order_by("sequence")
    assert [event.staff for event in trail] == [city, city]
    assert {event.detail["reason"] for event in trail} == {"核对身份"}
    signed_in(city).get(f"/exports/{job.pk}/file/")
    assert trail.last().detail["fetched"] == job.pk  # type: ignore[union-attr]


def test_without_a_request_the_numbers_stay_masked(city: Staff, family: list[InsuredPerson]) -> None:
    job = ask_for_export(report=MEMBERS, asked=AS_OF, form=Form.CSV, by=city)
    forged = enqueue(kind="export_report", by=city, params=job.params | {"full": True, "full_numbers": 1})
    for one in (job, forged):
        run_job(one.pk)
        written = Job.objects.get(pk=one.pk).file.content.decode()
        assert not [person for person in family if person.certno in written]


def test_many_rows_wait_for_a_second_person_of_the_same_or_a_higher_region(
    city: Staff, province: Staff, family: list[InsuredPerson], settings: LazySettings
) -> None:
    settings.FULL_NUMBERS_ALONE_UP_TO = 2
    request = asked(city)
    assert (request.state, request.job) == (NumbersState.WAITING, None)
    assert not Job.objects.filter(kind="export_report").exists()
    with pytest.raises(NotToDecide):
        decide_full_numbers(request_id=request.pk, agree=True, reason="", by=city)
    for below in (make_staff("supervisor", "421002"), make_staff("supervisor", "330100")):
        assert signed_in(below).post(f"/full-numbers/{request.pk}/decide/", {"agree": "on"}).status_code == 404
    page = signed_in(province).get("/full-numbers/").content.decode()
    assert "核对身份" in page
    signed_in(province).post(f"/full-numbers/{request.pk}/decide/", {"agree": "on"})
    job = done(request)
    assert (job.state, job.owner) == ("done", city)
    assert numbers_in(job) == [person.certno for person in family]
    event = AuditEvent.objects.filter(detail__full_numbers=request.pk, detail__agreed_by=province.pk).get()
    assert event.detail["rows"] == 3
    assert signed_in(province).get(f"/exports/{job.pk}/file/").status_code == 404


def test_a_refusal_has_its_reason_and_makes_no_file(
    city: Staff, province: Staff, family: list[InsuredPerson], settings: LazySettings
) -> None:
    settings.FULL_NUMBERS_ALONE_UP_TO = 2
    request = asked(city)
    with pytest.raises(ReasonMissing):
        decide_full_numbers(request_id=request.pk, agree=False, reason=" ", by=province)
    signed_in(province).post(f"/full-numbers/{request.pk}/decide/", {"agree": "", "reason": "理由不足"})
    request.refresh_from_db()
    assert (request.state, request.decided_by, request.decision, request.job) == (
        NumbersState.REFUSED,
        province,
        "理由不足",
        None,
    )
    with pytest.raises(NotToDecide):
        decide_full_numbers(request_id=request.pk, agree=True, reason="", by=province)
    assert "理由不足" in signed_in(city).get("/full-numbers/").content.decode()


def test_rows_that_come_before_the_worker_need_the_second_person_after_all(
    city: Staff, family: list[InsuredPerson], settings: LazySettings
) -> None:
    settings.FULL_NUMBERS_ALONE_UP_TO = 3
    request = asked(city)
    make_group("12", by=make_staff("clerk"))
    job = done(request)
    assert (job.state, hasattr(job, "file")) == ("refused", False)
    assert "第二人" in job.failure


def test_the_limit_that_held_when_it_was_asked_for_counts(
    city: Staff, family: list[InsuredPerson], settings: LazySettings
) -> None:
    settings.FULL_NUMBERS_ALONE_UP_TO = 3
    request = asked(city)
    settings.FULL_NUMBERS_ALONE_UP_TO = 0
    assert done(request).state == "done"


def test_members_of_another_region_stay_masked(city: Staff, province: Staff) -> None:
    here, away = make_person(by=city, current="1.00"), make_person(by=city, region="420100", insutype="390")
    members = [NewMember(here.pk, "01", START, 1), NewMember(away.pk, "20", START)]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=city)
    assert GroupMember.objects.count() == 2
    numbers = numbers_in(done(asked(city)))
    assert numbers[0] == here.certno
    assert away.certno not in numbers


def test_without_a_reason_or_the_right_nothing_is_asked_for(city: Staff, family: list[InsuredPerson]) -> None:
    with pytest.raises(ReasonMissing):
        asked(city, reason="  ")
    for role in ("clerk", "auditor", "reviewer"):
        other = make_staff(role, "421000")
        with pytest.raises(RightMissing):
            asked(other)
        with pytest.raises(RightMissing):
            decide_full_numbers(request_id=make_numbers_request(city).pk, agree=True, reason="", by=other)
    with pytest.raises(NoSuchRows):
        asked(city, day="x")
    client = signed_in(city)
    assert (
        client.post("/reports/members/full-numbers/", {**AS_OF, "form": "csv"})
        .headers["Location"]
        .startswith("/reports/members/")
    )
    assert client.post("/reports/mutual-aid/full-numbers/", {"form": "csv", "reason": "x"}).status_code == 404
    assert client.post("/reports/exceptions/full-numbers/", {"form": "csv", "reason": "x"}).status_code == 404
    assert not Job.objects.exists()


def test_who_lost_the_right_since_gets_no_file(
    city: Staff, province: Staff, family: list[InsuredPerson], settings: LazySettings
) -> None:
    request = asked(city)
    settings.FULL_NUMBERS_ALONE_UP_TO = 2
    waiting = asked(city)
    city.groups.clear()
    assert done(request).state == "refused"
    answer = signed_in(province).post(f"/full-numbers/{waiting.pk}/decide/", {"agree": "on"})
    assert answer.status_code == 302
    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by) == (NumbersState.WAITING, None)


def test_the_page_leads_from_the_list_to_the_file(city: Staff, family: list[InsuredPerson]) -> None:
    client = signed_in(city)
    page = client.get("/reports/members/", AS_OF)
    assert "/reports/members/full-numbers/" in page.content.decode()
    data: dict[str, Any] = {**AS_OF, "form": "csv", "reason": "核对"}
    for _twice in range(2):  # two requests, each with its own trail
        assert client.post("/reports/members/full-numbers/", data).headers["Location"] == "/exports/"
    assert FullNumbersRequest.objects.filter(state=NumbersState.ALONE, job__owner=city).count() == 2
    assert "完整证件号码" in client.get("/exports/").content.decode()
    auditor = signed_in(make_staff("auditor", "421000"))
    assert (
        "/full-numbers/"
        not in auditor.get("/reports/members/").content.decode().split("<main")[-1].split("gj-main")[-1]
    )
    assert auditor.get("/full-numbers/").status_code == 200
