"""Exports, for the table of all laws: files in pieces, full numbers decided by two people, months of saved reports.

Names in braces are ids of the world that `exports_world` adds to.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from accounts.models import Job, JobFile, JobFilePiece, Staff
from reports.models import FullNumbersRequest, MonthlyExport, SavedReport
from tests.factories import make_staff
from tests.integration.claim_laws import LawOf, change, inserted

REQUEST, SAVED, MONTH = "reports_fullnumbersrequest", "reports_savedreport", "reports_monthlyexport"
FILE, PIECE = "accounts_jobfile", "accounts_jobfilepiece"


def request(values: str = "") -> str:
    columns = {
        "report": "'members'", "asked": "'{{}}'", "form": "'xlsx'", "language": "'en'", "reason": "'x'",
        "rows": "501", "alone_up_to": "500", "asked_by_id": "{clerk}", "region_id": "'421002'", "asked_at": "now()",
        "state": "'waiting'", "decision": "''",
    }  # fmt: skip
    return inserted(REQUEST, columns, values)


def month(values: str = "") -> str:
    columns = {
        "saved_id": "{saved_report}", "month": "'2026-04-01'", "failure": "'x'", "asked_at": "now()",
    }  # fmt: skip
    return inserted(MONTH, columns, values)


def file(values: str = "") -> str:
    columns = {
        "job_id": "{job}", "name": "'x'", "sha256": "'x'", "size": "1", "content_sealed": "'x'", "piece_count": "0",
    }  # fmt: skip
    return inserted(FILE, columns, values)


def piece(number: int, of: str = "{pieces}") -> str:
    return inserted(PIECE, {"file_id": of, "number": str(number), "content_sealed": "'x'"}, "")


IN_PIECES = "content_sealed = NULL; piece_count = 2"
ITS = f"(SELECT id FROM {FILE} WHERE job_id = {{job}})"
DECIDED = "decided_by_id = {reviewer}, decided_at = now()"
AGREED = f"state = 'agreed', {DECIDED}"
REFUSED = f"state = 'refused', {DECIDED}, decision = 'x'"

EXPORT_LAWS: dict[str, LawOf] = {
    "job_file_whole_or_in_pieces": (
        file(),
        [file("content_sealed = NULL"), file("piece_count = 1"), change(FILE, "pieces", "piece_count = 0")],
        "",
    ),
    "job_file_has_its_pieces": (
        ";".join([file(IN_PIECES), piece(1, ITS), piece(2, ITS)]),
        [file(IN_PIECES), ";".join([file(IN_PIECES), piece(1, ITS)])],
        "",
    ),
    "job_file_piece_once": (piece(3), [piece(1), piece(3) + ";" + piece(3)], ""),
    "job_file_piece_from_one": (piece(3), [piece(0)], ""),
    "full_numbers_have_reason": (request(), [request("reason = ''")], ""),
    "full_numbers_two_people": (
        change(REQUEST, "waiting_request", AGREED),
        [change(REQUEST, "waiting_request", AGREED.replace("{reviewer}", "{clerk}"))],
        "",
    ),
    "full_numbers_decided_by_someone": (
        change(REQUEST, "waiting_request", AGREED),
        [
            change(REQUEST, "waiting_request", "state = 'agreed'"),
            change(REQUEST, "waiting_request", "state = 'agreed', decided_by_id = {reviewer}"),
            change(REQUEST, "waiting_request", DECIDED),
            request("state = 'x'"),
        ],
        "",
    ),
    "full_numbers_refused_with_reason": (
        change(REQUEST, "waiting_request", REFUSED),
        [change(REQUEST, "waiting_request", f"state = 'refused', {DECIDED}")],
        "",
    ),
    "full_numbers_alone_are_few": (
        request("state = 'alone'; rows = 500"),
        [request("state = 'alone'"), change(REQUEST, "waiting_request", "state = 'alone'")],
        "",
    ),
    "full_numbers_job_when_allowed": (
        change(REQUEST, "waiting_request", f"{AGREED}, job_id = {{job}}"),
        [
            change(REQUEST, "waiting_request", "job_id = {job}"),
            change(REQUEST, "waiting_request", f"{REFUSED}, job_id = {{job}}"),
        ],
        "",
    ),
    "full_numbers_stay_as_asked": (
        change(REQUEST, "waiting_request", AGREED),
        [change(REQUEST, "waiting_request", f"{name} = {value}") for name, value in (
            ("reason", "'y'"), ("asked", "'[]'"), ("report", "'shares'"), ("rows", "1"), ("alone_up_to", "9999"),
            ("asked_by_id", "{reviewer}"), ("region_id", "'421000'"), ("form", "'xlsx'"))],
        "Cannot update rows from reports_fullnumbersrequest",
    ),
    "full_numbers_decided_once": (
        change(REQUEST, "agreed_request", "job_id = {job}"),
        [
            change(REQUEST, "agreed_request", "state = 'waiting', decided_by_id = NULL, decided_at = NULL"),
            change(REQUEST, "agreed_request", "decided_at = now()"),
            change(REQUEST, "agreed_request", REFUSED),
        ],
        "Cannot update rows from reports_fullnumbersrequest",
    ),
    "full_numbers_are_kept": (
        request(),
        [f"DELETE FROM {REQUEST}"],
        "Cannot delete rows from reports_fullnumbersrequest",
    ),
    "full_numbers_decided_from_above": (
        change(REQUEST, "waiting_request", AGREED.replace("{reviewer}", "{province}")),
        [
            change(REQUEST, "waiting_request", AGREED.replace("{reviewer}", "{elsewhere}")),
            request("region_id = '421000'; state = 'agreed'; decided_by_id = {reviewer}; decided_at = now()"),
        ],
        "",
    ),
    "saved_report_monthly_whole": (
        change(SAVED, "saved_report", "monthly_on = 28, monthly_form = 'csv', monthly_since = now()"),
        [
            change(SAVED, "saved_report", f"monthly_on = {day}, monthly_form = 'csv', monthly_since = now()")
            for day in (0, 29, "NULL")
        ] + [
            change(SAVED, "saved_report", "monthly_on = 5, monthly_form = '', monthly_since = now()"),
            change(SAVED, "saved_report", "monthly_on = 5, monthly_form = 'csv'"),
        ],
        "",
    ),
    "monthly_export_once": (month(), [month("month = '2026-02-01'")], ""),
    "monthly_export_of_a_month": (month(), [month("month = '2026-04-02'")], ""),
    "monthly_export_or_its_reason": (
        month("job_id = {job}; failure = ''"),
        [month("failure = ''"), month("job_id = {job}")],
        "",
    ),
}  # fmt: skip


def exports_world(clerk: Staff, reviewer: Staff) -> dict[str, Any]:
    """A saved report with a month; a file of two pieces; a request that waits and one that was agreed to."""
    saved = SavedReport.objects.create(owner=clerk, name="standing", report="mutual-aid")
    MonthlyExport.objects.create(saved=saved, month=dt.date(2026, 2, 1), failure="x")
    job = Job.objects.create(kind="x", owner=clerk, region=clerk.region)
    kept = JobFile.objects.create(job=job, name="x", sha256="x", size=2, piece_count=2)
    for number in (1, 2):
        JobFilePiece.sealed(kept, number, b"x").save()
    asked = {"report": "members", "form": "csv", "language": "en", "reason": "x", "rows": 501, "alone_up_to": 500}
    common = {**asked, "asked_by": clerk, "region": clerk.region}
    agreed = {"state": "agreed", "decided_by": reviewer, "decided_at": timezone.now()}
    return {
        "saved_report": saved.pk,
        "pieces": kept.pk,
        "waiting_request": FullNumbersRequest.objects.create(**common, state="waiting").pk,
        "agreed_request": FullNumbersRequest.objects.create(**common, **agreed).pk,
        "province": make_staff("supervisor", "420000").pk,
        "elsewhere": make_staff("supervisor", "330100").pk,
    }
