"""Files of reports, made by a worker: asked for on the page, kept for a week, served to their owner alone.

Invariants: a file says what moment it is of, and its lines and totals are of that moment (`snapshot`); a killed
worker leaves no half of a file, because it goes in whole, in one transaction. The owner's rights count when it is
made and each time it is fetched.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, JobFile, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.jobs import JobRefused, Progress, enqueue, in_steps, keep_file
from accounts.services.rights import RightMissing, require_right
from reports.asking import about, narrowed
from reports.definition import Report
from reports.files import MOST_LINES, Form, digest_of, write
from reports.standard import REPORTS
from reports.tables import snapshot, table_of

KIND = "export_report"
RIGHT = "reports.export_reports"
KEPT = dt.timedelta(days=7)


@writes
def ask_for_export(*, report: Report, asked: Mapping[str, str], form: Form, by: Staff) -> Job:
    """Have a file of a report made. `asked`: what it is narrowed to, as the address says it. Raises: RightMissing."""
    require_right(by, RIGHT)
    require_right(by, report.right)
    params = {
        "report": report.code,
        "asked": dict(asked),
        "form": form.value,
        "language": get_language() or "zh-hans",
    }
    return enqueue(kind=KIND, by=by, params=params)


@in_steps
def run_export(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `export_report`.

    Raises: JobRefused for what cannot be asked, and for more lines than the form holds.
    """
    report, form = REPORTS[job.params["report"]], Form(job.params["form"])
    _require_still_allowed(report, job.owner)
    with translation.override(job.params["language"]):
        now = timezone.localtime()
        rows = narrowed(report, job.params["asked"], staff=job.owner, today=timezone.localdate(job.created_at))
        if not rows.is_valid():
            raise JobRefused(_("Something that was asked for is not offered: choose again on the page."))
        with snapshot():
            table = table_of(report, rows.narrowed(), most=MOST_LINES[form])
        if table.more:
            raise JobRefused(_too_long(form))
        content = write(table, about(rows, staff=job.owner, at=now), form)
        name = f"{report.title} {now:%Y-%m-%d}.{form.value}"
    with progress.step():
        _keep(job=job, name=name, content=content, by=job.owner)
    return {"rows": len(table.lines), "sha256": digest_of(table), "file_sha256": hashlib.sha256(content).hexdigest()}


def _require_still_allowed(report: Report, owner: Staff) -> None:
    """Raises: JobRefused for a right that was lost since the file was asked for."""
    try:
        require_right(owner, RIGHT)
        require_right(owner, report.right)
    except RightMissing as missing:
        raise JobRefused(str(missing)) from missing


def _too_long(form: Form) -> str:
    if form is Form.PDF:
        return _("More than {n} lines: too long to print. Take Excel, or narrow the report.").format(
            n=MOST_LINES[form]
        )
    return _("More than {n} lines: narrow the report.").format(n=MOST_LINES[form])


@writes
def _keep(*, job: Job, name: str, content: bytes, by: Staff) -> None:
    """A worker that was killed between file and end may have left one: this takes its place."""
    JobFile.objects.filter(job=job).delete()
    keep_file(job, name=name, content=content)
    record_event(
        AuditKind.EXPORT, by=by, file=job.params["report"], form=job.params["form"], asked=job.params["asked"],
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip


@writes
def forget_old_exports(*, now: dt.datetime, by: Staff) -> int:
    """Delete the files that were made longer than a week ago; the jobs stay. Returns: how many."""
    old = JobFile.objects.filter(job__kind=KIND, job__finished_at__lt=now - KEPT)
    return old.delete()[0]
