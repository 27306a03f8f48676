"""Who is acting: put into the history of every row that is changed meanwhile, bulk and raw SQL included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, ParamSpec, TypeVar, cast

import pghistory
from django.db import connection, transaction

if TYPE_CHECKING:
    from accounts.models import Staff

P = ParamSpec("P")
R = TypeVar("R")


@contextmanager
def acting(staff: Staff, *, channel: str = "") -> Iterator[None]:
    """Every history row written inside names this staff member and channel (page, command, job).

    Without a channel, the one around it stays.
    """
    with pghistory.context(staff=staff.pk, **({"channel": channel} if channel else {})):
        yield
    if connection.in_atomic_block and not connection.needs_rollback:
        _forget()


def _forget() -> None:
    """pghistory tells PostgreSQL for the rest of the transaction: what follows in it is not this person's doing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pghistory.context_id', '', true), set_config('pghistory.context_metadata', '', true)"
        )


def writes(service: Callable[P, R]) -> Callable[P, R]:
    """A service that writes: one transaction, and its `by` in the history of every row, whoever calls it."""

    @wraps(service)
    def acting_service(*args: P.args, **kwargs: P.kwargs) -> R:
        with acting(cast("Staff", kwargs["by"])), transaction.atomic():
            return service(*args, **kwargs)

    return acting_service
