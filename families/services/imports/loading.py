"""A file in one go, as a command does it: read, check, confirm, and enter it, or nothing of it."""

from __future__ import annotations

import time

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.acting import acting
from accounts.models import Job, Staff
from accounts.services.import_result import ImportResult, RowError, result_for
from accounts.services.jobs import Unwatched, run_job
from accounts.services.review import OwnWork
from accounts.services.rights import require_right
from families.models import ImportBatch
from families.models.batch import BatchState, FamilyState
from families.services.imports.batches import (
    LOADS,
    REVIEWS,
    accept,
    confirm_batch,
    live_batch_of,
    may_review,
    new_batch,
)
from families.services.imports.faults import faults_of
from families.services.imports.staging import read_batch

# Of a batch that waits for its reviewer, what is ready counts as taken over.
TAKEN = (FamilyState.APPLIED, FamilyState.KNOWN)


class ReviewerOutside(Exception):
    def __init__(self, reviewer: Staff) -> None:
        super().__init__(_("{who} does not see batches of this region.").format(who=reviewer))


def load_registrations(
    *, content: bytes, name: str, only_valid: bool, dry_run: bool = False, reviewer: Staff | None = None, by: Staff
) -> ImportResult:
    """Bind the families of a workbook or CSV file.

    Rules: FORMATS.md, "Commands" and "Registration workbook". `only_valid`: families with faults stay behind; without
    it one of them means that nothing goes in. `reviewer`: says yes where the policy asks for a second person.
    Returns: the result; when nothing went in, no batch is left behind. The same file again changes nothing.
    Raises: RightMissing, OwnWork, ReviewerOutside; NotYours for a file that another desk has loaded and not confirmed
    yet; nothing is written then.
    """
    require_right(by, LOADS)
    if reviewer is not None:
        require_right(reviewer, REVIEWS)
    with transaction.atomic():
        batch, result = _loaded(content, name, by)
        if result.unreadable or dry_run or (result.errors and not only_valid and _is_new(batch)):
            transaction.set_rollback(True)
            return result if dry_run else _nothing_accepted(result)
        known = not _is_new(batch)
        if not known and batch.families.filter(state=FamilyState.READY).exists():
            batch = confirm_batch(batch_id=batch.pk, only_valid=only_valid, by=by)
        if reviewer is not None and batch.state == BatchState.SUBMITTED:
            _have_reviewed(batch, reviewer)
    _wait_until_entered(batch)
    return result_of(ImportBatch.objects.get(pk=batch.pk), known=known)


def _loaded(content: bytes, name: str, by: Staff) -> tuple[ImportBatch, ImportResult]:
    """The batch of the file: the one there is, or a new one, checked. Expects a transaction."""
    result = result_for(content)
    with acting(by):
        batch, is_new = _batch_of(name, result.sha256, by)
        error = read_batch(batch, content=content, progress=Unwatched(), by=by) if is_new else None
    if error is not None:
        result.errors = [error]
        return batch, result
    batch.refresh_from_db()
    return batch, result_of(batch)


def _batch_of(name: str, sha256: str, by: Staff) -> tuple[ImportBatch, bool]:
    """The batch of a file, and whether it is new. Who loads it in this very moment is waited for."""
    known = live_batch_of(sha256=sha256, by=by)
    if known is not None:
        return known, False
    try:
        with transaction.atomic():
            return new_batch(name=name, sender="", sha256=sha256, by=by), True
    except IntegrityError:
        known = live_batch_of(sha256=sha256, by=by)
        if known is None:
            raise
        return known, False


def _is_new(batch: ImportBatch) -> bool:
    return batch.state == BatchState.CHECKED


def _nothing_accepted(result: ImportResult) -> ImportResult:
    result.accepted_rows = result.accepted_families = 0
    return result


def _have_reviewed(batch: ImportBatch, reviewer: Staff) -> None:
    if not ImportBatch.objects.for_staff(reviewer).filter(pk=batch.pk).exists():
        raise ReviewerOutside(reviewer)
    if not may_review(batch, reviewer):
        raise OwnWork
    with acting(reviewer):
        accept(batch, reviewer)


def _wait_until_entered(batch: ImportBatch) -> None:
    """Do the job here, unless a worker was quicker; a killed command leaves it to the sweeper."""
    if batch.state != BatchState.APPLYING or batch.job_id is None:
        return
    run_job(batch.job_id)
    while not Job.objects.get(pk=batch.job_id).is_over:
        time.sleep(0.2)


def result_of(batch: ImportBatch, *, known: bool = False) -> ImportResult:
    """FORMATS.md's import result of a batch as it stands. `known`: the file was loaded before."""
    taken = set(TAKEN) | (
        {FamilyState.READY}
        if batch.state in (BatchState.CHECKED, BatchState.SUBMITTED, BatchState.APPLYING)
        else set()
    )
    accepted = batch.families.filter(state__in=taken)
    result = ImportResult(
        sha256=batch.sha256,
        rows=batch.rows,
        families=batch.families.count(),
        accepted_families=accepted.count(),
        rejected_families=batch.families.filter(state=FamilyState.FAULTY).count(),
        accepted_rows=accepted.aggregate(n=Sum("size"))["n"] or 0,
        ignored_columns=batch.layout.get("unknown", []),
        state=batch.state,
    )
    known_rows = batch.families.filter(state=FamilyState.KNOWN).aggregate(n=Sum("size"))["n"] or 0
    result.unchanged = result.accepted_rows if known else known_rows
    result.created = result.accepted_rows - result.unchanged
    result.errors = list(_errors(batch))
    return result


def _errors(batch: ImportBatch) -> list[RowError]:
    """All faults of all rows, by row."""
    stored = batch.families.filter(state=FamilyState.FAULTY).values_list("number", "first_row", "errors")
    errors = [fault.as_error(number or str(row)) for number, row, faults in stored for fault in faults_of(faults)]
    return sorted(errors, key=lambda error: error.row)
