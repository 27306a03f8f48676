"""Statements of institutions (3202): one file, one institution, one day; the whole file or nothing of it.

Invariants: of two files for an institution and day the later one counts and the earlier stays; the same file again
changes nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, connection, transaction

from accounts.acting import writes
from accounts.bulk import in_memory
from accounts.import_messages import message_for
from accounts.models import Job, Staff
from accounts.models.audit import AuditKind
from accounts.prepared import fetch
from accounts.services.audit import record_event
from accounts.services.import_result import SHOWN_ERRORS, ImportResult, RowError, file_error, sha256_of
from accounts.services.jobs import JobRefused, Progress, enqueue
from accounts.services.rights import RightMissing, require_right
from accounts.spreadsheets.reader import read_zipped_text
from accounts.spreadsheets.refusals import FileRefused
from settlement.models import Institution, Statement
from settlement.services.statement_lines import STORED, FaultyLine, faults_of, rows_to_copy

RIGHT = "settlement.load_statement"
LOAD = "load_statement"  # kind of the jobs
NAME = re.compile(r"([HP][0-9]{6}[0-9A-Z]{5,23})_([0-9]{8})_3202\.zip", re.ASCII | re.IGNORECASE)
COPY = f"COPY settlement_statementline (statement_id, number, {', '.join(STORED)}) FROM STDIN"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('statement:' || %s || %s, 0))"


@dataclass
class StatementResult(ImportResult):
    """`statement`: the one that counts now, None where the file was refused."""

    statement: Statement | None = None


@writes
def load_statement(*, content: bytes, name: str, by: Staff, business_date: dt.date | None = None) -> StatementResult:
    """Take in a 3202 file. Rule: FORMATS.md, "3202 statement".

    `name`: `<fixmedins_code>_<yyyymmdd>_3202.zip`, the file's; `business_date`: in place of the one in the name.
    Returns: the result; with any error in it, nothing was written. Raises: RightMissing.
    Locks: the institution and day.
    """
    require_right(by, RIGHT)
    return take_in(content=content, name=name, by=by, business_date=business_date)


@writes
def take_in(*, content: bytes, name: str, by: Staff, business_date: dt.date | None = None) -> StatementResult:
    """As `load_statement`, for whoever asked for the right before, or works at night and holds none."""
    result = StatementResult(sha256=sha256_of(content))
    named = _named(name, by, business_date, result)
    if named is None:
        return result
    institution, day = named
    fetch(LOCK, institution.pk, day.isoformat())
    standing = Statement.objects.counting().filter(institution=institution, business_date=day).first()
    if standing is not None and standing.sha256 == result.sha256:
        result.rows = result.accepted_rows = result.unchanged = standing.lines_count
        result.statement = standing
        return result
    statement = Statement(institution=institution, business_date=day, name=name, sha256=result.sha256, loaded_by=by)
    try:
        with transaction.atomic():
            _store(statement, content, standing)
    except FileRefused as refusal:
        result.errors = [file_error(refusal)]
    except (FaultyLine, IntegrityError) as fault:
        with read_zipped_text(content) as text:
            result.rows, result.errors = faults_of(text.pieces)
        if not result.errors:
            raise fault from None
    else:
        result.rows = result.accepted_rows = result.created = statement.lines_count
        result.statement = statement
        _audit(statement, by)
    return result


def _named(
    name: str, by: Staff, business_date: dt.date | None, result: StatementResult
) -> tuple[Institution, dt.date] | None:
    """The institution and the day that the file's name tells."""
    found = NAME.fullmatch(name)
    try:
        day = business_date or (found and dt.datetime.strptime(found[2], "%Y%m%d").date())  # noqa: DTZ007 - a day
    except ValueError:
        day = None
    if not found or not day:
        result.errors = [RowError(0, "", "file_unreadable", message_for("statement_name", value=name[:60]))]
        return None
    institution = institution_named(name, by)
    if institution is None:
        message = message_for("unknown_institution", value=found[1])
        result.errors = [RowError(0, "fixmedins_code", "unknown_institution", message)]
        return None
    return institution, day


def institution_named(name: str, by: Staff) -> Institution | None:
    """The institution in scope that the name of a file tells."""
    found = NAME.fullmatch(name)
    inside = Institution.objects.filter(region__path__startswith=by.region.path)
    return inside.filter(pk=found[1].upper()).first() if found else None


def _store(statement: Statement, content: bytes, standing: Statement | None) -> None:
    """Memory stays flat. Raises: FileRefused, FaultyLine; IntegrityError for a settlement that stands there twice."""
    if standing is not None:
        Statement.objects.filter(pk=standing.pk).update(counts=False)
    with read_zipped_text(content) as text, connection.cursor() as cursor:
        statement.lines_count = text.filled
        statement.save(force_insert=True)
        in_memory()
        with connection.wrap_database_errors, cursor.cursor.copy(COPY) as copy:
            for rows in rows_to_copy(text.pieces, key=statement.pk):
                copy.write(rows)


def _audit(statement: Statement, by: Staff) -> None:
    record_event(
        AuditKind.IMPORT, by=by, file="statement", sha256=statement.sha256, rows=statement.lines_count,
        institution=statement.institution_id, day=statement.business_date.isoformat(),
    )  # fmt: skip


@writes
def ask_for_load(*, content: bytes, name: str, by: Staff) -> Job:
    """Have a worker take in a statement. Raises: RightMissing."""
    require_right(by, RIGHT)
    return enqueue(kind=LOAD, file=(name, content), by=by)


def run_load(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `load_statement`. Raises: JobRefused."""
    file = job.upload
    try:
        result = load_statement(content=file.content, name=file.name, by=job.owner)
    except RightMissing as refusal:
        raise JobRefused(str(refusal)) from refusal
    if result.unreadable:
        raise JobRefused(result.unreadable.message)
    statement = {"statement": result.statement.pk} if result.statement else {}
    return result.as_json(most_errors=SHOWN_ERRORS) | statement
