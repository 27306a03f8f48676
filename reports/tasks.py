"""Celery tasks of the reports."""

from celery import shared_task
from django.utils import timezone

from accounts.services.staff import nightly_staff
from reports.exporting import forget_old_exports
from reports.monthly import export_what_is_due


@shared_task
def forget_exports() -> None:
    by = nightly_staff()
    if by is not None:
        forget_old_exports(now=timezone.now(), by=by)


@shared_task
def export_monthly() -> None:
    export_what_is_due(now=timezone.now())
