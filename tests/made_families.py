"""Files of made families (`bench.registrations.made`) on the test's database: their roster, and batches of them."""

from __future__ import annotations

from accounts.models import Staff
from accounts.services.import_persons import import_persons
from accounts.services.jobs import run_job
from bench.registrations.made import Family, Made, forms_csv, roster_csv
from families.models import ImportBatch
from families.services.imports.batches import approve_batch, confirm_batch, load_file
from tests.factories import make_staff


def enter_roster(made: Made) -> None:
    clerk = make_staff("clerk", "420000")
    assert not import_persons(content=roster_csv(made), name="persons.csv", by=clerk).errors


def file_of(families: list[Family]) -> bytes:
    return forms_csv(line for family in families for line in family.lines)


def owners_of(families: list[Family]) -> list[str]:
    return [family.household.humans[0].psn_no for family in families]


def checked(content: bytes, *, by: Staff, name: str = "forms.csv") -> ImportBatch:
    """A file as the page takes it over and a worker checks it."""
    batch, _new = load_file(content=content, name=name, by=by)
    assert batch.job_id is not None
    run_job(batch.job_id)
    batch.refresh_from_db()
    return batch


def approved(batch: ImportBatch, *, by: Staff, reviewer: Staff) -> ImportBatch:
    """Confirmed and approved: a worker may enter it."""
    batch = confirm_batch(batch_id=batch.pk, only_valid=True, by=by)
    return approve_batch(batch_id=batch.pk, inspected=frozenset(batch.sample), by=reviewer)
