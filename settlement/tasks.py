"""Celery tasks of the settlement app: each calls one service."""

from celery import shared_task

from settlement.services import transfer_answers


@shared_task
def return_transfers() -> None:
    transfer_answers.ask_for_return()
