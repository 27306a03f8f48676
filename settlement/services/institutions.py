"""Institutions that a bureau loads: the whole file or nothing.

Invariant: whoever may load institutions adds them for any region, because patients are treated elsewhere; what is
stored is changed by a staff member of its region or above, and by anybody with the right while that region is not
loaded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Region, Staff
from accounts.rules.dates import parse_day
from accounts.services.import_result import ImportResult, Report, RowChange, silent
from accounts.services.reference_rows import Rows, differences, load_rows, outside, read_rows, wrong
from accounts.services.rights import require_right
from accounts.services.sources import Source, add_source
from settlement.models import Institution
from settlement.models.institution import CODE_SHAPE, PREFIXES, InstitutionStatus

CHANGE_INSTITUTIONS = "settlement.change_institution"
REQUIRED = ("fixmedins_code", "fixmedins_name", "hosp_lv")
INSTITUTION_COLUMNS = (*REQUIRED, "status", "status_since")
LONGEST_NAME, LONGEST_LEVEL = 200, 3
LEVEL_SHAPE = re.compile(rf"[0-9]{{0,{LONGEST_LEVEL}}}", re.ASCII)
FIELDS = ("name", "hosp_lv", "kind", "region_id", "status", "status_since")
BATCH = 2_000


@writes
def import_institutions(
    *, content: bytes, name: str, by: Staff, report: Report = silent, write: bool = True
) -> ImportResult:
    """Bring the institutions up to date by a file; with an error in it, or without `write`, nothing is stored.

    `status` and `status_since` may be left out: who is new is active, who is stored stays as they are.
    Raises: RightMissing. Locks: reference data; no row that a settlement names, so that settling goes on.
    """
    require_right(by, CHANGE_INSTITUTIONS)
    result, rows = read_rows(content, name, INSTITUTION_COLUMNS, REQUIRED, report)
    return load_rows(result, lambda: _load(rows, by, result), "institutions", by=by, write=write)


add_source("import_institutions", Source(CHANGE_INSTITUTIONS, import_institutions, INSTITUTION_COLUMNS))


@dataclass
class _Plan:
    """What a file comes to, before anything is written. `paths`: of the loaded regions, by code."""

    paths: Mapping[str, str]
    known: Mapping[str, Institution]
    by: Staff
    result: ImportResult
    new: list[Institution] = field(default_factory=list)
    changed: list[Institution] = field(default_factory=list)

    def take(self, row: int, cells: Mapping[str, str]) -> None:
        code = cells["fixmedins_code"]
        before = self.known.get(code)
        values = _values(cells, before, self.paths)
        if before is None:
            self.new.append(Institution(fixmedins_code=code, **values))
            self.result.note_new(row, code)
        elif not (changed := differences(before, values)):
            self.result.unchanged += 1
        elif before.region_id and not self.paths[before.region_id].startswith(self.by.region.path):
            outside(self.result, row, "fixmedins_code", code)
        else:
            for name, value in values.items():
                setattr(before, name, value)
            self.changed.append(before)
            self.result.note_change(RowChange(row, code, changed))

    def write(self) -> None:
        Institution.objects.bulk_create(self.new, batch_size=BATCH)
        Institution.objects.bulk_update(self.changed, FIELDS, batch_size=BATCH)


def _load(rows: Rows, by: Staff, result: ImportResult) -> None:
    rows = list(rows)
    known = Institution.objects.in_bulk({cells["fixmedins_code"] for _row, cells in rows})
    plan = _Plan(dict(Region.objects.values_list("code", "path")), known, by, result)
    seen: set[str] = set()
    for number, cells in rows:
        faults = [*_faults(cells, twice=cells["fixmedins_code"] in seen)]
        seen.add(cells["fixmedins_code"])
        for column, message in faults:
            wrong(result, number, column, message)
        if not faults:
            plan.take(number, cells)
    if not result.errors:
        plan.write()


def _faults(cells: Mapping[str, str], *, twice: bool) -> Iterator[tuple[str, str]]:
    code = cells["fixmedins_code"]
    if not re.fullmatch(CODE_SHAPE, code):
        yield (
            "fixmedins_code",
            _("An institution code is H or P, 6 digits of a region and 5 to 23 digits or capitals"),
        )
    elif twice:
        yield "fixmedins_code", _("{code} stands twice in the file").format(code=code)
    if not 0 < len(cells["fixmedins_name"]) <= LONGEST_NAME:
        yield "fixmedins_name", _("The name is missing, or longer than {n}").format(n=LONGEST_NAME)
    if not LEVEL_SHAPE.fullmatch(cells["hosp_lv"]):
        yield "hosp_lv", _("A level is a code of at most {n} digits").format(n=LONGEST_LEVEL)
    yield from _status_faults(cells.get("status", ""), cells.get("status_since", ""))


def _status_faults(status: str, since: str) -> Iterator[tuple[str, str]]:
    if status and status not in InstitutionStatus:
        names = ", ".join(InstitutionStatus.values)
        yield "status", _("One of: {names}").format(names=names)
    if status not in ("", InstitutionStatus.ACTIVE) and not since:
        yield "status_since", _("What is suspended or ended says since when")
    if since and (not status or _day(since) is None):
        yield "status_since", _("A date as 2026-01-23, with a status beside it")


def _day(text: str) -> dt.date | None:
    try:
        return parse_day(text)
    except ValueError:
        return None


def _values(cells: Mapping[str, str], before: Institution | None, paths: Mapping[str, str]) -> dict[str, object]:
    """What the row says, and of the status, where it says nothing, what is stored."""
    code, status = cells["fixmedins_code"], cells.get("status", "")
    region = code[1:7]
    said = status or (before.status if before else InstitutionStatus.ACTIVE)
    since = _day(cells.get("status_since", "")) if status else before and before.status_since
    return {
        "name": cells["fixmedins_name"],
        "hosp_lv": cells["hosp_lv"],
        "kind": PREFIXES[code[0]],
        "region_id": region if region in paths else None,
        "status": said,
        "status_since": since,
    }
