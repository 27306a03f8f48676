"""Celery tasks of the settlement app: each calls one service."""

from celery import shared_task
from django.utils import timezone

from settlement.services import night, statement_folder


@shared_task
def take_in_statements() -> None:
    statement_folder.take_in_folder()


@shared_task
def go_on_with_nights() -> None:
    night.go_on(now=timezone.now())
