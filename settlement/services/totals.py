"""Totals of institutions (对账总额 3201): taken in by form or file.

Invariants: of an institution, period, insurance and clearing type the later total counts and the earlier stays; the
same total again changes nothing; a file goes in whole or not at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Any

from accounts.acting import writes
from accounts.import_messages import message_for
from accounts.models import Job, Staff
from accounts.models.audit import AuditKind
from accounts.prepared import fetch
from accounts.services.audit import record_event
from accounts.services.import_result import SHOWN_ERRORS, ImportResult, RowError, file_error, sha256_of
from accounts.services.jobs import JobRefused, Progress, enqueue
from accounts.services.rights import RightMissing, require_right
from accounts.spreadsheets.cells import text_of
from accounts.spreadsheets.columns import HeaderRefused, find_header
from accounts.spreadsheets.reader import Sheet, read_table
from accounts.spreadsheets.refusals import FileRefused
from settlement.models import StatementTotal
from settlement.services.statements import RIGHT
from settlement.services.total_rows import COLUMNS, FIGURES, KEY, NewTotal, TotalFaulty, TotalReader

LOAD = "load_totals"  # kind of the jobs
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('totals:' || %s, 0))"


@writes
def record_totals(*, totals: Sequence[NewTotal], by: Staff) -> int:
    """Store what is new or different; what it replaces stays, and counts no more. Returns: how many were stored.

    `totals`: of institutions in scope, each key once. Raises: RightMissing. Locks: the institutions, by their codes.
    """
    require_right(by, RIGHT)
    institutions = sorted({total.institution_id for total in totals})
    for code in institutions:
        fetch(LOCK, code)
    counting = StatementTotal.objects.counting().filter(institution__in=institutions)
    standing = {tuple(getattr(row, f) for f in KEY): row for row in counting}
    new = [total for total in totals if not _stands(total, standing.get(total.key))]
    replaced = [standing[total.key].pk for total in new if total.key in standing]
    StatementTotal.objects.filter(pk__in=replaced).update(counts=False)
    StatementTotal.objects.bulk_create(
        StatementTotal(loaded_by=by, **dict(zip((*KEY, *FIGURES), astuple(total), strict=True))) for total in new
    )
    return len(new)


def _stands(total: NewTotal, stored: StatementTotal | None) -> bool:
    return stored is not None and all(getattr(stored, name) == getattr(total, name) for name in FIGURES)


@writes
def load_totals(*, content: bytes, name: str, by: Staff) -> ImportResult:
    """Take in a table of totals. Rule: docs/file-formats.md, "Totals of institutions".

    Returns: the result; with any error in it, nothing was written. Raises: RightMissing. Locks: as `record_totals`.
    """
    require_right(by, RIGHT)
    result = ImportResult(sha256=sha256_of(content))
    totals: list[NewTotal] = []
    try:
        with read_table(content, name=name) as sheet:
            totals = _totals_of(sheet, TotalReader(by), result)
    except (FileRefused, HeaderRefused) as refusal:
        result.errors = [file_error(refusal)]
    if not result.errors:
        result.created = record_totals(totals=totals, by=by)
        result.accepted_rows, result.unchanged = result.rows, result.rows - result.created
        record_event(AuditKind.IMPORT, by=by, file="totals", sha256=result.sha256, rows=result.rows)
    return result


def _totals_of(sheet: Sheet, reader: TotalReader, result: ImportResult) -> list[NewTotal]:
    """What the rows say; faults go into the result. Raises: FileRefused, HeaderRefused."""
    header = find_header(sheet.rows, {column: [column] for column in COLUMNS})
    result.ignored_columns = header.unknown
    totals: dict[tuple[Any, ...], tuple[int, NewTotal]] = {}
    for row in sheet.rows:
        result.rows += 1
        try:
            total = reader.read({column: text_of(row.at(header.positions[column])) for column in COLUMNS})
        except TotalFaulty as faulty:
            result.errors += [RowError(row.number, one.column, one.code, one.message) for one in faulty.faults]
            continue
        earlier, _total = totals.setdefault(total.key, (row.number, total))
        if earlier != row.number:
            message = message_for("duplicate_row", value=total.institution_id, row=earlier)
            result.errors.append(RowError(row.number, "fixmedins_code", "duplicate_row", message))
    return [total for _number, total in totals.values()]


@writes
def ask_for_totals(*, content: bytes, name: str, by: Staff) -> Job:
    """Have a worker take in a table of totals. Raises: RightMissing."""
    require_right(by, RIGHT)
    return enqueue(kind=LOAD, file=(name, content), by=by)


def run_load(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `load_totals`. Raises: JobRefused."""
    file = job.upload
    try:
        result = load_totals(content=file.content, name=file.name, by=job.owner)
    except RightMissing as refusal:
        raise JobRefused(str(refusal)) from refusal
    if result.unreadable:
        raise JobRefused(result.unreadable.message)
    return result.as_json(most_errors=SHOWN_ERRORS)
