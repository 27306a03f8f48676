"""How far a running job is, how fast it goes, and how long it will still take."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from accounts.models import Job


@dataclass(frozen=True, slots=True)
class JobProgress:
    """`rate`: of what the job counts, a second; `left`: what is still to come, None while nobody can tell."""

    job: Job
    rate: float | None = None
    left: dt.timedelta | None = None

    @property
    def left_seconds(self) -> int:
        return round(self.left.total_seconds()) if self.left else 0

    @property
    def left_minutes(self) -> int:
        return round(self.left_seconds / 60)


def progress_of(job: Job) -> JobProgress | None:
    """None for a job that is over."""
    if job.is_over:
        return None
    passed = (timezone.now() - job.started_at).total_seconds() if job.started_at else 0
    if not (job.total and job.done and passed > 0):
        return JobProgress(job)
    rate = job.done / passed
    return JobProgress(job, rate, dt.timedelta(seconds=(job.total - job.done) / rate))
