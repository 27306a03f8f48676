"""A worker killed in the middle of an import: the job ends done once, by another worker, and nothing is doubled."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, Job
from accounts.models.job import JobState
from accounts.services.jobs import enqueue, sweep
from tests.factories import make_number, make_staff
from tests.integration.test_import_persons import as_csv, make_line

ROOT = Path(__file__).resolve().parents[2]
ROWS = 6_000
PATIENCE = 60


def database_url() -> str:
    """Where this test's database is, as settings read it."""
    place = connection.settings_dict
    if str(place["HOST"]).startswith("/"):
        return f"postgres://{place['USER']}:@/{place['HOST']}/{place['NAME']}"
    return f"postgres://{place['USER']}:{place['PASSWORD']}@{place['HOST']}:{place['PORT']}/{place['NAME']}"


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real worker on the test's database; with its children it is gone afterwards."""
    from django.conf import settings

    first_key = next(iter(settings.SEALING_KEYS.values())).hex()
    keys = ",".join(f"{number}:{key.hex()}" for number, key in settings.SEALING_KEYS.items())
    given = {
        "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEYS": keys, "SEALING_KEY": first_key, "DIGEST_KEY": settings.DIGEST_KEY.hex(),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "celery", "-A", "config", "worker", "--concurrency", "1", "--loglevel", "WARNING"],
        cwd=ROOT,
        env=os.environ | given,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """The worker and its children at once, as a machine that loses its power."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def await_(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, list(Job.objects.values("state", "done", "total", "failure"))
        time.sleep(0.05)


@pytest.mark.usefixtures("committed_db")
def test_an_import_whose_worker_is_killed_is_done_once_by_the_next() -> None:
    born = [dt.date(1950, 1, 1) + dt.timedelta(days=number) for number in range(ROWS)]
    lines = [
        make_line(number, certno=make_number(born_on=day), brdy=day.isoformat()) for number, day in enumerate(born)
    ]
    clerk = make_staff("clerk", "421000")
    job = enqueue(kind="import_persons", by=clerk, file=("persons.csv", as_csv(lines)))

    with worker() as first:
        await_(lambda: Job.objects.filter(pk=job.pk, done__gt=0).exists())
        kill(first)
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert not InsuredPerson.objects.exists()

    # As if the lease had run out: half a minute that the test need not wait for.
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    with worker():
        assert sweep() == 1
        sweep()
        await_(lambda: Job.objects.filter(pk=job.pk, state=JobState.DONE).exists())

    job.refresh_from_db()
    assert (job.attempts, job.fence) == (2, 2)
    assert job.result is not None
    assert (job.result["accepted_rows"], job.result["created"], job.result["error_count"]) == (ROWS, ROWS, 0)
    assert InsuredPerson.objects.count() == AccountEntry.objects.count() == ROWS
