"""What a file says, staged and checked family by family, until it is entered.

Invariant: a family is `ready` only if its last check passed; who enters it checks it again. Families of one
batch that name the same person are checked together.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, TypeVar

from django.utils import timezone

from accounts.acting import acting
from accounts.bulk import chunks, copy_create, rarely_collecting, update_each
from accounts.models import Job, Staff
from accounts.services.import_result import RowError, file_error
from accounts.services.jobs import JobRefused, Progress, in_steps
from accounts.spreadsheets.cells import to_wire
from accounts.spreadsheets.refusals import FileRefused
from families.models import ImportBatch, ImportFamily
from families.models.batch import BatchState, FamilyState
from families.models.case import ReviewMode
from families.services.imports.batches import meanings_for, tell_audit
from families.services.imports.checking import Checked, Checker, tables_for
from families.services.imports.reading import (
    FormFile,
    HeadingsUnknown,
    RawFamily,
    family_from,
    read_form,
    stored_rows,
)
from families.services.lookup import record_refused

CHUNK = 500
UNDECIDED = (FamilyState.FAULTY, FamilyState.READY, FamilyState.KNOWN)
T = TypeVar("T")


@in_steps
def run_check(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `check_registrations`: the file of a batch. Raises: JobRefused."""
    batch = ImportBatch.objects.select_related("owner__region", "region").get(pk=job.params["batch"])
    refusal = read_batch(batch, content=job.file.content, progress=progress, by=job.owner)
    if refusal is not None:
        raise JobRefused(refusal.message)
    return {"batch": batch.pk}


@rarely_collecting()
def read_batch(batch: ImportBatch, *, content: bytes, progress: Progress, by: Staff) -> RowError | None:
    """Read the file of a batch and check every family of it, in one step.

    Returns: None, or why the file cannot be read; the batch says so too.
    """
    with acting(by):
        try:
            form = read_form(
                content,
                name=batch.name,
                remembered=lambda sender: meanings_for(batch, sender),
                report=progress.report,
            )
        except FileRefused as refused:
            return _refuse(batch, file_error(refused), progress)
        except HeadingsUnknown as unknown:
            return _ask_for_headings(batch, unknown, progress)
        _take_over(batch, form, progress, by)
    return None


def _take_over(batch: ImportBatch, form: FormFile, progress: Progress, by: Staff) -> None:
    with progress.step():
        batch = ImportBatch.objects.select_for_update(of=("self",)).select_related("owner__region").get(pk=batch.pk)
        batch.families.all().delete()
        checker = Checker(by=batch.owner, today=timezone.localdate())
        _stage(batch, form, checker, progress)
        record_refused(checker.refused_names, by=batch.owner)
        tell_audit(batch, {"rows": form.rows, "families": len(form.families)}, by)


def _refuse(batch: ImportBatch, error: RowError, progress: Progress) -> RowError:
    with progress.step():
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.REFUSED, failure=error.message[:300])
    return error


def _ask_for_headings(batch: ImportBatch, unknown: HeadingsUnknown, progress: Progress) -> RowError:
    error = file_error(unknown.refusal)
    with progress.step():
        batch = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        batch.state, batch.failure = BatchState.UNMAPPED, error.message[:300]
        batch.above = [[row.number, [to_wire(cell) for cell in row.cells]] for row in unknown.first_rows]
        batch.save(update_fields=["state", "failure", "above_sealed"])
    return error


def _stage(batch: ImportBatch, form: FormFile, checker: Checker, progress: Progress) -> None:
    tables = tables_for(today=checker.today)
    modes: Counter[str] = Counter()
    done = 0
    for chunk in chunks(form.families, CHUNK):
        families = [_staged(batch, raw, position) for position, raw in enumerate(chunk, start=done + 1)]
        answers = checker.check([family_from(raw.rows, form.layout["positions"], tables) for raw in chunk])
        for family, checked in zip(families, answers, strict=True):
            take_check(family, checked)
            modes[checked.policy.review_mode if checked.policy else ""] += 1
        copy_create(families)
        done += len(chunk)
        progress.report(done, len(form.families))
    assigned = batch.layout.get("assigned", {})
    batch.layout = form.layout | ({"assigned": assigned} if assigned else {})
    batch.above = [[row.number, [to_wire(cell) for cell in row.cells]] for row in form.above]
    batch.sender = batch.sender or form.sender
    batch.rows, batch.state, batch.failure = form.rows, BatchState.CHECKED, ""
    batch.needs_review = set(modes) - {""} != {ReviewMode.IMMEDIATE}
    batch.save()


def _staged(batch: ImportBatch, raw: RawFamily, position: int) -> ImportFamily:
    family = ImportFamily(
        batch=batch, position=position, number=raw.number[:60], first_row=raw.rows[0].number, size=len(raw.rows)
    )
    family.content = raw.as_content()
    return family


def check_again(
    batch: ImportBatch, families: Sequence[ImportFamily], *, checker: Checker | None = None, lock: bool = False
) -> list[Checked]:
    """Check stored families as they stand now, in the order of the file; nothing is written."""
    checker = checker or Checker(by=batch.owner, today=timezone.localdate())
    tables, positions = tables_for(today=checker.today), batch.layout["positions"]
    forms = [family_from(stored_rows(family.content), positions, tables) for family in families]
    return checker.check(forms, lock=lock)


def take_check(family: ImportFamily, checked: Checked) -> None:
    """What the check says, into the row that stands for the family; not saved."""
    family.errors = [fault.as_json() for fault in checked.faults]
    family.warnings = [fault.as_json() for fault in checked.warnings]
    family.persons, family.group = sorted(set(checked.persons)), checked.group
    if checked.faults:
        family.state = FamilyState.FAULTY
    else:
        family.state = FamilyState.READY if checked.is_ready else FamilyState.KNOWN


CHECKED_FIELDS = ("state", "errors", "warnings", "persons", "group")


def recheck(batch: ImportBatch, families: Sequence[ImportFamily]) -> None:
    """Check families again, with all others of the batch that name one of their persons, and store what it says."""
    together = {family.pk: family for family in families}
    persons = {person for family in families for person in family.persons}
    # Whom a corrected family names now; before, it named those above.
    persons |= {person for checked in check_again(batch, families) for person in checked.persons}
    while True:
        others = batch.families.filter(state__in=UNDECIDED, persons__overlap=sorted(persons)).exclude(pk__in=together)
        found = list(others)
        if not found:
            break
        together |= {family.pk: family for family in found}
        persons |= {person for family in found for person in family.persons}
    ordered = sorted(together.values(), key=lambda family: family.position)
    checker = Checker(by=batch.owner, today=timezone.localdate())
    for family, checked in zip(ordered, check_again(batch, ordered, checker=checker), strict=True):
        take_check(family, checked)
    update_each(ordered, CHECKED_FIELDS)
    record_refused(checker.refused_names, by=batch.owner)
