"""Correcting families of a batch, in the page or by the workbook of errors that comes back.

Invariants: what was entered is not corrected here; of two windows the second is told; the file itself is never
changed, and the history keeps what a family said before.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, Staff
from accounts.rules.identity import normalise_number
from accounts.services.import_result import file_error
from accounts.services.jobs import JobRefused, Progress, enqueue
from accounts.services.review import AlreadyDecided
from accounts.spreadsheets.cells import Row, row_from_wire, text_of, to_wire
from accounts.spreadsheets.refusals import FileRefused
from families.models import ImportBatch, ImportFamily
from families.models.batch import WORKBENCH, FamilyState
from families.services.imports.batches import lock_batch, meanings_for
from families.services.imports.columns import ORIGINAL_ROW, has_lost_digits
from families.services.imports.reading import FormFile, HeadingsUnknown, RawFamily, read_form
from families.services.imports.staging import recheck

OPEN_TO_CORRECTION = (FamilyState.FAULTY, FamilyState.READY, FamilyState.KNOWN, FamilyState.LEFT_OUT)
# Said once for the family: whoever corrects it in one row corrects it in those that say the same.
SAID_ONCE = ("family", "owner_name", "owner_cert_type", "owner_number", "owner_mobile")
Cells = Mapping[tuple[int, str], str]


class FamilyChanged(Exception):
    """The family was corrected from another window meanwhile; nothing was written now."""

    def __init__(self, family: ImportFamily) -> None:
        self.family = family
        super().__init__(_("This family was changed in another window meanwhile: look again."))


@writes
def correct_family(
    *, family_id: int, version: int, cells: Cells, removed: Collection[int] = (), by: Staff
) -> ImportFamily:
    """Correct cells of a family and check it again, with the families of the batch that name the same persons.

    `cells`: (row number, column) → the text as typed; `removed`: rows that are taken out. A family without any row
    left is taken out as a whole, and keeps what it said.
    Raises: FamilyChanged, AlreadyDecided, NotYours; ImportFamily.DoesNotExist outside the scope. Locks: the batch.
    """
    family = ImportFamily.objects.for_staff(by).get(pk=family_id)
    batch = lock_batch(family.batch_id, by)
    family = ImportFamily.objects.select_for_update().get(pk=family_id)
    if batch.state not in WORKBENCH or family.state not in OPEN_TO_CORRECTION:
        raise AlreadyDecided(who=str(batch.owner), state=str(family.get_state_display()))
    if family.version != version:
        raise FamilyChanged(family)
    _correct(family, cells, removed, batch.layout["positions"], by)
    recheck(batch, [family] if family.state != FamilyState.LEFT_OUT else [])
    family.refresh_from_db()
    return family


def _correct(
    family: ImportFamily, cells: Cells, removed: Collection[int], positions: Mapping[str, int], by: Staff
) -> None:
    rows = [_typed_in(row, cells, positions) for row in _said_once(family.content, cells, positions)]
    kept = [row for row in rows if row[0] not in set(removed)]
    if kept:
        family.content, family.size, family.first_row = kept, len(kept), kept[0][0]
        family.number = _number_in(kept, positions)
    family.state = FamilyState.READY if kept else FamilyState.LEFT_OUT
    family.errors, family.warnings = [], []
    family.corrected_by, family.version = by, family.version + 1
    family.save()


def _typed_in(row: list[Any], cells: Cells, positions: Mapping[str, int]) -> list[Any]:
    """A cell that reads as before keeps its type, but for a number that lost digits; what was typed is text."""
    number, content = row[0], list(row[1])
    for column, place in positions.items():
        typed = cells.get((number, column))
        if typed is not None and (typed.strip() != _shown(number, content, place) or _lost(row, column, place)):
            content += [None] * (place + 1 - len(content))
            content[place] = typed.strip() or None
    return [number, content]


def _said_once(content: list[list[Any]], cells: Cells, positions: Mapping[str, int]) -> list[list[Any]]:
    """The rows with what was corrected in one of them corrected in all that said the same."""
    rows = [[number, list(row)] for number, row in content]
    for (number, column), typed in cells.items():
        if column not in SAID_ONCE or column not in positions:
            continue
        place = positions[column]
        before = next((_shown(number, row, place) for other, row in rows if other == number), "")
        for other, row in rows:
            same = before and (other, column) not in cells and _shown(other, row, place) == before
            if same and (before != typed.strip() or _lost([other, row], column, place)):
                row[place] = typed.strip() or None
    return rows


def _lost(row: list[Any], column: str, place: int) -> bool:
    return has_lost_digits(column, row_from_wire(*row).at(place))


def _shown(number: int, cells: Sequence[Any], place: int) -> str:
    return text_of(row_from_wire(number, list(cells)).at(place)).strip()


def _number_in(rows: list[list[Any]], positions: Mapping[str, int]) -> str:
    """The family's number as the first row that has one says it."""
    if "family" not in positions:
        return ""
    numbers = ("".join(_shown(number, cells, positions["family"]).split()) for number, cells in rows)
    return next((number for number in numbers if number), "")[:60]


