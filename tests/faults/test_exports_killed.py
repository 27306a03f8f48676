"""An export that is killed, loses its database or its disk: done in the end, or said why not; never half a file."""

from __future__ import annotations

import csv
import io
import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction

from accounts.models import Job, JobFile, JobFilePiece, Staff
from accounts.models.job import JobState
from accounts.services import jobs
from accounts.services.jobs import run_job, sweep
from reports.exporting import ask_for_export
from reports.files import Form
from reports.lists import MEMBERS
from tests.factories import START, make_group, make_staff
from tests.faults.test_import_killed import await_
from tests.faults.test_registrations_killed import as_if_the_lease_had_run_out, ended, forking_worker, start

pytestmark = pytest.mark.usefixtures("committed_db")
ANOTHER = "pid <> pg_backend_pid() AND datname = current_database()"


@pytest.fixture
def supervisor() -> Staff:
    staff = make_staff("supervisor", "421000")
    make_group("12*", "20", by=staff)
    return staff


def asked(by: Staff, form: Form = Form.CSV) -> Job:
    return ask_for_export(report=MEMBERS, asked={"day": START.isoformat()}, form=form, by=by)


@contextmanager
def at_its_last_step(worker: subprocess.Popen[str], job: Job) -> Iterator[int]:
    """A worker whose file is written and that is about to keep its first piece. Gives: the number of its process."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE accounts_jobfilepiece IN SHARE MODE")
        process = start(worker, job.pk)
        await_(lambda: waits(cursor))
        yield process


def waits(cursor) -> bool:  # type: ignore[no-untyped-def]
    cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = %s::regclass)",
                   ["accounts_jobfilepiece"])  # fmt: skip
    return bool(cursor.fetchone()[0])


def nothing_is_left(job: Job) -> bool:
    rows = JobFile.objects.filter(job=job).exists() or JobFilePiece.objects.exists()
    return not rows and list(settings.EXPORTS_DIR.iterdir()) == []


def seats_in(job: Job) -> list[str]:
    lines = csv.reader(io.StringIO(JobFile.objects.get(job=job).content.decode("utf-8-sig")))
    return [line[2] for line in lines][1:]


def test_an_export_whose_worker_is_killed_leaves_nothing_and_is_done_by_the_next(supervisor: Staff) -> None:
    job = asked(supervisor)
    with forking_worker() as worker:
        with at_its_last_step(worker, job) as process:
            os.kill(process, signal.SIGKILL)
            assert ended(worker) == -signal.SIGKILL
        assert nothing_is_left(job)
        assert Job.objects.get(pk=job.pk).state == JobState.RUNNING
        as_if_the_lease_had_run_out(job.pk)
        assert sweep() == 1
        start(worker, job.pk)
        assert ended(worker) == 0
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
    assert seats_in(job) == ["1", "2", "3"]


def test_an_export_that_loses_the_database_is_done_by_the_next(supervisor: Staff) -> None:
    job = asked(supervisor)
    with forking_worker() as worker:
        with at_its_last_step(worker, job), connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {ANOTHER}")
            assert ended(worker) == 1
        assert nothing_is_left(job)
        as_if_the_lease_had_run_out(job.pk)
        start(worker, job.pk)
        assert ended(worker) == 0
    assert seats_in(job) == ["1", "2", "3"]


def test_an_export_that_is_cancelled_at_its_last_step_leaves_nothing(supervisor: Staff) -> None:
    job = asked(supervisor)
    with forking_worker() as worker:
        with at_its_last_step(worker, job):
            jobs.cancel_job(job=job, by=supervisor)
        assert ended(worker) == 0
    assert nothing_is_left(job)
    assert Job.objects.get(pk=job.pk).state == JobState.CANCELLED


@contextmanager
def small_disk(size: int) -> Iterator[None]:
    """As a full disk: no file of this process grows beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", [Form.XLSX, Form.CSV, Form.PDF])
def test_a_full_disk_is_tried_again_and_ends_in_a_clear_state(supervisor: Staff, form: Form) -> None:
    job = asked(supervisor, form)
    for attempt in range(1, jobs.MOST_ATTEMPTS + 1):
        with small_disk(100), pytest.raises(OSError, match=r"large|File|size|os error"):
            run_job(job.pk)
        job.refresh_from_db()
        assert (job.state, job.attempts) == (JobState.QUEUED, attempt)
        as_if_the_lease_had_run_out(job.pk)
    assert sweep() == 0
    job.refresh_from_db()
    assert (job.state, job.failure != "") == (JobState.FAILED, True)
    assert nothing_is_left(job)


def test_a_disk_with_room_again_gets_the_file(supervisor: Staff) -> None:
    job = asked(supervisor)
    with small_disk(100), pytest.raises(OSError, match=r"large|File|size|os error"):
        run_job(job.pk)
    as_if_the_lease_had_run_out(job.pk)
    run_job(job.pk)
    assert seats_in(job) == ["1", "2", "3"]
