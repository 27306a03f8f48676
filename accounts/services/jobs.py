"""Jobs: asked for by a row, woken through Redis, held by a lease, finished by whoever holds the fence.

A task may be sent twice, lost, or its worker killed: the row decides. `sweep` re-sends what nobody holds. What breaks
down is tried again after ever longer pauses; a killed worker leaves no word, and its lease has to run out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from celery import current_app
from django.conf import settings
from django.db import Error, IntegrityError, connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Trim
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from accounts.acting import acting, writes
from accounts.models import Job, JobFile, JobFilePiece, Staff
from accounts.models.job import OVER, PIECE, JobState

LEASE = dt.timedelta(seconds=30)
HEARTBEAT_SECONDS = 1.0
MOST_ATTEMPTS = 5
FIRST_PAUSE = LEASE  # after a breakdown; then twice as long each time
LOST_AFTER = dt.timedelta(seconds=20)
LONGEST_FAILURE = 300
LONGEST_NAME = 200  # too long a name is cut in front: the ending tells a workbook from a CSV file


class LeaseLost(Exception):
    """Another worker holds this job now, or it was cancelled: whatever this one did is rolled back."""


class NotToCancel(Exception):
    """The job is over, or of a kind that is not cancelled; the message is for the person who asked."""


class JobRefused(Exception):
    """The work cannot be done as asked; the message is for the person who asked. Nothing was written."""


@dataclass
class Progress:
    """What a running job tells: how far it is. Reported by the heartbeat, on its own connection."""

    job_id: int
    fence: int
    done: int = 0
    total: int = 0
    lost: threading.Event = field(default_factory=threading.Event)

    def report(self, done: int, total: int) -> None:
        """Raises: LeaseLost, so that long work stops soon after its lease went to another worker."""
        self.done, self.total = done, total
        if self.lost.is_set():
            raise LeaseLost

    @contextmanager
    def step(self) -> Iterator[None]:
        """One transaction of work that is done in steps; it is committed only while the lease is held.

        Work that gets on is not given up, however often its worker is killed.
        Raises: LeaseLost; the step is rolled back then.
        """
        with transaction.atomic():
            yield
            self._hold()

    def _hold(self) -> None:
        held = Job.objects.filter(pk=self.job_id, fence=self.fence, state=JobState.RUNNING).update(
            lease_until=timezone.now() + LEASE, done=self.done, total=self.total, attempts=1
        )
        if not held:
            raise LeaseLost


class Unwatched(Progress):
    """The progress of work that no job asked for: a command does it itself."""

    def __init__(self) -> None:
        super().__init__(0, 0)

    def _hold(self) -> None:
        return


Work = Callable[[Job, Progress], dict[str, Any]]
_IN_STEPS: set[Work] = set()


def in_steps(work: Work) -> Work:
    """Marks work that commits as it goes (`Progress.step`): after a kill it goes on where it stood."""
    _IN_STEPS.add(work)
    return work


_CANCELLABLE: set[Work] = set()


def cancellable(work: Work) -> Work:
    """Marks work that its owner may cancel: what it leaves is its file alone, and that goes with it."""
    _CANCELLABLE.add(work)
    return work


def may_be_cancelled(job: Job) -> bool:
    return not job.is_over and import_string(settings.JOB_KINDS[job.kind]) in _CANCELLABLE


@writes
def cancel_job(*, job: Job, by: Staff) -> None:
    """End a job that waits or runs; nothing that it did or made is kept.

    Its worker finds out at its next heartbeat, at the latest when it wants to keep something. `by`: the owner.
    Raises: NotToCancel. Locks: the job.
    """
    if not may_be_cancelled(job):
        raise NotToCancel(_("It is over already, or it cannot be cancelled."))
    unfinished = Job.objects.filter(pk=job.pk, owner=by, state__in=[JobState.QUEUED, JobState.RUNNING])
    if not unfinished.update(state=JobState.CANCELLED, finished_at=timezone.now(), not_before=None, failure=""):
        raise NotToCancel(_("It is over already, or it cannot be cancelled."))
    JobFile.objects.filter(job=job).delete()


@writes
def enqueue(
    *,
    kind: str,
    by: Staff,
    params: dict[str, Any] | None = None,
    file: tuple[str, bytes] | None = None,
    business_date: dt.date | None = None,
    confirms: Job | None = None,
) -> Job:
    """Ask for a job and wake a worker once the row is there for it to find.

    `file`: name and content; `confirms`: the check of the file that the job imports.
    Raises: IntegrityError (`job_once_a_day`) for a `business_date` that has its job of this kind, and for a check
    that was confirmed already.
    """
    job = Job.objects.create(
        kind=kind,
        owner=by,
        region_id=by.region_id,
        params=params or {},
        business_date=business_date,
        confirms=confirms,
    )
    if file is not None:
        name, content = file
        keep_file(job, name=name, content=content)
    transaction.on_commit(lambda: wake(job.pk))
    return job


def keep_outcome(
    *, kind: str, by: Staff, region_id: str, file: tuple[str, bytes], result: dict[str, Any] | None, failure: str = ""
) -> Job:
    """A job that was done already, and that no page asked for, for the pages to show. Expects a transaction.

    `region_id`: whose staff see it; `failure`: why it was refused.
    """
    job = Job.objects.create(
        kind=kind,
        owner=by,
        region_id=region_id,
        state=JobState.REFUSED if failure else JobState.DONE,
        result=result,
        failure=failure[:LONGEST_FAILURE],
        finished_at=timezone.now(),
    )
    name, content = file
    keep_file(job, name=name, content=content)
    return job


def keep_file(job: Job, *, name: str, content: bytes) -> None:
    """Keep a file with its job, sealed: what it works on, or what it made. Expects a transaction."""
    stored = JobFile(
        job=job, name=name[-LONGEST_NAME:], sha256=hashlib.sha256(content).hexdigest(), size=len(content)
    )
    stored.content = content
    stored.save()


def keep_file_made(job: Job, file: BinaryIO, *, name: str, sha256: str, expires_at: dt.datetime) -> JobFile:
    """Keep a file that a job made, sealed piece by piece: however long it is, one piece is in memory.

    In the place of one that a worker left which was killed before the end. `sha256`: of the whole file.
    Expects a transaction.
    """
    JobFile.objects.filter(job=job).delete()
    size = file.seek(0, os.SEEK_END)
    kept = JobFile.objects.create(
        job=job, name=name[-LONGEST_NAME:], sha256=sha256, size=size, piece_count=max(1, -(-size // PIECE)),
        expires_at=expires_at,
    )  # fmt: skip
    file.seek(0)
    for number in range(1, kept.piece_count + 1):
        JobFilePiece.sealed(kept, number, file.read(PIECE)).save(force_insert=True)
    return kept


def enqueue_once_a_day(*, kind: str, by: Staff, business_date: dt.date, params: dict[str, Any] | None = None) -> Job:
    """The job of a kind for a day: asked for now, or before by somebody else, whose job it is then."""
    try:
        return enqueue(kind=kind, by=by, business_date=business_date, params=params)
    except IntegrityError:
        return Job.objects.get(kind=kind, business_date=business_date)


@writes
def ask_again(*, job: Job, by: Staff, params: dict[str, Any] | None = None) -> bool:
    """Have a job that is over done once more, with all its attempts; what came of it before stays until then.

    `job`: as it was looked at: where it was run or asked for again since, nothing changes. `params`: new ones.
    Returns: whether it was asked for.
    """
    seen = Job.objects.filter(pk=job.pk, fence=job.fence, state__in=OVER)
    asked = seen.update(
        state=JobState.QUEUED, params=job.params if params is None else params,
        attempts=0, done=0, total=0, failure="", finished_at=None, not_before=None,
    )  # fmt: skip
    if asked:
        transaction.on_commit(lambda: wake(job.pk))
    return bool(asked)


def wake(job_id: int) -> None:
    """By the task's name: services know no tasks."""
    current_app.send_task("accounts.tasks.run_job", [job_id])


