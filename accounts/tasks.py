"""Celery tasks: each takes ids only and calls one service."""

from celery import shared_task

from accounts.services import jobs


@shared_task
def run_job(job_id: int) -> None:
    jobs.run_job(job_id)


@shared_task
def sweep_jobs() -> None:
    jobs.sweep()
