"""Start-up checks: the assumptions that the locking rests on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def reads_committed(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Under REPEATABLE READ, lock-then-count counts rows from before the lock (MEASURED.md: 118 of 120 wrong)."""
    errors: list[CheckMessage] = []
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                "SELECT current_setting('transaction_isolation'), current_setting('server_version_num')::int"
            )
            isolation, version = cursor.fetchone()
        if isolation != "read committed":
            errors.append(Error(f"The database runs at {isolation}; READ COMMITTED is needed", id="accounts.E001"))
        if version < 150000:
            errors.append(Error("PostgreSQL 15 or later is needed", id="accounts.E002"))
    return errors
