"""The work of a job of kind `write_error_book`: a workbook of errors that is too large for the web process."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import Job
from accounts.services.jobs import JobRefused, Progress, keep_file
from families.models import ImportBatch, ImportFamily
from families.registration_books.errors import error_book
from families.services.imports.error_books import to_correct


def book_name(batch: ImportBatch) -> str:
    return f"错误明细表-{batch.pk}.xlsx"


def run_error_book(job: Job, progress: Progress) -> dict[str, Any]:
    """Raises: JobRefused where nothing is to be corrected any more."""
    batch = ImportBatch.objects.get(pk=job.params["batch"])
    families = to_correct(batch)
    count = families.count()
    with translation.override(job.params["language"]):
        if not count:
            raise JobRefused(_("Nothing is to be corrected."))
        content = error_book(batch, _told(families.iterator(chunk_size=500), count, progress))
    keep_file(job, name=book_name(batch), content=content)
    return {"batch": batch.pk, "families": count}


def _told(families: Iterable[ImportFamily], count: int, progress: Progress) -> Iterator[ImportFamily]:
    for done, family in enumerate(families):
        progress.report(done, count)
        yield family
