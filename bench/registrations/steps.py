"""What the benchmark measures, each step in a process of its own: `python -m bench.registrations.steps STEP`.

Every step prints one JSON object, timed as `bench.timing` says.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench.timing import timed
from config.celery import give_way

PASSWORD = "bench-of-registrations-2026"  # noqa: S105 - of a database that is made and thrown away
STAFF = (("sheng", "clerk", "420000"), ("jingban", "clerk", "421000"), ("fuhe", "reviewer", "421000"))


def prepare(directory: str) -> dict[str, Any]:
    """An empty database gets its tables, regions, staff and the roster; a session of the clerk for the pages."""
    from django.core.management import call_command
    from django.db import connection
    from django.test import Client

    from accounts.models import Region
    from accounts.services.import_persons import import_persons
    from accounts.services.reference import load_regions
    from accounts.services.staff import create_staff
    from families.demo_data import REGIONS

    call_command("migrate", verbosity=0)
    load_regions([{"admdvs": code, "name": name, "parent": parent} for code, name, parent in REGIONS])
    staff = {
        username: create_staff(
            username=username, role=role, region=Region.objects.get(pk=code), password=PASSWORD, full_name=username
        )
        for username, role, code in STAFF
    }
    content = Path(directory, "persons.csv").read_bytes()
    with timed() as told:
        result = import_persons(content=content, name="persons.csv", by=staff["sheng"])
    assert not result.errors, result.errors[:3]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    client.force_login(staff["jingban"])
    return told | {"persons": result.accepted_rows, "cookie": client.cookies["sessionid"].value}


def check(directory: str) -> dict[str, Any]:
    """Load the workbook and have it checked: as the page and a worker do it."""
    from accounts.models import Job
    from accounts.services.jobs import run_job
    from families.models import ImportBatch
    from families.services.imports.batches import load_file
    from families.services.imports.loading import result_of

    content = Path(directory, "registrations.xlsx").read_bytes()
    give_way()
    with timed() as told:
        batch, _new = load_file(content=content, name="registrations.xlsx", by=_staff("jingban"))
        assert batch.job is not None
        run_job(batch.job.pk)
    result = result_of(ImportBatch.objects.get(pk=batch.pk))
    assert Job.objects.get(pk=batch.job.pk).state == "done"
    key = json.loads(Path(directory, "expected.json").read_text())
    found = [{"row": one.row, "family": one.family, "code": one.code} for one in result.errors]
    assert found == key["registration_faults"], "the faults found are not those of the answer key"
    return told | {"batch": batch.pk, "rows": result.rows, "families": result.families}


def apply(batch_id: str) -> dict[str, Any]:
    """Confirm, approve and enter what is ready."""
    from accounts.services.jobs import run_job
    from families.models import ImportBatch
    from families.models.batch import BatchState
    from families.services.imports.batches import approve_batch, confirm_batch

    give_way()
    with timed() as told:
        batch = confirm_batch(batch_id=int(batch_id), only_valid=True, by=_staff("jingban"))
        batch = approve_batch(batch_id=batch.pk, inspected=frozenset(batch.sample), by=_staff("fuhe"))
        assert batch.job_id is not None
        run_job(batch.job_id)
    batch = ImportBatch.objects.get(pk=batch.pk)
    assert batch.state == BatchState.APPLIED
    return told | {"applied": batch.families.filter(state="applied").count()}


def stock(directory: str) -> dict[str, Any]:
    """The slice, by a plain ModelResource."""
    from accounts.acting import acting
    from bench.registrations.stock import import_by_resource

    content = Path(directory, "slice.csv").read_text()
    clerk, reviewer = _staff("jingban"), _staff("fuhe")
    with timed() as told, acting(clerk, channel="command"):
        made = import_by_resource(content, handled_by=clerk, reviewed_by=reviewer)
    return told | {"rows": made}


def written(directory: str) -> dict[str, Any]:
    """What stands in the tables about the families of the slice: the number of rows and a digest of what they say."""
    from bench.registrations.standing import standing

    owners = json.loads(Path(directory, "slice.json").read_text())
    tables = {
        table: {"rows": len(rows), "sha256": hashlib.sha256("\n".join(rows).encode()).hexdigest()}
        for table, rows in standing(owners).items()
    }
    return {"tables": tables}


def _staff(username: str) -> Any:
    from accounts.models import Staff

    return Staff.objects.select_related("region").get(username=username)


STEPS: dict[str, Callable[[str], dict[str, Any]]] = {
    step.__name__: step for step in (prepare, check, apply, stock, written)
}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](sys.argv[2])))
