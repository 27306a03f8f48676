"""Registration forms for tests: rows as an office would type them, and what becomes of them."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any

from accounts.models import InsuredPerson, Staff
from accounts.services.jobs import Unwatched
from families.models import ImportBatch
from families.services.imports.applying import apply_batch
from families.services.imports.batches import approve_batch, confirm_batch, new_batch
from families.services.imports.columns import COLUMNS
from families.services.imports.faults import faults_of
from families.services.imports.staging import read_batch

Line = dict[str, Any]


def line(owner: InsuredPerson, member: InsuredPerson, relation: str, /, **cells: Any) -> Line:
    """A row of the form by columns; `cells` say something else than the two persons do."""
    said = {
        "owner_name": owner.name,
        "owner_number": owner.certno,
        "member_name": member.name,
        "member_number": member.certno,
        "relation": relation,
        "shares": "否",
        "starts_on": "2026-03-01",
    }
    return said | cells


def as_csv(lines: list[Line], columns: list[str] | None = None) -> bytes:
    columns = columns or list(COLUMNS)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([COLUMNS[column][0] for column in columns])
    writer.writerows([[row.get(column, "") for column in columns] for row in lines])
    return text.getvalue().encode()


def stage(lines: list[Line] | bytes, by: Staff) -> ImportBatch:
    """The batch of a file, read and checked as a worker would."""
    content = lines if isinstance(lines, bytes) else as_csv(lines)
    sha256 = hashlib.sha256(content).hexdigest()
    batch = new_batch(name="登记表.csv", sender="", sha256=sha256, by=by)
    read_batch(batch, content=content, progress=Unwatched(), by=by)
    return ImportBatch.objects.get(pk=batch.pk)


def enter(batch: ImportBatch, reviewer: Staff | None = None, *, by: Staff | None = None) -> ImportBatch:
    """Confirm the valid families, have them reviewed, and enter them."""
    batch = confirm_batch(batch_id=batch.pk, only_valid=True, by=by or batch.owner)
    if reviewer is not None:
        batch = approve_batch(batch_id=batch.pk, inspected=frozenset(batch.sample), by=reviewer)
    return apply_batch(batch.pk, progress=Unwatched(), by=reviewer or batch.owner)


def faults(batch: ImportBatch) -> list[tuple[int, str, str]]:
    """Row, column and code of everything that is wrong, by row."""
    stored = batch.families.values_list("errors", flat=True)
    return sorted((one.row, one.column, one.code) for errors in stored for one in faults_of(errors))


def states(batch: ImportBatch) -> list[str]:
    return list(batch.families.order_by("position").values_list("state", flat=True))
