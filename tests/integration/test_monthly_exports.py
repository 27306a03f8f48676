"""Saved reports that come every month: one file for a month, in the owner's name, or the reason why there is none."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Job, Staff
from accounts.services.jobs import run_job
from accounts.services.rights import RightMissing
from reports import tasks
from reports.exporting import KEPT_OF_A_MONTH
from reports.files import Form
from reports.models import MonthlyExport, SavedReport
from reports.monthly import NoSuchDay, export_what_is_due, schedule_report, unschedule_report
from tests.concurrency.threads import at_once
from tests.factories import make_person, make_settlement, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
SINCE = dt.datetime(2026, 3, 10, 9, tzinfo=dt.UTC)
NIGHT = dt.datetime(2026, 4, 4, 19, tzinfo=dt.UTC)  # three in the morning of the fifth, at the bureau
MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def scheduled(owner: Staff, report: str = "settlements", **asked: str) -> SavedReport:
    """For the night to the fifth, since the tenth of March."""
    asked = asked or {"since": "2020-01-01", "until": "2020-01-02", "med_type": "11"}
    saved = SavedReport.objects.create(owner=owner, name=report, report=report, asked=asked)
    schedule_report(saved=saved, day=5, form=Form.CSV, by=owner)
    SavedReport.objects.update(monthly_since=SINCE)
    saved.refresh_from_db()
    return saved


def test_the_file_of_the_month_before_is_there_in_the_morning(supervisor: Staff) -> None:
    patient = make_person(by=supervisor)
    for number, day in enumerate(("2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01")):
        at = timezone.make_aware(dt.datetime.fromisoformat(f"{day} 12:00"))
        make_settlement(patient, by=supervisor, setl_id=f"S{number}", settled_at=at)
    saved = scheduled(supervisor)
    assert export_what_is_due(now=NIGHT - dt.timedelta(hours=2)) == 0
    assert export_what_is_due(now=NIGHT) == 1
    month = saved.months.get()
    assert month.job is not None
    assert (month.month, month.job.owner, month.job.params["asked"]) == (
        MARCH,
        supervisor,
        {"since": "2026-03-01", "until": "2026-03-31", "med_type": "11"},
    )
    run_job(month.job.pk)
    job = Job.objects.get(pk=month.job.pk)
    lines = list(csv.reader(io.StringIO(job.file.content.decode("utf-8-sig"))))
    assert [line[0] for line in lines[1:]] == ["S1", "S2"]
    assert job.file.expires_at is not None
    assert job.file.expires_at - timezone.now() > KEPT_OF_A_MONTH - dt.timedelta(hours=1)
    assert f"/exports/{job.pk}/file/" in signed_in(supervisor).get("/exports/").content.decode()
    assert "2026-03" in signed_in(supervisor).get("/reports/").content.decode()


def test_what_holds_on_a_day_is_that_of_the_last_of_the_month(supervisor: Staff) -> None:
    saved = scheduled(supervisor, "members", day="2020-01-01")
    export_what_is_due(now=NIGHT)
    job = saved.months.get().job
    assert job is not None
    assert job.params["asked"] == {"day": "2026-03-31"}


def test_a_month_is_asked_for_once_however_often_it_is_looked_at(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    asked = at_once(*[lambda: export_what_is_due(now=NIGHT)] * 4)
    assert sorted(map(str, asked)) == ["0", "0", "0", "1"]
    assert export_what_is_due(now=NIGHT + dt.timedelta(days=1)) == 0
    assert (saved.months.count(), Job.objects.filter(kind="export_report").count()) == (1, 1)


def test_missed_nights_are_made_good(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    export_what_is_due(now=NIGHT + dt.timedelta(days=62))
    months = [one.month for one in saved.months.order_by("month")]
    assert months == [MARCH, dt.date(2026, 4, 1), dt.date(2026, 5, 1)]


def test_who_lost_the_right_or_left_gets_a_reason_and_no_file(supervisor: Staff) -> None:
    gone, kept = make_staff("supervisor", "421000"), scheduled(supervisor)
    lost, left = scheduled(make_staff("supervisor", "421000")), scheduled(gone)
    lost.owner.groups.clear()
    Staff.objects.filter(pk=gone.pk).update(is_active=False)
    assert export_what_is_due(now=NIGHT) == 3
    for saved in (lost, left):
        month = saved.months.get()
        assert (month.job, "权限" in month.failure) == (None, True)
    assert kept.months.get().job is not None


def test_who_loses_the_right_after_the_night_gets_no_file_either(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    export_what_is_due(now=NIGHT)
    supervisor.groups.clear()
    job = saved.months.get().job
    assert job is not None
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, hasattr(job, "file")) == ("refused", False)


def test_what_is_no_longer_scheduled_does_not_come(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    unschedule_report(saved=saved, by=supervisor)
    assert export_what_is_due(now=NIGHT) == 0
    tasks.export_monthly()
    assert not MonthlyExport.objects.exists()


def test_a_report_that_is_no_longer_offered_says_so_and_stops_no_other(supervisor: Staff) -> None:
    old = scheduled(supervisor, "no-such-report")
    other = scheduled(make_staff("supervisor", "421000"))
    export_what_is_due(now=NIGHT)
    assert old.months.get().failure == "该报表已不再提供。"
    assert other.months.get().job is not None


def test_the_page_schedules_changes_and_ends_it(supervisor: Staff) -> None:
    client = signed_in(supervisor)
    client.post("/reports/members/save/", {"name": "成员", "day": "2026-03-16"})
    saved = SavedReport.objects.get()
    at = f"/saved-reports/{saved.pk}/monthly/"
    tried = [
        ("5", "xlsx", (5, "xlsx")),
        ("28", "csv", (28, "csv")),
        *[(day, form, (28, "csv")) for day, form in (("29", "csv"), ("x", "csv"), ("0", "csv"), ("3", "exe"))],
        ("", "", (None, "")),
    ]
    for day, form, expected in tried:
        client.post(at, {"day": day, "form": form})
        saved.refresh_from_db()
        assert (saved.monthly_on, saved.monthly_form) == expected, day
    assert saved.monthly_since is None
    assert signed_in(make_staff("supervisor", "421000")).post(at, {"day": "5", "form": "csv"}).status_code == 404


def test_only_days_that_every_month_has_and_only_with_the_right(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    for day in (0, 29):
        with pytest.raises(NoSuchDay):
            schedule_report(saved=saved, day=day, form=Form.CSV, by=supervisor)
    supervisor.groups.clear()
    with pytest.raises(RightMissing):
        schedule_report(saved=saved, day=5, form=Form.CSV, by=Staff.objects.get(pk=supervisor.pk))


def test_forgetting_a_report_leaves_the_files_that_came_of_it(supervisor: Staff) -> None:
    saved = scheduled(supervisor)
    export_what_is_due(now=NIGHT)
    signed_in(supervisor).post(f"/saved-reports/{saved.pk}/forget/")
    assert not MonthlyExport.objects.exists()
    assert Job.objects.filter(kind="export_report").count() == 1
