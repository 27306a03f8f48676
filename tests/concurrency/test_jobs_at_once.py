"""Jobs and their workers: one lease at a time, and whoever lost it changes nothing."""

from __future__ import annotations

import datetime as dt
import os
import threading
import time
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection, transaction
from django.utils import timezone

from accounts import tasks
from accounts.models import Code, Job, Staff
from accounts.services import jobs
from accounts.services.jobs import JobRefused, LeaseLost, Progress, ask_again, enqueue, run_job, sweep
from config.celery import app
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_staff

pytestmark = pytest.mark.usefixtures("committed_db")


def write_a_code(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of these tests: leaves one row, as slowly as asked."""
    Code.objects.create(table="job", code=str(Code.objects.filter(table="job").count()), name_zh="x", name_en="x",
                        version=str(job.fence))  # fmt: skip
    for step in range(job.params.get("steps", 1)):
        time.sleep(job.params.get("pause", 0.0))
        progress.report(step + 1, job.params.get("steps", 1))
    return {"fence": job.fence}


def refuse(job: Job, progress: Progress) -> dict[str, Any]:
    write_a_code(job, progress)
    raise JobRefused("the file has no heading")


def break_down(job: Job, progress: Progress) -> dict[str, Any]:
    write_a_code(job, progress)
    raise RuntimeError("the disk is gone")


def lose_the_lease(job: Job, progress: Progress) -> dict[str, Any]:
    """Another worker takes the job while this one is at work."""
    write_a_code(job, progress)
    taken_over(job.pk)
    return {"fence": job.fence}


def taken_over(job_id: int) -> None:
    def take() -> None:
        try:
            Job.objects.filter(pk=job_id).update(lease_until=timezone.now() - dt.timedelta(seconds=1))
            assert jobs._claim(job_id) is not None
        finally:
            connection.close()

    thread = threading.Thread(target=take)
    thread.start()
    thread.join()


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk")


# A queue of this process: other test processes send jobs through the same broker meanwhile.
QUEUE = f"test-{os.getpid()}"


@pytest.fixture(autouse=True)
def kinds_of_work(committed_db: None, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    work = (write_a_code, refuse, break_down, lose_the_lease)
    settings.JOB_KINDS = {function.__name__: f"{__name__}.{function.__name__}" for function in work}
    monkeypatch.setattr(tasks.run_job, "_exec_options", {"queue": QUEUE})
    yield
    empty_queue()
    Code.objects.filter(table="job").delete()


def empty_queue() -> None:
    with app.connection_for_write() as broker:
        broker.default_channel.client.delete(QUEUE)


def waiting() -> int:
    """Messages that no worker has taken from the queue."""
    with app.connection_for_read() as broker:
        return int(broker.default_channel.client.llen(QUEUE))


def state(job: Job) -> str:
    job.refresh_from_db()
    return job.state


def written() -> int:
    return Code.objects.filter(table="job").count()


def expire(job: Job) -> None:
    """As if lease and pause had run out."""
    a_second_ago = timezone.now() - dt.timedelta(seconds=1)
    Job.objects.filter(pk=job.pk).update(lease_until=a_second_ago)
    Job.objects.filter(pk=job.pk, not_before__isnull=False).update(not_before=a_second_ago)


def test_a_job_runs_and_tells_its_result(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk, params={"steps": 3})
    assert (state(job), waiting()) == ("queued", 1)
    run_job(job.pk)
    assert (state(job), job.result, job.attempts, job.percent) == ("done", {"fence": 1}, 1, 100)
    assert (job.done, job.total, written()) == (3, 3, 1)
    assert job.finished_at is not None


def test_a_job_sent_to_many_workers_at_once_is_done_by_one(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk, params={"pause": 0.3})
    assert kinds(at_once(*[partial(run_job, job.pk)] * 8)) == {"NoneType": 8}
    assert (state(job), job.attempts, written()) == ("done", 1, 1)


def test_a_job_that_is_done_is_not_done_again(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk)
    run_job(job.pk)
    run_job(job.pk)
    assert (state(job), job.attempts, written()) == ("done", 1, 1)


def test_a_job_under_lease_is_left_to_its_holder_and_taken_when_the_lease_ends(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk)
    assert jobs._claim(job.pk) == 1
    run_job(job.pk)
    assert (state(job), written()) == ("running", 0)
    expire(job)
    run_job(job.pk)
    assert (state(job), job.fence, job.result, written()) == ("done", 2, {"fence": 2}, 1)


def test_work_whose_lease_went_to_another_is_rolled_back(clerk: Staff) -> None:
    job = enqueue(kind="lose_the_lease", by=clerk)
    run_job(job.pk)
    assert (state(job), job.fence, job.result, written()) == ("running", 2, None, 0)


def test_a_long_job_learns_from_its_heartbeat_that_the_lease_is_lost_and_stops(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    job = enqueue(kind="write_a_code", by=clerk, params={"steps": 200, "pause": 0.05})
    started = time.monotonic()
    worker = threading.Thread(target=lambda: (run_job(job.pk), connection.close()))
    worker.start()
    while state(job) != "running":
        time.sleep(0.02)
    taken_over(job.pk)
    worker.join(timeout=9)
    assert not worker.is_alive()
    assert time.monotonic() - started < 9
    assert (state(job), job.fence, written()) == ("running", 2, 0)


def test_the_heartbeat_prolongs_the_lease_and_shows_progress_while_the_work_is_open(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 0.05)
    job = enqueue(kind="write_a_code", by=clerk, params={"steps": 30, "pause": 0.05})
    worker = threading.Thread(target=lambda: (run_job(job.pk), connection.close()))
    worker.start()
    leases, shown = set(), set()
    while worker.is_alive():
        job.refresh_from_db()
        leases.add(job.lease_until)
        shown.add(job.done)
        time.sleep(0.05)
    worker.join()
    assert len(leases) > 3
    assert len(shown) > 3
    assert (state(job), job.done, job.total) == ("done", 30, 30)


def test_a_refused_job_tells_why_and_leaves_nothing(clerk: Staff) -> None:
    job = enqueue(kind="refuse", by=clerk)
    run_job(job.pk)
    assert (state(job), job.failure, written()) == ("refused", "the file has no heading", 0)
    run_job(job.pk)
    assert job.attempts == 1


def test_a_refusal_that_comes_after_the_lease_was_lost_changes_nothing(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk)
    assert jobs._claim(job.pk) == 1
    expire(job)
    assert jobs._claim(job.pk) == 2
    with pytest.raises(LeaseLost):
        jobs._finish(Progress(job.pk, fence=1), jobs.JobState.REFUSED, failure="late")
    assert (state(job), job.failure) == ("running", "")


def test_a_breakdown_leaves_nothing_and_is_tried_five_times_then_given_up(clerk: Staff) -> None:
    job = enqueue(kind="break_down", by=clerk)
    for attempt in range(1, 6):
        with pytest.raises(RuntimeError, match="the disk is gone"):
            run_job(job.pk)
        assert (state(job), job.attempts, job.failure, written()) == ("queued", attempt, "RuntimeError.", 0)
        expire(job)
        assert sweep() == (1 if attempt < 5 else 0)
    assert state(job) == "failed"
    assert job.failure.startswith("RuntimeError. ")
    assert "5" in job.failure
    assert job.finished_at is not None
    run_job(job.pk)
    assert job.attempts == 5


def test_pauses_after_breakdowns_double_and_nobody_takes_the_job_meanwhile(clerk: Staff) -> None:
    job = enqueue(kind="break_down", by=clerk)
    for pause in (30, 60, 120, 240):
        before = timezone.now()
        with pytest.raises(RuntimeError):
            run_job(job.pk)
        job.refresh_from_db()
        assert dt.timedelta(0) <= job.not_before - before - dt.timedelta(seconds=pause) < jobs.LEASE
        run_job(job.pk)
        assert (sweep(), state(job), written()) == (0, "queued", 0)
        expire(job)


def test_a_job_that_broke_down_and_then_succeeds_tells_no_failure(clerk: Staff, settings: LazySettings) -> None:
    job = enqueue(kind="break_down", by=clerk)
    with pytest.raises(RuntimeError):
        run_job(job.pk)
    settings.JOB_KINDS["break_down"] = settings.JOB_KINDS["write_a_code"]
    expire(job)
    run_job(job.pk)
    assert (state(job), job.failure, job.attempts) == ("done", "", 2)


def test_a_job_asked_again_by_two_at_once_is_asked_once_and_its_history_keeps_what_came_before(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk)
    run_job(job.pk)
    job.refresh_from_db()
    assert sorted(map(bool, at_once(*[partial(ask_again, job=job, by=clerk)] * 4))) == [False, False, False, True]
    assert (state(job), job.attempts, job.finished_at, job.result) == ("queued", 0, None, {"fence": 1})
    run_job(job.pk)
    assert (state(job), job.result, written()) == ("done", {"fence": 2}, 2)
    kept = Job.pgh_event_model.objects.filter(pgh_obj_id=job.pk, state="done")  # type: ignore[attr-defined]
    assert [event.result for event in kept.order_by("pgh_id")] == [{"fence": 1}, {"fence": 2}]


def test_a_job_that_is_not_over_is_not_asked_again(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk)
    assert not ask_again(job=job, by=clerk)
    assert jobs._claim(job.pk) == 1
    assert not ask_again(job=job, by=clerk)
    assert state(job) == "running"


def test_the_sweep_sends_again_what_the_queue_lost_and_leaves_what_is_young_or_held(clerk: Staff) -> None:
    old, young, held = (enqueue(kind="write_a_code", by=clerk) for _ in range(3))
    empty_queue()
    long_ago = timezone.now() - 2 * jobs.LOST_AFTER
    Job.objects.filter(pk__in=[old.pk, held.pk]).update(created_at=long_ago)
    assert jobs._claim(held.pk) == 1
    assert (sweep(), waiting()) == (1, 1)
    assert (state(old), state(young), state(held)) == ("queued", "queued", "running")
    expire(held)
    assert sweep() == 2


def test_what_a_job_writes_names_who_asked_for_it(clerk: Staff) -> None:
    run_job(enqueue(kind="write_a_code", by=clerk).pk)
    event = Code.pgh_event_model.objects.filter(table="job").get()  # type: ignore[attr-defined]
    assert event.pgh_context == {"staff": clerk.pk, "channel": "job"}


def test_a_job_asked_for_in_a_transaction_that_fails_wakes_nobody(clerk: Staff) -> None:
    before = waiting()

    def ask_and_fail() -> None:
        with transaction.atomic():
            enqueue(kind="write_a_code", by=clerk)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        ask_and_fail()
    assert (waiting(), Job.objects.count()) == (before, 0)


def test_a_file_comes_back_as_it_was_given_and_is_sealed_in_the_database(clerk: Staff) -> None:
    job = enqueue(kind="write_a_code", by=clerk, file=("名单.csv", "张三,1".encode()))
    assert (job.file.name, job.file.content) == ("名单.csv", "张三,1".encode())
    assert "张三".encode() not in bytes(job.file.content_sealed)
