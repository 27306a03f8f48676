"""Celery tasks of the settlement app: each calls one service."""

from celery import shared_task

from settlement.services import statement_folder, transfer_answers


@shared_task
def return_transfers() -> None:
    transfer_answers.ask_for_return()


@shared_task
def take_in_statements() -> None:
    statement_folder.take_in_folder()
