"""Master data from a file, in two jobs: a check that writes nothing, and the import that its owner confirms.

Invariants: a checked file is imported once, by whoever had it checked, and only while it would do what the check
said; nothing of the check's result is written: the import reads the file again and looks everything up anew.
"""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, Staff
from accounts.models.job import CHECK_FILE, JobState
from accounts.services.import_result import SHOWN_ERRORS, ImportResult
from accounts.services.jobs import JobRefused, Progress, enqueue
from accounts.services.rights import RightMissing, require_right
from accounts.services.sources import SOURCES

# What has to be the same at the import as it was at the check.
PROMISED = ("created", "updated", "unchanged", "changes")


class NotToConfirm(Exception):
    """The check is not over, found errors, or was confirmed already; the message is for a person."""


@writes
def check_file(*, kind: str, file: tuple[str, bytes], by: Staff) -> Job:
    """Ask what a file would do. `kind`: of `SOURCES`; `file`: name and content. Raises: RightMissing."""
    require_right(by, SOURCES[kind].right)
    return enqueue(kind=CHECK_FILE, params={"kind": kind}, file=file, by=by)


@writes
def confirm_check(*, check: Job, by: Staff) -> Job:
    """Ask for the import of a checked file. `check`: of `by`.

    Raises: RightMissing, NotToConfirm; also for the second of two at once. Locks: the check.
    """
    kind = check.params["kind"]
    require_right(by, SOURCES[kind].right)
    locked = Job.objects.select_for_update(no_key=True).get(pk=check.pk, owner=by, kind=CHECK_FILE)
    if locked.state != JobState.DONE or not locked.result or locked.result["error_count"]:
        raise NotToConfirm(_("Only a file that was checked without errors can be confirmed."))
    try:
        with transaction.atomic():
            return enqueue(kind=kind, confirms=locked, by=by)
    except IntegrityError as twice:
        raise NotToConfirm(_("This file was confirmed already: its import is among your jobs.")) from twice


def run_check(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job that checks. Raises: JobRefused for a file that cannot be read, or a right that is gone."""
    return _load(job, progress, job.params["kind"], write=False).as_preview()


def run_import(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job that imports: its file, with the rights and scope of whoever asked.

    Returns: FORMATS.md's import result, with the first `SHOWN_ERRORS` errors and their number.
    Raises: JobRefused when the file cannot be read, the right is gone, or the file would do something else by now
    than what was confirmed.
    """
    result = _load(job, progress, job.kind, write=True)
    if job.confirms and not result.errors:
        _require_as_promised(job.confirms, result)
    return result.as_json(most_errors=SHOWN_ERRORS)


def _load(job: Job, progress: Progress, kind: str, *, write: bool) -> ImportResult:
    file, load = job.upload, SOURCES[kind].load
    try:
        result = load(content=file.content, name=file.name, by=job.owner, report=progress.report, write=write)
    except RightMissing as refusal:
        raise JobRefused(str(refusal)) from refusal
    if result.unreadable:
        raise JobRefused(result.unreadable.message)
    return result


def _require_as_promised(check: Job, result: ImportResult) -> None:
    now, then = result.as_preview(), check.result or {}
    if any(now[name] != then.get(name) for name in PROMISED):
        raise JobRefused(_("What is stored changed after the check, so nothing was imported. Check the file again."))
