"""The page on which a settlement feed is loaded: what the worker makes of it, and what is told of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEvent, ClosedDay, InsuredPerson, Job, Staff
from accounts.models.audit import AuditKind
from accounts.services.jobs import run_job
from settlement.models import Institution, Settlement
from tests.factories import make_institution, make_person, make_staff
from tests.integration.test_settlement_pages import at, text, words

pytestmark = pytest.mark.usefixtures("committed_db")

HEADER = (
    "setl_id,init_setl_id,refd_setl_flag,mdtrt_id,psn_no,fixmedins_code,med_type,setl_time,dise_codg,dise_name,"
    "dr_name,medfee_sumamt,fulamt_ownpay_amt,overlmt_selfpay,preselfpay_amt,inscp_scp_amt,fund_pay_sumamt,"
    "hosp_part_amt,psn_part_amt,acct_used_flag"
)


def feed_of(*psn_nos: str, hospital: Institution) -> bytes:
    rows = [
        f"F{number},,0,M{number},{psn_no},{hospital.pk},11,2026-03-16 08:00:0{number},,,,"
        "10.00,0.00,0.00,0.00,10.00,0.00,0.00,10.00,1"
        for number, psn_no in enumerate(psn_nos)
    ]
    return "\n".join([HEADER, *rows]).encode()


def upload(client: Client, content: bytes, **data: str) -> Job:
    answer = client.post("/settlements/load/", {"file": SimpleUploadedFile("feed.csv", content), **data})
    job = Job.objects.latest("pk")
    assert answer.headers["Location"] == f"/settlements/feeds/{job.pk}/"
    return job


def told(client: Client, job: Job) -> str:
    run_job(job.pk)
    return words(text(client, f"/settlements/feeds/{job.pk}/"))


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def client(supervisor: Staff) -> Client:
    return at(supervisor)


@pytest.fixture
def person(supervisor: Staff) -> InsuredPerson:
    return make_person(current="50.00", by=supervisor)


def test_a_feed_is_asked_for_by_the_page_and_read_by_a_worker_alone(supervisor: Staff, client: Client) -> None:
    job = upload(client, b"\x00 not even a table", check_only="on")
    assert (job.kind, job.params, job.owner) == ("load_settlements", {"check_only": True}, supervisor)
    assert job.state == "queued"
    assert "hx-trigger" in text(client, f"/settlements/feeds/{job.pk}/")
    assert upload(client, b"x").params == {"check_only": False}


@pytest.mark.parametrize("role", ["clerk", "reviewer", "auditor", "administrator"])
def test_nobody_but_a_supervisor_loads_a_feed(role: str) -> None:
    answer = at(make_staff(role)).post("/settlements/load/", {"file": SimpleUploadedFile("feed.csv", b"x")})
    assert answer.status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"file": SimpleUploadedFile("empty.csv", b"")}])
def test_without_a_file_the_page_says_so(client: Client, sent: dict[str, Any]) -> None:
    answer = client.post("/settlements/load/", sent)
    assert answer.status_code == 422
    assert 'class="error"' in answer.content.decode()


def test_a_check_settles_nothing_and_says_what_would_be(client: Client, person: InsuredPerson) -> None:
    page = told(client, upload(client, feed_of(person.psn_no, hospital=make_institution()), check_only="on"))
    assert "可入账 1 原已入账 0 未通过 0" in page
    assert "仅作校验，未入账；各行均无误。" in page
    assert not Settlement.objects.exists()


def test_rows_with_faults_are_named_and_the_others_settled(client: Client, person: InsuredPerson) -> None:
    job = upload(client, feed_of(person.psn_no, "nobody-knows-1", hospital=make_institution()))
    page = told(client, job)
    assert "本次入账 1 原已入账 0 未通过 1" in page
    assert "3 psn_no" in page
    assert "unknown_person" in page
    assert "nobody-knows-1" not in page
    assert Settlement.objects.count() == 1
    assert client.get(f"/settlements/feeds/{job.pk}/errors.xlsx").content.startswith(b"PK")
    assert AuditEvent.objects.filter(kind=AuditKind.EXPORT, detail__file="settlement_errors").count() == 1


def test_a_row_of_a_signed_day_is_settled_and_said_to_be_booked_on_the_next(
    client: Client, person: InsuredPerson, supervisor: Staff
) -> None:
    ClosedDay.objects.create(region=supervisor.region, business_date=dt.date(2026, 3, 16), closed_by=supervisor)
    page = told(client, upload(client, feed_of(person.psn_no, hospital=make_institution())))
    assert "本次入账 1 原已入账 0 未通过 0" in page
    assert "1笔已结算，记入其后日期" in page
    assert "该日已日结，记入其后首个未日结日：2026-03-16 → 2026-03-17。 day_closed" in page
    assert Settlement.objects.get().business_date == dt.date(2026, 3, 17)


def test_a_check_tells_which_rows_would_be_booked_on_a_later_day(
    client: Client, person: InsuredPerson, supervisor: Staff
) -> None:
    ClosedDay.objects.create(region=supervisor.region, business_date=dt.date(2026, 3, 16), closed_by=supervisor)
    page = told(client, upload(client, feed_of(person.psn_no, hospital=make_institution()), check_only="on"))
    assert "1笔将入账，记入其后日期" in page
    assert "2026-03-16 → 2026-03-17。 day_closed" in page
    assert not Settlement.objects.exists()


def test_the_same_file_again_changes_nothing_and_says_so(client: Client, person: InsuredPerson) -> None:
    content = feed_of(person.psn_no, hospital=make_institution())
    told(client, upload(client, content))
    again = upload(client, content)
    assert "文件中的结算均已入账，没有变化。" in told(client, again)
    assert Settlement.objects.count() == 1
    assert client.get(f"/settlements/feeds/{again.pk}/errors.xlsx").status_code == 404


def test_feeds_are_listed_in_the_region_that_loaded_them(client: Client) -> None:
    job = upload(client, b"x")
    assert f"/settlements/feeds/{job.pk}/" in text(client, "/settlements/load/")
    above, stranger = at(make_staff("supervisor", "420000")), at(make_staff("supervisor", "330100"))
    assert f"/settlements/feeds/{job.pk}/" in text(above, "/settlements/load/")
    assert f"/settlements/feeds/{job.pk}/" not in text(stranger, "/settlements/load/")
    assert stranger.get(f"/settlements/feeds/{job.pk}/").status_code == 404


def test_a_file_that_is_no_feed_is_refused_with_a_sentence(client: Client) -> None:
    assert "setl_id" in told(client, upload(client, b"one,two\n1,2\n"))


def test_a_load_is_among_the_jobs_with_a_way_to_what_came_of_it(client: Client) -> None:
    job = upload(client, b"x")
    assert f"/settlements/feeds/{job.pk}/" in text(client, "/jobs/")
