"""A night in which every step loses its worker, then its database, and the queue its messages: it ends the same."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import AccountEntry, Job
from accounts.services.jobs import LOST_AFTER, sweep
from config.celery import app
from settlement.models import Discrepancy, Reconciliation, WalletTransfer
from settlement.night_steps import STEPS
from settlement.services.night import go_on
from tests.concurrency.test_nights_at_once import statement_of
from tests.factories import NOON, make_group, make_settlement, make_staff, make_transfer
from tests.faults.test_import_killed import await_
from tests.faults.test_registrations_killed import as_if_the_lease_had_run_out, ended, forking_worker, start

NIGHT = NOON.date() + dt.timedelta(days=1)
MORNING = timezone.make_aware(dt.datetime.combine(NIGHT, dt.time(7)))
QUEUE = f"test-nights-{os.getpid()}"
# What a step has to read: locked, the step stands in the middle of its work until the worker is gone.
READS = {
    "turn_day": "accounts_suspension",
    "reconcile_day": "settlement_statement",
    "audit_ledger": "accounts_accountentry",
    "refresh_anomalies": "families_groupmember",
    "refresh_summaries": "families_registrationcase",
    "return_transfers": "settlement_wallettransfer",
    "morning_report": "settlement_institution",
}
# Not pg_stat_activity, which a transaction reads once.
WAITING = """
    SELECT DISTINCT pid FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
     WHERE datname = current_database() AND NOT granted
"""


def waiting() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return [pid for (pid,) in cursor.fetchall()]


@contextmanager
def held(table: str) -> Iterator[None]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def messages() -> int:
    with app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen(QUEUE))


def lose_the_queue() -> None:
    """As a Redis that was flushed: this test's messages are gone, those of others stay."""
    with app.connection_for_write() as broker:
        broker.default_channel.client.delete(QUEUE)


@pytest.fixture
def queue_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    app.loader.import_default_modules()
    monkeypatch.setattr(tasks.run_job, "_exec_options", {"queue": QUEUE})
    yield
    lose_the_queue()


@pytest.mark.usefixtures("committed_db", "queue_of_its_own")
def test_a_night_whose_steps_lose_worker_database_and_queue_ends_as_any_other() -> None:
    assert set(READS) == {step.kind for step in STEPS}
    clerk = make_staff("clerk")
    group = make_group("12*", by=clerk)
    statement_of(make_settlement(group.members.get(seat=1).person, "40.00", by=clerk, settled_at=NOON),
                 make_staff("supervisor"))  # fmt: skip
    make_transfer(group, by=clerk)
    with forking_worker() as worker:
        while asked := go_on(now=MORNING):
            for job in asked:
                with held(READS[job.kind]):
                    process = start(worker, job.pk)
                    await_(lambda: bool(waiting()))
                    os.kill(process, signal.SIGKILL)
                    assert ended(worker) == -signal.SIGKILL
                as_if_the_lease_had_run_out(job.pk)
                with held(READS[job.kind]), connection.cursor() as cursor:
                    start(worker, job.pk)
                    await_(lambda: bool(waiting()))
                    cursor.execute(f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) AS lost")
                    assert ended(worker) != 0
                as_if_lease_and_pause_had_run_out(job.pk)
                lose_the_queue()
                assert sweep() == 1
                assert messages() == 1
                start(worker, job.pk)
                assert ended(worker) == 0

    jobs = Job.objects.order_by("pk")
    assert [(job.kind, job.state, job.fence) for job in jobs] == [(step.kind, "done", 3) for step in STEPS]
    assert (Reconciliation.objects.count(), Discrepancy.objects.count()) == (1, 1)
    assert WalletTransfer.objects.get().state == "returned"
    assert AccountEntry.objects.filter(kind="109").count() == 1
    assert Job.objects.get(kind="audit_ledger").result["figures"]["violations"] == 0
    assert go_on(now=MORNING) == []


def as_if_lease_and_pause_had_run_out(job_id: int) -> None:
    """And as if it had been asked for long enough ago that the sweep looks for it."""
    a_second_ago = timezone.now() - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job_id).update(lease_until=a_second_ago, created_at=timezone.now() - 2 * LOST_AFTER)
    Job.objects.filter(pk=job_id, not_before__isnull=False).update(not_before=a_second_ago)
