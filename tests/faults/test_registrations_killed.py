"""A worker killed at twenty moments while families go in: at the end all are there, none twice, none in part."""

from __future__ import annotations

import datetime as dt
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from accounts.models import Job
from accounts.models.audit import AuditEvent
from accounts.services.jobs import run_job, sweep
from bench.registrations.made import Made, make
from bench.registrations.standing import standing
from families.models import GroupMember, ImportBatch, MutualAidGroup, RegistrationCase
from tests.conftest import empty_tables
from tests.factories import make_regions, make_staff
from tests.faults.test_import_killed import await_, database_url
from tests.made_families import approved, checked, enter_roster, file_of, owners_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20
# A kill waits until up to MOST_CHUNKS chunks more are in, and then as long as about one of them takes: it may fall on
# any part of a chunk, and twenty kills end before the file does.
CHUNK, MOST_CHUNKS, LONGEST_DELAY = 5, 2, 0.05
FAMILIES = (KILLS + 2) * (MOST_CHUNKS + 2) * CHUNK
TABLES = ("MutualAidGroup", "GroupMember", "Sharing", "Grant", "RegistrationCase", "CaseLine")


def applying(made: Made) -> ImportBatch:
    clerk, reviewer = make_staff("clerk", "421000"), make_staff("reviewer", "421000", username="fuhe")
    enter_roster(made)
    return approved(checked(file_of(made.families), by=clerk), by=clerk, reviewer=reviewer)


def what_stands(made: Made) -> dict[str, list[str]]:
    """Of the families of the file, and how many rows and events of each kind there are, whosever they be."""
    counts = []
    for table in TABLES:
        model, events = apps.get_model("families", table), apps.get_model("families", f"{table}Event")
        counts.append(f"{table} {model._default_manager.count()} {events._default_manager.count()}")
    return standing(owners_of(made.families)) | {"counts": counts}


@contextmanager
def forking_worker() -> Iterator[subprocess.Popen[str]]:
    keys = ",".join(f"{number}:{key.hex()}" for number, key in settings.SEALING_KEYS.items())
    given = {
        "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEYS": keys, "DIGEST_KEY": settings.DIGEST_KEY.hex(),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.forking_worker", str(CHUNK)],
        cwd=ROOT, env=os.environ | given, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.communicate()


def start(worker: subprocess.Popen[str], what: int | str) -> int:
    """The number of the process that works on the job, or whatever a forking worker does, now."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(f"{what}\n")
    worker.stdin.flush()
    return int(worker.stdout.readline())


def ended(worker: subprocess.Popen[str]) -> int:
    assert worker.stdout is not None
    return int(worker.stdout.readline())


def as_if_the_lease_had_run_out(job_id: int) -> None:
    """Half a minute that the test need not wait for, and as long for a job that broke down.

    What gets on is not given up after five kills.
    """
    a_second_ago = timezone.now() - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job_id).update(lease_until=a_second_ago)
    Job.objects.filter(pk=job_id, not_before__isnull=False).update(not_before=a_second_ago)


@pytest.mark.usefixtures("committed_db")
def test_families_of_a_batch_whose_worker_is_killed_again_and_again_go_in_once() -> None:
    chance = random.Random(7)
    made = make(families=FAMILIES)
    undisturbed = applying(made)
    assert undisturbed.job_id is not None
    run_job(undisturbed.job_id)
    expected = what_stands(made)
    empty_tables()
    make_regions()

    batch = applying(made)
    job_id = batch.job_id
    assert job_id is not None
    with forking_worker() as worker:
        for _ in range(KILLS):
            wanted = MutualAidGroup.objects.count() + chance.randint(0, MOST_CHUNKS) * CHUNK
            process = start(worker, job_id)
            await_(lambda wanted=wanted: MutualAidGroup.objects.count() >= wanted)
            time.sleep(chance.uniform(0, LONGEST_DELAY))
            os.kill(process, signal.SIGKILL)
            assert ended(worker) == -signal.SIGKILL
            assert MutualAidGroup.objects.count() == RegistrationCase.objects.filter(state="effective").count()
            assert GroupMember.objects.filter(seat=1).count() % CHUNK == 0
            as_if_the_lease_had_run_out(job_id)
        assert 0 < MutualAidGroup.objects.count() < FAMILIES
        assert sweep() == 1
        start(worker, job_id)
        assert ended(worker) == 0

    batch.refresh_from_db()
    assert (batch.state, set(batch.families.values_list("state", flat=True))) == ("applied", {"applied"})
    assert what_stands(made) == expected
    told = AuditEvent.objects.filter(kind="import", detail__has_key="entered")
    assert [event.detail["entered"] for event in told] == [FAMILIES]