def run_job(job_id: int) -> None:
    """Run a job if nobody else does. The work and the end of the job are one transaction, unless it is `in_steps`."""
    fence = _claim(job_id)
    if fence is None:
        return
    job = Job.objects.select_related("owner__region").get(pk=job_id)
    progress = Progress(job_id, fence)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(progress, stop), daemon=True)
    heart.start()
    try:
        _work(job, progress)
    finally:
        stop.set()
        heart.join()


def _work(job: Job, progress: Progress) -> None:
    work: Work = import_string(settings.JOB_KINDS[job.kind])
    try:
        _run_to_the_end(work, job, progress)
    except LeaseLost:
        return
    except Exception as breakdown:
        _pause(job, breakdown)
        raise


def _pause(job: Job, breakdown: Exception) -> None:
    """Put a job off that broke down. The log has the whole error: its text may hold what stands in a row.

    Without a database nothing can be said; then the lease runs out.
    """
    with suppress(Error):
        Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING).update(
            state=JobState.QUEUED,
            not_before=timezone.now() + FIRST_PAUSE * 2 ** (job.attempts - 1),
            failure=f"{type(breakdown).__name__}.",
        )


def _run_to_the_end(work: Work, job: Job, progress: Progress) -> None:
    """Raises: LeaseLost, also for a refusal that comes too late."""
    whole = nullcontext() if work in _IN_STEPS else transaction.atomic()
    try:
        with whole, acting(job.owner, channel="job"):
            result = work(job, progress)
            _finish(progress, JobState.DONE, result=result, done=progress.total, total=progress.total, failure="")
    except JobRefused as refusal:
        _finish(progress, JobState.REFUSED, failure=str(refusal)[:LONGEST_FAILURE])