@writes
def load_corrections(*, batch_id: int, content: bytes, name: str, by: Staff) -> ImportBatch:
    """Take a corrected workbook over and have a worker replace the families that are in it.

    Raises: AlreadyDecided, NotYours; nothing is written then. Locks: the batch.
    """
    batch = lock_batch(batch_id, by)
    _expect_open(batch)
    batch.correction = enqueue(kind="correct_registrations", by=by, params={"batch": batch.pk}, file=(name, content))
    batch.save(update_fields=["correction"])
    return batch


def _expect_open(batch: ImportBatch) -> None:
    if batch.state not in WORKBENCH:
        raise AlreadyDecided(who=str(batch.owner), state=str(batch.get_state_display()))


def run_corrections(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `correct_registrations`. Raises: JobRefused; nothing is changed then."""
    try:
        batch = lock_batch(job.params["batch"], job.owner)
        _expect_open(batch)
        form = read_form(
            job.file.content,
            name=job.file.name,
            remembered=lambda sender: meanings_for(batch, sender),
            report=progress.report,
        )
    except FileRefused as refused:
        raise JobRefused(file_error(refused).message) from refused
    except HeadingsUnknown as unknown:
        raise JobRefused(file_error(unknown.refusal).message) from unknown
    except AlreadyDecided as decided:
        raise JobRefused(str(decided)) from decided
    return {"batch": batch.pk} | _replace(batch, form, job.owner)


def _replace(batch: ImportBatch, form: FormFile, by: Staff) -> dict[str, int]:
    """Put the families of the workbook in the place of those with the same number or owner; others are added."""
    stored = list(batch.families.order_by("position"))
    places = _Places(stored, batch.layout["positions"])
    last = batch.families.aggregate(last=Max("position"))["last"] or 0
    changed, ignored = list[ImportFamily](), 0
    for raw in form.families:
        rows = [_moved(row, form.layout, batch.layout) for row in raw.rows]
        family = places.of(raw, form.layout["positions"])
        if family is not None and (family.state not in OPEN_TO_CORRECTION or family in changed):
            ignored += 1
            continue
        if family is None:
            last += 1
            family = ImportFamily(batch=batch, position=last)
        _restate(family, rows, raw.number, by)
        changed.append(family)
    recheck(batch, changed)
    return {"replaced": len(changed), "ignored": ignored}


def _restate(family: ImportFamily, rows: list[list[Any]], number: str, by: Staff) -> None:
    family.content, family.size, family.first_row, family.number = rows, len(rows), rows[0][0], number[:60]
    family.state, family.errors, family.warnings = FamilyState.READY, [], []
    family.corrected_by, family.version = by, family.version + 1
    family.save()


class _Places:
    """Which stored family a family of the corrected workbook is: by its number, else by its owner."""

    def __init__(self, stored: Sequence[ImportFamily], positions: Mapping[str, int]) -> None:
        self._by_number: dict[str, ImportFamily] = {}
        self._by_owner: dict[str, ImportFamily] = {}
        for family in stored:
            if family.number:
                self._by_number.setdefault(family.number, family)
            else:
                for number, cells in family.content:
                    owner = normalise_number(_shown(number, cells, positions["owner_number"]))
                    self._by_owner.setdefault(owner, family)

    def of(self, raw: RawFamily, positions: Mapping[str, int]) -> ImportFamily | None:
        if raw.number:
            return self._by_number.get(raw.number[:60])
        owners = (normalise_number(text_of(row.at(positions["owner_number"]))) for row in raw.rows)
        return next((self._by_owner[owner] for owner in owners if owner and owner in self._by_owner), None)


def _moved(row: Row, layout: Mapping[str, Any], into: Mapping[str, Any]) -> list[Any]:
    """A row in the columns of the batch's own file, under the number that it has there."""
    places = {heading: place for place, heading in enumerate(layout["headings"])}
    cells: list[Any] = [to_wire(row.at(places[one])) if one in places else None for one in into["headings"]]
    for column, place in into["positions"].items():
        if column in layout["positions"]:
            cells[place] = to_wire(row.at(layout["positions"][column]))
    number = row.number
    if ORIGINAL_ROW in layout["headings"]:
        said = text_of(row.at(layout["headings"].index(ORIGINAL_ROW))).strip()
        number = int(said) if said.isascii() and said.isdigit() and len(said) < 8 else number
    return [number, cells]
