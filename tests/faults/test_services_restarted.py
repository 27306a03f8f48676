"""A night in which PostgreSQL is stopped at once and started again, and Redis is emptied: it ends as any other.

On services of its own, into which the test's database is copied: others go on with theirs meanwhile.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import environ
import psutil
import pytest
import redis
from django.db import InterfaceError, OperationalError, connection

from accounts.models import AccountEntry, Job
from config.embedded import Urls
from config.embedded.postgres import programs
from config.embedded.processes import alive
from settlement.models import Discrepancy, Reconciliation, WalletTransfer
from settlement.night_steps import STEPS
from tests.concurrency.test_nights_at_once import statement_of
from tests.factories import NOON, make_group, make_settlement, make_staff, make_transfer
from tests.faults.test_embedded_services import Copy, queue
from tests.faults.test_import_killed import await_
from tests.faults.test_nights_killed import (
    MORNING,
    READS,
    as_if_lease_and_pause_had_run_out,
    held,
    waiting,
)
from tests.faults.test_registrations_killed import ended, forking_worker, start

RESTARTED_WITHIN = ("reconcile_day", "return_transfers")


@pytest.fixture
def copy(open_path: Path) -> Iterator[Copy]:
    made = Copy(open_path / "v")
    yield made
    made.stop()


@contextmanager
def moved_to(urls: Urls) -> Iterator[None]:
    """The database of the test goes on as a copy on other services."""
    before = dict(connection.settings_dict)
    place = environ.Env().db_url_config(urls.database)
    there = {name: place[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    _copy(before, there)
    _connect_to(there)
    try:
        yield
    finally:
        _connect_to(before)


def _connect_to(place: dict[str, Any]) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]
    connection.settings_dict.update(place)


def _copy(here: dict[str, Any], there: dict[str, Any]) -> None:
    dump = subprocess.run([programs() / "pg_dump", *_libpq(here)], check=True, capture_output=True, env=_env(here))
    command = [programs() / "psql", *_libpq(there), "-q", "-v", "ON_ERROR_STOP=1"]
    subprocess.run(command, check=True, input=dump.stdout, stdout=subprocess.DEVNULL, env=_env(there))


def _libpq(place: dict[str, Any]) -> list[str]:
    named = {"-h": place["HOST"], "-p": place["PORT"], "-U": place["USER"], "-d": place["NAME"]}
    return [word for option, value in named.items() if value for word in (option, str(value))]


def _env(place: dict[str, Any]) -> dict[str, str]:
    return os.environ | {"PGPASSWORD": str(place["PASSWORD"] or "")}


def restart_at_once(copy: Copy) -> None:
    """As `pg_ctl restart -m immediate`: no checkpoint, nobody waited for."""
    server = psutil.Process(copy.pid("postgres/postmaster.pid"))
    server.send_signal(signal.SIGQUIT)
    while alive(server):
        time.sleep(0.01)
    copy.start()


@pytest.mark.usefixtures("committed_db")
def test_a_night_goes_on_where_postgresql_was_restarted_and_redis_emptied_in_its_middle(
    copy: Copy, settings: Any
) -> None:
    clerk = make_staff("clerk")
    group = make_group("12*", by=clerk)
    statement_of(make_settlement(group.members.get(seat=1).person, "40.00", by=clerk, settled_at=NOON),
                 make_staff("supervisor"))  # fmt: skip
    make_transfer(group, by=clerk)
    urls = copy.start()
    settings.REDIS_URL = urls.redis
    with moved_to(urls), forking_worker() as worker, queue(urls) as messages:
        while jobs := _asked(worker):
            for job in jobs:
                if job.kind in RESTARTED_WITHIN:
                    _break_down(copy, job, worker, messages)
                start(worker, job.pk)
                assert ended(worker) == 0
        done = Job.objects.order_by("pk").values_list("kind", "state")
        assert list(done) == [(step.kind, "done") for step in STEPS]
        twice = Job.objects.filter(fence=2).order_by("pk").values_list("kind", flat=True)
        assert tuple(twice) == RESTARTED_WITHIN
        assert (Reconciliation.objects.count(), Discrepancy.objects.count()) == (1, 1)
        assert WalletTransfer.objects.get().state == "returned"
        assert AccountEntry.objects.filter(kind="109").count() == 1
        assert Job.objects.get(kind="audit_ledger").result["figures"]["violations"] == 0


def _asked(worker: subprocess.Popen[str]) -> list[Job]:
    start(worker, MORNING.isoformat())
    assert ended(worker) == 0
    return list(Job.objects.filter(state="queued").order_by("pk"))


def _break_down(copy: Copy, job: Job, worker: subprocess.Popen[str], messages: redis.Redis) -> None:
    """In the middle of the job; then the sweep finds what nobody holds."""
    with suppress(OperationalError, InterfaceError), held(READS[job.kind]):  # whose lock is lost with the server
        start(worker, job.pk)
        await_(lambda: bool(waiting()))
        restart_at_once(copy)
    _connect_to({})
    ended(worker)
    messages.flushall()
    as_if_lease_and_pause_had_run_out(job.pk)
    assert Job.objects.get(pk=job.pk).state in ("queued", "running")
    start(worker, "sweep")
    assert ended(worker) == 0
    assert messages.llen("celery") >= 1
