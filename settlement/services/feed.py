"""The settlement feed: a day or a month of settlements as a file, checked as a whole, settled in time order.

Invariants: every fault of every row is told; a row without fault is settled whatever becomes of the others; what
is settled already changes nothing, so that the same file again, or a load that was killed, goes on where it stood.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils import timezone

from accounts.acting import writes
from accounts.bulk import any_of, chunks, rarely_collecting
from accounts.import_messages import message_for
from accounts.models import Code, InsuredPerson, Job, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.business_days import BusinessDays
from accounts.services.import_result import SHOWN_ERRORS, ImportResult, RowError, file_error, sha256_of
from accounts.services.jobs import JobRefused, Progress, Unwatched, enqueue, in_steps
from accounts.services.retrying import retried
from accounts.services.rights import RightMissing, require_right
from accounts.spreadsheets.cells import Row
from accounts.spreadsheets.columns import Header, HeaderRefused, find_header
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused
from settlement.models import Institution, Settlement
from settlement.rules.bills import Book, Inadmissible, NewSettlement
from settlement.services.feed_rows import COLUMNS, FeedRow, Lookups, person_number, read_bill
from settlement.services.refusals import SameIdOtherContent, SettlementRefused, SystemBusy, refusal_of
from settlement.services.settling import as_sent, settle, stored_for

RIGHT = "settlement.load_settlements"
LOAD = "load_settlements"  # kind of the jobs
READ_AT_ONCE = 5_000
SETTLED_AT_ONCE = 500
AUDITED_NUMBERS = 100


@dataclass
class FeedResult(ImportResult):
    """`settled`: the numbers that are settled now, those known before included.

    `notes`: of rows that are settled, but not as they would have been; so far, on a later day.
    """

    settled: list[str] = field(default_factory=list)
    notes: list[RowNote] = field(default_factory=list)

    def as_json(self, *, most_errors: int | None = None) -> dict[str, Any]:
        answer = super().as_json(most_errors=most_errors)
        notes = [asdict(note) for note in self.notes[:most_errors]]
        return answer | {"notes": notes} | ({"note_count": len(self.notes)} if most_errors is not None else {})


@dataclass(frozen=True, slots=True)
class RowNote:
    """Something to know of a row that is settled."""

    row: int
    column: str
    code: str
    message: str


@rarely_collecting()
def load_settlements(
    *, content: bytes, name: str, by: Staff, progress: Progress | None = None, check_only: bool = False
) -> FeedResult:
    """Settle the bills of a CSV file or workbook.

    Rules: FORMATS.md, "Settlement feed" and its error codes. `name`: the file's; `check_only`: write nothing.
    Returns: the result; rows with errors are left out, and those that send a settled number again with other content
    are audited. Raises: RightMissing.
    Commits as it goes, so it may not be called in a transaction. Locks: as `settle`, for 500 bills at a time.
    """
    require_right(by, RIGHT)
    progress = progress or Unwatched()
    result = FeedResult(sha256=sha256_of(content))
    try:
        rows = list(_read(content, name, by, progress, result))
    except (FileRefused, HeaderRefused) as refusal:
        result.errors = [file_error(refusal)]
        return result
    result.rows = len(rows)
    new = _admitted(rows, result)
    if check_only:
        result.accepted_rows, result.created = result.unchanged + len(new), len(new)
        result.notes = list(_would_move(new))
    else:
        _settle_in_steps(new, result, by, progress)
        _audit(rows, result, by)
    result.errors.sort(key=lambda error: error.row)
    return result


def _audit(rows: Sequence[FeedRow], result: FeedResult, by: Staff) -> None:
    record_event(
        AuditKind.IMPORT, by=by, file="settlements", sha256=result.sha256, rows=result.rows, created=result.created
    )
    conflicts = {error.row for error in result.errors if error.code == SameIdOtherContent.code}
    numbers = [row.bill.setl_id for row in rows if row.bill and row.number in conflicts]
    if numbers:
        told = numbers[:AUDITED_NUMBERS]
        record_event(AuditKind.CONFLICT, by=by, sha256=result.sha256, setl_ids=told, count=len(numbers))


def _read(content: bytes, name: str, by: Staff, progress: Progress, result: FeedResult) -> Iterator[FeedRow]:
    """Raises: FileRefused, HeaderRefused."""
    institutions = frozenset(Institution.objects.values_list("pk", flat=True))
    med_types = frozenset(Code.objects.filter(table="med_type").values_list("code", flat=True))
    now = timezone.now()
    with read_table(content, name=name) as sheet:
        header = find_header(sheet.rows, {column: [column] for column in COLUMNS})
        result.ignored_columns = header.unknown
        read = 0
        for rows in chunks(sheet.rows, READ_AT_ONCE):
            read += len(rows)
            progress.report(read, 0)
            known = Lookups(_persons(rows, header, by), institutions, med_types, now)
            yield from (read_bill(row, header, known) for row in rows)


def _persons(rows: Sequence[Row], header: Header, by: Staff) -> dict[str, int]:
    """Number → the record in scope that stands for this person now."""
    numbers = {person_number(row, header) for row in rows}
    records = InsuredPerson.objects.filter(psn_no__in=numbers).only("psn_no", "merged_into")
    survivors = {record.psn_no: record.survivor.pk for record in records}
    seen = set(InsuredPerson.objects.for_staff(by).filter(pk__in=survivors.values()).values_list("pk", flat=True))
    return {number: person_id for number, person_id in survivors.items() if person_id in seen}


def _admitted(rows: Sequence[FeedRow], result: FeedResult) -> list[tuple[int, NewSettlement]]:
    """The bills to settle, in time order, each with its row; what stands against the others goes into the result."""
    for row in rows:
        result.errors += row.errors
    sound = [(row.number, row.bill) for row in rows if row.bill is not None]
    sound.sort(key=lambda numbered: (numbered[1].settled_at, numbered[0]))
    book = Book()
    for some in chunks(sound, READ_AT_ONCE):
        book.enter(as_sent(settlement) for settlement in stored_for([bill for _row, bill in some]).values())
    new = []
    for number, bill in sound:
        try:
            if book.admit(bill):
                new.append((number, bill))
            else:
                result.unchanged += 1
                result.settled.append(bill.setl_id)
        except Inadmissible as fault:
            result.errors.append(_error(number, refusal_of(fault, bill)))
    return new


def _settle_in_steps(
    new: Sequence[tuple[int, NewSettlement]], result: FeedResult, by: Staff, progress: Progress
) -> None:
    result.accepted_rows = result.unchanged
    for some in chunks(new, SETTLED_AT_ONCE):
        answers = _settled(some, by, progress)
        for (number, bill), answer in zip(some, answers, strict=True):
            if isinstance(answer, SettlementRefused):
                result.errors.append(_error(number, answer))
            else:
                result.created += 1
                result.accepted_rows += 1
                result.settled.append(answer.setl_id)
                result.notes += _moved(number, bill, answer.business_date)
        progress.report(result.accepted_rows, result.rows)


def _settled(
    some: Sequence[tuple[int, NewSettlement]], by: Staff, progress: Progress
) -> list[Settlement | SettlementRefused]:
    def step() -> list[Settlement | SettlementRefused]:
        with progress.step():
            return settle(bills=[bill for _row, bill in some], by=by)

    return retried(step, busy=SystemBusy)


def _would_move(new: Sequence[tuple[int, NewSettlement]]) -> Iterator[RowNote]:
    """As the days are signed now."""
    days, persons = BusinessDays(), {bill.person_id for _number, bill in new}
    regions = dict(InsuredPerson.objects.filter(any_of("id", persons)).values_list("pk", "region_id"))
    for number, bill in new:
        yield from _moved(number, bill, days.open_day(regions[bill.person_id], bill.business_date))


def _moved(number: int, bill: NewSettlement, booked_on: dt.date) -> Iterator[RowNote]:
    """Rule: docs/adr/0022-closed-days.md."""
    if booked_on != bill.business_date:
        value = f"{bill.business_date} → {booked_on}"
        yield RowNote(number, "setl_time", "day_closed", message_for("day_closed", value=value))


def _error(number: int, refusal: SettlementRefused) -> RowError:
    return RowError(number, refusal.column, refusal.code, str(refusal))


@writes
def ask_for_load(*, content: bytes, name: str, check_only: bool, by: Staff) -> Job:
    """Have a worker settle the bills of a file, or say what that would do. Raises: RightMissing."""
    require_right(by, RIGHT)
    return enqueue(kind=LOAD, params={"check_only": check_only}, file=(name, content), by=by)


@in_steps
def run_load(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job that loads a feed, with the rights and scope of whoever asked.

    Raises: JobRefused when the file cannot be read or the right is gone.
    """
    file = job.upload
    try:
        result = load_settlements(
            content=file.content,
            name=file.name,
            by=job.owner,
            progress=progress,
            check_only=job.params.get("check_only", False),
        )
    except RightMissing as refusal:
        raise JobRefused(str(refusal)) from refusal
    if result.unreadable:
        raise JobRefused(result.unreadable.message)
    return result.as_json(most_errors=SHOWN_ERRORS)
