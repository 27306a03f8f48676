"""What every kind of reference data has in common: rows read as text, and stored as a whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from django.db import connection, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.import_result import ImportResult, Report, RowError, file_error, result_for
from accounts.spreadsheets.cells import text_of
from accounts.spreadsheets.columns import HeaderRefused, find_header
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused

Rows = Iterable[tuple[int, Mapping[str, str]]]  # by the number that a person sees


def read_rows(
    content: bytes, name: str, columns: Sequence[str], required: Sequence[str], report: Report
) -> tuple[ImportResult, Rows]:
    """The rows as text; a file that cannot be read is the one error of its result."""
    result = result_for(content)
    rows: list[tuple[int, Mapping[str, str]]] = []
    try:
        with read_table(content, name=name) as sheet:
            header = find_header(sheet.rows, {column: [column] for column in columns}, required=required)
            result.ignored_columns = header.unknown
            for row in sheet.rows:
                result.rows += 1
                if result.rows % 1_000 == 0:
                    report(0, 0)
                cells = {key: text_of(row.at(place)).strip() for key, place in header.positions.items()}
                rows.append((row.number, cells))
    except (FileRefused, HeaderRefused) as refusal:
        result.errors = [file_error(refusal)]
        return result, []
    return result, rows


def load_rows(result: ImportResult, load: Callable[[], None], what: str, *, by: Staff, write: bool) -> ImportResult:
    """Load, and take it back where something is wrong or nothing was to be written.

    Locks: one load of reference data at a time, whatever its kind (advisory): several files in one call hold the
    chain of audit events from the first on.
    """
    if result.errors:
        return result
    with transaction.atomic():
        lock_reference()
        load()
        if result.errors or not write:
            transaction.set_rollback(True)
    if result.errors:
        result.created = result.updated = result.unchanged = 0
        result.changes.clear()
    elif write:
        result.accepted_rows = result.rows
        record_event(
            AuditKind.IMPORT, by=by, file=what, sha256=result.sha256, rows=result.rows,
            created=result.created, updated=result.updated,
        )  # fmt: skip
    return result


def lock_reference() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts_reference'))")


def wrong(result: ImportResult, row: int, column: str, message: str, *, code: str = "reference_invalid") -> None:
    result.errors.append(RowError(row, column, code, message))


def outside(result: ImportResult, row: int, column: str, code: str) -> None:
    message = _("{code} lies outside the region you are responsible for").format(code=code)
    wrong(result, row, column, message, code="other_region")


def differences(before: Model, values: Mapping[str, object]) -> tuple[str, ...]:
    """What changes of a row that is stored, each with both values: nothing here is about a person."""
    return tuple(
        f"{name.removesuffix('_id')}: {getattr(before, name) or '—'} → {value or '—'}"
        for name, value in values.items()
        if getattr(before, name) != value
    )
