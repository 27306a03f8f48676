"""Lists as files on the samples: every row once, numbers as numbers, ID numbers as text, nothing left behind."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import python_calamine
from django.apps import apps
from django.conf import LazySettings, settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import AccountEntry, AuditEvent, InsuredPerson, Job, JobFile, JobFilePiece, Staff
from accounts.models.job import JobState
from accounts.rules.sealing import SealBroken
from accounts.services import jobs
from accounts.services.jobs import LeaseLost, NotToCancel, Progress, cancel_job, enqueue, run_job, sweep
from accounts.spreadsheets import writer
from families.models import GroupMember
from reports import list_files, reading
from reports.asking import narrowed
from reports.exporting import ask_for_export, run_export
from reports.files import Form
from reports.list_files import MOST_ROWS, shown
from reports.lists import LISTS
from reports.reading import Reading
from reports.tables import snapshot
from settlement.models import Discrepancy, Settlement, SettlementShare
from tests.concurrency.threads import at_once
from tests.conftest import KEPT as STANDING
from tests.factories import make_staff
from tests.integration.test_reconcile import settle
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = dt.date(2026, 3, 17)
WIDE = {"since": "2000-01-01", "until": "2099-12-31"}
AS_OF = {"day": "2026-03-16"}
ASKED = {code: AS_OF if code == "members" else WIDE for code in LISTS}
MODELS: dict[str, Any] = {
    "settlements": Settlement,
    "shares": SettlementShare,
    "members": GroupMember,
    "entries": AccountEntry,
    "exceptions": Discrepancy,
}


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    """The samples, settled."""
    made_once("of_the_samples_settled", lambda: settle(samples), beside=STANDING)
    return Staff.objects.get(username="zhuguan")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def asked_for(code: str, form: Form, *, by: Staff, **asked: str) -> Job:
    return ask_for_export(report=LISTS[code], asked=asked or ASKED[code], form=form, by=by)


def exported(code: str, form: Form, *, by: Staff, **asked: str) -> Job:
    job = asked_for(code, form, by=by, **asked)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.DONE, "")
    return job


def rows_of(code: str, *, by: Staff) -> list[tuple[Any, ...]]:
    with snapshot():
        return list(Reading(LISTS[code], narrowed(LISTS[code], ASKED[code], staff=by, today=TODAY).narrowed()))


def in_workbook(job: Job) -> list[list[Any]]:
    book = python_calamine.load_workbook(io.BytesIO(job.file.content))
    return book.get_sheet_by_index(0).to_python()


@pytest.mark.parametrize("code", list(LISTS))
def test_a_workbook_holds_every_row_once_and_says_what_it_is_of(supervisor: Staff, code: str) -> None:
    rows = rows_of(code, by=supervisor)
    assert len(rows) == MODELS[code].objects.for_staff(supervisor).count()
    job = exported(code, Form.XLSX, by=supervisor)
    assert job.result is not None
    assert job.result["rows"] == len(rows) == job.total

    heading, *found = in_workbook(job)
    columns = LISTS[code].columns
    assert heading == [str(one.label) for one in columns]
    assert len({*heading}) == len(heading)
    if rows:
        assert len(found) == len(rows)
        for line, row in zip(found, rows, strict=True):
            for cell, value, column in zip(line, row, columns, strict=True):
                assert same(cell, value), (column.label, cell, value)

    about = python_calamine.load_workbook(io.BytesIO(job.file.content)).get_sheet_by_name("说明").to_python()
    told = {str(label): value for label, value in about[1:]}
    assert told["行数"] == str(len(rows))
    assert told["数据校验值（SHA-256）"] == job.result["sha256"]
    assert (told["数据范围"], told["生成人"]) == (str(supervisor.region), supervisor.full_name)


def same(cell: Any, value: Any) -> bool:
    if isinstance(value, Decimal):
        return isinstance(cell, float) and round(Decimal(str(cell)), 2) == value
    if isinstance(value, int):
        return bool(cell == value)
    return cell == ("" if value is None else value)


def test_totals_are_those_of_the_rows(supervisor: Staff) -> None:
    with snapshot():
        rows = narrowed(LISTS["settlements"], WIDE, staff=supervisor, today=TODAY).narrowed()
        read = Reading(LISTS["settlements"], rows)
        list(read)
    fees = sum((one.medfee_sumamt for one in Settlement.objects.for_staff(supervisor)), Decimal(0))
    assert read.totals["医疗费总额"] == fees
    about = python_calamine.load_workbook(io.BytesIO(exported("settlements", Form.XLSX, by=supervisor).file.content))
    told = {str(label): value for label, value in about.get_sheet_by_name("说明").to_python()}
    assert told["合计：医疗费总额"] == f"{fees:,.2f}"


def test_the_workbook_has_a_frozen_heading_filters_widths_and_text_for_numbers(supervisor: Staff) -> None:
    with zipfile.ZipFile(io.BytesIO(exported("settlements", Form.XLSX, by=supervisor).file.content)) as parts:
        sheet = parts.read("xl/worksheets/sheet1.xml").decode()
    last = Settlement.objects.for_staff(supervisor).count() + 1
    assert 'topLeftCell="A2"' in sheet
    assert 'state="frozen"' in sheet
    assert f'<autoFilter ref="A1:T{last}"/>' in sheet
    widths = [float(width) for width in re.findall(r'<col [^>]*width="([0-9.]+)"', sheet)]
    assert widths[0] > 20
    number = re.search(r'<c r="E2"[^>]*>', sheet)
    amount = re.search(r'<c r="O2"[^>]*>', sheet)
    assert number is not None
    assert amount is not None
    assert 't="inlineStr"' in number[0] or 't="s"' in number[0]
    assert " t=" not in amount[0]
    assert "<f>" not in sheet


def test_numbers_are_masked_on_every_surface(supervisor: Staff) -> None:
    full = {person.certno for person in InsuredPerson.objects.all()}
    for code in ("settlements", "shares", "members", "entries"):
        written = exported(code, Form.CSV, by=supervisor).file.content.decode()
        page = signed_in(supervisor).get(f"/reports/{code}/", ASKED[code]).content.decode()
        for text in (written, page):
            assert "********" in text, code
            assert not [number for number in full if number in text]


def test_the_csv_file_says_the_same(supervisor: Staff) -> None:
    job = exported("settlements", Form.CSV, by=supervisor)
    assert job.file.content.startswith("\ufeff".encode())
    lines = list(csv.reader(io.StringIO(job.file.content.decode("utf-8-sig"))))
    rows = rows_of("settlements", by=supervisor)
    assert [line[0] for line in lines[1:]] == [row[0] for row in rows]
    assert [Decimal(line[14]) for line in lines[1:]] == [row[14] for row in rows]
    book = exported("settlements", Form.XLSX, by=supervisor)
    assert job.result is not None
    assert book.result is not None
    assert job.result["sha256"] == book.result["sha256"]
    assert job.result["file_sha256"] == job.file.sha256 != book.file.sha256


def test_paper_holds_few_rows_and_says_what_to_take_for_more(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = exported("members", Form.PDF, by=supervisor)
    pdf = pypdfium2.PdfDocument(job.file.content)
    text = "".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))
    for row in rows_of("members", by=supervisor)[:5]:
        assert str(row[0]) in text
    monkeypatch.setitem(MOST_ROWS, Form.PDF, 3)
    refused = asked_for("members", Form.PDF, by=supervisor)
    run_job(refused.pk)
    refused.refresh_from_db()
    assert (refused.state, "Excel" in refused.failure, hasattr(refused, "file")) == ("refused", True, False)


def test_more_rows_than_a_sheet_holds_go_on_in_the_next(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = rows_of("members", by=supervisor)
    monkeypatch.setattr(writer, "SHEET_HOLDS", len(rows) // 2)
    book = python_calamine.load_workbook(io.BytesIO(exported("members", Form.XLSX, by=supervisor).file.content))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names[:-1]]
    assert len(sheets) >= 2
    assert [line[0] for sheet in sheets for line in sheet[1:]] == [row[0] for row in rows]


def test_a_list_without_rows_keeps_its_headings(supervisor: Staff) -> None:
    stranger = make_staff("supervisor", "330100")
    for code in LISTS:
        assert rows_of(code, by=stranger) == []
        job = exported(code, Form.XLSX, by=stranger)
        assert in_workbook(job)[0] == [str(one.label) for one in LISTS[code].columns]


def test_rows_come_in_batches_and_progress_is_told(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "BATCH", 50)
    told: list[int] = []
    rows = narrowed(LISTS["members"], AS_OF, staff=supervisor, today=TODAY).narrowed()
    with snapshot():
        count = sum(1 for _row in Reading(LISTS["members"], rows, reported=told.append))
    assert told == [*range(50, count, 50), count]


def test_a_page_shows_the_first_rows_as_they_stand_in_the_file(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reports.views.reports.FIRST_ROWS", 7)
    for code, listed in LISTS.items():
        page = signed_in(supervisor).get(f"/reports/{code}/", ASKED[code])
        rows = rows_of(code, by=supervisor)
        expected = [
            [shown(value, one.holds) for value, one in zip(row, listed.columns, strict=True) if one.on_paper]
            for row in rows[:7]
        ]
        assert [[value for value, _figure in line] for line in page.context["lines"]] == expected
        assert page.context["more"] == (len(rows) > 7)


def test_what_the_page_of_settlements_is_narrowed_to_goes_into_the_file(supervisor: Staff) -> None:
    client = signed_in(supervisor)
    patient = Settlement.objects.for_staff(supervisor).filter(med_type="11").first()
    assert patient is not None
    asked = {"person": str(patient.person_id), "med_type": "11"}
    page = client.get("/settlements/", asked).content.decode()
    link = re.search(r'href="(/reports/settlements/\?[^"]*)"', page)
    assert link is not None
    listed = client.get(link[1].replace("&amp;", "&"))
    assert listed.context["asked"] == asked
    client.post("/reports/settlements/export/", {**listed.context["asked"], "form": "csv"})
    job = Job.objects.get(kind="export_report")
    run_job(job.pk)
    lines = list(csv.reader(io.StringIO(JobFile.objects.get(job=job).content.decode("utf-8-sig"))))
    expected = Settlement.objects.filter(person=patient.person_id, med_type="11").order_by("pk")
    assert [line[0] for line in lines[1:]] == [one.setl_id for one in expected]
    assert client.get("/reports/settlements/", {"over": "x"}).context["filter"].errors
    assert client.get("/reports/settlements/", {"person": "999999999"}).context["lines"] == []


def test_a_file_is_kept_and_served_in_pieces(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PIECE", 1_000)
    job = exported("members", Form.CSV, by=supervisor)
    pieces = list(job.file.pieces.all())
    assert len(pieces) == job.file.piece_count == -(-job.file.size // 1_000) > 2
    name = rows_of("members", by=supervisor)[0][3]
    assert not [one for one in pieces if str(name).encode() in bytes(one.content_sealed)]
    fetched = signed_in(supervisor).get(f"/exports/{job.pk}/file/")
    parts = list(fetched.streaming_content)
    assert [len(part) for part in parts[:-1]] == [1_000] * (len(pieces) - 1)
    assert (b"".join(parts), fetched.headers["Content-Length"]) == (job.file.content, str(job.file.size))


def test_a_piece_that_is_moved_or_taken_away_is_noticed(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "PIECE", 1_000)
    job = exported("members", Form.CSV, by=supervisor)
    first, second = job.file.pieces.all()[:2]
    JobFilePiece.objects.filter(pk=first.pk).update(content_sealed=second.content_sealed)
    with pytest.raises(SealBroken):
        job.file.content  # noqa: B018
    JobFilePiece.objects.filter(pk=first.pk).update(content_sealed=first.content_sealed)
    JobFilePiece.objects.filter(number=job.file.piece_count).delete()
    with pytest.raises(SealBroken):
        job.file.content  # noqa: B018
    JobFile.objects.filter(pk=job.file.pk).update(piece_count=job.file.piece_count - 1)
    with pytest.raises(SealBroken):
        JobFile.objects.get(pk=job.file.pk).content  # noqa: B018


def test_nothing_is_left_on_the_disk(supervisor: Staff) -> None:
    for form in Form:
        exported("members", form, by=supervisor)
    assert list(settings.EXPORTS_DIR.iterdir()) == []
    assert settings.EXPORTS_DIR.stat().st_mode & 0o077 == 0


def test_what_is_cancelled_while_it_waits_is_never_done(supervisor: Staff) -> None:
    job = asked_for("members", Form.CSV, by=supervisor)
    client = signed_in(supervisor)
    assert "取消" in client.get("/exports/").content.decode()
    client.post(f"/exports/{job.pk}/cancel/")
    run_job(job.pk)
    sweep()
    job.refresh_from_db()
    assert (job.state, job.attempts, hasattr(job, "file")) == (JobState.CANCELLED, 0, False)
    assert job.finished_at is not None
    event = apps.get_model("accounts", "JobEvent").objects.filter(pgh_obj_id=job.pk).latest("pgh_id")
    assert (event.state, event.pgh_context["staff"]) == (JobState.CANCELLED, supervisor.pk)
    assert "已取消" in client.get("/exports/").content.decode()
    client.post(f"/exports/{job.pk}/cancel/")
    with pytest.raises(NotToCancel):
        cancel_job(job=job, by=supervisor)


@pytest.mark.parametrize("after", [0, 1])
def test_what_is_cancelled_while_it_runs_leaves_nothing(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    """`after`: how many steps were already kept when it was cancelled."""
    job = asked_for("members", Form.CSV, by=supervisor)
    real = jobs._finish if after else list_files.write_list

    def cancelled_meanwhile(*args: Any, **kwargs: Any) -> None:
        assert JobFile.objects.filter(job=job).count() == after
        in_another_connection(lambda: cancel_job(job=Job.objects.get(pk=job.pk), by=supervisor))
        real(*args, **kwargs)

    where = "accounts.services.jobs._finish" if after else "reports.exporting.write_list"
    monkeypatch.setattr(where, cancelled_meanwhile)
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.result) == (JobState.CANCELLED, None)
    assert not JobFile.objects.filter(job=job).exists()
    assert not JobFilePiece.objects.exists()
    assert list(settings.EXPORTS_DIR.iterdir()) == []


def in_another_connection(work: Callable[[], None]) -> None:
    (refusal,) = at_once(work)
    assert refusal is None


def test_a_long_export_stops_where_it_is_when_it_was_cancelled(
    supervisor: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", 10)
    job = asked_for("members", Form.XLSX, by=supervisor)
    progress = Progress(job.pk, 0)
    progress.lost.set()
    with pytest.raises(LeaseLost):
        run_export(job, progress)
    assert progress.done == 0


def test_only_its_owner_cancels_and_only_what_may_be(supervisor: Staff) -> None:
    job = asked_for("members", Form.CSV, by=supervisor)
    colleague = make_staff("supervisor", "421000")
    assert signed_in(colleague).post(f"/exports/{job.pk}/cancel/").status_code == 404
    with pytest.raises(NotToCancel):
        cancel_job(job=job, by=colleague)
    load = enqueue(kind="load_settlements", by=supervisor, file=("x.csv", b"x"))
    with pytest.raises(NotToCancel):
        cancel_job(job=load, by=supervisor)
    assert Job.objects.get(pk=load.pk).state == JobState.QUEUED
    assert signed_in(supervisor).post(f"/exports/{load.pk}/cancel/").status_code == 404


def test_the_end_is_told_wherever_the_person_is_and_only_once(supervisor: Staff) -> None:
    client = signed_in(supervisor)
    assert b"gj-awaited" not in client.get("/settlements/").content
    client.post("/reports/members/export/", {**AS_OF, "form": "csv"})
    job = Job.objects.get(kind="export_report")
    assert b"gj-awaited" in client.get("/settlements/").content
    waiting = client.get("/exports/notice/").content.decode()
    assert ("gj-awaited" in waiting, f"/exports/{job.pk}/file/" in waiting) == (True, False)
    run_job(job.pk)
    told = client.get("/exports/notice/").content.decode()
    assert ("gj-awaited" in told, f"/exports/{job.pk}/file/" in told) == (False, True)
    assert client.get("/exports/notice/").content.decode().strip() == ""
    assert b"gj-awaited" not in client.get("/settlements/").content


def test_a_disk_that_is_full_is_tried_again_and_ends_in_a_clear_state(
    supervisor: Staff, settings: LazySettings, tmp_path: Path
) -> None:
    settings.EXPORTS_DIR = tmp_path / "file"
    settings.EXPORTS_DIR.write_text("no directory")
    job = asked_for("members", Form.CSV, by=supervisor)
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        with pytest.raises(OSError, match="exists"):
            run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.QUEUED, attempt)
        Job.objects.filter(pk=job.pk).update(not_before=timezone.now())
    sweep()
    job.refresh_from_db()
    assert (job.state, "FileExistsError" in job.failure, hasattr(job, "file")) == (JobState.FAILED, True, False)


def test_each_export_is_audited_with_what_is_in_it(supervisor: Staff) -> None:
    job = exported("members", Form.CSV, by=supervisor)
    event = AuditEvent.objects.filter(kind="export").latest("sequence")
    assert job.result is not None
    assert event.staff == supervisor
    assert event.detail["file"] == "members"
    assert (event.detail["rows"], event.detail["sha256"]) == (job.result["rows"], job.file.sha256)
    assert "full_numbers" not in event.detail


def test_the_page_of_own_exports_reads_no_file(supervisor: Staff) -> None:
    exported("members", Form.CSV, by=supervisor)
    client = signed_in(supervisor)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        client.get("/exports/")
    assert [one["sql"] for one in queries if "jobfilepiece" in one["sql"]] == []
