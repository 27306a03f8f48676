"""Files of reports and lists, made by a worker: asked for on the page, kept for a while, served to their owner alone.

Invariants: a file says what moment it is of, and everything in it is of that moment (`snapshot`). It is made outside
the database in a file without a name (`unnamed`), and goes in piece by piece in one transaction: a killed or
cancelled worker leaves no half of it. The owner's rights count when it is made and each time it is fetched. Full ID
numbers are written for a request that was agreed to, or for so few rows that it needs nobody else.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, JobFile, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.jobs import JobRefused, Progress, cancellable, enqueue, in_steps, keep_file_made
from accounts.services.rights import RightMissing, require_right
from reports.asking import about, narrowed
from reports.definition import Offered, Report, RowList
from reports.files import MOST_LINES, About, Form, digest_of, write
from reports.list_files import MOST_ROWS, write_list
from reports.lists import OFFERED
from reports.models import FullNumbersRequest
from reports.models.full_numbers import ALLOWED
from reports.reading import Reading
from reports.tables import snapshot, table_of
from reports.unnamed import Unnamed, unnamed_file

KIND = "export_report"
RIGHT = "reports.export_reports"
FULL_NUMBERS = "reports.export_full_numbers"
KEPT = dt.timedelta(days=7)
KEPT_OF_A_MONTH = dt.timedelta(days=31)


@writes
def ask_for_export(
    *, report: Offered, asked: Mapping[str, str], form: Form, by: Staff, kept: dt.timedelta = KEPT
) -> Job:
    """Have a file made. `asked`: what it is narrowed to, as the address says it. Raises: RightMissing."""
    require_right(by, RIGHT)
    require_right(by, report.right)
    params = {
        "report": report.code,
        "asked": dict(asked),
        "form": form.value,
        "language": get_language() or "zh-hans",
        "days": kept.days,
    }
    return enqueue(kind=KIND, by=by, params=params)


@dataclass(frozen=True, slots=True)
class Made:
    """What is told of a file. `sha256`: of what it says, `file_sha256`: of the file itself."""

    rows: int
    sha256: str
    file_sha256: str


@dataclass(frozen=True, slots=True)
class Order:
    """A file that is being made: what it says of itself, in which form, where; `full`: what allows full numbers."""

    about: About
    form: Form
    into: Unnamed
    full: FullNumbersRequest | None
    progress: Progress


@cancellable
@in_steps
def run_export(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `export_report`.

    Raises: JobRefused for what cannot be asked, and for more lines than the form holds; OSError when the disk is
    full: then it is tried again.
    """
    offered, form = OFFERED[job.params["report"]], Form(job.params["form"])
    full = FullNumbersRequest.objects.filter(job=job).first()
    _require_still_allowed(offered, job.owner, full)
    with translation.override(job.params["language"]), unnamed_file() as into:
        now = timezone.localtime()
        rows = narrowed(offered, job.params["asked"], staff=job.owner, today=timezone.localdate(job.created_at))
        if not rows.is_valid():
            raise JobRefused(_("Something that was asked for is not offered: choose again on the page."))
        told = replace(about(rows, staff=job.owner, at=now), reason=full.reason if full else "")
        made = _make(offered, rows.narrowed(), Order(told, form, into, full, progress))
        with progress.step():
            _keep(job=job, name=f"{offered.title} {now:%Y-%m-%d}.{form.value}", into=into, made=made, by=job.owner)
    return asdict(made)


def _make(offered: Offered, rows: QuerySet[Any], order: Order) -> Made:
    with snapshot():
        if isinstance(offered, RowList):
            count, sha256 = _write_rows(offered, rows, order)
        else:
            count, sha256 = _write_figures(offered, rows, order)
    order.into.file.seek(0)
    return Made(count, sha256, hashlib.file_digest(order.into.file, "sha256").hexdigest())  # type: ignore[arg-type]


def _write_figures(report: Report, rows: QuerySet[Any], order: Order) -> tuple[int, str]:
    """Few lines: they are in memory. Returns: how many, and their SHA-256."""
    table = table_of(report, rows, most=MOST_LINES[order.form])
    if table.more:
        raise JobRefused(_too_long(order.form, MOST_LINES[order.form]))
    order.into.file.write(write(table, order.about, order.form))
    return len(table.lines), digest_of(table)


def _write_rows(listed: RowList, rows: QuerySet[Any], order: Order) -> tuple[int, str]:
    """However many rows: one batch is in memory. Returns: how many, and their SHA-256."""
    count = rows.order_by().count()
    if count > MOST_ROWS[order.form]:
        raise JobRefused(_too_long(order.form, MOST_ROWS[order.form]))
    if order.full:
        _require_agreed(order.full, count)
    order.progress.report(0, count)
    reading = Reading(
        listed, rows, full_for=order.full.asked_by if order.full else None,
        reported=lambda done: order.progress.report(done, count),
    )  # fmt: skip
    write_list(reading, order.about, order.form, count=count, into=order.into)
    return reading.count, reading.sha256


def _require_still_allowed(offered: Offered, owner: Staff, full: FullNumbersRequest | None) -> None:
    """Raises: JobRefused for a right that was lost since the file was asked for."""
    try:
        require_right(owner, RIGHT)
        require_right(owner, offered.right)
        if full:
            require_right(owner, FULL_NUMBERS)
    except RightMissing as missing:
        raise JobRefused(str(missing)) from missing


def _require_agreed(full: FullNumbersRequest, count: int) -> None:
    """Raises: JobRefused, also for rows that came since and make it too many for one person."""
    if full.state not in ALLOWED or (full.decided_by_id is None and count > full.alone_up_to):
        raise JobRefused(
            _("There are {n} lines by now: more than {most} need a second person. Ask again.").format(
                n=count, most=full.alone_up_to
            )
        )


def _too_long(form: Form, most: int) -> str:
    if form is Form.PDF:
        return _("More than {n} lines: too long to print. Take Excel, or narrow the report.").format(n=most)
    return _("More than {n} lines: narrow the report.").format(n=most)


@writes
def _keep(*, job: Job, name: str, into: Unnamed, made: Made, by: Staff) -> None:
    expires_at = timezone.now() + dt.timedelta(days=job.params.get("days", KEPT.days))
    keep_file_made(job, into.file, name=name, sha256=made.file_sha256, expires_at=expires_at)
    full = FullNumbersRequest.objects.filter(job=job).first()
    why: dict[str, Any] = (
        {"full_numbers": full.pk, "reason": full.reason, "agreed_by": full.decided_by_id} if full else {}
    )
    record_event(
        AuditKind.EXPORT, by=by, file=job.params["report"], form=job.params["form"], asked=job.params["asked"],
        rows=made.rows, sha256=made.file_sha256, **why,
    )  # fmt: skip


@writes
def forget_old_exports(*, now: dt.datetime, by: Staff) -> int:
    """Delete the files whose time is over; the jobs stay. Returns: how many."""
    old = JobFile.objects.filter(expires_at__lt=now)
    return old.delete()[1].get("accounts.JobFile", 0)
