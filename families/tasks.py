"""Celery tasks of the families: each calls one service."""

from celery import shared_task

from families.services import nightly


@shared_task
def turn_day() -> None:
    nightly.ask_for_days()
