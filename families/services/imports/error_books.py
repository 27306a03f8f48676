"""Large workbooks of errors: asked for, made by a worker, and kept, sealed, for whoever asked.

Invariants: nobody is given a workbook that somebody else asked for; one at a time is made for a person and batch.
"""

from __future__ import annotations

from django.db.models import QuerySet, Sum

from accounts.acting import writes
from accounts.models import Job, Staff
from accounts.services.jobs import enqueue
from families.models import ImportBatch, ImportFamily
from families.models.batch import FamilyState
from families.services.imports.batches import lock_batch

KIND = "write_error_book"
# Rows that the web process writes itself, in a second and 30 MiB; of 60,000 it would take 9 s and 340 MiB.
AT_ONCE = 5_000


def to_correct(batch: ImportBatch) -> QuerySet[ImportFamily]:
    """The families of a workbook of errors, in the order of the file."""
    return batch.families.filter(state=FamilyState.FAULTY).order_by("position")


def is_large(batch: ImportBatch) -> bool:
    """Whether its workbook of errors is left to a worker."""
    return (to_correct(batch).aggregate(rows=Sum("size"))["rows"] or 0) > AT_ONCE


def last_book(batch: ImportBatch, staff: Staff) -> Job | None:
    """The job of the last workbook that this person asked for; its file is there once it is done."""
    jobs = Job.objects.for_staff(staff).filter(owner=staff, kind=KIND, params__batch=batch.pk)
    return jobs.order_by("-pk").first()


@writes
def ask_for_book(*, batch_id: int, language: str, by: Staff) -> Job:
    """Have a worker write the workbook of errors as it would be now. `language`: of the reasons in it.

    Returns: the job; one that is not over yet is returned as it is (a second click).
    Raises: ImportBatch.DoesNotExist outside the scope, NotYours. Locks: the batch.
    """
    batch = lock_batch(batch_id, by)
    last = last_book(batch, by)
    if last is not None and not last.is_over:
        return last
    return enqueue(kind=KIND, by=by, params={"batch": batch.pk, "language": language})
