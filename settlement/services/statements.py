"""Statements of institutions (3202): one file, one institution, one day; the whole file or nothing of it.

Invariants: of two files for an institution and day the later one counts and the earlier stays; the same file again
changes nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from accounts.acting import writes
from accounts.bulk import copy_create
from accounts.import_messages import message_for
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.prepared import fetch
from accounts.rules.identity import mask_number
from accounts.rules.money import ZERO, AmountFault, parse_amount
from accounts.services.audit import record_event
from accounts.services.import_result import ImportResult, RowError, file_error, sha256_of
from accounts.services.rights import require_right
from accounts.spreadsheets.cells import Row, text_of
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused
from settlement import import_messages  # noqa: F401 - the words of its codes
from settlement.models import Institution, Statement, StatementLine
from settlement.models.settlement import LONGEST_ID

RIGHT = "settlement.load_statement"
# DOMAIN.md section 7: no heading, `null` for empty; an eighth column may follow.
COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
NAME = re.compile(r"([HP][0-9]{6}[0-9A-Z]{5,23})_([0-9]{8})_3202\.zip", re.ASCII | re.IGNORECASE)
FLAGS = {"0": False, "1": True}
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('statement:' || %s || %s, 0))"


@dataclass
class StatementResult(ImportResult):
    """`statement`: the one that counts now, None where the file was refused."""

    statement: Statement | None = None


@dataclass
class _Read:
    lines: list[StatementLine] = field(default_factory=list)
    seen: dict[str, int] = field(default_factory=dict)


@writes
def load_statement(*, content: bytes, name: str, by: Staff, business_date: dt.date | None = None) -> StatementResult:
    """Take in a 3202 file. Rule: FORMATS.md, "3202 statement".

    `name`: `<fixmedins_code>_<yyyymmdd>_3202.zip`, the file's; `business_date`: in place of the one in the name.
    Returns: the result; with any error in it, nothing was written. Raises: RightMissing.
    Locks: the institution and day.
    """
    require_right(by, RIGHT)
    result = StatementResult(sha256=sha256_of(content))
    named = _named(name, by, business_date, result)
    if named is None:
        return result
    institution, day = named
    read = _Read()
    try:
        with read_table(content, name=name, zipped=True) as sheet:
            for row in sheet.rows:
                result.rows += 1
                result.errors += _take(row, read)
    except FileRefused as refusal:
        result.errors = [file_error(refusal)]
    if not result.errors:
        _store(institution, day, name, read.lines, result, by)
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
    inside = Q(region__path__startswith=by.region.path)
    institution = Institution.objects.filter(inside, pk=found[1].upper()).first()
    if institution is None:
        message = message_for("unknown_institution", value=found[1])
        result.errors = [RowError(0, "fixmedins_code", "unknown_institution", message)]
        return None
    return institution, day


def _take(row: Row, read: _Read) -> list[RowError]:
    """Add a line, or say everything that is wrong with it."""
    cells = [_text(row, column) for column in range(len(row.cells))]
    if not len(COLUMNS) <= len(cells) <= len(COLUMNS) + 1:
        value = str(len(cells))
        return [RowError(row.number, "", "columns_missing", message_for("statement_columns", value=value))]
    setl_id, mdtrt_id, psn_no, *_rest = cells
    ids = {"setl_id": setl_id, "mdtrt_id": mdtrt_id, "psn_no": psn_no}
    errors = [
        RowError(row.number, column, "id_format", message_for("id_format", value=mask_number(text[:LONGEST_ID])))
        for column, text in ids.items()
        if len(text) > LONGEST_ID
    ]
    if not setl_id:
        errors.append(RowError(row.number, "setl_id", "id_missing", message_for("id_missing")))
    amounts = dict(zip(COLUMNS[3:6], cells[3:6], strict=True))
    money = {column: _amount(text, column, row.number, errors) for column, text in amounts.items()}
    if cells[6] not in FLAGS:
        errors.append(
            RowError(row.number, "refd_setl_flag", "code_unknown", message_for("code_unknown", value=cells[6][:10]))
        )
    earlier = read.seen.setdefault(setl_id, row.number)
    if earlier != row.number:
        message = message_for("duplicate_row", value=mask_number(setl_id), row=earlier)
        errors.append(RowError(row.number, "setl_id", "duplicate_row", message))
    if not errors:
        read.lines.append(
            StatementLine(
                number=row.number,
                setl_id=setl_id,
                mdtrt_id=mdtrt_id,
                psn_no=psn_no,
                is_reversal=FLAGS[cells[6]],
                further=cells[7][:200] if len(cells) > len(COLUMNS) else "",
                **money,
            )
        )
    return errors


def _text(row: Row, column: int) -> str:
    text = text_of(row.at(column)).strip()
    return "" if text == "null" else text


def _amount(text: str, column: str, number: int, errors: list[RowError]) -> Decimal:
    try:
        return parse_amount(text, allow_negative=True)
    except AmountFault:
        errors.append(RowError(number, column, "amount_invalid", message_for("feed_amount", value=text[:20])))
        return ZERO


def _store(
    institution: Institution, day: dt.date, name: str, lines: list[StatementLine], result: StatementResult, by: Staff
) -> None:
    fetch(LOCK, institution.pk, day.isoformat())
    standing = Statement.objects.counting().filter(institution=institution, business_date=day).first()
    result.accepted_rows = len(lines)
    if standing is not None and standing.sha256 == result.sha256:
        result.unchanged, result.statement = len(lines), standing
        return
    if standing is not None:
        Statement.objects.filter(pk=standing.pk).update(counts=False)
    result.created = len(lines)
    result.statement = Statement.objects.create(
        institution=institution, business_date=day, name=name, sha256=result.sha256, lines_count=len(lines),
        loaded_by=by,
    )  # fmt: skip
    for line in lines:
        line.statement = result.statement
    copy_create(lines)
    record_event(
        AuditKind.IMPORT, by=by, file="statement", sha256=result.sha256, rows=len(lines), institution=institution.pk,
        day=day.isoformat(),
    )  # fmt: skip
