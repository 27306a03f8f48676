"""Persons and their opening balances from a file: the whole file, or nothing of it.

Invariants: every row is checked and every fault told before anything is written; the same file again changes
nothing; a balance enters once per account, as one entry of kind 113 with the source "opening". One import at a
time: of two that run at once, the second sees what the first has stored.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import keys
from accounts.bulk import chunks, copy_create, update_each
from accounts.import_messages import message_for
from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Staff, Suspension
from accounts.models.account import EntryKind
from accounts.models.audit import AuditKind
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import Cause
from accounts.rules.identity import mask_name, mask_number
from accounts.rules.names import name_key
from accounts.services.audit import record_event
from accounts.services.import_result import ImportResult, Report, RowChange, RowError, file_error, result_for, silent
from accounts.services.ledger import Posting, post_entries
from accounts.services.person_rows import COLUMNS, PersonRow, RowFaults, Tables, read_person, tables_for
from accounts.services.rights import require_right
from accounts.services.status_events import follow_status
from accounts.spreadsheets.columns import HeaderRefused, find_header
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused

RIGHT = "accounts.import_insuredperson"
OPENING = "opening"
REASON = "import"
CHUNK = 2_000
UPDATED = (
    "region", "insutype", "psn_type", "gender", "born_on", "status", "status_since", "status_reason", "mobile_sealed",
    "contact_confirmed_on", "version",
)  # fmt: skip
T = TypeVar("T")


def import_persons(
    *, content: bytes, name: str, by: Staff, report: Report = silent, write: bool = True
) -> ImportResult:
    """Register the persons of a CSV file or workbook, or bring them up to date; without `write`, say what that does.

    Rules: FORMATS.md, "Commands" and its error codes. `name`: the file's.
    Returns: the result; with any error in it, nothing was written. Raises: RightMissing.
    Locks: one import at a time (advisory), then the known persons by primary key; none without `write`.
    """
    require_right(by, RIGHT)
    result = result_for(content)
    tables = tables_for(by, today=timezone.localdate())
    try:
        rows = _read(content, name, tables, result, report)
    except (FileRefused, HeaderRefused) as refusal:
        result.errors = [file_error(refusal)]
        return result
    with transaction.atomic():
        if write:
            _wait_for_other_imports()
        plan = _compare(_once_each(rows, result), tables, result, lock=write)
        result.errors.sort(key=lambda error: error.row)
        if not result.errors:
            plan.tell(result)
        if write and not result.errors:
            _write(plan, tables, by, report)
            result.accepted_rows = plan.rows
            record_event(
                AuditKind.IMPORT, by=by, file="persons", sha256=result.sha256, rows=result.rows,
                created=result.created, updated=result.updated,
            )  # fmt: skip
    return result


def _read(content: bytes, name: str, tables: Tables, result: ImportResult, report: Report) -> list[PersonRow]:
    """The rows without fault; the faults of the others go into the result. Raises: FileRefused, HeaderRefused."""
    good = []
    with read_table(content, name=name) as sheet:
        header = find_header(sheet.rows, {column: [column] for column in COLUMNS})
        for row in sheet.rows:
            result.rows += 1
            if result.rows % 1_000 == 0:
                report(0, 0)
            try:
                good.append(read_person(row, header, tables))
            except RowFaults as faults:
                result.errors += faults.errors
    result.ignored_columns = header.unknown
    return good


def _once_each(rows: Sequence[PersonRow], result: ImportResult) -> list[PersonRow]:
    """The rows whose person number and certificate stand in no earlier row."""
    numbers: dict[str, int] = {}
    certificates: dict[tuple[str, str], int] = {}
    once = []
    for row in rows:
        twice = [
            RowError(row.number, column, "duplicate_row", message_for("duplicate_row", value=shown, row=earlier))
            for column, shown, earlier in (
                ("psn_no", row.psn_no, numbers.setdefault(row.psn_no, row.number)),
                (
                    "certno",
                    mask_number(row.certno),
                    certificates.setdefault((row.cert_type, row.certno), row.number),
                ),
            )
            if earlier != row.number
        ]
        result.errors += twice
        if not twice:
            once.append(row)
    return once


def _wait_for_other_imports() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        usual = cursor.fetchone()[0]
        cursor.execute("SET LOCAL lock_timeout = '15min'")
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('accounts_import_persons'))")
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [usual])


@dataclass(slots=True)
class _Known:
    """A person who is registered, with what the account opened with; `opened` is None without an account."""

    person: InsuredPerson
    opened: tuple[Decimal, Decimal] | None = None
    died: bool = False


@dataclass
class _Plan:
    """What there is to write: new persons, changed ones, accounts to open for those known before.

    `changes`: the columns that differ, by row; `restated`: the primary keys of those whose status changes.
    """

    rows: int = 0
    changes: list[RowChange] = field(default_factory=list)
    new: list[PersonRow] = field(default_factory=list)
    changed: list[tuple[InsuredPerson, PersonRow]] = field(default_factory=list)
    opening: list[tuple[InsuredPerson, PersonRow]] = field(default_factory=list)
    restated: set[int] = field(default_factory=set)

    def tell(self, result: ImportResult) -> None:
        for row in self.new:
            result.note_new(row.number, row.psn_no)
        for change in self.changes:
            result.note_change(change)
        result.changes.sort(key=lambda change: change.row)
        result.unchanged = self.rows - result.created - result.updated


def _compare(rows: Sequence[PersonRow], tables: Tables, result: ImportResult, *, lock: bool) -> _Plan:
    """What the rows change of what is stored; contradictions go into the result. `lock`: the persons they name."""
    plan = _Plan(rows=len(rows))
    for chunk in chunks(rows, CHUNK):
        digests = [keys.number_digest(row.certno) for row in chunk]
        by_number, by_certificate = _known(chunk, digests, lock=lock)
        for row, digest in zip(chunk, digests, strict=True):
            known, holder = by_number.get(row.psn_no), by_certificate.get((row.cert_type, digest))
            if known is None and holder is None:
                plan.new.append(row)
            elif error := _contradiction(row, known, holder, tables):
                result.errors.append(error)
            elif known is not None:
                _note_changes(plan, known, row)
    return plan


def _known(
    rows: Sequence[PersonRow], digests: Sequence[bytes], *, lock: bool
) -> tuple[dict[str, _Known], dict[tuple[str, bytes], _Known]]:
    """By person number, and by kind and digest of the certificate; with `lock`, locked by primary key."""
    mentioned = Q(psn_no__in=[row.psn_no for row in rows]) | Q(certno_digest__in=digests)
    persons = InsuredPerson.objects.filter(mentioned).order_by("pk")
    known = {person.pk: _Known(person) for person in (persons.select_for_update(no_key=True) if lock else persons)}
    for person_id in PersonalAccount.objects.filter(person__in=known).values_list("person", flat=True):
        known[person_id].opened = (Decimal(0), Decimal(0))
    deaths = Suspension.objects.filter(person__in=known, cause=Cause.DEATH, ends_on=None)
    for person_id in deaths.values_list("person", flat=True):
        known[person_id].died = True
    openings = AccountEntry.objects.filter(account__person__in=known, source=OPENING)
    for person_id, *opened in openings.values_list("account__person", "prior_change", "current_change"):
        known[person_id].opened = (opened[0], opened[1])
    return (
        {one.person.psn_no: one for one in known.values()},
        {(one.person.cert_type, bytes(one.person.certno_digest)): one for one in known.values()},
    )


def _contradiction(row: PersonRow, known: _Known | None, holder: _Known | None, tables: Tables) -> RowError | None:
    """Why the row cannot be about the person who is registered; who that is stays unsaid."""
    if merged := next((one.person for one in (known, holder) if one and one.person.merged_into), None):
        return _merged(row, merged, tables)
    elsewhere = any(one and one.person.region_id not in tables.regions for one in (known, holder))
    if elsewhere:
        return RowError(row.number, "psn_no", "other_region", message_for("person_elsewhere"))
    if known is None or holder is None or known is not holder:
        column, value = ("psn_no", row.psn_no) if known is None else ("certno", mask_number(row.certno))
        return RowError(row.number, column, "name_mismatch", message_for("name_mismatch", value=value))
    if known.person.name != row.name:
        message = message_for("name_mismatch", value=mask_name(row.name))
        return RowError(row.number, "psn_name", "name_mismatch", message)
    if known.died and row.status != known.person.status:
        return RowError(row.number, "psn_insu_stas", "insurance_suspended", message_for("died"))
    if row.is_employee and known.opened is not None and row.opening not in (None, known.opened):
        column = "prior_years_balance" if row.prior != known.opened[0] else "current_year_balance"
        stated = row.prior if column == "prior_years_balance" else row.current
        return RowError(row.number, column, "amount_invalid", message_for("balance_other", value=stated))
    return None


def _merged(row: PersonRow, record: InsuredPerson, tables: Tables) -> RowError:
    """The row speaks of a record that is closed: it changes neither it nor, unasked, the one it was merged into."""
    column, value = ("psn_no", row.psn_no) if record.psn_no == row.psn_no else ("certno", mask_number(row.certno))
    survivor = record.survivor
    if survivor.region_id not in tables.regions:
        return RowError(row.number, column, "other_region", message_for("person_elsewhere"))
    message = message_for("record_merged", value=value, survivor=survivor.psn_no)
    return RowError(row.number, column, "record_merged", message)


def _note_changes(plan: _Plan, known: _Known, row: PersonRow) -> None:
    if known.person.status != row.status:
        plan.restated.add(known.person.pk)
    columns = _apply(known.person, row)
    if columns:
        plan.changed.append((known.person, row))
    if row.is_employee and known.opened is None:
        plan.opening.append((known.person, row))
        columns += ["prior_years_balance", "current_year_balance"]
    if columns:
        plan.changes.append(RowChange(row.number, row.psn_no, tuple(columns)))


def _apply(person: InsuredPerson, row: PersonRow) -> list[str]:
    """Bring a person up to date in memory; the columns that differ. A blank phone says nothing."""
    wanted = {
        "insu_admdvs": ("region_id", row.region),
        "insutype": ("insutype", row.insutype),
        "psn_type": ("psn_type", row.psn_type or person.psn_type),
        "gend": ("gender", row.gender),
        "brdy": ("born_on", row.born_on),
    }
    changed = [column for column, (name, value) in wanted.items() if getattr(person, name) != value]
    for name, value in wanted.values():
        setattr(person, name, value)
    if person.status != row.status:
        _set_status(person, row.status)
        changed.append("psn_insu_stas")
    if row.mobile and person.mobile != row.mobile:
        person.mobile, person.contact_confirmed_on = row.mobile, timezone.localdate()
        changed.append("mobile")
    person.version += bool(changed)
    return changed


def _set_status(person: InsuredPerson, status: str) -> None:
    person.status, person.status_since = status, timezone.localdate()
    person.status_reason = "" if status == InsuranceStatus.NORMAL else REASON


def _write(plan: _Plan, tables: Tables, by: Staff, report: Report) -> None:
    done = plan.rows - len(plan.new) - len(plan.changed)
    for changed in chunks(plan.changed, CHUNK):
        persons = [person for person, _row in changed]
        update_each(persons, UPDATED)
        restated = [one for one in persons if one.pk in plan.restated]
        follow_status(persons=restated, day=tables.today, why=_("by the roster"), by=by)
        report(done := done + len(changed), plan.rows)
    _open_accounts(plan.opening, tables.today, by)
    for chunk in chunks(plan.new, CHUNK):
        persons = copy_create([_person(row, tables.today) for row in chunk])
        suspended = [one for one in persons if one.status != InsuranceStatus.NORMAL]
        follow_status(persons=suspended, day=tables.today, why=_("by the roster"), by=by)
        _open_accounts(
            [(person, row) for person, row in zip(persons, chunk, strict=True) if row.is_employee],
            tables.today,
            by,
        )
        _fire_deferred_checks()
        report(done := done + len(chunk), plan.rows)


def _fire_deferred_checks() -> None:
    """Chunk by chunk: with all of 50,000 rows waiting for the commit, each new row took longer than the last."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _person(row: PersonRow, today: dt.date) -> InsuredPerson:
    person = InsuredPerson(
        psn_no=row.psn_no,
        name=row.name,
        name_key=name_key(row.name),
        cert_type=row.cert_type,
        gender=row.gender,
        born_on=row.born_on,
        contact_confirmed_on=today,
        region_id=row.region,
        insutype=row.insutype,
        psn_type=row.psn_type,
    )
    person.certno, person.mobile = row.certno, row.mobile
    _set_status(person, row.status)
    return person


def _open_accounts(holders: Sequence[tuple[InsuredPerson, PersonRow]], today: dt.date, by: Staff) -> None:
    """An account for each, and its opening balance as one entry where there is any."""
    accounts = copy_create([PersonalAccount(person=person, opened_on=today) for person, _row in holders])
    postings = [
        Posting(
            account_id=account.pk,
            kind=EntryKind.CARRIED_OVER,
            business_date=today,
            source=OPENING,
            prior_change=row.opening[0],
            current_change=row.opening[1],
        )
        for account, (_person, row) in zip(accounts, holders, strict=True)
        if row.opening and any(row.opening)
    ]
    for chunk in chunks(postings, CHUNK):
        post_entries(postings=chunk, by=by)
