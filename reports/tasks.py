"""Celery tasks of the reports."""

from celery import shared_task
from django.utils import timezone

from accounts.services.staff import nightly_staff
from reports.exporting import forget_old_exports


@shared_task
def forget_exports() -> None:
    by = nightly_staff()
    if by is not None:
        forget_old_exports(now=timezone.now(), by=by)