def _claim(job_id: int) -> int | None:
    """Take the lease: the fence that the work is done under, or None when somebody else has it."""
    now = timezone.now()
    waiting = Q(state=JobState.QUEUED) & (Q(not_before=None) | Q(not_before__lte=now))
    free = waiting | Q(state=JobState.RUNNING, lease_until__lt=now)
    taken = Job.objects.filter(free, pk=job_id, attempts__lt=MOST_ATTEMPTS).update(
        state=JobState.RUNNING,
        fence=F("fence") + 1,
        attempts=F("attempts") + 1,
        lease_until=now + LEASE,
        started_at=now,
    )
    return Job.objects.values_list("fence", flat=True).get(pk=job_id) if taken else None


def _finish(progress: Progress, state: JobState, **fields: Any) -> None:
    """Raises: LeaseLost, which rolls the work back."""
    ended = Job.objects.filter(pk=progress.job_id, fence=progress.fence, state=JobState.RUNNING).update(
        state=state, finished_at=timezone.now(), **fields
    )
    if not ended:
        raise LeaseLost


def _beat(progress: Progress, stop: threading.Event) -> None:
    """Keep the lease and show the progress while the work's own transaction is still open."""
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            held = Job.objects.filter(pk=progress.job_id, fence=progress.fence, state=JobState.RUNNING).update(
                lease_until=timezone.now() + LEASE, done=progress.done, total=progress.total
            )
            if not held:
                progress.lost.set()
                return
    finally:
        connection.close()


def sweep() -> int:
    """Wake workers for jobs that nobody holds; give up those that failed too often. Returns: how many were woken."""
    now = timezone.now()
    unheld = (
        Q(state=JobState.QUEUED, created_at__lt=now - LOST_AFTER, not_before=None)
        | Q(state=JobState.QUEUED, not_before__lte=now)
        | Q(state=JobState.RUNNING, lease_until__lt=now)
    )
    told = _("Given up after {n} attempts; the administrator finds the reason in the worker's log").format(
        n=MOST_ATTEMPTS
    )
    Job.objects.filter(unheld, attempts__gte=MOST_ATTEMPTS).update(
        state=JobState.FAILED, finished_at=now, failure=Trim(Concat("failure", Value(f" {told}")))
    )
    lost = list(Job.objects.filter(unheld, attempts__lt=MOST_ATTEMPTS).values_list("pk", flat=True))
    for job_id in lost:
        wake(job_id)
    return len(lost)
